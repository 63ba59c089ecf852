//! What leaves the product for people and programs inside the company.
//!
//! Bottom-up: [`content`], [`drivers`], [`themes`], [`promises`], [`ledger`] · [`export`] · `notify`.

pub mod content;
pub mod drivers;
pub mod export;
pub mod ledger;
pub(crate) mod notify;
pub mod promises;
pub mod themes;

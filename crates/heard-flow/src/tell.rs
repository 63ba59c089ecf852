//! What leaves the product for people and programs inside the company.
//!
//! Bottom-up: [`content`], [`drivers`], [`themes`] · [`export`] · `notify`.

pub mod content;
pub mod drivers;
pub mod export;
pub(crate) mod notify;
pub mod themes;

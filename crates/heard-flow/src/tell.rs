//! What leaves the product for people and programs inside the company.
//!
//! Bottom-up: [`content`], [`drivers`], [`themes`], [`promises`], [`ledger`] · [`export`] · `body`, `weekly` (digests), [`send`] · `audience`, [`letters`] (runs of letters), [`told`] (you said, we do), [`progress`], [`suppress`] · [`mail`], [`again`] · `notify`.

pub mod again;
pub(crate) mod audience;
pub(crate) mod body;
pub mod content;
pub mod drivers;
pub mod export;
pub mod ledger;
pub mod letters;
pub mod mail;
pub(crate) mod notify;
pub mod progress;
pub mod promises;
pub mod send;
pub mod suppress;
pub mod themes;
pub mod told;
pub(crate) mod weekly;

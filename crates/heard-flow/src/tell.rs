//! What leaves the product for people and programs inside the company.
//!
//! Bottom-up: [`content`], [`drivers`], [`themes`] · [`export`].

pub mod content;
pub mod drivers;
pub mod export;
pub mod themes;

//! What leaves the product for people and programs inside the company.
//!
//! Bottom-up: [`content`], [`drivers`] · [`export`].

pub mod content;
pub mod drivers;
pub mod export;

//! What leaves the product for people and programs inside the company.
//!
//! Bottom-up: [`content`] · [`export`].

pub mod content;
pub mod export;

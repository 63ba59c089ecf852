//! Listening posts (in) and couriers (out): the formats and protocols of other systems.
//!
//! Bottom-up: [`error`] · [`export`] (files, out) · [`posts`] (in) · [`operations`] (in: what is no feedback).

pub mod error;
pub mod export;
pub mod operations;
pub mod posts;

//! Listening posts (in) and couriers (out): the formats and protocols of other systems.
//!
//! Bottom-up: [`error`] · [`export`] (files, out) · [`posts`] (in).

pub mod error;
pub mod export;
pub mod posts;

//! Listening posts (in) and couriers (out): the formats and protocols of other systems.
//!
//! Bottom-up: [`error`] · [`posts`].

pub mod error;
pub mod posts;

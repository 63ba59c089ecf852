//! Listening posts (in) and couriers (out): the formats and protocols of other systems.
//!
//! Bottom-up: [`error`], [`http`], [`tls`] · [`export`] (files, out), [`couriers`] (out) · [`posts`] (in) · [`operations`] (in: what is no feedback).

pub mod couriers;
pub mod error;
pub mod export;
pub mod http;
pub mod operations;
pub mod posts;
pub mod tls;

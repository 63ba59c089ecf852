//! Listening posts: where Heard listens, how each fares, and the ways into it.
//!
//! Bottom-up: [`edit`], [`health`], [`builder`], [`mapping`] · [`show`], [`list`] · [`change`], [`form`], [`webhooks`], [`poster`].

pub mod builder;
pub mod change;
pub mod edit;
pub mod form;
pub mod health;
pub mod list;
pub mod mapping;
pub mod poster;
pub mod show;
pub mod webhooks;

//! Listening posts: where Heard listens, how each fares, and the ways into it.

pub mod edit;
pub mod form;
pub mod health;
pub mod list;
pub mod poster;
pub mod show;
pub mod webhooks;

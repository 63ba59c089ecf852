//! Themes: what no category explains, as a list and one by one.
//!
//! Bottom-up: [`words`] · [`list`], [`show`].

pub mod list;
pub mod show;
pub mod words;

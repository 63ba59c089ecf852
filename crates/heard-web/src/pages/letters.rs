//! Runs of letters.

pub mod list;
pub mod show;

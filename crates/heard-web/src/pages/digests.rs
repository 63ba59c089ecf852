//! The pages of the weekly digests.

pub mod list;
pub mod show;

//! Imports: a file is dropped, looked at, confirmed; it comes in while one watches.

pub mod list;
pub mod mapping;
pub mod preview;
pub mod show;

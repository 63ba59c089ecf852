//! Imports: a file is dropped, looked at, confirmed; it comes in while one watches.

pub mod entries;
pub mod list;
pub mod mapping;
pub mod operational;
pub mod preview;
pub mod show;
pub mod templates;
pub mod undo;

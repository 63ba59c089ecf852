//! What the brand and its people promised, and what became of it.

pub mod commitments;
pub mod customers;
pub mod form;
pub mod list;
pub mod show;
pub mod tabs;

//! How the categories learn: examples, what would move, versions, and what to label next.

pub mod examples;
pub mod label;
pub mod proposal;
pub mod versions;

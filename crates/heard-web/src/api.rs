//! The face for programs.

pub mod metrics;
pub mod v1;

//! The face for programs.

pub mod v1;

//! The known layouts, one a file.

pub mod native;
pub mod qualtrics;
pub mod trustpilot;

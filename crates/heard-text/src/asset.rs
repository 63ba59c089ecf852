//! What training made and the program carries.

/// A file that is no trained head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a trained head of Heard: {0}")]
pub struct BadModel(pub &'static str);

//! An example: a passage's words and what a person said it is about.

use heard_domain::id::CategoryId;

/// What a person said a passage is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The words of the passage.
    pub text: String,
    /// The category it was moved into, or out of.
    pub category: CategoryId,
    /// Whether it belongs there; `false` is a correction away from it.
    pub belongs: bool,
}

//! Why a file as a whole cannot be taken. What is wrong with one row is a `BadRow`.

/// A file that cannot be taken, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Reading stopped.
    #[error("the file could not be read: {0}")]
    Broken(#[from] std::io::Error),
    /// Nothing in it.
    #[error("the file is empty: there is no header and no row")]
    Empty,
    /// Not a text file.
    #[error("this is {what}, not CSV or JSONL: {advice}")]
    NotText {
        /// What it looks like.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// Columns that the mapping uses are missing.
    #[error("the file has no column “{}”: choose anew what its columns mean", .0.join("”, “"))]
    Misfit(Vec<String>),
    /// The mapping cannot be followed.
    #[error("{0}")]
    Mapping(String),
}

//! Why a file as a whole cannot be taken. What is wrong with one row is a `BadRow`.

use std::borrow::Cow;
use std::io::ErrorKind;

/// A file that cannot be taken, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Reading stopped.
    #[error("the file could not be read: {0}")]
    Broken(std::io::Error),
    /// What it is packed in is damaged, or unpacks to more than may be.
    #[error("{0}")]
    Damaged(String),
    /// Nothing in it.
    #[error("the file is empty: there is no header and no row")]
    Empty,
    /// Not a text file.
    #[error("this is {what}: {advice}")]
    NotText {
        /// What it looks like.
        what: Cow<'static, str>,
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

/// Unpacking tells of damage by the kind of its errors; a disk has others.
impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => Self::Damaged(error.to_string()),
            _ => Self::Broken(error),
        }
    }
}

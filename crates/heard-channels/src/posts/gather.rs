//! How layouts with one row per answer say which rows belong together.

/// What stands in front of the name of a gathered column; its kind and its question follow.
pub const ANSWER: &str = "answer";

/// How several rows become one.
#[derive(Debug, PartialEq)]
pub struct Gather {
    /// The column that is the same in all rows of a submission.
    pub by: &'static str,
    /// Columns that name the question; the first that has a value.
    pub question: &'static [&'static str],
    /// The column that tells what kind of answer it is.
    pub kind: &'static str,
    /// Columns that hold the answer; the first that has a value.
    pub answer: &'static [&'static str],
    /// Columns that belong to one answer only, and are left out.
    pub own: &'static [&'static str],
}

//! The table twin of a diagram: the same as rows, for whoever does not see it and for whoever wants the numbers.

/// A table that says what a diagram shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twin {
    /// The columns.
    pub head: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<TwinRow>,
}

/// One row of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwinRow {
    /// By the columns.
    pub cells: Vec<String>,
    /// Where its comments are; empty: nowhere.
    pub link: String,
}

//! How feedback leaves: JSONL for programs, CSV for spreadsheets, both in our own layout, so that what leaves can come back.
//!
//! [`guard`] (no cell is taken for a formula), [`line`] (of any table), [`name`] (names in headers) · [`table`] (CSV) · [`lines`] (JSONL).

pub mod guard;
pub mod line;
pub mod lines;
pub mod name;
pub mod table;

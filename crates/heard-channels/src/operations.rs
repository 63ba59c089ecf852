//! Operational data: files of accounts, persons, exposures and events come in.
//!
//! Bottom-up: [`money`], [`number`] · [`row`] (a record becomes an entry) · [`file`] (the way in), [`guess`] (what the rows are, and
//! what their columns mean).

pub mod file;
pub mod guess;
pub mod money;
pub mod number;
pub mod row;

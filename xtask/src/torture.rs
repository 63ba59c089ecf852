//! The hard tests in their long form, and the table of what came of them.
//!
//! Bottom-up: [`table`] · [`run`].

pub mod run;
pub mod table;

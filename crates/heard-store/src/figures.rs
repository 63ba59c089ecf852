//! Figures: one question, several ways to the same answer.
//!
//! Bottom-up: [`tally`], [`columns`] · [`ask`], [`load`], [`scan`] · [`sieve`], [`split`], [`follow`] · [`kernel`],
//! [`cube`], [`sql`] · [`plan`] · [`find`].

pub mod ask;
pub mod columns;
pub mod cube;
pub mod find;
pub mod follow;
pub mod kernel;
pub mod load;
pub mod plan;
pub mod scan;
pub mod sieve;
pub mod split;
pub mod sql;
pub mod tally;

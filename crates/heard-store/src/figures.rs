//! Figures: one question, several ways to the same answer.
//!
//! Bottom-up: [`tally`], [`columns`] · [`ask`], [`load`], [`scan`], [`snapshot`] · `follower`, [`keep`], `follow_columns`,
//! `follow_index` · [`sieve`], [`split`], [`follow`] · [`kernel`], [`cube`], [`sql`] · [`plan`] · [`find`], [`together`], [`spoken`], [`complained`], [`reached`].

pub mod ask;
pub mod columns;
pub mod complained;
pub mod cube;
pub mod find;
pub mod follow;
pub(crate) mod follow_columns;
pub(crate) mod follow_index;
pub(crate) mod follower;
pub mod keep;
pub mod kernel;
pub mod load;
pub mod plan;
pub mod reached;
pub mod scan;
pub mod sieve;
pub mod snapshot;
pub mod split;
pub mod spoken;
pub mod sql;
pub mod tally;
pub mod together;

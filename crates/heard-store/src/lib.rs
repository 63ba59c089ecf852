//! Truth in SQL, the search index, and the figures that both answer.
//!
//! Bottom-up: [`error`] · [`sql`] · [`cube`], [`bell`] · [`view`] · [`tables`] · `writer`, [`follow`] ·
//! [`store`] · [`search`], [`figures`].

pub mod bell;
pub mod cube;
pub mod error;
pub mod figures;
pub mod follow;
pub mod search;
pub mod sql;
pub mod store;
pub mod tables;
pub mod view;
mod writer;

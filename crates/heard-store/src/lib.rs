//! Truth in SQL, the search index, and the figures that both answer.
//!
//! Bottom-up: [`error`] · [`sql`] · [`cube`], [`bell`], [`meter`] · `handed` · [`view`] · [`tables`] · [`search`] ·
//! [`figures`] · `writer`, [`gather`] · [`store`] · [`answer`], [`backup`] · [`checkup`].

pub mod answer;
pub mod backup;
pub mod bell;
pub mod checkup;
pub mod cube;
pub mod error;
pub mod figures;
pub mod gather;
mod handed;
pub mod meter;
pub mod search;
pub mod sql;
pub mod store;
pub mod tables;
pub mod view;
mod writer;

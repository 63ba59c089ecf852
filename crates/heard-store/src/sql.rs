//! The way to SQL: a small contract, one implementation per database, and the migrations.
//!
//! Bottom-up: [`driver`] · [`sqlite`] · [`migrate`].

pub mod driver;
pub mod migrate;
pub mod sqlite;

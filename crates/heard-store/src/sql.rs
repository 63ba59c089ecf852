//! The way to SQL: a small contract, one implementation per database, and the migrations.
//!
//! Bottom-up: [`driver`] · [`sqlite`] · `wire`, `many`, `grown`, `under_way`, [`postgres`] · [`migrate`] · [`database`].

pub mod database;
pub mod driver;
pub(crate) mod grown;
pub(crate) mod many;
pub mod migrate;
pub mod postgres;
pub mod sqlite;
pub(crate) mod under_way;
pub(crate) mod wire;

//! The commands: one file a verb.

pub mod audit;
pub mod demo;
pub mod import;
pub mod query;
pub mod reindex;
pub mod run;
pub mod serve;
pub mod token;
pub mod user;

//! The commands: one file a verb.

pub mod audit;
pub mod backup;
pub mod bench;
pub mod demo;
pub mod doctor;
pub mod eval;
pub mod export;
pub mod import;
pub mod query;
pub mod reindex;
pub mod restore;
pub mod run;
pub mod serve;
pub mod token;
pub mod user;

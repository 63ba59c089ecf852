//! Version 1: one file a noun.

pub mod audit;
pub mod company;
pub mod directory;
pub mod export;
pub mod feedback;
pub mod figures;
pub mod forms;
pub mod hooks;
pub mod imports;
pub mod journey;
pub mod live;
pub mod merge;
pub mod posts;
pub mod sight;
pub mod tokens;
pub mod users;
pub mod webhooks;

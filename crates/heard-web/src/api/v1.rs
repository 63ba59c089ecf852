//! Version 1: one file a noun.

pub mod accounts;
pub mod audit;
pub mod company;
pub mod directory;
pub mod events;
pub mod exposures;
pub mod export;
pub mod feedback;
pub mod figures;
pub mod forms;
pub mod hooks;
pub mod imports;
pub mod journey;
pub mod kept;
pub mod live;
pub mod merge;
pub mod persons;
pub mod posts;
pub mod sight;
pub mod templates;
pub mod tokens;
pub mod users;
pub mod webhooks;

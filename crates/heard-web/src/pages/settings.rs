//! Settings: mine, the company, listening posts, users, tokens, the audit log.

pub mod audit;
pub mod company;
pub mod mine;
pub mod posts;
pub mod shell;
pub mod tokens;
pub mod users;

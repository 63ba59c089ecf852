//! Settings: mine, the company, users, tokens, the audit log.

pub mod audit;
pub mod company;
pub mod mine;
pub mod shell;
pub mod tokens;
pub mod users;

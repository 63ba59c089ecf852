//! Settings: mine, the company, listening posts, users, tokens.

pub mod company;
pub mod mine;
pub mod posts;
pub mod shell;
pub mod tokens;
pub mod users;

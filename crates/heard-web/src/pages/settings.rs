//! Settings: mine, the company, users, tokens.

pub mod company;
pub mod mine;
pub mod shell;
pub mod tokens;
pub mod users;

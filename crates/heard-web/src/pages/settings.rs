//! Settings: mine, the company, users, tokens, the audit log.

pub mod audit;
pub mod calendars;
pub mod company;
pub mod departments;
pub mod mail;
pub mod mine;
pub mod places;
pub mod receivers;
pub mod segments;
pub mod shell;
pub mod tokens;
pub mod users;

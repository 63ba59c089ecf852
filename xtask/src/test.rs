//! `cargo xtask test`: everything, from formatting to the browser, in one command.

pub mod axe;
pub mod browser;
mod dovecot;
mod licence;
mod postgres;
pub mod step;
mod strace;
mod supply;
pub mod whole;

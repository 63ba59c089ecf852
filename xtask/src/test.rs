//! `cargo xtask test`: everything, from formatting to the browser, in one command.

pub mod axe;
pub mod browser;
mod licence;
pub mod step;
mod strace;
mod supply;
pub mod whole;

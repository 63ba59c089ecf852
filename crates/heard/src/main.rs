//! The program: command line, configuration, wiring.
//!
//! Bottom-up: [`config`] · [`wiring`] · [`cli`] · [`say`] · [`commands`].

mod cli;
mod commands;
mod config;
mod say;
mod wiring;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;

/// A tenth of an import was spent in the system's allocator (docs/PERFORMANCE.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Misuse ends here with 2 and the usage on standard error.
    let cli = Cli::parse();
    match commands::run::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failed(&error);
            ExitCode::FAILURE
        }
    }
}

//! Development tasks of Heard: tests, tidiness, training, screenshots.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Development tasks of Heard.
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Checks the rules that keep circles out of the house.
    Tidy,
}

/// The root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Tidy => tidy::check::run(&root()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

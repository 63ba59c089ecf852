//! Development tasks of Heard: tests, tidiness, training, screenshots.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod screenshots;
mod test;
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
    /// Takes the pictures of the README anew.
    Screenshots,
    /// Runs everything, unit to browser, and installs or names what is missing.
    Test {
        /// Leaves out what this machine cannot do, and says so, instead of failing.
        #[arg(long)]
        allow_skip: bool,
    },
}

/// The root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap_or_else(|_| PathBuf::from("."))
}

fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Tidy => tidy::check::run(&root()),
        Task::Screenshots => screenshots::run(&root()),
        Task::Test { allow_skip } => test::whole::run(&root(), allow_skip),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

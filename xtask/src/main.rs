//! Development tasks of Heard: tests, tidiness, training, screenshots.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod screenshots;
mod test;
mod tidy;
mod torture;
mod train;

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
    /// Runs the hard tests in their long form: deaths, failing and full disks, damage, broken files.
    Torture(torture::run::Torture),
    /// Trains the reader from the permitted sets and writes its asset and model card.
    Train {
        /// The folder of the sets.
        #[arg(long, default_value = "../shared/data")]
        data: PathBuf,
        /// Writes nothing and prints figures on the tuning part.
        #[arg(long)]
        try_out: bool,
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
        Task::Train { data, try_out } => train::run::run(&root(), &data, try_out),
        Task::Torture(wanted) => torture::run::run(&root(), &wanted),
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

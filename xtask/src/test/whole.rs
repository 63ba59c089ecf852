//! The order of the steps: what is cheap first, what must be fetched before what takes long, everything in one profile.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::test::step::{self, Tally};
use crate::test::{axe, browser, dovecot, postgres, strace, supply};
use crate::tidy;

/// What came of the steps so far.
struct Report {
    lines: Vec<String>,
    tally: Tally,
    steps: Tally,
    skipped: Vec<String>,
}

/// Runs everything. With `allow_skip`, what this machine cannot do is left out, and said aloud.
pub fn run(root: &Path, allow_skip: bool) -> Result<()> {
    let mut report = Report { lines: vec![], tally: Tally::default(), steps: Tally::default(), skipped: vec![] };
    let data = data_folder(root);
    let (mut have_browser, mut have_postgres) = (true, true);
    for (what, found) in [
        ("the browser's tests", browser::prepare().and_then(|()| axe::prepare(root))),
        ("the failing disk", strace::prepare()),
        ("tests of mail", dovecot::prepare()),
        ("tests on PostgreSQL", postgres::prepare()),
        ("tests on the real files", data.as_ref().map(|_| ()).context("set HEARD_DATA to the folder of the data sets")),
    ] {
        if let Err(reason) = found {
            if !allow_skip {
                bail!("{what}: {reason:#} (or give --allow-skip to leave them out)");
            }
            have_browser &= what != "the browser's tests";
            have_postgres &= what != "tests on PostgreSQL";
            report.skipped.push(format!("{what}: {reason:#}"));
        }
    }

    report.checked("tidy", || tidy::check::run(root));
    report.checked("supply", || supply::check(root));
    report.ran("format", cargo(root).args(["fmt", "--all", "--check"]));
    report.ran("clippy", cargo(root).args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]));
    let mut tests = tests(root, have_browser, have_postgres, allow_skip);
    tests.env("HEARD_ALLOW_SKIP", if allow_skip { "1" } else { "" });
    if let Some(folder) = &data {
        tests.env("HEARD_DATA", folder);
    }
    report.ran("tests", &mut tests);
    report.ran("examples in docs", cargo(root).args(["test", "--workspace", "--doc", "--quiet"]));
    report.finish()
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root);
    command
}

/// All tests of the workspace at once, so that every dependency is built once, with one set of features. Where skipping is
/// allowed, what passing tests say is shown as well: one of them may say that it was skipped.
fn tests(root: &Path, have_browser: bool, have_postgres: bool, show_all: bool) -> Command {
    let mut command = cargo(root);
    if browser::find("cargo-nextest").is_some() {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast", "--show-progress", "none", "--status-level", "slow"]);
        let without = [(have_browser, "not package(e2e)"), (have_postgres, "not test(/on_postgres/)")];
        let without: Vec<&str> = without.into_iter().filter(|(have, _)| !have).map(|(_, filter)| filter).collect();
        if !without.is_empty() {
            command.args(["-E", &without.join(" and ")]);
        }
        if show_all {
            command.args(["--success-output", "immediate"]);
        }
    } else {
        command.args(["test", "--workspace", "--all-targets", "--no-fail-fast"]);
        if !have_browser {
            command.args(["--exclude", "e2e"]);
        }
        command.arg("--");
        if !have_postgres {
            command.args(["--skip", "on_postgres"]);
        }
        if show_all {
            command.arg("--show-output");
        }
    }
    command
}

/// The data sets: `HEARD_DATA`, or beside the repository.
#[expect(clippy::disallowed_methods, reason = "where the data sets are is the tester's to say")]
fn data_folder(root: &Path) -> Option<PathBuf> {
    let folder = std::env::var_os("HEARD_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    folder.canonicalize().ok().filter(|folder| folder.is_dir())
}

impl Report {
    fn checked(&mut self, what: &str, check: impl FnOnce() -> Result<()>) {
        println!("\n=== {what}");
        let start = Instant::now();
        let done = check();
        if let Err(reason) = &done {
            println!("{reason:#}");
        }
        self.note(what, start, done.is_ok());
    }

    fn ran(&mut self, what: &str, command: &mut Command) {
        println!("\n=== {what}");
        let start = Instant::now();
        let well = match step::run(command) {
            Ok(ran) => {
                self.tally.passed += ran.tally.passed;
                self.tally.failed += ran.tally.failed;
                self.skipped.extend(ran.skipped);
                ran.well
            }
            Err(reason) => {
                println!("{reason:#}");
                false
            }
        };
        self.note(what, start, well);
    }

    fn note(&mut self, what: &str, start: Instant, well: bool) {
        let count = if well { &mut self.steps.passed } else { &mut self.steps.failed };
        *count += 1;
        self.lines.push(format!("{} {what} ({:.0} s)", if well { "ok    " } else { "FAILED" }, start.elapsed().as_secs_f64()));
    }

    fn finish(self) -> Result<()> {
        println!("\n=== all");
        for line in &self.lines {
            println!("{line}");
        }
        for what in &self.skipped {
            println!("SKIPPED: {what}");
        }
        let (steps, tally) = (self.steps, self.tally);
        println!(
            "{} passed, {} failed, {} skipped; steps: {} passed, {} failed",
            tally.passed,
            tally.failed,
            self.skipped.len(),
            steps.passed,
            steps.failed
        );
        if steps.failed > 0 {
            bail!("not all is well");
        }
        Ok(())
    }
}

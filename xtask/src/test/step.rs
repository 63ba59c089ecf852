//! One step of the tests: a program that is started, shown as it runs, and counted.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use anyhow::{Context, Result};

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
}

impl Tally {
    /// Adds what a line of a test runner's output says: `5 tests run: 4 passed, 1 failed` of nextest,
    /// `test result: ok. 4 passed; 1 failed` of cargo's own.
    pub fn add_line(&mut self, line: &str) {
        let counts = line.trim_start().starts_with("test result: ") || (line.contains("Summary [") && line.contains("run: "));
        if !counts {
            return;
        }
        let words: Vec<&str> = line.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
        for pair in words.windows(2) {
            let count = pair[0].parse::<u64>().unwrap_or_default();
            match pair[1] {
                "passed" => self.passed += count,
                "failed" | "timed" | "exec" => self.failed += count,
                _ => {}
            }
        }
    }
}

/// What a program did.
pub struct Ran {
    /// Whether it ended well.
    pub well: bool,
    /// The tests it reported.
    pub tally: Tally,
    /// Lines in which a test says that it was skipped.
    pub skipped: Vec<String>,
    /// Lines in which a hard test says what came of it.
    pub told: Vec<String>,
}

/// Starts a program, shows its output as it comes, and counts the tests in it.
pub fn run(command: &mut Command) -> Result<Ran> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} does not start", command.get_program().to_string_lossy()))?;
    let (lines, seen) = mpsc::channel();
    let readers =
        [child.stdout.take().map(|out| forward(out, lines.clone())), child.stderr.take().map(|out| forward(out, lines))];
    let (mut tally, mut skipped, mut told) = (Tally::default(), vec![], vec![]);
    for line in seen {
        println!("{line}");
        tally.add_line(&line);
        if let Some((_, what)) = line.split_once("SKIPPED: ") {
            skipped.push(what.to_owned());
        }
        if let Some((_, what)) = line.split_once("TORTURE: ") {
            told.push(what.to_owned());
        }
    }
    for reader in readers.into_iter().flatten() {
        drop(reader.join());
    }
    Ok(Ran { well: child.wait()?.success(), tally, skipped, told })
}

fn forward(from: impl Read + Send + 'static, to: mpsc::Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = vec![];
        while from.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            if to.send(text).is_err() {
                return;
            }
            line.clear();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_both_runners_are_counted() {
        let mut tally = Tally::default();
        tally.add_line("     Summary [   0.131s] 24 tests run: 21 passed (2 slow), 2 failed, 1 timed out, 3 skipped");
        tally.add_line("test result: FAILED. 4 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out");
        tally.add_line("the user said: 7 passed");
        assert_eq!(tally, Tally { passed: 25, failed: 4 });
    }

    #[test]
    fn a_failing_program_is_noticed() {
        let ran = run(Command::new("sh").args(["-c", "echo SKIPPED: a; echo b >&2; exit 3"])).unwrap();
        assert!(!ran.well);
        assert_eq!(ran.skipped, ["a"]);
    }
}

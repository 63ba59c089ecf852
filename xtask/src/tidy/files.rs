//! Rules for single files: they open with their purpose, stay short, and know nothing of the machine they were written on.

use crate::tidy::repository::{Finding, Repository, has_extension};

/// The most lines a file may have before its in-file tests.
const LONGEST: usize = 600;

/// Folders that exist on one machine only. Written in halves, so that this file does not break its own rule.
const MACHINE_FOLDERS: [(&str, &str); 5] = [("/wo", "rk/"), ("/tm", "p/"), ("/ro", "ot/"), ("/ho", "me/"), ("/Use", "rs/")];

/// Checks every file by itself.
pub fn check(repository: &Repository, findings: &mut Vec<Finding>) {
    for (path, text) in repository.rust() {
        if !text.starts_with("//!") {
            findings.push(Finding::new(path, 1, "open the file with `//!`: what it is for"));
        }
        let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
        if lines > LONGEST {
            findings.push(Finding::new(path, lines, format!("{lines} lines before the tests, {LONGEST} at most: split it")));
        }
    }
    for (path, text) in &repository.files {
        if has_extension(path, "lock") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            if MACHINE_FOLDERS.iter().any(|(a, b)| names_folder(line, &format!("{a}{b}"))) {
                findings.push(Finding::new(
                    path,
                    number + 1,
                    "a path of one machine: make it relative, or take it as an argument",
                ));
            }
        }
    }
}

/// Whether the line has this folder at the beginning of a path (`https://example.org/home/` is none).
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.as_bytes().get(at.wrapping_sub(1)).copied().unwrap_or(b' ');
        !before.is_ascii_alphanumeric() && !b"./_-}>)".contains(&before)
    })
}

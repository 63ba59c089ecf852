//! The two voices: data on standard output, talk on standard error. The only place that prints.

use std::io::{IsTerminal, Write};

use serde::Serialize;

/// A line of data. A reader that has gone away (`| head`) is no failure.
pub fn data(line: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout().lock(), "{line}") {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Data as JSON.
pub fn json<T: Serialize>(value: &T) -> anyhow::Result<()> {
    data(&serde_json::to_string_pretty(value)?)
}

/// A line of talk.
pub fn talk(line: &str) {
    // Where nobody can be told, nothing is lost.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Why the command failed.
pub fn failed(error: &anyhow::Error) {
    talk(&format!("heard: {error:#}"));
}

/// Whether a person sits before it: bars are drawn only for them.
pub fn watched() -> bool {
    std::io::stderr().is_terminal()
}

/// Rows as a table: columns as wide as their widest cell; numbers to the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> anyhow::Result<()> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(String::as_str);
        cells.chain(head.get(column).copied()).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| {
            let space = " ".repeat(width - cell.chars().count().min(*width));
            let number = cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+' || c == '–');
            if number { format!("{space}{cell}") } else { format!("{cell}{space}") }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    data(&line(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()))?;
    rows.iter().try_for_each(|row| data(&line(row)))
}

/// Text of strangers for a terminal: control characters, which could move the cursor or change the window, made visible.
pub fn tame(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '·' } else { c }).collect()
}

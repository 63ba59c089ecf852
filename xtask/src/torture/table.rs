//! The table of results, as it stands in docs/RELIABILITY.md.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Between these lines the table stands in the document.
const MARKS: [&str; 2] = ["<!-- torture: written by cargo xtask torture --write -->", "<!-- end of torture -->"];

/// The table, from what the tests reported: what, where, seed, outcome, time.
pub fn table(results: &[String], about: &str) -> String {
    let mut out = format!("{about}\n\n| what | truth | seed | outcome | took |\n|---|---|---|---|---|\n");
    for result in results {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {result} |");
    }
    out
}

/// Puts a table in the place of the one that stands in a document.
pub fn put(document: &Path, table: &str) -> Result<()> {
    let text = fs::read_to_string(document).with_context(|| document.display().to_string())?;
    let [begin, end] = MARKS;
    let (before, rest) = text.split_once(begin).with_context(|| format!("{} has no line {begin}", document.display()))?;
    let (_, after) = rest.split_once(end).with_context(|| format!("{} has no line {end}", document.display()))?;
    fs::write(document, format!("{before}{begin}\n\n{table}\n{end}{after}")).with_context(|| document.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_a_place_for_the_table() {
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/RELIABILITY.md");
        let text = fs::read_to_string(document).unwrap();
        assert!(MARKS.iter().all(|mark| text.matches(mark).count() == 1));
    }

    #[test]
    fn an_older_table_is_replaced() {
        let place = std::env::temp_dir().join(format!("heard-torture-{}.md", std::process::id()));
        fs::write(&place, format!("# A\n{}\nold\n{}\n# B\n", MARKS[0], MARKS[1])).unwrap();
        put(&place, &table(&["a | b | 1 | fine | 2 s".to_owned()], "Now.")).unwrap();
        let text = fs::read_to_string(&place).unwrap();
        fs::remove_file(&place).unwrap();
        assert!(text.contains("| a | b | 1 | fine | 2 s |") && !text.contains("old") && text.ends_with("# B\n"), "{text}");
    }
}

//! A line of a table for spreadsheets: every cell guarded against being run, and quoted where it must be.

use crate::export::guard::guarded;

/// The cells as one line of CSV (RFC 4180), with its end.
pub fn line<S: AsRef<str>>(cells: &[S]) -> String {
    let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell.as_ref())).collect();
    quoted.join(",") + "\r\n"
}

fn quoted(cell: &str) -> String {
    let cell = guarded(cell);
    let plain = cell.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'));
    if plain { cell.into_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_cannot_leave_its_place_and_cannot_run() {
        let cells = ["=HYPERLINK(\"http://x\")", "-1.5", "a, \"b\"", "x\ny"];
        assert_eq!(line(&cells), "\"'=HYPERLINK(\"\"http://x\"\")\",-1.5,\"a, \"\"b\"\"\",\"x\ny\"\r\n");
    }
}

//! Cells that spreadsheets would run as formulas get an apostrophe in front, and lose it when they come back.
//!
//! A line is dangerous when it begins, behind spaces and apostrophes, with a sign that begins formulas. Every dangerous line gets
//! one apostrophe more; taking one away from every dangerous line that has one is the exact reverse.

/// Whether a line could be run; apostrophes in front do not count.
fn dangerous(line: &str) -> bool {
    let line = line.trim_start_matches('\'');
    let start = line
        .trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}'));
    let sign = start.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || line.starts_with('\t');
    sign && line.parse::<f64>().is_err()
}

/// Changes every line of a cell, keeping its line ends.
fn each_line(cell: &str, change: impl Fn(&str, &mut String)) -> String {
    let mut out = String::with_capacity(cell.len() + 4);
    for line in cell.split_inclusive(['\n', '\r']) {
        change(line, &mut out);
    }
    out
}

fn has_dangerous_line(cell: &str) -> bool {
    cell.split(['\n', '\r']).any(dangerous)
}

/// The cell as a spreadsheet may have it.
pub fn guarded(cell: &str) -> std::borrow::Cow<'_, str> {
    if !has_dangerous_line(cell) {
        return cell.into();
    }
    let guard = |line: &str, out: &mut String| {
        if dangerous(line.trim_end_matches(['\n', '\r'])) {
            out.push('\'');
        }
        out.push_str(line);
    };
    each_line(cell, guard).into()
}

/// The cell as it was before [`guarded`].
pub fn bare(cell: &str) -> std::borrow::Cow<'_, str> {
    if !cell.contains('\'') || !has_dangerous_line(cell) {
        return cell.into();
    }
    let strip = |line: &str, out: &mut String| {
        let own = line.strip_prefix('\'').filter(|_| dangerous(line.trim_end_matches(['\n', '\r'])));
        out.push_str(own.unwrap_or(line));
    };
    each_line(cell, strip).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_words_and_words_stay() {
        let cases = [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"),
            (" \u{a0}=1", "' \u{a0}=1"),
            ("\t=1", "'\t=1"),
            ("\tx", "'\tx"),
            ("＝1", "'＝1"),
            ("fine\n=1\r\n+cmd", "fine\n'=1\r\n'+cmd"),
            ("'=1", "''=1"),
            ("-5", "-5"),
            ("+3.5e2", "+3.5e2"),
            ("it's fine", "it's fine"),
            ("a = b", "a = b"),
            ("'quoted'", "'quoted'"),
        ];
        for (cell, safe) in cases {
            assert_eq!(guarded(cell), safe, "{cell:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_guarded_comes_back_and_cannot_run(cell in "[-=+@' \t\n\ra1\u{a0}＝]{0,12}") {
            let safe = guarded(&cell).into_owned();
            proptest::prop_assert_eq!(bare(&safe).into_owned(), cell);
            for line in safe.split(['\n', '\r']) {
                proptest::prop_assert!(!dangerous(line) || line.starts_with('\''), "{:?}", safe);
            }
        }
    }
}

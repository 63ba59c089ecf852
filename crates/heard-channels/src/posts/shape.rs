//! The layout of a file: encoding, delimiter, header and columns, found from its bytes alone.

use std::collections::HashSet;
use std::fmt;
use std::io::{Read, Seek};

use heard_domain::hex::hex;
use heard_domain::import::FileFormat;
use heard_domain::time::Zone;
use sha2::{Digest, Sha256};

use crate::error::Unreadable;
use crate::posts::csv::{Cut, Cutter, Dialect, cut};
use crate::posts::encoding::{self, Letters, Utf8};
use crate::posts::jsonl::{Lines, is_object};
use crate::posts::record::{MOST_COLUMNS, Record};
use crate::posts::{date, number};

/// So much of a file is looked at to find its layout.
const HEAD: usize = 1 << 20;
/// So many records are cut on trial.
const TRIAL: usize = 300;
const DELIMITERS: &[u8] = b",;\t|";

/// The layout of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// CSV or JSONL.
    pub format: FileFormat,
    /// The encoding.
    pub letters: Letters,
    /// How cells are told apart (CSV).
    pub dialect: Dialect,
    /// Lines above the header that only name the delimiter.
    pub preamble: u64,
    /// Rows of the header: 0 if there is none, 3 for Qualtrics.
    pub header_rows: u64,
    /// Names, unique; JSONL: dotted paths, in order of first sight.
    pub columns: Vec<String>,
    /// What the second row of a header says (the questions of a survey); empty if there is none.
    pub labels: Vec<String>,
    /// The time zone that the header names.
    pub zone: Option<Zone>,
}

impl Shape {
    /// The same for all files with the same set of columns: what a remembered mapping is found by.
    pub fn hash(&self) -> String {
        let mut names: Vec<String> = self.columns.iter().map(|name| name.to_lowercase()).collect();
        names.sort_unstable();
        let digest = Sha256::digest(format!("{}\u{1f}{}", self.format.code(), names.join("\u{1f}")));
        hex(&digest)
    }
}

/// "CSV, UTF-8, cells between “;”".
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.format, self.letters.encoding.name())?;
        match (self.format, self.dialect.delimiter) {
            (FileFormat::Jsonl, _) => Ok(()),
            (_, Dialect::ONE_COLUMN) => f.write_str(", one column"),
            (_, b'\t') => f.write_str(", cells between tabs"),
            (_, other) => write!(f, ", cells between “{}”", char::from(other)),
        }
    }
}

/// Finds the layout. Looks at all bytes for the encoding, at the first mebibyte for the rest.
pub fn detect(source: &mut (impl Read + Seek)) -> Result<Shape, Unreadable> {
    let letters = encoding::detect(source)?;
    let mut utf8 = Utf8::new(&mut *source, letters)?;
    let mut head = Vec::new();
    let mut whole = false;
    while head.len() < HEAD && !whole {
        whole = !utf8.more(&mut head)?;
    }
    let text = String::from_utf8_lossy(&head);
    if text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    let one_column = Dialect { delimiter: Dialect::ONE_COLUMN, quoted: true };
    let mut shape = Shape {
        format: FileFormat::Jsonl,
        letters,
        dialect: one_column,
        preamble: 0,
        header_rows: 0,
        columns: Vec::new(),
        labels: Vec::new(),
        zone: None,
    };
    if looks_like_json(&text)? {
        let mut lines = Lines::new(Utf8::new(source, letters)?, &[]);
        let mut record = Record::default();
        for _ in 0..1000 {
            if lines.next(&mut record)?.is_none() {
                break;
            }
        }
        shape.columns = lines.columns().to_vec();
        return Ok(shape);
    }
    shape.format = FileFormat::Csv;
    let named = text.lines().next().and_then(|line| line.trim().strip_prefix("sep=")).and_then(|d| d.bytes().next());
    let body = if named.is_some() {
        shape.preamble = 1;
        head.get(head.iter().position(|b| *b == b'\n').map_or(head.len(), |n| n + 1)..).unwrap_or_default()
    } else {
        &head
    };
    shape.dialect = match named {
        Some(delimiter) => Dialect { delimiter, quoted: true },
        None => dialect(body, whole).unwrap_or(one_column),
    };
    shape.dialect.quoted = !quotes_are_letters(body, whole, shape.dialect);
    header(source, &mut shape)?;
    Ok(shape)
}

fn looks_like_json(text: &str) -> Result<bool, Unreadable> {
    const OTHERS: &[(&str, &str, &str)] = &[
        ("[", "a JSON array", "write one object a line, for instance with: jq -c '.[]'"),
        ("<", "a web page or XML", "it may be the sign-in page of the site you exported from; export again as CSV"),
    ];
    let start = text.trim_start();
    if start.starts_with('{') {
        if start.lines().take(5).any(is_object) {
            return Ok(true);
        }
        let advice = "write one object a line, for instance with: jq -c .";
        let spread = start.lines().next().is_some_and(|line| line.trim() == "{");
        // A torn line is still one of JSON: no name of a column begins like this.
        return if spread {
            Err(Unreadable::NotText { what: "JSON over several lines", advice })
        } else {
            Ok(start.starts_with("{\""))
        };
    }
    let array = start.starts_with("[{") || start.lines().next().is_some_and(|line| line.trim() == "[");
    match OTHERS.iter().find(|(mark, ..)| start.starts_with(mark) && (*mark == "<" || array)) {
        Some((_, what, advice)) => Err(Unreadable::NotText { what, advice }),
        None => Ok(false),
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Trial {
    width: usize,
    records: usize,
    agreeing: usize,
    torn: usize,
    /// Cells that stand between two quotes; counts where quotes are letters.
    enclosed: usize,
}

/// Cuts the beginning of a file on trial and counts how many records are as wide as the first.
fn trial(head: &[u8], whole: bool, dialect: Dialect) -> Trial {
    let (mut text, mut ends) = (Vec::new(), Vec::new());
    let mut found = Trial::default();
    let mut rest = head;
    while found.records < TRIAL {
        rest = rest.get(rest.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count()..).unwrap_or_default();
        let length = match cut(rest, whole, dialect, &mut text, &mut ends) {
            _ if rest.is_empty() => break,
            Cut::Whole(length) => {
                if found.width == 0 {
                    found.width = ends.len();
                }
                found.agreeing += usize::from(ends.len() == found.width);
                let row = rest.get(..length).unwrap_or_default().trim_ascii_end();
                let enclosed = |cell: &&[u8]| cell.len() > 1 && cell.starts_with(b"\"") && cell.ends_with(b"\"");
                found.enclosed += row.split(|b| *b == dialect.delimiter).filter(enclosed).count();
                length
            }
            Cut::Unfinished { quoted: false } => break,
            Cut::Unfinished { quoted: true } if !whole && rest.len() < head.len() / 2 => break,
            Cut::Unfinished { .. } | Cut::Torn => {
                found.torn += 1;
                rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |n| n + 1)
            }
        };
        found.records += 1;
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// The delimiter under which most records are as wide as the first; of equals, the one with more columns.
fn dialect(head: &[u8], whole: bool) -> Option<Dialect> {
    let first = head.split(|b| *b == b'\n').next().unwrap_or_default();
    let tried = DELIMITERS.iter().flat_map(|delimiter| {
        let dialect = |quoted| Dialect { delimiter: *delimiter, quoted };
        let (quoted, plain) = (trial(head, whole, dialect(true)), trial(head, whole, dialect(false)));
        // Where hardly a row survives its quotes, the rows without them still show the delimiter.
        [(dialect(true), quoted.agreeing, quoted), (dialect(true), plain.agreeing / 2, plain)]
    });
    let fitting = tried.filter(|(dialect, agreeing, trial)| {
        // Commas within a sentence are followed by a space, those between the names of columns seldom are.
        let sentence = first.windows(2).any(|pair| pair == [dialect.delimiter, b' ']);
        trial.width > 1 && (*agreeing == trial.records || !sentence && agreeing * 4 > trial.records)
    });
    let best = fitting.max_by_key(|(_, agreeing, trial)| (agreeing * 20 / trial.records.max(1), trial.width));
    best.map(|(dialect, ..)| dialect)
}

/// Many programs never quote between tabs, and some write quotes that mean nothing: there a quote is a letter, if all rows are as
/// wide as they should be without quoting, and hardly a cell stands between two.
fn quotes_are_letters(head: &[u8], whole: bool, dialect: Dialect) -> bool {
    let quoted = trial(head, whole, dialect);
    let plain = trial(head, whole, Dialect { quoted: false, ..dialect });
    let usual = matches!(dialect.delimiter, b'\t' | b'|' | Dialect::ONE_COLUMN);
    quoted.torn > 0
        && (usual || quoted.agreeing * 2 < quoted.records)
        && plain.agreeing == plain.records
        && plain.enclosed <= quoted.torn
}

fn header(source: &mut (impl Read + Seek), shape: &mut Shape) -> Result<(), Unreadable> {
    let mut cutter = Cutter::new(Utf8::new(source, shape.letters)?, shape.dialect);
    cutter.skip_head(shape.preamble, 0)?;
    let mut rows = Vec::new();
    let mut record = Record::default();
    let mut torn = false;
    while rows.len() < if torn { TRIAL } else { 3 } {
        match cutter.next(&mut record)? {
            Some(Ok(())) => rows.push(record.cells().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()),
            Some(Err(_)) => torn |= rows.is_empty(),
            None => break,
        }
    }
    if torn {
        // The header is the first bad row then; the columns have numbers, and as many are taken as most rows have.
        let count = |width: usize| rows.iter().filter(|row| row.len() == width).count();
        let width = rows.iter().map(Vec::len).max_by_key(|width| count(*width)).unwrap_or(1);
        shape.columns = unique(vec![String::new(); width.min(MOST_COLUMNS)]);
        return Ok(());
    }
    let mut rows = rows.into_iter();
    let Some(first) = rows.next() else { return Err(Unreadable::Empty) };
    if first.len() > MOST_COLUMNS {
        return Err(Unreadable::Mapping(format!("the file has {} columns; at most {MOST_COLUMNS} are taken", first.len())));
    }
    let second = rows.next().unwrap_or_default();
    let third = rows.next().unwrap_or_default();
    let qualtrics = third.iter().any(|cell| cell.starts_with("{\"ImportId\""));
    shape.header_rows = if qualtrics { 3 } else { u64::from(is_header(&first)) };
    if qualtrics {
        shape.labels = second;
        shape.zone = third.iter().find_map(|cell| {
            let cell: serde_json::Value = serde_json::from_str(cell).ok()?;
            let zone = cell.get("timeZone")?.as_str()?;
            if zone == "Z" { Some(Zone::UTC) } else { zone.parse().ok() }
        });
    }
    let given = if shape.header_rows == 0 { vec![String::new(); first.len()] } else { first };
    shape.columns = unique(given);
    Ok(())
}

/// A header names its columns: no numbers, dates, addresses or long texts, and nothing twice but emptiness.
fn is_header(cells: &[String]) -> bool {
    let value = |cell: &String| {
        number::parse(cell, 5.0).is_some() && !cell.contains(' ')
            || date::parse(cell, heard_domain::import::DateOrder::DayFirst, &Zone::UTC).is_ok()
            || cell.contains("://")
            || cell.contains('@') && cell.contains('.')
            || cell.chars().count() > 300
    };
    let filled: Vec<&String> = cells.iter().filter(|cell| !cell.is_empty()).collect();
    !filled.is_empty() && filled.len() * 2 >= cells.len() && !filled.iter().any(|cell| value(cell))
}

/// Names for the nameless, and a number behind a name that was there before.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    let name = |(index, name): (usize, String)| {
        let name = if name.is_empty() { format!("Column {}", index + 1) } else { name };
        let mut own = name.clone();
        for n in 2.. {
            if seen.insert(own.clone()) {
                break;
            }
            own = format!("{name} ({n})");
        }
        own
    };
    names.into_iter().enumerate().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn shape(text: &str) -> Shape {
        detect(&mut Cursor::new(text.as_bytes().to_vec())).unwrap()
    }

    #[test]
    fn delimiters_are_told_by_consistency_not_by_number() {
        let cases = [
            ("a,b\n1,2\n", b','),
            ("name;note\nAnn;fine, quick, cheap\nBob;slow, dear, late\n", b';'),
            ("name\tnote\nAnn\tfine, quick\n", b'\t'),
            ("name|note\nAnn|fine; quick, ok\n", b'|'),
            ("score;note\n4,5;good\n3,5;bad\n", b';'),
            ("sep=;\na;b\n1;2\n", b';'),
            ("note\nfine, quick, cheap\nslow\n", Dialect::ONE_COLUMN),
            ("only a header,with two\n", b','),
            ("What do you think, all in all?\nfine, really\nslow\nwell, quick\n", Dialect::ONE_COLUMN),
            ("id,when,note\n1,2026-03-22,\"torn\n2,2026-03-22,\"torn\n3,2026-03-22,\"torn\n", b','),
        ];
        for (text, delimiter) in cases {
            assert_eq!(char::from(shape(text).dialect.delimiter), char::from(delimiter), "{text}");
        }
    }

    #[test]
    fn quotes_that_enclose_nothing_are_letters() {
        let tsv = shape("text\tlabel\n\"I love it\tgood\nso \"so\"\tbad\n\"no\" he said\tbad\n");
        assert!(!tsv.dialect.quoted);
        assert!(shape("text,label\n\"I, too\",good\n").dialect.quoted);
        assert!(shape("text,label\n\"I, too\",good\n\"torn,bad\nso,so\n").dialect.quoted);
        assert!(!shape("a,b,c\n1,2,\"x\n1,2,\"x\n1,2,\"x\n1,2,\"x\n").dialect.quoted);
    }

    #[test]
    fn headers_are_told_from_values() {
        assert_eq!(shape("id,text\n1,fine\n").columns, ["id", "text"]);
        assert_eq!(shape("9566,\"This would help\",0\n9569,\"Please\",1\n").header_rows, 0);
        assert_eq!(shape("9566,\"This would help\",0\n9569,\"Please\",1\n").columns, ["Column 1", "Column 2", "Column 3"]);
        assert_eq!(shape("id,\"te\"xt\n1,fine\n2,slow\n").columns, ["Column 1", "Column 2"]);
        assert_eq!(shape("score,,score,Score\n1,2,3,4\n").columns, ["score", "Column 2", "score (2)", "Score"]);
    }

    #[test]
    fn the_hash_forgets_the_order_and_letter_case_of_columns() {
        assert_eq!(shape("a,b\n1,2\n").hash(), shape("B;A\r\n1;2\r\n").hash());
        assert_ne!(shape("a,b\n1,2\n").hash(), shape("a,c\n1,2\n").hash());
    }

    #[test]
    fn json_is_recognised_and_other_layouts_of_it_are_explained() {
        let jsonl = shape("{\"b\":1,\"a\":{\"c\":2}}\n{\"d\":1}\n");
        assert_eq!((jsonl.format, jsonl.columns.join(" ")), (FileFormat::Jsonl, "b a.c d".to_owned()));
        assert_eq!(shape("{\"b\":1,\"a").format, FileFormat::Jsonl);
        for (text, hint) in [("[{\"a\":1}]", "jq -c '.[]'"), ("{\n \"a\": 1\n}\n", "jq -c ."), ("<!doctype html>", "sign-in")] {
            let refused = detect(&mut Cursor::new(text.as_bytes().to_vec())).unwrap_err().to_string();
            assert!(refused.contains(hint), "{refused}");
        }
    }
}

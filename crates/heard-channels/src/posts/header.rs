//! The layout of tables: what stands between cells, and what the columns are called.

use std::collections::HashSet;
use std::io::{Read, Seek};

use heard_domain::import::FileFormat;
use heard_domain::time::Zone;

use crate::error::Unreadable;
use crate::posts::csv::{Cut, Cutter, Dialect, cut};
use crate::posts::encoding::Utf8;
use crate::posts::record::{MOST_COLUMNS, Record};
use crate::posts::shape::Shape;
use crate::posts::words::normal;
use crate::posts::{date, number};

/// So many records are cut on trial.
const TRIAL: usize = 300;
const DELIMITERS: &[u8] = b",;\t|";

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
pub fn dialect(head: &[u8], whole: bool) -> Option<Dialect> {
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
pub fn quotes_are_letters(head: &[u8], whole: bool, dialect: Dialect) -> bool {
    let quoted = trial(head, whole, dialect);
    let plain = trial(head, whole, Dialect { quoted: false, ..dialect });
    let usual = matches!(dialect.delimiter, b'\t' | b'|' | Dialect::ONE_COLUMN);
    quoted.torn > 0
        && (usual || quoted.agreeing * 2 < quoted.records)
        && plain.agreeing == plain.records
        && plain.enclosed <= quoted.torn
}

/// Finds the header and names the columns.
pub fn header(source: &mut (impl Read + Seek), shape: &mut Shape) -> Result<(), Unreadable> {
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
        shape.cells = shape.columns.clone();
        return Ok(());
    }
    let mut rows = rows.into_iter();
    let Some(mut first) = rows.next() else { return Err(Unreadable::Empty) };
    if first.len() > MOST_COLUMNS {
        return Err(Unreadable::Mapping(format!("the file has {} columns; at most {MOST_COLUMNS} are taken", first.len())));
    }
    let second = rows.next().unwrap_or_default();
    let third = rows.next().unwrap_or_default();
    if shape.format == FileFormat::Xlsx {
        // People write beside their tables; a row must not be refused because nobody named the column.
        let width = first.len().max(second.len()).max(third.len()).min(MOST_COLUMNS);
        first.resize(width, String::new());
    }
    let qualtrics = third.iter().any(|cell| cell.starts_with("{\"ImportId\""));
    shape.header_rows = if qualtrics { 3 } else { u64::from(is_header(&first)) };
    let monkey = surveymonkey(&first, &second);
    if monkey {
        shape.header_rows = 2;
    }
    if qualtrics {
        shape.labels.clone_from(&second);
        shape.zone = third.iter().find_map(|cell| {
            let cell: serde_json::Value = serde_json::from_str(cell).ok()?;
            let zone = cell.get("timeZone")?.as_str()?;
            if zone == "Z" { Some(Zone::UTC) } else { zone.parse().ok() }
        });
    }
    let given = match shape.header_rows {
        0 => vec![String::new(); first.len()],
        _ if monkey => questions(&first, &second),
        _ => first,
    };
    shape.columns = unique(given);
    shape.cells = shape.columns.clone();
    Ok(())
}

/// A second row with the choices under the questions: what names the answer itself has nothing to choose.
fn surveymonkey(first: &[String], second: &[String]) -> bool {
    let place = |wanted: &str| first.iter().position(|name| normal(name) == wanted);
    let (Some(respondent), Some(collector)) = (place("respondentid"), place("collectorid")) else { return false };
    let nothing = |at: usize| second.get(at).is_some_and(String::is_empty);
    nothing(respondent) && nothing(collector) && second.iter().any(|cell| !cell.is_empty())
}

/// Each column with its question and, where there are several to choose, its choice.
fn questions(first: &[String], second: &[String]) -> Vec<String> {
    let mut question = "";
    let mut names = Vec::new();
    for (at, name) in first.iter().enumerate() {
        if !name.is_empty() {
            question = name;
        }
        let choice = second.get(at).map(String::as_str).unwrap_or_default();
        let answer = matches!(choice.to_lowercase().as_str(), "" | "response" | "open-ended response");
        names.push(if answer {
            question.to_owned()
        } else {
            let short: String = question.chars().take(80).collect();
            format!("{short}: {choice}")
        });
    }
    names
}

/// A header names its columns: no numbers, dates, addresses or long texts, and nothing twice but emptiness.
pub fn is_header(cells: &[String]) -> bool {
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

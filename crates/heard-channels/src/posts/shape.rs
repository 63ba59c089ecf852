//! The layout of a file: encoding, delimiter, header and columns, found from its bytes alone.

use std::collections::HashSet;
use std::fmt;
use std::io::{Cursor, Read, Seek, SeekFrom};

use heard_domain::hex::hex;
use heard_domain::import::FileFormat;
use heard_domain::time::Zone;
use sha2::{Digest, Sha256};

use crate::error::Unreadable;
use crate::posts::csv::{Cut, Cutter, Dialect, cut};
use crate::posts::encoding::{self, Letters, Utf8};
use crate::posts::document::prefix;
use crate::posts::gather::Gather;
use crate::posts::jsonl::{Objects, is_object};
use crate::posts::packed::Packed;
use crate::posts::preset::{Family, Preset};
use crate::posts::record::{MOST_COLUMNS, Record};
use crate::posts::shaping::Step;
use crate::posts::words::normal;
use crate::posts::workbook::Sheet;
use crate::posts::{archive, date, gather, number, registry, workbook};

/// So much of a file is looked at to find its layout.
const HEAD: usize = 1 << 20;
/// So many records are cut on trial.
const TRIAL: usize = 300;
/// So many objects of JSON are looked at for their fields.
const LOOKED: usize = 1000;
/// Names under which programs put lists of rows into a document.
const USUAL: &[&str] = &["data", "items", "results", "records", "responses", "rows", "feedback", "reviews", "posts", "messages"];
const DELIMITERS: &[u8] = b",;\t|";

/// The layout of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// What it is.
    pub format: FileFormat,
    /// The encoding.
    pub letters: Letters,
    /// How cells are told apart (tables).
    pub dialect: Dialect,
    /// Lines above the header: they only name the delimiter, or are titles of a sheet.
    pub preamble: u64,
    /// Rows of the header: 0 if there is none, 2 for SurveyMonkey, 3 for Qualtrics.
    pub header_rows: u64,
    /// Names, unique; JSON: dotted paths, in order of first sight.
    pub columns: Vec<String>,
    /// The columns of the file itself, where several rows become one record; else the same as `columns` (tables).
    pub cells: Vec<String>,
    /// What the second row of a header says (the questions of a survey); empty if there is none.
    pub labels: Vec<String>,
    /// The time zone that the header names.
    pub zone: Option<Zone>,
    /// Where in a JSON document the rows lie, as a dotted path; empty: at the top.
    pub path: String,
    /// How the objects of JSON are made plain, as their layout declares.
    pub steps: &'static [Step],
    /// How several rows become one record, as their layout declares.
    pub gather: Option<&'static Gather>,
    /// The known layout, by its place in [`registry::PRESETS`].
    pub known: Option<usize>,
    /// What is read of a packed file.
    pub packed: Option<Packed>,
    /// What a person should know of how it is read: the sheet, the member of an archive.
    pub notes: Vec<String>,
}

impl Shape {
    /// The same for all files with the same set of columns, whatever they are packed in: what a remembered mapping is found by.
    pub fn hash(&self) -> String {
        let mut names: Vec<String> = self.columns.iter().map(|name| name.to_lowercase()).collect();
        names.sort_unstable();
        let format = match Family::of(self.format) {
            Family::Table => FileFormat::Csv,
            Family::Json => FileFormat::Jsonl,
        };
        let digest = Sha256::digest(format!("{}\u{1f}{}", format.code(), names.join("\u{1f}")));
        hex(&digest)
    }
}

/// "CSV, UTF-8, cells between “;”".
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.format)?;
        if let Some(Packed::Sheet(name)) = &self.packed {
            return write!(f, ", sheet “{name}”");
        }
        write!(f, ", {}", self.letters.encoding.name())?;
        match (Family::of(self.format), self.dialect.delimiter) {
            (Family::Json, _) if self.path.is_empty() => {}
            (Family::Json, _) => write!(f, ", rows in “{}”", self.path)?,
            (_, Dialect::ONE_COLUMN) => f.write_str(", one column")?,
            (_, b'\t') => f.write_str(", cells between tabs")?,
            (_, other) => write!(f, ", cells between “{}”", char::from(other))?,
        }
        match &self.packed {
            Some(Packed::Member(place)) => write!(f, ", in the archive as “{}”", place.name),
            _ => Ok(()),
        }
    }
}

const ONE_COLUMN: Dialect = Dialect { delimiter: Dialect::ONE_COLUMN, quoted: true };

fn empty(format: FileFormat, letters: Letters) -> Shape {
    Shape {
        format,
        letters,
        dialect: ONE_COLUMN,
        preamble: 0,
        header_rows: 0,
        columns: Vec::new(),
        cells: Vec::new(),
        labels: Vec::new(),
        zone: None,
        path: String::new(),
        steps: &[],
        gather: None,
        known: None,
        packed: None,
        notes: Vec::new(),
    }
}

/// Finds the layout. Looks at all bytes for the encoding, at the first mebibyte for the rest; what is packed is looked into.
pub fn detect(source: &mut (impl Read + Seek)) -> Result<Shape, Unreadable> {
    let mut magic = Vec::new();
    source.seek(SeekFrom::Start(0))?;
    source.by_ref().take(4).read_to_end(&mut magic)?;
    if magic != b"PK\x03\x04" {
        return plain(source);
    }
    let members = archive::members(source)?;
    if workbook::is_workbook(&members) {
        workbook::check(source, &members)?;
        return sheet(source);
    }
    archive::open(source, members)
}

/// The sheet of a workbook to read: the first with a header and rows under it.
fn sheet(source: &mut (impl Read + Seek)) -> Result<Shape, Unreadable> {
    let (names, hidden) = workbook::sheets(&mut *source)?;
    let mut best: Option<(bool, String, u64)> = None;
    for name in &names {
        let rows = Sheet::new(&mut *source, name)?.first()?;
        let filled = |row: &[String]| row.iter().filter(|cell| !cell.trim().is_empty()).count();
        let under = |at: usize| rows.iter().skip(at + 1).any(|(_, row)| filled(row) > 0);
        // A title stands alone in its row; the header is the first row with more than one name.
        let several = rows.iter().enumerate().position(|(at, (_, row))| filled(row) > 1 && is_header(row) && under(at));
        let single = || rows.iter().enumerate().position(|(at, (_, row))| filled(row) == 1 && under(at));
        let lines = |at: usize| rows.get(at).map_or(0, |(lines, _)| *lines);
        if let Some(at) = several {
            best = Some((true, name.clone(), lines(at)));
            break;
        }
        if best.is_none()
            && let Some(at) = single().or_else(|| (!rows.is_empty()).then_some(0))
        {
            best = Some((false, name.clone(), lines(at)));
        }
    }
    let Some((_, name, preamble)) = best else { return Err(Unreadable::Empty) };
    let mut shape = empty(FileFormat::Xlsx, PLAIN);
    shape.dialect = Dialect { delimiter: b',', quoted: true };
    shape.preamble = preamble;
    let others: Vec<&str> = names.iter().filter(|other| **other != name).map(String::as_str).collect();
    shape.notes.push(match others.as_slice() {
        [] => format!("the sheet “{name}” is read"),
        [one] => format!("the sheet “{name}” is read, “{one}” is not"),
        several => format!("the sheet “{name}” is read, {} others are not (“{}”)", several.len(), several.join("”, “")),
    });
    if hidden > 0 {
        shape.notes.push(format!("hidden sheets and charts are not read ({hidden})"));
    }
    let mut rows = Sheet::new(&mut *source, &name)?;
    shape.packed = Some(Packed::Sheet(name));
    header(&mut rows, &mut shape)?;
    recognised(&mut rows, shape)
}

/// Finds the layout of a file that is not packed.
pub fn plain(source: &mut (impl Read + Seek)) -> Result<Shape, Unreadable> {
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
    if let Some(format) = json(&text, whole)? {
        let mut shape = empty(format, letters);
        if format == FileFormat::Json {
            shape.path = rows_of(&head);
        }
        shape.columns = objects(&mut *source, &shape)?;
        return recognised(source, shape);
    }
    let mut shape = empty(FileFormat::Csv, letters);
    let named = text.lines().next().and_then(|line| line.trim().strip_prefix("sep=")).and_then(|d| d.bytes().next());
    let body = if named.is_some() {
        shape.preamble = 1;
        head.get(head.iter().position(|b| *b == b'\n').map_or(head.len(), |n| n + 1)..).unwrap_or_default()
    } else {
        &head
    };
    shape.dialect = match named {
        Some(delimiter) => Dialect { delimiter, quoted: true },
        None => dialect(body, whole).unwrap_or(ONE_COLUMN),
    };
    shape.dialect.quoted = !quotes_are_letters(body, whole, shape.dialect);
    header(source, &mut shape)?;
    recognised(source, shape)
}

/// Holds a layout against the known ones; what the known one declares changes the columns.
fn recognised(source: &mut (impl Read + Seek), mut shape: Shape) -> Result<Shape, Unreadable> {
    shape.known = registry::place(&shape);
    let Some(preset) = registry::recognise(&shape).filter(|_| shape.known.is_some()) else { return Ok(shape) };
    if !preset.steps.is_empty() {
        shape.steps = preset.steps;
        shape.columns = objects(&mut *source, &shape)?;
    }
    if let Some(gather) = preset.gather {
        shape.columns = gather::columns(&mut *source, &shape, gather)?;
        shape.gather = Some(gather);
        shape.labels.clear();
    }
    Ok(shape)
}

/// The columns of the first objects.
fn objects(source: &mut (impl Read + Seek), shape: &Shape) -> Result<Vec<String>, Unreadable> {
    let input = Utf8::new(source, shape.letters)?;
    let mut objects = match shape.format {
        FileFormat::Json => Objects::document(input, &shape.path, &[], shape.steps),
        _ => Objects::lines(input, &[], shape.steps),
    };
    let mut record = Record::default();
    for _ in 0..LOOKED {
        if objects.next(&mut record)?.is_none() {
            break;
        }
    }
    Ok(objects.columns().to_vec())
}

/// Where the rows of a document lie: where a known layout finds its own, else under one of the usual names, else at the top.
fn rows_of(head: &[u8]) -> String {
    let presets = registry::PRESETS.iter().filter(|preset| preset.family == Family::Json);
    let mut paths: Vec<&str> = presets.clone().flat_map(|preset| preset.rows).copied().chain([""]).collect();
    // The top first: what has a list within may be a row itself.
    paths.sort_unstable();
    paths.dedup();
    let mut usual = None;
    for path in paths.iter().copied().chain(USUAL.iter().copied().filter(|path| !paths.contains(path))) {
        let Some(columns) = fields(head, path) else { continue };
        let mut shape = empty(FileFormat::Json, PLAIN);
        shape.columns = columns;
        let own = |preset: &&Preset| path.is_empty() || preset.rows.contains(&path);
        if presets.clone().filter(own).any(|preset| preset.fits(&shape)) {
            return path.to_owned();
        }
        if usual.is_none() && USUAL.contains(&path) {
            usual = Some(path);
        }
    }
    usual.unwrap_or_default().to_owned()
}

const PLAIN: Letters = Letters { encoding: encoding_rs::UTF_8, mark: 0 };

/// The fields of the first objects under a path; `None` if there is none.
fn fields(head: &[u8], path: &str) -> Option<Vec<String>> {
    let mut objects = Objects::document(Utf8::new(Cursor::new(head), PLAIN).ok()?, path, &[], &[]);
    let mut record = Record::default();
    let mut good = false;
    for _ in 0..20 {
        match objects.next(&mut record) {
            Ok(Some(read)) => good |= read.is_ok(),
            Ok(None) | Err(_) => break,
        }
    }
    good.then(|| objects.columns().to_vec())
}

/// Whether the text is JSON: objects on lines of their own, or a document.
fn json(text: &str, whole: bool) -> Result<Option<FileFormat>, Unreadable> {
    let start = text.trim_start();
    if start.starts_with('<') {
        return Err(Unreadable::NotText {
            what: "a web page or XML".into(),
            advice: "it may be the sign-in page of the site you exported from; export again as CSV",
        });
    }
    let behind = start.strip_prefix('[').map(str::trim_start);
    // A list of objects; but “[name],[text]” is a header.
    if behind.is_some_and(|inner| inner.starts_with('{') || inner.starts_with(']') && inner.len() < 9) || prefix(start.as_bytes()).is_some() {
        return Ok(Some(FileFormat::Json));
    }
    if !start.starts_with('{') {
        return Ok(None);
    }
    let mut lines = start.lines().map(str::trim).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next());
    if is_object(first) {
        // One object alone may be a document with the rows within.
        let alone = whole && second.is_none() && !rows_of(text.as_bytes()).is_empty();
        return Ok(Some(if alone { FileFormat::Json } else { FileFormat::Jsonl }));
    }
    // A line that ends within an object goes on in the next; a single line longer than what is looked at is a document.
    let goes_on = first.ends_with(['{', '[', ',', '}', ']', ':']) && second.is_some_and(|line| !line.starts_with('{'));
    let long = !whole && second.is_none();
    if first == "{" || goes_on || long {
        return Ok(Some(FileFormat::Json));
    }
    // A torn line is still one of JSON: no name of a column begins like this.
    Ok((start.starts_with("{\"") || text.lines().take(5).any(is_object)).then_some(FileFormat::Jsonl))
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
        shape.labels = second.clone();
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
    fn json_is_recognised_whether_on_lines_or_in_a_document() {
        let jsonl = shape("{\"b\":1,\"a\":{\"c\":2}}\n{\"d\":1}\n");
        assert_eq!((jsonl.format, jsonl.columns.join(" ")), (FileFormat::Jsonl, "b a.c d".to_owned()));
        assert_eq!(shape("{\"b\":1,\"a").format, FileFormat::Jsonl);
        let refused = detect(&mut Cursor::new(b"<!doctype html>".to_vec())).unwrap_err().to_string();
        assert!(refused.contains("sign-in"), "{refused}");
        for (text, path) in [
            ("[{\"a\":1}]", ""),
            ("{\n \"a\": 1\n}\n", ""),
            ("{\"data\":[{\"a\":1}],\"next\":null}", "data"),
            ("{\n  \"feed\": {\"entry\": [{\"a\":1}]},\n  \"a\": 2}", ""),
            ("window.YTD.like.part0 = [\n{\"a\":1}]", ""),
        ] {
            let shape = shape(text);
            assert_eq!((shape.format, shape.path.as_str()), (FileFormat::Json, path), "{text}");
        }
        assert_eq!(shape("[name],[text]\n1,fine and good\n").format, FileFormat::Csv);
    }
}

//! Finds the layout of a file from its bytes alone, whatever it is packed in.

use std::io::{Cursor, Read, Seek, SeekFrom};

use heard_domain::import::FileFormat;

use crate::error::Unreadable;
use crate::posts::archive::{self, Member, Place};
use crate::posts::csv::Dialect;
use crate::posts::document::prefix;
use crate::posts::encoding::{self, Letters, Utf8};
use crate::posts::header::{dialect, header, is_header, quotes_are_letters};
use crate::posts::jsonl::{Objects, is_object};
use crate::posts::packed::Packed;
use crate::posts::preset::Preset;
use crate::posts::record::Record;
use crate::posts::shape::{Family, Shape};
use crate::posts::workbook::{self, Sheet};
use crate::posts::{gathered, registry};

/// So much of a file is looked at to find its layout.
const HEAD: usize = 1 << 20;
/// So much of every member of an archive is looked at to find the one to read.
const MEMBER_HEAD: u64 = 128 << 10;
/// So many objects of JSON are looked at for their fields.
const LOOKED: usize = 1000;
/// Names under which programs put lists of rows into a document.
const USUAL: &[&str] = &["data", "items", "results", "records", "responses", "rows", "feedback", "reviews", "posts", "messages"];

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
    member(source, members)
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
    let mut shape = Shape::new(FileFormat::Xlsx, PLAIN);
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
fn plain(source: &mut (impl Read + Seek)) -> Result<Shape, Unreadable> {
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
        let mut shape = Shape::new(format, letters);
        if format == FileFormat::Json {
            shape.path = rows_of(&head);
        }
        shape.columns = objects(&mut *source, &shape)?;
        return recognised(source, shape);
    }
    let mut shape = Shape::new(FileFormat::Csv, letters);
    let named = text.lines().next().and_then(|line| line.trim().strip_prefix("sep=")).and_then(|d| d.bytes().next());
    let body = if named.is_some() {
        shape.preamble = 1;
        head.get(head.iter().position(|b| *b == b'\n').map_or(head.len(), |n| n + 1)..).unwrap_or_default()
    } else {
        &head
    };
    shape.dialect = match named {
        Some(delimiter) => Dialect { delimiter, quoted: true },
        None => dialect(body, whole).unwrap_or(shape.dialect),
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
        shape.columns = gathered::columns(&mut *source, &shape, gather)?;
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
    // A list is its rows.
    if head.trim_ascii_start().starts_with(b"[") || prefix(head.trim_ascii_start()).is_some() {
        return String::new();
    }
    let presets = registry::PRESETS.iter().filter(|preset| preset.family == Family::Json);
    let mut paths: Vec<&str> = presets.clone().flat_map(|preset| preset.rows).copied().chain([""]).collect();
    // The top first: what has a list within may be a row itself.
    paths.sort_unstable();
    paths.dedup();
    let mut usual = None;
    for path in paths.iter().copied().chain(USUAL.iter().copied().filter(|path| !paths.contains(path))) {
        let Some(columns) = fields(head, path) else { continue };
        let mut shape = Shape::new(FileFormat::Json, PLAIN);
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
    if behind.is_some_and(|inner| inner.starts_with('{') || inner.starts_with(']') && inner.len() < 9)
        || prefix(start.as_bytes()).is_some()
    {
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

/// Finds the one member with rows: among those of a known layout if there are any, else among those that are tables or JSON.
fn member<R: Read + Seek>(source: &mut R, members: Vec<Place>) -> Result<Shape, Unreadable> {
    let (mut known, mut others) = (Vec::new(), Vec::new());
    for place in members {
        let base = place.name.rsplit('/').next().unwrap_or_default();
        if place.name.starts_with("__MACOSX") || base.starts_with('.') || place.bytes == 0 {
            continue;
        }
        let mut head = Vec::new();
        let read = Member::new(&mut *source, place.clone()).and_then(|member| member.take(MEMBER_HEAD).read_to_end(&mut head));
        // What is cut off in the middle of a letter is no other encoding.
        let whole =
            head.len() - usize::from(head.len() as u64 == MEMBER_HEAD).min(head.iter().rev().take_while(|b| **b >= 0x80).count());
        head.truncate(whole);
        if read.is_err() && head.is_empty() {
            continue;
        }
        let Ok(shape) = plain(&mut Cursor::new(head)) else { continue };
        if registry::recognise(&shape).is_some() {
            known.push(place);
        } else if shape.columns.len() > 1 && shape.header_rows + u64::from(shape.labels.is_empty()) > 0 {
            others.push(place);
        }
    }
    let mut found = if known.is_empty() { others } else { known };
    match (found.pop(), found.len()) {
        (Some(place), 0) => {
            let mut member = Member::new(&mut *source, place.clone())?;
            let mut shape = plain(&mut member)?;
            shape.notes.push(format!("“{}” in the archive is read", place.name));
            shape.packed = Some(Packed::Member(place));
            Ok(shape)
        }
        (None, _) => Err(Unreadable::NotText {
            what: "an archive without a table or JSON in it".into(),
            advice: "unpack it and hand over the file with the rows",
        }),
        (Some(place), _) => {
            let names: Vec<&str> = found.iter().chain([&place]).take(5).map(|place| place.name.as_str()).collect();
            Err(Unreadable::NotText {
                what: format!("an archive with {} files that could be meant (“{}”)", found.len() + 1, names.join("”, “")).into(),
                advice: "unpack it and hand over each of them by itself",
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

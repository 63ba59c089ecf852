//! Reading a backup and believing nothing: form, tables, columns, values, counts and hashes are checked on the way.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::GzDecoder;
use heard_domain::hex::hex;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::backup::line::{FORMAT, FileLine, Header, PartLine, TableLine, Trailer, is_file_name, unhex, value_of};
use crate::backup::shape::{Table, tables};
use crate::error::StoreError;
use crate::sql::migrate::newest;

/// The longest line: a row with the longest verbatim is far below it.
const LONGEST: u64 = 256 << 20;

/// What stands in a backup.
pub enum Piece<'a> {
    /// A row of a table.
    Row(&'a Table, &'a [Json]),
    /// A file begins.
    File(&'a str),
    /// Some bytes of the file that has begun last.
    Part(&'a [u8]),
}

/// A backup that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its first line.
    pub header: Header,
    /// Its last.
    pub trailer: Trailer,
}

fn refused(reason: impl std::fmt::Display) -> StoreError {
    StoreError::refused("backup", reason.to_string())
}

/// The first line of a backup; one of a newer or another program is refused.
fn header(line: &[u8]) -> Result<Header, StoreError> {
    let json: Json = serde_json::from_slice(line).map_err(|_| refused("this is not a backup of Heard"))?;
    match json["heard_backup"].as_u64() {
        None => return Err(refused("this is not a backup of Heard")),
        Some(form) if form != u64::from(FORMAT) => {
            return Err(refused(format!(
                "it has form {form}, and this version of Heard reads form {FORMAT}: use the version that made it"
            )));
        }
        Some(_) => {}
    }
    let header: Header = serde_json::from_value(json).map_err(|error| refused(format!("its first line is damaged: {error}")))?;
    if header.schema > newest() || header.schema < 1 {
        return Err(refused(format!(
            "it was made by Heard {} with schema {}, and this version knows schemas up to {}: use that version or a later one",
            header.made_by,
            header.schema,
            newest()
        )));
    }
    Ok(header)
}

/// The first line of a backup: when it was made, and by what. Nothing else of it is looked at.
pub fn opening(path: &Path) -> Result<Header, StoreError> {
    let file = File::open(path).map_err(|error| refused(format!("{} cannot be read: {error}", path.display())))?;
    let mut lines = Lines { from: BufReader::new(GzDecoder::new(BufReader::new(file))), line: Vec::new(), number: 0 };
    if !lines.next().map_err(|_| refused("this is not a backup of Heard, or its beginning is damaged"))? {
        return Err(refused("it is empty"));
    }
    header(&lines.line)
}

/// Reads a backup from its first byte to its last and hands over what stands in it. Nothing handed over may be kept unless
/// this ends well.
pub fn read(path: &Path, each: &mut dyn FnMut(&Header, Piece<'_>) -> Result<(), StoreError>) -> Result<Checked, StoreError> {
    let file = File::open(path).map_err(|error| refused(format!("{} cannot be read: {error}", path.display())))?;
    let mut lines = Lines { from: BufReader::new(GzDecoder::new(BufReader::new(file))), line: Vec::new(), number: 0 };
    if !lines.next().map_err(|_| refused("this is not a backup of Heard, or its beginning is damaged"))? {
        return Err(refused("it is empty"));
    }
    let header = header(&lines.line)?;
    let tables = tables(header.schema)?;
    let (mut whole, mut content) = (Sha256::new(), Sha256::new());
    whole.update(&lines.line);
    let (mut at, mut rows, mut files): (Option<&Table>, BTreeMap<String, u64>, u64) = (None, BTreeMap::new(), 0);
    loop {
        if !lines.next()? {
            return Err(refused("it ends before its last line: it was cut short"));
        }
        let line = lines.line.as_slice();
        let trailer = match line.first() {
            Some(b'[') => {
                let table = at.ok_or_else(|| lines.bad("a row outside of a table"))?;
                let values: Vec<Json> = lines.parsed()?;
                if values.len() != table.columns.len() || values.iter().any(|value| value_of(value).is_none()) {
                    return Err(lines.bad(&format!("no row of {}", table.name)));
                }
                *rows.entry(table.name.clone()).or_default() += 1;
                each(&header, Piece::Row(table, &values))?;
                None
            }
            _ if line.starts_with(b"{\"table\"") => {
                let begun: TableLine = lines.parsed()?;
                let table = tables.iter().find(|table| table.name == begun.table && table.columns == begun.columns);
                let table = table
                    .ok_or_else(|| lines.bad(&format!("the table {} is not one of schema {}", begun.table, header.schema)))?;
                if rows.insert(table.name.clone(), 0).is_some() {
                    return Err(lines.bad(&format!("the table {} a second time", table.name)));
                }
                at = Some(table);
                None
            }
            _ if line.starts_with(b"{\"file\"") => {
                let begun: FileLine = lines.parsed()?;
                if !is_file_name(&begun.file) {
                    return Err(lines.bad("a file with a strange name"));
                }
                (at, files) = (None, files + 1);
                each(&header, Piece::File(&begun.file))?;
                None
            }
            _ if line.starts_with(b"{\"part\"") && files > 0 => {
                let part: PartLine = lines.parsed()?;
                let bytes = unhex(&part.part).ok_or_else(|| lines.bad("no hexadecimal digits"))?;
                each(&header, Piece::Part(&bytes))?;
                None
            }
            _ => Some(lines.parsed::<Trailer>()?),
        };
        let Some(trailer) = trailer else {
            whole.update(line);
            content.update(line);
            continue;
        };
        if trailer.sha256 != hex(&whole.finalize()) || trailer.content != hex(&content.finalize()) {
            return Err(refused("its content does not fit its checksum: it was altered or damaged"));
        }
        if trailer.rows != rows || trailer.files != files || rows.len() != tables.len() {
            return Err(refused("its rows do not fit their counts: it was altered or damaged"));
        }
        if lines.next()? {
            return Err(refused("something follows its last line: it was altered"));
        }
        return Ok(Checked { header, trailer });
    }
}

struct Lines {
    from: BufReader<GzDecoder<BufReader<File>>>,
    line: Vec<u8>,
    number: u64,
}

impl Lines {
    /// The next line; false at the end.
    fn next(&mut self) -> Result<bool, StoreError> {
        self.line.clear();
        self.number += 1;
        let read = (&mut self.from).take(LONGEST).read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| refused(format!("it is damaged or cut short at line {}: {error}", self.number)))?;
        if read > 0 && self.line.last() != Some(&b'\n') {
            return Err(self.bad("the end is missing"));
        }
        Ok(read > 0)
    }

    fn parsed<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_slice(&self.line).map_err(|error| self.bad(&error.to_string()))
    }

    fn bad(&self, what: &str) -> StoreError {
        refused(format!("it is damaged at line {}: {what}", self.number))
    }
}

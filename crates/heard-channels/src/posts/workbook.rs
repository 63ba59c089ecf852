//! Workbooks (xlsx): one sheet is read as separated values, piece by piece, so that a large sheet needs little memory. Formulas
//! are never evaluated; what is read are the values that the program which wrote the workbook left in its cells.
//!
//! Before the reader of workbooks sees a byte, [`check`] unpacks all members once, throwing away what comes out, and refuses
//! what goes beyond its caps: members, bytes, ratio, depth and length of tags and texts, and what the reader would have to hold.

use std::fmt::Write;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::error::Unreadable;
use crate::posts::archive::{Member, Place};
use crate::posts::record::{LONGEST_ROW, MOST_COLUMNS};
use crate::posts::rewind::{from_start, skip};
use crate::posts::xml::Watch;

/// The most bytes that all members together may unpack to.
const MOST_BYTES: u64 = 512 << 20;

/// The most members a workbook may have.
const MOST_MEMBERS: usize = 2_000;

/// The most bytes of each member that describes the workbook (styles, relations): what the reader makes of them is many times larger.
const MOST_DESCRIPTION: u64 = 1 << 20;

/// The most bytes that the shared texts may need, counted as text and a place for each.
const MOST_SHARED: u64 = 40 << 20;

/// What a shared text needs beside its letters, in bytes.
const PER_TEXT: u64 = 56;

/// So much of a sheet is held as separated values at a time.
const PIECE: usize = 4 << 20;

/// The most bytes a sheet may come to.
const MOST_TEXT: u64 = 1 << 30;

/// So many rows are looked at to find the header of a sheet.
pub const TRIED: usize = 30;

/// Whether the members are those of a workbook.
pub fn is_workbook(members: &[Place]) -> bool {
    let has = |name: &str| members.iter().any(|place| place.name.replace('\\', "/").eq_ignore_ascii_case(name));
    has("[Content_Types].xml") && has("xl/workbook.xml")
}

/// Refuses a workbook that would need more than it may; reads every member that the reader can read, to its end.
pub fn check<R: Read + Seek>(source: &mut R, members: &[Place]) -> std::result::Result<(), Unreadable> {
    let refuse = |reason: String| Err(Unreadable::Damaged(format!("{reason}: save the sheet as “CSV UTF-8” and hand that over")));
    if members.len() > MOST_MEMBERS {
        return refuse(format!("the workbook has {} parts; at most {MOST_MEMBERS} are taken", members.len()));
    }
    let mut total = 0;
    let mut block = vec![0; 64 << 10];
    for place in members {
        let name = place.name.to_ascii_lowercase().replace('\\', "/");
        let plain_text = std::path::Path::new(&name).extension().is_some_and(|end| end == "xml" || end == "rels");
        if name.contains("/media/") || name.contains("/embeddings/") {
            continue;
        }
        let sheet = name.contains("worksheets/") && !name.contains("_rels");
        let shared = name.ends_with("sharedstrings.xml");
        let mut member = Member::new(&mut *source, place.clone())?;
        let mut watch = Watch::default();
        let mut bytes = 0;
        loop {
            let read = member.read(&mut block)?;
            if read == 0 {
                break;
            }
            bytes += read as u64;
            total += read as u64;
            if total > MOST_BYTES {
                return refuse("the workbook unpacks to more than 512 MiB".to_owned());
            }
            if plain_text {
                if let Err(reason) = watch.feed(block.get(..read).unwrap_or_default()) {
                    return refuse(format!("the workbook's part “{}” {reason}", place.name));
                }
                if shared && bytes + watch.texts * PER_TEXT > MOST_SHARED {
                    return refuse("the workbook has more text in its cells than 40 MiB".to_owned());
                }
            }
            if !sheet && !shared && plain_text && bytes > MOST_DESCRIPTION && !name.contains("drawing") {
                return refuse(format!("the workbook's part “{}” is larger than 1 MiB", place.name));
            }
        }
        if watch.promised.saturating_mul(24) > MOST_SHARED {
            return refuse("the workbook promises more texts than it may have".to_owned());
        }
    }
    Ok(())
}

/// Why a workbook cannot be read.
fn damaged(error: &XlsxError) -> Unreadable {
    Unreadable::Damaged(format!("the workbook is damaged or of a kind that is not read: {error}"))
}

/// The visible sheets, in their order, and how many more there are.
pub fn sheets<R: Read + Seek>(source: R) -> std::result::Result<(Vec<String>, usize), Unreadable> {
    let book: Xlsx<R> = Xlsx::new(source).map_err(|e| damaged(&e))?;
    let all = book.sheets_metadata();
    let shown = all.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let shown: Vec<String> = shown.map(|sheet| sheet.name.clone()).collect();
    let hidden = all.len() - shown.len();
    Ok((shown, hidden))
}

/// The rows of a sheet as separated values.
pub struct Sheet<R: Read + Seek> {
    book: Xlsx<R>,
    name: String,
    /// The piece in hand, and how much of it was given.
    piece: Vec<u8>,
    given: usize,
    /// Rows that were turned into text so far, and the last row's number.
    rows: u64,
    number: Option<u32>,
    total: u64,
    ended: bool,
}

impl<R: Read + Seek> Sheet<R> {
    /// From its first row.
    pub fn new(source: R, name: &str) -> std::result::Result<Self, Unreadable> {
        let book = Xlsx::new(source).map_err(|e| damaged(&e))?;
        let name = name.to_owned();
        Ok(Self { book, name, piece: Vec::new(), given: 0, rows: 0, number: None, total: 0, ended: false })
    }

    /// The cells of the first rows, each with how many lines stand above it.
    pub fn first(&mut self) -> std::result::Result<Vec<(u64, Vec<String>)>, Unreadable> {
        let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
        let mut cells = self.book.worksheet_cells_reader(&self.name).map_err(|e| damaged(&e))?;
        let (mut last, mut lines) = (None, 0);
        while let Some(cell) = cells.next_cell().map_err(|e| damaged(&e))? {
            let (row, column) = cell.get_position();
            if last != Some(row) {
                if rows.len() == TRIED {
                    break;
                }
                let above =
                    rows.last().map_or(0, |(_, row)| 1 + row.iter().map(|cell| cell.matches('\n').count() as u64).sum::<u64>());
                lines += above + gap(last, row);
                rows.push((lines, Vec::new()));
                last = Some(row);
            }
            if let Some((_, cells)) = rows.last_mut()
                && (column as usize) < MOST_COLUMNS
            {
                if cells.len() <= column as usize {
                    cells.resize(column as usize + 1, String::new());
                }
                if let Some(place) = cells.get_mut(column as usize) {
                    *place = shown(cell.get_value());
                }
            }
        }
        Ok(rows)
    }

    /// The next piece of the sheet.
    fn fill(&mut self) -> Result<()> {
        self.piece.clear();
        self.given = 0;
        let failed = |e: &XlsxError| Error::new(ErrorKind::InvalidData, format!("the workbook is damaged: {e}"));
        let mut cells = self.book.worksheet_cells_reader(&self.name).map_err(|e| failed(&e))?;
        let (mut seen, mut current) = (0_u64, None);
        // How many cells of the row in hand were written, and where it began.
        let (mut width, mut begun) = (0_usize, 0_usize);
        let mut open = false;
        self.ended = true;
        while let Some(cell) = cells.next_cell().map_err(|e| failed(&e))? {
            let (row, column) = cell.get_position();
            if current != Some(row) {
                if open {
                    self.piece.push(b'\n');
                    (self.rows, self.number, open) = (seen, current, false);
                    if self.piece.len() >= PIECE {
                        self.ended = false;
                        break;
                    }
                }
                seen += 1;
                current = Some(row);
                if seen > self.rows {
                    self.piece.extend(std::iter::repeat_n(b'\n', gap(self.number, row) as usize));
                    (width, begun, open) = (0, self.piece.len(), true);
                }
            }
            if !open {
                continue;
            }
            let column = column as usize;
            if column >= MOST_COLUMNS {
                return Err(Error::new(ErrorKind::InvalidData, format!("the sheet has more than {MOST_COLUMNS} columns")));
            }
            // A row beyond what is taken is cut off just behind the limit, where it is refused.
            if column < width || self.piece.len() - begun > LONGEST_ROW {
                continue;
            }
            let commas = if width == 0 { column } else { column + 1 - width };
            self.piece.extend(std::iter::repeat_n(b',', commas));
            quoted(&shown(cell.get_value()), &mut self.piece);
            width = column + 1;
        }
        if open {
            self.piece.push(b'\n');
            (self.rows, self.number) = (seen, current);
        }
        self.total += self.piece.len() as u64;
        if self.total > MOST_TEXT {
            return Err(Error::new(ErrorKind::InvalidData, "the sheet comes to more than 1 GiB of text"));
        }
        Ok(())
    }
}

/// Rows without a cell between two rows.
fn gap(last: Option<u32>, row: u32) -> u64 {
    u64::from(last.map_or(row, |last| row.saturating_sub(last).saturating_sub(1)))
}

fn quoted(cell: &str, out: &mut Vec<u8>) {
    if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') {
        out.push(b'"');
        out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(cell.as_bytes());
    }
}

/// What a cell shows. Numbers that a spreadsheet cannot hold exactly look as it shows them, so that nobody takes them for keys.
fn shown(cell: &DataRef) -> String {
    match cell {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) if number.abs() >= 1e15 => {
            let plain = format!("{number:E}");
            plain.split_once('E').map_or(plain.clone(), |(figure, power)| format!("{figure}E+{power}"))
        }
        DataRef::Float(number) => number.to_string(),
        DataRef::DateTime(when) if when.is_datetime() && when.as_f64() >= 1.0 => {
            let (year, month, day, hour, minute, second, ms) = when.to_ymd_hms_milli();
            let mut out = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second, ms) != (0, 0, 0, 0) {
                // Writing into text cannot fail.
                let _ = write!(out, " {hour:02}:{minute:02}:{second:02}");
                if ms > 0 {
                    let _ = write!(out, ".{ms:03}");
                }
            }
            out
        }
        DataRef::DateTime(when) => when.as_f64().to_string(),
    }
}

impl<R: Read + Seek> Read for Sheet<R> {
    fn read(&mut self, room: &mut [u8]) -> Result<usize> {
        while self.given == self.piece.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let left = self.piece.get(self.given..).unwrap_or_default();
        let taken = left.len().min(room.len());
        if let (Some(room), Some(left)) = (room.get_mut(..taken), left.get(..taken)) {
            room.copy_from_slice(left);
        }
        self.given += taken;
        Ok(taken)
    }
}

impl<R: Read + Seek> Seek for Sheet<R> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let at = from_start(to)?;
        self.piece.clear();
        (self.given, self.rows, self.number, self.total, self.ended) = (0, 0, None, 0, false);
        skip(self, at)
    }
}

//! Separated values, cut into records with exact lines, and without ever losing more than the row that is torn.
//!
//! The rules: a record ends with LF, CRLF or CR outside quotes; `""` within quotes is a quote; a quote within an unquoted
//! cell is a letter; blank lines are no rows; empty cells beyond the header are dropped. A row is refused when its quotes
//! do not close or letters follow a closed quote, when it has another number of cells than the header, holds a NUL or a
//! byte that does not belong to the encoding, or is longer than [`LONGEST_ROW`]. After torn quotes, reading goes on with
//! the next line, so that one stray quote costs one row and not all that follow.

use std::io::{Read, Seek};

use memchr::{memchr, memchr_iter, memchr2, memchr3};

use crate::error::Unreadable;
use crate::posts::encoding::Utf8;
use crate::posts::record::{Flaw, LONGEST_ROW, Record, cell_at, sample};

/// How cells are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Between two cells.
    pub delimiter: u8,
    /// Whether quotes enclose cells.
    pub quoted: bool,
}

impl Dialect {
    /// A file with one column has no delimiter: this character stands in no text.
    pub const ONE_COLUMN: u8 = 0x1F;
}

/// What became of cutting a record off the beginning of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// A record of so many bytes, its end included.
    Whole(usize),
    /// The bytes end before the record does; within quotes or not.
    Unfinished {
        /// Whether a quote is open.
        quoted: bool,
    },
    /// Letters follow a closed quote.
    Torn,
}

/// Cuts one record off; `last`: no more bytes follow.
pub fn cut(bytes: &[u8], last: bool, dialect: Dialect, text: &mut Vec<u8>, ends: &mut Vec<usize>) -> Cut {
    text.clear();
    ends.clear();
    let mut at = 0;
    let rest = |at: usize| bytes.get(at..).unwrap_or_default();
    loop {
        if dialect.quoted && bytes.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let Some(n) = memchr(b'"', rest(at)) else {
                    return Cut::Unfinished { quoted: true };
                };
                text.extend_from_slice(rest(at).get(..n).unwrap_or_default());
                at += n + 1;
                if bytes.get(at) != Some(&b'"') {
                    break;
                }
                text.push(b'"');
                at += 1;
            }
            // Some programs pad behind the quote.
            at += if dialect.delimiter == b' ' { 0 } else { rest(at).iter().take_while(|b| **b == b' ').count() };
        } else {
            let n = memchr3(dialect.delimiter, b'\n', b'\r', rest(at)).unwrap_or(rest(at).len());
            text.extend_from_slice(rest(at).get(..n).unwrap_or_default());
            at += n;
        }
        if bytes.get(at).is_some_and(|b| *b != dialect.delimiter && !matches!(b, b'\n' | b'\r')) {
            return Cut::Torn;
        }
        ends.push(text.len());
        match bytes.get(at) {
            Some(b) if *b == dialect.delimiter => at += 1,
            Some(b'\n') => return Cut::Whole(at + 1),
            Some(_) => match bytes.get(at + 1) {
                Some(b'\n') => return Cut::Whole(at + 2),
                None if !last => return Cut::Unfinished { quoted: false },
                _ => return Cut::Whole(at + 1),
            },
            None if last => return Cut::Whole(at),
            None => return Cut::Unfinished { quoted: false },
        }
    }
}

/// The length of the first line, its end included.
fn first_line(bytes: &[u8]) -> usize {
    let end = memchr2(b'\n', b'\r', bytes).unwrap_or(bytes.len());
    let pair = bytes.get(end..).is_some_and(|rest| rest.starts_with(b"\r\n"));
    (end + if pair { 2 } else { 1 }).min(bytes.len())
}

/// How many line ends stand in some bytes.
fn lines(bytes: &[u8]) -> u64 {
    let feeds = memchr_iter(b'\n', bytes).count();
    let lone = memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    (feeds + lone) as u64
}

/// The records of a source, one after the other.
pub struct Cutter<R> {
    input: Utf8<R>,
    dialect: Dialect,
    /// How many cells a row must have, once that is known.
    pub width: Option<usize>,
    /// Rows are those of a sheet: however many lines a cell has, the next row is the next line.
    pub sheet: bool,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    line: u64,
    row: u64,
}

impl<R: Read + Seek> Cutter<R> {
    /// From the beginning of the source.
    pub fn new(input: Utf8<R>, dialect: Dialect) -> Self {
        Self { input, dialect, width: None, sheet: false, buffer: Vec::new(), start: 0, ended: false, line: 1, row: 0 }
    }

    /// Bytes of the source that were used so far, to within a block.
    pub fn taken(&self) -> u64 {
        self.input.taken().saturating_sub((self.buffer.len() - self.start) as u64)
    }

    /// Leaves out so many lines and then so many records, before row 1.
    pub fn skip_head(&mut self, lines: u64, records: u64) -> Result<(), Unreadable> {
        for _ in 0..lines {
            while first_line(self.rest()) == self.rest().len() && self.fill()? {}
            self.consume(first_line(self.rest()));
        }
        let width = self.width.take();
        let mut record = Record::default();
        for _ in 0..records {
            self.next(&mut record)?;
        }
        self.width = width;
        self.row = 0;
        Ok(())
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn consume(&mut self, bytes: usize) {
        let taken = self.rest().get(..bytes).unwrap_or_default();
        let blank = taken.iter().all(|b| *b == b'\n');
        self.line += if self.sheet && !blank { 1 } else { lines(taken) };
        self.start += bytes;
    }

    /// At least doubles what is there, so that a long record is looked at only a few times.
    fn fill(&mut self) -> Result<bool, Unreadable> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let wanted = self.buffer.len() * 2;
        while !self.ended {
            self.ended = !self.input.more(&mut self.buffer)?;
            if self.buffer.len() > wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn skip_blank_lines(&mut self) -> Result<bool, Unreadable> {
        loop {
            let blank = self.rest().iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
            if blank == self.rest().len() && !self.ended {
                // A return may be the first half of a line's end: it waits for the other half.
                let half = usize::from(self.rest().last() == Some(&b'\r'));
                self.consume(blank - half);
                self.fill()?;
                continue;
            }
            self.consume(blank);
            return Ok(!self.rest().is_empty());
        }
    }

    /// The next record, or what is wrong with it; `None` at the end.
    pub fn next(&mut self, record: &mut Record) -> Result<Option<Result<(), Flaw>>, Unreadable> {
        loop {
            if !self.skip_blank_lines()? {
                return Ok(None);
            }
            let (mut text, mut ends) = record.take_room();
            let bytes = loop {
                let cut = cut(self.rest(), self.ended, self.dialect, &mut text, &mut ends);
                let open = Some(ends.len());
                let room = self.rest().len() <= LONGEST_ROW;
                match cut {
                    Cut::Whole(bytes) if bytes <= LONGEST_ROW => break Ok(bytes),
                    Cut::Unfinished { .. } if room && !self.ended => {
                        self.fill()?;
                    }
                    Cut::Unfinished { quoted: true } if room => {
                        break Err((open, "the file ends inside a quote that is opened here and never closed"));
                    }
                    Cut::Unfinished { quoted: true } => {
                        break Err((
                            open,
                            "a quote that is opened here is not closed within 4 MiB, the longest row that is taken",
                        ));
                    }
                    Cut::Torn => break Err((open, "letters follow a closed quote: a quote within a cell must be doubled")),
                    Cut::Whole(_) | Cut::Unfinished { .. } => break Err((None, "the row is longer than 4 MiB")),
                }
            };
            self.row += 1;
            record.row = self.row;
            record.line = self.line;
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err((column, reason)) => return Ok(Some(Err(self.give_up_line(column, reason.to_owned())?))),
            };
            let raw = self.rest().get(..bytes).unwrap_or_default();
            let flaw = |column: Option<usize>, reason: String, sample: String| Flaw {
                row: record.row,
                line: record.line,
                column,
                reason,
                sample,
            };
            if let Some(at) = memchr(0, &text) {
                let (column, cell) = cell_at(&text, &ends, at);
                let flaw = flaw(Some(column), "holds a NUL byte".to_owned(), sample(cell));
                self.consume(bytes);
                return Ok(Some(Err(flaw)));
            }
            if let Some(width) = self.width
                && (ends.len() < width || ends.len() > width && text.len() > ends.get(width - 1).copied().unwrap_or(0))
            {
                let reason = format!("has {} cells; the header has {width}", ends.len());
                if self.swallowed(raw, width) {
                    let reason = format!("{reason}: a quote that is opened here does not close");
                    return Ok(Some(Err(self.give_up_line(None, reason)?)));
                }
                let torn = self.ended && bytes == self.rest().len() && !raw.ends_with(b"\n") && !raw.ends_with(b"\r");
                let reason = if torn { format!("the file ends in the middle of the row: it {reason}") } else { reason };
                let flaw = flaw(None, reason, sample(raw.trim_ascii_end()));
                self.consume(bytes);
                return Ok(Some(Err(flaw)));
            }
            self.consume(bytes);
            if let Err((column, sample)) = record.put(text, ends) {
                let reason = "holds a byte that does not belong to the file's encoding".to_owned();
                let (row, line) = (record.row, record.line);
                return Ok(Some(Err(Flaw { row, line, column: Some(column), reason, sample })));
            }
            if let Some(width) = self.width {
                record.truncate(width);
            }
            if !record.blank() {
                return Ok(Some(Ok(())));
            }
            self.row -= 1;
        }
    }

    /// Whether a record of the wrong width spans lines of which the second is a row of its own: then the quote that joins
    /// them is torn. In files of one or two columns a line of a verbatim could pass for a row, so there it never is.
    fn swallowed(&self, raw: &[u8], width: usize) -> bool {
        let second = raw.get(first_line(raw)..).unwrap_or_default();
        let (mut text, mut ends) = (Vec::new(), Vec::new());
        width > 2
            && !second.is_empty()
            && matches!(cut(second, true, self.dialect, &mut text, &mut ends), Cut::Whole(_))
            && ends.len() == width
    }

    /// Refuses the line on which a torn row starts; reading goes on with the next.
    fn give_up_line(&mut self, column: Option<usize>, reason: String) -> Result<Flaw, Unreadable> {
        while first_line(self.rest()) == self.rest().len() && self.rest().len() <= LONGEST_ROW && self.fill()? {}
        let line = self.rest().get(..first_line(self.rest())).unwrap_or_default();
        let flaw = Flaw { row: self.row, line: self.line, column, reason, sample: sample(line.trim_ascii_end()) };
        self.consume(first_line(self.rest()));
        Ok(flaw)
    }
}

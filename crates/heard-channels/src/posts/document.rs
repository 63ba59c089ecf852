//! JSON documents, cut into the objects that are rows, without ever holding more than one of them: an array, an object with an
//! array somewhere within (`{"data": [...]}`), one object after the other over several lines, or a script that assigns an array
//! (`window.YTD.tweets.part0 = [...]`, which is never run).
//!
//! What is torn costs its own row where the document is written over several lines, because the next row is known by its
//! indentation; in a document on one line everything behind the tear is lost, and that is said.

use std::io::{Read, Seek};

use memchr::memchr_iter;

use crate::error::Unreadable;
use crate::posts::encoding::Utf8;
use crate::posts::record::LONGEST_ROW;

/// The deepest nesting that is followed.
const DEEPEST: usize = 120;

/// The longest name of a field that is looked at on the way to the rows, in bytes.
const LONGEST_NAME: usize = 1000;

/// The longest assignment in front of a document, in bytes.
const LONGEST_PREFIX: usize = 200;

/// A row of a document, or what is wrong with it.
#[derive(Debug)]
pub struct Piece {
    /// The row, from 1.
    pub row: u64,
    /// The line on which it starts, from 1.
    pub line: u64,
    /// What is wrong with it, before anybody has looked inside.
    pub flaw: Option<String>,
}

/// Follows brackets and quotes to the end of a value.
#[derive(Debug, Default, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own of the text that is scanned")]
struct Scan {
    depth: usize,
    quoted: bool,
    escaped: bool,
    begun: bool,
    deep: bool,
}

impl Scan {
    /// The end of the value, if it is within these bytes, which follow those before.
    fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if self.quoted {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.quoted = false;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => (self.quoted, self.begun) = (true, true),
                b'{' | b'[' => {
                    (self.depth, self.begun) = (self.depth + 1, true);
                    self.deep |= self.depth > DEEPEST;
                }
                // The end of what stands around a bare value.
                b'}' | b']' | b',' if self.depth == 0 => return Some(at),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 && self.begun => return Some(at),
                b' ' | b'\t' | b'\r' | b'\n' => {}
                _ => self.begun = true,
            }
        }
        None
    }
}

/// Where in the document reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between whole documents.
    Top,
    /// Within an object, so many steps down the path to the rows.
    Path(usize),
    /// Between rows, so many objects deep.
    Rows(usize),
    /// Behind the rows, so many objects have to be closed.
    Closing(usize),
    /// Nothing more can be told.
    Ended,
}

/// The rows of a document, one after the other.
pub struct Elements<R> {
    input: Utf8<R>,
    path: Vec<String>,
    state: State,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    line: u64,
    row: u64,
    raw: std::ops::Range<usize>,
    /// How rows begin on lines of their own: line end, indentation, bracket and first name.
    opening: Option<Vec<u8>>,
    /// Whether anything but spaces was met.
    begun: bool,
}

impl<R: Read + Seek> Elements<R> {
    /// From the beginning; `path` leads to the rows.
    pub fn new(input: Utf8<R>, path: &str) -> Self {
        Self {
            input,
            path: path.split('.').filter(|key| !key.is_empty()).map(str::to_owned).collect(),
            state: State::Top,
            buffer: Vec::new(),
            start: 0,
            ended: false,
            line: 1,
            row: 0,
            raw: 0..0,
            opening: None,
            begun: false,
        }
    }

    /// Bytes of the source that were used so far, to within a block.
    pub fn taken(&self) -> u64 {
        self.input.taken().saturating_sub((self.buffer.len() - self.start) as u64)
    }

    /// The bytes of the row in hand.
    pub fn raw(&self) -> &[u8] {
        self.buffer.get(self.raw.clone()).unwrap_or_default()
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    fn consume(&mut self, bytes: usize) {
        let end = (self.start + bytes).min(self.buffer.len());
        self.line += memchr_iter(b'\n', self.buffer.get(self.start..end).unwrap_or_default()).count() as u64;
        self.start = end;
    }

    fn fill(&mut self) -> Result<bool, Unreadable> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.start);
        (self.start, self.raw) = (0, 0..0);
        self.ended = !self.input.more(&mut self.buffer)?;
        Ok(!self.ended)
    }

    /// The next byte that is no space, comma or semicolon.
    fn peek(&mut self) -> Result<Option<u8>, Unreadable> {
        loop {
            let skipped = self.rest().iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b',' | b';')).count();
            if let Some(byte) = self.rest().get(skipped).copied() {
                // How the line in front of a row is indented is kept for `opening`.
                self.note(skipped);
                self.consume(skipped);
                return Ok(Some(byte));
            }
            if self.ended {
                self.consume(skipped);
                return Ok(None);
            }
            if skipped > LONGEST_ROW {
                self.consume(skipped);
            }
            self.fill()?;
        }
    }

    /// Remembers how the first row on a line of its own begins.
    fn note(&mut self, skipped: usize) {
        if self.opening.is_some() || !matches!(self.state, State::Rows(_)) {
            return;
        }
        let (space, row) = self.rest().split_at_checked(skipped).unwrap_or_default();
        let Some(feed) = space.iter().rposition(|b| *b == b'\n') else { return };
        let name = row.iter().position(|b| *b == b'"').filter(|at| {
            row.get(1..*at).is_some_and(|between| between.iter().all(u8::is_ascii_whitespace)) && row.first() == Some(&b'{')
        });
        let Some(name) = name else { return };
        let end = row.iter().skip(name + 1).take(LONGEST_NAME).position(|b| *b == b'"').map(|n| name + n + 2);
        if let Some(end) = end {
            let indent = space.get(feed..).unwrap_or_default();
            self.opening = Some([indent, row.get(..end).unwrap_or_default()].concat());
        }
    }

    /// A string at the place, as it is written, without its quotes; `None` if there is none or it is too long.
    fn name(&mut self) -> Result<Option<String>, Unreadable> {
        let mut scan = Scan::default();
        let mut looked = 0;
        loop {
            if let Some(end) = scan.feed(self.rest().get(looked..).unwrap_or_default()) {
                let text = self.rest().get(..looked + end).unwrap_or_default();
                let name = serde_json::from_slice::<String>(text).ok();
                self.consume(looked + end);
                return Ok(name);
            }
            looked = self.rest().len();
            if looked > LONGEST_NAME || !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Leaves out a value, however long.
    fn skip_value(&mut self) -> Result<bool, Unreadable> {
        let mut scan = Scan::default();
        loop {
            if let Some(end) = scan.feed(self.rest()) {
                self.consume(end);
                return Ok(true);
            }
            self.consume(self.rest().len());
            if !self.fill()? && self.rest().is_empty() {
                return Ok(false);
            }
        }
    }

    fn flawed(&mut self, reason: &str, raw: usize) -> Piece {
        self.row += 1;
        self.raw = self.start..(self.start + raw).min(self.buffer.len());
        Piece { row: self.row, line: self.line, flaw: Some(reason.to_owned()) }
    }

    /// The next row; `None` at the end.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, Unreadable> {
        loop {
            let Some(byte) = self.peek()? else {
                let open = !matches!(self.state, State::Top | State::Ended);
                self.state = State::Ended;
                let torn = "the document ends before it is closed: what should follow is missing";
                return Ok(open.then(|| self.flawed(torn, 0)));
            };
            match self.state {
                State::Ended => return Ok(None),
                State::Top => match byte {
                    b'{' if self.path.is_empty() => {
                        self.begun = true;
                        return self.element().map(Some);
                    }
                    b'{' => {
                        self.consume(1);
                        self.state = State::Path(0);
                    }
                    b'[' => {
                        self.consume(1);
                        self.state = State::Rows(0);
                    }
                    _ if !self.begun && self.assignment()? => {}
                    _ => return Ok(Some(self.give_up("not JSON: neither an object nor a list of objects"))),
                },
                State::Path(level) => match byte {
                    b'}' => {
                        self.consume(1);
                        self.state = if level == 0 { State::Top } else { State::Closing(level) };
                    }
                    b'"' => {
                        if let Some(torn) = self.field(level)? {
                            return Ok(Some(torn));
                        }
                    }
                    _ => return Ok(Some(self.give_up("not JSON: the name of a field is expected"))),
                },
                State::Rows(open) => match byte {
                    b'{' => return self.element().map(Some),
                    b']' => {
                        self.consume(1);
                        self.state = if open == 0 { State::Top } else { State::Closing(open) };
                    }
                    b'}' | b':' => return Ok(Some(self.give_up("not JSON: a row is expected"))),
                    _ => {
                        let piece = self.flawed("not an object: rows have to be objects", self.rest().len().min(200));
                        let line = self.line;
                        let raw = self.raw.clone();
                        // The sample has to outlive what is left out behind it.
                        let sample = self.buffer.get(raw).unwrap_or_default().to_vec();
                        if !self.skip_value()? {
                            self.state = State::Ended;
                        }
                        self.keep(&sample);
                        return Ok(Some(Piece { line, ..piece }));
                    }
                },
                State::Closing(open) => match byte {
                    b'}' => {
                        self.consume(1);
                        self.state = if open == 1 { State::Top } else { State::Closing(open - 1) };
                    }
                    b'"' => {
                        if self.name()?.is_none() {
                            return Ok(Some(self.give_up("not JSON: the name of a field is expected")));
                        }
                        if self.peek()? == Some(b':') {
                            self.consume(1);
                        }
                        self.peek()?;
                        self.skip_value()?;
                    }
                    _ => return Ok(Some(self.give_up("not JSON behind the rows"))),
                },
            }
            self.begun = true;
        }
    }

    /// Puts a sample in front of what is still to be read.
    fn keep(&mut self, sample: &[u8]) {
        self.buffer.drain(..self.start);
        self.buffer.splice(..0, sample.iter().copied());
        (self.raw, self.start) = (0..sample.len(), sample.len());
    }

    /// Nothing behind this place can be told apart any more.
    fn give_up(&mut self, reason: &str) -> Piece {
        self.state = State::Ended;
        let length = self.rest().len().min(200);
        self.flawed(&format!("{reason}; nothing behind it can be read"), length)
    }

    /// A field on the way to the rows.
    fn field(&mut self, level: usize) -> Result<Option<Piece>, Unreadable> {
        let Some(name) = self.name()? else {
            return Ok(Some(self.give_up("not JSON: the name of a field is torn or too long")));
        };
        if self.peek()? != Some(b':') {
            return Ok(Some(self.give_up("not JSON: a colon is expected behind the name of a field")));
        }
        self.consume(1);
        let value = self.peek()?;
        let wanted = self.path.get(level) == Some(&name);
        let last = level + 1 == self.path.len();
        match value {
            Some(b'[') if wanted && last => {
                self.consume(1);
                self.state = State::Rows(level + 1);
            }
            Some(b'{') if wanted && last => {
                // A list of one is written as the one itself.
                self.state = State::Closing(level + 1);
                return self.element().map(Some);
            }
            Some(b'{') if wanted => {
                self.consume(1);
                self.state = State::Path(level + 1);
            }
            _ => {
                self.skip_value()?;
            }
        }
        Ok(None)
    }

    /// An assignment in front of the document is left out, not run.
    fn assignment(&mut self) -> Result<bool, Unreadable> {
        while self.rest().len() < LONGEST_PREFIX && self.fill()? {}
        let head = self.rest().get(..self.rest().len().min(LONGEST_PREFIX)).unwrap_or_default();
        let length = prefix(head);
        self.consume(length.unwrap_or(0));
        Ok(length.is_some())
    }

    /// The row at the place.
    fn element(&mut self) -> Result<Piece, Unreadable> {
        let line = self.line;
        self.row += 1;
        let row = self.row;
        let mut scan = Scan::default();
        let mut looked = 0;
        let piece = |flaw: Option<&str>| Piece { row, line, flaw: flaw.map(str::to_owned) };
        loop {
            let end = scan.feed(self.rest().get(looked..).unwrap_or_default()).map(|end| looked + end);
            if let Some(end) = end {
                let length = self.cut(end, scan.deep);
                self.raw = self.start..self.start + length;
                self.consume(length);
                let long = length > LONGEST_ROW;
                return Ok(piece(if long { Some("the row is longer than 4 MiB") } else { None }));
            }
            looked = self.rest().len();
            if looked > LONGEST_ROW {
                if let Some(next) = self.next_opening() {
                    self.raw = self.start..self.start + next;
                    self.consume(next);
                    return Ok(piece(Some("the row is not closed before the next one begins")));
                }
                let sample = self.rest().get(..1000).unwrap_or_default().to_vec();
                // The rest is left out as it comes.
                loop {
                    self.consume(self.rest().len());
                    let more = self.fill()?;
                    if let Some(end) = scan.feed(self.rest()) {
                        self.consume(end);
                        break;
                    }
                    if !more {
                        self.consume(self.rest().len());
                        self.state = State::Ended;
                        break;
                    }
                }
                self.keep(&sample);
                return Ok(piece(Some("the row is longer than 4 MiB or not closed")));
            }
            if !self.fill()? && self.rest().len() == looked {
                let next = self.next_opening();
                let length = next.unwrap_or(looked);
                self.raw = self.start..self.start + length;
                self.consume(length);
                if next.is_none() {
                    self.state = State::Ended;
                }
                return Ok(piece(Some("the row is not closed: the file ends in the middle of it, or a quote is torn")));
            }
        }
    }

    /// How many bytes of a row that seems to end there belong to it: where it is no JSON and another row begins within it,
    /// a quote is torn, and only what stands before that row is its own.
    fn cut(&self, end: usize, deep: bool) -> usize {
        let row = self.rest().get(..end).unwrap_or_default();
        let sound = !deep && serde_json::from_slice::<serde::de::IgnoredAny>(row).is_ok();
        if sound { end } else { self.next_opening().filter(|next| *next < end).unwrap_or(end) }
    }

    /// Where the next row begins on a line of its own.
    fn next_opening(&self) -> Option<usize> {
        let opening = self.opening.as_deref()?;
        let behind = self.rest().get(1..)?;
        memchr::memmem::find(behind, opening).map(|at| at + 1)
    }
}

/// The length of an assignment in front of a document.
pub fn prefix(head: &[u8]) -> Option<usize> {
    let end = head.iter().take(LONGEST_PREFIX).position(|b| *b == b'=')?;
    let target = head.get(..end).unwrap_or_default().trim_ascii();
    let rest = head.get(end + 1..).unwrap_or_default().trim_ascii_start();
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.' | b' ' | b'[' | b']' | b'"' | b'\'');
    let script = target.first().is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$')) && target.iter().all(name);
    (script && rest.first().is_some_and(|b| matches!(b, b'[' | b'{'))).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posts::encoding;
    use std::io::Cursor;

    fn read(text: &str, path: &str) -> Vec<(u64, Result<String, String>)> {
        let mut source = Cursor::new(text.as_bytes().to_vec());
        let letters = encoding::detect(&mut source).unwrap();
        let mut elements = Elements::new(Utf8::new(source, letters).unwrap(), path);
        let mut out = Vec::new();
        while let Some(piece) = elements.next_piece().unwrap() {
            let raw = String::from_utf8_lossy(elements.raw()).into_owned();
            assert_eq!(piece.row, out.len() as u64 + 1);
            out.push((piece.line, piece.flaw.map_or(Ok(raw), Err)));
        }
        out
    }

    fn good(text: &str, path: &str) -> Vec<String> {
        read(text, path).into_iter().map(|(_, row)| row.unwrap()).collect()
    }

    #[test]
    fn rows_are_found_wherever_they_lie() {
        assert_eq!(good("[{\"a\":1},\n{\"a\":\"}]\"}]", ""), ["{\"a\":1}", "{\"a\":\"}]\"}"]);
        assert_eq!(good("{\"a\":1}\n{\n\"a\":2}", ""), ["{\"a\":1}", "{\n\"a\":2}"]);
        assert_eq!(
            good("{\"n\":{\"data\":[{\"x\":0}]},\"data\":[{\"a\":1}],\"m\":[1,{}]}{\"data\":[{\"a\":2}]}", "data").len(),
            2
        );
        assert_eq!(good("{\"feed\":{\"id\":\"[\",\"entry\":{\"a\":1},\"z\":[]}}", "feed.entry"), ["{\"a\":1}"]);
        assert_eq!(good("window.YTD.tweets.part0 = [\n  {\"a\":1}\n]", ""), ["{\"a\":1}"]);
        assert_eq!(good("{\"data\":{}}", "feed.entry"), Vec::<String>::new());
    }

    #[test]
    fn what_is_torn_costs_its_own_row_where_rows_have_lines() {
        let text = "[\n  {\n    \"id\": 1,\n    \"t\": \"torn\n  },\n  {\n    \"id\": 2, \"in\": [{\n    \"id\": 9}]\n  },\n  {\n    \"id\": 3\n  }\n]";
        let rows = read(text, "");
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 6, 10]);
        assert!(rows[0].1.as_ref().unwrap_err().contains("a quote is torn") && rows[1].1.is_ok());
        assert!(rows[2].1.as_ref().unwrap().contains("\"id\": 3"));
    }

    #[test]
    fn ends_that_are_missing_are_named() {
        let rows = read("[{\"id\":1},{\"id\":2,\"t\":\"x", "");
        assert!(rows[0].1.is_ok() && rows[1].1.as_ref().unwrap_err().contains("not closed"), "{rows:?}");
        let rows = read("{\"data\":[{\"id\":1},", "data");
        assert!(rows[1].1.as_ref().unwrap_err().contains("ends before it is closed"), "{rows:?}");
        let rows = read("[1, {\"id\":1}, \"two\"]", "");
        assert_eq!(rows.iter().filter(|(_, row)| row.is_err()).count(), 2, "{rows:?}");
        let rows = read("[{\"id\":1}] nonsense", "");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn rows_beyond_the_limit_are_named_and_the_next_are_read() {
        let long = "x".repeat(LONGEST_ROW + 9);
        let rows = read(&format!("[{{\"a\":\"{long}\"}},{{\"a\":\"fine\"}}]"), "");
        assert_eq!(rows.len(), 2);
        assert!(rows[0].1.as_ref().unwrap_err().contains("4 MiB"));
        assert_eq!(rows[1].1.as_deref(), Ok("{\"a\":\"fine\"}"));
    }
}

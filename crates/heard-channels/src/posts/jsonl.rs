//! Objects of JSON, one a line or out of a document: nested objects become dotted paths, values of arrays are joined.

use std::collections::HashMap;
use std::fmt;
use std::io::{Read, Seek};

use memchr::memchr;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::error::Unreadable;
use crate::posts::document::{Elements, Piece};
use crate::posts::encoding::Utf8;
use crate::posts::record::{Flaw, LONGEST_ROW, MOST_COLUMNS, Record, sample};
use crate::posts::shaping::{Step, shape};

/// The columns seen so far and the values of the line in hand.
#[derive(Debug, Default)]
struct Slots {
    columns: Vec<String>,
    places: HashMap<String, usize>,
    values: Vec<String>,
}

impl Slots {
    fn at(&mut self, path: &str) -> Option<&mut String> {
        let place = match self.places.get(path) {
            Some(place) => *place,
            None if self.columns.len() >= MOST_COLUMNS => return None,
            None => {
                let place = self.columns.len();
                self.places.insert(path.to_owned(), place);
                self.columns.push(path.to_owned());
                place
            }
        };
        if self.values.len() <= place {
            self.values.resize(place + 1, String::new());
        }
        self.values.get_mut(place)
    }
}

/// The longest path to a field, in bytes: each is kept as a column's name.
const LONGEST_PATH: usize = 400;

/// Walks through a JSON value and puts every scalar at its path.
struct Walk<'a> {
    slots: &'a mut Slots,
    path: &'a mut String,
    within_array: bool,
}

impl Walk<'_> {
    fn scalar<E: de::Error>(self, value: &str) -> Result<(), E> {
        if self.path.is_empty() {
            return Err(E::custom("not a JSON object"));
        }
        let many = || E::custom(format!("more than {MOST_COLUMNS} different fields in one file"));
        let slot = self.slots.at(self.path).ok_or_else(many)?;
        if !self.within_array {
            slot.clear();
        } else if !slot.is_empty() {
            slot.push_str(", ");
        }
        slot.push_str(value);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        if self.path.is_empty() { Err(E::custom("not a JSON object")) } else { Ok(()) }
    }
    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.scalar(if value { "true" } else { "false" })
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.scalar(&value.to_string())
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.scalar(&value.to_string())
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.scalar(&value.to_string())
    }
    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.scalar(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.path.is_empty() {
            return Err(de::Error::custom("not a JSON object"));
        }
        let Self { slots, path, .. } = self;
        while items.next_element_seed(Walk { slots: &mut *slots, path: &mut *path, within_array: true })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Self { slots, path, within_array } = self;
        let length = path.len();
        while let Some(key) = entries.next_key::<String>()? {
            if length > 0 {
                path.push('.');
            }
            path.push_str(if key.is_empty() { "_" } else { &key });
            if path.len() > LONGEST_PATH {
                return Err(de::Error::custom(format!("a field's name is longer than {LONGEST_PATH} bytes")));
            }
            entries.next_value_seed(Walk { slots: &mut *slots, path: &mut *path, within_array })?;
            path.truncate(length);
        }
        Ok(())
    }
}

/// How objects are cut off a source.
enum Cutting<R> {
    Lines(Lines<R>),
    Document(Elements<R>),
}

/// The objects of a source, one after the other, as records.
pub struct Objects<R> {
    cutting: Cutting<R>,
    slots: Slots,
    steps: &'static [Step],
}

impl<R: Read + Seek> Objects<R> {
    /// One object a line, from the beginning; `columns` are those known so far, others follow as they are seen.
    pub fn lines(input: Utf8<R>, columns: &[String], steps: &'static [Step]) -> Self {
        let lines = Lines { input, buffer: Vec::new(), start: 0, ended: false, line: 0, raw: 0..0 };
        Self { cutting: Cutting::Lines(lines), slots: Slots::new(columns), steps }
    }

    /// A document; `path` leads to its rows.
    pub fn document(input: Utf8<R>, path: &str, columns: &[String], steps: &'static [Step]) -> Self {
        Self { cutting: Cutting::Document(Elements::new(input, path)), slots: Slots::new(columns), steps }
    }

    /// All columns seen so far.
    pub fn columns(&self) -> &[String] {
        &self.slots.columns
    }

    /// Bytes of the source that were used so far, to within a block.
    pub fn taken(&self) -> u64 {
        match &self.cutting {
            Cutting::Lines(lines) => lines.input.taken().saturating_sub((lines.buffer.len() - lines.start) as u64),
            Cutting::Document(elements) => elements.taken(),
        }
    }

    /// The bytes of the object in hand.
    pub fn raw(&self) -> &[u8] {
        match &self.cutting {
            Cutting::Lines(lines) => lines.buffer.get(lines.raw.clone()).unwrap_or_default().trim_ascii(),
            Cutting::Document(elements) => elements.raw(),
        }
    }

    /// The next record, or what is wrong with it; `None` at the end.
    pub fn next(&mut self, record: &mut Record) -> Result<Option<Result<(), Flaw>>, Unreadable> {
        let piece = match &mut self.cutting {
            Cutting::Lines(lines) => lines.next()?,
            Cutting::Document(elements) => elements.next_piece()?,
        };
        let Some(Piece { row, line, flaw }) = piece else { return Ok(None) };
        (record.row, record.line) = (row, line);
        let raw = match &self.cutting {
            Cutting::Lines(lines) => lines.buffer.get(lines.raw.clone()).unwrap_or_default().trim_ascii(),
            Cutting::Document(elements) => elements.raw(),
        };
        let read = flaw.map_or_else(|| self.slots.read(raw, self.steps), Err);
        let (mut text, mut ends) = record.take_room();
        if let Err(reason) = read {
            return Ok(Some(Err(Flaw { row, line, column: None, reason, sample: sample(raw) })));
        }
        for value in &self.slots.values {
            text.extend_from_slice(value.as_bytes());
            ends.push(text.len());
        }
        if let Some(at) = memchr(0, &text) {
            let column = ends.iter().position(|end| at < *end);
            let reason = "holds a NUL character".to_owned();
            return Ok(Some(Err(Flaw { row, line, column, reason, sample: sample(raw) })));
        }
        // The text comes out of strings, so this cannot fail.
        let _ = record.put(text, ends);
        Ok(Some(Ok(())))
    }
}

/// The lines of a source, one after the other.
struct Lines<R> {
    input: Utf8<R>,
    buffer: Vec<u8>,
    start: usize,
    ended: bool,
    line: u64,
    raw: std::ops::Range<usize>,
}

impl<R: Read + Seek> Lines<R> {
    fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    /// The end of the line at the start, reading on until there is one; the rest of an overlong line is thrown away.
    fn line_end(&mut self) -> Result<Option<(usize, bool)>, Unreadable> {
        let mut looked = 0;
        let mut long = false;
        loop {
            if let Some(n) = memchr(b'\n', self.rest().get(looked..).unwrap_or_default()) {
                return Ok(Some((looked + n + 1, long || looked + n > LONGEST_ROW)));
            }
            looked = self.rest().len();
            if looked > 2 * LONGEST_ROW {
                self.buffer.truncate(self.start + LONGEST_ROW);
                looked = LONGEST_ROW;
                long = true;
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            if self.ended {
                return Ok((looked > 0).then_some((looked, long || looked > LONGEST_ROW)));
            }
            self.ended = !self.input.more(&mut self.buffer)?;
        }
    }

    /// The next line that is not blank; its number is that of the row.
    fn next(&mut self) -> Result<Option<Piece>, Unreadable> {
        loop {
            let Some((length, long)) = self.line_end()? else {
                return Ok(None);
            };
            self.line += 1;
            self.raw = self.start..self.start + length;
            self.start += length;
            if self.buffer.get(self.raw.clone()).unwrap_or_default().trim_ascii().is_empty() {
                continue;
            }
            let flaw = long.then(|| "the line is longer than 4 MiB".to_owned());
            return Ok(Some(Piece { row: self.line, line: self.line, flaw }));
        }
    }
}

impl Slots {
    fn new(columns: &[String]) -> Self {
        let places = columns.iter().cloned().enumerate().map(|(place, name)| (name, place)).collect();
        Self { columns: columns.to_vec(), places, values: Vec::new() }
    }

    fn read(&mut self, raw: &[u8], steps: &[Step]) -> Result<(), String> {
        self.values.iter_mut().for_each(String::clear);
        let text = std::str::from_utf8(raw).map_err(|_| "holds a byte that does not belong to the file's encoding".to_owned())?;
        let mut path = String::new();
        let walk = Walk { slots: self, path: &mut path, within_array: false };
        let read = if steps.is_empty() {
            let mut json = serde_json::Deserializer::from_str(text);
            walk.deserialize(&mut json).and_then(|()| json.end())
        } else {
            serde_json::from_str::<Value>(text).and_then(|mut object| {
                shape(&mut object, steps);
                walk.deserialize(object)
            })
        };
        read.map_err(|e| {
            let place = e.column();
            let reason = e.to_string();
            let reason = reason.split(" at line ").next().unwrap_or(&reason);
            format!("not a JSON object: {} at character {place}", reason.trim_start_matches("not a JSON object"))
                .replace("object:  at", "object at")
        })
    }
}

/// Whether a line is a JSON object.
pub fn is_object(line: &str) -> bool {
    line.trim_start().starts_with('{') && Slots::default().read(line.trim().as_bytes(), &[]).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posts::encoding;
    use std::io::Cursor;

    type Row = Result<Vec<String>, (u64, String)>;

    fn read(text: &str) -> (Vec<String>, Vec<Row>) {
        let mut source = Cursor::new(text.as_bytes().to_vec());
        let letters = encoding::detect(&mut source).unwrap();
        let mut lines = Objects::lines(Utf8::new(source, letters).unwrap(), &[], &[]);
        let mut record = Record::default();
        let mut out = Vec::new();
        while let Some(result) = lines.next(&mut record).unwrap() {
            out.push(result.map(|()| record.cells().map(str::to_owned).collect()).map_err(|f| (f.row, f.reason)));
        }
        (lines.columns().to_vec(), out)
    }

    #[test]
    fn nested_objects_become_paths_and_arrays_are_joined() {
        let (columns, rows) = read(
            "{\"id\":7,\"who\":{\"name\":\"Ann\",\"tags\":[\"a\",\"b\"]},\"ok\":true,\"none\":null,\"r\":4.5}\r\n\n\
             {\"items\":[{\"n\":1},{\"n\":2}],\"id\":12345678901234567890}\n",
        );
        assert_eq!(columns, ["id", "who.name", "who.tags", "ok", "r", "items.n"]);
        let cells = |row: usize| rows.get(row).unwrap().clone().unwrap();
        assert_eq!(cells(0), ["7", "Ann", "a, b", "true", "4.5"]);
        assert_eq!(cells(1), ["12345678901234567890", "", "", "", "", "1, 2"]);
    }

    #[test]
    fn lines_that_are_no_object_are_reported_with_their_line() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        let (_, rows) = read(&format!(
            "{{\"a\":1}}\n[1]\n\n{{\"a\":\"torn\n5\nnull\n{{\"a\":1}} x\n{{\"a\":\"\\u0000\"}}\n{deep}\n{{\"a\":2}}"
        ));
        let bad: Vec<u64> = rows.iter().filter_map(|r| r.as_ref().err()).map(|(row, _)| *row).collect();
        assert_eq!(bad, [2, 4, 5, 6, 7, 8, 9], "{rows:?}");
        assert_eq!(rows.iter().filter(|r| r.is_ok()).count(), 2);
    }

    #[test]
    fn an_overlong_line_is_one_bad_row_and_the_next_is_read() {
        let text = format!("{{\"a\":\"{}\"}}\n{{\"a\":\"fine\"}}\n", "x".repeat(3 * LONGEST_ROW));
        let (_, rows) = read(&text);
        assert_eq!(rows.len(), 2);
        assert!(rows[0].as_ref().is_err_and(|(row, why)| *row == 1 && why.contains("4 MiB")), "{:?}", rows[0]);
        assert_eq!(rows[1], Ok(vec!["fine".to_owned()]));
    }
}

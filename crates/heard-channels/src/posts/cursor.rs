//! Going through a file, row after row, with what survives a crash: how far it was, and whether it broke off.

use std::io::{Read, Seek};

use heard_domain::import::{BadRow, Mapping};

use crate::error::Unreadable;
use crate::posts::record::Record;
use crate::posts::records::Records;
use crate::posts::shape::{Family, Shape};

/// A layout together with the columns that a mapping names: those of JSON that come late are not in the head of the file.
pub fn completed(shape: &Shape, mapping: &Mapping) -> Shape {
    let mut shape = shape.clone();
    if Family::of(shape.format) == Family::Json {
        for (name, _) in &mapping.columns {
            if !shape.columns.contains(name) {
                shape.columns.push(name.clone());
            }
        }
    }
    shape
}

/// A place in a file.
pub struct Cursor<R: Read + Seek> {
    records: Records<R>,
    record: Record,
    last: u64,
    broken: bool,
}

impl<R: Read + Seek> Cursor<R> {
    /// Before the first row.
    pub fn new(source: R, shape: &Shape) -> Result<Self, Unreadable> {
        Ok(Self { records: Records::new(source, shape)?, record: Record::default(), last: 0, broken: false })
    }

    /// Leaves out everything up to and including a row: what was taken before a crash.
    pub fn skip_to(&mut self, row: u64) -> Result<(), Unreadable> {
        while self.last < row {
            match self.records.next(&mut self.record)? {
                Some(Ok(())) => self.last = self.record.row,
                Some(Err(bad)) => self.last = bad.row,
                None => break,
            }
        }
        Ok(())
    }

    /// Goes to the next row, which is then the [`Cursor::record`]; a bad one is told and passed over. `None` at the end, which is
    /// also where the file could not be read any further.
    pub fn advance(&mut self) -> Option<Result<Result<(), BadRow>, Unreadable>> {
        if self.broken {
            return None;
        }
        let next = self.records.next(&mut self.record).transpose()?;
        match &next {
            Ok(Ok(())) => self.last = self.record.row,
            Ok(Err(bad)) => self.last = bad.row,
            Err(_) => self.broken = true,
        }
        Some(next)
    }

    /// The row it stands at.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// What it goes through.
    pub fn records(&self) -> &Records<R> {
        &self.records
    }
}

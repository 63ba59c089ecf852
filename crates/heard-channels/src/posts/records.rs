//! The records of a file, whatever its format and whatever it is packed in.

use std::io::{Read, Seek};

use heard_domain::import::{BadRow, FileFormat};

use crate::error::Unreadable;
use crate::posts::csv::Cutter;
use crate::posts::encoding::Utf8;
use crate::posts::gathered::{Gathered, cutter};
use crate::posts::jsonl::Objects;
use crate::posts::packed::Plain;
use crate::posts::record::Record;
use crate::posts::shape::{Family, Shape};

/// The records of a file, one after the other.
pub struct Records<R: Read + Seek> {
    names: Vec<String>,
    source: Source<R>,
}

enum Source<R: Read + Seek> {
    Table(Box<Cutter<Plain<R>>>),
    Gathered(Box<Gathered<Plain<R>>>),
    Objects(Box<Objects<Plain<R>>>),
}

impl<R: Read + Seek> Records<R> {
    /// From the first row under the header.
    pub fn new(source: R, shape: &Shape) -> Result<Self, Unreadable> {
        let source = Plain::open(source, shape.packed.as_ref())?;
        let source = match (Family::of(shape.format), shape.gather) {
            (Family::Table, Some(gather)) => Source::Gathered(Box::new(Gathered::new(source, shape, gather)?)),
            (Family::Table, None) => Source::Table(Box::new(cutter(source, shape)?)),
            (Family::Json, _) => {
                let input = Utf8::new(source, shape.letters)?;
                Source::Objects(Box::new(if shape.format == FileFormat::Json {
                    Objects::document(input, &shape.path, &shape.columns, shape.steps)
                } else {
                    Objects::lines(input, &shape.columns, shape.steps)
                }))
            }
        };
        Ok(Self { names: shape.columns.clone(), source })
    }

    /// The columns seen so far: in JSON more may come.
    pub fn columns(&self) -> &[String] {
        match &self.source {
            Source::Table(_) => &self.names,
            Source::Gathered(gathered) => gathered.columns(),
            Source::Objects(objects) => objects.columns(),
        }
    }

    /// The bytes of the object in hand (JSON).
    pub fn raw(&self) -> &[u8] {
        match &self.source {
            Source::Table(_) | Source::Gathered(_) => &[],
            Source::Objects(objects) => objects.raw(),
        }
    }

    /// Bytes of the file (unpacked, if it is packed) that were used so far, to within a block.
    pub fn taken(&self) -> u64 {
        match &self.source {
            Source::Table(cutter) => cutter.taken(),
            Source::Gathered(gathered) => gathered.taken(),
            Source::Objects(objects) => objects.taken(),
        }
    }

    /// The next record, or what is wrong with it; `None` at the end.
    pub fn next(&mut self, record: &mut Record) -> Result<Option<Result<(), BadRow>>, Unreadable> {
        let next = match &mut self.source {
            Source::Table(cutter) => cutter.next(record)?,
            Source::Gathered(gathered) => return gathered.next(record),
            Source::Objects(objects) => objects.next(record)?,
        };
        Ok(next.map(|result| result.map_err(|flaw| flaw.named(self.columns()))))
    }
}

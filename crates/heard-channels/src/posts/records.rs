//! The records of a file, whatever its format.

use std::io::{Read, Seek};

use heard_domain::import::{BadRow, FileFormat};

use crate::error::Unreadable;
use crate::posts::csv::Cutter;
use crate::posts::encoding::Utf8;
use crate::posts::jsonl::Lines;
use crate::posts::record::Record;
use crate::posts::shape::Shape;

/// The records of a file, one after the other.
pub struct Records<R> {
    names: Vec<String>,
    source: Source<R>,
}

enum Source<R> {
    Csv(Cutter<R>),
    Jsonl(Lines<R>),
}

impl<R: Read + Seek> Records<R> {
    /// From the first row under the header.
    pub fn new(source: R, shape: &Shape) -> Result<Self, Unreadable> {
        let input = Utf8::new(source, shape.letters)?;
        let source = match shape.format {
            FileFormat::Csv => {
                let mut cutter = Cutter::new(input, shape.dialect);
                cutter.skip_head(shape.preamble, shape.header_rows)?;
                cutter.width = Some(shape.columns.len());
                Source::Csv(cutter)
            }
            FileFormat::Jsonl => Source::Jsonl(Lines::new(input, &shape.columns)),
        };
        Ok(Self { names: shape.columns.clone(), source })
    }

    /// The columns seen so far: in JSONL more may come.
    pub fn columns(&self) -> &[String] {
        match &self.source {
            Source::Csv(_) => &self.names,
            Source::Jsonl(lines) => lines.columns(),
        }
    }

    /// The bytes of the line in hand, where a line is a record (JSONL).
    pub fn raw(&self) -> &[u8] {
        match &self.source {
            Source::Csv(_) => &[],
            Source::Jsonl(lines) => lines.raw(),
        }
    }

    /// Bytes of the file that were used so far, to within a block.
    pub fn taken(&self) -> u64 {
        match &self.source {
            Source::Csv(cutter) => cutter.taken(),
            Source::Jsonl(lines) => lines.taken(),
        }
    }

    /// The next record, or what is wrong with it; `None` at the end.
    pub fn next(&mut self, record: &mut Record) -> Result<Option<Result<(), BadRow>>, Unreadable> {
        let next = match &mut self.source {
            Source::Csv(cutter) => cutter.next(record)?,
            Source::Jsonl(lines) => lines.next(record)?,
        };
        Ok(next.map(|result| result.map_err(|flaw| flaw.named(self.columns()))))
    }
}

//! The way in for files: [`crate::posts::detect::detect`] finds the layout, [`crate::posts::survey::survey`] looks at all rows,
//! [`crate::posts::guess::guess`] proposes what the columns mean, a person confirms, and [`open`] gives the rows.

use std::io::{Read, Seek};

use heard_domain::account::Identity;
use heard_domain::feedback::NewFeedback;
use heard_domain::import::{BadRow, Mapping};
use heard_domain::time::{Time, Zone};
use serde_json::{Map, Value};

use crate::error::Unreadable;
use crate::export::table::FOUND;
use crate::posts::at::At;
use crate::posts::cursor::{Cursor, completed};
use crate::posts::presets::native::NATIVE;
use crate::posts::record::sample;
use crate::posts::registry::named;
use crate::posts::row::Plan;
use crate::posts::shape::{Family, Shape};

/// What is known about a file besides its bytes.
#[derive(Debug, Clone)]
pub struct Taking<'a> {
    /// The hash of its bytes: with the row's number it is the key where no column is.
    pub hash: &'a str,
    /// The company's time zone: where times without one hang.
    pub zone: &'a Zone,
    /// When something was said if no column says it: the moment of the import.
    pub now: Time,
}

/// A row that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The row, from 1 for the first under the header (JSONL: the line; several rows that are one: the last of them).
    pub row: u64,
    /// The feedback in it.
    pub feedback: NewFeedback,
    /// Values that had to be left out.
    pub remarks: Vec<BadRow>,
    /// The listening post that the row itself names.
    pub post: Option<At>,
}

/// The rows of a file, one after the other: `Err` ends it, because the file itself could not be read any further.
pub struct Rows<R: Read + Seek> {
    cursor: Cursor<R>,
    plan: Plan,
    /// The layout is our own: objects are read as a whole.
    native: bool,
}

/// Opens a file for taking. The mapping's columns are found by name, so their order does not matter.
pub fn open<R: Read + Seek>(source: R, shape: &Shape, mapping: &Mapping, taking: &Taking) -> Result<Rows<R>, Unreadable> {
    let shape = completed(shape, mapping);
    let preset = named(&mapping.preset, shape.format);
    let plan = Plan::new(mapping, &shape.columns, preset, taking.hash, taking.zone, taking.now)?;
    let native = mapping.preset == NATIVE && Family::of(shape.format) == Family::Json;
    Ok(Rows { cursor: Cursor::new(source, &shape)?, plan, native })
}

impl<R: Read + Seek> Rows<R> {
    /// Leaves out everything up to and including a row: what was taken before a crash.
    pub fn skip_to(&mut self, row: u64) -> Result<(), Unreadable> {
        self.cursor.skip_to(row)
    }

    /// Bytes of the file that were used so far, to within a block: with its size, how far it is.
    pub fn taken(&self) -> u64 {
        self.cursor.records().taken()
    }

    /// All columns seen so far: in JSON, some may not be in the mapping.
    pub fn columns(&self) -> &[String] {
        self.cursor.records().columns()
    }

    fn row(&self) -> Result<Row, BadRow> {
        if self.native {
            return self.own();
        }
        let record = self.cursor.record();
        let (feedback, remarks) = self.plan.build(record)?;
        Ok(Row { row: record.row, feedback, remarks, post: self.plan.post(record) })
    }

    /// A line in our own layout.
    fn own(&self) -> Result<Row, BadRow> {
        let (raw, record) = (self.cursor.records().raw(), self.cursor.record());
        let report =
            |column: String, reason: String| BadRow { row: record.row, line: record.line, column, reason, sample: sample(raw) };
        let unlike = |e: serde_json::Error| report(String::new(), format!("not a feedback: {e}"));
        let mut object: Map<String, Value> = serde_json::from_slice(raw).map_err(unlike)?;
        let mut word = |name: &str| object.remove(name).and_then(|value| value.as_str().map(str::to_owned));
        let (name, channel) = (word("post"), word("channel"));
        object.remove(FOUND.trim_end_matches(':'));
        let feedback: NewFeedback = serde_json::from_value(object.into()).map_err(unlike)?;
        feedback.check().map_err(|bad| report(bad.field, bad.reason))?;
        for identity in &feedback.author.identities {
            if Identity::new(identity.kind, &identity.handle).is_none() {
                let kind = identity.kind.label().to_lowercase();
                return Err(report(
                    "author.identities".to_owned(),
                    format!("“{}” is no {kind}", sample(identity.handle.as_bytes())),
                ));
            }
        }
        let post = name.filter(|name| self.plan.names_posts() && !name.trim().is_empty());
        let post = post.map(|name| At { name, channel: channel.and_then(|code| code.parse().ok()) });
        Ok(Row { row: record.row, feedback, remarks: Vec::new(), post })
    }
}

impl<R: Read + Seek> Iterator for Rows<R> {
    type Item = Result<Result<Row, BadRow>, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.cursor.advance()?.map(|next| next.and_then(|()| self.row())))
    }
}

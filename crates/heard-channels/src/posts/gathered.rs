//! Layouts with one row per answer: the rows of one submission become one record, with a column for every question.
//!
//! One pass counts the rows of each submission, the next gives a record as soon as its last row is there: rows that lie together
//! need no room, rows that lie apart wait for each other in at most [`WAITING`] bytes.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek};

use heard_domain::import::{BadRow, FileFormat};

use crate::error::Unreadable;
use crate::posts::csv::Cutter;
use crate::posts::encoding::Utf8;
use crate::posts::gather::{ANSWER, Gather};
use crate::posts::record::{Flaw, LONGEST_ROW, MOST_COLUMNS, Record};
use crate::posts::shape::Shape;
use crate::posts::words::normal;

/// So many bytes of unfinished submissions are kept.
const WAITING: usize = 32 << 20;

/// The columns of a gathered layout in the file, and what becomes of them.
struct Places {
    by: usize,
    question: Vec<usize>,
    kind: Option<usize>,
    answer: Vec<usize>,
    /// Columns that are those of the submission.
    common: Vec<usize>,
}

impl Places {
    fn find(gather: &Gather, cells: &[String]) -> Option<Self> {
        let place = |name: &str| cells.iter().position(|cell| normal(cell) == normal(name));
        let places = |names: &[&str]| names.iter().filter_map(|name| place(name)).collect::<Vec<_>>();
        let (by, question, kind, answer) =
            (place(gather.by)?, places(gather.question), place(gather.kind), places(gather.answer));
        let own = places(gather.own);
        let single = |at: &usize| question.contains(at) || answer.contains(at) || own.contains(at) || kind == Some(*at);
        let common = (0..cells.len()).filter(|at| !single(at)).collect();
        Some(Self { by, question, kind, answer, common })
    }

    fn first<'a>(record: &'a Record, places: &[usize]) -> &'a str {
        places.iter().map(|at| record.cell(*at).trim()).find(|cell| !cell.is_empty()).unwrap_or_default()
    }

    /// The name of the column to which the answer in a row belongs.
    fn column(&self, record: &Record) -> String {
        let kind = self.kind.map(|at| record.cell(at).trim().to_lowercase()).unwrap_or_default();
        format!("{ANSWER}:{kind}:{}", Self::first(record, &self.question))
    }
}

fn hash(value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// A cutter behind the header of a shape.
pub fn cutter<R: Read + Seek>(source: R, shape: &Shape) -> Result<Cutter<R>, Unreadable> {
    let mut cutter = Cutter::new(Utf8::new(source, shape.letters)?, shape.dialect);
    cutter.skip_head(shape.preamble, shape.header_rows)?;
    cutter.width = Some(shape.cells.len());
    cutter.sheet = shape.format == FileFormat::Xlsx;
    Ok(cutter)
}

/// What one pass over the file tells.
struct Counted {
    /// Rows per submission.
    rows: HashMap<u64, u32>,
    columns: Vec<String>,
}

fn count<R: Read + Seek>(source: R, shape: &Shape, places: &Places) -> Result<Counted, Unreadable> {
    let mut cutter = cutter(source, shape)?;
    let mut columns: Vec<String> = places.common.iter().filter_map(|at| shape.cells.get(*at).cloned()).collect();
    let mut known: HashMap<String, usize> = columns.iter().cloned().enumerate().map(|(at, name)| (name, at)).collect();
    let mut rows = HashMap::new();
    let mut record = Record::default();
    while let Some(result) = cutter.next(&mut record)? {
        let id = record.cell(places.by).trim();
        if result.is_err() || id.is_empty() {
            continue;
        }
        *rows.entry(hash(id)).or_insert(0) += 1;
        let name = places.column(&record);
        if !known.contains_key(&name) {
            if columns.len() >= MOST_COLUMNS {
                return Err(Unreadable::Mapping(format!("the file asks more than {MOST_COLUMNS} different questions")));
            }
            known.insert(name.clone(), columns.len());
            columns.push(name);
        }
    }
    Ok(Counted { rows, columns })
}

/// The columns that the records of a gathered file have.
pub fn columns<R: Read + Seek>(source: R, shape: &Shape, gather: &Gather) -> Result<Vec<String>, Unreadable> {
    match Places::find(gather, &shape.cells) {
        Some(places) => Ok(count(source, shape, &places)?.columns),
        None => Ok(shape.cells.clone()),
    }
}

/// A submission whose rows are not all there yet.
struct Open {
    left: u32,
    line: u64,
    bytes: usize,
    /// Place of the column and what stands in it.
    cells: Vec<(usize, String)>,
}

/// The submissions of a file, one after the other, in the order in which their last rows stand.
pub struct Gathered<R> {
    cutter: Cutter<R>,
    places: Places,
    left: HashMap<u64, u32>,
    columns: Vec<String>,
    known: HashMap<String, usize>,
    open: HashMap<u64, Open>,
    waiting: usize,
    cells: Vec<String>,
}

impl<R: Read + Seek> Gathered<R> {
    /// From the first row under the header.
    pub fn new(mut source: R, shape: &Shape, gather: &Gather) -> Result<Self, Unreadable> {
        let misfit = || Unreadable::Misfit(vec![gather.by.to_owned()]);
        let places = Places::find(gather, &shape.cells).ok_or_else(misfit)?;
        let counted = count(&mut source, shape, &places)?;
        let known = counted.columns.iter().cloned().enumerate().map(|(at, name)| (name, at)).collect();
        let cutter = cutter(source, shape)?;
        Ok(Self {
            cutter,
            places,
            left: counted.rows,
            columns: counted.columns,
            known,
            open: HashMap::new(),
            waiting: 0,
            cells: shape.cells.clone(),
        })
    }

    /// All columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Bytes of the source that were used so far, to within a block.
    pub fn taken(&self) -> u64 {
        self.cutter.taken()
    }

    /// The next submission, or what is wrong with a row; `None` at the end.
    pub fn next(&mut self, record: &mut Record) -> Result<Option<Result<(), BadRow>>, Unreadable> {
        while let Some(result) = self.cutter.next(record)? {
            if let Err(flaw) = result {
                return Ok(Some(Err(flaw.named(&self.cells))));
            }
            let id = record.cell(self.places.by).trim();
            let (row, line) = (record.row, record.line);
            if id.is_empty() {
                let reason = "names no submission: the answer belongs to nobody".to_owned();
                let flaw = Flaw { row, line, column: Some(self.places.by), reason, sample: String::new() };
                return Ok(Some(Err(flaw.named(&self.cells))));
            }
            let id = hash(id);
            let left = self.left.get(&id).copied().unwrap_or(1);
            let open = self.open.entry(id).or_insert_with(|| Open { left, line, bytes: 0, cells: Vec::new() });
            let before = open.bytes;
            for (column, at) in self.places.common.iter().enumerate() {
                open.put(column, record.cell(*at), false);
            }
            if let Some(column) = self.known.get(&self.places.column(record)) {
                open.put(*column, Places::first(record, &self.places.answer), true);
            }
            open.left = open.left.saturating_sub(1);
            self.waiting += open.bytes - before;
            if open.left > 0 {
                if self.waiting > WAITING {
                    return Err(Unreadable::Mapping(
                        "the rows of the submissions lie too far apart: sort the file by its submissions and hand it over again"
                            .to_owned(),
                    ));
                }
                continue;
            }
            let Some(open) = self.open.remove(&id) else { continue };
            self.waiting -= open.bytes;
            return Ok(Some(open.into_record(record, row, self.columns.len())));
        }
        Ok(None)
    }
}

impl Open {
    fn put(&mut self, column: usize, cell: &str, several: bool) {
        if cell.trim().is_empty() {
            return;
        }
        let before = self.cells.iter_mut().find(|(at, _)| *at == column);
        match before {
            Some((_, text)) if several => {
                text.push_str("; ");
                text.push_str(cell);
                self.bytes += cell.len() + 2;
            }
            Some(_) => {}
            None => {
                self.bytes += cell.len() + 64;
                self.cells.push((column, cell.to_owned()));
            }
        }
    }

    fn into_record(mut self, record: &mut Record, row: u64, width: usize) -> Result<(), BadRow> {
        if self.bytes > LONGEST_ROW {
            let reason = "the rows of the submission are longer than 4 MiB together".to_owned();
            return Err(BadRow { row, line: self.line, column: String::new(), reason, sample: String::new() });
        }
        self.cells.sort_unstable_by_key(|(column, _)| *column);
        let (mut text, mut ends) = record.take_room();
        let mut cells = self.cells.into_iter().peekable();
        for column in 0..width {
            if let Some((_, cell)) = cells.next_if(|(at, _)| *at == column) {
                text.extend_from_slice(cell.as_bytes());
            }
            ends.push(text.len());
        }
        // The text comes out of strings, so this cannot fail.
        let _ = record.put(text, ends);
        (record.row, record.line) = (row, self.line);
        Ok(())
    }
}

//! The layout of a file: format, encoding, how cells are told apart, header, columns, and where rows lie.

use std::fmt;

use heard_domain::hex::hex;
use heard_domain::import::FileFormat;
use heard_domain::time::Zone;
use sha2::{Digest, Sha256};

use crate::posts::csv::Dialect;
use crate::posts::encoding::Letters;
use crate::posts::gather::Gather;
use crate::posts::packed::Packed;
use crate::posts::shaping::Step;

/// Files that can hold the same layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Rows of cells: separated values and workbooks.
    Table,
    /// JSON: one object a line, or a document.
    Json,
}

impl Family {
    /// The family of a format.
    pub fn of(format: FileFormat) -> Self {
        match format {
            FileFormat::Csv | FileFormat::Xlsx => Self::Table,
            FileFormat::Jsonl | FileFormat::Json => Self::Json,
        }
    }
}

/// The layout of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// What it is.
    pub format: FileFormat,
    /// The encoding.
    pub letters: Letters,
    /// How cells are told apart (tables).
    pub dialect: Dialect,
    /// Lines above the header: they only name the delimiter, or are titles of a sheet.
    pub preamble: u64,
    /// Rows of the header: 0 if there is none, 2 for `SurveyMonkey`, 3 for Qualtrics.
    pub header_rows: u64,
    /// Names, unique; JSON: dotted paths, in order of first sight.
    pub columns: Vec<String>,
    /// The columns of the file itself, where several rows become one record; else the same as `columns` (tables).
    pub cells: Vec<String>,
    /// What the second row of a header says (the questions of a survey); empty if there is none.
    pub labels: Vec<String>,
    /// The time zone that the header names.
    pub zone: Option<Zone>,
    /// Where in a JSON document the rows lie, as a dotted path; empty: at the top.
    pub path: String,
    /// How the objects of JSON are made plain, as their layout declares.
    pub steps: &'static [Step],
    /// How several rows become one record, as their layout declares.
    pub gather: Option<&'static Gather>,
    /// The known layout, by its place in the registry.
    pub known: Option<usize>,
    /// What is read of a packed file.
    pub packed: Option<Packed>,
    /// What a person should know of how it is read: the sheet, the member of an archive.
    pub notes: Vec<String>,
}

impl Shape {
    /// A layout of which nothing is known but its format and its encoding.
    pub fn new(format: FileFormat, letters: Letters) -> Self {
        Self {
            format,
            letters,
            dialect: Dialect { delimiter: Dialect::ONE_COLUMN, quoted: true },
            preamble: 0,
            header_rows: 0,
            columns: Vec::new(),
            cells: Vec::new(),
            labels: Vec::new(),
            zone: None,
            path: String::new(),
            steps: &[],
            gather: None,
            known: None,
            packed: None,
            notes: Vec::new(),
        }
    }

    /// The same for all files with the same set of columns, whatever they are packed in: what a remembered mapping is found by.
    pub fn hash(&self) -> String {
        let mut names: Vec<String> = self.columns.iter().map(|name| name.to_lowercase()).collect();
        names.sort_unstable();
        let format = match Family::of(self.format) {
            Family::Table => FileFormat::Csv,
            Family::Json => FileFormat::Jsonl,
        };
        let digest = Sha256::digest(format!("{}\u{1f}{}", format.code(), names.join("\u{1f}")));
        hex(&digest)
    }
}

/// "CSV, UTF-8, cells between “;”".
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.format)?;
        if let Some(Packed::Sheet(name)) = &self.packed {
            return write!(f, ", sheet “{name}”");
        }
        write!(f, ", {}", self.letters.encoding.name())?;
        match (Family::of(self.format), self.dialect.delimiter) {
            (Family::Json, _) if self.path.is_empty() => {}
            (Family::Json, _) => write!(f, ", rows in “{}”", self.path)?,
            (_, Dialect::ONE_COLUMN) => f.write_str(", one column")?,
            (_, b'\t') => f.write_str(", cells between tabs")?,
            (_, other) => write!(f, ", cells between “{}”", char::from(other))?,
        }
        match &self.packed {
            Some(Packed::Member(place)) => write!(f, ", in the archive as “{}”", place.name),
            _ => Ok(()),
        }
    }
}

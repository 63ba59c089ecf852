//! What a task is, and what it works on.

use std::io;

use heard_domain::id::FeedbackId;
use heard_domain::journey::Journey;
use heard_domain::reading::Reading;
use heard_domain::taxonomy::Taxonomy;

use crate::deep::reader::Deep;
use crate::judge::split::Part;
use crate::model::Model;
use crate::pipeline::Reader;
use crate::step::ToRead;

/// One line of the table: how well one thing is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What is read, like "`GoEmotions` test, 28 labels".
    pub task: String,
    /// Which figure, like "macro-F1".
    pub figure: &'static str,
    /// How much of it; 0-1 unless the figure says otherwise.
    pub value: f64,
    /// On how many texts (or other things that the figure is of).
    pub n: usize,
    /// What must be reached, and what is aimed at; `None` where nothing is asked.
    pub bar: Option<Bar>,
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// Must be reached.
    pub floor: f64,
    /// Is aimed at.
    pub moonshot: f64,
    /// Whether less is better, as with sizes.
    pub less_is_better: bool,
}

impl Bar {
    /// More is better.
    pub const fn new(floor: f64, moonshot: f64) -> Self {
        Self { floor, moonshot, less_is_better: false }
    }

    /// Whether a figure reaches the floor, and whether it reaches the moonshot.
    pub fn reached(self, value: f64) -> (bool, bool) {
        // Bars are written with two or three digits and figures are compared as they are printed.
        let value = (value * 1000.0).round() / 1000.0;
        if self.less_is_better {
            (value <= self.floor, value <= self.moonshot)
        } else {
            (value >= self.floor, value >= self.moonshot)
        }
    }
}

/// Why a task could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum NotJudged {
    /// A file of the set cannot be read.
    #[error("{file} of the data sets cannot be read")]
    Missing {
        /// Its place within the folder of the sets.
        file: String,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// A file of the set is not as expected.
    #[error("{file} of the data sets is not as expected: {what}")]
    Odd {
        /// Its place within the folder of the sets.
        file: String,
        /// What is wrong with it.
        what: String,
    },
}

/// What a task works on: the sets, and the reader that is judged.
pub struct Bench<'a> {
    open: &'a dyn Fn(&str) -> io::Result<Vec<u8>>,
    every: usize,
    /// The part that is judged where a set is split: [`Part::Test`], or while trying out [`Part::Dev`].
    pub part: Part,
    /// The head that is judged.
    pub model: &'static Model,
    /// The deep reader, if it is judged as well.
    pub deep: Option<&'a Deep>,
    /// A reader of that head, without a journey or a taxonomy.
    pub reader: Reader,
}

impl<'a> Bench<'a> {
    /// `open` reads a file by its place within the folder of the sets, like `goemotions/test.tsv`; of all rows only each
    /// `every`th is judged (1: all; a quick look takes more).
    pub fn new(open: &'a dyn Fn(&str) -> io::Result<Vec<u8>>, model: &'static Model, part: Part, every: usize) -> Self {
        let reader = Reader::with(model, &Journey::default(), &Taxonomy::default());
        Self { open, every: every.max(1), part, model, deep: None, reader }
    }

    /// The same with a deep reader.
    #[must_use]
    pub fn with_deep(self, deep: Option<&'a Deep>) -> Self {
        Self { deep, ..self }
    }

    /// A file of the sets as text.
    pub fn text(&self, file: &str) -> Result<String, NotJudged> {
        let missing = |why| NotJudged::Missing { file: file.to_owned(), why };
        (self.open)(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(missing)
    }

    /// The records of a CSV file, without its header if it has one.
    pub fn csv(&self, file: &str, header: bool) -> Result<Vec<csv::StringRecord>, NotJudged> {
        let text = self.text(file)?;
        let mut reader = csv::ReaderBuilder::new().has_headers(header).flexible(true).from_reader(text.as_bytes());
        let odd = |error: csv::Error| NotJudged::Odd { file: file.to_owned(), what: error.to_string() };
        reader.records().collect::<Result<_, _>>().map_err(odd)
    }

    /// Those of the rows that are judged. Training parts are never thinned: only what is measured is.
    pub fn some<T>(&self, rows: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        rows.into_iter().step_by(self.every)
    }

    /// Reads a text, told which language it is in or not.
    pub fn read(&self, text: &str, language_hint: Option<&str>) -> Reading {
        self.reader.read(&ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint, touchpoint_stage: None })
    }
}

/// A task: it reads its set and says how well it went.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// By which it can be asked for, like `airline`.
    pub name: &'static str,
    /// What it does; deterministic.
    pub run: fn(&Bench<'_>) -> Result<Vec<Row>, NotJudged>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_reached_as_it_is_printed() {
        assert_eq!(Bar::new(0.58, 0.68).reached(0.5796), (true, false));
        assert_eq!(Bar::new(0.58, 0.68).reached(0.5794), (false, false));
        assert_eq!(Bar { floor: 25.0, moonshot: 12.0, less_is_better: true }.reached(11.0), (true, true));
    }
}

//! What stands in the columns of a file: one pass over all rows, in little memory.
//!
//! The first [`CLOSE`] rows are looked at closely, then every second, every fourth and so on, so that a file that is sorted by a
//! column is not judged by its beginning. Two questions need every row: does an id tell all rows apart (about sixteen bytes a row for
//! each of at most three candidates), and which way do its dates run.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek};

use heard_domain::import::{BadRow, DateOrder};
use heard_domain::time::Zone;

use crate::error::Unreadable;
use crate::posts::date::{self, Orders};
use crate::posts::number;
use crate::posts::record::Record;
use crate::posts::records::Records;
use crate::posts::shape::Shape;
use crate::posts::words::{ID, any, words};

/// After so many rows looked at closely, half as many of those that follow are.
const CLOSE: u64 = 2_000;
/// So many rows are kept to be shown.
const SHOWN: usize = 20;
/// So many columns are tried as what tells rows apart.
const KEYS: usize = 3;

/// What stands in a column.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The column's name.
    pub name: String,
    /// What the second row of the header says about it, if there is one.
    pub label: String,
    /// Rows that were looked at.
    pub seen: u64,
    /// Of these, rows with a value.
    pub filled: u64,
    /// Different values in these.
    pub distinct: u64,
    /// The first five different values.
    pub examples: Vec<String>,
    /// Values that are numbers or begin with one.
    pub numbers: u64,
    /// The lowest number.
    pub low: f64,
    /// The highest number.
    pub high: f64,
    /// Values like "good" and "bad", "yes" and "no".
    pub verdicts: u64,
    /// Values of digits only.
    pub digits: u64,
    /// Values like 5.70306E+17: a spreadsheet has rounded a long number.
    pub rounded: u64,
    /// Values that can be a date.
    pub dates: u64,
    /// Values that show the time of day.
    pub clocks: u64,
    /// E-mail addresses.
    pub emails: u64,
    /// Web addresses.
    pub links: u64,
    /// Words over all values.
    pub words: u64,
    /// Values with more than one word.
    pub spaced: u64,
    /// Single words that begin with "@" or a small letter, or hold a digit or underscore.
    pub handles: u64,
    /// Characters of the longest value.
    pub longest: usize,
    /// Whether the values count the rows: 1, 2, 3 …
    pub counting: bool,
    /// Whether every row of the file has a value and none comes twice.
    pub unique: bool,
    /// Which way the dates of the whole file run; only for columns that are mostly dates.
    pub orders: Orders,
    values: HashSet<u64>,
}

/// What stands in a file.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Rows under the header, bad ones included.
    pub rows: u64,
    /// Rows that are no record at all.
    pub bad: u64,
    /// The first of those.
    pub bad_rows: Vec<BadRow>,
    /// One per column.
    pub columns: Vec<Facts>,
    /// The first rows, cell by cell.
    pub sample: Vec<Vec<String>>,
}

/// Looks at all rows of a file.
pub fn survey(source: &mut (impl Read + Seek), shape: &Shape) -> Result<Survey, Unreadable> {
    let mut records = Records::new(source, shape)?;
    let mut record = Record::default();
    let mut survey = Survey::default();
    let mut watched: Vec<(usize, HashSet<u64>)> = Vec::new();
    let mut dated: Vec<usize> = Vec::new();
    let (mut good, mut looked, mut step) = (0_u64, 0_u64, 1_u64);
    while let Some(result) = records.next(&mut record)? {
        survey.rows += 1;
        if let Err(bad) = result {
            survey.bad += 1;
            if survey.bad_rows.len() < SHOWN {
                survey.bad_rows.push(bad);
            }
            continue;
        }
        good += 1;
        if good % step == 0 {
            while survey.columns.len() < records.columns().len() {
                let place = survey.columns.len();
                let name = records.columns().get(place).cloned().unwrap_or_default();
                let label = shape.labels.get(place).cloned().unwrap_or_default();
                survey.columns.push(Facts { name, label, counting: true, low: f64::MAX, high: f64::MIN, ..Facts::default() });
            }
            for (place, facts) in survey.columns.iter_mut().enumerate() {
                facts.look(record.cell(place), (good <= CLOSE).then_some(good), !dated.contains(&place));
            }
            looked += 1;
            step *= if looked % CLOSE == 0 { 2 } else { 1 };
        }
        if survey.sample.len() < SHOWN {
            survey.sample.push(record.cells().map(str::to_owned).collect());
        }
        if good > CLOSE {
            watched.retain_mut(|(place, values)| {
                let cell = record.cell(*place).trim();
                !cell.is_empty() && values.insert(hash(cell))
            });
            for place in &dated {
                if let Some(facts) = survey.columns.get_mut(*place) {
                    facts.orders.add(record.cell(*place));
                }
            }
        } else if good == CLOSE {
            (watched, dated) = survey.candidates(good);
        }
    }
    if good < CLOSE {
        (watched, _) = survey.candidates(good);
    }
    for facts in &mut survey.columns {
        facts.seen = looked;
    }
    for (place, _) in watched {
        if let Some(facts) = survey.columns.get_mut(place) {
            facts.unique = true;
        }
    }
    // A column of JSON that stands in no row that was looked at is still a column.
    for name in records.columns().iter().skip(survey.columns.len()) {
        survey.columns.push(Facts { name: name.clone(), seen: looked, ..Facts::default() });
    }
    Ok(survey)
}

fn hash(value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Survey {
    /// The columns that told all rows apart so far, and those that hold dates.
    fn candidates(&mut self, good: u64) -> (Vec<(usize, HashSet<u64>)>, Vec<usize>) {
        let dated = self.columns.iter().enumerate().filter(|(_, f)| f.dates > 0 && f.dates * 2 >= f.filled);
        let dated = dated.map(|(place, _)| place).collect();
        let telling = self.columns.iter().enumerate().filter(|(_, f)| f.distinct == good && f.filled == good && f.longest <= 100);
        let mut telling: Vec<_> = telling.map(|(place, f)| (place, f.values.clone())).collect();
        // What is called an id first, then short values: ids are shorter than verbatims, which may be unique too.
        telling.sort_by_key(|(place, _)| {
            self.columns.get(*place).map_or((true, usize::MAX), |f| (!any(&words(&f.name), ID), f.longest))
        });
        telling.truncate(KEYS);
        (telling, dated)
    }
}

impl Facts {
    fn look(&mut self, cell: &str, row: Option<u64>, orders: bool) {
        let value = cell.trim();
        if let Some(row) = row {
            self.counting &= value.parse::<u64>().is_ok_and(|n| n == row || n + 1 == row);
        }
        if value.is_empty() {
            return;
        }
        self.filled += 1;
        if self.values.insert(hash(value)) {
            self.distinct += 1;
            if self.examples.len() < 5 {
                self.examples.push(value.chars().take(120).collect());
            }
        }
        self.longest = self.longest.max(value.chars().count());
        let words = value.split_whitespace().count() as u64;
        // Where no spaces stand between words, two signs are about one.
        self.words +=
            words + value.chars().filter(|c| matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{9fff}')).count() as u64 / 2;
        self.spaced += u64::from(words > 1);
        if value.len() > 200 {
            return;
        }
        let number = [5.0, 10.0, 100.0].iter().find_map(|max| number::parse(value, *max)).or_else(|| value.parse().ok());
        if let Some(number) = number.filter(|n| n.is_finite()) {
            self.numbers += 1;
            self.low = self.low.min(number);
            self.high = self.high.max(number);
        }
        self.verdicts += u64::from(number::word(value).is_some());
        self.digits += u64::from(value.bytes().all(|b| b.is_ascii_digit()));
        self.rounded += u64::from(number.is_some() && value.to_ascii_uppercase().contains("E+"));
        let date = |order| date::parse(value, order, &Zone::UTC).is_ok();
        if date(DateOrder::DayFirst) || date(DateOrder::MonthFirst) {
            self.dates += 1;
            self.clocks += u64::from(date::has_clock(value));
            if orders {
                self.orders.add(value);
            }
        }
        self.links += u64::from(value.starts_with("http://") || value.starts_with("https://"));
        if words == 1 {
            let (name, domain) = value.split_once('@').unwrap_or_default();
            self.emails += u64::from(!name.is_empty() && domain.contains('.') && !domain.contains('@'));
            let marked = value.starts_with(|c: char| c == '@' || c.is_lowercase())
                || value.contains(|c: char| c.is_ascii_digit() || c == '_');
            self.handles += u64::from(marked);
        }
    }

    /// The share of values of which something holds; 0 if there is none.
    pub fn share(&self, count: u64) -> f64 {
        if self.filled == 0 { 0.0 } else { count as f64 / self.filled as f64 }
    }

    /// Words per value.
    pub fn wordy(&self) -> f64 {
        self.share(self.words)
    }
}

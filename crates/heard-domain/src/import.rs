//! Imports: one file or batch that came in, how its columns are understood, and which rows could not be taken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::id::{ImportId, PostId, TemplateId};
use crate::score::Formula;
use crate::time::Time;

crate::words! {
    /// The layout of a file.
    FileFormat {
        /// Separated values.
        Csv = "csv", "CSV";
        /// One JSON object a line.
        Jsonl = "jsonl", "JSONL";
        /// A JSON document with the rows somewhere in it.
        Json = "json", "JSON";
        /// A sheet of a workbook.
        Xlsx = "xlsx", "Workbook (xlsx)";
    }
}

crate::words! {
    /// What the rows of a file are.
    ImportKind {
        /// What customers said.
        Feedback = "feedback", "Feedback";
        /// Business customers.
        Accounts = "accounts", "Accounts";
        /// Customers.
        Persons = "persons", "Persons";
        /// How many orders, calls, visits there were.
        Exposures = "exposures", "Exposures";
        /// What happened to customers: a delay, a return.
        Events = "events", "Events";
    }
}

#[expect(clippy::derivable_impls, reason = "the list of words takes no attributes")]
impl Default for ImportKind {
    fn default() -> Self {
        Self::Feedback
    }
}

/// What a column is taken for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "as", rename_all = "snake_case")]
pub enum Meaning {
    /// Not taken.
    Skip,
    /// The verbatim; several are joined by an empty line, in the order of the columns.
    Text,
    /// When it was said.
    Time,
    /// What makes a row the same feedback when it comes twice.
    Key,
    /// Who said it.
    Author,
    /// An e-mail address of who said it.
    Email,
    /// A handle on a social network.
    Handle,
    /// A telephone number of who said it.
    Phone,
    /// A loyalty number of who said it.
    Loyalty,
    /// Another identifier of who said it.
    PersonKey,
    /// Their part in the account.
    Role,
    /// The account.
    Account,
    /// The contact at which it was said.
    Touchpoint,
    /// The address of the original.
    Link,
    /// The name of the listening post where it was heard: outranks the post of the mapping, and is made if there is none.
    Post,
    /// The channel of that post, where it is made.
    Channel,
    /// A rating.
    Rating {
        /// The scale's name.
        scale: String,
        /// How it becomes a figure.
        formula: Formula,
        /// Lowest possible value.
        min: f64,
        /// Highest possible value.
        max: f64,
    },
    /// An attribute of the feedback, account or person; a detail of an event.
    Attribute {
        /// Its name.
        name: String,
    },
    /// What an account is worth in a year.
    Worth {
        /// ISO 4217 code of values that name none; `None`: a column of currencies, or the value itself, names it.
        #[serde(default)]
        currency: Option<String>,
    },
    /// The currency of the value in another column.
    Currency,
    /// When the account's contract is renewed.
    Renewal,
    /// Whether it is one of the accounts that the company watches most.
    KeyAccount,
    /// A stage of the journey, by name.
    Stage,
    /// What an exposure counts ("orders").
    Measure,
    /// The site of an exposure.
    Place,
    /// How many.
    Count {
        /// What is counted, where no column of measures says it; `None`: the column's own name.
        #[serde(default)]
        measure: Option<String>,
    },
    /// What kind of event it is ("delay").
    EventKind,
}

crate::words! {
    /// The order of day, month and year in a date of digits.
    DateOrder {
        /// 2026-03-22.
        YearFirst = "ymd", "Year, month, day";
        /// 22-03-2026.
        DayFirst = "dmy", "Day, month, year";
        /// 03/22/2026.
        MonthFirst = "mdy", "Month, day, year";
    }
}

/// How a file's columns are understood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What the rows are.
    #[serde(default)]
    pub kind: ImportKind,
    /// The preset that recognised it ("trustpilot"), or "generic".
    pub preset: String,
    /// One per column, with the column's name, in the order of the file (JSONL: dotted paths, in order of first sight).
    pub columns: Vec<(String, Meaning)>,
    /// The order of dates of digits.
    pub dates: DateOrder,
    /// The time zone of times without one (IANA); `None`: the company's.
    pub zone: Option<String>,
    /// The channel of the post it goes to.
    pub channel: Channel,
    /// The name of the post it goes to; made if there is none.
    pub post: String,
}

/// A row that could not be taken, or was taken only in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadRow {
    /// The row, from 1 for the first row under the header (JSONL: the line).
    pub row: u64,
    /// The line of the file on which it starts, from 1.
    pub line: u64,
    /// The column's name; empty where the row as a whole is meant.
    pub column: String,
    /// What is wrong and what is expected.
    pub reason: String,
    /// The beginning of what stands there, at most 120 characters, controls made visible.
    pub sample: String,
}

crate::words! {
    /// Where an import stands.
    ImportState {
        /// The file is there; a person has to confirm how its columns are understood.
        Preview = "preview", "To be confirmed";
        /// Rows are coming in.
        Running = "running", "Running";
        /// All rows are in.
        Done = "done", "Done";
        /// It stopped and does not go on by itself.
        Failed = "failed", "Failed";
        /// A person stopped it.
        Cancelled = "cancelled", "Cancelled";
        /// What it brought is being taken away again.
        Undoing = "undoing", "Being undone";
        /// What it brought was taken away again.
        Undone = "undone", "Undone";
    }
}

/// What was taken away with an import, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Undoing {
    /// Things to be looked at in all: feedback and changes of operational data.
    pub total: u64,
    /// Feedback, accounts, persons, exposures and events that were new with it, and go.
    pub removed: u64,
    /// What gets back what it was before: older words of feedback, older values of accounts, persons and exposures.
    pub restored: u64,
    /// Corrections that persons made on words that go.
    pub corrections: u64,
    /// What stays, because it was changed or used since by something else.
    pub kept: u64,
}

/// One file or batch that came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Import {
    /// Its identifier.
    pub id: ImportId,
    /// The file's name as the sender called it.
    pub name: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub hash: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its layout.
    pub format: FileFormat,
    /// How its columns are understood.
    pub mapping: Mapping,
    /// The post its feedback goes to, once it runs.
    pub post: Option<PostId>,
    /// Where it stands.
    pub state: ImportState,
    /// Rows in the file, once they are counted.
    pub rows: Option<u64>,
    /// Rows looked at so far: where it goes on after a crash.
    pub done: u64,
    /// Feedback that was new.
    pub added: u64,
    /// Feedback that was there already.
    pub known: u64,
    /// Feedback whose words had changed: a new revision.
    pub revised: u64,
    /// Rows that could not be taken.
    pub bad: u64,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was handed over.
    pub at: Time,
    /// When the last row was in.
    pub finished: Option<Time>,
    /// How far it is undone, if it is.
    #[serde(default)]
    pub undoing: Option<Undoing>,
    /// The watched file that it came from, if it did.
    #[serde(default)]
    pub source: Option<String>,
}

/// How files of a kind are understood, under a name: shared, picked by a person in the preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    /// Its identifier.
    pub id: TemplateId,
    /// Its name, unique.
    pub name: String,
    /// The layout it was made for.
    pub format: FileFormat,
    /// How the columns are understood; they are found by name.
    pub mapping: Mapping,
    /// When it was last changed.
    pub at: Time,
}

impl Mapping {
    /// This mapping for a file with these columns: each is taken for what the column of the same name is here, whatever
    /// its letter case and signs; what is not known here is left out.
    #[must_use]
    pub fn fitted<'a>(&self, columns: impl IntoIterator<Item = &'a str>) -> Self {
        let plain = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        let meaning = |column: &str| {
            let exact = self.columns.iter().find(|(name, _)| name == column);
            let found = exact.or_else(|| self.columns.iter().find(|(name, _)| plain(name) == plain(column)));
            found.map_or(Meaning::Skip, |(_, meaning)| meaning.clone())
        };
        let columns = columns.into_iter().map(|column| (column.to_owned(), meaning(column))).collect();
        Self { columns, ..self.clone() }
    }
}

//! The contract between the tables and a database: values, rows, and a connection.
//!
//! Statements number their parameters `$1`, `$2` … and keep to the syntax that SQLite and `PostgreSQL` share, so that a
//! second database needs an implementation of [`Driver`] and its migrations, and no change in the tables.

use heard_domain::id;
use heard_domain::time::{Day, Time};

use crate::error::StoreError;

/// A value that goes into or comes out of SQL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number, an identifier, a moment, a day; 0 and 1 for no and yes.
    Int(i64),
    /// A number.
    Real(f64),
    /// Words; without NUL, which `PostgreSQL` cannot keep.
    Text(&'a str),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::Int(value.into())
    }
}

impl From<u64> for Value<'_> {
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Value<'_> {
    fn from(value: usize) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Int(value.into())
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Self::Text(value)
    }
}

impl From<Time> for Value<'_> {
    fn from(value: Time) -> Self {
        Self::Int(value.0)
    }
}

impl From<Day> for Value<'_> {
    fn from(value: Day) -> Self {
        Self::Int(value.0.into())
    }
}

macro_rules! from_ids {
    ($($name:ident),+) => {$(
        impl From<id::$name> for Value<'_> {
            fn from(value: id::$name) -> Self {
                Self::Int(value.0)
            }
        }
    )+};
}
from_ids!(
    FeedbackId,
    PersonId,
    AccountId,
    ThreadId,
    MessageId,
    LetterId,
    PostId,
    StageId,
    TouchpointId,
    CategoryId,
    DepartmentId,
    UserId,
    SessionId,
    TokenId,
    ImportId,
    AttributeId,
    ValueId,
    ScaleId,
    JobId,
    CorrectionId,
    ExampleId,
    EventId,
    TemplateId,
    PlaceId,
    CalendarId,
    SegmentId,
    WebhookId,
    RuleId,
    CaseId,
    CaseEntryId,
    TaskId,
    AlertId,
    ReceiverId,
    CasePromiseId,
    IssueId,
    ProgressId,
    CauseId,
    ActionId,
    ProposedFixId,
    PartnerLinkId,
    PromiseId,
    CommitmentId
);

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of an answer, valid while it is looked at.
pub trait Row {
    /// The value in a column, from 0.
    fn value(&self, column: usize) -> Result<Value<'_>, StoreError>;
}

impl dyn Row + '_ {
    /// A whole number, if there is one.
    pub fn int_or_none(&self, column: usize) -> Result<Option<i64>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(value)),
            other => Err(unfit(column, "a whole number", other)),
        }
    }

    /// A whole number.
    pub fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.int_or_none(column)?.ok_or_else(|| unfit(column, "a whole number", Value::Null))
    }

    /// A number, if there is one.
    pub fn real_or_none(&self, column: usize) -> Result<Option<f64>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Real(value) => Ok(Some(value)),
            Value::Int(value) => Ok(Some(value as f64)),
            other @ Value::Text(_) => Err(unfit(column, "a number", other)),
        }
    }

    /// A number.
    pub fn real(&self, column: usize) -> Result<f64, StoreError> {
        self.real_or_none(column)?.ok_or_else(|| unfit(column, "a number", Value::Null))
    }

    /// Yes or no.
    pub fn yes(&self, column: usize) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    /// Words, if there are any.
    pub fn text_or_none(&self, column: usize) -> Result<Option<&str>, StoreError> {
        match self.value(column)? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
            other => Err(unfit(column, "words", other)),
        }
    }

    /// Words.
    pub fn text(&self, column: usize) -> Result<&str, StoreError> {
        self.text_or_none(column)?.ok_or_else(|| unfit(column, "words", Value::Null))
    }
}

fn unfit(column: usize, wanted: &str, found: Value<'_>) -> StoreError {
    StoreError::Broken(format!("column {column} holds {found:?} where {wanted} was expected"))
}

/// A connection to a database, used by one thread at a time.
pub trait Driver: Send {
    /// Runs a statement; how many rows it changed.
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a statement once for every `width` values; how many rows were changed in all.
    fn execute_many(&self, sql: &str, width: usize, values: &[Value<'_>]) -> Result<u64, StoreError>;

    /// The same, where nobody asks how many: the database may do it while the next statement is made ready. What went wrong
    /// is told at the latest where the write ends.
    fn execute_many_soon(&self, sql: &str, width: usize, values: &[Value<'_>]) -> Result<(), StoreError> {
        self.execute_many(sql, width, values).map(drop)
    }

    /// Hands the rows of an answer to `each`, one by one.
    fn query(
        &self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Runs several statements without parameters.
    fn script(&self, sql: &str) -> Result<(), StoreError>;

    /// The same, at the latest together with the statement that comes next: whether it failed is told then.
    fn script_soon(&self, sql: &str) -> Result<(), StoreError> {
        self.script(sql)
    }

    /// Begins a transaction that sees one state of the data throughout; one that writes waits for its turn.
    fn begin(&self, writes: bool) -> Result<(), StoreError>;

    /// Makes durable what the transaction has written. An error means that nobody may be told that it is kept.
    fn commit(&self) -> Result<(), StoreError>;

    /// Undoes what the transaction has written.
    fn rollback(&self) -> Result<(), StoreError>;

    /// Whether a transaction is open: the database may end one by itself when it fails.
    fn within_transaction(&self) -> bool;
}

/// The parameters of `IN (…)`, from `$first` on, and their values. Lists are filled up to a power of two with their last
/// value, so that few different statements have to be prepared; an empty list contains nothing.
pub fn one_of<'a, T: Copy + Into<Value<'a>>>(first: usize, list: &[T]) -> (String, Vec<Value<'a>>) {
    let last = list.last().map_or(Value::Null, |value| (*value).into());
    let mut values: Vec<Value<'a>> = list.iter().map(|value| (*value).into()).collect();
    values.resize(list.len().next_power_of_two(), last);
    (parameters(first, values.len()), values)
}

/// One more condition: that a column is one of a list, where there is one.
pub(crate) fn within<T: Copy + Into<Value<'static>>>(
    column: &str,
    list: &[T],
    fits: &mut Vec<String>,
    values: &mut Vec<Value<'static>>,
) {
    if !list.is_empty() {
        let (list, more) = one_of(values.len() + 1, list);
        values.extend(more);
        fits.push(format!("{column} IN ({list})"));
    }
}

/// The rows of `WITH wanted (whose, name) AS (VALUES …)` and their values, for names that are looked for where each is one
/// thing's: keys of a post, handles of a kind. Joined to a table, a database goes to each pair of its index; asked for
/// `post = $1 AND key IN (…)`, `PostgreSQL` reads through the whole post where it has not learned yet how large that is.
/// Lists are filled up as in [`one_of`]. The text must be joined by `CROSS JOIN`, which lets SQLite begin with the names.
pub fn wanted<'a>(whose: Value<'a>, names: &[&'a str]) -> (String, Vec<Value<'a>>) {
    let kind = if matches!(whose, Value::Text(_)) { "TEXT" } else { "BIGINT" };
    let last = names.last().map_or(Value::Null, |name| Value::Text(name));
    let mut values: Vec<Value<'a>> = std::iter::once(whose).chain(names.iter().map(|name| Value::Text(name))).collect();
    values.resize(1 + names.len().next_power_of_two(), last);
    let first = format!("(CAST($1 AS {kind}), CAST($2 AS TEXT))");
    let rows = std::iter::once(first).chain((3..=values.len()).map(|place| format!("($1, ${place})")));
    (rows.collect::<Vec<_>>().join(", "), values)
}

/// `$3, $4, $5`: the parameters of a list of `count` that begins with `first`.
pub fn parameters(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

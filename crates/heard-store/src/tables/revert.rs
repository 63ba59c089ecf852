//! Reverting what an import changed in operational data: what was new with it goes, what it changed gets back what it was, and
//! what was changed or used since stays.

use heard_domain::id::{AccountId, ImportId, PersonId};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::tables::account::{self, AccountState};
use crate::tables::event;
use crate::tables::exposure::{self, Cell};
use crate::tables::person::{self, PersonState};
use crate::view::{Tx, View};

/// One thing that an import changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    ordinal: i64,
    noun: String,
    thing: String,
    earlier: Option<String>,
    later: String,
}

fn read(row: &dyn Row) -> Result<Change, StoreError> {
    Ok(Change {
        ordinal: row.int(0)?,
        noun: row.text(1)?.to_owned(),
        thing: row.text(2)?.to_owned(),
        earlier: row.text_or_none(3)?.map(str::to_owned),
        later: row.text(4)?.to_owned(),
    })
}

/// Changes before this one, latest first.
fn before(view: &View, import: ImportId, ordinal: i64, limit: usize) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT ordinal, noun, thing, earlier, later FROM import_change WHERE import = $1 AND ordinal < $2 ORDER BY ordinal DESC LIMIT $3";
    view.list(sql, &[import.into(), ordinal.into(), limit.into()], read)
}

/// What comes of undoing one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Removed,
    Restored,
    Kept(&'static str),
    /// It is gone already.
    Gone,
}

const SINCE: &str = "was changed since by something else";
const USED: &str = "is used since: feedback, events, cases or persons belong to it";

fn number(thing: &str) -> Result<i64, StoreError> {
    thing.parse().map_err(StoreError::odd)
}

fn cell_key(thing: &str) -> Result<(i64, i64, String, String), StoreError> {
    Ok(serde_json::from_str(thing)?)
}

fn verdict(view: &View, import: ImportId, change: &Change) -> Result<Verdict, StoreError> {
    let (present, used) = match change.noun.as_str() {
        "account" => {
            let id = AccountId(number(&change.thing)?);
            let present = account::state(view, id)?.map(|state| serde_json::to_string(&state)).transpose()?;
            (present, change.earlier.is_none() && account::used(view, id, import)?)
        }
        "person" => {
            let id = PersonId(number(&change.thing)?);
            let present = person::state(view, id)?.map(|state| serde_json::to_string(&state)).transpose()?;
            (present, change.earlier.is_none() && person::used(view, id, import)?)
        }
        "exposure" => {
            let (day, stage, measure, place) = cell_key(&change.thing)?;
            let cell = exposure::cell(view, &[day.into(), stage.into(), (&measure).into(), (&place).into()])?;
            (cell.map(|cell| serde_json::to_string(&cell)).transpose()?, false)
        }
        _ => (event::there(view, number(&change.thing)?)?.then(|| change.later.clone()), false),
    };
    Ok(match present {
        None => Verdict::Gone,
        Some(present) if present != change.later => Verdict::Kept(SINCE),
        Some(_) if used => Verdict::Kept(USED),
        Some(_) if change.earlier.is_some() => Verdict::Restored,
        Some(_) => Verdict::Removed,
    })
}

/// How many things were or would be removed, restored and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Looked at.
    pub seen: u64,
    /// New with the import: they go.
    pub removed: u64,
    /// They get back what they were.
    pub restored: u64,
    /// They stay.
    pub kept: u64,
}

impl Outcome {
    fn count(&mut self, verdict: Verdict) {
        self.seen += 1;
        match verdict {
            Verdict::Removed => self.removed += 1,
            Verdict::Restored => self.restored += 1,
            Verdict::Kept(_) => self.kept += 1,
            Verdict::Gone => {}
        }
    }
}

/// What undoing an import's changes would do; nothing is done.
pub fn foresee(view: &View, import: ImportId) -> Result<Outcome, StoreError> {
    let mut outcome = Outcome::default();
    let mut ordinal = i64::MAX;
    loop {
        let some = before(view, import, ordinal, 500)?;
        let Some(last) = some.last() else { return Ok(outcome) };
        ordinal = last.ordinal;
        for change in &some {
            outcome.count(verdict(view, import, change)?);
        }
    }
}

/// How many things an import changed, by noun.
pub fn count(view: &View, import: ImportId) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = "SELECT noun, count(*) FROM import_change WHERE import = $1 GROUP BY noun ORDER BY noun";
    view.list(sql, &[import.into()], |row| Ok((row.text(0)?.to_owned(), row.int(1)? as u64)))
}

/// Undoes the latest changes of an import that are still to be undone; nothing seen: all are.
pub fn undo(tx: &mut Tx, import: ImportId, limit: usize) -> Result<Outcome, StoreError> {
    let mut outcome = Outcome::default();
    for change in before(tx, import, i64::MAX, limit)? {
        let verdict = verdict(tx, import, &change)?;
        outcome.count(verdict);
        match verdict {
            Verdict::Removed | Verdict::Restored => put_back(tx, &change)?,
            Verdict::Kept(reason) => keep(tx, import, &change.noun, &change.thing, reason)?,
            Verdict::Gone => {}
        }
        let values: [Value<'_>; 3] = [import.into(), (&change.noun).into(), (&change.thing).into()];
        tx.execute("DELETE FROM import_change WHERE import = $1 AND noun = $2 AND thing = $3", &values)?;
    }
    Ok(outcome)
}

fn put_back(tx: &mut Tx, change: &Change) -> Result<(), StoreError> {
    let earlier = change.earlier.as_deref();
    match change.noun.as_str() {
        "account" => match earlier.map(serde_json::from_str::<AccountState>).transpose()? {
            Some(state) => account::put_back(tx, &state),
            None => account::remove(tx, AccountId(number(&change.thing)?)),
        },
        "person" => match earlier.map(serde_json::from_str::<PersonState>).transpose()? {
            Some(state) => person::put_back(tx, &state),
            None => person::remove(tx, PersonId(number(&change.thing)?)),
        },
        "exposure" => {
            let (day, stage, measure, place) = cell_key(&change.thing)?;
            let cell = earlier.map(serde_json::from_str::<Cell>).transpose()?;
            exposure::put_back(tx, &[day.into(), stage.into(), (&measure).into(), (&place).into()], cell.as_ref())
        }
        _ => event::remove(tx, number(&change.thing)?),
    }
}

/// The most things that are kept by name; all are counted.
const MOST_KEPT: i64 = 1_000;

/// Remembers what stays when an import is undone.
pub fn keep(tx: &mut Tx, import: ImportId, noun: &str, thing: &str, reason: &str) -> Result<(), StoreError> {
    let ordinal = tx.number("SELECT max(ordinal) FROM import_kept WHERE import = $1", &[import.into()])? + 1;
    if ordinal <= MOST_KEPT {
        let values: [Value<'_>; 5] = [import.into(), ordinal.into(), noun.into(), thing.into(), reason.into()];
        tx.execute("INSERT INTO import_kept (import, ordinal, noun, thing, reason) VALUES ($1, $2, $3, $4, $5)", &values)?;
    }
    Ok(())
}

/// Something that stayed when an import was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// `feedback`, `account`, `person`, `exposure` or `event`.
    pub noun: String,
    /// Which: an identifier, or what names the cell of an exposure.
    pub thing: String,
    /// Why.
    pub reason: String,
}

/// What stayed when an import was undone, at most `limit`. Ask only for an import in sight.
pub fn kept(view: &View, import: ImportId, limit: usize) -> Result<Vec<Kept>, StoreError> {
    let sql = "SELECT noun, thing, reason FROM import_kept WHERE import = $1 ORDER BY ordinal LIMIT $2";
    view.list(sql, &[import.into(), limit.into()], |row| {
        Ok(Kept { noun: row.text(0)?.to_owned(), thing: row.text(1)?.to_owned(), reason: row.text(2)?.to_owned() })
    })
}

//! Events: what happened to customers.

use heard_domain::id::{AccountId, EventId, ImportId, PersonId, StageId, TouchpointId};
use heard_domain::operation::Event;
use heard_domain::time::{Day, Period, Time};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::change::{self, Wrote};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// Which events are asked for; what is `None` does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// What kind.
    pub kind: Option<String>,
    /// To whom.
    pub person: Option<PersonId>,
    /// To which account.
    pub account: Option<AccountId>,
    /// In which stage.
    pub stage: Option<StageId>,
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
    /// What came after this event of the list: the next page.
    pub after: Option<EventId>,
}

const COLUMNS: &str = "id, key, kind, at, day, person, account, stage, touchpoint, details";

fn read(row: &dyn Row) -> Result<Event, StoreError> {
    Ok(Event {
        id: EventId(row.int(0)?),
        key: row.text(1)?.to_owned(),
        kind: row.text(2)?.to_owned(),
        at: Time(row.int(3)?),
        day: Day(row.int(4)? as i32),
        person: row.int_or_none(5)?.map(PersonId),
        account: row.int_or_none(6)?.map(AccountId),
        stage: row.int_or_none(7)?.map(StageId),
        touchpoint: row.int_or_none(8)?.map(TouchpointId),
        details: serde_json::from_str(row.text(9)?)?,
    })
}

/// The event that has a key.
pub fn by_key(view: &View, key: &str) -> Result<Option<EventId>, StoreError> {
    view.one("SELECT id FROM event WHERE key = $1", &[key.into()], |row| Ok(EventId(row.int(0)?)))
}

/// Events by identifier, whoever looks, in the order of their identifiers.
pub fn many(view: &View, ids: &[EventId]) -> Result<Vec<Event>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        found.extend(view.list(&format!("SELECT {COLUMNS} FROM event WHERE id IN ({list}) ORDER BY id"), &values, read)?);
    }
    Ok(found)
}

/// Keeps an event that is not there yet; the same key again is the same event.
pub fn put(tx: &mut Tx, import: Option<ImportId>, event: &Event) -> Result<(EventId, Wrote), StoreError> {
    let details = serde_json::to_string(&event.details)?;
    let values: [Value<'_>; 11] = [
        event.id.into(),
        (&event.key).into(),
        (&event.kind).into(),
        event.at.into(),
        event.day.into(),
        event.person.into(),
        event.account.into(),
        event.stage.into(),
        event.touchpoint.into(),
        (&details).into(),
        import.into(),
    ];
    let added = tx.execute(
        "INSERT INTO event (id, key, kind, at, day, person, account, stage, touchpoint, details, import)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (key) DO NOTHING",
        &values,
    )?;
    if added == 0 {
        let known = by_key(tx, &event.key)?;
        let known = known.ok_or_else(|| StoreError::Broken(format!("event {} was neither added nor found", event.id)))?;
        return Ok((known, Wrote::Known));
    }
    change::note(tx, import, "event", &event.id.to_string(), None::<&Event>, event)?;
    Ok((event.id, Wrote::Added))
}

/// Events, latest first. They belong to no post: narrowed sight sees none.
pub fn list(view: &View, wanted: &Wanted, limit: usize) -> Result<Vec<Event>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    let mut sql = format!("SELECT {COLUMNS} FROM event WHERE 1 = 1");
    let mut values: Vec<Value<'_>> = Vec::new();
    let conditions = [
        ("kind =", wanted.kind.as_ref().map(Value::from)),
        ("person =", wanted.person.map(Value::from)),
        ("account =", wanted.account.map(Value::from)),
        ("stage =", wanted.stage.map(Value::from)),
        ("day >=", wanted.from.map(Value::from)),
        ("day <=", wanted.to.map(Value::from)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql = format!("{sql} AND {condition} ${}", values.len());
        }
    }
    if let Some(after) = wanted.after {
        let at = view.one("SELECT at FROM event WHERE id = $1", &[after.into()], |row| row.int(0))?;
        let Some(at) = at else { return Ok(Vec::new()) };
        values.extend([Value::from(at), Value::from(after)]);
        let n = values.len();
        sql = format!("{sql} AND (at < ${} OR (at = ${} AND id < ${n}))", n - 1, n - 1);
    }
    values.push(limit.into());
    sql = format!("{sql} ORDER BY at DESC, id DESC LIMIT ${}", values.len());
    view.list(&sql, &values, read)
}

/// Kinds of events with how many there are, by name. Narrowed sight sees none.
pub fn kinds(view: &View) -> Result<Vec<(String, u64)>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    let sql = "SELECT kind, count(*) FROM event GROUP BY kind ORDER BY kind";
    view.list(sql, &[], |row| Ok((row.text(0)?.to_owned(), row.int(1)? as u64)))
}

/// How many events of a kind there were, day by day: those of a stage, and those of which no stage is known. Events belong to no
/// post: narrowed sight sees none.
pub fn by_day(view: &View, kind: &str, stage: StageId, period: Period) -> Result<Vec<(Day, u64)>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    let sql = "SELECT day, count(*) FROM event WHERE kind = $1 AND (stage IS NULL OR stage = $2) AND day BETWEEN $3 AND $4
         GROUP BY day ORDER BY day";
    let values: [Value<'_>; 4] = [kind.into(), stage.into(), period.first.into(), period.last.into()];
    view.list(sql, &values, |row| Ok((Day(row.int(0)? as i32), row.int(1)? as u64)))
}

/// Removes an event.
pub(crate) fn remove(tx: &mut Tx, id: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM event WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// Whether an event is there.
pub(crate) fn there(view: &View, id: i64) -> Result<bool, StoreError> {
    Ok(view.number("SELECT count(*) FROM event WHERE id = $1", &[id.into()])? > 0)
}

//! Runs of letters, and those to whom they go. A run belongs to no post: narrowed sight sees none.

use std::collections::{BTreeSet, HashMap};

use heard_domain::account::IdentityKind;
use heard_domain::id::{CategoryId, EventId, LetterId, PersonId, StageId, UserId};
use heard_domain::letter::Letter;
use heard_domain::reading::Polarity;
use heard_domain::time::{Day, Time};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, subject, text, audience, state, version, made, reviewer, reviewed, looked_at, unreachable, suppressed, told_before, pages";

fn read(row: &dyn Row) -> Result<Letter, StoreError> {
    Ok(Letter {
        id: LetterId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        subject: row.text(2)?.to_owned(),
        text: row.text(3)?.to_owned(),
        audience: serde_json::from_str(row.text(4)?)?,
        state: row.text(5)?.parse()?,
        version: row.int(6)?,
        made: Time(row.int(7)?),
        reviewed: row.int_or_none(8)?.map(UserId).zip(row.int_or_none(9)?.map(Time)),
        looked_at: row.int(10)? as u64,
        unreachable: row.int(11)? as u64,
        suppressed: row.int(12)? as u64,
        before: row.int(13)? as u64,
        pages: row.int(14)? as u64,
    })
}

/// The newest runs.
pub fn list(view: &View, limit: usize) -> Result<Vec<Letter>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    view.list(&format!("SELECT {COLUMNS} FROM letter ORDER BY id DESC LIMIT $1"), &[limit.into()], read)
}

/// A run.
pub fn get(view: &View, id: LetterId) -> Result<Option<Letter>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(None);
    }
    view.one(&format!("SELECT {COLUMNS} FROM letter WHERE id = $1"), &[id.into()], read)
}

/// The run with a name.
pub fn named(view: &View, name: &str) -> Result<Option<LetterId>, StoreError> {
    view.one("SELECT id FROM letter WHERE name = $1", &[name.into()], |row| Ok(LetterId(row.int(0)?)))
}

/// Adds a run or changes it.
pub fn save(tx: &mut Tx, letter: &Letter) -> Result<(), StoreError> {
    let audience = serde_json::to_string(&letter.audience)?;
    let values: [Value<'_>; 16] = [
        letter.id.into(),
        (&letter.name).into(),
        (&letter.subject).into(),
        (&letter.text).into(),
        (&audience).into(),
        letter.state.code().into(),
        letter.version.into(),
        letter.made.into(),
        letter.reviewed.map(|(by, _)| by).into(),
        letter.reviewed.map(|(_, at)| at).into(),
        (letter.looked_at as i64).into(),
        (letter.unreachable as i64).into(),
        (letter.suppressed as i64).into(),
        (letter.before as i64).into(),
        (letter.pages as i64).into(),
        letter.audience.issue().into(),
    ];
    let sql = format!(
        "INSERT INTO letter ({COLUMNS}, issue) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, subject = excluded.subject, text = excluded.text, audience = excluded.audience,
         state = excluded.state, version = excluded.version, reviewer = excluded.reviewer, reviewed = excluded.reviewed,
         looked_at = excluded.looked_at, unreachable = excluded.unreachable, suppressed = excluded.suppressed, told_before = excluded.told_before,
         pages = excluded.pages"
    );
    tx.execute(&sql, &values)?;
    Ok(())
}

/// Removes a run that was never sent.
pub fn remove(tx: &mut Tx, id: LetterId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM letter WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// Events of a kind that happened to known persons, after one of them, in the order of their identifiers.
pub fn events(
    view: &View,
    kind: &str,
    stage: Option<StageId>,
    (from, until): (Day, Day),
    after: EventId,
    limit: usize,
) -> Result<Vec<EventId>, StoreError> {
    let sql = "SELECT id FROM event WHERE kind = $1 AND (CAST($2 AS BIGINT) IS NULL OR stage = CAST($2 AS BIGINT)) AND day >= $3 AND day <= $4
         AND id > $5 AND person IS NOT NULL ORDER BY id LIMIT $6";
    let values: [Value<'_>; 6] = [kind.into(), stage.into(), from.into(), until.into(), after.into(), limit.into()];
    view.list(sql, &values, |row| Ok(EventId(row.int(0)?)))
}

/// Persons who said something that is not praise about one of these categories, by their present readings, after one of them, in the
/// order of their identifiers.
pub fn raisers(
    view: &View,
    categories: &[CategoryId],
    (from, until): (Day, Day),
    after: PersonId,
    limit: usize,
) -> Result<Vec<PersonId>, StoreError> {
    let mut persons: BTreeSet<PersonId> = BTreeSet::new();
    for ids in categories.chunks(CHUNK) {
        let (list, of) = one_of(6, ids);
        let sql = format!(
            "SELECT DISTINCT feedback.person FROM passage_category
             JOIN passage ON passage.feedback = passage_category.feedback AND passage.ordinal = passage_category.ordinal
             JOIN feedback ON feedback.id = passage_category.feedback
             WHERE feedback.day >= $1 AND feedback.day <= $2 AND feedback.person > $3 AND coalesce(passage.polarity, -1) <> $5
             AND passage_category.category IN ({list}) ORDER BY feedback.person LIMIT $4"
        );
        let mut values: Vec<Value<'_>> =
            vec![from.into(), until.into(), after.into(), limit.into(), Polarity::Positive.index().into()];
        values.extend(of);
        persons.extend(view.list(&sql, &values, |row| Ok(PersonId(row.int(0)?)))?);
    }
    Ok(persons.into_iter().take(limit).collect())
}

/// The name and the first e-mail address of each of these persons, whoever looks.
pub fn reached(view: &View, persons: &[PersonId]) -> Result<HashMap<PersonId, (String, Option<String>)>, StoreError> {
    let mut found = HashMap::with_capacity(persons.len());
    for ids in persons.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        view.each(&format!("SELECT id, name FROM person WHERE id IN ({list})"), &values, |row| {
            found.insert(PersonId(row.int(0)?), (row.text(1)?.to_owned(), None));
            Ok(())
        })?;
        let sql = format!("SELECT person, kind, handle FROM identity WHERE person IN ({list}) ORDER BY person, handle");
        view.each(&sql, &values, |row| {
            if row.text(1)? == IdentityKind::Email.code()
                && let Some((_, address)) = found.get_mut(&PersonId(row.int(0)?))
                && address.is_none()
            {
                *address = heard_domain::mail::address(row.text(2)?);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

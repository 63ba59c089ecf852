//! Segments: saved filters of persons, and the persons they hold.

use std::collections::BTreeSet;

use heard_domain::account::{Account, Money, Person};
use heard_domain::id::{AccountId, PersonId, SegmentId};
use heard_domain::segment::{PersonFilter, Segment};
use heard_domain::time::Day;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::tables::account::in_sight;
use crate::view::{Tx, View};

/// All, by name.
pub fn list(view: &View) -> Result<Vec<Segment>, StoreError> {
    view.list("SELECT id, name, filter FROM segment ORDER BY name", &[], |row| {
        Ok(Segment { id: SegmentId(row.int(0)?), name: row.text(1)?.to_owned(), filter: serde_json::from_str(row.text(2)?)? })
    })
}

/// Makes a segment or changes it. A taken name is a [`StoreError::Conflict`].
pub fn save(tx: &mut Tx, segment: &Segment) -> Result<(), StoreError> {
    let filter = serde_json::to_string(&segment.filter)?;
    let sql = "INSERT INTO segment (id, name, filter) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, filter = excluded.filter";
    tx.execute(sql, &[segment.id.into(), (&segment.name).into(), (&filter).into()])?;
    Ok(())
}

/// Removes a segment; a filter that still names it lets nobody through.
pub fn remove(tx: &mut Tx, id: SegmentId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM segment WHERE id = $1", &[id.into()])?;
    Ok(())
}

const PERSON: &str = "person.id, person.name, person.role, person.account, account.name, account.value_minor, account.currency, \
     account.key_account, account.renewal";

fn read(row: &dyn Row) -> Result<(Person, Option<Account>), StoreError> {
    let id = row.int_or_none(3)?.map(AccountId);
    let person = Person {
        id: PersonId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        role: row.text_or_none(2)?.map(str::to_owned),
        account: id,
    };
    let Some((id, name)) = id.zip(row.text_or_none(4)?.map(str::to_owned)) else { return Ok((person, None)) };
    let money = row.int_or_none(5)?.zip(row.text_or_none(6)?.map(str::to_owned));
    let account = Account {
        id,
        name,
        yearly_value: money.map(|(minor, currency)| Money { minor, currency }),
        key_account: row.yes(7)?,
        renewal: row.int_or_none(8)?.map(|day| Day(day as i32)),
    };
    Ok((person, Some(account)))
}

/// What the database itself can leave out: the rest is looked at row by row, so that both databases agree about letters.
fn narrowed<'a>(filter: &'a PersonFilter, today: Day, values: &mut Vec<Value<'a>>) -> String {
    let mut conditions = String::new();
    let mut put = |condition: &str, value: Value<'a>| {
        values.push(value);
        conditions.push_str(&condition.replace('?', &format!("${}", values.len())));
    };
    if filter.key_account == Some(true) {
        put(" AND account.key_account = ?", 1_i64.into());
    }
    if let Some(currency) = &filter.currency {
        put(" AND account.currency = ?", currency.into());
    }
    if let Some(least) = filter.value_from {
        put(" AND account.value_minor >= ?", least.into());
    }
    if let Some(end) = filter.value_under {
        put(" AND account.value_minor < ?", end.into());
    }
    if let Some(days) = filter.renews_within {
        put(" AND account.renewal >= ?", today.into());
        put(" AND account.renewal <= ?", (today + days).into());
    }
    conditions
}

/// The persons that a filter holds, also such as nobody looking may see: what was said by them is narrowed elsewhere.
pub fn persons(view: &View, filter: &PersonFilter, today: Day) -> Result<BTreeSet<PersonId>, StoreError> {
    let mut values = Vec::new();
    let conditions = narrowed(filter, today, &mut values);
    gather(view, filter, today, &conditions, &values)
}

/// The same by looking at every person: the oracle of the tests.
pub(crate) fn persons_one_by_one(view: &View, filter: &PersonFilter, today: Day) -> Result<BTreeSet<PersonId>, StoreError> {
    gather(view, filter, today, "", &[])
}

fn gather(
    view: &View,
    filter: &PersonFilter,
    today: Day,
    conditions: &str,
    values: &[Value<'_>],
) -> Result<BTreeSet<PersonId>, StoreError> {
    let sql = format!("SELECT {PERSON} FROM person LEFT JOIN account ON account.id = person.account WHERE 1 = 1{conditions}");
    let mut found = BTreeSet::new();
    view.each(&sql, values, |row| {
        let (person, account) = read(row)?;
        if filter.holds(&person, account.as_ref(), today) {
            found.insert(person.id);
        }
        Ok(())
    })?;
    for (name, value) in &filter.attribute {
        let sql = "SELECT person FROM person_attribute WHERE name = $1 AND value = $2 UNION
             SELECT person.id FROM person JOIN account_attribute ON account_attribute.account = person.account
             WHERE account_attribute.name = $1 AND account_attribute.value = $2";
        let with = view.list(sql, &[name.into(), value.into()], |row| Ok(PersonId(row.int(0)?)))?;
        let with: BTreeSet<PersonId> = with.into_iter().collect();
        found.retain(|person| with.contains(person));
    }
    Ok(found)
}

/// How many persons in sight a filter holds.
pub fn count(view: &View, filter: &PersonFilter, today: Day) -> Result<u64, StoreError> {
    let mut values = Vec::new();
    let mut conditions = narrowed(filter, today, &mut values);
    let (sight, more) = in_sight(view, "person", values.len() + 1);
    conditions.push_str(&sight);
    values.extend(more);
    Ok(gather(view, filter, today, &conditions, &values)?.len() as u64)
}

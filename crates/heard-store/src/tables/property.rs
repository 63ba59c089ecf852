//! Properties of accounts and persons: a name and a value each, as files and programs bring them.

use std::collections::HashMap;

use crate::error::StoreError;
use crate::sql::driver::{Value, one_of};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// Whose properties.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Of accounts.
    Account,
    /// Of persons.
    Person,
}

impl Whose {
    fn column(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Person => "person",
        }
    }
}

/// Names and values.
pub type Properties = Vec<(String, String)>;

/// The properties of these, by name. Ask only for identifiers that are in sight.
pub(crate) fn many(view: &View, whose: Whose, ids: &[i64]) -> Result<HashMap<i64, Properties>, StoreError> {
    let column = whose.column();
    let mut found: HashMap<i64, Properties> = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql =
            format!("SELECT {column}, name, value FROM {column}_attribute WHERE {column} IN ({list}) ORDER BY {column}, name");
        view.each(&sql, &values, |row| {
            found.entry(row.int(0)?).or_default().push((row.text(1)?.to_owned(), row.text(2)?.to_owned()));
            Ok(())
        })?;
    }
    Ok(found)
}

/// Sets some properties and leaves the others; an empty value takes one away.
pub(crate) fn set(tx: &mut Tx, whose: Whose, id: i64, properties: &[(String, String)]) -> Result<(), StoreError> {
    let column = whose.column();
    for (name, value) in properties {
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            continue;
        }
        if value.is_empty() {
            tx.execute(&format!("DELETE FROM {column}_attribute WHERE {column} = $1 AND name = $2"), &[id.into(), name.into()])?;
            continue;
        }
        let sql = format!(
            "INSERT INTO {column}_attribute ({column}, name, value) VALUES ($1, $2, $3)
             ON CONFLICT ({column}, name) DO UPDATE SET value = excluded.value"
        );
        tx.execute(&sql, &[id.into(), name.into(), value.into()])?;
    }
    Ok(())
}

/// Takes all properties away and sets these.
pub(crate) fn replace(tx: &mut Tx, whose: Whose, id: i64, properties: &[(String, String)]) -> Result<(), StoreError> {
    let column = whose.column();
    tx.execute(&format!("DELETE FROM {column}_attribute WHERE {column} = $1"), &[id.into()])?;
    set(tx, whose, id, properties)
}

/// All names of properties with their values, by name and value, each at most `most` values: what can be filtered by.
/// Only for sight that is not narrowed; else none.
pub fn known(view: &View, whose: Whose, most: usize) -> Result<Vec<(String, Vec<String>)>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT name, value FROM {}_attribute GROUP BY name, value ORDER BY name, value", whose.column());
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    view.each(&sql, &[] as &[Value<'_>], |row| {
        let (name, value) = (row.text(0)?, row.text(1)?);
        match found.last_mut() {
            Some((last, values)) if last == name => {
                if values.len() < most {
                    values.push(value.to_owned());
                }
            }
            _ => found.push((name.to_owned(), vec![value.to_owned()])),
        }
        Ok(())
    })?;
    Ok(found)
}

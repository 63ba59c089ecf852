//! Which tables there are, and how they look, at any step of the schema: read from the schema itself, so that no table and
//! no column is ever forgotten. Both databases have the same.

use crate::error::StoreError;
use crate::sql::driver::{Driver, Value};
use crate::sql::migrate::{SQLITE, migrate};
use crate::sql::sqlite::Sqlite;

/// Tables that are not in a backup, and why.
pub const LEFT_OUT: [(&str, &str); 6] = [
    ("cube", "counted anew from feedback and passages"),
    ("cube_rating", "counted anew from ratings"),
    ("outbox", "only says what followers have not seen yet; the last number is in the header"),
    ("snapshot", "vouches for files in a data folder that were made from this database"),
    ("migration", "the schema's number is in the header"),
    ("installation", "says which database this is: a restored one is another"),
];

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns by name, in the order of the alphabet.
    pub columns: Vec<String>,
    /// Which of them are its key, in the order of the key.
    pub key: Vec<usize>,
}

impl Table {
    /// Columns as they stand in a statement.
    pub fn list(columns: impl IntoIterator<Item = impl AsRef<str>>) -> String {
        columns.into_iter().map(|column| format!("\"{}\"", column.as_ref())).collect::<Vec<_>>().join(", ")
    }

    /// The names of the key's columns.
    pub fn key_names(&self) -> Vec<&str> {
        self.key.iter().filter_map(|at| self.columns.get(*at)).map(String::as_str).collect()
    }
}

/// All tables of the schema as it was after a step, by name; also those that are left out.
pub fn all_tables(step: i64) -> Result<Vec<Table>, StoreError> {
    let db = Sqlite::in_memory()?;
    let end = SQLITE.partition_point(|other| other.number <= step);
    migrate(&db, SQLITE.get(..end).unwrap_or(SQLITE))?;
    let mut names = Vec::new();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    db.query(sql, &[], &mut |row| {
        names.push(row.text(0)?.to_owned());
        Ok(())
    })?;
    names.into_iter().map(|name| table(&db, name)).collect()
}

fn table(db: &Sqlite, name: String) -> Result<Table, StoreError> {
    let (mut columns, mut key) = (Vec::new(), Vec::new());
    db.query("SELECT name, pk FROM pragma_table_info($1) ORDER BY name", &[Value::Text(&name)], &mut |row| {
        if row.int(1)? > 0 {
            key.push((row.int(1)?, columns.len()));
        }
        columns.push(row.text(0)?.to_owned());
        Ok(())
    })?;
    key.sort_unstable();
    if key.is_empty() {
        return Err(StoreError::odd(format!("the table {name} has no key")));
    }
    Ok(Table { name, columns, key: key.into_iter().map(|(_, at)| at).collect() })
}

/// The tables of a backup made at a step of the schema.
pub fn tables(step: i64) -> Result<Vec<Table>, StoreError> {
    let kept = |table: &Table| LEFT_OUT.iter().all(|(name, _)| *name != table.name);
    Ok(all_tables(step)?.into_iter().filter(kept).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::migrate::newest;

    #[test]
    fn what_is_left_out_exists_and_all_else_has_a_key() {
        let all = all_tables(newest()).unwrap();
        for (name, why) in LEFT_OUT {
            assert!(!why.is_empty() && all.iter().any(|table| table.name == name), "{name}");
        }
        let kept = tables(newest()).unwrap();
        assert_eq!(kept.len() + LEFT_OUT.len(), all.len());
        let of = |name: &str| kept.iter().find(|table| table.name == name).unwrap();
        assert_eq!(of("identity").key_names(), ["kind", "handle"]);
        assert!(of("feedback").columns.iter().any(|column| column == "text") && of("user").key_names() == ["id"]);
    }
}

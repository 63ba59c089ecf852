//! How tables have grown since the server last looked at what is in them.
//!
//! A server plans by what it knows of a table. It looks by itself once a minute at most, and an import is through its first
//! hundred thousand rows by then: until it has looked it takes the passages of a hundred feedbacks for a third of the
//! table, and reads all of it. The writer therefore asks it to look where a table has become four times as large.

use std::cell::RefCell;
use std::collections::HashMap;

/// A table with fewer new rows than this is not worth a look.
const WORTH_A_LOOK: u64 = 500;

/// Looked at anew when so many times as many rows were added as were known.
const TIMES: u64 = 3;

/// The tables that the writer has added to.
#[derive(Debug, Default)]
pub(crate) struct Grown {
    tables: RefCell<HashMap<String, Rows>>,
}

#[derive(Debug, Default)]
struct Rows {
    /// As many as the server knew of when it looked.
    known: u64,
    added: u64,
}

impl Grown {
    /// The server knows of so many rows.
    pub(crate) fn known(&self, table: &str, rows: u64) {
        self.tables.borrow_mut().insert(table.to_owned(), Rows { known: rows, added: 0 });
    }

    /// A statement has changed so many rows; only what inserts counts. What is undone later is counted too, for it takes
    /// room all the same.
    pub(crate) fn by(&self, sql: &str, rows: u64) {
        let Some(table) =
            sql.strip_prefix("INSERT INTO ").and_then(|rest| rest.split_once(' ')).map(|(table, _)| table.trim_matches('"'))
        else {
            return;
        };
        let mut tables = self.tables.borrow_mut();
        if let Some(known) = tables.get_mut(table) {
            known.added += rows;
        } else {
            tables.insert(table.to_owned(), Rows { known: 0, added: rows });
        }
    }

    /// A table that should be looked at now, if there is one: it counts as looked at from here on.
    pub(crate) fn due(&self) -> Option<String> {
        let mut tables = self.tables.borrow_mut();
        let (name, rows) = tables.iter_mut().find(|(_, rows)| rows.added >= WORTH_A_LOOK.max(TIMES * rows.known))?;
        rows.known += rows.added;
        rows.added = 0;
        Some(name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_looked_at_when_it_has_become_four_times_as_large() {
        let grown = Grown::default();
        let insert = "INSERT INTO passage (feedback) VALUES ($1)";
        grown.by(insert, 499);
        grown.by("UPDATE passage SET stage = $1", 5_000);
        assert_eq!(grown.due(), None);
        grown.by(insert, 1);
        assert_eq!(grown.due().as_deref(), Some("passage"));
        assert_eq!(grown.due(), None, "it was looked at");
        grown.by(insert, 1_499);
        assert_eq!(grown.due(), None);
        grown.by(insert, 1);
        assert_eq!(grown.due().as_deref(), Some("passage"));
        grown.known("person", 1_000_000);
        grown.by("INSERT INTO person (id) VALUES ($1)", 100_000);
        assert_eq!(grown.due(), None, "the server knows a large table well enough");
    }
}

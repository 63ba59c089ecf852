//! SQLite: the database inside the program.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags};

use crate::error::StoreError;
use crate::sql::driver::{Driver, Row, Value};

/// Older versions can damage a WAL database when two connections write and checkpoint at once.
const OLDEST_SOUND_VERSION: i32 = 3_051_003;

/// How long a connection waits for another before it gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many statements are kept prepared.
const STATEMENTS: usize = 256;

/// A connection to a file of SQLite.
pub struct Sqlite {
    connection: Connection,
    /// The places of statements that were seen: SQLite looks through all names for every name.
    places: RefCell<HashMap<Box<str>, Arc<[usize]>>>,
}

impl Sqlite {
    /// Opens the file for the one writer, making it if it is not there.
    pub fn writer(path: &Path) -> Result<Self, StoreError> {
        sound(rusqlite::version_number())?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let this = Self::open(path, flags)?;
        // FULL: a commit that was answered survives loss of power. The WAL is cut back after a burst, so that it does not
        // keep the size of the largest import.
        this.script(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;
             PRAGMA wal_autocheckpoint = 12000; PRAGMA journal_size_limit = 67108864;",
        )?;
        let mut mode = String::new();
        this.query("PRAGMA journal_mode", &[], &mut |row| {
            row.text(0)?.clone_into(&mut mode);
            Ok(())
        })?;
        if mode != "wal" {
            return Err(StoreError::Broken(format!("the file system of {} does not allow a write-ahead log", path.display())));
        }
        Ok(this)
    }

    /// Opens the file for reading only.
    pub fn reader(path: &Path) -> Result<Self, StoreError> {
        let this = Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        this.script("PRAGMA cache_size = -16384; PRAGMA query_only = ON;")?;
        Ok(this)
    }

    /// A database in memory, gone with the connection.
    pub fn in_memory() -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self::open(Path::new(":memory:"), flags)
    }

    fn open(path: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let connection = Connection::open_with_flags(path, flags).map_err(error)?;
        connection.busy_timeout(PATIENCE).map_err(error)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let this = Self { connection, places: RefCell::default() };
        // Sorting and savepoints stay in memory: a full disk for temporary files must not look like a damaged database.
        this.script("PRAGMA temp_store = MEMORY;")?;
        Ok(this)
    }

    fn prepare(&self, sql: &str) -> Result<(CachedStatement<'_>, Arc<[usize]>), StoreError> {
        let statement = self.connection.prepare_cached(sql).map_err(error)?;
        let known = self.places.borrow().get(sql).cloned();
        if let Some(places) = known {
            return Ok((statement, places));
        }
        let places = places(&statement)?;
        let mut seen = self.places.borrow_mut();
        if seen.len() >= STATEMENTS {
            seen.clear();
        }
        seen.insert(sql.into(), Arc::clone(&places));
        Ok((statement, places))
    }
}

fn sound(version: i32) -> Result<(), StoreError> {
    if version >= OLDEST_SOUND_VERSION {
        return Ok(());
    }
    let name = |v: i32| format!("{}.{}.{}", v / 1_000_000, v / 1000 % 1000, v % 1000);
    Err(StoreError::Broken(format!(
        "SQLite {} can damage its data under concurrent use: at least {} is needed",
        name(version),
        name(OLDEST_SOUND_VERSION)
    )))
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(value),
            Value::Real(value) => ValueRef::Real(value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
        }))
    }
}

/// To SQLite `$2` is a name, and names are counted by first sight: this gives the number behind each place.
fn places(statement: &CachedStatement<'_>) -> Result<Arc<[usize]>, StoreError> {
    let number = |place| statement.parameter_name(place)?.strip_prefix('$')?.parse::<usize>().ok()?.checked_sub(1);
    let numbers: Option<Arc<[usize]>> = (1..=statement.parameter_count()).map(number).collect();
    numbers.ok_or_else(|| StoreError::Broken("parameters are written $1, $2 …".to_owned()))
}

fn bind(statement: &mut CachedStatement<'_>, places: &[usize], values: &[Value<'_>]) -> Result<(), StoreError> {
    for (place, number) in places.iter().enumerate() {
        let value = values.get(*number).ok_or_else(|| StoreError::Broken(format!("no value for ${}", number + 1)))?;
        statement.raw_bind_parameter(place + 1, value).map_err(error)?;
    }
    Ok(())
}

struct SqliteRow<'a, 'b>(&'a rusqlite::Row<'b>);

impl Row for SqliteRow<'_, '_> {
    fn value(&self, column: usize) -> Result<Value<'_>, StoreError> {
        Ok(match self.0.get_ref(column).map_err(error)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(value) => Value::Int(value),
            ValueRef::Real(value) => Value::Real(value),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Value::Text(std::str::from_utf8(bytes).map_err(StoreError::odd)?),
        })
    }
}

impl Driver for Sqlite {
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        let (mut statement, places) = self.prepare(sql)?;
        bind(&mut statement, &places, values)?;
        Ok(statement.raw_execute().map_err(error)? as u64)
    }

    fn execute_many(&self, sql: &str, width: usize, values: &[Value<'_>]) -> Result<u64, StoreError> {
        if values.is_empty() {
            return Ok(0);
        }
        let (mut statement, places) = self.prepare(sql)?;
        let mut changed = 0;
        for values in values.chunks(width) {
            bind(&mut statement, &places, values)?;
            changed += statement.raw_execute().map_err(error)? as u64;
        }
        Ok(changed)
    }

    fn query(
        &self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let (mut statement, places) = self.prepare(sql)?;
        bind(&mut statement, &places, values)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(error)? {
            each(&SqliteRow(row))?;
        }
        Ok(())
    }

    fn script(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(error)
    }

    fn begin(&self, writes: bool) -> Result<(), StoreError> {
        self.script(if writes { "BEGIN IMMEDIATE" } else { "BEGIN" })
    }

    fn commit(&self) -> Result<(), StoreError> {
        self.script("COMMIT")
    }

    fn rollback(&self) -> Result<(), StoreError> {
        self.script("ROLLBACK")
    }

    fn within_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }
}

/// The shared-memory file beside the WAL could not grow: the only I/O error that means “full”.
const SHARED_MEMORY_FULL: i32 = rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

#[expect(clippy::needless_pass_by_value, reason = "it is used as `map_err(error)`")]
fn error(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error() {
        Some(cause) if cause.extended_code == SHARED_MEMORY_FULL => StoreError::Full,
        Some(cause) => match cause.code {
            ErrorCode::DiskFull => StoreError::Full,
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy(error.to_string()),
            ErrorCode::ConstraintViolation => StoreError::Conflict(error.to_string()),
            _ => StoreError::Broken(error.to_string()),
        },
        None => StoreError::Broken(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsound_library_is_refused() {
        assert!(sound(3_051_002).is_err_and(|e| e.to_string().contains("3.51.2")));
        assert_eq!(sound(3_051_003), Ok(()));
    }

    #[test]
    fn parameters_go_by_number_not_by_first_sight() {
        let folder = tempfile::tempdir().unwrap();
        let db = Sqlite::writer(&folder.path().join("t.db")).unwrap();
        let mut seen = Vec::new();
        db.query("SELECT $2, $1, $2", &[Value::Text("one"), Value::Int(2)], &mut |row| {
            seen.push((row.int(0)?, row.text(1)?.to_owned(), row.int(2)?));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, [(2, "one".to_owned(), 2)]);
        assert!(db.execute("SELECT $3", &[Value::Null]).is_err());
    }
}

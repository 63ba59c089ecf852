//! Migrations: numbered steps that bring the tables to this version of the program, each in a transaction of its own.
//!
//! A step that has run is never changed: its checksum is kept and compared at every start.

use heard_domain::hex::hex;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::sql::driver::{Driver, Value};

/// A step.
pub struct Migration {
    /// 1, 2, 3 …
    pub number: i64,
    /// What it brings.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

impl Migration {
    fn checksum(&self) -> String {
        hex(&Sha256::digest(self.sql.as_bytes()))
    }
}

/// The steps, the same for both databases: each has a file in the folder of either.
macro_rules! steps {
    ($folder:literal: $($number:literal $name:literal $file:literal),+ $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../../migrations/", $folder, "/", $file, "_", $name, ".sql")),
        }),+]
    };
    ($folder:literal) => {
        steps!($folder:
            1 "first_light" "0001",
            2 "operations" "0002",
            3 "posts" "0003",
            4 "departments" "0004",
            5 "audit" "0005",
            6 "installation" "0006",
            7 "snapshot" "0007",
            8 "learning" "0008",
            9 "sessions" "0009",
            10 "sentiments" "0010",
            11 "room" "0011",
            12 "cases" "0012",
            13 "cadence" "0013",
            14 "lessons" "0014",
            15 "issues" "0015",
            16 "promises" "0016",
            17 "verdicts" "0017",
            18 "couriers" "0018",
            19 "told" "0019",
            20 "letterbox" "0020",
            21 "rounds" "0021",
            22 "paths" "0022",
            23 "references" "0023",
            24 "wishes" "0024",
            25 "parts" "0025",
            26 "queue" "0026",
        )
    };
}

/// The steps for SQLite, in order.
pub const SQLITE: &[Migration] = steps!("sqlite");

/// The steps for `PostgreSQL`, in order.
pub const POSTGRES: &[Migration] = steps!("postgres");

/// The number of this program's schema.
pub fn newest() -> i64 {
    SQLITE.last().map_or(0, |step| step.number)
}

/// Runs the steps that have not run yet. A step that was cut off has left nothing behind and runs again.
pub fn migrate(db: &dyn Driver, steps: &[Migration]) -> Result<(), StoreError> {
    db.script("CREATE TABLE IF NOT EXISTS migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)")?;
    let mut done = Vec::new();
    db.query("SELECT number, checksum FROM migration ORDER BY number", &[], &mut |row| {
        done.push((row.int(0)?, row.text(1)?.to_owned()));
        Ok(())
    })?;
    for (number, checksum) in &done {
        let Some(step) = steps.iter().find(|step| step.number == *number) else {
            return Err(StoreError::Broken(format!(
                "the data was made by a newer version of Heard (schema {number}): run that version or a later one"
            )));
        };
        if step.checksum() != *checksum {
            return Err(StoreError::Broken(format!(
                "schema step {number} ({}) is not the one that made this data: run the version of Heard that made it",
                step.name
            )));
        }
    }
    for step in steps.iter().filter(|step| done.iter().all(|(number, _)| *number != step.number)) {
        db.begin(true)?;
        let ran = run(db, step).and_then(|()| db.commit());
        if let Err(error) = ran {
            if db.within_transaction() {
                db.rollback()?;
            }
            return Err(error);
        }
        tracing::info!(number = step.number, name = step.name, "schema step done");
    }
    Ok(())
}

fn run(db: &dyn Driver, step: &Migration) -> Result<(), StoreError> {
    db.script(step.sql)?;
    let checksum = step.checksum();
    let values = [Value::Int(step.number), Value::Text(step.name), Value::Text(&checksum)];
    db.execute("INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)", &values)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::sqlite::Sqlite;

    fn tables(db: &Sqlite) -> Vec<String> {
        let mut names = Vec::new();
        db.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", &[], &mut |row| {
            names.push(row.text(0)?.to_owned());
            Ok(())
        })
        .unwrap();
        names
    }

    #[test]
    fn steps_run_once_and_a_broken_one_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let db = Sqlite::writer(&folder.path().join("t.db")).unwrap();
        let one = || Migration { number: 1, name: "one", sql: "CREATE TABLE a (x INTEGER);" };
        let broken = Migration { number: 2, name: "two", sql: "CREATE TABLE b (x INTEGER); CREATE TABLE a (x INTEGER);" };
        assert!(migrate(&db, &[one(), broken]).is_err());
        assert_eq!(tables(&db), ["a", "migration"]);
        let mended = Migration { number: 2, name: "two", sql: "CREATE TABLE b (x INTEGER);" };
        let steps = [one(), mended];
        migrate(&db, &steps).unwrap();
        migrate(&db, &steps).unwrap();
        assert_eq!(tables(&db), ["a", "b", "migration"]);
    }

    #[test]
    fn newer_or_foreign_data_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let db = Sqlite::writer(&folder.path().join("t.db")).unwrap();
        let one = || Migration { number: 1, name: "one", sql: "CREATE TABLE a (x INTEGER);" };
        let two = Migration { number: 2, name: "two", sql: "CREATE TABLE b (x INTEGER);" };
        migrate(&db, &[one(), two]).unwrap();
        assert!(migrate(&db, &[one()]).is_err_and(|e| e.to_string().contains("newer version")));
        let other = Migration { number: 1, name: "one", sql: "CREATE TABLE c (x INTEGER);" };
        let two = Migration { number: 2, name: "two", sql: "CREATE TABLE b (x INTEGER);" };
        assert!(migrate(&db, &[other, two]).is_err_and(|e| e.to_string().contains("schema step 1")));
    }
}

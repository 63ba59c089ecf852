//! Restoring a backup into an empty place: checked to its end before anything is written, and then all of it or nothing.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::backup::line::value_of;
use crate::backup::read::{Checked, Piece, read};
use crate::backup::shape::{Table, tables};
use crate::backup::write::content;
use crate::error::StoreError;
use crate::figures::keep::FILE;
use crate::search::disk::no_room;
use crate::sql::database::{Database, apart};
use crate::sql::driver::{Value, parameters};
use crate::sql::migrate::{migrate, newest};
use crate::store::lock;
use crate::tables::cube;
use crate::view::Tx;

/// How many values go into the database at once.
const VALUES: usize = 8_000;

/// From this step of the schema on a backup holds the salt of its addresses.
const SALTED: i64 = 20;

/// Checks a backup and writes nothing.
pub fn check(path: &Path) -> Result<Checked, StoreError> {
    read(path, &mut |_, _| Ok(()))
}

/// Restores a backup into a folder and database that hold nothing yet. With `verify`, what was restored is read back and
/// compared; if it differs, the error says so, and what was restored must not be used.
pub fn restore(path: &Path, folder: &Path, database: &Database, verify: bool) -> Result<Checked, StoreError> {
    let checked = check(path)?;
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let _lock = lock(folder)?;
    let files = folder.join("imports");
    if let Database::File(place) = database
        && !place.exists()
        && beside(place, ".restoring").exists()
    {
        // What a restore has left that was cut off: nothing of it was ever in use.
        drop(fs::remove_dir_all(&files));
    }
    if fs::read_dir(&files).is_ok_and(|mut files| files.next().is_some()) {
        return Err(taken(&files.display().to_string()));
    }
    match database {
        Database::File(place) => {
            if place.exists() {
                return Err(taken(&place.display().to_string()));
            }
            let made = beside(place, ".restoring");
            clear(&made);
            let ended = put(path, &checked, &files, (folder, &Database::File(made.clone())), verify).and_then(|()| {
                sync(&made)?;
                fs::rename(&made, place).map_err(|error| failed(place, &error))?;
                sync(folder)
            });
            if ended.is_err() {
                clear(&made);
                drop(fs::remove_dir_all(&files));
            }
            ended?;
        }
        Database::Server(_) => {
            let ended = put(path, &checked, &files, (folder, database), verify);
            if ended.is_err() {
                drop(fs::remove_dir_all(&files));
            }
            ended?;
        }
    }
    // An index or a snapshot of other data would be found out, but why keep it.
    drop(fs::remove_dir_all(folder.join("index")));
    drop(fs::remove_file(folder.join(FILE)));
    Ok(checked)
}

/// Loads a backup, reads it back if that is wanted, and settles what must not simply go on.
fn put(
    path: &Path,
    checked: &Checked,
    files: &Path,
    (folder, database): (&Path, &Database),
    verify: bool,
) -> Result<(), StoreError> {
    apart(|| load(path, checked, files, database))?;
    if verify && checked.header.schema == newest() {
        let restored = content(folder, database)?;
        if restored != checked.trailer.content {
            return Err(StoreError::Broken(format!(
                "what was restored is not what the backup holds (content {restored} instead of {}): do not use it",
                checked.trailer.content
            )));
        }
    }
    apart(|| settle(database, checked.header.schema))
}

/// Since the backup was made, what waited in it to be sent may have gone out: nobody knows, and it is not sent again by itself. Runs
/// of letters begin only once somebody has reviewed them again.
fn settle(database: &Database, schema: i64) -> Result<(), StoreError> {
    let mut tx = Tx::new(database.writer()?);
    tx.begin_group()?;
    tx.begin_one()?;
    let settled = settled(&mut tx);
    if let Err(error) = settled.and_then(|()| tx.keep_one()).and_then(|()| tx.commit_group()) {
        tx.drop_group();
        return Err(error);
    }
    if schema < SALTED && tx.number("SELECT count(*) FROM suppressed", &[])? > 0 {
        tracing::warn!(
            "the backup is older than its own salt of addresses: who had asked for no more letters is not known here any more; enter them anew"
        );
    }
    if matches!(database, Database::File(_)) {
        tx.each("PRAGMA wal_checkpoint(TRUNCATE)", &[], |_| Ok(()))?;
    }
    Ok(())
}

fn settled(tx: &mut Tx) -> Result<(), StoreError> {
    let reason = "a backup was restored: it may have gone out since the backup was made";
    let sql = "UPDATE message SET state = 'maybe', token = NULL, reason = $1 WHERE state IN ('waiting', 'sending')";
    tx.execute(sql, &[reason.into()])?;
    tx.execute("DELETE FROM job WHERE kind IN ('send', 'send_letter', 'letters')", &[])?;
    let sql =
        "UPDATE letter SET state = 'draft', version = version + 1, reviewer = NULL, reviewed = NULL WHERE state = 'sending'";
    tx.execute(sql, &[])?;
    Ok(())
}

fn failed(place: &Path, error: &std::io::Error) -> StoreError {
    if no_room(error) { StoreError::Full } else { StoreError::Broken(format!("{}: {error}", place.display())) }
}

fn taken(what: &str) -> StoreError {
    StoreError::refused(
        "data",
        format!("{what} is there already: a backup is restored into an empty place (another folder: --data)"),
    )
}

fn beside(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Takes away what a restore has left that was cut off.
fn clear(made: &Path) {
    for ending in ["", "-wal", "-shm", "-journal"] {
        drop(fs::remove_file(beside(made, ending)));
    }
}

fn sync(place: &Path) -> Result<(), StoreError> {
    File::open(place).and_then(|file| file.sync_all()).map_err(|error| failed(place, &error))
}

fn load(path: &Path, checked: &Checked, files: &Path, database: &Database) -> Result<(), StoreError> {
    let (schema, steps) = (checked.header.schema, database.migrations());
    let sqlite = matches!(database, Database::File(_));
    let mut tx = Tx::new(database.writer()?);
    let end = steps.partition_point(|step| step.number <= schema);
    if !sqlite {
        empty(&tx)?;
    }
    migrate(tx.db(), steps.get(..end).unwrap_or(steps))?;
    if sqlite {
        // Nobody waits for it, and what is cut off is thrown away: safety comes with the last step, when all is there.
        tx.db().script("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF;")?;
    }
    tx.begin_group()?;
    tx.begin_one()?;
    let loaded = fill(&mut tx, path, checked, files, sqlite);
    if let Err(error) = loaded.and_then(|()| tx.keep_one()).and_then(|()| tx.commit_group()) {
        tx.drop_group();
        return Err(error);
    }
    if end < steps.len() {
        migrate(tx.db(), steps)?;
    }
    if sqlite {
        let mut loose = Vec::new();
        tx.each("PRAGMA foreign_key_check", &[], |row| {
            loose.push(row.text(0)?.to_owned());
            Ok(())
        })?;
        if let Some(table) = loose.first() {
            return Err(StoreError::Broken(format!("a row of {table} refers to what the backup does not hold")));
        }
        tx.each("PRAGMA wal_checkpoint(TRUNCATE)", &[], |_| Ok(()))?;
    }
    Ok(())
}

/// Refuses a database of a server that holds anything.
fn empty(tx: &Tx) -> Result<(), StoreError> {
    let count = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $1";
    // A salt is there from the first start on.
    for table in tables(newest())?.into_iter().filter(|table| table.name != "salt") {
        let rows = format!("SELECT count(*) FROM \"{}\"", table.name);
        if tx.number(count, &[Value::Text(&table.name)])? > 0 && tx.number(&rows, &[])? > 0 {
            return Err(taken("the database holds data: it"));
        }
    }
    Ok(())
}

/// The step of the schema from which on a server asks for the post and the import of feedback once a statement, not by a constraint.
const ASKS_BY_STATEMENT: i64 = 23;

fn fill(tx: &mut Tx, path: &Path, checked: &Checked, files: &Path, sqlite: bool) -> Result<(), StoreError> {
    // Rows come by key, not by who refers to whom: references are checked when all are there.
    let ties = if sqlite { Vec::new() } else { untie(tx)? };
    let asks = !sqlite && checked.header.schema >= ASKS_BY_STATEMENT;
    if asks {
        tx.db().script("ALTER TABLE feedback DISABLE TRIGGER feedback_refers")?;
    }
    // Some steps of the schema bring rows of their own.
    for table in tables(checked.header.schema)? {
        tx.execute(&format!("DELETE FROM \"{}\"", table.name), &[])?;
    }
    let mut batch = Batch::default();
    let mut file: Option<File> = None;
    let again = read(path, &mut |_, piece| match piece {
        Piece::Row(table, values) => batch.add(tx, table, values),
        Piece::File(name) => {
            fs::create_dir_all(files).map_err(|error| failed(files, &error))?;
            let place = files.join(name);
            file = Some(File::create(&place).map_err(|error| failed(&place, &error))?);
            Ok(())
        }
        Piece::Part(bytes) => file.as_mut().map_or(Ok(()), |file| file.write_all(bytes)).map_err(|error| failed(files, &error)),
    })?;
    if again != *checked {
        return Err(StoreError::refused("backup", "it has changed while it was restored"));
    }
    batch.flush(tx)?;
    for (table, name, rule) in ties {
        tx.db().script(&format!("ALTER TABLE {table} ADD CONSTRAINT \"{name}\" {rule}"))?;
    }
    if asks {
        let loose = "SELECT count(*) FROM feedback WHERE NOT EXISTS (SELECT 1 FROM post WHERE post.id = feedback.post)
                     OR (import IS NOT NULL AND NOT EXISTS (SELECT 1 FROM import WHERE import.id = feedback.import))";
        if tx.number(loose, &[])? > 0 {
            return Err(StoreError::Broken("feedback refers to a post or an import that the backup does not hold".to_owned()));
        }
        tx.db().script("ALTER TABLE feedback ENABLE TRIGGER feedback_refers")?;
    }
    let sequence = checked.header.sequence.max(1);
    tx.execute("DELETE FROM outbox", &[])?;
    tx.execute("INSERT INTO outbox (seq, feedback) VALUES ($1, 0)", &[sequence.into()])?;
    cube::rebuild(tx)
}

/// Takes the references between tables away; what is needed to put them back.
fn untie(tx: &mut Tx) -> Result<Vec<(String, String, String)>, StoreError> {
    let sql = "SELECT CAST(CAST(conrelid AS regclass) AS TEXT), CAST(conname AS TEXT), pg_get_constraintdef(oid) FROM pg_constraint \
               WHERE contype = 'f' AND connamespace = CAST(current_schema() AS regnamespace) ORDER BY 1, 2";
    let ties = tx.list(sql, &[], |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.text(2)?.to_owned())))?;
    for (table, name, _) in &ties {
        tx.db().script(&format!("ALTER TABLE {table} DROP CONSTRAINT \"{name}\""))?;
    }
    Ok(ties)
}

/// Rows of one table that go in together.
#[derive(Default)]
struct Batch {
    table: Option<Table>,
    values: Vec<Json>,
}

impl Batch {
    fn add(&mut self, tx: &mut Tx, table: &Table, values: &[Json]) -> Result<(), StoreError> {
        if self.table.as_ref() != Some(table) {
            self.flush(tx)?;
            self.table = Some(table.clone());
        }
        self.values.extend_from_slice(values);
        if self.values.len() >= VALUES { self.flush(tx) } else { Ok(()) }
    }

    fn flush(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        let Some(table) = self.table.as_ref().filter(|_| !self.values.is_empty()) else { return Ok(()) };
        let width = table.columns.len();
        let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({})", table.name, Table::list(&table.columns), parameters(1, width));
        let values: Vec<Value<'_>> = self.values.iter().filter_map(value_of).collect();
        tx.execute_many(&sql, width, &values)?;
        self.values.clear();
        Ok(())
    }
}

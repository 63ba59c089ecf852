//! Making a backup: beside a Heard that runs, of one state of the data.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use heard_domain::hex::hex;
use heard_domain::time::Time;
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::backup::line::{FORMAT, FileLine, Header, PartLine, TableLine, Trailer, json_of, value_of};
use crate::backup::shape::{Table, tables};
use crate::error::StoreError;
use crate::search::disk::no_room;
use crate::sql::database::{Database, apart};
use crate::sql::driver::{Driver, Value, parameters};
use crate::sql::migrate::newest;

/// How many rows are read at once.
const ROWS: usize = 1_000;
/// How many bytes of a file stand on a line.
const PART: usize = 48 << 10;

/// Writes a backup of what lies in a folder and its database, as of now; what was written.
pub fn write(
    folder: &Path,
    database: &Database,
    made_at: Time,
    made_by: &str,
    out: &mut (dyn Write + Send),
) -> Result<Trailer, StoreError> {
    apart(|| {
        let db = database.reader()?;
        db.begin(false)?;
        let pen = Pen { out: GzEncoder::new(out, Compression::new(6)), content: Sha256::new(), whole: Sha256::new() };
        let written = pen.write(db.as_ref(), folder, made_at, made_by);
        if db.within_transaction() {
            db.rollback()?;
        }
        written
    })
}

/// The hash of the content of a folder and its database: as in the trailer of a backup.
pub fn content(folder: &Path, database: &Database) -> Result<String, StoreError> {
    Ok(write(folder, database, Time(0), "", &mut io::sink())?.content)
}

/// The step to which the schema of a database has come.
pub fn step(db: &dyn Driver) -> Result<i64, StoreError> {
    let mut step = 0;
    db.query("SELECT max(number) FROM migration", &[], &mut |row| {
        step = row.int_or_none(0)?.unwrap_or(0);
        Ok(())
    })?;
    Ok(step)
}

fn failed(error: &io::Error) -> StoreError {
    if no_room(error) { StoreError::Full } else { StoreError::Broken(format!("the backup cannot be written: {error}")) }
}

struct Pen<W: Write> {
    out: GzEncoder<W>,
    content: Sha256,
    whole: Sha256,
}

impl<W: Write> Pen<W> {
    fn write(mut self, db: &dyn Driver, folder: &Path, made_at: Time, made_by: &str) -> Result<Trailer, StoreError> {
        let schema = step(db)?;
        if schema > newest() {
            return Err(StoreError::Broken(format!(
                "the data was made by a newer version of Heard (schema {schema}): back it up with that version"
            )));
        }
        let mut sequence = 0;
        db.query("SELECT max(seq) FROM outbox", &[], &mut |row| {
            sequence = row.int_or_none(0)?.unwrap_or(0);
            Ok(())
        })?;
        // Opened at once: what an import takes away while the tables are written is still there.
        let files = files(db, folder)?;
        self.line(&Header { heard_backup: FORMAT, schema, made_at, made_by: made_by.to_owned(), sequence }, false)?;
        let mut rows = BTreeMap::new();
        for table in tables(schema)? {
            let count = self.table(db, &table)?;
            rows.insert(table.name, count);
        }
        let count = files.len() as u64;
        for (name, file) in files {
            self.file(name, file)?;
        }
        let trailer = Trailer {
            rows,
            files: count,
            content: hex(&std::mem::take(&mut self.content).finalize()),
            sha256: hex(&std::mem::take(&mut self.whole).finalize()),
        };
        self.line(&trailer, false)?;
        self.out.try_finish().map_err(|error| failed(&error))?;
        self.out.get_mut().flush().map_err(|error| failed(&error))?;
        Ok(trailer)
    }

    fn line(&mut self, line: &impl Serialize, content: bool) -> Result<(), StoreError> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        if content {
            self.content.update(&bytes);
        }
        self.whole.update(&bytes);
        self.out.write_all(&bytes).map_err(|error| failed(&error))
    }

    fn table(&mut self, db: &dyn Driver, table: &Table) -> Result<u64, StoreError> {
        self.line(&TableLine { table: table.name.clone(), columns: table.columns.clone() }, true)?;
        let (columns, key) = (Table::list(&table.columns), Table::list(table.key_names()));
        let begin = format!("SELECT {columns} FROM \"{}\"", table.name);
        let end = format!("ORDER BY {key} LIMIT {ROWS}");
        let next = format!("{begin} WHERE ({key}) > ({}) {end}", parameters(1, table.key.len()));
        let first = format!("{begin} {end}");
        let (mut count, mut last): (u64, Option<Vec<Json>>) = (0, None);
        loop {
            let mut rows: Vec<Vec<Json>> = Vec::new();
            let after: Vec<Value<'_>> = last.iter().flatten().filter_map(value_of).collect();
            db.query(if last.is_some() { &next } else { &first }, &after, &mut |row| {
                rows.push((0..table.columns.len()).map(|at| json_of(row.value(at)?)).collect::<Result<_, _>>()?);
                Ok(())
            })?;
            for row in &rows {
                self.line(row, true)?;
            }
            count += rows.len() as u64;
            let full = rows.len() == ROWS;
            let Some(end) = rows.pop().filter(|_| full) else { return Ok(count) };
            last = Some(table.key.iter().filter_map(|at| end.get(*at).cloned()).collect());
        }
    }

    fn file(&mut self, name: String, mut file: File) -> Result<(), StoreError> {
        self.line(&FileLine { file: name }, true)?;
        let mut bytes = vec![0; PART];
        loop {
            let mut filled = 0;
            while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                let read = file.read(rest).map_err(|error| failed(&error))?;
                if read == 0 {
                    break;
                }
                filled += read;
            }
            let part = bytes.get(..filled).unwrap_or_default();
            if part.is_empty() {
                return Ok(());
            }
            self.line(&PartLine { part: hex(part) }, true)?;
        }
    }
}

/// The files of imports that are not over, by name.
fn files(db: &dyn Driver, folder: &Path) -> Result<Vec<(String, File)>, StoreError> {
    let mut names = Vec::new();
    db.query("SELECT id FROM import WHERE state IN ('preview', 'running') ORDER BY id", &[], &mut |row| {
        names.push(format!("{}.file", row.int(0)?));
        Ok(())
    })?;
    let mut files = Vec::new();
    for name in names {
        match File::open(folder.join("imports").join(&name)) {
            Ok(file) => files.push((name, file)),
            // Taken away since by whoever has finished it: the next start finds it missing, as it would here.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::warn!(name, "a file that waits to be imported is not there");
            }
            Err(error) => return Err(failed(&error)),
        }
    }
    Ok(files)
}

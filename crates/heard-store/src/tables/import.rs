//! Imports and the rows they could not take.

use heard_domain::id::{ImportId, PostId};
use heard_domain::import::{BadRow, Import};
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, hash, bytes, format, mapping, post, state, total, done, added, known, revised, bad, failure, at, finished, undoing, source";

fn read(row: &dyn Row) -> Result<Import, StoreError> {
    Ok(Import {
        id: ImportId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        hash: row.text(2)?.to_owned(),
        bytes: row.int(3)? as u64,
        format: row.text(4)?.parse()?,
        mapping: serde_json::from_str(row.text(5)?)?,
        post: row.int_or_none(6)?.map(PostId),
        state: row.text(7)?.parse()?,
        rows: row.int_or_none(8)?.map(|rows| rows as u64),
        done: row.int(9)? as u64,
        added: row.int(10)? as u64,
        known: row.int(11)? as u64,
        revised: row.int(12)? as u64,
        bad: row.int(13)? as u64,
        failure: row.text_or_none(14)?.map(str::to_owned),
        at: Time(row.int(15)?),
        finished: row.int_or_none(16)?.map(Time),
        undoing: row.text_or_none(17)?.map(serde_json::from_str).transpose()?,
        source: row.text_or_none(18)?.map(str::to_owned),
    })
}

fn in_sight(view: &View, import: &Import) -> bool {
    import.post.map_or(view.narrowed().is_none(), |post| view.scope().sees(post))
}

/// An import by identifier.
pub fn get(view: &View, id: ImportId) -> Result<Option<Import>, StoreError> {
    let found = view.one(&format!("SELECT {COLUMNS} FROM import WHERE id = $1"), &[id.into()], read)?;
    Ok(found.filter(|import| in_sight(view, import)))
}

/// The latest imports, newest first.
pub fn list(view: &View, limit: usize) -> Result<Vec<Import>, StoreError> {
    let all = view.list(&format!("SELECT {COLUMNS} FROM import ORDER BY id DESC LIMIT $1"), &[limit.into()], read)?;
    Ok(all.into_iter().filter(|import| in_sight(view, import)).collect())
}

/// Imports of a file with these bytes, newest first.
pub fn by_hash(view: &View, hash: &str) -> Result<Vec<Import>, StoreError> {
    let all = view.list(&format!("SELECT {COLUMNS} FROM import WHERE hash = $1 ORDER BY id DESC"), &[hash.into()], read)?;
    Ok(all.into_iter().filter(|import| in_sight(view, import)).collect())
}

/// Keeps an import that was handed over; `shape` is the hash by which files of its layout are known again.
pub fn insert(tx: &mut Tx, import: &Import, shape: &str) -> Result<(), StoreError> {
    let mapping = serde_json::to_string(&import.mapping)?;
    tx.execute(
        "INSERT INTO import (id, name, hash, bytes, format, mapping, shape, post, state, total, done, added, known, revised, bad,
         failure, at, finished, source) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        &[
            import.id.into(),
            (&import.name).into(),
            (&import.hash).into(),
            import.bytes.into(),
            import.format.code().into(),
            (&mapping).into(),
            shape.into(),
            import.post.into(),
            import.state.code().into(),
            import.rows.into(),
            import.done.into(),
            import.added.into(),
            import.known.into(),
            import.revised.into(),
            import.bad.into(),
            import.failure.as_deref().into(),
            import.at.into(),
            import.finished.into(),
            import.source.as_deref().into(),
        ],
    )?;
    Ok(())
}

/// Keeps how far an import is: best in the transaction of the rows it has brought.
pub fn update(tx: &mut Tx, import: &Import) -> Result<(), StoreError> {
    let mapping = serde_json::to_string(&import.mapping)?;
    let undoing = import.undoing.as_ref().map(serde_json::to_string).transpose()?;
    tx.execute(
        "UPDATE import SET mapping = $2, post = $3, state = $4, total = $5, done = $6, added = $7, known = $8, revised = $9, bad = $10,
         failure = $11, finished = $12, name = $13, undoing = $14, source = $15 WHERE id = $1",
        &[
            import.id.into(),
            (&mapping).into(),
            import.post.into(),
            import.state.code().into(),
            import.rows.into(),
            import.done.into(),
            import.added.into(),
            import.known.into(),
            import.revised.into(),
            import.bad.into(),
            import.failure.as_deref().into(),
            import.finished.into(),
            (&import.name).into(),
            undoing.as_deref().into(),
            import.source.as_deref().into(),
        ],
    )?;
    Ok(())
}

/// How sure the guess of each column is, and why, if it was guessed; one per column of the mapping it came with.
pub fn sure(view: &View, id: ImportId) -> Result<Option<Vec<(f32, String)>>, StoreError> {
    let body =
        view.one("SELECT sure FROM import WHERE id = $1", &[id.into()], |row| Ok(row.text_or_none(0)?.map(str::to_owned)))?;
    Ok(body.flatten().as_deref().map(serde_json::from_str).transpose()?)
}

/// Keeps how sure the guess of each column is, and why.
pub fn set_sure(tx: &mut Tx, id: ImportId, sure: &[(f32, String)]) -> Result<(), StoreError> {
    let body = serde_json::to_string(sure)?;
    tx.execute("UPDATE import SET sure = $2 WHERE id = $1", &[id.into(), (&body).into()])?;
    Ok(())
}

/// What a person should know before confirming: which sheet is read, what was guessed, what is otherwise than last time.
pub fn remarks(view: &View, id: ImportId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT remarks FROM import WHERE id = $1";
    let body = view.one(sql, &[id.into()], |row| Ok(row.text_or_none(0)?.map(str::to_owned)))?;
    Ok(body.flatten().as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default())
}

/// Keeps what a person should know before confirming.
pub fn set_remarks(tx: &mut Tx, id: ImportId, remarks: &[String]) -> Result<(), StoreError> {
    let body = serde_json::to_string(remarks)?;
    tx.execute("UPDATE import SET remarks = $2 WHERE id = $1", &[id.into(), (&body).into()])?;
    Ok(())
}

/// Imports of a watched file, newest first.
pub fn by_source(view: &View, source: &str) -> Result<Vec<Import>, StoreError> {
    let all = view.list(&format!("SELECT {COLUMNS} FROM import WHERE source = $1 ORDER BY id DESC"), &[source.into()], read)?;
    Ok(all.into_iter().filter(|import| in_sight(view, import)).collect())
}

/// Imports whose file is still needed: they wait to be confirmed or run.
pub fn unfinished(view: &View) -> Result<Vec<Import>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM import WHERE state IN ('preview', 'running') ORDER BY id");
    Ok(view.list(&sql, &[], read)?.into_iter().filter(|import| in_sight(view, import)).collect())
}

/// The hash by which files of an import's layout are known again.
pub fn shape(view: &View, id: ImportId) -> Result<Option<String>, StoreError> {
    view.one("SELECT shape FROM import WHERE id = $1", &[id.into()], |row| Ok(row.text(0)?.to_owned()))
}

/// Keeps rows that could not be taken.
pub fn add_bad_rows(tx: &mut Tx, id: ImportId, rows: &[BadRow]) -> Result<(), StoreError> {
    let sql = "SELECT coalesce(max(ordinal), 0) FROM bad_row WHERE import = $1";
    let last = tx.number(sql, &[id.into()])?;
    let bodies = rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
    let values: Vec<Value<'_>> =
        (last + 1..).zip(&bodies).flat_map(|(ordinal, body)| [id.into(), ordinal.into(), body.into()]).collect();
    tx.execute_many("INSERT INTO bad_row (import, ordinal, body) VALUES ($1, $2, $3)", 3, &values)?;
    Ok(())
}

/// Rows that could not be taken, in the order of the file, after the first `skip`.
pub fn bad_rows(view: &View, id: ImportId, skip: u64, limit: usize) -> Result<Vec<BadRow>, StoreError> {
    if get(view, id)?.is_none() {
        return Ok(Vec::new());
    }
    let sql = "SELECT body FROM bad_row WHERE import = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3";
    view.list(sql, &[id.into(), skip.into(), limit.into()], |row| Ok(serde_json::from_str(row.text(0)?)?))
}

//! Changes of the taxonomy: who, when, what, and how it was before, so that the last one can be taken back.

use heard_domain::id::{CategoryId, CorrectionId, ExampleId, UserId};
use heard_domain::reading::{Change, Correction};
use heard_domain::taxonomy::Taxonomy;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::tables::renamed::Renamed;
use crate::view::{Tx, View};

/// Of so many changes it is kept how the categories were before.
const KEPT: i64 = 50;

/// A change, as the history lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The version that it made.
    pub version: i64,
    /// When.
    pub at: Time,
    /// Who, if it was a user.
    pub by: Option<UserId>,
    /// What was done (`add`, `change`, `move`, `merge`, `remove`, `undo`, `department`, `learn`, `roll_back`).
    pub act: String,
    /// In one sentence.
    pub summary: String,
}

/// What is needed to take a change back.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Back {
    /// The categories before.
    pub before: Taxonomy,
    /// The category that was merged and what it became.
    pub merged: Option<(CategoryId, CategoryId)>,
    /// The corrections that followed it.
    pub corrections: Vec<CorrectionId>,
    /// The examples that followed it.
    #[serde(default)]
    pub examples: Vec<ExampleId>,
    /// What else names a category, and followed it.
    #[serde(default)]
    pub renamed: Renamed,
}

const COLUMNS: &str = "version, at, user_id, act, summary";

fn read(row: &dyn Row) -> Result<Changed, StoreError> {
    Ok(Changed {
        version: row.int(0)?,
        at: Time(row.int(1)?),
        by: row.int_or_none(2)?.map(UserId),
        act: row.text(3)?.to_owned(),
        summary: row.text(4)?.to_owned(),
    })
}

impl Back {
    /// What is needed to take back a change after which nothing has to follow.
    pub fn to(before: Taxonomy) -> Self {
        Self { before, merged: None, corrections: Vec::new(), examples: Vec::new(), renamed: Renamed::default() }
    }
}

/// Keeps a change in the transaction that makes it.
pub fn note(tx: &mut Tx, changed: &Changed, back: &Back) -> Result<(), StoreError> {
    let body = serde_json::to_string(back)?;
    let values: [Value<'_>; 6] = [
        changed.version.into(),
        changed.at.into(),
        changed.by.into(),
        (&changed.act).into(),
        (&changed.summary).into(),
        (&body).into(),
    ];
    tx.execute(
        "INSERT INTO taxonomy_change (version, at, user_id, act, summary, body) VALUES ($1, $2, $3, $4, $5, $6)",
        &values,
    )?;
    tx.execute("UPDATE taxonomy_change SET body = '' WHERE version <= $1 AND body <> ''", &[(changed.version - KEPT).into()])?;
    Ok(())
}

/// The newest changes.
pub fn list(view: &View, most: usize) -> Result<Vec<Changed>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM taxonomy_change ORDER BY version DESC LIMIT $1"), &[most.into()], read)
}

/// A change with what is needed to take it back, if that is still kept.
pub fn get(view: &View, version: i64) -> Result<Option<(Changed, Option<Back>)>, StoreError> {
    view.one(&format!("SELECT {COLUMNS}, body FROM taxonomy_change WHERE version = $1"), &[version.into()], |row| {
        let body = row.text(5)?;
        let back = if body.is_empty() { None } else { Some(serde_json::from_str(body)?) };
        Ok((read(row)?, back))
    })
}

/// Corrections that name one category name another from now on: all of them, or only these. Gives those that were changed.
pub fn follow(
    tx: &mut Tx,
    from: CategoryId,
    into: CategoryId,
    only: Option<&[CorrectionId]>,
) -> Result<Vec<CorrectionId>, StoreError> {
    let like = format!("%\"{from}\"%");
    let sql = "SELECT id, body FROM correction WHERE body LIKE $1 ORDER BY id";
    let found = tx
        .list(sql, &[(&like).into()], |row| Ok((CorrectionId(row.int(0)?), serde_json::from_str::<Correction>(row.text(1)?)?)))?;
    let mut changed = Vec::new();
    for (id, mut correction) in found.into_iter().filter(|(id, _)| only.is_none_or(|only| only.contains(id))) {
        match &mut correction.change {
            Change::AddCategory { category } | Change::RemoveCategory { category } if *category == from => *category = into,
            _ => continue,
        }
        let body = serde_json::to_string(&correction)?;
        tx.execute("UPDATE correction SET body = $2 WHERE id = $1", &[id.into(), (&body).into()])?;
        changed.push(id);
    }
    Ok(changed)
}

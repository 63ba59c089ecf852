//! Promises: what the brand says contacts will be like.

use heard_domain::id::{AttributeId, CategoryId, PromiseId, TouchpointId, ValueId};
use heard_domain::promise::Promise;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

#[derive(Serialize, Deserialize)]
struct PromiseBody {
    categories: Vec<CategoryId>,
    measure: Option<String>,
    breaks: Option<String>,
    target: Option<u8>,
    attribute: Option<(AttributeId, ValueId)>,
}

fn read(row: &dyn Row) -> Result<Promise, StoreError> {
    let PromiseBody { categories, measure, breaks, target, attribute } = serde_json::from_str(row.text(3)?)?;
    Ok(Promise {
        id: PromiseId(row.int(0)?),
        words: row.text(1)?.to_owned(),
        touchpoint: TouchpointId(row.int(2)?),
        categories,
        measure,
        breaks,
        target,
        attribute,
    })
}

/// All, in the order in which they were made.
pub fn list(view: &View) -> Result<Vec<Promise>, StoreError> {
    view.list("SELECT id, words, touchpoint, body FROM promise ORDER BY id", &[], read)
}

/// One.
pub fn get(view: &View, id: PromiseId) -> Result<Option<Promise>, StoreError> {
    view.one("SELECT id, words, touchpoint, body FROM promise WHERE id = $1", &[id.into()], read)
}

/// Makes a promise or changes it. Words that are there already are a [`StoreError::Conflict`].
pub fn save(tx: &mut Tx, promise: &Promise) -> Result<(), StoreError> {
    let Promise { id, words, touchpoint, categories, measure, breaks, target, attribute } = promise.clone();
    let body = serde_json::to_string(&PromiseBody { categories, measure, breaks, target, attribute })?;
    let sql = "INSERT INTO promise (id, words, touchpoint, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET words = excluded.words, touchpoint = excluded.touchpoint, body = excluded.body";
    tx.execute(sql, &[id.into(), (&words).into(), touchpoint.into(), (&body).into()])?;
    Ok(())
}

/// Removes a promise. Whether it was there.
pub fn remove(tx: &mut Tx, id: PromiseId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM promise WHERE id = $1", &[id.into()])? > 0)
}

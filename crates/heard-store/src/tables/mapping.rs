//! Mappings that persons confirmed: remembered for the next file of the same shape.

use heard_domain::import::Mapping;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::view::{Tx, View};

/// Remembers how files of a shape are understood.
pub fn remember(tx: &mut Tx, shape: &str, mapping: &Mapping, now: Time) -> Result<(), StoreError> {
    let body = serde_json::to_string(mapping)?;
    let sql = "INSERT INTO mapping (shape, body, at) VALUES ($1, $2, $3)
         ON CONFLICT (shape) DO UPDATE SET body = excluded.body, at = excluded.at";
    tx.execute(sql, &[shape.into(), (&body).into(), now.into()])?;
    Ok(())
}

/// How files of a shape were understood last.
pub fn recall(view: &View, shape: &str) -> Result<Option<Mapping>, StoreError> {
    view.one("SELECT body FROM mapping WHERE shape = $1", &[shape.into()], |row| Ok(serde_json::from_str(row.text(0)?)?))
}

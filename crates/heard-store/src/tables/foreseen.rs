//! What learning from the examples that wait would do, as far as it was found out: at most one, so that it can go on after
//! the program was ended.

use heard_domain::example::Foreseen;

use crate::error::StoreError;
use crate::view::{Tx, View};

/// What is known, if anything is.
pub fn get(view: &View) -> Result<Option<Foreseen>, StoreError> {
    view.one("SELECT body FROM foreseen WHERE id = 1", &[], |row| Ok(serde_json::from_str(row.text(0)?)?))
}

/// Keeps what is known.
pub fn put(tx: &mut Tx, foreseen: &Foreseen) -> Result<(), StoreError> {
    let body = serde_json::to_string(foreseen)?;
    tx.execute(
        "INSERT INTO foreseen (id, body) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
        &[(&body).into()],
    )?;
    Ok(())
}

/// Nothing waits any more.
pub fn clear(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute("DELETE FROM foreseen WHERE id = 1", &[])?;
    Ok(())
}

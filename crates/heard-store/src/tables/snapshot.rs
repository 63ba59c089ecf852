//! Snapshots of the columns that the database vouches for: those that were made from what it held, up to a number of the outbox.

use crate::error::StoreError;
use crate::tables::outbox;
use crate::view::{Tx, View};

/// So many are remembered: each data folder that is used with this database has one, and a second while it is replaced.
const REMEMBERED: i64 = 16;

/// Vouches for a snapshot: it was made from this database, when the outbox had come to `sequence` or further.
pub(crate) fn vouch(tx: &mut Tx, mark: &str, sequence: i64) -> Result<(), StoreError> {
    if outbox::last(tx)? < sequence {
        return Err(StoreError::odd("a snapshot is ahead of the database"));
    }
    let number = tx.number("SELECT max(number) FROM snapshot", &[])? + 1;
    let sql = "INSERT INTO snapshot (mark, number, sequence) VALUES ($1, $2, $3)
         ON CONFLICT (mark) DO UPDATE SET number = excluded.number";
    tx.execute(sql, &[mark.into(), number.into(), sequence.into()])?;
    tx.execute("DELETE FROM snapshot WHERE number <= $1", &[(number - REMEMBERED).into()])?;
    Ok(())
}

/// The number of the outbox that a snapshot stands for; `None` where the database does not know it.
pub fn sequence(view: &View, mark: &str) -> Result<Option<i64>, StoreError> {
    view.one("SELECT sequence FROM snapshot WHERE mark = $1", &[mark.into()], |row| row.int(0))
}

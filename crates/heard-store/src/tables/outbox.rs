//! The outbox: which feedback has changed, in the order of the commits. The search index and the columns follow it.

use heard_domain::id::FeedbackId;

use crate::error::StoreError;
use crate::sql::driver::Value;
use crate::view::{Tx, View};

/// Tells followers that these have changed.
pub(crate) fn push(tx: &mut Tx, changed: &[FeedbackId]) -> Result<(), StoreError> {
    let first = tx.sequence + 1;
    let values: Vec<Value<'_>> = (first..).zip(changed).flat_map(|(seq, id)| [Value::Int(seq), Value::Int(id.0)]).collect();
    tx.execute_many("INSERT INTO outbox (seq, feedback) VALUES ($1, $2)", 2, &values)?;
    tx.sequence += changed.len() as i64;
    Ok(())
}

/// What has changed after `sequence`, oldest first: each with its number.
pub fn after(view: &View, sequence: i64, limit: usize) -> Result<Vec<(i64, FeedbackId)>, StoreError> {
    let sql = "SELECT seq, feedback FROM outbox WHERE seq > $1 ORDER BY seq LIMIT $2";
    view.list(sql, &[sequence.into(), limit.into()], |row| Ok((row.int(0)?, FeedbackId(row.int(1)?))))
}

/// The last number given.
pub fn last(view: &View) -> Result<i64, StoreError> {
    view.number("SELECT max(seq) FROM outbox", &[])
}

/// The first number that is still there; a follower that stands before it has missed something and begins anew.
pub fn first(view: &View) -> Result<i64, StoreError> {
    view.number("SELECT min(seq) FROM outbox", &[])
}

/// Forgets what every follower has taken over, except the last of it: it remembers how far the numbers went, and shows a
/// follower that it has missed nothing.
pub(crate) fn forget(tx: &mut Tx, up_to: i64) -> Result<(), StoreError> {
    tx.execute("DELETE FROM outbox WHERE seq < (SELECT max(seq) FROM outbox WHERE seq <= $1)", &[up_to.into()])?;
    Ok(())
}

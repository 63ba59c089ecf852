//! The outbox: which feedback has changed, in the order of the commits. The search index and the columns follow it.

use heard_domain::id::{FeedbackId, PostId};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

/// Tells followers that these have changed; the number of the first.
pub(crate) fn push(tx: &mut Tx, changed: &[FeedbackId]) -> Result<i64, StoreError> {
    let first = tx.sequence + 1;
    let values: Vec<Value<'_>> = (first..).zip(changed).flat_map(|(seq, id)| [Value::Int(seq), Value::Int(id.0)]).collect();
    tx.execute_many_soon("INSERT INTO outbox (seq, feedback) VALUES ($1, $2)", 2, &values)?;
    tx.sequence += changed.len() as i64;
    Ok(first)
}

/// What has changed after `sequence`, oldest first: each with its number.
pub fn after(view: &View, sequence: i64, limit: usize) -> Result<Vec<(i64, FeedbackId)>, StoreError> {
    let sql = "SELECT seq, feedback FROM outbox WHERE seq > $1 ORDER BY seq LIMIT $2";
    view.list(sql, &[sequence.into(), limit.into()], |row| Ok((row.int(0)?, FeedbackId(row.int(1)?))))
}

/// What a row of the outbox says of its feedback as it is by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub sequence: i64,
    /// Which feedback.
    pub feedback: FeedbackId,
    /// Where it was heard; `None`: it is not there any more.
    pub post: Option<PostId>,
    /// Whether it has been read.
    pub read: bool,
}

/// What has changed after `sequence`, oldest first, with what must be known to tell it to those who may see it. Narrowed
/// sight leaves out what was heard elsewhere.
pub fn changes(view: &View, sequence: i64, limit: usize) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT o.seq, o.feedback, f.post, CASE WHEN f.model IS NULL THEN 0 ELSE 1 END FROM outbox AS o
         LEFT JOIN feedback AS f ON f.id = o.feedback WHERE o.seq > $1 ORDER BY o.seq LIMIT $2";
    let read = |row: &dyn Row| {
        let post = row.int_or_none(2)?.map(PostId);
        Ok(Change { sequence: row.int(0)?, feedback: FeedbackId(row.int(1)?), post, read: row.yes(3)? })
    };
    let mut changes = view.list(sql, &[sequence.into(), limit.into()], read)?;
    if view.narrowed().is_some() {
        changes.retain(|change| change.post.is_some_and(|post| view.scope().sees(post)));
    }
    Ok(changes)
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

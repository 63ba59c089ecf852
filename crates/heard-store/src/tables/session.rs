//! Sessions: who is signed in. Only the hash of the cookie's secret is kept.

use heard_domain::id::UserId;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::view::{Tx, View};

/// Somebody who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub user: UserId,
    /// Since when.
    pub since: Time,
    /// When they were last seen, to within what [`touch`] is called.
    pub seen: Time,
}

/// Begins a session.
pub fn insert(tx: &mut Tx, hash: &str, user: UserId, now: Time) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (hash, user_id, since, seen) VALUES ($1, $2, $3, $3)";
    tx.execute(sql, &[hash.into(), user.into(), now.into()])?;
    Ok(())
}

/// The session behind a secret's hash.
pub fn by_hash(view: &View, hash: &str) -> Result<Option<Session>, StoreError> {
    view.one("SELECT user_id, since, seen FROM session WHERE hash = $1", &[hash.into()], |row| {
        Ok(Session { user: UserId(row.int(0)?), since: Time(row.int(1)?), seen: Time(row.int(2)?) })
    })
}

/// They were seen now.
pub fn touch(tx: &mut Tx, hash: &str, now: Time) -> Result<(), StoreError> {
    tx.execute("UPDATE session SET seen = $2 WHERE hash = $1", &[hash.into(), now.into()])?;
    Ok(())
}

/// Ends a session.
pub fn remove(tx: &mut Tx, hash: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM session WHERE hash = $1", &[hash.into()])?;
    Ok(())
}

/// Ends all sessions of a user: after a change of password, or when they may not sign in any more.
pub fn remove_of(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM session WHERE user_id = $1", &[user.into()])?;
    Ok(())
}

/// Ends all sessions that were begun or last seen too long ago.
pub fn remove_stale(tx: &mut Tx, since_before: Time, seen_before: Time) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM session WHERE since < $1 OR seen < $2", &[since_before.into(), seen_before.into()])
}

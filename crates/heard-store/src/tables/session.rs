//! Sessions: who is signed in, and where. Only the hash of the cookie's secret is kept.

use heard_domain::id::{SessionId, UserId};
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier.
    pub id: SessionId,
    /// Who.
    pub user: UserId,
    /// In which browser, on which system, as far as the browser told.
    pub browser: Option<String>,
    /// Since when.
    pub since: Time,
    /// When they were last seen, to within what [`touch`] is called.
    pub seen: Time,
}

const COLUMNS: &str = "id, user_id, browser, since, seen";

fn read(row: &dyn Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: SessionId(row.int(0)?),
        user: UserId(row.int(1)?),
        browser: row.text_or_none(2)?.map(str::to_owned),
        since: Time(row.int(3)?),
        seen: Time(row.int(4)?),
    })
}

/// Begins a session.
pub fn insert(tx: &mut Tx, hash: &str, session: &Session) -> Result<(), StoreError> {
    let sql = "INSERT INTO session (hash, id, user_id, browser, since, seen) VALUES ($1, $2, $3, $4, $5, $6)";
    let Session { id, user, browser, since, seen } = session;
    tx.execute(sql, &[hash.into(), (*id).into(), (*user).into(), browser.as_deref().into(), (*since).into(), (*seen).into()])?;
    Ok(())
}

/// The session behind a secret's hash.
pub fn by_hash(view: &View, hash: &str) -> Result<Option<Session>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM session WHERE hash = $1"), &[hash.into()], read)
}

/// The sessions of a user, the one that was seen last first. Ask only for whoever looks.
pub fn of_user(view: &View, user: UserId) -> Result<Vec<Session>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE user_id = $1 ORDER BY seen DESC, id DESC");
    view.list(&sql, &[user.into()], read)
}

/// They were seen now.
pub fn touch(tx: &mut Tx, hash: &str, now: Time) -> Result<(), StoreError> {
    tx.execute("UPDATE session SET seen = $2 WHERE hash = $1", &[hash.into(), now.into()])?;
    Ok(())
}

/// Ends a session of a user; whether it was theirs.
pub fn remove(tx: &mut Tx, user: UserId, id: SessionId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM session WHERE user_id = $1 AND id = $2", &[user.into(), id.into()])? > 0)
}

/// Ends all sessions of a user but one; how many they were.
pub fn remove_others(tx: &mut Tx, user: UserId, but: SessionId) -> Result<u64, StoreError> {
    tx.execute("DELETE FROM session WHERE user_id = $1 AND id <> $2", &[user.into(), but.into()])
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

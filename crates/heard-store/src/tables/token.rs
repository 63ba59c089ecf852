//! Tokens of integrators. Only the hash of a token's secret is kept.

use heard_domain::id::{PostId, TokenId, UserId};
use heard_domain::time::Time;
use heard_domain::user::Grant;

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Its identifier.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What may be done with it.
    pub grants: Vec<Grant>,
    /// The post to which what is sent with it goes, and only there; `None`: it says itself where.
    pub post: Option<PostId>,
    /// Who made it; `None`: the command line.
    pub by: Option<UserId>,
    /// Since when it is there.
    pub since: Time,
    /// Until when it is valid; `None`: until it is removed.
    pub expires: Option<Time>,
    /// When it was last used.
    pub seen: Option<Time>,
}

const COLUMNS: &str = "id, name, grants, made_by, since, expires, seen, post";

fn read(row: &dyn Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: TokenId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        grants: serde_json::from_str(row.text(2)?)?,
        by: row.int_or_none(3)?.map(UserId),
        since: Time(row.int(4)?),
        expires: row.int_or_none(5)?.map(Time),
        seen: row.int_or_none(6)?.map(Time),
        post: row.int_or_none(7)?.map(PostId),
    })
}

/// All in sight, by name.
pub fn list(view: &View) -> Result<Vec<Token>, StoreError> {
    let mut tokens = view.list(&format!("SELECT {COLUMNS} FROM token ORDER BY name, id"), &[], read)?;
    tokens.retain(|token| token.post.map_or(view.narrowed().is_none(), |post| view.scope().sees(post)));
    Ok(tokens)
}

/// A token by identifier.
pub fn get(view: &View, id: TokenId) -> Result<Option<Token>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM token WHERE id = $1"), &[id.into()], read)
}

/// The token behind a secret's hash; whether it is still valid is for the caller to see.
pub fn by_hash(view: &View, hash: &str) -> Result<Option<Token>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM token WHERE hash = $1"), &[hash.into()], read)
}

/// Adds a token.
pub fn insert(tx: &mut Tx, token: &Token, hash: &str) -> Result<(), StoreError> {
    let grants = serde_json::to_string(&token.grants)?;
    tx.execute(
        "INSERT INTO token (id, name, hash, grants, made_by, since, expires, seen, post)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            token.id.into(),
            (&token.name).into(),
            hash.into(),
            (&grants).into(),
            token.by.into(),
            token.since.into(),
            token.expires.into(),
            token.seen.into(),
            token.post.into(),
        ],
    )?;
    Ok(())
}

/// It was used now.
pub fn touch(tx: &mut Tx, id: TokenId, now: Time) -> Result<(), StoreError> {
    tx.execute("UPDATE token SET seen = $2 WHERE id = $1", &[id.into(), now.into()])?;
    Ok(())
}

/// Removes a token; whether it was there.
pub fn remove(tx: &mut Tx, id: TokenId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM token WHERE id = $1", &[id.into()])? > 0)
}

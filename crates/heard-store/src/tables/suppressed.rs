//! Addresses that get no letters: kept as salted hashes, so that the wish outlives the erasure of a person, and nobody can read
//! addresses from it.

use heard_domain::hex::hex;
use heard_domain::message::SuppressedWhy;
use heard_domain::time::Time;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::view::{Tx, View};

/// How an address is kept: SHA-256 over the name of this installation and the address.
pub fn hash(view: &View, address: &str) -> Result<String, StoreError> {
    let salt = view.one("SELECT id FROM installation", &[], |row| Ok(row.text(0)?.to_owned()))?.unwrap_or_default();
    Ok(hex(&Sha256::digest(format!("{salt}\n{address}"))))
}

/// Why an address gets no letters, if it gets none.
pub fn why(view: &View, address: &str) -> Result<Option<SuppressedWhy>, StoreError> {
    let hash = hash(view, address)?;
    view.one("SELECT why FROM suppressed WHERE hash = $1", &[(&hash).into()], |row| Ok(row.text(0)?.parse()?))
}

/// An address gets no letters from now on. Whoever asked for none has asked for none, whatever comes back later.
pub fn add(tx: &mut Tx, hash: &str, why: SuppressedWhy, at: Time) -> Result<bool, StoreError> {
    let sql = "INSERT INTO suppressed (hash, why, at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING";
    Ok(tx.execute(sql, &[hash.into(), why.code().into(), at.into()])? > 0)
}

/// An address gets letters again.
pub fn remove(tx: &mut Tx, hash: &str) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM suppressed WHERE hash = $1", &[hash.into()])? > 0)
}

/// How many addresses get none, by reason.
pub fn tally(view: &View) -> Result<Vec<(SuppressedWhy, u64)>, StoreError> {
    let sql = "SELECT why, count(*) FROM suppressed GROUP BY why ORDER BY why";
    view.list(sql, &[], |row| Ok((row.text(0)?.parse()?, row.int(1)? as u64)))
}

/// A secret by which the owner of an address (as its hash) asks for no more letters.
pub fn add_token(tx: &mut Tx, token: &str, address: &str, at: Time) -> Result<(), StoreError> {
    let sql = "INSERT INTO unsubscribe_token (hash, address, at) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING";
    tx.execute(sql, &[token.into(), address.into(), at.into()])?;
    Ok(())
}

/// The address (as its hash) to which such a secret belongs, by the hash of the secret.
pub fn by_token(view: &View, token: &str) -> Result<Option<String>, StoreError> {
    view.one("SELECT address FROM unsubscribe_token WHERE hash = $1", &[token.into()], |row| Ok(row.text(0)?.to_owned()))
}

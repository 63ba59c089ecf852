//! Addresses that get no letters: kept as salted hashes, so that the wish outlives the erasure of a person, and nobody can read
//! addresses from it.

use heard_domain::hex::hex;
use heard_domain::message::SuppressedWhy;
use heard_domain::time::Time;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::view::{Tx, View};

/// How an address is kept: SHA-256 over a salt and the address. The salt is kept with the hashes, in backups too.
pub fn hash(view: &View, address: &str) -> Result<String, StoreError> {
    let salt = view.one("SELECT salt FROM salt WHERE name = 'address'", &[], |row| Ok(row.text(0)?.to_owned()))?;
    let salt = salt.ok_or_else(|| StoreError::Broken("there is no salt for addresses: the data is not whole".to_owned()))?;
    Ok(hex(&Sha256::digest(format!("{salt}\n{address}"))))
}

/// All reasons why an address gets no letters: its owner's wish first, then what staff decided, then that it does not exist.
pub fn reasons(view: &View, address: &str) -> Result<Vec<SuppressedWhy>, StoreError> {
    let hash = hash(view, address)?;
    let mut found: Vec<SuppressedWhy> =
        view.list("SELECT why FROM suppressed WHERE hash = $1", &[(&hash).into()], |row| Ok(row.text(0)?.parse()?))?;
    found.sort_by_key(|why| match why {
        SuppressedWhy::Unsubscribed => 0,
        SuppressedWhy::Staff => 1,
        SuppressedWhy::Bounced => 2,
    });
    Ok(found)
}

/// Why an address gets no letters, if it gets none: its owner's wish before all else.
pub fn why(view: &View, address: &str) -> Result<Option<SuppressedWhy>, StoreError> {
    Ok(reasons(view, address)?.first().copied())
}

/// Whether not even an answer in a case is sent to an address.
pub fn bars_answers(view: &View, address: &str) -> Result<bool, StoreError> {
    Ok(reasons(view, address)?.into_iter().any(SuppressedWhy::bars_answers))
}

/// An address gets no letters from now on, for one more reason; false if it was known.
pub fn add(tx: &mut Tx, hash: &str, why: SuppressedWhy, at: Time) -> Result<bool, StoreError> {
    let sql = "INSERT INTO suppressed (hash, why, at) VALUES ($1, $2, $3) ON CONFLICT (hash, why) DO NOTHING";
    Ok(tx.execute(sql, &[hash.into(), why.code().into(), at.into()])? > 0)
}

/// An address gets letters again, whatever barred it.
pub fn remove(tx: &mut Tx, hash: &str) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM suppressed WHERE hash = $1", &[hash.into()])? > 0)
}

/// How many addresses get none, by reason; one that has two counts for both.
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

//! Addresses that get no letters: kept as salted hashes, so that the wish outlives the erasure of a person, and nobody can read
//! addresses from it.

use std::collections::HashMap;

use heard_domain::hex::hex;
use heard_domain::message::{SuppressedWhy, Topic};
use heard_domain::time::Time;
use sha2::{Digest, Sha256};

use crate::error::StoreError;
use crate::sql::driver::{Value, one_of};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// How an address is kept: SHA-256 over a salt and the address. The salt is kept with the hashes, in backups too.
pub fn hash(view: &View, address: &str) -> Result<String, StoreError> {
    Ok(salted(&salt(view)?, address))
}

fn salt(view: &View) -> Result<String, StoreError> {
    let salt = view.one("SELECT salt FROM salt WHERE name = 'address'", &[], |row| Ok(row.text(0)?.to_owned()))?;
    salt.ok_or_else(|| StoreError::Broken("there is no salt for addresses: the data is not whole".to_owned()))
}

fn salted(salt: &str, address: &str) -> String {
    hex(&Sha256::digest(format!("{salt}\n{address}")))
}

/// Its owner's wish first, then what staff decided, then that it does not exist.
fn weight(why: SuppressedWhy) -> u8 {
    match why {
        SuppressedWhy::Unsubscribed => 0,
        SuppressedWhy::Staff => 1,
        SuppressedWhy::Bounced => 2,
    }
}

/// All reasons why an address gets no letters: its owner's wish first, then what staff decided, then that it does not exist.
pub fn reasons(view: &View, address: &str) -> Result<Vec<SuppressedWhy>, StoreError> {
    barred(view, &hash(view, address)?)
}

/// The same of an address that is known as its hash only.
pub fn barred(view: &View, hash: &str) -> Result<Vec<SuppressedWhy>, StoreError> {
    let mut found: Vec<SuppressedWhy> =
        view.list("SELECT why FROM suppressed WHERE hash = $1", &[hash.into()], |row| Ok(row.text(0)?.parse()?))?;
    found.sort_by_key(|why| weight(*why));
    Ok(found)
}

/// How each of these addresses is kept, and why it gets no letters of a topic, if it gets none: its owner's wish before all else.
pub fn of_many(view: &View, addresses: &[&str], topic: Topic) -> Result<Vec<(String, Option<SuppressedWhy>)>, StoreError> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let salt = salt(view)?;
    let hashes: Vec<String> = addresses.iter().map(|address| salted(&salt, address)).collect();
    let mut found: HashMap<String, SuppressedWhy> = HashMap::new();
    for some in hashes.chunks(CHUNK) {
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        let (list, values) = one_of(1, &some);
        view.each(&format!("SELECT hash, why FROM suppressed WHERE hash IN ({list})"), &values, |row| {
            let why: SuppressedWhy = row.text(1)?.parse()?;
            let first = found.entry(row.text(0)?.to_owned()).or_insert(why);
            if weight(why) < weight(*first) {
                *first = why;
            }
            Ok(())
        })?;
        let (list, more) = one_of(2, &some);
        let values: Vec<Value<'_>> = [topic.code().into()].into_iter().chain(more).collect();
        view.each(&format!("SELECT hash FROM unwanted_topic WHERE topic = $1 AND hash IN ({list})"), &values, |row| {
            // Whatever bars it altogether is said first.
            found.entry(row.text(0)?.to_owned()).or_insert(SuppressedWhy::Unsubscribed);
            Ok(())
        })?;
    }
    Ok(hashes.into_iter().map(|hash| (hash.clone(), found.get(&hash).copied())).collect())
}

/// Why an address gets no letters, if it gets none: its owner's wish before all else.
pub fn why(view: &View, address: &str) -> Result<Option<SuppressedWhy>, StoreError> {
    Ok(reasons(view, address)?.first().copied())
}

/// Why an address gets no letters of a topic: it gets none at all, or its owner wants none of these.
pub fn why_of(view: &View, address: &str, topic: Topic) -> Result<Option<SuppressedWhy>, StoreError> {
    if let Some(why) = why(view, address)? {
        return Ok(Some(why));
    }
    let unwanted = unwanted(view, &hash(view, address)?)?.contains(&topic);
    Ok(unwanted.then_some(SuppressedWhy::Unsubscribed))
}

/// Of what the owner of an address (as its hash) wants no letters.
pub fn unwanted(view: &View, hash: &str) -> Result<Vec<Topic>, StoreError> {
    let sql = "SELECT topic FROM unwanted_topic WHERE hash = $1 ORDER BY topic";
    view.list(sql, &[hash.into()], |row| Ok(row.text(0)?.parse()?))
}

/// The owner of an address (as its hash) wants no letters of these topics, and those of all others.
pub fn set_unwanted(tx: &mut Tx, hash: &str, topics: &[Topic], at: Time) -> Result<(), StoreError> {
    tx.execute("DELETE FROM unwanted_topic WHERE hash = $1", &[hash.into()])?;
    for topic in topics {
        let sql = "INSERT INTO unwanted_topic (hash, topic, at) VALUES ($1, $2, $3) ON CONFLICT (hash, topic) DO NOTHING";
        tx.execute(sql, &[hash.into(), topic.code().into(), at.into()])?;
    }
    Ok(())
}

/// The owner of an address (as its hash) takes back that they want no letters at all; what else bars it stays.
pub fn take_back(tx: &mut Tx, hash: &str) -> Result<bool, StoreError> {
    let why = SuppressedWhy::Unsubscribed.code();
    Ok(tx.execute("DELETE FROM suppressed WHERE hash = $1 AND why = $2", &[hash.into(), why.into()])? > 0)
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

//! How far a mailbox was read, and what came in by mail: the same mail again does nothing.

use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::Value;
use crate::view::{Tx, View};

/// How far a mailbox was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mailbox {
    /// Under which numbering: it changes when the server numbers its mails anew.
    pub validity: u32,
    /// The last number that was read.
    pub last: u32,
    /// When it was last looked into.
    pub looked: Option<Time>,
    /// Why it could not be read at the last look.
    pub trouble: Option<String>,
    /// The last number of the mails that were there before it was first read: history.
    pub history: u32,
    /// How often the next mail could not be taken in.
    pub failures: u32,
}

/// How far a mailbox was read, if ever.
pub fn get(view: &View, name: &str) -> Result<Option<Mailbox>, StoreError> {
    view.one("SELECT validity, last, looked, trouble, history, failures FROM mailbox WHERE name = $1", &[name.into()], |row| {
        Ok(Mailbox {
            validity: u32::try_from(row.int(0)?).map_err(StoreError::odd)?,
            last: u32::try_from(row.int(1)?).map_err(StoreError::odd)?,
            looked: row.int_or_none(2)?.map(Time),
            trouble: row.text_or_none(3)?.map(str::to_owned),
            history: u32::try_from(row.int(4)?).map_err(StoreError::odd)?,
            failures: u32::try_from(row.int(5)?).map_err(StoreError::odd)?,
        })
    })
}

/// Remembers it.
pub fn save(tx: &mut Tx, name: &str, mailbox: &Mailbox) -> Result<(), StoreError> {
    let values: [Value<'_>; 7] = [
        name.into(),
        i64::from(mailbox.validity).into(),
        i64::from(mailbox.last).into(),
        mailbox.looked.into(),
        mailbox.trouble.as_deref().into(),
        i64::from(mailbox.history).into(),
        i64::from(mailbox.failures).into(),
    ];
    let sql = "INSERT INTO mailbox (name, validity, last, looked, trouble, history, failures) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (name) DO UPDATE SET validity = excluded.validity, last = excluded.last, looked = excluded.looked, trouble = excluded.trouble,
         history = excluded.history, failures = excluded.failures";
    tx.execute(sql, &values)?;
    Ok(())
}

/// What a mail became, by the hash of its bytes.
pub fn became(view: &View, hash: &str) -> Result<Option<String>, StoreError> {
    view.one("SELECT became FROM mail_seen WHERE hash = $1", &[hash.into()], |row| Ok(row.text(0)?.to_owned()))
}

/// Remembers what a mail became; false if it was known.
pub fn saw(tx: &mut Tx, hash: &str, became: &str, at: Time) -> Result<bool, StoreError> {
    let sql = "INSERT INTO mail_seen (hash, at, became) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING";
    Ok(tx.execute(sql, &[hash.into(), at.into(), became.into()])? > 0)
}

/// How many mails became what.
pub fn tally(view: &View) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = "SELECT became, count(*) FROM mail_seen GROUP BY became ORDER BY became";
    view.list(sql, &[], |row| Ok((row.text(0)?.to_owned(), row.int(1)? as u64)))
}

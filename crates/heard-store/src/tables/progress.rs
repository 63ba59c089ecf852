//! Progress pages: one for each renewal of an account, and the secrets by which its contacts come. Whoever reads has settled that the account
//! is in sight, or has the secret.

use heard_domain::id::{AccountId, PersonId, ProgressId, UserId};
use heard_domain::progress::Progress;
use heard_domain::time::{Day, Time};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "id, account, renewal, version, text, lines, made, reviewer, reviewed";

fn read(row: &dyn Row) -> Result<Progress, StoreError> {
    Ok(Progress {
        id: ProgressId(row.int(0)?),
        account: AccountId(row.int(1)?),
        renewal: Day(row.int(2)? as i32),
        version: row.int(3)?,
        text: row.text(4)?.to_owned(),
        lines: serde_json::from_str(row.text(5)?)?,
        made: Time(row.int(6)?),
        reviewed: row.int_or_none(7)?.map(UserId).zip(row.int_or_none(8)?.map(Time)),
    })
}

/// The page of an account before a renewal.
pub fn of(view: &View, account: AccountId, renewal: Day) -> Result<Option<Progress>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM progress WHERE account = $1 AND renewal = $2");
    view.one(&sql, &[account.into(), renewal.into()], read)
}

/// The page to which a secret leads, by its hash, and who has it.
pub fn by_token(view: &View, hash: &str) -> Result<Option<(Progress, PersonId)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, person FROM progress JOIN progress_token ON progress_token.progress = progress.id WHERE progress_token.hash = $1"
    );
    view.one(&sql, &[hash.into()], |row| Ok((read(row)?, PersonId(row.int(9)?))))
}

/// Adds a page or changes it.
pub fn save(tx: &mut Tx, progress: &Progress) -> Result<(), StoreError> {
    let lines = serde_json::to_string(&progress.lines)?;
    let values: [Value<'_>; 9] = [
        progress.id.into(),
        progress.account.into(),
        progress.renewal.into(),
        progress.version.into(),
        (&progress.text).into(),
        (&lines).into(),
        progress.made.into(),
        progress.reviewed.map(|(by, _)| by).into(),
        progress.reviewed.map(|(_, at)| at).into(),
    ];
    let sql = format!(
        "INSERT INTO progress ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, text = excluded.text, lines = excluded.lines,
         reviewer = excluded.reviewer, reviewed = excluded.reviewed"
    );
    tx.execute(&sql, &values)?;
    Ok(())
}

/// A contact comes by a secret.
pub fn add_token(tx: &mut Tx, hash: &str, progress: ProgressId, person: PersonId, at: Time) -> Result<(), StoreError> {
    let sql = "INSERT INTO progress_token (hash, progress, person, at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING";
    tx.execute(sql, &[hash.into(), progress.into(), person.into(), at.into()])?;
    Ok(())
}

/// A person is removed: they come to no page any more.
pub(crate) fn erase(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM progress_token WHERE person = $1", &[person.into()])?;
    Ok(())
}

/// The contacts of an account: persons who belong to it, by name.
pub fn contacts(view: &View, account: AccountId, limit: usize) -> Result<Vec<PersonId>, StoreError> {
    let sql = "SELECT id FROM person WHERE account = $1 ORDER BY name, id LIMIT $2";
    view.list(sql, &[account.into(), limit.into()], |row| Ok(PersonId(row.int(0)?)))
}

/// Accounts whose contract is renewed in these days, the next first; with narrowed sight none.
pub fn renewals(view: &View, from: Day, until: Day, limit: usize) -> Result<Vec<AccountId>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(vec![]);
    }
    let sql = "SELECT id FROM account WHERE renewal >= $1 AND renewal <= $2 ORDER BY renewal, name LIMIT $3";
    view.list(sql, &[from.into(), until.into(), limit.into()], |row| Ok(AccountId(row.int(0)?)))
}

/// What a person said, by when: the newest first.
pub fn said(view: &View, person: PersonId, limit: usize) -> Result<Vec<(Day, String)>, StoreError> {
    let sql = "SELECT day, text FROM feedback WHERE person = $1 AND text <> '' ORDER BY at DESC, id DESC LIMIT $2";
    view.list(sql, &[person.into(), limit.into()], |row| Ok((Day(row.int(0)? as i32), row.text(1)?.to_owned())))
}

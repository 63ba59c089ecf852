//! Questions to those affected, and what they answered. Whoever reads has settled that it is in sight, or has the secret.

use heard_domain::asking::{AskedAnswer, AskedCounts, Asking};
use heard_domain::id::{EventId, IssueId, PersonId, StageId, UserId};
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "issue, text, wanted, begun, user_id";

fn read(row: &dyn Row) -> Result<Asking, StoreError> {
    Ok(Asking {
        issue: IssueId(row.int(0)?),
        text: row.text(1)?.to_owned(),
        wanted: u32::try_from(row.int(2)?).map_err(StoreError::odd)?,
        begun: Time(row.int(3)?),
        by: UserId(row.int(4)?),
    })
}

/// The question about an issue.
pub fn get(view: &View, issue: IssueId) -> Result<Option<Asking>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM asking WHERE issue = $1"), &[issue.into()], read)
}

/// Questions for which not everybody was asked yet.
pub fn open(view: &View) -> Result<Vec<Asking>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM asking WHERE wanted > (SELECT count(*) FROM asked WHERE asked.issue = asking.issue) ORDER BY issue"
    );
    view.list(&sql, &[], read)
}

/// Begins a question; false if there is one about the issue.
pub fn begin(tx: &mut Tx, asking: &Asking) -> Result<bool, StoreError> {
    let values: [Value<'_>; 5] =
        [asking.issue.into(), (&asking.text).into(), i64::from(asking.wanted).into(), asking.begun.into(), asking.by.into()];
    let sql = format!("INSERT INTO asking ({COLUMNS}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (issue) DO NOTHING");
    Ok(tx.execute(&sql, &values)? > 0)
}

/// Somebody is asked; false if they were.
pub fn ask(tx: &mut Tx, issue: IssueId, person: PersonId, hash: &str, at: Time) -> Result<bool, StoreError> {
    let sql = "INSERT INTO asked (issue, person, hash, at) VALUES ($1, $2, $3, $4) ON CONFLICT (issue, person) DO NOTHING";
    Ok(tx.execute(sql, &[issue.into(), person.into(), hash.into(), at.into()])? > 0)
}

/// Another secret leads to the question that somebody was asked.
pub fn renew(tx: &mut Tx, issue: IssueId, person: PersonId, hash: &str) -> Result<(), StoreError> {
    tx.execute("UPDATE asked SET hash = $3 WHERE issue = $1 AND person = $2", &[issue.into(), person.into(), hash.into()])?;
    Ok(())
}

/// Whether somebody was asked about an issue.
pub fn was_asked(view: &View, issue: IssueId, person: PersonId) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM asked WHERE issue = $1 AND person = $2";
    Ok(view.number(sql, &[issue.into(), person.into()])? > 0)
}

/// About which issue a secret asks, by its hash, and what was answered.
pub fn by_hash(view: &View, hash: &str) -> Result<Option<(IssueId, PersonId, Option<AskedAnswer>)>, StoreError> {
    let sql = "SELECT issue, person, answer FROM asked WHERE hash = $1";
    view.one(sql, &[hash.into()], |row| {
        let answer = row.text_or_none(2)?.map(str::parse).transpose()?;
        Ok((IssueId(row.int(0)?), PersonId(row.int(1)?), answer))
    })
}

/// Keeps what somebody answers; a later answer takes the place of an earlier one.
pub fn answer(tx: &mut Tx, hash: &str, answer: AskedAnswer, words: &str, at: Time) -> Result<bool, StoreError> {
    let sql = "UPDATE asked SET answer = $2, words = $3, answered = $4 WHERE hash = $1";
    Ok(tx.execute(sql, &[hash.into(), answer.code().into(), words.into(), at.into()])? > 0)
}

/// A person is removed: that somebody was asked, and what they pressed, still counts, but nothing says any more who it was. Their words go,
/// and their secret leads nowhere.
pub(crate) fn erase(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    let sql = "SELECT issue FROM asked WHERE person = $1 ORDER BY issue";
    for issue in tx.list(sql, &[person.into()], |row| Ok(IssueId(row.int(0)?)))? {
        // Nobody has a number below 0: each who is gone gets the next one.
        let sql = "SELECT min(person) FROM asked WHERE issue = $1 AND person < 0";
        let nobody = tx.number(sql, &[issue.into()])? - 1;
        let secret = format!("erased.{issue}.{nobody}");
        let values: [Value<'_>; 4] = [issue.into(), person.into(), nobody.into(), (&secret).into()];
        let sql = "UPDATE asked SET person = $3, hash = $4, words = NULL WHERE issue = $1 AND person = $2";
        tx.execute(sql, &values)?;
    }
    Ok(())
}

/// What became of a question.
pub fn counts(view: &View, issue: IssueId) -> Result<AskedCounts, StoreError> {
    let mut counts = AskedCounts::default();
    view.each("SELECT answer, count(*) FROM asked WHERE issue = $1 GROUP BY answer", &[issue.into()], |row| {
        let n = u32::try_from(row.int(1)?).map_err(StoreError::odd)?;
        counts.asked += n;
        match row.text_or_none(0)?.map(str::parse::<AskedAnswer>).transpose()? {
            Some(AskedAnswer::Fine) => counts.fine += n,
            Some(AskedAnswer::Happened) => counts.happened += n,
            Some(AskedAnswer::Unsure) => counts.unsure += n,
            None => {}
        }
        Ok(())
    })?;
    Ok(counts)
}

/// What those said who answered in words, the newest first.
pub fn words(view: &View, issue: IssueId, limit: usize) -> Result<Vec<(AskedAnswer, String)>, StoreError> {
    let sql = "SELECT answer, words FROM asked WHERE issue = $1 AND answer IS NOT NULL AND words <> '' ORDER BY answered DESC, person LIMIT $2";
    view.list(sql, &[issue.into(), limit.into()], |row| Ok((row.text(0)?.parse()?, row.text(1)?.to_owned())))
}

/// Persons to whom something happened at a stage, as it came in after a moment, in its order.
pub fn persons_of_events(view: &View, stage: StageId, after: EventId, limit: usize) -> Result<Vec<PersonId>, StoreError> {
    let sql = "SELECT person FROM event WHERE stage = $1 AND id > $2 AND person IS NOT NULL ORDER BY id LIMIT $3";
    view.list(sql, &[stage.into(), after.into(), limit.into()], |row| Ok(PersonId(row.int(0)?)))
}

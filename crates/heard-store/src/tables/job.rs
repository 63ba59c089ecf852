//! Jobs: background work, kept until it is done.

use heard_domain::id::JobId;
use heard_domain::job::Job;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

/// After so many failures a job is not taken any more; it stays, with its last failure, until a person looks at it.
pub const MOST_FAILURES: i64 = 10;
/// Nor after the program ended so often while the job ran: mostly that is not the job's fault, but it may be.
const MOST_CUTS: i64 = 100;

/// How soon a job is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Somebody waits for it.
    Soon,
    /// Nobody does, and there may be very many: reading deeply.
    Patient,
    /// It waits for other systems, which may take their time: nothing of our own waits behind it.
    Away,
    /// It waits for the mail server, which takes one mail after another.
    Post,
}

/// Which kinds of jobs are of which pace.
const PACE: &str =
    "CASE WHEN kind = 'read_deeply' THEN 1 WHEN kind = 'notify' THEN 2 WHEN kind IN ('send', 'send_letter') THEN 3 ELSE 0 END";

impl From<Pace> for Value<'_> {
    fn from(pace: Pace) -> Self {
        match pace {
            Pace::Soon => 0_i64,
            Pace::Patient => 1,
            Pace::Away => 2,
            Pace::Post => 3,
        }
        .into()
    }
}

/// A job that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Its identifier.
    pub id: JobId,
    /// What is to be done.
    pub job: Job,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

/// A job that has failed at least once, or waits.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Its identifier.
    pub id: JobId,
    /// What is to be done.
    pub job: Job,
    /// How often it has failed.
    pub failures: i64,
    /// When it is tried next; `None`: it has failed too often.
    pub due: Option<Time>,
    /// Why it failed last.
    pub failure: Option<String>,
}

/// Adds work, in the transaction of the state that asks for it.
pub fn add(tx: &mut Tx, id: JobId, job: &Job, due: Time) -> Result<(), StoreError> {
    let body = serde_json::to_string(job)?;
    let values: [Value<'_>; 4] = [id.into(), job.kind().into(), (&body).into(), due.into()];
    tx.execute("INSERT INTO job (id, kind, body, due) VALUES ($1, $2, $3, $4)", &values)?;
    tx.work_added = true;
    Ok(())
}

/// Takes the longest-due job of this pace that nobody has taken; of mails, answers before all letters: somebody waits for them. `by` is a
/// number of its own for this attempt, above 0.
pub fn take(tx: &mut Tx, by: i64, now: Time, pace: Pace) -> Result<Option<Taken>, StoreError> {
    let read =
        |row: &dyn Row| Ok(Taken { id: JobId(row.int(0)?), job: serde_json::from_str(row.text(1)?)?, attempt: row.int(2)? });
    let mut found = None;
    if pace == Pace::Post {
        let sql = "SELECT id, body, failures + cuts + 1 FROM job WHERE taken = 0 AND failures < $1 AND cuts < $2 AND due <= $3 AND kind = 'send' ORDER BY due, id LIMIT 1";
        found = tx.one(sql, &[MOST_FAILURES.into(), MOST_CUTS.into(), now.into()], read)?;
    }
    if found.is_none() {
        found = tx.one(
            &format!(
                "SELECT id, body, failures + cuts + 1 FROM job WHERE taken = 0 AND failures < $1 AND cuts < $2 AND due <= $3 AND {PACE} = CAST($4 AS BIGINT) ORDER BY due, id LIMIT 1"
            ),
            &[MOST_FAILURES.into(), MOST_CUTS.into(), now.into(), pace.into()],
            read,
        )?;
    }
    if let Some(taken) = &found {
        tx.execute("UPDATE job SET taken = $2 WHERE id = $1", &[taken.id.into(), by.into()])?;
    }
    Ok(found)
}

/// Takes further jobs of this kind that are due and never failed, as long as they weigh at most `most` together: many small
/// ones cost less together.
pub fn take_alike(
    tx: &mut Tx,
    by: i64,
    kind: &str,
    most: usize,
    weight: impl Fn(&Job) -> usize,
    now: Time,
) -> Result<Vec<Taken>, StoreError> {
    let sql = "SELECT id, body FROM job WHERE kind = $1 AND taken = 0 AND failures = 0 AND cuts = 0 AND due <= $2 ORDER BY due, id LIMIT $3";
    let mut found = tx.list(sql, &[kind.into(), now.into(), most.into()], |row| {
        Ok(Taken { id: JobId(row.int(0)?), job: serde_json::from_str(row.text(1)?)?, attempt: 1 })
    })?;
    let mut sum = 0;
    let fitting = found.iter().take_while(|taken| {
        sum += weight(&taken.job).max(1);
        sum <= most
    });
    let fitting = fitting.count();
    found.truncate(fitting);
    let values: Vec<Value<'_>> = found.iter().flat_map(|taken| [taken.id.into(), by.into()]).collect();
    tx.execute_many("UPDATE job SET taken = $2 WHERE id = $1", 2, &values)?;
    Ok(found)
}

/// Gives back what one attempt has taken, where nobody knows whether it has taken anything.
pub fn release(tx: &mut Tx, by: i64) -> Result<(), StoreError> {
    tx.execute("UPDATE job SET taken = 0 WHERE taken = $1", &[by.into()])?;
    tx.work_added = true;
    Ok(())
}

/// The job is done: best in the transaction of its result.
pub fn finish(tx: &mut Tx, id: JobId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM job WHERE id = $1", &[id.into()])?;
    Ok(())
}

/// The job failed: it is tried again after 2, 4, 8 … seconds, at most an hour.
pub fn fail(tx: &mut Tx, id: JobId, reason: &str, now: Time) -> Result<(), StoreError> {
    let failures = tx.number("SELECT failures FROM job WHERE id = $1", &[id.into()])? + 1;
    let wait = 1000 * (1_i64 << failures.clamp(0, 12)).min(3600);
    let values: [Value<'_>; 3] = [id.into(), reason.into(), now.plus_ms(wait).into()];
    tx.execute("UPDATE job SET taken = 0, failures = failures + 1, failure = $2, due = $3 WHERE id = $1", &values)?;
    Ok(())
}

/// The job could not be done for want of room or time: it is tried again in two seconds, and has not failed.
pub fn postpone(tx: &mut Tx, id: JobId, reason: &str, now: Time) -> Result<(), StoreError> {
    let values: [Value<'_>; 3] = [id.into(), reason.into(), now.plus_ms(2_000).into()];
    tx.execute("UPDATE job SET taken = 0, failure = $2, due = $3 WHERE id = $1", &values)?;
    Ok(())
}

/// The job goes on later without having failed: it counts from 0 again.
pub fn again(tx: &mut Tx, id: JobId, job: &Job, due: Time) -> Result<(), StoreError> {
    let body = serde_json::to_string(job)?;
    let values: [Value<'_>; 3] = [id.into(), (&body).into(), due.into()];
    tx.execute("UPDATE job SET taken = 0, failures = 0, cuts = 0, failure = NULL, body = $2, due = $3 WHERE id = $1", &values)?;
    tx.work_added = true;
    Ok(())
}

/// Whoever has taken the job has come so far, and goes on: cut off, it begins here.
pub fn go_on(tx: &mut Tx, id: JobId, job: &Job) -> Result<(), StoreError> {
    let body = serde_json::to_string(job)?;
    tx.execute("UPDATE job SET failures = 0, cuts = 0, failure = NULL, body = $2 WHERE id = $1", &[id.into(), (&body).into()])?;
    Ok(())
}

/// Whether the job is still there.
pub fn there(view: &View, id: JobId) -> Result<bool, StoreError> {
    Ok(view.number("SELECT count(*) FROM job WHERE id = $1", &[id.into()])? > 0)
}

/// Whether the job waits, and nobody has taken it.
pub fn untouched(view: &View, id: JobId) -> Result<bool, StoreError> {
    Ok(view.number("SELECT count(*) FROM job WHERE id = $1 AND taken = 0", &[id.into()])? > 0)
}

/// Gives back what was taken: at the start, when whoever took it is gone.
pub fn release_all(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute("UPDATE job SET taken = 0, cuts = cuts + 1 WHERE taken <> 0", &[])?;
    Ok(())
}

/// All work that is not done, in the order in which it is due.
pub fn list(view: &View, limit: usize) -> Result<Vec<Waiting>, StoreError> {
    view.list("SELECT id, body, failures, cuts, due, failure FROM job ORDER BY due, id LIMIT $1", &[limit.into()], waiting)
}

/// The work of one kind that is not done, in the order in which it is due.
pub fn of_kind(view: &View, kind: &str) -> Result<Vec<Waiting>, StoreError> {
    let sql = "SELECT id, body, failures, cuts, due, failure FROM job WHERE kind = $1 ORDER BY due, id";
    view.list(sql, &[kind.into()], waiting)
}

fn waiting(row: &dyn Row) -> Result<Waiting, StoreError> {
    let (failures, cuts) = (row.int(2)?, row.int(3)?);
    Ok(Waiting {
        id: JobId(row.int(0)?),
        job: serde_json::from_str(row.text(1)?)?,
        failures,
        due: (failures < MOST_FAILURES && cuts < MOST_CUTS).then_some(Time(row.int(4)?)),
        failure: row.text_or_none(5)?.map(str::to_owned),
    })
}

/// Work that has failed too often and is not tried any more.
pub fn given_up(view: &View) -> Result<Vec<Waiting>, StoreError> {
    let sql = "SELECT id, body, failures, failure FROM job WHERE taken = 0 AND (failures >= $1 OR cuts >= $2) ORDER BY id";
    view.list(sql, &[MOST_FAILURES.into(), MOST_CUTS.into()], |row| {
        let failure = row.text_or_none(3)?.map(str::to_owned);
        Ok(Waiting {
            id: JobId(row.int(0)?),
            job: serde_json::from_str(row.text(1)?)?,
            failures: row.int(2)?,
            due: None,
            failure,
        })
    })
}

/// How many jobs are not done.
pub fn count(view: &View) -> Result<u64, StoreError> {
    Ok(view.number("SELECT count(*) FROM job", &[])? as u64)
}

/// How many jobs wait or run, and how many have failed for good.
pub fn tally(view: &View) -> Result<(u64, u64), StoreError> {
    let sql = "SELECT count(*) FROM job WHERE failures >= $1 OR cuts >= $2";
    let failed = view.number(sql, &[MOST_FAILURES.into(), MOST_CUTS.into()])? as u64;
    // A look at a case for its time waits by design, for days.
    let work = view.number("SELECT count(*) FROM job WHERE kind <> 'watch'", &[])? as u64;
    Ok((work.saturating_sub(failed), failed))
}

/// When the next job of this pace is due, if one waits.
pub fn next_due(view: &View, pace: Pace) -> Result<Option<Time>, StoreError> {
    let sql = format!("SELECT min(due) FROM job WHERE taken = 0 AND failures < $1 AND cuts < $2 AND {PACE} = CAST($3 AS BIGINT)");
    Ok(view.one(&sql, &[MOST_FAILURES.into(), MOST_CUTS.into(), pace.into()], |row| row.int_or_none(0))?.flatten().map(Time))
}

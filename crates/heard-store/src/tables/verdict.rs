//! Verdicts: what was found of the fixes of an issue, kept when it becomes something else. They are the company's own finding, in
//! everybody's sight.

use heard_domain::id::IssueId;
use heard_domain::time::Day;
use heard_domain::verification::{Basis, Fix, Verdict, Verification};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

/// What was found on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Of which issue.
    pub issue: IssueId,
    /// How often the issue had been opened again before: each time begins a fix of its own.
    pub round: u32,
    /// The day as of which it was looked at.
    pub day: Day,
    /// Which fix.
    pub fix: Fix,
    /// What the rate is a share of; `None`: an older version of Heard did not keep it.
    pub basis: Option<Basis>,
    /// What was found.
    pub found: Verification,
}

#[derive(Serialize, Deserialize)]
struct Body {
    fix: Fix,
    #[serde(default)]
    basis: Option<Basis>,
    found: Verification,
}

const COLUMNS: &str = "verdict.issue, verdict.round, verdict.until, verdict.body";

fn round(row: &dyn Row, column: usize) -> Result<u32, StoreError> {
    u32::try_from(row.int(column)?).map_err(StoreError::odd)
}

fn day(row: &dyn Row, column: usize) -> Result<Day, StoreError> {
    i32::try_from(row.int(column)?).map(Day).map_err(StoreError::odd)
}

fn read(row: &dyn Row) -> Result<Found, StoreError> {
    let Body { fix, basis, found } = serde_json::from_str(row.text(3)?)?;
    Ok(Found { issue: IssueId(row.int(0)?), round: round(row, 1)?, day: day(row, 2)?, fix, basis, found })
}

/// Keeps what was found on a day. As long as it is the same verdict of the same fix it is one row, which has the newest finding.
pub fn put(tx: &mut Tx, found: &Found) -> Result<(), StoreError> {
    let body = Body { fix: found.fix, basis: found.basis.clone(), found: found.found.clone() };
    let body = serde_json::to_string(&body)?;
    let (round, verdict): (i64, &str) = (found.round.into(), found.found.verdict.code());
    let sql = "SELECT day, fixed, verdict FROM verdict WHERE issue = $1 AND round = $2 ORDER BY day DESC LIMIT 1";
    let newest =
        tx.one(sql, &[found.issue.into(), round.into()], |row| Ok((row.int(0)?, day(row, 1)?, row.text(2)?.to_owned())))?;
    if let Some((since, ..)) = newest.filter(|(_, fixed, before)| *fixed == found.fix.last && before == verdict) {
        let sql = "UPDATE verdict SET until = $4, body = $5 WHERE issue = $1 AND round = $2 AND day = $3";
        tx.execute(sql, &[found.issue.into(), round.into(), since.into(), found.day.into(), (&body).into()])?;
        return Ok(());
    }
    let values: [Value<'_>; 6] =
        [found.issue.into(), round.into(), found.day.into(), found.fix.last.into(), verdict.into(), (&body).into()];
    let sql = "INSERT INTO verdict (issue, round, day, until, fixed, verdict, body) VALUES ($1, $2, $3, $3, $4, $5, $6)
         ON CONFLICT (issue, round, day) DO UPDATE
         SET until = excluded.until, fixed = excluded.fixed, verdict = excluded.verdict, body = excluded.body";
    tx.execute(sql, &values)?;
    Ok(())
}

/// What was found last of an issue, whichever round.
pub fn last(view: &View, issue: IssueId) -> Result<Option<Found>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM verdict WHERE issue = $1 ORDER BY round DESC, day DESC LIMIT 1");
    view.one(&sql, &[issue.into()], read)
}

/// What was found last of every issue in its present round, by issue.
pub fn newest(view: &View) -> Result<Vec<Found>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM verdict JOIN issue ON issue.id = verdict.issue AND issue.reopened = verdict.round
         JOIN (SELECT issue, round, max(day) AS day FROM verdict GROUP BY issue, round) AS newest
         ON newest.issue = verdict.issue AND newest.round = verdict.round AND newest.day = verdict.day ORDER BY verdict.issue"
    );
    view.list(&sql, &[], read)
}

/// What was said of an issue, and since which day, the newest first.
pub fn of_issue(view: &View, issue: IssueId, limit: usize) -> Result<Vec<(Day, Verdict)>, StoreError> {
    let sql = "SELECT day, verdict FROM verdict WHERE issue = $1 ORDER BY round DESC, day DESC LIMIT $2";
    view.list(sql, &[issue.into(), limit.into()], |row| Ok((day(row, 0)?, row.text(1)?.parse()?)))
}

/// One round of an issue, and what was found last of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// Of which issue.
    pub issue: IssueId,
    /// How often it had been opened again before.
    pub round: u32,
    /// The day on which the last fix took effect.
    pub fixed: Day,
    /// What was found last.
    pub verdict: Verdict,
}

/// What was found last in every round of every issue, by issue and round.
pub fn of_rounds(view: &View) -> Result<Vec<Round>, StoreError> {
    let sql = "SELECT verdict.issue, verdict.round, verdict.fixed, verdict.verdict FROM verdict
         JOIN (SELECT issue, round, max(day) AS day FROM verdict GROUP BY issue, round) AS newest
         ON newest.issue = verdict.issue AND newest.round = verdict.round AND newest.day = verdict.day
         ORDER BY verdict.issue, verdict.round";
    let read = |row: &dyn Row| {
        Ok(Round { issue: IssueId(row.int(0)?), round: round(row, 1)?, fixed: day(row, 2)?, verdict: row.text(3)?.parse()? })
    };
    view.list(sql, &[], read)
}

//! Verdicts: what was found of the fix of an issue, day by day. They are the company's own finding, in everybody's sight.

use heard_domain::id::IssueId;
use heard_domain::time::Day;
use heard_domain::verification::{Fix, Verdict, Verification};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

/// What was found on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Of which issue.
    pub issue: IssueId,
    /// The day up to which it was looked at.
    pub day: Day,
    /// Which fix.
    pub fix: Fix,
    /// What was found.
    pub found: Verification,
}

#[derive(Serialize, Deserialize)]
struct Body {
    fix: Fix,
    found: Verification,
}

fn read(row: &dyn Row) -> Result<Found, StoreError> {
    let Body { fix, found } = serde_json::from_str(row.text(2)?)?;
    Ok(Found { issue: IssueId(row.int(0)?), day: Day(row.int(1)? as i32), fix, found })
}

/// Keeps what was found on a day; what was found earlier on the same day is replaced.
pub fn put(tx: &mut Tx, found: &Found) -> Result<(), StoreError> {
    let body = serde_json::to_string(&Body { fix: found.fix, found: found.found.clone() })?;
    let values: [Value<'_>; 5] =
        [found.issue.into(), found.day.into(), found.fix.last.into(), found.found.verdict.code().into(), (&body).into()];
    let sql = "INSERT INTO verdict (issue, day, fixed, verdict, body) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (issue, day) DO UPDATE SET fixed = excluded.fixed, verdict = excluded.verdict, body = excluded.body";
    tx.execute(sql, &values)?;
    Ok(())
}

/// What was found last of an issue.
pub fn last(view: &View, issue: IssueId) -> Result<Option<Found>, StoreError> {
    view.one("SELECT issue, day, body FROM verdict WHERE issue = $1 ORDER BY day DESC LIMIT 1", &[issue.into()], read)
}

/// The verdicts of an issue day by day, the newest first.
pub fn of_issue(view: &View, issue: IssueId, limit: usize) -> Result<Vec<(Day, Verdict)>, StoreError> {
    let sql = "SELECT day, verdict FROM verdict WHERE issue = $1 ORDER BY day DESC LIMIT $2";
    view.list(sql, &[issue.into(), limit.into()], |row| Ok((Day(row.int(0)? as i32), row.text(1)?.parse()?)))
}

/// What was found last of every fix that was reported: issue, the day it took effect, and the verdict; by issue and day.
pub fn of_fixes(view: &View) -> Result<Vec<(IssueId, Day, Verdict)>, StoreError> {
    let sql = "SELECT verdict.issue, verdict.fixed, verdict.verdict FROM verdict
         JOIN (SELECT issue, fixed, max(day) AS day FROM verdict GROUP BY issue, fixed) AS newest
         ON newest.issue = verdict.issue AND newest.day = verdict.day ORDER BY verdict.issue, verdict.fixed";
    view.list(sql, &[], |row| Ok((IssueId(row.int(0)?), Day(row.int(1)? as i32), row.text(2)?.parse()?)))
}

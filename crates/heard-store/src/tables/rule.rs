//! Rules, and what they have sent to whom.

use std::collections::HashSet;

use heard_domain::id::{DepartmentId, FeedbackId, PostId, RuleId};
use heard_domain::rule::{Conditions, Rule, Way};
use heard_domain::time::Time;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// A rule with the moment since which it is switched on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleState {
    /// The rule.
    pub rule: Rule,
    /// Since when it is on: what was heard before is not sent by it.
    pub since: Option<Time>,
}

#[derive(Serialize, Deserialize)]
struct RuleBody {
    when: Conditions,
    way: Way,
}

fn read(row: &dyn Row) -> Result<RuleState, StoreError> {
    let since = row.int_or_none(2)?.map(Time);
    let RuleBody { when, way } = serde_json::from_str(row.text(3)?)?;
    Ok(RuleState { rule: Rule { id: RuleId(row.int(0)?), name: row.text(1)?.to_owned(), on: since.is_some(), when, way }, since })
}

/// All, in the order in which they were made.
pub fn list(view: &View) -> Result<Vec<RuleState>, StoreError> {
    view.list("SELECT id, name, since, body FROM rule ORDER BY id", &[], read)
}

/// One.
pub fn get(view: &View, id: RuleId) -> Result<Option<RuleState>, StoreError> {
    view.one("SELECT id, name, since, body FROM rule WHERE id = $1", &[id.into()], read)
}

/// Whether any is switched on.
pub fn any_on(view: &View) -> Result<bool, StoreError> {
    Ok(view.number("SELECT count(*) FROM rule WHERE since IS NOT NULL", &[])? > 0)
}

/// Makes a rule or changes it. A taken name is a [`StoreError::Conflict`].
pub fn save(tx: &mut Tx, state: &RuleState) -> Result<(), StoreError> {
    let rule = &state.rule;
    let body = serde_json::to_string(&RuleBody { when: rule.when.clone(), way: rule.way.clone() })?;
    let sql = "INSERT INTO rule (id, name, since, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, since = excluded.since, body = excluded.body";
    tx.execute(sql, &[rule.id.into(), (&rule.name).into(), state.since.into(), (&body).into()])?;
    Ok(())
}

/// Removes a rule; what it has sent stays where it is. Whether it was there.
pub fn remove(tx: &mut Tx, id: RuleId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM rule WHERE id = $1", &[id.into()])? > 0)
}

/// Which rules have sent these comments already.
pub fn sent(view: &View, feedback: &[FeedbackId]) -> Result<HashSet<(FeedbackId, RuleId)>, StoreError> {
    let mut found = HashSet::new();
    for ids in feedback.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        view.each(&format!("SELECT feedback, rule FROM routed WHERE feedback IN ({list})"), &values, |row| {
            found.insert((FeedbackId(row.int(0)?), RuleId(row.int(1)?)));
            Ok(())
        })?;
    }
    Ok(found)
}

/// Remembers that rules have sent a comment to departments.
pub fn send(
    tx: &mut Tx,
    feedback: FeedbackId,
    rules: &[RuleId],
    departments: &[DepartmentId],
    at: Time,
) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = rules.iter().flat_map(|rule| [feedback.into(), (*rule).into(), at.into()]).collect();
    tx.execute_many(
        "INSERT INTO routed (feedback, rule, at) VALUES ($1, $2, $3) ON CONFLICT (feedback, rule) DO NOTHING",
        3,
        &values,
    )?;
    let values: Vec<Value<'_>> =
        departments.iter().flat_map(|department| [feedback.into(), (*department).into(), at.into()]).collect();
    let sql = "INSERT INTO routed_department (feedback, department, at) VALUES ($1, $2, $3) ON CONFLICT (feedback, department) DO NOTHING";
    tx.execute_many(sql, 3, &values)?;
    Ok(())
}

/// How many comments each rule has sent since a moment.
pub fn tally(view: &View, since: Time) -> Result<Vec<(RuleId, u64)>, StoreError> {
    let sql = "SELECT rule, count(*) FROM routed WHERE at >= $1 GROUP BY rule ORDER BY rule";
    view.list(sql, &[since.into()], |row| Ok((RuleId(row.int(0)?), row.int(1)? as u64)))
}

/// The departments to which a comment in sight was sent.
pub fn departments_of(view: &View, feedback: FeedbackId) -> Result<Vec<DepartmentId>, StoreError> {
    let post = view.one("SELECT post FROM feedback WHERE id = $1", &[feedback.into()], |row| Ok(PostId(row.int(0)?)))?;
    if !post.is_some_and(|post| view.scope().sees(post)) {
        return Ok(Vec::new());
    }
    let sql = "SELECT department FROM routed_department WHERE feedback = $1 ORDER BY department";
    view.list(sql, &[feedback.into()], |row| Ok(DepartmentId(row.int(0)?)))
}

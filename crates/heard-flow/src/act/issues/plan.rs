//! The action plan of an issue: what is done by whom and when, what waits for what, and the path that decides when all is done.

use heard_domain::id::{ActionId, DepartmentId, IssueId, UserId};
use heard_domain::kept_issue::KeptIssue;
use heard_domain::plan::{Action, Schedule, days, schedule};
use heard_domain::scope::Scope;
use heard_domain::time::Day;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::act::issues::change::doing;
use crate::act::staff::everybody;
use crate::due::Hours;
use crate::error::FlowError;
use crate::flow::Flow;

/// The longest name of an action, in characters.
pub const LONGEST_NAME: usize = 120;

/// An action as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionDraft {
    /// What is done, unique within the plan, 1-120 characters.
    pub name: String,
    /// The department that does it.
    #[serde(default)]
    pub department: Option<DepartmentId>,
    /// Who answers for it.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// How long it takes, in working days, 0 (a milestone) to 1,000.
    pub days: u32,
    /// The actions that must be done before it begins.
    #[serde(default)]
    pub after: Vec<ActionId>,
    /// Whether it is done.
    #[serde(default)]
    pub done: bool,
}

impl From<&Action> for ActionDraft {
    fn from(action: &Action) -> Self {
        Self {
            name: action.name.clone(),
            department: action.department,
            owner: action.owner,
            days: action.days,
            after: action.after.clone(),
            done: action.done,
        }
    }
}

impl ActionDraft {
    fn action(self, id: ActionId) -> Action {
        let Self { name, department, owner, days, after, done } = self;
        Action { id, name: name.trim().to_owned(), department, owner, days, after, done }
    }
}

async fn checked(flow: &Flow, draft: &ActionDraft) -> Result<(), FlowError> {
    match draft.name.trim().chars().count() {
        0 => return Err(FlowError::rule("name", "must say what is done")),
        n if n > LONGEST_NAME => {
            return Err(FlowError::rule("name", format!("has {n} characters; at most {LONGEST_NAME} are allowed")));
        }
        _ if draft.name.chars().any(char::is_control) => {
            return Err(FlowError::rule("name", "must not contain control characters"));
        }
        _ => {}
    }
    if draft.department.is_some_and(|id| flow.directory().department(id).is_none()) {
        return Err(FlowError::Unknown { field: "department", what: "department" });
    }
    if let Some(owner) = draft.owner
        && !everybody(flow).await?.iter().any(|one| one.id == owner && one.active)
    {
        return Err(FlowError::Unknown { field: "owner", what: "user" });
    }
    Ok(())
}

/// A plan that is none, with the field at fault.
fn planned(actions: &[Action]) -> Result<Schedule, FlowError> {
    use heard_domain::plan::BadPlan::{Circle, TooLong, TooMany, Twice, Unknown};
    schedule(actions).map_err(|bad| match &bad {
        Circle(_) => FlowError::rule("after", bad.to_string()),
        Unknown(_) => FlowError::Unknown { field: "after", what: "action" },
        Twice(_) => FlowError::rule("name", bad.to_string()),
        TooLong(_) => FlowError::rule("days", bad.to_string()),
        TooMany(_) => FlowError::Conflict(bad.to_string()),
    })
}

async fn now(flow: &Flow, scope: &Scope, id: IssueId) -> Result<(KeptIssue, Vec<Action>), FlowError> {
    let look = move |view: &View| Ok((tables::issue::get(view, id)?, tables::issue_work::actions(view, id)?));
    let (issue, actions) = flow.store.read(scope, look).await?;
    Ok((issue.ok_or(FlowError::Missing("issue"))?, actions))
}

async fn keep(
    flow: &Flow,
    scope: &Scope,
    issue: &KeptIssue,
    version: Option<i64>,
    actions: Vec<Action>,
    begins: Option<Day>,
    word: &'static str,
) -> Result<KeptIssue, FlowError> {
    planned(&actions)?;
    let (doing, _) = doing(flow, scope).await?;
    let (id, version) = (issue.id, version.or(Some(issue.version)));
    // A plan that has actions has a first day: today, if nobody said another one.
    let begins = begins.or((!actions.is_empty()).then_some(doing.today));
    let write = move |tx: &mut Tx| {
        doing.shape(tx, id, version, word, |tx, kept| {
            tables::issue_work::set_actions(tx, id, &actions)?;
            Ok(KeptIssue { begins, ..kept.clone() })
        })
    };
    flow.store.write(scope, write).await?.answer()
}

/// Adds an action to the plan of an issue.
pub async fn add(flow: &Flow, scope: &Scope, id: IssueId, version: Option<i64>, draft: ActionDraft) -> Result<Action, FlowError> {
    let (issue, mut actions) = now(flow, scope, id).await?;
    checked(flow, &draft).await?;
    let action = draft.action(ActionId(flow.id()));
    actions.push(action.clone());
    keep(flow, scope, &issue, version, actions, issue.begins, "action added").await?;
    Ok(action)
}

/// The issue and the action with this identifier.
pub async fn get(flow: &Flow, scope: &Scope, id: ActionId) -> Result<(KeptIssue, Action), FlowError> {
    crate::flow::need(scope, heard_domain::user::Grant::WriteIssues)?;
    let issue = flow.store.read(scope, move |view| tables::issue_work::issue_of_action(view, id)).await?;
    let (issue, actions) = now(flow, scope, issue.ok_or(FlowError::Missing("action"))?).await?;
    let action = actions.into_iter().find(|action| action.id == id).ok_or(FlowError::Missing("action"))?;
    Ok((issue, action))
}

/// Changes an action.
pub async fn change(flow: &Flow, scope: &Scope, id: ActionId, draft: ActionDraft) -> Result<Action, FlowError> {
    let (issue, _) = get(flow, scope, id).await?;
    let (issue, mut actions) = now(flow, scope, issue.id).await?;
    checked(flow, &draft).await?;
    let changed = draft.action(id);
    for action in actions.iter_mut().filter(|action| action.id == id) {
        *action = changed.clone();
    }
    keep(flow, scope, &issue, None, actions, issue.begins, "action changed").await?;
    Ok(changed)
}

/// Takes an action away; what waited for it waits for what it waited for.
pub async fn remove(flow: &Flow, scope: &Scope, id: ActionId) -> Result<IssueId, FlowError> {
    let (issue, gone) = get(flow, scope, id).await?;
    let (issue, mut actions) = now(flow, scope, issue.id).await?;
    actions.retain(|action| action.id != id);
    for action in actions.iter_mut().filter(|action| action.after.contains(&id)) {
        action.after.retain(|other| *other != id);
        action.after.extend(&gone.after);
        action.after.sort_unstable();
        action.after.dedup();
    }
    keep(flow, scope, &issue, None, actions, issue.begins, "action removed").await?;
    Ok(issue.id)
}

/// Sets the first day of a plan.
pub async fn begin(flow: &Flow, scope: &Scope, id: IssueId, day: Day) -> Result<KeptIssue, FlowError> {
    let (issue, actions) = now(flow, scope, id).await?;
    keep(flow, scope, &issue, None, actions, Some(day), "plan begins").await
}

/// When an action happens, by the calendar of its department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionDates {
    /// The first day, at the earliest.
    pub first: Day,
    /// The last day, at the earliest.
    pub last: Day,
    /// The last day that delays nothing.
    pub latest: Day,
}

/// What follows from a plan: the schedule, and the days of each action where its department ever works.
pub fn scheduled(flow: &Flow, issue: &KeptIssue, actions: &[Action]) -> Result<(Schedule, Vec<Option<ActionDates>>), FlowError> {
    let schedule = planned(actions)?;
    let directory = flow.directory();
    let hours = Hours::of(&directory);
    let begins = issue.begins.unwrap_or_else(|| directory.company.zone.day(flow.now()));
    let dates = actions.iter().zip(&schedule.timings).map(|(action, timing)| {
        let calendar = hours.calendar(action.department.unwrap_or(DepartmentId(0)));
        let (first, last) = days(calendar, begins, timing.earliest_start, timing.earliest_end)?;
        let (_, latest) = days(calendar, begins, timing.latest_start, timing.latest_end)?;
        Some(ActionDates { first, last, latest })
    });
    let dates = dates.collect();
    Ok((schedule, dates))
}

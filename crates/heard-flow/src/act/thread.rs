//! The thread of a case: internal notes with mentions, and tasks with their days.

use heard_domain::alert::AlertKind;
use heard_domain::audit::{Act, Noun};
use heard_domain::case_entry::{CaseEntry, CaseEntryKind, CaseEvent, Task, mentioned};
use heard_domain::id::{CaseEntryId, CaseId, TaskId, UserId};
use heard_domain::kept_case::KeptCase;
use heard_domain::scope::Scope;
use heard_domain::time::Day;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::acting::acting;
use crate::act::change::{desk, said};
use crate::act::staff::everybody;
use crate::act::told::about;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The longest words of a task, in characters.
const LONGEST_TASK: usize = 300;
/// The most tasks of a case.
const MOST_TASKS: usize = 100;

/// Notes something that only staff see. Who is mentioned (`@` and their name) is told, if they may see the case.
pub async fn note(flow: &Flow, scope: &Scope, id: CaseId, text: &str) -> Result<CaseEntry, FlowError> {
    need(scope, Grant::WriteCases)?;
    let kept = flow.store.read(scope, move |view| tables::case::get(view, id)).await?.ok_or(FlowError::Missing("case"))?;
    said("text", text)?;
    let acting = acting(flow, scope).await?;
    let colleagues = everybody(flow).await?;
    let may = colleagues.iter().filter(|one| one.sees(kept.post)).map(|one| (one.id, one.name.as_str()));
    let mentions = mentioned(text, may);
    let desk = desk(flow);
    let entry = CaseEntry {
        id: CaseEntryId(desk.id()),
        case: id,
        kind: CaseEntryKind::Note,
        at: desk.now,
        by: Some(acting.user),
        text: text.trim().to_owned(),
        way: None,
        mentions,
        event: None,
    };
    let made = entry.clone();
    let write = move |tx: &mut Tx| {
        tables::case_entry::add(tx, &entry)?;
        let detail = json!({ "number": kept.number, "deed": "noted" });
        tables::audit::note(tx, desk.now, Act::Changed, Noun::Case, id.0, &detail)?;
        let users: Vec<UserId> = entry.mentions.iter().copied().filter(|user| *user != acting.user).collect();
        about(tx, &desk.ids, desk.now, AlertKind::Mentioned, &kept, users)
    };
    let told = flow.store.write(scope, write).await?;
    flow.alert(told);
    Ok(made)
}

/// A task as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskDraft {
    /// What is to be done, 1-300 characters.
    pub words: String,
    /// Who does it.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// By which day.
    #[serde(default)]
    pub due: Option<Day>,
    /// Whether it is done.
    #[serde(default)]
    pub done: bool,
}

/// A task as a draft that can be changed and set again.
pub fn draft(task: &Task) -> TaskDraft {
    TaskDraft { words: task.words.clone(), owner: task.owner, due: task.due, done: task.done.is_some() }
}

/// A task of a case in sight.
pub async fn task(flow: &Flow, scope: &Scope, id: TaskId) -> Result<Task, FlowError> {
    if !scope.may(Grant::WriteCases) {
        need(scope, Grant::ReadCases)?;
    }
    let look = move |view: &View| {
        let Some(task) = tables::case_entry::task_of(view, id)? else { return Ok(None) };
        Ok(tables::case::get(view, task.case)?.map(|_| task))
    };
    flow.store.read(scope, look).await?.ok_or(FlowError::Missing("task"))
}

/// The tasks of whoever looks that are not done, the earliest due first.
pub async fn own_tasks(flow: &Flow, scope: &Scope, limit: usize) -> Result<Vec<Task>, FlowError> {
    need(scope, Grant::ReadCases)?;
    let Some(user) = scope.user() else { return Ok(Vec::new()) };
    let look = move |view: &View| {
        let mut tasks = tables::case_entry::tasks_for(view, user, limit)?;
        let cases: Vec<CaseId> = tasks.iter().map(|task| task.case).collect();
        let seen: Vec<CaseId> = tables::case::many(view, &cases)?.iter().map(|kept| kept.case.id).collect();
        tasks.retain(|task| seen.contains(&task.case));
        Ok(tasks)
    };
    Ok(flow.store.read(scope, look).await?)
}

/// Sets a task in a case.
pub async fn set_task(flow: &Flow, scope: &Scope, case: CaseId, draft: TaskDraft) -> Result<Task, FlowError> {
    need(scope, Grant::WriteCases)?;
    let look = move |view: &View| Ok((tables::case::get(view, case)?, tables::case_entry::tasks(view, case)?.len()));
    let (kept, tasks) = flow.store.read(scope, look).await?;
    let kept = kept.ok_or(FlowError::Missing("case"))?;
    if tasks >= MOST_TASKS {
        return Err(FlowError::Conflict(format!("the case has {MOST_TASKS} tasks already")));
    }
    let task = Task { id: TaskId(flow.id()), case, words: String::new(), owner: None, due: None, done: None };
    keep(flow, scope, (kept, task), draft, Act::Added).await
}

/// Changes a task, or says that it is done.
pub async fn change_task(flow: &Flow, scope: &Scope, id: TaskId, draft: TaskDraft) -> Result<Task, FlowError> {
    need(scope, Grant::WriteCases)?;
    let task = task(flow, scope, id).await?;
    let case = task.case;
    let kept = flow.store.read(scope, move |view| tables::case::get(view, case)).await?;
    keep(flow, scope, (kept.ok_or(FlowError::Missing("task"))?, task), draft, Act::Changed).await
}

async fn keep(flow: &Flow, scope: &Scope, (kept, task): (KeptCase, Task), draft: TaskDraft, act: Act) -> Result<Task, FlowError> {
    let words = draft.words.trim().to_owned();
    match words.chars().count() {
        0 => return Err(FlowError::rule("words", "must not be empty")),
        n if n > LONGEST_TASK => return Err(FlowError::rule("words", format!("has {n} characters; at most {LONGEST_TASK}"))),
        _ => {}
    }
    let colleagues = everybody(flow).await?;
    if draft.owner.is_some_and(|owner| !colleagues.iter().any(|one| one.id == owner)) {
        return Err(FlowError::Unknown { field: "owner", what: "user" });
    }
    let acting = acting(flow, scope).await?;
    let desk = desk(flow);
    let done = draft.done.then(|| task.done.unwrap_or(desk.now));
    let changed = Task { words, owner: draft.owner, due: draft.due, done, ..task };
    let made = changed.clone();
    let write = move |tx: &mut Tx| {
        tables::case_entry::save_task(tx, &changed)?;
        let (id, case, by) = (changed.id, changed.case, Some(acting.user));
        if act == Act::Added {
            desk.event(tx, case, by, CaseEvent::TaskSet { task: id })?;
        } else if changed.done.is_some() && task.done.is_none() {
            desk.event(tx, case, by, CaseEvent::TaskDone { task: id })?;
        }
        let detail = json!({ "number": kept.number, "done": changed.done.is_some() });
        tables::audit::note(tx, desk.now, act, Noun::Task, id.0, &detail)?;
        let new_owner = changed.owner.filter(|owner| changed.done.is_none() && task.owner != Some(*owner));
        let users: Vec<UserId> = new_owner.into_iter().filter(|owner| *owner != acting.user).collect();
        about(tx, &desk.ids, desk.now, AlertKind::Assigned, &kept, users)
    };
    let told = flow.store.write(scope, write).await?;
    flow.alert(told);
    Ok(made)
}

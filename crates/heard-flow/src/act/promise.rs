//! What was promised to the customer of a case, with the day until whose end: it stands in the case and among what is owed, until it
//! was done.

use heard_domain::audit::{Act, Noun};
use heard_domain::case::CaseRefused;
use heard_domain::case_entry::CaseEvent;
use heard_domain::id::{CaseId, CasePromiseId};
use heard_domain::promise::CasePromise;
use heard_domain::scope::Scope;
use heard_domain::time::Day;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::acting::acting;
use crate::act::change::desk;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The longest words of a promise, in characters.
const LONGEST: usize = 200;
/// The most promises in one case.
const MOST: usize = 50;
/// How far ahead something can be promised: two years, in days.
const FARTHEST: i32 = 731;

/// A promise as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasePromiseDraft {
    /// What, 1-200 characters.
    pub words: String,
    /// Until the end of which day.
    pub due: Day,
}

/// A promise of a case in sight.
pub async fn get(flow: &Flow, scope: &Scope, id: CasePromiseId) -> Result<CasePromise, FlowError> {
    if !scope.may(Grant::WriteCases) {
        need(scope, Grant::ReadCases)?;
    }
    let look = move |view: &View| {
        let Some(promise) = tables::case_promise::get(view, id)? else { return Ok(None) };
        Ok(tables::case::get(view, promise.case)?.map(|_| promise))
    };
    flow.store.read(scope, look).await?.ok_or(FlowError::Missing("promise"))
}

/// Notes what the customer was promised. Only who may change the case may promise.
pub async fn promise(flow: &Flow, scope: &Scope, case: CaseId, draft: CasePromiseDraft) -> Result<CasePromise, FlowError> {
    need(scope, Grant::WriteCases)?;
    let look = move |view: &View| Ok((tables::case::get(view, case)?, tables::case_promise::list(view, case)?.len()));
    let (kept, count) = flow.store.read(scope, look).await?;
    let kept = kept.ok_or(FlowError::Missing("case"))?;
    let acting = acting(flow, scope).await?;
    if !acting.may(&kept.case) {
        return Err(FlowError::Conflict(CaseRefused::NotYours.to_string()));
    }
    if let Some((into, _)) = kept.case.merged {
        return Err(FlowError::Conflict(CaseRefused::IsMerged(into).to_string()));
    }
    if count >= MOST {
        return Err(FlowError::Conflict(format!("the case has {MOST} promises already")));
    }
    let words = draft.words.trim().to_owned();
    match words.chars().count() {
        0 => return Err(FlowError::rule("words", "must not be empty: say what was promised")),
        n if n > LONGEST => return Err(FlowError::rule("words", format!("has {n} characters; at most {LONGEST} are allowed"))),
        _ => {}
    }
    let today = flow.directory().company.zone.day(flow.now());
    if draft.due < today || draft.due - today > FARTHEST {
        return Err(FlowError::rule("due", "must be a day from today on, at most two years ahead"));
    }
    let desk = desk(flow);
    let id = CasePromiseId(desk.id());
    let made = CasePromise { id, case, by: acting.user, words, due: draft.due, done: None };
    let keep = made.clone();
    let write = move |tx: &mut Tx| {
        tables::case_promise::save(tx, &keep)?;
        desk.event(tx, case, Some(acting.user), CaseEvent::Promised { promise: id })?;
        let detail = json!({ "number": kept.number, "due": keep.due });
        tables::audit::note(tx, desk.now, Act::Added, Noun::CasePromise, id.0, &detail)
    };
    flow.store.write(scope, write).await?;
    Ok(made)
}

/// Says that a promise was kept today, or that it was not after all.
pub async fn keep(flow: &Flow, scope: &Scope, id: CasePromiseId, done: bool) -> Result<CasePromise, FlowError> {
    need(scope, Grant::WriteCases)?;
    let promise = get(flow, scope, id).await?;
    let case = promise.case;
    let kept = flow.store.read(scope, move |view| tables::case::get(view, case)).await?.ok_or(FlowError::Missing("promise"))?;
    let acting = acting(flow, scope).await?;
    if !acting.may(&kept.case) {
        return Err(FlowError::Conflict(CaseRefused::NotYours.to_string()));
    }
    let desk = desk(flow);
    let today = flow.directory().company.zone.day(desk.now);
    let before = promise.done;
    let changed = CasePromise { done: done.then(|| before.unwrap_or(today)), ..promise };
    let made = changed.clone();
    let write = move |tx: &mut Tx| {
        tables::case_promise::save(tx, &changed)?;
        if changed.done.is_some() && before.is_none() {
            desk.event(tx, case, Some(acting.user), CaseEvent::PromiseKept { promise: id })?;
        }
        let detail = json!({ "number": kept.number, "done": changed.done.is_some() });
        tables::audit::note(tx, desk.now, Act::Changed, Noun::CasePromise, id.0, &detail)
    };
    flow.store.write(scope, write).await?;
    Ok(made)
}

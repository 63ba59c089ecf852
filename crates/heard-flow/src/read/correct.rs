//! Corrections: a person says how it is; it outranks the model at once and at every later reading.

use heard_domain::audit::{Act, Noun};
use heard_domain::id::{CorrectionId, FeedbackId, UserId};
use heard_domain::reading::{Change, Correction, Span};
use heard_domain::scope::{Actor, Scope};
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::Tx;
use serde_json::json;

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::read::foresee;

/// Corrects the passage at `span` (`None`: every passage).
pub async fn add(
    flow: &Flow,
    scope: &Scope,
    feedback: FeedbackId,
    span: Option<Span>,
    change: Change,
) -> Result<Correction, FlowError> {
    let made = add_all(flow, scope, feedback, span, vec![change]).await?;
    made.into_iter().next().ok_or(FlowError::Missing("correction"))
}

/// The same with several changes: all of them, or none.
pub async fn add_all(
    flow: &Flow,
    scope: &Scope,
    feedback: FeedbackId,
    span: Option<Span>,
    changes: Vec<Change>,
) -> Result<Vec<Correction>, FlowError> {
    need(scope, Grant::Correct)?;
    let by = corrector(flow, scope).await?;
    let reading = flow.store.read(scope, move |view| tables::reading::get(view, feedback)).await?;
    let reading = reading.ok_or(FlowError::Missing("feedback that was read"))?;
    changes.iter().try_for_each(|change| known(flow, change))?;
    if span.is_some_and(|span| !reading.passages.iter().any(|passage| passage.span == span)) {
        return Err(FlowError::Conflict("this is not a passage of the comment any more: it was read again".into()));
    }
    let at = flow.now();
    let corrections: Vec<Correction> =
        changes.into_iter().map(|change| Correction { id: CorrectionId(flow.id()), feedback, span, change, by, at }).collect();
    let (kept, next) = (corrections.clone(), flow.id());
    let correct = move |tx: &mut Tx| {
        for one in &kept {
            if !tables::reading::correct(tx, one)? {
                return Ok(false);
            }
            let detail = json!({ "feedback": one.feedback, "change": one.change });
            tables::audit::note(tx, one.at, Act::Added, Noun::Correction, one.id.0, &detail)?;
        }
        if kept.iter().any(teaches) {
            foresee::ask(tx, next, at)?;
        }
        Ok(true)
    };
    let known = flow.store.write(scope, correct).await?;
    if known { Ok(corrections) } else { Err(FlowError::Missing("feedback")) }
}

/// Whether something is learnt from it.
fn teaches(correction: &Correction) -> bool {
    !matches!(correction.change, Change::AddIntent { .. } | Change::RemoveIntent { .. })
}

/// Who answers for a correction: a program corrects in the name of who made its token.
async fn corrector(flow: &Flow, scope: &Scope) -> Result<UserId, FlowError> {
    match scope.actor {
        Actor::User(id) => Ok(id),
        Actor::Token(id) => {
            let token = flow.store.read(&Scope::system(), move |view| tables::token::get(view, id)).await?;
            token.and_then(|token| token.by).ok_or(FlowError::Forbidden)
        }
        Actor::System => Err(FlowError::Forbidden),
    }
}

/// Takes a correction back; gives the feedback it belonged to.
pub async fn undo(flow: &Flow, scope: &Scope, id: CorrectionId) -> Result<FeedbackId, FlowError> {
    need(scope, Grant::Correct)?;
    let (now, next) = (flow.now(), flow.id());
    let undo = move |tx: &mut Tx| {
        let feedback = tables::reading::undo(tx, id)?;
        if let Some(feedback) = feedback {
            tables::audit::note(tx, now, Act::Undone, Noun::Correction, id.0, &json!({ "feedback": feedback }))?;
            foresee::ask(tx, next, now)?;
        }
        Ok(feedback)
    };
    let feedback = flow.store.write(scope, undo).await?;
    feedback.ok_or(FlowError::Missing("correction"))
}

/// Refuses a stage or category that does not exist.
fn known(flow: &Flow, change: &Change) -> Result<(), FlowError> {
    let directory = flow.directory();
    let (field, known) = match change {
        Change::Stage { to: Some(stage) } => ("stage", directory.journey.stage(*stage).is_some()),
        Change::AddCategory { category } | Change::RemoveCategory { category } => {
            ("category", directory.taxonomy.category(*category).is_some())
        }
        Change::Stage { to: None }
        | Change::Sentiment { .. }
        | Change::Emotion { .. }
        | Change::AddIntent { .. }
        | Change::RemoveIntent { .. } => return Ok(()),
    };
    if known { Ok(()) } else { Err(FlowError::Unknown { field, what: field }) }
}

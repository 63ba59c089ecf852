//! Undoing an import: what it would do is shown first; then what was new with it goes and what it changed gets back what it
//! was, batch by batch in the background. Each batch, the cubes, the outbox and the progress are one transaction, so that a
//! crash loses and doubles nothing.

use heard_domain::audit::{Act, Noun};
use heard_domain::id::{FeedbackId, ImportId, JobId};
use heard_domain::import::{Import, ImportState, Undoing};
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::revert::Kept;
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::verify;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::hear::import::get;

/// How many things are undone at a time.
const BATCH: usize = 500;

/// How many of what stays are named before it is undone.
const NAMED: usize = 50;

/// What undoing an import would do.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct UndoForeseen {
    /// The import.
    pub import: Import,
    /// Feedback that goes.
    pub feedback_removed: u64,
    /// Feedback that has its older words again.
    pub feedback_restored: u64,
    /// Feedback that stays, because another import gave it other words since.
    pub feedback_kept: u64,
    /// Some of that feedback.
    pub staying: Vec<FeedbackId>,
    /// Corrections of persons that go with the words.
    pub corrections: u64,
    /// Accounts, persons, exposures and events that go.
    pub removed: u64,
    /// Accounts, persons and exposures that get back what they were.
    pub restored: u64,
    /// Those that stay, because they were changed or used since.
    pub kept: u64,
    /// What the import changed, by noun.
    #[serde(skip)]
    pub changes: Vec<(String, u64)>,
}

/// Whether an import can be undone as it stands.
pub fn can(import: &Import) -> bool {
    matches!(import.state, ImportState::Done | ImportState::Failed | ImportState::Cancelled) && import.added + import.revised > 0
}

fn refuse(import: &Import) -> Result<(), FlowError> {
    if can(import) {
        return Ok(());
    }
    Err(FlowError::Conflict(match import.state {
        ImportState::Preview => "nothing came in yet: throw the file away instead".to_owned(),
        ImportState::Running => "rows are coming in: stop the import first".to_owned(),
        ImportState::Undoing | ImportState::Undone => "this import is undone already".to_owned(),
        ImportState::Done | ImportState::Failed | ImportState::Cancelled => "it brought nothing that could be undone".to_owned(),
    }))
}

/// What undoing an import would do; nothing is done.
pub async fn foresee(flow: &Flow, scope: &Scope, id: ImportId) -> Result<UndoForeseen, FlowError> {
    need(scope, Grant::Import)?;
    let import = get(flow, scope, id).await?;
    refuse(&import)?;
    let look = move |view: &heard_store::view::View| {
        let (feedback_removed, feedback_restored, corrections) = tables::withdraw::foresee(view, id)?;
        let changed = tables::revert::foresee(view, id)?;
        Ok(UndoForeseen {
            import,
            feedback_removed,
            feedback_restored,
            feedback_kept: tables::withdraw::count_staying(view, id)?,
            staying: tables::withdraw::staying(view, id, NAMED)?,
            corrections,
            removed: changed.removed,
            restored: changed.restored,
            kept: changed.kept,
            changes: tables::revert::count(view, id)?,
        })
    };
    Ok(flow.store.read(&Scope::system(), look).await?)
}

/// Begins to undo an import.
pub async fn undo(flow: &Flow, scope: &Scope, id: ImportId) -> Result<Import, FlowError> {
    let seen = foresee(flow, scope, id).await?;
    let total = seen.feedback_removed + seen.feedback_restored + seen.changes.iter().map(|(_, n)| n).sum::<u64>();
    let (job, now) = (JobId(flow.id()), flow.now());
    let begun = flow
        .store
        .write(scope, move |tx| {
            let Some(import) = tables::import::get(tx, id)?.filter(can) else { return Ok(None) };
            let undoing = Some(Undoing { total, ..Undoing::default() });
            let import = Import { state: ImportState::Undoing, undoing, failure: None, ..import };
            tables::import::update(tx, &import)?;
            let detail = json!({ "kind": import.mapping.kind, "things": total });
            tables::audit::note(tx, now, Act::Undone, Noun::Import, id.0, &detail)?;
            tables::job::add(tx, job, &Job::Undo { import: id }, now)?;
            Ok(Some(import))
        })
        .await?;
    begun.ok_or_else(|| FlowError::Conflict("somebody else has begun to undo this import".into()))
}

/// What stayed when an import was undone, and why.
pub async fn kept(flow: &Flow, scope: &Scope, id: ImportId, limit: usize) -> Result<Vec<Kept>, FlowError> {
    get(flow, scope, id).await?;
    Ok(flow.store.read(&Scope::system(), move |view| tables::revert::kept(view, id, limit)).await?)
}

/// What an import changed in operational data, by noun.
pub async fn changes(flow: &Flow, scope: &Scope, id: ImportId) -> Result<Vec<(String, u64)>, FlowError> {
    get(flow, scope, id).await?;
    Ok(flow.store.read(&Scope::system(), move |view| tables::revert::count(view, id)).await?)
}

/// Goes on with undoing an import, to its end.
pub(crate) async fn run(flow: &Flow, id: ImportId) -> Result<(), FlowError> {
    loop {
        let (directory, job, look, now) = (flow.directory(), JobId(flow.id()), JobId(flow.id()), flow.now());
        let step = move |tx: &mut Tx| {
            let Some(import) = tables::import::get(tx, id)?.filter(|import| import.state == ImportState::Undoing) else {
                return Ok(true);
            };
            let mut undoing = import.undoing.clone().unwrap_or_default();
            let stage = |post, touchpoint| directory.stage_at(post, touchpoint);
            let withdrawn = tables::withdraw::withdraw(tx, id, BATCH, &stage)?;
            undoing.removed += withdrawn.removed;
            undoing.restored += withdrawn.restored.len() as u64;
            undoing.corrections += withdrawn.corrections;
            let mut over = withdrawn.removed == 0 && withdrawn.restored.is_empty();
            if !withdrawn.restored.is_empty() {
                tables::job::add(tx, job, &Job::Read { feedback: withdrawn.restored }, now)?;
            }
            if over {
                // Which stages it had counted is known only as long as that stands.
                let counted = tables::exposure::stages_of(tx, id)?;
                let changed = tables::revert::undo(tx, id, BATCH)?;
                verify::ask(tx, look, &counted, now)?;
                undoing.removed += changed.removed;
                undoing.restored += changed.restored;
                undoing.kept += changed.kept;
                over = changed.seen == 0;
            }
            let mut import = Import { undoing: Some(undoing), ..import };
            if over {
                for feedback in tables::withdraw::staying(tx, id, 1_000)? {
                    let reason = "another import gave it other words since";
                    tables::revert::keep(tx, id, "feedback", &feedback.to_string(), reason)?;
                }
                if let Some(undoing) = &mut import.undoing {
                    undoing.kept += tables::withdraw::count_staying(tx, id)?;
                }
                import = Import { state: ImportState::Undone, finished: Some(now), ..import };
            }
            tables::import::update(tx, &import)?;
            Ok(over)
        };
        if flow.store.write(&Scope::system(), step).await? {
            return flow.refresh().await;
        }
    }
}

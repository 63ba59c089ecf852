//! Learning: what the categories would learn from the examples that wait is proposed with its effect, applied as a version
//! of its own, or discarded.

use std::collections::BTreeSet;

use heard_domain::audit::{Act, Noun};
use heard_domain::example::{Effect, Says, Taught};
use heard_domain::hex::hex;
use heard_domain::id::{ExampleId, FeedbackId};
use heard_domain::reading::Emotion;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::taxonomy_change::{Back, Changed};
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::lessons;
use crate::read::{again, foresee};

/// What the next version would have learnt, and what would move.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    /// Names exactly this proposal: send it when it is applied, so that nothing in between is overlooked.
    pub name: String,
    /// The version that it would change.
    pub version: i64,
    /// How many examples are new.
    pub added: u64,
    /// How many examples would no longer count.
    pub removed: u64,
    /// How many examples there would be.
    pub examples: u64,
    /// How long learning took, in milliseconds; `null` before it was tried.
    pub learnt_ms: Option<f64>,
    /// What would move, on the comments that were looked at so far.
    pub effect: Effect,
    /// How many comments are looked at: the newest 20,000, or all where that was asked for.
    pub of: u64,
    /// How many comments there are.
    pub all: u64,
    /// Whether all that are looked at were.
    pub done: bool,
}

/// What waits, against what the present version has learnt from.
struct Waiting {
    version: i64,
    wanted: Vec<Taught>,
    learnt: Vec<Taught>,
}

impl Waiting {
    fn load(view: &View) -> Result<Self, StoreError> {
        let wanted = tables::example::wanted(view)?;
        Ok(Self { version: tables::taxonomy::version(view)?, wanted, learnt: lessons::present(view)? })
    }

    fn nothing(&self) -> bool {
        self.wanted == self.learnt
    }

    fn name(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.version.to_le_bytes());
        for Taught { id, says } in &self.wanted {
            hash.update(id.0.to_le_bytes());
            match says {
                Says::Category { category, belongs } => {
                    hash.update(category.0.to_le_bytes());
                    hash.update([u8::from(*belongs)]);
                }
                Says::Sentiment { sentiment } => hash.update(sentiment.code()),
                Says::Emotion { emotion } => hash.update(emotion.map_or("no emotion", Emotion::code)),
                Says::Stage { stage } => {
                    hash.update("stage");
                    hash.update(stage.map_or(0, |stage| stage.0).to_le_bytes());
                }
            }
        }
        hex(hash.finalize().get(..8).unwrap_or_default())
    }

    /// How many are new, and how many would no longer count.
    fn difference(&self) -> (u64, u64) {
        let (wanted, learnt): (BTreeSet<_>, BTreeSet<_>) = (self.wanted.iter().collect(), self.learnt.iter().collect());
        (wanted.difference(&learnt).count() as u64, learnt.difference(&wanted).count() as u64)
    }
}

/// What would be learnt from the examples that wait, if any do. Comments that are out of sight are counted, never shown.
pub async fn proposal(flow: &Flow, scope: &Scope) -> Result<Option<Proposal>, FlowError> {
    need(scope, Grant::Shape)?;
    let read = |view: &View| {
        let waiting = Waiting::load(view)?;
        if waiting.nothing() {
            return Ok(None);
        }
        let found = tables::foreseen::get(view)?;
        Ok(Some((waiting, found, tables::feedback::count(view)?)))
    };
    let Some((waiting, found, all)) = flow.store.read(&Scope::system(), read).await? else { return Ok(None) };
    let found = found.filter(|found| found.version == waiting.version && found.examples == waiting.wanted);
    let (added, removed) = waiting.difference();
    let mut proposal = Proposal {
        name: waiting.name(),
        version: waiting.version,
        added,
        removed,
        examples: waiting.wanted.len() as u64,
        learnt_ms: None,
        effect: Effect::default(),
        of: all.min(foresee::SAMPLE),
        all,
        done: all == 0,
    };
    if let Some(found) = found {
        proposal.learnt_ms = (found.learnt_us > 0).then(|| found.learnt_us as f64 / 1000.0);
        (proposal.effect, proposal.of, proposal.all, proposal.done) = (found.effect, found.of, found.all, found.done);
        let ids: Vec<FeedbackId> = proposal.effect.shown();
        let seen = flow.store.read(scope, move |view| tables::feedback::words(view, &ids)).await?;
        let in_sight = |feedback: FeedbackId| seen.iter().any(|(id, _)| *id == feedback);
        proposal.effect.examples.retain(|moved| in_sight(moved.feedback));
        proposal.effect.turned.retain(|turned| in_sight(turned.feedback));
        proposal.effect.emotions.comments.retain(|shifted| in_sight(shifted.feedback));
        proposal.effect.stages.comments.retain(|shifted| in_sight(shifted.feedback));
    }
    Ok(Some(proposal))
}

fn nothing_waits() -> FlowError {
    FlowError::Conflict("no example waits: the categories have learnt from all of them".into())
}

fn stale() -> FlowError {
    FlowError::Conflict("examples or categories were changed meanwhile: look at what would move again".into())
}

/// The categories learn from all that waits; with `name`, only if that is still the proposal. Gives the new version.
pub async fn apply(flow: &Flow, scope: &Scope, name: Option<String>) -> Result<i64, FlowError> {
    need(scope, Grant::Shape)?;
    let (job, now, by) = (flow.id(), flow.now(), scope.user());
    let learn = move |tx: &mut Tx| {
        let waiting = Waiting::load(tx)?;
        if waiting.nothing() {
            return Ok(Err(nothing_waits()));
        }
        if name.is_some_and(|name| name != waiting.name()) {
            return Ok(Err(stale()));
        }
        let before = tables::taxonomy::get(tx)?;
        let version = tables::taxonomy::save_with(tx, &before, &waiting.wanted)?;
        let summary = learnt(waiting.difference());
        let told = Changed { version, at: now, by, act: "learn".to_owned(), summary: summary.clone() };
        let back = Back::to(before);
        tables::taxonomy_change::note(tx, &told, &back)?;
        let detail = json!({ "version": version, "what": summary });
        tables::audit::note(tx, now, Act::Changed, Noun::Taxonomy, None, &detail)?;
        foresee::forget(tx)?;
        again::ask(tx, job, now)?;
        Ok(Ok(version))
    };
    let version = flow.store.write(&scope.widened(), learn).await??;
    flow.refresh().await?;
    Ok(version)
}

fn learnt((added, removed): (u64, u64)) -> String {
    let examples = |n: u64| if n == 1 { "one example".to_owned() } else { format!("{n} examples") };
    match (added, removed) {
        (added, 0) => format!("Learnt from {} more", examples(added)),
        (0, removed) => format!("Unlearnt {}", examples(removed)),
        (added, removed) => format!("Learnt from {} more, unlearnt {}", examples(added), examples(removed)),
    }
}

/// What waits is not learnt from: new examples are set aside, those that were to leave stay. Nothing is lost: each can be
/// taken back on its category's page. Gives how many examples it concerned.
pub async fn discard(flow: &Flow, scope: &Scope, name: Option<String>) -> Result<u64, FlowError> {
    need(scope, Grant::Shape)?;
    let now = flow.now();
    let discard = move |tx: &mut Tx| {
        let waiting = Waiting::load(tx)?;
        if waiting.nothing() {
            return Ok(Err(nothing_waits()));
        }
        if name.is_some_and(|name| name != waiting.name()) {
            return Ok(Err(stale()));
        }
        let ids = |of: &[Taught], but: &[Taught]| -> Vec<ExampleId> {
            of.iter().filter(|one| but.iter().all(|other| other.id != one.id)).map(|one| one.id).collect()
        };
        let (new, leaving) = (ids(&waiting.wanted, &waiting.learnt), ids(&waiting.learnt, &waiting.wanted));
        tables::example::set_aside(tx, &new, true)?;
        tables::example::set_aside(tx, &leaving, false)?;
        let detail = json!({ "aside": new.len(), "kept": leaving.len() });
        tables::audit::note(tx, now, Act::Cancelled, Noun::Taxonomy, None, &detail)?;
        foresee::forget(tx)?;
        Ok(Ok((new.len() + leaving.len()) as u64))
    };
    flow.store.write(&scope.widened(), discard).await?
}

/// What would move is found out on all comments instead of the newest.
pub async fn count_all(flow: &Flow, scope: &Scope) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let (job, now) = (flow.id(), flow.now());
    let ask = move |tx: &mut Tx| {
        let asked = foresee::ask_for_all(tx, job, now)?;
        if asked {
            let detail = json!({ "what": "what would move is counted on all comments" });
            tables::audit::note(tx, now, Act::Confirmed, Noun::Taxonomy, None, &detail)?;
        }
        Ok(asked)
    };
    let asked = flow.store.write(&scope.widened(), ask).await?;
    if asked { Ok(()) } else { Err(nothing_waits()) }
}

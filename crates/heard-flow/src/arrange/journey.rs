//! The journey is shaped: stages and touchpoints are added, renamed, moved and removed as one change.

use std::collections::BTreeMap;

use heard_domain::audit::{Act, Noun};
use heard_domain::id::{StageId, TouchpointId};
use heard_domain::journey::{Journey, Stage, Touchpoint};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::arrange::name::{distinct, name};
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::read::again;

/// The most stages of a journey: more than a page can show side by side helps nobody.
pub const MOST_STAGES: usize = 24;

/// The most touchpoints of one stage.
pub const MOST_TOUCHPOINTS: usize = 40;

/// A stage as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageDraft {
    /// `None`: a new one.
    #[serde(default)]
    pub id: Option<StageId>,
    /// Its name.
    pub name: String,
    /// What the customer wants to get done.
    #[serde(default)]
    pub aim: String,
    /// Words by which a comment shows that it belongs here.
    #[serde(default)]
    pub cues: Vec<String>,
    /// Its touchpoints, in order.
    #[serde(default)]
    pub touchpoints: Vec<TouchpointDraft>,
}

/// A touchpoint as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TouchpointDraft {
    /// `None`: a new one.
    #[serde(default)]
    pub id: Option<TouchpointId>,
    /// Its name.
    pub name: String,
    /// Whether it decides loyalty.
    #[serde(default)]
    pub moment_of_truth: bool,
}

/// The journey as a draft that can be changed and set again.
pub fn draft(journey: &Journey) -> Vec<StageDraft> {
    let touchpoint =
        |t: &Touchpoint| TouchpointDraft { id: Some(t.id), name: t.name.clone(), moment_of_truth: t.moment_of_truth };
    let stage = |s: &Stage| StageDraft {
        id: Some(s.id),
        name: s.name.clone(),
        aim: s.aim.clone(),
        cues: s.cues.clone(),
        touchpoints: journey.touchpoints_of(s.id).map(touchpoint).collect(),
    };
    journey.stages.iter().map(stage).collect()
}

/// Sets the whole journey, in the order given. What is not in it any more is removed: feedback that was heard there stays
/// and is read again.
pub async fn set(flow: &Flow, scope: &Scope, stages: Vec<StageDraft>) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let journey = checked(flow, stages)?;
    let old = flow.directory();
    let detail = difference(&old.journey, &journey);
    if journey == old.journey {
        return Ok(());
    }
    let now = flow.now();
    let job = flow.id();
    flow.store
        .write(&scope.widened(), move |tx| {
            tables::journey::save(tx, &journey)?;
            tables::audit::note(tx, now, Act::Changed, Noun::Journey, None, &detail)?;
            again::ask(tx, job, now)
        })
        .await?;
    flow.refresh().await?;
    Ok(())
}

/// Which stages and touchpoints are new, gone, or called otherwise.
fn difference(old: &Journey, new: &Journey) -> Value {
    let names = |journey: &Journey| -> BTreeMap<i64, String> {
        let stages = journey.stages.iter().map(|stage| (stage.id.0, stage.name.clone()));
        stages.chain(journey.touchpoints.iter().map(|t| (t.id.0, t.name.clone()))).collect()
    };
    let (old, new) = (names(old), names(new));
    let only = |one: &BTreeMap<i64, String>, other: &BTreeMap<i64, String>| -> Vec<String> {
        one.iter().filter(|(id, _)| !other.contains_key(id)).map(|(_, name)| name.clone()).collect()
    };
    let renamed = new.iter().filter_map(|(id, name)| old.get(id).filter(|before| *before != name).map(|before| [before, name]));
    json!({ "added": only(&new, &old), "removed": only(&old, &new), "renamed": renamed.collect::<Vec<_>>() })
}

fn checked(flow: &Flow, drafts: Vec<StageDraft>) -> Result<Journey, FlowError> {
    let known = flow.directory();
    if drafts.is_empty() || drafts.len() > MOST_STAGES {
        return Err(FlowError::rule("stages", format!("a journey has 1 to {MOST_STAGES} stages")));
    }
    let mut journey = Journey::default();
    for (position, draft) in (0..).zip(drafts) {
        if draft.touchpoints.len() > MOST_TOUCHPOINTS {
            return Err(FlowError::rule("touchpoints", format!("a stage has at most {MOST_TOUCHPOINTS}")));
        }
        let id = match draft.id {
            Some(id) if known.journey.stage(id).is_none() => return Err(FlowError::Missing("stage")),
            Some(id) => id,
            None => StageId(flow.id()),
        };
        for (position, touchpoint) in (0..).zip(draft.touchpoints) {
            let own = match touchpoint.id {
                Some(id) if known.journey.touchpoint(id).is_none() => return Err(FlowError::Missing("touchpoint")),
                Some(id) => id,
                None => TouchpointId(flow.id()),
            };
            let name = name("touchpoint", &touchpoint.name)?;
            let moment_of_truth = touchpoint.moment_of_truth;
            journey.touchpoints.push(Touchpoint { id: own, stage: id, name, position, moment_of_truth });
        }
        let cues = draft.cues.iter().map(|cue| cue.trim().to_lowercase()).filter(|cue| !cue.is_empty()).collect();
        let aim: String = draft.aim.trim().chars().take(300).collect();
        journey.stages.push(Stage { id, name: name("stage", &draft.name)?, aim, position, cues });
    }
    distinct("stages", journey.stages.iter().map(|s| s.name.as_str()))?;
    distinct("touchpoints", journey.touchpoints.iter().map(|t| t.name.as_str()))?;
    let mut ids: Vec<i64> = journey.stages.iter().map(|s| s.id.0).chain(journey.touchpoints.iter().map(|t| t.id.0)).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(FlowError::rule("id", "the same identifier is there twice"));
    }
    Ok(journey)
}

//! Commitments: what leaders and departments undertook, by when, and what became of it.

use heard_domain::audit::{Act, Noun};
use heard_domain::commitment::{Commitment, Record, Undertaker, record};
use heard_domain::id::CommitmentId;
use heard_domain::promise::PromiseOutcome;
use heard_domain::scope::Scope;
use heard_domain::statistics::Estimate;
use heard_domain::time::Day;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::acting::acting;
use crate::arrange::promise::words;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The longest words of a commitment, in characters.
const LONGEST: usize = 200;

/// A commitment as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitmentDraft {
    /// Who undertakes it.
    pub who: Undertaker,
    /// What, 1-200 characters.
    pub words: String,
    /// Until the end of which day.
    pub due: Day,
    /// What follows if it is not done, at most 200 characters.
    #[serde(default)]
    pub consequence: String,
    /// When it was done.
    #[serde(default)]
    pub done: Option<Day>,
}

impl From<Commitment> for CommitmentDraft {
    fn from(commitment: Commitment) -> Self {
        let Commitment { who, words, due, consequence, done, .. } = commitment;
        Self { who, words, due, consequence, done }
    }
}

/// A commitment with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CommitmentShown {
    /// The commitment.
    #[serde(flatten)]
    pub commitment: Commitment,
    /// What became of it.
    pub outcome: PromiseOutcome,
}

/// The record of one undertaker, or of all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordShown {
    /// Whose; `None`: everybody's.
    pub who: Option<Undertaker>,
    /// How many came to what.
    pub record: Record,
    /// Of those whose day has passed, the share done in time, per cent.
    pub in_time: Option<Estimate>,
}

/// All commitments, the latest due first, and the record of all, then of each who undertook one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Commitments {
    /// The commitments.
    pub items: Vec<CommitmentShown>,
    /// Everybody's record first, then by how much was undertaken.
    pub records: Vec<RecordShown>,
}

fn today(flow: &Flow) -> Day {
    flow.directory().company.zone.day(flow.now())
}

/// All commitments with their record: who undertook what is no secret inside the company.
pub async fn list(flow: &Flow, scope: &Scope) -> Result<Commitments, FlowError> {
    need(scope, Grant::ReadFigures)?;
    let all = flow.store.read(&Scope::system(), tables::commitment::list).await?;
    let today = today(flow);
    let of = |who: Option<Undertaker>| {
        let record = record(all.iter().filter(|one| who.is_none_or(|who| one.who == who)), today);
        RecordShown { who, record, in_time: record.in_time() }
    };
    let mut whose: Vec<Undertaker> = Vec::new();
    for one in &all {
        if !whose.contains(&one.who) {
            whose.push(one.who);
        }
    }
    let mut records: Vec<RecordShown> = whose.into_iter().map(|who| of(Some(who))).collect();
    records.sort_by_key(|shown| std::cmp::Reverse(shown.record.all()));
    records.insert(0, of(None));
    let shown = |commitment: Commitment| CommitmentShown {
        outcome: PromiseOutcome::of(commitment.due, commitment.done, today),
        commitment,
    };
    Ok(Commitments { records, items: all.into_iter().map(shown).collect() })
}

/// One commitment.
pub async fn get(flow: &Flow, scope: &Scope, id: CommitmentId) -> Result<Commitment, FlowError> {
    if !(scope.may(Grant::Shape) || scope.may(Grant::WriteCases)) {
        need(scope, Grant::ReadFigures)?;
    }
    let found = flow.store.read(&Scope::system(), move |view| tables::commitment::get(view, id)).await?;
    found.ok_or(FlowError::Missing("commitment"))
}

/// Keeps a commitment.
pub async fn add(flow: &Flow, scope: &Scope, draft: CommitmentDraft) -> Result<Commitment, FlowError> {
    need(scope, Grant::Shape)?;
    keep(flow, scope, CommitmentId(flow.id()), draft, Act::Added).await
}

/// Changes a commitment.
pub async fn change(flow: &Flow, scope: &Scope, id: CommitmentId, draft: CommitmentDraft) -> Result<Commitment, FlowError> {
    need(scope, Grant::Shape)?;
    get(flow, scope, id).await?;
    keep(flow, scope, id, draft, Act::Changed).await
}

/// Says that a commitment is done, or takes that back: those who undertook it, members of the department, and who leads.
pub async fn done(flow: &Flow, scope: &Scope, id: CommitmentId, done: bool) -> Result<Commitment, FlowError> {
    let acting = acting(flow, scope).await?;
    let there = get(flow, scope, id).await?;
    let own = match there.who {
        Undertaker::User(user) => user == acting.user,
        Undertaker::Department(department) => acting.departments.contains(&department),
    };
    if !(own || acting.lead) {
        return Err(FlowError::Forbidden);
    }
    let done = done.then(|| there.done.unwrap_or_else(|| today(flow)));
    write(flow, scope, Commitment { done, ..there }, Act::Changed).await
}

/// Removes a commitment.
pub async fn remove(flow: &Flow, scope: &Scope, id: CommitmentId) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let there = get(flow, scope, id).await?;
    let now = flow.now();
    let write = move |tx: &mut Tx| {
        if tables::commitment::remove(tx, id)? {
            tables::audit::note(tx, now, Act::Removed, Noun::Commitment, id.0, &json!({ "name": there.words }))?;
        }
        Ok(())
    };
    Ok(flow.store.write(scope, write).await?)
}

async fn keep(flow: &Flow, scope: &Scope, id: CommitmentId, draft: CommitmentDraft, act: Act) -> Result<Commitment, FlowError> {
    let said = words("words", &draft.words, LONGEST)?.ok_or_else(|| FlowError::rule("words", "must not be empty"))?;
    let consequence = words("consequence", &draft.consequence, LONGEST)?.unwrap_or_default();
    match draft.who {
        Undertaker::Department(id) if flow.directory().department(id).is_none() => {
            return Err(FlowError::Unknown { field: "who", what: "department" });
        }
        Undertaker::User(id) => {
            let user = flow.store.read(&Scope::system(), move |view| tables::user::get(view, id)).await?;
            user.ok_or(FlowError::Unknown { field: "who", what: "user" })?;
        }
        Undertaker::Department(_) => {}
    }
    if draft.done.is_some_and(|done| done > today(flow)) {
        return Err(FlowError::rule("done", "lies in the future"));
    }
    write(flow, scope, Commitment { id, who: draft.who, words: said, due: draft.due, consequence, done: draft.done }, act).await
}

async fn write(flow: &Flow, scope: &Scope, commitment: Commitment, act: Act) -> Result<Commitment, FlowError> {
    let (now, kept) = (flow.now(), commitment.clone());
    let write = move |tx: &mut Tx| {
        tables::commitment::save(tx, &kept)?;
        let detail = json!({ "name": kept.words, "done": kept.done.is_some() });
        tables::audit::note(tx, now, act, Noun::Commitment, kept.id.0, &detail)
    };
    flow.store.write(scope, write).await?;
    Ok(commitment)
}

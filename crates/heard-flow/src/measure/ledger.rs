//! The listening ledger: how much was heard, read by a person, routed, acted on, told and verified, by stage and post. What was heard
//! and led to nothing is debt.

use std::sync::Arc;

use heard_domain::id::{FeedbackId, IssueId, PostId, StageId};
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::IssueStanding;
use heard_domain::ledger::{LedgerStep, Line};
use heard_domain::question::{Dimension, Filter};
use heard_domain::scope::Scope;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_store::figures::reached::Came;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::tables::ledger::Steps;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::quotes::{Heard, many};

/// So long a ledger is good: 1 minute.
const FRESH_MS: i64 = 60_000;

/// The ledger of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ledger {
    /// The days on which it was said.
    pub period: Period,
    /// Everything; a comment counts once.
    pub all: LedgerLine,
    /// Each stage as a whole (`post` is null), then by post; a comment counts in every stage that one of its passages is about.
    pub lines: Vec<LedgerLine>,
}

/// A line with what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerLine {
    /// What came how far.
    #[serde(flatten)]
    pub line: Line,
    /// Comments that were heard and not acted on.
    pub debt: u64,
    /// What the accounts are worth in a year of whose comments none was acted on; needs `persons:read`.
    pub debt_in_money: Vec<heard_domain::account::Money>,
}

impl LedgerLine {
    fn of(line: &Line, money: bool) -> Self {
        let mut line = line.clone();
        if !money {
            line.reached.iter_mut().for_each(|reached| reached.money.clear());
        }
        Self { debt: line.debt(), debt_in_money: line.debt_in_money(), line }
    }
}

/// The ledger of a period, at most a minute old.
pub async fn ledger(flow: &Flow, scope: &Scope, period: Period) -> Result<Ledger, FlowError> {
    need(scope, Grant::ReadFigures)?;
    let asked = (scope.reach.clone(), period);
    let since = flow.now().plus_ms(-FRESH_MS);
    let found = if let Some(found) = flow.ledgers.get(&asked, since) {
        found
    } else {
        let _turn = flow.ledgers.turn.lock().await;
        // Whoever waited for the turn may find what the one before has found.
        if let Some(found) = flow.ledgers.get(&asked, since) {
            found
        } else {
            let both = (steps(flow).await?, by_issues(flow, period).await?);
            let found = Arc::new(flow.store.reached(scope, &Filter::default(), Some(period), both).await?);
            flow.ledgers.put(asked, flow.now(), Arc::clone(&found));
            found
        }
    };
    let money = scope.may(Grant::ReadPersons);
    let lines = found.1.iter().map(|line| LedgerLine::of(line, money)).collect();
    Ok(Ledger { period, all: LedgerLine::of(&found.0, money), lines })
}

/// How far comments came by what was done with each; for that all that was ever done is looked through.
async fn steps(flow: &Flow) -> Result<Arc<Steps>, FlowError> {
    let (asked, now) = (flow.store.changes(), flow.now());
    if let Some(found) = flow.steps.get(&asked, now.plus_ms(-FRESH_MS)) {
        return Ok(found);
    }
    let found = Arc::new(flow.store.read(&Scope::system(), tables::ledger::steps).await?);
    flow.steps.put(asked, now, Arc::clone(&found));
    Ok(found)
}

/// The comments that came further by what was done about their issue: acted on, where every contributing department has stated its fix;
/// verified, where the fix was found to hold.
async fn by_issues(flow: &Flow, period: Period) -> Result<Arc<Steps>, FlowError> {
    let scope = Scope::system();
    let sought = Sought {
        standing: vec![IssueStanding::Accepted],
        state: vec![IssueState::Planned, IssueState::ReportedFixed, IssueState::VerifiedFixed],
        ..Sought::default()
    };
    let look = move |view: &View| {
        let issues = tables::issue::list(view, &sought)?;
        let ids: Vec<IssueId> = issues.iter().map(|kept| kept.id).collect();
        Ok((tables::issue::joined(view, &ids)?, issues))
    };
    let mut more = Vec::new();
    let (joined, issues) = flow.store.read(&scope, look).await?;
    for kept in issues {
        let mut ids: Vec<FeedbackId> = joined.iter().filter(|one| one.issue == kept.id).map(|one| one.feedback).collect();
        if let Some(filter) = kept.gathers() {
            ids.extend(flow.store.spoken(&scope, &filter, Some(period)).await?.iter().map(|one| one.feedback));
        }
        if kept.state() == IssueState::VerifiedFixed {
            more.push((LedgerStep::Verified, ids.clone()));
        }
        more.push((LedgerStep::Acted, ids));
    }
    Ok(Arc::new(Steps::of(&more)))
}

/// Which comments of the ledger are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Of which stage; `None`: of all.
    pub stage: Option<Option<StageId>>,
    /// Of which post; `None`: of all.
    pub post: Option<PostId>,
    /// The step.
    pub step: LedgerStep,
    /// Whether those that did not come to it are meant.
    pub missing: bool,
}

/// One page of the comments behind a number.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerComments {
    /// The comments, newest first.
    pub heard: Vec<Heard>,
    /// How many there are in all.
    pub total: u64,
}

/// The comments behind a number of the ledger, after the first `skip`.
pub async fn behind(
    flow: &Flow,
    scope: &Scope,
    period: Period,
    wanted: Wanted,
    skip: usize,
    limit: usize,
) -> Result<LedgerComments, FlowError> {
    need(scope, Grant::ReadFeedback)?;
    let mut filter = Filter { post: wanted.post.into_iter().collect(), ..Filter::default() };
    match wanted.stage {
        Some(Some(stage)) => filter.stage = vec![stage],
        Some(None) => filter.none = vec![Dimension::Stage],
        None => {}
    }
    let came = Came { step: wanted.step, to_it: !wanted.missing };
    let (steps, more) = (steps(flow).await?, by_issues(flow, period).await?);
    let (ids, total) = flow.store.came(scope, &filter, Some(period), (came, steps, more), (skip, limit)).await?;
    Ok(LedgerComments { heard: many(flow, scope, &ids).await?, total })
}

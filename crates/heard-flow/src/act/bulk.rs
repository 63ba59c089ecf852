//! Several cases at once: each gets what its own rules allow, and whoever asked learns what became of each.

use std::collections::BTreeSet;

use heard_domain::case::CaseRefused;
use heard_domain::id::{CaseId, PostId};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::act::change::{CaseAttempt, CaseDeed, CaseDoing};
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The most cases at once.
pub const MOST: usize = 200;

/// What became of one of several cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseOutcome {
    /// Which.
    pub case: CaseId,
    /// Whether it was done.
    pub done: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// Does the same to several cases, all in one write. What cannot be done to one leaves the others as they are.
pub async fn change(flow: &Flow, scope: &Scope, cases: Vec<CaseId>, deed: CaseDeed) -> Result<Vec<CaseOutcome>, FlowError> {
    need(scope, Grant::WriteCases)?;
    let cases: Vec<CaseId> = cases.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    if cases.is_empty() || cases.len() > MOST {
        return Err(FlowError::rule("cases", format!("choose 1 to {MOST} cases")));
    }
    let wanted = cases.clone();
    let there = flow.store.read(scope, move |view| tables::case::many(view, &wanted)).await?;
    if there.len() < cases.len() {
        return Err(FlowError::Unknown { field: "cases", what: "case" });
    }
    let posts: Vec<PostId> = there.iter().map(|kept| kept.post).collect();
    let deed = deed.checked(flow, scope, &posts).await?;
    let doing = CaseDoing::of(flow, scope).await?;
    let write = move |tx: &mut Tx| {
        let (mut outcomes, mut told) = (Vec::with_capacity(cases.len()), Vec::new());
        for case in cases {
            let (outcome, more) = doing.run(tx, case, None, &deed)?;
            told.extend(more);
            let reason = match outcome {
                CaseAttempt::Done(_) => None,
                CaseAttempt::Missing => Some("there is no such case".to_owned()),
                CaseAttempt::Refused(refused) => Some(CaseRefused::to_string(&refused)),
                CaseAttempt::Stale(..) => Some("somebody else changed it at the same moment".to_owned()),
            };
            outcomes.push(CaseOutcome { case, done: reason.is_none(), reason });
        }
        Ok((outcomes, told))
    };
    let (outcomes, told) = flow.store.write(scope, write).await?;
    flow.alert(told);
    Ok(outcomes)
}

//! What was promised to the customers of cases, tracked to its day.

use std::collections::HashMap;

use heard_domain::commitment::Record;
use heard_domain::id::CaseId;
use heard_domain::promise::{CasePromise, PromiseOutcome};
use heard_domain::scope::Scope;
use heard_domain::statistics::Estimate;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// So many days ahead are looked at as well.
const AHEAD: i32 = 30;

/// Something promised to a customer, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromisedShown {
    /// The promise.
    pub promise: CasePromise,
    /// The case as people say it: `C-1042`.
    pub name: String,
    /// What became of it.
    pub outcome: PromiseOutcome,
}

/// What was promised to customers in sight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Promised {
    /// The days in which they are due.
    pub period: Period,
    /// The promises, the earliest due first.
    pub items: Vec<PromisedShown>,
    /// How many came to what.
    pub record: Record,
    /// Of those whose day has passed, the share kept in time, per cent.
    pub in_time: Option<Estimate>,
}

/// What was promised to customers in sight and was due in the last days, or is due in the next 30.
pub async fn promised(flow: &Flow, scope: &Scope, days: i32) -> Result<Promised, FlowError> {
    need(scope, Grant::ReadCases)?;
    let today = flow.directory().company.zone.day(flow.now());
    let period = Period { first: today + (1 - days), last: today + AHEAD };
    let look = move |view: &View| {
        let found = tables::case_promise::due_between(view, period.first, period.last)?;
        let cases: Vec<CaseId> = found.iter().map(|promise| promise.case).collect();
        Ok((tables::case::many(view, &cases)?, found))
    };
    let (cases, found) = flow.store.read(scope, look).await?;
    let mut record = Record::default();
    let names: HashMap<CaseId, String> = cases.iter().map(|kept| (kept.case.id, kept.name())).collect();
    let mut items = Vec::with_capacity(found.len());
    for promise in found {
        let outcome = PromiseOutcome::of(promise.due, promise.done, today);
        record.count(outcome);
        let name = names.get(&promise.case).cloned().unwrap_or_default();
        items.push(PromisedShown { promise, name, outcome });
    }
    Ok(Promised { period, items, in_time: record.in_time(), record })
}

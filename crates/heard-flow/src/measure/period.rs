//! The period that is looked at when nobody names one.

use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::Period;

use crate::error::FlowError;
use crate::flow::Flow;

/// The usual length, in days: twelve weeks.
pub const USUAL_DAYS: i32 = 84;

/// So many days that end with the newest feedback in view, so that a file of 2015 is not an empty page; `None` where
/// nothing is in view.
pub async fn ending_newest(flow: &Flow, scope: &Scope, filter: &Filter, days: i32) -> Result<Option<Period>, FlowError> {
    let newest = flow.store.newest(scope, filter).await?;
    Ok(newest.map(|day| Period::ending(day, days)))
}

/// The same up to today where nothing is in view.
pub async fn newest_days(flow: &Flow, scope: &Scope, days: i32) -> Result<Period, FlowError> {
    let today = flow.directory().company.zone.day(flow.now());
    Ok(ending_newest(flow, scope, &Filter::default(), days).await?.unwrap_or(Period::ending(today, days)))
}

/// Twelve weeks that end with the newest feedback in view.
pub async fn default_period(flow: &Flow, scope: &Scope, filter: &Filter) -> Result<Option<Period>, FlowError> {
    ending_newest(flow, scope, filter, USUAL_DAYS).await
}

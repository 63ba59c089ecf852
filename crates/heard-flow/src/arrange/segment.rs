//! Segments are set up, changed and removed. Who edits one must be allowed to see persons; who filters by one need not.

use heard_domain::audit::{Act, Noun};
use heard_domain::id::SegmentId;
use heard_domain::scope::Scope;
use heard_domain::segment::{PersonFilter, Segment};
use heard_domain::user::Grant;
use heard_store::tables;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The most segments.
const MOST: usize = 500;

/// A segment as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentDraft {
    /// Its name.
    pub name: String,
    /// Whom it holds.
    pub filter: PersonFilter,
}

/// Sets up a segment.
pub async fn add(flow: &Flow, scope: &Scope, draft: SegmentDraft) -> Result<Segment, FlowError> {
    need(scope, Grant::Shape)?;
    need(scope, Grant::ReadPersons)?;
    if flow.directory().segments.len() >= MOST {
        return Err(FlowError::Conflict(format!("there are {MOST} segments already: remove one first")));
    }
    let segment = checked(flow, SegmentId(flow.id()), draft)?;
    save(flow, scope, segment, Act::Added).await
}

/// Changes a segment.
pub async fn change(flow: &Flow, scope: &Scope, id: SegmentId, draft: SegmentDraft) -> Result<Segment, FlowError> {
    need(scope, Grant::Shape)?;
    if flow.directory().segment(id).is_none() {
        return Err(FlowError::Missing("segment"));
    }
    need(scope, Grant::ReadPersons)?;
    let segment = checked(flow, id, draft)?;
    save(flow, scope, segment, Act::Changed).await
}

/// Removes a segment; an address that still names it shows nothing.
pub async fn remove(flow: &Flow, scope: &Scope, id: SegmentId) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let segment = flow.directory().segment(id).cloned().ok_or(FlowError::Missing("segment"))?;
    need(scope, Grant::ReadPersons)?;
    let now = flow.now();
    flow.store
        .write(scope, move |tx| {
            tables::segment::remove(tx, id)?;
            tables::audit::note(tx, now, Act::Removed, Noun::Segment, id.0, &json!({ "name": segment.name }))
        })
        .await?;
    flow.refresh().await
}

/// How many persons in sight a filter holds today.
pub async fn count(flow: &Flow, scope: &Scope, filter: &PersonFilter) -> Result<u64, FlowError> {
    need(scope, Grant::ReadPersons)?;
    let (filter, today) = (filter.clone(), flow.directory().company.zone.day(flow.now()));
    Ok(flow.store.read(scope, move |view| tables::segment::count(view, &filter, today)).await?)
}

async fn save(flow: &Flow, scope: &Scope, segment: Segment, act: Act) -> Result<Segment, FlowError> {
    let (kept, now) = (segment.clone(), flow.now());
    flow.store
        .write(scope, move |tx| {
            tables::segment::save(tx, &kept)?;
            tables::audit::note(tx, now, act, Noun::Segment, kept.id.0, &json!({ "name": kept.name }))
        })
        .await?;
    flow.refresh().await?;
    Ok(segment)
}

/// A filter of persons, tidied and checked.
pub fn checked_filter(filter: PersonFilter) -> Result<PersonFilter, FlowError> {
    let mut filter = filter;
    let words = |text: &str| text.trim().chars().filter(|c| !c.is_control()).take(100).collect::<String>();
    filter.account_name = words(&filter.account_name);
    filter.role = filter.role.iter().map(|role| words(role)).filter(|role| !role.is_empty()).collect();
    filter.attribute = filter.attribute.iter().map(|(name, value)| (words(name), words(value))).collect();
    if filter.role.len() > 50 || filter.attribute.len() > 20 {
        return Err(FlowError::rule("filter", "at most 50 parts and 20 properties"));
    }
    if filter.attribute.iter().any(|(name, value)| name.is_empty() || value.is_empty()) {
        return Err(FlowError::rule("filter.attribute", "needs a name and a value"));
    }
    if filter.account.len() > 500 {
        return Err(FlowError::rule("filter.account", "at most 500 accounts"));
    }
    if let Some(currency) = &mut filter.currency {
        *currency = currency.trim().to_uppercase();
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(FlowError::rule("filter.currency", "must be three letters, like EUR"));
        }
    }
    if filter.currency.is_none() && (filter.value_from.is_some() || filter.value_under.is_some()) {
        return Err(FlowError::rule("filter.currency", "must be said: values are never converted"));
    }
    if filter.value_from.zip(filter.value_under).is_some_and(|(least, end)| least >= end) {
        return Err(FlowError::rule("filter.value_under", "must be more than the value from which it counts"));
    }
    if filter.renews_within.is_some_and(|days| !(0..=3_650).contains(&days)) {
        return Err(FlowError::rule("filter.renews_within", "must be 0 to 3650 days"));
    }
    Ok(filter)
}

fn checked(flow: &Flow, id: SegmentId, draft: SegmentDraft) -> Result<Segment, FlowError> {
    let name = name("name", &draft.name)?;
    let same = |other: &Segment| other.id != id && other.name.to_lowercase() == name.to_lowercase();
    if flow.directory().segments.iter().any(same) {
        return Err(FlowError::rule("name", format!("there is a segment “{name}” already")));
    }
    Ok(Segment { id, name, filter: checked_filter(draft.filter)? })
}

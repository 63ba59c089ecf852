//! Segments: listed, counted, set up, changed, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::SegmentId;
use heard_domain::segment::{PersonFilter, Segment};
use heard_domain::user::Grant;
use heard_flow::arrange::segment::{self, SegmentDraft};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// A segment as somebody may see it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SegmentShown {
    /// Its identifier.
    pub id: SegmentId,
    /// Its name.
    pub name: String,
    /// Whom it holds; `null` without `persons:read`.
    pub filter: Option<PersonFilter>,
}

/// Segments, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SegmentList {
    /// The segments.
    pub items: Vec<SegmentShown>,
}

/// How many persons a filter holds.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Held {
    /// Persons in sight, today.
    pub persons: u64,
}

fn shown(segment: Segment, caller: &Caller) -> SegmentShown {
    let Segment { id, name, filter } = segment;
    SegmentShown { id, name, filter: caller.scope.may(Grant::ReadPersons).then_some(filter) }
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Json<SegmentList> {
    let segments = state.flow.directory().segments.clone();
    Json(SegmentList { items: segments.into_iter().map(|segment| shown(segment, &caller)).collect() })
}

/// Sets one up.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<SegmentDraft>,
) -> Result<(StatusCode, Json<SegmentShown>), Problem> {
    let made = segment::add(&state.flow, &caller.scope, draft).await?;
    Ok((StatusCode::CREATED, Json(shown(made, &caller))))
}

/// Changes one; its filter is replaced as a whole.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<SegmentId>,
    Body(patch): Body<Value>,
) -> Result<Json<SegmentShown>, Problem> {
    let there = state.flow.directory().segment(id).cloned().ok_or_else(|| Problem::missing("segment"))?;
    let Segment { name, filter, .. } = there;
    let mut base = SegmentDraft { name, filter };
    if patch.get("filter").is_some() {
        base.filter = PersonFilter::default();
    }
    let draft = merged(&base, patch)?;
    Ok(Json(shown(segment::change(&state.flow, &caller.scope, id, draft).await?, &caller)))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<SegmentId>) -> Result<StatusCode, Problem> {
    segment::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Counts whom a filter holds.
pub async fn count(
    State(state): State<AppState>,
    caller: Caller,
    Body(filter): Body<PersonFilter>,
) -> Result<Json<Held>, Problem> {
    let filter = segment::checked_filter(filter)?;
    Ok(Json(Held { persons: segment::count(&state.flow, &caller.scope, &filter).await? }))
}

fn filter() -> Value {
    json!({ "key_account": true, "currency": "EUR", "value_from": 5_000_000, "renews_within": 90, "role": ["finance"] })
}

fn example() -> Value {
    json!({ "id": "729382736801", "name": "Renewals this quarter", "filter": filter() })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listSegments", "Places and segments", "List the segments; what they hold is shown with `persons:read`.")
        .answers::<SegmentList>(200, "The segments", json!({ "items": [example()] }))
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new("createSegment", "Places and segments", "Set up a segment; needs `persons:read` as well.")
        .takes::<SegmentDraft>(json!({ "name": "Renewals this quarter", "filter": filter() }))
        .answers::<SegmentShown>(201, "Set up", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateSegment", "Places and segments", "Change a segment: only the fields sent; its filter is replaced as a whole.")
        .changes::<SegmentDraft>(json!({ "name": "Renewals" }))
        .answers::<SegmentShown>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteSegment", "Places and segments", "Remove a segment; a filter that still names it lets nobody through.")
        .answers_nothing("Removed")
}

/// Documents [`count`].
pub fn count_doc() -> Doc {
    Doc::new("countSegment", "Places and segments", "How many persons in sight a filter holds today.")
        .takes::<PersonFilter>(filter())
        .answers::<Held>(200, "How many", json!({ "persons": 42 }))
}

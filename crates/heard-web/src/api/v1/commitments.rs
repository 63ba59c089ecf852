//! Commitments of leaders and departments: listed with their record, kept, changed, done, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::commitment::Commitment;
use heard_domain::id::CommitmentId;
use heard_flow::act::commitment::{self, CommitmentDraft, Commitments};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Whether it is done.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitmentDone {
    /// Done, or not after all.
    pub done: bool,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<Commitments>, Problem> {
    Ok(Json(commitment::list(&state.flow, &caller.scope).await?))
}

/// Keeps one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<CommitmentDraft>,
) -> Result<(StatusCode, Json<Commitment>), Problem> {
    Ok((StatusCode::CREATED, Json(commitment::add(&state.flow, &caller.scope, draft).await?)))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CommitmentId>,
    Body(patch): Body<Value>,
) -> Result<Json<Commitment>, Problem> {
    let there = commitment::get(&state.flow, &caller.scope, id).await?;
    let draft = merged(&CommitmentDraft::from(there), patch)?;
    Ok(Json(commitment::change(&state.flow, &caller.scope, id, draft).await?))
}

/// Says that one is done, or not after all.
pub async fn done(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CommitmentId>,
    Body(said): Body<CommitmentDone>,
) -> Result<Json<Commitment>, Problem> {
    Ok(Json(commitment::done(&state.flow, &caller.scope, id, said.done).await?))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<CommitmentId>) -> Result<StatusCode, Problem> {
    commitment::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({
        "who": { "department": "729382736520" }, "words": "Every complaint about a login code is answered within a day",
        "due": "2026-04-30", "consequence": "The head of the department answers the open ones in person", "done": null,
    })
}

fn example() -> Value {
    let mut commitment = draft();
    commitment["id"] = "729382737401".into();
    commitment
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let mut shown = example();
    shown["outcome"] = "ahead".into();
    let record = json!({
        "who": null, "record": { "ahead": 1, "kept": 7, "late": 2, "missed": 1 },
        "in_time": { "value": 70.0, "error": 14.5, "low": 39.7, "high": 89.2 },
    });
    let about =
        "List what leaders and departments undertook, by when, and what became of it; and the record of all, then of each.";
    Doc::new("listCommitments", "Promises", about).answers::<Commitments>(
        200,
        "The commitments",
        json!({ "items": [shown], "records": [record] }),
    )
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new(
        "createCommitment",
        "Promises",
        "Keep what a leader or a department undertook: what, by when, and what follows if not.",
    )
    .takes::<CommitmentDraft>(draft())
    .answers::<Commitment>(201, "Kept", example())
    .or(ProblemCode::NotFound)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateCommitment", "Promises", "Change a commitment: only the fields sent (JSON merge patch).")
        .changes::<CommitmentDraft>(json!({ "due": "2026-05-31" }))
        .answers::<Commitment>(200, "Changed", example())
}

/// Documents [`done`].
pub fn done_doc() -> Doc {
    let about = "Say that a commitment is done, or not after all: who undertook it, members of the department, and who leads.";
    Doc::new("setCommitmentDone", "Promises", about).takes::<CommitmentDone>(json!({ "done": true })).answers::<Commitment>(
        200,
        "Changed",
        example(),
    )
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteCommitment", "Promises", "Remove a commitment.").answers_nothing("Removed")
}

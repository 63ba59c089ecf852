//! Receivers of alerts: listed, made (the secret is shown once), changed, given a new secret, tried, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::ReceiverId;
use heard_domain::receiver::Receiver;
use heard_flow::arrange::receiver::{self, ReceiverDraft};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Receivers, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReceiverList {
    /// The receivers.
    pub items: Vec<Receiver>,
}

/// A receiver with its secret.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MadeReceiver {
    /// The receiver.
    pub receiver: Receiver,
    /// Its secret: shown only here, only once.
    pub secret: String,
}

/// What came of a try.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TriedReceiver {
    /// Whether it was taken.
    pub taken: bool,
    /// Why not.
    pub failure: Option<String>,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<ReceiverList>, Problem> {
    Ok(Json(ReceiverList { items: receiver::list(&state.flow, &caller.scope).await? }))
}

/// Makes one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<ReceiverDraft>,
) -> Result<(StatusCode, Json<MadeReceiver>), Problem> {
    let (receiver, secret) = receiver::add(&state.flow, &caller.scope, draft).await?;
    Ok((StatusCode::CREATED, Json(MadeReceiver { receiver, secret })))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ReceiverId>,
    Body(patch): Body<Value>,
) -> Result<Json<Receiver>, Problem> {
    let there = receiver::get(&state.flow, &caller.scope, id).await?;
    let draft = merged(&ReceiverDraft::from(there), patch)?;
    Ok(Json(receiver::change(&state.flow, &caller.scope, id, draft).await?))
}

/// Gives one a new secret.
pub async fn rotate(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ReceiverId>,
) -> Result<Json<MadeReceiver>, Problem> {
    let (receiver, secret) = receiver::rotate(&state.flow, &caller.scope, id).await?;
    Ok(Json(MadeReceiver { receiver, secret }))
}

/// Tries one.
pub async fn attempt(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ReceiverId>,
) -> Result<Json<TriedReceiver>, Problem> {
    let failure = receiver::attempt(&state.flow, &caller.scope, id).await?;
    Ok(Json(TriedReceiver { taken: failure.is_none(), failure }))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<ReceiverId>) -> Result<StatusCode, Problem> {
    receiver::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({ "name": "Duty pager", "address": "https://pager.example.com/heard", "kinds": ["here", "late", "escalated"], "on": true })
}

fn example() -> Value {
    let mut receiver = draft();
    receiver["id"] = "729382738101".into();
    receiver["since"] = "2026-03-01T09:00:00Z".into();
    receiver["delivered"] = "2026-03-22T14:05:00Z".into();
    receiver["failed"] = Value::Null;
    receiver["failure"] = Value::Null;
    receiver
}

fn made() -> Value {
    json!({ "receiver": example(), "secret": "whsec_ZXhhbXBsZSBvbmx5IG9mIHRoaXMgc2hhcGUsIG5vdCB2YWxpZA==" })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listReceivers", "Alerts", "List the other systems that are told of alerts, with what became of the last delivery.")
        .answers::<ReceiverList>(200, "The receivers", json!({ "items": [example()] }))
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    let about = "Tell another system of alerts: a signed POST (Standard Webhooks) for each, tried again for up to four days until \
         it is answered with 2xx; 410 switches the receiver off. Its secret is shown only in this answer.";
    Doc::new("createReceiver", "Alerts", about)
        .takes::<ReceiverDraft>(draft())
        .answers::<MadeReceiver>(201, "Made", made())
        .or(ProblemCode::Conflict)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateReceiver", "Alerts", "Change a receiver, or switch it on or off: only the fields sent (JSON merge patch).")
        .changes::<ReceiverDraft>(json!({ "on": false }))
        .answers::<Receiver>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`rotate`].
pub fn rotate_doc() -> Doc {
    Doc::new("rotateReceiver", "Alerts", "Give a receiver a new secret: what is delivered from now on is signed with it.")
        .answers::<MadeReceiver>(200, "Changed", made())
}

/// Documents [`attempt`].
pub fn attempt_doc() -> Doc {
    Doc::new("tryReceiver", "Alerts", "Send a receiver a delivery of type `test` now, and say what came of it.")
        .answers::<TriedReceiver>(200, "What came of it", json!({ "taken": false, "failure": "it answered 404" }))
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteReceiver", "Alerts", "Remove a receiver: what was not delivered yet is not delivered any more.")
        .answers_nothing("Removed")
}

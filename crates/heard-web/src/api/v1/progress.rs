//! The progress page of an account before its renewal: looked at, written, sent.

use axum::Json;
use axum::extract::State;
use heard_domain::id::AccountId;
use heard_domain::progress::Progress;
use heard_flow::tell::progress::{self, ProgressDraft, ProgressShown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// The review of a page.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressReview {
    /// The version that was looked at.
    pub version: i64,
}

/// Shows it as it stands.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<AccountId>) -> Result<Json<ProgressShown>, Problem> {
    Ok(Json(progress::look(&state.flow, &caller.scope, id).await?))
}

/// Saves its words.
pub async fn save(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<AccountId>,
    Body(draft): Body<ProgressDraft>,
) -> Result<Json<Progress>, Problem> {
    Ok(Json(progress::save(&state.flow, &caller.scope, id, &draft).await?))
}

/// Sends it as it was looked at.
pub async fn send(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<AccountId>,
    Body(review): Body<ProgressReview>,
) -> Result<Json<ProgressShown>, Problem> {
    Ok(Json(progress::send(&state.flow, &caller.scope, id, review.version).await?))
}

fn draft() -> Value {
    json!({ "text": "Dear {{name}}, this is what became of it.", "lines": [{ "issue": "729382737501", "words": "A second carrier takes over." }] })
}

fn page() -> Value {
    let mut page = draft();
    for (name, value) in [
        ("id", json!("729382739001")),
        ("account", json!("729382736123")),
        ("renewal", json!("2027-01-31")),
        ("version", json!(1)),
        ("made", json!("2026-12-01T09:00:00Z")),
        ("reviewed", Value::Null),
    ] {
        page[name] = value;
    }
    page
}

fn example() -> Value {
    let account = json!({ "id": "729382736123", "name": "Acme Oy", "yearly_value": { "minor": 12_000_000, "currency": "EUR" },
        "key_account": true, "renewal": "2027-01-31" });
    let issue = json!({ "issue": "729382737501", "name": "I-12", "title": "Codes never arrive", "stage": "done", "comments": 7,
        "words": "A second carrier takes over." });
    let contact = json!({ "person": "729382736001", "name": "Mia", "sent": null, "why": null });
    json!({ "account": account, "progress": page(), "text": "Dear {{name}}, this is what became of it.", "issues": [issue], "others": 2, "contacts": [contact] })
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let about = "The progress page that the contacts of an account get before its renewal: the issues that they raised with what is said about \
                 each, and who would get it.";
    Doc::new("getProgress", "Operational data", about).answers::<ProgressShown>(200, "The page", example())
}

/// Documents [`save`].
pub fn save_doc() -> Doc {
    let about = "Write the words of a progress page: every issue that the account raised needs some, also where nothing is done. Needs `persons:read` as well.";
    Doc::new("setProgress", "Operational data", about)
        .takes::<ProgressDraft>(draft())
        .answers::<Progress>(200, "Saved; nothing is sent", page())
        .or(ProblemCode::Conflict)
}

/// Documents [`send`].
pub fn send_doc() -> Doc {
    let about = "Send the contacts of an account the way to their progress page as it was looked at: each once for each renewal. It cannot be called back. Needs `persons:read` as well.";
    Doc::new("sendProgress", "Operational data", about)
        .takes::<ProgressReview>(json!({ "version": 1 }))
        .answers::<ProgressShown>(200, "On its way", example())
        .or(ProblemCode::Conflict)
}

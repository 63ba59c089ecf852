//! Runs of letters: listed, written, looked at, sent, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::LetterId;
use heard_domain::letter::Letter;
use heard_flow::tell::letters::{self, LetterDraft, LetterPreview, LetterShown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Runs of letters, the newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LetterList {
    /// The runs.
    pub items: Vec<LetterShown>,
}

/// The review of a run.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterReview {
    /// The version that was looked at.
    pub version: i64,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<LetterList>, Problem> {
    Ok(Json(LetterList { items: letters::list(&state.flow, &caller.scope).await? }))
}

/// Writes one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<LetterDraft>,
) -> Result<(StatusCode, Json<Letter>), Problem> {
    Ok((StatusCode::CREATED, Json(letters::add(&state.flow, &caller.scope, &draft).await?)))
}

/// Shows one.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<LetterId>) -> Result<Json<LetterShown>, Problem> {
    Ok(Json(letters::get(&state.flow, &caller.scope, id).await?))
}

/// Looks at what it would do.
pub async fn preview(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<LetterId>,
) -> Result<Json<LetterPreview>, Problem> {
    Ok(Json(letters::preview(&state.flow, &caller.scope, id).await?))
}

/// Sends it as it was looked at.
pub async fn send(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<LetterId>,
    Body(review): Body<LetterReview>,
) -> Result<Json<Letter>, Problem> {
    Ok(Json(letters::send(&state.flow, &caller.scope, id, review.version).await?))
}

/// Removes one that was not sent.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<LetterId>) -> Result<StatusCode, Problem> {
    letters::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({
        "name": "Late flights of 22 March", "subject": "About your flight", "text": "Dear {{name}},\n\nwe are sorry about {{day}}.",
        "audience": { "to": "event", "kind": "delay", "from": "2026-03-22", "until": "2026-03-22" },
    })
}

fn example() -> Value {
    let mut letter = draft();
    let more = json!({ "id": "729382736901", "state": "draft", "version": 1, "made": "2026-03-23T09:00:00Z", "reviewed": null,
        "looked_at": 0, "unreachable": 0, "suppressed": 0, "before": 0, "pages": 0 });
    if let (Some(letter), Some(more)) = (letter.as_object_mut(), more.as_object()) {
        letter.extend(more.clone());
        letter.insert(
            "audience".into(),
            json!({ "to": "event", "kind": "delay", "stage": null, "from": "2026-03-22", "until": "2026-03-22" }),
        );
    }
    letter
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listLetters", "Letters", "List the runs of letters, the newest first, with how many letters are in which state.")
        .answers::<LetterList>(200, "The runs", json!({ "items": [{ "letter": example(), "states": [] }] }))
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new(
        "createLetter",
        "Letters",
        "Write a run of letters. Nothing is sent; a placeholder that is not known is refused by name.",
    )
    .takes::<LetterDraft>(draft())
    .answers::<Letter>(201, "Written", example())
    .or(ProblemCode::NotFound)
    .or(ProblemCode::Conflict)
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    Doc::new("getLetter", "Letters", "Show a run of letters with how many letters are in which state.").answers::<LetterShown>(
        200,
        "The run",
        json!({ "letter": example(), "states": [["sent", 42]] }),
    )
}

/// Documents [`preview`].
pub fn preview_doc() -> Doc {
    let shown = json!({ "person": "729382736001", "name": "Mia", "address": "mia@example.com", "subject": "About your flight HD 12", "text": "Dear Mia," });
    Doc::new("previewLetter", "Letters", "Who would get a run of letters now, and the first letters as they would be; needs `persons:read` as well.")
        .answers::<LetterPreview>(200, "What it would do", json!({ "letters": 42, "unreachable": 3, "suppressed": 1, "before": 0, "pages": 0,
            "left_out": [{ "person": "729382736002", "name": "Bo", "why": "unsubscribed" }], "shown": [shown], "missing": null, "part": false, "quiet_until": null }))
}

/// Documents [`send`].
pub fn send_doc() -> Doc {
    Doc::new("sendLetter", "Letters", "Send a run of letters as it was looked at, in this version: once each, in batches. It cannot be called back. Needs `persons:read` as well.")
        .takes::<LetterReview>(json!({ "version": 1 }))
        .answers::<Letter>(200, "On its way", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteLetter", "Letters", "Remove a run of letters that was not sent.")
        .answers_nothing("Removed")
        .or(ProblemCode::Conflict)
}

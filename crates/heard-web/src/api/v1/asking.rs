//! One question to the next who are affected, where too few are to tell by counting.

use axum::Json;
use axum::extract::State;
use heard_domain::id::IssueId;
use heard_flow::act::issues::asking::{self, AskingDraft, AskingShown};
use serde_json::{Value, json};

use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Shows what was asked and answered.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<IssueId>) -> Result<Json<AskingShown>, Problem> {
    Ok(Json(asking::shown(&state.flow, &caller.scope, id).await?))
}

/// Begins to ask.
pub async fn begin(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(draft): Body<AskingDraft>,
) -> Result<Json<AskingShown>, Problem> {
    Ok(Json(asking::begin(&state.flow, &caller.scope, id, &draft).await?))
}

fn draft() -> Value {
    json!({ "text": "Dear {{name}},\n\ndid this happen to you: {{issue}}?", "wanted": 20 })
}

fn example() -> Value {
    let mut asked = draft();
    asked["issue"] = "729382737501".into();
    asked["begun"] = "2026-04-01T09:00:00Z".into();
    asked["by"] = "729382736401".into();
    json!({ "issue": "729382737501", "asking": asked, "counts": { "asked": 12, "fine": 7, "happened": 1, "unsure": 1 },
        "words": [{ "answer": "happened", "words": "Only once" }], "offered": false, "suggested": "Dear {{name}}," })
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let about =
        "What those affected were asked about an issue, and answered. Answers that were asked for are no part of the verdict.";
    Doc::new("getAsking", "Issues", about).answers::<AskingShown>(200, "The question", example())
}

/// Documents [`begin`].
pub fn begin_doc() -> Doc {
    let about = "Ask the next so many who live the stage one question by mail, where the fix is too rare to verify by count: once for each \
                 issue, each person once. It cannot be called back. Needs `persons:read` as well.";
    Doc::new("beginAsking", "Issues", about)
        .takes::<AskingDraft>(draft())
        .answers::<AskingShown>(200, "On its way", example())
        .or(ProblemCode::Conflict)
}

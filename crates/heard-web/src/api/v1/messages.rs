//! Messages that leave Heard: what became of them, and sending again what may have been sent.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::MessageId;
use heard_domain::message::MessageState;
use heard_flow::tell::again::{self, MessageShown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Messages in one state, the newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MessageList {
    /// At most 200.
    pub items: Vec<MessageShown>,
}

/// Which messages are asked for.
#[derive(JsonSchema, Serialize)]
pub struct MessageParameters {
    /// In which state; `maybe` if not said.
    #[serde(default)]
    state: Option<MessageState>,
}

/// Lists those in one state.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<MessageList>, Problem> {
    let mut wanted = MessageState::Maybe;
    for (name, value) in pairs {
        match name.as_str() {
            "state" => wanted = one("state", &value)?,
            _ => unknown(&[(name, value)])?,
        }
    }
    Ok(Json(MessageList { items: again::list(&state.flow, &caller.scope, wanted).await? }))
}

/// Sends one again.
pub async fn send(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<MessageId>,
) -> Result<(StatusCode, Json<MessageShown>), Problem> {
    Ok((StatusCode::ACCEPTED, Json(again::send(&state.flow, &caller.scope, id).await?)))
}

fn example(state: &str) -> Value {
    json!({ "id": "729382736977", "kind": "case", "state": state, "case": "729382736005", "letter": null, "at": "2026-03-23T09:00:00Z",
        "tries": 1, "reason": null })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new(
        "listMessages",
        "Letters",
        "List the newest messages in one state, at most 200: of cases in sight, and of letters for whoever administers. Their words are not given.",
    )
    .query::<MessageParameters>()
    .answers::<MessageList>(200, "The messages", json!({ "items": [example("maybe")] }))
}

/// Documents [`send`].
pub fn send_doc() -> Doc {
    Doc::new(
        "sendMessageAgain",
        "Letters",
        "Send a message again of which nobody knows whether it arrived: only what is `maybe` sent. It may arrive twice, under the same `Message-ID`.",
    )
    .answers::<MessageShown>(202, "On its way once more", example("waiting"))
    .or(ProblemCode::Conflict)
}

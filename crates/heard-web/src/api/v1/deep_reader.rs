//! The deep reader for programs: whether there is one, and how it is doing.

use axum::Json;
use axum::extract::State;
use heard_flow::read::deep::{DeepState, state as asked};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Whether there is a deep reader.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DeepReaderShown {
    /// Whether one is on: a folder is named in `deep_reader.folder` of the configuration.
    pub on: bool,
    /// How it is doing; `null`: there is none.
    pub reader: Option<DeepState>,
}

/// Shows it.
pub async fn show(State(state): State<AppState>, caller: Caller) -> Result<Json<DeepReaderShown>, Problem> {
    let reader = asked(&state.flow, &caller.scope).await?;
    Ok(Json(DeepReaderShown { on: reader.is_some(), reader }))
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let reader = json!({
        "name": "bert-6x384 53aa5117", "folder": "/srv/heard/all-MiniLM-L6-v2", "comments": 5120,
        "passages_per_second": 148.2, "waiting": 37,
    });
    Doc::new(
        "showDeepReader",
        "Company",
        "Whether there is a deep reader: a sentence transformer in a folder beside Heard that reads once more what the fast reader is \
         unsure of. Counts are since Heard was started.",
    )
    .answers::<DeepReaderShown>(200, "The deep reader", json!({ "on": true, "reader": reader }))
}

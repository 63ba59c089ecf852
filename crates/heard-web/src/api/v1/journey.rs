//! The journey: shown and set as a whole.

use axum::Json;
use axum::extract::State;
use heard_flow::arrange::journey::{self, StageDraft};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::Body;
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// The customer's whole way, from left to right.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JourneyDocument {
    /// The stages, each with its touchpoints; without an `id` it is a new one.
    pub stages: Vec<StageDraft>,
}

/// Shows the journey.
pub async fn show(State(state): State<AppState>, _: Caller) -> Json<JourneyDocument> {
    Json(JourneyDocument { stages: journey::draft(&state.flow.directory().journey) })
}

/// Sets the journey.
pub async fn set(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<JourneyDocument>,
) -> Result<Json<JourneyDocument>, Problem> {
    journey::set(&state.flow, &caller.scope, wanted.stages).await?;
    Ok(show(State(state), caller).await)
}

fn example() -> Value {
    json!({ "stages": [{
        "id": "729382736500", "name": "Fly", "aim": "Arrive rested and on time", "cues": ["flight", "seat"],
        "touchpoints": [{ "id": "729382736501", "name": "On board", "moment_of_truth": true }],
    }] })
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    Doc::new("getJourney", "Journey", "Stages and touchpoints, from left to right.").answers::<JourneyDocument>(
        200,
        "The journey",
        example(),
    )
}

/// Documents [`set`].
pub fn set_doc() -> Doc {
    Doc::new(
        "setJourney",
        "Journey",
        "Set the whole journey. What is left out is removed; feedback that was heard there stays and is read again.",
    )
    .takes::<JourneyDocument>(example())
    .answers::<JourneyDocument>(200, "The journey as it is now", example())
    .or(ProblemCode::Conflict)
    .or(ProblemCode::NotFound)
}

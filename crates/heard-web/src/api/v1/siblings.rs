//! Whether a verified fix is wanted at other places: what was asked of them, and what they found.

use axum::Json;
use axum::extract::State;
use heard_domain::id::{IssueId, PlaceId};
use heard_domain::sibling::PlaceAnswer;
use heard_flow::act::issues::siblings::{self, PlaceChecked};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Body, Id};
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// What was asked, place by place.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PlaceCheckList {
    /// By name of the place.
    pub items: Vec<PlaceChecked>,
}

/// What somebody found at a place.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlaceFound {
    /// Where.
    pub place: PlaceId,
    /// What.
    pub answer: PlaceAnswer,
    /// What else is to be said, at most 1,000 characters.
    #[serde(default)]
    pub words: String,
}

/// Lists it.
pub async fn list(State(state): State<AppState>, caller: Caller, Id(id): Id<IssueId>) -> Result<Json<PlaceCheckList>, Problem> {
    Ok(Json(PlaceCheckList { items: siblings::checks(&state.flow, &caller.scope, id).await? }))
}

/// Answers for a place.
pub async fn answer(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<IssueId>,
    Body(found): Body<NewPlaceFound>,
) -> Result<Json<PlaceChecked>, Problem> {
    let NewPlaceFound { place, answer, words } = found;
    Ok(Json(siblings::answer(&state.flow, &caller.scope, id, place, answer, &words).await?))
}

fn example() -> Value {
    let found = json!({ "answer": "do_too", "words": "From Monday on", "by": "729382736401", "at": "2026-04-02T09:00:00Z" });
    json!({ "issue": "729382737501", "place": "729382736610", "asked": "2026-04-01T02:00:00Z", "found": found, "name": "Larkfield" })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let about = "The places where the same is lived as where a fix was verified, and what somebody found there. Heard asks each once, when it verifies.";
    Doc::new("listPlaceChecks", "Issues", about).answers::<PlaceCheckList>(200, "The checks", json!({ "items": [example()] }))
}

/// Documents [`answer`].
pub fn answer_doc() -> Doc {
    let about = "Say what was found at a place: the same, not there, or that it does the same as where it was fixed. Whoever works there, or belongs to a contributing department, may.";
    Doc::new("answerPlaceCheck", "Issues", about)
        .takes::<NewPlaceFound>(json!({ "place": "729382736610", "answer": "do_too", "words": "From Monday on" }))
        .answers::<PlaceChecked>(200, "Kept", example())
        .or(crate::problem::ProblemCode::Conflict)
}

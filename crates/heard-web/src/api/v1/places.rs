//! Places: listed, set up, changed, merged, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::PlaceId;
use heard_domain::place::Place;
use heard_flow::arrange::place::{self, PlaceDraft, PlaceEffect};
use heard_flow::seen::seen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Places, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PlaceList {
    /// The places.
    pub items: Vec<Place>,
}

/// Into which place another one goes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntoPlace {
    /// The one that stays.
    pub into: PlaceId,
}

/// Lists them: for who sees only some posts, those that are named by what they see.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<PlaceList>, Problem> {
    Ok(Json(PlaceList { items: seen(&state.flow, &caller.scope).await?.places.clone() }))
}

/// Sets one up.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<PlaceDraft>,
) -> Result<(StatusCode, Json<Place>), Problem> {
    Ok((StatusCode::CREATED, Json(place::add(&state.flow, &caller.scope, draft).await?)))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<PlaceId>,
    Body(patch): Body<Value>,
) -> Result<Json<Place>, Problem> {
    let there = place::get(&state.flow, &caller.scope, id).await?;
    let draft = merged(&place::draft(&there), patch)?;
    Ok(Json(place::change(&state.flow, &caller.scope, id, draft).await?))
}

/// What merging or removing one would touch.
pub async fn effect(State(state): State<AppState>, caller: Caller, Id(id): Id<PlaceId>) -> Result<Json<PlaceEffect>, Problem> {
    Ok(Json(place::effect(&state.flow, &caller.scope, id).await?))
}

/// Makes one of two.
pub async fn merge(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<PlaceId>,
    Body(IntoPlace { into }): Body<IntoPlace>,
) -> Result<Json<Place>, Problem> {
    Ok(Json(place::merge(&state.flow, &caller.scope, id, into).await?))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<PlaceId>) -> Result<StatusCode, Problem> {
    place::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({
        "name": "Larkfield Riverside", "address": "12 Mill Lane, Larkfield", "zone": "Europe/London", "calendar": null,
        "codes": ["LKF-02", "Store 0412"],
    })
}

fn example() -> Value {
    let mut place = draft();
    place["id"] = "729382736701".into();
    place
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listPlaces", "Places and segments", "List the places.").answers::<PlaceList>(
        200,
        "The places",
        json!({ "items": [example()] }),
    )
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new(
        "createPlace",
        "Places and segments",
        "Set up a place. Feedback whose attribute `Place` names it, by name or code, belongs to it.",
    )
    .or(ProblemCode::NotFound)
    .takes::<PlaceDraft>(draft())
    .answers::<Place>(201, "Set up", example())
    .or(ProblemCode::Conflict)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updatePlace", "Places and segments", "Change a place: only the fields sent (JSON merge patch).")
        .changes::<PlaceDraft>(json!({ "codes": ["LKF-02"] }))
        .answers::<Place>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`effect`].
pub fn effect_doc() -> Doc {
    Doc::new("previewPlace", "Places and segments", "What merging or removing a place would touch.").answers::<PlaceEffect>(
        200,
        "What it would touch",
        json!({ "comments": 312, "posts": 1 }),
    )
}

/// Documents [`merge`].
pub fn merge_doc() -> Doc {
    Doc::new("mergePlace", "Places and segments", "Make one place of two: names, codes and comments go to the one that stays.")
        .takes::<IntoPlace>(json!({ "into": "729382736702" }))
        .answers::<Place>(200, "The one that stays", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deletePlace", "Places and segments", "Remove a place; its comments keep the word.").answers_nothing("Removed")
}

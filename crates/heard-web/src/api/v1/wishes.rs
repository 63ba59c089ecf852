//! Of what a customer wants letters, as staff see it and say it for them.

use axum::Json;
use axum::extract::State;
use heard_domain::id::PersonId;
use heard_domain::message::{SuppressedWhy, Topic};
use heard_flow::tell::suppress::{self, Wishes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Of what a person wants letters that nobody asked for. Answers to what they write themselves go out all the same.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonTopics {
    /// Who.
    pub person: PersonId,
    /// Whether an e-mail address of theirs is known.
    pub reachable: bool,
    /// Why they get no letters at all; `null`: they get them.
    pub none: Option<SuppressedWhy>,
    /// Of what they want no letters.
    pub unwanted: Vec<Topic>,
}

/// Of what a person wants no letters.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnwantedTopics {
    /// These; of all others they want letters.
    pub unwanted: Vec<Topic>,
}

fn shown(person: PersonId, wishes: Option<Wishes>) -> PersonTopics {
    let reachable = wishes.is_some();
    let Wishes { none, unwanted } = wishes.unwrap_or_default();
    PersonTopics { person, reachable, none, unwanted }
}

/// Shows what a person wants.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<PersonId>) -> Result<Json<PersonTopics>, Problem> {
    Ok(Json(shown(id, suppress::wishes(&state.flow, &caller.scope, id).await?)))
}

/// Says for a person what they do not want.
pub async fn set(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<PersonId>,
    Body(wanted): Body<UnwantedTopics>,
) -> Result<Json<PersonTopics>, Problem> {
    let wishes = suppress::wish(&state.flow, &caller.scope, id, &wanted.unwanted).await?;
    Ok(Json(shown(id, Some(wishes))))
}

fn example(unwanted: &[&str]) -> serde_json::Value {
    json!({ "person": "729382736321", "reachable": true, "none": null, "unwanted": unwanted })
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let about = "Of what a person wants letters that nobody asked for: news of what they said, questions whether it helped, letters about \
         events. It is asked for the address to which Heard would write.";
    Doc::new("getPersonTopics", "Letters", about).answers::<PersonTopics>(200, "What they want", example(&["events"]))
}

/// Documents [`set`].
pub fn set_doc() -> Doc {
    let about = "Say for a person of what they want no letters, at every address that is known of them; of all else they want letters. Whoever \
         wants none at all, or has an address that does not exist, still gets none. Needs `persons:read` as well.";
    Doc::new("setPersonTopics", "Letters", about)
        .takes::<UnwantedTopics>(json!({ "unwanted": ["events", "news"] }))
        .answers::<PersonTopics>(200, "What they want now", example(&["events", "news"]))
        .or(ProblemCode::Conflict)
}

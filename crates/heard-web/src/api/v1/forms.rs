//! The feedback form of a listening post: shown, saved, given a new address.

use axum::Json;
use axum::extract::State;
use heard_domain::form::{Form, FormDraft};
use heard_domain::id::PostId;
use heard_flow::arrange::form;
use serde_json::{Value, json};

use crate::extract::{Body, Id};
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Shows the form of a post.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<PostId>) -> Result<Json<Form>, Problem> {
    let found = form::get(&state.flow, &caller.scope, id).await?;
    Ok(Json(found.ok_or_else(|| Problem::missing("feedback form"))?))
}

/// Makes it, or changes what it asks.
pub async fn save(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<PostId>,
    Body(draft): Body<FormDraft>,
) -> Result<Json<Form>, Problem> {
    Ok(Json(form::save(&state.flow, &caller.scope, id, draft).await?))
}

/// Gives it a new address.
pub async fn rename(State(state): State<AppState>, caller: Caller, Id(id): Id<PostId>) -> Result<Json<Form>, Problem> {
    Ok(Json(form::rename(&state.flow, &caller.scope, id).await?))
}

fn draft() -> Value {
    json!({
        "open": true, "language": "en", "question": "How was your visit?", "rating": "csat", "rating_question": "",
        "touchpoints": ["729382736501"], "contact": true, "thanks": "",
    })
}

fn example() -> Value {
    let mut form = draft();
    form["post"] = "729382736455".into();
    form["code"] = "k7m2p9x4qd".into();
    form
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    Doc::new("getForm", "Listening posts", "Show the feedback form of a listening post. It stands at /f/{code}.").answers::<Form>(
        200,
        "The form",
        example(),
    )
}

/// Documents [`save`].
pub fn save_doc() -> Doc {
    Doc::new(
        "saveForm",
        "Listening posts",
        "Make the feedback form of a listening post, or change what it asks. Its address stays.",
    )
    .takes::<FormDraft>(draft())
    .answers::<Form>(200, "Saved", example())
}

/// Documents [`rename`].
pub fn rename_doc() -> Doc {
    Doc::new("renameForm", "Listening posts", "Give the feedback form a new address: the old one stops working at once.")
        .answers::<Form>(200, "Renamed", example())
}

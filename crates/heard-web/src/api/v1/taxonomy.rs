//! The categories: changed, looked at before, taken back, and their history.

use axum::Json;
use axum::extract::State;
use heard_flow::arrange::category::CategoryChange;
use heard_flow::arrange::taxonomy::{self, ChangePreview, HistoryEntry, Progress, Tried};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::Body;
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// A change with the version that it is meant for.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeWanted {
    /// The version that was looked at; refused if it is not the present one any more. `null`: whatever it is.
    #[serde(default)]
    pub version: Option<i64>,
    /// What shall be done.
    pub change: CategoryChange,
}

/// The version after a change.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ChangeMade {
    /// The present version.
    pub version: i64,
}

/// The history with the progress of reading again.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// The newest first, at most 100.
    pub items: Vec<HistoryEntry>,
    /// How far the comments were read again; `null` if all were.
    pub reading: Option<Progress>,
}

/// Words to try.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WordsToTry {
    /// The words or phrases.
    pub watch_words: Vec<String>,
}

/// What a change would do.
pub async fn preview(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<ChangeWanted>,
) -> Result<Json<ChangePreview>, Problem> {
    Ok(Json(taxonomy::preview(&state.flow, &caller.scope, &wanted.change).await?))
}

/// Makes a change.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<ChangeWanted>,
) -> Result<Json<ChangeMade>, Problem> {
    let version = taxonomy::apply(&state.flow, &caller.scope, wanted.version, wanted.change).await?;
    Ok(Json(ChangeMade { version }))
}

/// Takes the newest change back.
pub async fn undo(
    State(state): State<AppState>,
    caller: Caller,
    Body(ChangeMade { version }): Body<ChangeMade>,
) -> Result<Json<ChangeMade>, Problem> {
    Ok(Json(ChangeMade { version: taxonomy::undo(&state.flow, &caller.scope, version).await? }))
}

/// Shows the history.
pub async fn history(State(state): State<AppState>, caller: Caller) -> Result<Json<History>, Problem> {
    let items = taxonomy::history(&state.flow, &caller.scope).await?;
    Ok(Json(History { items, reading: taxonomy::progress(&state.flow).await? }))
}

/// Tries watch words.
pub async fn try_words(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<WordsToTry>,
) -> Result<Json<Tried>, Problem> {
    Ok(Json(taxonomy::try_words(&state.flow, &caller.scope, &wanted.watch_words).await?))
}

fn wanted() -> Value {
    json!({ "version": 7, "change": { "do": "merge", "id": "729382736510", "into": "729382736511" } })
}

/// Documents [`preview`].
pub fn preview_doc() -> Doc {
    let example = json!({
        "version": 7, "comments": 312, "examples": ["729382736999"], "sentence": "312 comments would move from “Delay” to “Punctuality”.",
    });
    Doc::new("previewTaxonomyChange", "Categories", "What a change of the categories would do.")
        .takes::<ChangeWanted>(wanted())
        .answers::<ChangePreview>(200, "What it would do", example)
        .or(ProblemCode::NotFound)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("changeTaxonomy", "Categories", "Change the categories; all comments are read again in the background.")
        .takes::<ChangeWanted>(wanted())
        .answers::<ChangeMade>(200, "Changed", json!({ "version": 8 }))
        .or(ProblemCode::NotFound)
        .or(ProblemCode::Conflict)
}

/// Documents [`undo`].
pub fn undo_doc() -> Doc {
    Doc::new("undoTaxonomyChange", "Categories", "Take the newest change back, as long as nothing else was changed since.")
        .takes::<ChangeMade>(json!({ "version": 8 }))
        .answers::<ChangeMade>(200, "Taken back", json!({ "version": 9 }))
        .or(ProblemCode::NotFound)
        .or(ProblemCode::Conflict)
}

/// Documents [`history`].
pub fn history_doc() -> Doc {
    let entry = json!({
        "version": 8, "at": "2026-03-22T12:00:00Z", "by": "Noor", "summary": "“Delay” was merged into “Punctuality”", "undoable": true,
    });
    Doc::new("getTaxonomyHistory", "Categories", "Who changed the categories, when, and what.").answers::<History>(
        200,
        "The history",
        json!({ "items": [entry], "reading": { "done": 500, "of": 12_000 } }),
    )
}

/// Documents [`try_words`].
pub fn try_doc() -> Doc {
    Doc::new("tryWatchWords", "Categories", "In how many comments of the 90 days up to the newest one these words occur.")
        .takes::<WordsToTry>(json!({ "watch_words": ["late", "delay*"] }))
        .answers::<Tried>(
            200,
            "What they find",
            json!({ "comments": 41, "looked_at": 1200, "of": 1200, "examples": ["729382736999"] }),
        )
        .or(ProblemCode::Forbidden)
}

//! Templates: how files of a kind are understood, under a name that all share.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::TemplateId;
use heard_domain::import::{Mapping, Template};
use heard_flow::arrange::template::{self, TemplateDraft};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id, fitting};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Templates, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TemplateList {
    /// All of them.
    pub items: Vec<Template>,
}

/// Lists the templates.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<TemplateList>, Problem> {
    Ok(Json(TemplateList { items: template::list(&state.flow, &caller.scope).await? }))
}

/// Makes one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<TemplateDraft>,
) -> Result<(StatusCode, Json<Template>), Problem> {
    Ok((StatusCode::CREATED, Json(template::add(&state.flow, &caller.scope, draft).await?)))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<TemplateId>,
    Body(patch): Body<Value>,
) -> Result<Json<Template>, Problem> {
    // A mapping is taken whole: half of one says nothing of the columns it leaves out.
    if let Some(mapping) = patch.get("mapping") {
        fitting::<Mapping>(mapping.clone())?;
    }
    let Template { name, format, mapping, .. } = template::get(&state.flow, &caller.scope, id).await?;
    let draft = merged(&TemplateDraft { name, format, mapping }, patch)?;
    Ok(Json(template::change(&state.flow, &caller.scope, id, draft).await?))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<TemplateId>) -> Result<StatusCode, Problem> {
    template::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({
        "name": "Orders of the shop", "format": "csv", "mapping": {
            "kind": "exposures", "preset": "generic", "dates": "ymd", "zone": null, "channel": "survey", "post": "Shop",
            "columns": [["day", { "as": "time" }], ["stage", { "as": "stage" }], ["orders", { "as": "count", "measure": "orders" }]],
        },
    })
}

fn example() -> Value {
    let mut template = draft();
    template["id"] = "729382736888".into();
    template["at"] = "2026-03-22T14:05:00Z".into();
    template
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listTemplates", "Imports", "List the templates: named ways in which files are understood.").answers::<TemplateList>(
        200,
        "The templates",
        json!({ "items": [example()] }),
    )
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new("createTemplate", "Imports", "Make a template.")
        .takes::<TemplateDraft>(draft())
        .answers::<Template>(201, "Made", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateTemplate", "Imports", "Change a template: only the fields sent (JSON merge patch).")
        .changes::<TemplateDraft>(json!({ "name": "Orders" }))
        .answers::<Template>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteTemplate", "Imports", "Remove a template; what came in by it stays.").answers_nothing("Removed")
}

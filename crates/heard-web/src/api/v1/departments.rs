//! Departments: listed, set up, changed, merged, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::DepartmentId;
use heard_flow::arrange::department::{self, DepartmentDraft, DepartmentShown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Departments, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentList {
    /// The departments.
    pub items: Vec<DepartmentShown>,
}

/// Into which department another one goes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntoDepartment {
    /// The one that stays.
    pub into: DepartmentId,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<DepartmentList>, Problem> {
    Ok(Json(DepartmentList { items: department::list(&state.flow, &caller.scope).await? }))
}

/// Sets one up.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<DepartmentDraft>,
) -> Result<(StatusCode, Json<DepartmentShown>), Problem> {
    Ok((StatusCode::CREATED, Json(department::add(&state.flow, &caller.scope, draft).await?)))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<DepartmentId>,
    Body(patch): Body<Value>,
) -> Result<Json<DepartmentShown>, Problem> {
    let there = department::get(&state.flow, &caller.scope, id).await?;
    let draft = merged(&there.draft(), patch)?;
    Ok(Json(department::change(&state.flow, &caller.scope, id, draft).await?))
}

/// Makes one of two.
pub async fn merge(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<DepartmentId>,
    Body(IntoDepartment { into }): Body<IntoDepartment>,
) -> Result<Json<DepartmentShown>, Problem> {
    Ok(Json(department::merge(&state.flow, &caller.scope, id, into).await?))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<DepartmentId>) -> Result<StatusCode, Problem> {
    department::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({
        "name": "Ground operations", "head": "Noor Lind", "contact": "ground@example.com", "calendar": "729382736601", "partner": false,
        "members": ["729382736401"], "categories": ["729382736510"],
    })
}

fn example() -> Value {
    let mut department = draft();
    department["id"] = "729382736520".into();
    department
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listDepartments", "Departments", "List the departments, with their members for who may shape the company.")
        .answers::<DepartmentList>(200, "The departments", json!({ "items": [example()] }))
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new("createDepartment", "Departments", "Set up a department.")
        .or(ProblemCode::NotFound)
        .takes::<DepartmentDraft>(draft())
        .answers::<DepartmentShown>(201, "Set up", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateDepartment", "Departments", "Change a department: only the fields sent (JSON merge patch).")
        .changes::<DepartmentDraft>(json!({ "head": "Mia Falk" }))
        .answers::<DepartmentShown>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`merge`].
pub fn merge_doc() -> Doc {
    Doc::new("mergeDepartment", "Departments", "Make one department of two: members and categories go to the one that stays.")
        .takes::<IntoDepartment>(json!({ "into": "729382736521" }))
        .answers::<DepartmentShown>(200, "The one that stays", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteDepartment", "Departments", "Remove a department: nobody belongs to it and no category names it any more.")
        .answers_nothing("Removed")
        .or(ProblemCode::Conflict)
}

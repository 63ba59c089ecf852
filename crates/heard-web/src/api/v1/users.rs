//! Users: listed, added, changed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::{PostId, UserId};
use heard_domain::user::{Role, User};
use heard_flow::arrange::user::{self, UserDraft};
use heard_store::tables;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Users, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct UserList {
    /// The users.
    pub items: Vec<User>,
}

/// A user who is added.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// E-mail address.
    pub email: String,
    /// As they are called.
    pub name: String,
    /// What they are to Heard.
    pub role: Role,
    /// The listening posts they see; none: all.
    #[serde(default)]
    pub posts: Option<Vec<PostId>>,
    /// Their first password: at least 10 characters.
    pub password: String,
}

/// Lists the users.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<UserList>, Problem> {
    Ok(Json(UserList { items: state.flow.store.read(&caller.scope, tables::user::list).await? }))
}

/// Adds one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(new): Body<NewUser>,
) -> Result<(StatusCode, Json<User>), Problem> {
    let NewUser { email, name, role, posts, password } = new;
    let draft = UserDraft { email, name, role, posts, active: true };
    Ok((StatusCode::CREATED, Json(user::add(&state.flow, &caller.scope, draft, &password).await?)))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
    Body(patch): Body<Value>,
) -> Result<Json<User>, Problem> {
    let there = state.flow.store.read(&caller.scope, move |view| tables::user::get(view, id)).await?;
    let User { email, name, role, posts, active, .. } = there.ok_or_else(|| Problem::missing("user"))?;
    let draft = merged(&UserDraft { email, name, role, posts, active }, patch)?;
    Ok(Json(user::change(&state.flow, &caller.scope, id, draft).await?))
}

fn example() -> Value {
    json!({
        "id": "729382736001", "email": "aino@example.com", "name": "Aino", "role": "analyst", "posts": null,
        "since": "2026-03-01T09:00:00Z", "active": true,
    })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listUsers", "Settings", "List the users.").answers::<UserList>(200, "The users", json!({ "items": [example()] }))
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    let new = json!({ "email": "aino@example.com", "name": "Aino", "role": "analyst", "posts": null, "password": "a long first password" });
    Doc::new("createUser", "Settings", "Add a user.")
        .or(ProblemCode::NotFound)
        .or(ProblemCode::Conflict)
        .takes::<NewUser>(new)
        .answers::<User>(201, "Added", example())
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateUser", "Settings", "Change a user: only the fields sent (JSON merge patch). The last active admin stays one.")
        .changes::<UserDraft>(json!({ "role": "admin" }))
        .answers::<User>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

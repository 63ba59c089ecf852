//! The company's own settings, and who is asking.

use axum::Json;
use axum::extract::State;
use heard_domain::directory::Company;
use heard_domain::scope::{Actor, Reach};
use heard_domain::user::Grant;
use heard_flow::arrange::company;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::Body;
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Who is asking.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// The identifier of the token.
    pub token: Option<String>,
    /// What it may do.
    pub scopes: Vec<Grant>,
    /// The listening posts in sight; none: all.
    pub posts: Option<Vec<heard_domain::id::PostId>>,
}

/// Shows who is asking.
pub async fn me(caller: Caller) -> Json<Me> {
    let token = match caller.scope.actor {
        Actor::Token(id) => Some(id.to_string()),
        Actor::User(_) | Actor::System => None,
    };
    let posts = match &caller.scope.reach {
        Reach::Everything => None,
        Reach::Posts(posts) => Some(posts.iter().copied().collect()),
    };
    let scopes = Grant::ALL.iter().copied().filter(|grant| caller.scope.may(*grant)).collect();
    Json(Me { token, scopes, posts })
}

/// Shows the company.
pub async fn show(State(state): State<AppState>, _: Caller) -> Json<Company> {
    Json(state.flow.directory().company.clone())
}

/// Changes the company.
pub async fn change(State(state): State<AppState>, caller: Caller, Body(patch): Body<Value>) -> Result<Json<Company>, Problem> {
    let wanted = merged(&state.flow.directory().company, patch)?;
    company::set(&state.flow, &caller.scope, wanted).await?;
    Ok(show(State(state), caller).await)
}

fn example() -> Value {
    json!({ "name": "Northwind Air", "zone": "Europe/Helsinki" })
}

/// Documents [`me`].
pub fn me_doc() -> Doc {
    Doc::new("getMe", "Settings", "Who is asking, and what they may do.").answers::<Me>(
        200,
        "Who is asking",
        json!({ "token": "729382736700", "scopes": ["feedback:read"], "posts": null }),
    )
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    Doc::new("getCompany", "Settings", "The company’s name and time zone.").answers::<Company>(200, "The company", example())
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateCompany", "Settings", "Change name or time zone. The time zone is fixed once there is feedback.")
        .changes::<Company>(json!({ "zone": "Europe/Helsinki" }))
        .answers::<Company>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

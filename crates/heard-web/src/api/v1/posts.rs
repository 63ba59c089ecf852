//! Listening posts: listed, set up, changed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::health::Health;
use heard_domain::id::PostId;
use heard_domain::post::{Lack, Post};
use heard_flow::arrange::post::{self, PostDraft};
use heard_flow::measure::listening;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Listening posts, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PostList {
    /// The posts in sight.
    pub items: Vec<Post>,
}

/// Lists the posts in sight.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Json<PostList> {
    let posts = &state.flow.directory().posts;
    Json(PostList { items: posts.iter().filter(|post| caller.scope.sees(post.id)).cloned().collect() })
}

/// Sets one up.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<PostDraft>,
) -> Result<(StatusCode, Json<Post>), Problem> {
    Ok((StatusCode::CREATED, Json(post::add(&state.flow, &caller.scope, draft).await?)))
}

/// A listening post, with what it lacks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PostShown {
    /// The post.
    #[serde(flatten)]
    pub post: Post,
    /// What it lacks; while it lacks anything, it is noise.
    pub lacks: Vec<Lack>,
}

/// Shows one in sight.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(id): Id<PostId>) -> Result<Json<PostShown>, Problem> {
    let post = post::seen(&state.flow, &caller.scope, id)?;
    Ok(Json(PostShown { lacks: post.lacks(), post }))
}

/// How one fares.
pub async fn health(State(state): State<AppState>, caller: Caller, Id(id): Id<PostId>) -> Result<Json<Health>, Problem> {
    Ok(Json(listening::one(&state.flow, &caller.scope, id).await?))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<PostId>,
    Body(patch): Body<Value>,
) -> Result<Json<Post>, Problem> {
    let draft = merged(&PostDraft::from(post::seen(&state.flow, &caller.scope, id)?), patch)?;
    Ok(Json(post::change(&state.flow, &caller.scope, id, draft).await?))
}

fn draft() -> Value {
    json!({
        "name": "Trustpilot", "channel": "review", "touchpoint": null, "place": null, "objective": "Which route to mend first",
        "owner": null, "process": "Read every Monday by the route planners", "promise_hours": 48,
    })
}

fn example() -> Value {
    let mut post = draft();
    post["id"] = "729382736455".into();
    post
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listPosts", "Listening posts", "List the listening posts.").answers::<PostList>(
        200,
        "The posts",
        json!({ "items": [example()] }),
    )
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new("createPost", "Listening posts", "Set up a listening post.")
        .or(ProblemCode::NotFound)
        .or(ProblemCode::Conflict)
        .takes::<PostDraft>(draft())
        .answers::<Post>(201, "Set up", example())
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updatePost", "Listening posts", "Change a listening post: only the fields sent (JSON merge patch).")
        .changes::<PostDraft>(json!({ "objective": "Which crew to thank" }))
        .or(ProblemCode::Conflict)
        .answers::<Post>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let mut post = example();
    post["lacks"] = json!(["owner"]);
    Doc::new("getPost", "Listening posts", "Show a listening post, and what makes it noise.")
        .answers::<PostShown>(200, "The post", post)
}

/// Documents [`health`].
pub fn health_doc() -> Doc {
    let mut days = vec![0; 28];
    days[25] = 3;
    let trouble =
        json!({ "way": "webhook", "at": "2026-03-21T08:00:00Z", "reason": "Help desk: the signature does not fit this webhook" });
    Doc::new(
        "getPostHealth",
        "Listening posts",
        "How a listening post fares: what was heard lately, what went wrong last, whether it is quiet.",
    )
    .answers::<Health>(
        200,
        "How it fares",
        json!({
            "post": "729382736455", "last_heard": "2026-03-20T14:05:00Z", "week": 3, "month": 3, "days": days, "quiet": null,
            "troubles": [trouble],
        }),
    )
}

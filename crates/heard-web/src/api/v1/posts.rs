//! Listening posts: listed, set up, changed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::PostId;
use heard_domain::post::Post;
use heard_flow::arrange::post::{self, PostDraft};
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

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<PostId>,
    Body(patch): Body<Value>,
) -> Result<Json<Post>, Problem> {
    let directory = state.flow.directory();
    let there = directory.posts.iter().find(|post| post.id == id && caller.scope.sees(id)).cloned();
    let Post { name, channel, touchpoint, objective, owner, promise_hours, .. } =
        there.ok_or_else(|| Problem::missing("listening post"))?;
    let draft = merged(&PostDraft { name, channel, touchpoint, objective, owner, promise_hours }, patch)?;
    Ok(Json(post::change(&state.flow, &caller.scope, id, draft).await?))
}

fn draft() -> Value {
    json!({
        "name": "Trustpilot", "channel": "review", "touchpoint": null, "objective": "Which route to mend first", "owner": null,
        "promise_hours": 48,
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
    Doc::new("createPost", "Listening posts", "Set up a listening post.").takes::<PostDraft>(draft()).answers::<Post>(
        201,
        "Set up",
        example(),
    )
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updatePost", "Listening posts", "Change a listening post: only the fields sent (JSON merge patch).")
        .changes::<PostDraft>(json!({ "objective": "Which crew to thank" }))
        .answers::<Post>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

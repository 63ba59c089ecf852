//! Webhooks into a listening post: listed, made (the secret is shown once), changed, given a new secret, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::{PostId, WebhookId};
use heard_domain::webhook::{Fields, Webhook};
use heard_flow::arrange::webhook;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Body, Id};
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// A webhook as it shall be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// What it is for.
    pub name: String,
    /// How the sender's JSON is understood; none: it is Heard's own.
    #[serde(default)]
    pub fields: Option<Fields>,
}

/// The webhooks of a post, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct WebhookList {
    /// The webhooks.
    pub items: Vec<Webhook>,
}

/// A webhook with its secret.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MadeWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// Its secret: shown only here, only once.
    pub secret: String,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller, Id(id): Id<PostId>) -> Result<Json<WebhookList>, Problem> {
    Ok(Json(WebhookList { items: webhook::list(&state.flow, &caller.scope, id).await? }))
}

/// Makes one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<PostId>,
    Body(new): Body<NewWebhook>,
) -> Result<(StatusCode, Json<MadeWebhook>), Problem> {
    let (webhook, secret) = webhook::add(&state.flow, &caller.scope, id, &new.name, new.fields).await?;
    Ok((StatusCode::CREATED, Json(MadeWebhook { webhook, secret })))
}

/// Changes its name and mapping.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<WebhookId>,
    Body(new): Body<NewWebhook>,
) -> Result<Json<Webhook>, Problem> {
    Ok(Json(webhook::change(&state.flow, &caller.scope, id, &new.name, new.fields).await?))
}

/// Gives it a new secret.
pub async fn rotate(State(state): State<AppState>, caller: Caller, Id(id): Id<WebhookId>) -> Result<Json<MadeWebhook>, Problem> {
    let (webhook, secret) = webhook::rotate(&state.flow, &caller.scope, id).await?;
    Ok(Json(MadeWebhook { webhook, secret }))
}

/// Removes it.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<WebhookId>) -> Result<StatusCode, Problem> {
    webhook::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({
        "name": "Help desk",
        "fields": {
            "items": "", "key": "ticket.id", "at": "ticket.created_at", "text": "ticket.comment", "author": "ticket.from.name",
            "email": "ticket.from.email", "touchpoint": "", "link": "ticket.url",
            "ratings": [{ "path": "ticket.score", "scale": "CSAT", "formula": "csat" }],
            "attributes": [{ "name": "Tags", "path": "ticket.tags" }],
        },
    })
}

fn example() -> Value {
    let mut hook = draft();
    hook["id"] = "729382736990".into();
    hook["post"] = "729382736455".into();
    hook["since"] = "2026-03-01T09:00:00Z".into();
    hook["seen"] = "2026-03-22T14:05:00Z".into();
    hook["old_until"] = Value::Null;
    hook
}

fn made() -> Value {
    json!({ "webhook": example(), "secret": "whsec_ZXhhbXBsZSBvbmx5IG9mIHRoaXMgc2hhcGUsIG5vdCB2YWxpZA==" })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let list = json!({ "items": [example()] });
    Doc::new("listWebhooks", "Listening posts", "List the webhooks into a listening post.").answers::<WebhookList>(
        200,
        "The webhooks",
        list,
    )
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new(
        "createWebhook",
        "Listening posts",
        "Make a webhook into a listening post. Its secret is shown only in this answer. Needs `feedback:write` too.",
    )
    .takes::<NewWebhook>(draft())
    .answers::<MadeWebhook>(201, "Made", made())
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateWebhook", "Listening posts", "Change the name of a webhook, and how the sender's JSON is understood.")
        .takes::<NewWebhook>(draft())
        .answers::<Webhook>(200, "Changed", example())
}

/// Documents [`rotate`].
pub fn rotate_doc() -> Doc {
    Doc::new(
        "rotateWebhook",
        "Listening posts",
        "Give a webhook a new secret; the one before is accepted for one more day. Needs `feedback:write` too.",
    )
    .answers::<MadeWebhook>(200, "Changed", made())
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteWebhook", "Listening posts", "Remove a webhook: its deliveries are refused at once.")
        .answers_nothing("Removed")
}

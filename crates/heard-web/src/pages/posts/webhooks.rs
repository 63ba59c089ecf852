//! Webhooks of a post: made (the secret is shown once), mapped and tried, given a new secret, removed.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::{PostId, WebhookId};
use heard_flow::arrange::webhook;
use heard_flow::hear::mapped::{Understanding, understood};

use crate::extract::{Form, Id};
use crate::pages::posts::mapping::{Edited, filled};
use crate::pages::posts::show::{Page, Part, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Makes one and shows its secret, once.
pub async fn add(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let made = webhook::add(&state.flow, &viewer.scope, id, form.get("hook_name"), None).await.map_err(Problem::from);
    let shown = match made {
        Ok((hook, secret)) => Page { secret: Some((hook.name, secret)), headers, ..Page::default() },
        Err(problem) => Page { headers, ..Page::refused(Part::Webhook, problem) },
    };
    page(&state, &viewer, id, shown).await
}

/// Changes its name and how the sender's JSON is understood.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<WebhookId>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let hook = webhook::get(&state.flow, &viewer.scope, id).await?;
    let (fields, meant) = filled(&form);
    let outcome = match meant {
        Ok(meant) => webhook::change(&state.flow, &viewer.scope, id, form.get("hook_name"), meant).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/posts/{}?saved=yes#hook-{id}", hook.post)).into_response()),
        Err(problem) => {
            let edited = Edited { name: form.get("hook_name").into(), fields, sample: form.get("sample").into(), tried: None };
            page(
                &state,
                &viewer,
                hook.post,
                Page { edited: Some((id, edited)), headers, ..Page::refused(Part::Webhook, problem) },
            )
            .await
        }
    }
}

/// Shows what would be heard of a sample; nothing is kept.
pub async fn attempt(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<WebhookId>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let hook = webhook::get(&state.flow, &viewer.scope, id).await?;
    let (fields, meant) = filled(&form);
    let checked = meant.and_then(|meant| meant.map(webhook::checked).transpose().map_err(Problem::from));
    let sample = form.get("sample").to_owned();
    let zone = state.flow.directory().company.zone.clone();
    let (tried, refused) = match checked {
        Ok(mapping) => {
            let with = Understanding { fields: mapping.as_ref(), delivery: "msg_sample", now: state.flow.now(), zone: &zone };
            (Some(understood(sample.as_bytes(), &with).map(|(heard, _)| heard)), None)
        }
        Err(problem) => (None, Some((Part::Webhook, problem))),
    };
    let edited = Edited { name: form.get("hook_name").into(), fields, sample, tried };
    page(&state, &viewer, hook.post, Page { edited: Some((id, edited)), headers, refused, ..Page::default() }).await
}

/// Gives it a new secret and shows it, once.
pub async fn rotate(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<WebhookId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (hook, secret) = webhook::rotate(&state.flow, &viewer.scope, id).await?;
    page(&state, &viewer, hook.post, Page { secret: Some((hook.name, secret)), headers, ..Page::default() }).await
}

/// Removes it.
pub async fn remove(State(state): State<AppState>, viewer: Viewer, Id(id): Id<WebhookId>) -> Result<Response, Problem> {
    let hook = webhook::remove(&state.flow, &viewer.scope, id).await?;
    Ok(Redirect::to(&format!("/posts/{}?removed=yes", hook.post)).into_response())
}

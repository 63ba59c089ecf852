//! The feedback form of a post: saved, previewed, given a new address.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::PostId;
use heard_flow::arrange::form;
use heard_flow::arrange::post::seen;

use crate::extract::{Form, Id};
use crate::pages::posts::builder::draft;
use crate::pages::posts::show::{Page, Part, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Saves what it asks.
pub async fn save(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    seen(&state.flow, &viewer.scope, id)?;
    let draft = draft(&form);
    match form::save(&state.flow, &viewer.scope, id, draft.clone()).await.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&format!("/posts/{id}?saved=yes#form")).into_response()),
        Err(problem) => {
            page(&state, &viewer, id, Page { form: Some(draft), headers, ..Page::refused(Part::Form, problem) }).await
        }
    }
}

/// Shows how it would look; nothing is saved.
pub async fn preview(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    seen(&state.flow, &viewer.scope, id)?;
    let draft = draft(&form);
    let refused = form::checked(&state.flow, draft.clone()).err().map(|error| (Part::Form, Problem::from(error)));
    page(&state, &viewer, id, Page { form: Some(draft), headers, refused, ..Page::default() }).await
}

/// Gives it a new address.
pub async fn rename(State(state): State<AppState>, viewer: Viewer, Id(id): Id<PostId>) -> Result<Response, Problem> {
    form::rename(&state.flow, &viewer.scope, id).await?;
    Ok(Redirect::to(&format!("/posts/{id}?code=new#form")).into_response())
}

//! A listening post is changed.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::PostId;
use heard_flow::arrange::post::{self, seen};

use crate::extract::{Form, Id};
use crate::pages::posts::edit::draft;
use crate::pages::posts::show::{Page, Part, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Changes one.
pub async fn change(State(state): State<AppState>, viewer: Viewer, Id(id): Id<PostId>, form: Form) -> Result<Response, Problem> {
    let there = seen(&state.flow, &viewer.scope, id)?;
    let (draft, wrong) = draft(&form, &there.clone().into());
    let outcome = match wrong {
        Some(problem) => Err(problem),
        None => post::change(&state.flow, &viewer.scope, id, draft.clone()).await.map_err(Problem::from),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/posts/{id}?saved=yes")).into_response()),
        Err(problem) => page(&state, &viewer, id, Page { draft: Some(draft), ..Page::refused(Part::Post, problem) }).await,
    }
}

//! Examples: on the page of their category, and from the reading pane.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::{CategoryId, ExampleId, FeedbackId};
use heard_flow::arrange::example::{self, ExampleDraft};

use crate::extract::{Form, Id};
use crate::pages::category;
use crate::pages::correct::{back, span};
use crate::parts::category::PATH;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// Adds a sentence to a category.
pub async fn add(State(state): State<AppState>, viewer: Viewer, Id(id): Id<CategoryId>, form: Form) -> Result<Response, Problem> {
    let text = Some(form.get("text").to_owned());
    let draft = ExampleDraft { belongs: form.get("belongs") != "no", text, feedback: None, span: None };
    match example::add(&state.flow, &viewer.scope, id, draft).await.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}/{id}#examples")).into_response()),
        Err(problem) if problem.code == ProblemCode::Validation => {
            category::with_problem(&state, &viewer, id, &problem, form.get("text")).await
        }
        Err(problem) => Err(problem),
    }
}

/// Sets an example aside, or takes it back.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<ExampleId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let aside = form.get("do") != "again";
    let category = example::set_aside(&state.flow, &viewer.scope, id, aside).await?;
    let told = if aside { format!("?aside={id}") } else { String::new() };
    Ok(Redirect::to(&format!("{PATH}/{category}{told}#examples")))
}

/// A passage becomes an example of its categories.
pub async fn choose(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<FeedbackId>,
    form: Form,
) -> Result<Redirect, Problem> {
    example::choose(&state.flow, &viewer.scope, id, span(form.get("span"))).await?;
    Ok(Redirect::to(&back(form.get("back"))))
}

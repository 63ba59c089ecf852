//! A case on a page of its own.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use heard_domain::id::CaseId;
use heard_flow::act::look;
use heard_flow::seen::seen;
use maud::html;

use crate::extract::{Form, Id};
use crate::pages::cases::pane::{Desk, Tried, pane};
use crate::parts::alerting::region;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::{Viewer, fetched_ahead};

/// Shows a case; what the viewer was told about it is seen then. A page that the browser fetches ahead was not looked at.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CaseId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let desk = Desk::load(&state, &viewer, id).await?;
    if !fetched_ahead(&headers) {
        look::seen(&state.flow, &viewer.scope, id).await?;
    }
    whole(&state, &viewer, &desk, None).await
}

/// Shows it once more with what was typed and why it was refused.
pub async fn again(state: &AppState, viewer: &Viewer, id: CaseId, form: &Form, problem: &Problem) -> Result<Response, Problem> {
    let desk = Desk::load(state, viewer, id).await?;
    whole(state, viewer, &desk, Some(&Tried { form, problem })).await
}

async fn whole(state: &AppState, viewer: &Viewer, desk: &Desk, tried: Option<&Tried<'_>>) -> Result<Response, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let name = &desk.opened.case.name;
    let back = format!("/cases/{}", desk.opened.case.kept.case.id);
    let body = html! {
        header.top {
            div { p.eyebrow { a href="/cases" { "Cases" } } h1 { (name) } }
            div.tools { a.secondary href="/cases" { (icon("left")) "The queue" } }
        }
        (region())
        (pane(desk, &directory, viewer, &back, tried))
    };
    let status = tried.map_or(StatusCode::OK, |tried| tried.problem.code.status());
    Ok((status, page(viewer, Some(Place::Cases), name, &body)).into_response())
}

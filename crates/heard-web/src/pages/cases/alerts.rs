//! The alerts of a page, asked for when one arrives; and that they were seen.

use axum::extract::State;
use axum::response::Redirect;
use heard_flow::act::{cadence, told};
use maud::Markup;

use crate::extract::Form;
use crate::parts::alerting::alerts;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// The alerts that the user has not seen.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Result<Markup, Problem> {
    let unseen = told::unseen(&state.flow, &viewer.scope).await?;
    let digests = cadence::waiting_for(&state.flow, &viewer.scope).await?;
    Ok(alerts(&unseen, &digests, &state.flow.directory_of(&viewer.scope), &viewer.csrf, state.flow.now()))
}

/// They were seen.
pub async fn seen(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Redirect, Problem> {
    let up_to = form.get("up_to").parse().map_err(|_| Problem::field("up_to", "must be an alert"))?;
    told::seen(&state.flow, &viewer.scope, up_to).await?;
    Ok(Redirect::to("/cases"))
}

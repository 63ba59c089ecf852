//! The stream for pages, and the part of the overview that it keeps fresh.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use heard_domain::id::FeedbackId;
use heard_flow::measure::quotes::{Arrived, arrived};
use maud::Markup;

use crate::address::Look;
use crate::api::v1::feedback::persons_hidden;
use crate::listener::{Pass, Voice, resume, stream, wants_stream};
use crate::parts::arriving::rows;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// How many stand in the card.
const SHOWN: usize = 6;

/// Streams hints that something arrived. They carry no words and no names: what a page shows it asks for, with its own filters.
pub async fn listen(State(state): State<AppState>, viewer: Viewer, headers: HeaderMap, look: Look) -> Result<Response, Problem> {
    if !wants_stream(&headers) {
        return Err(Problem::new(ProblemCode::BadRequest, "this is a stream that pages listen to: open the overview"));
    }
    let after = look.given("after").and_then(|id| id.parse().ok());
    let pass = Pass::Session(viewer.session.clone());
    stream((&state.flow, &state.live), viewer.scope, pass, Voice::Hint, resume(&headers, after))
}

/// What arrived last within the filters of a page.
pub async fn latest(state: &AppState, viewer: &Viewer, look: &Look) -> Result<Arrived, Problem> {
    let after = look.given("after").and_then(|id| id.parse().ok()).unwrap_or(FeedbackId(0));
    Ok(arrived(&state.flow, &viewer.scope, &look.filter, None, after, SHOWN).await?)
}

/// The rows of the card.
pub async fn arrivals(State(state): State<AppState>, viewer: Viewer, look: Look) -> Result<Markup, Problem> {
    persons_hidden(&viewer.scope, &look.filter)?;
    let arrived = latest(&state, &viewer, &look).await?;
    Ok(rows(&arrived, &state.flow.directory_of(&viewer.scope), &look))
}

//! The page of somebody who was asked whether a fix has helped: one press, and words if they want. Who has the address is the one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use heard_domain::asking::{AskedAnswer, LONGEST_ANSWER};
use heard_flow::act::issues::asking;
use heard_flow::error::FlowError;
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::thread::{nobody, private, too_often};
use crate::parts::layout::visitor;
use crate::problem::Problem;
use crate::state::AppState;

/// So often one address may look or answer within a quarter of an hour: nobody guesses a page.
const MOST_LOOKS: u32 = 300;
const MOST_WRITES: u32 = 30;

/// Asks.
pub async fn show(State(state): State<AppState>, Id(token): Id<String>, parts: Parts) -> Result<Response, Problem> {
    if let Some(response) = too_often(&state, &parts, "look", MOST_LOOKS) {
        return Ok(response);
    }
    asked(&state, &token, None).await
}

/// Keeps what is answered; a later answer takes the place of an earlier one.
pub async fn send(State(state): State<AppState>, Id(token): Id<String>, parts: Parts, form: Form) -> Result<Response, Problem> {
    if let Some(response) = too_often(&state, &parts, "write", MOST_WRITES) {
        return Ok(response);
    }
    let Ok(answer) = form.get("answer").parse::<AskedAnswer>() else {
        return asked(&state, &token, Some("Press one of the answers.")).await;
    };
    match asking::answer(&state.flow, &token, answer, form.get("words")).await {
        Ok(true) => {
            let body = html! { div.card.form role="status" { p { "Thank you. What you say is read." } } };
            Ok(said(&state, StatusCode::OK, "Thank you", &body))
        }
        Ok(false) => Ok(nobody()),
        Err(FlowError::Rule { reason, .. }) => asked(&state, &token, Some(&format!("What you write {reason}."))).await,
        Err(error) => Err(error.into()),
    }
}

async fn asked(state: &AppState, token: &str, wrong: Option<&str>) -> Result<Response, Problem> {
    let Some((issue, before)) = asking::come(&state.flow, token).await? else { return Ok(nobody()) };
    let body = html! {
        form.card.form method="post" action={ "/q/" (token) } {
            p.words dir="auto" { (issue) }
            @if let Some(wrong) = wrong { p.wrong role="alert" { (wrong) } }
            @if let Some(before) = before { p.soft { "You answered: " (before.label().to_lowercase()) ". You can answer anew." } }
            div.field {
                label for="words" { "Anything else? (as you like)" }
                textarea.input id="words" name="words" rows="3" maxlength=(LONGEST_ANSWER) dir="auto" {}
            }
            fieldset.field {
                legend { "Did this happen to you lately?" }
                div.inline { @for answer in AskedAnswer::ALL { button.secondary name="answer" value=(answer.code()) { (answer.label()) } } }
            }
        }
    };
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(said(state, status, "One question", &body))
}

fn said(state: &AppState, status: StatusCode, title: &str, body: &Markup) -> Response {
    let company = state.flow.directory().company.name.clone();
    let body = html! { header.top { div { p.eyebrow dir="auto" { (company) } h1 { (title) } } } (body) };
    private((status, visitor("en", title, &body)).into_response())
}

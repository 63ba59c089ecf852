//! No more letters: the link of a letter shows one button, and a mail program may press it by itself (RFC 8058).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use heard_flow::tell::suppress;
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::thread::private;
use crate::parts::layout::visitor;
use crate::parts::wishes::{choices, unwanted};
use crate::problem::Problem;
use crate::state::AppState;

/// Shows the button: looking changes nothing.
pub async fn show(State(state): State<AppState>, Id(token): Id<String>) -> Result<Response, Problem> {
    if !suppress::known(&state.flow, &token).await? {
        return Ok(nothing());
    }
    let unwanted = suppress::chosen(&state.flow, &token).await?.unwrap_or_default();
    let action = format!("/u/{token}");
    let body = html! {
        form.card.form method="post" action=(action) {
            p { "You get no more letters at the address to which this one went: no news, no questions, nothing about events. Answers to what you write yourself still come." }
            button.primary type="submit" { "No more letters" }
        }
        (choices(&action, &unwanted))
    };
    Ok(said(&state, StatusCode::OK, "No more letters?", &body))
}

/// Does it; twice is once. A mail program presses it with a field of its own; the form in which somebody chooses says so.
pub async fn send(State(state): State<AppState>, Id(token): Id<String>, form: Form) -> Result<Response, Problem> {
    if let Some(unwanted) = unwanted(&form) {
        // Only the secret of a letter: a conversation has its own page.
        if !suppress::known(&state.flow, &token).await? || !suppress::choose(&state.flow, &token, &unwanted).await? {
            return Ok(nothing());
        }
        let body = html! {
            div.card.form role="status" { p { "Your choice is kept." } p { a href={ "/u/" (token) } { "Look at it" } } }
        };
        return Ok(said(&state, StatusCode::OK, "What you want to hear from us", &body));
    }
    if !suppress::unsubscribe(&state.flow, &token).await? {
        return Ok(nothing());
    }
    let body = html! { div.card.form role="status" { p { "It is done: no more letters go to this address." } } };
    Ok(said(&state, StatusCode::OK, "No more letters", &body))
}

fn nothing() -> Response {
    let body = html! {
        header.top { div { h1 { "There is no such page" } } }
        div.card.form { p { "Look whether the whole address was copied." } }
    };
    private((StatusCode::NOT_FOUND, visitor("en", "There is no such page", &body)).into_response())
}

fn said(state: &AppState, status: StatusCode, title: &str, body: &Markup) -> Response {
    let company = state.flow.directory().company.name.clone();
    let body = html! { header.top { div { p.eyebrow dir="auto" { (company) } h1 { (title) } } } (body) };
    private((status, visitor("en", title, &body)).into_response())
}

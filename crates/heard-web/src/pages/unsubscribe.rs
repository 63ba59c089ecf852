//! No more letters: the link of a letter shows one button, and a mail program may press it by itself (RFC 8058).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use heard_flow::tell::suppress;
use maud::{Markup, html};

use crate::extract::Id;
use crate::pages::thread::private;
use crate::parts::layout::visitor;
use crate::problem::Problem;
use crate::state::AppState;

/// Shows the button: looking changes nothing.
pub async fn show(State(state): State<AppState>, Id(token): Id<String>) -> Result<Response, Problem> {
    if !suppress::known(&state.flow, &token).await? {
        return Ok(nothing());
    }
    let body = html! {
        form.card.form method="post" action={ "/u/" (token) } {
            p { "You get no more letters of this kind at the address to which this one went. Answers to what you write yourself still come." }
            button.primary type="submit" { "No more letters" }
        }
    };
    Ok(said(&state, StatusCode::OK, "No more letters?", &body))
}

/// Does it; twice is once.
pub async fn send(State(state): State<AppState>, Id(token): Id<String>) -> Result<Response, Problem> {
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

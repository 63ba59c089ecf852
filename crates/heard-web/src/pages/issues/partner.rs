//! The page of a partner outside: the one issue to which its link leads, without customers and their words; it states its cause and its fix,
//! and signs off. For whoever has the secret address; no session, no cookie, no script.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::kept_issue::{KeptIssue, PartnerLink};
use heard_domain::scope::Scope;
use heard_flow::act::issues::evidence::{evidence, period};
use heard_flow::act::issues::partner::{act, come};
use heard_flow::error::FlowError;
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::guard::address;
use crate::parts::flash::{Kind, flash};
use crate::parts::layout::visitor;
use crate::problem::Problem;
use crate::state::AppState;

/// So often one address may try within a quarter of an hour: nobody guesses 256 bits, and nobody shall try.
const MOST_PER_ADDRESS: u32 = 120;

/// Shows the issue.
pub async fn show(State(state): State<AppState>, Id(secret): Id<String>, parts: Parts) -> Result<Response, Problem> {
    if let Err(seconds) = state.visits.count(&format!("partner {}", address(&state, &parts)), MOST_PER_ADDRESS, state.flow.now())
    {
        return Ok(many(seconds));
    }
    shown(&state, &secret, None).await
}

/// Takes what the partner states or signs.
pub async fn send(State(state): State<AppState>, Id(secret): Id<String>, parts: Parts, form: Form) -> Result<Response, Problem> {
    if let Err(seconds) = state.visits.count(&format!("partner {}", address(&state, &parts)), MOST_PER_ADDRESS, state.flow.now())
    {
        return Ok(many(seconds));
    }
    let words = |field: &str| Some(form.get(field).replace("\r\n", "\n")).filter(|text| !text.trim().is_empty());
    let sign = match form.get("do") {
        "sign_off" => Some(true),
        "take_back" => Some(false),
        _ => None,
    };
    let outcome = match sign {
        None => act(&state.flow, &secret, words("cause"), words("fix"), None).await,
        sign => act(&state.flow, &secret, None, None, sign).await,
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/p/{secret}")).into_response()),
        Err(FlowError::Missing(_)) => Ok(closed()),
        Err(error) => shown(&state, &secret, Some(Problem::from(error))).await,
    }
}

async fn shown(state: &AppState, secret: &str, problem: Option<Problem>) -> Result<Response, Problem> {
    let (link, issue) = match come(&state.flow, secret).await {
        Ok(found) => found,
        Err(FlowError::Missing(_)) => return Ok(closed()),
        Err(error) => return Err(error.into()),
    };
    let scope = Scope::system();
    let found = evidence(&state.flow, &scope, &issue, period(&state.flow, &scope).await?).await?;
    let body = content(state, &link, &issue, (found.facts.persons, found.facts.persons_before), problem.as_ref());
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    let mut response = (status, visitor("en", &issue.title, &body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The address is the key: it goes nowhere else.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

fn content(state: &AppState, link: &PartnerLink, issue: &KeptIssue, persons: (u64, u64), problem: Option<&Problem>) -> Markup {
    let directory = state.flow.directory();
    let name = |id| directory.department(id).map_or("A department that is gone", |department| department.name.as_str());
    let own = issue.work.of(link.department);
    let signed = own.is_some_and(|own| own.signed.is_some());
    html! {
        header.top { div { p.eyebrow { (directory.company.name) " · " (issue.name()) } h1 dir="auto" { (issue.title) } } }
        @if let Some(problem) = problem { (flash(Kind::Wrong, &html! { "Nothing was changed: " (problem.sentence()) })) }
        section.card.form aria-labelledby="about" {
            h2 #about { "What happens" }
            p { (whole(persons.0)) " customers spoke of it in the last four weeks, " (whole(persons.1)) " in the four before. "
                "You take part for " b { (name(link.department)) } ": say why it happens as far as it is yours, what you do about it, and sign off when that is in effect. "
                "Every department signs for itself; then it is measured whether customers stop speaking of it." }
        }
        section.card.form aria-labelledby="others" {
            h2 #others { "Who contributes" }
            dl.facts {
                @for one in &issue.work.contributions {
                    dt { (name(one.department)) }
                    dd {
                        p dir="auto" { "Cause: " (one.cause.as_deref().unwrap_or("not stated yet")) }
                        p dir="auto" { "Fix: " (one.fix.as_deref().unwrap_or("not stated yet")) }
                        p.soft { @if one.signed.is_some() { "Signed off" } @else { "Not signed off" } }
                    }
                }
            }
        }
        section.card aria-labelledby="own" {
            h2 #own { "Your part" }
            @if signed {
                form.form method="post" { p { "You have signed off." } button.secondary name="do" value="take_back" { "Take that back" } }
            } @else {
                form.form method="post" {
                    div.field { label for="cause" { "Your cause" } textarea.input id="cause" name="cause" rows="3" dir="auto" { (own.and_then(|own| own.cause.as_deref()).unwrap_or("")) } }
                    div.field { label for="fix" { "Your fix" } textarea.input id="fix" name="fix" rows="3" dir="auto" { (own.and_then(|own| own.fix.as_deref()).unwrap_or("")) } }
                    button.primary name="do" value="state" { "State it" }
                }
                @if own.is_some_and(|own| own.cause.is_some() && own.fix.is_some()) {
                    form.form method="post" { button.primary name="do" value="sign_off" { "Our fix is in effect: sign off" } }
                }
            }
        }
    }
}

fn many(seconds: u64) -> Response {
    let body = html! { header.top { div { h1 { "Too many tries" } } } div.card.form { p { "Wait a while, then open the link again." } } };
    let mut response = (StatusCode::TOO_MANY_REQUESTS, visitor("en", "Too many tries", &body)).into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

fn closed() -> Response {
    let body = html! {
        header.top { div { h1 { "This link leads nowhere" } } }
        div.card.form { p { "It was taken back or has expired, or your company does not contribute any more. Ask whoever sent it for a new one." } }
    };
    (StatusCode::NOT_FOUND, visitor("en", "This link leads nowhere", &body)).into_response()
}

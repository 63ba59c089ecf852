//! Signing in and out, and the choice of light or dark.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use heard_flow::arrange::session;
use maud::{Markup, html};

use crate::browser::browser;
use crate::extract::{Asked, Form};
use crate::guard::{SESSION, address};
use crate::parts::field::{Field, refused};
use crate::parts::layout::bare;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::{Theme, Viewer};

/// Tries within fifteen minutes for one account; further ones are refused also with the right password.
const MOST_PER_ACCOUNT: u32 = 10;

/// Tries within fifteen minutes from one address: an office has many people behind one.
const MOST_PER_ADDRESS: u32 = 60;

/// Shows the form.
pub async fn show(
    State(state): State<AppState>,
    viewer: Option<Viewer>,
    Asked(pairs): Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let next = own_path(pairs.iter().find(|(name, _)| name == "next").map_or("/", |(_, value)| value));
    if viewer.is_some() {
        return Ok(Redirect::to(&next).into_response());
    }
    if session::nobody_yet(&state.flow).await? {
        return Ok(Redirect::to("/welcome").into_response());
    }
    Ok(page(&state, &headers, "", &next, None).into_response())
}

/// Signs in.
pub async fn enter(State(state): State<AppState>, parts: Parts, form: Form) -> Result<Response, Problem> {
    let (email, next) = (form.get("email").trim().to_lowercase(), own_path(form.get("next")));
    let from = address(&state, &parts);
    let again = |problem: Problem| {
        let status = problem.code.status();
        let retry = problem.retry_after;
        let mut response = (status, page(&state, &parts.headers, &email, &next, Some(&problem))).into_response();
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    };
    if let Err(seconds) = tried(&state, &from, &email) {
        let minutes = seconds.div_ceil(60);
        let words = format!("Too many tries. Wait {minutes} minutes, then try again.");
        return Ok(again(Problem::new(ProblemCode::TooManyRequests, words).after(seconds)));
    }
    let Some(secret) = session::begin(&state.flow, &email, form.get("password"), browser(&parts.headers)).await? else {
        return Ok(again(Problem::new(ProblemCode::Unauthorized, "E-mail address and password do not belong together.")));
    };
    state.tries.forget(&format!("account {email}"));
    Ok(entered(&state, &secret, &next))
}

/// Counts a try, before it is known whether it is right: many at once do not get through together.
fn tried(state: &AppState, from: &str, email: &str) -> Result<(), u64> {
    let now = state.flow.now();
    state.tries.count(&format!("address {from}"), MOST_PER_ADDRESS, now)?;
    let email: String = email.chars().take(254).collect();
    state.tries.count(&format!("account {email}"), MOST_PER_ACCOUNT, now)
}

/// Sets the cookie of a new session and goes on.
pub fn entered(state: &AppState, secret: &str, next: &str) -> Response {
    with_cookie(Redirect::to(next).into_response(), &session_cookie(state, secret, session::IDLE_MS / 1000))
}

fn session_cookie(state: &AppState, secret: &str, seconds: i64) -> String {
    let secure = if state.site.secure() { "; Secure" } else { "" };
    format!("{SESSION}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Signs out.
pub async fn leave(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    session::end(&state.flow, &viewer.session).await?;
    Ok(with_cookie(Redirect::to("/sign-in").into_response(), &session_cookie(&state, "", 0)))
}

/// Keeps the choice of light or dark in this browser.
pub async fn theme(State(state): State<AppState>, headers: HeaderMap, form: Form) -> Response {
    let next = match form.get("theme").parse() {
        Ok(chosen) => chosen,
        Err(_) if Theme::of(&headers) == Some(Theme::Dark) => Theme::Light,
        Err(_) => Theme::Dark,
    };
    let secure = if state.site.secure() { "; Secure" } else { "" };
    let cookie = format!("theme={}; Path=/; SameSite=Lax; Max-Age=31536000{secure}", next.code());
    with_cookie(Redirect::to(&where_from(&headers)).into_response(), &cookie)
}

/// The page of this site on which a form stood, if the browser says so.
fn where_from(headers: &HeaderMap) -> String {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let page = text(header::REFERER).and_then(|page| page.split_once("://")).map(|(_, page)| page);
    let own = page.zip(text(header::HOST)).and_then(|(page, host)| page.strip_prefix(host));
    own_path(own.unwrap_or("/"))
}

/// A path of this site; anything else leads to the first page: nobody is sent elsewhere after signing in.
pub fn own_path(wish: &str) -> String {
    let own = wish.starts_with('/') && !wish.starts_with("//") && !wish.contains(['\\', '\r', '\n', '\t']) && wish.len() < 2_000;
    if own && wish.is_ascii() { wish.to_owned() } else { "/".to_owned() }
}

fn page(state: &AppState, headers: &HeaderMap, email: &str, next: &str, problem: Option<&Problem>) -> Markup {
    let company = state.flow.directory().company.name.clone();
    let email = Field { name: "email", label: "E-mail address", kind: "email", value: email, autocomplete: "username", hint: "" };
    let password =
        Field { name: "password", label: "Password", kind: "password", value: "", autocomplete: "current-password", hint: "" };
    let body = html! {
        header.top { div { p.eyebrow { (company) } h1 { "Sign in" } } }
        form.card.form method="post" action="/sign-in" {
            (refused(problem, &[]))
            input type="hidden" name="next" value=(next);
            (email.show(None))
            (password.show(None))
            button.primary { "Sign in" }
            p.soft { "Forgotten? An admin can set a new password for you under Settings, or on the machine itself with " code { "heard user password" } "." }
        }
    };
    bare("Sign in", Theme::of(headers), &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        assert_eq!(own_path("/feedback?stage=1"), "/feedback?stage=1");
        for elsewhere in
            ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/a\r\nSet-Cookie: x", "javascript:x"]
        {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
        }
    }
}

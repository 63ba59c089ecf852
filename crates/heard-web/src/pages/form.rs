//! The public feedback form of a listening post: shown, filled in, thanked for. For everybody, without session, cookie or
//! script; what is sent proves itself by the signed token of the form that was handed out.

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::form::FormLanguage;
use heard_flow::hear::form::{self, Filled, Sent, Shown};
use maud::html;

use crate::extract::{Asked, Form, Id};
use crate::guard::address;
use crate::pages::posts::show::base;
use crate::pages::thread::private;
use crate::parts::asking::{Asking, field_of, thanks};
use crate::parts::layout::visitor;
use crate::parts::tongue::Tongue;
use crate::problem::Problem;
use crate::state::AppState;

/// So often one address (a shop's network, say) may send within a quarter of an hour.
const MOST_PER_ADDRESS: u32 = 60;

/// So often one form may be sent within a quarter of an hour, by everybody together.
const MOST_PER_FORM: u32 = 1_000;

/// Shows a form that is open. Who came by the code on the spot (`?here=1`) is still there.
pub async fn show(State(state): State<AppState>, Id(code): Id<String>, Asked(pairs): Asked) -> Result<Response, Problem> {
    let Some(shown) = form::show(&state.flow, &code).await? else { return Ok(closed()) };
    let here = pairs.iter().any(|(name, value)| name == "here" && value == "1");
    Ok(asked(&state, &shown, Filled { here, ..Filled::default() }, None, None, StatusCode::OK))
}

/// Takes what somebody has filled in.
pub async fn send(State(state): State<AppState>, Id(code): Id<String>, parts: Parts, form: Form) -> Result<Response, Problem> {
    let filled = Filled {
        token: form.get("token").to_owned(),
        words: form.get("words").to_owned(),
        rating: form.get("rating").to_owned(),
        touchpoint: form.get("touchpoint").to_owned(),
        email: form.get("email").to_owned(),
        here: form.get("here") == "1",
        trap: form.get("website").to_owned(),
    };
    let Some(shown) = form::show(&state.flow, &code).await? else { return Ok(closed()) };
    if let Err(seconds) = tried(&state, &address(&state, &parts), &code) {
        let many = Tongue::of(shown.form.draft.language).many;
        let mut response = asked(&state, &shown, filled, Some(many), None, StatusCode::TOO_MANY_REQUESTS);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        return Ok(response);
    }
    match form::send(&state.flow, &code, filled.clone()).await? {
        None => Ok(closed()),
        Some(Sent::Heard { answerable, page }) => {
            // Going there by a redirect, a reload sends nothing again.
            let more = match page {
                Some(page) => format!("?page={page}"),
                None if answerable => "?answer=yes".to_owned(),
                None => String::new(),
            };
            Ok(Redirect::to(&format!("/f/{code}/thanks{more}")).into_response())
        }
        Some(Sent::Again(shown, why)) => {
            let words = Tongue::of(shown.form.draft.language).again(why);
            Ok(asked(&state, &shown, filled, Some(words), field_of(why), StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

/// Thanks, and says what happens next.
pub async fn thank(
    State(state): State<AppState>,
    Id(code): Id<String>,
    Asked(pairs): Asked,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(shown) = form::show(&state.flow, &code).await? else { return Ok(closed()) };
    let company = state.flow.directory().company.name.clone();
    let answerable = shown.form.draft.contact && pairs.iter().any(|(name, value)| name == "answer" && value == "yes");
    let page = pairs.iter().find(|(name, _)| name == "page").map(|(_, token)| token.as_str());
    let page = page.filter(|token| token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let page = page.map(|token| format!("{}/t/{token}", base(&state, &headers)));
    let body = thanks(&shown.form, &company, shown.post.promise_hours, answerable, page.as_deref());
    let language = shown.form.draft.language;
    let answer = visitor(language.code(), &titled(Tongue::of(language).thanks, &company), &body).into_response();
    Ok(if page.is_some() { private(answer) } else { answer })
}

/// Counts a try, before anything is known of it.
fn tried(state: &AppState, from: &str, code: &str) -> Result<(), u64> {
    let now = state.flow.now();
    state.visits.count(&format!("address {from}"), MOST_PER_ADDRESS, now)?;
    state.visits.count(&format!("form {code}"), MOST_PER_FORM, now)
}

fn titled(words: &str, company: &str) -> String {
    if company.is_empty() { words.to_owned() } else { format!("{words} · {company}") }
}

fn asked(state: &AppState, shown: &Shown, filled: Filled, why: Option<&str>, at: Option<&str>, status: StatusCode) -> Response {
    let directory = state.flow.directory();
    let filled = Filled { token: shown.token.clone(), ..filled };
    let asking = Asking { form: &shown.form, directory: &directory, filled: &filled, why, at, preview: false };
    let draft = &shown.form.draft;
    let page = visitor(draft.language.code(), &titled(&draft.question, &directory.company.name), &asking.show());
    let mut response = (status, page).into_response();
    // Kept only for going back, so that what was typed is still there.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

fn closed() -> Response {
    let (title, words) = Tongue::of(FormLanguage::English).closed;
    let body = html! {
        header.top { div { h1 { (title) } } }
        div.card.form {
            p { (words) }
            @for language in FormLanguage::ALL.iter().filter(|language| **language != FormLanguage::English) {
                p.soft lang=(language.code()) { (Tongue::of(*language).closed.0) "." }
            }
        }
    };
    (StatusCode::NOT_FOUND, visitor("en", title, &body)).into_response()
}

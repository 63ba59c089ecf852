//! The first run: whoever comes first becomes the admin and names the company.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Company;
use heard_domain::scope::Scope;
use heard_domain::time::Zone;
use heard_flow::arrange::{company, session, user};
use maud::{Markup, html};

use crate::browser::browser;
use crate::extract::Form;
use crate::pages::sign_in::entered;
use crate::parts::field::{Field, refused};
use crate::parts::layout::bare;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Theme;

/// Shows the form, once.
pub async fn show(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, Problem> {
    if !session::nobody_yet(&state.flow).await? {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    Ok(page(&headers, &Form(Vec::new()), None).into_response())
}

/// Makes the admin, names the company, and signs in.
pub async fn begin(State(state): State<AppState>, headers: HeaderMap, form: Form) -> Result<Response, Problem> {
    match settle(&state, &headers, &form).await {
        Ok(Some(secret)) => Ok(entered(&state, &secret, "/imports")),
        Ok(None) => Ok(Redirect::to("/sign-in").into_response()),
        Err(problem) if problem.code == ProblemCode::Conflict => Ok(Redirect::to("/sign-in").into_response()),
        Err(problem) => Ok((problem.code.status(), page(&headers, &form, Some(&problem))).into_response()),
    }
}

async fn settle(state: &AppState, headers: &HeaderMap, form: &Form) -> Result<Option<String>, Problem> {
    // Asked before the dear hashing of a password: this page is open to everybody.
    if !session::nobody_yet(&state.flow).await? {
        return Ok(None);
    }
    let zone: Zone = form
        .get("zone")
        .trim()
        .parse()
        .map_err(|error: heard_domain::time::BadTime| Problem::field("zone", error.to_string()))?;
    let called = form.get("company").trim();
    if called.is_empty() {
        return Err(Problem::field("company", "must not be empty"));
    }
    let flow = &state.flow;
    user::first(flow, form.get("email"), form.get("name"), form.get("password")).await?;
    // From here on there is an admin: what is wrong with the company can be mended under Settings.
    if let Err(error) = company::set(flow, &Scope::system(), Company { name: called.to_owned(), zone }).await {
        tracing::warn!(%error, "the company could not be named at the first run");
    }
    Ok(session::begin(flow, form.get("email"), form.get("password"), browser(headers)).await?)
}

fn page(headers: &HeaderMap, form: &Form, problem: Option<&Problem>) -> Markup {
    let field = |name, label, kind, autocomplete, hint| {
        Field { name, label, kind, value: form.get(name), autocomplete, hint }.show(problem)
    };
    let zone = if form.get("zone").is_empty() { "UTC" } else { form.get("zone") };
    let names = ["company", "zone", "name", "email", "password"];
    let body = html! {
        header.top { div { p.eyebrow { "Welcome" } h1 { "Set up Heard" } } }
        form.card.form method="post" action="/welcome" {
            p { "Nobody is here yet. You become the admin; others can be added later." }
            (refused(problem, &names))
            (field("company", "Company", "text", "organization", ""))
            (Field {
                name: "zone", label: "Time zone", kind: "text", value: zone, autocomplete: "off",
                hint: "Decides which day a comment belongs to, like Europe/Helsinki. It is fixed once there is feedback.",
            }.show(problem))
            (field("name", "Your name", "text", "name", ""))
            (field("email", "Your e-mail address", "email", "username", ""))
            (field("password", "Password", "password", "new-password", "At least 10 characters."))
            button.primary { "Begin" }
        }
    };
    bare("Set up Heard", Theme::of(headers), &body)
}

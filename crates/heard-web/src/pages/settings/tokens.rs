//! Tokens of integrators: made (the secret is shown once), listed, taken back.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::{PostId, TokenId};
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_flow::arrange::token::{self, Standing, TokenDraft};
use heard_store::tables;
use heard_store::tables::token::Token;
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::settings::shell;
use crate::parts::empty::empty;
use crate::parts::field::{Field, reason, refused};
use crate::parts::form::csrf;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Lists the tokens, with the form that makes one.
pub async fn list(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    // The page of a post leads here with the post chosen.
    page(&state, &viewer, &Form(pairs), None, None).await
}

/// Makes a token and shows its secret, once.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let outcome = async {
        let known =
            form.all("scopes").map(|code| code.parse::<Grant>().map_err(|error| Problem::field("scopes", error.to_string())));
        let grants = known.collect::<Result<_, _>>()?;
        let expires = match form.get("expires") {
            "" => None,
            days => {
                let days: i64 = days
                    .parse()
                    .ok()
                    .filter(|days| (1..=3660).contains(days))
                    .ok_or_else(|| Problem::field("expires", "must be a number of days"))?;
                Some(state.flow.now().plus_ms(days * 86_400_000))
            }
        };
        let post = match form.get("post") {
            "" => None,
            id => Some(id.parse().map_err(|_| Problem::field("post", "there is no such listening post"))?),
        };
        let draft = TokenDraft { name: form.get("name").to_owned(), grants, post, expires };
        token::make(&state.flow, &viewer.scope, draft).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok((_, secret)) => page(&state, &viewer, &Form(Vec::new()), Some(&secret), None).await,
        Err(problem) => page(&state, &viewer, &form, None, Some(&problem)).await,
    }
}

/// Takes a token back.
pub async fn remove(State(state): State<AppState>, viewer: Viewer, Id(id): Id<TokenId>) -> Result<Response, Problem> {
    token::remove(&state.flow, &viewer.scope, id).await?;
    Ok(Redirect::to("/settings/tokens").into_response())
}

async fn page(
    state: &AppState,
    viewer: &Viewer,
    form: &Form,
    secret: Option<&str>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let (tokens, users) =
        state.flow.store.read(&viewer.scope, |view| Ok((tables::token::list(view)?, tables::user::list(view)?))).await?;
    let (directory, now) = (state.flow.directory(), state.flow.now());
    let zone = &directory.company.zone;
    let standing = |token: &Token| token::standing(token, users.iter().find(|user| Some(user.id) == token.by), now);
    let post = |id: PostId| {
        directory.posts.iter().find(|post| post.id == id && viewer.scope.sees(id)).map_or("", |post| post.name.as_str())
    };
    let day = |time: Option<Time>, never: &str| time.map_or(never.to_owned(), |time| zone.day(time).to_string());
    let body = html! {
        @if let Some(secret) = secret {
            section.flash.good role="status" aria-label="The new token" {
                div {
                    p { strong { "Copy it now: it is shown only this once." } }
                    p.secret { code { (secret) } }
                }
            }
        }
        section.card aria-label="Tokens" {
            @if tokens.is_empty() {
                (empty("key", "No tokens yet", "A token lets a program send feedback or read figures through the API. Make one below.", &html! {}))
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of tokens" {
                    table.plain {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "May" } th scope="col" { "Listening post" } th scope="col" { "Since" } th scope="col" { "Valid until" } th scope="col" { "Last used" } th scope="col" { span.vh { "Take back" } } } }
                        tbody {
                            @for token in &tokens {
                                tr {
                                    td { (token.name) (stands(&standing(token))) }
                                    td { @for (n, grant) in token.grants.iter().enumerate() { @if n > 0 { ", " } (grant.label().to_lowercase()) } }
                                    td { @match token.post { Some(id) => { a href={ "/posts/" (id) } { bdi { (post(id)) } } }, None => { span.soft { "any" } } } }
                                    td { (zone.day(token.since)) }
                                    td { (day(token.expires, "taken back")) }
                                    td { (day(token.seen, "never")) }
                                    td {
                                        form method="post" action={ "/settings/tokens/" (token.id) "/remove" } {
                                            (csrf(&viewer.csrf))
                                            button.danger data-sure={ "Take back “" (token.name) "”? Programs that use it stop working at once." } { "Take back" span.vh { " " (token.name) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        section.card.narrow aria-labelledby="make" {
            div.ch { h2 #make { "Make a token" } }
            form.form method="post" action="/settings/tokens" {
                (csrf(&viewer.csrf))
                (refused(problem, &["name", "scopes", "post", "expires"]))
                (Field { name: "name", label: "What it is for", kind: "text", value: form.get("name"), autocomplete: "off", hint: "Like “Data warehouse”." }.show(problem))
                fieldset {
                    legend { "What it may do" }
                    @if let Some(reason) = reason(problem, "scopes") { p.field { span.wrong { (reason) } } }
                    div.checks {
                        @for grant in Grant::ALL {
                            label.check { input type="checkbox" name="scopes" value=(grant.code()) checked[form.all("scopes").any(|code| code == grant.code())]; span { (grant) " " code { (grant.code()) } } }
                        }
                    }
                }
                div.field {
                    label for="post" { "Listening post" }
                    span.hint #post-hint { "With a token of a post, what is sent goes there and only there, and nothing else is in its sight." }
                    select.input #post name="post" aria-describedby="post-hint" aria-invalid=[reason(problem, "post").map(|_| "true")] {
                        option value="" { "any: whoever sends says where" }
                        @for known in directory.posts.iter().filter(|post| viewer.scope.sees(post.id)) {
                            option value=(known.id) selected[form.get("post") == known.id.to_string()] { (known.name) }
                        }
                    }
                    @if let Some(reason) = reason(problem, "post") { span.wrong { (reason) } }
                }
                div.field {
                    label for="expires" { "Valid for" }
                    select.input #expires name="expires" {
                        option value="" { "until it is taken back" }
                        @for days in ["30", "90", "365"] { option value=(days) selected[form.get("expires") == days] { (days) " days" } }
                    }
                }
                button.primary { "Make token" }
            }
        }
        p.soft { "How to use it: " a href="/openapi.json" { "openapi.json" } " describes every operation; send “Authorization: Bearer heard_…”." }
    };
    Ok(shell::page(viewer, "/settings/tokens", "Tokens", problem, &body))
}

/// What can no longer be done with a token, and why.
fn stands(standing: &Standing) -> Markup {
    html! {
        @match standing {
            Standing::Works => {}
            Standing::Less(left) => div { span.chip.state { "Does less" } span.soft { " Whoever made it may do no more than: " @for (n, grant) in left.iter().enumerate() { @if n > 0 { ", " } (grant.label().to_lowercase()) } } }
            Standing::Expired => div { span.chip.state { "Expired" } }
            Standing::Orphaned => div { span.chip.state.bad { "Stopped" } span.soft { " Whoever made it is not active any more, or may not do this any more." } }
        }
    }
}

//! My account: who I am to Heard, my password, and where I am signed in.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::SessionId;
use heard_flow::act::cadence;
use heard_flow::arrange::session::Mine;
use heard_flow::arrange::{session, user};
use maud::{Markup, html};

use crate::browser::browser;
use crate::extract::{Asked, Form, Id};
use crate::pages::settings::shell;
use crate::pages::sign_in::entered;
use crate::parts::field::{Field, done, refused};
use crate::parts::form::csrf;
use crate::parts::say::{ago, moment};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows my account.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let ended = pairs.iter().find(|(name, _)| name == "ended").map(|(_, what)| what.as_str());
    let saved = pairs.iter().any(|(name, _)| name == "saved").then_some("Saved.");
    let said = ended.map(|what| if what == "others" { "You are signed in only here." } else { "That browser is signed out." });
    let said = said.or(saved);
    page(&state, &viewer, said, None).await
}

/// Signs me out in another browser.
pub async fn end_session(State(state): State<AppState>, viewer: Viewer, Id(id): Id<SessionId>) -> Result<Response, Problem> {
    session::revoke(&state.flow, &viewer.scope, id).await?;
    Ok(Redirect::to("/settings?ended=one#sessions").into_response())
}

/// Signs me out in all other browsers.
pub async fn end_others(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    session::revoke_others(&state.flow, &viewer.scope, &viewer.session).await?;
    Ok(Redirect::to("/settings?ended=others#sessions").into_response())
}

/// Whether I get digests by mail.
pub async fn digests(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    cadence::set_mailed(&state.flow, &viewer.scope, form.get("mailed") == "yes").await?;
    Ok(Redirect::to("/settings?saved=digests").into_response())
}

/// Changes my password. Every session of mine ends; this browser gets a new one.
pub async fn password(
    State(state): State<AppState>,
    viewer: Viewer,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    let flow = &state.flow;
    let outcome = if form.get("new") == form.get("again") {
        user::change_password(flow, &viewer.scope, form.get("old"), form.get("new")).await.map_err(Problem::from)
    } else {
        Err(Problem::field("again", "is not the same as the new password"))
    };
    if let Err(problem) = outcome {
        return page(&state, &viewer, None, Some(&renamed(problem))).await;
    }
    match session::begin(flow, &viewer.user.email, form.get("new"), browser(&headers)).await? {
        Some(secret) => Ok(entered(&state, &secret, "/settings")),
        None => Ok(entered(&state, "", "/sign-in")),
    }
}

/// The step speaks of the “password”; this form has three of them.
fn renamed(mut problem: Problem) -> Problem {
    for field in &mut problem.invalid {
        if field.name == "password" {
            "new".clone_into(&mut field.name);
        }
    }
    problem
}

async fn page(state: &AppState, viewer: &Viewer, said: Option<&str>, problem: Option<&Problem>) -> Result<Response, Problem> {
    let directory = state.flow.directory();
    let mailed = cadence::mailed(&state.flow, &viewer.scope).await?.unwrap_or(true);
    let mine = session::mine(&state.flow, &viewer.scope, &viewer.session).await?;
    let post =
        |id| directory.posts.iter().find(|post| post.id == id).map_or("a post that was removed", |post| post.name.as_str());
    let field =
        |name, label, autocomplete, hint| Field { name, label, kind: "password", value: "", autocomplete, hint }.show(problem);
    let body = html! {
        (done(said))
        div.two.even {
            section.card aria-labelledby="who" {
                div.ch { h2 #who { "Who I am to Heard" } }
                dl.facts {
                    dt { "Name" } dd { (viewer.user.name) }
                    dt { "E-mail" } dd { (viewer.user.email) }
                    dt { "Role" } dd { (viewer.user.role) }
                    dt { "I see" } dd {
                        @match &viewer.user.posts {
                            None => "all listening posts",
                            Some(posts) if posts.is_empty() => "no listening post yet: ask an admin",
                            Some(posts) => { @for (n, id) in posts.iter().enumerate() { @if n > 0 { ", " } (post(*id)) } }
                        }
                    }
                    dt { "I may" } dd {
                        @for (n, grant) in viewer.user.role.grants().iter().enumerate() { @if n > 0 { ", " } (grant.label().to_lowercase()) }
                    }
                }
            }
            section.card aria-labelledby="password" {
                div.ch { h2 #password { "Change my password" } }
                form.form method="post" action="/settings/password" {
                    (csrf(&viewer.csrf))
                    (refused(problem, &["old", "new", "again"]))
                    (field("old", "Password until now", "current-password", ""))
                    (field("new", "New password", "new-password", "At least 10 characters. You are signed out everywhere else."))
                    (field("again", "New password again", "new-password", ""))
                    button.primary { "Change password" }
                }
            }
        }
        (by_mail(viewer, mailed))
        (sessions(state, viewer, &mine))
    };
    Ok(shell::page(viewer, "/settings", "My account", problem, &body))
}

/// Whether digests come by mail.
fn by_mail(viewer: &Viewer, mailed: bool) -> Markup {
    html! {
        section.card aria-labelledby="by-mail" {
            div.ch { div { h2 #by-mail { "Mail to me" } p { "The weekly digests of my departments, the reminder on the third day, and for who leads listening which are late. They stand on the page of digests in any case." } } }
            form.form method="post" action="/settings/digests" {
                (csrf(&viewer.csrf))
                label.check { input type="checkbox" name="mailed" value="yes" checked[mailed]; "Send me digests by mail" }
                button.secondary { "Save" }
            }
        }
    }
}

/// Where I am signed in, each to be ended.
fn sessions(state: &AppState, viewer: &Viewer, mine: &[Mine]) -> Markup {
    let (directory, now) = (state.flow.directory(), state.flow.now());
    let zone = &directory.company.zone;
    let name = |one: &Mine| one.session.browser.clone().unwrap_or_else(|| "A browser that does not say its name".to_owned());
    html! {
        section.card aria-labelledby="sessions" {
            div.ch { div { h2 #sessions { "Where I am signed in" } p { "A session ends by itself after 14 days without use. Something you do not know? Sign it out, and change your password." } } }
            div.scroll tabindex="0" role="group" aria-label="Table of sessions" {
                table.plain {
                    thead { tr { th scope="col" { "Browser" } th scope="col" { "Signed in" } th scope="col" { "Last used" } th scope="col" { span.vh { "Sign out" } } } }
                    tbody {
                        @for one in mine {
                            tr {
                                td { (name(one)) @if one.this { " " span.chip.state { "This one" } } }
                                td { time datetime=(one.session.since) { (moment(one.session.since, zone)) } }
                                td { @if one.this { "now" } @else { time datetime=(one.session.seen) { (within(&ago(now, one.session.seen, zone))) } } }
                                td {
                                    @if !one.this {
                                        form method="post" action={ "/settings/sessions/" (one.session.id) "/end" } {
                                            (csrf(&viewer.csrf))
                                            button.danger { "Sign out" span.vh { " " (name(one)) ", signed in " (moment(one.session.since, zone)) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if mine.len() > 1 {
                form method="post" action="/settings/sessions/others" {
                    (csrf(&viewer.csrf))
                    button.danger data-sure="Sign out everywhere else?" { "Sign out everywhere else" }
                }
            }
        }
    }
}

/// When a session was last used is kept to the hour.
fn within(ago: &str) -> String {
    if ago == "just now" || ago.ends_with("min ago") { "within the last hour".to_owned() } else { ago.to_owned() }
}

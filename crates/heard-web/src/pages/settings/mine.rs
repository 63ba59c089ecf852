//! My account: who I am to Heard, and my password.

use axum::extract::State;
use axum::response::Response;
use heard_flow::arrange::{session, user};
use maud::html;

use crate::extract::Form;
use crate::pages::settings::shell;
use crate::pages::sign_in::entered;
use crate::parts::field::{Field, refused};
use crate::parts::form::csrf;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows my account.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Response {
    page(&state, &viewer, None)
}

/// Changes my password. Every session of mine ends; this browser gets a new one.
pub async fn password(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let flow = &state.flow;
    let outcome = if form.get("new") == form.get("again") {
        user::change_password(flow, &viewer.scope, form.get("old"), form.get("new")).await.map_err(Problem::from)
    } else {
        Err(Problem::field("again", "is not the same as the new password"))
    };
    if let Err(problem) = outcome {
        return Ok(page(&state, &viewer, Some(&renamed(problem))));
    }
    match session::begin(flow, &viewer.user.email, form.get("new")).await? {
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

fn page(state: &AppState, viewer: &Viewer, problem: Option<&Problem>) -> Response {
    let directory = state.flow.directory();
    let post =
        |id| directory.posts.iter().find(|post| post.id == id).map_or("a post that was removed", |post| post.name.as_str());
    let field =
        |name, label, autocomplete, hint| Field { name, label, kind: "password", value: "", autocomplete, hint }.show(problem);
    let body = html! {
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
    };
    shell::page(viewer, "/settings", "My account", problem, &body)
}

//! Users: who signs in, as what, and which listening posts they see.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::{DepartmentId, PostId, UserId};
use heard_domain::post::Post;
use heard_domain::user::{Role, User};
use heard_flow::act::cadence;
use heard_flow::arrange::department;
use heard_flow::arrange::user::{self, UserDraft};
use heard_store::tables;
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::settings::shell;
use crate::parts::field::{Field, boxes, done, reason, refused};
use crate::parts::form::csrf;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const FIELDS: [&str; 5] = ["email", "name", "role", "posts", "password"];

/// Lists the users, with the form that adds one.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    listed(&state, &viewer, &Form(Vec::new()), None).await
}

/// Adds a user.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let outcome = async {
        let draft = draft(&form, true)?;
        user::add(&state.flow, &viewer.scope, draft, form.get("password")).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok(made) => Ok(Redirect::to(&format!("/settings/users/{}?saved=added", made.id)).into_response()),
        Err(problem) => listed(&state, &viewer, &form, Some(&problem)).await,
    }
}

/// Shows one user.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<UserId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let user = get(&state, &viewer, id).await?;
    let saved = match pairs.iter().find(|(name, _)| name == "saved").map(|(_, value)| value.as_str()) {
        Some("added") => Some("Added. Tell them their password; they can change it under “My account”."),
        Some("password") => Some("The password is set. They are signed out everywhere."),
        Some(_) => Some("Saved."),
        None => None,
    };
    one(&state, &viewer, &user, saved, None).await
}

/// Changes a user.
pub async fn change(State(state): State<AppState>, viewer: Viewer, Id(id): Id<UserId>, form: Form) -> Result<Response, Problem> {
    let there = get(&state, &viewer, id).await?;
    let draft = match draft(&form, form.get("active") == "yes") {
        Ok(draft) => draft,
        Err(problem) => return one(&state, &viewer, &there, None, Some(&problem)).await,
    };
    match user::change(&state.flow, &viewer.scope, id, draft.clone()).await.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&format!("/settings/users/{id}?saved=yes")).into_response()),
        Err(problem) => {
            let UserDraft { email, name, role, posts, active } = draft;
            let wanted = User { email, name, role, posts, active, ..there };
            one(&state, &viewer, &wanted, None, Some(&problem)).await
        }
    }
}

/// Sets a user's password.
pub async fn password(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<UserId>,
    form: Form,
) -> Result<Response, Problem> {
    let there = get(&state, &viewer, id).await?;
    match user::set_password(&state.flow, &viewer.scope, id, form.get("password")).await.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(&format!("/settings/users/{id}?saved=password")).into_response()),
        Err(problem) => one(&state, &viewer, &there, None, Some(&problem)).await,
    }
}

/// Sets the departments to which a user belongs.
pub async fn departments(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<UserId>,
    form: Form,
) -> Result<Response, Problem> {
    let there = get(&state, &viewer, id).await?;
    let chosen = form.all("departments").map(|id| id.parse().map_err(|_| Problem::field("departments", "must be chosen")));
    let chosen = chosen.collect::<Result<Vec<DepartmentId>, Problem>>()?;
    match department::set_of_user(&state.flow, &viewer.scope, id, chosen).await.map_err(Problem::from) {
        Ok(()) => Ok(Redirect::to(&format!("/settings/users/{id}?saved=yes")).into_response()),
        Err(problem) => one(&state, &viewer, &there, None, Some(&problem)).await,
    }
}

/// Sets whether a user gets digests by mail.
pub async fn digests(State(state): State<AppState>, viewer: Viewer, Id(id): Id<UserId>, form: Form) -> Result<Response, Problem> {
    cadence::set_mailed_of(&state.flow, &viewer.scope, id, form.get("mailed") == "yes").await?;
    Ok(Redirect::to(&format!("/settings/users/{id}?saved=yes")).into_response())
}

/// The departments of every user.
async fn belonging(state: &AppState, viewer: &Viewer) -> Result<Vec<(DepartmentId, UserId)>, Problem> {
    Ok(state.flow.store.read(&viewer.scope, tables::department::members).await?)
}

async fn get(state: &AppState, viewer: &Viewer, id: UserId) -> Result<User, Problem> {
    let found = state.flow.store.read(&viewer.scope, move |view| tables::user::get(view, id)).await?;
    found.ok_or_else(|| Problem::missing("user"))
}

fn draft(form: &Form, active: bool) -> Result<UserDraft, Problem> {
    let role = form.get("role").parse().map_err(|_| Problem::field("role", "must be chosen"))?;
    let posts = form.all("posts").map(|id| id.parse::<PostId>().map_err(|error| Problem::field("posts", error.to_string())));
    let chosen = posts.collect::<Result<Vec<_>, _>>()?;
    let posts = (form.get("sees") == "some").then_some(chosen);
    Ok(UserDraft { email: form.get("email").to_owned(), name: form.get("name").to_owned(), role, posts, active })
}

async fn listed(state: &AppState, viewer: &Viewer, form: &Form, problem: Option<&Problem>) -> Result<Response, Problem> {
    let users = state.flow.store.read(&viewer.scope, tables::user::list).await?;
    let directory = state.flow.directory_of(&viewer.scope);
    let belonging = belonging(state, viewer).await?;
    let departments_of = |user: UserId| {
        let names = belonging.iter().filter(|(_, member)| *member == user).filter_map(|(id, _)| directory.department(*id));
        names.map(|department| department.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let role = form.get("role").parse().unwrap_or(Role::Analyst);
    let chosen: Option<Vec<PostId>> =
        (form.get("sees") == "some").then(|| form.all("posts").filter_map(|id| id.parse().ok()).collect());
    let body = html! {
        section.card aria-label="Users" {
            div.scroll tabindex="0" role="group" aria-label="Table of users" {
                table.plain {
                    thead { tr { th scope="col" { "Name" } th scope="col" { "E-mail" } th scope="col" { "Role" } th scope="col" { "Departments" } th scope="col" { "Sees" } th scope="col" { "May sign in" } } }
                    tbody {
                        @for user in &users {
                            tr {
                                td { a.more href={ "/settings/users/" (user.id) } { (user.name) } }
                                td { (user.email) }
                                td { (user.role) }
                                td { (departments_of(user.id)) }
                                td { @match &user.posts { None => "all posts", Some(posts) => { (posts.len()) " posts" } } }
                                td { (if user.active { "yes" } else { "no" }) }
                            }
                        }
                    }
                }
            }
        }
        section.card.narrow aria-labelledby="add" {
            div.ch { h2 #add { "Add a user" } }
            form.form method="post" action="/settings/users" {
                (csrf(&viewer.csrf))
                (refused(problem, &FIELDS))
                (fields(form.get("name"), form.get("email"), role, chosen.as_deref(), &directory.posts, problem))
                (Field { name: "password", label: "First password", kind: "password", value: "", autocomplete: "new-password", hint: "At least 10 characters; they can change it." }.show(problem))
                button.primary { "Add" }
            }
        }
    };
    Ok(shell::page(viewer, "/settings/users", "Users", problem, &body))
}

async fn one(
    state: &AppState,
    viewer: &Viewer,
    user: &User,
    saved: Option<&str>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let directory = state.flow.directory_of(&viewer.scope);
    let own: Vec<String> = belonging(state, viewer)
        .await?
        .into_iter()
        .filter(|(_, member)| *member == user.id)
        .map(|(department, _)| department.to_string())
        .collect();
    let mailed = cadence::mailed_of(&state.flow, &viewer.scope, user.id).await?;
    let all: Vec<(String, String)> = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let body = html! {
        (done(saved))
        div.two.even {
            section.card aria-labelledby="who" {
                div.ch { h2 #who { "What they are to Heard" } }
                form.form method="post" action={ "/settings/users/" (user.id) } {
                    (csrf(&viewer.csrf))
                    (refused(problem, &FIELDS))
                    (fields(&user.name, &user.email, user.role, user.posts.as_deref(), &directory.posts, problem))
                    label.check { input type="checkbox" name="active" value="yes" checked[user.active]; "May sign in" }
                    button.primary { "Save" }
                }
            }
            section.card aria-labelledby="departments-of" {
                div.ch { h2 #departments-of { "Departments" } }
                form.form method="post" action={ "/settings/users/" (user.id) "/departments" } {
                    (csrf(&viewer.csrf))
                    (boxes("departments", "Belongs to", &all, &own, problem))
                    button.primary { "Save" }
                }
            }
            section.card aria-labelledby="mail-to" {
                div.ch { div { h2 #mail-to { "Mail to them" } p { "The weekly digests of their departments, and what follows where nobody reads them. They can change it under “My account”." } } }
                form.form method="post" action={ "/settings/users/" (user.id) "/digests" } {
                    (csrf(&viewer.csrf))
                    label.check { input type="checkbox" name="mailed" value="yes" checked[mailed]; "Gets digests by mail" }
                    button.secondary { "Save" }
                }
            }
            section.card aria-labelledby="password-of" {
                div.ch { h2 #password-of { "Set a new password" } }
                form.form method="post" action={ "/settings/users/" (user.id) "/password" } {
                    (csrf(&viewer.csrf))
                    (Field { name: "password", label: "New password", kind: "password", value: "", autocomplete: "new-password", hint: "At least 10 characters. They are signed out everywhere." }.show(problem))
                    button.secondary { "Set password" }
                }
            }
        }
        p { a.more href="/settings/users" { "All users" } }
    };
    Ok(shell::page(viewer, "/settings/users", &user.name, problem, &body))
}

fn fields(name: &str, email: &str, role: Role, posts: Option<&[PostId]>, all: &[Post], problem: Option<&Problem>) -> Markup {
    html! {
        (Field { name: "name", label: "Name", kind: "text", value: name, autocomplete: "off", hint: "" }.show(problem))
        (Field { name: "email", label: "E-mail address", kind: "email", value: email, autocomplete: "off", hint: "" }.show(problem))
        div.field {
            label for="role" { "Role" }
            select.input #role name="role" {
                @for known in Role::ALL { option value=(known.code()) selected[*known == role] { (known) } }
            }
        }
        fieldset {
            legend { "Sees" }
            div.checks {
                label.check { input type="radio" name="sees" value="all" checked[posts.is_none()]; "all listening posts" }
                label.check { input type="radio" name="sees" value="some" checked[posts.is_some()]; "only these:" }
            }
            @if all.is_empty() { p.soft { "There are no listening posts yet." } }
            div.checks {
                @for post in all {
                    label.check { input type="checkbox" name="posts" value=(post.id) checked[posts.is_some_and(|chosen| chosen.contains(&post.id))]; (post.name) }
                }
            }
            @if let Some(reason) = reason(problem, "posts") { span.field { span.wrong { (reason) } } }
        }
    }
}

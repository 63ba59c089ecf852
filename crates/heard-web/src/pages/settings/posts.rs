//! Listening posts: where Heard listens, which decision each informs, who answers for it, and what is promised.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::channel::Channel;
use heard_domain::directory::Directory;
use heard_domain::id::PostId;
use heard_domain::post::Post;
use heard_domain::scope::Scope;
use heard_domain::user::User;
use heard_flow::arrange::post::{self, PostDraft};
use heard_store::tables;
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::settings::shell;
use crate::parts::field::{Field, done, reason, refused};
use crate::parts::form::csrf;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const FIELDS: [&str; 5] = ["name", "touchpoint", "objective", "owner", "promise_hours"];

/// Lists the posts, with the form that sets one up.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    listed(&state, &viewer, &blank(), None).await
}

/// Sets one up.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let (draft, wrong) = draft(&form);
    let outcome = match wrong {
        Some(problem) => Err(problem),
        None => post::add(&state.flow, &viewer.scope, draft.clone()).await.map_err(Problem::from),
    };
    match outcome {
        Ok(made) => Ok(Redirect::to(&format!("/settings/posts/{}?saved=yes", made.id)).into_response()),
        Err(problem) => listed(&state, &viewer, &draft, Some(&problem)).await,
    }
}

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PostId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let Post { name, channel, touchpoint, objective, owner, promise_hours, .. } = get(&state.flow.directory(), &viewer, id)?;
    let draft = PostDraft { name, channel, touchpoint, objective, owner, promise_hours };
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    one(&state, &viewer, id, &draft, saved, None).await
}

/// Changes one.
pub async fn change(State(state): State<AppState>, viewer: Viewer, Id(id): Id<PostId>, form: Form) -> Result<Response, Problem> {
    get(&state.flow.directory(), &viewer, id)?;
    let (draft, wrong) = draft(&form);
    let outcome = match wrong {
        Some(problem) => Err(problem),
        None => post::change(&state.flow, &viewer.scope, id, draft.clone()).await.map_err(Problem::from),
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/settings/posts/{id}?saved=yes")).into_response()),
        Err(problem) => one(&state, &viewer, id, &draft, false, Some(&problem)).await,
    }
}

fn get(directory: &Directory, viewer: &Viewer, id: PostId) -> Result<Post, Problem> {
    let found = directory.posts.iter().find(|post| post.id == id && viewer.scope.sees(id));
    found.cloned().ok_or_else(|| Problem::missing("listening post"))
}

fn blank() -> PostDraft {
    PostDraft {
        name: String::new(),
        channel: Channel::WebForm,
        touchpoint: None,
        objective: None,
        owner: None,
        promise_hours: None,
    }
}

/// What the form says, and what of it cannot be meant.
fn draft(form: &Form) -> (PostDraft, Option<Problem>) {
    let hours = form.get("promise_hours").trim();
    let promise_hours = hours.parse().ok();
    let unclear = promise_hours.is_none() && !hours.is_empty();
    let draft = PostDraft {
        name: form.get("name").to_owned(),
        channel: form.get("channel").parse().unwrap_or(Channel::WebForm),
        touchpoint: form.get("touchpoint").parse().ok(),
        objective: Some(form.get("objective").trim().to_owned()).filter(|text| !text.is_empty()),
        owner: form.get("owner").parse().ok(),
        promise_hours,
    };
    (draft, unclear.then(|| Problem::field("promise_hours", "must be a whole number of hours")))
}

async fn users(state: &AppState) -> Result<Vec<User>, Problem> {
    // Who answers for a post is no secret to whoever may set one up.
    Ok(state.flow.store.read(&Scope::system(), tables::user::list).await?)
}

async fn listed(state: &AppState, viewer: &Viewer, wanted: &PostDraft, problem: Option<&Problem>) -> Result<Response, Problem> {
    let (directory, users) = (state.flow.directory(), users(state).await?);
    let owner = |post: &Post| {
        users.iter().find(|user| Some(user.id) == post.owner).map_or("nobody", |user| user.name.as_str()).to_owned()
    };
    let seen: Vec<&Post> = directory.posts.iter().filter(|post| viewer.scope.sees(post.id)).collect();
    let body = html! {
        section.card aria-label="Listening posts" {
            @if seen.is_empty() {
                div.empty { h2 { "No listening posts yet" } p { "One is made with every import. Set one up below for what programs send." } }
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of listening posts" {
                    table.plain {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "Channel" } th scope="col" { "Informs" } th scope="col" { "Owner" } th scope="col" { "Answer within" } } }
                        tbody {
                            @for post in &seen {
                                tr {
                                    td { a.more href={ "/settings/posts/" (post.id) } { bdi { (post.name) } } }
                                    td { (post.channel) }
                                    td { (post.objective.as_deref().unwrap_or("no decision yet: it is noise")) }
                                    td { (owner(post)) }
                                    td { @match post.promise_hours { Some(hours) => { (hours) " hours" }, None => "not promised" } }
                                }
                            }
                        }
                    }
                }
            }
        }
        section.card.narrow aria-labelledby="add" {
            div.ch { h2 #add { "Set up a listening post" } }
            (form("/settings/posts", viewer, wanted, &directory, &users, problem))
        }
    };
    Ok(shell::page(viewer, "/settings/posts", "Listening posts", problem, &body))
}

async fn one(
    state: &AppState,
    viewer: &Viewer,
    id: PostId,
    draft: &PostDraft,
    saved: bool,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let (directory, users) = (state.flow.directory(), users(state).await?);
    let body = html! {
        (done(saved.then_some("Saved.")))
        section.card.narrow.form aria-label="Listening post" {
            (form(&format!("/settings/posts/{id}"), viewer, draft, &directory, &users, problem))
            p.soft { "Programs send feedback to it as post " code { (id) } "." }
        }
        p { a.more href="/settings/posts" { "All listening posts" } }
    };
    Ok(shell::page(viewer, "/settings/posts", "Listening post", problem, &body))
}

fn form(
    action: &str,
    viewer: &Viewer,
    draft: &PostDraft,
    directory: &Directory,
    users: &[User],
    problem: Option<&Problem>,
) -> Markup {
    let hours = draft.promise_hours.map(|hours| hours.to_string()).unwrap_or_default();
    html! {
        form.form method="post" action=(action) {
            (csrf(&viewer.csrf))
            (refused(problem, &FIELDS))
            (Field { name: "name", label: "Name", kind: "text", value: &draft.name, autocomplete: "off", hint: "" }.show(problem))
            div.field {
                label for="channel" { "Channel" }
                select.input #channel name="channel" {
                    @for known in Channel::ALL { option value=(known.code()) selected[*known == draft.channel] { (known) } }
                }
            }
            div.field {
                label for="touchpoint" { "Touchpoint, if it is always the same" }
                select.input #touchpoint name="touchpoint" {
                    option value="" { "it varies" }
                    @for known in &directory.journey.touchpoints { option value=(known.id) selected[draft.touchpoint == Some(known.id)] { (known.name) } }
                }
            }
            div.field {
                label for="objective" { "Which decision it informs" }
                span.hint #objective-hint { "A post that informs no decision is noise." }
                input.input #objective name="objective" maxlength="300" value=[draft.objective.as_deref()] aria-describedby="objective-hint";
            }
            div.field {
                label for="owner" { "Who answers for it" }
                select.input #owner name="owner" {
                    option value="" { "nobody yet" }
                    @for user in users.iter().filter(|user| user.active || draft.owner == Some(user.id)) {
                        option value=(user.id) selected[draft.owner == Some(user.id)] { (user.name) }
                    }
                }
            }
            div.field {
                label for="promise_hours" { "Hours within which customers get an answer" }
                input.input #promise_hours name="promise_hours" inputmode="numeric" value=(hours)
                    aria-invalid=[reason(problem, "promise_hours").map(|_| "true")];
                @if let Some(reason) = reason(problem, "promise_hours") { span.wrong { (reason) } }
            }
            button.primary { "Save" }
        }
    }
}

//! All listening posts: what each informs, who answers for it, how it fares; and what of it is noise.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::channel::Channel;
use heard_domain::post::Post;
use heard_domain::scope::Reach;
use heard_domain::user::Grant;
use heard_flow::arrange::post::{self, PostDraft};
use heard_flow::measure::listening;
use maud::html;

use crate::extract::Form;
use crate::pages::posts::edit::{self, draft};
use crate::pages::posts::health::{course, last_heard, marks, noise};
use crate::parts::empty::empty;
use crate::parts::icon::icon;
use crate::parts::layout::{self, Place};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows them, with the form that sets one up.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    listed(&state, &viewer, &blank(), None).await
}

/// Sets one up.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let (draft, wrong) = draft(&form, &blank());
    let outcome = match wrong {
        Some(problem) => Err(problem),
        None => post::add(&state.flow, &viewer.scope, draft.clone()).await.map_err(Problem::from),
    };
    match outcome {
        Ok(made) => Ok(Redirect::to(&format!("/posts/{}?saved=yes", made.id)).into_response()),
        Err(problem) => listed(&state, &viewer, &draft, Some(&problem)).await,
    }
}

fn blank() -> PostDraft {
    PostDraft::new("", Channel::WebForm)
}

async fn listed(state: &AppState, viewer: &Viewer, wanted: &PostDraft, problem: Option<&Problem>) -> Result<Response, Problem> {
    let (directory, users) = (state.flow.directory(), edit::users(state).await?);
    let health = listening::all(&state.flow, &viewer.scope).await?;
    let (now, zone) = (state.flow.now(), &directory.company.zone);
    let seen: Vec<&Post> = directory.posts.iter().filter(|post| viewer.scope.sees(post.id)).collect();
    let noisy = seen.iter().filter(|post| !post.lacks().is_empty()).count();
    let body = html! {
        header.top {
            div { p.eyebrow { "Listen" } h1 { "Listening posts" } }
            @if viewer.may(Grant::Shape) && viewer.scope.reach == Reach::Everything {
                div.tools { a.primary href="#add" { (icon("plus")) "Set up a listening post" } }
            }
        }
        section.card aria-label="Listening posts" {
            @if seen.is_empty() {
                (empty("ear", "No listening posts yet", "A listening post is a place where you hear customers: a form, a survey, a help desk. One is made with every import.", &html! {}))
            } @else {
                p.soft {
                    @if noisy == 0 { "Every post informs a decision, has an owner, and something happens with what it hears." }
                    @else { (noisy) " of " (seen.len()) " " @if noisy == 1 { "is" } @else { "are" } " noise: a post without a decision, an owner and something that happens with what is heard only costs customers their time." }
                }
                div.scroll tabindex="0" role="group" aria-label="Table of listening posts" {
                    table.plain.posts {
                        thead { tr { th scope="col" { "Post" } th scope="col" { "Informs" } th scope="col" { "Owner" } th scope="col" { "Answer within" } th scope="col" { "Last heard" } th.num scope="col" { "7 days" } th.num scope="col" { "28 days" } th scope="col" { "Course" } } }
                        tbody {
                            @for post in &seen {
                                @let health = health.get(&post.id);
                                tr {
                                    td {
                                        a.more href={ "/posts/" (post.id) } { bdi { (post.name) } }
                                        div.soft { (post.channel) }
                                        (marks(post, health))
                                    }
                                    td {
                                        @if let Some(objective) = &post.objective { (objective) }
                                        @if let Some(lacks) = noise(post) { div.lacks { "Lacks " (lacks) } }
                                    }
                                    td { (edit::owner(post, &users).unwrap_or("nobody")) }
                                    td { @match post.promise_hours { Some(hours) => { (hours) " h" }, None => { span.soft { "not promised" } } } }
                                    td { @if let Some(health) = health { (last_heard(health, now, zone)) } }
                                    td.num { @if let Some(health) = health { (heard_charts::number::whole(health.week.max(0) as u64)) } }
                                    td.num { @if let Some(health) = health { (heard_charts::number::whole(health.month.max(0) as u64)) } }
                                    td.course { @if let Some(health) = health { (course(health)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if viewer.may(Grant::Shape) && viewer.scope.reach == Reach::Everything {
            section.card.narrow aria-labelledby="add" {
                div.ch { h2 #add { "Set up a listening post" } }
                (edit::fields("/posts", viewer, wanted, &directory, &users, problem))
            }
        }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, layout::page(viewer, Some(Place::Posts), "Listening posts", &body)).into_response())
}

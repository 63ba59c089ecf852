//! The proposal: what the categories would learn from the examples that wait, what would move, and the choice.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::decimal;
use heard_domain::id::FeedbackId;
use heard_flow::arrange::learning::{self, Proposal};
use heard_flow::measure::quotes::many;
use maud::{Markup, html};

use crate::extract::Form;
use crate::parts::category::PATH;
use crate::parts::empty::empty;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::layout::{Place, page};
use crate::parts::learning::{felt, moved, movements, progress, sentence};
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// Where the page is.
pub const PROPOSAL: &str = "/categories/proposal";

/// Shows what would be learnt.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    shown(&state, &viewer, None).await
}

/// Applies it, discards it, or counts it on all comments.
pub async fn decide(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let name = Some(form.get("name").to_owned()).filter(|name| !name.is_empty());
    let outcome = match form.get("do") {
        "apply" => {
            let version = learning::apply(&state.flow, &viewer.scope, name).await;
            version.map(|version| format!("{PATH}?done={version}"))
        }
        "discard" => learning::discard(&state.flow, &viewer.scope, name).await.map(|n| format!("{PATH}?aside={n}")),
        "all" => learning::count_all(&state.flow, &viewer.scope).await.map(|()| PROPOSAL.to_owned()),
        _ => return Err(Problem::field("do", "must be apply, discard or all")),
    };
    match outcome.map_err(Problem::from) {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(problem) if problem.code == ProblemCode::Conflict => shown(&state, &viewer, Some(&problem)).await,
        Err(problem) => Err(problem),
    }
}

/// How many examples are new and how many leave, in words.
pub fn examples(proposal: &Proposal) -> String {
    let many = |n: u64| if n == 1 { "one example".to_owned() } else { format!("{n} examples") };
    match (proposal.added, proposal.removed) {
        (added, 0) => format!("{} more", many(added)),
        (0, removed) => format!("{} fewer", many(removed)),
        (added, removed) => format!("{} more and {} fewer", many(added), many(removed)),
    }
}

async fn shown(state: &AppState, viewer: &Viewer, problem: Option<&Problem>) -> Result<Response, Problem> {
    let directory = state.flow.directory();
    let proposal = learning::proposal(&state.flow, &viewer.scope).await?;
    let ids: Vec<FeedbackId> = proposal.iter().flat_map(|proposal| proposal.effect.shown()).collect();
    let heard = many(&state.flow, &viewer.scope, &ids).await?;
    let body = html! {
        header.top { div { p.eyebrow { a href=(PATH) { "Categories" } } h1 { "What would be learnt" } } }
        @if let Some(problem) = problem { (flash(Kind::Wrong, &html! { "Nothing was changed: " (problem.sentence()) })) }
        @if let Some(proposal) = &proposal {
            section.card aria-labelledby="effect" {
                div.ch { h2 #effect { "Before it is applied" } }
                p {
                    "Heard would learn from " (examples(proposal)) ", " (proposal.examples) " in all."
                    @if let Some(ms) = proposal.learnt_ms { " Learning took " (decimal(ms, 1)) " ms." }
                }
                @if proposal.effect.looked_at > 0 || proposal.done {
                    p { b { (sentence(&proposal.effect, proposal.all, "would be filed elsewhere")) } }
                }
                @if !proposal.done { div #foreseen data-poll="1000" { (progress("Comments looked at", proposal.effect.looked_at, proposal.of)) } }
                (movements(&proposal.effect, &directory))
                (felt(&proposal.effect, proposal.all, "would have", &directory))
                p.soft {
                    "Applied, it is version " (proposal.version + 1) " and all comments are read again in the background, so that trends stay comparable. "
                    "What a person corrected stays as they said. It can be undone, and rolled back later."
                }
                (choice(proposal, viewer))
            }
            @if !heard.is_empty() {
                section.card aria-labelledby="moved" {
                    div.ch { h2 #moved { "The newest that would move" } }
                    (moved(&proposal.effect, &heard, &directory))
                }
            }
        } @else {
            section.card { (empty("check", "No example waits", "Heard has learnt from all examples and corrections. Correct a comment, or add an example on a category's page.", &html! {
                a.secondary href={ (PATH) "/label" } { "Label what is most useful" }
            })) }
        }
        p { a.more href=(PATH) { "All categories" } }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Categories), "What would be learnt", &body)).into_response())
}

fn choice(proposal: &Proposal, viewer: &Viewer) -> Markup {
    html! {
        form.inline method="post" action=(PROPOSAL) {
            (csrf(&viewer.csrf))
            input type="hidden" name="name" value=(proposal.name);
            button.primary name="do" value="apply" { "Apply" }
            @if proposal.done && proposal.of < proposal.all { button.secondary name="do" value="all" { "Count on all comments" } }
            button.secondary name="do" value="discard" { "Discard" }
        }
        p.soft { "Discarded examples are set aside, not deleted: each can be taken back on its category's page." }
    }
}

//! The promises of the brand, contact by contact: how often they were kept, by what customers say and by what was done.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::date;
use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::promise::PromiseShown;
use heard_domain::statistics::Estimate;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_flow::arrange::promise::{self, PromiseDraft};
use heard_flow::measure::promises::{list, usual};
use heard_flow::seen::seen;
use heard_flow::tell::promises::csv;
use maud::{Markup, html};

use crate::address::Look;
use crate::attached;
use crate::extract::{Asked, Form};
use crate::pages::promises::form::{draft, form};
use crate::pages::promises::tabs::{asked_days, days_tabs, whose};
use crate::parts::empty::empty;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/promises";

/// Shows the promises.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    listed(&state, &viewer, asked_days(&pairs), None, None).await
}

/// The same as a file for spreadsheets.
pub async fn file(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let period = usual(&state.flow, &viewer.scope, asked_days(&pairs)).await?;
    let shown = list(&state.flow, &viewer.scope, period).await?;
    Ok(attached::csv("promises.csv", csv(&shown, &state.flow.directory())))
}

/// Makes one.
pub async fn add(State(state): State<AppState>, viewer: Viewer, typed: Form) -> Result<Response, Problem> {
    let wanted = match draft(&typed) {
        Ok(wanted) => wanted,
        Err(problem) => return listed(&state, &viewer, 90, None, Some(&problem)).await,
    };
    match promise::add(&state.flow, &viewer.scope, wanted.clone()).await.map_err(Problem::from) {
        Ok(made) => Ok(Redirect::to(&format!("{PATH}/{}?saved=yes", made.id)).into_response()),
        Err(problem) => listed(&state, &viewer, 90, Some(&wanted), Some(&problem)).await,
    }
}

/// A share with its interval and what it rests on.
pub fn kept(share: Option<Estimate>, n: u64, of: &str) -> Markup {
    html! {
        @match share {
            Some(share) => {
                b { (format!("{:.0} %", share.value)) } " "
                span.soft { (format!("{:.0} to {:.0}", share.low, share.high)) ", " (whole(n)) " " (of) }
            }
            None => span.soft { "not known" },
        }
    }
}

/// Whether the target is met, in words.
pub fn met(shown: &PromiseShown) -> Markup {
    html! {
        @if let Some(target) = shown.promise.target {
            @match shown.met() {
                Some(true) => span.chip.state.good { "target " (target) " % met" },
                Some(false) => span.chip.state.bad { "target " (target) " % missed" },
                None if shown.kept.done.is_some() => span.chip.state { "target " (target) " %: cannot be told" },
                None => span.chip.state { "target " (target) " %" },
            }
        }
    }
}

async fn listed(
    state: &AppState,
    viewer: &Viewer,
    days: i32,
    wanted: Option<&PromiseDraft>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let period = usual(&state.flow, &viewer.scope, days).await?;
    let shown = list(&state.flow, &viewer.scope, period).await?;
    let directory = seen(&state.flow, &viewer.scope).await?;
    let body = html! {
        header.top {
            div { p.eyebrow { "Share · " (date::long(period.first)) " to " (date::long(period.last)) } h1 { "Promises" } }
            div.tools {
                (days_tabs(PATH, days))
                @if !shown.is_empty() { a.secondary href={ (PATH) ".csv?days=" (days) } download="promises.csv" { (icon("export")) "CSV" } }
            }
        }
        (whose(PATH))
        @if shown.is_empty() {
            section.card aria-label="Nothing to show" {
                (empty("check", "No promise is written down yet", "What does the brand say each contact will be like? Written down, it is held against what customers say and what operations count.", &html! {}))
            }
        } @else { (table(&shown, period, &directory, viewer)) }
        @if viewer.may(Grant::Shape) {
            section.card.narrow aria-labelledby="add" {
                div.ch { h2 #add { "Write down a promise" } }
                (form(PATH, viewer, wanted, &directory, "Write it down", problem))
            }
        }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Promises), "Promises", &body)).into_response())
}

fn table(all: &[PromiseShown], period: Period, directory: &Directory, viewer: &Viewer) -> Markup {
    html! {
        section.card aria-labelledby="kept" {
            div.ch { div {
                h2 #kept { "Kept and broken" }
                p { "By the customers’ word: of the persons who speak of it, those who do not say it was broken. By deed: of all occasions, those on which it was not broken. The two are never mixed, for customers speak when something strikes them." }
            } }
            div.scroll tabindex="0" role="group" aria-label="Promises, scrolls sideways" {
                table.plain {
                    thead { tr { th scope="col" { "Promise" } th scope="col" { "Kept, by their word" } th scope="col" { "Kept, by deed" } th scope="col" { "Target" } th.num scope="col" { "Say it was broken" } } }
                    tbody {
                        @for one in all {
                            @let touchpoint = directory.journey.touchpoint(one.promise.touchpoint);
                            @let stage = touchpoint.and_then(|t| directory.journey.stage(t.stage));
                            tr {
                                th scope="row" {
                                    a.more href={ (PATH) "/" (one.promise.id) } { bdi { (one.promise.words) } }
                                    div.soft { @if let Some(stage) = stage { (stage.name) ": " } (touchpoint.map_or("a contact that is gone", |t| t.name.as_str())) }
                                }
                                td { (kept(one.kept.said, one.evidence.persons, "persons")) }
                                td { (kept(one.kept.done, one.evidence.occasions, one.promise.measure.as_deref().unwrap_or("occasions"))) }
                                td { (met(one)) }
                                td.num {
                                    @if one.evidence.say_broken > 0 && viewer.may(Grant::ReadFeedback) {
                                        a href=(Look::at(one.said_broken.clone(), Some(period)).on("/feedback")) { (whole(one.evidence.say_broken)) }
                                    } @else { (whole(one.evidence.say_broken)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

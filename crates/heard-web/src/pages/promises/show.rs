//! One promise: what became of it month by month, its comments, and the form that changes it.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::chart::Tone;
use heard_charts::date;
use heard_charts::number::whole;
use heard_charts::trend::{Step, Trend, trend};
use heard_domain::directory::Directory;
use heard_domain::id::PromiseId;
use heard_domain::promise::Kept;
use heard_domain::promise::PromiseShown;
use heard_domain::statistics::Estimate;
use heard_domain::user::Grant;
use heard_flow::arrange::promise::{self, PromiseDraft};
use heard_flow::measure::promises::{one, usual};
use heard_flow::seen::seen;
use maud::{Markup, PreEscaped, html};

use crate::address::Look;
use crate::extract::{Asked, Form, Id};
use crate::pages::promises::form::{draft, form};
use crate::pages::promises::list::{kept, met};
use crate::pages::promises::tabs::{asked_days, days_tabs};
use crate::parts::field::done;
use crate::parts::form::csrf;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::sure::Sure;
use crate::parts::twin::twin;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/promises";

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PromiseId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    whole_page(&state, &viewer, id, asked_days(&pairs), saved, None, None).await
}

/// Changes or removes one.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PromiseId>,
    typed: Form,
) -> Result<Response, Problem> {
    let there = promise::get(&state.flow, &viewer.scope, id).await?;
    let path = format!("{PATH}/{id}");
    match (typed.get("do"), typed.get("sure") == "yes") {
        ("remove", true) => {
            promise::remove(&state.flow, &viewer.scope, id).await?;
            return Ok(Redirect::to(PATH).into_response());
        }
        ("remove", false) => {
            let sentence = format!("“{}” is held against nothing any more. What customers said of it stays.", there.words);
            let pairs = [("do".to_owned(), "remove".to_owned())];
            let sure =
                Sure { sentence: &sentence, action: &path, token: &viewer.csrf, pairs: &pairs, apply: "Remove", cancel: &path };
            let body = html! { header.top { div { p.eyebrow { "Promises" } h1 { "Promise" } } } (sure.show(&html! {})) };
            return Ok(page(&viewer, Some(Place::Promises), "Promise", &body).into_response());
        }
        _ => {}
    }
    let wanted = match draft(&typed) {
        Ok(wanted) => wanted,
        Err(problem) => return whole_page(&state, &viewer, id, 90, false, None, Some(&problem)).await,
    };
    match promise::change(&state.flow, &viewer.scope, id, wanted.clone()).await.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&format!("{path}?saved=yes")).into_response()),
        Err(problem) => whole_page(&state, &viewer, id, 90, false, Some(&wanted), Some(&problem)).await,
    }
}

async fn whole_page(
    state: &AppState,
    viewer: &Viewer,
    id: PromiseId,
    days: i32,
    saved: bool,
    wanted: Option<&PromiseDraft>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let period = usual(&state.flow, &viewer.scope, days).await?;
    let shown = one(&state.flow, &viewer.scope, id, period).await?;
    let directory = seen(&state.flow, &viewer.scope).await?;
    let path = format!("{PATH}/{id}");
    let there = PromiseDraft::from(shown.promise.clone());
    let body = html! {
        header.top {
            div {
                p.eyebrow { a href=(PATH) { "Promises" } " · " (date::long(period.first)) " to " (date::long(period.last)) }
                h1 { bdi { (shown.promise.words) } }
            }
            div.tools { (days_tabs(&path, days)) }
        }
        (done(saved.then_some("It is written down.")))
        (facts(&shown, &directory, viewer))
        (months(&shown))
        @if viewer.may(Grant::Shape) {
            section.card.narrow aria-labelledby="change" {
                div.ch { h2 #change { "Change it" } }
                (form(&path, viewer, Some(wanted.unwrap_or(&there)), &directory, "Save", problem))
                form.inline method="post" action=(path) {
                    (csrf(&viewer.csrf))
                    button.ghost name="do" value="remove" { (icon("trash")) "Remove this promise" }
                }
            }
        }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Promises), &shown.promise.words, &body)).into_response())
}

fn facts(shown: &PromiseShown, directory: &Directory, viewer: &Viewer) -> Markup {
    let touchpoint = directory.journey.touchpoint(shown.promise.touchpoint);
    let stage = touchpoint.and_then(|t| directory.journey.stage(t.stage));
    let read = |filter: &heard_domain::question::Filter| Look::at(filter.clone(), Some(shown.period)).on("/feedback");
    let value = shown.promise.attribute.and_then(|(attribute, value)| directory.value(attribute, value));
    html! {
        section.card aria-labelledby="kept" {
            div.ch { h2 #kept { "Was it kept?" } (met(shown)) }
            dl.facts {
                dt { "Contact" } dd { @if let Some(stage) = stage { (stage.name) ": " } (touchpoint.map_or("one that is gone", |t| t.name.as_str())) @if let Some(value) = value { ", for " (value) } }
                dt { "By the customers’ word" }
                dd { (kept(shown.kept.said, shown.evidence.persons, "persons speak of it")) " " span.soft { (whole(shown.evidence.say_broken)) " say it was broken" } }
                dt { "By deed" }
                dd {
                    (kept(shown.kept.done, shown.evidence.occasions, shown.promise.measure.as_deref().unwrap_or("occasions")))
                    @if let Some(breaks) = &shown.promise.breaks { " " span.soft { (whole(shown.evidence.broken)) " × “" (breaks) "”" } }
                }
            }
            @if viewer.may(Grant::ReadFeedback) {
                p.inline {
                    a.secondary href=(read(&shown.said_broken)) { "Read who says it was broken" (icon("right")) }
                    a.secondary href=(read(&shown.spoken)) { "Read all who speak of it" }
                }
            }
            details.how {
                summary { "How is this computed?" }
                p { "By their word: " (whole(shown.evidence.persons)) " persons speak of it (each once; who is not known is somebody else every time), of whom " (whole(shown.evidence.say_broken)) " complain or speak of a broken promise. By deed: " (whole(shown.evidence.occasions)) " occasions by operational data, of which " (whole(shown.evidence.broken)) " broke it. Intervals are Wilson’s, 95 %. A target is met when the whole interval lies above it." }
            }
        }
    }
}

fn share(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(|| "–".to_owned(), |e| format!("{:.0} % ({:.0} to {:.0})", e.value, e.low, e.high))
}

/// Month by month.
fn months(shown: &PromiseShown) -> Markup {
    let course = |name: &str, of: fn(&Kept) -> Option<Estimate>| {
        let steps: Vec<Step> = shown
            .months
            .iter()
            .map(|month| {
                let estimate = of(&month.kept);
                Step {
                    label: date::short(month.period.first),
                    value: estimate.map(|e| e.value),
                    low: estimate.map(|e| e.low),
                    high: estimate.map(|e| e.high),
                }
            })
            .collect();
        let any = steps.iter().filter(|step| step.value.is_some()).count() > 1;
        any.then(|| trend(&Trend { name, steps: &steps, places: 0, limits: (0.0, 100.0), tone: Tone::Even }))
    };
    html! {
        section.card aria-labelledby="months" {
            div.ch { div { h2 #months { "Month by month" } p { "Per cent kept; bands are 95 % intervals." } } }
            @for (name, of) in [("Kept by the customers’ word", (|kept: &Kept| kept.said) as fn(&Kept) -> Option<Estimate>), ("Kept by deed", |kept: &Kept| kept.done)] {
                @if let Some(svg) = course(name, of) {
                    h3 { (name) }
                    div.scroll tabindex="0" role="group" aria-label={ (name) ", scrolls sideways" } { (PreEscaped(svg.as_str())) }
                }
            }
            (twin("Month by month", &html! {
                th scope="col" { "Month" } th.num scope="col" { "Persons" } th.num scope="col" { "Say broken" } th.num scope="col" { "Kept by word" }
                th.num scope="col" { "Occasions" } th.num scope="col" { "Broken" } th.num scope="col" { "Kept by deed" }
            }, &html! {
                @for month in shown.months.iter().rev() {
                    tr {
                        th scope="row" { (date::span(month.period)) }
                        td.num { (whole(month.evidence.persons)) } td.num { (whole(month.evidence.say_broken)) } td.num { (share(month.kept.said)) }
                        td.num { (whole(month.evidence.occasions)) } td.num { (whole(month.evidence.broken)) } td.num { (share(month.kept.done)) }
                    }
                }
            }))
        }
    }
}

//! Versions: who made which, what differs between two, and the way back.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::id::FeedbackId;
use heard_flow::arrange::version::{self, Comparison, VersionShown};
use heard_flow::measure::quotes::{Heard, many};
use maud::{Markup, html};

use crate::extract::{Asked, Form};
use crate::parts::category::PATH;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::{Options, choice, csrf};
use crate::parts::layout::{Place, page};
use crate::parts::learning::{felt, measured, moved, movements, sentence};
use crate::parts::say::moment;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// Where the page is.
pub const VERSIONS: &str = "/categories/versions";

/// Lists the versions, and holds two against each other where two are named.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let number = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).and_then(|(_, value)| value.parse::<i64>().ok());
    let two = number("from").map(|from| (from, number("to").unwrap_or(state.flow.directory().taxonomy.version)));
    shown(&state, &viewer, two, None).await
}

/// Rolls back, after a look at what it would do.
pub async fn roll_back(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let to = form.get("to").parse().map_err(|_| Problem::field("to", "must be the number of a version"))?;
    let present = state.flow.directory().taxonomy.version;
    if form.get("sure") != "yes" {
        return shown(&state, &viewer, Some((present, to)), None).await;
    }
    match version::roll_back(&state.flow, &viewer.scope, form.get("version").parse().ok(), to).await.map_err(Problem::from) {
        Ok(made) => Ok(Redirect::to(&format!("{PATH}?done={made}")).into_response()),
        Err(problem) if matches!(problem.code, ProblemCode::Conflict | ProblemCode::Validation) => {
            shown(&state, &viewer, None, Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn shown(
    state: &AppState,
    viewer: &Viewer,
    two: Option<(i64, i64)>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let directory = state.flow.directory();
    let versions = version::list(&state.flow, &viewer.scope).await?;
    let kept = |number: i64| versions.iter().any(|version| version.version == number);
    let comparison = match two {
        Some((from, to)) if kept(from) && kept(to) => Some(version::compare(&state.flow, &viewer.scope, from, to).await?),
        _ => None,
    };
    let gone = two.is_some() && comparison.is_none();
    let ids: Vec<FeedbackId> = comparison.iter().flat_map(|c| c.effect.shown()).collect();
    let heard = many(&state.flow, &viewer.scope, &ids).await?;
    let body = html! {
        header.top { div { p.eyebrow { a href=(PATH) { "Categories" } } h1 { "Versions" } } }
        @if let Some(problem) = problem { (flash(Kind::Wrong, &html! { "Nothing was changed: " (problem.sentence()) })) }
        @if gone { (flash(Kind::Note, &html! { "One of these versions is not kept any more: choose another." })) }
        @if let Some(comparison) = &comparison { (compared(comparison, &heard, &directory, viewer)) }
        section.card aria-labelledby="versions" {
            div.ch { h2 #versions { "The last versions" } }
            @if versions.is_empty() { p.soft { "There are no categories yet." } }
            @else {
                (pick(&versions, two))
                div.scroll tabindex="0" role="group" aria-label="Table of versions" {
                    table.plain {
                        thead { tr {
                            th.num scope="col" { "Version" } th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" }
                            th.num scope="col" { "Categories" } th.num scope="col" { "Examples" } th scope="col" { "Back" }
                        } }
                        tbody {
                            @for version in &versions {
                                tr {
                                    td.num { (version.version) }
                                    td { @if let Some(at) = version.at { (moment(at, &directory.company.zone)) } @else { "–" } }
                                    td { (version.by.as_deref().unwrap_or("a program")) }
                                    td { bdi { (version.summary) } }
                                    td.num { (whole(version.categories)) }
                                    td.num { (whole(version.examples)) }
                                    td { @if version.present { "present" } @else { (to_it(version.version, viewer)) } }
                                }
                            }
                        }
                    }
                }
            }
        }
        p { a.more href=(PATH) { "All categories" } }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Categories), "Versions of the categories", &body)).into_response())
}

/// The form that looks before it rolls back.
fn to_it(version: i64, viewer: &Viewer) -> Markup {
    html! {
        form.inline method="post" action=(VERSIONS) {
            (csrf(&viewer.csrf))
            input type="hidden" name="to" value=(version);
            button.secondary type="submit" { "Roll back …" span.vh { " to version " (version) } }
        }
    }
}

fn pick(versions: &[VersionShown], two: Option<(i64, i64)>) -> Markup {
    let options: Options = versions.iter().map(|v| (v.version.to_string(), format!("{}: {}", v.version, v.summary))).collect();
    let newest = |at: usize| versions.get(at).or(versions.first()).map_or(0, |version| version.version);
    let (from, to) = two.unwrap_or((newest(1), newest(0)));
    html! {
        form.inline method="get" action=(VERSIONS) {
            (choice("from", "from", "Compare", &options, &from.to_string()))
            (choice("to", "to", "with", &options, &to.to_string()))
            button.secondary type="submit" { "Compare" }
        }
    }
}

fn compared(c: &Comparison, heard: &[Heard], directory: &heard_domain::directory::Directory, viewer: &Viewer) -> Markup {
    let present = directory.taxonomy.version;
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    html! {
        section.card aria-labelledby="compared" {
            div.ch { h2 #compared { "Version " (c.to) " against version " (c.from) } }
            p { b { (sentence(&c.effect, c.effect.looked_at, "are filed elsewhere")) } " Looked at: the newest, at most " (version::COMPARED) "." }
            dl.facts {
                dt { "Categories only in " (c.to) } dd { (list(&c.added)) }
                dt { "Categories only in " (c.from) } dd { (list(&c.removed)) }
                dt { "Changed" } dd { (list(&c.changed)) }
                dt { "Examples" } dd { (whole(c.examples_added)) " more, " (whole(c.examples_removed)) " fewer" }
                dt { "Right on your corrections, " (c.from) } dd { (measured(&c.precision_from)) }
                dt { "Right on your corrections, " (c.to) } dd { (measured(&c.precision_to)) }
            }
            (movements(&c.effect, directory))
            (felt(&c.effect, c.effect.looked_at, "have", directory))
            @if c.from == present && c.to != present {
                p.soft { "Rolling back makes a new version that equals version " (c.to) "; all comments are read again in the background. It can be undone." }
                form.inline method="post" action=(VERSIONS) {
                    (csrf(&viewer.csrf))
                    input type="hidden" name="to" value=(c.to);
                    input type="hidden" name="version" value=(present);
                    input type="hidden" name="sure" value="yes";
                    button.primary type="submit" { "Roll back to version " (c.to) }
                    a.secondary href=(VERSIONS) { "Leave it as it is" }
                }
            }
        }
        @if !heard.is_empty() {
            section.card aria-labelledby="moved" { div.ch { h2 #moved { "The newest that are filed elsewhere" } } (moved(&c.effect, heard, directory)) }
        }
    }
}

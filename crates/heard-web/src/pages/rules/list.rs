//! All rules, with what each has done, and the form that makes one.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::rule::Rule;
use heard_domain::user::Grant;
use heard_flow::route::rules::{self, RuleDraft};
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::extract::Form;
use crate::pages::rules::edit::{Tried, draft, form, result, tried};
use crate::parts::alerting::region;
use crate::parts::empty::empty;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/rules";

/// Lists the rules.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    listed(&state, &viewer, &RuleDraft::default(), None, None).await
}

/// Makes one, or tries what it would be.
pub async fn add(State(state): State<AppState>, viewer: Viewer, typed: Form) -> Result<Response, Problem> {
    let wanted = draft(&typed, vec![]);
    if typed.get("do") == "try" {
        return match tried(&state, &viewer, None, wanted.clone()).await {
            Ok(tried) => listed(&state, &viewer, &wanted, Some(&tried), None).await,
            Err(problem) => listed(&state, &viewer, &wanted, None, Some(&problem)).await,
        };
    }
    match rules::add(&state.flow, &viewer.scope, wanted.clone()).await.map_err(Problem::from) {
        Ok(made) => Ok(Redirect::to(&format!("{PATH}/{}?saved=yes", made.rule.id)).into_response()),
        Err(problem) => listed(&state, &viewer, &wanted, None, Some(&problem)).await,
    }
}

async fn listed(
    state: &AppState,
    viewer: &Viewer,
    wanted: &RuleDraft,
    tried: Option<&Tried>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let all = rules::list(&state.flow, &viewer.scope).await?;
    let directory = seen(&state.flow, &viewer.scope).await?;
    let body = html! {
        header.top {
            div { p.eyebrow { "Act" } h1 { "Rules" } }
            p.soft { "A comment goes to every department that plays a part: by rules, and by the departments that usually contribute to its category." }
        }
        (region())
        section.card aria-label="Rules" {
            @if all.is_empty() {
                (empty("filter", "No rules yet", "Without rules, comments wait in the list until somebody reads them. A rule sends them on at once, opens a case, and tells those on duty.", &html! {}))
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of rules" {
                    table.plain {
                        thead { tr { th scope="col" { "Rule" } th scope="col" { "Holds when" } th scope="col" { "Goes to" } th scope="col" { "Sent in 30 days" } th scope="col" { "State" } } }
                        tbody {
                            @for shown in &all {
                                tr {
                                    th scope="row" { a.more href={ (PATH) "/" (shown.rule.id) } { bdi { (shown.rule.name) } } }
                                    td { (holds(&shown.rule, &directory)) }
                                    td { (goes(&shown.rule, &directory)) }
                                    td.num { (whole(shown.sent)) }
                                    td { @if shown.rule.on { span.chip.state.good { "on" } } @else { span.chip.state { "off" } } }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if let Some(tried) = tried { (result(tried, wanted, &directory, state)) }
        @if viewer.may(Grant::Shape) {
            section.card.narrow aria-labelledby="add" {
                div.ch { h2 #add { "Make a rule" } p { "Try it on what was heard before you switch it on." } }
                (form(PATH, viewer, wanted, &directory, problem))
            }
        }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Rules), "Rules", &body)).into_response())
}

/// When a rule holds, in words.
fn holds(rule: &Rule, directory: &Directory) -> Markup {
    let when = &rule.when;
    let gone = || "one that is gone".to_owned();
    let mut parts: Vec<String> = Vec::new();
    let mut put = |words: Vec<String>| {
        if !words.is_empty() {
            parts.push(words.join(" or "));
        }
    };
    put(when.category.iter().map(|id| directory.taxonomy.category(*id).map_or_else(gone, |c| c.name.clone())).collect());
    put(when.stage.iter().map(|id| directory.journey.stage(*id).map_or_else(gone, |s| s.name.clone())).collect());
    put(when.polarity.iter().map(|word| word.label().to_lowercase()).collect());
    put(when.intent.iter().map(|word| word.label().to_lowercase()).collect());
    put(when.place.iter().map(|id| directory.place(*id).map_or_else(gone, |p| p.name.clone())).collect());
    put(when.words.iter().map(|word| format!("“{word}”")).collect());
    match when.key_account {
        Some(true) => put(vec!["key accounts".to_owned()]),
        Some(false) => put(vec!["no key accounts".to_owned()]),
        None => {}
    }
    if !when.account.is_empty() {
        put(vec![format!("{} named accounts", when.account.len())]);
    }
    html! { (parts.join(", and ")) }
}

fn goes(rule: &Rule, directory: &Directory) -> Markup {
    let names: Vec<&str> =
        rule.way.departments.iter().map(|id| directory.department(*id).map_or("one that is gone", |d| d.name.as_str())).collect();
    html! {
        (names.join(", "))
        @if rule.way.opens_case { " " span.src { "opens a case" } }
        @if rule.way.alerts { " " span.src { "alerts" } }
    }
}

//! The listening ledger: how far what was heard came, and what is owed to those who spoke.

use axum::extract::State;
use axum::response::Response;
use heard_charts::date;
use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::id::{PostId, StageId};
use heard_domain::ledger::{LedgerStep, Line};
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_flow::measure::ledger::{self, Ledger, LedgerComments, LedgerLine, Wanted};
use heard_flow::measure::promises::usual;
use heard_flow::seen::seen;
use heard_flow::tell::ledger::csv;
use maud::{Markup, html};

use crate::api::v1::ledger::wanted;
use crate::attached;
use crate::extract::Asked;
use crate::pages::promises::tabs::{asked_days, days_tabs};
use crate::parts::empty::empty;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::money::amounts;
use crate::parts::pager::{Pager, pager};
use crate::parts::quote::quote;
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/ledger";
/// How many comments are shown at a time.
const SHOWN: usize = 30;

/// Shows the ledger.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Markup, Problem> {
    let days = asked_days(&pairs);
    let period = usual(&state.flow, &viewer.scope, days).await?;
    let ledger = ledger::ledger(&state.flow, &viewer.scope, period).await?;
    let directory = seen(&state.flow, &viewer.scope).await?;
    Ok(page(&viewer, Some(Place::Ledger), "Listening ledger", &content(&ledger, &directory, &viewer, days)))
}

/// The same as a file for spreadsheets.
pub async fn file(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let period = usual(&state.flow, &viewer.scope, asked_days(&pairs)).await?;
    let ledger = ledger::ledger(&state.flow, &viewer.scope, period).await?;
    let directory = seen(&state.flow, &viewer.scope).await?;
    Ok(attached::csv("ledger.csv", csv(&ledger, &directory)))
}

/// Where the comments of a number are.
fn link(line: &Line, step: LedgerStep, missing: bool, days: i32) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(stage) = line.stage {
        query.append_pair("stage", &stage.to_string());
    } else if line.post.is_some() {
        query.append_pair("stage", "none");
    }
    query.extend_pairs(line.post.map(|post| ("post", post.to_string())));
    query.append_pair("step", step.code());
    if missing {
        query.append_pair("missing", "yes");
    }
    query.append_pair("days", &days.to_string());
    format!("{PATH}/comments?{}", query.finish())
}

fn stage_name(directory: &Directory, stage: Option<StageId>) -> &str {
    stage.map_or("No stage", |id| directory.journey.stage(id).map_or("A stage that is gone", |stage| stage.name.as_str()))
}

fn post_name(directory: &Directory, post: PostId) -> &str {
    directory.posts.iter().find(|one| one.id == post).map_or("A post that is gone", |post| post.name.as_str())
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.0} %", 100.0 * part as f64 / whole as f64) }
}

fn content(ledger: &Ledger, directory: &Directory, viewer: &Viewer, days: i32) -> Markup {
    let all = &ledger.all;
    let heard = all.line.at(LedgerStep::Heard).map_or(0, |reached| reached.comments);
    html! {
        header.top {
            div { p.eyebrow { "Share · said " (date::long(ledger.period.first)) " to " (date::long(ledger.period.last)) } h1 { "Listening ledger" } }
            div.tools {
                (days_tabs(PATH, days))
                @if heard > 0 { a.secondary href={ (PATH) ".csv?days=" (days) } download="ledger.csv" { (icon("export")) "CSV" } }
            }
        }
        @if heard == 0 {
            section.card aria-label="Nothing to show" {
                (empty("ear", "Nothing was heard in these days", "Look at a longer period, or bring in a file with comments.", &html! {
                    a.primary href={ (PATH) "?days=365" } { "Look at a year" }
                }))
            }
        } @else {
            (finding(all, heard, viewer, days))
            (steps(all, heard, viewer, days))
            (table(ledger, directory, viewer, days))
        }
    }
}

fn finding(all: &LedgerLine, heard: u64, viewer: &Viewer, days: i32) -> Markup {
    let acted = heard.saturating_sub(all.debt);
    let bad = all.debt * 2 > heard;
    html! {
        section.finding.(if bad { "neg" } else { "even" }) aria-label="Main finding" {
            div {
                p.tag { (if bad { "We listen more than we act" } else { "Heard and acted on" }) }
                p.lead {
                    "Of " strong { (say::comments(heard)) } ", " (share(acted, heard)) " led to something; "
                    strong { (whole(all.debt)) } " are owed an act."
                }
                @if !all.debt_in_money.is_empty() {
                    p.why { "The accounts of whose comments none was acted on are worth " (amounts(&all.debt_in_money)) " a year." }
                }
                details.how {
                    summary { "How is this computed?" }
                    p { "A comment counts once in each step that it came to. Read: somebody opened it, corrected what was understood of it, made an example of it, or worked on a case of it. Routed: it was sent to a department. Acted on: somebody did something in a case that it belongs to, or every department that contributes to its issue has stated its fix. Told: its customer was answered. Verified: its issue is verified as fixed." }
                    p { "Debt is what was heard and not acted on. Money is what accounts are worth in a year, each account once. The figures are at most a minute old." }
                }
            }
            div.do {
                @if viewer.may(Grant::ReadFeedback) {
                    a.primary href=(link(&all.line, LedgerStep::Acted, true, days)) { "Read what is owed" (icon("right")) }
                    a.secondary href=(link(&all.line, LedgerStep::Read, true, days)) { "Read what nobody read" }
                }
            }
        }
    }
}

/// The way of all that was heard, step by step.
fn steps(all: &LedgerLine, heard: u64, viewer: &Viewer, days: i32) -> Markup {
    html! {
        section.kpis aria-label="How far it came" {
            @for step in LedgerStep::ALL {
                @let count = all.line.at(*step).map_or(0, |reached| reached.comments);
                article.kpi {
                    h2 {
                        @if viewer.may(Grant::ReadFeedback) { a href=(link(&all.line, *step, false, days)) { (step.label()) } }
                        @else { (step.label()) }
                    }
                    p.v { (whole(count)) @if *step != LedgerStep::Heard { span.u { (share(count, heard)) } } }
                    p.d { @if let Some(reached) = all.line.at(*step).filter(|reached| !reached.money.is_empty()) { span { (amounts(&reached.money)) } } }
                }
            }
        }
    }
}

fn table(ledger: &Ledger, directory: &Directory, viewer: &Viewer, days: i32) -> Markup {
    // In the order of the journey; each stage first, then its posts.
    let mut lines: Vec<&LedgerLine> = ledger.lines.iter().collect();
    let place = |stage: Option<StageId>| {
        stage.map_or(i32::MAX, |id| directory.journey.stage(id).map_or(i32::MAX - 1, |stage| stage.position))
    };
    lines.sort_by_key(|one| (place(one.line.stage), one.line.stage, one.line.post.is_some(), std::cmp::Reverse(one.debt)));
    let money = viewer.may(Grant::ReadPersons);
    html! {
        section.card aria-labelledby="by-stage" {
            div.ch { div { h2 #by-stage { "By stage and post" } p { "A comment counts in every stage that it speaks of. Every number opens its comments." } } }
            div.scroll tabindex="0" role="group" aria-label="The ledger by stage and post, scrolls sideways" {
                table.plain {
                    thead { tr {
                        th scope="col" { "Stage and post" }
                        @for step in LedgerStep::ALL { th.num scope="col" { (step.label()) } }
                        th.num scope="col" { "Debt" }
                        @if money { th.num scope="col" { "Debt in money, a year" } }
                    } }
                    tbody {
                        @for one in lines {
                            tr {
                                th scope="row" {
                                    @if let Some(post) = one.line.post { span.soft { bdi { (post_name(directory, post)) } } span.vh { " in " (stage_name(directory, one.line.stage)) } }
                                    @else { b { (stage_name(directory, one.line.stage)) } }
                                }
                                @for step in LedgerStep::ALL {
                                    td.num { (number(&one.line, *step, false, one.line.at(*step).map_or(0, |r| r.comments), viewer, days)) }
                                }
                                td.num { (number(&one.line, LedgerStep::Acted, true, one.debt, viewer, days)) }
                                @if money { td.num { (amounts(&one.debt_in_money)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn number(line: &Line, step: LedgerStep, missing: bool, count: u64, viewer: &Viewer, days: i32) -> Markup {
    // What has no stage has no line of its own in the way all is asked for.
    let whole_of_none = line.stage.is_none() && line.post.is_none();
    html! {
        @if count == 0 || whole_of_none || !viewer.may(Grant::ReadFeedback) { (whole(count)) }
        @else { a href=(link(line, step, missing, days)) { (whole(count)) } }
    }
}

/// Shows the comments behind a number.
pub async fn comments(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Markup, Problem> {
    let days = asked_days(&pairs);
    let period = usual(&state.flow, &viewer.scope, days).await?;
    let (wanted, skip, _) = wanted(pairs.iter().filter(|(_, value)| !value.is_empty()).cloned().collect())?;
    let found = ledger::behind(&state.flow, &viewer.scope, period, wanted, skip, SHOWN).await?;
    let directory = seen(&state.flow, &viewer.scope).await?;
    let body = listed(&found, &wanted, (period, days), skip, &directory, &state);
    Ok(page(&viewer, Some(Place::Ledger), "Comments of the ledger", &body))
}

fn listed(
    found: &LedgerComments,
    wanted: &Wanted,
    (period, days): (Period, i32),
    skip: usize,
    directory: &Directory,
    state: &AppState,
) -> Markup {
    let step = wanted.step.label().to_lowercase();
    let what = if wanted.missing { format!("Heard, but not {step}") } else { wanted.step.label().to_owned() };
    let mut where_ = Vec::new();
    where_.extend(wanted.stage.map(|stage| stage_name(directory, stage)));
    where_.extend(wanted.post.map(|post| post_name(directory, post)));
    let here = |skip: usize| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        match wanted.stage {
            Some(Some(stage)) => drop(query.append_pair("stage", &stage.to_string())),
            Some(None) => drop(query.append_pair("stage", "none")),
            None => {}
        }
        query.extend_pairs(wanted.post.map(|post| ("post", post.to_string())));
        query.append_pair("step", wanted.step.code());
        if wanted.missing {
            query.append_pair("missing", "yes");
        }
        query.append_pair("days", &days.to_string());
        if skip > 0 {
            query.append_pair("cursor", &skip.to_string());
        }
        format!("{PATH}/comments?{}", query.finish())
    };
    let next = skip + found.heard.len();
    let now = state.flow.now();
    html! {
        header.top {
            div {
                p.eyebrow { a href={ (PATH) "?days=" (days) } { "Listening ledger" } @for part in &where_ { " · " (part) } " · " (date::span(period)) }
                h1 { (what) }
            }
        }
        section.card aria-label="Comments" {
            @if found.heard.is_empty() {
                (empty("ear", "There are none", "No comment of these days is in this place of the ledger.", &html! { a.primary href={ (PATH) "?days=" (days) } { "Back to the ledger" } }))
            } @else {
                ol.quotes {
                    @for heard in &found.heard {
                        @let open = format!("/feedback?when=ever&open={}", heard.feedback.id);
                        li { (quote(heard, directory, now, &open, &|category| format!("/feedback?when=ever&category={category}"))) }
                    }
                }
                (pager(&Pager {
                    shown: found.heard.len(),
                    total: found.total,
                    first: (skip > 0).then(|| here(0)),
                    next: ((next as u64) < found.total).then(|| here(next)),
                }))
            }
        }
    }
}

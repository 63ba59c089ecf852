//! Categories: the one taxonomy as a tree, with what points to each and how many comments it has; its history.

use std::collections::HashMap;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::date;
use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::id::CategoryId;
use heard_domain::question::{Dimension, Filter, Key, Measure, Question};
use heard_domain::taxonomy::Category;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_flow::arrange::category::{CategoryChange, CategoryDraft};
use heard_flow::arrange::learning::{self, Proposal};
use heard_flow::arrange::taxonomy::{self, HistoryEntry, Progress};
use heard_flow::flow::Flow;
use heard_flow::measure::period::newest_days;
use heard_flow::measure::precision;
use maud::{Markup, html};

use crate::address::Look;
use crate::extract::{Asked, Form};
use crate::pages::learning::proposal::{PROPOSAL, examples};
use crate::parts::category::{PATH, draft, fields, parents};
use crate::parts::empty::empty;
use crate::parts::field::{reason, refused};
use crate::parts::flash::{Kind, flash};
use crate::parts::form::{choice, csrf};
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::learning::{felt, measured, progress, sentence};
use crate::parts::say::{self, moment};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows the tree.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let done = pairs.iter().find(|(name, _)| name == "done").and_then(|(_, version)| version.parse::<i64>().ok());
    let aside = pairs.iter().any(|(name, _)| name == "aside");
    listed(
        &state,
        &viewer,
        &CategoryDraft::default(),
        None,
        if aside { Done::Aside } else { done.map_or(Done::Nothing, Done::Version) },
        None,
    )
    .await
}

/// What was done a moment ago.
#[derive(Clone, Copy)]
enum Done {
    Nothing,
    /// This version was made.
    Version(i64),
    /// What waited was set aside.
    Aside,
}

/// Adds a category.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let (category, parent) = (draft(&form), form.get("parent").parse().ok());
    let change = CategoryChange::Add { parent, category: category.clone() };
    match taxonomy::apply(&state.flow, &viewer.scope, None, change).await.map_err(Problem::from) {
        Ok(version) => Ok(Redirect::to(&format!("{PATH}?done={version}")).into_response()),
        Err(problem) => listed(&state, &viewer, &category, parent, Done::Nothing, Some(&problem)).await,
    }
}

/// Takes the newest change back.
pub async fn undo(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let version = form.get("version").parse().map_err(|_| Problem::missing("change of the categories"))?;
    match taxonomy::undo(&state.flow, &viewer.scope, version).await.map_err(Problem::from) {
        Ok(version) => Ok(Redirect::to(&format!("{PATH}?done={version}")).into_response()),
        Err(problem) => listed(&state, &viewer, &CategoryDraft::default(), None, Done::Nothing, Some(&problem)).await,
    }
}

/// How many comments each category has in a period.
async fn counts(state: &AppState, viewer: &Viewer, period: Period) -> Result<HashMap<CategoryId, u64>, Problem> {
    let question = Question::new(Measure::Volume).by([Dimension::Category]).within(period).plain();
    let figures = state.flow.store.figures(&viewer.scope, &question).await?;
    let one = |row: &heard_domain::question::Row| match row.keys.first() {
        Some(Key::Category(id)) => Some((*id, row.value.n)),
        _ => None,
    };
    Ok(figures.rows.iter().filter_map(one).collect())
}

async fn listed(
    state: &AppState,
    viewer: &Viewer,
    wanted: &CategoryDraft,
    parent: Option<CategoryId>,
    done: Done,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let directory = state.flow.directory();
    let today = directory.company.zone.day(state.flow.now());
    let quarter = newest_days(&state.flow, &viewer.scope, 90).await?;
    let month = Period::ending(quarter.last, 28);
    let (of_month, of_quarter) = (counts(state, viewer, month).await?, counts(state, viewer, quarter).await?);
    let shapes = viewer.may(Grant::Shape);
    let history = if shapes { taxonomy::history(&state.flow, &viewer.scope).await? } else { Vec::new() };
    let reading = taxonomy::progress(&state.flow).await?;
    let proposal = if shapes { learning::proposal(&state.flow, &viewer.scope).await? } else { None };
    let precise = if shapes { Some(precision::present(&state.flow, &viewer.scope).await?) } else { None };
    let count = |id: CategoryId, period: Period, counts: &HashMap<CategoryId, u64>| {
        let link = Look::at(Filter { category: vec![id], ..Filter::default() }, Some(period)).on(Place::Feedback.path());
        if let Some(n) = counts.get(&id) {
            html! { a href=(link) { (n) } }
        } else {
            html! { "0" }
        }
    };
    let body = html! {
        header.top {
            div { p.eyebrow { "Understand" } h1 { "Categories" } }
            div.tools {
                @if viewer.may(Grant::Correct) && viewer.may(Grant::ReadFeedback) { a.secondary href={ (PATH) "/label" } { "Label next" } }
                @if shapes { a.secondary href={ (PATH) "/versions" } { "Version " (directory.taxonomy.version) } }
                @else { span.soft { "Version " (directory.taxonomy.version) } }
            }
        }
        @if let Some(problem) = problem.filter(|p| p.invalid.is_empty()) { (flash(Kind::Wrong, &html! { "Nothing was changed: " (problem.sentence()) })) }
        @match done {
            Done::Version(version) => { (made(&history, version, viewer)) }
            Done::Aside => { (flash(Kind::Done, &html! { "What waited was set aside. Each example can be taken back on its category's page; what was said of a sentiment, an emotion or a stage counts again once it is said again." })) }
            Done::Nothing => {}
        }
        (again(&state.flow, reading, &directory))
        div #waiting { @if let Some(proposal) = &proposal { (waits(proposal, &directory)) } }
        section.card #tree aria-label="Categories" {
            @if directory.taxonomy.categories.is_empty() {
                (empty("tag", "No categories yet", "Name what customers speak of: delays, staff, price. Comments are filed under them as they are read.", &html! {}))
            } @else {
                @if quarter.last < today { p.soft { "Counted up to " (date::long(quarter.last)) ", the day of the newest comment." } }
                div.scroll tabindex="0" role="group" aria-label="Table of categories" {
                    table.plain {
                        thead { tr {
                            th scope="col" { "Category" } th scope="col" { "What belongs here" } th scope="col" { "Usual stage" }
                            th scope="col" { "Usual departments" } @if precise.is_some() { th scope="col" { "Right on your corrections" } } th.num scope="col" { "28 days" } th.num scope="col" { "90 days" }
                        } }
                        tbody {
                            @for category in in_order(&directory) {
                                tr {
                                    th class=(deep(directory.taxonomy.depth(category.id))) scope="row" {
                                        @if shapes { a.more href={ (PATH) "/" (category.id) } { bdi { (category.name) } } } @else { bdi { (category.name) } }
                                    }
                                    td {
                                        (category.definition)
                                        @if !category.watch_words.is_empty() {
                                            details.twin { summary { (category.watch_words.len()) " watch words" } p.soft { (category.watch_words.join(", ")) } }
                                        }
                                    }
                                    td { (category.stage.and_then(|id| directory.journey.stage(id)).map_or("anywhere", |s| s.name.as_str())) }
                                    td { (departments(&directory, category)) }
                                    @if let Some(precise) = &precise {
                                        td { @if let Some(one) = precise.of(category.id) { (measured(&one.precision)) } @else { span.soft { "–" } } }
                                    }
                                    td.num { (count(category.id, month, &of_month)) }
                                    td.num { (count(category.id, quarter, &of_quarter)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if shapes {
            section.card.narrow aria-labelledby="add" {
                div.ch { h2 #add { "Add a category" } }
                form.form method="post" action=(PATH) {
                    (csrf(&viewer.csrf))
                    (refused(problem.filter(|p| !p.invalid.is_empty()), &["name", "parent", "watch_words", "stage", "departments"]))
                    (choice("parent", "parent", "Under", &parents(&directory, None), &parent.map(|id| id.to_string()).unwrap_or_default()))
                    @if let Some(wrong) = reason(problem, "parent") { span.wrong { (wrong) } }
                    (fields(&directory, wanted, problem))
                    button.primary { (icon("plus")) "Add" }
                }
            }
            (story(&history, &directory, viewer))
        }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Categories), "Categories", &body)).into_response())
}

/// How far reading again is, or that it is done. The page asks for this part again while it goes on, and for what it changes
/// in the end.
fn again(flow: &Flow, reading: Option<Progress>, directory: &Directory) -> Markup {
    let left = reading.and_then(|reading| taxonomy::seconds_left(flow, &reading));
    html! {
        div #again role="status" data-poll=[reading.map(|_| "1000")] data-then=[reading.map(|_| "tree waiting")] {
            @if let Some(reading) = reading {
                (flash(Kind::Note, &html! {
                    "Comments are being read again, the newest first; counts follow."
                    @if let Some(left) = left { " " (say::time_left(left)) "." }
                    (progress("Read again", reading.done, reading.of))
                }))
            } @else if let Some((at, comments)) = taxonomy::reread(flow) {
                (flash(Kind::Done, &html! { "All " (whole(comments)) " comments have been read again: done at " (moment(at, &directory.company.zone)) "." }))
            }
        }
    }
}

/// That examples wait, and what learning from them would move.
fn waits(proposal: &Proposal, directory: &Directory) -> Markup {
    html! {
        section.card aria-labelledby="waits" {
            div.ch { h2 #waits { "Heard could learn from " (examples(proposal)) } }
            @if proposal.done {
                p { (sentence(&proposal.effect, proposal.all, "would be filed elsewhere")) }
                (felt(&proposal.effect, proposal.all, "would have", directory))
            } @else {
                div #foreseen data-poll="1000" data-then="waiting" { (progress("What would move: comments looked at", proposal.effect.looked_at, proposal.of)) }
            }
            p { a.secondary href=(PROPOSAL) { "See what would move" } }
        }
    }
}

/// The tree, each category right after those that stand before it.
fn in_order(directory: &Directory) -> Vec<&Category> {
    fn below<'a>(directory: &'a Directory, parent: Option<CategoryId>, out: &mut Vec<&'a Category>) {
        for category in directory.taxonomy.children(parent) {
            out.push(category);
            below(directory, Some(category.id), out);
        }
    }
    let mut out = Vec::new();
    below(directory, None, &mut out);
    out
}

/// How far its name stands in.
fn deep(depth: usize) -> &'static str {
    match depth {
        0 => "deep-0",
        1 => "deep-1",
        2 => "deep-2",
        _ => "deep-3",
    }
}

fn departments(directory: &Directory, category: &Category) -> String {
    let names: Vec<&str> =
        category.departments.iter().filter_map(|id| directory.department(*id)).map(|d| d.name.as_str()).collect();
    if names.is_empty() { "none named".to_owned() } else { names.join(", ") }
}

/// What was done a moment ago, and the way back.
fn made(history: &[HistoryEntry], version: i64, viewer: &Viewer) -> Markup {
    let entry = history.iter().find(|entry| entry.version == version);
    html! {
        @if let Some(entry) = entry {
            (flash(Kind::Done, &html! { (entry.summary) ". " @if entry.undoable { (back(entry, viewer)) } }))
        }
    }
}

fn back(entry: &HistoryEntry, viewer: &Viewer) -> Markup {
    html! {
        form.inline method="post" action={ (PATH) "/undo" } {
            (csrf(&viewer.csrf))
            input type="hidden" name="version" value=(entry.version);
            button.secondary type="submit" { (icon("undo")) "Undo" span.vh { ": " (entry.summary) } }
        }
    }
}

fn story(history: &[HistoryEntry], directory: &Directory, viewer: &Viewer) -> Markup {
    html! {
        section.card aria-labelledby="history" {
            div.ch { h2 #history { "History" } }
            @if history.is_empty() {
                p.soft { "Nothing was changed yet." }
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of changes" {
                    table.plain {
                        thead { tr { th.num scope="col" { "Version" } th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" } th scope="col" { "Back" } } }
                        tbody {
                            @for entry in history {
                                tr {
                                    td.num { (entry.version) }
                                    td { (moment(entry.at, &directory.company.zone)) }
                                    td { (entry.by.as_deref().unwrap_or("a program")) }
                                    td { (entry.summary) }
                                    td { @if entry.undoable { (back(entry, viewer)) } @else { span.vh { "Something was changed since" } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

//! One issue: what customers say, why it happens, what drives what, the plan, and what each department has stated and signed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::id::IssueId;
use heard_domain::kept_issue::IssueStanding;
use heard_domain::user::Grant;
use heard_flow::act::issues::causes::look;
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::issues::desk::Desk;
use crate::pages::issues::list::{chip, factors};
use crate::pages::issues::{category, pictures, siblings, tabs};
use crate::parts::flash::{Kind, flash};
use crate::parts::layout::{Place, page};
use crate::parts::quote::quote;
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// What was tried: the outline as it was typed, the address to send a partner, or why something was refused.
#[derive(Default)]
pub struct Tried<'a> {
    /// What was typed.
    pub form: Option<&'a Form>,
    /// Why it was refused.
    pub problem: Option<&'a Problem>,
    /// The secret way in that was just made.
    pub link: Option<String>,
}

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<IssueId>,
    Asked(_): Asked,
) -> Result<Response, Problem> {
    whole_page(&state, &viewer, id, &Tried::default()).await
}

/// Shows how an outline would look; nothing is saved.
pub async fn preview(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<IssueId>,
    form: Form,
) -> Result<Response, Problem> {
    whole_page(&state, &viewer, id, &Tried { form: Some(&form), ..Tried::default() }).await
}

/// The page, with what was tried.
pub async fn whole_page(state: &AppState, viewer: &Viewer, id: IssueId, tried: &Tried<'_>) -> Result<Response, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let desk = Desk::load(state, viewer, id).await?;
    let outline = tried.form.map(|form| form.get("outline").replace("\r\n", "\n")).filter(|text| !text.is_empty());
    // What was typed is looked at without being kept; where it cannot be read, what stands is shown with the reason.
    let looked = match &outline {
        Some(text) => Some(look(&state.flow, &viewer.scope, desk.kept(), &desk.opened.causes, text).await.map_err(Problem::from)),
        None => None,
    };
    let shown = &desk.opened.issue;
    let kept = &shown.kept;
    let body = html! {
        header.top {
            div { p.eyebrow { a href="/issues" { "Issues" } " · " (shown.name) } h1 { bdi { (kept.title) } } }
            div.tools { (chip(shown)) }
        }
        @if let Some(problem) = tried.problem { (flash(Kind::Wrong, &html! { "Nothing was changed: " (problem.sentence()) })) }
        @if let Some(link) = &tried.link {
            (flash(Kind::Done, &html! { "Send the partner this address. It is shown once and never again: " code.secret { (link) } }))
        }
        @if let Some(into) = kept.merged { (flash(Kind::Note, &html! { "This issue is part of " a href={ "/issues/" (into) } { "another one" } ": work there." })) }
        nav.tabs aria-label="Parts of the issue" {
            a href="#evidence" { "Evidence" } a href="#causes" { "Cause and effect" } a href="#drives" { "What drives what" }
            a href="#plan" { "Critical path" } a href="#departments" { "Departments" }
            a href={ "/issues/" (kept.id) "/verification" } { "Is it fixed?" } a href={ "/issues/" (kept.id) "/told" } { "Who was told" }
        }
        div.two.wide {
            (evidence(&desk, &directory, viewer))
            (about(&desk, &directory, viewer))
        }
        (category::card(&desk, viewer))
        (tabs::causes(&desk, &directory, viewer, outline.as_deref(), looked.as_ref()))
        (tabs::drives(&desk, viewer))
        (tabs::plan(&desk, &directory, viewer))
        (tabs::departments(&desk, &directory, viewer))
        (siblings::places(&desk, viewer, &desk.places, &directory.company.zone))
        (tabs::fixes(&desk, &directory, viewer))
        (tabs::partners(&desk, &directory, viewer))
    };
    let status = tried.problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Issues), &kept.title, &body)).into_response())
}

fn evidence(desk: &Desk, directory: &Directory, viewer: &Viewer) -> Markup {
    let shown = &desk.opened.issue;
    let all = shown.kept.gathers().map(pictures::comments);
    html! {
        section.card aria-labelledby="evidence" {
            header.ch {
                div {
                    h2 #evidence { "What customers say" }
                    p { (whole(shown.facts.persons)) " persons in the last four weeks of feedback, " (whole(shown.facts.persons_before)) " in the four before; "
                        (say::comments(shown.ever)) " since ever." }
                }
                @if let Some(all) = &all { a.secondary href=(all) { "All comments" } }
            }
            @if desk.said.is_empty() {
                p.soft { @if viewer.may(Grant::ReadFeedback) { "No comment in your sight yet." } @else { "You may not read comments." } }
            } @else {
                ol.quotes {
                    @for heard in &desk.said {
                        li { (quote(heard, directory, desk.now, &format!("/feedback?when=ever&open={}", heard.feedback.id), &|category| format!("/feedback?category={category}"))) }
                    }
                }
            }
            @if !desk.opened.cases.is_empty() {
                h2 { "Cases" }
                ul.changes {
                    @for case in &desk.opened.cases {
                        li { a href={ "/cases/" (case.kept.case.id) } { (case.name) } span.soft { (case.clock) } }
                    }
                }
            }
        }
    }
}

fn about(desk: &Desk, directory: &Directory, viewer: &Viewer) -> Markup {
    let shown = &desk.opened.issue;
    let kept = &shown.kept;
    let zone = &directory.company.zone;
    let categories: Vec<&str> =
        kept.categories.iter().filter_map(|id| directory.taxonomy.category(*id)).map(|category| category.name.as_str()).collect();
    let money: Vec<String> = shown
        .facts
        .money
        .iter()
        .map(|money| format!("{} {}", whole((money.minor / 100).max(0) as u64), money.currency))
        .collect();
    html! {
        section.card.short aria-labelledby="about" {
            div.ch { h2 #about { "About it" } }
            dl.facts {
                dt { "Priority" } dd { b { (whole(shown.priority.product.round() as u64)) } " = " (factors(&shown.priority)) }
                @if !money.is_empty() { dt { "Accounts' yearly value" } dd { (money.join(", ")) } }
                dt { "Stage" } dd { (kept.stage.and_then(|id| directory.journey.stage(id)).map_or("several", |stage| stage.name.as_str())) }
                dt { "Gathers complaints of" } dd { @if categories.is_empty() { "nothing by itself: comments are joined by hand, and a fix cannot be verified" } @else { (categories.join(", ")) } }
                dt { "Opened" } dd { (say::moment(kept.opened, zone)) ", " (kept.origin.label().to_lowercase()) @if let Some(by) = kept.opened_by { " (" (desk.name(by)) ")" } }
                @if let Some(told) = desk.told { dt { "Told" } dd { a href={ "/issues/" (kept.id) "/told" } { (whole(told.told)) " of " (whole(told.raised)) " who raised it" } } }
                @if kept.work.reopened > 0 { dt { "Came back" } dd { (kept.work.reopened) " times" } }
                @if !desk.opened.parts.is_empty() {
                    dt { "Took in" } dd { @for (n, (id, title)) in desk.opened.parts.iter().enumerate() { @if n > 0 { ", " } a href={ "/issues/" (id) } { bdi { (title) } } } }
                }
            }
            @if viewer.may(Grant::WriteIssues) && desk.may_shape() { (tabs::shape(desk, directory, viewer)) }
            @else if kept.standing == IssueStanding::Accepted { p.soft { "Who belongs to a contributing department, or leads listening, shapes this issue. You can propose a fix and back one below." } }
        }
    }
}

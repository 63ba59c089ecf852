//! The issues, the first to work on first, each with what its priority is made of; what Heard proposes; and where complaints go.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::{decimal, whole};
use heard_domain::directory::Directory;
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::IssueStanding;
use heard_domain::priority::{IssueOrder, Priority};
use heard_domain::user::Grant;
use heard_flow::act::issues::change::{IssueDraft, open};
use heard_flow::act::issues::look::{IssueShown, list};
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::extract::{Asked, Form};
use crate::pages::issues::asked::{Asking, PATH, SHELVES, asked};
use crate::pages::issues::pictures;
use crate::parts::diagram::{diagram, take};
use crate::parts::empty::empty;
use crate::parts::field::{Field, boxes, reason, refused};
use crate::parts::filters::{any, category_options, stage_options};
use crate::parts::form::{Options, choice, csrf};
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows them.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    shown(&state, &viewer, &pairs, &IssueDraft::default(), None).await
}

/// Opens one.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let draft = IssueDraft {
        title: form.get("title").to_owned(),
        stage: form.get("stage").parse().ok(),
        categories: form.all("categories").filter_map(|id| id.parse().ok()).collect(),
        departments: form.all("departments").filter_map(|id| id.parse().ok()).collect(),
    };
    match open(&state.flow, &viewer.scope, draft.clone()).await.map_err(Problem::from) {
        Ok(kept) => Ok(Redirect::to(&format!("{PATH}/{}", kept.id)).into_response()),
        Err(problem) => shown(&state, &viewer, &[], &draft, Some(&problem)).await,
    }
}

async fn shown(
    state: &AppState,
    viewer: &Viewer,
    pairs: &[(String, String)],
    draft: &IssueDraft,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let asking = asked(pairs, &directory);
    let issues = list(&state.flow, &viewer.scope, &asking.sought, asking.order, &asking.currency).await?;
    let accepted: Vec<IssueShown> = issues.iter().filter(|one| one.kept.standing == IssueStanding::Accepted).cloned().collect();
    let body = html! {
        header.top {
            div { p.eyebrow { "Act" } h1 { "Issues" } }
            div.tools {
                (filters(&asking, &directory))
                a.secondary href="/issues/drives" { "What drives what" }
            }
        }
        nav.tabs aria-label="Shelves of issues" {
            @for (word, label, ..) in SHELVES {
                a href=(asking.on(PATH, word, asking.order)) aria-current=[(word == asking.shelf).then_some("page")] { (label) }
            }
        }
        section.card aria-labelledby="issues" {
            div.ch {
                div {
                    h2 #issues { (count(issues.len())) }
                    p { "By " (asking.order.label().to_lowercase()) ", of the last four weeks of feedback. "
                        @if asking.order == IssueOrder::Priority { a.more href=(asking.on(PATH, asking.shelf, IssueOrder::Money)) { "By money at stake" } }
                        @else { a.more href=(asking.on(PATH, asking.shelf, IssueOrder::Priority)) { "By priority" } }
                    }
                }
            }
            @if issues.is_empty() { (nothing(&asking, viewer)) } @else { (table(&issues, &directory)) }
        }
        @if accepted.iter().any(|one| one.facts.persons > 0) {
            @let (svg, twin) = pictures::flow(&accepted, &directory);
            section.card aria-labelledby="flow" {
                header.ch {
                    div { h2 #flow { "Where it goes" } p { "From stage to issue, department and outcome, in persons. Colour is the outcome; the persons of an issue are divided evenly among its departments." } }
                    (take("Where it goes", Some(&asking.on("/issues/flow.svg", asking.shelf, IssueOrder::Priority))))
                }
                (diagram("Where it goes", &svg, &twin))
            }
        }
        @if viewer.may(Grant::WriteIssues) { (form(&directory, viewer, draft, problem)) }
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Issues), "Issues", &body)).into_response())
}

/// “1 issue”, “12 issues”.
fn count(n: usize) -> String {
    format!("{} issue{}", whole(n as u64), if n == 1 { "" } else { "s" })
}

fn nothing(asking: &Asking, viewer: &Viewer) -> Markup {
    if asking.shelf == SHELVES[0].0 && asking.pairs.is_empty() {
        empty(
            "people",
            "No issue is worked on yet",
            "An issue is what many complain of and several departments mend together. Heard proposes one when a complaint grows; or open one below.",
            &html! {
                a.primary href={ (PATH) "?shelf=proposed" } { "See what is proposed" }
                @if viewer.may(Grant::ReadFeedback) { a.secondary href="/themes" { "Look at themes" } }
            },
        )
    } else {
        empty(
            "search",
            "No issue fits",
            "Take a filter away, or look at another shelf.",
            &html! { a.primary href=(PATH) { "Worked on" } a.secondary href={ (PATH) "?shelf=all" } { "All issues" } },
        )
    }
}

/// What a priority is made of, in words.
pub fn factors(priority: &Priority) -> Markup {
    html! {
        span.nowrap { "reach " (whole(priority.reach as u64)) } " × "
        span.nowrap { "severity " (decimal(priority.severity, 1)) } " × "
        span.nowrap { "trend " (decimal(priority.trend, 2)) } " × "
        span.nowrap { "stage " (decimal(priority.stage, 1)) }
    }
}

/// The state of an issue as a chip.
pub fn chip(shown: &IssueShown) -> Markup {
    let (label, good) = match shown.kept.standing {
        IssueStanding::Accepted => (shown.state.label(), shown.state == IssueState::VerifiedFixed),
        other => (other.label(), false),
    };
    html! { span.chip.state.good[good] { (label) } }
}

fn table(issues: &[IssueShown], directory: &Directory) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label="Table of issues, scrolls sideways" {
            table.plain {
                thead { tr {
                    th scope="col" { "Issue" } th scope="col" { "Stage" } th scope="col" { "State" } th scope="col" { "Departments" }
                    th.num scope="col" { "Persons" } th.num scope="col" { "Before" } th.num scope="col" { "Priority" } th scope="col" { "Made of" }
                } }
                tbody {
                    @for shown in issues {
                        @let kept = &shown.kept;
                        tr {
                            th scope="row" { a.more href={ (PATH) "/" (kept.id) } { bdi { (kept.title) } } " " span.src { (shown.name) } }
                            td { (kept.stage.and_then(|id| directory.journey.stage(id)).map_or("several", |stage| stage.name.as_str())) }
                            td { (chip(shown)) }
                            td { (signed(shown, directory)) }
                            td.num { (whole(shown.facts.persons)) }
                            td.num { (whole(shown.facts.persons_before)) }
                            td.num { b { (whole(shown.priority.product.round() as u64)) } }
                            td { (factors(&shown.priority)) }
                        }
                    }
                }
            }
        }
    }
}

/// How many have signed, and who contributes.
fn signed(shown: &IssueShown, directory: &Directory) -> Markup {
    let all = &shown.kept.work.contributions;
    let names: Vec<&str> = all
        .iter()
        .map(|one| directory.department(one.department).map_or("one that is gone", |department| department.name.as_str()))
        .collect();
    let done = all.iter().filter(|one| one.signed.is_some()).count();
    html! { (names.join(", ")) @if done > 0 { " " span.src { (done) " of " (all.len()) " signed off" } } }
}

fn filters(asking: &Asking, directory: &Directory) -> Markup {
    let given = |name: &str| asking.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    html! {
        details.menu {
            summary.chip.on[!asking.pairs.is_empty()] { (icon("filter")) "Filters" @if !asking.pairs.is_empty() { ": " (asking.pairs.len()) } }
            div.sheet {
                form.form action=(PATH) {
                    input type="hidden" name="shelf" value=(asking.shelf);
                    div.fields {
                        (choice("by-department", "department", "Department", &any("Any", departments), given("department")))
                        (choice("by-stage", "stage", "Stage", &any("Any", stage_options(directory)), given("stage")))
                        (choice("by-category", "category", "Category", &any("Any", category_options(directory)), given("category")))
                    }
                    button.primary type="submit" { "Apply" }
                }
            }
        }
        @if !asking.pairs.is_empty() { a.ghost href={ (PATH) "?shelf=" (asking.shelf) } { "Clear all" } }
    }
}

fn form(directory: &Directory, viewer: &Viewer, draft: &IssueDraft, problem: Option<&Problem>) -> Markup {
    fn ids<T: ToString>(list: &[T]) -> Vec<String> {
        list.iter().map(ToString::to_string).collect()
    }
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let stage = draft.stage.map(|id| id.to_string()).unwrap_or_default();
    html! {
        section.card.narrow aria-labelledby="add" {
            div.ch { div { h2 #add { "Open an issue" } p { "What happens to customers, as they live it. Every department that plays a part contributes; nobody closes it alone." } } }
            form.form method="post" action=(PATH) {
                (csrf(&viewer.csrf))
                (refused(problem, &["title", "stage", "categories", "departments"]))
                (Field { name: "title", label: "What happens to customers", kind: "text", value: &draft.title, autocomplete: "off", hint: "Like “Codes never arrive at first sign-in”." }.show(problem))
                (choice("stage", "stage", "At which stage", &any("At several", stage_options(directory)), &stage))
                @if let Some(wrong) = reason(problem, "stage") { span.wrong { (wrong) } }
                details.twin open[!draft.categories.is_empty()] {
                    summary { "What is gathered: complaints of these categories" }
                    (boxes("categories", "Categories, with those below them", &category_options(directory), &ids(&draft.categories), problem))
                }
                (boxes("departments", "Departments that contribute; none: those of the categories", &departments, &ids(&draft.departments), problem))
                button.primary { (icon("plus")) "Open the issue" }
            }
        }
    }
}

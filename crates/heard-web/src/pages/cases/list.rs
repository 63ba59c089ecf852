//! The queue: what is due first stands first, with its time in words; beside it the case that is open. Filters live in the
//! address.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::case::CaseState;
use heard_domain::case_entry::Task;
use heard_domain::directory::Directory;
use heard_domain::id::CaseId;
use heard_domain::rule::Urgency;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_flow::act::acting::{Acting, looking};
use heard_flow::act::bulk;
use heard_flow::act::look::{CaseShown, Queue, queue};
use heard_flow::act::staff::{Colleague, colleagues};
use heard_flow::act::{cadence, thread, told};
use heard_flow::seen::seen;
use heard_store::tables::case::Sought;
use maud::{Markup, html};

use crate::api::v1::cases::{sought, written};
use crate::extract::{Asked, Form};
use crate::pages::cases::act::deed;
use crate::pages::cases::pane::{Desk, pane};
use crate::parts::alerting::alerts;
use crate::parts::empty::empty;
use crate::parts::filters::{any, category_options};
use crate::parts::flash::{Kind, flash, left_out};
use crate::parts::form::{Options, choice, csrf, hidden};
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::pager::{Pager, pager};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// How many stand on one page of the queue.
const LISTED: usize = 40;
/// How many of one's own tasks stand above it.
const TASKS: usize = 8;
/// Where the page is.
const PATH: &str = "/cases";

/// The shelves of the queue: word in the address, label, states.
const SHELVES: [(&str, &str, &[CaseState]); 5] = [
    ("todo", "To answer", &[CaseState::Open]),
    ("waiting", "Waiting for the customer", &[CaseState::Waiting]),
    ("answered", "Answered", &[CaseState::Answered]),
    ("closed", "Closed", &[CaseState::Helped, CaseState::Silent]),
    ("all", "All", &[]),
];

/// What the page looks at.
struct Asking {
    /// The shelf, as it stands in the address.
    shelf: &'static str,
    sought: Sought,
    /// The filters as they stand in the address.
    pairs: Vec<(String, String)>,
    /// Which case is open, if somebody chose it.
    open: Option<CaseId>,
    after: Option<(i64, CaseId)>,
    left_out: Vec<String>,
    /// To how many of how many something was done before.
    done: Option<(u32, u32)>,
}

const FILTERS: [&str; 5] = ["department", "assigned", "urgency", "category", "place"];

impl Asking {
    fn read(pairs: &[(String, String)]) -> Self {
        let first = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let given = first("shelf").unwrap_or_default();
        let (shelf, _, states) = SHELVES.iter().find(|(word, ..)| *word == given).unwrap_or(&SHELVES[0]);
        let mut filters: Vec<(String, String)> =
            pairs.iter().filter(|(key, value)| FILTERS.contains(&key.as_str()) && !value.is_empty()).cloned().collect();
        let mut left_out = Vec::new();
        let sought = loop {
            match sought(filters.clone()) {
                Ok((found, _)) => break found,
                Err(problem) => {
                    left_out.push(problem.sentence());
                    let name = problem.invalid.first().map(|field| field.name.clone()).unwrap_or_default();
                    let before = filters.len();
                    filters.retain(|(key, _)| *key != name);
                    if filters.len() == before {
                        filters.clear();
                    }
                }
            }
        };
        let cursor = first("after").and_then(|text| {
            let (due, id) = text.split_once('.')?;
            Some((due.parse().ok()?, id.parse().ok()?))
        });
        Self {
            shelf: *shelf,
            sought: Sought { states: states.to_vec(), ..sought },
            pairs: filters,
            open: first("open").and_then(|id| id.parse().ok()),
            after: cursor,
            left_out,
            done: first("done").and_then(|text| {
                let (done, of) = text.split_once('.')?;
                Some((done.parse().ok()?, of.parse().ok()?))
            }),
        }
    }

    /// The address of this view with further pairs.
    fn on(&self, shelf: &str, more: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if shelf != SHELVES[0].0 {
            query.append_pair("shelf", shelf);
        }
        query.extend_pairs(&self.pairs).extend_pairs(more);
        let query = query.finish();
        if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
    }
}

/// Shows the queue.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Markup, Problem> {
    let asking = Asking::read(&pairs);
    shown(&state, &viewer, &asking, None).await
}

async fn shown(state: &AppState, viewer: &Viewer, asking: &Asking, problem: Option<&Problem>) -> Result<Markup, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let queue = queue(&state.flow, &viewer.scope, &asking.sought, asking.after, LISTED).await?;
    let chosen = asking.open.or_else(|| queue.cases.first().map(|one| one.kept.case.id));
    let desk = match chosen {
        Some(id) => Desk::load(state, viewer, id).await.ok(),
        None => None,
    };
    let acting = looking(&state.flow, &viewer.scope).await?;
    let colleagues = colleagues(&state.flow, &viewer.scope).await?;
    let unseen = told::unseen(&state.flow, &viewer.scope).await?;
    let digests = cadence::waiting_for(&state.flow, &viewer.scope).await?;
    let tasks = thread::own_tasks(&state.flow, &viewer.scope, TASKS).await?;
    let here = desk.as_ref().map(|desk| desk.opened.case.kept.case.id);
    let body = html! {
        header.top {
            div { p.eyebrow { "Act" } h1 { "Cases" } }
            div.tools { (filters(asking, &directory, acting.as_ref(), &colleagues)) }
        }
        (alerts(&unseen, &digests, &directory, &viewer.csrf, state.flow.now()))
        (left_out(&asking.left_out))
        @if let Some((done, of)) = asking.done {
            @if done == of { (flash(Kind::Done, &html! { "Done for all " (of) "." })) }
            @else { (flash(Kind::Note, &html! { "Done for " (done) " of " (of) ". The others cannot be changed like this now: open one and try it there to see why." })) }
        }
        @if let Some(problem) = problem { (flash(Kind::Wrong, &html! { (problem.sentence()) })) }
        (own_tasks(&tasks, &directory, state.flow.now()))
        nav.tabs aria-label="Shelves of the queue" {
            @for (word, label, _) in SHELVES {
                a href=(asking.on(word, &[])) aria-current=[(word == asking.shelf).then_some("page")] { (label) }
            }
        }
        @if queue.cases.is_empty() && desk.is_none() {
            section.card aria-label="Nothing to show" { (nothing(asking, viewer)) }
        } @else {
            div.split.open[asking.open.is_some()] {
                (shelf(&queue, asking, &directory, viewer, &colleagues, here))
                @if let Some(desk) = &desk {
                    (pane(desk, &directory, viewer, &asking.on(asking.shelf, &[("open", &desk.opened.case.kept.case.id.to_string())]), None))
                } @else {
                    section.card.pane id="pane" tabindex="-1" aria-label="Case" {
                        (empty("feedback", "This case is not here", "It may be part of another one, or it lies outside of what you may see.", &html! {}))
                    }
                }
            }
        }
    };
    Ok(page(viewer, Some(Place::Cases), "Cases", &body))
}

/// The viewer's own tasks, the earliest due first.
fn own_tasks(tasks: &[Task], directory: &Directory, now: Time) -> Markup {
    let today = directory.company.zone.day(now);
    html! {
        @if !tasks.is_empty() {
            details.card open {
                summary { "Your tasks" }
                ul.changes {
                    @for task in tasks {
                        li {
                            a href={ "/cases/" (task.case) } dir="auto" { (task.words) }
                            @if let Some(due) = task.due {
                                span.soft { "by " (heard_charts::date::long(due)) @if due < today { ", late" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn nothing(asking: &Asking, viewer: &Viewer) -> Markup {
    if asking.shelf == SHELVES[0].0 && asking.pairs.is_empty() {
        empty(
            "check",
            "Nobody waits for an answer",
            "A case is opened by a rule, or by hand beside a comment.",
            &html! {
                @if viewer.may(Grant::Shape) { a.primary href="/rules" { "Look at the rules" } }
                a.secondary href="/feedback?polarity=negative" { "Read complaints" }
            },
        )
    } else {
        empty(
            "search",
            "No case fits",
            "Take a filter away, or look at another shelf.",
            &html! {
                a.primary href=(PATH) { "To answer" }
                a.secondary href={ (PATH) "?shelf=all" } { "All cases" }
            },
        )
    }
}

fn filters(asking: &Asking, directory: &Directory, acting: Option<&Acting>, colleagues: &[Colleague]) -> Markup {
    let given = |name: &str| asking.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let places: Options = directory.places.iter().map(|place| (place.id.to_string(), place.name.clone())).collect();
    let urgency: Options = Urgency::ALL.iter().map(|word| (word.code().to_owned(), word.label().to_owned())).collect();
    let mut who: Options = vec![("nobody".to_owned(), "Nobody yet".to_owned())];
    who.extend(acting.map(|acting| (acting.user.to_string(), "Me".to_owned())));
    let others = colleagues.iter().filter(|one| one.active && acting.is_none_or(|acting| acting.user != one.id));
    who.extend(others.map(|one| (one.id.to_string(), one.name.clone())));
    html! {
        details.menu {
            summary.chip.on[!asking.pairs.is_empty()] { (icon("filter")) "Filters" @if !asking.pairs.is_empty() { ": " (asking.pairs.len()) } }
            div.sheet {
                form.form action=(PATH) {
                    input type="hidden" name="shelf" value=(asking.shelf);
                    div.fields {
                        (choice("by-department", "department", "Department", &any("Any", departments), given("department")))
                        (choice("by-assigned", "assigned", "Answered for by", &any("Anybody", who), given("assigned")))
                        (choice("by-urgency", "urgency", "Urgency", &any("Any", urgency), given("urgency")))
                        (choice("by-category", "category", "Category", &any("Any", category_options(directory)), given("category")))
                        @if !places.is_empty() { (choice("by-place", "place", "Place", &any("Any", places), given("place"))) }
                    }
                    button.primary type="submit" { "Apply" }
                }
            }
        }
        @if !asking.pairs.is_empty() { a.ghost href={ (PATH) "?shelf=" (asking.shelf) } { "Clear all" } }
        a.secondary href="/cases/service" { "Service" }
    }
}

fn shelf(
    queue: &Queue,
    asking: &Asking,
    directory: &Directory,
    viewer: &Viewer,
    colleagues: &[Colleague],
    here: Option<CaseId>,
) -> Markup {
    let next = queue.more.map(|cursor| asking.on(asking.shelf, &[("after", &written(cursor))]));
    let first = asking.after.map(|_| asking.on(asking.shelf, &[]));
    html! {
        section.card.list aria-labelledby="queued" {
            header.ch { h2 id="queued" { (cases(queue.total)) } span.soft { "what is due first" } }
            ol id="items" data-keys {
                @for one in &queue.cases { (line(one, asking, directory, viewer, colleagues, here)) }
            }
            (pager(&Pager { shown: queue.cases.len(), total: queue.total, first, next }))
            @if viewer.may(Grant::WriteCases) && !queue.cases.is_empty() { (bulk_form(asking, directory, viewer)) }
        }
    }
}

/// “1 case”, “230 cases”.
fn cases(count: u64) -> String {
    format!("{} case{}", heard_charts::number::whole(count), if count == 1 { "" } else { "s" })
}

fn line(
    one: &CaseShown,
    asking: &Asking,
    directory: &Directory,
    viewer: &Viewer,
    colleagues: &[Colleague],
    here: Option<CaseId>,
) -> Markup {
    let kept = &one.kept;
    let id = kept.case.id.to_string();
    let cursor = asking.after.map(written);
    let keys: Vec<(&str, &str)> =
        cursor.as_deref().map(|after| ("after", after)).into_iter().chain([("open", id.as_str())]).collect();
    let category = kept.category.and_then(|id| directory.taxonomy.category(id)).map(|category| category.name.as_str());
    let department = directory.department(kept.case.department).map(|department| department.name.as_str());
    let place = kept.place.and_then(|id| directory.place(id)).map(|place| place.name.as_str());
    let who = kept.case.assigned.and_then(|id| colleagues.iter().find(|one| one.id == id)).map(|one| one.name.as_str());
    html! {
        li.queued {
            @if viewer.may(Grant::WriteCases) {
                label.check { input type="checkbox" name="case" value=(id) form="bulk"; span.vh { "Choose " (one.name) } }
            }
            a.item id={ "item-" (id) } href=(asking.on(asking.shelf, &keys)) data-swap="pane" aria-current=[(here == Some(kept.case.id)).then_some("true")] {
                span.line {
                    b { (one.name) " " (category.unwrap_or("No category")) }
                    span.when.late[one.late] { (one.clock) }
                }
                span.about {
                    @if kept.urgency != Urgency::Normal { span.hurry.now[kept.urgency == Urgency::Now] { (kept.urgency.label()) } }
                    @if let Some(place) = place { span { (place) } }
                    span { (department.unwrap_or("a department that is gone")) }
                    span { (who.unwrap_or("nobody yet")) }
                    @if kept.feedback.len() > 1 { span { (say::comments(kept.feedback.len() as u64)) } }
                }
            }
        }
    }
}

fn bulk_form(asking: &Asking, directory: &Directory, viewer: &Viewer) -> Markup {
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let urgency: Options = Urgency::ALL.iter().map(|word| (word.code().to_owned(), word.label().to_owned())).collect();
    let mut pairs = asking.pairs.clone();
    pairs.push(("shelf".to_owned(), asking.shelf.to_owned()));
    let kept: Vec<(String, String)> = pairs.into_iter().map(|(name, value)| (format!("view-{name}"), value)).collect();
    html! {
        details.twin {
            summary { "Do the same to all that are chosen" }
            form.form id="bulk" method="post" action=(PATH) {
                (csrf(&viewer.csrf))
                (hidden(&kept))
                div.inline { button.secondary name="do" value="take" { "Take them" } }
                div.inline {
                    (choice("bulk-urgency", "urgency", "Urgency", &urgency, "normal"))
                    button.secondary name="do" value="urgency" { "Set urgency" }
                }
                @if !departments.is_empty() {
                    div.inline {
                        (choice("bulk-department", "department", "Department", &departments, ""))
                        button.secondary name="do" value="move" { "Hand over" }
                    }
                }
                div.inline { button.secondary name="do" value="close" { "Close without a word of the customer" } }
            }
        }
    }
}

/// Does the same to all that were chosen, and says what became of them.
pub async fn change(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let view = |name: &str, value: &str| Some((name.strip_prefix("view-")?.to_owned(), value.to_owned()));
    let pairs: Vec<(String, String)> = form.0.iter().filter_map(|(name, value)| view(name, value)).collect();
    let asking = Asking::read(&pairs);
    let outcome = async {
        let cases: Vec<CaseId> =
            form.all("case").map(str::parse).collect::<Result<_, _>>().map_err(|_| Problem::missing("case"))?;
        if cases.is_empty() {
            return Err(Problem::field("case", "must be chosen: tick the cases in the list first"));
        }
        let deed = deed(&state, &viewer, &form).await?;
        bulk::change(&state.flow, &viewer.scope, cases, deed).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok(outcomes) => {
            let done = outcomes.iter().filter(|one| one.done).count();
            let told = format!("{done}.{}", outcomes.len());
            Ok(Redirect::to(&asking.on(asking.shelf, &[("done", &told)])).into_response())
        }
        Err(problem) => {
            let status = problem.code.status();
            Ok((status, shown(&state, &viewer, &asking, Some(&problem)).await?).into_response())
        }
    }
}

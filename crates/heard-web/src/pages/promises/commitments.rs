//! Commitments: what leaders and departments undertook, by when, and their record.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::date;
use heard_charts::number::whole;
use heard_domain::commitment::Undertaker;
use heard_domain::directory::Directory;
use heard_domain::id::CommitmentId;
use heard_domain::promise::PromiseOutcome;
use heard_domain::user::Grant;
use heard_flow::act::acting::{Acting, looking};
use heard_flow::act::commitment::{self, CommitmentDraft, CommitmentShown, Commitments, RecordShown};
use heard_flow::act::staff::{Colleague, colleagues};
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::promises::list::kept;
use crate::pages::promises::tabs::whose;
use crate::parts::empty::empty;
use crate::parts::field::{Field, line, reason, refused};
use crate::parts::filters::any;
use crate::parts::form::{Options, choice, csrf};
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::sure::Sure;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/commitments";
const FIELDS: [&str; 3] = ["words", "due", "consequence"];

/// What stands on the page.
struct Desk {
    all: Commitments,
    colleagues: Vec<Colleague>,
    acting: Option<Acting>,
}

impl Desk {
    async fn load(state: &AppState, viewer: &Viewer) -> Result<Self, Problem> {
        let (flow, scope) = (&state.flow, &viewer.scope);
        let colleagues = if viewer.may(Grant::ReadCases) { colleagues(flow, scope).await? } else { vec![] };
        Ok(Self { all: commitment::list(flow, scope).await?, colleagues, acting: looking(flow, scope).await? })
    }

    fn name(&self, who: Undertaker, directory: &Directory) -> String {
        match who {
            Undertaker::Department(id) => {
                directory.department(id).map_or("a department that is gone", |d| d.name.as_str()).to_owned()
            }
            Undertaker::User(id) => {
                self.colleagues.iter().find(|one| one.id == id).map_or("a colleague", |one| one.name.as_str()).to_owned()
            }
        }
    }

    /// Whether the viewer may say that it is done.
    fn own(&self, who: Undertaker) -> bool {
        self.acting.as_ref().is_some_and(|acting| {
            acting.lead
                || match who {
                    Undertaker::User(user) => user == acting.user,
                    Undertaker::Department(department) => acting.departments.contains(&department),
                }
        })
    }
}

/// Shows them.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    listed(&state, &viewer, None, None).await
}

fn draft(form: &Form) -> Result<CommitmentDraft, Problem> {
    let who = match form.get("who").split_once(':') {
        Some(("department", id)) => id.parse().map(Undertaker::Department).ok(),
        Some(("user", id)) => id.parse().map(Undertaker::User).ok(),
        _ => None,
    };
    Ok(CommitmentDraft {
        who: who.ok_or_else(|| Problem::field("who", "must be chosen"))?,
        words: form.get("words").to_owned(),
        due: form.get("due").parse().map_err(|_| Problem::field("due", "must be a day"))?,
        consequence: form.get("consequence").to_owned(),
        done: None,
    })
}

/// Keeps one.
pub async fn add(State(state): State<AppState>, viewer: Viewer, typed: Form) -> Result<Response, Problem> {
    let outcome = async {
        let wanted = draft(&typed)?;
        commitment::add(&state.flow, &viewer.scope, wanted).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok(_) => Ok(Redirect::to(PATH).into_response()),
        Err(problem) => listed(&state, &viewer, Some(&typed), Some(&problem)).await,
    }
}

/// Says that one is done or not after all, or removes it.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CommitmentId>,
    typed: Form,
) -> Result<Response, Problem> {
    let there = commitment::get(&state.flow, &viewer.scope, id).await?;
    match (typed.get("do"), typed.get("sure") == "yes") {
        ("remove", true) => commitment::remove(&state.flow, &viewer.scope, id).await?,
        ("remove", false) => {
            let sentence = format!("“{}” goes, and from the record with it.", there.words);
            let pairs = [("do".to_owned(), "remove".to_owned())];
            let action = format!("{PATH}/{id}");
            let sure =
                Sure { sentence: &sentence, action: &action, token: &viewer.csrf, pairs: &pairs, apply: "Remove", cancel: PATH };
            let body = html! { header.top { div { p.eyebrow { "Promises" } h1 { "Commitment" } } } (sure.show(&html! {})) };
            return Ok(page(&viewer, Some(Place::Promises), "Commitment", &body).into_response());
        }
        (word, _) => {
            commitment::done(&state.flow, &viewer.scope, id, word == "done").await?;
        }
    }
    Ok(Redirect::to(PATH).into_response())
}

async fn listed(state: &AppState, viewer: &Viewer, typed: Option<&Form>, problem: Option<&Problem>) -> Result<Response, Problem> {
    let desk = Desk::load(state, viewer).await?;
    let directory = state.flow.directory();
    let body = html! {
        header.top { div { p.eyebrow { "Share" } h1 { "Commitments" } } }
        (whose(PATH))
        @if desk.all.items.is_empty() {
            section.card aria-label="Nothing to show" {
                (empty("people", "Nobody has undertaken anything yet", "A leader or a department says what they will do for customers, by when, and what follows if they do not. Everybody sees what became of it.", &html! {}))
            }
        } @else {
            (records(&desk, &directory))
            (table(&desk, &directory, viewer))
        }
        @if viewer.may(Grant::Shape) { (form(&desk, &directory, viewer, typed, problem)) }
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Promises), "Commitments", &body)).into_response())
}

fn records(desk: &Desk, directory: &Directory) -> Markup {
    let passed = |shown: &RecordShown| shown.record.kept + shown.record.late + shown.record.missed;
    html! {
        section.card aria-labelledby="record" {
            div.ch { div { h2 #record { "Who kept what" } p { "Of what was due by now, the share that was done in time. Few say little, as the intervals show." } } }
            div.scroll tabindex="0" role="group" aria-label="Records, scrolls sideways" {
                table.plain {
                    thead { tr { th scope="col" { "Who" } th scope="col" { "In time" } th.num scope="col" { "Kept" } th.num scope="col" { "Kept late" } th.num scope="col" { "Missed" } th.num scope="col" { "Ahead" } } }
                    tbody {
                        @for shown in &desk.all.records {
                            tr {
                                th scope="row" { @if let Some(who) = shown.who { bdi { (desk.name(who, directory)) } } @else { "Everybody" } }
                                td { (kept(shown.in_time, passed(shown), "due")) }
                                td.num { (whole(shown.record.kept)) } td.num { (whole(shown.record.late)) } td.num { (whole(shown.record.missed)) } td.num { (whole(shown.record.ahead)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn outcome(shown: &CommitmentShown) -> Markup {
    let class = match shown.outcome {
        PromiseOutcome::Kept => Some("good"),
        PromiseOutcome::Missed => Some("bad"),
        PromiseOutcome::Ahead | PromiseOutcome::Late => None,
    };
    html! {
        @match class {
            Some(class) => span.chip.state.(class) { (shown.outcome.label()) },
            None => span.chip.state { (shown.outcome.label()) },
        }
    }
}

fn table(desk: &Desk, directory: &Directory, viewer: &Viewer) -> Markup {
    html! {
        section.card aria-labelledby="all" {
            div.ch { h2 #all { "What was undertaken" } }
            div.scroll tabindex="0" role="group" aria-label="Commitments, scrolls sideways" {
                table.plain {
                    thead { tr { th scope="col" { "What" } th scope="col" { "Who" } th scope="col" { "By" } th scope="col" { "What became of it" } th scope="col" { "If not" } th scope="col" { span.vh { "Change" } } } }
                    tbody {
                        @for one in &desk.all.items {
                            @let commitment = &one.commitment;
                            tr {
                                th scope="row" { bdi { (commitment.words) } }
                                td { bdi { (desk.name(commitment.who, directory)) } }
                                td { (date::long(commitment.due)) }
                                td { (outcome(one)) @if let Some(day) = commitment.done { " " span.soft { (date::long(day)) } } }
                                td { bdi { (commitment.consequence) } }
                                td {
                                    @if viewer.may(Grant::WriteCases) && desk.own(commitment.who) { (buttons(one, viewer)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn buttons(one: &CommitmentShown, viewer: &Viewer) -> Markup {
    let commitment = &one.commitment;
    html! {
        form.inline method="post" action={ (PATH) "/" (commitment.id) } {
            (csrf(&viewer.csrf))
            @if commitment.done.is_some() { button.ghost name="do" value="undone" { (icon("undo")) "Not done" span.vh { ": " (commitment.words) } } }
            @else { button.ghost name="do" value="done" { (icon("check")) "Done" span.vh { ": " (commitment.words) } } }
            @if viewer.may(Grant::Shape) { button.ghost name="do" value="remove" { (icon("trash")) span.vh { "Remove: " (commitment.words) } } }
        }
    }
}

fn form(desk: &Desk, directory: &Directory, viewer: &Viewer, typed: Option<&Form>, problem: Option<&Problem>) -> Markup {
    let said = |name: &str| typed.map_or("", |form| form.get(name));
    let departments = directory.departments.iter().map(|d| (format!("department:{}", d.id), d.name.clone()));
    let users = desk.colleagues.iter().filter(|one| one.active).map(|one| (format!("user:{}", one.id), one.name.clone()));
    let who: Options = departments.chain(users).collect();
    html! {
        section.card.narrow aria-labelledby="add" {
            div.ch { h2 #add { "Undertake something" } }
            (refused(problem, &FIELDS))
            form.form method="post" action=(PATH) {
                (csrf(&viewer.csrf))
                (Field { name: "words", label: "What", kind: "text", value: said("words"), autocomplete: "off", hint: "What will be different for customers." }.show(problem))
                div.fields {
                    (choice("who", "who", "Who", &any("Choose", who), said("who")))
                    div.field {
                        label for="due" { "By" }
                        input.input id="due" type="date" name="due" value=(said("due")) required;
                        @if let Some(wrong) = reason(problem, "due") { span.wrong { "By " (wrong) } }
                    }
                }
                (line("consequence", "What follows if it is not done", said("consequence"), "", problem))
                button.primary type="submit" { "Undertake it" }
            }
        }
    }
}

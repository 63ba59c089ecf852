//! Departments: who leads them, when they work, who belongs to them, and which categories they usually contribute to.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Directory;
use heard_domain::id::DepartmentId;
use heard_domain::scope::Scope;
use heard_domain::user::User;
use heard_flow::arrange::department::{self, DepartmentDraft, DepartmentShown};
use heard_flow::error::FlowError;
use heard_store::tables;
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::settings::calendars::calendar_options;
use crate::pages::settings::shell;
use crate::parts::empty::empty;
use crate::parts::field::{Field, boxes, done, line, refused};
use crate::parts::filters::category_options;
use crate::parts::form::{Options, choice, csrf};
use crate::parts::merge::merge_or_remove;
use crate::parts::sure::{Sure, said};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/settings/departments";
const FIELDS: [&str; 6] = ["name", "head", "contact", "calendar", "members", "categories"];

/// Lists the departments, with the form that sets one up.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    listed(&state, &viewer, &DepartmentDraft::default(), None).await
}

/// Sets one up.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let draft = draft(&form);
    match department::add(&state.flow, &viewer.scope, draft.clone()).await.map_err(Problem::from) {
        Ok(made) => Ok(Redirect::to(&format!("{PATH}/{}?saved=yes", made.department.id)).into_response()),
        Err(problem) => listed(&state, &viewer, &draft, Some(&problem)).await,
    }
}

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<DepartmentId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let shown = department::get(&state.flow, &viewer.scope, id).await?;
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    one(&state, &viewer, id, &shown.draft(), saved, None).await
}

/// Changes, merges or removes one; what touches others is shown before it is applied.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<DepartmentId>,
    form: Form,
) -> Result<Response, Problem> {
    let there = department::effect(&state.flow, &viewer.scope, id).await?;
    let into = form.get("into").parse::<DepartmentId>();
    let outcome = match (form.get("do"), form.get("sure") == "yes") {
        ("merge", false) => match &into {
            Ok(into) if state.flow.directory().department(*into).is_some() => return Ok(before(&state, &viewer, &there, &form)),
            Ok(_) => Err(FlowError::Unknown { field: "into", what: "department" }.into()),
            Err(_) => Err(Problem::field("into", "must be chosen")),
        },
        ("remove", false) => return Ok(before(&state, &viewer, &there, &form)),
        ("remove", true) => {
            department::remove(&state.flow, &viewer.scope, id).await?;
            return Ok(Redirect::to(PATH).into_response());
        }
        ("merge", true) => match into {
            Ok(into) => department::merge(&state.flow, &viewer.scope, id, into)
                .await
                .map(|made| made.department.id)
                .map_err(Problem::from),
            Err(_) => Err(Problem::field("into", "must be chosen")),
        },
        _ => department::change(&state.flow, &viewer.scope, id, draft(&form))
            .await
            .map(|made| made.department.id)
            .map_err(Problem::from),
    };
    match outcome {
        Ok(id) => Ok(Redirect::to(&format!("{PATH}/{id}?saved=yes")).into_response()),
        Err(problem) if form.get("do") == "merge" => one(&state, &viewer, id, &there.draft(), false, Some(&problem)).await,
        Err(problem) => one(&state, &viewer, id, &draft(&form), false, Some(&problem)).await,
    }
}

/// What merging or removing would touch.
fn before(state: &AppState, viewer: &Viewer, there: &DepartmentShown, form: &Form) -> Response {
    let directory = state.flow.directory();
    let id = there.department.id;
    let into = form.get("into").parse().ok().and_then(|into| directory.department(into));
    let merges = form.get("do") == "merge";
    let counts = format!("{} and {}", many(there.members.len(), "member"), many(there.categories.len(), "usual category"));
    let sentence = match (merges, into) {
        (true, Some(into)) => format!(
            "{counts} of “{}” would go to “{}”, and “{}” is gone.",
            there.department.name, into.name, there.department.name
        ),
        _ => format!("“{}” is gone; {counts} would belong to it no more.", there.department.name),
    };
    let path = format!("{PATH}/{id}");
    let sure = Sure {
        sentence: &sentence,
        action: &path,
        token: &viewer.csrf,
        pairs: &said(form),
        apply: if merges { "Merge" } else { "Remove" },
        cancel: &path,
    };
    let body = sure.show(&html! {
        @if !there.categories.is_empty() {
            ul { @for category in there.categories.iter().filter_map(|id| directory.taxonomy.category(*id)) { li { (category.name) } } }
        }
    });
    shell::page(viewer, PATH, "Department", None, &body)
}

fn many(count: usize, word: &str) -> String {
    match (count, word.strip_suffix('y')) {
        (1, _) => format!("1 {word}"),
        (n, Some(stem)) => format!("{n} {stem}ies"),
        (n, None) => format!("{n} {word}s"),
    }
}

fn draft(form: &Form) -> DepartmentDraft {
    let some = |name: &str| Some(form.get(name).trim().to_owned()).filter(|text| !text.is_empty());
    DepartmentDraft {
        name: form.get("name").to_owned(),
        head: some("head"),
        contact: some("contact"),
        calendar: form.get("calendar").parse().ok(),
        partner: form.get("partner") == "yes",
        members: form.all("members").filter_map(|id| id.parse().ok()).collect(),
        categories: form.all("categories").filter_map(|id| id.parse().ok()).collect(),
    }
}

async fn users(state: &AppState) -> Result<Vec<User>, Problem> {
    // Who belongs to a department is no secret to whoever may set one up.
    Ok(state.flow.store.read(&Scope::system(), tables::user::list).await?)
}

async fn listed(
    state: &AppState,
    viewer: &Viewer,
    draft: &DepartmentDraft,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let all = department::list(&state.flow, &viewer.scope).await?;
    let (directory, users) = (state.flow.directory(), users(state).await?);
    let body = html! {
        section.card aria-label="Departments" {
            @if all.is_empty() {
                (empty("people", "No departments yet", "Departments are those who cause and mend what customers speak of: inside the company, or partners outside.", &html! {}))
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of departments" {
                    table.plain {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "Lead" } th scope="col" { "Works by" } th scope="col" { "Members" } th scope="col" { "Usual categories" } } }
                        tbody {
                            @for shown in &all {
                                @let department = &shown.department;
                                tr {
                                    td {
                                        a.more href={ (PATH) "/" (department.id) } { bdi { (department.name) } }
                                        @if department.partner { " " span.src { "partner" } }
                                    }
                                    td { (department.head.as_deref().unwrap_or("nobody named")) }
                                    td { (department.calendar.and_then(|id| directory.calendar(id)).map_or("no calendar", |c| c.name.as_str())) }
                                    td.num { (shown.members.len()) }
                                    td.num { (shown.categories.len()) }
                                }
                            }
                        }
                    }
                }
            }
        }
        section.card.narrow aria-labelledby="add" {
            div.ch { h2 #add { "Set up a department" } }
            (form(PATH, viewer, draft, &directory, &users, problem))
        }
    };
    Ok(shell::page(viewer, PATH, "Departments", problem, &body))
}

async fn one(
    state: &AppState,
    viewer: &Viewer,
    id: DepartmentId,
    draft: &DepartmentDraft,
    saved: bool,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let (directory, users) = (state.flow.directory(), users(state).await?);
    let path = format!("{PATH}/{id}");
    let others = directory.departments.iter().filter(|d| d.id != id).map(|d| (d.id.to_string(), d.name.as_str()));
    let body = html! {
        (done(saved.then_some("Saved.")))
        section.card.narrow aria-label="Department" { (form(&path, viewer, draft, &directory, &users, problem)) }
        (merge_or_remove(&path, &viewer.csrf, "Make it part of", others, problem))
        p { a.more href=(PATH) { "All departments" } }
    };
    Ok(shell::page(viewer, PATH, "Department", problem, &body))
}

fn form(
    action: &str,
    viewer: &Viewer,
    draft: &DepartmentDraft,
    directory: &Directory,
    users: &[User],
    problem: Option<&Problem>,
) -> Markup {
    let members: Vec<String> = draft.members.iter().map(ToString::to_string).collect();
    let categories: Vec<String> = draft.categories.iter().map(ToString::to_string).collect();
    let known: Options = users
        .iter()
        .filter(|user| user.active || draft.members.contains(&user.id))
        .map(|user| (user.id.to_string(), user.name.clone()))
        .collect();
    let calendar = draft.calendar.map(|id| id.to_string()).unwrap_or_default();
    html! {
        form.form method="post" action=(action) {
            (csrf(&viewer.csrf))
            (refused(problem, &FIELDS))
            (Field { name: "name", label: "Name", kind: "text", value: &draft.name, autocomplete: "off", hint: "" }.show(problem))
            (line("head", "Who leads it", draft.head.as_deref().unwrap_or_default(), "", problem))
            (line("contact", "E-mail address", draft.contact.as_deref().unwrap_or_default(), "Where the department is reached.", problem))
            (choice("calendar", "calendar", "Works by the calendar", &calendar_options(directory), &calendar))
            label.check { input type="checkbox" name="partner" value="yes" checked[draft.partner]; "A partner company outside" }
            (boxes("members", "Members", &known, &members, problem))
            (boxes("categories", "Usual categories", &category_options(directory), &categories, problem))
            button.primary { "Save" }
        }
    }
}

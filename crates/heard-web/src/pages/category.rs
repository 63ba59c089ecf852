//! One category: its words, its place in the tree, and what happens to it; each change of weight is looked at before.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Directory;
use heard_domain::id::{CategoryId, ExampleId};
use heard_domain::precision::CategoryPrecision;
use heard_domain::taxonomy::Category;
use heard_domain::user::Grant;
use heard_flow::arrange::category::{self, CategoryChange, CategoryDraft};
use heard_flow::arrange::example::{self, ExampleShown};
use heard_flow::arrange::taxonomy::{self, Tried};
use heard_flow::measure::precision;
use heard_flow::measure::quotes::{Heard, many};
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::parts::category::{PATH, draft, fields, parents};
use crate::parts::examples::card;
use crate::parts::field::{boxes, line, reason, refused};
use crate::parts::filters::category_options;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::{Options, choice, csrf};
use crate::parts::layout::{Place, page};
use crate::parts::learning::measured;
use crate::parts::quote::quote;
use crate::parts::sure::{Sure, said};
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CategoryId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let category = get(&state, id)?;
    let aside = pairs.iter().find(|(name, _)| name == "aside").and_then(|(_, id)| id.parse().ok());
    let taught = Taught { aside, ..taught(&state, &viewer, id).await? };
    Ok(one(&state, &viewer, &category, &category::draft(&category), None, None, &taught))
}

/// Shows one with what is wrong with an example that was to be added.
pub async fn with_problem(
    state: &AppState,
    viewer: &Viewer,
    id: CategoryId,
    problem: &Problem,
    text: &str,
) -> Result<Response, Problem> {
    let category = get(state, id)?;
    let taught = Taught { text: text.to_owned(), ..taught(state, viewer, id).await? };
    Ok(one(state, viewer, &category, &category::draft(&category), None, Some(problem), &taught))
}

/// What a category has learnt from, and how well.
#[derive(Default)]
struct Taught {
    examples: Option<Vec<ExampleShown>>,
    precision: Option<CategoryPrecision>,
    /// The example that was just set aside.
    aside: Option<ExampleId>,
    /// What stood in the form.
    text: String,
}

async fn taught(state: &AppState, viewer: &Viewer, id: CategoryId) -> Result<Taught, Problem> {
    if !viewer.may(Grant::ReadFeedback) {
        return Ok(Taught::default());
    }
    let examples = Some(example::list(&state.flow, &viewer.scope, id).await?);
    let precision = precision::present(&state.flow, &viewer.scope).await?.of(id).copied();
    Ok(Taught { examples, precision, ..Taught::default() })
}

/// Changes, moves, merges or removes one, or tries its watch words.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CategoryId>,
    form: Form,
) -> Result<Response, Problem> {
    let there = get(&state, id)?;
    let wanted = match form.get("do") {
        "try" => return tried(&state, &viewer, &there, &form).await,
        "move" => {
            let position = form.get("position").trim().parse::<usize>().ok().map(|n| n.saturating_sub(1));
            CategoryChange::Move { id, parent: form.get("parent").parse().ok(), position }
        }
        "merge" => {
            if let Ok(into) = form.get("into").parse() {
                CategoryChange::Merge { id, into }
            } else {
                let problem = Problem::field("into", "must be chosen");
                let taught = taught(&state, &viewer, id).await?;
                return Ok(one(&state, &viewer, &there, &category::draft(&there), None, Some(&problem), &taught));
            }
        }
        "remove" => CategoryChange::Remove { id },
        _ => CategoryChange::Change { id, category: draft(&form) },
    };
    let weighs = !matches!(wanted, CategoryChange::Change { .. });
    let outcome = if weighs && form.get("sure") != "yes" {
        match taxonomy::preview(&state.flow, &viewer.scope, &wanted).await {
            Ok(preview) => return before(&state, &viewer, &there, preview, &form).await,
            Err(error) => Err(error),
        }
    } else {
        taxonomy::apply(&state.flow, &viewer.scope, form.get("version").parse().ok(), wanted).await
    };
    match outcome.map_err(Problem::from) {
        Ok(version) => Ok(Redirect::to(&format!("{PATH}?done={version}")).into_response()),
        Err(problem) if matches!(problem.code, ProblemCode::Validation | ProblemCode::Conflict) => {
            let shown = if weighs { category::draft(&there) } else { draft(&form) };
            let taught = taught(&state, &viewer, id).await?;
            Ok(one(&state, &viewer, &there, &shown, None, Some(&problem), &taught))
        }
        Err(problem) => Err(problem),
    }
}

fn get(state: &AppState, id: CategoryId) -> Result<Category, Problem> {
    state.flow.directory().taxonomy.category(id).cloned().ok_or_else(|| Problem::missing("category"))
}

async fn before(
    state: &AppState,
    viewer: &Viewer,
    there: &Category,
    preview: taxonomy::ChangePreview,
    form: &Form,
) -> Result<Response, Problem> {
    let directory = state.flow.directory();
    let examples = many(&state.flow, &viewer.scope, &preview.examples).await?;
    let path = format!("{PATH}/{}", there.id);
    let mut pairs = said(form);
    pairs.retain(|(name, _)| name != "version");
    pairs.push(("version".to_owned(), preview.version.to_string()));
    let apply = match form.get("do") {
        "merge" => "Merge",
        "remove" => "Remove",
        _ => "Move",
    };
    let sure = Sure { sentence: &preview.sentence, action: &path, token: &viewer.csrf, pairs: &pairs, apply, cancel: &path };
    let body = html! {
        header.top { div { p.eyebrow { "Categories" } h1 { (there.name) } } }
        (sure.show(&html! { p.soft { "All comments are read again in the background. It can be undone as long as nothing else is changed." } }))
        (shown(state, &directory, &examples, preview.comments))
    };
    Ok(page(viewer, Some(Place::Categories), &there.name, &body).into_response())
}

/// The newest of many comments.
fn shown(state: &AppState, directory: &Directory, examples: &[Heard], of: u64) -> Markup {
    html! {
        @if !examples.is_empty() {
            section.card aria-labelledby="comments" {
                div.ch { h2 #comments { @if of > examples.len() as u64 { "The newest " (examples.len()) " of " (of) } @else { "These comments" } } }
                @for heard in examples {
                    (quote(heard, directory, state.flow.now(), &format!("/feedback?open={}", heard.feedback.id), &|id| format!("/feedback?category={id}")))
                }
            }
        }
    }
}

async fn tried(state: &AppState, viewer: &Viewer, there: &Category, form: &Form) -> Result<Response, Problem> {
    let (wanted, taught) = (draft(form), taught(state, viewer, there.id).await?);
    let outcome = taxonomy::try_words(&state.flow, &viewer.scope, &wanted.watch_words).await.map_err(Problem::from);
    let found = match outcome {
        Ok(tried) => {
            let examples = many(&state.flow, &viewer.scope, &tried.examples).await?;
            (tried, examples)
        }
        Err(problem) => return Ok(one(state, viewer, there, &wanted, None, Some(&problem), &taught)),
    };
    Ok(one(state, viewer, there, &wanted, Some(&found), None, &taught))
}

/// What gathers the complaints of the category from now on, with the departments that usually contribute.
fn issue_form(directory: &Directory, viewer: &Viewer, there: &Category) -> Markup {
    let stage = there.stage.and_then(|id| directory.journey.stage(id));
    let title = stage.map_or_else(|| there.name.clone(), |stage| format!("{}: {}", stage.name, there.name));
    let departments: Options = directory.departments.iter().map(|d| (d.id.to_string(), d.name.clone())).collect();
    let usual: Vec<String> = there.departments.iter().map(ToString::to_string).collect();
    html! {
        section.card.form aria-labelledby="issue" {
            div.ch { h2 #issue { "Make it an issue" } }
            p.soft { "An issue gathers its complaints by itself; every department that plays a part states its cause and its fix." }
            form.form method="post" action="/issues" {
                (csrf(&viewer.csrf))
                input type="hidden" name="categories" value=(there.id);
                @if let Some(stage) = there.stage { input type="hidden" name="stage" value=(stage); }
                (line("title", "What happens to customers", &title, "", None))
                (boxes("departments", "Departments that contribute", &departments, &usual, None))
                button.secondary { "Open the issue" }
            }
        }
    }
}

fn sentence(tried: &Tried) -> String {
    let all =
        if tried.looked_at < tried.of { format!(" (the newest {} were looked at)", tried.looked_at) } else { String::new() };
    format!(
        "These words occur in {} of the {} comments of the newest {} days{all}.",
        tried.comments,
        tried.of,
        taxonomy::TRIED_DAYS
    )
}

fn one(
    state: &AppState,
    viewer: &Viewer,
    there: &Category,
    draft: &CategoryDraft,
    tried: Option<&(Tried, Vec<Heard>)>,
    problem: Option<&Problem>,
    taught: &Taught,
) -> Response {
    let directory = state.flow.directory();
    let path = format!("{PATH}/{}", there.id);
    let parent = there.parent.map(|id| id.to_string()).unwrap_or_default();
    let barred = |value: &str| value == there.id.to_string();
    let others: Options = std::iter::once((String::new(), "choose one".to_owned()))
        .chain(category_options(&directory).into_iter().filter(|(value, _)| !barred(value)))
        .collect();
    let position = (there.position + 1).to_string();
    let body = html! {
        header.top {
            div { p.eyebrow { "Categories" } h1 { (there.name) } }
            div.tools { a.secondary href={ "/feedback?category=" (there.id) } { "Read its comments" } }
        }
        @if let Some(precise) = &taught.precision {
            p { "On your own corrections: right " (measured(&precise.precision)) ", found " (measured(&precise.found)) "." }
        }
        @if let Some(problem) = problem.filter(|p| p.invalid.is_empty()) { (flash(Kind::Wrong, &html! { "Nothing was changed: " (problem.sentence()) })) }
        @if let Some((tried, _)) = tried { (flash(Kind::Note, &html! { (sentence(tried)) })) }
        div.two.even {
            section.card aria-labelledby="words" {
                div.ch { h2 #words { "What belongs here" } }
                form.form method="post" action=(path) {
                    (csrf(&viewer.csrf))
                    input type="hidden" name="version" value=(directory.taxonomy.version);
                    (refused(problem.filter(|p| !p.invalid.is_empty()), &["name", "watch_words", "stage", "departments", "parent", "into", "text"]))
                    (fields(&directory, draft, problem))
                    span.inline {
                        button.primary name="do" value="save" { "Save" }
                        button.secondary name="do" value="try" formnovalidate { "Try the words" }
                    }
                }
            }
            div.form {
                section.card.form aria-labelledby="move" {
                    div.ch { h2 #move { "Move" } }
                    form.form method="post" action=(path) {
                        (csrf(&viewer.csrf))
                        (choice("parent", "parent", "Under", &parents(&directory, Some(there.id)), &parent))
                        @if let Some(wrong) = reason(problem, "parent") { span.wrong { (wrong) } }
                        (line("position", "Place among its siblings", &position, "1 is the first; empty: the last.", problem))
                        button.secondary name="do" value="move" { "Move …" }
                    }
                }
                @if viewer.may(Grant::WriteIssues) { (issue_form(&directory, viewer, there)) }
                section.card.form aria-labelledby="merge" {
                    div.ch { h2 #merge { "Merge or remove" } }
                    p.soft { "You see which comments it concerns before anything happens." }
                    form.form method="post" action=(path) {
                        (csrf(&viewer.csrf))
                        (choice("into", "into", "Make it part of", &others, ""))
                        @if let Some(wrong) = reason(problem, "into") { span.wrong { (wrong) } }
                        span.inline {
                            button.secondary name="do" value="merge" { "Merge …" }
                            button.danger name="do" value="remove" { "Remove …" }
                        }
                    }
                }
            }
        }
        @if let Some((tried, examples)) = tried { (shown(state, &directory, examples, tried.comments)) }
        @if let Some(examples) = &taught.examples { (card(there.id, examples, viewer, taught.aside, &taught.text, problem)) }
        p { a.more href=(PATH) { "All categories" } }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    (status, page(viewer, Some(Place::Categories), &there.name, &body)).into_response()
}

//! A file before anything is taken: how its columns are understood (and can be changed), the first rows as they would be heard, and
//! the rows that cannot be taken.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::capital::capital;
use heard_domain::feedback::NewFeedback;
use heard_domain::id::{ImportId, TemplateId};
use heard_domain::import::{BadRow, Import, ImportKind, Mapping, Template};
use heard_domain::starter::industry::Industry;
use heard_domain::time::Zone;
use heard_domain::user::Grant;
use heard_flow::arrange::template;
use heard_flow::hear::import;
use heard_flow::hear::preview::{Preview, as_kind, preview};
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::import::{entries, mapping};
use crate::parts::field::refused;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::layout::{self, Place};
use crate::parts::say::beginning;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// How much of a comment is shown in a table.
const SHOWN: usize = 240;

/// The form was sent: look again with other columns, or begin.
pub async fn confirm(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<ImportId>,
    form: Form,
) -> Result<Response, Problem> {
    let there = import::get(&state.flow, &viewer.scope, id).await?;
    let columns = || there.mapping.columns.iter().map(|(name, _)| name.as_str());
    if form.get("do") == "template" {
        let Ok(chosen) = form.get("template").parse::<TemplateId>() else {
            return page(&state, &viewer, &there, None, Some(&Problem::field("template", "choose one first"))).await;
        };
        let chosen = template::get(&state.flow, &viewer.scope, chosen).await?;
        let wanted = Wanted { mapping: chosen.mapping.fitted(columns()), sure: None };
        return page(&state, &viewer, &there, Some(wanted), None).await;
    }
    // Another kind than the form was made for: its columns are guessed anew.
    if let (Ok(kind), was) = (form.get("kind").parse::<ImportKind>(), form.get("was"))
        && !was.is_empty()
        && kind.code() != was
    {
        let (mapping, sure) = as_kind(&state.flow, &viewer.scope, id, kind).await?;
        return page(&state, &viewer, &there, Some(Wanted { mapping, sure: Some(sure) }), None).await;
    }
    let mapping = match mapping::read(&there.mapping, &form) {
        Ok(mapping) => mapping,
        Err(problem) => return page(&state, &viewer, &there, None, Some(&problem)).await,
    };
    let wanted = Wanted { mapping: mapping.clone(), sure: None };
    if form.get("do") == "look" {
        return page(&state, &viewer, &there, Some(wanted), None).await;
    }
    if form.get("do") == "save" {
        let saved = template::of_import(&state.flow, &viewer.scope, id, form.get("template_name"), mapping).await;
        return match saved.map_err(Problem::from) {
            Ok(_) => Ok(Redirect::to("/imports/templates?done=saved").into_response()),
            Err(problem) if matches!(problem.code, ProblemCode::Validation | ProblemCode::Conflict) => {
                page(&state, &viewer, &there, Some(wanted), Some(&problem)).await
            }
            Err(problem) => Err(problem),
        };
    }
    let starter: Option<Industry> = form.get("starter").parse().ok();
    match import::confirm(&state.flow, &viewer.scope, id, mapping, starter).await.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&format!("/imports/{id}")).into_response()),
        Err(problem) if problem.code == ProblemCode::Validation => {
            page(&state, &viewer, &there, Some(wanted), Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}

/// How the columns shall be understood.
pub struct Wanted {
    mapping: Mapping,
    /// How sure each column is, where it was guessed.
    sure: Option<Vec<(f32, String)>>,
}

/// The page of an import that waits to be confirmed.
pub async fn page(
    state: &AppState,
    viewer: &Viewer,
    import: &Import,
    wanted: Option<Wanted>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let (wanted, guessed) = wanted.map_or((None, None), |wanted| (Some(wanted.mapping), wanted.sure));
    let tried = preview(&state.flow, &viewer.scope, import.id, wanted.clone()).await.map_err(Problem::from);
    // A mapping that does not fit the file can still be changed: the form stays, the rows are missing.
    let (seen, wrong) = match tried {
        Ok(seen) => (Some(seen), None),
        Err(problem) if problem.code == ProblemCode::Validation => (None, Some(problem)),
        Err(problem) => return Err(problem),
    };
    let problem = problem.or(wrong.as_ref());
    let understood = wanted.as_ref().unwrap_or(&import.mapping);
    let sure = guessed.or_else(|| seen.as_ref().and_then(|seen| seen.sure.clone()));
    let templates = template::list(&state.flow, &viewer.scope).await.unwrap_or_default();
    let action = format!("/imports/{}", import.id);
    let may = viewer.may(Grant::Import);
    let zone = state.flow.directory().company.zone.clone();
    let body = html! {
        header.top { div { p.eyebrow { a href="/imports" { "Imports" } } h1 { bdi { (import.name) } } p.soft { (size(import.bytes)) " · " (import.format) @if let Some(rows) = import.rows { " · " (whole(rows)) " rows" } } } }
        (refused(problem, &[]))
        @if let Some(seen) = &seen { (known_before(seen)) }
        form method="post" action={ (action) "/confirm" } {
            (csrf(&viewer.csrf))
            section.card.form aria-labelledby="columns" {
                div.ch { div { h2 #columns { "How the columns are understood" } p { (recognised(understood, seen.as_ref())) } } }
                @if let Some(seen) = &seen { (remarks(&seen.remarks)) }
                (mapping::fields(understood, sure.as_deref()))
                @if let Some(industry) = seen.as_ref().and_then(|seen| seen.industry).filter(|_| viewer.may(Grant::Shape)) { (starters(industry)) }
                @if may {
                    div.tools {
                        button.primary name="do" value="begin" { "Bring it in" }
                        button.secondary name="do" value="look" { "Show again with these columns" }
                    }
                    (named(&templates))
                }
            }
        }
        @if let Some(seen) = &seen {
            @if seen.hidden { (flash(Kind::Note, &html! { "What the file holds is hidden: it is open only to those who may read it." })) }
            @else if understood.kind == ImportKind::Feedback { (rows(seen, &zone)) } @else { (entries::table(&seen.entries, &zone)) }
            (bad_table(&seen.bad, "What cannot be taken", &format!("{} of the first {} rows cannot be taken; other remarks say what was left out of a row.", seen.refused, seen.tried))) }
        @if may {
            form method="post" action={ (action) "/cancel" } { (csrf(&viewer.csrf)) button.danger { "Throw this file away" } }
        }
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, layout::page(viewer, Some(Place::Imports), &import.name, &body)).into_response())
}

/// Templates: to be picked, or made of what was chosen.
fn named(templates: &[Template]) -> Markup {
    html! {
        details {
            summary { "Templates" }
            div.fields {
                @if !templates.is_empty() {
                    div.field {
                        label for="template" { "Understand it by a template" }
                        span.inline {
                            select.input #template name="template" {
                                option value="" { "choose one" }
                                @for template in templates { option value=(template.id) { (template.name) " (" (template.mapping.kind) ")" } }
                            }
                            button.secondary name="do" value="template" formnovalidate { "Use it" }
                        }
                    }
                }
                div.field {
                    label for="template_name" { "Save these columns as a template" }
                    span.inline {
                        input.input #template_name name="template_name" maxlength="60" placeholder="its name";
                        button.secondary name="do" value="save" { "Save as template" }
                    }
                }
            }
        }
    }
}

fn known_before(seen: &Preview) -> Markup {
    html! {
        @if let Some(earlier) = &seen.earlier {
            p.flash role="status" { span { "These very bytes came in before as " a href={ "/imports/" (earlier.id) } { bdi { (earlier.name) } } ": the same rows add nothing." } }
        }
    }
}

fn recognised(mapping: &Mapping, seen: Option<&Preview>) -> String {
    match (mapping.preset.as_str(), seen.is_some_and(|seen| seen.remembered)) {
        (_, true) => "As you confirmed it for the last file of this shape.".to_owned(),
        ("generic", false) if mapping.kind != ImportKind::Feedback => {
            format!("Taken for {}, from names and contents: look it over before you begin.", mapping.kind.label().to_lowercase())
        }
        ("generic", false) => "Guessed from names and contents: look it over before you begin.".to_owned(),
        (preset, false) => format!("Recognised by its header as “{preset}”."),
    }
}

/// What should be known before it is confirmed.
fn remarks(remarks: &[String]) -> Markup {
    html! {
        @if !remarks.is_empty() {
            ul.soft aria-label="What was noticed" { @for remark in remarks { li { bdi { (capital(remark)) "." } } } }
        }
    }
}

fn starters(industry: Industry) -> Markup {
    html! {
        div.field {
            label for="starter" { "Begin with the journey and categories of" }
            span.hint #starter-hint { "There is no journey yet. It is a beginning: every stage and category can be changed. Chosen by what the file says." }
            select.input #starter name="starter" aria-describedby="starter-hint" {
                @for known in Industry::ALL { option value=(known.code()) selected[*known == industry] { (known) } }
                option value="none" { "none: I draw it myself" }
            }
        }
    }
}

fn rows(seen: &Preview, zone: &Zone) -> Markup {
    html! {
        section.card aria-labelledby="rows" {
            div.ch { div { h2 #rows { "The first rows, as they would be heard" } } }
            @if seen.rows.is_empty() { p { "No row could be taken with these columns." } }
            @else {
                div.scroll tabindex="0" role="group" aria-label="First rows" {
                    table.plain {
                        thead { tr { th.num scope="col" { "Row" } th.num scope="col" { "When" } th scope="col" { "Words" } th scope="col" { "Who" } th scope="col" { "Ratings" } th scope="col" { "Attributes" } } }
                        tbody { @for (row, feedback) in &seen.rows { (heard(*row, feedback, zone)) } }
                    }
                }
            }
        }
    }
}

fn heard(row: u64, feedback: &NewFeedback, zone: &Zone) -> Markup {
    let author = &feedback.author;
    let identities = author.identities.iter().map(|identity| identity.handle.as_str());
    let mut who: Vec<&str> = author.name.as_deref().into_iter().chain(identities).chain(author.account.as_deref()).collect();
    who.dedup();
    let (hour, minute) = zone.wall(feedback.at);
    html! {
        tr {
            td.num { (row) }
            td.num { (zone.day(feedback.at)) " " (format!("{hour:02}:{minute:02}")) }
            td { bdi { (beginning(&feedback.text, SHOWN)) } }
            td { bdi { (who.join(" · ")) } }
            td { @for (n, rating) in feedback.ratings.iter().enumerate() { @if n > 0 { ", " } bdi { (rating.scale) } " " (rating.value) } }
            td { @for (n, (name, value)) in feedback.attributes.iter().enumerate() { @if n > 0 { ", " } bdi { (name) } " " bdi { (beginning(value, SHOWN)) } } }
        }
    }
}

/// Rows that could not be taken, as a table: row, line, column, reason, sample.
pub fn bad_table(bad: &[BadRow], title: &str, about: &str) -> Markup {
    html! {
        @if !bad.is_empty() {
            section.card aria-labelledby="bad" {
                div.ch { div { h2 #bad { (title) } p { (about) } } }
                div.scroll tabindex="0" role="group" aria-label="Rows that could not be taken" {
                    table.plain {
                        thead { tr { th.num scope="col" { "Row" } th.num scope="col" { "Line" } th scope="col" { "Column" } th scope="col" { "Reason" } th scope="col" { "What stands there" } } }
                        tbody {
                            @for row in bad {
                                tr {
                                    td.num { (row.row) }
                                    td.num { @if row.line > 0 { (row.line) } }
                                    td { bdi { (row.column) } } td { (row.reason) } td { bdi.cell { (row.sample) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A size in words.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{:.1} KB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.2} GB", bytes as f64 / 1_073_741_824.0),
    }
}

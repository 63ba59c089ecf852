//! Templates: named ways in which files are understood; renamed and removed here, made in the preview of a file.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::TemplateId;
use heard_domain::import::{Meaning, Template};
use heard_domain::user::Grant;
use heard_flow::arrange::template::{self, TemplateDraft};
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::import::list::tabs;
use crate::parts::empty::empty;
use crate::parts::field::{done, refused};
use crate::parts::form::csrf;
use crate::parts::layout::{self, Place};
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// Lists them.
pub async fn list(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Result<Response, Problem> {
    let word = pairs.iter().find(|(name, _)| name == "done").map(|(_, value)| value.as_str());
    let words = match word {
        Some("saved") => Some("The template is saved."),
        Some("renamed") => Some("The template has its new name."),
        Some("removed") => Some("The template is removed; what came in by it stays."),
        _ => None,
    };
    page(&state, &viewer, None, words).await
}

/// Renames or removes one.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<TemplateId>,
    form: Form,
) -> Result<Response, Problem> {
    if form.get("do") == "remove" {
        template::remove(&state.flow, &viewer.scope, id).await?;
        return Ok(Redirect::to("/imports/templates?done=removed").into_response());
    }
    let Template { format, mapping, .. } = template::get(&state.flow, &viewer.scope, id).await?;
    let draft = TemplateDraft { name: form.get("name").to_owned(), format, mapping };
    match template::change(&state.flow, &viewer.scope, id, draft).await.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to("/imports/templates?done=renamed").into_response()),
        Err(problem) if matches!(problem.code, ProblemCode::Validation | ProblemCode::Conflict) => {
            page(&state, &viewer, Some(&problem), None).await
        }
        Err(problem) => Err(problem),
    }
}

async fn page(state: &AppState, viewer: &Viewer, problem: Option<&Problem>, words: Option<&str>) -> Result<Response, Problem> {
    let templates = template::list(&state.flow, &viewer.scope).await?;
    let body = html! {
        header.top { div { p.eyebrow { a href="/imports" { "Imports" } } h1 { "Templates" } p.soft { "How files are understood, under a name that everybody can pick. Files of a shape that was confirmed before are understood without one." } } }
        (tabs(viewer, "/imports/templates"))
        (refused(problem, &[]))
        (done(words))
        @if templates.is_empty() {
            section.card { (empty("import", "No template yet", "Bring in a file, choose what its columns mean, and save that as a template in its preview.", &html! { a.primary href="/imports" { "Bring in a file" } })) }
        }
        @for template in &templates { (card(viewer, template)) }
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, layout::page(viewer, Some(Place::Imports), "Templates", &body)).into_response())
}

fn card(viewer: &Viewer, template: &Template) -> Markup {
    let Template { id, name, format, mapping, .. } = template;
    let taken = mapping.columns.iter().filter(|(_, meaning)| *meaning != Meaning::Skip);
    let columns: Vec<&str> = taken.map(|(column, _)| column.as_str()).collect();
    html! {
        section.card aria-labelledby={ "t" (id) } {
            div.ch { div { h2 id={ "t" (id) } { bdi { (name) } } p { (mapping.kind) " · " (format) " · " bdi { (columns.join(", ")) } } } }
            @if viewer.may(Grant::Import) {
                div.tools {
                    form.inline method="post" action={ "/imports/templates/" (id) } {
                        (csrf(&viewer.csrf))
                        input.input.small name="name" value=(name) required maxlength="60" aria-label={ "Name of the template " (name) };
                        button.secondary name="do" value="rename" { "Rename" }
                        button.danger name="do" value="remove" { "Remove" }
                    }
                }
            }
        }
    }
}

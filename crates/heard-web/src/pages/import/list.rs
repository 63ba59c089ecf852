//! The list of imports, with the place where a file is dropped.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::import::{Import, ImportKind, ImportState};
use heard_domain::user::Grant;
use heard_flow::hear::import;
use maud::{Markup, html};

use crate::parts::empty::empty;
use crate::parts::field::refused;
use crate::parts::flash::{Kind, flash};
use crate::parts::layout::{self, Place};
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::upload;
use crate::viewer::Viewer;

/// How many imports are shown.
const SHOWN: usize = 100;

/// Shows the list.
pub async fn show(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    page(&state, &viewer, None).await
}

/// Takes a file and goes on to its preview.
pub async fn receive(
    State(state): State<AppState>,
    viewer: Viewer,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    let form = form.map_err(|_| Problem::new(ProblemCode::UnsupportedMediaType, "send the file with the form of this page"))?;
    match upload::form(&state, &viewer.scope, form).await {
        Ok(import) => Ok(Redirect::to(&format!("/imports/{}", import.id)).into_response()),
        Err(problem) if matches!(problem.code, ProblemCode::Validation | ProblemCode::TooLarge) => {
            page(&state, &viewer, Some(&problem)).await
        }
        Err(problem) => Err(problem),
    }
}

async fn page(state: &AppState, viewer: &Viewer, problem: Option<&Problem>) -> Result<Response, Problem> {
    let imports = import::list(&state.flow, &viewer.scope, SHOWN).await?;
    let waits = |import: &&Import| import.state == ImportState::Preview && import.source.is_some();
    let waiting = imports.iter().filter(waits).count();
    let body = html! {
        header.top { div { p.eyebrow { "Listen" } h1 { "Imports" } } }
        (tabs(viewer, "/imports"))
        (refused(problem, &[]))
        @if waiting > 0 { (flash(Kind::Note, &html! { (whole(waiting as u64)) @if waiting == 1 { " file from a watched folder waits" } @else { " files from watched folders wait" } " to be confirmed: nobody has said yet how their columns are understood." })) }
        @if viewer.may(Grant::Import) {
            section.card aria-labelledby="bring" {
                div.ch { div { h2 #bring { "Bring in a file" } p { "Feedback, accounts, persons, exposures or events. You see how it is understood before anything is taken in; the same file twice adds nothing." } } }
                form method="post" action={ "/imports?csrf=" (viewer.csrf) } enctype="multipart/form-data" {
                    div.drop data-drop {
                        label for="file" { "Drop a file here, or choose one" }
                        input #file type="file" name="file" required accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,text/csv,application/json";
                        button.primary { "Look at it" }
                    }
                }
            }
        }
        section.card aria-labelledby="all" {
            div.ch { div { h2 #all { "What came in" } } }
            @if imports.is_empty() {
                (empty("import", "Nothing yet", "Export reviews, survey answers, tickets or complaints from where they are now, and drop the file above.", &html! {}))
            } @else { (table(state, &imports)) }
        }
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    Ok((status, layout::page(viewer, Some(Place::Imports), "Imports", &body)).into_response())
}

/// The pages under Imports, and which of them is open.
pub fn tabs(viewer: &Viewer, here: &str) -> Markup {
    let pages = [("/imports", "Files"), ("/imports/templates", "Templates"), ("/imports/operational", "Operational data")];
    let open = |path: &str| if path == "/imports/operational" { Grant::ReadFigures } else { Grant::ReadImports };
    html! {
        nav.tabs aria-label="Imports" {
            @for (path, name) in pages {
                @if viewer.may(open(path)) { a href=(path) aria-current=[(path == here).then_some("page")] { (name) } }
            }
        }
    }
}

fn table(state: &AppState, imports: &[Import]) -> Markup {
    let zone = state.flow.directory().company.zone.clone();
    html! {
        div.scroll tabindex="0" role="group" aria-label="Table of imports" {
            table.plain {
                thead { tr {
                    th scope="col" { "File" } th scope="col" { "What" } th scope="col" { "Listening post" } th scope="col" { "State" } th.num scope="col" { "New" }
                    th.num scope="col" { "Known" } th.num scope="col" { "Changed" } th.num scope="col" { "Bad rows" } th scope="col" { "Day" }
                } }
                tbody {
                    @for import in imports {
                        tr {
                            td { a.more href={ "/imports/" (import.id) } { bdi { (import.name) } } }
                            td { (import.mapping.kind) }
                            td { @if import.mapping.kind == ImportKind::Feedback { (import.mapping.post) } @else { span.soft { "–" } } }
                            td { (state_chip(import.state)) }
                            td.num { (whole(import.added)) } td.num { (whole(import.known)) } td.num { (whole(import.revised)) } td.num { (whole(import.bad)) }
                            td { (zone.day(import.at)) }
                        }
                    }
                }
            }
        }
    }
}

/// Where an import stands, as a chip.
pub fn state_chip(state: ImportState) -> Markup {
    let tone = match state {
        ImportState::Done => "good",
        ImportState::Failed | ImportState::Cancelled | ImportState::Undone => "bad",
        ImportState::Preview | ImportState::Running | ImportState::Undoing => "open",
    };
    html! { span.chip.state.(tone) { (state) } }
}

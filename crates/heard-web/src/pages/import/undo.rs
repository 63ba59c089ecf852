//! Undoing an import: what would happen is shown first, then a person says yes.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::id::ImportId;
use heard_domain::import::ImportKind;
use heard_domain::user::Grant;
use heard_flow::hear::undo::{self, UndoForeseen};
use maud::{Markup, html};

use crate::extract::Id;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::layout::{self, Place};
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows what undoing would do.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Id(id): Id<ImportId>) -> Result<Response, Problem> {
    let seen = match undo::foresee(&state.flow, &viewer.scope, id).await.map_err(Problem::from) {
        Ok(seen) => seen,
        // Somebody was faster, or there is nothing to undo: the import's page says where it stands.
        Err(problem) if problem.code == ProblemCode::Conflict => {
            return Ok(Redirect::to(&format!("/imports/{id}")).into_response());
        }
        Err(problem) => return Err(problem),
    };
    let import = &seen.import;
    let body = html! {
        header.top { div { p.eyebrow { a href={ "/imports/" (import.id) } { bdi { (import.name) } } } h1 { "Undo this import?" } } }
        section.card.form aria-labelledby="what" {
            div.ch { div { h2 #what { "What would happen" } p { "Nothing has been done yet. Figures, search and streams follow exactly; the file can be brought in again later." } } }
            (consequences(&seen))
            @if seen.feedback_kept > 0 { (staying(&viewer, &seen)) }
            @if seen.corrections > 0 { (flash(Kind::Note, &html! { (whole(seen.corrections)) " corrections that persons made on these words would be lost." })) }
            div.tools {
                form method="post" action={ "/imports/" (import.id) "/undo" } { (csrf(&viewer.csrf)) button.danger { "Undo the import" } }
                a.secondary href={ "/imports/" (import.id) } { "Leave it as it is" }
            }
        }
    };
    Ok(layout::page(&viewer, Some(Place::Imports), "Undo an import", &body).into_response())
}

fn consequences(seen: &UndoForeseen) -> Markup {
    let feedback = seen.import.mapping.kind == ImportKind::Feedback;
    html! {
        dl.facts {
            @if feedback {
                dt { "Feedback that goes" } dd { (whole(seen.feedback_removed)) }
                dt { "Feedback that gets its older words back" } dd { (whole(seen.feedback_restored)) }
                dt { "Feedback that stays" } dd { (whole(seen.feedback_kept)) @if seen.feedback_kept > 0 { " (another import gave it other words since)" } }
            } @else {
                @for (noun, count) in &seen.changes { dt { "Changed by it: " (plural(noun)) } dd { (whole(*count)) } }
                dt { "New with it, and gone then" } dd { (whole(seen.removed)) }
                dt { "Back to what they were" } dd { (whole(seen.restored)) }
                dt { "Stay as they are" } dd { (whole(seen.kept)) @if seen.kept > 0 { " (changed or used since by something else)" } }
            }
        }
    }
}

/// The word for many of a noun.
pub fn plural(noun: &str) -> &'static str {
    match noun {
        "account" => "accounts",
        "person" => "persons",
        "exposure" => "exposures",
        "event" => "events",
        _ => "feedback",
    }
}

fn staying(viewer: &Viewer, seen: &UndoForeseen) -> Markup {
    html! {
        @if viewer.may(Grant::ReadFeedback) {
            details {
                summary { "Feedback that stays" }
                ul { @for id in &seen.staying { li { a.more href={ "/feedback?when=ever&open=" (id) } { "Comment " (id) } } } }
            }
        }
    }
}

/// Begins.
pub async fn begin(State(state): State<AppState>, viewer: Viewer, Id(id): Id<ImportId>) -> Result<Response, Problem> {
    undo::undo(&state.flow, &viewer.scope, id).await?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

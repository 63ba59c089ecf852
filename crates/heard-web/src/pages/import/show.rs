//! An import: its preview while it waits, its progress while it runs, its outcome when it has ended.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::id::ImportId;
use heard_domain::import::{Import, ImportKind, ImportState};
use heard_domain::user::Grant;
use heard_flow::hear::import;
use heard_flow::hear::progress::{Progress, progress};
use heard_flow::hear::undo;
use heard_store::tables::revert::Kept;
use maud::{Markup, html};

use crate::extract::{Asked, Id};
use crate::pages::import::list::state_chip;
use crate::pages::import::preview::{self, bad_table, size};
use crate::pages::import::undo::plural;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::layout::{self, Place};
use crate::parts::say::time_left;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// How many bad rows are shown at a time.
const BAD_ROWS: usize = 100;

/// Shows an import.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<ImportId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let seen = progress(&state.flow, &viewer.scope, id).await?;
    if seen.import.state == ImportState::Preview {
        return preview::page(&state, &viewer, &seen.import, None, None).await;
    }
    let skip = pairs.iter().find(|(name, _)| name == "skip").and_then(|(_, value)| value.parse::<u32>().ok()).unwrap_or(0);
    let mut bad = import::bad_rows(&state.flow, &viewer.scope, id, u64::from(skip), BAD_ROWS + 1).await?;
    let more = bad.len() > BAD_ROWS;
    bad.truncate(BAD_ROWS);
    let import = &seen.import;
    let kept = undo::kept(&state.flow, &viewer.scope, id, 200).await?;
    let changes = undo::changes(&state.flow, &viewer.scope, id).await?;
    let body = html! {
        header.top { div { p.eyebrow { a href="/imports" { "Imports" } } h1 { bdi { (import.name) } } p.soft { (size(import.bytes)) " · " (import.format) } } (state_chip(import.state)) }
        (how_far(&viewer, &seen, &changes))
        (stayed(&viewer, &kept))
        (bad_table(&bad, "Rows with remarks", "Rows that could not be taken, or only in part; the others are in."))
        @if more || skip > 0 {
            nav.pager aria-label="Pages of rows" {
                @if skip > 0 { a.more rel="prev" href={ "?skip=" (skip.saturating_sub(BAD_ROWS as u32)) } { "Rows before" } }
                @if more { a.more rel="next" href={ "?skip=" (skip + BAD_ROWS as u32) } { "Further rows" } }
            }
        }
    };
    Ok(layout::page(&viewer, Some(Place::Imports), &import.name, &body).into_response())
}

/// Stops an import.
pub async fn cancel(State(state): State<AppState>, viewer: Viewer, Id(id): Id<ImportId>) -> Result<Response, Problem> {
    import::cancel(&state.flow, &viewer.scope, id).await?;
    Ok(Redirect::to(&format!("/imports/{id}")).into_response())
}

fn how_far(viewer: &Viewer, seen: &Progress, changes: &[(String, u64)]) -> Markup {
    let Progress { import, rows_per_second, seconds_left, to_be_read } = seen;
    let running = import.state == ImportState::Running;
    let feedback = import.mapping.kind == ImportKind::Feedback;
    // The page asks for this part again while rows come in or are read.
    let alive = running || import.state == ImportState::Undoing || (*to_be_read > 0 && import.state == ImportState::Done);
    html! {
        section.card.form #how-far aria-label="How far" data-poll=[alive.then_some("1000")] {
            @match (import.state, import.rows) {
                (ImportState::Running, Some(rows)) => {
                    p { strong { (whole(import.done)) } " of " (whole(rows)) " rows"
                        @if let Some(rate) = rows_per_second { ", " (whole(*rate as u64)) " a second" }
                        @if let Some(left) = seconds_left { ", " (time_left(*left)) } }
                    progress value=(import.done.min(rows)) max=(rows.max(1)) aria-label="Rows that came in" {}
                }
                (ImportState::Running, None) => { p { strong { (whole(import.done)) } " rows so far" } progress aria-label="Rows that came in" {} }
                (ImportState::Failed, _) => { (flash(Kind::Wrong, &html! { "It stopped after " (whole(import.done)) " rows: " (import.failure.as_deref().unwrap_or("the reason is in the log")) ". What came in stays; hand the file over again to go on: the same rows add nothing." })) }
                (ImportState::Undoing, _) => { (undoing(import)) }
                (ImportState::Undone, _) => { (undoing(import)) }
                (ImportState::Cancelled, _) => { p { "Stopped after " (whole(import.done)) " rows; what came in stays." } }
                _ => { p { "All " (whole(import.done)) " rows were looked at." } }
            }
            (outcome(import, changes))
            @if *to_be_read > 0 { p.soft role="status" { (whole(*to_be_read)) " comments are still being read: figures follow as they are." } }
            div.tools {
                @if feedback && import.added + import.revised + import.known > 0 && import.state != ImportState::Undone && viewer.may(Grant::ReadFeedback) {
                    a.primary href={ "/feedback?when=ever&import=" (import.id) } { "Read its comments" }
                }
                @if matches!(import.mapping.kind, ImportKind::Exposures | ImportKind::Events) && viewer.may(Grant::ReadFigures) { a.primary href="/imports/operational" { "See operational data" } }
                @if undo::can(import) && viewer.may(Grant::Import) { a.secondary href={ "/imports/" (import.id) "/undo" } { "Undo this import…" } }
                @if running && viewer.may(Grant::Import) {
                    form method="post" action={ "/imports/" (import.id) "/cancel" } { (csrf(&viewer.csrf)) button.danger { "Stop" } }
                }
            }
        }
    }
}

fn undoing(import: &Import) -> Markup {
    let Some(undoing) = &import.undoing else { return html! {} };
    let seen = undoing.removed + undoing.restored;
    html! {
        @if import.state == ImportState::Undoing {
            p { "What it brought is being taken away: " strong { (whole(seen)) } " of about " (whole(undoing.total)) }
            progress value=(seen.min(undoing.total)) max=(undoing.total.max(1)) aria-label="Undone so far" {}
        } @else {
            p { "This import is undone. The file can be brought in again." }
        }
        dl.facts {
            dt { "Gone again" } dd { (whole(undoing.removed)) }
            dt { "Back to what it was" } dd { (whole(undoing.restored)) }
            @if undoing.corrections > 0 { dt { "Corrections lost" } dd { (whole(undoing.corrections)) } }
            @if undoing.kept > 0 { dt { "Stayed" } dd { (whole(undoing.kept)) } }
        }
    }
}

fn stayed(viewer: &Viewer, kept: &[Kept]) -> Markup {
    html! {
        @if !kept.is_empty() {
            section.card aria-labelledby="stayed" {
                div.ch { div { h2 #stayed { "What stayed when it was undone" } } }
                div.scroll tabindex="0" role="group" aria-label="What stayed" {
                    table.plain {
                        thead { tr { th scope="col" { "What" } th scope="col" { "Which" } th scope="col" { "Why" } } }
                        tbody {
                            @for one in kept {
                                tr {
                                    td { (one.noun) }
                                    td { @if one.noun == "feedback" && viewer.may(Grant::ReadFeedback) { a.more href={ "/feedback?when=ever&open=" (one.thing) } { (one.thing) } } @else { bdi { (one.thing) } } }
                                    td { (one.reason) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn outcome(import: &Import, changes: &[(String, u64)]) -> Markup {
    let feedback = import.mapping.kind == ImportKind::Feedback;
    html! {
        dl.facts {
            dt { "Rows are" } dd { (import.mapping.kind) }
            dt { "New" } dd { (whole(import.added)) }
            dt { "Known already" } dd { (whole(import.known)) }
            @if import.revised > 0 {
                @if feedback { dt { "Words changed at the source" } dd { (whole(import.revised)) " (the old words are kept)" } }
                @else { dt { "Changed" } dd { (whole(import.revised)) } }
            }
            dt { "Could not be taken" } dd { (whole(import.bad)) }
            @for (noun, count) in changes { dt { "Things changed: " (plural(noun)) } dd { (whole(*count)) } }
            @if feedback { dt { "Listening post" } dd { bdi { (import.mapping.post) } " · " (import.mapping.channel) } }
            dt { "Understood as" } dd { (import.mapping.preset) }
            @if let Some(source) = &import.source { dt { "Watched file" } dd { bdi { (source) } } }
        }
    }
}

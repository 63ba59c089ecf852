//! An import: its preview while it waits, its progress while it runs, its outcome when it has ended.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::id::ImportId;
use heard_domain::import::{Import, ImportState};
use heard_domain::user::Grant;
use heard_flow::hear::import;
use heard_flow::hear::progress::{Progress, progress};
use maud::{Markup, html};

use crate::extract::{Asked, Id};
use crate::pages::import::list::state_chip;
use crate::pages::import::preview::{self, bad_table, size};
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::layout::{self, Place};
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
    let body = html! {
        header.top { div { p.eyebrow { a href="/imports" { "Imports" } } h1 { bdi { (import.name) } } p.soft { (size(import.bytes)) " · " (import.format) } } (state_chip(import.state)) }
        (how_far(&viewer, &seen))
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

fn how_far(viewer: &Viewer, seen: &Progress) -> Markup {
    let Progress { import, rows_per_second, seconds_left, to_be_read } = seen;
    let running = import.state == ImportState::Running;
    // The page asks for this part again while rows come in or are read.
    let alive = running || (*to_be_read > 0 && import.state == ImportState::Done);
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
                (ImportState::Cancelled, _) => { p { "Stopped after " (whole(import.done)) " rows; what came in stays." } }
                _ => { p { "All " (whole(import.done)) " rows were looked at." } }
            }
            (outcome(import))
            @if *to_be_read > 0 { p.soft role="status" { (whole(*to_be_read)) " comments are still being read: figures follow as they are." } }
            div.tools {
                @if import.added + import.revised + import.known > 0 && viewer.may(Grant::ReadFeedback) {
                    a.primary href={ "/feedback?when=ever&import=" (import.id) } { "Read its comments" }
                }
                @if running && viewer.may(Grant::Import) {
                    form method="post" action={ "/imports/" (import.id) "/cancel" } { (csrf(&viewer.csrf)) button.danger { "Stop" } }
                }
            }
        }
    }
}

fn outcome(import: &Import) -> Markup {
    html! {
        dl.facts {
            dt { "New" } dd { (whole(import.added)) }
            dt { "Known already" } dd { (whole(import.known)) }
            @if import.revised > 0 { dt { "Words changed at the source" } dd { (whole(import.revised)) " (the old words are kept)" } }
            dt { "Could not be taken" } dd { (whole(import.bad)) }
            dt { "Listening post" } dd { bdi { (import.mapping.post) } " · " (import.mapping.channel) }
            dt { "Understood as" } dd { (import.mapping.preset) }
        }
    }
}

fn time_left(seconds: f64) -> String {
    match seconds.ceil() as u64 {
        0..=1 => "nearly done".to_owned(),
        s @ 2..=90 => format!("about {s} seconds left"),
        s => format!("about {} minutes left", s.div_ceil(60)),
    }
}

//! A run of letters: looked at for real customers, changed, reviewed by a second press, and watched while it goes out.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::LetterId;
use heard_domain::letter::LetterState;
use heard_domain::time::Zone;
use heard_domain::user::Grant;
use heard_flow::tell::letters::{self, LetterPreview, LetterShown};
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::letters::list::{audience, draft, fields, problem_of, typed};
use crate::parts::field::refused;
use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::parts::layout::{Place, page};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows a run: what it would do, or how far it has come.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Id(id): Id<LetterId>) -> Result<Response, Problem> {
    whole(&state, &viewer, id, None, None).await
}

/// Changes, sends or removes a run.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<LetterId>,
    form: Form,
) -> Result<Response, Problem> {
    let (flow, scope) = (&state.flow, &viewer.scope);
    letters::get(flow, scope, id).await?;
    let outcome = match form.get("do") {
        "remove" => {
            letters::remove(flow, scope, id).await?;
            return Ok(Redirect::to("/letters").into_response());
        }
        "send" => {
            let version = form.get("version").parse().unwrap_or(0);
            letters::send(flow, scope, id, version).await.map_err(problem_of)
        }
        _ => match draft(&form) {
            Ok(draft) => letters::change(flow, scope, id, &draft).await.map_err(problem_of),
            Err(problem) => Err(problem),
        },
    };
    match outcome {
        Ok(_) => Ok(Redirect::to(&format!("/letters/{id}")).into_response()),
        Err(problem) => whole(&state, &viewer, id, Some(&form), Some(&problem)).await,
    }
}

async fn whole(
    state: &AppState,
    viewer: &Viewer,
    id: LetterId,
    form: Option<&Form>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let run = letters::get(&state.flow, &viewer.scope, id).await?;
    let directory = state.flow.directory();
    let letter = &run.letter;
    let draft = letter.state == LetterState::Draft;
    let preview = if draft && viewer.may(Grant::ReadPersons) {
        Some(letters::preview(&state.flow, &viewer.scope, id).await?)
    } else {
        None
    };
    let kinds = if draft { letters::kinds(&state.flow, &viewer.scope).await? } else { vec![] };
    let own = typed(letter);
    let form = form.filter(|form| !matches!(form.get("do"), "send" | "remove")).unwrap_or(&own);
    let body = html! {
        header.top { div { p.eyebrow { a href="/letters" { "Letters" } } h1 { (letter.name) } } }
        p { "To " (audience(&directory, letter)) "." @if let Some(issue) = letter.audience.issue() { " " a href={ "/issues/" (issue) "/told" } { "The issue, and what was told of it" } } }
        @if problem.is_some() { (refused(problem, &["name", "subject", "text"])) }
        @if let Some(preview) = &preview { (looked_at(viewer, &run, preview, &directory.company.zone)) }
        @if draft {
            section.card.narrow aria-labelledby="change" {
                h2 #change { "Change it" }
                form.form method="post" action={ "/letters/" (id) } {
                    (csrf(&viewer.csrf))
                    (fields(&directory, &kinds, form, problem))
                    button.primary name="do" value="change" { "Save and look again" }
                }
                form method="post" action={ "/letters/" (id) } { (csrf(&viewer.csrf)) button.ghost name="do" value="remove" { "Remove this letter" } }
            }
        } @else { (progress(state, &run)) }
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Letters), &letter.name, &body)).into_response())
}

fn left_out(preview: &LetterPreview) -> Markup {
    html! {
        details.twin {
            summary { "Who is left out, and why" }
            ul.changes {
                @for one in &preview.left_out { li { bdi { (one.name) } span.soft { (one.why.label()) } } }
            }
            @if (preview.left_out.len() as u64) < preview.unreachable + preview.suppressed + preview.before { p.soft { "The first are named." } }
        }
    }
}

fn counts(letters: u64, pages: u64, [unreachable, suppressed, before]: [u64; 3]) -> Markup {
    html! {
        dl.facts {
            dt { "Letters" } dd { (letters) }
            @if pages > 0 { dt { "Read it on the page of their comment" } dd { (pages) } }
            dt { "No address known" } dd { (unreachable) }
            dt { "Want no letters, or their address does not exist" } dd { (suppressed) }
            dt { "Told before" } dd { (before) }
        }
    }
}

fn looked_at(viewer: &Viewer, run: &LetterShown, preview: &LetterPreview, zone: &Zone) -> Markup {
    let letter = &run.letter;
    html! {
        section.card aria-labelledby="preview" {
            h2 #preview { "What would go out now" }
            (counts(preview.letters, preview.pages, [preview.unreachable, preview.suppressed, preview.before]))
            @if !preview.left_out.is_empty() { (left_out(preview)) }
            @if let Some(until) = preview.quiet_until { p.soft { "It is quiet now: letters wait until " (say::moment(until, zone)) "." } }
            @if preview.part { p.soft { "Only the first 20,000 were looked at; there are more." } }
            @if let Some((name, n)) = &preview.missing {
                (flash(Kind::Wrong, &html! { "{{" (name) "}} is not known for " (n) " of them: take it out, or choose other days." }))
            }
            @for shown in &preview.shown {
                article.saying {
                    p.meta { b dir="auto" { (shown.name) } " " span.soft { (shown.address) } " " span { (shown.subject) } }
                    p.words dir="auto" { (shown.text) }
                }
            }
            @if preview.letters + preview.pages > 0 && preview.missing.is_none() {
                form method="post" action={ "/letters/" (letter.id) } {
                    (csrf(&viewer.csrf))
                    input type="hidden" name="version" value=(letter.version);
                    p { "I have read it. It cannot be called back." }
                    button.primary name="do" value="send" {
                        @if preview.letters == 0 { "Show it on " (preview.pages) " pages" } @else { "Send " (preview.letters) " letters" }
                    }
                }
            } @else { p.soft { "Nobody would get it as it is." } }
        }
    }
}

fn progress(state: &AppState, run: &LetterShown) -> Markup {
    let directory = state.flow.directory();
    let letter = &run.letter;
    let all: u64 = run.states.iter().map(|(_, n)| n).sum();
    html! {
        section.card aria-labelledby="progress" {
            h2 #progress { (letter.state.label()) }
            @if let Some((_, at)) = letter.reviewed { p.soft { "Reviewed " (say::moment(at, &directory.company.zone)) ". Open this page again to see how far it is." } }
            (counts(all, letter.pages, [letter.unreachable, letter.suppressed, letter.before]))
            dl.facts { @for (state, n) in &run.states { dt { (state.label()) } dd { (n) } } }
        }
        section.card aria-labelledby="words" {
            h2 #words { (letter.subject) }
            p.words dir="auto" { (letter.text) }
        }
    }
}

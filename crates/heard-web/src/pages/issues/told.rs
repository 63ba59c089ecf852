//! “You said, we do”: what those who raised an issue were told, how many of them, and the letter that tells them what is true now.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_charts::number::whole;
use heard_domain::id::IssueId;
use heard_domain::letter::{Audience, LetterState};
use heard_domain::user::Grant;
use heard_flow::act::issues::look::open;
use heard_flow::tell::letters::{self, LetterDraft};
use heard_flow::tell::told::{IssueTold, told};
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::letters::list::{problem_of, to_raisers};
use crate::parts::empty::empty;
use crate::parts::field::refused;
use crate::parts::form::csrf;
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::parts::say;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const FIELDS: [&str; 3] = ["name", "subject", "text"];

/// Shows it.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>) -> Result<Response, Problem> {
    whole_page(&state, &viewer, id, None, None).await
}

/// Begins a letter about where the issue stands: nothing is sent before it was looked at and reviewed.
pub async fn begin(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>, form: Form) -> Result<Response, Problem> {
    let known = told(&state.flow, &viewer.scope, id).await?;
    let outcome = async {
        let stage = known.stage.ok_or_else(|| Problem::field("told", "must be there: nobody works on the issue yet"))?;
        let words = |name: &str| form.get(name).to_owned();
        let draft = LetterDraft {
            name: words("name"),
            subject: words("subject"),
            text: words("text"),
            audience: Audience::Issue { issue: id, stage },
        };
        letters::add(&state.flow, &viewer.scope, &draft).await.map_err(problem_of)
    };
    match outcome.await {
        Ok(made) => Ok(Redirect::to(&format!("/letters/{}", made.id)).into_response()),
        Err(problem) => whole_page(&state, &viewer, id, Some(&form), Some(&problem)).await,
    }
}

async fn whole_page(
    state: &AppState,
    viewer: &Viewer,
    id: IssueId,
    form: Option<&Form>,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let opened = open(&state.flow, &viewer.scope, id).await?;
    let known = told(&state.flow, &viewer.scope, id).await?;
    let kept = &opened.issue.kept;
    let may = viewer.may(Grant::Shape) && known.counts.is_some();
    let body = html! {
        header.top {
            div {
                p.eyebrow { a href="/issues" { "Issues" } " · " a href={ "/issues/" (id) } { (opened.issue.name) } }
                h1 { "Who was told: " bdi { (kept.title) } }
            }
            div.tools { a.secondary href={ "/issues/" (id) } { (icon("left")) "The issue" } }
        }
        (counted(&known))
        @if may { (runs(state, &known)) }
        @match (may, known.stage) {
            (true, Some(stage)) => section.card.narrow aria-labelledby="tell" {
                div.ch { div { h2 #tell { "Tell them: " (stage.label().to_lowercase()) } p { "To exactly those who raised it, each once for this stage. Nothing goes out before you have seen it for real customers and pressed a second time." } } }
                form.form method="post" action={ "/issues/" (id) "/told" } {
                    (csrf(&viewer.csrf))
                    (refused(problem, &FIELDS))
                    @let own = begun(&opened.issue.name, &known, stage.label());
                    (to_raisers(form.unwrap_or(&own), problem))
                    button.primary { "Look at it" }
                }
            },
            (true, None) => section.card aria-label="Nothing to tell" {
                (empty("feedback", "Nothing can be told yet", "When somebody has decided to work on the issue, those who raised it can be told that it was heard.", &html! { a.primary href={ "/issues/" (id) } { "The issue" } }))
            },
            (false, _) => p.soft { "Who shapes Heard and sees all posts writes to customers." },
        }
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.code.status());
    Ok((status, page(viewer, Some(Place::Issues), "Who was told", &body)).into_response())
}

fn begun(name: &str, known: &IssueTold, stage: &str) -> Form {
    let n = known.runs.len();
    let called =
        if n == 0 { format!("{name} {}", stage.to_lowercase()) } else { format!("{name} {} {}", stage.to_lowercase(), n + 1) };
    let pairs = [("name", called), ("subject", known.subject.clone()), ("text", known.text.clone())];
    Form(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn counted(known: &IssueTold) -> Markup {
    html! {
        section.card aria-labelledby="counted" {
            div.ch { h2 #counted {
                @match known.counts {
                    Some(counts) => { "Told " (whole(counts.told)) " of " (whole(counts.raised)) " who raised it" },
                    None => "Told",
                }
            } }
            @if known.stages.is_empty() { p.soft { "Nobody was told anything yet." } }
            @else {
                div.scroll tabindex="0" role="group" aria-label="What was told, scrolls sideways" {
                    table.plain {
                        thead { tr { th scope="col" { "Stage" } @for head in ["Sent", "Waiting", "Did not arrive", "On their page"] { th.num scope="col" { (head) } } } }
                        tbody { @for at in &known.stages {
                            tr { th scope="row" { (at.stage.label()) } @for n in [at.sent, at.waiting, at.troubled, at.pages] { td.num { (whole(n)) } } }
                        } }
                    }
                }
            }
        }
    }
}

fn runs(state: &AppState, known: &IssueTold) -> Markup {
    let directory = state.flow.directory();
    html! {
        @if !known.runs.is_empty() {
            section.card aria-labelledby="runs" {
                div.ch { h2 #runs { "Letters about it" } }
                ul.changes {
                    @for run in &known.runs {
                        li {
                            a href={ "/letters/" (run.letter.id) } { (run.letter.name) }
                            span.soft {
                                (run.letter.state.label()) ", " (say::moment(run.letter.made, &directory.company.zone))
                                @if run.letter.state != LetterState::Draft { @for (state, n) in &run.states { ", " (state.label()) " " (n) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

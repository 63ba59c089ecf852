//! The box of an issue that gathers nothing by itself: its comments become a category, so that its fix can be verified.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Directory;
use heard_domain::id::{CategoryId, FeedbackId, IssueId};
use heard_domain::reading::Span;
use heard_domain::user::Grant;
use heard_flow::act::issues::category::{
    CategoryOffer, CategoryStanding, IssueCategory, PassageSaid, TellingPassage, make, offer,
};
use heard_flow::act::issues::look::open;
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::issues::desk::Desk;
use crate::parts::category::{PATH, draft, fields, parents};
use crate::parts::empty::empty;
use crate::parts::field::{reason, refused};
use crate::parts::filters::category_options;
use crate::parts::form::{Options, choice, csrf};
use crate::parts::icon::icon;
use crate::parts::layout::{Place, page};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// A passage as it stands in a form: `comment.start-end`.
fn written(passage: &TellingPassage) -> String {
    format!("{}.{}-{}", passage.feedback, passage.span.start, passage.span.end)
}

fn read(value: &str) -> Option<(FeedbackId, Span)> {
    let (feedback, span) = value.split_once('.')?;
    let (start, end) = span.split_once('-')?;
    Some((feedback.parse().ok()?, Span { start: start.parse().ok()?, end: end.parse().ok()? }))
}

/// What a form says: each passage that was shown belongs if it is ticked.
fn wanted(form: &Form) -> IssueCategory {
    let said = |value: &str| {
        let (feedback, span) = read(value)?;
        Some(PassageSaid { feedback, span, belongs: form.all("tells").any(|ticked| ticked == value) })
    };
    // What names no category is refused as one that is not there.
    let existing =
        Some(form.get("existing")).filter(|given| !given.is_empty()).map(|given| given.parse().unwrap_or(CategoryId(0)));
    IssueCategory {
        version: form.get("version").parse().ok(),
        existing,
        parent: form.get("parent").parse().ok(),
        category: existing.is_none().then(|| draft(form)),
        passages: form.all("shown").filter_map(said).collect(),
    }
}

/// Shows what a category would be made of.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>) -> Result<Response, Problem> {
    shown(&state, &viewer, id, None).await
}

/// Makes the category.
pub async fn send(State(state): State<AppState>, viewer: Viewer, Id(id): Id<IssueId>, form: Form) -> Result<Response, Problem> {
    open(&state.flow, &viewer.scope, id).await?;
    match make(&state.flow, &viewer.scope, id, wanted(&form)).await.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&format!("/issues/{id}#category")).into_response()),
        Err(problem) => shown(&state, &viewer, id, Some((&form, &problem))).await,
    }
}

/// A form that was refused, and why.
type Refused<'a> = (&'a Form, &'a Problem);

async fn shown(state: &AppState, viewer: &Viewer, id: IssueId, refusal: Option<Refused<'_>>) -> Result<Response, Problem> {
    let opened = open(&state.flow, &viewer.scope, id).await?;
    let offer = offer(&state.flow, &viewer.scope, id).await?;
    let directory = seen(&state.flow, &viewer.scope).await?;
    let kept = &opened.issue.kept;
    let signed = kept.work.contributions.iter().any(|one| one.signed.is_some());
    let back = format!("/issues/{id}");
    let body = html! {
        header.top {
            div {
                p.eyebrow { a href="/issues" { "Issues" } " · " a href=(back) { (opened.issue.name) } }
                h1 { "Make it a category: " bdi { (kept.title) } }
            }
            div.tools { a.secondary href=(back) { (icon("left")) "The issue" } }
        }
        @if signed {
            section.card aria-label="Not now" {
                (empty("tag", "Somebody has signed that it is fixed", "What is counted does not change under a sign-off. The department takes its sign-off back, the category is made, and it signs again.", &html! {
                    a.primary href={ (back) "#departments" } { "See the departments" }
                }))
            }
        } @else if offer.passages.is_empty() {
            section.card aria-label="Nothing to show" {
                (empty("tag", "No comment can teach a category", "No comment whose words could teach one was joined to this issue. If there is a category already, choose it under “Change what it is about”.", &html! {
                    a.primary href=(back) { "Back to the issue" }
                }))
            }
        } @else { (form(id, &offer, &directory, viewer, refusal)) }
    };
    let status = refusal.map_or(StatusCode::OK, |(_, problem)| problem.code.status());
    Ok((status, page(viewer, Some(Place::Issues), "Make it a category", &body)).into_response())
}

/// How far the issue is that shall be counted; nothing where all is done, or where who looks could do nothing about it.
pub fn card(desk: &Desk, viewer: &Viewer) -> Markup {
    let Some(standing) = desk.category.filter(|_| viewer.may(Grant::WriteIssues) && desk.may_shape()) else { return html! {} };
    html! {
        @match standing {
            CategoryStanding::Lacking => section.card aria-labelledby="category" {
                div.ch { div { h2 #category tabindex="-1" { "It cannot be verified yet" } p {
                    "This issue gathers nothing by itself: its fix can be reported, but not verified, for nobody files what comes in after it. "
                    "As a category, its comments are counted by the same reader before the fix and after it."
                } } }
                p { a.primary href={ "/issues/" (desk.kept().id) "/category" } { (icon("tag")) "Make it a category" } }
            },
            CategoryStanding::Waits(examples) => section.card aria-labelledby="category" {
                div.ch { div { h2 #category tabindex="-1" { "Its category waits to learn" } p {
                    (examples) @if examples == 1 { " passage waits" } @else { " passages wait" } " to be learnt from. Until then hardly a comment is filed there, and a fix could not be verified."
                } } }
                p { a.primary href={ (PATH) "/proposal" } { (icon("tag")) "See what would move, then apply" } }
            },
            CategoryStanding::Learnt => {}
        }
    }
}

fn passages(name: &str, legend: &str, hint: &str, list: &[TellingPassage], ticked: &dyn Fn(&str) -> bool) -> Markup {
    html! {
        fieldset.field {
            legend { (legend) }
            span.hint { (hint) }
            div.checks.long {
                @for passage in list {
                    @let value = written(passage);
                    input type="hidden" name="shown" value=(value);
                    label.check { input type="checkbox" name=(name) value=(value) checked[ticked(&value)]; bdi dir="auto" { (passage.text) } }
                }
            }
        }
    }
}

fn form(id: IssueId, offer: &CategoryOffer, directory: &Directory, viewer: &Viewer, refusal: Option<Refused<'_>>) -> Markup {
    let (typed, problem) = refusal.unzip();
    let typed_draft = typed.map(draft);
    let category = typed_draft.as_ref().unwrap_or(&offer.category);
    let existing: Options = std::iter::once((String::new(), "a new one".to_owned())).chain(category_options(directory)).collect();
    let (chosen, parent) = typed.map_or(("", ""), |form| (form.get("existing"), form.get("parent")));
    let told = |value: &str| typed.is_none_or(|form| form.all("tells").any(|ticked| ticked == value));
    let alike = |value: &str| typed.is_some_and(|form| form.all("tells").any(|ticked| ticked == value));
    html! {
        form method="post" action={ "/issues/" (id) "/category" } {
            (csrf(&viewer.csrf))
            input type="hidden" name="version" value=(offer.version);
            div.two {
                section.card aria-labelledby="examples" {
                    div.ch { div { h2 #examples { "Its examples" } p { "The category learns from them. A passage that is not ticked does not belong to it, and teaches that." } } }
                    div.form {
                        (passages("tells", "What tells it", "Of the comments that were joined. Untick what is about something else.", &offer.passages, &told))
                        @if let Some(wrong) = reason(problem, "passages") { span.wrong { "Passages " (wrong) } }
                        @if !offer.alike.is_empty() {
                            (passages("tells", "What only sounds alike", "Complaints from before the problem. Tick what belongs all the same.", &offer.alike, &alike))
                        }
                    }
                }
                section.card aria-labelledby="what" {
                    div.ch { h2 #what { "The category" } }
                    div.form {
                        (refused(problem, &["name", "parent", "watch_words", "stage", "departments", "passages"]))
                        (choice("category-existing", "existing", "Which", &existing, chosen))
                        p.soft { "The fields below are those of a new one; one that is there stays as it is." }
                        (choice("category-parent", "parent", "Under", &parents(directory, None), parent))
                        @if let Some(wrong) = reason(problem, "parent") { span.wrong { (wrong) } }
                        (fields(directory, category, problem))
                        p.soft { "What else the examples would move is shown before it is applied; then all comments are read again. It can be taken back under Categories." }
                        button.primary { (icon("tag")) "Make it a category" }
                    }
                }
            }
        }
    }
}

//! Examples: on the page of their category, and from the reading pane.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::id::{CategoryId, ExampleId, FeedbackId};
use heard_domain::reading::Span;
use heard_flow::arrange::example::{self, ExampleDraft, ExampleShown, ExampleSource, ExampleState};
use maud::{Markup, html};

use crate::extract::{Form, Id};
use crate::pages::category;
use crate::pages::correct::back;
use crate::parts::category::PATH;
use crate::parts::field::lines;
use crate::parts::form::{choice, csrf};
use crate::parts::icon::icon;
use crate::parts::say;
use crate::problem::{Problem, ProblemCode};
use crate::state::AppState;
use crate::viewer::Viewer;

/// So many are shown at once; the rest unfolds.
const SHOWN: usize = 12;

/// Adds a sentence to a category.
pub async fn add(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CategoryId>,
    form: Form,
) -> Result<Response, Problem> {
    let text = Some(form.get("text").to_owned());
    let draft = ExampleDraft { belongs: form.get("belongs") != "no", text, feedback: None, span: None };
    match example::add(&state.flow, &viewer.scope, id, draft).await.map_err(Problem::from) {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}/{id}#examples")).into_response()),
        Err(problem) if problem.code == ProblemCode::Validation => {
            category::with_problem(&state, &viewer, id, &problem, form.get("text")).await
        }
        Err(problem) => Err(problem),
    }
}

/// Sets an example aside, or takes it back.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<ExampleId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let aside = form.get("do") != "again";
    let category = example::set_aside(&state.flow, &viewer.scope, id, aside).await?;
    let told = if aside { format!("?aside={id}") } else { String::new() };
    Ok(Redirect::to(&format!("{PATH}/{category}{told}#examples")))
}

/// A passage becomes an example of its categories.
pub async fn choose(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<FeedbackId>,
    form: Form,
) -> Result<Redirect, Problem> {
    let ends = form.get("span").split_once('-').and_then(|(start, end)| Some((start.parse().ok()?, end.parse().ok()?)));
    example::choose(&state.flow, &viewer.scope, id, ends.map(|(start, end)| Span { start, end })).await?;
    Ok(Redirect::to(&back(form.get("back"))))
}

/// The examples of a category, and the form that adds one. `aside`: the one that was just set aside.
pub fn card(
    category: CategoryId,
    examples: &[ExampleShown],
    viewer: &Viewer,
    aside: Option<ExampleId>,
    text: &str,
    problem: Option<&Problem>,
) -> Markup {
    let (counted, set_aside): (Vec<_>, Vec<_>) = examples.iter().partition(|one| one.state != ExampleState::Aside);
    let belongs = [("yes".to_owned(), "belongs here".to_owned()), ("no".to_owned(), "does not belong here".to_owned())];
    html! {
        section.card aria-labelledby="examples" {
            div.ch { h2 #examples tabindex="-1" { "Examples" } span.soft { (counted.len()) } }
            p.soft { "The category learns from them. Every correction is one by itself; more can be written here, or chosen where a comment is read." }
            @if let Some(gone) = examples.iter().find(|one| Some(one.id) == aside) {
                div.flash.note role="status" { (icon("check")) div { "Set aside: “" bdi { (say::beginning(&gone.text, 80)) } "”" } (act(gone, "again", "Undo", viewer)) }
            }
            (rows(&counted.iter().take(SHOWN).copied().collect::<Vec<_>>(), viewer))
            @if counted.len() > SHOWN {
                details.twin { summary { (counted.len() - SHOWN) " more" } (rows(&counted.iter().skip(SHOWN).copied().collect::<Vec<_>>(), viewer)) }
            }
            @if !set_aside.is_empty() { details.twin { summary { (set_aside.len()) " set aside" } (rows(&set_aside, viewer)) } }
            form.form method="post" action={ (PATH) "/" (category) "/examples" } {
                (csrf(&viewer.csrf))
                (lines("text", "Add an example", text, "A sentence as customers say it.", 2, problem))
                (choice("belongs", "belongs", "It", &belongs, "yes"))
                button.secondary type="submit" { (icon("plus")) "Add" }
            }
        }
    }
}

fn rows(examples: &[&ExampleShown], viewer: &Viewer) -> Markup {
    html! {
        @if !examples.is_empty() {
            ul.changes {
                @for one in examples {
                    li {
                        span {
                            @if one.belongs { span.topic { "belongs" } } @else { span.topic.bad { "does not belong" } } " "
                            @if let Some(feedback) = one.feedback {
                                a.more href={ "/feedback?when=ever&open=" (feedback) } { bdi { (say::beginning(&one.text, 200)) } }
                            } @else { bdi { (say::beginning(&one.text, 200)) } }
                        }
                        span.soft { (told(one)) }
                        @if one.state == ExampleState::Aside || one.state == ExampleState::Leaves { (act(one, "again", "Use again", viewer)) }
                        @else { (act(one, "aside", "Set aside", viewer)) }
                    }
                }
            }
        }
    }
}

fn told(one: &ExampleShown) -> String {
    let source = match one.source {
        ExampleSource::Written => "written",
        ExampleSource::Chosen => "chosen",
        ExampleSource::Correction => "corrected",
    };
    let state = match one.state {
        ExampleState::Learnt => "learnt",
        ExampleState::Waits => "waits",
        ExampleState::Leaves => "leaves with the next version",
        ExampleState::Aside => "set aside",
    };
    let by = one.by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
    format!("{source}{by}, {state}")
}

fn act(one: &ExampleShown, does: &str, label: &str, viewer: &Viewer) -> Markup {
    html! {
        form.inline method="post" action={ "/examples/" (one.id) } {
            (csrf(&viewer.csrf))
            button.ghost type="submit" name="do" value=(does) { (label) span.vh { ": " (say::beginning(&one.text, 60)) } }
        }
    }
}

//! The examples of a category: listed, set aside, taken back, and the form that adds one.

use heard_domain::id::{CategoryId, ExampleId};
use heard_flow::arrange::example::{ExampleShown, ExampleSource, ExampleState};
use maud::{Markup, html};

use crate::parts::category::PATH;
use crate::parts::field::lines;
use crate::parts::form::{choice, csrf};
use crate::parts::icon::icon;
use crate::parts::say;
use crate::problem::Problem;
use crate::viewer::Viewer;

/// So many are shown at once; the rest unfolds.
const SHOWN: usize = 12;

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

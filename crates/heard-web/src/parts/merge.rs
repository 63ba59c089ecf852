//! What is to go: made part of another of its kind, or removed; what that touches is shown before anything happens.

use maud::{Markup, html};

use crate::parts::field::reason;
use crate::parts::form::{Options, choice, csrf};
use crate::problem::Problem;

/// The form. `others` are those it can be made part of, as identifier and name; it sends `do` = `merge` or `remove`.
pub fn merge_or_remove<'a>(
    action: &str,
    token: &str,
    label: &str,
    others: impl Iterator<Item = (String, &'a str)>,
    problem: Option<&Problem>,
) -> Markup {
    let others = others.map(|(id, name)| (id, name.to_owned()));
    let others: Options = std::iter::once((String::new(), "choose one".to_owned())).chain(others).collect();
    html! {
        section.card.narrow.form aria-labelledby="merge-or-remove" {
            div.ch { h2 #merge-or-remove { "Merge or remove" } }
            p.soft { "You see what it touches before anything happens." }
            form.inline method="post" action=(action) {
                (csrf(token))
                (choice("into", "into", label, &others, ""))
                @if let Some(wrong) = reason(problem, "into") { span.wrong { (wrong) } }
                button.secondary name="do" value="merge" { "Merge …" }
                button.danger name="do" value="remove" { "Remove …" }
            }
        }
    }
}

//! A message above the page: what was done, or what is wrong and what to do.

use maud::{Markup, html};

use crate::parts::icon::icon;

/// What kind of message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It worked.
    Done,
    /// Something should be known.
    Note,
    /// It did not work.
    Wrong,
}

/// A message.
pub fn flash(kind: Kind, body: &Markup) -> Markup {
    let (class, name, role) = match kind {
        Kind::Done => ("good", "check", "status"),
        Kind::Note => ("note", "warn", "status"),
        Kind::Wrong => ("bad", "warn", "alert"),
    };
    html! { div.flash.(class) role=(role) { (icon(name)) div { (body) } } }
}

/// What stood in an address but could not be understood.
pub fn left_out(reasons: &[String]) -> Markup {
    html! {
        @if !reasons.is_empty() {
            (flash(Kind::Note, &html! { "Part of this address could not be understood and was left out: " (reasons.join("; ")) "." }))
        }
    }
}

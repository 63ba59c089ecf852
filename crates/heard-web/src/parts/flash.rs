//! A message above the page: what was done, or what is wrong and what to do.

use heard_charts::number::whole;
use maud::{Markup, html};

use crate::address::Look;
use crate::parts::icon::icon;
use crate::parts::say;

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

/// What must be known about a view: what was left out of its address, and words that were searched without the search index.
pub fn notes(look: &Look) -> Markup {
    html! {
        (left_out(&look.left_out))
        @if let Some(degraded) = &look.degraded {
            (flash(Kind::Note, &html! {
                (degraded.reason) ". Until then searching is slow, and the newest comments may be missing"
                @if degraded.total > 0 { " (" (whole(degraded.done)) " of " (say::comments(degraded.total)) " done)" }
                ". Everything else is as always."
            }))
        }
    }
}

//! The way through a long list: how many there are, and the next ones.

use heard_charts::number::whole;
use maud::{Markup, html};

use crate::parts::icon::icon;

/// What a page of a list shows.
#[derive(Debug, Clone, Default)]
pub struct Pager {
    /// Shown here.
    pub shown: usize,
    /// In all.
    pub total: u64,
    /// Where the list begins, if this is not its beginning.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
}

/// Links through a list.
pub fn pager(p: &Pager) -> Markup {
    html! {
        nav.pager aria-label="Pages of the list" {
            span.soft { (whole(p.shown as u64)) " of " (whole(p.total)) }
            span.inline {
                @if let Some(first) = &p.first { a.chip href=(first) rel="first" { (icon("left")) "Newest" } }
                @if let Some(next) = &p.next { a.chip href=(next) rel="next" { "Older" (icon("right")) } }
            }
        }
    }
}

//! Nothing there: why, and what to do.

use maud::{Markup, html};

use crate::parts::icon::icon;

/// An empty state; `todo` are links or buttons.
pub fn empty(name: &str, title: &str, why: &str, todo: &Markup) -> Markup {
    html! {
        div.empty {
            (icon(name))
            h2 { (title) }
            p { (why) }
            div.tools { (todo) }
        }
    }
}

//! A picture once more as a table, for whoever reads figures rather than shapes.

use maud::{Markup, html};

/// The table, folded away until it is wanted; `name` says of what, for who cannot see it scroll.
pub fn twin(name: &str, head: &Markup, rows: &Markup) -> Markup {
    html! {
        details.twin {
            summary { "Show as table" }
            div.scroll tabindex="0" role="group" aria-label={ (name) " as a table, scrolls sideways" } {
                table.plain { thead { tr { (head) } } tbody { (rows) } }
            }
        }
    }
}

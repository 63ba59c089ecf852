//! Forms: choices, hidden pairs, and the token without which no form is taken.

use maud::{Markup, html};

/// The field that every form carries.
pub fn csrf(token: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// Hidden pairs, so that a form keeps the view it stands in.
pub fn hidden(pairs: &[(String, String)]) -> Markup {
    html! { @for (key, value) in pairs { input type="hidden" name=(key) value=(value); } }
}

/// What can be chosen: value and words.
pub type Options = Vec<(String, String)>;

/// A choice: value and words; the chosen one by value.
pub fn choice(id: &str, name: &str, label: &str, options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (label) }
            select.input id=(id) name=(name) {
                @for (value, words) in options { option value=(value) selected[value == chosen] { (words) } }
            }
        }
    }
}

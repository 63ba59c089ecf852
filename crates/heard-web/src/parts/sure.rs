//! A change that is looked at before it is applied: what it would do, and the button that does it.

use maud::{Markup, html};

use crate::parts::form::{csrf, hidden};

/// What is about to happen.
pub struct Sure<'a> {
    /// What it would do, in one sentence.
    pub sentence: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// The form's token.
    pub token: &'a str,
    /// What the form says once more.
    pub pairs: &'a [(String, String)],
    /// What stands on the button.
    pub apply: &'a str,
    /// Where nothing is changed.
    pub cancel: &'a str,
}

impl Sure<'_> {
    /// The card; `more`: what else helps to decide.
    pub fn show(&self, more: &Markup) -> Markup {
        html! {
            section.card aria-labelledby="sure" {
                div.ch { h2 #sure { "Before it is applied" } }
                p { (self.sentence) }
                (more)
                form.inline method="post" action=(self.action) {
                    (csrf(self.token))
                    (hidden(self.pairs))
                    input type="hidden" name="sure" value="yes";
                    button.primary type="submit" { (self.apply) }
                    a.secondary href=(self.cancel) { "Leave it as it is" }
                }
            }
        }
    }
}

/// What a form says, without its token, to be said once more.
pub fn said(form: &crate::extract::Form) -> Vec<(String, String)> {
    form.0.iter().filter(|(name, _)| name != "csrf" && name != "sure").cloned().collect()
}

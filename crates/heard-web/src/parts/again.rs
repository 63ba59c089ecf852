//! What may have been sent: a person decides whether it is sent again, and is told that it may arrive twice.

use heard_flow::tell::again::MessageShown;
use maud::{Markup, html};

use crate::parts::flash::{Kind, flash};
use crate::parts::form::csrf;
use crate::viewer::Viewer;

/// The button that sends a message again.
pub fn send_again(id: impl std::fmt::Display, viewer: &Viewer, back: &str) -> Markup {
    html! {
        form.inline method="post" action={ "/messages/" (id) "/again" } {
            (csrf(&viewer.csrf))
            input type="hidden" name="back" value=(back);
            button.secondary type="submit" { "Send it again" }
        }
    }
}

/// The answers of a case of which nobody knows whether they arrived.
pub fn unsure(messages: &[MessageShown], viewer: &Viewer, back: &str) -> Markup {
    html! {
        @for message in messages {
            (flash(Kind::Note, &html! {
                "An answer may have been sent, or not: Heard was cut off in between. If it is sent again, it may arrive twice. "
                (send_again(message.id, viewer, back))
            }))
        }
    }
}

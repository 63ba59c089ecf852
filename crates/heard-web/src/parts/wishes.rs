//! Of what a customer wants letters: boxes on their own page and on the page of a letter's link; and how staff see it.

use heard_domain::message::{SuppressedWhy, Topic};
use heard_flow::tell::suppress::Wishes;
use maud::{Markup, html};

use crate::extract::Form;

/// The form in which its owner chooses.
pub fn choices(action: &str, unwanted: &[Topic]) -> Markup {
    html! {
        form.card.form method="post" action=(action) {
            input type="hidden" name="choose" value="yes";
            fieldset.field {
                legend { "What you want to hear from us" }
                div.checks {
                    @for topic in Topic::ALL {
                        label.check { input type="checkbox" name="wanted" value=(topic.code()) checked[!unwanted.contains(topic)]; (topic.label()) }
                    }
                }
            }
            p.soft { "It counts for the address to which we write to you. Answers to what you write yourself still come." }
            button.secondary type="submit" { "Save my choice" }
        }
    }
}

/// What is not wanted, as such a form says it; `None`: it is another form.
pub fn unwanted(form: &Form) -> Option<Vec<Topic>> {
    let wanted: Vec<Topic> = form.all("wanted").filter_map(|code| code.parse().ok()).collect();
    (form.get("choose") == "yes").then(|| Topic::ALL.iter().copied().filter(|topic| !wanted.contains(topic)).collect())
}

/// What a person wants, for who answers them.
pub fn of_person(wishes: &Wishes) -> Markup {
    let unwanted: Vec<String> = wishes.unwanted.iter().map(|topic| topic.label().to_lowercase()).collect();
    html! {
        h2 { "Letters to this person" }
        p {
            @match wishes.none {
                Some(SuppressedWhy::Unsubscribed) => "They asked for no letters at all. An answer to them still goes out.",
                Some(why) => { "None: " (why.label().to_lowercase()) "." },
                None if unwanted.is_empty() => "They get letters of every kind.",
                None => { "They want none of these: " (unwanted.join(", ")) "." },
            }
        }
    }
}

//! What arrives: the card of the overview, kept fresh by the stream, and as it was without it.

use heard_charts::number::whole;
use heard_domain::directory::Directory;
use heard_domain::reading::Reading;
use heard_flow::measure::quotes::{Arrived, Heard};
use maud::{Markup, html};

use crate::address::{Look, When};
use crate::parts::icon::icon;
use crate::parts::layout::Place;
use crate::parts::quote::stage_name;
use crate::parts::say;

/// How much of a comment stands in the card, in characters.
const BEGINNING: usize = 140;

/// The card.
pub fn card(arrived: &Arrived, directory: &Directory, look: &Look) -> Markup {
    html! {
        section.card.arriving aria-labelledby="arriving-now" data-live=(look.on("/live/arrivals")) {
            header.ch {
                div {
                    h2 id="arriving-now" { "Arriving now" }
                    p.state {
                        span.dot aria-hidden="true" {}
                        span data-state { "As of this page" }
                        " · " (rate(arrived))
                    }
                }
                button.ghost type="button" hidden data-pause aria-pressed="false" aria-keyshortcuts="p" {
                    (icon("pause")) span { "Pause" }
                }
            }
            // The role stands round the list: on the list itself its items would lose theirs.
            div role="log" aria-live="off" aria-labelledby="arriving-now" { (rows(arrived, directory, look)) }
            p.stale hidden data-stale { a.more href=(look.on("/")) { "Show the figures with what arrived" (icon("right")) } }
        }
    }
}

fn rate(arrived: &Arrived) -> Markup {
    html! { span data-rate { (whole(arrived.within_hour as u64)) @if arrived.within_hour >= 1_000 { "+" } " an hour" } }
}

/// Its rows: what the page asks for again when something arrived.
pub fn rows(arrived: &Arrived, directory: &Directory, look: &Look) -> Markup {
    html! {
        ol id="arriving" data-new=(arrived.new) data-rate={ (whole(arrived.within_hour as u64)) " an hour" } {
            @for heard in &arrived.heard { (row(heard, directory, look)) }
            @if arrived.heard.is_empty() { li.none { "Nothing has arrived yet." } }
        }
    }
}

fn row(heard: &Heard, directory: &Directory, look: &Look) -> Markup {
    let id = heard.feedback.id.to_string();
    let (text, reading) = (heard.feedback.text.trim(), heard.reading.as_ref());
    let post = directory.posts.iter().find(|post| post.id == heard.feedback.post);
    let category = reading.and_then(Reading::weightiest).and_then(|passage| passage.categories.first());
    let category = category.and_then(|label| directory.taxonomy.category(label.value)).map(|category| category.name.as_str());
    let about: Vec<&str> = stage_name(heard, directory).into_iter().chain(category).collect();
    html! {
        li id={ "arrived-" (id) } {
            a href=(look.during(When::Ever).on_with(Place::Feedback.path(), &[("open", &id)])) {
                span.line {
                    span { (post.map_or("Comment", |post| post.channel.label())) }
                    @if reading.is_some() { (say::score(say::sentiment(reading))) }
                }
                span.snip dir="auto" { @if text.is_empty() { "No words: only ratings or facts." } @else { (say::beginning(text, BEGINNING)) } }
                span.about { @if reading.is_none() { "waits to be read" } @else { (about.join(" · ")) } }
            }
        }
    }
}

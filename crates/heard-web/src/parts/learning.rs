//! What the categories learn, as it is shown on several pages: what would move, how often a category is right, how far the
//! work is.

use heard_charts::number::{decimal, whole};
use heard_domain::directory::Directory;
use heard_domain::example::{Effect, Moved, Turned};
use heard_domain::id::{CategoryId, FeedbackId, StageId};
use heard_domain::precision::Measured;
use heard_domain::reading::Emotion;
use heard_flow::measure::quotes::Heard;
use maud::{Markup, html};

use crate::parts::say;

/// Under so many it is drawn as weak.
const WEAK: u64 = 20;
/// So many ways are shown.
const WAYS: usize = 12;

/// A share with n and its interval.
pub fn measured(measured: &Measured) -> Markup {
    html! {
        @if let (Some(value), Some(low), Some(high)) = (measured.value, measured.low, measured.high) {
            span.soft[measured.n < WEAK] title={ (measured.hits) " of " (measured.n) " right; 95 % interval " (decimal(low, 0)) "–" (decimal(high, 0)) " %" } {
                (decimal(value, 0)) " %"
                span.meta { " " (decimal(low, 0)) "–" (decimal(high, 0)) ", n " (whole(measured.n)) }
            }
        } @else { span.soft { "–" } }
    }
}

fn name(directory: &Directory, id: Option<CategoryId>) -> String {
    let of = |id| directory.taxonomy.category(id).map_or("a category that is gone", |c| c.name.as_str()).to_owned();
    id.map_or_else(|| "no category".to_owned(), of)
}

/// Several categories in words.
fn names(directory: &Directory, ids: &[CategoryId]) -> String {
    if ids.is_empty() {
        return "no category".to_owned();
    }
    ids.iter().map(|id| name(directory, Some(*id))).collect::<Vec<_>>().join(", ")
}

/// How many would have another sentiment, emotion or stage, in one sentence each; nothing where none. `have`: "would have", or
/// "have" where it is so.
pub fn felt(effect: &Effect, all: u64, have: &str, directory: &Directory) -> Markup {
    let turns = effect.turns.iter().map(|turn| (turn.from.label().to_owned(), turn.to.label().to_owned(), turn.comments));
    let emotion = |of: Option<Emotion>| of.map_or("none", Emotion::label).to_owned();
    let emotions = effect.emotions.ways.iter().map(|way| (emotion(way.from), emotion(way.to), way.comments));
    let stages = effect.stages.ways.iter().map(|way| (stage(directory, way.from), stage(directory, way.to), way.comments));
    let counted = |many: u64, what: &str| counted(many, effect.looked_at, all, &format!("{have} another {what}"));
    html! {
        (ways(&counted(effect.felt_otherwise(), "sentiment"), turns))
        (ways(&counted(effect.emotions.all(), "emotion"), emotions))
        (ways(&counted(effect.stages.all(), "stage"), stages))
    }
}

fn ways(sentence: &str, ways: impl Iterator<Item = (String, String, u64)>) -> Markup {
    let ways: Vec<_> = ways.collect();
    html! {
        @if !ways.is_empty() {
            p { b { (sentence) } }
            ul.plain {
                @for (from, to, comments) in ways.iter().take(WAYS) { li { bdi { (from) } " → " bdi { (to) } ": " (whole(*comments)) } }
            }
            @if ways.len() > WAYS { p.soft { "And " (ways.len() - WAYS) " ways more." } }
        }
    }
}

fn stage(directory: &Directory, id: Option<StageId>) -> String {
    let of = |id| directory.journey.stage(id).map_or("a stage that is gone", |stage| stage.name.as_str()).to_owned();
    id.map_or_else(|| "none".to_owned(), of)
}

/// How many would move, in one sentence; `all`: how many comments there are.
pub fn sentence(effect: &Effect, all: u64, would: &str) -> String {
    counted(effect.comments, effect.looked_at, all, would)
}

fn counted(comments: u64, looked_at: u64, all: u64, would: &str) -> String {
    let of = if looked_at < all {
        format!("Of the newest {} comments, ", whole(looked_at))
    } else {
        format!("Of all {} comments, ", whole(looked_at))
    };
    let many = match comments {
        0 => "none".to_owned(),
        n => whole(n),
    };
    // A sample says about how many it would be of all.
    let about = (comments > 0 && looked_at > 0 && looked_at < all).then(|| {
        let share = comments as f64 / looked_at as f64;
        format!(", about {} of all {}", whole((share * all as f64).round() as u64), whole(all))
    });
    format!("{of}{many} {would}{}.", about.unwrap_or_default())
}

/// From where to where, as a table.
pub fn movements(effect: &Effect, directory: &Directory) -> Markup {
    html! {
        @if !effect.movements.is_empty() {
            div.scroll tabindex="0" role="group" aria-label="Table of what moves" {
                table.plain {
                    thead { tr { th scope="col" { "From" } th scope="col" { "To" } th.num scope="col" { "Comments" } } }
                    tbody {
                        @for way in effect.movements.iter().take(WAYS) {
                            tr { td { bdi { (name(directory, way.from)) } } td { bdi { (name(directory, way.to)) } } td.num { (whole(way.comments)) } }
                        }
                    }
                }
            }
            @if effect.movements.len() > WAYS { p.soft { "And " (effect.movements.len() - WAYS) " ways more." } }
        }
    }
}

/// The comments that would move, each with its way and its words.
pub fn moved(effect: &Effect, heard: &[Heard], directory: &Directory) -> Markup {
    let words = |id: FeedbackId| heard.iter().find(|heard| heard.feedback.id == id);
    let way = |moved: &Moved| html! { bdi { (names(directory, &moved.from)) } " → " bdi { (names(directory, &moved.to)) } };
    let turn = |turned: &Turned| html! { (turned.from.label()) " → " (turned.to.label()) };
    let emotion = |of: Option<Emotion>| of.map_or("no emotion", Emotion::label);
    let at = |of: Option<StageId>| if of.is_none() { "no stage".to_owned() } else { stage(directory, of) };
    html! {
        @for moved in &effect.examples {
            @if let Some(heard) = words(moved.feedback) { (one(heard, "Comment that moves", &way(moved))) }
        }
        @for turned in &effect.turned {
            @if let Some(heard) = words(turned.feedback) { (one(heard, "Comment that is felt otherwise", &turn(turned))) }
        }
        @for shifted in &effect.emotions.comments {
            @if let Some(heard) = words(shifted.feedback) {
                (one(heard, "Comment that shows another emotion", &html! { (emotion(shifted.from)) " → " (emotion(shifted.to)) }))
            }
        }
        @for shifted in &effect.stages.comments {
            @if let Some(heard) = words(shifted.feedback) {
                (one(heard, "Comment that belongs to another stage", &html! { bdi { (at(shifted.from)) } " → " bdi { (at(shifted.to)) } }))
            }
        }
    }
}

fn one(heard: &Heard, label: &str, way: &Markup) -> Markup {
    html! {
        article.quote aria-label=(label) {
            header { span.topic { (way) } }
            blockquote { p.said dir="auto" { (say::beginning(&heard.feedback.text, 400)) } }
            footer { span.sp {} a.more href={ "/feedback?when=ever&open=" (heard.feedback.id) } { "Read" span.vh { " this comment" } } }
        }
    }
}

/// How far background work is.
pub fn progress(label: &str, done: u64, of: u64) -> Markup {
    html! {
        p.field {
            span { (label) ": " (whole(done)) " of " (whole(of)) }
            progress value=(done) max=(of.max(1)) aria-label=(label) { (done) " of " (of) }
        }
    }
}

//! How a post fares, in words and as a course: for the list and for the post's own page.

use heard_charts::chart::Tone;
use heard_charts::spark::{Spark, spark};
use heard_domain::health::Health;
use heard_domain::post::{Lack, Post};
use heard_domain::time::{Time, Zone};
use maud::{Markup, PreEscaped, html};

use crate::parts::say;

/// What a post lacks, in one sentence; `None`: nothing.
pub fn noise(post: &Post) -> Option<String> {
    let lacks: Vec<&str> = post.lacks().iter().map(|lack: &Lack| lack.label()).collect();
    let (last, first) = lacks.split_last()?;
    Some(if first.is_empty() { (*last).to_owned() } else { format!("{} and {last}", first.join(", ")) })
}

/// When it last heard something.
pub fn last_heard(health: &Health, now: Time, zone: &Zone) -> Markup {
    if let Some(at) = health.last_heard {
        html! { (say::ago(now, at, zone)) }
    } else {
        html! { span.soft { "never" } }
    }
}

/// The comments of the last four weeks, day by day.
pub fn course(health: &Health) -> Markup {
    let values: Vec<Option<f64>> = health.days.iter().map(|n| Some(*n as f64)).collect();
    let input = Spark { name: "Comments a day, last 28 days", values: &values, places: 0, target: None, tone: Tone::Even };
    html! { (PreEscaped(spark(&input).as_str())) }
}

/// What should be looked at: noise, quiet, a failure that nothing has followed yet.
pub fn marks(post: &Post, health: Option<&Health>) -> Markup {
    let trouble = health.and_then(open_trouble);
    html! {
        span.marks {
            @if !post.lacks().is_empty() { span.chip.state { "Noise" } }
            @if let Some(quiet) = health.and_then(|health| health.quiet) {
                span.chip.state { "Quiet for " (quiet.days) " days" }
            }
            @if trouble.is_some() { span.chip.state.bad { "Fails" } }
        }
    }
}

/// The newest trouble, unless something was heard after it.
pub fn open_trouble(health: &Health) -> Option<&heard_domain::health::Trouble> {
    health.troubles.first().filter(|trouble| health.last_heard.is_none_or(|heard| heard < trouble.at))
}

/// All of it, on the post's own page.
pub fn card(health: &Health, now: Time, zone: &Zone) -> Markup {
    html! {
        section.card aria-labelledby="health" {
            div.ch { h2 #health { "How it fares" } }
            div.fares {
                dl.facts {
                    dt { "Last heard" } dd { (last_heard(health, now, zone)) }
                    dt { "Last 7 days" } dd { (say::comments(health.week.max(0) as u64)) }
                    dt { "Last 28 days" } dd { (say::comments(health.month.max(0) as u64)) }
                }
                div.course { (course(health)) }
            }
            @if let Some(quiet) = health.quiet {
                p { span.chip.state { "Quiet" } " Nothing was said here for " (quiet.days) " days. In the twelve weeks before it was never silent for longer than "
                    @if quiet.usual == 0 { "a day" } @else { (quiet.usual) " days" } "." }
            }
            @if !health.troubles.is_empty() {
                h3 { "What went wrong last" }
                ul.changes {
                    @for trouble in &health.troubles {
                        li {
                            span.src { (trouble.way) }
                            span { (trouble.reason) }
                            span.soft { (say::ago(now, trouble.at, zone)) @if health.last_heard.is_some_and(|heard| heard > trouble.at) { "; something was heard since" } }
                        }
                    }
                }
            }
        }
    }
}

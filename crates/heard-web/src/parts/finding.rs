//! The finding: one sentence above all numbers, its evidence, and what to do next.

use heard_charts::number::{decimal, signed, whole};
use heard_domain::directory::Directory;
use heard_domain::user::Grant;
use heard_flow::measure::behind::Behind;
use heard_flow::measure::finding::{Finding, Mood};
use heard_flow::measure::sentence::{Factors, Piece, Told};
use maud::{Markup, html};

use crate::address::Look;
use crate::parts::icon::icon;
use crate::parts::money::amounts;
use crate::parts::say;
use crate::viewer::Viewer;

/// The finding as a card.
pub fn finding(finding: &Finding, behind: &Behind, directory: &Directory, look: &Look, viewer: &Viewer) -> Markup {
    let (class, tag) = match finding.mood {
        Mood::Worse => ("neg", "Needs you now"),
        Mood::Better => ("pos", "Worth telling"),
        Mood::Calm => ("even", "No change beyond chance"),
        Mood::First => ("even", "The first look"),
        Mood::Quiet => ("even", "Too little to say"),
    };
    html! {
        section.finding.(class) aria-label="Main finding" {
            div {
                p.tag { (tag) }
                p.lead {
                    @for piece in &finding.sentence {
                        @match piece {
                            Piece::Say(words) => (words),
                            Piece::Strong(words) => strong { (words) },
                            Piece::Voice(words) => em { (words) },
                        }
                    }
                }
                p.why { (finding.evidence) (who(behind, directory)) }
                @if let Some(heard) = &behind.quote {
                    blockquote.said { p dir="auto" lang=[heard.reading.as_ref().and_then(|reading| reading.language.as_ref()).map(|(code, _)| code.as_str())] { a href={ "/feedback?when=ever&open=" (heard.feedback.id) } { "“" (say::beginning(&heard.feedback.text, 220)) "”" } } }
                }
                @if let Some(f) = &finding.factors {
                    details.how {
                        summary { "Why this comes first" }
                        dl {
                            dt { "Reach" } dd { (decimal(f.reach * 100.0, 0)) " % of all comments are about it" }
                            dt { (if f.trend < 0.0 { "Severity" } else { "Standing" }) }
                            dd { (decimal(f.severity * 100.0, 0)) " on a scale from 0 to 100" }
                            dt { "Trend" } dd { (trend(f)) }
                            dt { "Stage" }
                            dd { "weighs × " (decimal(f.weight, 1)) @if f.weight > 1.0 { ": it has a moment of truth" } }
                        }
                        p { "Reach × severity × trend × stage, among changes that are not noise." }
                    }
                }
            }
            div.do {
                @if viewer.may(Grant::ReadFeedback) && finding.comments > 0 {
                    a.primary href=(look.with(|f| *f = finding.filter.clone()).on("/feedback")) {
                        "Read " (say::comments(finding.comments)) (icon("right"))
                    }
                }
                @if let Some((issue, name)) = finding.issue.as_ref().filter(|_| viewer.may(Grant::ReadIssues)) {
                    a.secondary href={ "/issues/" (issue) } { "Open " (name) }
                }
                @if let Some(stage) = finding.stage {
                    a.secondary href=(look.with(|f| *f = look.filter.clone()).on_with("/journey", &[("open", &stage.to_string())])) { "See the stage" }
                }
            }
        }
    }
}

fn trend(factors: &Factors) -> String {
    let of_hundred = whole(factors.trend.abs().round() as u64);
    match factors.told {
        Told::Sentiment => format!("{} points against the period before", signed(factors.trend)),
        Told::Complaints if factors.trend < 0.0 => {
            format!("{of_hundred} of 100 complaints would not be there at the rate before, or had the fix held")
        }
        Told::Complaints => format!("{of_hundred} of 100 complaints are not there any more"),
    }
}

/// Who speaks of it, and who contributes.
fn who(behind: &Behind, directory: &Directory) -> Markup {
    let names: Vec<&str> =
        behind.departments.iter().filter_map(|id| directory.department(*id)).map(|department| department.name.as_str()).collect();
    html! {
        @if behind.persons > 0 {
            " " (whole(behind.persons)) (if behind.persons == 1 { " person speaks" } else { " persons speak" }) " of it"
            @if behind.accounts > 0 {
                " for " (whole(behind.accounts)) (if behind.accounts == 1 { " account" } else { " accounts" })
                @if behind.key_accounts > 0 { ", " (whole(behind.key_accounts)) " of them key accounts" }
                @if !behind.worth.is_empty() { ", worth " (amounts(&behind.worth)) " a year" }
            }
            "."
        }
        @match names.as_slice() {
            [] => {}
            [one] => { " " (one) " usually contributes." }
            [first @ .., last] => { " " (first.join(", ")) " and " (last) " usually contribute." }
        }
    }
}

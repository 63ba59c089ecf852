//! The finding: one sentence above all numbers, its evidence, and what to do next.

use heard_charts::number::{decimal, signed};
use heard_domain::user::Grant;
use heard_flow::measure::finding::{Finding, Mood, Piece};
use maud::{Markup, html};

use crate::address::Look;
use crate::parts::icon::icon;
use crate::parts::say;
use crate::viewer::Viewer;

/// The finding as a card.
pub fn finding(finding: &Finding, look: &Look, viewer: &Viewer) -> Markup {
    let (class, tag) = match finding.mood {
        Mood::Worse => ("neg", "Needs you now"),
        Mood::Better => ("pos", "Worth telling"),
        Mood::Calm => ("even", "No change beyond chance"),
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
                p.why { (finding.evidence) }
                @if let Some(f) = &finding.factors {
                    details.how {
                        summary { "Why this comes first" }
                        dl {
                            dt { "Reach" } dd { (decimal(f.reach * 100.0, 0)) " % of all comments are about it" }
                            dt { (if f.trend < 0.0 { "Severity" } else { "Standing" }) }
                            dd { (decimal(f.severity * 100.0, 0)) " on a scale from 0 to 100" }
                            dt { "Trend" } dd { (signed(f.trend)) " points against the period before" }
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
                @if let Some(stage) = finding.stage {
                    a.secondary href=(look.with(|f| *f = look.filter.clone()).on_with("/journey", &[("open", &stage.to_string())])) { "See the stage" }
                }
            }
        }
    }
}

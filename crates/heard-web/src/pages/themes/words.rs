//! How themes and their growth are said.

use heard_charts::number::{signed, whole};
use heard_domain::statistics::Certainty;
use heard_domain::theme::{Growth, Themes};
use maud::{Markup, html};

use crate::parts::say::comments;

/// “34 people, 12 in the 12 weeks before: likely real”.
pub fn grown(growth: &Growth) -> Markup {
    let real = growth.certainty != Certainty::CouldBeNoise;
    let up = growth.change.is_none_or(|change| change > 0.0);
    html! {
        // More of what nobody has a name for yet is neither good nor bad: it only stands out.
        span.delta.stands[real] {
            @match growth.change {
                Some(change) => { (signed(change)) " %" }
                None => { "new" }
            }
            @if up { span aria-hidden="true" { " ↑" } } @else { span aria-hidden="true" { " ↓" } }
        }
        span.soft.cut { (growth.certainty.label()) }
    }
}

/// “1 person”, “34 people”.
pub fn people(count: u64) -> String {
    format!("{} {}", whole(count), if count == 1 { "person" } else { "people" })
}

/// What was looked through, and how it is computed.
pub fn looked(found: &Themes) -> Markup {
    let some = found.comments < found.of;
    let named = found.unexplained.saturating_sub(found.rest);
    html! {
        p.soft {
            @if some { "An even sample of " (comments(found.comments)) " out of " (whole(found.of)) " was looked through: " }
            @else { (comments(found.comments)) " were looked through: " }
            (whole(found.unexplained)) " passages are explained by no category, " (whole(named)) " of them share a theme, and "
            (whole(found.rest)) " belong to none. First come themes that likely grow, then those that are clearly negative, then those of most people; what is said of no thing comes behind them, and small talk last. At most 30 are shown."
        }
        details.twin {
            summary { "How is this computed?" }
            p.soft {
                "Passages without a category are gathered by what "
                @if found.deep { "the deep reader says that they mean" } @else { "their words mean" }
                "; each group of at least five passages of at least three people is a theme. "
                "It is named by the words that set it apart from the other groups. Small talk is gathered by itself: passages that neither complain, suggest nor ask and name no thing. Growth compares people per comment looked at with as many days right before; "
                "the certainty holds with false discoveries controlled over all themes of this list (q = 0.1)."
            }
        }
    }
}

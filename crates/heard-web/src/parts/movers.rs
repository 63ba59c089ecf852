//! What moved most: category, weeks, change, and how sure it is.

use heard_charts::bars::{Bars, bars};
use heard_charts::chart::Tone;
use heard_charts::number::signed;
use heard_domain::directory::Directory;
use heard_domain::statistics::Certainty;
use heard_flow::measure::movers::Mover;
use maud::{Markup, PreEscaped, html};

use crate::parts::say;

/// The table of movers.
pub fn movers(movers: &[Mover], directory: &Directory, step: &str, href: &dyn Fn(&Mover) -> String) -> Markup {
    html! {
        table.movers {
            thead {
                tr {
                    th scope="col" { "Category" }
                    th.num scope="col" { "Comments a " (step) }
                    th.num scope="col" { "Change" }
                }
            }
            tbody {
                @for mover in movers {
                    @let known = directory.taxonomy.category(mover.category);
                    @let name = known.map_or("", |c| c.name.as_str());
                    @let stage = known.and_then(|c| directory.journey.stage(c.stage?)).map(|s| s.name.as_str());
                    @let by = mover.moved.change.unwrap_or(0.0);
                    @let real = mover.moved.certainty != Certainty::CouldBeNoise;
                    @let tone = if real { Tone::of(by, 0.0) } else { Tone::Even };
                    tr {
                        th scope="row" {
                            a href=(href(mover)) { (name) }
                            span { @if let Some(stage) = stage { (stage) " · " } (say::comments(mover.comments)) " · " (mover.moved.certainty.label()) }
                        }
                        td.num { (PreEscaped(bars(&Bars { name, counts: &mover.counts, now: mover.now, tone }).as_str())) }
                        td.num { span.delta.good[real && by > 0.0].bad[real && by < 0.0] { (signed(by)) " pt" } }
                    }
                }
            }
        }
    }
}

//! Sentiment along the journey: one panel a stage, all on one scale.

use heard_charts::chart::common_scale;
use heard_charts::date;
use heard_charts::journey::{Mark, Panel, panel};
use heard_charts::number::{signed, whole};
use heard_domain::directory::Directory;
use heard_domain::statistics::Certainty;
use heard_flow::measure::journey::StageFigure;
use heard_flow::measure::steps::{Steps, break_of};
use maud::{Markup, PreEscaped, html};

use crate::parts::kpi::step;
use crate::parts::say;
use crate::parts::twin::twin;

/// A change of this many points that is surely real lights the stage up.
const HOT: f64 = 8.0;

/// The panels of all stages.
pub fn journey(stages: &[StageFigure], directory: &Directory, steps: &Steps, href: &dyn Fn(&StageFigure) -> String) -> Markup {
    let scale = common_scale(stages.iter().map(|s| s.course.values.as_slice()));
    html! {
        ol.journey {
            @for (i, stage) in stages.iter().enumerate() {
                @let name = directory.journey.stage(stage.stage).map_or("", |s| s.name.as_str());
                @let by = stage.moved.and_then(|m| m.change).unwrap_or(0.0);
                @let surely = stage.moved.is_some_and(|m| m.certainty == Certainty::VeryLikelyReal) && by.abs() >= HOT;
                li.hot[surely && by < 0.0].glad[surely && by > 0.0] {
                    a href=(href(stage)) {
                        span.sn { (name) " " }
                        span { (say::score(stage.value.value)) (step(stage.moved.as_ref())) }
                    }
                    (one(i, stage, name, scale, surely.then_some(steps)))
                    p.sc { (say::comments(stage.comments)) }
                }
            }
        }
    }
}

/// One panel; the day of the break is marked where `steps` are given: where the change is surely real.
fn one(i: usize, stage: &StageFigure, name: &str, scale: (f64, f64), steps: Option<&Steps>) -> Markup {
    let cut = steps.and_then(|_| break_of(&stage.course));
    let label = cut.zip(steps).map(|(step, steps)| date::short(steps.start(step)));
    let mark = cut.zip(label.as_deref()).map(|(step, label)| Mark { step, label });
    let picture = Panel {
        id: &format!("stage-{i}"),
        name,
        values: &stage.course.values,
        now: stage.value.value,
        comments: stage.comments,
        scale,
        ticks: i == 0,
        mark,
    };
    html! { (PreEscaped(panel(&picture).as_str())) }
}

/// The same as a table.
pub fn table(stages: &[StageFigure], directory: &Directory) -> Markup {
    let head = html! {
        th scope="col" { "Stage" }
        th.num scope="col" { "Net sentiment" }
        th.num scope="col" { "95 % interval" }
        th.num scope="col" { "Passages" }
        th.num scope="col" { "Change" }
        th scope="col" { "How sure" }
        th.num scope="col" { "Comments" }
    };
    let rows = html! {
        @for stage in stages {
            tr {
                th scope="row" { (directory.journey.stage(stage.stage).map_or("", |s| s.name.as_str())) }
                td.num { (stage.value.value.map_or_else(|| "–".to_owned(), signed)) }
                td.num { @if let Some((low, high)) = stage.value.low.zip(stage.value.high) { (signed(low)) " to " (signed(high)) } }
                td.num { (whole(stage.value.n)) }
                td.num { (stage.moved.and_then(|m| m.change).map_or_else(|| "–".to_owned(), signed)) }
                td { @if let Some(moved) = stage.moved { (moved.certainty.label()) } }
                td.num { (whole(stage.comments)) }
            }
        }
    };
    twin("Journey", &head, &rows)
}

//! The panel of one stage: its net sentiment week by week, above and below zero in two tones, on the scale of all stages.

use std::fmt::Write;

use crate::chart::{Axis, Px, Svg, Tone, course, curve, escape, finite, frame, palette, runs, tick, width};
use crate::number::{signed, whole};

/// Something that happened at a step of time.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// Before which step, from 0.
    pub step: usize,
    /// What happened.
    pub label: &'a str,
}

/// What the panel of a stage shows.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// Unique on the page: clip paths are named after it.
    pub id: &'a str,
    /// The stage.
    pub name: &'a str,
    /// Net sentiment, one per step of time, oldest first.
    pub values: &'a [Option<f64>],
    /// The figure of the whole period.
    pub now: Option<f64>,
    /// Comments in the period.
    pub comments: u64,
    /// The scale that all panels share.
    pub scale: (f64, f64),
    /// Whether the ends of the scale are written (the first panel of a row).
    pub ticks: bool,
    /// What happened meanwhile.
    pub mark: Option<Mark<'a>>,
}

/// Draws the panel of a stage.
pub fn panel(input: &Panel) -> Svg {
    let (w, h, top, bottom) = (200.0, 150.0, 22.0, 142.0);
    let id = escape(input.id);
    let steps = input.values.len().saturating_sub(1).max(1) as f64;
    let (x, y) = (Axis::new((0.0, steps), (4.0, w - 10.0)), Axis::new(input.scale, (bottom, top)));
    let zero = y.at(0.0);
    let mut inside = String::new();
    let _ = write!(
        inside,
        "<clipPath id=\"{id}-up\"><rect width=\"{w}\" height=\"{0}\"/></clipPath>\
         <clipPath id=\"{id}-down\"><rect y=\"{0}\" width=\"{w}\" height=\"{1}\"/></clipPath>",
        Px(zero),
        Px(h - zero)
    );
    if input.ticks {
        for value in [input.scale.1, input.scale.0].into_iter().filter(|v| v.abs() > 1.0) {
            let _ = write!(
                inside,
                "<path class=\"c-grid\" stroke=\"{}\" d=\"M0 {1}H{w}\"/><text class=\"c-ax\" fill=\"{2}\" font-size=\"12\" x=\"0\" \
                 y=\"{3}\">{4}</text>",
                palette::LINE,
                Px(y.at(value)),
                palette::GREY,
                Px(if value > 0.0 { y.at(value) - 4.0 } else { y.at(value) - 3.0 }),
                tick(value)
            );
        }
    }
    let runs = runs(input.values, |i, v| (x.at(i as f64), y.at(v)));
    for run in &runs {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let line = curve(run);
        let area = format!("{line}L{0} {1}H{2}Z", Px(last.0), Px(zero), Px(first.0));
        let _ = write!(
            inside,
            "<path class=\"a-pos\" clip-path=\"url(#{id}-up)\" fill=\"{}\" d=\"{area}\"/>\
             <path class=\"a-neg\" clip-path=\"url(#{id}-down)\" fill=\"{}\" d=\"{area}\"/>",
            palette::GOOD_SOFT,
            palette::BAD_SOFT
        );
    }
    let _ = write!(inside, "<path class=\"c-zero\" stroke=\"#cfc8ba\" d=\"M0 {}H{w}\"/>", Px(zero));
    if let Some(mark) = input.mark.filter(|m| m.step > 0 && m.step < input.values.len()) {
        let at = x.at(mark.step as f64 - 0.5);
        let end = at - 5.0 > width(mark.label, 13.0);
        let _ = write!(
            inside,
            "<path class=\"c-event\" stroke=\"{0}\" stroke-dasharray=\"2 3\" d=\"M{1} 6V{2}\"/><text class=\"c-evt\" fill=\"{0}\" \
             font-size=\"12\" x=\"{3}\" y=\"15\" text-anchor=\"{4}\">{5}</text>",
            palette::GREY,
            Px(at),
            Px(bottom),
            Px(if end { at - 5.0 } else { at + 5.0 }),
            if end { "end" } else { "start" },
            escape(mark.label)
        );
    }
    for run in &runs {
        let line = curve(run);
        let _ = write!(
            inside,
            "<path class=\"c-line\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linecap=\"round\" d=\"{line}\"/>",
            palette::INK
        );
    }
    if let Some(last) = runs.last().and_then(|run| run.last()) {
        let tone = Tone::of(finite(input.now).unwrap_or(0.0), 0.0);
        let _ = write!(
            inside,
            "<circle class=\"c-dot {}\" fill=\"{}\" cx=\"{}\" cy=\"{}\" r=\"4\"/>",
            tone.class(),
            tone.colour(),
            Px(last.0),
            Px(last.1)
        );
    } else {
        let _ = write!(
            inside,
            "<text class=\"c-ax\" fill=\"{}\" font-size=\"13\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">nothing heard</text>",
            palette::GREY,
            Px(w / 2.0),
            Px(zero - 8.0)
        );
    }
    let now = finite(input.now).map_or_else(|| "no figure".to_owned(), signed);
    let mark = input.mark.map_or_else(String::new, |m| format!(" {}.", m.label));
    let sentence = format!(
        "{}, net sentiment by week: {}; {now} over the whole period; {} comments.{mark}",
        input.name,
        course(input.values, signed),
        whole(input.comments)
    );
    frame("stagechart", (w, h), &sentence, &inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_falls_below_zero() {
        let values = [Some(14.0), Some(12.0), Some(11.0), None, Some(-8.0), Some(-26.0), Some(-22.0)];
        let mark = Some(Mark { step: 4, label: "from 5 Mar" });
        let input = Panel {
            id: "stage-1",
            name: "Onboard",
            values: &values,
            now: Some(-22.0),
            comments: 407,
            scale: (-30.0, 40.0),
            ticks: true,
            mark,
        };
        insta::assert_snapshot!(panel(&input));
    }

    #[test]
    fn a_stage_nobody_speaks_of() {
        let input = Panel {
            id: "\"><script>",
            name: "<script>alert(1)</script>",
            values: &[None, Some(f64::NAN)],
            now: Some(f64::INFINITY),
            comments: 0,
            scale: (-20.0, 20.0),
            ticks: false,
            mark: None,
        };
        insta::assert_snapshot!(panel(&input));
    }
}

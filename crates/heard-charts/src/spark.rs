//! A sparkline: the course of one figure, beside its number.

use std::fmt::Write;

use crate::chart::{Axis, Px, Svg, Tone, course, curve, finite, frame, palette, range, runs};
use crate::number::decimal;

/// What a sparkline shows.
#[derive(Debug, Clone, Copy)]
pub struct Spark<'a> {
    /// The figure's name.
    pub name: &'a str,
    /// One per step of time, oldest first; `None` where there is no figure.
    pub values: &'a [Option<f64>],
    /// Decimals in the sentence.
    pub places: usize,
    /// A level to compare with.
    pub target: Option<f64>,
    /// Whether the change is good for the customer.
    pub tone: Tone,
}

/// Draws a sparkline.
pub fn spark(input: &Spark) -> Svg {
    let (w, h) = (140.0, 40.0);
    let (low, high) = range(input.values.iter().copied().chain([input.target])).unwrap_or((0.0, 1.0));
    let x = Axis::new((0.0, input.values.len().saturating_sub(1).max(1) as f64), (3.0, w - 6.0));
    let y = if low < high { Axis::new((low, high), (h - 6.0, 6.0)) } else { Axis::new((low - 1.0, low + 1.0), (h - 6.0, 6.0)) };
    let mut inside = String::new();
    if let Some(target) = finite(input.target) {
        let _ = write!(inside, "<path class=\"c-target\" stroke=\"{}\" d=\"M0 {}H{}\"/>", palette::MUTE, Px(y.at(target)), Px(w));
    }
    let runs = runs(input.values, |i, v| (x.at(i as f64), y.at(v)));
    for run in &runs {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let line = curve(run);
        let _ = write!(
            inside,
            "<path class=\"c-area\" fill=\"{0}\" fill-opacity=\".13\" d=\"{line}V{1}H{2}Z\"/>\
             <path class=\"c-line\" fill=\"none\" stroke=\"{0}\" stroke-width=\"2\" stroke-linecap=\"round\" d=\"{line}\"/>",
            input.tone.colour(),
            Px(h),
            Px(first.0)
        );
        if run.len() == 1 {
            let _ = write!(
                inside,
                "<circle class=\"c-dot\" fill=\"{}\" cx=\"{}\" cy=\"{}\" r=\"2\"/>",
                input.tone.colour(),
                Px(last.0),
                Px(last.1)
            );
        }
    }
    if let Some(last) = runs.last().and_then(|run| run.last()) {
        let _ = write!(
            inside,
            "<circle class=\"c-dot\" fill=\"{}\" cx=\"{}\" cy=\"{}\" r=\"3\"/>",
            input.tone.colour(),
            Px(last.0),
            Px(last.1)
        );
    }
    let sentence = format!("{}: {}.", input.name, course(input.values, |v| decimal(v, input.places)));
    frame(&format!("spark {}", input.tone.class()), (w, h), &sentence, &inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_with_a_gap_and_a_target() {
        let values = [Some(12.0), Some(14.0), None, Some(9.0), Some(18.0)];
        let input = Spark { name: "Net sentiment", values: &values, places: 0, target: Some(15.0), tone: Tone::Good };
        insta::assert_snapshot!(spark(&input));
    }

    #[test]
    fn empty_and_hostile_input_is_drawn_as_nothing() {
        let values = [Some(f64::NAN), None, Some(f64::INFINITY)];
        let input = Spark { name: "<b onload=x>", values: &values, places: 0, target: None, tone: Tone::Even };
        insta::assert_snapshot!(spark(&input));
        let one = Spark { name: "One", values: &[Some(3.0)], places: 1, target: None, tone: Tone::Bad };
        insta::assert_snapshot!(spark(&one));
    }
}

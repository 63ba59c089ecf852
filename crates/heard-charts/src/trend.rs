//! A trend: one figure over time with the band in which it surely lies.

use std::fmt::Write;

use crate::chart::{Axis, Px, Svg, Tone, course, curve, escape, finite, fit, frame, palette, range, runs};
use crate::number::decimal;

/// The figure at one step of time.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// What stands under it.
    pub label: String,
    /// The figure; `None` where there is none.
    pub value: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
}

/// What a trend shows.
#[derive(Debug, Clone, Copy)]
pub struct Trend<'a> {
    /// The figure's name.
    pub name: &'a str,
    /// Oldest first.
    pub steps: &'a [Step],
    /// Decimals of the axis and the sentence.
    pub places: usize,
    /// The ends that the axis must never pass (−100..100 for net sentiment).
    pub limits: (f64, f64),
    /// Whether the change is good for the customer.
    pub tone: Tone,
}

/// Draws a trend.
pub fn trend(input: &Trend) -> Svg {
    let (w, h, left, top, bottom) = (760.0, 240.0, 44.0, 12.0, 206.0);
    let all = input.steps.iter().flat_map(|s| [s.value, s.low, s.high]);
    let (low, high) = range(all).unwrap_or((0.0, 1.0));
    let ticks = ticks(low, high, input.limits);
    let ends = (ticks.first().copied().unwrap_or(low), ticks.last().copied().unwrap_or(high));
    let (x, y) = (
        Axis::new((0.0, input.steps.len().saturating_sub(1).max(1) as f64), (left + 8.0, w - 14.0)),
        Axis::new(ends, (bottom, top)),
    );
    let mut inside = String::new();
    for value in &ticks {
        let class = if *value == 0.0 { "c-zero" } else { "c-grid" };
        let _ = write!(
            inside,
            "<path class=\"{class}\" stroke=\"{}\" d=\"M{left} {1}H{w}\"/><text class=\"c-ax\" fill=\"{2}\" font-size=\"12\" x=\"{3}\" \
             y=\"{4}\" text-anchor=\"end\">{5}</text>",
            palette::LINE,
            Px(y.at(*value)),
            palette::GREY,
            Px(left - 8.0),
            Px(y.at(*value) + 4.0),
            decimal(*value, input.places)
        );
    }
    let both = |f: fn(&Step) -> Option<f64>| -> Vec<Option<f64>> {
        input.steps.iter().map(|s| if finite(s.low).is_some() && finite(s.high).is_some() { f(s) } else { None }).collect()
    };
    let point = |i: usize, v: f64| (x.at(i as f64), y.at(v));
    for (lows, highs) in runs(&both(|s| s.low), point).iter().zip(runs(&both(|s| s.high), point)) {
        let back: Vec<(f64, f64)> = lows.iter().rev().copied().collect();
        let down = curve(&back).replacen('M', "L", 1);
        let _ = write!(
            inside,
            "<path class=\"c-band\" fill=\"{}\" fill-opacity=\".15\" d=\"{}{down}Z\"/>",
            input.tone.colour(),
            curve(&highs)
        );
    }
    let values: Vec<Option<f64>> = input.steps.iter().map(|s| s.value).collect();
    for run in runs(&values, point) {
        let _ = write!(
            inside,
            "<path class=\"c-line\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linecap=\"round\" d=\"{}\"/>",
            palette::INK,
            curve(&run)
        );
        for (px, py) in run {
            let _ =
                write!(inside, "<circle class=\"c-dot\" fill=\"{}\" cx=\"{}\" cy=\"{}\" r=\"3\"/>", palette::INK, Px(px), Px(py));
        }
    }
    let every = input.steps.len().div_ceil(7).max(1);
    for (i, step) in input.steps.iter().enumerate().filter(|(i, _)| i % every == 0) {
        let anchor = if i == 0 { "start" } else { "middle" };
        let _ = write!(
            inside,
            "<text class=\"c-ax\" fill=\"{}\" font-size=\"12\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
            palette::GREY,
            Px(if i == 0 { left } else { x.at(i as f64) }),
            Px(bottom + 22.0),
            escape(&fit(&step.label, 12.0, 90.0))
        );
    }
    let sentence = format!("{}: {}; the band is the 95 % interval.", input.name, course(&values, |v| decimal(v, input.places)));
    frame(&format!("trend {}", input.tone.class()), (w, h), &sentence, &inside)
}

/// Three to six round values that span the range.
fn ticks(low: f64, high: f64, (least, most): (f64, f64)) -> Vec<f64> {
    let span = (high - low).max(1e-6);
    let rough = span / 4.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(rough);
    let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
    (first..=last.max(first + 1)).take(12).map(|i| i as f64 * step).filter(|v| *v >= least - 1e-9 && *v <= most + 1e-9).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(label: &str, value: f64, half: f64) -> Step {
        Step { label: label.to_owned(), value: Some(value), low: Some(value - half), high: Some(value + half) }
    }

    #[test]
    fn a_line_in_its_band() {
        let steps = [
            step("5 Jan", 12.0, 8.0),
            step("12 Jan", 14.0, 7.0),
            Step::default(),
            step("26 Jan", -4.0, 12.0),
            step("2 Feb", -9.0, 9.0),
        ];
        let input =
            Trend { name: "Net sentiment of Onboard", steps: &steps, places: 0, limits: (-100.0, 100.0), tone: Tone::Bad };
        insta::assert_snapshot!(trend(&input));
    }

    #[test]
    fn no_figures_and_hostile_labels() {
        let steps = [Step { label: "<img onerror=x>".into(), value: Some(f64::NAN), low: Some(f64::NEG_INFINITY), high: None }];
        let input = Trend { name: "\"", steps: &steps, places: 1, limits: (0.0, 5.0), tone: Tone::Even };
        insta::assert_snapshot!(trend(&input));
    }

    #[test]
    fn ticks_are_round_and_within_limits() {
        assert_eq!(ticks(-9.0, 26.0, (-100.0, 100.0)), vec![-10.0, 0.0, 10.0, 20.0, 30.0]);
        assert_eq!(ticks(3.1, 5.3, (1.0, 5.0)), vec![3.0, 4.0, 5.0]);
        assert!(ticks(0.0, 0.0, (-100.0, 100.0)).len() >= 2);
    }
}

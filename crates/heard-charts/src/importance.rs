//! Importance: one bar for each parameter with the interval in which it surely lies, all on one scale; and the matrix of importance by
//! performance, which says where to begin.

use std::fmt::Write;

use crate::chart::{Axis, Px, Svg, finite, frame, palette, stretched};
use crate::number::decimal;

/// What one bar shows.
#[derive(Debug, Clone, Copy)]
pub struct Bar<'a> {
    /// The parameter.
    pub name: &'a str,
    /// Its importance, per cent.
    pub value: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Its importance in what it is compared with.
    pub other: Option<f64>,
    /// The end of the scale that all bars share, per cent.
    pub most: f64,
}

/// Draws one bar; it fills the width that it is given.
pub fn bar(input: &Bar) -> Svg {
    let (w, h) = (400.0, 22.0);
    let x = Axis::new((0.0, input.most.max(1.0)), (0.0, w - 4.0));
    let at = |value: f64| Px(x.at(finite(Some(value)).unwrap_or(0.0).clamp(0.0, input.most.max(1.0))));
    let mut inside = format!(
        "<path class=\"c-grid\" stroke=\"{}\" vector-effect=\"non-scaling-stroke\" d=\"M0 0V{h}\"/>\
         <rect class=\"i-bar\" fill=\"{}\" x=\"0\" y=\"5\" width=\"{}\" height=\"12\"/>\
         <path class=\"i-range\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" vector-effect=\"non-scaling-stroke\" d=\"M{} 11H{}M{} 7v8M{} 7v8\"/>",
        palette::LINE,
        palette::GOOD_SOFT,
        at(input.value),
        palette::INK,
        at(input.low),
        at(input.high),
        at(input.low),
        at(input.high)
    );
    let mut sentence = format!(
        "{}: {} % of what is explained, between {} and {}.",
        input.name,
        decimal(input.value, 0),
        decimal(input.low, 0),
        decimal(input.high, 0)
    );
    if let Some(other) = finite(input.other) {
        let _ = write!(
            inside,
            "<path class=\"i-other\" fill=\"none\" stroke=\"{}\" stroke-width=\"3\" vector-effect=\"non-scaling-stroke\" d=\"M{} 1v20\"/>",
            palette::BAD,
            at(other)
        );
        let _ = write!(sentence, " {} % in what it is compared with.", decimal(other, 0));
    }
    stretched("importance", (w, h), &sentence, &inside)
}

/// The end of a scale on which all bars fit: tens, at least 20, at most 100.
pub fn most(highs: impl IntoIterator<Item = f64>) -> f64 {
    let highest = highs.into_iter().filter(|high| high.is_finite()).fold(20.0, f64::max);
    ((highest / 10.0).ceil() * 10.0).min(100.0)
}

/// One parameter of the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Spot<'a> {
    /// The parameter.
    pub name: &'a str,
    /// How well it goes, 0..100.
    pub performance: f64,
    /// How much it matters, per cent.
    pub importance: f64,
}

/// What the matrix shows: at most 99 parameters, numbered in their order.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    /// What it explains.
    pub name: &'a str,
    /// The parameters.
    pub spots: &'a [Spot<'a>],
}

/// Where the two halves of a list meet: the mean; 0 of none.
fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.filter(|v| v.is_finite()).fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    if n > 0.0 { sum / n } else { 0.0 }
}

/// In which quarter a parameter lies, in words: by the means of all.
pub fn quarter(spot: &Spot, all: &[Spot]) -> &'static str {
    let matters = spot.importance >= middle(all.iter().map(|s| s.importance));
    let well = spot.performance >= middle(all.iter().map(|s| s.performance));
    match (matters, well) {
        (true, false) => "begin here",
        (true, true) => "keep it up",
        (false, false) => "can wait",
        (false, true) => "well enough",
    }
}

/// Draws the matrix: further right goes better, further up matters more.
pub fn matrix(input: &Matrix) -> Svg {
    let (w, h, left, top, right, bottom) = (560.0, 340.0, 40.0, 16.0, 548.0, 300.0);
    let most = most(input.spots.iter().map(|s| s.importance + 5.0));
    let range = input.spots.iter().map(|s| s.performance).filter(|v| v.is_finite());
    let (low, high) = range.fold((100.0_f64, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
    let ends = (((low - 6.0) / 10.0).floor().max(0.0) * 10.0, (((high + 6.0) / 10.0).ceil() * 10.0).min(100.0));
    let ends = if ends.0 < ends.1 { ends } else { (0.0, 100.0) };
    let (x, y) = (Axis::new(ends, (left, right)), Axis::new((0.0, most), (bottom, top)));
    let across = middle(input.spots.iter().map(|s| s.performance));
    let up = middle(input.spots.iter().map(|s| s.importance));
    let mut inside = String::new();
    let _ = write!(
        inside,
        "<path class=\"c-grid\" fill=\"none\" stroke=\"{0}\" d=\"M{left} {top}H{right}V{bottom}H{left}Z\"/>\
         <path class=\"c-event\" stroke=\"{1}\" stroke-dasharray=\"2 3\" d=\"M{2} {top}V{bottom}M{left} {3}H{right}\"/>",
        palette::LINE,
        palette::GREY,
        Px(x.at(across)),
        Px(y.at(up))
    );
    let mut label = |px: f64, py: f64, anchor: &str, words: &str| {
        let _ = write!(
            inside,
            "<text class=\"c-ax\" fill=\"{}\" font-size=\"12\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{words}</text>",
            palette::GREY,
            Px(px),
            Px(py)
        );
    };
    label(left + 6.0, top + 16.0, "start", "begin here");
    label(right - 6.0, top + 16.0, "end", "keep it up");
    label(left + 6.0, bottom - 8.0, "start", "can wait");
    label(right - 6.0, bottom - 8.0, "end", "well enough");
    label(left, bottom + 18.0, "start", &decimal(ends.0, 0));
    label(right, bottom + 18.0, "end", &decimal(ends.1, 0));
    label(f64::midpoint(left, right), bottom + 34.0, "middle", "how well it goes, of 100");
    label(left - 6.0, bottom, "end", "0");
    label(left - 6.0, top + 8.0, "end", &format!("{} %", decimal(most, 0)));
    let mut words = vec![];
    for (i, spot) in input.spots.iter().enumerate() {
        let (Some(performance), Some(importance)) = (finite(Some(spot.performance)), finite(Some(spot.importance))) else {
            continue;
        };
        let _ = write!(
            inside,
            "<circle class=\"i-spot\" fill=\"{0}\" cx=\"{1}\" cy=\"{2}\" r=\"11\"/>\
             <text class=\"i-no\" fill=\"{3}\" font-size=\"12\" x=\"{1}\" y=\"{4}\" text-anchor=\"middle\">{5}</text>",
            palette::GOOD,
            Px(x.at(performance)),
            Px(y.at(importance)),
            palette::CARD,
            Px(y.at(importance) + 4.0),
            i + 1
        );
        words.push(format!("{} {}", spot.name, quarter(spot, input.spots)));
    }
    let sentence = if words.is_empty() {
        format!("{}: nothing to show.", input.name)
    } else {
        format!("{}, importance by performance: {}.", input.name, words.join(", "))
    };
    frame("matrix", (w, h), &sentence, &inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_with_its_interval_and_what_it_is_compared_with() {
        let input = Bar { name: "Prices & <fees>", value: 38.2, low: 30.4, high: 46.1, other: Some(22.0), most: 60.0 };
        insta::assert_snapshot!(bar(&input));
    }

    #[test]
    fn no_number_is_drawn_as_nothing() {
        let input =
            Bar { name: "\"", value: f64::NAN, low: f64::NEG_INFINITY, high: f64::INFINITY, other: Some(f64::NAN), most: 0.0 };
        insta::assert_snapshot!(bar(&input));
        assert_eq!((most([]), most([33.0, f64::NAN]), most([180.0])), (20.0, 40.0, 100.0));
    }

    #[test]
    fn four_quarters_say_where_to_begin() {
        let spots = [
            Spot { name: "Prices", performance: 41.0, importance: 38.0 },
            Spot { name: "The app", performance: 74.0, importance: 31.0 },
            Spot { name: "Advice <b>", performance: 52.0, importance: 11.0 },
            Spot { name: "Always working", performance: 81.0, importance: 20.0 },
        ];
        assert_eq!(spots.each_ref().map(|s| quarter(s, &spots)), ["begin here", "keep it up", "can wait", "well enough"]);
        insta::assert_snapshot!(matrix(&Matrix { name: "NPS", spots: &spots }));
    }

    #[test]
    fn an_empty_matrix_is_still_a_picture() {
        insta::assert_snapshot!(matrix(&Matrix { name: "NPS", spots: &[] }));
    }
}

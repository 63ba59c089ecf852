//! A key figure: number, course, change in words, and the way to its comments.

use heard_charts::chart::Tone;
use heard_charts::number::{decimal, signed, signed_decimal, whole};
use heard_charts::spark::{Spark, spark};
use heard_domain::question::{Moved, Value};
use heard_domain::statistics::Certainty;
use heard_flow::measure::finding::certainty_in_words;
use heard_flow::measure::kpi::{Better, KeyFigure, Written};
use maud::{Markup, PreEscaped, html};

/// A key figure as a card that opens its comments.
pub fn kpi(figure: &KeyFigure, href: &str) -> Markup {
    let sign = figure.moved.and_then(|m| m.change).map_or(0, |change| figure.better.sign(change));
    let noise = figure.moved.is_none_or(|m| m.certainty == Certainty::CouldBeNoise);
    let tone = match (noise, sign) {
        (true, _) | (_, 0) => Tone::Even,
        (false, 1..) => Tone::Good,
        (false, _) => Tone::Bad,
    };
    let places = usize::from(matches!(figure.written, Written::OutOf(_) | Written::PerCent));
    let course = Spark { name: &figure.name, values: &figure.course.values, places, target: None, tone };
    html! {
        article.kpi.weak[figure.value.weak()] {
            h2 { a href=(href) { (figure.name) } }
            p.v { (number(figure.written, figure.value.value)) (unit(figure)) }
            (PreEscaped(spark(&course).as_str()))
            p.d title=(figure.explained) {
                (change(figure))
                @if figure.written != Written::Count { span { (whole(figure.value.n)) " " (figure.of) } }
                @if figure.value.weak() { span { "few: read them" } }
            }
        }
    }
}

/// A number as its kind is written.
pub fn number(written: Written, value: Option<f64>) -> String {
    match (value, written) {
        (None, _) => "–".to_owned(),
        (Some(v), Written::Signed) => signed(v),
        (Some(v), Written::PerCent) => decimal(v, usize::from(v.abs() < 9.95)),
        (Some(v), Written::OutOf(_)) => decimal(v, 1),
        (Some(v), Written::Count) => whole(v.max(0.0).round() as u64),
    }
}

fn unit(figure: &KeyFigure) -> Markup {
    let Value { low, high, .. } = figure.value;
    let half = low.zip(high).map(|(low, high)| (high - low) / 2.0);
    html! {
        span.u {
            @match figure.written {
                Written::Signed => { @if let Some(half) = half { "±" (decimal(half.max(1.0), 0)) } }
                Written::PerCent => "%",
                Written::OutOf(most) => { "/ " (most) }
                Written::Count => {}
            }
        }
    }
}

fn change(figure: &KeyFigure) -> Markup {
    let Some((moved, by)) = figure.moved.and_then(|m| Some((m, m.change?))) else {
        return html! { span { "nothing before to compare with" } };
    };
    // What is written as nothing is called nothing.
    let by =
        if (by.abs() * if matches!(figure.written, Written::PerCent | Written::OutOf(_)) { 10.0 } else { 1.0 }).round() == 0.0 {
            0.0
        } else {
            by
        };
    let sign = figure.better.sign(by);
    let (arrow, word) = match (figure.better, sign) {
        _ if by == 0.0 => return html! { span.delta { "unchanged" } span { (certainty_in_words(&moved)) } },
        (Better::Neither, _) if by > 0.0 => ("▲ ", "more "),
        (Better::Neither, _) => ("▼ ", "fewer "),
        (_, 1..) => (if by > 0.0 { "▲ " } else { "▼ " }, "better "),
        (_, _) => (if by > 0.0 { "▲ " } else { "▼ " }, "worse "),
    };
    let size = match figure.written {
        Written::Signed => signed(by),
        Written::PerCent => format!("{} pt", signed_decimal(by, 1)),
        Written::OutOf(_) => signed_decimal(by, 1),
        Written::Count => format!("{} %", signed(by)),
    };
    let real = moved.certainty != Certainty::CouldBeNoise;
    html! {
        span.delta.good[real && sign > 0].bad[real && sign < 0] { span aria-hidden="true" { (arrow) } (word) (size) }
        span { (certainty_in_words(&moved)) }
    }
}

/// A change of net sentiment beside a figure: coloured only where it is more than noise.
pub fn step(moved: Option<&Moved>) -> Markup {
    let Some((moved, by)) = moved.and_then(|m| Some((m, m.change?))) else { return html! {} };
    let real = moved.certainty != Certainty::CouldBeNoise;
    html! {
        span.sd.good[real && by > 0.0].bad[real && by < 0.0] {
            (signed(by)) span.vh { " against the period before, " (certainty_in_words(moved)) }
        }
    }
}

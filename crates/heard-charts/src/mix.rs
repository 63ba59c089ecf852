//! A mix: one bar in parts that sum to the whole, as for the emotions of a stage.

use std::fmt::Write;

use crate::chart::{Px, Svg, escape, stretched};
use crate::number::decimal;

/// One part of the bar.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// What it is.
    pub label: &'a str,
    /// The class that gives it its colour ("m-joy").
    pub class: &'a str,
    /// The colour without a style sheet.
    pub colour: &'a str,
    /// How much, in any unit; negative and unknown count as nothing.
    pub amount: f64,
}

/// What a mix shows.
#[derive(Debug, Clone, Copy)]
pub struct Mix<'a> {
    /// What is mixed.
    pub name: &'a str,
    /// In the order drawn.
    pub parts: &'a [Part<'a>],
}

/// Draws a mix.
pub fn mix(input: &Mix) -> Svg {
    let (w, h) = (400.0, 18.0);
    let amount = |part: &Part| if part.amount.is_finite() { part.amount.max(0.0) } else { 0.0 };
    let total: f64 = input.parts.iter().map(amount).sum();
    let (mut inside, mut words, mut x) = (String::new(), vec![], 0.0);
    for part in input.parts.iter().filter(|p| amount(p) > 0.0) {
        let share = amount(part) / total;
        let wide = share * w;
        let _ = write!(
            inside,
            "<rect class=\"{}\" fill=\"{}\" x=\"{}\" width=\"{}\" height=\"{h}\"/>",
            escape(part.class),
            escape(part.colour),
            Px(x),
            Px((wide - 1.5).max(0.5))
        );
        words.push(format!("{} {} %", part.label, decimal(100.0 * share, 0)));
        x += wide;
    }
    let sentence = if words.is_empty() {
        format!("{}: nothing to show.", input.name)
    } else {
        format!("{}: {}.", input.name, words.join(", "))
    };
    stretched("mix", (w, h), &sentence, &inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_to_the_whole() {
        let parts = [
            Part { label: "Joy", class: "m-joy", colour: "#1f6f6b", amount: 30.0 },
            Part { label: "Surprise", class: "m-surprise", colour: "#8b8577", amount: f64::NAN },
            Part { label: "<Anger>", class: "m-anger", colour: "#b4441f", amount: 10.0 },
        ];
        insta::assert_snapshot!(mix(&Mix { name: "Emotions in Onboard", parts: &parts }));
    }

    #[test]
    fn nothing_to_mix() {
        insta::assert_snapshot!(mix(&Mix { name: "Emotions", parts: &[] }));
    }
}

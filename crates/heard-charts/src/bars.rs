//! Mini bars: how many in each step of time, the period in view in colour, what was before it in grey.

use std::fmt::Write;

use crate::chart::{Px, Svg, Tone, frame, palette};
use crate::number::whole;

/// What the bars show.
#[derive(Debug, Clone, Copy)]
pub struct Bars<'a> {
    /// What is counted.
    pub name: &'a str,
    /// One per step of time, oldest first.
    pub counts: &'a [u64],
    /// How many of the last ones are the period in view.
    pub now: usize,
    /// Whether the change is good for the customer.
    pub tone: Tone,
}

/// Draws mini bars.
pub fn bars(input: &Bars) -> Svg {
    let (w, h) = (96.0, 24.0);
    let highest = input.counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let pitch = w / input.counts.len().max(1) as f64;
    let thick = (pitch * 0.72).clamp(0.6, 6.0);
    let from = input.counts.len().saturating_sub(input.now);
    let mut paths = [String::new(), String::new()];
    for (i, count) in input.counts.iter().enumerate() {
        let tall = (*count as f64 / highest * (h - 2.0)).max(1.0);
        if let Some(path) = paths.get_mut(usize::from(i >= from)) {
            let _ = write!(path, "M{} {h}v-{}h{}v{}z", Px(i as f64 * pitch), Px(tall), Px(thick), Px(tall));
        }
    }
    let [before_path, now_path] = &paths;
    let inside = format!(
        "<path class=\"off\" fill=\"{}\" d=\"{before_path}\"/><path class=\"on\" fill=\"{}\" d=\"{now_path}\"/>",
        palette::LINE,
        input.tone.colour()
    );
    let sum = |counts: &[u64]| whole(counts.iter().sum());
    let (before, now) = input.counts.split_at(from);
    let sentence = format!("{}: {} in this period, {} in the one before.", input.name, sum(now), sum(before));
    frame(&format!("mini {}", input.tone.class()), (w, h), &sentence, &inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_in_view_stands_out() {
        let input = Bars { name: "Waiting & <queues>", counts: &[1, 0, 3, 6, 12, 9], now: 3, tone: Tone::Bad };
        insta::assert_snapshot!(bars(&input));
    }

    #[test]
    fn nothing_to_count_is_still_a_picture() {
        insta::assert_snapshot!(bars(&Bars { name: "None", counts: &[], now: 4, tone: Tone::Even }));
    }
}

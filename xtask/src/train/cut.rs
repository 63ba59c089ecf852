//! From a head as it was learnt to the one that ships: eight bits, temperatures and thresholds.

use std::collections::HashMap;

use heard_domain::reading::Emotion;
use heard_text::encoder::DENSE;
use heard_text::feelings::likely;
use heard_text::model::{Calibration, EMOTIONS, FEELING, LABELS, Model, OUTPUTS, Outputs, POLARITY, Spelling, sigmoid, softmax};

use crate::train::learn::{Head, Seen};
use crate::train::sets::{Example, Feelings};

/// How much the rest of the verbatim counts for a passage: no permitted set labels passages, so this is a judgement.
const CONTEXT: f32 = 0.25;
/// Thresholds that are tried, in steps of a hundredth.
const GRID: std::ops::RangeInclusive<u32> = 3..=80;

/// Dense weights are kept whole, the table is cut to eight bits per output.
pub fn cut(head: &Head, name: &str, calibration: Calibration) -> Model {
    let mut scales = [0.0_f32; OUTPUTS];
    for (output, scale) in scales.iter_mut().enumerate() {
        // A handful of outliers would cost all others their precision: they are held at the limit.
        let mut sizes: Vec<f32> = head.table.iter().map(|row| row[output].abs()).filter(|w| *w > 0.0).collect();
        sizes.sort_by(f32::total_cmp);
        let limit = sizes.get(sizes.len().saturating_sub(1 + sizes.len() / 5_000)).copied().unwrap_or(1.0);
        *scale = limit / 127.0;
    }
    let eight = |weight: f32, scale: f32| (weight / scale.max(f32::MIN_POSITIVE)).round().clamp(-127.0, 127.0) as i8;
    let table = head.table.iter().map(|row| std::array::from_fn(|output| eight(row[output], scales[output]))).collect();
    let dense: [Outputs; DENSE] = head.dense;
    Model { name: name.to_owned(), scales, dense, calibration, table, spelling: Spelling::default() }
}

/// Temperatures and thresholds, on texts that did not train.
pub fn calibrate(head: &Head, dev: &[(&Example, Seen)]) -> Calibration {
    let outputs: Vec<(&Example, Outputs)> = dev.iter().map(|(example, seen)| (*example, head.outputs(seen))).collect();
    // Every set counts the same, whatever its size.
    let mut sizes: HashMap<u8, f32> = HashMap::new();
    for (example, _) in &outputs {
        *sizes.entry(example.set as u8).or_default() += 1.0;
    }
    let loss_of_polarity = |temperature: f32| -> f32 {
        let loss = |(example, out): &(&Example, Outputs)| {
            let target = example.polarity?;
            let shares = softmax([out[POLARITY], out[POLARITY + 1], out[POLARITY + 2]], temperature);
            let cross: f32 = target.iter().zip(shares).map(|(t, s)| -t * s.max(1e-6).ln()).sum();
            Some(cross / sizes.get(&(example.set as u8)).copied().unwrap_or(1.0))
        };
        outputs.iter().filter_map(loss).sum()
    };
    let labelled: Vec<([bool; LABELS], &Outputs)> = outputs.iter().filter_map(|(e, out)| Some((labels(e)?, out))).collect();
    let loss_of_feelings = |temperature: f32| -> f32 {
        let loss = |(truth, out): &([bool; LABELS], &Outputs)| -> f32 {
            let loss = |label: usize| {
                let share = sigmoid(out[FEELING + label] / temperature);
                -if truth[label] { share.max(1e-6).ln() } else { (1.0 - share).max(1e-6).ln() }
            };
            (0..LABELS).map(loss).sum()
        };
        labelled.iter().map(loss).sum()
    };
    let least =
        |loss: &dyn Fn(f32) -> f32| (2..=30).map(|i| i as f32 / 10.0).min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(1.0);
    let (polarity, feeling) = (least(&loss_of_polarity), least(&loss_of_feelings));
    let shares: Vec<([bool; LABELS], [f32; LABELS])> =
        labelled.iter().map(|(truth, out)| (*truth, std::array::from_fn(|l| sigmoid(out[FEELING + l] / feeling)))).collect();
    let feelings = std::array::from_fn(|label| best(&shares.iter().map(|(t, s)| (s[label], t[label])).collect::<Vec<_>>()).0);
    let mut emotions = [0.5; EMOTIONS];
    for (threshold, emotion) in emotions.iter_mut().zip(Emotion::ALL) {
        let is = |labels: &[bool; LABELS]| {
            let of = heard_domain::reading::Feeling::ALL.iter().zip(labels);
            of.filter(|(feeling, _)| feeling.emotion() == Some(*emotion)).any(|(_, is)| *is)
        };
        let scored: Vec<(f32, bool)> = shares
            .iter()
            .map(|(truth, shares)| (likely(&shares.map(|share| (share, 0.0)))[emotion.index()], is(truth)))
            .collect();
        *threshold = best(&scored).0;
    }
    Calibration { polarity, feeling, feelings, emotions, context: CONTEXT }
}

fn labels(example: &Example) -> Option<[bool; LABELS]> {
    match example.feelings {
        Feelings::Labelled(labels) => Some(labels),
        _ => None,
    }
}

/// The threshold with the best F1, and that F1. Neighbours count as well: a lone peak is luck.
pub fn best(scored: &[(f32, bool)]) -> (f32, f32) {
    let f1 = |limit: f32| {
        let (mut hits, mut all) = (0.0_f32, 0.0_f32);
        for (share, truth) in scored {
            let said = *share >= limit;
            hits += f32::from(u8::from(said && *truth));
            all += f32::from(u8::from(said)) + f32::from(u8::from(*truth));
        }
        2.0 * hits / all.max(1.0)
    };
    let tried: Vec<(f32, f32)> = GRID.map(|i| i as f32 / 100.0).map(|limit| (limit, f1(limit))).collect();
    let smooth = |at: usize| {
        let near = tried.get(at.saturating_sub(1)..(at + 2).min(tried.len())).unwrap_or(&[]);
        near.iter().map(|(_, f1)| f1).sum::<f32>() / near.len().max(1) as f32
    };
    let at = (0..tried.len()).max_by(|a, b| smooth(*a).total_cmp(&smooth(*b))).unwrap_or(0);
    tried.get(at).copied().unwrap_or((0.5, 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_parts_what_is_from_what_is_not() {
        let scored: Vec<(f32, bool)> = (0..100).map(|i| (i as f32 / 100.0, i >= 60)).collect();
        let (threshold, f1) = best(&scored);
        assert!((0.58..=0.62).contains(&threshold) && f1 > 0.97, "{threshold} {f1}");
    }
}

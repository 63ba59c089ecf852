//! Learning: stochastic gradient descent over hashed and dense features, all outputs at once, then eight bits.

use std::collections::HashMap;

use heard_text::encoder::{BITS, DENSE, Encoded};
use heard_text::lexicon::lexicon;
use heard_text::model::{Calibration, EMOTION, EMOTIONS, Model, OUTPUTS, POLARITY, VALUE, sigmoid, softmax};
use heard_text::token::Tokens;

use crate::train::sets::Example;

const SEED: u64 = 20_261_122;
const ROUNDS: usize = 10;
const RATE: f32 = 1.6;
const RATE_DENSE: f32 = 0.1;
/// Share of hashed features that are hidden in each step: the head must not lean on any one of them.
const HIDDEN: f32 = 0.25;
/// Pulls weights to zero, per step in which they are touched.
const DECAY: f32 = 1e-3;
/// How much each task counts: value (its error is not bounded, so it steps shorter), classes, emotions.
const TASKS: [f32; 3] = [0.06, 1.0, 0.7];

/// An example as the head sees it.
pub struct Seen {
    rows: Vec<(u32, f32)>,
    dense: [f32; DENSE],
}

/// A generator of chance: splitmix64, because its numbers are the same everywhere and for ever.
pub struct Chance(u64);

impl Chance {
    /// Seeded.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below a bound.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }
}

/// Encodes a text as the reader would.
pub fn see(text: &str) -> Seen {
    let tokens = Tokens::of(text);
    let mut encoded = Encoded::default();
    encoded.encode(lexicon(), &tokens, &(0..tokens.len()));
    let mut rows: Vec<(u32, f32)> = Vec::new();
    for group in [&encoded.words, &encoded.letters] {
        let share = 1.0 / (group.len().max(1) as f32).sqrt();
        rows.extend(group.iter().map(|feature| (feature.row, share)));
    }
    Seen { rows, dense: encoded.dense }
}

/// The head before it is cut to eight bits.
pub struct Head {
    table: Vec<[f32; OUTPUTS]>,
    dense: [[f32; OUTPUTS]; DENSE],
}

impl Head {
    /// Raw outputs.
    pub fn outputs(&self, seen: &Seen) -> [f32; OUTPUTS] {
        let mut outputs = [0.0; OUTPUTS];
        let mut add = |weights: &[f32; OUTPUTS], by: f32| outputs.iter_mut().zip(weights).for_each(|(o, w)| *o += w * by);
        for (row, by) in &seen.rows {
            add(&self.table[*row as usize], *by);
        }
        for (by, weights) in seen.dense.iter().zip(&self.dense) {
            add(weights, *by);
        }
        outputs
    }
}

/// How far each output is from what it should be.
fn errors(outputs: &[f32; OUTPUTS], example: &Example) -> [f32; OUTPUTS] {
    let mut errors = [0.0; OUTPUTS];
    if let Some(value) = example.value {
        errors[VALUE] = (outputs[VALUE] - value) * TASKS[0];
    }
    if let Some(polarity) = example.polarity {
        let shares = softmax([outputs[POLARITY], outputs[POLARITY + 1], outputs[POLARITY + 2]], 1.0);
        for class in 0..3 {
            errors[POLARITY + class] = (shares[class] - polarity[class]) * TASKS[1];
        }
    }
    if let Some(emotions) = example.emotions {
        for emotion in 0..EMOTIONS {
            errors[EMOTION + emotion] = (sigmoid(outputs[EMOTION + emotion]) - f32::from(u8::from(emotions[emotion]))) * TASKS[2];
        }
    }
    errors.map(|e| e * example.weight)
}

/// Learns from examples.
pub fn learn(examples: &[&Example], seen: &[Seen]) -> Head {
    let mut head = Head { table: vec![[0.0; OUTPUTS]; 1 << BITS], dense: [[0.0; OUTPUTS]; DENSE] };
    let mut chance = Chance::new(SEED);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let steps = (ROUNDS * examples.len()) as f32;
    let mut step = 0.0;
    for _ in 0..ROUNDS {
        for at in (1..order.len()).rev() {
            order.swap(at, chance.below(at + 1));
        }
        for at in &order {
            let rate = 1.0 - step / steps;
            step += 1.0;
            let (example, full) = (examples[*at], &seen[*at]);
            let kept = 1.0 / (1.0 - HIDDEN);
            let rows: Vec<(u32, f32)> = full
                .rows
                .iter()
                .filter(|_| (chance.next() >> 40) as f32 / (1_u64 << 24) as f32 >= HIDDEN)
                .map(|(row, by)| (*row, by * kept))
                .collect();
            let seen = Seen { rows, dense: full.dense };
            let errors = errors(&head.outputs(&seen), example);
            for (row, by) in &seen.rows {
                for (weight, error) in head.table[*row as usize].iter_mut().zip(&errors) {
                    *weight -= RATE * rate * (error * by + DECAY * *weight);
                }
            }
            for (by, weights) in seen.dense.iter().zip(&mut head.dense) {
                for (weight, error) in weights.iter_mut().zip(&errors) {
                    *weight -= RATE_DENSE * rate * error * by;
                }
            }
        }
    }
    head
}

/// Dense weights are kept whole, the table is cut to eight bits per output.
pub fn cut(head: &Head, name: &str, calibration: Calibration) -> Model {
    let mut scales = [0.0_f32; OUTPUTS];
    for output in 0..OUTPUTS {
        // A handful of outliers would cost all others their precision: they are held at the limit.
        let mut sizes: Vec<f32> = head.table.iter().map(|row| row[output].abs()).filter(|w| *w > 0.0).collect();
        sizes.sort_by(f32::total_cmp);
        let limit = sizes.get(sizes.len().saturating_sub(1 + sizes.len() / 20_000)).copied().unwrap_or(1.0);
        scales[output] = limit / 127.0;
    }
    let eight = |weight: f32, scale: f32| (weight / scale.max(f32::MIN_POSITIVE)).round().clamp(-127.0, 127.0) as i8;
    let table = head.table.iter().map(|row| std::array::from_fn(|output| eight(row[output], scales[output]))).collect();
    Model { name: name.to_owned(), scales, dense: head.dense, calibration, table }
}

/// Temperatures and thresholds, on texts that did not train.
pub fn calibrate(head: &Head, dev: &[(&Example, Seen)]) -> Calibration {
    let outputs: Vec<(&Example, [f32; OUTPUTS])> = dev.iter().map(|(example, seen)| (*example, head.outputs(seen))).collect();
    let grid = || (2..=30).map(|i| i as f32 / 10.0);
    // Every set counts the same, whatever its size.
    let mut sizes: HashMap<u8, f32> = HashMap::new();
    for (example, _) in &outputs {
        *sizes.entry(example.set as u8).or_default() += 1.0;
    }
    let loss_of_polarity = |temperature: f32| -> f32 {
        let loss = |(example, out): &(&Example, [f32; OUTPUTS])| {
            let target = example.polarity?;
            let shares = softmax([out[POLARITY], out[POLARITY + 1], out[POLARITY + 2]], temperature);
            let cross: f32 = target.iter().zip(shares).map(|(t, s)| -t * s.max(1e-6).ln()).sum();
            Some(cross / sizes.get(&(example.set as u8)).copied().unwrap_or(1.0))
        };
        outputs.iter().filter_map(loss).sum()
    };
    let loss_of_emotion = |temperature: f32| -> f32 {
        let labelled = outputs.iter().filter_map(|(example, out)| Some((example.emotions?, out)));
        labelled
            .map(|(truth, out)| {
                let loss = |e: usize| {
                    let share = sigmoid(out[EMOTION + e] / temperature);
                    -if truth[e] { share.max(1e-6).ln() } else { (1.0 - share).max(1e-6).ln() }
                };
                (0..EMOTIONS).map(loss).sum::<f32>()
            })
            .sum()
    };
    let least = |loss: &dyn Fn(f32) -> f32| grid().min_by(|a, b| loss(*a).total_cmp(&loss(*b))).unwrap_or(1.0);
    let emotion = least(&loss_of_emotion);
    let mut thresholds = [0.5; EMOTIONS];
    for (label, threshold) in thresholds.iter_mut().enumerate() {
        let scored: Vec<(f32, bool)> = outputs
            .iter()
            .filter_map(|(example, out)| Some((sigmoid(out[EMOTION + label] / emotion), example.emotions?[label])))
            .collect();
        let f1 = |limit: f32| {
            let hits = scored.iter().filter(|(share, truth)| *share >= limit && *truth).count() as f32;
            let said = scored.iter().filter(|(share, _)| *share >= limit).count() as f32;
            let true_ones = scored.iter().filter(|(_, truth)| *truth).count() as f32;
            2.0 * hits / (said + true_ones).max(1.0)
        };
        *threshold = (4..=80).map(|i| i as f32 / 100.0).max_by(|a, b| f1(*a).total_cmp(&f1(*b))).unwrap_or(0.5);
    }
    Calibration { polarity: least(&loss_of_polarity), emotion, thresholds, context: CONTEXT }
}

/// How much the rest of the verbatim counts for a passage: no permitted set labels passages, so this is a judgement.
const CONTEXT: f32 = 0.25;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::sets::{Part, Set};

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_learns_what_it_is_shown() {
        let example = |text: &str, polarity| Example {
            text: text.to_owned(),
            set: Set::Own,
            part: Part::Train,
            weight: 1.0,
            value: None,
            polarity: Some(polarity),
            emotions: None,
        };
        let examples: Vec<Example> = (0..40)
            .map(|i| {
                if i % 2 == 0 {
                    example("the wug arrived", [0.0, 0.0, 1.0])
                } else {
                    example("the blick arrived", [1.0, 0.0, 0.0])
                }
            })
            .collect();
        let train = || {
            let seen: Vec<Seen> = examples.iter().map(|e| see(&e.text)).collect();
            let head = learn(&examples.iter().collect::<Vec<_>>(), &seen);
            let calibration = Calibration { polarity: 1.0, emotion: 1.0, thresholds: [0.5; EMOTIONS], context: 0.0 };
            (cut(&head, "test", calibration).write(), head)
        };
        let ((bytes, head), (again, _)) = (train(), train());
        assert!(bytes == again);
        let out = head.outputs(&see("my blick"));
        assert!(out[POLARITY] > out[POLARITY + 2]);
    }
}

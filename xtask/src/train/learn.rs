//! Learning: stochastic gradient descent over hashed features, pieces and dense figures, all outputs at once.
//!
//! First a small matrix learns from what words mean (the embedding as it is); its product with the embedding is where the
//! rows of the pieces begin, so that words that the sets never show are known by those that mean the same. Then all learn
//! together. Several runs with different seeds are averaged: the head is linear, so it stays one head.

use heard_domain::reading::{Emotion, Feeling};
use heard_text::embedding::{DIMS, Embedding, Meaning};
use heard_text::encoder::{BITS, DENSE, Encoded};
use heard_text::lexicon::lexicon;
use heard_text::model::{FEELING, LABELS, OUTPUTS, Outputs, POLARITY, VALUE, sigmoid, softmax};
use heard_text::token::Tokens;

use crate::train::chance::Chance;
use crate::train::sets::{Example, Feelings};

/// So many runs are averaged, and so many times each sees every text.
const RUNS: u64 = 4;
const ROUNDS: usize = 6;
/// The same for the matrix that comes first.
const ROUNDS_OF_MATRIX: usize = 4;
/// How far a step goes: words, letters, pieces; the matrix; dense figures.
const RATES: [f32; GROUPS] = [0.12, 0.05, 0.05];
const RATE_OF_MATRIX: f32 = 0.05;
const RATE_OF_DENSE: f32 = 0.1;
/// Share of features that are hidden in each step: the head must not lean on any one of them.
const HIDDEN: f32 = 0.25;
/// Pulls weights to zero, per step in which they are touched; pieces keep what they mean.
const DECAY: [f32; GROUPS] = [2e-4, 2e-4, 0.0];
/// How much each task counts: value, classes, feelings.
const TASKS: [f32; 3] = [0.5, 1.0, 1.0];
/// What a text whose feelings nobody named in full counts for them.
const IN_PART: f32 = 0.3;
/// The first step of a row is no longer than this square allows.
const FIRST: f32 = 1e-3;

const SEED: u64 = 20_261_122;

/// The groups of features with rows of their own kind.
const GROUPS: usize = 3;

/// An example as the head sees it.
pub struct Seen {
    /// Rows of words, letters, pieces.
    rows: [Vec<u32>; GROUPS],
    dense: [f32; DENSE],
}

/// Encodes a text as the reader would.
pub fn see(text: &str) -> Seen {
    let tokens = Tokens::of(text);
    let mut encoded = Encoded::default();
    encoded.encode(Embedding::shipped(), lexicon(), &tokens, &(0..tokens.len()));
    let rows = [&encoded.words, &encoded.letters, &encoded.pieces].map(|group| group.iter().map(|f| f.row).collect());
    Seen { rows, dense: encoded.dense }
}

/// The head before it is cut to eight bits.
pub struct Head {
    /// Rows of hashed features and pieces.
    pub table: Vec<Outputs>,
    /// Weights of the dense figures.
    pub dense: [Outputs; DENSE],
}

fn share(count: usize) -> f32 {
    1.0 / (count.max(1) as f32).sqrt()
}

impl Head {
    /// Raw outputs.
    pub fn outputs(&self, seen: &Seen) -> Outputs {
        let mut outputs = [0.0; OUTPUTS];
        for group in &seen.rows {
            let by = share(group.len());
            for row in group {
                for (output, weight) in outputs.iter_mut().zip(&self.table[*row as usize]) {
                    *output += weight * by;
                }
            }
        }
        for (by, weights) in seen.dense.iter().zip(&self.dense) {
            outputs.iter_mut().zip(weights).for_each(|(o, w)| *o += w * by);
        }
        outputs
    }
}

/// How far each output is from what it should be: the gradient of the loss.
pub fn errors(outputs: &Outputs, example: &Example) -> Outputs {
    let mut errors = [0.0; OUTPUTS];
    if let Some(value) = example.value {
        errors[VALUE] = (outputs[VALUE] - value) * TASKS[0] * example.weight;
    }
    if let Some(polarity) = example.polarity {
        let shares = softmax([outputs[POLARITY], outputs[POLARITY + 1], outputs[POLARITY + 2]], 1.0);
        for class in 0..3 {
            errors[POLARITY + class] = (shares[class] - polarity[class]) * TASKS[1] * example.weight;
        }
    }
    let share = |label: usize| sigmoid(outputs[FEELING + label]);
    match example.feelings {
        Feelings::Unknown => {}
        Feelings::Labelled(labels) => {
            for (label, is) in labels.into_iter().enumerate() {
                errors[FEELING + label] = (share(label) - f32::from(u8::from(is))) * TASKS[2];
            }
        }
        Feelings::Shown(shown) => {
            // An emotion is there if at least one of its feelings is: which, nobody said.
            for emotion in Emotion::ALL {
                let of = || Feeling::ALL.iter().filter(|f| f.emotion() == Some(*emotion)).map(|f| f.index());
                let none: f32 = of().map(|label| 1.0 - share(label)).product();
                let factor = if shown[emotion.index()] { -none / (1.0 - none).max(1e-3) } else { 1.0 };
                for label in of() {
                    errors[FEELING + label] = factor * share(label) * TASKS[2] * IN_PART;
                }
            }
            if !shown.contains(&true) {
                errors[FEELING + LABELS - 1] = (share(LABELS - 1) - 1.0) * TASKS[2] * IN_PART;
            }
        }
    }
    errors
}

fn task_of(output: usize) -> usize {
    if output < POLARITY {
        0
    } else if output < FEELING {
        1
    } else {
        2
    }
}

/// Learns from examples, once per seed; the mean of all runs.
pub fn learn(examples: &[&Example], seen: &[Seen]) -> Head {
    let pieces = begin(examples, seen);
    let heads: Vec<Head> = std::thread::scope(|scope| {
        let pieces = &pieces;
        let mut done = Vec::new();
        let seeds: Vec<u64> = (0..RUNS).collect();
        // Two at a time; each run is by itself, so their number changes nothing.
        for pair in seeds.chunks(2) {
            let running: Vec<_> =
                pair.iter().copied().map(|seed| scope.spawn(move || run(examples, seen, pieces, SEED + seed))).collect();
            done.extend(running.into_iter().filter_map(|run| run.join().ok()));
        }
        done
    });
    let mut heads = heads.into_iter();
    let mut mean = heads.next().unwrap_or_else(|| Head { table: Vec::new(), dense: [[0.0; OUTPUTS]; DENSE] });
    let mut count = 1.0;
    for head in heads {
        count += 1.0;
        for (mine, others) in mean.table.iter_mut().chain(&mut mean.dense).zip(head.table.iter().chain(&head.dense)) {
            mine.iter_mut().zip(others).for_each(|(mine, other)| *mine += (other - *mine) / count);
        }
    }
    mean
}

/// Where the rows of the pieces begin: what they mean, weighed by a matrix that learns first.
fn begin(examples: &[&Example], seen: &[Seen]) -> Vec<Outputs> {
    let embedding = Embedding::shipped();
    let meanings: Vec<Meaning> = (0..embedding.words() as u32).map(|row| embedding.row(row)).collect();
    let of = |seen: &Seen| {
        let mut sum = [0.0; DIMS];
        for row in &seen.rows[2] {
            let meaning = &meanings[*row as usize - (1 << BITS)];
            sum.iter_mut().zip(meaning).for_each(|(sum, figure)| *sum += figure);
        }
        let by = share(seen.rows[2].len());
        sum.map(|figure| figure * by)
    };
    let inputs: Vec<Meaning> = seen.iter().map(of).collect();
    let mut matrix = vec![[0.0_f32; OUTPUTS]; DIMS];
    let mut dense = [[0.0_f32; OUTPUTS]; DENSE];
    let mut chance = Chance::new(SEED ^ 0x4d);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let steps = (ROUNDS_OF_MATRIX * examples.len()) as f32;
    let mut step = 0.0;
    let mut spread = vec![[FIRST; 3]; DIMS];
    for _ in 0..ROUNDS_OF_MATRIX {
        chance.shuffle(&mut order);
        for at in &order {
            let rate = 1.0 - step / steps;
            step += 1.0;
            let (example, input, seen) = (examples[*at], &inputs[*at], &seen[*at]);
            let mut outputs = [0.0; OUTPUTS];
            for (by, weights) in input.iter().zip(&matrix).chain(seen.dense.iter().zip(&dense)) {
                outputs.iter_mut().zip(weights).for_each(|(o, w)| *o += w * by);
            }
            let errors = errors(&outputs, example);
            let size = sizes(&errors);
            for ((by, weights), spread) in input.iter().zip(&mut matrix).zip(&mut spread) {
                let rates: [f32; 3] = std::array::from_fn(|task| {
                    spread[task] += size[task] * by * by;
                    RATE_OF_MATRIX * rate / spread[task].sqrt()
                });
                for (output, (weight, error)) in weights.iter_mut().zip(&errors).enumerate() {
                    *weight -= rates[task_of(output)] * error * by;
                }
            }
            for (by, weights) in seen.dense.iter().zip(&mut dense) {
                weights.iter_mut().zip(&errors).for_each(|(weight, error)| *weight -= RATE_OF_DENSE * rate * error * by);
            }
        }
    }
    let product = |meaning: &Meaning| {
        let mut row = [0.0; OUTPUTS];
        for (by, weights) in meaning.iter().zip(&matrix) {
            row.iter_mut().zip(weights).for_each(|(sum, w)| *sum += by * w);
        }
        row
    };
    meanings.iter().map(product).collect()
}

/// Mean square of the errors of each task.
fn sizes(errors: &Outputs) -> [f32; 3] {
    let mut sums = [0.0_f32; 3];
    for (output, error) in errors.iter().enumerate() {
        sums[task_of(output)] += error * error;
    }
    [sums[0], sums[1] / 3.0, sums[2] / LABELS as f32]
}

fn run(examples: &[&Example], seen: &[Seen], pieces: &[Outputs], seed: u64) -> Head {
    let mut table = vec![[0.0; OUTPUTS]; 1 << BITS];
    table.extend(pieces);
    let mut head = Head { table, dense: [[0.0; OUTPUTS]; DENSE] };
    let mut spread = vec![[FIRST; 3]; head.table.len()];
    let mut chance = Chance::new(seed);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let steps = (ROUNDS * examples.len()) as f32;
    let mut step = 0.0;
    let kept = 1.0 / (1.0 - HIDDEN);
    let mut rows: [Vec<u32>; GROUPS] = Default::default();
    for _ in 0..ROUNDS {
        chance.shuffle(&mut order);
        for at in &order {
            let rate = 1.0 - step / steps;
            step += 1.0;
            let (example, full) = (examples[*at], &seen[*at]);
            let mut outputs = [0.0; OUTPUTS];
            for (some, all) in rows.iter_mut().zip(&full.rows) {
                some.clear();
                some.extend(all.iter().filter(|_| chance.share() >= HIDDEN));
                let by = share(all.len()) * kept;
                for row in some.iter() {
                    for (output, weight) in outputs.iter_mut().zip(&head.table[*row as usize]) {
                        *output += weight * by;
                    }
                }
            }
            for (by, weights) in full.dense.iter().zip(&head.dense) {
                outputs.iter_mut().zip(weights).for_each(|(o, w)| *o += w * by);
            }
            let errors = errors(&outputs, example);
            let size = sizes(&errors);
            for (group, some) in rows.iter().enumerate() {
                let by = share(full.rows[group].len()) * kept;
                for row in some {
                    let spread = &mut spread[*row as usize];
                    let steps: [f32; 3] = std::array::from_fn(|task| {
                        if size[task] == 0.0 {
                            return 0.0;
                        }
                        spread[task] += size[task] * by * by;
                        RATES[group] * rate / spread[task].sqrt()
                    });
                    let weights = &mut head.table[*row as usize];
                    let shrink = DECAY[group] * rate;
                    let pull: [f32; 3] = std::array::from_fn(|task| if steps[task] > 0.0 { 1.0 - shrink } else { 1.0 });
                    weights[0] = weights[0] * pull[0] - steps[0] * by * errors[0];
                    for output in POLARITY..FEELING {
                        weights[output] = weights[output] * pull[1] - steps[1] * by * errors[output];
                    }
                    for output in FEELING..OUTPUTS {
                        weights[output] = weights[output] * pull[2] - steps[2] * by * errors[output];
                    }
                }
            }
            for (by, weights) in full.dense.iter().zip(&mut head.dense) {
                weights.iter_mut().zip(&errors).for_each(|(weight, error)| *weight -= RATE_OF_DENSE * rate * error * by);
            }
        }
    }
    head
}

#[cfg(test)]
mod tests {
    use heard_text::judge::split::Part;
    use heard_text::model::EMOTIONS;

    use super::*;
    use crate::train::sets::Set;

    fn examples() -> Vec<Example> {
        let example = |text: &str, polarity, shown: usize| Example {
            text: text.to_owned(),
            set: Set::Own,
            part: Part::Train,
            weight: 1.0,
            value: None,
            polarity: Some(polarity),
            feelings: Feelings::Shown(std::array::from_fn::<bool, EMOTIONS, _>(|at| at == shown)),
        };
        let of = |i: usize| match i % 2 {
            0 => example("the wug arrived", [0.0, 0.0, 1.0], Emotion::Joy.index()),
            _ => example("the blick arrived", [1.0, 0.0, 0.0], Emotion::Anger.index()),
        };
        (0..40).map(of).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_head_and_it_learns_what_it_is_shown() {
        let examples = examples();
        let all: Vec<&Example> = examples.iter().collect();
        let seen: Vec<Seen> = examples.iter().map(|e| see(&e.text)).collect();
        let pieces = begin(&all, &seen);
        let (head, again) = (run(&all, &seen, &pieces, 1), run(&all, &seen, &pieces, 1));
        assert!(head.table == again.table && head.dense == again.dense);
        let out = head.outputs(&see("my blick"));
        assert!(out[POLARITY] > out[POLARITY + 2]);
        let of = |emotion| Feeling::ALL.iter().filter(move |f| f.emotion() == Some(emotion)).map(|f| out[FEELING + f.index()]);
        assert!(of(Emotion::Anger).fold(f32::MIN, f32::max) > of(Emotion::Joy).fold(f32::MIN, f32::max));
    }
}

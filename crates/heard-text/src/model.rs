//! The trained head: one linear layer over hashed and dense features, in eight bits, made by `cargo xtask train`.

use std::sync::OnceLock;

use heard_domain::reading::Emotion;

use crate::encoder::{BITS, DENSE, Encoded};

/// One output for the value, one per class of sentiment, one per emotion shown.
pub const OUTPUTS: usize = 4 + EMOTIONS;
/// How many emotions are shown.
pub const EMOTIONS: usize = Emotion::ALL.len();
/// The output for the value of the sentiment.
pub const VALUE: usize = 0;
/// The output of the first class of sentiment, in the order of `Polarity`.
pub const POLARITY: usize = 1;
/// The output of the first emotion, in the order of `Emotion`.
pub const EMOTION: usize = 4;

/// The head that is part of the program, as bytes.
pub const ASSET: &[u8] = include_bytes!("../assets/reader.bin");

const MAGIC: &[u8; 8] = b"HEARDTXT";
const NAME: usize = 16;

/// A file that is no trained head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a trained head of Heard: {0}")]
pub struct BadModel(pub &'static str);

/// What is set after training, on texts that did not train.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Softens the classes of sentiment until their confidence is honest.
    pub polarity: f32,
    /// The same for emotions.
    pub emotion: f32,
    /// From which probability on an emotion is shown.
    pub thresholds: [f32; EMOTIONS],
    /// How much the rest of the verbatim counts for the sentiment of a passage (0-1).
    pub context: f32,
}

/// The trained head.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Name and version, shown with every reading.
    pub name: String,
    /// What one step of eight bits is worth, per output.
    pub scales: [f32; OUTPUTS],
    /// Weights of the dense figures.
    pub dense: [[f32; OUTPUTS]; DENSE],
    /// Set after training.
    pub calibration: Calibration,
    /// Rows of the table of hashed features, one after the other.
    pub table: Vec<[i8; OUTPUTS]>,
}

/// What the head says of a stretch of tokens.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// Raw outputs.
    pub outputs: [f32; OUTPUTS],
    /// What each token of the stretch adds to them.
    pub tokens: Vec<[f32; OUTPUTS]>,
}

impl Model {
    /// The head that is part of the program.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Model> = OnceLock::new();
        // A test reads the asset, so that a program with a broken one is never built; a head of zeros keeps the promise
        // that reading cannot fail.
        SHIPPED.get_or_init(|| Self::read(ASSET).unwrap_or_else(|_| Self::empty()))
    }

    /// A head that knows nothing.
    pub fn empty() -> Self {
        let calibration = Calibration { polarity: 1.0, emotion: 1.0, thresholds: [0.5; EMOTIONS], context: 0.0 };
        let table = vec![[0; OUTPUTS]; 1 << BITS];
        Self { name: "none".to_owned(), scales: [0.0; OUTPUTS], dense: [[0.0; OUTPUTS]; DENSE], calibration, table }
    }

    /// Reads a head from bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, BadModel> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(BadModel("it begins differently"))?;
        let (name, after) = rest.split_at_checked(NAME).ok_or(BadModel("it ends within its name"))?;
        rest = after;
        let mut shape = [0_u32; 3];
        for figure in &mut shape {
            let (bytes, after) = rest.split_first_chunk().ok_or(BadModel("it ends within its shape"))?;
            *figure = u32::from_le_bytes(*bytes);
            rest = after;
        }
        if shape != [BITS, OUTPUTS as u32, DENSE as u32] {
            return Err(BadModel("its shape is that of another version"));
        }
        let mut model = Self::empty();
        let mut float = || -> Result<f32, BadModel> {
            let (bytes, after) = rest.split_first_chunk().ok_or(BadModel("it ends within its figures"))?;
            rest = after;
            Ok(f32::from_le_bytes(*bytes))
        };
        for scale in &mut model.scales {
            *scale = float()?;
        }
        for weight in model.dense.iter_mut().flatten() {
            *weight = float()?;
        }
        model.calibration.polarity = float()?;
        model.calibration.emotion = float()?;
        model.calibration.context = float()?;
        for threshold in &mut model.calibration.thresholds {
            *threshold = float()?;
        }
        if rest.len() != OUTPUTS << BITS {
            return Err(BadModel("its table has another size"));
        }
        String::from_utf8_lossy(name).trim_end_matches('\0').clone_into(&mut model.name);
        model.table = rest.as_chunks().0.iter().map(|row: &[u8; OUTPUTS]| row.map(|b| i8::from_le_bytes([b]))).collect();
        Ok(model)
    }

    /// The bytes that [`Self::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let mut name = [0; NAME];
        for (to, from) in name.iter_mut().zip(self.name.bytes()) {
            *to = from;
        }
        out.extend(name);
        for figure in [BITS, OUTPUTS as u32, DENSE as u32] {
            out.extend(figure.to_le_bytes());
        }
        let calibration = &self.calibration;
        let figures = self.scales.iter().chain(self.dense.iter().flatten());
        let set = [&calibration.polarity, &calibration.emotion, &calibration.context];
        for figure in figures.chain(set).chain(&calibration.thresholds) {
            out.extend(figure.to_le_bytes());
        }
        out.extend(self.table.iter().flatten().flat_map(|w| w.to_le_bytes()));
        out
    }

    /// Weighs a stretch.
    pub fn score(&self, encoded: &Encoded) -> Scores {
        let length = encoded.valences.len();
        // Whole numbers until the end: sums of eight bits are exact, and quick.
        let mut words = vec![[0_i32; OUTPUTS]; length];
        let mut letters = vec![[0_i32; OUTPUTS]; length];
        let add = |sums: Option<&mut [i32; OUTPUTS]>, weights: &[i8; OUTPUTS]| {
            if let Some(sums) = sums {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += i32::from(*weight);
                }
            }
        };
        for feature in &encoded.words {
            if let Some(weights) = self.table.get(feature.row as usize) {
                // Both ends get half; a single word is both ends.
                add(words.get_mut(feature.first as usize), weights);
                add(words.get_mut(feature.last as usize), weights);
            }
        }
        for feature in &encoded.letters {
            if let Some(weights) = self.table.get(feature.row as usize) {
                add(letters.get_mut(feature.first as usize), weights);
            }
        }
        let share = |count: usize| 1.0 / (count.max(1) as f32).sqrt();
        let (of_words, of_letters) = (share(encoded.words.len()) * 0.5, share(encoded.letters.len()));
        let mut outputs = [0.0; OUTPUTS];
        let mut tokens = Vec::with_capacity(length);
        for (words, letters) in words.iter().zip(&letters) {
            let mut sums = [0.0; OUTPUTS];
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum = (words[at] as f32 * of_words + letters[at] as f32 * of_letters) * self.scales[at];
                outputs[at] += *sum;
            }
            tokens.push(sums);
        }
        for (figure, weights) in encoded.dense.iter().zip(&self.dense) {
            for (output, weight) in outputs.iter_mut().zip(weights) {
                *output += figure * weight;
            }
        }
        self.credit_lexicon(encoded, &mut tokens);
        Scores { outputs, tokens }
    }

    /// The dense figures of the lexicon rest on single words as well: each gets its share.
    fn credit_lexicon(&self, encoded: &Encoded, tokens: &mut [[f32; OUTPUTS]]) {
        let total: f32 = encoded.valences.iter().map(|v| v.abs()).sum();
        if total == 0.0 {
            return;
        }
        for (sums, valence) in tokens.iter_mut().zip(&encoded.valences).filter(|(_, v)| **v != 0.0) {
            let part = valence.abs() / total;
            let own = if *valence > 0.0 { [(1, 1.0), (2, 1.0), (4, 1.0)] } else { [(1, -1.0), (3, 1.0), (5, 1.0)] };
            for (figure, sign) in own {
                let (Some(value), Some(weights)) = (encoded.dense.get(figure), self.dense.get(figure)) else { continue };
                let value = if figure == 1 { value.abs() * sign } else { *value };
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += part * value * weight;
                }
            }
        }
    }
}

/// Probabilities of alternatives.
pub fn softmax<const N: usize>(outputs: [f32; N], temperature: f32) -> [f32; N] {
    let highest = outputs.iter().copied().fold(f32::MIN, f32::max);
    let mut shares = outputs.map(|o| ((o - highest) / temperature).exp());
    let total: f32 = shares.iter().sum();
    for share in &mut shares {
        *share /= total;
    }
    shares
}

/// Probability of one label beside others.
pub fn sigmoid(output: f32) -> f32 {
    1.0 / (1.0 + (-output).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_head_can_be_read() {
        let model = Model::read(ASSET).expect("the asset is a head of this version");
        assert_eq!(Model::read(&model.write()), Ok(model));
    }

    #[test]
    fn what_is_no_head_is_refused() {
        assert!(Model::read(b"").is_err());
        assert!(Model::read(b"HEARDTXT and then nothing of use").is_err());
    }

    #[test]
    fn probabilities_sum_to_one() {
        assert!((softmax([1.0, 2.0, 3.0], 0.7).iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}

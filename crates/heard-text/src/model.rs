//! The trained head: one linear layer over hashed features, pieces of words and dense figures, in eight bits, made by
//! `cargo xtask train`. First all outputs are summed up, without a thought for single words; only for what is shown is
//! asked then what each word added ([`Model::credit`]).

use std::ops::Range;
use std::sync::OnceLock;

use heard_domain::reading::Feeling;

use crate::asset::BadModel;
use crate::embedding::Embedding;
use crate::encoder::{BITS, DENSE, Encoded, Feature, spell};
use crate::lexicon::Lexicon;
use crate::token::Tokens;

/// One output for the value, one per class of sentiment, one per feeling, and one for none of them.
pub const OUTPUTS: usize = 4 + LABELS;
/// The feelings and, last, none of them.
pub const LABELS: usize = Feeling::ALL.len() + 1;
/// The output for the value of the sentiment.
pub const VALUE: usize = 0;
/// The output of the first class of sentiment, in the order of `Polarity`.
pub const POLARITY: usize = 1;
/// The output of the first feeling, in the order of `Feeling`.
pub const FEELING: usize = 4;
/// How many emotions are shown.
pub const EMOTIONS: usize = heard_domain::reading::Emotion::ALL.len();

/// The head that is part of the program, as bytes.
pub const ASSET: &[u8] = include_bytes!("../assets/reader.bin");

const MAGIC: &[u8; 8] = b"HEARDTXT";
const NAME: usize = 16;
/// So many rows fit into sums of sixteen bits.
const FIT: usize = 256;

/// What is set after training, on texts that did not train.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Softens the classes of sentiment until their confidence is honest.
    pub polarity: f32,
    /// The same for feelings.
    pub feeling: f32,
    /// From which probability on a feeling (or none of them) is said.
    pub feelings: [f32; LABELS],
    /// From which probability on one of the emotions is shown.
    pub emotions: [f32; EMOTIONS],
    /// How much the rest of the verbatim counts for a passage (0-1).
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
    /// Rows of the hashed features, then those of the pieces.
    pub table: Vec<[i8; OUTPUTS]>,
    /// What the head has summed up of words.
    pub spelling: Spelling,
}

/// What the runs of letters of whole words sum up to, by their row among the pieces; each is summed up when it is first read.
/// It follows from the table alone.
#[derive(Debug, Clone, Default)]
pub struct Spelling {
    words: Vec<OnceLock<Box<Short>>>,
}

impl Spelling {
    fn of(pieces: usize) -> Self {
        Self { words: (0..pieces).map(|_| OnceLock::new()).collect() }
    }

    fn get(&self, row: u32) -> Option<&Short> {
        self.words.get(row as usize)?.get().map(Box::as_ref)
    }
}

impl PartialEq for Spelling {
    /// Two heads do not differ by what they have read.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// All outputs.
pub type Outputs = [f32; OUTPUTS];

/// A sum of weights, exact.
type Sums = [i32; OUTPUTS];

/// The same of at most [`FIT`] rows.
type Short = [i16; OUTPUTS];

/// What the head says of a stretch of tokens, in a form that can be added to that of the stretches beside it.
#[derive(Debug, Clone)]
pub struct Scores {
    words: Sums,
    letters: Sums,
    pieces: Sums,
    counts: [usize; 3],
    dense: [f32; DENSE],
    tokens: usize,
}

impl Default for Scores {
    fn default() -> Self {
        let none = [0; OUTPUTS];
        Self { words: none, letters: none, pieces: none, counts: [0; 3], dense: [0.0; DENSE], tokens: 0 }
    }
}

impl Scores {
    /// Adds a stretch beside this one: as if both had been read together, but for the words at the seam.
    pub fn join(&mut self, other: &Self) {
        for (mine, others) in
            [(&mut self.words, &other.words), (&mut self.letters, &other.letters), (&mut self.pieces, &other.pieces)]
        {
            mine.iter_mut().zip(others).for_each(|(mine, other)| *mine += other);
        }
        self.counts.iter_mut().zip(other.counts).for_each(|(mine, other)| *mine += other);
        // Figures of the whole lie between those of its parts, by their length.
        let tokens = (self.tokens + other.tokens).max(1) as f32;
        let (a, b) = (self.tokens as f32 / tokens, other.tokens as f32 / tokens);
        self.dense.iter_mut().zip(other.dense).for_each(|(mine, other)| *mine = a * *mine + b * other);
        self.tokens += other.tokens;
    }
}

/// By what a sum of so many features is multiplied: long texts are not surer by their length alone.
fn share(count: usize) -> f32 {
    1.0 / (count.max(1) as f32).sqrt()
}

/// How many runs of letters a stretch has.
fn runs(encoded: &Encoded) -> usize {
    encoded.letters.len() + encoded.spelt.iter().map(|spelt| spelt.runs as usize).sum::<usize>()
}

impl Model {
    /// The head that is part of the program.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Model> = OnceLock::new();
        // A test reads the asset, so that a program with a broken one is never built; a head of zeros keeps the promise
        // that reading cannot fail.
        SHIPPED.get_or_init(|| Self::read(ASSET).unwrap_or_else(|_| Self::empty(0)))
    }

    /// A head that knows nothing, with rows for so many pieces.
    pub fn empty(pieces: usize) -> Self {
        let calibration =
            Calibration { polarity: 1.0, feeling: 1.0, feelings: [0.5; LABELS], emotions: [0.5; EMOTIONS], context: 0.0 };
        let table = vec![[0; OUTPUTS]; (1 << BITS) + pieces];
        let dense = [[0.0; OUTPUTS]; DENSE];
        Self { name: "none".to_owned(), scales: [0.0; OUTPUTS], dense, calibration, table, spelling: Spelling::default() }
    }

    /// Reads a head from bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, BadModel> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(BadModel("it begins differently"))?;
        let (name, after) = rest.split_at_checked(NAME).ok_or(BadModel("it ends within its name"))?;
        rest = after;
        let mut shape = [0_u32; 4];
        for figure in &mut shape {
            let (bytes, after) = rest.split_first_chunk().ok_or(BadModel("it ends within its shape"))?;
            *figure = u32::from_le_bytes(*bytes);
            rest = after;
        }
        let [bits, outputs, dense, pieces] = shape;
        if [bits, outputs, dense] != [BITS, OUTPUTS as u32, DENSE as u32] {
            return Err(BadModel("its shape is that of another version"));
        }
        let mut model = Self::empty(0);
        for figure in model.figures() {
            let (bytes, after) = rest.split_first_chunk().ok_or(BadModel("it ends within its figures"))?;
            *figure = f32::from_le_bytes(*bytes);
            rest = after;
        }
        if rest.len() != OUTPUTS * ((1 << BITS) + pieces as usize) {
            return Err(BadModel("its table has another size"));
        }
        String::from_utf8_lossy(name).trim_end_matches('\0').clone_into(&mut model.name);
        model.table = rest.as_chunks().0.iter().map(|row: &[u8; OUTPUTS]| row.map(|b| i8::from_le_bytes([b]))).collect();
        model.spelling = Spelling::of(pieces as usize);
        Ok(model)
    }

    /// All figures but the table, in the order of the file.
    fn figures(&mut self) -> impl Iterator<Item = &mut f32> {
        let set = &mut self.calibration;
        let single = [&mut set.polarity, &mut set.feeling, &mut set.context];
        let outputs = self.scales.iter_mut().chain(self.dense.iter_mut().flatten());
        outputs.chain(single).chain(&mut set.feelings).chain(&mut set.emotions)
    }

    /// The bytes that [`Self::read`] reads.
    pub fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let mut name = [0; NAME];
        for (to, from) in name.iter_mut().zip(self.name.bytes()) {
            *to = from;
        }
        out.extend(name);
        for figure in [BITS, OUTPUTS as u32, DENSE as u32, (self.table.len() - (1 << BITS)) as u32] {
            out.extend(figure.to_le_bytes());
        }
        let mut figures = Self { table: Vec::new(), ..self.clone() };
        for figure in figures.figures() {
            out.extend(figure.to_le_bytes());
        }
        out.extend(self.table.iter().flatten().flat_map(|w| w.to_le_bytes()));
        out
    }

    /// Encodes a range of tokens so that this head sums them up quickly: what it knows of whole words is not gone through again.
    pub fn encode(&self, encoded: &mut Encoded, embedding: &Embedding, lexicon: &Lexicon, tokens: &Tokens, range: &Range<usize>) {
        encoded.encode_with(embedding, lexicon, tokens, range, |row, norm| self.knows(row, norm));
    }

    /// Whether the runs of letters of a whole word are summed up; they are from its first reading on.
    fn knows(&self, row: u32, norm: &[u8]) -> bool {
        let Some(word) = self.spelling.words.get(row as usize) else { return false };
        word.get_or_init(|| {
            let mut sums = [0; OUTPUTS];
            spell(norm, |row| self.add(row, &mut sums));
            Box::new(sums)
        });
        true
    }

    fn add(&self, row: u32, sums: &mut Short) {
        if let Some(row) = self.table.get(row as usize) {
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += i16::from(*weight);
            }
        }
    }

    /// Sums up a stretch.
    pub fn score(&self, encoded: &Encoded) -> Scores {
        let mut letters = self.sum(&encoded.letters);
        for word in encoded.spelt.iter().filter_map(|spelt| self.spelling.get(spelt.row)) {
            letters.iter_mut().zip(word).for_each(|(sum, word)| *sum += i32::from(*word));
        }
        Scores {
            words: self.sum(&encoded.words),
            letters,
            pieces: self.sum(&encoded.pieces),
            counts: [encoded.words.len(), runs(encoded), encoded.pieces.len()],
            dense: encoded.dense,
            tokens: encoded.valences.len(),
        }
    }

    /// Sums of sixteen bits, which the processor adds eight at a time, gathered before they can overflow.
    fn sum(&self, features: &[Feature]) -> Sums {
        let mut sums = [0_i32; OUTPUTS];
        for some in features.chunks(FIT) {
            let mut short = [0_i16; OUTPUTS];
            for feature in some {
                self.add(feature.row, &mut short);
            }
            sums.iter_mut().zip(short).for_each(|(sum, short)| *sum += i32::from(short));
        }
        sums
    }

    /// The outputs that the sums stand for.
    pub fn outputs(&self, scores: &Scores) -> Outputs {
        let [words, letters, pieces] = scores.counts.map(share);
        let mut outputs: Outputs = std::array::from_fn(|at| {
            let get = |sums: &Sums| sums.get(at).copied().unwrap_or(0) as f32;
            (get(&scores.words) * words + get(&scores.letters) * letters + get(&scores.pieces) * pieces)
                * self.scales.get(at).copied().unwrap_or(0.0)
        });
        for (figure, weights) in scores.dense.iter().zip(&self.dense) {
            for (output, weight) in outputs.iter_mut().zip(weights) {
                *output += figure * weight;
            }
        }
        outputs
    }

    /// What each token of an encoded stretch adds to a mixture of outputs: pairs of an output and how much it counts.
    pub fn credit(&self, encoded: &Encoded, mixture: &[(usize, f32)]) -> Vec<f32> {
        let mut adds = vec![0.0; encoded.valences.len()];
        let counts: Vec<(usize, f32)> =
            mixture.iter().map(|(output, counts)| (*output, counts * self.scales.get(*output).copied().unwrap_or(0.0))).collect();
        let weight = |feature: &Feature| -> f32 {
            let row = self.table.get(feature.row as usize);
            let weight = |output: usize| row.and_then(|row| row.get(output)).map_or(0.0, |weight| f32::from(*weight));
            counts.iter().map(|(output, counts)| weight(*output) * counts).sum()
        };
        let (words, letters, pieces) = (encoded.words.len(), runs(encoded), encoded.pieces.len());
        for spelt in &encoded.spelt {
            let (Some(word), Some(add)) = (self.spelling.get(spelt.row), adds.get_mut(spelt.at as usize)) else { continue };
            let weight = |(output, counts): &(usize, f32)| word.get(*output).map_or(0.0, |sum| f32::from(*sum)) * counts;
            *add += counts.iter().map(weight).sum::<f32>() * share(letters);
        }
        for (group, count) in [(&encoded.words, words), (&encoded.letters, letters), (&encoded.pieces, pieces)] {
            let share = share(count) * 0.5;
            for feature in group {
                // Both ends get half; a single word is both ends.
                let half = weight(feature) * share;
                for end in [feature.first, feature.last] {
                    if let Some(add) = adds.get_mut(end as usize) {
                        *add += half;
                    }
                }
            }
        }
        self.credit_lexicon(encoded, mixture, &mut adds);
        adds
    }

    /// The dense figures of the lexicon rest on single words as well: each gets its share.
    fn credit_lexicon(&self, encoded: &Encoded, mixture: &[(usize, f32)], adds: &mut [f32]) {
        let total: f32 = encoded.valences.iter().map(|v| v.abs()).sum();
        if total == 0.0 {
            return;
        }
        let weigh = |figures: [(usize, f32); 3]| -> f32 {
            let weigh = |(figure, sign): (usize, f32)| {
                let (Some(value), Some(weights)) = (encoded.dense.get(figure), self.dense.get(figure)) else { return 0.0 };
                let value = if figure == 1 { value.abs() * sign } else { *value };
                mixture.iter().map(|(output, counts)| weights.get(*output).copied().unwrap_or(0.0) * counts * value).sum()
            };
            figures.into_iter().map(weigh).sum()
        };
        let (good, bad) = (weigh([(1, 1.0), (2, 1.0), (4, 1.0)]), weigh([(1, -1.0), (3, 1.0), (5, 1.0)]));
        for (add, valence) in adds.iter_mut().zip(&encoded.valences).filter(|(_, v)| **v != 0.0) {
            *add += valence.abs() / total * if *valence > 0.0 { good } else { bad };
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

/// How much the classes say of the value.
const CLASSES: f32 = 0.4;

/// Value and probabilities of the classes.
pub fn judge(model: &Model, outputs: &Outputs) -> (f32, [f32; 3]) {
    let get = |output: usize| outputs.get(output).copied().unwrap_or(0.0);
    let shares = softmax([get(POLARITY), get(POLARITY + 1), get(POLARITY + 2)], model.calibration.polarity);
    // The value learnt from raters of single sentences only; what the classes learnt from all sets belongs to it, too.
    let value = (1.0 - CLASSES) * get(VALUE) + CLASSES * (shares[2] - shares[0]);
    (value.clamp(-1.0, 1.0), shares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::lexicon;

    #[test]
    fn the_shipped_head_can_be_read() {
        let model = Model::read(ASSET).expect("the asset is a head of this version");
        assert_eq!(model.table.len(), (1 << BITS) + Embedding::shipped().words(), "trained with another embedding");
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

    #[test]
    fn what_the_words_add_sums_up_to_the_output() {
        let model = Model::shipped();
        let tokens = Tokens::of("thank you for the new chairs and tables");
        let mut encoded = Encoded::default();
        encoded.encode(Embedding::shipped(), lexicon(), &tokens, &(0..tokens.len()));
        let output = model.outputs(&model.score(&encoded))[POLARITY];
        let dense: f32 = encoded.dense.iter().zip(&model.dense).map(|(figure, weights)| figure * weights[POLARITY]).sum();
        encoded.valences.fill(0.0);
        let adds: f32 = model.credit(&encoded, &[(POLARITY, 1.0)]).iter().sum();
        assert!((output - dense - adds).abs() < 1e-3, "{output} {dense} {adds}");
    }

    #[test]
    fn what_is_known_of_whole_words_says_what_their_letters_say() {
        let model = Model::shipped();
        let tokens = Tokens::of("Unbelievablyy late luggage again: my suitcase 4711 won't arrive 😡, née here");
        let (mut spelt, mut known) = (Encoded::default(), Encoded::default());
        spelt.encode(Embedding::shipped(), lexicon(), &tokens, &(1..tokens.len()));
        model.encode(&mut known, Embedding::shipped(), lexicon(), &tokens, &(1..tokens.len()));
        assert!(known.letters.len() < spelt.letters.len() && runs(&known) == spelt.letters.len());
        assert_eq!(model.outputs(&model.score(&known)), model.outputs(&model.score(&spelt)));
        let mixture = [(POLARITY, 1.0), (VALUE, -0.5)];
        for (a, b) in model.credit(&known, &mixture).iter().zip(model.credit(&spelt, &mixture)) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }

    #[test]
    fn parts_that_are_joined_say_what_the_whole_says() {
        let model = Model::shipped();
        let tokens = Tokens::of("the food was cold . the crew was friendly");
        let (mut encoded, mut joined) = (Encoded::default(), Scores::default());
        for range in [0..5, 5..tokens.len()] {
            encoded.encode(Embedding::shipped(), lexicon(), &tokens, &range);
            joined.join(&model.score(&encoded));
        }
        encoded.encode(Embedding::shipped(), lexicon(), &tokens, &(0..tokens.len()));
        let (joined, whole) = (model.outputs(&joined), model.outputs(&model.score(&encoded)));
        // Only the words at the seam differ.
        let apart = joined.iter().zip(whole).map(|(a, b)| (a - b).abs()).sum::<f32>() / OUTPUTS as f32;
        assert!(apart < 0.6, "{apart}: {joined:?} {whole:?}");
    }
}

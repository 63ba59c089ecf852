//! One of a few classes, learnt from examples: what a company's people say is good or bad, read with their own words. What
//! the shipped reader says of a text stands among the features, so that learning begins where it ends.

use std::ops::Range;
use std::thread;

use heard_domain::reading::{Emotion, Intent, Passage, Polarity, Reading};

use crate::embedding::Embedding;
use crate::learn::features::{Counted, Lengths, Seen, Sighting, Vector, Vocabulary};
use crate::learn::logistic::{Target, learn_many, owns, sigmoid};
use crate::learn::weights::Weights;
use crate::token::Tokens;
use crate::wordpiece::Piece;

const LENGTHS: Lengths = Lengths { words: 1.0, letters: 1.0 };
/// What an example counts beside the penalty on the weights.
const COST: f32 = 2.0;
/// A feature of fewer examples is left out once there are more than `MANY` of them.
const FEWEST: usize = 2;
const MANY: usize = 1000;
/// What the reader says counts about as much as what the words mean.
const READ: f32 = 0.7;
/// Sets the words of the second part apart from those of the first.
const SALT: u64 = 0x7061_7274;

/// A text as this learner sees it.
#[derive(Debug, Clone)]
pub struct Told {
    counted: Counted,
    /// What is believed of each class before anything is learnt, as logits; empty: nothing.
    before: Vec<f32>,
}

impl Told {
    /// A text by itself, with what the reader says of it.
    pub fn new(text: &str, reading: &Reading) -> Self {
        let mut counted = Counted::of(Embedding::shipped(), text);
        counted.meaning.extend(said(&reading.passages.iter().collect::<Vec<_>>()));
        Self { counted, before: Vec::new() }
    }

    /// A part of a text that matters most, told apart from the whole; `passages` are those of the part.
    #[must_use]
    pub fn with_part(mut self, part: &str, passages: &[&Passage]) -> Self {
        let mut counted = Counted::of(Embedding::shipped(), part);
        counted.meaning.extend(said(passages));
        self.counted.join(&counted, SALT);
        self
    }

    /// Adds figures of another kind.
    #[must_use]
    pub fn with(mut self, figures: impl IntoIterator<Item = f32>) -> Self {
        self.counted.meaning.extend(figures);
        self
    }

    /// A text by itself with figures, of which something is believed already: learning moves that.
    pub fn believed(text: &str, figures: &[f32], before: &[f32]) -> Self {
        let mut counted = Counted::of(Embedding::shipped(), text);
        counted.meaning.extend(figures.iter().map(|figure| figure * READ));
        Self { counted, before: before.to_vec() }
    }

    fn before(&self, class: usize) -> f32 {
        self.before.get(class).copied().unwrap_or(0.0)
    }
}

/// What the reader says of some passages, as figures.
fn said(passages: &[&Passage]) -> Vec<f32> {
    let weights: f32 = passages.iter().map(|p| p.weight).sum::<f32>().max(1e-6);
    let sentiments = || passages.iter().filter_map(|p| p.sentiment.as_ref().map(|s| (p.weight / weights, s)));
    let mut figures = vec![
        sentiments().map(|(weight, s)| weight * s.value).sum(),
        sentiments().map(|(_, s)| s.value).fold(0.0, f32::min),
        sentiments().map(|(_, s)| s.value).fold(0.0, f32::max),
        sentiments().next_back().map_or(0.0, |(_, s)| s.value),
        (passages.len() as f32).ln_1p() / 3.0,
    ];
    for polarity in [Polarity::Negative, Polarity::Neutral, Polarity::Positive] {
        figures.push(sentiments().filter(|(_, s)| s.polarity == polarity).map(|(weight, s)| weight * s.confidence).sum());
    }
    for emotion in Emotion::ALL {
        let of =
            |p: &&Passage| p.emotion.as_ref().filter(|e| e.value == *emotion).map_or(0.0, |e| e.confidence * p.weight / weights);
        figures.push(passages.iter().map(of).sum());
    }
    for intent in Intent::ALL {
        let of = |p: &&Passage| p.intents.iter().filter(|i| i.value == *intent).map(|i| i.confidence).fold(0.0, f32::max);
        figures.push(passages.iter().map(of).fold(0.0, f32::max));
    }
    for figure in &mut figures {
        *figure *= READ;
    }
    figures
}

/// The learnt classes.
#[derive(Debug, Clone)]
pub struct ChoiceHead {
    vocabulary: Vocabulary,
    classes: Vec<Weights>,
}

impl ChoiceHead {
    /// Learns from examples, each with its class (from 0 to below `classes`); a thread for each class.
    pub fn learn(examples: &[(Told, usize)], classes: usize) -> Self {
        Self::learn_beside(examples, &[], classes)
    }

    /// The same beside texts that were believed rightly: what is learnt should leave them, and what is like them, as they are.
    pub fn learn_beside(examples: &[(Told, usize)], held: &[Told], classes: usize) -> Self {
        let all = || examples.iter().map(|(told, _)| told).chain(held);
        let counted: Vec<Counted> = all().map(|told| told.counted.clone()).collect();
        let vocabulary = Vocabulary::learn(&counted, LENGTHS, if counted.len() > MANY { FEWEST } else { 1 });
        let vectors: Vec<Vector> = counted.iter().map(|counted| vocabulary.vector(counted)).collect();
        let owns = owns(&vectors);
        let learn = |class: usize| {
            let target = |(told, truth): &(Told, usize)| Target {
                truth: f32::from(u8::from(*truth == class)),
                cost: COST,
                before: told.before(class),
            };
            let hold = |told: &Told| {
                let before = told.before(class);
                Target { truth: sigmoid(before), cost: COST, before }
            };
            let targets: Vec<Target> = examples.iter().map(target).chain(held.iter().map(hold)).collect();
            let mut pulls = vec![0.0; vectors.len()];
            learn_many(&vectors, &owns, vocabulary.len(), &targets, &mut pulls);
            Weights::of(&vectors, &pulls, vocabulary.len())
        };
        let classes = thread::scope(|scope| {
            let running: Vec<_> = (0..classes).map(|class| scope.spawn(move || learn(class))).collect();
            running.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        Self { vocabulary, classes }
    }

    /// The probability of each class; they sum to 1.
    pub fn shares(&self, told: &Told) -> Vec<f32> {
        let vector = self.vocabulary.vector(&told.counted);
        let score = |(at, class): (usize, &Weights)| sigmoid(class.score(told.before(at), &vector));
        shared(self.classes.iter().enumerate().map(score).collect())
    }

    /// The same for a range of tokens with its pieces, of which something is believed already, as [`Told::believed`] would
    /// see it: figures, and logits of the classes.
    pub fn shares_of(
        &self,
        tokens: &Tokens,
        range: &Range<usize>,
        pieces: &[Piece],
        (figures, before): (&[f32], &[f32]),
        seen: &mut Seen,
    ) -> Vec<f32> {
        seen.begin(Embedding::shipped(), pieces);
        self.vocabulary.look(tokens, range, seen);
        let scales = self.vocabulary.scales(seen);
        let score = |(at, class): (usize, &Weights)| {
            let known = seen.meaning.iter().copied().chain(figures.iter().map(|figure| figure * READ));
            let dense: f32 = class.meaning.iter().zip(known).map(|(w, f)| w * f).sum();
            let weigh = |f: &Sighting| class.columns.get(f.column as usize).map_or(0.0, |w| w * f.rarity * scales.of(f.group));
            let sparse: f32 = seen.features.iter().map(weigh).sum();
            sigmoid(before.get(at).copied().unwrap_or(0.0) + class.bias + dense + sparse)
        };
        shared(self.classes.iter().enumerate().map(score).collect())
    }

    /// What each token of a range that was looked at adds to the score of a class.
    pub fn adds(&self, range: &Range<usize>, seen: &Seen, class: usize) -> Vec<f32> {
        let Some(class) = self.classes.get(class) else { return vec![0.0; range.len()] };
        let Some(meaning) = class.meaning.first_chunk() else { return vec![0.0; range.len()] };
        let mut adds = Embedding::shipped().contributions(&seen.pieces, seen.length, range, meaning);
        let scales = self.vocabulary.scales(seen);
        for sighting in &seen.features {
            let column = class.columns.get(sighting.column as usize).copied().unwrap_or(0.0);
            let add = column * sighting.rarity * scales.of(sighting.group);
            // Both tokens of a pair get half.
            for at in [sighting.first, sighting.last] {
                if let Some(sum) = adds.get_mut(at as usize) {
                    *sum += add / 2.0;
                }
            }
        }
        adds
    }

    /// The likeliest class; the first of equals.
    pub fn choose(&self, told: &Told) -> usize {
        let shares = self.shares(told);
        shares.iter().enumerate().fold((0, 0.0), |best, (at, share)| if *share > best.1 { (at, *share) } else { best }).0
    }
}

/// Cut so that they sum to 1.
fn shared(scores: Vec<f32>) -> Vec<f32> {
    let total: f32 = scores.iter().sum::<f32>().max(f32::MIN_POSITIVE);
    scores.into_iter().map(|score| score / total).collect()
}

#[cfg(test)]
mod tests {
    use heard_domain::id::FeedbackId;
    use heard_domain::journey::Journey;
    use heard_domain::taxonomy::Taxonomy;

    use super::*;
    use crate::pipeline::Reader;
    use crate::step::ToRead;

    #[test]
    fn words_that_are_good_or_bad_only_here_are_learnt() {
        let reader = Reader::new(&Journey::default(), &Taxonomy::default());
        let told = |text: &str| {
            let asked = ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: Some("en"), touchpoint_stage: None };
            Told::new(text, &reader.read(&asked))
        };
        let bad = ["the valve opened at four bar", "valve opened early", "again the valve opened"];
        let good = ["the pump ran dry tested", "pump ran for a year", "the pump ran all night"];
        let examples: Vec<(Told, usize)> =
            bad.iter().map(|text| (told(text), 0)).chain(good.iter().map(|text| (told(text), 1))).collect();
        let head = ChoiceHead::learn(&examples, 2);
        assert_eq!((head.choose(&told("a valve opened")), head.choose(&told("our pump ran well"))), (0, 1));
        assert!((head.shares(&told("anything")).iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

//! The category head: what a passage is about, by the company's taxonomy and what its people have corrected.
//!
//! ```text
//! let head = CategoryHead::learn(&taxonomy, &examples);       // from nothing; `relearn` begins where another ended
//! let scored = head.of_text("my card never came");             // every category, most confident first
//! let reader = Reader::taught(&journey, &taxonomy, head);     // reads with it; its name carries `head.version()`
//! ```
//!
//! Before any example, a category is known by its watch words, name and definition: phrases that are found give a first
//! belief (a logit), and the texts themselves are weak examples, so that words of like meaning count, too. Examples then
//! move that belief by logistic regression, each category against the rest, over the static embedding beside words, pairs
//! of words and runs of letters.

use std::collections::HashMap;
use std::ops::Range;

use heard_domain::id::CategoryId;
use heard_domain::reading::Label;
use heard_domain::taxonomy::Taxonomy;

use crate::embedding::{DIMS, Embedding, Meaning};
use crate::learn::calibrate::Calibration;
use crate::learn::example::Example;
use crate::learn::features::{Counted, Lengths, Seen, Vector, Vocabulary};
use crate::learn::logistic::{BIAS, Likeness, Target, learn_many, logit, owns, scores, sigmoid};
use crate::learn::statement::{Statement, statements, version};
use crate::learn::wanted::{UNSEEN, Wanted, belief, believed, vectors};
use crate::learn::watch::Watch;
use crate::token::Tokens;
use crate::wordpiece::Piece;

const LENGTHS: Lengths = Lengths { words: 0.55, letters: 0.55 };
/// The same where there are thousands of examples.
const LENGTHS_OF_MANY: Lengths = Lengths { words: 0.8, letters: 0.8 };
/// Up to so many texts each is held against each while learning: quicker, but it takes the square of their number.
const FEW: usize = 1500;

/// Below this (a probability by the plain logistic) a passage is not filed under a category.
pub const LEAST: f32 = 0.36;
/// What its scores are worth is measured on so many of the company's examples at most, evenly chosen.
const ASKED: usize = 300;
/// In so many parts, each asked of what is learnt from the rest; in fewer where learning takes longer.
const PARTS: usize = 5;
const PARTS_OF_MANY: usize = 2;
/// Longer: more examples times categories.
const MANY: usize = 10_000;

/// How sure the head is of one category.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The category.
    pub category: CategoryId,
    /// Probability that the passage is about it (0-1).
    pub confidence: f32,
    /// The same before it is calibrated on the company's own examples: comparable between heads that learnt from different ones.
    pub plain: f32,
}

impl Scored {
    /// Whether the passage is filed there.
    pub fn files(&self) -> bool {
        self.plain >= LEAST
    }
}

/// How close the call between the two best categories is, 0 (a toss-up) to 1: the smaller, the more is learnt from asking a person.
pub fn margin(scored: &[Scored]) -> f32 {
    match scored {
        [best, second, ..] => best.confidence - second.confidence,
        // With one category the question is whether it is there at all.
        [only] => (2.0 * only.confidence - 1.0).abs(),
        [] => 1.0,
    }
}

/// The examples, to be asked of what is learnt from the others.
struct Asked<'a> {
    vectors: &'a [Vector],
    owns: &'a [f32],
    /// Each against each, where there are few.
    likeness: Option<&'a Likeness>,
    columns: usize,
}

impl Asked<'_> {
    /// Scores by which an example would be filed under a category by what the others have taught, and whether that is right.
    /// `targets` and `learnt` are those of the categories.
    fn answers(
        &self,
        statements: &[Statement],
        categories: &[CategoryId],
        targets: &[Vec<Target>],
        learnt: &[&[f32]],
    ) -> Vec<(f32, bool)> {
        let persons: Vec<usize> = (0..statements.len()).filter(|at| statements.get(*at).is_some_and(|s| s.by_person)).collect();
        let every = persons.len().div_ceil(ASKED).max(1);
        let persons: Vec<usize> = persons.into_iter().step_by(every).collect();
        let parts = match self.likeness {
            Some(_) if self.vectors.len() * categories.len() <= MANY => PARTS,
            Some(_) => PARTS_OF_MANY,
            None => 1,
        };
        let mut answers = Vec::new();
        for part in 0..parts {
            let held: Vec<usize> = persons.iter().skip(part).step_by(parts).copied().collect();
            for ((category, targets), learnt) in categories.iter().zip(targets).zip(learnt) {
                let mut others = targets.clone();
                for at in &held {
                    if let Some(target) = others.get_mut(*at) {
                        target.cost = 0.0;
                    }
                }
                let mut pulls = learnt.to_vec();
                match self.likeness {
                    Some(likeness) => likeness.learn(&others, &mut pulls),
                    None => learn_many(self.vectors, self.owns, self.columns, &others, &mut pulls),
                }
                let scores = scores(self.vectors, self.columns, &pulls, &held);
                for (at, score) in held.iter().zip(scores) {
                    let (Some(statement), Some(target)) = (statements.get(*at), targets.get(*at)) else { continue };
                    let score = score + target.before;
                    if target.cost > 0.0 && sigmoid(score) >= LEAST {
                        answers.push((score, statement.said.get(category) == Some(&true)));
                    }
                }
            }
        }
        answers
    }
}

/// What one category weighs.
#[derive(Debug, Clone)]
struct Weights {
    bias: f32,
    /// How much the taxonomy's own words still count beside its examples.
    trust: f32,
    meaning: Box<Meaning>,
    /// What each example pulls, by its place among the statements: where the next learning begins.
    pulls: Vec<f32>,
}

/// So many categories are weighed at once: as many sums as the processor keeps at hand.
const BLOCK: usize = 32;

/// The weights of the meanings, turned.
fn turned(weights: &[Weights]) -> Vec<Vec<[f32; BLOCK]>> {
    let turn = |some: &[Weights]| {
        let mut block = vec![[0.0; BLOCK]; DIMS];
        for (at, weights) in some.iter().enumerate() {
            for (row, weight) in block.iter_mut().zip(weights.meaning.iter()) {
                if let Some(place) = row.get_mut(at) {
                    *place = *weight;
                }
            }
        }
        block
    };
    weights.chunks(BLOCK).map(turn).collect()
}

/// The products of a meaning with those of a block of categories.
fn times(meaning: &Meaning, block: &[[f32; BLOCK]]) -> [f32; BLOCK] {
    let mut sums = [0.0_f32; BLOCK];
    for (figure, row) in meaning.iter().zip(block) {
        for (sum, weight) in sums.iter_mut().zip(row) {
            *sum += figure * weight;
        }
    }
    sums
}

/// The learnt head.
#[derive(Debug, Clone)]
pub struct CategoryHead {
    version: u64,
    examples: usize,
    categories: Vec<CategoryId>,
    watch: Watch,
    vocabulary: Vocabulary,
    weights: Vec<Weights>,
    /// The same meanings, turned: for each block of categories, what each figure of a meaning weighs for all of them.
    meanings: Vec<Vec<[f32; BLOCK]>>,
    /// Weights of the sparse columns: all categories of a column side by side.
    columns: Vec<f32>,
    /// Whether any column weighs anything: only what people have taught does.
    taught: bool,
    texts: HashMap<String, (usize, Counted)>,
    calibration: Calibration,
}

impl CategoryHead {
    /// Learns from nothing.
    pub fn learn(taxonomy: &Taxonomy, examples: &[Example]) -> Self {
        Self::begin(taxonomy, examples, None)
    }

    /// Learns where this one ended: the same result within rounding, in a fraction of the time. What its scores are worth is
    /// taken over as it was.
    #[must_use]
    pub fn relearn(&self, taxonomy: &Taxonomy, examples: &[Example]) -> Self {
        Self::begin(taxonomy, examples, Some(self))
    }

    /// Changes whenever the taxonomy or the examples do; equal for the same taxonomy and examples, whatever their order.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many texts people gave as examples.
    pub fn examples(&self) -> usize {
        self.examples
    }

    /// The categories, in the order of [`Self::score`].
    pub fn categories(&self) -> &[CategoryId] {
        &self.categories
    }

    fn begin(taxonomy: &Taxonomy, examples: &[Example], last: Option<&Self>) -> Self {
        let embedding = Embedding::shipped();
        let statements = statements(taxonomy, examples);
        let watch = Watch::new(taxonomy);
        let categories: Vec<CategoryId> = taxonomy.categories.iter().map(|c| c.id).collect();
        let before = |text: &str| last.and_then(|last| last.texts.get(text));
        let count =
            |s: &Statement| before(&s.text).map_or_else(|| Counted::of(embedding, &s.text), |(_, counted)| counted.clone());
        let counted: Vec<Counted> = statements.iter().map(count).collect();
        // The more examples there are, the more single words can be trusted, and those that stand in one text only say nothing.
        let many = ((statements.len() as f32 - FEW as f32 / 3.0) / FEW as f32).clamp(0.0, 1.0);
        let length = |few: f32, many_of_them: f32| few + many * (many_of_them - few);
        let lengths = Lengths {
            words: length(LENGTHS.words, LENGTHS_OF_MANY.words),
            letters: length(LENGTHS.letters, LENGTHS_OF_MANY.letters),
        };
        let vocabulary = Vocabulary::learn(&counted, lengths, if statements.len() > FEW { 2 } else { 1 });
        let vectors = vectors(&vocabulary, &statements, &counted);
        let few = vectors.len() <= FEW;
        let likeness = if few { Likeness::of(&vectors, vocabulary.len()) } else { Likeness::default() };
        let owns = owns(&vectors);
        let wanted = Wanted::new(taxonomy, &statements, &watch);
        let mut weights: Vec<Weights> = Vec::with_capacity(categories.len());
        let mut all_targets: Vec<Vec<Target>> = Vec::with_capacity(categories.len());
        let mut columns = vec![0.0; vocabulary.len() * categories.len()];
        for (place, category) in categories.iter().enumerate() {
            let trust = wanted.trust(*category);
            let targets = wanted.targets(*category, trust);
            let earlier = last.and_then(|last| {
                let at = last.categories.iter().position(|c| c == category)?;
                last.weights.get(at).map(|weights| &weights.pulls)
            });
            let pull = |s: &Statement| Some(*earlier?.get(before(&s.text)?.0)?);
            let mut pulls: Vec<f32> = statements.iter().map(|s| pull(s).unwrap_or(0.0)).collect();
            if few {
                likeness.learn(&targets, &mut pulls);
            } else {
                learn_many(&vectors, &owns, vocabulary.len(), &targets, &mut pulls);
            }
            let mut meaning = Box::new([0.0; DIMS]);
            for (vector, pull) in vectors.iter().zip(&pulls).filter(|(_, pull)| **pull != 0.0) {
                for (sum, figure) in meaning.iter_mut().zip(&vector.meaning) {
                    *sum += figure * pull;
                }
                for (column, weight) in &vector.sparse {
                    if let Some(sum) = columns.get_mut(*column as usize * categories.len() + place) {
                        *sum += weight * pull;
                    }
                }
            }
            all_targets.push(targets);
            weights.push(Weights { trust, bias: BIAS * pulls.iter().sum::<f32>(), meaning, pulls });
        }
        let calibration = last.map_or_else(
            || {
                let asked =
                    Asked { vectors: &vectors, owns: &owns, likeness: few.then_some(&likeness), columns: vocabulary.len() };
                let learnt: Vec<&[f32]> = weights.iter().map(|weights| weights.pulls.as_slice()).collect();
                Calibration::learn(&asked.answers(&statements, &categories, &all_targets, &learnt))
            },
            |last| last.calibration,
        );
        let version = version(taxonomy, &statements);
        let examples = statements.iter().filter(|statement| statement.by_person).count();
        let texts = statements.into_iter().zip(counted).enumerate().map(|(at, (s, counted))| (s.text, (at, counted))).collect();
        let meanings = turned(&weights);
        let taught = columns.iter().any(|weight| *weight != 0.0);
        Self { version, examples, categories, watch, vocabulary, weights, meanings, columns, taught, texts, calibration }
    }

    /// The probability that a score stands for, by what scores were worth on the company's own examples.
    pub fn probability(&self, score: f32) -> f32 {
        self.calibration.probability(score)
    }

    /// How sure it is of every category, as logits in the order of [`Self::categories`], for a range of tokens.
    /// `pieces` are those of the range, `found` is what [`Self::find`] found there.
    pub fn score(
        &self,
        tokens: &Tokens,
        range: &Range<usize>,
        pieces: &[Piece],
        found: &[Label<CategoryId>],
        seen: &mut Seen,
        scores: &mut Vec<f32>,
    ) {
        seen.begin(Embedding::shipped(), pieces);
        if self.taught {
            self.vocabulary.look(tokens, range, seen);
        }
        scores.clear();
        let by_meaning = self.meanings.iter().flat_map(|block| times(&seen.meaning, block));
        scores.extend(self.weights.iter().zip(by_meaning).map(|(weights, score)| weights.bias + score));
        let scales = self.vocabulary.scales(seen);
        for sighting in &seen.features {
            let weight = sighting.rarity * scales.of(sighting.group);
            let start = sighting.column as usize * scores.len();
            if let Some(row) = self.columns.get(start..start + scores.len()) {
                for (score, figure) in scores.iter_mut().zip(row) {
                    *score += figure * weight;
                }
            }
        }
        let unseen = logit(UNSEEN);
        for ((score, category), weights) in scores.iter_mut().zip(&self.categories).zip(&self.weights) {
            let belief = belief(found, *category);
            *score += if belief > UNSEEN { believed(belief, weights.trust) } else { unseen };
        }
    }

    /// What the taxonomy's own words find in a range of tokens, with the words.
    pub fn find(&self, tokens: &Tokens, range: Range<usize>) -> Vec<Label<CategoryId>> {
        self.watch.find(tokens, range)
    }

    /// What each token of a range adds to the score of one category, beside the watch words.
    pub fn adds(&self, range: &Range<usize>, seen: &Seen, category: CategoryId) -> Vec<f32> {
        let Some(place) = self.categories.iter().position(|c| *c == category) else { return vec![0.0; range.len()] };
        let Some(weights) = self.weights.get(place) else { return vec![0.0; range.len()] };
        let mut adds = Embedding::shipped().contributions(&seen.pieces, seen.length, range, &weights.meaning);
        let scales = self.vocabulary.scales(seen);
        for sighting in &seen.features {
            let column = self.columns.get(sighting.column as usize * self.categories.len() + place).copied().unwrap_or(0.0);
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

    /// Every category for a text by itself, most confident first.
    pub fn of_text(&self, text: &str) -> Vec<Scored> {
        let tokens = Tokens::of(text);
        let (mut seen, mut scores) = (Seen::default(), Vec::new());
        let all = 0..tokens.len();
        let mut pieces = Vec::with_capacity(tokens.len() + 8);
        Embedding::shipped().pieces(&tokens, all.clone(), &mut pieces);
        self.score(&tokens, &all, &pieces, &self.find(&tokens, all.clone()), &mut seen, &mut scores);
        let pair = |(category, score): (&CategoryId, &f32)| {
            let plain = sigmoid(*score);
            Scored { category: *category, confidence: self.probability(*score), plain }
        };
        let mut scored: Vec<Scored> = self.categories.iter().zip(&scores).map(pair).collect();
        scored.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then(a.category.cmp(&b.category)));
        scored
    }
}

#[cfg(test)]
mod tests {
    use heard_domain::taxonomy::Category;

    use super::*;

    fn taxonomy() -> Taxonomy {
        let category = |(id, name, definition): (i64, &str, &str)| Category {
            id: CategoryId(id),
            parent: None,
            name: name.to_owned(),
            definition: definition.to_owned(),
            watch_words: vec![],
            stage: None,
            departments: vec![],
            position: 0,
        };
        let categories = [
            (1, "Luggage", "Bags that come late, broken or never."),
            (2, "Food", "What is served to eat and drink on board."),
            (3, "Refunds", "Money that is paid back after a cancellation."),
        ];
        Taxonomy { version: 1, categories: categories.map(category).to_vec() }
    }

    fn example(text: &str, category: i64, belongs: bool) -> Example {
        Example { text: text.to_owned(), category: CategoryId(category), belongs }
    }

    fn best(head: &CategoryHead, text: &str) -> i64 {
        head.of_text(text)[0].category.0
    }

    fn sure(head: &CategoryHead, text: &str, category: i64) -> f32 {
        head.of_text(text).iter().find(|scored| scored.category.0 == category).unwrap().confidence
    }

    #[test]
    fn name_and_definition_work_at_once_also_by_meaning() {
        let head = CategoryHead::learn(&taxonomy(), &[]);
        assert_eq!(best(&head, "my suitcase did not arrive"), 1);
        assert_eq!(best(&head, "the sandwich was stale"), 2);
        assert_eq!(best(&head, "when do I get reimbursed"), 3);
    }

    #[test]
    fn it_is_as_often_right_as_it_says() {
        // A company whose customers speak of three things in some ways, a fifth of it filed wrongly by its people.
        let things = [
            ["suitcase", "bag", "trunk", "backpack"],
            ["soup", "sandwich", "coffee", "meal"],
            ["refund", "voucher", "money", "credit"],
        ];
        let ways = [
            "the {} again",
            "about my {}",
            "no {} for us",
            "your {} was a surprise",
            "what about the {}",
            "one {} less",
            "{} after {}",
        ];
        let mut chance = crate::learn::chance::Chance::new(11);
        let mut said = |n: usize| -> Vec<(String, i64)> {
            (0..n)
                .map(|at| {
                    let of = chance.below(3);
                    let thing = things[of][chance.below(4)];
                    let text = format!("{} ({at})", ways[chance.below(7)].replace("{}", thing));
                    let wrong = chance.below(5) == 0;
                    (text, (if wrong { chance.below(3) } else { of }) as i64 + 1)
                })
                .collect()
        };
        let (taught, asked) = (said(240), said(600));
        let examples: Vec<Example> = taught.iter().map(|(text, category)| example(text, *category, true)).collect();
        let head = CategoryHead::learn(&taxonomy(), &examples);
        let best = |(text, category): &(String, i64)| {
            let best = head.of_text(text).into_iter().next().filter(Scored::files)?;
            Some((f64::from(best.confidence), best.category.0 == *category))
        };
        let answers: Vec<(f64, bool)> = asked.iter().filter_map(best).collect();
        let error = crate::judge::measure::calibration_error(&answers);
        assert!(answers.len() > 300 && error <= 0.1, "{} of {}: {error}", answers.len(), asked.len());
        let plain = CategoryHead { calibration: Calibration::default(), ..head.clone() };
        assert!(plain.calibration != head.calibration);
    }

    #[test]
    fn an_example_teaches_words_that_were_not_known() {
        let before = CategoryHead::learn(&taxonomy(), &[]);
        let after = before.relearn(&taxonomy(), &[example("the zorbel was empty when we boarded", 2, true)]);
        let text = "again an empty zorbel";
        assert!(sure(&after, text, 2) > sure(&before, text, 2) + 0.2, "{:?}", after.of_text(text));
        assert!(sure(&after, text, 1) < 0.3);
        assert_eq!((before.examples(), after.examples()), (0, 1));
        assert_ne!(before.version(), after.version());
    }

    #[test]
    fn a_correction_away_outranks_a_watch_word() {
        let text = "our food for thought is that the seats are too narrow";
        let before = CategoryHead::learn(&taxonomy(), &[]);
        let after = before.relearn(&taxonomy(), &[example(text, 2, false)]);
        assert!(sure(&before, text, 2) > 0.5 && sure(&after, text, 2) < 0.36, "{}", sure(&after, text, 2));
    }

    #[test]
    fn the_order_of_examples_and_where_learning_began_do_not_matter() {
        let mut examples = vec![
            example("they lost my backpack", 1, true),
            example("the coffee was cold", 2, true),
            example("still waiting for my money", 3, true),
            example("the coffee was cold", 3, false),
        ];
        let learnt = CategoryHead::learn(&taxonomy(), &examples);
        examples.reverse();
        let again = CategoryHead::learn(&taxonomy(), &examples);
        assert_eq!(learnt.version(), again.version());
        let relearnt = CategoryHead::learn(&taxonomy(), &examples[..2]).relearn(&taxonomy(), &examples);
        let relearnt = CategoryHead { calibration: learnt.calibration, ..relearnt };
        for text in ["cold coffee", "my bag", "refund"] {
            assert_eq!(learnt.of_text(text), again.of_text(text));
            for scored in learnt.of_text(text) {
                assert!((scored.confidence - sure(&relearnt, text, scored.category.0)).abs() < 0.02);
            }
        }
    }

    #[test]
    fn what_tokens_add_sums_up_to_the_score() {
        let head = CategoryHead::learn(&taxonomy(), &[example("they lost my backpack", 1, true)]);
        let tokens = Tokens::of("the lost backpack again");
        let all = 0..tokens.len();
        let (mut seen, mut scores) = (Seen::default(), Vec::new());
        let mut pieces = Vec::new();
        Embedding::shipped().pieces(&tokens, all.clone(), &mut pieces);
        head.score(&tokens, &all, &pieces, &[], &mut seen, &mut scores);
        let adds: f32 = head.adds(&all, &seen, CategoryId(1)).iter().sum();
        assert!((adds + head.weights[0].bias + logit(UNSEEN) - scores[0]).abs() < 1e-3);
    }
}

//! The categories by what the deep reader says that passages mean: learnt from the same taxonomy and the same examples as the
//! fast head, in the same way (logistic regression, each category against the rest), with the transformer's vector in place of
//! that of the words. A few examples then go much further.

use std::collections::{BTreeSet, HashMap};

use heard_domain::id::CategoryId;
use heard_domain::reading::{Label, Span};
use heard_domain::taxonomy::Taxonomy;

use crate::deep::reader::Deep;
use crate::learn::example::Example;
use crate::learn::features::{Counted, Lengths, Vector, Vocabulary};
use crate::learn::logistic::{BIAS, Target, learn_many, logit, owns, sigmoid};
use crate::learn::statement::{Statement, kin, statements};
use crate::learn::watch::Watch;
use crate::token::Tokens;

/// How long words and runs of letters are beside the meaning, whose length is [`MEANING`]: it knows more than they do.
const LENGTHS: Lengths = Lengths { words: 0.4, letters: 0.4 };
/// Vectors of sentences lie nearer to each other than those of words: stretched, they can be told apart as easily.
const MEANING: f32 = 3.0;
/// What an example counts beside the penalty on the weights.
const COST: f32 = 10.0;
/// What the taxonomy's own words count beside an example, as long as there is none of their category.
const OWN_WORDS: f32 = 0.05;
/// What is believed of a category of which nothing is found, and how surely at most.
const UNSEEN: f32 = 0.01;
const SUREST: f32 = 0.97;

/// What one category weighs.
#[derive(Debug)]
struct Weights {
    bias: f32,
    /// How much the taxonomy's own words still count beside its examples.
    trust: f32,
    meaning: Vec<f32>,
    columns: Vec<f32>,
}

/// The learnt head.
#[derive(Debug)]
pub struct DeepHead {
    categories: Vec<CategoryId>,
    watch: Watch,
    vocabulary: Vocabulary,
    weights: Vec<Weights>,
    /// What the texts mean that it was learnt from: the dear part, used again by the next learning.
    texts: HashMap<String, Vec<f32>>,
}

fn belief(found: &[Label<CategoryId>], category: CategoryId) -> f32 {
    found.iter().find(|label| label.value == category).map_or(0.0, |label| label.confidence)
}

/// What is believed before anything is learnt, as a logit.
fn believed(belief: f32, trust: f32) -> f32 {
    logit(UNSEEN) + trust * (logit(belief.clamp(UNSEEN, SUREST)) - logit(UNSEEN))
}

impl DeepHead {
    /// Learns; what `last` has read already is not read again.
    pub fn learn(deep: &Deep, taxonomy: &Taxonomy, examples: &[Example], last: Option<&Self>) -> Self {
        let statements = statements(taxonomy, examples);
        let watch = Watch::new(taxonomy);
        let mut texts: HashMap<String, Vec<f32>> = HashMap::new();
        let known = |text: &str| last.and_then(|last| last.texts.get(text));
        let new: Vec<&str> = statements.iter().map(|s| s.text.as_str()).filter(|text| known(text).is_none()).collect();
        texts.extend(new.iter().zip(deep.vectors(&new)).map(|(text, meaning)| ((*text).to_owned(), meaning)));
        for statement in &statements {
            if let Some(meaning) = known(&statement.text) {
                texts.insert(statement.text.clone(), meaning.clone());
            }
        }
        let counted: Vec<Counted> = statements.iter().filter_map(|s| Some(counted(&s.text, texts.get(&s.text)?))).collect();
        let vocabulary = Vocabulary::learn(&counted, LENGTHS, 1);
        let shown: BTreeSet<CategoryId> =
            statements.iter().filter(|s| s.by_person).flat_map(|s| s.said.keys().copied()).collect();
        let exemplified = |s: &Statement| s.said.keys().all(|category| shown.contains(category));
        let vector = |(s, counted): (&Statement, &Counted)| {
            let vector = vocabulary.vector(counted);
            // Where the taxonomy's own words stand in a passage as they are, they are found: as examples they mean something.
            if s.by_person { vector } else { Vector { sparse: Vec::new(), ..vector } }
        };
        let vectors: Vec<Vector> = statements.iter().zip(&counted).map(vector).collect();
        let owns = owns(&vectors);
        let find = |s: &Statement| {
            let tokens = Tokens::of(&s.text);
            watch.find(&tokens, 0..tokens.len())
        };
        let found: Vec<Vec<Label<CategoryId>>> = statements.iter().map(find).collect();
        let learn = |category: CategoryId| {
            let kin = kin(taxonomy, category);
            let said = statements.iter().filter(|s| s.by_person && s.said.contains_key(&category)).count();
            let trust = 1.0 / (1.0 + said as f32);
            let target = |(statement, found): (&Statement, &Vec<Label<CategoryId>>)| {
                let related = statement.said.iter().any(|(said, belongs)| *belongs && kin.contains(said));
                let known = statement.said.contains_key(&category) || (statement.is_placed() && !related);
                Target {
                    truth: f32::from(u8::from(statement.said.get(&category) == Some(&true))),
                    cost: match (known, statement.by_person || exemplified(statement)) {
                        (false, _) => 0.0,
                        (true, true) => COST,
                        (true, false) => COST * OWN_WORDS,
                    },
                    before: if statement.by_person { believed(belief(found, category), trust) } else { logit(UNSEEN) },
                }
            };
            let targets: Vec<Target> = statements.iter().zip(&found).map(target).collect();
            let mut pulls = vec![0.0; vectors.len()];
            learn_many(&vectors, &owns, vocabulary.len(), &targets, &mut pulls);
            weights(&vectors, &pulls, trust, vocabulary.len(), deep.width())
        };
        let categories: Vec<CategoryId> = taxonomy.categories.iter().map(|c| c.id).collect();
        let weights = categories.iter().map(|category| learn(*category)).collect();
        Self { categories, watch, vocabulary, weights, texts }
    }

    /// How sure it is of every category for a text and what that means, most confident first.
    pub fn of(&self, text: &str, meaning: &[f32]) -> Vec<(CategoryId, f32)> {
        let mut scored: Vec<(CategoryId, f32)> =
            self.scores(text, meaning).map(|(category, score)| (category, sigmoid(score).min(SUREST))).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored
    }

    /// The score of one category as a logit; `None`: it does not know it.
    pub fn score(&self, category: CategoryId, text: &str, meaning: &[f32]) -> Option<f32> {
        self.scores(text, meaning).find(|(known, _)| *known == category).map(|(_, score)| score)
    }

    /// What the taxonomy's own words find in a text, with the words.
    pub fn found(&self, text: &str) -> Vec<(CategoryId, Vec<Span>)> {
        let tokens = Tokens::of(text);
        let found = self.watch.find(&tokens, 0..tokens.len());
        found.into_iter().map(|label| (label.value, label.evidence)).collect()
    }

    fn scores(&self, text: &str, meaning: &[f32]) -> impl Iterator<Item = (CategoryId, f32)> {
        let tokens = Tokens::of(text);
        let found = self.watch.find(&tokens, 0..tokens.len());
        let vector = self.vocabulary.vector(&counted(text, meaning));
        self.categories.iter().zip(&self.weights).map(move |(category, weights)| {
            let dense: f32 = weights.meaning.iter().zip(&vector.meaning).map(|(w, f)| w * f).sum();
            let sparse: f32 =
                vector.sparse.iter().map(|(c, w)| weights.columns.get(*c as usize).map_or(0.0, |column| column * w)).sum();
            (*category, weights.bias + dense + sparse + believed(belief(&found, *category), weights.trust))
        })
    }
}

fn counted(text: &str, meaning: &[f32]) -> Counted {
    let mut counted = Counted { meaning: meaning.iter().map(|figure| figure * MEANING).collect(), features: Vec::new() };
    let tokens = Tokens::of(text);
    crate::learn::features::each(&tokens, &(0..tokens.len()), |group, key, _, _| counted.features.push((group, key)));
    counted
}

fn weights(vectors: &[Vector], pulls: &[f32], trust: f32, columns: usize, width: usize) -> Weights {
    let bias = BIAS * pulls.iter().sum::<f32>();
    let mut weights = Weights { bias, trust, meaning: vec![0.0; width], columns: vec![0.0; columns] };
    for (vector, pull) in vectors.iter().zip(pulls).filter(|(_, pull)| **pull != 0.0) {
        for (sum, figure) in weights.meaning.iter_mut().zip(&vector.meaning) {
            *sum += figure * pull;
        }
        for (column, weight) in &vector.sparse {
            if let Some(sum) = weights.columns.get_mut(*column as usize) {
                *sum += weight * pull;
            }
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use heard_domain::taxonomy::Category;

    use super::*;
    use crate::deep::sample;

    #[test]
    fn examples_teach_it_and_what_was_read_is_not_read_again() {
        let deep = Deep::open(&sample::file).unwrap();
        let category = |id: i64, name: &str| Category {
            id: CategoryId(id),
            parent: None,
            name: name.to_owned(),
            definition: String::new(),
            watch_words: vec![],
            stage: None,
            departments: vec![],
            position: 0,
        };
        let taxonomy = Taxonomy { version: 1, categories: vec![category(1, "Waiting"), category(2, "Things")] };
        let example = |text: &str, id: i64| Example { text: text.to_owned(), category: CategoryId(id), belongs: true };
        let examples = [example("late late", 1), example("lug bag", 2), example("late!", 1), example("luggage", 2)];
        let head = DeepHead::learn(&deep, &taxonomy, &examples, None);
        let best = |head: &DeepHead, text: &str| head.of(text, &deep.vectors(&[text])[0])[0];
        assert_eq!((best(&head, "late again").0, best(&head, "a bag").0), (CategoryId(1), CategoryId(2)));
        let again = DeepHead::learn(&deep, &taxonomy, &examples, Some(&head));
        assert_eq!(best(&again, "late again"), best(&head, "late again"));
        assert_eq!(head.found("waiting").first().map(|found| found.0), Some(CategoryId(1)));
    }
}

//! The categories by what the deep reader says that passages mean: learnt from the same taxonomy and the same examples as the
//! fast head, in the same way (logistic regression, each category against the rest), with the transformer's vector in place of
//! that of the words. A few examples then go much further.

use std::collections::HashMap;

use heard_domain::id::CategoryId;
use heard_domain::reading::Span;
use heard_domain::taxonomy::Taxonomy;

use crate::deep::reader::Deep;
use crate::learn::example::Example;
use crate::learn::features::{Counted, Lengths, Vocabulary};
use crate::learn::logistic::{learn_many, owns, sigmoid};
use crate::learn::statement::statements;
use crate::learn::wanted::{SUREST, Wanted, belief, believed, vectors};
use crate::learn::watch::Watch;
use crate::learn::weights::Weights;
use crate::token::Tokens;

/// How long words and runs of letters are beside the meaning, whose length is [`MEANING`]: it knows more than they do.
const LENGTHS: Lengths = Lengths { words: 0.4, letters: 0.4 };
/// Vectors of sentences lie nearer to each other than those of words: stretched, they can be told apart as easily.
const MEANING: f32 = 3.0;

/// The learnt head.
#[derive(Debug)]
pub struct DeepHead {
    categories: Vec<CategoryId>,
    watch: Watch,
    vocabulary: Vocabulary,
    /// Of each category, and how much the taxonomy's own words still count beside its examples.
    weights: Vec<(Weights, f32)>,
    /// What the texts mean that it was learnt from: the dear part, used again by the next learning.
    texts: HashMap<String, Vec<f32>>,
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
        let vectors = vectors(&vocabulary, &statements, &counted);
        let owns = owns(&vectors);
        let wanted = Wanted::new(taxonomy, &statements, &watch);
        let learn = |category: CategoryId| {
            let trust = wanted.trust(category);
            let targets = wanted.targets(category, trust);
            let mut pulls = vec![0.0; vectors.len()];
            learn_many(&vectors, &owns, vocabulary.len(), &targets, &mut pulls);
            (Weights::of(&vectors, &pulls, vocabulary.len()), trust)
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
        self.categories.iter().zip(&self.weights).map(move |(category, (weights, trust))| {
            (*category, weights.score(believed(belief(&found, *category), *trust), &vector))
        })
    }
}

fn counted(text: &str, meaning: &[f32]) -> Counted {
    let mut counted = Counted { meaning: meaning.iter().map(|figure| figure * MEANING).collect(), features: Vec::new() };
    let tokens = Tokens::of(text);
    crate::learn::features::each(&tokens, &(0..tokens.len()), |group, key, _, _| counted.features.push((group, key)));
    counted
}

#[cfg(test)]
mod tests {
    use heard_domain::taxonomy::Category;

    use super::*;
    use crate::deep::sample;

    #[test]
    fn examples_teach_it_and_what_was_read_is_not_read_again() {
        let deep = Deep::open(&sample::file).unwrap();
        let taxonomy = Taxonomy {
            version: 1,
            categories: vec![Category::new(CategoryId(1), "Waiting"), Category::new(CategoryId(2), "Things")],
        };
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

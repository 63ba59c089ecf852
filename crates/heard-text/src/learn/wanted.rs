//! What examples and the taxonomy's own words want of each category: what every head of categories learns from.

use std::collections::BTreeSet;

use heard_domain::id::CategoryId;
use heard_domain::reading::Label;
use heard_domain::taxonomy::Taxonomy;

use crate::learn::features::{Counted, Vector, Vocabulary};
use crate::learn::logistic::{Target, logit};
use crate::learn::statement::{Statement, kin};
use crate::learn::watch::Watch;
use crate::token::Tokens;

/// What an example counts beside the penalty on the weights.
const COST: f32 = 10.0;
/// What the taxonomy's own words count beside an example, as long as there is none of their category: they promise less.
const OWN_WORDS: f32 = 0.05;
/// After so many examples the taxonomy's own words count half: examples know better.
const TRUSTED: f32 = 1.0;
/// What is believed of a category of which nothing is found.
pub const UNSEEN: f32 = 0.01;
/// However many words point to a category, it is not believed more surely.
pub const SUREST: f32 = 0.97;

/// How sure the taxonomy's own words are of a category; 0 where they find nothing.
pub fn belief(found: &[Label<CategoryId>], category: CategoryId) -> f32 {
    found.iter().find(|label| label.value == category).map_or(0.0, |label| label.confidence)
}

/// What is believed before anything is learnt, as a logit.
pub fn believed(belief: f32, trust: f32) -> f32 {
    logit(UNSEEN) + trust * (logit(belief.clamp(UNSEEN, SUREST)) - logit(UNSEEN))
}

/// The vectors of statements. The taxonomy's own words count for what they mean: where they stand in a passage as they are,
/// they are found.
pub fn vectors(vocabulary: &Vocabulary, statements: &[Statement], counted: &[Counted]) -> Vec<Vector> {
    let vector = |(s, counted): (&Statement, &Counted)| {
        let vector = vocabulary.vector(counted);
        if s.by_person { vector } else { Vector { sparse: Vec::new(), ..vector } }
    };
    statements.iter().zip(counted).map(vector).collect()
}

/// What is said, and what the taxonomy's own words find in it.
pub struct Wanted<'a> {
    taxonomy: &'a Taxonomy,
    statements: &'a [Statement],
    found: Vec<Vec<Label<CategoryId>>>,
    /// The categories of which a person has said something.
    shown: BTreeSet<CategoryId>,
}

impl<'a> Wanted<'a> {
    /// Looks at all statements.
    pub fn new(taxonomy: &'a Taxonomy, statements: &'a [Statement], watch: &Watch) -> Self {
        let find = |s: &Statement| {
            let tokens = Tokens::of(&s.text);
            watch.find(&tokens, 0..tokens.len())
        };
        let found = statements.iter().map(find).collect();
        let shown = statements.iter().filter(|s| s.by_person).flat_map(|s| s.said.keys().copied()).collect();
        Self { taxonomy, statements, found, shown }
    }

    /// How much the taxonomy's own words still count for a category beside its examples.
    pub fn trust(&self, category: CategoryId) -> f32 {
        let said = self.statements.iter().filter(|s| s.by_person && s.said.contains_key(&category)).count();
        1.0 / (1.0 + said as f32 / TRUSTED)
    }

    /// What each statement wants of a category that is trusted so much.
    pub fn targets(&self, category: CategoryId, trust: f32) -> Vec<Target> {
        let kin = kin(self.taxonomy, category);
        let exemplified = |s: &Statement| s.said.keys().all(|category| self.shown.contains(category));
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
        self.statements.iter().zip(&self.found).map(target).collect()
    }
}

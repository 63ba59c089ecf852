//! What is known of the categories before reading: the company's examples, and what the taxonomy says of itself.

use std::collections::{BTreeMap, BTreeSet};

use heard_domain::id::CategoryId;
use heard_domain::taxonomy::{Category, Taxonomy};

use crate::learn::example::Example;
use crate::token::{hash, mix};

/// A text and what is said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The words.
    pub text: String,
    /// Where it belongs, and where not.
    pub said: BTreeMap<CategoryId, bool>,
    /// Whether a person said so; else it comes from the taxonomy's own words.
    pub by_person: bool,
}

impl Statement {
    /// Whether it is said where this belongs, so that it belongs nowhere else.
    pub fn is_placed(&self) -> bool {
        self.said.values().any(|belongs| *belongs)
    }
}

/// All statements, in an order that does not depend on that of the examples: one per text, the last word counts.
pub fn statements(taxonomy: &Taxonomy, examples: &[Example]) -> Vec<Statement> {
    let mut by_text: BTreeMap<&str, BTreeMap<CategoryId, bool>> = BTreeMap::new();
    for example in examples.iter().filter(|example| taxonomy.category(example.category).is_some()) {
        by_text.entry(example.text.trim()).or_default().insert(example.category, example.belongs);
    }
    let own = taxonomy.categories.iter().flat_map(|category| {
        of_itself(category).into_iter().map(|text| Statement {
            text,
            said: BTreeMap::from([(category.id, true)]),
            by_person: false,
        })
    });
    let said = by_text.into_iter().filter(|(text, _)| !text.is_empty());
    own.chain(said.map(|(text, said)| Statement { text: text.to_owned(), said, by_person: true })).collect()
}

/// What a category says of itself: its name with its watch words, and its definition.
fn of_itself(category: &Category) -> Vec<String> {
    let words = category.watch_words.iter().map(|word| word.trim_matches(['*', '=']).to_owned());
    let name = std::iter::once(category.name.clone()).chain(words).collect::<Vec<_>>().join(", ");
    let definition = category.definition.trim();
    [name, definition.to_owned()].into_iter().filter(|text| !text.is_empty()).collect()
}

/// Those of the categories above and below one: what belongs to it says nothing against them.
pub fn kin(taxonomy: &Taxonomy, category: CategoryId) -> BTreeSet<CategoryId> {
    let below = taxonomy.categories.iter().map(|c| c.id).filter(|id| taxonomy.above(*id).contains(&category));
    taxonomy.above(category).into_iter().chain(below).collect()
}

/// Changes whenever the taxonomy's words or the examples do, and only then.
pub fn version(taxonomy: &Taxonomy, statements: &[Statement]) -> u64 {
    let mut version = taxonomy.version as u64;
    let mut add = |bytes: &[u8]| version = mix(version, hash(bytes));
    for category in &taxonomy.categories {
        add(&category.id.0.to_le_bytes());
        add(&category.parent.map_or(0, |parent| parent.0).to_le_bytes());
    }
    for statement in statements {
        add(statement.text.as_bytes());
        for (category, belongs) in &statement.said {
            add(&(category.0 * 2 + i64::from(*belongs)).to_le_bytes());
        }
    }
    version
}

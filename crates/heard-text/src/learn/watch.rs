//! What the taxonomy's own words say: watch words, names and definitions, compiled so that a passage is held against all
//! at once.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use heard_domain::id::CategoryId;
use heard_domain::reading::Label;
use heard_domain::taxonomy::Taxonomy;

use crate::phrase::Phrases;
use crate::points::{Points, collect};
use crate::token::Tokens;
use crate::words::is_common;

/// How much a hit of each kind says for a category, as a probability.
const WATCH_WORD: f32 = 0.62;
const WATCH_PHRASE: f32 = 0.75;
const NAME: f32 = 0.66;
const WORD_OF_NAME: f32 = 0.4;
const WORD_OF_DEFINITION: f32 = 0.14;
/// A word in more definitions than this tells nothing apart.
const MOST_DEFINITIONS: usize = 2;

/// The phrases that point to categories.
#[derive(Debug, Clone)]
pub struct Watch {
    phrases: Arc<Phrases<Points<CategoryId>>>,
}

impl Watch {
    /// Compiles.
    pub fn new(taxonomy: &Taxonomy) -> Self {
        let mut definitions: HashMap<String, usize> = HashMap::new();
        for category in &taxonomy.categories {
            let mut own: Vec<String> = telling(&category.definition).collect();
            own.sort_unstable();
            own.dedup();
            for word in own {
                *definitions.entry(word).or_default() += 1;
            }
        }
        let mut watch: Vec<(String, Points<CategoryId>)> = Vec::new();
        for category in &taxonomy.categories {
            let mut add = |phrase: String, strength| watch.push((phrase, Points { to: category.id, strength }));
            for word in &category.watch_words {
                let strength = if word.split_whitespace().count() > 1 { WATCH_PHRASE } else { WATCH_WORD };
                add(word.clone(), strength);
            }
            // "Seats & legroom" is found by either word, "Lost luggage" as a whole.
            let name = category.name.to_lowercase();
            let parts: Vec<&str> = name.split(['&', ',', '/']).flat_map(|part| part.split(" and ")).map(str::trim).collect();
            for part in parts.iter().filter(|part| !part.is_empty()) {
                add((*part).to_owned(), if parts.len() > 1 { WORD_OF_NAME } else { NAME });
            }
            for word in telling(&category.definition) {
                if definitions.get(&word).is_some_and(|n| *n <= MOST_DEFINITIONS) {
                    add(word, WORD_OF_DEFINITION);
                }
            }
        }
        Self { phrases: Arc::new(Phrases::new(watch.iter().map(|(phrase, points)| (phrase.as_str(), *points)))) }
    }

    /// What a range of tokens is about by these words alone, however faintly; most confident first.
    pub fn find(&self, tokens: &Tokens, range: Range<usize>) -> Vec<Label<CategoryId>> {
        let mut hits = Vec::new();
        self.phrases.find(tokens, range, |hit| hits.push(hit));
        collect(tokens, hits, 0.0)
    }
}

/// The words of a definition that can tell it from others.
fn telling(definition: &str) -> impl Iterator<Item = String> {
    let words = definition.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.map(str::to_lowercase).filter(|word| word.chars().count() > 3 && !is_common(word))
}

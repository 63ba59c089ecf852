//! The company's own words: its taxonomy and journey, compiled once, so that a passage is held against all at once.

use std::collections::HashMap;

use heard_domain::id::{CategoryId, StageId};
use heard_domain::journey::Journey;
use heard_domain::taxonomy::Taxonomy;

use crate::phrase::Phrases;
use crate::words::is_common;

/// How much a hit of each kind says for a category, as a probability.
const WATCH_WORD: f32 = 0.62;
const WATCH_PHRASE: f32 = 0.75;
const NAME: f32 = 0.66;
const WORD_OF_NAME: f32 = 0.4;
const WORD_OF_DEFINITION: f32 = 0.14;
/// A word in more definitions than this tells nothing apart.
const MOST_DEFINITIONS: usize = 2;

/// What a found phrase says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points<T> {
    /// For what.
    pub to: T,
    /// How strongly, as a probability.
    pub strength: f32,
}

/// What the reader keeps of a category.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The node above.
    pub parent: Option<CategoryId>,
    /// The stage where it usually happens.
    pub stage: Option<StageId>,
}

/// The company's taxonomy and journey, compiled.
#[derive(Debug)]
pub struct Company {
    /// The taxonomy's version.
    pub version: i64,
    /// Phrases that point to categories.
    pub watch: Phrases<Points<CategoryId>>,
    /// Phrases that point to stages.
    pub cues: Phrases<Points<StageId>>,
    known: HashMap<CategoryId, Known>,
}

impl Company {
    /// Compiles.
    pub fn new(journey: &Journey, taxonomy: &Taxonomy) -> Self {
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
        let cue = |stage: StageId, cue: &str| {
            let strength = if cue.split_whitespace().count() > 1 { 0.6 } else { 0.45 };
            (cue.to_owned(), Points { to: stage, strength })
        };
        let cues: Vec<(String, Points<StageId>)> =
            journey.stages.iter().flat_map(|stage| stage.cues.iter().map(move |word| cue(stage.id, word))).collect();
        let known = |c: &heard_domain::taxonomy::Category| (c.id, Known { parent: c.parent, stage: c.stage });
        Self {
            version: taxonomy.version,
            watch: Phrases::new(watch.iter().map(|(phrase, points)| (phrase.as_str(), *points))),
            cues: Phrases::new(cues.iter().map(|(phrase, points)| (phrase.as_str(), *points))),
            known: taxonomy.categories.iter().map(known).collect(),
        }
    }

    /// What is known of a category.
    pub fn known(&self, category: CategoryId) -> Option<Known> {
        self.known.get(&category).copied()
    }
}

/// The words of a definition that can tell it from others.
fn telling(definition: &str) -> impl Iterator<Item = String> {
    let words = definition.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.map(str::to_lowercase).filter(|word| word.chars().count() > 3 && !is_common(word))
}

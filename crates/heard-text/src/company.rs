//! The company's own words: its journey and taxonomy, compiled once, with what it has taught.

use std::collections::HashMap;
use std::sync::Arc;

use heard_domain::id::{CategoryId, StageId};
use heard_domain::journey::Journey;
use heard_domain::reading::EntityKind;
use heard_domain::taxonomy::{Category, Taxonomy};

use crate::learn::emotion::EmotionHead;
use crate::learn::head::CategoryHead;
use crate::learn::sentiment::SentimentHead;
use crate::learn::stage::StageHead;
use crate::phrase::Phrases;
use crate::points::Points;

/// Letters and digits that a name on a list must have to be looked for.
const SHORTEST_NAME: usize = 3;

/// What the reader keeps of a category.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The node above.
    pub parent: Option<CategoryId>,
    /// The stage where it usually happens.
    pub stage: Option<StageId>,
}

/// A name on one of the company's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// What it is the name of.
    pub kind: EntityKind,
    /// Whether it must be written with a capital: a single word may be a common one, too.
    pub capital: bool,
}

/// The company's taxonomy and journey, compiled.
#[derive(Debug)]
pub struct Company {
    /// The taxonomy's version.
    pub version: i64,
    /// What passages are about, by the taxonomy and its examples.
    pub head: CategoryHead,
    /// How good or bad passages are, as its people have corrected it.
    pub sentiment: Option<Arc<SentimentHead>>,
    /// Which emotion passages show, as its people have corrected it.
    pub emotion: Option<Arc<EmotionHead>>,
    /// To which stage passages belong, as its people have corrected it.
    pub stage: Option<Arc<StageHead>>,
    /// Phrases that point to stages.
    pub cues: Phrases<Points<StageId>>,
    /// Names of its places and products.
    pub names: Phrases<Named>,
    known: HashMap<CategoryId, Known>,
}

impl Company {
    /// Compiles; the head was learnt from this taxonomy.
    pub fn new(journey: &Journey, taxonomy: &Taxonomy, head: CategoryHead) -> Self {
        let cue = |stage: StageId, cue: &str| {
            let strength = if cue.split_whitespace().count() > 1 { 0.6 } else { 0.45 };
            (cue.to_owned(), Points { to: stage, strength })
        };
        let cues: Vec<(String, Points<StageId>)> =
            journey.stages.iter().flat_map(|stage| stage.cues.iter().map(move |word| cue(stage.id, word))).collect();
        let known = |c: &Category| (c.id, Known { parent: c.parent, stage: c.stage });
        Self {
            version: taxonomy.version,
            head,
            sentiment: None,
            emotion: None,
            stage: None,
            cues: Phrases::new(cues.iter().map(|(phrase, points)| (phrase.as_str(), *points))),
            names: Phrases::new([]),
            known: taxonomy.categories.iter().map(known).collect(),
        }
    }

    /// Takes the names on the company's lists. A name shorter than three letters is left out: it would be found everywhere.
    pub fn name<'a>(&mut self, names: impl IntoIterator<Item = (&'a str, EntityKind)>) {
        let all: Vec<(String, Named)> = names
            .into_iter()
            .filter(|(name, _)| name.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST_NAME)
            .map(|(name, kind)| {
                let words: Vec<&str> = name.split_whitespace().collect();
                // Exactly as written: the plural of a name is no name.
                let exact = words.iter().map(|word| format!("={word}")).collect::<Vec<_>>().join(" ");
                (exact, Named { kind, capital: words.len() == 1 })
            })
            .collect();
        self.names = Phrases::new(all.iter().map(|(name, named)| (name.as_str(), *named)));
    }

    /// What is known of a category.
    pub fn known(&self, category: CategoryId) -> Option<Known> {
        self.known.get(&category).copied()
    }
}

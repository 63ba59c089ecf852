//! The company's own words: its journey and taxonomy, compiled once, with what it has taught.

use std::collections::HashMap;

use heard_domain::id::{CategoryId, StageId};
use heard_domain::journey::Journey;
use heard_domain::taxonomy::{Category, Taxonomy};

use crate::learn::head::CategoryHead;
use crate::phrase::Phrases;
use crate::points::Points;

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
    /// What passages are about, by the taxonomy and its examples.
    pub head: CategoryHead,
    /// Phrases that point to stages.
    pub cues: Phrases<Points<StageId>>,
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
            cues: Phrases::new(cues.iter().map(|(phrase, points)| (phrase.as_str(), *points))),
            known: taxonomy.categories.iter().map(known).collect(),
        }
    }

    /// What is known of a category.
    pub fn known(&self, category: CategoryId) -> Option<Known> {
        self.known.get(&category).copied()
    }
}

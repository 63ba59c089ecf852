//! A question with everything looked up that answering needs: posts in sight, channels, the tree of categories, the scale.

use std::collections::{BTreeMap, BTreeSet};

use heard_domain::channel::Channel;
use heard_domain::id::{CategoryId, PersonId, PostId, SegmentId};
use heard_domain::question::{Dimension, Filter, Measure};
use heard_domain::scope::{Reach, Scope};
use heard_domain::score::Scale;

use crate::figures::tally::Gauge;

/// The most dimensions of a question.
pub const MOST_DIMENSIONS: usize = 3;

/// What has to be looked up.
#[derive(Debug, Clone, Default)]
pub struct Lookup {
    /// The channel of every post.
    pub channels: BTreeMap<PostId, Channel>,
    /// Every category with the one above it.
    pub parents: BTreeMap<CategoryId, Option<CategoryId>>,
    /// The scale that is asked for.
    pub scale: Option<Scale>,
    /// The persons of the segments that are asked for; `None`: anybody.
    pub members: Option<BTreeSet<PersonId>>,
    /// The segments that are split by, or that nobody may be in: those that are asked for, else all; each with its persons.
    pub segments: Vec<(SegmentId, BTreeSet<PersonId>)>,
}

impl Lookup {
    /// A category and all above it, itself first.
    pub fn upwards(&self, category: CategoryId) -> Vec<CategoryId> {
        let mut path = vec![category];
        let mut at = category;
        while let Some(parent) = self.parents.get(&at).copied().flatten() {
            if path.contains(&parent) {
                break;
            }
            path.push(parent);
            at = parent;
        }
        path
    }

    /// These categories and all below them.
    pub fn downwards(&self, categories: &[CategoryId]) -> BTreeSet<CategoryId> {
        let below = |id: &&CategoryId| self.upwards(**id).iter().any(|above| categories.contains(above));
        self.parents.keys().filter(below).copied().chain(categories.iter().copied()).collect()
    }

    /// Whether any category stands under another.
    pub fn nested(&self) -> bool {
        self.parents.values().any(Option::is_some)
    }
}

/// A filter with scope, channels and categories resolved.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sight {
    /// What is looked at; its lists of posts, channels and categories are replaced by the ones below.
    pub filter: Filter,
    /// Posts in sight; `None`: all.
    pub posts: Option<BTreeSet<PostId>>,
    /// Categories with all below them; `None`: any.
    pub categories: Option<BTreeSet<CategoryId>>,
    /// Persons: those that are asked for, of the segments that are asked for; `None`: anybody.
    pub persons: Option<BTreeSet<PersonId>>,
    /// Persons who are left out: those of any segment, where only who is in none is looked at.
    pub outside: Option<BTreeSet<PersonId>>,
}

impl Sight {
    /// What somebody sees through a filter.
    pub fn new(scope: &Scope, filter: &Filter, lookup: &Lookup) -> Self {
        let mut posts: Option<BTreeSet<PostId>> = match &scope.reach {
            Reach::Everything => None,
            Reach::Posts(posts) => Some(posts.clone()),
        };
        let mut narrow = |to: BTreeSet<PostId>| {
            posts = Some(posts.take().map_or_else(|| to.clone(), |posts| posts.intersection(&to).copied().collect()));
        };
        if !filter.post.is_empty() {
            narrow(filter.post.iter().copied().collect());
        }
        if !filter.channel.is_empty() {
            let of = |(post, channel): (&PostId, &Channel)| filter.channel.contains(channel).then_some(*post);
            narrow(lookup.channels.iter().filter_map(of).collect());
        }
        let categories = (!filter.category.is_empty()).then(|| lookup.downwards(&filter.category));
        let named = (!filter.person.is_empty()).then(|| filter.person.iter().copied().collect::<BTreeSet<_>>());
        let persons = match (named, &lookup.members) {
            (Some(named), Some(members)) => Some(named.intersection(members).copied().collect()),
            (named, members) => named.or_else(|| members.clone()),
        };
        let of_segments = || lookup.segments.iter().flat_map(|(_, persons)| persons.iter().copied()).collect();
        let outside = filter.none.contains(&Dimension::Segment).then(of_segments);
        Self { filter: filter.clone(), posts, categories, persons, outside }
    }
}

/// A question, ready to be answered.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What is counted.
    pub gauge: Gauge,
    /// What it is split by; emotions of the emotion mix are not among it.
    pub by: Vec<Dimension>,
    /// What is looked at.
    pub sight: Sight,
    /// What was looked up.
    pub lookup: Lookup,
}

impl Ask {
    /// Whether a feedback may be in several groups: then its passages are looked at.
    pub fn by_passage(&self) -> bool {
        self.by.iter().any(|dimension| dimension.of_several())
    }
}

/// What a question is split by, with emotions for the emotion mix.
pub fn dimensions(measure: Measure, by: &[Dimension]) -> Vec<Dimension> {
    let mut by = by.to_vec();
    if measure == Measure::EmotionMix && !by.contains(&Dimension::Emotion) {
        by.push(Dimension::Emotion);
    }
    by
}

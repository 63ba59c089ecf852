//! What the comments of an issue say, as it was found: kept as long as no comment changes, whatever is done with cases and issues meanwhile.

use heard_domain::id::{AccountId, FeedbackId, StageId};
use heard_domain::question::Filter;
use heard_domain::reading::{Emotion, Intent, Polarity};
use heard_domain::scope::Reach;
use heard_domain::time::Period;
use heard_store::cube::Labels;

/// What an issue's comments say, and how.
#[derive(Debug, PartialEq)]
pub(crate) struct Gathered {
    /// Who speaks of it in the period, and in as many days before.
    pub(crate) persons: u64,
    pub(crate) persons_before: u64,
    /// For which accounts, in the period, each once.
    pub(crate) accounts: Vec<AccountId>,
    /// Comments of the period, and since ever.
    pub(crate) comments: u64,
    pub(crate) ever: u64,
    /// How much was heard in its stage in the period, and in as many days before.
    pub(crate) heard: (u64, u64),
    pub(crate) hurt: Hurt,
}

/// What an issue gathers, and of when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gathering {
    pub(crate) reach: Reach,
    pub(crate) filter: Option<Filter>,
    pub(crate) stage: Option<StageId>,
    pub(crate) joined: Vec<FeedbackId>,
    pub(crate) period: Period,
    /// How far comments have changed, and which names there were: a category includes those below it.
    pub(crate) known: (i64, u64),
}

/// How badly it hurts, as far as it was read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Hurt {
    pub(crate) comments: u64,
    pub(crate) passages: u64,
    pub(crate) sentiment: f64,
    pub(crate) strong: u64,
    pub(crate) milder: u64,
    pub(crate) churn: u64,
    pub(crate) urgent: u64,
}

impl Hurt {
    /// Adds a comment by its passages; `filter`: what the issue gathers.
    pub(crate) fn add(&mut self, passages: &[Labels], filter: Option<&Filter>) {
        self.comments += 1;
        let intends = |intent: Intent| passages.iter().any(|passage| passage.intents >> intent.index() & 1 == 1);
        self.churn += u64::from(intends(Intent::Churn));
        self.urgent += u64::from(intends(Intent::Urgent));
        for passage in about(passages, filter) {
            self.passages += 1;
            self.sentiment += passage.sentiment.map_or(0.0, f64::from);
            let feels = |wanted: &[Emotion]| passage.emotion.is_some_and(|emotion| wanted.contains(&emotion));
            self.strong += u64::from(feels(&[Emotion::Anger, Emotion::Fear]));
            self.milder += u64::from(feels(&[Emotion::Disappointment, Emotion::Confusion]));
        }
    }
}

/// The passages that are about the issue; those that complain where the category lies deeper in the tree, all where a comment was joined.
/// What is not read yet says nothing.
fn about<'a>(passages: &'a [Labels], filter: Option<&Filter>) -> Vec<&'a Labels> {
    if let [only] = passages
        && *only == Labels::unread(only.stage)
    {
        return vec![];
    }
    let fits = |passage: &&Labels| {
        filter.is_some_and(|filter| {
            passage.categories.iter().any(|category| filter.category.contains(category))
                && (filter.stage.is_empty() || passage.stage.is_some_and(|stage| filter.stage.contains(&stage)))
        })
    };
    let complaints: Vec<&Labels> = passages.iter().filter(|passage| passage.polarity == Some(Polarity::Negative)).collect();
    let exact: Vec<&Labels> = complaints.iter().copied().filter(fits).collect();
    if !exact.is_empty() {
        exact
    } else if !complaints.is_empty() {
        complaints
    } else {
        passages.iter().collect()
    }
}

//! What moved most: the categories whose net sentiment changed, real changes first.

use heard_domain::id::CategoryId;
use heard_domain::question::{Compare, Dimension, Filter, Key, Measure, Moved, Value};
use heard_domain::statistics::Certainty;
use heard_domain::taxonomy::Taxonomy;
use heard_domain::time::Period;

use crate::error::FlowError;
use crate::measure::ask::ask;
use crate::measure::kpi::Sight;
use crate::measure::steps::{Steps, courses};

/// How many are shown.
const SHOWN: usize = 6;

/// One category and how it moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Mover {
    /// The category.
    pub category: CategoryId,
    /// Net sentiment now.
    pub value: Value,
    /// Its change.
    pub moved: Moved,
    /// Comments in the period.
    pub comments: u64,
    /// Comments step by step, over the period before and the period.
    pub counts: Vec<u64>,
    /// How many of the steps are the period.
    pub now: usize,
    /// The comments behind it.
    pub filter: Filter,
}

/// All categories, most spoken of first, each with its net sentiment, change and comments.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Categories {
    /// By comments.
    pub all: Vec<Mover>,
}

impl Categories {
    /// The categories that are spoken of most. Parents that have a child in the list are left out: they say the same twice.
    pub fn top(&self, taxonomy: &Taxonomy) -> Vec<CategoryId> {
        let leaf = |id: CategoryId| {
            let children = |m: &&Mover| taxonomy.category(m.category).and_then(|c| c.parent) == Some(id);
            !self.all.iter().any(|m| children(&m))
        };
        self.all.iter().map(|m| m.category).filter(|id| leaf(*id)).collect()
    }

    /// The columns of the heat map: the broad categories where the taxonomy has some, else the ones most spoken of.
    pub fn columns(&self, taxonomy: &Taxonomy) -> Vec<CategoryId> {
        let broad = |id: &CategoryId| taxonomy.category(*id).is_some_and(|c| c.parent.is_none());
        let roots: Vec<CategoryId> = self.all.iter().map(|m| m.category).filter(broad).collect();
        if roots.len() >= 4 { roots } else { self.top(taxonomy) }
    }

    /// What moved most: sure changes before unsure ones, then by size; worse ones first, as they need somebody.
    pub fn movers(&self, taxonomy: &Taxonomy) -> Vec<Mover> {
        let leaves = self.top(taxonomy);
        let mut movers: Vec<&Mover> =
            self.all.iter().filter(|m| leaves.contains(&m.category) && m.moved.change.is_some() && !m.value.weak()).collect();
        let size = |m: &Mover| m.moved.change.unwrap_or(0.0).abs();
        movers.sort_by(|a, b| a.moved.certainty.cmp(&b.moved.certainty).then(size(b).total_cmp(&size(a))));
        movers.truncate(SHOWN);
        movers.sort_by(|a, b| a.moved.change.unwrap_or(0.0).total_cmp(&b.moved.change.unwrap_or(0.0)));
        movers.into_iter().cloned().collect()
    }
}

/// Asks for all categories.
pub(crate) async fn categories(sight: &Sight<'_>) -> Result<Categories, FlowError> {
    let question = |measure| sight.question(measure, sight.filter);
    let net = ask(sight.flow, sight.scope, &question(Measure::NetSentiment).by([Dimension::Category]).against_before()).await?;
    let both = Period { first: sight.period.before().first, last: sight.period.last };
    let mut days = question(Measure::Volume).by([Dimension::Day, Dimension::Category]).plain().within(both);
    days.compare = Compare::Nothing;
    let days = ask(sight.flow, sight.scope, &days).await?;
    let volume = ask(sight.flow, sight.scope, &question(Measure::Volume).by([Dimension::Category]).plain()).await?;
    let steps = Steps {
        first: sight.steps.first + -(sight.steps.days * sight.steps.count as i32),
        count: sight.steps.count * 2,
        ..sight.steps
    };
    let mut counts = courses(&days, &steps, category_of);
    let mut all: Vec<Mover> = net
        .rows
        .iter()
        .filter_map(|row| {
            let category = category_of(&row.keys)?;
            let mut filter = sight.filter.clone();
            filter.category = vec![category];
            let nothing =
                Moved { before: Value::default(), change: None, low: None, high: None, certainty: Certainty::CouldBeNoise };
            Some(Mover {
                category,
                value: row.value,
                moved: row.moved.unwrap_or(nothing),
                comments: volume.rows.iter().find(|r| r.keys == row.keys).map_or(0, |r| r.value.n),
                counts: counts.remove(&category).map_or_else(Vec::new, |course| course.counts),
                now: sight.steps.count,
                filter,
            })
        })
        .filter(|mover| mover.comments > 0)
        .collect();
    all.sort_by_key(|mover| (std::cmp::Reverse(mover.comments), mover.category));
    Ok(Categories { all })
}

fn category_of(keys: &[Key]) -> Option<CategoryId> {
    match keys.first() {
        Some(Key::Category(id)) => Some(*id),
        _ => None,
    }
}

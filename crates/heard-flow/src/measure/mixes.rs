//! What a view is made of: emotions and channels, so that no loud channel moves a figure unlabelled.

use heard_domain::channel::Channel;
use heard_domain::question::{Dimension, Filter, Key, Measure};
use heard_domain::reading::Emotion;

use crate::error::FlowError;
use crate::measure::ask::ask;
use crate::measure::kpi::Sight;

/// One part of a mix.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<T> {
    /// What it is.
    pub what: T,
    /// Per cent of the whole.
    pub share: f64,
    /// On how many the share rests, or how many there are.
    pub n: u64,
    /// Share in the period before, where there was one.
    pub before: Option<f64>,
    /// The comments behind it.
    pub filter: Filter,
}

/// The share of each emotion among all passages, most frequent first.
pub(crate) async fn emotions(sight: &Sight<'_>) -> Result<Vec<Part<Emotion>>, FlowError> {
    let question = sight.question(Measure::EmotionMix, sight.filter).against_before();
    let figures = ask(sight.flow, sight.scope, &question).await?;
    let mut parts: Vec<Part<Emotion>> = figures
        .rows
        .iter()
        .filter_map(|row| {
            let (Some(Key::Emotion(what)), Some(share)) = (row.keys.last(), row.value.value) else { return None };
            let (filter, _) = figures.comments(row);
            Some(Part { what: *what, share, n: row.value.n, before: row.moved.and_then(|m| m.before.value), filter })
        })
        .filter(|part| part.share > 0.0)
        .collect();
    parts.sort_by(|a, b| b.share.total_cmp(&a.share));
    Ok(parts)
}

/// Through which channels it was heard, loudest first.
pub(crate) async fn channels(sight: &Sight<'_>) -> Result<Vec<Part<Channel>>, FlowError> {
    let question = sight.question(Measure::Volume, sight.filter).by([Dimension::Channel]).against_before();
    let figures = ask(sight.flow, sight.scope, &question).await?;
    let total = |before: bool| -> f64 {
        let n = figures.rows.iter().map(|row| if before { row.moved.map_or(0, |m| m.before.n) } else { row.value.n });
        n.sum::<u64>() as f64
    };
    let (now, before) = (total(false).max(1.0), total(true));
    let mut parts: Vec<Part<Channel>> = figures
        .rows
        .iter()
        .filter_map(|row| {
            let Some(Key::Channel(what)) = row.keys.first() else { return None };
            let (filter, _) = figures.comments(row);
            let old = row.moved.filter(|_| before > 0.0).map(|m| 100.0 * m.before.n as f64 / before);
            Some(Part { what: *what, share: 100.0 * row.value.n as f64 / now, n: row.value.n, before: old, filter })
        })
        .filter(|part| part.n > 0)
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.n));
    Ok(parts)
}

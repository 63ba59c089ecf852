//! The plan: looks up what a question needs, chooses the way to the answer, and makes figures of counts and sums.

use std::collections::BTreeSet;
use std::time::Instant;

use heard_domain::id::{PersonId, SegmentId};
use heard_domain::question::{AnsweredBy, Compare, Dimension, Figures, Filter, Key, Measure, Moved, Question, Row, Value};
use heard_domain::reading::Emotion;
use heard_domain::statistics::{Certainty, Estimate, adjusted, certainty, change_of_counts, difference, share};
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::figures::ask::{Ask, Lookup, MOST_DIMENSIONS, Sight, dimensions};
use crate::figures::follow::Followers;
use crate::figures::tally::{Gauge, Grid, Tally, Window};
use crate::figures::{cube, kernel, sql};
use crate::search::words::Words;
use crate::tables::{company, outbox, post, scale, segment, taxonomy};
use crate::view::View;

/// What is needed to look through a filter, split by these, at a moment.
pub(crate) fn lookup(view: &View, filter: &Filter, by: &[Dimension], now: Time) -> Result<Lookup, StoreError> {
    let channels = post::list(view)?.into_iter().map(|post| (post.id, post.channel)).collect();
    let parents = taxonomy::get(view)?.categories.into_iter().map(|category| (category.id, category.parent)).collect();
    let narrowed = !filter.segment.is_empty();
    let split = by.iter().chain(&filter.none).any(|dimension| *dimension == Dimension::Segment);
    let segments = if narrowed || split { segments(view, filter, now)? } else { Vec::new() };
    // A segment that is not there holds nobody.
    let members = narrowed.then(|| segments.iter().flat_map(|(_, persons)| persons.iter().copied()).collect());
    Ok(Lookup { channels, parents, scale: None, members, segments })
}

/// The segments of a filter, all where it names none, with their persons.
fn segments(view: &View, filter: &Filter, now: Time) -> Result<Vec<(SegmentId, BTreeSet<PersonId>)>, StoreError> {
    let today = company::get(view)?.zone.day(now);
    let all = segment::list(view)?;
    let wanted = all.iter().filter(|segment| filter.segment.is_empty() || filter.segment.contains(&segment.id));
    wanted.map(|segment| Ok((segment.id, segment::persons(view, &segment.filter, today)?))).collect()
}

/// The words of a filter; a search that cannot be read is refused.
pub(crate) fn words(filter: &Filter) -> Result<Option<Words>, StoreError> {
    Words::read(&filter.words).map_err(|bad| StoreError::refused("words", bad.to_string()))
}

/// Looks up what a question needs; one that cannot be answered is refused.
pub(crate) fn ask(view: &View, question: &Question, now: Time) -> Result<Ask, StoreError> {
    let distinct: BTreeSet<Dimension> = question.by.iter().copied().collect();
    if distinct.len() < question.by.len() {
        return Err(StoreError::refused("by", "a question is split by every dimension only once"));
    }
    if distinct.len() > MOST_DIMENSIONS {
        return Err(StoreError::refused("by", "a question is split by at most three dimensions"));
    }
    if let Some(dimension) = question.filter.none.iter().find(|dimension| dimension.always()) {
        return Err(StoreError::refused("none", format!("every comment has a {dimension}")));
    }
    if question.period.is_some_and(|period| period.first > period.last) {
        return Err(StoreError::refused("period", "it ends before it begins"));
    }
    let compared = question.compare == Compare::Before && question.period.is_some();
    let mut lookup = lookup(view, &question.filter, &question.by, now)?;
    let gauge = match question.measure {
        Measure::Volume => Gauge::Volume,
        Measure::NetSentiment => Gauge::Net { clustered: question.interval || compared },
        Measure::EmotionMix => Gauge::Emotions,
        Measure::Rating { scale: id } => {
            lookup.scale = scale::list(view)?.into_iter().find(|scale| scale.id == id);
            match &lookup.scale {
                Some(scale) => Gauge::Rating(scale.clone()),
                None => return Err(StoreError::refused("measure", "there is no such scale")),
            }
        }
    };
    let emotions = question.measure == Measure::EmotionMix;
    let by = question.by.iter().copied().filter(|dimension| !(emotions && *dimension == Dimension::Emotion)).collect();
    Ok(Ask { gauge, by, sight: Sight::new(view.scope(), &question.filter, &lookup), lookup })
}

/// Answers a question on a given way, or on the best.
pub(crate) fn answer(
    view: &View,
    followers: &Followers,
    question: &Question,
    way: Option<AnsweredBy>,
) -> Result<Figures, StoreError> {
    let begun = Instant::now();
    let ask = ask(view, question, followers.now())?;
    let words = words(&question.filter)?;
    let way = way.unwrap_or(if cube::suffices(&ask) { AnsweredBy::Cube } else { AnsweredBy::Columns });
    let mut degraded = None;
    let mut grid = |window: Window| match way {
        AnsweredBy::Cube => cube::answer(view, &ask, window),
        AnsweredBy::Sql => sql::answer(view, &ask, window, words.as_ref(), followers.now()),
        AnsweredBy::Columns => {
            let hits = words.as_ref().map(|words| followers.hits(view, words, window.period)).transpose()?;
            let columns = followers.columns(outbox::last(view)?)?;
            let rows = hits.map(|hits| {
                degraded = hits.degraded.or(degraded.take());
                let mut rows: Vec<u32> = hits.ids.into_iter().filter_map(|id| Some(columns.row(id)? as u32)).collect();
                rows.sort_unstable();
                rows
            });
            kernel::answer(&columns, &ask, window, rows.as_deref())
        }
    };
    let now = grid(Window { period: question.period, shift: 0 })?;
    let before = match (question.compare, question.period) {
        (Compare::Before, Some(period)) => Some(grid(Window { period: Some(period.before()), shift: period.days() })?),
        _ => None,
    };
    let rows = rows(question, &ask, &now, before.as_ref());
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    Ok(Figures { question: question.clone(), rows, answered_by: way, ms, degraded })
}

/// A figure with what is needed to compare it.
#[derive(Clone, Copy)]
struct Figure {
    value: Value,
    estimate: Option<Estimate>,
}

fn figure(gauge: &Gauge, tally: &Tally, emotion: Option<Emotion>, interval: bool) -> Figure {
    let estimate = match emotion {
        Some(emotion) => share(tally.emotions[emotion.index()], tally.n),
        None => tally.estimate(gauge),
    };
    let value = if *gauge == Gauge::Volume { Some(tally.n as f64) } else { estimate.map(|estimate| estimate.value) };
    let shown = estimate.filter(|_| interval);
    let value = Value { value, n: tally.n, low: shown.map(|e| e.low), high: shown.map(|e| e.high) };
    Figure { value, estimate }
}

fn rows(question: &Question, ask: &Ask, now: &Grid, before: Option<&Grid>) -> Vec<Row> {
    let mut groups: BTreeSet<&Vec<Key>> = now.keys().collect();
    groups.extend(before.into_iter().flat_map(Grid::keys));
    let whole = Vec::new();
    if question.by.is_empty() {
        groups.insert(&whole);
    }
    let by = dimensions(question.measure, &question.by);
    let emotion_at = by.iter().position(|dimension| *dimension == Dimension::Emotion);
    let (mut rows, mut chances) = (Vec::new(), Vec::new());
    for keys in groups {
        let nothing = Tally::default();
        let tally = now.get(keys).unwrap_or(&nothing);
        let earlier = before.map(|before| before.get(keys).unwrap_or(&nothing));
        let emotions: Vec<Option<Emotion>> = match ask.gauge {
            Gauge::Emotions => Emotion::ALL.iter().copied().map(Some).collect(),
            _ => vec![None],
        };
        for emotion in emotions {
            let mut keys = keys.clone();
            if let (Some(emotion), Some(at)) = (emotion, emotion_at) {
                keys.insert(at, Key::Emotion(emotion));
            }
            let figure_of = |tally| figure(&ask.gauge, tally, emotion, question.interval);
            let here = figure_of(tally);
            let moved = earlier.map(|earlier| {
                let (moved, chance) = moved(&ask.gauge, &here, &figure_of(earlier));
                chances.extend(chance.map(|chance| (rows.len(), chance)));
                moved
            });
            rows.push(Row { keys, value: here.value, moved });
        }
    }
    let sure = adjusted(&chances.iter().map(|(_, chance)| *chance).collect::<Vec<_>>());
    for ((at, _), sure) in chances.iter().zip(sure) {
        if let Some(moved) = rows.get_mut(*at).and_then(|row: &mut Row| row.moved.as_mut()) {
            moved.certainty = certainty(sure);
        }
    }
    rows.sort_by(|a, b| a.keys.cmp(&b.keys));
    rows
}

/// The change and the chance of one at least as large where nothing has changed.
fn moved(gauge: &Gauge, now: &Figure, before: &Figure) -> (Moved, Option<f64>) {
    let mut moved = Moved { before: before.value, change: None, low: None, high: None, certainty: Certainty::CouldBeNoise };
    if *gauge == Gauge::Volume {
        let (a, b) = (now.value.n, before.value.n);
        let (chance, low, high) = change_of_counts(a, b, 1.0);
        if b > 0 {
            moved.change = Some(100.0 * (a as f64 - b as f64) / b as f64);
            (moved.low, moved.high) = (Some(low), Some(high));
        }
        return (moved, Some(chance));
    }
    let (Some(now), Some(before)) = (&now.estimate, &before.estimate) else { return (moved, None) };
    let (chance, low, high) = difference(now, before);
    (moved.change, moved.low, moved.high) = (Some(now.value - before.value), Some(low), Some(high));
    (moved, Some(chance))
}

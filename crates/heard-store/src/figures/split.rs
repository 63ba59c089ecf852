//! What a question is split by, as numbers: every row or passage gets the code of its group, every code its keys.

use std::collections::HashMap;
use std::ops::Range;

use heard_domain::channel::Channel;
use heard_domain::id::{AccountId, CategoryId, PostId, SegmentId, StageId, TouchpointId, ValueId};
use heard_domain::question::{Dimension, Key};
use heard_domain::reading::{Emotion, Intent, Polarity};
use heard_domain::time::Day;

use crate::error::StoreError;
use crate::figures::ask::Ask;
use crate::figures::columns::{Codes, Columns, NONE};
use crate::figures::tally::{Window, bucket};

/// Where the code of a dimension comes from.
enum From<'a> {
    /// The day of a row: codes by days since the first.
    Days { first: i32, codes: Vec<u32>, values: Vec<Day> },
    /// A narrow column of rows.
    Narrow(&'a [u16]),
    /// A wide column of rows; it may end early.
    Wide(&'a [u32]),
    /// The channel of the post.
    Channels(Vec<u32>),
    /// The stage of a passage.
    Stages,
    /// The polarity of a passage.
    Polarities,
    /// The emotion of a passage.
    Emotions,
    /// The intents of a passage, several at once.
    Intents,
    /// The segments of the person who speaks, several at once: of every person, by code.
    Segments { of_person: Vec<Vec<u32>>, segments: Vec<SegmentId> },
    /// The categories of a passage and all above them, several at once; a node above may be one that no passage has itself.
    Categories { upwards: Vec<Vec<u32>>, nodes: Vec<CategoryId> },
}

struct Part<'a> {
    dimension: Dimension,
    from: From<'a>,
    stride: u64,
    count: u64,
}

/// A passage on its way to its group.
#[derive(Clone, Copy)]
pub struct Place {
    /// Its row.
    pub row: u32,
    /// Itself.
    pub passage: u32,
    /// The code of its group, as far as it is known.
    pub code: u64,
}

/// The dimensions of a question over columns.
pub struct Split<'a> {
    columns: &'a Columns,
    rows: Vec<Part<'a>>,
    passages: Vec<Part<'a>>,
    order: Vec<Dimension>,
    /// How many groups there can be.
    pub groups: u64,
}

impl<'a> Split<'a> {
    /// Prepares the dimensions of a question for rows within these ranges.
    pub fn new(columns: &'a Columns, ask: &Ask, window: Window, ranges: &[Range<usize>]) -> Result<Self, StoreError> {
        let mut split = Self { columns, rows: Vec::new(), passages: Vec::new(), order: ask.by.clone(), groups: 1 };
        for dimension in &ask.by {
            let (from, count) = source(columns, ask, window, ranges, *dimension);
            let part = Part { dimension: *dimension, from, stride: split.groups, count: count as u64 };
            let too_many = || StoreError::refused("by", "these dimensions together make too many groups: ask for fewer");
            split.groups = split.groups.checked_mul(part.count.max(1)).ok_or_else(too_many)?;
            if dimension.of_several() { split.passages.push(part) } else { split.rows.push(part) }
        }
        Ok(split)
    }

    /// The codes of rows, without their passages.
    pub fn rows(&self, rows: &[u32], codes: &mut Vec<u64>) {
        codes.clear();
        codes.resize(rows.len(), 0);
        for part in &self.rows {
            let each = codes.iter_mut().zip(rows.iter().map(|row| *row as usize));
            match &part.from {
                From::Days { first, codes: days, .. } => {
                    let day = &self.columns.day;
                    each.for_each(|(code, row)| *code += u64::from(days[(day[row] - first) as usize]) * part.stride);
                }
                From::Narrow(values) => each.for_each(|(code, row)| *code += u64::from(values[row]) * part.stride),
                From::Wide(values) => {
                    each.for_each(|(code, row)| *code += u64::from(values.get(row).copied().unwrap_or(0)) * part.stride);
                }
                From::Channels(channels) => {
                    let post = &self.columns.post;
                    each.for_each(|(code, row)| *code += u64::from(channels[post[row] as usize]) * part.stride);
                }
                _ => {}
            }
        }
    }

    /// Completes the codes of passages in rows; a passage of several categories or intents is repeated for each.
    pub fn passages(&self, places: &mut Vec<Place>, spare: &mut Vec<Place>) {
        let c = self.columns;
        for part in &self.passages {
            let each = places.iter_mut();
            match &part.from {
                From::Stages => each.for_each(|p| p.code += u64::from(c.stage[p.passage as usize]) * part.stride),
                From::Polarities => each.for_each(|p| p.code += word(c.polarity[p.passage as usize]) * part.stride),
                From::Emotions => each.for_each(|p| p.code += word(c.emotion[p.passage as usize]) * part.stride),
                From::Intents => repeat(places, spare, part.stride, |p, take| {
                    let bits = c.intents[p.passage as usize];
                    (0..8).filter(|bit| bits >> bit & 1 == 1).for_each(|bit| take(bit + 1));
                }),
                From::Segments { of_person, .. } => repeat(places, spare, part.stride, |p, take| {
                    let segments = of_person.get(c.person[p.row as usize] as usize);
                    segments.into_iter().flatten().for_each(|segment| take(u64::from(*segment)));
                }),
                From::Categories { upwards, .. } => repeat(places, spare, part.stride, |p, take| {
                    for place in c.categories[p.passage as usize].range() {
                        upwards[c.category[place] as usize].iter().for_each(|node| take(u64::from(*node)));
                    }
                }),
                _ => {}
            }
        }
    }

    /// Whether a passage may come twice to the same group: by categories with another above both.
    pub fn repeats(&self) -> bool {
        self.passages.iter().any(|part| matches!(part.from, From::Categories { .. }))
    }

    /// The keys of a code, in the order asked.
    pub fn keys(&self, code: u64) -> Vec<Key> {
        let key = |dimension: &Dimension| {
            let part = self.rows.iter().chain(&self.passages).find(|part| part.dimension == *dimension)?;
            self.key(part, (code / part.stride % part.count) as u32)
        };
        self.order.iter().map(|dimension| key(dimension).unwrap_or(Key::None)).collect()
    }

    fn key(&self, part: &Part<'_>, code: u32) -> Option<Key> {
        let names = &self.columns.names;
        let id = |codes: &Codes<i64>| codes.value(code).copied();
        let place = || (code as usize).checked_sub(1);
        match part.dimension {
            Dimension::Day | Dimension::Week | Dimension::Month => match &part.from {
                From::Days { values, .. } => values.get(code as usize).copied().map(Key::Day),
                _ => None,
            },
            Dimension::Stage => id(&names.stages).map(StageId).map(Key::Stage),
            Dimension::Touchpoint => id(&names.touchpoints).map(TouchpointId).map(Key::Touchpoint),
            Dimension::Post => id(&names.posts).map(PostId).map(Key::Post),
            Dimension::Channel => place().and_then(Channel::from_index).map(Key::Channel),
            Dimension::Category => match &part.from {
                From::Categories { nodes, .. } => nodes.get(place()?).copied().map(Key::Category),
                _ => None,
            },
            Dimension::Polarity => place().and_then(Polarity::from_index).map(Key::Polarity),
            Dimension::Emotion => place().and_then(Emotion::from_index).map(Key::Emotion),
            Dimension::Intent => place().and_then(Intent::from_index).map(Key::Intent),
            Dimension::Language => names.languages.value(code).cloned().map(Key::Language),
            Dimension::Account => id(&names.accounts).map(AccountId).map(Key::Account),
            Dimension::Segment => match &part.from {
                From::Segments { segments, .. } => segments.get(place()?).copied().map(Key::Segment),
                _ => None,
            },
            Dimension::Attribute(_) => id(&names.values).map(ValueId).map(Key::Value),
        }
    }
}

/// 1 and up for a place in a list of words, 0 for none.
fn word(place: u8) -> u64 {
    if place == NONE { 0 } else { u64::from(place) + 1 }
}

/// Every passage once for every value that `values` gives for it; as it is where it gives none.
fn repeat(places: &mut Vec<Place>, spare: &mut Vec<Place>, stride: u64, values: impl Fn(&Place, &mut dyn FnMut(u64))) {
    spare.clear();
    for place in places.iter() {
        let before = spare.len();
        values(place, &mut |value| spare.push(Place { code: place.code + value * stride, ..*place }));
        if spare.len() == before {
            spare.push(*place);
        }
    }
    std::mem::swap(places, spare);
}

fn source<'a>(
    columns: &'a Columns,
    ask: &Ask,
    window: Window,
    ranges: &[Range<usize>],
    dimension: Dimension,
) -> (From<'a>, usize) {
    let names = &columns.names;
    match dimension {
        Dimension::Day | Dimension::Week | Dimension::Month => days(columns, window, ranges, dimension),
        Dimension::Stage => (From::Stages, names.stages.count()),
        Dimension::Touchpoint => (From::Narrow(&columns.touchpoint), names.touchpoints.count()),
        Dimension::Post => (From::Narrow(&columns.post), names.posts.count()),
        Dimension::Channel => {
            let code = |post: &i64| ask.lookup.channels.get(&PostId(*post)).map_or(0, |channel| channel.index() as u32 + 1);
            let codes = std::iter::once(0).chain(names.posts.values().iter().map(code)).collect();
            (From::Channels(codes), Channel::ALL.len() + 1)
        }
        Dimension::Category => {
            let mut nodes: Vec<CategoryId> = names.categories.values().iter().copied().map(CategoryId).collect();
            let mut upwards = vec![vec![0]];
            for at in 0..nodes.len() {
                let mut up = Vec::new();
                for node in ask.lookup.upwards(nodes[at]) {
                    let known = nodes.iter().position(|other| *other == node).unwrap_or_else(|| {
                        nodes.push(node);
                        nodes.len() - 1
                    });
                    up.push(known as u32 + 1);
                }
                upwards.push(up);
            }
            let count = nodes.len() + 1;
            (From::Categories { upwards, nodes }, count)
        }
        Dimension::Polarity => (From::Polarities, Polarity::ALL.len() + 1),
        Dimension::Emotion => (From::Emotions, Emotion::ALL.len() + 1),
        Dimension::Intent => (From::Intents, 9),
        Dimension::Language => (From::Narrow(&columns.language), names.languages.count()),
        Dimension::Account => (From::Wide(&columns.account), names.accounts.count()),
        Dimension::Segment => {
            let mut of_person: Vec<Vec<u32>> = vec![Vec::new(); names.persons.count()];
            for (code, (_, persons)) in (1..).zip(&ask.lookup.segments) {
                for person in persons.iter().filter_map(|person| names.persons.find(&person.0)) {
                    of_person[person as usize].push(code);
                }
            }
            let segments: Vec<SegmentId> = ask.lookup.segments.iter().map(|(id, _)| *id).collect();
            let count = segments.len() + 1;
            (From::Segments { of_person, segments }, count)
        }
        Dimension::Attribute(attribute) => {
            let values = columns.attributes.get(&attribute.0).map_or(&[][..], Vec::as_slice);
            (From::Wide(values), names.values.count())
        }
    }
}

fn days<'a>(columns: &Columns, window: Window, ranges: &[Range<usize>], dimension: Dimension) -> (From<'a>, usize) {
    let seen = columns.days(ranges);
    let cut = seen.map(|seen| match window.period {
        Some(period) => (seen.first.max(period.first), seen.last.min(period.last)),
        None => (seen.first, seen.last),
    });
    let (mut codes, mut values, mut known) = (Vec::new(), Vec::new(), HashMap::new());
    let (first, last) = cut.unwrap_or((Day(0), Day(-1)));
    for day in first.0..=last.0 {
        let value = bucket(dimension, Day(day + window.shift));
        let code = *known.entry(value).or_insert_with(|| {
            values.push(value);
            values.len() as u32 - 1
        });
        codes.push(code);
    }
    let count = values.len();
    (From::Days { first: first.0, codes, values }, count)
}

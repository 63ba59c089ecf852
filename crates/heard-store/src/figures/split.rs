//! What a question is split by, as numbers: every row or passage gets the code of its group, every code its keys.

use std::collections::HashMap;
use std::ops::Range;

use heard_domain::channel::Channel;
use heard_domain::id::{AccountId, CategoryId, PostId, StageId, TouchpointId, ValueId};
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
    /// The categories of a passage and all above them, several at once; a node above may be one that no passage has itself.
    Categories { upwards: Vec<Vec<u32>>, nodes: Vec<CategoryId> },
}

struct Part<'a> {
    dimension: Dimension,
    from: From<'a>,
    stride: u64,
    count: u64,
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
            if dimension.of_passage() { split.passages.push(part) } else { split.rows.push(part) }
        }
        Ok(split)
    }

    /// The code of a row, without its passages.
    #[inline]
    pub fn row(&self, row: usize) -> u64 {
        let mut code = 0;
        for part in &self.rows {
            let value = match &part.from {
                From::Days { first, codes, .. } => codes[(self.columns.day[row] - first) as usize],
                From::Narrow(values) => u32::from(values[row]),
                From::Wide(values) => values.get(row).copied().unwrap_or(0),
                From::Channels(codes) => codes[self.columns.post[row] as usize],
                _ => 0,
            };
            code += u64::from(value) * part.stride;
        }
        code
    }

    /// The codes of a passage in a row of code `base`, possibly with repetitions.
    #[inline]
    pub fn passage(&self, base: u64, passage: usize, codes: &mut Vec<u64>) {
        let c = self.columns;
        codes.clear();
        codes.push(base);
        for part in &self.passages {
            match &part.from {
                From::Stages => add(codes, part, u64::from(c.stage[passage])),
                From::Polarities => add(codes, part, place(c.polarity[passage])),
                From::Emotions => add(codes, part, place(c.emotion[passage])),
                From::Intents => {
                    let bits = c.intents[passage];
                    multiply(codes, part, (0..8).filter(|bit| bits >> bit & 1 == 1).map(|bit| bit + 1));
                }
                From::Categories { upwards, .. } => {
                    let own = c.category.get(c.categories[passage].range()).unwrap_or_default();
                    multiply(codes, part, own.iter().flat_map(|code| upwards[*code as usize].iter().map(|up| u64::from(*up))));
                }
                _ => {}
            }
        }
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
            Dimension::Attribute(_) => id(&names.values).map(ValueId).map(Key::Value),
        }
    }
}

/// 1 and up for a place, 0 for none.
fn place(value: u8) -> u64 {
    if value == NONE { 0 } else { u64::from(value) + 1 }
}

fn add(codes: &mut [u64], part: &Part<'_>, value: u64) {
    for code in codes {
        *code += value * part.stride;
    }
}

/// Every code once for every value; as it is if there is none.
fn multiply(codes: &mut Vec<u64>, part: &Part<'_>, values: impl Iterator<Item = u64>) {
    let before = codes.len();
    for value in values {
        for at in 0..before {
            codes.push(codes[at] + value * part.stride);
        }
    }
    if codes.len() > before {
        codes.drain(..before);
    }
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

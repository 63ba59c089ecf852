//! The filter, translated to the codes of the columns: which rows pass, and which of their passages.

use heard_domain::id::{AttributeId, ValueId};
use heard_domain::question::Dimension;
use heard_domain::time::Period;

use crate::figures::ask::Sight;
use crate::figures::columns::{Codes, Columns, NONE};

/// Yes or no for every code.
type Mask = Option<Vec<bool>>;

/// What rows and passages must fulfil.
pub struct Sieve<'a> {
    columns: &'a Columns,
    posts: Mask,
    touchpoints: Mask,
    languages: Mask,
    accounts: Mask,
    persons: Mask,
    imports: Mask,
    attributes: Vec<(&'a [u32], Vec<bool>)>,
    rated: Option<u16>,
    stages: Mask,
    categories: Mask,
    polarities: Option<u8>,
    emotions: Option<u16>,
    intents: Option<u8>,
    /// What passages must not have: polarity, emotion, intent, category.
    without: [bool; 4],
    /// Whether something is asked to be missing that is never missing.
    nothing: bool,
    by_passage: bool,
}

fn mask<'v, T: Clone + Eq + std::hash::Hash + 'v>(codes: &Codes<T>, values: impl Iterator<Item = &'v T>) -> Vec<bool> {
    let mut mask = vec![false; codes.count()];
    for code in values.filter_map(|value| codes.find(value)) {
        mask[code as usize] = true;
    }
    mask
}

fn listed<I: Copy>(codes: &Codes<i64>, list: &[I], id: impl Fn(I) -> i64) -> Mask {
    let ids: Vec<i64> = list.iter().map(|i| id(*i)).collect();
    (!ids.is_empty()).then(|| mask(codes, ids.iter()))
}

/// Lets only code 0 through, if it was let through before.
fn bare(mask: &mut Mask, count: usize) {
    let open = mask.as_ref().is_none_or(|mask| mask.first().copied().unwrap_or(false));
    let mut only = vec![false; count];
    if let Some(first) = only.first_mut() {
        *first = open;
    }
    *mask = Some(only);
}

fn allows(mask: &Mask, code: usize) -> bool {
    mask.as_ref().is_none_or(|mask| mask.get(code).copied().unwrap_or(false))
}

impl<'a> Sieve<'a> {
    /// The sieve of what is in sight. Words are not part of it: they come as a list of rows.
    pub fn new(columns: &'a Columns, sight: &Sight) -> Self {
        let (names, filter) = (&columns.names, &sight.filter);
        let posts = match &sight.posts {
            Some(some) => Some(mask(&names.posts, some.iter().map(|post| post.0).collect::<Vec<_>>().iter())),
            // Rows that have gone have no post.
            None if columns.any_gone() => Some((0..names.posts.count()).map(|code| code > 0).collect()),
            None => None,
        };
        let mut attributes: Vec<(&[u32], Vec<bool>)> = Vec::new();
        let mut asked: Vec<i64> = filter.attribute.iter().map(|(attribute, _)| attribute.0).collect();
        asked.sort_unstable();
        asked.dedup();
        for attribute in asked {
            let of = |(a, value): &(AttributeId, ValueId)| (a.0 == attribute).then_some(value.0);
            let values: Vec<i64> = filter.attribute.iter().filter_map(of).collect();
            let column = columns.attributes.get(&attribute).map_or(&[][..], Vec::as_slice);
            attributes.push((column, mask(&names.values, values.iter())));
        }
        let none = |dimension| filter.none.contains(&dimension);
        for dimension in &filter.none {
            if let Dimension::Attribute(attribute) = dimension {
                let column = columns.attributes.get(&attribute.0).map_or(&[][..], Vec::as_slice);
                let mut only = None;
                bare(&mut only, names.values.count());
                attributes.push((column, only.unwrap_or_default()));
            }
        }
        let bits = |places: &mut dyn Iterator<Item = usize>| places.fold(0_u16, |bits, place| bits | 1 << place);
        let some = |any: bool, bits: u16| any.then_some(bits);
        let mut sieve = Self {
            columns,
            posts,
            touchpoints: listed(&names.touchpoints, &filter.touchpoint, |id| id.0),
            languages: (!filter.language.is_empty()).then(|| mask(&names.languages, filter.language.iter())),
            accounts: listed(&names.accounts, &filter.account, |id| id.0),
            persons: sight.persons.as_ref().map(|some| {
                let ids: Vec<i64> = some.iter().map(|person| person.0).collect();
                mask(&names.persons, ids.iter())
            }),
            imports: listed(&names.imports, &filter.import, |id| id.0),
            attributes,
            rated: filter.rated.map(|scale| names.scales.find(&scale.0).map_or(u16::MAX, |code| code as u16)),
            stages: listed(&names.stages, &filter.stage, |id| id.0),
            categories: sight.categories.as_ref().map(|some| {
                let ids: Vec<i64> = some.iter().map(|category| category.0).collect();
                mask(&names.categories, ids.iter())
            }),
            polarities: some(!filter.polarity.is_empty(), bits(&mut filter.polarity.iter().map(|p| p.index())))
                .map(|bits| bits as u8),
            emotions: some(!filter.emotion.is_empty(), bits(&mut filter.emotion.iter().map(|e| e.index()))),
            intents: some(!filter.intent.is_empty(), bits(&mut filter.intent.iter().map(|i| i.index()))).map(|bits| bits as u8),
            without: [Dimension::Polarity, Dimension::Emotion, Dimension::Intent, Dimension::Category].map(none),
            nothing: filter.none.iter().any(|dimension| dimension.always()),
            by_passage: filter.of_passage(),
        };
        for (dimension, mask, count) in [
            (Dimension::Touchpoint, &mut sieve.touchpoints, names.touchpoints.count()),
            (Dimension::Language, &mut sieve.languages, names.languages.count()),
            (Dimension::Account, &mut sieve.accounts, names.accounts.count()),
            (Dimension::Stage, &mut sieve.stages, names.stages.count()),
        ] {
            if none(dimension) {
                bare(mask, count);
            }
        }
        if let Some(outside) = &sight.outside {
            let persons = sieve.persons.get_or_insert_with(|| vec![true; names.persons.count()]);
            for code in outside.iter().filter_map(|person| names.persons.find(&person.0)) {
                persons[code as usize] = false;
            }
        }
        sieve
    }

    /// Whether anything is asked of passages.
    pub fn by_passage(&self) -> bool {
        self.by_passage
    }

    /// Keeps the rows that pass, apart from their passages.
    pub fn rows(&self, rows: &mut Vec<u32>) {
        if self.nothing {
            rows.clear();
        }
        let c = self.columns;
        let mut narrow = |mask: &Mask, column: &[u16]| {
            if let Some(mask) = mask {
                rows.retain(|row| mask[column[*row as usize] as usize]);
            }
        };
        narrow(&self.posts, &c.post);
        narrow(&self.touchpoints, &c.touchpoint);
        narrow(&self.languages, &c.language);
        let mut wide = |mask: &Mask, column: &[u32]| {
            if let Some(mask) = mask {
                rows.retain(|row| mask[column[*row as usize] as usize]);
            }
        };
        wide(&self.accounts, &c.account);
        wide(&self.persons, &c.person);
        wide(&self.imports, &c.import);
        for (values, mask) in &self.attributes {
            rows.retain(|row| mask[values.get(*row as usize).copied().unwrap_or(0) as usize]);
        }
        if let Some(scale) = self.rated {
            rows.retain(|row| c.ratings[*row as usize].range().any(|place| c.scale[place] == scale));
        }
    }

    /// Whether a row passes, apart from its passages.
    fn row(&self, row: usize) -> bool {
        let c = self.columns;
        !self.nothing
            && allows(&self.posts, c.post[row] as usize)
            && allows(&self.touchpoints, c.touchpoint[row] as usize)
            && allows(&self.languages, c.language[row] as usize)
            && allows(&self.accounts, c.account[row] as usize)
            && allows(&self.persons, c.person[row] as usize)
            && allows(&self.imports, c.import[row] as usize)
            && self.attributes.iter().all(|(values, mask)| mask[values.get(row).copied().unwrap_or(0) as usize])
            && self.rated.is_none_or(|scale| c.ratings[row].range().any(|place| c.scale[place] == scale))
    }

    /// Whether a passage passes.
    #[inline]
    pub fn passage(&self, passage: usize) -> bool {
        let c = self.columns;
        let bit = |bits: Option<u16>, place: u8| bits.is_none_or(|bits| place < 16 && bits >> place & 1 == 1);
        let [polarity, emotion, intent, category] = self.without;
        allows(&self.stages, c.stage[passage] as usize)
            && !(polarity && c.polarity[passage] != NONE)
            && !(emotion && c.emotion[passage] != NONE)
            && !(intent && c.intents[passage] != 0)
            && (!category || c.categories[passage].range().is_empty())
            && bit(self.polarities.map(u16::from), c.polarity[passage])
            && bit(self.emotions, c.emotion[passage])
            && self.intents.is_none_or(|bits| bits & c.intents[passage] != 0)
            && self
                .categories
                .as_ref()
                .is_none_or(|mask| c.categories[passage].range().any(|place| mask[c.category[place] as usize]))
    }

    /// Whether a row passes with at least one of its passages.
    pub fn whole(&self, row: usize) -> bool {
        self.row(row) && (!self.by_passage || self.columns.passages[row].range().any(|passage| self.passage(passage)))
    }

    /// Whether a row of the tail lies in a period.
    #[inline]
    pub fn within(&self, row: usize, period: Option<Period>) -> bool {
        period.is_none_or(|period| (period.first.0..=period.last.0).contains(&self.columns.day[row]))
    }
}

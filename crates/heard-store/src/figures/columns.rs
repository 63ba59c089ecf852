//! Column arrays in memory: what is known of every feedback, its passages and its ratings, each property in an array of
//! its own, so that a question reads only what it asks for.
//!
//! Rows are kept by time. What arrives late stands behind the sorted part, in the tail, until the tail is merged in.
//! Identifiers are replaced by small codes, counted from 1 in order of first sight; 0 means "none".

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use heard_domain::time::{Day, Period};

use crate::error::StoreError;

/// A polarity or emotion that is not there.
pub const NONE: u8 = u8::MAX;

/// A feedback on its way into the columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Item {
    /// Its identifier.
    pub id: i64,
    /// When it was said.
    pub at: i64,
    /// The day of it.
    pub day: i32,
    /// Where it was heard.
    pub post: i64,
    /// At which contact.
    pub touchpoint: Option<i64>,
    /// Who said it.
    pub person: Option<i64>,
    /// For which account.
    pub account: Option<i64>,
    /// The import that brought it.
    pub import: Option<i64>,
    /// Its language.
    pub language: Option<String>,
    /// Attribute and value.
    pub attributes: Vec<(i64, i64)>,
    /// Scale and raw value.
    pub ratings: Vec<(i64, f64)>,
    /// What was understood, in order.
    pub passages: Vec<Piece>,
}

/// A passage on its way into the columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Piece {
    /// Place in `Polarity::ALL`.
    pub polarity: Option<u8>,
    /// Place in `Emotion::ALL`.
    pub emotion: Option<u8>,
    /// The stage.
    pub stage: Option<i64>,
    /// Bit mask of places in `Intent::ALL`.
    pub intents: u8,
    /// The categories.
    pub categories: Vec<i64>,
}

/// Identifiers in order of first sight: their codes.
#[derive(Debug)]
pub struct Codes<T> {
    codes: HashMap<T, u32, FewSteps>,
    values: Vec<T>,
}

impl<T> Default for Codes<T> {
    fn default() -> Self {
        Self { codes: HashMap::default(), values: Vec::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Codes<T> {
    /// Codes for these, in their order; none of them twice.
    pub(crate) fn of(values: Vec<T>) -> Self {
        let codes = values.iter().cloned().zip(1..).collect();
        Self { codes, values }
    }

    /// The code of a value, given the first time it is seen.
    fn take(&mut self, value: &T) -> u32 {
        if let Some(code) = self.codes.get(value) {
            return *code;
        }
        self.values.push(value.clone());
        let code = self.values.len() as u32;
        self.codes.insert(value.clone(), code);
        code
    }

    fn take_some(&mut self, value: Option<&T>) -> u32 {
        value.map_or(0, |value| self.take(value))
    }

    /// The code of a value; `None` if it was never seen.
    pub fn find<Q: Eq + std::hash::Hash + ?Sized>(&self, value: &Q) -> Option<u32>
    where
        T: std::borrow::Borrow<Q>,
    {
        self.codes.get(value).copied()
    }

    /// The value behind a code; `None` for 0.
    pub fn value(&self, code: u32) -> Option<&T> {
        self.values.get((code as usize).checked_sub(1)?)
    }

    /// How many codes there are, 0 among them.
    pub fn count(&self) -> usize {
        self.values.len() + 1
    }

    /// All values, in the order of their codes from 1.
    pub fn values(&self) -> &[T] {
        &self.values
    }
}

/// A code in half the room; the kinds of things that use it are few.
fn short(code: u32, what: &str) -> Result<u16, StoreError> {
    u16::try_from(code).map_err(|_| StoreError::Broken(format!("more than 65,535 {what}")))
}

/// Some entries of another array.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stretch {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Stretch {
    /// As a range of places.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// Identifiers are spread well enough by one multiplication.
#[derive(Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn write_i64(&mut self, value: i64) {
        self.write_u64(value as u64);
    }
}

/// Hashes numbers quickly.
pub type FewSteps = BuildHasherDefault<IdHasher>;

/// A map by identifier.
pub type ById<V> = HashMap<i64, V, FewSteps>;

/// The codes of everything that columns name.
#[derive(Debug, Default)]
pub struct Names {
    /// Listening posts.
    pub posts: Codes<i64>,
    /// Touchpoints.
    pub touchpoints: Codes<i64>,
    /// Stages.
    pub stages: Codes<i64>,
    /// Categories.
    pub categories: Codes<i64>,
    /// Languages.
    pub languages: Codes<String>,
    /// Accounts.
    pub accounts: Codes<i64>,
    /// Persons.
    pub persons: Codes<i64>,
    /// Imports.
    pub imports: Codes<i64>,
    /// Scales.
    pub scales: Codes<i64>,
    /// Values of attributes.
    pub values: Codes<i64>,
}

/// The columns.
#[derive(Debug, Default)]
pub struct Columns {
    /// The codes.
    pub names: Names,
    /// Identifiers of feedback.
    pub id: Vec<i64>,
    /// Moments.
    pub at: Vec<i64>,
    /// Days.
    pub day: Vec<i32>,
    /// Posts; 0 marks a row that has gone.
    pub post: Vec<u16>,
    /// Touchpoints.
    pub touchpoint: Vec<u16>,
    /// Languages.
    pub language: Vec<u16>,
    /// Accounts.
    pub account: Vec<u32>,
    /// Persons.
    pub person: Vec<u32>,
    /// Imports.
    pub import: Vec<u32>,
    /// Attributes by identifier: values; an array ends where only "none" would follow.
    pub attributes: BTreeMap<i64, Vec<u32>>,
    /// Where the passages of a row stand.
    pub passages: Vec<Stretch>,
    /// Where the ratings of a row stand.
    pub ratings: Vec<Stretch>,
    /// Of passages: place in `Polarity::ALL` or [`NONE`].
    pub polarity: Vec<u8>,
    /// Of passages: place in `Emotion::ALL` or [`NONE`].
    pub emotion: Vec<u8>,
    /// Of passages: stages.
    pub stage: Vec<u16>,
    /// Of passages: intents as bits.
    pub intents: Vec<u8>,
    /// Of passages: where their categories stand.
    pub categories: Vec<Stretch>,
    /// Of categories of passages: categories.
    pub category: Vec<u16>,
    /// Of ratings: scales.
    pub scale: Vec<u16>,
    /// Of ratings: raw values.
    pub raw: Vec<f64>,
    /// How many rows each person has, by code: who spoke once needs no looking up among others.
    pub said: Vec<u32>,
    /// Where each feedback stands.
    pub(crate) rows: ById<u32>,
    /// How many rows, from the first, are in order of time.
    pub(crate) sorted: usize,
    /// How many rows have gone.
    pub(crate) gone: usize,
    /// How many entries of passages and ratings nothing points to any more.
    pub(crate) idle: usize,
}

impl Columns {
    /// How many rows there are, also such as have gone.
    pub fn len(&self) -> usize {
        self.id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// How many feedbacks there are.
    pub fn feedbacks(&self) -> usize {
        self.rows.len()
    }

    /// Whether some rows have gone.
    pub fn any_gone(&self) -> bool {
        self.gone > 0
    }

    /// The row of a feedback.
    pub fn row(&self, id: i64) -> Option<usize> {
        self.rows.get(&id).map(|row| *row as usize)
    }

    /// The rows that may lie in a period: a stretch of the sorted part that lies in it wholly, and the tail, which has to
    /// be looked at row by row.
    pub fn cut(&self, period: Option<Period>) -> (Range<usize>, Range<usize>) {
        let days = self.day.get(..self.sorted).unwrap_or_default();
        let sorted = period.map_or(0..self.sorted, |period| {
            let first = days.partition_point(|day| *day < period.first.0);
            first..days.partition_point(|day| *day <= period.last.0).max(first)
        });
        (sorted, self.sorted..self.len())
    }

    /// The first and last day of what [`Columns::cut`] gave; `None` without rows.
    pub fn days(&self, ranges: &[Range<usize>]) -> Option<Period> {
        let (mut first, mut last) = (i32::MAX, i32::MIN);
        for range in ranges {
            let days = self.day.get(range.clone()).unwrap_or_default();
            // Within the sorted part the ends are enough.
            let days = if range.end <= self.sorted {
                [days.first(), days.last()].into_iter().flatten().collect()
            } else {
                Vec::from_iter(days)
            };
            for day in days {
                first = first.min(*day);
                last = last.max(*day);
            }
        }
        (first <= last).then_some(Period { first: Day(first), last: Day(last) })
    }

    /// Takes in a feedback, new or changed.
    pub fn put(&mut self, item: &Item) -> Result<(), StoreError> {
        let Some(row) = self.row(item.id) else { return self.push(item) };
        if self.at[row] != item.at || self.day[row] != item.day {
            self.forget(item.id);
            return self.push(item);
        }
        self.count_person(self.person[row], -1);
        self.post[row] = short(self.names.posts.take(&item.post), "posts")?;
        self.touchpoint[row] = short(self.names.touchpoints.take_some(item.touchpoint.as_ref()), "touchpoints")?;
        self.language[row] = short(self.names.languages.take_some(item.language.as_ref()), "languages")?;
        self.account[row] = self.names.accounts.take_some(item.account.as_ref());
        self.person[row] = self.names.persons.take_some(item.person.as_ref());
        self.import[row] = self.names.imports.take_some(item.import.as_ref());
        self.count_person(self.person[row], 1);
        for values in self.attributes.values_mut() {
            if let Some(value) = values.get_mut(row) {
                *value = 0;
            }
        }
        self.put_attributes(row, item);
        self.put_ratings(row, item)?;
        self.put_passages(row, item)
    }

    /// Lets go of a feedback.
    pub fn forget(&mut self, id: i64) {
        if let Some(row) = self.rows.remove(&id) {
            self.post[row as usize] = 0;
            self.count_person(self.person[row as usize], -1);
            self.gone += 1;
        }
    }

    fn push(&mut self, item: &Item) -> Result<(), StoreError> {
        let row = self.len();
        let code = u32::try_from(row).map_err(|_| StoreError::Broken("more than 4 billion feedbacks".to_owned()))?;
        // What can fail comes first: a row is whole or not there.
        let post = short(self.names.posts.take(&item.post), "posts")?;
        let touchpoint = short(self.names.touchpoints.take_some(item.touchpoint.as_ref()), "touchpoints")?;
        let language = short(self.names.languages.take_some(item.language.as_ref()), "languages")?;
        if row == self.sorted && row.checked_sub(1).is_none_or(|last| (self.at[last], self.id[last]) <= (item.at, item.id)) {
            self.sorted += 1;
        }
        self.id.push(item.id);
        self.at.push(item.at);
        self.day.push(item.day);
        self.post.push(post);
        self.touchpoint.push(touchpoint);
        self.language.push(language);
        self.account.push(self.names.accounts.take_some(item.account.as_ref()));
        let person = self.names.persons.take_some(item.person.as_ref());
        self.person.push(person);
        self.import.push(self.names.imports.take_some(item.import.as_ref()));
        self.passages.push(Stretch::default());
        self.ratings.push(Stretch::default());
        self.rows.insert(item.id, code);
        self.count_person(person, 1);
        self.put_attributes(row, item);
        self.put_ratings(row, item)?;
        self.put_passages(row, item)
    }

    fn count_person(&mut self, person: u32, by: i32) {
        if self.said.len() <= person as usize {
            self.said.resize(person as usize + 1, 0);
        }
        let said = &mut self.said[person as usize];
        *said = said.saturating_add_signed(by);
    }

    fn put_attributes(&mut self, row: usize, item: &Item) {
        for (attribute, value) in &item.attributes {
            let values = self.attributes.entry(*attribute).or_default();
            if values.len() <= row {
                values.resize(row + 1, 0);
            }
            values[row] = self.names.values.take(value);
        }
    }

    fn put_ratings(&mut self, row: usize, item: &Item) -> Result<(), StoreError> {
        let stretch = room(self.ratings[row], item.ratings.len(), &mut self.idle, self.scale.len())?;
        self.ratings[row] = stretch;
        let end = stretch.range().end.max(self.scale.len());
        self.scale.resize(end, 0);
        self.raw.resize(end, 0.0);
        for (place, (scale, raw)) in stretch.range().zip(&item.ratings) {
            self.scale[place] = short(self.names.scales.take(scale), "scales")?;
            self.raw[place] = *raw;
        }
        Ok(())
    }

    fn put_passages(&mut self, row: usize, item: &Item) -> Result<(), StoreError> {
        let stretch = room(self.passages[row], item.passages.len(), &mut self.idle, self.polarity.len())?;
        self.passages[row] = stretch;
        let end = stretch.range().end.max(self.polarity.len());
        self.polarity.resize(end, NONE);
        self.emotion.resize(end, NONE);
        self.stage.resize(end, 0);
        self.intents.resize(end, 0);
        self.categories.resize(end, Stretch::default());
        for (place, piece) in stretch.range().zip(&item.passages) {
            self.polarity[place] = piece.polarity.unwrap_or(NONE);
            self.emotion[place] = piece.emotion.unwrap_or(NONE);
            self.stage[place] = short(self.names.stages.take_some(piece.stage.as_ref()), "stages")?;
            self.intents[place] = piece.intents;
            let categories = room(self.categories[place], piece.categories.len(), &mut self.idle, self.category.len())?;
            self.categories[place] = categories;
            let end = categories.range().end.max(self.category.len());
            self.category.resize(end, 0);
            for (place, category) in categories.range().zip(&piece.categories) {
                self.category[place] = short(self.names.categories.take(category), "categories")?;
            }
        }
        Ok(())
    }

    /// Whether so much stands in the tail or lies idle that [`Columns::merged`] is worth its time.
    pub fn untidy(&self) -> bool {
        let tail = self.len() - self.sorted;
        tail > 4096 + self.sorted / 8 || self.gone > 4096 + self.len() / 8 || self.idle > 16384 + self.polarity.len() / 2
    }

    /// The same in order of time, without a tail and without what has gone. The names are left empty: they are the same
    /// and are moved by [`Columns::take_place`].
    #[must_use]
    pub fn merged(&self) -> Self {
        let mut order: Vec<u32> = (0..self.len() as u32).filter(|row| self.post[*row as usize] != 0).collect();
        order.sort_by_key(|row| (self.at[*row as usize], self.id[*row as usize]));
        let mut new = Self {
            id: pick(&order, &self.id),
            at: pick(&order, &self.at),
            day: pick(&order, &self.day),
            post: pick(&order, &self.post),
            touchpoint: pick(&order, &self.touchpoint),
            language: pick(&order, &self.language),
            account: pick(&order, &self.account),
            person: pick(&order, &self.person),
            import: pick(&order, &self.import),
            passages: Vec::with_capacity(order.len()),
            ratings: Vec::with_capacity(order.len()),
            said: self.said.clone(),
            sorted: order.len(),
            ..Self::default()
        };
        for (attribute, values) in &self.attributes {
            let values = order.iter().map(|row| values.get(*row as usize).copied().unwrap_or(0)).collect();
            new.attributes.insert(*attribute, values);
        }
        new.rows.reserve(order.len());
        for (row, old) in order.iter().enumerate() {
            new.rows.insert(new.id[row], row as u32);
            let old = *old as usize;
            let passages = self.passages[old];
            new.passages.push(Stretch { start: new.polarity.len() as u32, len: passages.len });
            for p in passages.range() {
                new.polarity.push(self.polarity[p]);
                new.emotion.push(self.emotion[p]);
                new.stage.push(self.stage[p]);
                new.intents.push(self.intents[p]);
                let categories = self.categories[p];
                new.categories.push(Stretch { start: new.category.len() as u32, len: categories.len });
                new.category.extend_from_slice(self.category.get(categories.range()).unwrap_or_default());
            }
            let ratings = self.ratings[old];
            new.ratings.push(Stretch { start: new.scale.len() as u32, len: ratings.len });
            new.scale.extend_from_slice(self.scale.get(ratings.range()).unwrap_or_default());
            new.raw.extend_from_slice(self.raw.get(ratings.range()).unwrap_or_default());
        }
        new
    }

    /// Puts what [`Columns::merged`] made in the place of what it was made from.
    pub fn take_place(&mut self, mut merged: Self) {
        std::mem::swap(&mut merged.names, &mut self.names);
        *self = merged;
    }
}

fn pick<T: Copy>(order: &[u32], from: &[T]) -> Vec<T> {
    order.iter().map(|row| from[*row as usize]).collect()
}

/// Where `len` entries go: over the old ones if they fit, else behind everything at `end`.
fn room(old: Stretch, len: usize, idle: &mut usize, end: usize) -> Result<Stretch, StoreError> {
    let full = || StoreError::Broken("more than 4 billion passages or ratings".to_owned());
    let len = u32::try_from(len).map_err(|_| full())?;
    if len <= old.len {
        *idle += (old.len - len) as usize;
        return Ok(Stretch { start: old.start, len });
    }
    *idle += old.len as usize;
    Ok(Stretch { start: u32::try_from(end).map_err(|_| full())?, len })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: i64, at: i64) -> Item {
        let piece = Piece { categories: vec![id, 7], ..Piece::default() };
        Item { id, at, day: (at / 10) as i32, post: 1, passages: vec![piece.clone(), piece], ..Item::default() }
    }

    fn categories(columns: &Columns, id: i64) -> Vec<i64> {
        let row = columns.row(id).unwrap();
        let places = columns.passages[row].range().flat_map(|p| columns.categories[p].range());
        places.map(|place| *columns.names.categories.value(columns.category[place].into()).unwrap()).collect()
    }

    #[test]
    fn what_arrives_late_is_found_before_and_after_the_merge() {
        let mut columns = Columns::default();
        for (id, at) in [(1, 10), (2, 30), (3, 20), (4, 40), (5, 5)] {
            columns.put(&item(id, at)).unwrap();
        }
        let two = Period { first: Day(2), last: Day(3) };
        assert_eq!(columns.cut(Some(two)), (1..2, 2..5));
        columns.forget(4);
        let merged = columns.merged();
        columns.take_place(merged);
        assert_eq!(columns.id, [5, 1, 3, 2]);
        assert_eq!(columns.cut(Some(two)), (2..4, 4..4));
        assert_eq!(categories(&columns, 3), [3, 7, 3, 7]);
        assert_eq!(columns.row(4), None);
    }

    #[test]
    fn a_reading_replaces_the_old_one_whether_shorter_or_longer() {
        let mut columns = Columns::default();
        columns.put(&item(1, 10)).unwrap();
        columns.put(&item(2, 20)).unwrap();
        for length in [1, 4, 0, 2] {
            let mut again = item(1, 10);
            again.passages = (0..length).map(|i| Piece { categories: (0..=i).collect(), ..Piece::default() }).collect();
            columns.put(&again).unwrap();
            let expected: Vec<i64> = (0..length).flat_map(|i| 0..=i).collect();
            assert_eq!(categories(&columns, 1), expected);
            assert_eq!(categories(&columns, 2), [2, 7, 2, 7]);
        }
        let mut moved = item(1, 90);
        moved.person = Some(3);
        columns.put(&moved).unwrap();
        assert_eq!((columns.feedbacks(), columns.len()), (2, 3));
        assert_eq!(columns.said[1], 1);
    }
}

//! Every question as plain SQL: slow and simple, the oracle of the tests. It shares with the other ways only what was
//! looked up, and does the tree of categories again by itself.

use std::collections::BTreeMap;

use heard_domain::id::{AccountId, CategoryId, FeedbackId, PersonId, PostId, SegmentId, StageId, TouchpointId, ValueId};
use heard_domain::question::{Dimension, Filter, Key};
use heard_domain::reading::{Emotion, Intent, Polarity};
use heard_domain::time::{Day, Time};

use crate::error::StoreError;
use crate::figures::ask::Ask;
use crate::figures::scan::matching;
use crate::figures::tally::{Gauge, Grid, Window, bucket};
use crate::search::words::Words;
use crate::sql::driver::{Row, Value, parameters};
use crate::tables::{company, segment};
use crate::view::View;

/// Every category with each above it and itself; the intents as bits.
const WITH: &str = "WITH RECURSIVE above (category, node) AS (SELECT id, id FROM category UNION SELECT above.category, category.parent \
     FROM above JOIN category ON category.id = above.node WHERE category.parent IS NOT NULL), \
     bits (place, bit) AS (SELECT 0, 1 UNION ALL SELECT place + 1, bit * 2 FROM bits WHERE place < 7)";

/// A statement that is being put together.
#[derive(Default)]
struct Statement<'a> {
    joins: Vec<String>,
    conditions: Vec<String>,
    values: Vec<Value<'a>>,
}

impl<'a> Statement<'a> {
    fn value(&mut self, value: impl Into<Value<'a>>) -> usize {
        self.values.push(value.into());
        self.values.len()
    }

    fn one_of<T: Copy + Into<Value<'a>>>(&mut self, what: &str, list: &[T]) -> String {
        if list.is_empty() {
            return "1 = 0".to_owned();
        }
        let first = self.values.len() + 1;
        self.values.extend(list.iter().map(|value| (*value).into()));
        format!("{what} IN ({})", parameters(first, list.len()))
    }

    fn only<T: Copy + Into<Value<'a>>>(&mut self, what: &str, list: &[T]) {
        if !list.is_empty() {
            let condition = self.one_of(what, list);
            self.conditions.push(condition);
        }
    }
}

/// Answers by plain SQL.
pub fn answer(view: &View, ask: &Ask, window: Window, words: Option<&Words>, now: Time) -> Result<Grid, StoreError> {
    let passages = matches!(ask.gauge, Gauge::Net { .. } | Gauge::Emotions);
    let mut statement = Statement::default();
    let found = words.map(|words| matching(view, words, None)).transpose()?;
    let mut keys = Vec::new();
    for (place, dimension) in ask.by.iter().enumerate() {
        let expression = key_column(&mut statement, place, *dimension);
        keys.push(format!("{expression} AS k{place}"));
    }
    narrow(&mut statement, ask, window, found.as_deref());
    let filter = &ask.sight.filter;
    let split = ask.by.iter().chain(&filter.none).any(|dimension| *dimension == Dimension::Segment);
    let members = if split || !filter.segment.is_empty() { members(view, filter, now)? } else { Vec::new() };
    let with = format!("{WITH}{}", belongs(&members));
    if !filter.segment.is_empty() {
        // Too many for parameters; they are numbers.
        let ids: Vec<String> = members.iter().map(|(_, person)| person.to_string()).collect();
        statement.conditions.push(format!("f.person IN ({})", if ids.is_empty() { "-1".to_owned() } else { ids.join(", ") }));
    }
    if passages || ask.by_passage() || ask.sight.filter.of_passage() {
        statement.joins.insert(0, " JOIN passage p ON p.feedback = f.id".to_owned());
    }
    let mut inner = keys;
    inner.push("f.id AS feedback".to_owned());
    match &ask.gauge {
        Gauge::Volume => {}
        Gauge::Rating(scale) => {
            let scale = statement.value(scale.id);
            statement.joins.push(format!(" JOIN rating r ON r.feedback = f.id AND r.scale = ${scale}"));
            inner.push("r.raw AS raw".to_owned());
        }
        Gauge::Net { .. } | Gauge::Emotions => {
            statement.conditions.push("p.polarity IS NOT NULL".to_owned());
            inner.push("p.ordinal AS ordinal, p.polarity AS polarity, p.emotion AS emotion".to_owned());
            inner.push("coalesce(f.person, -f.id) AS cluster".to_owned());
        }
    }
    let mut outer: Vec<String> = (0..ask.by.len()).map(|place| format!("k{place}")).collect();
    match &ask.gauge {
        Gauge::Volume => {}
        Gauge::Rating(_) => outer.push("raw".to_owned()),
        Gauge::Net { .. } => outer.extend(["cluster".to_owned(), "polarity".to_owned()]),
        Gauge::Emotions => outer.push("emotion".to_owned()),
    }
    let conditions = if statement.conditions.is_empty() { "1 = 1".to_owned() } else { statement.conditions.join(" AND ") };
    let group = if outer.is_empty() { String::new() } else { format!(" GROUP BY {}", outer.join(", ")) };
    outer.push("count(*)".to_owned());
    let sql = format!(
        "{with} SELECT {} FROM (SELECT DISTINCT {} FROM feedback f{} WHERE {conditions}) AS found{group}",
        outer.join(", "),
        inner.join(", "),
        statement.joins.concat()
    );
    let mut grid = Grid::new();
    let mut clusters: BTreeMap<(Vec<Key>, i64), (i64, i64)> = BTreeMap::new();
    view.each(&sql, &statement.values, |row| {
        let mut keys = Vec::new();
        for (place, dimension) in ask.by.iter().enumerate() {
            keys.push(key(row, place, *dimension, ask, window)?);
        }
        let width = keys.len();
        let last = outer.len() - 1;
        let count = row.int(last)?;
        if count == 0 {
            return Ok(());
        }
        let tally = grid.entry(keys.clone()).or_default();
        tally.n += count as u64;
        match &ask.gauge {
            Gauge::Volume => {}
            Gauge::Rating(scale) => {
                let raw = row.real(width)?;
                match scale.formula.band(raw) {
                    1 => tally.up += count as u64,
                    -1 => tally.down += count as u64,
                    _ => {}
                }
                tally.total += raw * count as f64;
                tally.squares += raw * raw * count as f64;
            }
            Gauge::Net { .. } => {
                let sign = Polarity::from_index(row.int(width + 1)? as usize).map_or(0, |polarity| i64::from(polarity.sign()));
                match sign {
                    1 => tally.up += count as u64,
                    -1 => tally.down += count as u64,
                    _ => {}
                }
                let (difference, n) = clusters.entry((keys, row.int(width)?)).or_default();
                *difference += sign * count;
                *n += count;
            }
            Gauge::Emotions => {
                if let Some(emotion) = row.int_or_none(width)? {
                    tally.emotions[emotion as usize] += count as u64;
                }
            }
        }
        Ok(())
    })?;
    for ((keys, _), (difference, n)) in clusters {
        grid.entry(keys).or_default().clusters.add(difference as f64, n as f64);
    }
    Ok(grid)
}

/// The persons of the segments that are asked for, else of all, by looking at every person.
fn members(view: &View, filter: &Filter, now: Time) -> Result<Vec<(SegmentId, PersonId)>, StoreError> {
    let today = company::get(view)?.zone.day(now);
    let mut found = Vec::new();
    for wanted in segment::list(view)? {
        if filter.segment.is_empty() || filter.segment.contains(&wanted.id) {
            let persons = segment::persons_one_by_one(view, &wanted.filter, today)?;
            found.extend(persons.into_iter().map(|person| (wanted.id, person)));
        }
    }
    Ok(found)
}

/// Who belongs to which segment, as a table of the statement.
fn belongs(members: &[(SegmentId, PersonId)]) -> String {
    // Nobody is called so; a list of rows must not be empty.
    let nobody = std::iter::once("(CAST(-1 AS BIGINT), CAST(-1 AS BIGINT))".to_owned());
    let rows: Vec<String> = nobody.chain(members.iter().map(|(segment, person)| format!("({segment}, {person})"))).collect();
    format!(", belongs (segment, person) AS (VALUES {})", rows.join(", "))
}

fn narrow<'a>(statement: &mut Statement<'a>, ask: &'a Ask, window: Window, found: Option<&[FeedbackId]>) {
    let filter = &ask.sight.filter;
    if let Some(period) = window.period {
        let (first, last) = (statement.value(period.first), statement.value(period.last));
        statement.conditions.push(format!("f.day BETWEEN ${first} AND ${last}"));
    }
    if let Some(posts) = &ask.sight.posts {
        let posts: Vec<PostId> = posts.iter().copied().collect();
        let condition = statement.one_of("f.post", &posts);
        statement.conditions.push(condition);
    }
    if let Some(found) = found {
        // Too many for parameters; they are numbers.
        let ids: Vec<String> = found.iter().map(ToString::to_string).collect();
        let none = ids.is_empty();
        statement.conditions.push(if none { "1 = 0".to_owned() } else { format!("f.id IN ({})", ids.join(", ")) });
    }
    statement.only("f.touchpoint", &filter.touchpoint);
    statement.only("f.account", &filter.account);
    statement.only("f.person", &filter.person);
    statement.only("f.import", &filter.import);
    let languages: Vec<&str> = filter.language.iter().map(String::as_str).collect();
    statement.only("f.language", &languages);
    let mut attributes: Vec<_> = filter.attribute.iter().map(|(attribute, _)| *attribute).collect();
    attributes.sort_unstable();
    attributes.dedup();
    for attribute in attributes {
        let values: Vec<ValueId> = filter.attribute.iter().filter(|(a, _)| *a == attribute).map(|(_, value)| *value).collect();
        let place = statement.value(attribute);
        let one_of = statement.one_of("x.value", &values);
        statement.conditions.push(format!(
            "EXISTS (SELECT 1 FROM feedback_attribute x WHERE x.feedback = f.id AND x.attribute = ${place} AND {one_of})"
        ));
    }
    if let Some(scale) = filter.rated {
        let place = statement.value(scale);
        let condition = format!("EXISTS (SELECT 1 FROM rating x WHERE x.feedback = f.id AND x.scale = ${place})");
        statement.conditions.push(condition);
    }
    without(statement, filter);
    statement.only("p.stage", &filter.stage);
    statement.only("p.polarity", &filter.polarity.iter().map(|polarity| polarity.index()).collect::<Vec<_>>());
    statement.only("p.emotion", &filter.emotion.iter().map(|emotion| emotion.index()).collect::<Vec<_>>());
    if !filter.intent.is_empty() {
        let bits = filter.intent.iter().fold(0_i64, |bits, intent| bits | 1 << intent.index());
        let place = statement.value(bits);
        statement.conditions.push(format!("(p.intents & ${place}) <> 0"));
    }
    if !filter.category.is_empty() {
        let one_of = statement.one_of("above.node", &filter.category);
        statement.conditions.push(format!(
            "EXISTS (SELECT 1 FROM passage_category x JOIN above ON above.category = x.category \
             WHERE x.feedback = p.feedback AND x.ordinal = p.ordinal AND {one_of})"
        ));
    }
}

/// What must have no value.
fn without(statement: &mut Statement<'_>, filter: &Filter) {
    for dimension in &filter.none {
        let condition = match dimension {
            Dimension::Day | Dimension::Week | Dimension::Month | Dimension::Post | Dimension::Channel => "1 = 0".to_owned(),
            Dimension::Touchpoint => "f.touchpoint IS NULL".to_owned(),
            Dimension::Language => "f.language IS NULL".to_owned(),
            Dimension::Account => "f.account IS NULL".to_owned(),
            Dimension::Segment => "NOT EXISTS (SELECT 1 FROM belongs x WHERE x.person = f.person)".to_owned(),
            Dimension::Stage => "p.stage IS NULL".to_owned(),
            Dimension::Polarity => "p.polarity IS NULL".to_owned(),
            Dimension::Emotion => "p.emotion IS NULL".to_owned(),
            Dimension::Intent => "p.intents = 0".to_owned(),
            Dimension::Category => {
                "NOT EXISTS (SELECT 1 FROM passage_category x WHERE x.feedback = p.feedback AND x.ordinal = p.ordinal)".to_owned()
            }
            Dimension::Attribute(attribute) => {
                let place = statement.value(*attribute);
                format!("NOT EXISTS (SELECT 1 FROM feedback_attribute x WHERE x.feedback = f.id AND x.attribute = ${place})")
            }
        };
        statement.conditions.push(condition);
    }
}

/// The column of a dimension, with the joins that it needs.
fn key_column(statement: &mut Statement<'_>, place: usize, dimension: Dimension) -> String {
    match dimension {
        Dimension::Day | Dimension::Week | Dimension::Month => "f.day".to_owned(),
        Dimension::Post | Dimension::Channel => "f.post".to_owned(),
        Dimension::Touchpoint => "f.touchpoint".to_owned(),
        Dimension::Language => "f.language".to_owned(),
        Dimension::Account => "f.account".to_owned(),
        Dimension::Segment => {
            statement.joins.push(" LEFT JOIN belongs ON belongs.person = f.person".to_owned());
            "belongs.segment".to_owned()
        }
        Dimension::Stage => "p.stage".to_owned(),
        Dimension::Polarity => "p.polarity".to_owned(),
        Dimension::Emotion => "p.emotion".to_owned(),
        Dimension::Intent => {
            statement.joins.push(" LEFT JOIN bits ON (p.intents & bits.bit) <> 0".to_owned());
            "bits.place".to_owned()
        }
        Dimension::Category => {
            statement.joins.push(
                " LEFT JOIN passage_category pc ON pc.feedback = p.feedback AND pc.ordinal = p.ordinal \
                 LEFT JOIN above node ON node.category = pc.category"
                    .to_owned(),
            );
            "node.node".to_owned()
        }
        Dimension::Attribute(attribute) => {
            let value = statement.value(attribute);
            statement.joins.push(format!(
                " LEFT JOIN feedback_attribute a{place} ON a{place}.feedback = f.id AND a{place}.attribute = ${value}"
            ));
            format!("a{place}.value")
        }
    }
}

fn key(row: &dyn Row, column: usize, dimension: Dimension, ask: &Ask, window: Window) -> Result<Key, StoreError> {
    if dimension == Dimension::Language {
        return Ok(row.text_or_none(column)?.map_or(Key::None, |code| Key::Language(code.to_owned())));
    }
    let Some(value) = row.int_or_none(column)? else { return Ok(Key::None) };
    let place = usize::try_from(value).ok();
    let key = match dimension {
        Dimension::Day | Dimension::Week | Dimension::Month => {
            Some(Key::Day(bucket(dimension, Day(value as i32 + window.shift))))
        }
        Dimension::Stage => Some(Key::Stage(StageId(value))),
        Dimension::Touchpoint => Some(Key::Touchpoint(TouchpointId(value))),
        Dimension::Post => Some(Key::Post(PostId(value))),
        Dimension::Channel => ask.lookup.channels.get(&PostId(value)).map(|channel| Key::Channel(*channel)),
        Dimension::Category => Some(Key::Category(CategoryId(value))),
        Dimension::Polarity => place.and_then(Polarity::from_index).map(Key::Polarity),
        Dimension::Emotion => place.and_then(Emotion::from_index).map(Key::Emotion),
        Dimension::Intent => place.and_then(Intent::from_index).map(Key::Intent),
        Dimension::Account => Some(Key::Account(AccountId(value))),
        Dimension::Segment => Some(Key::Segment(SegmentId(value))),
        Dimension::Attribute(_) => Some(Key::Value(ValueId(value))),
        Dimension::Language => None,
    };
    Ok(key.unwrap_or(Key::None))
}

//! Answers from the day cubes in SQL, where their dimensions suffice: day, post, stage, category.

use heard_domain::id::{CategoryId, PostId, StageId};
use heard_domain::question::{Dimension, Filter, Key};
use heard_domain::time::Day;

use crate::cube::{ALL, NONE};
use crate::error::StoreError;
use crate::figures::ask::Ask;
use crate::figures::tally::{Gauge, Grid, Tally, Window, bucket};
use crate::sql::driver::{Row, Value, parameters};
use crate::view::View;

/// Whether the cubes hold the answer.
pub fn suffices(ask: &Ask) -> bool {
    let filter = &ask.sight.filter;
    let by = |dimension| ask.by.contains(&dimension);
    let known = |d: &Dimension| {
        use Dimension::{Category, Channel, Day, Month, Post, Stage, Week};
        matches!(d, Day | Week | Month | Post | Channel | Stage | Category)
    };
    let rest = Filter { stage: vec![], category: vec![], post: vec![], channel: vec![], ..filter.clone() };
    if !ask.by.iter().all(known) || !rest.is_empty() || matches!(ask.gauge, Gauge::Net { clustered: true }) {
        return false;
    }
    // Cells of several stages or categories share feedback: they cannot be added.
    let one_stage = filter.stage.len() <= 1 || by(Dimension::Stage);
    let one_category = ask.sight.categories.as_ref().is_none_or(|some| some.len() == 1);
    // A comment about two categories is also in the group of the one that was not asked for; a node above has no cell.
    let plain_category = !by(Dimension::Category) || (filter.category.is_empty() && !ask.lookup.nested());
    let of_category = by(Dimension::Category) || !filter.category.is_empty();
    one_stage && one_category && plain_category && !(of_category && matches!(ask.gauge, Gauge::Rating(_)))
}

/// Answers from the cubes; only where they suffice.
pub fn answer(view: &View, ask: &Ask, window: Window) -> Result<Grid, StoreError> {
    let filter = &ask.sight.filter;
    let by = |dimension| ask.by.contains(&dimension);
    let mut values: Vec<Value<'_>> = Vec::new();
    let mut conditions: Vec<String> = Vec::new();
    let rating = match &ask.gauge {
        Gauge::Rating(scale) => Some(scale),
        _ => None,
    };
    if let Some(posts) = &ask.sight.posts {
        if posts.is_empty() {
            return Ok(Grid::new());
        }
        conditions.push(format!("post IN ({})", parameters(values.len() + 1, posts.len())));
        values.extend(posts.iter().map(|post| Value::from(*post)));
    }
    if let Some(period) = window.period {
        conditions.push(format!("day BETWEEN ${} AND ${}", values.len() + 1, values.len() + 2));
        values.extend([Value::from(period.first), Value::from(period.last)]);
    }
    if !filter.stage.is_empty() {
        conditions.push(format!("stage IN ({})", parameters(values.len() + 1, filter.stage.len())));
        values.extend(filter.stage.iter().map(|stage| Value::from(*stage)));
    } else if by(Dimension::Stage) {
        conditions.push(format!("stage <> {ALL}"));
    } else {
        conditions.push(format!("stage = {ALL}"));
    }
    if let Some(scale) = rating {
        conditions.push(format!("scale = ${}", values.len() + 1));
        values.push(scale.id.into());
    } else if let Some(category) = filter.category.first() {
        conditions.push(format!("category = ${}", values.len() + 1));
        values.push((*category).into());
    } else if by(Dimension::Category) {
        conditions.push(format!("category <> {ALL}"));
    } else {
        conditions.push(format!("category = {ALL}"));
    }
    let column = |dimension: &Dimension| match dimension {
        Dimension::Post | Dimension::Channel => "post",
        Dimension::Stage => "stage",
        Dimension::Category => "category",
        _ => "day",
    };
    let mut columns: Vec<&str> = ask.by.iter().map(column).collect();
    columns.sort_unstable();
    columns.dedup();
    let sums = match &ask.gauge {
        Gauge::Rating(_) => "sum(n), sum(up), sum(down), sum(total), sum(squares)",
        Gauge::Volume => "sum(volume)",
        Gauge::Net { .. } => "sum(passages), sum(positive), sum(negative)",
        Gauge::Emotions => {
            "sum(passages), sum(joy), sum(gratitude), sum(trust), sum(surprise), sum(confusion), sum(disappointment), sum(anger), sum(fear)"
        }
    };
    let table = if rating.is_some() { "cube_rating" } else { "cube" };
    let width = columns.len();
    let (keys, group) = match columns.join(", ") {
        keys if keys.is_empty() => (String::new(), String::new()),
        keys => (format!("{keys}, "), format!(" GROUP BY {keys}")),
    };
    let sql = format!("SELECT {keys}{sums} FROM {table} WHERE {}{group}", conditions.join(" AND "));
    let mut grid = Grid::new();
    view.each(&sql, &values, |row| {
        let tally = tally(row, &ask.gauge, width)?;
        if tally.n == 0 {
            return Ok(());
        }
        let mut keys = Vec::with_capacity(ask.by.len());
        for dimension in &ask.by {
            let at = columns.iter().position(|c| *c == column(dimension)).unwrap_or(0);
            keys.push(key(ask, window, *dimension, row.int(at)?));
        }
        grid.entry(keys).or_default().add(&tally);
        Ok(())
    })?;
    Ok(grid)
}

fn tally(row: &dyn Row, gauge: &Gauge, from: usize) -> Result<Tally, StoreError> {
    let count = |column: usize| Ok::<_, StoreError>(row.int_or_none(from + column)?.unwrap_or(0).max(0) as u64);
    let mut tally = Tally { n: count(0)?, ..Tally::default() };
    match gauge {
        Gauge::Volume => {}
        Gauge::Net { .. } => (tally.up, tally.down) = (count(1)?, count(2)?),
        Gauge::Rating(_) => {
            (tally.up, tally.down) = (count(1)?, count(2)?);
            tally.total = row.real_or_none(from + 3)?.unwrap_or(0.0);
            tally.squares = row.real_or_none(from + 4)?.unwrap_or(0.0);
        }
        Gauge::Emotions => {
            for (place, emotion) in tally.emotions.iter_mut().enumerate() {
                *emotion = count(1 + place)?;
            }
        }
    }
    Ok(tally)
}

fn key(ask: &Ask, window: Window, dimension: Dimension, value: i64) -> Key {
    match dimension {
        Dimension::Post => Key::Post(PostId(value)),
        Dimension::Channel => ask.lookup.channels.get(&PostId(value)).map_or(Key::None, |channel| Key::Channel(*channel)),
        Dimension::Stage | Dimension::Category if value == NONE => Key::None,
        Dimension::Stage => Key::Stage(StageId(value)),
        Dimension::Category => Key::Category(CategoryId(value)),
        _ => Key::Day(bucket(dimension, Day(value as i32 + window.shift))),
    }
}

//! The day cubes: what one feedback adds to them, gathered in memory while a group of writes runs and written once
//! before its commit.
//!
//! Key: (day, post, stage, category), where stage and category 0 stand for "all" and −1 for "none". A feedback adds 1 to
//! the volume of each distinct cell that one of its passages falls in; a passage adds its sentiment and emotion to the
//! cell of each of its categories.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use heard_domain::id::{CategoryId, PostId, ScaleId, StageId};
use heard_domain::reading::{Emotion, Polarity};
use heard_domain::score::Formula;
use heard_domain::time::Day;

use crate::error::StoreError;
use crate::sql::driver::{Driver, Value};

/// Stands for "all" in a cube's stage and category.
pub const ALL: i64 = 0;
/// Stands for "none" in a cube's stage and category.
pub const NONE: i64 = -1;

/// The labels of one passage, as the tables keep them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Labels {
    /// Negative, neutral, positive; `None` where there was nothing to judge.
    pub polarity: Option<Polarity>,
    /// −1 to 1.
    pub sentiment: Option<f32>,
    /// The strongest emotion.
    pub emotion: Option<Emotion>,
    /// The stage.
    pub stage: Option<StageId>,
    /// The categories, each once.
    pub categories: Vec<CategoryId>,
    /// A bit mask of `1 << Intent::index()`.
    pub intents: i64,
}

/// What of a feedback the cubes count.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// Its day.
    pub day: Day,
    /// Its post.
    pub post: PostId,
    /// Its passages; never empty.
    pub passages: &'a [Labels],
    /// Its ratings, raw, with their formulas.
    pub ratings: &'a [(ScaleId, f64, Formula)],
}

/// Volume, passages, positive, negative, and the eight emotions in their order.
const WIDTH: usize = 4 + Emotion::ALL.len();

/// (day, post, stage, category or scale).
type Key = (i32, i64, i64, i64);

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Scores {
    n: i64,
    total: f64,
    squares: f64,
    up: i64,
    down: i64,
}

/// Mixes the figures of a key: they are identifiers that Heard gave and days, so nobody can choose them to be alike.
#[derive(Debug, Default, Clone, Copy)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i64(i64::from(*byte));
        }
    }

    fn write_i32(&mut self, figure: i32) {
        self.write_i64(i64::from(figure));
    }

    fn write_i64(&mut self, figure: i64) {
        let mixed = (self.0.rotate_left(23) ^ figure as u64).wrapping_mul(0x9fb2_1c65_1e98_df25);
        self.0 = mixed ^ mixed >> 32;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

type ByKey<V> = HashMap<Key, V, BuildHasherDefault<Mixed>>;

/// What is to be added to the cubes.
#[derive(Debug, Default)]
pub struct Deltas {
    cells: ByKey<[i64; WIDTH]>,
    scores: ByKey<Scores>,
}

impl Deltas {
    /// Adds a feedback (`sign` 1) or takes it away (−1).
    pub fn add(&mut self, counted: Counted<'_>, sign: i64) {
        let (day, post) = (counted.day.0, counted.post.0);
        for ((stage, category), cell) in cells(counted.passages) {
            let sum = self.cells.entry((day, post, stage, category)).or_insert([0; WIDTH]);
            for (sum, add) in sum.iter_mut().zip(cell) {
                *sum += sign * add;
            }
        }
        if counted.ratings.is_empty() {
            return;
        }
        let mut stages = vec![ALL];
        stages.extend(counted.passages.iter().map(stage_key));
        stages.sort_unstable();
        stages.dedup();
        for stage in stages {
            for (scale, raw, formula) in counted.ratings {
                let sum = self.scores.entry((day, post, stage, scale.0)).or_default();
                let band = formula.band(*raw);
                sum.n += sign;
                sum.total += sign as f64 * raw;
                sum.squares += sign as f64 * raw * raw;
                sum.up += sign * i64::from(band > 0);
                sum.down += sign * i64::from(band < 0);
            }
        }
    }

    /// Takes over what another has gathered, and empties it.
    pub fn absorb(&mut self, other: &mut Self) {
        for (key, add) in other.cells.drain() {
            let sum = self.cells.entry(key).or_insert([0; WIDTH]);
            for (sum, add) in sum.iter_mut().zip(add) {
                *sum += add;
            }
        }
        for (key, add) in other.scores.drain() {
            let sum = self.scores.entry(key).or_default();
            sum.n += add.n;
            sum.total += add.total;
            sum.squares += add.squares;
            sum.up += add.up;
            sum.down += add.down;
        }
    }

    /// Forgets what was gathered.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.scores.clear();
    }

    /// Writes what was gathered, and empties it. Cells that come to nothing are removed.
    pub fn flush(&mut self, db: &dyn Driver) -> Result<(), StoreError> {
        let mut cells: Vec<_> = self.cells.drain().filter(|(_, cell)| cell.iter().any(|n| *n != 0)).collect();
        cells.sort_unstable_by_key(|(key, _)| *key);
        let (mut values, mut emptied) = (Vec::with_capacity(cells.len() * (4 + WIDTH)), Vec::new());
        for (key, cell) in &cells {
            values.extend(key_values(*key));
            values.extend(cell.iter().map(|n| Value::Int(*n)));
            if cell[0] < 0 {
                emptied.extend(key_values(*key));
            }
        }
        db.execute_many_soon(ADD_CELL, 4 + WIDTH, &values)?;
        db.execute_many_soon(
            "DELETE FROM cube WHERE day = $1 AND post = $2 AND stage = $3 AND category = $4 AND volume = 0",
            4,
            &emptied,
        )?;

        let mut scores: Vec<_> = self.scores.drain().filter(|(_, s)| *s != Scores::default()).collect();
        scores.sort_unstable_by_key(|(key, _)| *key);
        let (mut values, mut emptied) = (Vec::with_capacity(scores.len() * 9), Vec::new());
        for (key, s) in &scores {
            values.extend(key_values(*key));
            values.extend([Value::Int(s.n), Value::Real(s.total), Value::Real(s.squares), Value::Int(s.up), Value::Int(s.down)]);
            if s.n < 0 {
                emptied.extend(key_values(*key));
            }
        }
        db.execute_many_soon(ADD_SCORES, 9, &values)?;
        db.execute_many_soon(
            "DELETE FROM cube_rating WHERE day = $1 AND post = $2 AND stage = $3 AND scale = $4 AND n = 0",
            4,
            &emptied,
        )?;
        Ok(())
    }
}

fn key_values((day, post, stage, last): Key) -> [Value<'static>; 4] {
    [Value::Int(day.into()), Value::Int(post), Value::Int(stage), Value::Int(last)]
}

fn stage_key(passage: &Labels) -> i64 {
    passage.stage.map_or(NONE, |id| id.0)
}

/// What a feedback adds to each cell (stage, category) that its passages fall in.
fn cells(passages: &[Labels]) -> Vec<((i64, i64), [i64; WIDTH])> {
    let mut cells: Vec<((i64, i64), [i64; WIDTH])> = Vec::with_capacity(8);
    for passage in passages {
        let stage = stage_key(passage);
        let none = [CategoryId(NONE)];
        let categories = if passage.categories.is_empty() { &none[..] } else { &passage.categories };
        for category in std::iter::once(ALL).chain(categories.iter().map(|c| c.0)) {
            for stage in [ALL, stage] {
                let at = cells.iter().position(|(key, _)| *key == (stage, category)).unwrap_or_else(|| {
                    let mut cell = [0; WIDTH];
                    cell[0] = 1;
                    cells.push(((stage, category), cell));
                    cells.len() - 1
                });
                let cell = &mut cells[at].1;
                if let Some(polarity) = passage.polarity {
                    cell[1] += 1;
                    cell[2] += i64::from(polarity == Polarity::Positive);
                    cell[3] += i64::from(polarity == Polarity::Negative);
                    // Of the same passages: the emotion mix is a share of them.
                    if let Some(emotion) = passage.emotion {
                        cell[4 + emotion.index()] += 1;
                    }
                }
            }
        }
    }
    cells
}

const ADD_CELL: &str = "INSERT INTO cube (day, post, stage, category, volume, passages, positive, negative, joy, gratitude, trust, \
     surprise, confusion, disappointment, anger, fear) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
     ON CONFLICT (day, post, stage, category) DO UPDATE SET volume = cube.volume + excluded.volume, \
     passages = cube.passages + excluded.passages, positive = cube.positive + excluded.positive, \
     negative = cube.negative + excluded.negative, joy = cube.joy + excluded.joy, gratitude = cube.gratitude + excluded.gratitude, \
     trust = cube.trust + excluded.trust, surprise = cube.surprise + excluded.surprise, \
     confusion = cube.confusion + excluded.confusion, disappointment = cube.disappointment + excluded.disappointment, \
     anger = cube.anger + excluded.anger, fear = cube.fear + excluded.fear";

const ADD_SCORES: &str = "INSERT INTO cube_rating (day, post, stage, scale, n, total, squares, up, down) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
     ON CONFLICT (day, post, stage, scale) DO UPDATE SET n = cube_rating.n + excluded.n, total = cube_rating.total + excluded.total, \
     squares = cube_rating.squares + excluded.squares, up = cube_rating.up + excluded.up, down = cube_rating.down + excluded.down";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feedback_counts_once_in_every_cell_its_passages_fall_in() {
        let about = |stage: Option<i64>, categories: &[i64], polarity| Labels {
            stage: stage.map(StageId),
            categories: categories.iter().map(|c| CategoryId(*c)).collect(),
            polarity: Some(polarity),
            ..Labels::default()
        };
        let passages = [
            about(Some(1), &[5, 6], Polarity::Negative),
            about(Some(1), &[5], Polarity::Positive),
            about(None, &[], Polarity::Neutral),
        ];
        let mut found = cells(&passages);
        found.sort_unstable();
        let brief: Vec<_> = found.iter().map(|(key, c)| (*key, c[0], c[1], c[2], c[3])).collect();
        assert_eq!(
            brief,
            [
                ((NONE, NONE), 1, 1, 0, 0),
                ((NONE, ALL), 1, 1, 0, 0),
                ((ALL, NONE), 1, 1, 0, 0),
                ((ALL, ALL), 1, 3, 1, 1),
                ((ALL, 5), 1, 2, 1, 1),
                ((ALL, 6), 1, 1, 0, 1),
                ((1, ALL), 1, 2, 1, 1),
                ((1, 5), 1, 2, 1, 1),
                ((1, 6), 1, 1, 0, 1),
            ]
        );
    }
}

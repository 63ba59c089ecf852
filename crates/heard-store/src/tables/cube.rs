//! The day cubes as they are kept, and counting them anew: they can always be rebuilt from feedback and passages.

use std::collections::HashMap;

use heard_domain::id::{FeedbackId, PostId, ScaleId};
use heard_domain::reading::Emotion;
use heard_domain::score::Rating;
use heard_domain::time::{Day, Time, Zone};

use crate::cube::Counted;
use crate::error::StoreError;
use crate::sql::driver::{Value, one_of};
use crate::tables::feedback::with_formulas;
use crate::tables::passage::CHUNK;
use crate::tables::{feedback, outbox, passage};
use crate::view::{Tx, View};

/// One cell of the cube; stage and category 0 stand for "all", −1 for "none".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The day.
    pub day: i32,
    /// The post.
    pub post: i64,
    /// The stage.
    pub stage: i64,
    /// The category.
    pub category: i64,
    /// Feedbacks.
    pub volume: i64,
    /// Passages with a polarity.
    pub passages: i64,
    /// Positive passages.
    pub positive: i64,
    /// Negative passages.
    pub negative: i64,
    /// Passages with each emotion.
    pub emotions: [i64; Emotion::ALL.len()],
}

/// One cell of the cube of ratings.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// The day.
    pub day: i32,
    /// The post.
    pub post: i64,
    /// The stage; 0 stands for "all", −1 for "none".
    pub stage: i64,
    /// The scale.
    pub scale: i64,
    /// Ratings.
    pub n: i64,
    /// Their sum.
    pub total: f64,
    /// The sum of their squares.
    pub squares: f64,
    /// How many count for.
    pub up: i64,
    /// How many count against.
    pub down: i64,
}

/// All cells, by key.
pub fn cells(view: &View) -> Result<Vec<Cell>, StoreError> {
    let sql =
        "SELECT day, post, stage, category, volume, passages, positive, negative, joy, gratitude, trust, surprise, confusion,
         disappointment, anger, fear FROM cube ORDER BY day, post, stage, category";
    view.list(sql, &[], |row| {
        let mut emotions = [0; Emotion::ALL.len()];
        for (at, emotion) in emotions.iter_mut().enumerate() {
            *emotion = row.int(8 + at)?;
        }
        Ok(Cell {
            day: row.int(0)? as i32,
            post: row.int(1)?,
            stage: row.int(2)?,
            category: row.int(3)?,
            volume: row.int(4)?,
            passages: row.int(5)?,
            positive: row.int(6)?,
            negative: row.int(7)?,
            emotions,
        })
    })
}

/// All cells of ratings, by key.
pub fn scores(view: &View) -> Result<Vec<Scores>, StoreError> {
    let sql = "SELECT day, post, stage, scale, n, total, squares, up, down FROM cube_rating ORDER BY day, post, stage, scale";
    view.list(sql, &[], |row| {
        Ok(Scores {
            day: row.int(0)? as i32,
            post: row.int(1)?,
            stage: row.int(2)?,
            scale: row.int(3)?,
            n: row.int(4)?,
            total: row.real(5)?,
            squares: row.real(6)?,
            up: row.int(7)?,
            down: row.int(8)?,
        })
    })
}

/// Counts both cubes anew from feedback and passages.
pub fn rebuild(tx: &mut Tx) -> Result<(), StoreError> {
    tx.recount();
    tx.execute("DELETE FROM cube", &[])?;
    tx.execute("DELETE FROM cube_rating", &[])?;
    let mut last = FeedbackId(i64::MIN);
    loop {
        let ids = feedback::following_all(tx, last, CHUNK)?;
        let Some(end) = ids.last() else { return Ok(()) };
        last = *end;
        add(tx, &ids)?;
    }
}

fn add(tx: &mut Tx, ids: &[FeedbackId]) -> Result<(), StoreError> {
    let (list, values) = one_of(1, ids);
    let sql = format!("SELECT id, day, post FROM feedback WHERE id IN ({list})");
    let facts = tx.list(&sql, &values, |row| Ok((FeedbackId(row.int(0)?), Day(row.int(1)? as i32), PostId(row.int(2)?))))?;
    let mut ratings: HashMap<FeedbackId, Vec<Rating>> = HashMap::new();
    tx.each(&format!("SELECT feedback, scale, raw FROM rating WHERE feedback IN ({list})"), &values, |row| {
        let rating = Rating { scale: ScaleId(row.int(1)?), raw: row.real(2)? };
        ratings.entry(FeedbackId(row.int(0)?)).or_default().push(rating);
        Ok(())
    })?;
    let mut passages = passage::many(tx, ids)?;
    for (id, day, post) in facts {
        let ratings = with_formulas(tx, ratings.remove(&id).unwrap_or_default().iter())?;
        let passages = passages.remove(&id).unwrap_or_default();
        tx.cubes.add(Counted { day, post, passages: &passages, ratings: &ratings }, 1);
    }
    Ok(())
}

/// Gives every feedback the day that its moment has in this zone, and counts the cubes anew.
pub fn move_days(tx: &mut Tx, zone: &Zone) -> Result<(), StoreError> {
    let mut last = i64::MIN;
    loop {
        let sql = "SELECT id, at, day FROM feedback WHERE id > $1 ORDER BY id LIMIT $2";
        let some =
            tx.list(sql, &[last.into(), CHUNK.into()], |row| Ok((row.int(0)?, Time(row.int(1)?), Day(row.int(2)? as i32))))?;
        let Some((end, ..)) = some.last() else { break };
        last = *end;
        let moved: Vec<_> =
            some.iter().map(|(id, at, day)| (FeedbackId(*id), zone.day(*at), *day)).filter(|(_, new, old)| new != old).collect();
        let values: Vec<Value<'_>> = moved.iter().flat_map(|(id, new, _)| [(*id).into(), (*new).into()]).collect();
        tx.execute_many("UPDATE feedback SET day = $2 WHERE id = $1", 2, &values)?;
        outbox::push(tx, &moved.iter().map(|(id, ..)| *id).collect::<Vec<_>>())?;
    }
    rebuild(tx)
}

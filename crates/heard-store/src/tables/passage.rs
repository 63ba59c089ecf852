//! Passages: the labels of each clause, as filters and cubes see them. Every feedback has at least one.

use std::collections::HashMap;

use heard_domain::id::{CategoryId, FeedbackId, StageId};
use heard_domain::reading::{Emotion, Passage, Polarity};

use crate::cube::Labels;
use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::view::{Tx, View};

impl Labels {
    /// What the tables keep of a passage.
    pub fn of(passage: &Passage) -> Self {
        let mut categories: Vec<_> = passage.categories.iter().map(|label| label.value).collect();
        categories.sort_unstable();
        categories.dedup();
        Self {
            polarity: passage.sentiment.as_ref().map(|s| s.polarity),
            sentiment: passage.sentiment.as_ref().map(|s| s.value),
            emotion: passage.emotion.as_ref().map(|label| label.value),
            stage: passage.stage.as_ref().map(|label| label.value),
            categories,
            intents: passage.intents.iter().fold(0, |mask, label| mask | 1 << label.value.index()),
        }
    }

    /// Whether nothing but the categories differs.
    fn is_but_for_categories(&self, other: &Self) -> bool {
        (self.polarity, self.sentiment, self.emotion) == (other.polarity, other.sentiment, other.emotion)
            && (self.stage, self.intents) == (other.stage, other.intents)
    }

    /// What the tables keep of a feedback that is not yet read: one passage with the stage of its touchpoint.
    pub fn unread(stage: Option<StageId>) -> Self {
        Self { stage, ..Self::default() }
    }
}

fn indexed<T>(row: &dyn Row, column: usize, from: impl Fn(usize) -> Option<T>) -> Result<Option<T>, StoreError> {
    let Some(index) = row.int_or_none(column)? else { return Ok(None) };
    let word = usize::try_from(index).ok().and_then(from);
    word.map(Some).ok_or_else(|| StoreError::Broken(format!("{index} is no known label")))
}

/// The passages of feedbacks, in their order.
pub fn many(view: &View, feedback: &[FeedbackId]) -> Result<HashMap<FeedbackId, Vec<Labels>>, StoreError> {
    let mut found: HashMap<FeedbackId, Vec<Labels>> = HashMap::with_capacity(feedback.len());
    for ids in feedback.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT feedback, polarity, sentiment, emotion, stage, intents FROM passage WHERE feedback IN ({list}) ORDER BY feedback, ordinal"
        );
        view.each(&sql, &values, |row| {
            let labels = Labels {
                polarity: indexed(row, 1, Polarity::from_index)?,
                sentiment: row.real_or_none(2)?.map(|value| value as f32),
                emotion: indexed(row, 3, Emotion::from_index)?,
                stage: row.int_or_none(4)?.map(StageId),
                categories: Vec::new(),
                intents: row.int(5)?,
            };
            found.entry(FeedbackId(row.int(0)?)).or_default().push(labels);
            Ok(())
        })?;
        let sql = format!(
            "SELECT feedback, ordinal, category FROM passage_category WHERE feedback IN ({list}) ORDER BY feedback, ordinal, category"
        );
        view.each(&sql, &values, |row| {
            let passages = found.get_mut(&FeedbackId(row.int(0)?));
            let ordinal = usize::try_from(row.int(1)?).map_err(StoreError::odd)?;
            if let Some(passage) = passages.and_then(|p| p.get_mut(ordinal)) {
                passage.categories.push(CategoryId(row.int(2)?));
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// How many feedbacks one statement asks for.
pub(crate) const CHUNK: usize = 256;

/// Writes the passages of feedbacks that have none yet.
pub(crate) fn insert_many<'a>(
    tx: &mut Tx,
    passages: impl IntoIterator<Item = (FeedbackId, &'a [Labels])>,
) -> Result<(), StoreError> {
    write_many(tx, INSERT, passages)
}

/// Writes the passages of feedbacks that have none yet, or only the one of a feedback that is not read.
pub(crate) fn insert_or_replace_many<'a>(
    tx: &mut Tx,
    passages: impl IntoIterator<Item = (FeedbackId, &'a [Labels])>,
) -> Result<(), StoreError> {
    write_many(tx, INSERT_OR_REPLACE, passages)
}

fn write_many<'a>(
    tx: &mut Tx,
    sql: &str,
    passages: impl IntoIterator<Item = (FeedbackId, &'a [Labels])>,
) -> Result<(), StoreError> {
    let (mut rows, mut categories) = (Vec::new(), Vec::new());
    for (feedback, passages) in passages {
        for (ordinal, labels) in passages.iter().enumerate() {
            rows.extend(row(feedback, ordinal, labels));
            for category in &labels.categories {
                categories.extend::<[Value<'_>; 3]>([feedback.into(), ordinal.into(), (*category).into()]);
            }
        }
    }
    tx.execute_many_soon(sql, 7, &rows)?;
    tx.execute_many_soon(INSERT_CATEGORY, 3, &categories)?;
    Ok(())
}

/// What [`INSERT`] takes.
fn row(feedback: FeedbackId, ordinal: usize, labels: &Labels) -> [Value<'static>; 7] {
    [
        feedback.into(),
        ordinal.into(),
        labels.polarity.map(Polarity::index).into(),
        labels.sentiment.map(f64::from).into(),
        labels.emotion.map(Emotion::index).into(),
        labels.stage.into(),
        labels.intents.into(),
    ]
}

const INSERT_CATEGORY: &str = "INSERT INTO passage_category (feedback, ordinal, category) VALUES ($1, $2, $3)";

const INSERT: &str = "INSERT INTO passage (feedback, ordinal, polarity, sentiment, emotion, stage, intents) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_OR_REPLACE: &str = "INSERT INTO passage (feedback, ordinal, polarity, sentiment, emotion, stage, intents) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (feedback, ordinal) DO UPDATE SET polarity = excluded.polarity, \
     sentiment = excluded.sentiment, emotion = excluded.emotion, stage = excluded.stage, intents = excluded.intents";

/// The passages of one feedback, as they are kept and as they shall be.
pub(crate) struct Replaced<'a> {
    pub(crate) feedback: FeedbackId,
    pub(crate) old: &'a [Labels],
    pub(crate) new: &'a [Labels],
}

/// Writes passages in the place of others. Where there are as many as before, only what differs is written.
pub(crate) fn replace_many(tx: &mut Tx, all: &[Replaced<'_>]) -> Result<(), StoreError> {
    let (alike, others): (Vec<&Replaced<'_>>, Vec<_>) = all.iter().partition(|one| one.old.len() == one.new.len());
    let gone: Vec<FeedbackId> = others.iter().map(|one| one.feedback).collect();
    delete_many(tx, &gone)?;
    insert_many(tx, others.iter().map(|one| (one.feedback, one.new)))?;
    let (mut rows, mut left, mut come) = (Vec::new(), Vec::new(), Vec::new());
    for one in alike {
        for (ordinal, (old, new)) in one.old.iter().zip(one.new).enumerate() {
            if !old.is_but_for_categories(new) {
                rows.extend(row(one.feedback, ordinal, new));
            }
            let place = |category: &CategoryId| -> [Value<'_>; 3] { [one.feedback.into(), ordinal.into(), (*category).into()] };
            left.extend(old.categories.iter().filter(|category| !new.categories.contains(category)).flat_map(place));
            come.extend(new.categories.iter().filter(|category| !old.categories.contains(category)).flat_map(place));
        }
    }
    tx.execute_many(INSERT_OR_REPLACE, 7, &rows)?;
    tx.execute_many("DELETE FROM passage_category WHERE feedback = $1 AND ordinal = $2 AND category = $3", 3, &left)?;
    tx.execute_many(INSERT_CATEGORY, 3, &come)?;
    Ok(())
}

/// Removes the passages of feedbacks.
pub(crate) fn delete_many(tx: &mut Tx, feedback: &[FeedbackId]) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = feedback.iter().map(|id| (*id).into()).collect();
    tx.execute_many("DELETE FROM passage WHERE feedback = $1", 1, &values)?;
    tx.execute_many("DELETE FROM passage_category WHERE feedback = $1", 1, &values)?;
    Ok(())
}

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

/// Writes the passages of feedbacks that have none yet, or only the one of a feedback that is not read.
pub(crate) fn insert_many<'a>(
    tx: &mut Tx,
    passages: impl IntoIterator<Item = (FeedbackId, &'a [Labels])>,
) -> Result<(), StoreError> {
    let (mut rows, mut categories) = (Vec::new(), Vec::new());
    for (feedback, passages) in passages {
        for (ordinal, labels) in passages.iter().enumerate() {
            rows.extend::<[Value<'_>; 7]>([
                feedback.into(),
                ordinal.into(),
                labels.polarity.map(Polarity::index).into(),
                labels.sentiment.map(f64::from).into(),
                labels.emotion.map(Emotion::index).into(),
                labels.stage.into(),
                labels.intents.into(),
            ]);
            for category in &labels.categories {
                categories.extend::<[Value<'_>; 3]>([feedback.into(), ordinal.into(), (*category).into()]);
            }
        }
    }
    tx.execute_many(INSERT, 7, &rows)?;
    tx.execute_many("INSERT INTO passage_category (feedback, ordinal, category) VALUES ($1, $2, $3)", 3, &categories)?;
    Ok(())
}

const INSERT: &str = "INSERT INTO passage (feedback, ordinal, polarity, sentiment, emotion, stage, intents) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (feedback, ordinal) DO UPDATE SET polarity = excluded.polarity, \
     sentiment = excluded.sentiment, emotion = excluded.emotion, stage = excluded.stage, intents = excluded.intents";

/// Removes the passages of feedbacks.
pub(crate) fn delete_many(tx: &mut Tx, feedback: &[FeedbackId]) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = feedback.iter().map(|id| (*id).into()).collect();
    tx.execute_many("DELETE FROM passage WHERE feedback = $1", 1, &values)?;
    tx.execute_many("DELETE FROM passage_category WHERE feedback = $1", 1, &values)?;
    Ok(())
}

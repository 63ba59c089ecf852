//! Labels: what the tables keep of a reading beside its body, in the words that the company has.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use heard_domain::id::{CategoryId, FeedbackId, StageId};
use heard_domain::reading::Reading;

use crate::cube::Labels;
use crate::error::StoreError;
use crate::sql::driver::Value;
use crate::view::{Tx, View};

/// A reading with its body written out: that need not take the one writer's time.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What was understood.
    pub reading: Reading,
    /// What is kept of it as it is.
    pub body: String,
}

impl Written {
    /// Writes out a reading.
    pub fn of(reading: Reading) -> Result<Self, StoreError> {
        Ok(Self { body: serde_json::to_string(&reading)?, reading })
    }
}

/// The stages and categories that there are: labels of others are not shown and not counted.
pub(crate) struct Named {
    stages: Arc<HashSet<StageId>>,
    categories: Arc<HashSet<CategoryId>>,
}

impl Named {
    pub(crate) fn load(view: &View) -> Result<Self, StoreError> {
        let stages = view.list("SELECT id FROM stage", &[], |row| Ok(StageId(row.int(0)?)))?;
        let categories = view.list("SELECT id FROM category", &[], |row| Ok(CategoryId(row.int(0)?)))?;
        Ok(Self { stages: Arc::new(stages.into_iter().collect()), categories: Arc::new(categories.into_iter().collect()) })
    }

    /// The same for a write: looked up once a group, for only the one writer changes them.
    pub(crate) fn of(tx: &mut Tx) -> Result<Self, StoreError> {
        if let Some((stages, categories)) = tx.named.clone() {
            return Ok(Self { stages, categories });
        }
        let named = Self::load(tx)?;
        tx.named = Some((named.stages.clone(), named.categories.clone()));
        Ok(named)
    }

    fn holds(&self, reading: &Reading) -> bool {
        reading.passages.iter().all(|p| {
            p.stage.as_ref().is_none_or(|s| self.stages.contains(&s.value))
                && p.categories.iter().all(|c| self.categories.contains(&c.value))
        })
    }

    pub(crate) fn keep_only(&self, reading: &mut Reading) {
        for passage in &mut reading.passages {
            passage.stage.take_if(|s| !self.stages.contains(&s.value));
            passage.categories.retain(|c| self.categories.contains(&c.value));
        }
    }

    /// What the tables keep of a reading, with the corrections laid over it; `stage` is that of the touchpoint.
    pub(crate) fn labelled(&self, mut reading: Cow<'_, Reading>, stage: Option<StageId>) -> Labelled {
        if !self.holds(&reading) {
            self.keep_only(reading.to_mut());
        }
        let mut passages: Vec<Labels> = reading.passages.iter().map(Labels::of).collect();
        if passages.is_empty() {
            passages.push(Labels::unread(stage));
        }
        let main = reading.weightiest().map_or_else(|| passages[0].clone(), Labels::of);
        Labelled { language: reading.language.as_ref().map(|(code, _)| code.clone()), passages, main }
    }
}

/// The labels of a feedback: those of its passages, and its own.
pub(crate) struct Labelled {
    /// The code of its language.
    pub(crate) language: Option<String>,
    /// Never empty.
    pub(crate) passages: Vec<Labels>,
    /// Of the weightiest passage.
    pub(crate) main: Labels,
}

/// Keeps the bodies of the first readings of feedbacks, as the model gave them.
pub(crate) fn insert_bodies(tx: &mut Tx, bodies: &[(FeedbackId, &str)]) -> Result<(), StoreError> {
    tx.execute_many_soon("INSERT INTO reading (feedback, body) VALUES ($1, $2)", 2, &body_values(bodies))
}

fn body_values(bodies: &[(FeedbackId, impl AsRef<str>)]) -> Vec<Value<'_>> {
    bodies.iter().flat_map(|(id, body)| [(*id).into(), body.as_ref().into()]).collect()
}

/// Keeps the bodies of readings, as the model gave them, in the place of older ones.
pub(crate) fn keep_bodies(tx: &mut Tx, bodies: &[(FeedbackId, impl AsRef<str>)]) -> Result<(), StoreError> {
    let sql = "INSERT INTO reading (feedback, body) VALUES ($1, $2) ON CONFLICT (feedback) DO UPDATE SET body = excluded.body";
    tx.execute_many(sql, 2, &body_values(bodies))?;
    Ok(())
}

//! What columns and search index take from SQL: all at the start, then what has changed.

use heard_domain::id::FeedbackId;
use heard_domain::reading::{Emotion, Polarity};

use crate::cube::Labels;
use crate::error::StoreError;
use crate::figures::columns::{Item, Piece};
use crate::handed::Kept;
use crate::search::index::Verbatim;
use crate::sql::driver::{Value, parameters};
use crate::view::View;

/// How many feedbacks a statement asks for at most.
pub const BATCH: usize = 500;

/// Which feedbacks: a condition on a column that holds their identifier, and its values.
struct Which {
    condition: String,
    values: Vec<i64>,
}

impl Which {
    /// These, at most [`BATCH`].
    fn these(ids: &[FeedbackId]) -> Self {
        // Few sizes of lists, so that few statements are prepared; the last identifier fills up.
        let size = [1, 8, 64].into_iter().find(|size| ids.len() <= *size).unwrap_or(BATCH);
        let last = ids.last().map_or(0, |id| id.0);
        let values = ids.iter().map(|id| id.0).chain(std::iter::repeat(last)).take(size).collect();
        Self { condition: format!("IN ({})", parameters(1, size)), values }
    }

    /// Those after one, up to and with another.
    fn between(after: i64, last: i64) -> Self {
        Self { condition: "BETWEEN $1 AND $2".to_owned(), values: vec![after.saturating_add(1), last] }
    }

    fn values(&self) -> Vec<Value<'_>> {
        self.values.iter().map(|value| Value::Int(*value)).collect()
    }
}

/// The last identifier of the next `limit` feedbacks after one; `None` at the end.
fn stretch(view: &View, after: i64, limit: usize) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT max(id) FROM (SELECT id FROM feedback WHERE id > $1 ORDER BY id LIMIT $2) AS next";
    let last = view.number(sql, &[after.into(), limit.into()])?;
    Ok((last > after).then_some(last))
}

/// The next feedbacks after one, by identifier: at most `limit`.
pub fn items_after(view: &View, after: i64, limit: usize) -> Result<Vec<Item>, StoreError> {
    match stretch(view, after, limit)? {
        Some(last) => items_of(view, &Which::between(after, last)),
        None => Ok(Vec::new()),
    }
}

/// These feedbacks, at most [`BATCH`], by identifier; those that are not there are left out.
pub fn items(view: &View, ids: &[FeedbackId]) -> Result<Vec<Item>, StoreError> {
    items_of(view, &Which::these(ids))
}

fn items_of(view: &View, which: &Which) -> Result<Vec<Item>, StoreError> {
    let condition = &which.condition;
    let values = which.values();
    let sql = format!(
        "SELECT id, at, day, post, touchpoint, person, account, import, language FROM feedback WHERE id {condition} ORDER BY id"
    );
    let mut items = view.list(&sql, &values, |row| {
        Ok(Item {
            id: row.int(0)?,
            at: row.int(1)?,
            day: row.int(2)? as i32,
            post: row.int(3)?,
            touchpoint: row.int_or_none(4)?,
            person: row.int_or_none(5)?,
            account: row.int_or_none(6)?,
            import: row.int_or_none(7)?,
            language: row.text_or_none(8)?.map(str::to_owned),
            ..Item::default()
        })
    })?;
    let mut at = 0;
    let sql = format!(
        "SELECT feedback, polarity, emotion, stage, intents FROM passage WHERE feedback {condition} ORDER BY feedback, ordinal"
    );
    view.each(&sql, &values, |row| {
        let piece = Piece {
            polarity: row.int_or_none(1)?.map(|place| place as u8),
            emotion: row.int_or_none(2)?.map(|place| place as u8),
            stage: row.int_or_none(3)?,
            intents: row.int(4)? as u8,
            categories: Vec::new(),
        };
        if let Some(item) = seek(&mut items, &mut at, row.int(0)?) {
            item.passages.push(piece);
        }
        Ok(())
    })?;
    let mut at = 0;
    let sql = format!(
        "SELECT feedback, ordinal, category FROM passage_category WHERE feedback {condition} ORDER BY feedback, ordinal, category"
    );
    view.each(&sql, &values, |row| {
        let ordinal = usize::try_from(row.int(1)?).map_err(StoreError::odd)?;
        let passage = seek(&mut items, &mut at, row.int(0)?).and_then(|item| item.passages.get_mut(ordinal));
        if let Some(passage) = passage {
            passage.categories.push(row.int(2)?);
        }
        Ok(())
    })?;
    let mut at = 0;
    let sql = format!("SELECT feedback, scale, raw FROM rating WHERE feedback {condition} ORDER BY feedback, scale");
    view.each(&sql, &values, |row| {
        if let Some(item) = seek(&mut items, &mut at, row.int(0)?) {
            item.ratings.push((row.int(1)?, row.real(2)?));
        }
        Ok(())
    })?;
    let mut at = 0;
    let sql = format!(
        "SELECT feedback, attribute, value FROM feedback_attribute WHERE feedback {condition} ORDER BY feedback, attribute"
    );
    view.each(&sql, &values, |row| {
        if let Some(item) = seek(&mut items, &mut at, row.int(0)?) {
            item.attributes.push((row.int(1)?, row.int(2)?));
        }
        Ok(())
    })?;
    Ok(items)
}

/// Goes on to a feedback in a list by identifier.
fn seek<'a>(items: &'a mut [Item], at: &mut usize, id: i64) -> Option<&'a mut Item> {
    while items.get(*at).is_some_and(|item| item.id < id) {
        *at += 1;
    }
    items.get_mut(*at).filter(|item| item.id == id)
}

/// A feedback that was just kept, as [`items`] would give it.
pub(crate) fn item_of(kept: &Kept) -> Item {
    let f = &kept.feedback;
    let piece = |labels: &Labels| Piece {
        polarity: labels.polarity.map(|polarity| Polarity::index(polarity) as u8),
        emotion: labels.emotion.map(|emotion| Emotion::index(emotion) as u8),
        stage: labels.stage.map(|stage| stage.0),
        intents: labels.intents as u8,
        categories: labels.categories.iter().map(|category| category.0).collect(),
    };
    // Of what is named twice the first was kept.
    let mut attributes: Vec<(i64, i64)> = f.attributes.iter().map(|(attribute, value)| (attribute.0, value.0)).collect();
    attributes.sort_by_key(|(attribute, _)| *attribute);
    attributes.dedup_by_key(|(attribute, _)| *attribute);
    let mut ratings: Vec<(i64, f64)> = f.ratings.iter().map(|rating| (rating.scale.0, rating.raw)).collect();
    ratings.sort_by_key(|(scale, _)| *scale);
    ratings.dedup_by_key(|(scale, _)| *scale);
    Item {
        id: f.id.0,
        at: f.at.0,
        day: f.day.0,
        post: f.post.0,
        touchpoint: f.touchpoint.map(|id| id.0),
        person: f.person.map(|id| id.0),
        account: f.account.map(|id| id.0),
        import: f.import.map(|id| id.0),
        language: kept.language.clone(),
        attributes,
        ratings,
        passages: kept.passages.iter().map(piece).collect(),
    }
}

/// The words of a feedback that was just kept, as [`verbatims`] would give them.
pub(crate) fn verbatim_of(kept: &Kept) -> Verbatim {
    let f = &kept.feedback;
    Verbatim {
        id: f.id.0,
        revision: f.revision.into(),
        at: f.at.0,
        post: f.post.0,
        touchpoint: f.touchpoint.map(|id| id.0),
        import: f.import.map(|id| id.0),
        text: f.text.clone(),
    }
}

/// The next verbatims after one, by identifier: at most `limit`.
pub fn verbatims_after(view: &View, after: i64, limit: usize) -> Result<Vec<Verbatim>, StoreError> {
    match stretch(view, after, limit)? {
        Some(last) => verbatims_of(view, &Which::between(after, last)),
        None => Ok(Vec::new()),
    }
}

/// The revisions of these feedbacks, at most [`BATCH`], by identifier; those that are not there are left out.
pub fn revisions(view: &View, ids: &[FeedbackId]) -> Result<Vec<(FeedbackId, i64)>, StoreError> {
    let which = Which::these(ids);
    let sql = format!("SELECT id, revision FROM feedback WHERE id {} ORDER BY id", which.condition);
    view.list(&sql, &which.values(), |row| Ok((FeedbackId(row.int(0)?), row.int(1)?)))
}

/// The verbatims of these feedbacks, at most [`BATCH`], by identifier; those that are not there are left out.
pub fn verbatims(view: &View, ids: &[FeedbackId]) -> Result<Vec<Verbatim>, StoreError> {
    verbatims_of(view, &Which::these(ids))
}

fn verbatims_of(view: &View, which: &Which) -> Result<Vec<Verbatim>, StoreError> {
    let sql =
        format!("SELECT id, revision, at, post, touchpoint, import, text FROM feedback WHERE id {} ORDER BY id", which.condition);
    view.list(&sql, &which.values(), |row| {
        Ok(Verbatim {
            id: row.int(0)?,
            revision: row.int(1)?,
            at: row.int(2)?,
            post: row.int(3)?,
            touchpoint: row.int_or_none(4)?,
            import: row.int_or_none(5)?,
            text: row.text(6)?.to_owned(),
        })
    })
}

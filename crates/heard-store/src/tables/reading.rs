//! Readings: what was understood of a feedback, and what persons corrected.
//!
//! The model's reading is kept as it came; the corrections of persons are laid over it wherever labels are used.

use std::borrow::Cow;
use std::collections::HashMap;

use heard_domain::id::{CorrectionId, FeedbackId, PostId, ScaleId, StageId};
use heard_domain::reading::{Correction, Polarity, Reading};
use heard_domain::score::Rating;
use heard_domain::time::Day;

use crate::cube::{Counted, Labels};
use crate::error::StoreError;
use crate::sql::driver::{Value, one_of};
use crate::tables::feedback::with_formulas;
use crate::tables::label::{Named, Written, keep_bodies};
use crate::tables::passage::{CHUNK, Replaced};
use crate::tables::{example, outbox, passage};
use crate::view::{Tx, View};

/// What has to be known of a feedback before its labels are replaced.
struct Facts {
    revision: i32,
    post: PostId,
    day: Day,
    read: bool,
    stage: Option<StageId>,
    language: Option<String>,
    polarity: Option<usize>,
    sentiment: Option<f64>,
    ratings: Vec<Rating>,
}

impl Facts {
    /// Whether the feedback's own labels are these already.
    fn shows(&self, language: Option<&str>, main: &Labels) -> bool {
        self.read
            && self.language.as_deref() == language
            && (self.stage, self.polarity) == (main.stage, main.polarity.map(Polarity::index))
            && self.sentiment == main.sentiment.map(f64::from)
    }
}

/// Keeps readings in the place of older ones: passages, cubes, outbox. For each, whether it was kept: a reading of a
/// feedback that is gone or has other words by now is dropped.
pub fn save_many(tx: &mut Tx, readings: &[Reading]) -> Result<Vec<bool>, StoreError> {
    let mut kept = Vec::with_capacity(readings.len());
    for readings in readings.chunks(CHUNK) {
        let bodies = readings.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let written: Vec<_> = readings.iter().zip(bodies.iter().map(String::as_str)).collect();
        save_chunk(tx, &written, &mut kept)?;
    }
    Ok(kept)
}

/// The same as [`save_many`] where the bodies were written out before: that need not take the one writer's time.
pub fn save_written(tx: &mut Tx, readings: &[Written]) -> Result<Vec<bool>, StoreError> {
    let mut kept = Vec::with_capacity(readings.len());
    for readings in readings.chunks(CHUNK) {
        let written: Vec<_> = readings.iter().map(|written| (&written.reading, written.body.as_str())).collect();
        save_chunk(tx, &written, &mut kept)?;
    }
    Ok(kept)
}

/// Keeps a reading in the place of an older one; whether it was kept.
pub fn save(tx: &mut Tx, reading: &Reading) -> Result<bool, StoreError> {
    Ok(save_many(tx, std::slice::from_ref(reading))? == [true])
}

fn save_chunk(tx: &mut Tx, readings: &[(&Reading, &str)], kept: &mut Vec<bool>) -> Result<(), StoreError> {
    let ids: Vec<FeedbackId> = readings.iter().map(|(r, _)| r.feedback).collect();
    let facts = facts(tx, &ids)?;
    let read: Vec<FeedbackId> = ids.iter().copied().filter(|id| facts.get(id).is_some_and(|f| f.read)).collect();
    let before = passage::many(tx, &read)?;
    let corrections = corrections_of(tx, &ids)?;
    let named = Named::of(tx)?;

    let mut labelled = Vec::with_capacity(readings.len());
    let (mut bodies, mut own, mut alike) = (Vec::with_capacity(readings.len()), Vec::new(), Vec::new());
    for (raw, body) in readings {
        let (raw, body) = (*raw, *body);
        let Some(facts) = facts.get(&raw.feedback).filter(|f| f.revision == raw.revision) else {
            kept.push(false);
            continue;
        };
        kept.push(true);
        let mut reading = Cow::Borrowed(raw);
        if let Some(list) = corrections.get(&raw.feedback) {
            reading = Cow::Owned(raw.clone().corrected(list));
        }
        let found = named.labelled(reading, facts.stage);
        // Most of what is read again is read as before: then nothing that is counted or filtered moves.
        let old = before.get(&raw.feedback);
        if old == Some(&found.passages) && facts.shows(found.language.as_deref(), &found.main) {
            alike.push((raw, body));
            continue;
        }
        let ratings = with_formulas(tx, facts.ratings.iter())?;
        let counted = |passages| Counted { day: facts.day, post: facts.post, passages, ratings: &ratings };
        let unread = [Labels::unread(facts.stage)];
        tx.cubes.add(counted(old.map_or(&unread[..], Vec::as_slice)), -1);
        tx.cubes.add(counted(&found.passages), 1);

        bodies.push((raw.feedback, body));
        own.push((raw, found.language, found.main));
        labelled.push((raw.feedback, found.passages));
    }
    let changed: Vec<FeedbackId> = labelled.iter().map(|(id, _)| *id).collect();
    let (again, first): (Vec<_>, Vec<_>) = labelled.iter().partition(|(id, _)| before.contains_key(id));
    let replaced: Vec<Replaced<'_>> = again
        .into_iter()
        .filter_map(|(feedback, new)| Some(Replaced { feedback: *feedback, old: before.get(feedback)?, new }))
        .collect();
    passage::replace_many(tx, &replaced)?;
    passage::insert_or_replace_many(tx, first.into_iter().map(|(id, labels)| (*id, &labels[..])))?;
    let values: Vec<Value<'_>> = own
        .iter()
        .flat_map(|(raw, language, main)| {
            [
                raw.feedback.into(),
                language.as_deref().into(),
                (&raw.model).into(),
                main.stage.into(),
                main.polarity.map(Polarity::index).into(),
                main.sentiment.map(f64::from).into(),
            ]
        })
        .collect();
    let sql = "UPDATE feedback SET language = $2, model = $3, stage = $4, polarity = $5, sentiment = $6 WHERE id = $1";
    tx.execute_many(sql, 6, &values)?;
    let values: Vec<Value<'_>> = alike.iter().flat_map(|(raw, _)| [raw.feedback.into(), (&raw.model).into()]).collect();
    tx.execute_many("UPDATE feedback SET model = $2 WHERE id = $1", 2, &values)?;
    bodies.extend(otherwise(tx, alike)?);
    keep_bodies(tx, &bodies)?;
    outbox::push(tx, &changed)?;
    Ok(())
}

/// Of readings with the labels that are kept, the bodies that say more than that another reader says the same: who reads last
/// stands beside the feedback.
fn otherwise<'a>(view: &View, alike: Vec<(&Reading, &'a str)>) -> Result<Vec<(FeedbackId, &'a str)>, StoreError> {
    let ids: Vec<FeedbackId> = alike.iter().map(|(raw, _)| raw.feedback).collect();
    let (list, values) = one_of(1, &ids);
    let mut new: HashMap<FeedbackId, &str> = alike.into_iter().map(|(raw, body)| (raw.feedback, body)).collect();
    view.each(&format!("SELECT feedback, body FROM reading WHERE feedback IN ({list})"), &values, |row| {
        let id = FeedbackId(row.int(0)?);
        let kept = row.text(1)?;
        if new.get(&id).is_some_and(|body| beside_model(body) == beside_model(kept)) {
            new.remove(&id);
        }
        Ok(())
    })?;
    Ok(ids.iter().filter_map(|id| Some((*id, new.remove(id)?))).collect())
}

/// What stands before and behind the name of the reader in a body. Before it are only figures.
fn beside_model(body: &str) -> Option<(&str, &str)> {
    let (before, rest) = body.split_once("\"model\":\"")?;
    Some((before, rest.split_once('"')?.1))
}

fn facts(view: &View, ids: &[FeedbackId]) -> Result<HashMap<FeedbackId, Facts>, StoreError> {
    let (list, values) = one_of(1, ids);
    let mut facts = HashMap::with_capacity(ids.len());
    let sql =
        format!("SELECT id, revision, post, day, model, stage, language, polarity, sentiment FROM feedback WHERE id IN ({list})");
    view.each(&sql, &values, |row| {
        let fact = Facts {
            revision: row.int(1)? as i32,
            post: PostId(row.int(2)?),
            day: Day(row.int(3)? as i32),
            read: row.text_or_none(4)?.is_some(),
            stage: row.int_or_none(5)?.map(StageId),
            language: row.text_or_none(6)?.map(str::to_owned),
            polarity: row.int_or_none(7)?.and_then(|index| usize::try_from(index).ok()),
            sentiment: row.real_or_none(8)?,
            ratings: Vec::new(),
        };
        facts.insert(FeedbackId(row.int(0)?), fact);
        Ok(())
    })?;
    let sql = format!("SELECT feedback, scale, raw FROM rating WHERE feedback IN ({list})");
    view.each(&sql, &values, |row| {
        if let Some(fact) = facts.get_mut(&FeedbackId(row.int(0)?)) {
            fact.ratings.push(Rating { scale: ScaleId(row.int(1)?), raw: row.real(2)? });
        }
        Ok(())
    })?;
    Ok(facts)
}

/// The corrections that hold for the present words of feedbacks, oldest first.
pub fn corrections_of(view: &View, ids: &[FeedbackId]) -> Result<HashMap<FeedbackId, Vec<Correction>>, StoreError> {
    let mut found: HashMap<FeedbackId, Vec<Correction>> = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT correction.body FROM correction JOIN feedback ON feedback.id = correction.feedback
             AND feedback.revision = correction.revision WHERE correction.feedback IN ({list}) ORDER BY correction.id"
        );
        view.each(&sql, &values, |row| {
            let correction: Correction = serde_json::from_str(row.text(0)?)?;
            found.entry(correction.feedback).or_default().push(correction);
            Ok(())
        })?;
    }
    Ok(found)
}

/// The model's own readings, without corrections, of what is in sight; in no order.
pub fn raw_many(view: &View, ids: &[FeedbackId]) -> Result<Vec<Reading>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT reading.body, feedback.post, feedback.model FROM reading JOIN feedback ON feedback.id = reading.feedback WHERE reading.feedback IN ({list})"
        );
        view.each(&sql, &values, |row| {
            if view.scope().sees(PostId(row.int(1)?)) {
                let mut reading: Reading = serde_json::from_str(row.text(0)?)?;
                // The body is not written again where only another reader says the same.
                if let Some(model) = row.text_or_none(2)? {
                    model.clone_into(&mut reading.model);
                }
                found.push(reading);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The readings of feedbacks with the corrections of persons laid over them, in the order asked; what is not read, not
/// there or not in sight is left out.
pub fn many(view: &View, ids: &[FeedbackId]) -> Result<Vec<Reading>, StoreError> {
    let corrections = corrections_of(view, ids)?;
    let named = Named::load(view)?;
    let mut found = HashMap::with_capacity(ids.len());
    for raw in raw_many(view, ids)? {
        let mut reading = match corrections.get(&raw.feedback) {
            Some(list) => raw.corrected(list),
            None => raw,
        };
        named.keep_only(&mut reading);
        found.insert(reading.feedback, reading);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The reading of a feedback with the corrections of persons laid over it.
pub fn get(view: &View, id: FeedbackId) -> Result<Option<Reading>, StoreError> {
    Ok(many(view, &[id])?.pop())
}

fn in_sight(view: &View, id: FeedbackId) -> Result<Option<i32>, StoreError> {
    let sql = "SELECT post, revision FROM feedback WHERE id = $1";
    let found = view.one(sql, &[id.into()], |row| Ok((PostId(row.int(0)?), row.int(1)? as i32)))?;
    Ok(found.filter(|(post, _)| view.scope().sees(*post)).map(|(_, revision)| revision))
}

/// The corrections that hold for the present words of a feedback, oldest first.
pub fn corrections(view: &View, id: FeedbackId) -> Result<Vec<Correction>, StoreError> {
    if in_sight(view, id)?.is_none() {
        return Ok(Vec::new());
    }
    Ok(corrections_of(view, &[id])?.remove(&id).unwrap_or_default())
}

/// Keeps a correction and lays it over the reading; whether the feedback is in sight.
pub fn correct(tx: &mut Tx, correction: &Correction) -> Result<bool, StoreError> {
    let Some(revision) = in_sight(tx, correction.feedback)? else { return Ok(false) };
    let body = serde_json::to_string(correction)?;
    let values: [Value<'_>; 4] = [correction.id.into(), correction.feedback.into(), revision.into(), (&body).into()];
    tx.execute("INSERT INTO correction (id, feedback, revision, body) VALUES ($1, $2, $3, $4)", &values)?;
    example::of_correction(tx, correction, revision)?;
    lay_over(tx, correction.feedback)?;
    Ok(true)
}

/// Takes a correction back; the feedback it belonged to, if it is in sight.
pub fn undo(tx: &mut Tx, id: CorrectionId) -> Result<Option<FeedbackId>, StoreError> {
    let found = tx.one("SELECT feedback FROM correction WHERE id = $1", &[id.into()], |row| Ok(FeedbackId(row.int(0)?)))?;
    let Some(feedback) = found else { return Ok(None) };
    if in_sight(tx, feedback)?.is_none() {
        return Ok(None);
    }
    tx.execute("DELETE FROM correction WHERE id = $1", &[id.into()])?;
    example::correction_undone(tx, id)?;
    lay_over(tx, feedback)?;
    Ok(Some(feedback))
}

fn lay_over(tx: &mut Tx, feedback: FeedbackId) -> Result<(), StoreError> {
    let raw = raw_many(tx, &[feedback])?;
    save_many(tx, &raw)?;
    Ok(())
}

/// Labels these feedbacks anew after a stage or category was removed.
pub(crate) fn lay_over_all(tx: &mut Tx, feedback: &[FeedbackId]) -> Result<(), StoreError> {
    for ids in feedback.chunks(CHUNK) {
        let facts = facts(tx, ids)?;
        let raw = raw_many(tx, ids)?;
        save_many(tx, &raw)?;
        let mut changed = Vec::new();
        for (id, facts) in facts.into_iter().filter(|(_, facts)| !facts.read) {
            let ratings = with_formulas(tx, facts.ratings.iter())?;
            for (stage, sign) in [(facts.stage, -1), (None, 1)] {
                let passages = [Labels::unread(stage)];
                tx.cubes.add(Counted { day: facts.day, post: facts.post, passages: &passages, ratings: &ratings }, sign);
            }
            changed.push(id);
        }
        let values: Vec<Value<'_>> = changed.iter().map(|id| (*id).into()).collect();
        tx.execute_many("UPDATE feedback SET stage = NULL WHERE id = $1", 1, &values)?;
        tx.execute_many("UPDATE passage SET stage = NULL WHERE feedback = $1", 1, &values)?;
        outbox::push(tx, &changed)?;
    }
    Ok(())
}

//! Withdrawing what an import brought: feedback that was new with it goes, older words come back. The day cubes and the
//! outbox follow within the same write.

use std::collections::{HashMap, HashSet};

use heard_domain::feedback::Feedback;
use heard_domain::id::{FeedbackId, ImportId, PostId, StageId, TouchpointId};

use crate::cube::Labels;
use crate::error::StoreError;
use crate::sql::driver::{Value, one_of};
use crate::tables::feedback::{insert_facts, load, tally};
use crate::tables::passage::CHUNK;
use crate::tables::{case, example, issue, ledger, outbox, passage, told};
use crate::view::{Tx, View};

/// What was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Withdrawn {
    /// Feedback that is gone.
    pub removed: u64,
    /// Feedback that has its older words again, and is to be read.
    pub restored: Vec<FeedbackId>,
    /// Corrections that went with the words on which they were made.
    pub corrections: u64,
}

/// An older body of a feedback.
struct Older {
    revision: i64,
    body: Feedback,
    hash: String,
}

/// Imports that are or are being undone: what they brought is nothing to go back to.
fn undone(view: &View) -> Result<HashSet<ImportId>, StoreError> {
    let sql = "SELECT id FROM import WHERE state IN ('undone', 'undoing')";
    Ok(view.list(sql, &[], |row| Ok(ImportId(row.int(0)?)))?.into_iter().collect())
}

/// The body that each feedback goes back to; who is missing has none.
fn older(
    view: &View,
    ids: &[FeedbackId],
    import: ImportId,
    undone: &HashSet<ImportId>,
) -> Result<HashMap<FeedbackId, Older>, StoreError> {
    let mut found = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT feedback, revision, body, hash FROM feedback_revision WHERE feedback IN ({list}) ORDER BY feedback, revision"
        );
        view.each(&sql, &values, |row| {
            let body: Feedback = serde_json::from_str(row.text(2)?)?;
            if body.import.is_none_or(|from| from != import && !undone.contains(&from)) {
                let hash = row.text_or_none(3)?.unwrap_or_default().to_owned();
                found.insert(FeedbackId(row.int(0)?), Older { revision: row.int(1)?, body, hash });
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// Feedback whose present words an import brought, by identifier, after this one.
fn brought(view: &View, import: ImportId, after: FeedbackId, limit: usize) -> Result<Vec<(FeedbackId, i64)>, StoreError> {
    let sql = "SELECT id, revision FROM feedback WHERE import = $1 AND id > $2 ORDER BY id LIMIT $3";
    view.list(sql, &[import.into(), after.into(), limit.into()], |row| Ok((FeedbackId(row.int(0)?), row.int(1)?)))
}

/// What withdrawing an import would do; nothing is done. `restored` is a number here.
pub fn foresee(view: &View, import: ImportId) -> Result<(u64, u64, u64), StoreError> {
    let undone = undone(view)?;
    let total = view.number("SELECT count(*) FROM feedback WHERE import = $1", &[import.into()])? as u64;
    let sql = "SELECT count(*) FROM correction JOIN feedback ON feedback.id = correction.feedback WHERE feedback.import = $1";
    let mut corrections = view.number(sql, &[import.into()])? as u64;
    let (mut restored, mut after) = (0, FeedbackId(0));
    loop {
        let some = brought(view, import, after, 4 * CHUNK)?;
        let Some((last, _)) = some.last() else { break };
        after = *last;
        let revised: Vec<FeedbackId> = some.iter().filter(|(_, revision)| *revision > 1).map(|(id, _)| *id).collect();
        let older = older(view, &revised, import, &undone)?;
        restored += older.len() as u64;
        for (id, older) in &older {
            let sql = "SELECT count(*) FROM correction WHERE feedback = $1 AND revision <= $2";
            corrections -= (view.number(sql, &[(*id).into(), older.revision.into()])? as u64).min(corrections);
        }
    }
    Ok((total - restored, restored, corrections))
}

/// Feedback that an import brought or revised and that was revised again since by something else: it stays. At most `limit`.
pub fn staying(view: &View, import: ImportId, limit: usize) -> Result<Vec<FeedbackId>, StoreError> {
    let sql = "SELECT feedback.id FROM feedback_revision JOIN feedback ON feedback.id = feedback_revision.feedback
         WHERE feedback_revision.import = $1 AND (feedback.import IS NULL OR feedback.import <> $1) GROUP BY feedback.id
         ORDER BY feedback.id LIMIT $2";
    view.list(sql, &[import.into(), limit.into()], |row| Ok(FeedbackId(row.int(0)?)))
}

/// How many stay.
pub fn count_staying(view: &View, import: ImportId) -> Result<u64, StoreError> {
    let sql =
        "SELECT count(DISTINCT feedback.id) FROM feedback_revision JOIN feedback ON feedback.id = feedback_revision.feedback
         WHERE feedback_revision.import = $1 AND (feedback.import IS NULL OR feedback.import <> $1)";
    Ok(view.number(sql, &[import.into()])? as u64)
}

/// Withdraws some of what an import brought; nothing removed and nothing restored: all is withdrawn. `stage` gives the
/// stage of a post and touchpoint for words that are not yet read.
pub fn withdraw(
    tx: &mut Tx,
    import: ImportId,
    limit: usize,
    stage: &dyn Fn(PostId, Option<TouchpointId>) -> Option<StageId>,
) -> Result<Withdrawn, StoreError> {
    let ids: Vec<FeedbackId> = brought(tx, import, FeedbackId(0), limit)?.into_iter().map(|(id, _)| id).collect();
    let undone = undone(tx)?;
    let mut older = older(tx, &ids, import, &undone)?;
    let mut withdrawn = Withdrawn::default();
    for ids in ids.chunks(CHUNK) {
        let mut passages = passage::many(tx, ids)?;
        for feedback in load(tx, ids)? {
            let passages = passages.remove(&feedback.id).unwrap_or_default();
            tally(tx, &feedback, &passages, -1)?;
            for table in ["rating", "feedback_attribute", "reading"] {
                tx.execute(&format!("DELETE FROM {table} WHERE feedback = $1"), &[feedback.id.into()])?;
            }
            passage::delete_many(tx, &[feedback.id])?;
            if let Some(older) = older.remove(&feedback.id) {
                withdrawn.corrections += restore(tx, &feedback, older, stage)?;
                withdrawn.restored.push(feedback.id);
            } else {
                withdrawn.corrections += tx.execute("DELETE FROM correction WHERE feedback = $1", &[feedback.id.into()])?;
                example::forget(tx, feedback.id)?;
                case::forget(tx, feedback.id)?;
                issue::forget(tx, feedback.id)?;
                ledger::forget(tx, feedback.id)?;
                told::forget(tx, feedback.id)?;
                tx.execute("DELETE FROM feedback_revision WHERE feedback = $1", &[feedback.id.into()])?;
                tx.execute("DELETE FROM feedback WHERE id = $1", &[feedback.id.into()])?;
                withdrawn.removed += 1;
            }
        }
        outbox::push(tx, ids)?;
    }
    Ok(withdrawn)
}

/// Gives a feedback its older body again under a new revision, so that a reading of other words that is still under way is
/// dropped; corrections of these words hold again. How many corrections are lost.
fn restore(
    tx: &mut Tx,
    now: &Feedback,
    older: Older,
    stage: &dyn Fn(PostId, Option<TouchpointId>) -> Option<StageId>,
) -> Result<u64, StoreError> {
    let Older { revision: before, mut body, hash } = older;
    let (id, revision) = (now.id, now.revision + 1);
    let lost = tx.execute("DELETE FROM correction WHERE feedback = $1 AND revision > $2", &[id.into(), before.into()])?;
    let again: [Value<'_>; 3] = [id.into(), before.into(), revision.into()];
    tx.execute("UPDATE correction SET revision = $3 WHERE feedback = $1 AND revision = $2", &again)?;
    example::restore(tx, id, before, revision)?;
    tx.execute("DELETE FROM feedback_revision WHERE feedback = $1 AND revision >= $2", &[id.into(), before.into()])?;
    // Who said it may have been undone with another import meanwhile.
    let there = |tx: &Tx, table: &str, id: i64| {
        Ok::<bool, StoreError>(tx.number(&format!("SELECT count(*) FROM {table} WHERE id = $1"), &[id.into()])? > 0)
    };
    if let Some(person) = body.person
        && !there(tx, "person", person.0)?
    {
        body.person = None;
    }
    if let Some(account) = body.account
        && !there(tx, "account", account.0)?
    {
        body.account = None;
    }
    if let Some(touchpoint) = body.touchpoint
        && !there(tx, "touchpoint", touchpoint.0)?
    {
        body.touchpoint = None;
    }
    let stage = stage(now.post, body.touchpoint);
    tx.execute(
        "UPDATE feedback SET revision = $2, hash = $3, at = $4, day = $5, person = $6, account = $7, touchpoint = $8, text = $9,
         link = $10, import = $11, stage = $12, language = NULL, model = NULL, polarity = NULL, sentiment = NULL WHERE id = $1",
        &[
            id.into(),
            revision.into(),
            (&hash).into(),
            body.at.into(),
            body.day.into(),
            body.person.into(),
            body.account.into(),
            body.touchpoint.into(),
            (&body.text).into(),
            body.link.as_deref().into(),
            body.import.into(),
            stage.into(),
        ],
    )?;
    let kept = Feedback { id, post: now.post, revision, ..body };
    let unread = [Labels::unread(stage)];
    insert_facts(tx, &[&kept])?;
    passage::insert_many(tx, [(id, &unread[..])])?;
    tally(tx, &kept, &unread, 1)?;
    Ok(lost)
}

//! Feedback: verbatims with their ratings and attributes, and the words they had before.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use heard_domain::feedback::Feedback;
use heard_domain::id::{AccountId, AttributeId, FeedbackId, ImportId, PersonId, PostId, ScaleId, StageId, TouchpointId, ValueId};
use heard_domain::reading::Polarity;
use heard_domain::score::{Formula, Rating};
use heard_domain::time::{Day, Time};

use crate::cube::{Counted, Labels};
use crate::error::StoreError;
use crate::handed;
use crate::sql::driver::{Row, Value, one_of, wanted};
use crate::tables::label::{Labelled, Named, Written, insert_bodies};
use crate::tables::passage::CHUNK;
use crate::tables::{outbox, passage, scale};
use crate::view::{Tx, View};

/// A feedback to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct NewRow {
    /// The feedback, with all names resolved.
    pub feedback: Feedback,
    /// Of its whole body as it was handed over: another one under the same key is other words.
    pub hash: String,
    /// The stage of its touchpoint, or of its post's.
    pub stage: Option<StageId>,
    /// What was understood of it, if it was read before it is kept: it is then written and counted once, not twice.
    pub reading: Option<Arc<Written>>,
}

/// What became of a feedback that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is new and kept.
    Added,
    /// It is there already, word for word.
    Known(FeedbackId),
    /// Its key is there already, with another body. Nothing was changed.
    Differs(FeedbackId),
}

/// Keeps feedback that is not there yet: with its passages (one that says nothing, if it is not read), cube, outbox. One
/// outcome a row.
pub fn insert_many(tx: &mut Tx, rows: &[NewRow]) -> Result<Vec<Outcome>, StoreError> {
    let keys: Vec<(PostId, &str)> = rows.iter().map(|row| (row.feedback.post, row.feedback.key.as_str())).collect();
    let mut there = there(tx, &keys)?;
    insert_beside(tx, rows, &mut there)
}

/// The same, where it was asked within this write what is there already under the keys of these rows. What is added is
/// there for the next.
pub fn insert_beside<'a>(tx: &mut Tx, rows: &'a [NewRow], there: &mut There) -> Result<Vec<Outcome>, StoreError> {
    let fresh = fresh(rows, there);
    if fresh.is_empty() {
        return Ok(outcomes(rows, there));
    }
    let named = Named::of(tx)?;
    let labelled: Vec<Labelled> = fresh
        .iter()
        .map(|row| match &row.reading {
            Some(written) => named.labelled(Cow::Borrowed(&written.reading), row.stage),
            None => Labelled { language: None, passages: vec![Labels::unread(row.stage)], main: Labels::unread(row.stage) },
        })
        .collect();
    let values: Vec<Value<'_>> = fresh.iter().zip(&labelled).flat_map(|(row, labels)| values(row, labels)).collect();
    tx.execute_many_soon(INSERT, WIDTH, &values)?;
    insert_facts(tx, &fresh.iter().map(|row| &row.feedback).collect::<Vec<_>>())?;
    let body = |row: &&'a NewRow| Some((row.feedback.id, row.reading.as_deref()?.body.as_str()));
    insert_bodies(tx, &fresh.iter().filter_map(body).collect::<Vec<_>>())?;
    passage::insert_many(tx, fresh.iter().zip(&labelled).map(|(row, labels)| (row.feedback.id, &labels.passages[..])))?;
    for (row, labels) in fresh.iter().zip(&labelled) {
        tally(tx, &row.feedback, &labels.passages, 1)?;
    }
    let first = outbox::push(tx, &fresh.iter().map(|row| row.feedback.id).collect::<Vec<_>>())?;
    if tx.handed.is_some() {
        let kept = fresh.iter().zip(labelled).map(|(row, labels)| {
            Arc::new(handed::Kept { feedback: row.feedback.clone(), language: labels.language, passages: labels.passages })
        });
        tx.fresh.extend((first..).zip(kept));
    }
    Ok(outcomes(rows, there))
}

/// What posts have already under keys: each with its identifier and the hash of its body.
pub type There = HashMap<(PostId, String), (FeedbackId, String)>;

/// What is there already under these keys, in whoever's sight.
pub fn there(view: &View, keys: &[(PostId, &str)]) -> Result<There, StoreError> {
    let mut of_posts: BTreeMap<PostId, Vec<&str>> = BTreeMap::new();
    for (post, key) in keys {
        of_posts.entry(*post).or_default().push(key);
    }
    let mut found = HashMap::new();
    for (post, keys) in of_posts {
        for keys in keys.chunks(CHUNK) {
            let (pairs, values) = wanted(post.into(), keys);
            let sql = format!(
                "WITH wanted (whose, name) AS (VALUES {pairs}) SELECT f.key, f.id, f.hash FROM wanted CROSS JOIN feedback AS f
                 WHERE f.post = wanted.whose AND f.key = wanted.name"
            );
            view.each(&sql, &values, |row| {
                found.insert((post, row.text(0)?.to_owned()), (FeedbackId(row.int(1)?), row.text(2)?.to_owned()));
                Ok(())
            })?;
        }
    }
    Ok(found)
}

/// The rows that are not there, the first of each key.
fn fresh<'a>(rows: &'a [NewRow], there: &There) -> Vec<&'a NewRow> {
    let mut seen = HashSet::with_capacity(rows.len());
    let mut fresh = Vec::with_capacity(rows.len());
    for row in rows {
        let f = &row.feedback;
        let known = !there.is_empty() && there.contains_key(&(f.post, f.key.clone()));
        if !known && seen.insert((f.post, f.key.as_str())) {
            fresh.push(row);
        }
    }
    fresh
}

/// One outcome a row: the first of a key that was not there is added, and what comes after it finds it there.
fn outcomes(rows: &[NewRow], there: &mut There) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(rows.len());
    for row in rows {
        let f = &row.feedback;
        match there.entry((f.post, f.key.clone())) {
            Entry::Occupied(kept) => {
                let (id, hash) = kept.get();
                outcomes.push(if *hash == row.hash { Outcome::Known(*id) } else { Outcome::Differs(*id) });
            }
            Entry::Vacant(free) => {
                free.insert((f.id, row.hash.clone()));
                outcomes.push(Outcome::Added);
            }
        }
    }
    outcomes
}

/// How many values a row of feedback has.
const WIDTH: usize = 19;

fn values<'a>(row: &'a NewRow, labels: &'a Labelled) -> [Value<'a>; WIDTH] {
    let f = &row.feedback;
    [
        f.id.into(),
        f.revision.into(),
        f.post.into(),
        (&f.key).into(),
        (&row.hash).into(),
        f.at.into(),
        f.day.into(),
        f.heard.into(),
        f.person.into(),
        f.account.into(),
        f.touchpoint.into(),
        (&f.text).into(),
        f.link.as_deref().into(),
        f.import.into(),
        labels.main.stage.into(),
        labels.language.as_deref().into(),
        row.reading.as_ref().map(|written| written.reading.model.as_str()).into(),
        labels.main.polarity.map(Polarity::index).into(),
        labels.main.sentiment.map(f64::from).into(),
    ]
}

const INSERT: &str = "INSERT INTO feedback (id, revision, post, key, hash, at, day, heard, person, account, touchpoint, text, link, import, stage, \
     language, model, polarity, sentiment) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

pub(crate) fn insert_facts(tx: &mut Tx, added: &[&Feedback]) -> Result<(), StoreError> {
    let (mut ratings, mut attributes) = (Vec::new(), Vec::new());
    for f in added {
        for rating in ratings_once(f) {
            ratings.extend::<[Value<'_>; 3]>([f.id.into(), rating.scale.into(), rating.raw.into()]);
        }
        for (at, (attribute, value)) in f.attributes.iter().enumerate() {
            if f.attributes[..at].iter().any(|(earlier, _)| earlier == attribute) {
                continue;
            }
            attributes.extend::<[Value<'_>; 3]>([f.id.into(), (*attribute).into(), (*value).into()]);
        }
    }
    tx.execute_many_soon("INSERT INTO rating (feedback, scale, raw) VALUES ($1, $2, $3)", 3, &ratings)?;
    tx.execute_many_soon("INSERT INTO feedback_attribute (feedback, attribute, value) VALUES ($1, $2, $3)", 3, &attributes)?;
    Ok(())
}

/// A source may name a scale twice: its first value counts.
fn ratings_once(feedback: &Feedback) -> impl Iterator<Item = &Rating> {
    let all = &feedback.ratings;
    all.iter()
        .enumerate()
        .filter(|(at, rating)| all[..*at].iter().all(|earlier| earlier.scale != rating.scale))
        .map(|(_, rating)| rating)
}

/// Adds a feedback with these passages to the cubes, or takes it away.
pub(crate) fn tally(tx: &mut Tx, feedback: &Feedback, passages: &[Labels], sign: i64) -> Result<(), StoreError> {
    let ratings = with_formulas(tx, ratings_once(feedback))?;
    tx.cubes.add(Counted { day: feedback.day, post: feedback.post, passages, ratings: &ratings }, sign);
    Ok(())
}

/// Ratings with the formulas of their scales.
pub(crate) fn with_formulas<'a>(
    tx: &mut Tx,
    ratings: impl Iterator<Item = &'a Rating>,
) -> Result<Vec<(ScaleId, f64, Formula)>, StoreError> {
    ratings.map(|rating| Ok((rating.scale, rating.raw, scale::formula(tx, rating.scale)?))).collect()
}

/// Gives a kept feedback another body: the old one is kept beside it, the revision grows, its reading is dropped.
/// `row.feedback.id` says which; its key and post do not change. Returns the new revision.
pub fn revise(tx: &mut Tx, row: &NewRow, now: Time) -> Result<i32, StoreError> {
    let new = &row.feedback;
    let Some(old) = load(tx, &[new.id])?.pop() else {
        return Err(StoreError::Conflict(format!("there is no feedback {}", new.id)));
    };
    let passages = passage::many(tx, &[new.id])?.remove(&new.id).unwrap_or_default();
    tally(tx, &old, &passages, -1)?;
    let body = serde_json::to_string(&old)?;
    let hash = tx.one("SELECT hash FROM feedback WHERE id = $1", &[old.id.into()], |row| Ok(row.text(0)?.to_owned()))?;
    let values: [Value<'_>; 6] =
        [old.id.into(), old.revision.into(), (&body).into(), now.into(), old.import.into(), hash.as_deref().into()];
    let sql = "INSERT INTO feedback_revision (feedback, revision, body, replaced, import, hash) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, &values)?;
    let revision = old.revision + 1;
    tx.execute(
        "UPDATE feedback SET revision = $2, hash = $3, at = $4, day = $5, person = $6, account = $7, touchpoint = $8, text = $9,
         link = $10, import = $11, stage = $12, language = NULL, model = NULL, polarity = NULL, sentiment = NULL WHERE id = $1",
        &[
            old.id.into(),
            revision.into(),
            (&row.hash).into(),
            new.at.into(),
            new.day.into(),
            new.person.into(),
            new.account.into(),
            new.touchpoint.into(),
            (&new.text).into(),
            new.link.as_deref().into(),
            new.import.into(),
            row.stage.into(),
        ],
    )?;
    for table in ["rating", "feedback_attribute", "reading"] {
        tx.execute(&format!("DELETE FROM {table} WHERE feedback = $1"), &[old.id.into()])?;
    }
    passage::delete_many(tx, &[old.id])?;
    let kept = Feedback { post: old.post, revision, ..new.clone() };
    let unread = [Labels::unread(row.stage)];
    insert_facts(tx, &[&kept])?;
    passage::insert_many(tx, [(old.id, &unread[..])])?;
    tally(tx, &kept, &unread, 1)?;
    outbox::push(tx, &[old.id])?;
    Ok(revision)
}

/// What is there already under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its identifier.
    pub id: FeedbackId,
    /// Its revision.
    pub revision: i32,
    /// The hash of its body.
    pub hash: String,
}

/// Which of these keys a post has already.
pub fn by_keys(view: &View, post: PostId, keys: &[&str]) -> Result<HashMap<String, Kept>, StoreError> {
    let mut found = HashMap::new();
    if !view.scope().sees(post) {
        return Ok(found);
    }
    for keys in keys.chunks(CHUNK) {
        let (pairs, values) = wanted(post.into(), keys);
        let sql = format!(
            "WITH wanted (whose, name) AS (VALUES {pairs}) SELECT f.key, f.id, f.revision, f.hash
             FROM wanted CROSS JOIN feedback AS f WHERE f.post = wanted.whose AND f.key = wanted.name"
        );
        view.each(&sql, &values, |row| {
            let kept = Kept { id: FeedbackId(row.int(1)?), revision: row.int(2)? as i32, hash: row.text(3)?.to_owned() };
            found.insert(row.text(0)?.to_owned(), kept);
            Ok(())
        })?;
    }
    Ok(found)
}

/// What is kept under a key of a post.
pub fn by_key(view: &View, post: PostId, key: &str) -> Result<Option<Kept>, StoreError> {
    Ok(by_keys(view, post, &[key])?.remove(key))
}

const COLUMNS: &str = "id, revision, post, key, at, day, heard, person, account, touchpoint, text, link, import";

fn read(row: &dyn Row) -> Result<Feedback, StoreError> {
    Ok(Feedback {
        id: FeedbackId(row.int(0)?),
        revision: row.int(1)? as i32,
        post: PostId(row.int(2)?),
        key: row.text(3)?.to_owned(),
        at: Time(row.int(4)?),
        day: Day(row.int(5)? as i32),
        heard: Time(row.int(6)?),
        person: row.int_or_none(7)?.map(PersonId),
        account: row.int_or_none(8)?.map(AccountId),
        touchpoint: row.int_or_none(9)?.map(TouchpointId),
        text: row.text(10)?.to_owned(),
        link: row.text_or_none(11)?.map(str::to_owned),
        import: row.int_or_none(12)?.map(ImportId),
        ratings: Vec::new(),
        attributes: Vec::new(),
    })
}

/// All of these that are there, in no order, whoever looks.
pub(crate) fn load(view: &View, ids: &[FeedbackId]) -> Result<Vec<Feedback>, StoreError> {
    let mut found: Vec<Feedback> = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let begin = found.len();
        found.extend(view.list(&format!("SELECT {COLUMNS} FROM feedback WHERE id IN ({list})"), &values, read)?);
        let place: HashMap<FeedbackId, usize> = (begin..).zip(&found[begin..]).map(|(at, f)| (f.id, at)).collect();
        let place = |id: i64| place.get(&FeedbackId(id)).copied();
        let sql = format!("SELECT feedback, scale, raw FROM rating WHERE feedback IN ({list}) ORDER BY feedback, scale");
        view.each(&sql, &values, |row| {
            if let Some(at) = place(row.int(0)?) {
                found[at].ratings.push(Rating { scale: ScaleId(row.int(1)?), raw: row.real(2)? });
            }
            Ok(())
        })?;
        let sql = format!(
            "SELECT feedback, attribute, value FROM feedback_attribute WHERE feedback IN ({list}) ORDER BY feedback, attribute"
        );
        view.each(&sql, &values, |row| {
            if let Some(at) = place(row.int(0)?) {
                found[at].attributes.push((AttributeId(row.int(1)?), ValueId(row.int(2)?)));
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// These feedbacks, in the order asked; what is not there or not in sight is left out.
pub fn many(view: &View, ids: &[FeedbackId]) -> Result<Vec<Feedback>, StoreError> {
    let mut found: HashMap<_, _> = load(view, ids)?.into_iter().map(|f| (f.id, f)).collect();
    found.retain(|_, f| view.scope().sees(f.post));
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// How these comments in sight feel as a whole, -1 to 1: by the weightiest of their passages, as it was corrected. Of what is not read nothing
/// is known.
pub fn sentiments(view: &View, ids: &[FeedbackId]) -> Result<HashMap<FeedbackId, f64>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!("SELECT id, post, sentiment FROM feedback WHERE id IN ({list}) AND sentiment IS NOT NULL");
        view.each(&sql, &values, |row| {
            if view.scope().sees(PostId(row.int(1)?)) {
                found.insert(FeedbackId(row.int(0)?), row.real(2)?);
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// A feedback by identifier.
pub fn get(view: &View, id: FeedbackId) -> Result<Option<Feedback>, StoreError> {
    Ok(many(view, &[id])?.pop())
}

/// The words a feedback had before, newest first, each with the moment it was replaced.
pub fn revisions(view: &View, id: FeedbackId) -> Result<Vec<(Feedback, Time)>, StoreError> {
    if get(view, id)?.is_none() {
        return Ok(Vec::new());
    }
    let sql = "SELECT body, replaced FROM feedback_revision WHERE feedback = $1 ORDER BY revision DESC";
    view.list(sql, &[id.into()], |row| Ok((serde_json::from_str(row.text(0)?)?, Time(row.int(1)?))))
}

/// ` AND post IN (…)` for narrowed sight, with its values.
fn sight(view: &View, first: usize) -> (String, Vec<Value<'static>>) {
    let Some(posts) = view.narrowed() else { return (String::new(), Vec::new()) };
    let (list, values) = one_of(first, &posts);
    (format!(" AND post IN ({list})"), values)
}

/// All that a person has said, newest first: their timeline.
pub fn of_person(view: &View, person: PersonId, limit: usize) -> Result<Vec<FeedbackId>, StoreError> {
    newest_where(view, "person", person.into(), limit)
}

/// All that was said for an account, newest first.
pub fn of_account(view: &View, account: AccountId, limit: usize) -> Result<Vec<FeedbackId>, StoreError> {
    newest_where(view, "account", account.into(), limit)
}

fn newest_where(view: &View, column: &str, value: Value<'_>, limit: usize) -> Result<Vec<FeedbackId>, StoreError> {
    let (sight, more) = sight(view, 3);
    let sql = format!("SELECT id FROM feedback WHERE {column} = $1{sight} ORDER BY at DESC, id DESC LIMIT $2");
    let values: Vec<Value<'_>> = [value, limit.into()].into_iter().chain(more).collect();
    view.list(&sql, &values, |row| Ok(FeedbackId(row.int(0)?)))
}

/// How many there are up to this identifier.
pub fn count_from(view: &View, first: FeedbackId) -> Result<u64, StoreError> {
    Ok(view.number("SELECT count(*) FROM feedback WHERE id >= $1", &[first.into()])? as u64)
}

/// What has to be known of a feedback to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Which.
    pub id: FeedbackId,
    /// At which revision.
    pub revision: i32,
    /// Where it was heard.
    pub post: PostId,
    /// At which contact.
    pub touchpoint: Option<TouchpointId>,
    /// The verbatim.
    pub text: String,
}

/// The next feedbacks in sight below this one (`None`: from the newest on), with what has to be known to read them.
pub fn to_read_below(view: &View, below: Option<FeedbackId>, limit: usize) -> Result<Vec<Words>, StoreError> {
    let (sight, more) = sight(view, 3);
    let sql = format!("SELECT id, revision, post, touchpoint, text FROM feedback WHERE id < $1{sight} ORDER BY id DESC LIMIT $2");
    let below = below.map_or(i64::MAX, |id| id.0);
    let values: Vec<Value<'_>> = [below.into(), limit.into()].into_iter().chain(more).collect();
    view.list(&sql, &values, |row| {
        Ok(Words {
            id: FeedbackId(row.int(0)?),
            revision: row.int(1)? as i32,
            post: PostId(row.int(2)?),
            touchpoint: row.int_or_none(3)?.map(TouchpointId),
            text: row.text(4)?.to_owned(),
        })
    })
}

/// The words of feedbacks in sight, in no order.
pub fn words(view: &View, ids: &[FeedbackId]) -> Result<Vec<(FeedbackId, String)>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        view.each(&format!("SELECT id, post, text FROM feedback WHERE id IN ({list})"), &values, |row| {
            if view.scope().sees(PostId(row.int(1)?)) {
                found.push((FeedbackId(row.int(0)?), row.text(2)?.to_owned()));
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// How many there are in sight.
pub fn count(view: &View) -> Result<u64, StoreError> {
    let (sight, more) = sight(view, 1);
    Ok(view.number(&format!("SELECT count(*) FROM feedback WHERE 1 = 1{sight}"), &more)? as u64)
}

/// The next feedbacks by identifier, after this one: for work that goes through all of them.
pub fn following(view: &View, after: FeedbackId, limit: usize) -> Result<Vec<FeedbackId>, StoreError> {
    let (sight, more) = sight(view, 3);
    let sql = format!("SELECT id FROM feedback WHERE id > $1{sight} ORDER BY id LIMIT $2");
    let values: Vec<Value<'_>> = [after.into(), limit.into()].into_iter().chain(more).collect();
    view.list(&sql, &values, |row| Ok(FeedbackId(row.int(0)?)))
}

/// The feedbacks that were heard last, newest first, down to but without `after`.
pub fn latest(view: &View, after: FeedbackId, limit: usize) -> Result<Vec<FeedbackId>, StoreError> {
    let (sight, more) = sight(view, 3);
    let sql = format!("SELECT id FROM feedback WHERE id > $1{sight} ORDER BY id DESC LIMIT $2");
    let values: Vec<Value<'_>> = [after.into(), limit.into()].into_iter().chain(more).collect();
    view.list(&sql, &values, |row| Ok(FeedbackId(row.int(0)?)))
}

/// How many characters the verbatims of these have, in the order asked: for work that keeps a bound on what it holds at once.
pub fn lengths(view: &View, ids: &[FeedbackId]) -> Result<Vec<(FeedbackId, u64)>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!("SELECT id, length(text) FROM feedback WHERE id IN ({list})");
        view.each(&sql, &values, |row| {
            found.insert(FeedbackId(row.int(0)?), row.int(1)? as u64);
            Ok(())
        })?;
    }
    Ok(ids.iter().filter_map(|id| Some((*id, *found.get(id)?))).collect())
}

/// The same, whoever looks.
pub(crate) fn following_all(view: &View, after: FeedbackId, limit: usize) -> Result<Vec<FeedbackId>, StoreError> {
    let sql = "SELECT id FROM feedback WHERE id > $1 ORDER BY id LIMIT $2";
    view.list(sql, &[after.into(), limit.into()], |row| Ok(FeedbackId(row.int(0)?)))
}

/// How many feedbacks each post has.
pub fn count_by_post(view: &View) -> Result<HashMap<PostId, u64>, StoreError> {
    let (sight, more) = sight(view, 1);
    let sql = format!("SELECT post, sum(volume) FROM cube WHERE stage = 0 AND category = 0{sight} GROUP BY post");
    Ok(view.list(&sql, &more, |row| Ok((PostId(row.int(0)?), row.int(1)? as u64)))?.into_iter().collect())
}

//! Taking in: the same key is the same feedback; feedback, its first figures, the outbox and the job that reads it are
//! written in one transaction. What several hand over at once is written as one.

use std::sync::Arc;

use heard_domain::account::Identity;
use heard_domain::feedback::{BadFeedback, Feedback, NewFeedback};
use heard_domain::health::Way;
use heard_domain::hex::hex;
use heard_domain::id::{FeedbackId, IdMaker, ImportId, JobId, PostId};
use heard_domain::job::Job;
use heard_domain::scope::{Actor, Scope};
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::gather::Gather;
use heard_store::tables;
use heard_store::tables::feedback::{NewRow, Outcome};
use heard_store::tables::label::Written;
use heard_store::view::Tx;
use sha2::{Digest, Sha256};

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::hear::names::{Names, Said};
use crate::hear::trouble;
use crate::onward::{ask, is_history, says_here};
use crate::read::unsure;
use crate::understand::Understanding;

/// The most feedbacks that are taken in one call.
pub const MOST_AT_ONCE: usize = 1_000;

/// So many rows are sent to the database at once: while it works on them, the next are made ready.
const SENT: usize = 500;

/// So many bytes are read within the request itself; more on a thread of their own, so that nobody else waits for them.
const READ_IN_PASSING: usize = 8 << 10;

/// What became of one feedback that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It is new.
    Added(FeedbackId),
    /// It was there already, word for word.
    Known(FeedbackId),
    /// It was there with other words, which are kept as an older revision.
    Revised(FeedbackId),
    /// It was there with other words, and this way in does not revise.
    Differs(FeedbackId),
    /// It breaks a rule; nothing of it was kept.
    Refused(BadFeedback),
}

/// What happens to a known key with other words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnChange {
    /// The new words become the feedback; the old ones are kept (imports: the source was edited).
    Revise,
    /// The old words stay (API: a key that was used twice is a mistake).
    Keep,
}

/// One feedback, checked and hashed outside the transaction: the one writer should do nothing that others can do.
pub(crate) struct Prepared {
    pub(crate) new: NewFeedback,
    hash: String,
    id: i64,
    reading: Option<Arc<Written>>,
}

impl Prepared {
    /// Reads it before it is kept: it is then written, counted and indexed once, not twice. What could not be written out
    /// is left to be read later, where that error is told.
    pub(crate) fn read(&mut self, understanding: &Understanding, post: PostId) {
        self.reading = Written::of(understanding.read_new(FeedbackId(self.id), post, &self.new)).ok().map(Arc::new);
    }

    /// Forgets what was read: the company's words have changed meanwhile.
    pub(crate) fn unread(&mut self) {
        self.reading = None;
    }
}

/// Checks and hashes. Where the source does not say when something was said (`timed` is false) the moment is ours, and
/// does not make the same words other words.
pub(crate) fn prepare(id: i64, mut new: NewFeedback, timed: bool) -> Result<Prepared, BadFeedback> {
    new.author.identities = normal(&new.author.identities)?;
    new.check()?;
    let said = serde_json::to_vec(&NewFeedback { at: if timed { new.at } else { Time(0) }, ..new.clone() });
    let said = said.map_err(|e| BadFeedback { field: "feedback".into(), reason: e.to_string() })?;
    // Half of SHA-256 tells apart what one key was ever used for.
    let hash = hex(Sha256::digest(&said).get(..16).unwrap_or_default());
    Ok(Prepared { new, hash, id, reading: None })
}

/// Handles in the form in which they are compared: however they are written, the same person is known by them.
fn normal(identities: &[Identity]) -> Result<Vec<Identity>, BadFeedback> {
    let one = |identity: &Identity| {
        let bad =
            || BadFeedback { field: format!("author.identities ({})", identity.kind), reason: "is empty or too long".into() };
        Identity::new(identity.kind, &identity.handle).ok_or_else(bad)
    };
    identities.iter().map(one).collect()
}

/// Takes in what a post heard; the answers are in the order given.
pub async fn take(flow: &Flow, scope: &Scope, post: PostId, batch: Vec<NewFeedback>) -> Result<Vec<Heard>, FlowError> {
    let heard = take_from(flow, scope, post, batch, true).await?;
    if let Actor::Token(_) = scope.actor {
        let wrong = heard.iter().find_map(|heard| match heard {
            Heard::Refused(bad) => Some(format!("{} {}", bad.field, bad.reason)),
            Heard::Differs(id) => Some(format!("a key was used before for other words (feedback {id})")),
            Heard::Added(_) | Heard::Known(_) | Heard::Revised(_) => None,
        });
        if let Some(reason) = wrong {
            trouble::note(flow, post, Way::Api, &reason).await?;
        }
    }
    Ok(heard)
}

/// The same; where the source does not say when something was said (`timed` is false), the moment is ours, and the same
/// words at another moment are still the same feedback.
pub async fn take_from(
    flow: &Flow,
    scope: &Scope,
    post: PostId,
    batch: Vec<NewFeedback>,
    timed: bool,
) -> Result<Vec<Heard>, FlowError> {
    need(scope, Grant::WriteFeedback)?;
    if batch.len() > MOST_AT_ONCE {
        return Err(FlowError::rule("feedback", format!("at most {MOST_AT_ONCE} at once")));
    }
    if !scope.sees(post) || !flow.directory().posts.iter().any(|p| p.id == post) {
        return Err(FlowError::Missing("listening post"));
    }
    let (ids, now, understanding) = (flow.ids(), flow.now(), flow.look());
    let long = batch.iter().map(|new| new.text.len()).sum::<usize>() > READ_IN_PASSING;
    let understand = move || {
        let one = |new| {
            let mut one = prepare(ids.next(now), new, timed)?;
            one.read(&understanding, post);
            Ok(one)
        };
        batch.into_iter().map(one).collect::<Vec<Result<Prepared, BadFeedback>>>()
    };
    let prepared = if long { tokio::task::spawn_blocking(understand).await.map_err(FlowError::internal)? } else { understand() };
    let offer = Offer {
        post,
        by: flow.look(),
        ids: flow.ids(),
        now: flow.now(),
        job: JobId(flow.id()),
        route: JobId(flow.id()),
        deeply: flow.deep().is_some(),
        prepared,
    };
    let (heard, grown) = flow.store.write_gathered(offer).await?;
    if grown {
        flow.refresh().await?;
    }
    Ok(heard)
}

/// What somebody hands over, on its way to the one writer.
struct Offer {
    post: PostId,
    /// The company's names as whoever hands over knows them.
    by: Understanding,
    ids: Arc<IdMaker>,
    now: Time,
    /// The identifier for the job that reads what is not read.
    job: JobId,
    /// The identifier for the job that sends it to whom it concerns.
    route: JobId,
    /// Whether what is unsure is read deeply.
    deeply: bool,
    prepared: Vec<Result<Prepared, BadFeedback>>,
}

impl Gather for Offer {
    /// What became of each, and whether new names came with them.
    type Answer = (Vec<Heard>, bool);

    fn weight(&self) -> usize {
        self.prepared.len()
    }

    fn write(tx: &mut Tx, all: &[Self]) -> Result<Vec<Self::Answer>, StoreError> {
        let mut answers = Vec::with_capacity(all.len());
        // Those who know the same names are kept as one batch.
        for offers in all.chunk_by(|one, next| Arc::ptr_eq(&one.by.directory, &next.by.directory)) {
            let Some(Self { by, ids, now, job, route, deeply, .. }) = offers.last() else { continue };
            let (ids, at) = (Arc::clone(ids), *now);
            let for_names = Arc::clone(&ids);
            let mut names = Names::of(Arc::clone(&by.directory), Arc::clone(&by.names), move || for_names.next(at));
            let prepared: Vec<(PostId, &Result<Prepared, BadFeedback>)> =
                offers.iter().flat_map(|offer| offer.prepared.iter().map(|one| (offer.post, one))).collect();
            let deeply = deeply.then(|| Arc::clone(&ids));
            let batch = Batch { import: None, on_change: OnChange::Keep, now: *now, job: *job, route: *route, deeply };
            let mut heard = keep(tx, &mut names, &batch, &prepared)?.into_iter();
            answers.extend(offers.iter().map(|o| (heard.by_ref().take(o.prepared.len()).collect(), names.grown())));
        }
        Ok(answers)
    }
}

/// What a batch has in common.
pub(crate) struct Batch {
    pub(crate) import: Option<ImportId>,
    pub(crate) on_change: OnChange,
    pub(crate) now: Time,
    /// The identifier for the job that reads it.
    pub(crate) job: JobId,
    /// The identifier for the job that sends what was read to whom it concerns.
    pub(crate) route: JobId,
    /// Where what is unsure is read deeply: what gives identifiers to those jobs.
    pub(crate) deeply: Option<Arc<IdMaker>>,
}

/// Keeps a batch within a transaction, each feedback at its post, as if one came after the other.
pub(crate) fn keep(
    tx: &mut Tx,
    names: &mut Names,
    batch: &Batch,
    prepared: &[(PostId, &Result<Prepared, BadFeedback>)],
) -> Result<Vec<Heard>, StoreError> {
    let sound = || prepared.iter().filter_map(|(post, one)| Some((*post, one.as_ref().ok()?)));
    let keys: Vec<(PostId, &str)> = sound().map(|(post, one)| (post, one.new.key.as_str())).collect();
    let mut there = tables::feedback::there(tx, &keys)?;
    let mut heard = Vec::with_capacity(prepared.len());
    let (mut wanted, mut places) = (Vec::with_capacity(keys.len()), Vec::with_capacity(keys.len()));
    for (post, one) in prepared {
        match one {
            Err(bad) => heard.push(Heard::Refused(bad.clone())),
            Ok(one) => match there.get(&(*post, one.new.key.clone())) {
                Some((id, hash)) if *hash == one.hash => heard.push(Heard::Known(*id)),
                _ => {
                    places.push(heard.len());
                    heard.push(Heard::Added(FeedbackId(one.id)));
                    let said = names.said(*post, &one.new);
                    wanted.push((*post, one, said));
                }
            },
        }
    }
    names.look_up(tx, &wanted.iter().map(|(_, one, said)| (&one.new, said)))?;
    let mut readings: Vec<Arc<Written>> = Vec::new();
    let mut to_read = Vec::new();
    let (mut read, mut here) = (Vec::new(), false);
    for (some, places) in wanted.chunks_mut(SENT).zip(places.chunks(SENT)) {
        let mut rows: Vec<NewRow> =
            some.iter_mut().map(|(post, one, said)| row(names, batch, *post, one, std::mem::take(said))).collect();
        names.keep(tx)?;
        let outcomes = tables::feedback::insert_beside(tx, &rows, &mut there)?;
        for (((row, outcome), place), (_, one, _)) in rows.iter_mut().zip(outcomes).zip(places).zip(some) {
            heard[*place] = match outcome {
                Outcome::Added => {
                    if row.reading.is_none() {
                        to_read.push(row.feedback.id);
                    } else if !is_history(row.feedback.at, row.feedback.heard) {
                        read.push(row.feedback.id);
                    }
                    here |= says_here(&one.new.attributes);
                    readings.extend(row.reading.clone().filter(|_| batch.deeply.is_some()));
                    continue;
                }
                Outcome::Known(id) => Heard::Known(id),
                Outcome::Differs(id) if batch.on_change == OnChange::Keep => Heard::Differs(id),
                Outcome::Differs(id) => {
                    row.feedback.id = id;
                    tables::feedback::revise(tx, row, batch.now)?;
                    to_read.push(id);
                    Heard::Revised(id)
                }
            };
        }
    }
    to_read.sort_unstable();
    to_read.dedup();
    let new = prepared.iter().zip(&heard).filter(|(_, heard)| matches!(heard, Heard::Added(_) | Heard::Revised(_)));
    tables::health::heard(tx, &new.map(|((post, _), _)| *post).collect(), batch.now)?;
    if let Some(ids) = &batch.deeply {
        unsure::ask(tx, ids, readings.iter().map(|written| &written.reading), batch.now)?;
    }
    if !to_read.is_empty() {
        tables::job::add(tx, batch.job, &Job::Read { feedback: to_read }, batch.now)?;
    }
    ask(tx, batch.route, read, here, batch.now)?;
    Ok(heard)
}

/// A row with all names resolved; those that are new wait to be kept.
fn row(names: &mut Names, batch: &Batch, post: PostId, one: &Prepared, said: Said) -> NewRow {
    let new = &one.new;
    let (person, account) = names.author(&new.author);
    let attributes = names.attributes(said);
    let ratings = names.ratings(&new.ratings);
    let touchpoint = new.touchpoint.as_deref().and_then(|name| names.directory().touchpoint_named(name));
    let feedback = Feedback {
        id: FeedbackId(one.id),
        revision: 1,
        post,
        key: new.key.clone(),
        at: new.at,
        day: names.directory().company.zone.day(new.at),
        heard: batch.now,
        person,
        account,
        touchpoint,
        text: new.text.clone(),
        link: new.link.clone(),
        import: batch.import,
        ratings,
        attributes,
    };
    let stage = names.directory().stage_at(post, touchpoint);
    NewRow { stage, feedback, hash: one.hash.clone(), reading: one.reading.clone() }
}

//! Reading again: after a change of journey or taxonomy all feedback is read once more, in the background, the newest first.
//!
//! While one batch is written the next is read, on every core; where it stands is kept in the transaction of each batch, so
//! that after the program was ended it goes on where it was.

use std::sync::Arc;

use heard_domain::id::{FeedbackId, JobId};
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::feedback::Words;
use heard_store::tables::job::Waiting;
use heard_store::tables::label::Written;
use heard_store::view::{Tx, View};

use crate::error::FlowError;
use crate::flow::Flow;
use crate::read::{foresee, unsure};
use crate::understand::Understanding;

/// How many are read at a time: enough that the wait for the disk costs little, and cells that many of them count in are
/// written once; few enough that other writes are not kept waiting.
const BATCH: usize = 3_000;
/// On so many threads a batch is read.
const READERS: usize = 2;

/// Asks, within a transaction, that all feedback be read again. A round that is under way begins anew.
pub(crate) fn ask(tx: &mut Tx, job: i64, now: Time) -> Result<(), StoreError> {
    if tables::feedback::count(tx)? == 0 {
        return Ok(());
    }
    for round in rounds(tx)? {
        tables::job::finish(tx, round.id)?;
    }
    unsure::forget(tx)?;
    tables::job::add(tx, JobId(job), &Job::ReadAgain { below: None }, now)
}

fn rounds(view: &View) -> Result<Vec<Waiting>, StoreError> {
    tables::job::of_kind(view, Job::ReadAgain { below: None }.kind())
}

/// Reads on from below a feedback, to the end, or until Heard stops or the round begins anew.
pub(crate) async fn run(flow: &Flow, job: JobId, below: Option<FeedbackId>) -> Result<(), FlowError> {
    // Whoever asked commits first and looks again afterwards: at the beginning the reader in hand may still be the old one.
    flow.refresh().await?;
    let understanding = flow.look();
    let (mut batch, mut last) = understood(flow, &understanding, below).await?;
    loop {
        let stop = flow.stopping();
        // What is below the last is read while this is written; nothing more when Heard stops.
        let next = async {
            match last {
                Some(last) if !stop => understood(flow, &understanding, Some(last)).await.map(Some),
                _ => Ok(None),
            }
        };
        let (kept, next) = tokio::join!(keep(flow, job, batch, last), next);
        match (kept?, next?) {
            (true, Some(next)) => (batch, last) = next,
            _ => break,
        }
    }
    if last.is_none() {
        let comments = flow.store.read(&Scope::system(), tables::feedback::count).await?;
        flow.round_ended(comments);
    }
    Ok(())
}

/// The readings of the next batch, and below what the one after it begins; `None`: this is the last.
async fn understood(
    flow: &Flow,
    understanding: &Understanding,
    below: Option<FeedbackId>,
) -> Result<(Vec<Written>, Option<FeedbackId>), FlowError> {
    let words = flow.store.read(&Scope::system(), move |view| tables::feedback::to_read_below(view, below, BATCH)).await?;
    let last = words.last().map(|words| words.id).filter(|_| words.len() == BATCH);
    let words = Arc::new(words);
    let share = words.len().div_ceil(READERS).max(1);
    let mut parts = Vec::with_capacity(READERS);
    for n in 0..READERS {
        let (words, understanding) = (Arc::clone(&words), understanding.clone());
        let part = move || -> Result<Vec<Written>, StoreError> {
            let own = words.iter().skip(n * share).take(share).map(|words: &Words| understanding.read_words(words));
            own.map(Written::of).collect()
        };
        parts.push(tokio::task::spawn_blocking(part));
    }
    let mut readings = Vec::with_capacity(words.len());
    for part in parts {
        readings.extend(part.await.map_err(FlowError::internal)??);
    }
    Ok((readings, last))
}

/// Keeps a batch, and where the round stands; whether it goes on.
async fn keep(flow: &Flow, job: JobId, batch: Vec<Written>, last: Option<FeedbackId>) -> Result<bool, FlowError> {
    let (now, stopping, next) = (flow.now(), flow.stopping(), flow.id());
    let (deeply, ids) = (flow.deep().is_some(), flow.ids());
    let keep = move |tx: &mut Tx| {
        // Another change has begun a round of its own: these readings are out of date.
        if !tables::job::there(tx, job)? {
            return Ok(false);
        }
        tables::reading::save_written(tx, &batch)?;
        if deeply {
            unsure::ask(tx, &ids, batch.iter().map(|written| &written.reading), now)?;
        }
        let Some(last) = last else {
            tables::job::finish(tx, job)?;
            foresee::ask(tx, next, now)?;
            return Ok(false);
        };
        let on = Job::ReadAgain { below: Some(last) };
        if stopping {
            tables::job::again(tx, job, &on, now)?;
        } else {
            tables::job::go_on(tx, job, &on)?;
        }
        Ok(true)
    };
    Ok(flow.store.write(&Scope::system(), keep).await?)
}

/// Whether feedback is still waiting to be read again.
pub async fn under_way(flow: &Flow) -> Result<bool, FlowError> {
    Ok(flow.store.read(&Scope::system(), |view| Ok(!rounds(view)?.is_empty())).await?)
}

/// How many comments were read again, and how many there are, if a round is under way.
pub(crate) async fn progress(flow: &Flow) -> Result<Option<(u64, u64)>, FlowError> {
    let read = |view: &View| {
        let Some(Job::ReadAgain { below }) = rounds(view)?.pop().map(|round| round.job) else { return Ok(None) };
        let done = below.map_or(Ok(0), |below| tables::feedback::count_from(view, below))?;
        Ok(Some((done, tables::feedback::count(view)?)))
    };
    Ok(flow.store.read(&Scope::system(), read).await?)
}

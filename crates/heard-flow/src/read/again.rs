//! Reading again: after a change of journey or taxonomy all feedback is read once more, in the background.

use heard_domain::id::{FeedbackId, JobId};
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::job::Waiting;
use heard_store::view::{Tx, View};

use crate::error::FlowError;
use crate::flow::Flow;
use crate::read::step;

/// How many are read at a time: short enough that other work is not kept waiting.
const BATCH: usize = 500;

/// Asks, within a transaction, that all feedback be read again. A round that is under way begins anew.
pub(crate) fn ask(tx: &mut Tx, job: i64, now: Time) -> Result<(), StoreError> {
    if tables::feedback::count(tx)? == 0 {
        return Ok(());
    }
    for round in rounds(tx)? {
        tables::job::finish(tx, round.id)?;
    }
    tables::job::add(tx, JobId(job), &Job::ReadAgain { after: FeedbackId(0) }, now)
}

fn rounds(view: &View) -> Result<Vec<Waiting>, StoreError> {
    let mut jobs = tables::job::list(view, usize::MAX >> 1)?;
    jobs.retain(|job| matches!(job.job, Job::ReadAgain { .. }));
    Ok(jobs)
}

/// Reads the next batch; the job goes on after it, or is finished.
pub(crate) async fn run(flow: &Flow, job: JobId, after: FeedbackId) -> Result<(), FlowError> {
    // Whoever asked commits first and looks again afterwards: at the beginning the reader in hand may still be the old one.
    if after == FeedbackId(0) {
        flow.refresh().await?;
    }
    let ids = flow.store.read(&Scope::system(), move |view| tables::feedback::following(view, after, BATCH)).await?;
    let Some(last) = ids.last().copied().filter(|_| ids.len() == BATCH) else { return step::run(flow, &ids, vec![job]).await };
    step::run(flow, &ids, Vec::new()).await?;
    let now = flow.now();
    let next = move |tx: &mut Tx| tables::job::again(tx, job, &Job::ReadAgain { after: last }, now);
    Ok(flow.store.write(&Scope::system(), next).await?)
}

/// Whether feedback is still waiting to be read again.
pub async fn under_way(flow: &Flow) -> Result<bool, FlowError> {
    Ok(flow.store.read(&Scope::system(), |view| Ok(!rounds(view)?.is_empty())).await?)
}

/// How many comments were read again, and how many there are, if a round is under way.
pub(crate) async fn progress(flow: &Flow) -> Result<Option<(u64, u64)>, FlowError> {
    let read = |view: &View| {
        let Some(Job::ReadAgain { after }) = rounds(view)?.pop().map(|round| round.job) else { return Ok(None) };
        Ok(Some((tables::feedback::count_up_to(view, after)?, tables::feedback::count(view)?)))
    };
    Ok(flow.store.read(&Scope::system(), read).await?)
}

//! What is unsure waits to be read deeply: asked for and forgotten in the transaction of what it belongs to.

use heard_domain::id::{FeedbackId, IdMaker, JobId};
use heard_domain::job::Job;
use heard_domain::reading::Reading;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use heard_text::deep::again::is_wanted;

/// So many comments are read in one job: some seconds.
const TOGETHER: usize = 100;

/// Asks, within a transaction, that what is unsure in these readings be read deeply.
pub(crate) fn ask<'a>(
    tx: &mut Tx,
    ids: &IdMaker,
    readings: impl IntoIterator<Item = &'a Reading>,
    now: Time,
) -> Result<(), StoreError> {
    let wanted: Vec<FeedbackId> = readings.into_iter().filter(|r| is_wanted(r)).map(|r| r.feedback).collect();
    for feedback in wanted.chunks(TOGETHER) {
        tables::job::add(tx, JobId(ids.next(now)), &Job::ReadDeeply { feedback: feedback.to_vec() }, now)?;
    }
    Ok(())
}

/// Forgets, within a transaction, what waits: all is read again.
pub(crate) fn forget(tx: &mut Tx) -> Result<(), StoreError> {
    for (id, _) in waiting(tx)? {
        tables::job::finish(tx, id)?;
    }
    Ok(())
}

/// The jobs that wait, and how many comments each has.
pub(crate) fn waiting(view: &View) -> Result<Vec<(JobId, usize)>, StoreError> {
    let jobs = tables::job::of_kind(view, Job::ReadDeeply { feedback: Vec::new() }.kind())?;
    let deep = jobs.into_iter().filter_map(|waiting| match waiting.job {
        Job::ReadDeeply { feedback } => Some((waiting.id, feedback.len())),
        _ => None,
    });
    Ok(deep.collect())
}

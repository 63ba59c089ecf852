//! Reading: verbatims in, readings out; a reading of words that changed meanwhile is dropped.

use std::collections::HashSet;

use heard_domain::feedback::Feedback;
use heard_domain::id::{FeedbackId, JobId};
use heard_domain::reading::Reading;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::view::Tx;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::onward::{HERE, ask, is_history};
use crate::read::unsure;

/// Reads these feedbacks and keeps the readings; the jobs that asked for it are finished in the same transaction.
pub(crate) async fn run(flow: &Flow, ids: &[FeedbackId], jobs: Vec<JobId>) -> Result<(), FlowError> {
    let wanted = ids.to_vec();
    let feedback = flow.store.read(&Scope::system(), move |view| tables::feedback::many(view, &wanted)).await?;
    // Who says that they are still there, or said that they are not: routing looks closer.
    let directory = flow.directory();
    let here = directory.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(HERE)).map(|a| a.id);
    let here = feedback.iter().any(|one| one.attributes.iter().any(|(attribute, _)| Some(*attribute) == here));
    let fresh: HashSet<FeedbackId> = feedback.iter().filter(|one| !is_history(one.at, one.heard)).map(|one| one.id).collect();
    let readings = understand(flow, feedback).await?;
    let (deeply, ids, now) = (flow.deep().is_some(), flow.ids(), flow.now());
    let keep = move |tx: &mut Tx| {
        let kept = tables::reading::save_many(tx, &readings)?;
        if deeply {
            unsure::ask(tx, &ids, &readings, now)?;
        }
        let kept = readings.iter().zip(kept).filter(|(_, kept)| *kept).map(|(reading, _)| reading.feedback);
        let read = kept.filter(|id| fresh.contains(id)).collect();
        ask(tx, JobId(ids.next(now)), read, here, now)?;
        jobs.iter().try_for_each(|job| tables::job::finish(tx, *job))
    };
    Ok(flow.store.write(&Scope::system(), keep).await?)
}

/// Reads on a thread of its own: it is pure computing.
async fn understand(flow: &Flow, feedback: Vec<Feedback>) -> Result<Vec<Reading>, FlowError> {
    let understanding = flow.look();
    let all = move || feedback.iter().map(|f| understanding.read(f)).collect();
    tokio::task::spawn_blocking(all).await.map_err(FlowError::internal)
}

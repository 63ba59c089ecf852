//! Reading: verbatims in, readings out; a reading of words that changed meanwhile is dropped.

use heard_domain::feedback::Feedback;
use heard_domain::id::{FeedbackId, JobId};
use heard_domain::reading::Reading;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::view::Tx;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::read::unsure;

/// Reads these feedbacks and keeps the readings; the jobs that asked for it are finished in the same transaction.
pub(crate) async fn run(flow: &Flow, ids: &[FeedbackId], jobs: Vec<JobId>) -> Result<(), FlowError> {
    let wanted = ids.to_vec();
    let feedback = flow.store.read(&Scope::system(), move |view| tables::feedback::many(view, &wanted)).await?;
    let readings = understand(flow, feedback).await?;
    let (deeply, ids, now) = (flow.deep().is_some(), flow.ids(), flow.now());
    let keep = move |tx: &mut Tx| {
        tables::reading::save_many(tx, &readings)?;
        if deeply {
            unsure::ask(tx, &ids, &readings, now)?;
        }
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

//! Reading: verbatims in, readings out; a reading of words that changed meanwhile is dropped.

use heard_domain::feedback::Feedback;
use heard_domain::id::{FeedbackId, JobId};
use heard_domain::reading::Reading;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::view::Tx;
use heard_text::step::ToRead;

use crate::error::FlowError;
use crate::flow::Flow;

/// Reads these feedbacks and keeps the readings; the jobs that asked for it are finished in the same transaction.
pub(crate) async fn run(flow: &Flow, ids: &[FeedbackId], jobs: Vec<JobId>) -> Result<(), FlowError> {
    let wanted = ids.to_vec();
    let feedback = flow.store.read(&Scope::system(), move |view| tables::feedback::many(view, &wanted)).await?;
    let readings = understand(flow, feedback).await?;
    let keep = move |tx: &mut Tx| {
        tables::reading::save_many(tx, &readings)?;
        jobs.iter().try_for_each(|job| tables::job::finish(tx, *job))
    };
    Ok(flow.store.write(&Scope::system(), keep).await?)
}

/// Reads on a thread of its own: it is pure computing.
async fn understand(flow: &Flow, feedback: Vec<Feedback>) -> Result<Vec<Reading>, FlowError> {
    let (reader, directory) = (flow.reader(), flow.directory());
    let one = move |f: &Feedback| {
        let post = directory.posts.iter().find(|post| post.id == f.post);
        let touchpoint = f.touchpoint.or_else(|| post.and_then(|post| post.touchpoint));
        let stage = touchpoint.and_then(|id| directory.journey.touchpoint(id)).map(|touchpoint| touchpoint.stage);
        reader.read(&ToRead { feedback: f.id, revision: f.revision, text: &f.text, language_hint: None, touchpoint_stage: stage })
    };
    let all = move || feedback.iter().map(one).collect();
    tokio::task::spawn_blocking(all).await.map_err(FlowError::internal)
}

//! Reading deeply: what the fast reader was unsure of is read once more by the transformer in the company's folder, in the
//! background, by a hand that is kept for it: nothing else waits for it.

use std::sync::Arc;

use heard_domain::id::{FeedbackId, JobId};
use heard_domain::reading::Reading;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::{Tx, View};
use heard_text::deep::again::is_wanted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::deep_reader::DeepReader;
use crate::error::FlowError;
use crate::flow::{Flow, lessons, need};
use crate::read::again;
use crate::read::unsure::waiting;

/// At the start so many of the newest comments are looked at: whether they were read by this transformer.
const LOOKED_AT: usize = 200;

/// How the deep reader is doing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeepState {
    /// Its size, and the beginning of the hash of its weights.
    pub name: String,
    /// Where it is.
    pub folder: String,
    /// How many comments it has read since Heard was started.
    pub comments: u64,
    /// Passages a second on one core; `null` before the first.
    pub passages_per_second: Option<f64>,
    /// How many comments wait for it.
    pub waiting: u64,
}

/// At the start: comments that were there before the deep reader are read again with it, in the background.
pub async fn begin(flow: &Flow) -> Result<(), FlowError> {
    let Some(deep) = flow.deep() else { return Ok(()) };
    let name = deep.deep.name().to_owned();
    let (job, now) = (flow.id(), flow.now());
    let begin = move |tx: &mut Tx| {
        let newest = tables::feedback::to_read_below(tx, None, LOOKED_AT)?;
        let ids: Vec<FeedbackId> = newest.iter().map(|words| words.id).collect();
        let readings = tables::reading::raw_many(tx, &ids)?;
        let read = readings.iter().any(|reading| reading.model.ends_with(&name));
        if !read && readings.iter().any(is_wanted) && waiting(tx)?.is_empty() {
            again::ask(tx, job, now)?;
        }
        Ok(())
    };
    Ok(flow.store.write(&Scope::system(), begin).await?)
}

/// How the deep reader is doing; `None`: there is none.
pub async fn state(flow: &Flow, scope: &Scope) -> Result<Option<DeepState>, FlowError> {
    need(scope, Grant::Administer)?;
    let Some(deep) = flow.deep() else { return Ok(None) };
    let waiting = flow.store.read(&Scope::system(), waiting).await?;
    let tally = deep.tally();
    Ok(Some(DeepState {
        name: deep.deep.name().to_owned(),
        folder: deep.folder.clone(),
        comments: tally.comments,
        passages_per_second: (tally.seconds > 0.0).then(|| tally.passages as f64 / tally.seconds),
        waiting: waiting.iter().map(|(_, comments)| *comments as u64).sum(),
    }))
}

/// Reads these deeply and keeps what came of it, unless the categories or the words changed meanwhile.
pub(crate) async fn run(flow: &Flow, job: JobId, ids: Vec<FeedbackId>) -> Result<(), FlowError> {
    let readings = match flow.deep() {
        Some(deep) => {
            flow.refresh().await?;
            understood(flow, deep, ids).await?
        }
        // It was taken away: what it would have read stays as the fast reader has read it.
        None => (0, Vec::new()),
    };
    let keep = move |tx: &mut Tx| {
        let (version, readings) = readings;
        // After a change of the categories all is read again, and asked for again.
        if tables::job::there(tx, job)? && tables::taxonomy::version(tx)? == version {
            tables::reading::save_many(tx, &readings)?;
        }
        tables::job::finish(tx, job)
    };
    Ok(flow.store.write(&Scope::system(), keep).await?)
}

async fn understood(flow: &Flow, deep: Arc<DeepReader>, ids: Vec<FeedbackId>) -> Result<(i64, Vec<Reading>), FlowError> {
    let understanding = flow.look();
    let known = deep.known(understanding.reader.name());
    let learnt = known.is_some();
    let look = move |view: &View| {
        let examples = if learnt { Vec::new() } else { lessons(view)?.0.examples };
        Ok((tables::feedback::many(view, &ids)?, examples))
    };
    let (feedback, lessons) = flow.store.read(&Scope::system(), look).await?;
    let all = move || {
        let head = known.unwrap_or_else(|| deep.learn(&understanding, &lessons));
        let mut readings = Vec::with_capacity(feedback.len());
        for feedback in &feedback {
            let mut reading = understanding.read(feedback);
            if deep.read(&head, &understanding.directory.taxonomy, &mut reading, &feedback.text) {
                readings.push(reading);
            }
        }
        (understanding.directory.taxonomy.version, readings)
    };
    tokio::task::spawn_blocking(all).await.map_err(FlowError::internal)
}

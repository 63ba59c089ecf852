//! Work: the background jobs, one exhaustive match. A job that was cut off is done again: all are idempotent.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::tables::job::Taken;
use tokio::task::JoinSet;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::{hear, read};

/// How many jobs are done side by side: reading is the dearest work, and an import should not wait for it.
const SIDE_BY_SIDE: usize = 3;

/// Does background work until `stop` is done; what is unfinished then goes on after the next start.
pub async fn run(flow: Arc<Flow>, stop: impl Future<Output = ()> + Send) {
    let mut hands = JoinSet::new();
    for _ in 0..SIDE_BY_SIDE {
        let flow = Arc::clone(&flow);
        hands.spawn(async move {
            loop {
                match one(&flow).await {
                    Ok(true) => {}
                    Ok(false) => rest(&flow).await,
                    Err(error) => {
                        tracing::error!(%error, "background work could not be looked up");
                        rest(&flow).await;
                    }
                }
            }
        });
    }
    stop.await;
    hands.shutdown().await;
}

/// Waits until work is added, or one second: jobs also fall due by the clock.
async fn rest(flow: &Flow) {
    tokio::select! {
        () = flow.store.work().notified() => {}
        () = tokio::time::sleep(Duration::from_secs(1)) => {}
    }
}

/// Does all work that is due, then returns: for the command line and for tests.
pub async fn drain(flow: &Arc<Flow>) -> Result<(), FlowError> {
    loop {
        let mut hands = JoinSet::new();
        for _ in 0..SIDE_BY_SIDE {
            let flow = Arc::clone(flow);
            hands.spawn(async move {
                let mut any = false;
                while one(&flow).await? {
                    any = true;
                }
                Ok::<bool, FlowError>(any)
            });
        }
        let mut any = false;
        while let Some(hand) = hands.join_next().await {
            any |= hand.map_err(FlowError::internal)??;
        }
        // A job may have left another behind after the other hands had found nothing: look once more.
        if !any {
            return Ok(());
        }
    }
}

/// Does one job that is due; false if there is none.
async fn one(flow: &Arc<Flow>) -> Result<bool, FlowError> {
    let (scope, now) = (Scope::system(), flow.now());
    let next = flow.store.read(&scope, tables::job::next_due).await?;
    if next.is_none_or(|due| due > now) {
        return Ok(false);
    }
    let Some(Taken { id, job, attempt }) = flow.store.write(&scope, move |tx| tables::job::take(tx, now)).await? else {
        return Ok(false);
    };
    match perform(flow, &job).await {
        Ok(()) => flow.store.write(&scope, move |tx| tables::job::finish(tx, id)).await?,
        Err(error) => {
            tracing::error!(job = %id, attempt, %error, cause = ?std::error::Error::source(&error), "a job failed");
            let (reason, now) = (error.to_string(), flow.now());
            flow.store.write(&scope, move |tx| tables::job::fail(tx, id, &reason, now)).await?;
        }
    }
    Ok(true)
}

async fn perform(flow: &Arc<Flow>, job: &Job) -> Result<(), FlowError> {
    match job {
        Job::Read { feedback } => read::step::run(flow, feedback).await,
        Job::ReadAgain { after } => read::again::run(flow, *after).await,
        Job::Import { import } => hear::import::run(flow, *import).await,
    }
}

//! Work: the background jobs, one exhaustive match. A job that was cut off is done again: all are idempotent.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use heard_domain::id::JobId;
use heard_domain::import::ImportState;
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::job::{Pace, Taken};
use heard_store::view::Tx;
use tokio::task::JoinSet;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::tell::notify::Owed;
use crate::{act, hear, read, route, tell};

/// The hands that work side by side: reading is the dearest work, and an import should not wait for it. One does what
/// nobody waits for, so that however much there is of it, all else goes on; one waits for other systems, and one for the mail server.
const PACES: [Pace; 6] = [Pace::Soon, Pace::Soon, Pace::Soon, Pace::Patient, Pace::Away, Pace::Post];

/// How often it is looked whether a digest is due.
const TENDED: Duration = Duration::from_secs(30);

/// So long the batches under way may still take when Heard stops.
const LAST_BATCH: Duration = Duration::from_secs(15);

/// So many feedbacks of small jobs are read, or routed, together.
const TOGETHER: usize = 500;

/// Does background work until `stop` is done; what is unfinished then goes on after the next start.
pub async fn run(flow: Arc<Flow>, stop: impl Future<Output = ()> + Send) {
    if let Err(error) = hear::sweep::sweep(&flow).await {
        tracing::error!(%error, "what was left over of files could not be looked up");
    }
    let mut hands = JoinSet::new();
    for pace in PACES {
        let flow = Arc::clone(&flow);
        hands.spawn(async move {
            while !flow.stopping() {
                match one(&flow, pace).await {
                    Ok(true) => {}
                    Ok(false) => rest(&flow, pace).await,
                    Err(error) => {
                        tracing::error!(%error, "background work could not be looked up");
                        rest(&flow, pace).await;
                    }
                }
            }
        });
    }
    let tended = Arc::clone(&flow);
    hands.spawn(async move {
        let mut gathered = act::issues::gathering::Looked::default();
        while !tended.stopping() {
            if let Err(error) = act::cadence::tend(&tended).await {
                tracing::error!(%error, "digests could not be looked after");
            }
            if let Err(error) = act::issues::gathering::tend(&tended, &mut gathered).await {
                tracing::error!(%error, "what has become an issue could not be looked for");
            }
            if let Err(error) = act::verify::tend(&tended).await {
                tracing::error!(%error, "it could not be looked whether fixes hold");
            }
            if let Err(error) = act::issues::asking::tend(&tended).await {
                tracing::error!(%error, "it could not be looked who is to be asked");
            }
            tokio::select! {
                () = tended.stopped() => {}
                () = tokio::time::sleep(TENDED) => {}
            }
        }
    });
    stop.await;
    flow.stop();
    let finished = tokio::time::timeout(LAST_BATCH, async { while hands.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!("background work was cut off: it goes on after the next start");
    }
    hands.shutdown().await;
}

/// Waits until work is added, or one second: jobs also fall due by the clock. The bell wakes one hand only, so none listens to it
/// that might leave what is wanted soon to lie: for what nobody waits for, the clock is enough.
async fn rest(flow: &Flow, pace: Pace) {
    let added = async {
        match pace {
            Pace::Soon => flow.store.work().notified().await,
            Pace::Patient | Pace::Away | Pace::Post => std::future::pending().await,
        }
    };
    tokio::select! {
        () = added => {}
        () = flow.stopped() => {}
        () = tokio::time::sleep(Duration::from_secs(1)) => {}
    }
}

/// Does all work that is due, then returns: for the command line and for tests.
pub async fn drain(flow: &Arc<Flow>) -> Result<(), FlowError> {
    act::cadence::tend(flow).await?;
    act::verify::tend(flow).await?;
    act::issues::asking::tend(flow).await?;
    loop {
        let mut hands = JoinSet::new();
        for pace in PACES {
            let flow = Arc::clone(flow);
            hands.spawn(async move {
                let mut any = false;
                while one(&flow, pace).await? {
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

/// Does one job that is due, or many small ones of a kind together; false if there is none.
async fn one(flow: &Arc<Flow>, pace: Pace) -> Result<bool, FlowError> {
    let (scope, now) = (Scope::system(), flow.now());
    let next = flow.store.read(&scope, move |view| tables::job::next_due(view, pace)).await?;
    if next.is_none_or(|due| due > now) {
        return Ok(false);
    }
    let by = flow.id();
    let taken = match flow.store.write(&scope, move |tx| take(tx, by, now, pace)).await {
        Ok(taken) if taken.is_empty() => return Ok(false),
        Ok(taken) => taken,
        Err(error) => {
            // Where the connection was lost, nobody knows whether it was kept.
            insist(flow, move |tx| tables::job::release(tx, by)).await?;
            return Err(error.into());
        }
    };
    let ids: Vec<JobId> = taken.iter().map(|taken| taken.id).collect();
    if let Err(error) = perform(flow, taken).await {
        give_back(flow, ids, &error).await?;
        hear::sweep::give_up(flow).await?;
    }
    Ok(true)
}

/// Gives back work that failed. A full disk or too much at once is not the work's fault: it is tried again however long that
/// lasts; and giving back is insisted upon, for what nobody gives back nobody takes before the next start.
async fn give_back(flow: &Arc<Flow>, ids: Vec<JobId>, error: &FlowError) -> Result<(), FlowError> {
    tracing::error!(jobs = ?ids, %error, cause = ?std::error::Error::source(error), "background work failed");
    let blameless = matches!(error, FlowError::Full | FlowError::Busy | FlowError::Stopped);
    let (reason, now) = (error.to_string(), flow.now());
    insist(flow, move |tx| {
        ids.iter().try_for_each(|id| {
            if blameless { tables::job::postpone(tx, *id, &reason, now) } else { tables::job::fail(tx, *id, &reason, now) }
        })
    })
    .await
}

/// Writes until there is room and an answer.
async fn insist<F>(flow: &Arc<Flow>, write: F) -> Result<(), FlowError>
where
    F: Fn(&mut Tx) -> Result<(), StoreError> + Clone + Send + 'static,
{
    loop {
        let write = write.clone();
        match flow.store.write(&Scope::system(), write).await {
            Err(StoreError::Full | StoreError::Busy(_)) => tokio::time::sleep(Duration::from_secs(1)).await,
            ended => return Ok(ended?),
        }
    }
}

/// The longest-due job; where it reads a few feedbacks, others that do so with it.
fn take(tx: &mut Tx, by: i64, now: Time, pace: Pace) -> Result<Vec<Taken>, StoreError> {
    let Some(first) = tables::job::take(tx, by, now, pace)? else { return Ok(Vec::new()) };
    let mut taken = vec![first];
    let own = weight(&taken[0].job);
    // A job that failed before runs alone, so that it cannot pull others down again.
    if taken[0].attempt == 1 && (1..TOGETHER).contains(&own) {
        let kind = taken[0].job.kind();
        taken.extend(tables::job::take_alike(tx, by, kind, TOGETHER - own, weight, now)?);
    }
    Ok(taken)
}

/// Deliveries to other systems are made side by side, 20 at most.
const DELIVERY: usize = TOGETHER / 20;

/// How many feedbacks a job of reading or routing holds; how much of a turn a delivery takes. Other jobs are never done together.
fn weight(job: &Job) -> usize {
    match job {
        Job::Read { feedback } | Job::Route { feedback } => feedback.len(),
        Job::Notify { .. } => DELIVERY,
        Job::ReadAgain { .. }
        | Job::ReadDeeply { .. }
        | Job::Foresee
        | Job::Import { .. }
        | Job::Undo { .. }
        | Job::Send { .. }
        | Job::SendLetter { .. }
        | Job::Letters { .. }
        | Job::Verify { .. }
        | Job::Watch { .. } => 0,
    }
}

async fn perform(flow: &Arc<Flow>, taken: Vec<Taken>) -> Result<(), FlowError> {
    let (mut reads, mut feedback) = (Vec::new(), Vec::new());
    let (mut routes, mut routed) = (Vec::new(), Vec::new());
    let mut owed = Vec::new();
    for Taken { id, job, .. } in taken {
        match job {
            Job::Read { feedback: ids } => {
                reads.push(id);
                feedback.extend(ids);
            }
            Job::Route { feedback: ids } => {
                routes.push(id);
                routed.extend(ids);
            }
            Job::Send { message } | Job::SendLetter { message } => Box::pin(tell::send::run(flow, id, message)).await?,
            Job::Letters { letter, after } => tell::letters::run(flow, id, letter, after).await?,
            Job::Watch { case } => act::watch::run(flow, id, case).await?,
            Job::Verify { stages } => act::verify::run(flow, id, stages).await?,
            Job::Notify { receiver, alert, tries } => owed.push(Owed { job: id, receiver, alert, tries }),
            Job::ReadAgain { below } => read::again::run(flow, id, below).await?,
            Job::ReadDeeply { feedback } => read::deep::run(flow, id, feedback).await?,
            Job::Foresee => read::foresee::run(flow, id).await?,
            Job::Import { import } => {
                hear::import::run(flow, import).await?;
                // An import that was left in the middle goes on after the next start.
                let (left, now) = (flow.stopping(), flow.now());
                let end = move |tx: &mut Tx| {
                    let running = tables::import::get(tx, import)?.is_some_and(|import| import.state == ImportState::Running);
                    if left && running { tables::job::again(tx, id, &job, now) } else { tables::job::finish(tx, id) }
                };
                flow.store.write(&Scope::system(), end).await?;
            }
            Job::Undo { import } => {
                hear::undo::run(flow, import).await?;
                flow.store.write(&Scope::system(), move |tx| tables::job::finish(tx, id)).await?;
            }
        }
    }
    if !owed.is_empty() {
        tell::notify::run(flow, owed).await?;
    }
    if !routes.is_empty() {
        route::step::run(flow, &routed, routes).await?;
    }
    if reads.is_empty() { Ok(()) } else { read::step::run(flow, &feedback, reads).await }
}

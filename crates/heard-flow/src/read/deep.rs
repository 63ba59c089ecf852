//! Reading deeply: what the fast reader was unsure of is read once more by the transformer in the company's folder, in the
//! background, by a hand that is kept for it: nothing else waits for it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use heard_domain::id::{FeedbackId, IdMaker, JobId};
use heard_domain::job::Job;
use heard_domain::reading::Reading;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use heard_text::deep::again::{is_wanted, read};
use heard_text::deep::head::DeepHead;
use heard_text::deep::reader::{BadFolder, Deep};
use heard_text::learn::example::Example;

use crate::error::FlowError;
use crate::flow::{Flow, lessons, need};
use crate::read::again;
use crate::understand::Understanding;

/// So many comments are read in one job: some seconds.
const TOGETHER: usize = 100;
/// At the start so many of the newest comments are looked at: whether they were read by this transformer.
const LOOKED_AT: usize = 200;

/// The deep reader that a company has put beside Heard, and what it did since Heard was started.
pub struct DeepReader {
    deep: Deep,
    folder: String,
    /// The categories as it knows them, by the name of the fast reader whose taxonomy and examples they are.
    head: Mutex<Option<(String, Arc<DeepHead>)>>,
    tally: Mutex<Tally>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    comments: u64,
    passages: u64,
    seconds: f64,
}

/// How the deep reader is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct DeepState {
    /// Its size, and the beginning of the hash of its weights.
    pub name: String,
    /// Where it is.
    pub folder: String,
    /// How many comments it has read since Heard was started.
    pub comments: u64,
    /// Passages a second on one core; `None` before the first.
    pub passages_per_second: Option<f64>,
    /// How many comments wait for it.
    pub waiting: u64,
}

impl DeepReader {
    /// The reader in a folder; says which file of it cannot be used, and why.
    pub fn open(folder: &Path) -> Result<Self, BadFolder> {
        let deep = Deep::open(&|file| std::fs::read(folder.join(file)))?;
        Ok(Self { deep, folder: folder.display().to_string(), head: Mutex::default(), tally: Mutex::default() })
    }

    fn tally(&self) -> Tally {
        *self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The categories as this reader knows them, if it has learnt them.
    fn known(&self, name: &str) -> Option<Arc<DeepHead>> {
        let known = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(known, _)| known == name).map(|(_, head)| Arc::clone(head))
    }

    /// Learns them; takes some seconds the first time.
    fn learn(&self, understanding: &Understanding, lessons: &[Example]) -> Arc<DeepHead> {
        let last = self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        let last = last.as_ref().map(|(_, head)| head.as_ref());
        let head = Arc::new(DeepHead::learn(&self.deep, &understanding.directory.taxonomy, lessons, last));
        let name = understanding.reader.name().to_owned();
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = Some((name, Arc::clone(&head)));
        head
    }
}

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

fn waiting(view: &View) -> Result<Vec<(JobId, usize)>, StoreError> {
    let jobs = tables::job::list(view, usize::MAX >> 1)?;
    let deep = jobs.into_iter().filter_map(|waiting| match waiting.job {
        Job::ReadDeeply { feedback } => Some((waiting.id, feedback.len())),
        _ => None,
    });
    Ok(deep.collect())
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
            let above = |category| understanding.directory.taxonomy.category(category).and_then(|c| c.parent);
            let begun = Instant::now();
            let passages = read(&deep.deep, &head, &above, &mut reading, &feedback.text);
            if passages > 0 {
                let mut tally = deep.tally.lock().unwrap_or_else(PoisonError::into_inner);
                tally.comments += 1;
                tally.passages += passages as u64;
                tally.seconds += begun.elapsed().as_secs_f64();
                readings.push(reading);
            }
        }
        (understanding.directory.taxonomy.version, readings)
    };
    tokio::task::spawn_blocking(all).await.map_err(FlowError::internal)
}

//! Followers: columns and search index, each on a thread of its own, kept up with the outbox.
//!
//! Both can be made anew from SQL at any time, and are whenever following fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use heard_domain::id::FeedbackId;
use heard_domain::time::{Clock, Time};

use crate::bell::Bell;
use crate::error::StoreError;
use crate::figures::columns::Columns;
use crate::figures::load::{BATCH, items, items_after, verbatims, verbatims_after};
use crate::search::index::{IndexPen, SearchIndex};
use crate::sql::database::Database;
use crate::tables::outbox;
use crate::view::View;

/// How long an answer waits for a follower before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);
/// While much comes in, the index commits at most this often: a commit costs more than what it brings.
const BETWEEN_COMMITS: Duration = Duration::from_millis(900);
/// When nothing more comes in for [`IDLE`], it commits at most this often.
const BETWEEN_IDLE_COMMITS: Duration = Duration::from_millis(250);
const IDLE: Duration = Duration::from_millis(30);
/// The index lets changes gather this long: what has just come in is read a moment later, and is then indexed once, not twice.
const GATHER: Duration = Duration::from_millis(200);
/// How many rows of the outbox are taken at once.
const TAKEN: usize = 16 * BATCH;
/// How many feedbacks are read at once when everything is loaded.
const LOADED: usize = 5_000;

/// How far each follower has come: a number of the outbox, `None` until it is ready.
#[derive(Debug, Default, Clone, Copy)]
struct Marks {
    columns: Option<i64>,
    index: Option<i64>,
}

#[derive(Default)]
struct Shared {
    columns: RwLock<Columns>,
    index: RwLock<Option<SearchIndex>>,
    marks: Mutex<Marks>,
    moved: Condvar,
    clock: OnceLock<Arc<dyn Clock>>,
}

impl Shared {
    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, set: impl FnOnce(&mut Marks)) {
        set(&mut self.marks());
        self.moved.notify_all();
    }
}

/// The followers of a store. They end when its bell is closed.
#[derive(Clone)]
pub struct Followers {
    shared: Arc<Shared>,
}

impl Followers {
    /// Starts following the outbox of a database; the index lies in its own folder.
    pub fn start(database: &Database, index: &Path, bell: &Arc<Bell>) -> Result<(Self, Vec<JoinHandle<()>>), StoreError> {
        let shared = Arc::new(Shared::default());
        let view = || Ok::<_, StoreError>(View::new(database.reader()?));
        let columns = ColumnsFollower { view: view()?, bell: bell.clone(), shared: shared.clone() };
        let index = IndexFollower { view: view()?, bell: bell.clone(), shared: shared.clone(), folder: index.to_owned() };
        let threads = vec![start("heard-columns", columns)?, start("heard-index", index)?];
        Ok((Self { shared }, threads))
    }

    /// The columns, once they have come up to `sequence`.
    pub fn columns(&self, sequence: i64) -> Result<RwLockReadGuard<'_, Columns>, StoreError> {
        self.wait(|marks| marks.columns >= Some(sequence), "the figures are still being loaded")?;
        Ok(self.shared.columns.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The search index, once it is there.
    pub fn index(&self) -> Result<SearchIndex, StoreError> {
        self.wait(|marks| marks.index.is_some(), "the search index is being made")?;
        let index = self.shared.index.read().unwrap_or_else(PoisonError::into_inner);
        index.clone().ok_or_else(|| StoreError::Busy("the search index is being made".to_owned()))
    }

    /// Gives the followers a clock; the first one stays.
    pub fn tell_time(&self, clock: Arc<dyn Clock>) {
        let _first_stays = self.shared.clock.set(clock);
    }

    /// Now, as far as anybody told.
    pub fn now(&self) -> Time {
        self.shared.clock.get().map_or(Time(0), |clock| clock.now())
    }

    /// Whether the columns are loaded.
    pub fn loaded(&self) -> bool {
        self.shared.marks().columns.is_some()
    }

    /// Waits until both followers have come up to `sequence`.
    pub fn caught_up(&self, sequence: i64) -> Result<(), StoreError> {
        self.wait(|m| m.columns >= Some(sequence) && m.index >= Some(sequence), "search and figures are still catching up")
    }

    /// How far both have come durably: what is older is needed in the outbox no more.
    pub fn followed(&self) -> Option<i64> {
        let marks = *self.shared.marks();
        Some(marks.columns?.min(marks.index?))
    }

    fn wait(&self, until: impl Fn(&Marks) -> bool, why: &str) -> Result<(), StoreError> {
        let waited = self.shared.moved.wait_timeout_while(self.shared.marks(), PATIENCE, |marks| !until(marks));
        let (marks, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if until(&marks) { Ok(()) } else { Err(StoreError::Busy(format!("{why}: try again in a minute"))) }
    }
}

trait Follower {
    /// Begins anew and follows until the store closes.
    fn follow(&mut self) -> Result<(), StoreError>;
    /// Waits a little; whether the store is still open.
    fn rest(&self) -> bool;
    /// The connection.
    fn view(&self) -> &View;
}

fn start(name: &'static str, mut follower: impl Follower + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let body = move || loop {
        match catch_unwind(AssertUnwindSafe(|| follower.follow())) {
            Ok(Ok(())) => return,
            Ok(Err(error)) => tracing::error!(%error, follower = name, "following failed; it begins anew"),
            Err(_) => tracing::error!(follower = name, "following panicked; it begins anew"),
        }
        if follower.view().db().within_transaction()
            && let Err(error) = follower.view().db().rollback()
        {
            tracing::error!(%error, "a read could not be ended");
        }
        if !follower.rest() {
            return;
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(body).map_err(StoreError::odd)
}

/// Reads one state of the data.
fn at_once<T>(view: &View, read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    view.db().begin(false)?;
    let result = read()?;
    view.db().commit()?;
    Ok(result)
}

/// What changed after `seen`, each feedback once, and how far that goes: where nothing more is there, up to where the bell
/// was rung, for a write that failed has taken numbers too.
fn changed(view: &View, seen: i64, rung: i64) -> Result<(Vec<FeedbackId>, i64), StoreError> {
    let rows = outbox::after(view, seen, TAKEN)?;
    let last = rows.last().map_or(seen, |(sequence, _)| *sequence);
    let last = if rows.len() < TAKEN { last.max(rung) } else { last };
    let mut ids: Vec<FeedbackId> = rows.into_iter().map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok((ids, last))
}

/// Those of `asked` that are not among `found`; both by identifier.
fn missing(asked: &[FeedbackId], found: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut found = found.into_iter().peekable();
    let is_missing = |id: &i64| {
        while found.next_if(|other| other < id).is_some() {}
        found.peek() != Some(id)
    };
    asked.iter().map(|id| id.0).filter(is_missing).collect()
}

struct ColumnsFollower {
    view: View,
    bell: Arc<Bell>,
    shared: Arc<Shared>,
}

impl Follower for ColumnsFollower {
    fn view(&self) -> &View {
        &self.view
    }

    fn rest(&self) -> bool {
        self.bell.wait_beyond(i64::MAX, Duration::from_secs(1)).is_some()
    }

    fn follow(&mut self) -> Result<(), StoreError> {
        self.shared.mark(|marks| marks.columns = None);
        let Some((columns, mut seen)) = at_once(&self.view, || self.load())? else { return Ok(()) };
        *self.shared.columns.write().unwrap_or_else(PoisonError::into_inner) = columns;
        loop {
            self.shared.mark(|marks| marks.columns = Some(seen));
            let Some(rung) = self.bell.wait_beyond(seen, Duration::from_mins(1)) else { return Ok(()) };
            seen = at_once(&self.view, || self.take(seen, rung))?;
            self.tidy();
        }
    }
}

impl ColumnsFollower {
    /// All feedback; `None` when the store closes meanwhile.
    fn load(&self) -> Result<Option<(Columns, i64)>, StoreError> {
        let begun = Instant::now();
        let (mut columns, seen, mut after) = (Columns::default(), outbox::last(&self.view)?, 0);
        loop {
            let items = items_after(&self.view, after, LOADED)?;
            let Some(last) = items.last() else { break };
            after = last.id;
            for item in &items {
                columns.put(item)?;
            }
            if self.bell.wait_beyond(-1, Duration::ZERO).is_none() {
                return Ok(None);
            }
        }
        if columns.untidy() {
            let merged = columns.merged();
            columns.take_place(merged);
        }
        tracing::info!(feedback = columns.feedbacks(), ms = begun.elapsed().as_millis() as u64, "columns loaded");
        Ok(Some((columns, seen)))
    }

    fn take(&self, seen: i64, rung: i64) -> Result<i64, StoreError> {
        let (ids, last) = changed(&self.view, seen, rung)?;
        for ids in ids.chunks(BATCH) {
            let items = items(&self.view, ids)?;
            let mut columns = self.shared.columns.write().unwrap_or_else(PoisonError::into_inner);
            for item in &items {
                columns.put(item)?;
            }
            for id in missing(ids, items.iter().map(|item| item.id)) {
                columns.forget(id);
            }
        }
        Ok(last)
    }

    /// Merges the tail when it has grown long. Only this thread writes, so the columns stay readable meanwhile.
    fn tidy(&self) {
        let columns = self.shared.columns.read().unwrap_or_else(PoisonError::into_inner);
        if !columns.untidy() {
            return;
        }
        let merged = columns.merged();
        drop(columns);
        self.shared.columns.write().unwrap_or_else(PoisonError::into_inner).take_place(merged);
    }
}

struct IndexFollower {
    view: View,
    bell: Arc<Bell>,
    shared: Arc<Shared>,
    folder: PathBuf,
}

impl Follower for IndexFollower {
    fn view(&self) -> &View {
        &self.view
    }

    fn rest(&self) -> bool {
        // What failed once may be damaged: it is made anew.
        drop(std::fs::remove_file(self.folder.join("meta.json")));
        self.bell.wait_beyond(i64::MAX, Duration::from_secs(1)).is_some()
    }

    fn follow(&mut self) -> Result<(), StoreError> {
        self.shared.mark(|marks| marks.index = None);
        let Some((mut pen, mut seen)) = self.open()? else { return Ok(()) };
        let mut committed = (seen, Instant::now());
        self.shared.mark(|marks| marks.index = Some(seen));
        loop {
            let open = committed.0 < seen;
            let patience =
                if open { IDLE.max(BETWEEN_IDLE_COMMITS.saturating_sub(committed.1.elapsed())) } else { Duration::from_mins(1) };
            let Some(rung) = self.bell.wait_beyond(seen, patience) else {
                return if open { pen.commit(seen) } else { Ok(()) };
            };
            let idle = rung <= seen;
            if !idle {
                let few = rung - seen < TAKEN as i64;
                let rung = if few { self.bell.wait_beyond(i64::MAX, GATHER).unwrap_or(rung) } else { rung };
                seen = at_once(&self.view, || self.take(&mut pen, seen, rung))?;
            }
            if committed.0 < seen && (idle || committed.1.elapsed() >= BETWEEN_COMMITS) {
                pen.commit(seen)?;
                committed = (seen, Instant::now());
                self.shared.mark(|marks| marks.index = Some(seen));
            }
        }
    }
}

impl IndexFollower {
    /// The index with all that it had seen, or made anew; `None` when the store closes meanwhile.
    fn open(&self) -> Result<Option<(IndexPen, i64)>, StoreError> {
        let fits =
            |seen: &i64| Ok::<_, StoreError>(outbox::first(&self.view)? <= *seen + 1 && outbox::last(&self.view)? >= *seen);
        if let Some((index, seen)) = SearchIndex::open(&self.folder)
            && fits(&seen)?
        {
            let pen = IndexPen::take(&index)?;
            *self.shared.index.write().unwrap_or_else(PoisonError::into_inner) = Some(index);
            return Ok(Some((pen, seen)));
        }
        *self.shared.index.write().unwrap_or_else(PoisonError::into_inner) = None;
        let index = SearchIndex::create(&self.folder)?;
        let mut pen = IndexPen::take(&index)?;
        let begun = Instant::now();
        let seen = outbox::last(&self.view)?;
        let mut after = 0;
        loop {
            let verbatims = verbatims_after(&self.view, after, BATCH)?;
            let Some(last) = verbatims.last() else { break };
            after = last.id;
            for verbatim in &verbatims {
                pen.put(verbatim)?;
            }
            if self.bell.wait_beyond(-1, Duration::ZERO).is_none() {
                return Ok(None);
            }
        }
        pen.commit(seen)?;
        tracing::info!(feedback = index.len(), ms = begun.elapsed().as_millis() as u64, "search index made");
        *self.shared.index.write().unwrap_or_else(PoisonError::into_inner) = Some(index);
        Ok(Some((pen, seen)))
    }

    fn take(&self, pen: &mut IndexPen, seen: i64, rung: i64) -> Result<i64, StoreError> {
        let (ids, last) = changed(&self.view, seen, rung)?;
        for ids in ids.chunks(BATCH) {
            let verbatims = verbatims(&self.view, ids)?;
            for verbatim in &verbatims {
                pen.put(verbatim)?;
            }
            for id in missing(ids, verbatims.iter().map(|verbatim| verbatim.id)) {
                pen.forget(id);
            }
        }
        Ok(last)
    }
}

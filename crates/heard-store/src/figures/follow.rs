//! Followers: columns and search index, each on a thread of its own, kept up with the outbox.
//!
//! Both can be made anew from SQL at any time, and are whenever following fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use heard_domain::id::FeedbackId;
use heard_domain::question::Degraded;
use heard_domain::time::{Clock, Period, Time};
use tokio::sync::Notify;

use crate::bell::Bell;
use crate::error::StoreError;
use crate::figures::columns::Columns;
use crate::figures::load::{BATCH, items, items_after, verbatims, verbatims_after};
use crate::figures::scan::Scans;
use crate::search::index::{IndexPen, SearchIndex};
use crate::search::words::Words;
use crate::sql::database::Database;
use crate::tables::{company, outbox};
use crate::view::View;

/// How long an answer waits for a follower before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it does so while it holds a reader, which others wait for.
const READERS_PATIENCE: Duration = Duration::from_secs(1);
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

/// So often it is looked whether the files of the index are all there.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// So often their contents are held against their checksums.
const BETWEEN_CHECKS: Duration = Duration::from_mins(30);
/// How long a follower rests when nothing happens.
const REST: Duration = Duration::from_millis(500);

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
    /// The same for those who wait without a thread.
    told: Notify,
    clock: OnceLock<Arc<dyn Clock>>,
    /// Why there is no index, or none that goes on; `None` when all is well.
    degraded: Mutex<Option<Degraded>>,
    /// What a search found to be wrong with the index.
    harm: Mutex<Option<String>>,
    /// How often the contents of the index were asked to be checked, and were.
    checks: Mutex<(u64, u64)>,
    scans: Scans,
}

/// What a search for words found.
pub struct Hits {
    /// The feedbacks, in no order.
    pub ids: Vec<i64>,
    /// Present where they were searched without the index, or with one that does not go on.
    pub degraded: Option<Degraded>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark(&self, set: impl FnOnce(&mut Marks)) {
        set(&mut self.marks());
        self.moved.notify_all();
        self.told.notify_waiters();
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
        let index = IndexFollower {
            view: view()?,
            bell: bell.clone(),
            shared: shared.clone(),
            folder: index.to_owned(),
            harm: None,
            full: false,
            failures: 0,
        };
        let threads = vec![start("heard-columns", columns)?, start("heard-index", index)?];
        Ok((Self { shared }, threads))
    }

    /// The columns, once they have come up to `sequence`.
    pub fn columns(&self, sequence: i64) -> Result<RwLockReadGuard<'_, Columns>, StoreError> {
        let patience = if self.loaded() { READERS_PATIENCE } else { Duration::ZERO };
        self.wait_for(patience, |marks| marks.columns >= Some(sequence), "the figures are still being loaded")?;
        Ok(self.shared.columns.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The feedbacks whose words match: by the index, or by reading every verbatim while there is none. Those outside of the
    /// period may or may not be among them.
    pub fn hits(&self, view: &View, words: &Words, period: Option<Period>) -> Result<Hits, StoreError> {
        let there = |marks: &Marks| marks.index.is_some() || self.degraded().is_some();
        self.wait_for(READERS_PATIENCE, there, "the search index is being opened")?;
        let index = self.shared.index.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(index) = index {
            let found = catch_unwind(AssertUnwindSafe(|| index.hits(words, period)));
            match found {
                Ok(Ok(ids)) => return Ok(Hits { ids, degraded: self.degraded() }),
                Ok(Err(error)) => self.harmed(&error.to_string()),
                Err(_) => self.harmed("a search broke off"),
            }
        }
        let ids = self.shared.scans.hits(view, words, period)?;
        Ok(Hits { ids, degraded: self.degraded() })
    }

    /// Why words are searched without the index, or with one that does not go on; `None` when all is well.
    pub fn degraded(&self) -> Option<Degraded> {
        locked(&self.shared.degraded).clone()
    }

    /// Holds the contents of the index against their checksums; returns when that is done, and whatever it has led to.
    pub fn check(&self) -> Result<(), StoreError> {
        let asked = {
            let mut checks = locked(&self.shared.checks);
            checks.0 += 1;
            checks.0
        };
        self.wait(|marks| marks.index.is_some() && locked(&self.shared.checks).1 >= asked, "the search index is being checked")
    }

    fn harmed(&self, what: &str) {
        tracing::error!(what, "the search index is damaged: words are searched without it until it is made anew");
        *locked(&self.shared.harm) = Some(what.to_owned());
        *locked(&self.shared.degraded) = Some(made_anew(what));
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

    /// How far columns and search index have come; `None` until they are ready.
    pub(crate) fn marks(&self) -> (Option<i64>, Option<i64>) {
        let marks = *self.shared.marks();
        (marks.columns, marks.index)
    }

    /// How far both have come durably: what is older is needed in the outbox no more.
    pub fn followed(&self) -> Option<i64> {
        let marks = *self.shared.marks();
        Some(marks.columns?.min(marks.index?))
    }

    /// Waits until an answer can be given at once, holding neither a reader nor a thread.
    pub async fn ready(&self, sequence: i64) {
        let wait = async {
            loop {
                let told = self.shared.told.notified();
                let mut told = std::pin::pin!(told);
                told.as_mut().enable();
                if self.can_answer(&self.shared.marks(), sequence) {
                    return;
                }
                told.await;
            }
        };
        // Whoever waited in vain is told so by the answer.
        let _in_time = tokio::time::timeout(PATIENCE, wait).await;
    }

    /// The same, blocking this thread.
    pub fn ready_now(&self, sequence: i64) {
        let _in_time = self.wait_for(PATIENCE, |marks| self.can_answer(marks, sequence), "");
    }

    fn can_answer(&self, marks: &Marks, sequence: i64) -> bool {
        marks.columns >= Some(sequence) && (marks.index.is_some() || self.degraded().is_some())
    }

    fn wait(&self, until: impl Fn(&Marks) -> bool, why: &str) -> Result<(), StoreError> {
        self.wait_for(PATIENCE, until, why)
    }

    fn wait_for(&self, patience: Duration, until: impl Fn(&Marks) -> bool, why: &str) -> Result<(), StoreError> {
        let waited = self.shared.moved.wait_timeout_while(self.shared.marks(), patience, |marks| !until(marks));
        let (marks, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if until(&marks) { Ok(()) } else { Err(StoreError::Busy(format!("{why}: try again in a minute"))) }
    }
}

trait Follower {
    /// Begins anew and follows until the store closes.
    fn follow(&mut self) -> Result<(), StoreError>;
    /// Waits a little; whether the store is still open.
    fn rest(&mut self) -> bool;
    /// The connection.
    fn view(&self) -> &View;

    /// A database that is out of reach for a moment is no reason to begin anew: what is there stays, and goes on later.
    fn patient(&mut self, error: StoreError) -> Result<(), StoreError> {
        let StoreError::Busy(reason) = error else { return Err(error) };
        tracing::warn!(reason, "following waits for the database");
        if self.view().db().within_transaction() {
            self.view().db().rollback()?;
        }
        thread::sleep(REST);
        Ok(())
    }
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

    fn rest(&mut self) -> bool {
        self.bell.wait_beyond(i64::MAX, Duration::from_secs(1)).is_some()
    }

    fn follow(&mut self) -> Result<(), StoreError> {
        self.shared.mark(|marks| marks.columns = None);
        let Some((columns, mut seen)) = at_once(&self.view, || self.load())? else { return Ok(()) };
        *self.shared.columns.write().unwrap_or_else(PoisonError::into_inner) = columns;
        loop {
            self.shared.mark(|marks| marks.columns = Some(seen));
            let Some(rung) = self.bell.wait_beyond(seen, Duration::from_mins(1)) else { return Ok(()) };
            match at_once(&self.view, || self.take(seen, rung)) {
                Ok(last) => seen = last,
                Err(error) => self.patient(error)?,
            }
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
    /// What was wrong with the index: it is made anew for this reason.
    harm: Option<String>,
    /// Whether the disk was full: nothing is wrong with what is there.
    full: bool,
    /// How often it has failed since it last went well.
    failures: u32,
}

fn made_anew(what: &str) -> Degraded {
    Degraded { reason: format!("The search index was damaged ({what}) and is being made anew"), done: 0, total: 0 }
}

impl Follower for IndexFollower {
    fn view(&self) -> &View {
        &self.view
    }

    fn rest(&mut self) -> bool {
        // The first time at once: what was damaged is made anew. What fails again and again is tried more and more seldom.
        self.failures = (self.failures + 1).min(8);
        let patience = if self.full { BETWEEN_LOOKS } else { Duration::from_millis(8 << self.failures) };
        self.bell.wait_beyond(i64::MAX, patience).is_some()
    }

    fn follow(&mut self) -> Result<(), StoreError> {
        self.shared.mark(|marks| marks.index = None);
        let Some((mut pen, mut seen)) = self.open()? else { return Ok(()) };
        let (mut committed, mut looked, mut checked) = ((seen, Instant::now()), Instant::now(), Instant::now());
        self.well(seen);
        loop {
            let open = committed.0 < seen;
            let patience = if open { IDLE.max(BETWEEN_IDLE_COMMITS.saturating_sub(committed.1.elapsed())) } else { REST };
            let Some(rung) = self.bell.wait_beyond(seen, patience) else {
                return if open { pen.commit(seen) } else { Ok(()) };
            };
            let idle = rung <= seen;
            if !idle {
                let few = rung - seen < TAKEN as i64;
                let rung = if few { self.bell.wait_beyond(i64::MAX, GATHER).unwrap_or(rung) } else { rung };
                match self.take(&mut pen, seen, rung) {
                    Ok(last) => seen = last,
                    Err(error) => self.patient(error)?,
                }
            }
            if committed.0 < seen && (idle || committed.1.elapsed() >= BETWEEN_COMMITS) {
                self.with(&mut pen, |pen| pen.commit(seen))?;
                committed = (seen, Instant::now());
                self.well(seen);
            }
            if idle && looked.elapsed() >= BETWEEN_LOOKS {
                looked = Instant::now();
                self.look(&pen, false)?;
            }
            let (asked, done) = *locked(&self.shared.checks);
            if asked > done || idle && checked.elapsed() >= BETWEEN_CHECKS {
                checked = Instant::now();
                let harm = self.look(&pen, true);
                // Whoever waits goes on when the new index is there.
                locked(&self.shared.checks).1 = asked;
                harm?;
                self.shared.moved.notify_all();
            }
        }
    }
}

impl IndexFollower {
    /// The index is there and goes on.
    fn well(&mut self, seen: i64) {
        (self.harm, self.full, self.failures) = (None, false, 0);
        *locked(&self.shared.harm) = None;
        *locked(&self.shared.degraded) = None;
        self.shared.mark(|marks| marks.index = Some(seen));
    }

    /// Something is wrong with the index.
    fn harmed(&mut self, what: String) -> StoreError {
        let error = StoreError::Broken(format!("the search index is damaged: {what}"));
        *locked(&self.shared.degraded) = Some(made_anew(&what));
        self.harm = Some(what);
        error
    }

    /// Does something with the index and remembers why it failed: for want of room, or because it is damaged.
    fn with<T>(&mut self, pen: &mut IndexPen, ask: impl FnOnce(&mut IndexPen) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match catch_unwind(AssertUnwindSafe(|| ask(pen))) {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) if pen.index().full() => Err(self.without_room()),
            Ok(Err(error)) => Err(self.harmed(error.to_string())),
            Err(_) => Err(self.harmed("writing into it broke off".to_owned())),
        }
    }

    /// The disk is full: what is there stays in use, and following goes on when there is room.
    fn without_room(&mut self) -> StoreError {
        self.full = true;
        let reason = "The disk is full: the search index waits for room and does not know the newest comments".to_owned();
        *locked(&self.shared.degraded) = Some(Degraded { reason, done: 0, total: 0 });
        StoreError::Full
    }

    /// Whether the files are there, and are what they should be if `whole`.
    fn look(&mut self, pen: &IndexPen, whole: bool) -> Result<(), StoreError> {
        let found = locked(&self.shared.harm).take().or_else(|| pen.index().harm(whole));
        found.map_or(Ok(()), |what| Err(self.harmed(what)))
    }

    /// The index with all that it had seen, or made anew; `None` when the store closes meanwhile.
    fn open(&mut self) -> Result<Option<(IndexPen, i64)>, StoreError> {
        let opened = self.harm.clone().map_or_else(|| SearchIndex::open(&self.folder), Err);
        let opened = opened.unwrap_or_else(|what| {
            tracing::error!(what, "the search index is damaged and is made anew");
            self.harmed(what);
            None
        });
        if let Some((index, seen)) = opened
            && index.database() == company::installation(&self.view)?
            && outbox::first(&self.view)? <= seen + 1
            && outbox::last(&self.view)? >= seen
        {
            *self.shared.index.write().unwrap_or_else(PoisonError::into_inner) = Some(index.clone());
            return match IndexPen::take(&index) {
                Ok(pen) => Ok(Some((pen, seen))),
                Err(_) if index.full() => Err(self.without_room()),
                Err(error) => Err(self.harmed(error.to_string())),
            };
        }
        *self.shared.index.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.make()
    }

    /// Makes the index anew from the truth.
    fn make(&mut self) -> Result<Option<(IndexPen, i64)>, StoreError> {
        let total = self.view.number("SELECT count(*) FROM feedback", &[])?.unsigned_abs();
        {
            let mut degraded = locked(&self.shared.degraded);
            let reason = degraded.take().map_or_else(|| "The search index is being made".to_owned(), |known| known.reason);
            *degraded = Some(Degraded { reason, done: 0, total });
        }
        self.shared.moved.notify_all();
        let index = SearchIndex::create(&self.folder, &company::installation(&self.view)?).map_err(|error| match error {
            StoreError::Full => self.without_room(),
            other => other,
        })?;
        let mut pen = IndexPen::take(&index).map_err(|error| if index.full() { self.without_room() } else { error })?;
        let begun = Instant::now();
        let seen = outbox::last(&self.view)?;
        let (mut after, mut done) = (0, 0);
        loop {
            let verbatims = verbatims_after(&self.view, after, BATCH)?;
            let Some(last) = verbatims.last() else { break };
            after = last.id;
            self.with(&mut pen, |pen| verbatims.iter().try_for_each(|verbatim| pen.put(verbatim)))?;
            done += verbatims.len() as u64;
            if let Some(degraded) = &mut *locked(&self.shared.degraded) {
                degraded.done = done;
            }
            if self.bell.wait_beyond(-1, Duration::ZERO).is_none() {
                return Ok(None);
            }
        }
        self.with(&mut pen, |pen| pen.commit(seen))?;
        tracing::info!(feedback = index.len(), ms = begun.elapsed().as_millis() as u64, "search index made");
        *self.shared.index.write().unwrap_or_else(PoisonError::into_inner) = Some(index);
        Ok(Some((pen, seen)))
    }

    fn take(&mut self, pen: &mut IndexPen, seen: i64, rung: i64) -> Result<i64, StoreError> {
        // One state of the data for each batch; what changes meanwhile comes again.
        let (ids, last) = at_once(&self.view, || changed(&self.view, seen, rung))?;
        for ids in ids.chunks(BATCH) {
            let verbatims = at_once(&self.view, || verbatims(&self.view, ids))?;
            let gone = missing(ids, verbatims.iter().map(|verbatim| verbatim.id));
            self.with(pen, |pen| {
                for id in gone {
                    pen.forget(id);
                }
                verbatims.iter().try_for_each(|verbatim| pen.put(verbatim))
            })?;
        }
        Ok(last)
    }
}

//! What followers share: how far each has come, and how one begins, goes on and begins anew.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use heard_domain::id::FeedbackId;
use heard_domain::question::Degraded;
use heard_domain::time::Clock;
use tokio::sync::Notify;

use crate::error::StoreError;
use crate::figures::columns::Columns;
use crate::figures::load::BATCH;
use crate::figures::scan::Scans;
use crate::handed::{Handed, Kept, Tray};
use crate::search::index::SearchIndex;
use crate::tables::outbox;
use crate::view::View;

/// How many rows of the outbox are taken at once.
pub(crate) const TAKEN: usize = 16 * BATCH;
/// How long a follower rests when nothing happens.
pub(crate) const REST: Duration = Duration::from_millis(500);

/// How far each follower has come: a number of the outbox, `None` until it is ready.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Marks {
    pub(crate) columns: Option<i64>,
    pub(crate) index: Option<i64>,
    /// What the last good snapshot of the columns stands for; `None` without one.
    pub(crate) snapshot: Option<i64>,
}

#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) columns: RwLock<Columns>,
    pub(crate) index: RwLock<Option<SearchIndex>>,
    pub(crate) marks: Mutex<Marks>,
    pub(crate) moved: Condvar,
    /// The same for those who wait without a thread.
    pub(crate) told: Notify,
    pub(crate) clock: OnceLock<Arc<dyn Clock>>,
    /// Why there is no index, or none that goes on; `None` when all is well.
    pub(crate) degraded: Mutex<Option<Degraded>>,
    /// What a search found to be wrong with the index.
    pub(crate) harm: Mutex<Option<String>>,
    /// How often the contents of the index were asked to be checked, and were.
    pub(crate) checks: Mutex<(u64, u64)>,
    /// The same for snapshots of the columns.
    pub(crate) snapshots: Mutex<(u64, u64)>,
    /// The store closes within one of its own threads: nothing is waited for any more.
    pub(crate) hurried: AtomicBool,
    pub(crate) scans: Scans,
    /// What the writer has just kept.
    pub(crate) handed: Arc<Handed>,
}

pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn mark(&self, set: impl FnOnce(&mut Marks)) {
        set(&mut self.marks());
        self.moved.notify_all();
        self.told.notify_waiters();
    }
}

pub(crate) trait Follower {
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

pub(crate) fn start(name: &'static str, mut follower: impl Follower + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
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
pub(crate) fn at_once<T>(view: &View, read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    view.db().begin(false)?;
    let result = read()?;
    view.db().commit()?;
    Ok(result)
}

/// What changed.
pub(crate) struct Changed {
    /// What is in hand as it is after its last change, by identifier.
    pub(crate) in_hand: Vec<Arc<Kept>>,
    /// What else has changed, each once, by identifier.
    pub(crate) ids: Vec<FeedbackId>,
    /// How far that goes: where nothing more is there, up to where the bell was rung, for a write that failed has taken
    /// numbers too.
    pub(crate) last: i64,
}

/// What changed after `seen`, of which some may lie in the follower's tray.
pub(crate) fn changed(view: &View, tray: &Tray, seen: i64, rung: i64) -> Result<Changed, StoreError> {
    let rows = outbox::after(view, seen, TAKEN)?;
    let last = rows.last().map_or(seen, |(sequence, _)| *sequence);
    let last = if rows.len() < TAKEN { last.max(rung) } else { last };
    let mut lying = tray.take(last);
    let mut rows: Vec<(FeedbackId, i64)> = rows.into_iter().map(|(sequence, id)| (id, sequence)).collect();
    rows.sort_unstable();
    let (mut in_hand, mut ids) = (Vec::new(), Vec::new());
    for same in rows.chunk_by(|(id, _), (next, _)| id == next) {
        let Some((id, newest)) = same.last() else { continue };
        // What was changed once more is as the database says.
        match lying.remove(id) {
            Some((sequence, kept)) if sequence == *newest => in_hand.push(kept),
            _ => ids.push(*id),
        }
    }
    Ok(Changed { in_hand, ids, last })
}

/// Those of `asked` that are not among `found`; both by identifier.
pub(crate) fn missing(asked: &[FeedbackId], found: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut found = found.into_iter().peekable();
    let is_missing = |id: &i64| {
        while found.next_if(|other| other < id).is_some() {}
        found.peek() != Some(id)
    };
    asked.iter().map(|id| id.0).filter(is_missing).collect()
}

//! Followers: columns and search index, each on a thread of its own, kept up with the outbox.
//!
//! Both can be made anew from SQL at any time, and are whenever following fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError, RwLockReadGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use heard_domain::question::Degraded;
use heard_domain::time::{Clock, Period, Time};

use crate::bell::Bell;
use crate::error::StoreError;
use crate::figures::columns::Columns;
use crate::figures::follow_columns::ColumnsFollower;
use crate::figures::follow_index::{IndexFollower, made_anew};
use crate::figures::follower::{Marks, Shared, locked, start};
use crate::figures::keep::{Keep, Vouch};
use crate::handed::Handed;
use crate::search::index::SearchIndex;
use crate::search::words::Words;
use crate::sql::database::Database;
use crate::view::View;

/// How long an answer waits for a follower before it gives up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long it does so while it holds a reader, which others wait for.
const READERS_PATIENCE: Duration = Duration::from_secs(1);
/// The outbox reaches back to the last snapshot, but not further than so many changes.
const HELD_BACK: i64 = 200_000;

/// What a search for words found.
pub struct Hits {
    /// The feedbacks, in no order.
    pub ids: Vec<i64>,
    /// Present where they were searched without the index, or with one that does not go on.
    pub degraded: Option<Degraded>,
}

/// The followers of a store. They end when its bell is closed.
#[derive(Clone)]
pub struct Followers {
    shared: Arc<Shared>,
}

impl Followers {
    /// Starts following the outbox of a database; the search index and the snapshot of the columns lie in the data folder.
    /// Snapshots are vouched for by the database.
    pub(crate) fn start(
        database: &Database,
        folder: &Path,
        bell: &Arc<Bell>,
        vouch: Vouch,
    ) -> Result<(Self, Vec<JoinHandle<()>>), StoreError> {
        let shared = Arc::new(Shared::default());
        let view = || Ok::<_, StoreError>(View::new(database.follower()?));
        let keep = Keep::new(folder, vouch, shared.clone());
        let columns = ColumnsFollower { view: view()?, bell: bell.clone(), shared: shared.clone(), keep };
        let index = IndexFollower {
            view: view()?,
            bell: bell.clone(),
            shared: shared.clone(),
            folder: folder.join("index"),
            harm: None,
            full: false,
            failures: 0,
        };
        let threads = vec![start("heard-columns", columns)?, start("heard-index", index)?];
        Ok((Self { shared }, threads))
    }

    /// Where the writer lays out what it has kept.
    pub(crate) fn handed(&self) -> &Arc<Handed> {
        &self.shared.handed
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

    /// How far columns and search index have come.
    pub(crate) fn marks(&self) -> Marks {
        *self.shared.marks()
    }

    /// How far both have come durably: what is older is needed in the outbox no more.
    pub fn followed(&self) -> Option<i64> {
        let marks = *self.shared.marks();
        let columns = marks.columns?;
        let snapshot = marks.snapshot.map_or(columns, |snapshot| snapshot.max(columns - HELD_BACK));
        Some(columns.min(snapshot).min(marks.index?))
    }

    /// Has a snapshot of the columns written, and waits until that has ended, well or not.
    pub fn snapshot(&self) -> Result<(), StoreError> {
        let asked = {
            let mut snapshots = locked(&self.shared.snapshots);
            snapshots.0 += 1;
            snapshots.0
        };
        self.wait(|_| locked(&self.shared.snapshots).1 >= asked, "the snapshot is being written")
    }

    /// The store closes within one of its own threads, which must not be waited for.
    pub(crate) fn hurry(&self) {
        self.shared.hurried.store(true, Ordering::Relaxed);
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

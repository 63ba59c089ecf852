//! The follower that keeps the search index: it goes on where the index left off, and makes it anew where it is damaged.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use heard_domain::id::FeedbackId;
use heard_domain::question::Degraded;

use crate::bell::Bell;
use crate::error::StoreError;
use crate::figures::follower::{Changed, Follower, REST, Shared, TAKEN, at_once, changed, locked, missing};
use crate::figures::load::{BATCH, revisions, verbatim_of, verbatims, verbatims_after};
use crate::search::index::{IndexPen, SearchIndex};
use crate::tables::{company, outbox};
use crate::view::View;

/// While much comes in, the index commits at most this often: a commit costs more than what it brings.
const BETWEEN_COMMITS: Duration = Duration::from_millis(900);
/// When nothing more comes in for [`IDLE`], it commits at most this often.
const BETWEEN_IDLE_COMMITS: Duration = Duration::from_millis(250);
const IDLE: Duration = Duration::from_millis(30);
/// The index lets changes gather this long: what has just come in is read a moment later, and is then indexed once, not twice.
const GATHER: Duration = Duration::from_millis(200);
/// So often it is looked whether the files of the index are all there.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// So often their contents are held against their checksums.
const BETWEEN_CHECKS: Duration = Duration::from_mins(30);

/// The follower that keeps the search index.
pub(crate) struct IndexFollower {
    pub(crate) view: View,
    pub(crate) bell: Arc<Bell>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) folder: PathBuf,
    /// What was wrong with the index: it is made anew for this reason.
    pub(crate) harm: Option<String>,
    /// Whether the disk was full: nothing is wrong with what is there.
    pub(crate) full: bool,
    /// How often it has failed since it last went well.
    pub(crate) failures: u32,
}

/// What is said of an index that is being made anew.
pub(crate) fn made_anew(what: &str) -> Degraded {
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
                if harm.is_err() {
                    self.shared.mark(|marks| marks.index = None);
                }
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
        let tray = Arc::clone(&self.shared);
        let read = || changed(&self.view, &tray.handed.index, seen, rung);
        let Changed { in_hand, ids, last } = at_once(&self.view, read)?;
        self.with(pen, |pen| in_hand.iter().try_for_each(|kept| pen.put(&verbatim_of(kept))))?;
        for ids in ids.chunks(BATCH) {
            let (known, new) = ids.split_at(ids.partition_point(|id| id.0 <= pen.highest()));
            // What is there already has mostly been read again, which says nothing of its words: they are not even looked at.
            let kept = if known.is_empty() { Vec::new() } else { at_once(&self.view, || revisions(&self.view, known))? };
            let there = self.with(pen, |pen| pen.revisions(&kept.iter().map(|(id, _)| id.0).collect::<Vec<_>>()))?;
            let otherwise = kept.iter().zip(there).filter(|((_, revision), there)| Some(*revision) != *there);
            let wanted: Vec<FeedbackId> = otherwise.map(|((id, _), _)| *id).chain(new.iter().copied()).collect();
            let verbatims = if wanted.is_empty() { Vec::new() } else { at_once(&self.view, || verbatims(&self.view, &wanted))? };
            let mut gone = missing(known, kept.iter().map(|(id, _)| id.0));
            gone.extend(missing(&wanted, verbatims.iter().map(|verbatim| verbatim.id)));
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

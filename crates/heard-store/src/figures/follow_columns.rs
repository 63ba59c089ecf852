//! The follower that keeps the columns: taken from their snapshot or loaded from the truth, then kept up with the outbox.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::bell::Bell;
use crate::error::StoreError;
use crate::figures::columns::{Columns, Item};
use crate::figures::follower::{Changed, Follower, REST, Shared, at_once, changed, missing};
use crate::figures::keep::{Keep, Occasion};
use crate::figures::load::{BATCH, item_of, items, items_after};
use crate::tables::outbox;
use crate::view::View;

/// How many feedbacks are read at once when everything is loaded.
const LOADED: usize = 5_000;

/// The follower that keeps the columns.
pub(crate) struct ColumnsFollower {
    pub(crate) view: View,
    pub(crate) bell: Arc<Bell>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) keep: Keep,
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
        let (view, bell, keep) = (&self.view, &self.bell, &mut self.keep);
        let kept = at_once(view, || keep.load(view, bell))?;
        let loaded = if kept.is_some() { kept } else { at_once(&self.view, || self.load())? };
        let Some((columns, mut seen)) = loaded else { return Ok(()) };
        *self.shared.columns.write().unwrap_or_else(PoisonError::into_inner) = columns;
        self.shared.mark(|marks| marks.columns = Some(seen));
        loop {
            self.keep.write(&self.view, &self.bell, seen, Occasion::Now);
            let Some(rung) = self.bell.wait_beyond(seen, REST) else { break };
            if rung > seen {
                match at_once(&self.view, || self.take(seen, rung)) {
                    Ok(last) => seen = last,
                    Err(error) => self.patient(error)?,
                }
                self.shared.mark(|marks| marks.columns = Some(seen));
                self.tidy();
            }
        }
        self.keep.write(&self.view, &self.bell, seen, Occasion::End);
        Ok(())
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
        let Changed { in_hand, ids, last } = changed(&self.view, &self.shared.handed.columns, seen, rung)?;
        for kept in in_hand.chunks(BATCH) {
            let items: Vec<Item> = kept.iter().map(|kept| item_of(kept)).collect();
            let mut columns = self.shared.columns.write().unwrap_or_else(PoisonError::into_inner);
            for item in &items {
                columns.put(item)?;
            }
        }
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

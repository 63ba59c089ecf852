//! The bell: rung after every commit that changed feedback, so that the search index and the columns follow at once.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

#[derive(Debug, Default)]
struct State {
    sequence: i64,
    closed: bool,
}

/// Tells those who follow the outbox how far it goes.
#[derive(Debug, Default)]
pub struct Bell {
    state: Mutex<State>,
    rung: Condvar,
    heard: watch::Sender<i64>,
}

impl Bell {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The outbox is durable up to `sequence`.
    pub fn ring(&self, sequence: i64) {
        self.state().sequence = sequence;
        self.rung.notify_all();
        self.heard.send_replace(sequence);
    }

    /// For those who may not block a thread: how far the outbox goes, and a way to wait until it goes further.
    pub fn listen(&self) -> watch::Receiver<i64> {
        self.heard.subscribe()
    }

    /// The store closes: nobody waits any longer.
    pub fn close(&self) {
        self.state().closed = true;
        self.rung.notify_all();
    }

    /// How far the outbox goes.
    pub fn sequence(&self) -> i64 {
        self.state().sequence
    }

    /// Waits until the outbox goes beyond `seen`, at most for `patience`; how far it goes then, or `None` when the store
    /// closes.
    pub fn wait_beyond(&self, seen: i64, patience: Duration) -> Option<i64> {
        let waited = self.rung.wait_timeout_while(self.state(), patience, |state| state.sequence <= seen && !state.closed);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!state.closed).then_some(state.sequence)
    }
}

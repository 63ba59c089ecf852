//! A flow in a folder of its own, at a fixed time, with chance that can be repeated.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use heard_domain::chance::Chance;
use heard_domain::time::{FixedClock, Time};
use heard_flow::flow::Flow;
use heard_store::store::Store;

/// Counts instead of drawing.
#[derive(Default)]
struct Counting(AtomicU8);

impl Chance for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The moment at which the tests take place: 2026-03-22T12:00:00Z.
pub const NOON: Time = Time(1_774_180_800_000);

/// Opens a flow over a folder.
pub fn flow(folder: &Path) -> Arc<Flow> {
    let store = Store::open(folder).expect("the store opens");
    let flow = Flow::open(store, Arc::new(FixedClock(NOON)), Arc::new(Counting::default()), folder);
    Arc::new(flow.expect("the flow opens"))
}

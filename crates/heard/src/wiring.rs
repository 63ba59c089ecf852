//! Wiring: the real clock, real chance, and the flow over the store. The only place where both are made.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::Context;
use heard_domain::chance::Chance;
use heard_domain::time::{Clock, Time};
use heard_flow::flow::Flow;
use heard_store::store::Store;

use crate::config::data::Data;

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the time comes from")]
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Time(since.map_or(0, |since| since.as_millis() as i64))
    }
}

/// The clock of the machine, which a demonstration sets to moments of its past while it lives through them.
#[derive(Debug, Default)]
pub struct StoryClock(AtomicI64);

impl StoryClock {
    /// It is this moment now, until another one is set; `None`: what the clock of the machine says.
    pub fn set(&self, at: Option<Time>) {
        self.0.store(at.map_or(REAL, |at| at.0), Ordering::Relaxed);
    }
}

/// What stands in the clock of a story where the clock of the machine holds: no moment of ours.
const REAL: i64 = 0;

impl Clock for StoryClock {
    fn now(&self) -> Time {
        match self.0.load(Ordering::Relaxed) {
            REAL => SystemClock.now(),
            at => Time(at),
        }
    }
}

/// The random numbers of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Going on would make guessable secrets.
            tracing::error!(%error, "the operating system gives no random numbers");
            std::process::abort();
        }
    }
}

/// The flow over the data of a folder.
pub fn flow(data: &Data) -> anyhow::Result<Arc<Flow>> {
    flow_by(data, Arc::new(SystemClock))
}

/// The same by another clock.
pub fn flow_by(data: &Data, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<Flow>> {
    let folder = &data.folder;
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let database = data.database()?;
    let store = Store::open_on(folder, &database).with_context(|| format!("the data in {database} cannot be opened"))?;
    let flow = Flow::open(store, clock, Arc::new(SystemChance), folder).context("Heard cannot begin")?;
    Ok(Arc::new(flow))
}

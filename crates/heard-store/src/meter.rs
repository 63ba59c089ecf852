//! The meter: what the store counts of its own work, for whoever watches it. Numbers only, never contents.

use std::sync::atomic::{AtomicU64, Ordering};

/// What the store counts of its own work.
#[derive(Debug, Default)]
pub struct Meter {
    commits: AtomicU64,
    undone: AtomicU64,
    writes: AtomicU64,
    writes_asked: AtomicU64,
    reads: AtomicU64,
    reads_asked: AtomicU64,
    commit_us: AtomicU64,
}

/// What was counted since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// Groups of writes that became durable.
    pub commits: u64,
    /// Groups of writes that were undone.
    pub undone: u64,
    /// Writes in groups of either kind.
    pub writes: u64,
    /// How long groups took in all, in microseconds: writing and waiting for the disk.
    pub commit_us: u64,
    /// Reads that were done.
    pub reads: u64,
    /// Writes that wait.
    pub writes_waiting: u64,
    /// Reads that wait or run.
    pub reads_waiting: u64,
}

impl Meter {
    /// Somebody asks to write.
    pub(crate) fn write_asked(&self) {
        self.writes_asked.fetch_add(1, Ordering::Relaxed);
    }

    /// Somebody asks to read.
    pub(crate) fn read_asked(&self) {
        self.reads_asked.fetch_add(1, Ordering::Relaxed);
    }

    /// A read was done.
    pub(crate) fn read_done(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// A group of so many writes ended.
    pub(crate) fn group(&self, writes: usize, kept: bool, took: std::time::Duration) {
        let ended = if kept { &self.commits } else { &self.undone };
        ended.fetch_add(1, Ordering::Relaxed);
        self.writes.fetch_add(writes as u64, Ordering::Relaxed);
        self.commit_us.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    }

    /// What was counted since the start.
    pub fn read(&self) -> Counted {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (writes, reads) = (of(&self.writes), of(&self.reads));
        Counted {
            commits: of(&self.commits),
            undone: of(&self.undone),
            writes,
            commit_us: of(&self.commit_us),
            reads,
            writes_waiting: of(&self.writes_asked).saturating_sub(writes),
            reads_waiting: of(&self.reads_asked).saturating_sub(reads),
        }
    }
}

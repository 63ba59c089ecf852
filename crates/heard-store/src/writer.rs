//! The one writer: it gathers what is waiting into one commit, so that many writes share one wait for the disk.
//!
//! Each write runs in a savepoint of its own: one that fails leaves the others intact. Writes of one kind that wait one
//! behind the other can be gathered: they run as one, and each by itself where that fails. Nobody is answered before the
//! commit is durable.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::bell::Bell;
use crate::error::StoreError;
use crate::meter::Meter;
use crate::tables::outbox;
use crate::view::Tx;

/// A group takes no more writes after this long, so that the first does not wait for ever.
const GROUP_TIME: Duration = Duration::from_millis(20);
/// Nor once they weigh this much.
const GROUP_SIZE: usize = 1000;

/// While it is open what became of a group, it is looked at again after this long.
const BETWEEN_TRIES: Duration = Duration::from_millis(500);

/// A write that is waiting, with the way back to whoever asked for it.
pub(crate) trait Work: Any + Send {
    /// Runs it and keeps its result.
    fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError>;
    /// Sends the result back, or the error that undid it.
    fn answer(self: Box<Self>, end: Result<(), StoreError>);
    /// How many writes this is, each with an answer of its own.
    fn count(&self) -> usize {
        1
    }
    /// Takes in what would be done right after it, if both can be done as one; else gives it back.
    fn take_in(&mut self, other: Box<dyn Work>) -> Result<(), Box<dyn Work>> {
        Err(other)
    }
    /// The writes that it has taken in, each by itself, in their order.
    fn apart(self: Box<Self>) -> Vec<Box<dyn Work>>;
    /// Whether it is of a kind that is gathered.
    fn gathers(&self) -> bool {
        false
    }
    /// How much of a group it takes up.
    fn weight(&self) -> usize {
        1
    }
}

/// Those who wait for news of commits.
pub(crate) struct News {
    pub(crate) bell: Arc<Bell>,
    pub(crate) work: Arc<Notify>,
    /// Set when writing has stopped.
    pub(crate) stopped: Arc<AtomicBool>,
    /// How far all who follow the outbox have come durably.
    pub(crate) followed: Box<dyn Fn() -> Option<i64> + Send>,
    /// Counts groups and writes.
    pub(crate) meter: Arc<Meter>,
    /// Counts the groups that may have changed anything but what was gathered.
    pub(crate) changes: Arc<AtomicU64>,
}

/// After so many followed changes the outbox is cut back: few enough that nobody who writes meanwhile waits for it long.
const FOLLOWED_ENOUGH: i64 = 5_000;

/// Writes until nobody can ask any more.
pub(crate) fn write_all(mut tx: Tx, inbox: &Receiver<Box<dyn Work>>, news: &News) {
    // After an I/O error nobody knows what the disk holds: the safe way on is a restart, which replays the log.
    let mut stopped: Option<StoreError> = None;
    let mut forgotten = 0;
    // Whether a group ended in a way that leaves open what was kept of it: a lost connection, also during the commit.
    let mut unsure = false;
    loop {
        let next = if unsure { inbox.recv_timeout(BETWEEN_TRIES) } else { inbox.recv().map_err(RecvTimeoutError::from) };
        let first = match next {
            Ok(first) => first,
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                unsure = look_again(&mut tx, news).is_err();
                continue;
            }
        };
        if let Some(error) = &stopped {
            news.meter.group(first.count(), false, Duration::ZERO);
            first.answer(Err(error.clone()));
            continue;
        }
        let begun = Instant::now();
        let (group, end) = write_group(&mut tx, first, inbox);
        let end = end.map_err(|error| if let StoreError::Broken(reason) = error { StoreError::Stopped(reason) } else { error });
        news.meter.group(count(&group), end.is_ok(), begun.elapsed());
        // Before anybody is answered: who was told of a change is not shown what was there before. After a group whose end
        // nobody knew, this one shows it.
        if unsure || group.iter().any(|(work, _)| !work.gathers()) {
            news.changes.fetch_add(1, Ordering::AcqRel);
        }
        match &end {
            Ok(()) if tx.sequence != news.bell.sequence() => news.bell.ring(tx.sequence),
            Ok(()) => {}
            Err(error @ StoreError::Stopped(reason)) => {
                tracing::error!(reason, "writing has stopped: start Heard again");
                news.stopped.store(true, Ordering::Relaxed);
                stopped = Some(error.clone());
            }
            Err(error) => tracing::warn!(%error, "a group of writes was undone"),
        }
        unsure = matches!(end, Err(StoreError::Busy(_)));
        if end.is_ok() && tx.work_added {
            news.work.notify_one();
        }
        for (work, own) in group {
            work.answer(if stopped.is_some() { end.clone() } else { own.and_then(|()| end.clone()) });
        }
        if let Some(followed) = (news.followed)()
            && followed >= forgotten + FOLLOWED_ENOUGH
        {
            forgotten = followed;
            if let Err(error) = forget(&mut tx, followed) {
                // It costs only room, and is tried again.
                tracing::warn!(%error, "the outbox was not cut back");
            }
        }
    }
}

/// Finds out what became of a group whose end nobody knows, for those who follow and those who work.
fn look_again(tx: &mut Tx, news: &News) -> Result<(), StoreError> {
    let looked = tx.begin_group().and_then(|()| tx.commit_group());
    if let Err(error) = looked {
        tx.drop_group();
        return Err(error);
    }
    news.changes.fetch_add(1, Ordering::AcqRel);
    if tx.sequence != news.bell.sequence() {
        news.bell.ring(tx.sequence);
    }
    news.work.notify_one();
    Ok(())
}

fn forget(tx: &mut Tx, followed: i64) -> Result<(), StoreError> {
    let ended = tx.begin_group().and_then(|()| outbox::forget(tx, followed)).and_then(|()| tx.commit_group());
    if ended.is_err() {
        tx.drop_group();
    }
    ended
}

type Ran = (Box<dyn Work>, Result<(), StoreError>);

/// How many writes these are, each with an answer of its own.
fn count(group: &[Ran]) -> usize {
    group.iter().map(|(work, _)| work.count()).sum()
}

/// How much of a group is taken up.
fn weight(group: &[Ran]) -> usize {
    group.iter().map(|(work, _)| work.weight()).sum()
}

/// Runs a group and commits it: each write with how it went by itself, and how the group ended.
fn write_group(tx: &mut Tx, first: Box<dyn Work>, inbox: &Receiver<Box<dyn Work>>) -> (Vec<Ran>, Result<(), StoreError>) {
    let mut group: Vec<Ran> = Vec::new();
    if let Err(error) = tx.begin_group() {
        tx.drop_group();
        return (vec![(first, Ok(()))], Err(error));
    }
    let since = Instant::now();
    let mut next = Some(first);
    while let Some(work) = next {
        let (work, left) = gathered(work, inbox, GROUP_SIZE.saturating_sub(weight(&group)));
        if let Err(error) = write_next(tx, work, &mut group) {
            tx.drop_group();
            // What was taken out already and has not run ends like its group.
            group.extend(left.map(|left| (left, Ok(()))));
            return (group, Err(error));
        }
        let more = || weight(&group) < GROUP_SIZE && since.elapsed() < GROUP_TIME;
        next = left.or_else(|| if more() { inbox.try_recv().ok() } else { None });
    }
    let end = tx.commit_group();
    if end.is_err() {
        tx.drop_group();
    }
    (group, end)
}

/// A write with those that wait right behind it and can be done as one with it, until they weigh `room`; and the first
/// that cannot.
fn gathered(mut work: Box<dyn Work>, inbox: &Receiver<Box<dyn Work>>, room: usize) -> (Box<dyn Work>, Option<Box<dyn Work>>) {
    while work.gathers() && work.weight() < room {
        let Ok(other) = inbox.try_recv() else { break };
        if let Err(other) = work.take_in(other) {
            return (work, Some(other));
        }
    }
    (work, None)
}

/// Runs the next write of a group; those that were gathered each by itself, if they cannot be kept as one. An error has
/// undone the whole group.
fn write_next(tx: &mut Tx, mut work: Box<dyn Work>, group: &mut Vec<Ran>) -> Result<(), StoreError> {
    let own = write_one(tx, work.as_mut());
    // A full disk or a lost connection is nobody's own fault.
    let own_fault = own.as_ref().is_err_and(|error| !matches!(error, StoreError::Full | StoreError::Busy(_)));
    if own_fault && work.count() > 1 && tx.db().within_transaction() {
        let mut singles = work.apart().into_iter();
        while let Some(single) = singles.next() {
            if let Err(error) = write_next(tx, single, group) {
                group.extend(singles.map(|single| (single, Ok(()))));
                return Err(error);
            }
        }
        return Ok(());
    }
    // The database itself undid everything: the whole group has failed for this reason.
    let undone = (!tx.db().within_transaction())
        .then(|| own.clone().err().unwrap_or(StoreError::Broken("the database ended the transaction".to_owned())));
    group.push((work, own));
    undone.map_or(Ok(()), Err)
}

/// Runs one write in its savepoint; a panic undoes it like an error.
fn write_one(tx: &mut Tx, work: &mut dyn Work) -> Result<(), StoreError> {
    tx.begin_one()?;
    let ran = catch_unwind(AssertUnwindSafe(|| work.run(tx)));
    let ran = ran.unwrap_or_else(|_| Err(StoreError::Broken("a write panicked".to_owned())));
    match ran.and_then(|()| tx.keep_one()) {
        Ok(()) => Ok(()),
        Err(error) => {
            tx.drop_one()?;
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;
    use std::sync::atomic::AtomicI64;
    use std::sync::mpsc::{Sender, channel, sync_channel};

    use super::*;
    use crate::sql::driver::{Driver, Row, Value};
    use crate::sql::sqlite::Sqlite;
    use crate::tables::company;
    use crate::view::View;

    /// SQLite on a disk that fails once, at the n-th statement: before it has run, or after.
    struct Failing {
        db: Sqlite,
        left: AtomicI64,
        after: bool,
        error: StoreError,
    }

    impl Failing {
        fn run<T>(&self, statement: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
            if self.left.fetch_sub(1, Ordering::Relaxed) != 1 {
                return statement();
            }
            if self.after {
                statement()?;
            }
            Err(self.error.clone())
        }
    }

    impl Driver for Failing {
        fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
            self.run(|| self.db.execute(sql, values))
        }

        fn execute_many(&self, sql: &str, width: usize, values: &[Value<'_>]) -> Result<u64, StoreError> {
            self.run(|| self.db.execute_many(sql, width, values))
        }

        fn query(
            &self,
            sql: &str,
            values: &[Value<'_>],
            each: &mut dyn FnMut(&dyn Row) -> Result<(), StoreError>,
        ) -> Result<(), StoreError> {
            self.run(|| self.db.query(sql, values, each))
        }

        fn script(&self, sql: &str) -> Result<(), StoreError> {
            self.run(|| self.db.script(sql))
        }

        fn begin(&self, writes: bool) -> Result<(), StoreError> {
            self.run(|| self.db.begin(writes))
        }

        fn commit(&self) -> Result<(), StoreError> {
            self.run(|| self.db.commit())
        }

        fn rollback(&self) -> Result<(), StoreError> {
            self.run(|| self.db.rollback())
        }

        fn within_transaction(&self) -> bool {
            self.db.within_transaction()
        }
    }

    /// Keeps one setting and tells how that ended.
    struct Keep(usize, Sender<(usize, Result<(), StoreError>)>);

    impl Work for Keep {
        fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
            company::set(tx, &self.0.to_string(), "kept")
        }

        fn answer(self: Box<Self>, end: Result<(), StoreError>) {
            self.1.send((self.0, end)).unwrap();
        }

        fn apart(self: Box<Self>) -> Vec<Box<dyn Work>> {
            vec![self]
        }
    }

    const WRITES: usize = 12;

    /// Who was told that their write is kept, and what is kept.
    fn write_on_failing(path: &Path, at: i64, after: bool, error: &StoreError) -> (BTreeSet<usize>, BTreeSet<usize>) {
        let db = Sqlite::writer(path).unwrap();
        // Not synchronous: what the disk would do is what this test makes up.
        db.script(
            "PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
             CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY); DELETE FROM setting;",
        )
        .unwrap();
        let tx = Tx::new(Box::new(Failing { db, left: AtomicI64::new(at), after, error: error.clone() }));
        let (ask, inbox) = sync_channel::<Box<dyn Work>>(WRITES);
        let (tell, told) = channel();
        for n in 0..WRITES {
            ask.send(Box::new(Keep(n, tell.clone()))).unwrap();
        }
        drop((ask, tell));
        write_all(
            tx,
            &inbox,
            &News {
                bell: Arc::default(),
                work: Arc::default(),
                stopped: Arc::default(),
                followed: Box::new(|| None),
                meter: Arc::default(),
                changes: Arc::default(),
            },
        );
        let ends: Vec<_> = told.iter().collect();
        assert_eq!(ends.len(), WRITES, "everybody is answered");
        let view = View::new(Box::new(Sqlite::reader(path).unwrap()));
        let kept = view.list("SELECT name FROM setting", &[], |row| Ok(row.text(0)?.parse().unwrap())).unwrap();
        (ends.into_iter().filter(|(_, end)| end.is_ok()).map(|(n, _)| n).collect(), kept.into_iter().collect())
    }

    #[test]
    fn nobody_is_told_that_a_write_is_kept_which_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut failed = 0;
        for error in [StoreError::Full, StoreError::Broken("disk I/O error".to_owned())] {
            for (at, after) in (1..60).flat_map(|at| [(at, false), (at, true)]) {
                let (told, kept) = write_on_failing(&folder.path().join("t.db"), at, after, &error);
                assert!(told.is_subset(&kept), "statement {at}, after {after}, {error}: told {told:?}, kept {kept:?}");
                assert!(after || told == kept, "statement {at}, {error}: told {told:?}, kept {kept:?}");
                failed += usize::from(told.len() < WRITES);
            }
        }
        assert!(failed > 100, "the disk hardly ever failed: {failed}");
    }
}

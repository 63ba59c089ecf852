//! Where the snapshot of the columns is kept: found again at the start, written now and then and at the end.
//!
//! What goes wrong with it costs time at the next start, and nothing else: it is said in the log, and the columns are loaded from
//! the truth.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::bell::Bell;
use crate::error::StoreError;
use crate::figures::columns::Columns;
use crate::figures::follower::{Shared, locked};
use crate::figures::snapshot::{Found, Head, Trouble, read, write};
use crate::sql::migrate::newest;
use crate::tables::{company, outbox, snapshot};
use crate::view::View;

/// The file in the data folder.
pub const FILE: &str = "columns.snapshot";
/// Its name while it is written.
pub const UNFINISHED: &str = "columns.snapshot.new";

/// With fewer feedbacks than this, loading them from the truth takes no time that anybody would notice.
const FEW: usize = 5_000;
/// Fewer changes than this are taken from the outbox quickly enough.
const WORTH: i64 = 1_000;
/// While the store is open, a snapshot is worth its time when one in so many feedbacks has changed.
const ONE_IN: i64 = 100;
/// And then at most this often.
const BETWEEN: Duration = Duration::from_mins(2);
/// What comes in meanwhile waits at most this long: then the snapshot is given up, to be tried again later.
const PATIENCE: Duration = Duration::from_millis(500);

/// Writes down in the database that the snapshot with this mark stands for this number of the outbox; durable on return.
pub(crate) type Vouch = Arc<dyn Fn(&str, i64) -> Result<(), StoreError> + Send + Sync>;

/// When a snapshot is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// Something has happened, or nothing for a while: where it is worth it.
    Now,
    /// Somebody asked for it.
    Asked,
    /// The store closes: where it is worth it, however long it takes.
    End,
}

/// The place of the snapshot, and what is known of it.
pub(crate) struct Keep {
    folder: PathBuf,
    vouch: Vouch,
    shared: Arc<Shared>,
    /// Whether a snapshot may be used: not again after following has failed on what came from one.
    trusted: bool,
    /// When it was last looked whether one is worth it.
    tried: Option<Instant>,
    /// One that is being made durable.
    under_way: Option<JoinHandle<()>>,
}

impl Keep {
    pub(crate) fn new(folder: &Path, vouch: Vouch, shared: Arc<Shared>) -> Self {
        Self { folder: folder.to_owned(), vouch, shared, trusted: true, tried: None, under_way: None }
    }

    /// The columns as a snapshot has them, with the number of the outbox that they stand for. `None` if there is none that fits;
    /// the first time only, later what follows has failed on it.
    pub(crate) fn load(&mut self, view: &View, bell: &Bell) -> Result<Option<(Columns, i64)>, StoreError> {
        self.finish();
        self.shared.mark(|marks| marks.snapshot = None);
        drop(fs::remove_file(self.folder.join(UNFINISHED)));
        if !self.trusted {
            return Ok(None);
        }
        let begun = Instant::now();
        let database = company::installation(view)?;
        let range = (outbox::first(view)?, outbox::last(view)?);
        let fits = |head: &Head| match head.misfit(&database, newest()) {
            Some(why) => Err(Trouble::Wrong(why.to_owned())),
            None if range.0 > head.sequence + 1 => Err(Trouble::Wrong("the outbox does not reach back to it".to_owned())),
            None if range.1 < head.sequence => Err(Trouble::Wrong("it is ahead of the database".to_owned())),
            None => Ok(()),
        };
        let open = || bell.wait_beyond(-1, Duration::ZERO).is_some();
        let opened = File::open(self.folder.join(FILE)).and_then(|file| Ok((file.metadata()?.len(), file)));
        let found = match opened {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => Err(error.into()),
            // It reads in large pieces by itself; only the numbers between them are small.
            Ok((length, file)) => read(BufReader::with_capacity(1 << 12, file), length, &fits, &open),
        };
        let found = match found {
            Ok(Found { head, columns, mark }) if snapshot::sequence(view, &mark)? == Some(head.sequence) => Ok((head, columns)),
            Ok(_) => Err(Trouble::Wrong("the database does not know it".to_owned())),
            Err(trouble) => Err(trouble),
        };
        match found {
            Ok((head, columns)) => {
                let ms = begun.elapsed().as_millis() as u64;
                tracing::info!(
                    feedback = columns.feedbacks(),
                    behind = range.1 - head.sequence,
                    ms,
                    "columns taken from their snapshot"
                );
                self.shared.mark(|marks| marks.snapshot = Some(head.sequence));
                (self.tried, self.trusted) = (Some(Instant::now()), false);
                Ok(Some((columns, head.sequence)))
            }
            Err(Trouble::Stopped) => Ok(None),
            Err(trouble) => {
                tracing::warn!(reason = %trouble, "the snapshot of the columns is not used: they are loaded from the database");
                Ok(None)
            }
        }
    }

    /// Writes a snapshot of the columns, which stand for `seen`, if the occasion is worth it.
    pub(crate) fn write(&mut self, view: &View, bell: &Bell, seen: i64, occasion: Occasion) {
        let (asked, done) = *locked(&self.shared.snapshots);
        let occasion = if occasion == Occasion::Now && asked > done { Occasion::Asked } else { occasion };
        if self.under_way.as_ref().is_some_and(|thread| !thread.is_finished()) && occasion == Occasion::Now {
            return;
        }
        if occasion == Occasion::Now && self.tried.is_some_and(|tried| tried.elapsed() < BETWEEN) {
            return;
        }
        self.finish();
        // Right after loading it is worth the most; what comes in after that is waited for.
        self.tried = Some(Instant::now());
        let shared = self.shared.clone();
        let columns = shared.columns.read().unwrap_or_else(PoisonError::into_inner);
        if occasion != Occasion::Asked && !self.worth(&columns, seen, occasion) {
            return;
        }
        let begun = Instant::now();
        let go_on = || match occasion {
            Occasion::Now => {
                begun.elapsed() < PATIENCE || bell.wait_beyond(seen, Duration::ZERO).is_some_and(|rung| rung <= seen)
            }
            Occasion::Asked | Occasion::End => true,
        };
        match self.begin(view, &columns, seen, &go_on) {
            Ok((file, mark)) => {
                drop(columns);
                self.make_durable(file, mark, seen, begun, asked);
            }
            Err(trouble) => {
                drop(fs::remove_file(self.folder.join(UNFINISHED)));
                tracing::warn!(reason = %trouble, "no snapshot of the columns was written");
                answered(&self.shared, asked);
            }
        }
        if occasion == Occasion::End {
            self.finish();
        }
    }

    fn worth(&self, columns: &Columns, seen: i64, occasion: Occasion) -> bool {
        let snapshot = self.shared.marks().snapshot;
        let enough = match occasion {
            Occasion::End => WORTH,
            Occasion::Now | Occasion::Asked => WORTH.max(columns.feedbacks() as i64 / ONE_IN),
        };
        let hurried = occasion == Occasion::End && self.shared.hurried.load(Ordering::Relaxed);
        !hurried && columns.feedbacks() >= FEW && snapshot.is_none_or(|snapshot| seen - snapshot >= enough)
    }

    /// The file with everything in it, not yet durable, and its mark.
    fn begin(&self, view: &View, columns: &Columns, seen: i64, go_on: &dyn Fn() -> bool) -> Result<(File, String), Trouble> {
        let database = company::installation(view).map_err(|error| Trouble::Wrong(error.to_string()))?;
        let mut file = BufWriter::with_capacity(1 << 12, File::create(self.folder.join(UNFINISHED))?);
        let mark = write(columns, &Head::of(columns, &database, newest(), seen), &mut file, go_on)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((file, mark))
    }

    /// Waits for the disk on a thread of its own, lets the database vouch for the snapshot, and puts it in its place.
    fn make_durable(&mut self, file: File, mark: String, seen: i64, begun: Instant, asked: u64) {
        let (folder, vouch, shared) = (self.folder.clone(), self.vouch.clone(), self.shared.clone());
        let body = move || {
            let (unfinished, place) = (folder.join(UNFINISHED), folder.join(FILE));
            let put = || {
                file.sync_all().map_err(|error| error.to_string())?;
                vouch(&mark, seen).map_err(|error| error.to_string())?;
                fs::rename(&unfinished, &place).map_err(|error| error.to_string())?;
                File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|error| error.to_string())?;
                Ok::<_, String>(file.metadata().map_or(0, |file| file.len()))
            };
            match put() {
                Ok(bytes) => {
                    let ms = begun.elapsed().as_millis() as u64;
                    tracing::info!(sequence = seen, bytes, ms, "snapshot of the columns written");
                    shared.mark(|marks| marks.snapshot = Some(seen));
                }
                Err(reason) => {
                    drop(fs::remove_file(&unfinished));
                    tracing::warn!(reason, "no snapshot of the columns was written");
                }
            }
            answered(&shared, asked);
        };
        match thread::Builder::new().name("heard-snapshot".to_owned()).spawn(body) {
            Ok(thread) => self.under_way = Some(thread),
            Err(error) => {
                tracing::warn!(%error, "no snapshot of the columns was written");
                answered(&self.shared, asked);
            }
        }
    }

    /// Waits for the one that is being made durable.
    fn finish(&mut self) {
        if let Some(thread) = self.under_way.take()
            && thread.join().is_err()
        {
            tracing::error!("writing a snapshot of the columns panicked");
        }
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Whoever asked up to here need not wait any longer.
fn answered(shared: &Shared, asked: u64) {
    {
        let mut snapshots = locked(&shared.snapshots);
        snapshots.1 = snapshots.1.max(asked);
    }
    shared.mark(|_| {});
}

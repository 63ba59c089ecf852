//! The store: one folder with all that Heard knows, one writer, three readers beside it.

use std::fs::{File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use heard_domain::scope::Scope;
use tokio::sync::{Notify, oneshot};

use crate::bell::Bell;
use crate::error::StoreError;
use crate::figures::follow::Followers;
use crate::figures::keep::Vouch;
use crate::gather::{Gather, Gathered};
use crate::meter::Meter;
use crate::sql::database::{Database, apart};
use crate::sql::migrate::migrate;
use crate::tables::{job, outbox, snapshot};
use crate::view::{Tx, View};
use crate::writer::{News, Work, write_all};

/// How many reads run at once.
const READERS: usize = 3;
/// How many writes or reads may wait before the store says that it is busy.
const WAITING: usize = 8192;
/// How long a snapshot waits until the database vouches for it.
const VOUCHED: Duration = Duration::from_secs(20);

/// All that Heard knows. Cheap to clone; the last clone that goes closes the data.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    folder: PathBuf,
    database: Database,
    writer: Option<SyncSender<Box<dyn Work>>>,
    readers: Option<SyncSender<Box<dyn Look>>>,
    /// One more reader, for what takes long: it never holds the others up.
    patient: Option<SyncSender<Box<dyn Look>>>,
    threads: Vec<JoinHandle<()>>,
    bell: Arc<Bell>,
    followers: Followers,
    work: Arc<Notify>,
    stopped: Arc<AtomicBool>,
    meter: Arc<Meter>,
    changes: Arc<AtomicU64>,
    _lock: File,
}

impl Store {
    /// Opens the data in a folder, making it if it is not there, and brings its tables to this version.
    ///
    /// Only one program at a time may hold a folder: another gets [`StoreError::Busy`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_on(folder, &Database::in_folder(folder))
    }

    /// The same with the truth in a given database; search index and imported files lie in the folder.
    ///
    /// Only one program at a time may write to a database, too.
    pub fn open_on(folder: &Path, database: &Database) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|e| cannot(folder, &e))?;
        let lock = lock(folder)?;
        apart(|| Self::open_locked(folder, database, lock))
    }

    fn open_locked(folder: &Path, database: &Database, lock: File) -> Result<Self, StoreError> {
        let db = database.writer()?;
        migrate(db.as_ref(), database.migrations())?;
        let mut tx = Tx::new(db);
        // Work that a crash has cut off is taken again.
        job::release_all(&mut tx)?;
        let bell = Arc::new(Bell::default());
        let sequence = outbox::last(&tx)?;
        bell.ring(sequence);
        let work = Arc::new(Notify::new());
        let meter = Arc::new(Meter::default());

        let (writer, inbox) = sync_channel::<Box<dyn Work>>(WAITING);
        let (followers, mut threads) = Followers::start(database, folder, &bell, vouching(writer.clone()))?;
        tx.handed = Some(Arc::clone(followers.handed()));
        let follow = followers.clone();
        let changes = Arc::new(AtomicU64::new(0));
        let stopped = Arc::new(AtomicBool::new(false));
        let news = News {
            bell: bell.clone(),
            work: work.clone(),
            stopped: stopped.clone(),
            followed: Box::new(move || follow.followed()),
            meter: meter.clone(),
            changes: changes.clone(),
        };
        threads.push(start("heard-writer", move || write_all(tx, &inbox, &news))?);
        let (readers, inbox) = sync_channel::<Box<dyn Look>>(WAITING);
        let inbox = Arc::new(Mutex::new(inbox));
        for _ in 0..READERS {
            let view = View::new(database.reader()?);
            let (inbox, meter) = (inbox.clone(), meter.clone());
            threads.push(start("heard-reader", move || look_all(view, &inbox, &meter))?);
        }
        let (patient, inbox) = sync_channel::<Box<dyn Look>>(WAITING);
        let view = View::new(database.reader()?);
        let patient_meter = meter.clone();
        threads.push(start("heard-patient", move || look_all(view, &Mutex::new(inbox), &patient_meter))?);
        let (writer, readers, patient) = (Some(writer), Some(readers), Some(patient));
        let (folder, database) = (folder.to_owned(), database.clone());
        let inner = Inner {
            folder,
            database,
            writer,
            readers,
            patient,
            threads,
            bell,
            followers,
            work,
            stopped,
            meter,
            changes,
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Where the data lies.
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }

    /// The database that holds the truth.
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    /// Rung after every commit that changed feedback.
    pub fn bell(&self) -> &Arc<Bell> {
        &self.inner.bell
    }

    /// Those who follow what is written: columns and search index.
    pub(crate) fn followers(&self) -> &Followers {
        &self.inner.followers
    }

    /// Whether writing has stopped after the disk or the database failed, until Heard is started again.
    pub fn stopped(&self) -> bool {
        self.inner.stopped.load(Ordering::Relaxed)
    }

    /// What the store counts of its own work.
    pub(crate) fn meter(&self) -> &Meter {
        &self.inner.meter
    }

    /// How many groups of writes may have changed anything but what was [gathered](Gather): what was read of anything else
    /// holds as long as this number, taken before it was read, stays the same.
    pub fn changes(&self) -> u64 {
        self.inner.changes.load(Ordering::Acquire)
    }

    /// Notified after every commit that added background work.
    pub fn work(&self) -> &Notify {
        &self.inner.work
    }

    /// Writes: all of it or nothing, and durable when this returns. The closure may run beside others in one commit.
    pub async fn write<T, F>(&self, scope: &Scope, write: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task = Task::new(scope.clone(), write, move |result| drop(answer.send(result)));
        self.inner.ask_writer(Box::new(task))?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Writes together with all of its kind that wait: each has its own answer, and one that fails leaves the others as they
    /// are. It runs as Heard itself: whoever asks has settled what may be done.
    pub async fn write_gathered<I: Gather>(&self, item: I) -> Result<I::Answer, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.inner.ask_writer(Box::new(Gathered::new(item, answer)))?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// The same, blocking this thread: for the command line and tests.
    pub fn write_now<T, F>(&self, scope: &Scope, write: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = sync_channel(1);
        let task = Task::new(scope.clone(), write, move |result| drop(answer.send(result)));
        self.inner.ask_writer(Box::new(task))?;
        answered.recv().unwrap_or_else(|_| Err(closed()))
    }

    /// Reads one state of the data, beside the writer.
    pub async fn read<T, F>(&self, scope: &Scope, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&View) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task = Task::new(scope.clone(), read, move |result| drop(answer.send(result)));
        self.inner.ask_reader(Box::new(task))?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// The same, for what takes long: it waits for others of its kind, and holds nobody else up.
    pub(crate) async fn read_patiently<T, F>(&self, scope: &Scope, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&View) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task = Task::new(scope.clone(), read, move |result| drop(answer.send(result)));
        self.inner.patient.as_ref().ok_or_else(closed)?.try_send(Box::new(task)).map_err(|e| refused(&e))?;
        answered.await.unwrap_or_else(|_| Err(closed()))
    }

    /// The same, blocking this thread: for the command line and tests.
    pub fn read_now<T, F>(&self, scope: &Scope, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&View) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = sync_channel(1);
        let task = Task::new(scope.clone(), read, move |result| drop(answer.send(result)));
        self.inner.ask_reader(Box::new(task))?;
        answered.recv().unwrap_or_else(|_| Err(closed()))
    }
}

impl Inner {
    fn ask_writer(&self, work: Box<dyn Work>) -> Result<(), StoreError> {
        self.writer.as_ref().ok_or_else(closed)?.try_send(work).map_err(|e| refused(&e))?;
        self.meter.write_asked();
        Ok(())
    }

    fn ask_reader(&self, look: Box<dyn Look>) -> Result<(), StoreError> {
        self.readers.as_ref().ok_or_else(closed)?.try_send(look).map_err(|e| refused(&e))?;
        self.meter.read_asked();
        Ok(())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let within = self.threads.iter().any(|other| other.thread().id() == thread::current().id());
        if within {
            self.followers.hurry();
        }
        self.bell.close();
        drop(self.writer.take());
        drop(self.readers.take());
        drop(self.patient.take());
        for thread in self.threads.drain(..) {
            // The last clone may go within a write or read: that thread ends by itself.
            if thread.thread().id() != thread::current().id() && thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
    }
}

/// The way by which the database vouches for a snapshot. The writer lives as long as it is held.
fn vouching(writer: SyncSender<Box<dyn Work>>) -> Vouch {
    Arc::new(move |mark, sequence| {
        let (answer, answered) = sync_channel(1);
        let mark = mark.to_owned();
        let write = move |tx: &mut Tx| snapshot::vouch(tx, &mark, sequence);
        let task = Task::new(Scope::system(), write, move |result| drop(answer.send(result)));
        writer.try_send(Box::new(task)).map_err(|e| refused(&e))?;
        let late = |_| StoreError::Busy("the database did not vouch for it in time".to_owned());
        answered.recv_timeout(VOUCHED).unwrap_or_else(|error| Err(late(error)))
    })
}

fn refused<T>(error: &TrySendError<T>) -> StoreError {
    match error {
        TrySendError::Full(_) => StoreError::Busy(format!("{WAITING} requests are waiting")),
        TrySendError::Disconnected(_) => closed(),
    }
}

fn closed() -> StoreError {
    StoreError::Broken("it has been closed".to_owned())
}

fn cannot(folder: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Broken(format!("cannot use the folder {}: {error}", folder.display()))
}

/// Takes the folder for this program alone, as long as what is given back lives.
pub(crate) fn lock(folder: &Path) -> Result<File, StoreError> {
    let file = File::create(folder.join("heard.lock")).map_err(|e| cannot(folder, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(StoreError::Busy(format!("another Heard is running on the folder {}", folder.display())))
        }
        Err(TryLockError::Error(error)) => Err(cannot(folder, &error)),
    }
}

fn start(name: &str, body: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    thread::Builder::new().name(name.to_owned()).spawn(body).map_err(StoreError::odd)
}

/// Something asked of the store, with the way back for its result.
struct Task<T, F, A> {
    scope: Option<Scope>,
    ask: Option<F>,
    result: Option<T>,
    answer: A,
}

impl<T, F, A> Task<T, F, A> {
    fn new(scope: Scope, ask: F, answer: A) -> Self {
        Self { scope: Some(scope), ask: Some(ask), result: None, answer }
    }
}

impl<T, F, A> Work for Task<T, F, A>
where
    T: Send + 'static,
    F: FnOnce(&mut Tx) -> Result<T, StoreError> + Send + 'static,
    A: FnOnce(Result<T, StoreError>) + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        if let (Some(scope), Some(write)) = (self.scope.take(), self.ask.take()) {
            tx.write_as(scope);
            self.result = Some(write(tx)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, end: Result<(), StoreError>) {
        let Self { result, answer, .. } = *self;
        answer(end.and_then(|()| result.ok_or_else(closed)));
    }

    fn apart(self: Box<Self>) -> Vec<Box<dyn Work>> {
        vec![self]
    }
}

/// A read that is waiting.
trait Look: Send {
    fn run(self: Box<Self>, view: &mut View);
}

impl<T, F, A> Look for Task<T, F, A>
where
    T: Send,
    F: FnOnce(&View) -> Result<T, StoreError> + Send,
    A: FnOnce(Result<T, StoreError>) + Send,
{
    fn run(self: Box<Self>, view: &mut View) {
        let Self { scope: Some(scope), ask: Some(read), answer, .. } = *self else { return };
        view.look_as(scope);
        let result = view.db().begin(false).and_then(|()| {
            let result = catch_unwind(AssertUnwindSafe(|| read(view)));
            result.unwrap_or_else(|_| Err(StoreError::Broken("a read panicked".to_owned())))
        });
        if view.db().within_transaction()
            && let Err(error) = view.db().rollback()
        {
            tracing::error!(%error, "a read could not be ended");
        }
        answer(result);
    }
}

fn look_all(mut view: View, inbox: &Mutex<Receiver<Box<dyn Look>>>, meter: &Meter) {
    loop {
        let look = inbox.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(look) = look else { return };
        look.run(&mut view);
        meter.read_done();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::company;

    fn pages(store: &Store, most: i64) {
        store.write_now(&Scope::system(), move |tx| tx.db().script(&format!("PRAGMA max_page_count = {most}"))).unwrap();
    }

    fn keep(store: &Store, name: String) -> Result<(), StoreError> {
        store.write_now(&Scope::system(), move |tx| company::set(tx, &name, &"x".repeat(3000)))
    }

    #[test]
    fn a_full_disk_refuses_writes_goes_on_reading_and_recovers() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let used = store.read_now(&Scope::system(), |view| view.number("PRAGMA page_count", &[])).unwrap();
        pages(&store, used + 20);
        let ended: Vec<_> = (0..60).map(|n| keep(&store, format!("a{n}"))).collect();
        let kept = ended.iter().filter(|end| end.is_ok()).count();
        assert!(kept > 5 && ended.contains(&Err(StoreError::Full)), "{ended:?}");
        assert!(ended.iter().all(|end| matches!(end, Ok(()) | Err(StoreError::Full))), "{ended:?}");
        let there = |view: &View| view.number("SELECT count(*) FROM setting", &[]);
        assert_eq!(store.read_now(&Scope::system(), there), Ok(kept as i64));
        pages(&store, used + 1000);
        assert_eq!(keep(&store, "later".to_owned()), Ok(()));
        assert_eq!(store.read_now(&Scope::system(), there), Ok(kept as i64 + 1));
    }

    #[test]
    fn a_group_that_the_disk_cannot_take_is_refused_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let used = store.read_now(&Scope::system(), |view| view.number("PRAGMA page_count", &[])).unwrap();
        pages(&store, used + 8);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let answered = runtime.block_on(async {
            let mut under_way = Vec::new();
            for n in 0..40 {
                let store = store.clone();
                let write = async move {
                    store.write(&Scope::system(), move |tx| company::set(tx, &n.to_string(), &"x".repeat(3000))).await
                };
                under_way.push(tokio::spawn(write));
            }
            let mut answered = Vec::new();
            for write in under_way {
                answered.push(write.await.unwrap());
            }
            answered
        });
        let names = store
            .read_now(&Scope::system(), |view| view.list("SELECT name FROM setting", &[], |row| Ok(row.text(0)?.to_owned())))
            .unwrap();
        for (n, answer) in answered.iter().enumerate() {
            assert_eq!(answer.is_ok(), names.contains(&n.to_string()), "write {n}: {answer:?}");
        }
        assert!(answered.contains(&Err(StoreError::Full)), "{answered:?}");
    }

    #[test]
    fn one_program_at_a_time_holds_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        assert!(matches!(Store::open(folder.path()), Err(StoreError::Busy(_))));
        drop(store);
        assert!(Store::open(folder.path()).is_ok());
    }

    #[test]
    fn a_read_sees_one_state_while_others_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let writer = store.clone();
        let counts = store.read_now(&Scope::system(), move |view| {
            let count = || view.number("SELECT count(*) FROM setting", &[]);
            let before = count()?;
            keep(&writer, "meanwhile".to_owned())?;
            Ok((before, count()?))
        });
        assert_eq!(counts, Ok((0, 0)));
        assert_eq!(store.read_now(&Scope::system(), |view| view.number("SELECT count(*) FROM setting", &[])), Ok(1));
    }
}

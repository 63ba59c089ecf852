//! The flow: what every step is given. It knows no HTTP.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use heard_channels::http::Client;
use heard_domain::audit::{Act, Noun, Who};
use heard_domain::chance::Chance;
use heard_domain::directory::Directory;
use heard_domain::example::Taught;
use heard_domain::helpfulness::Served;
use heard_domain::id::{FeedbackId, IdMaker, ImportId, IssueId, PersonId};
use heard_domain::ledger::Line;
use heard_domain::precision::Precision;
use heard_domain::priority::Evidence;
use heard_domain::promise::PromiseShown;
use heard_domain::question::Filter;
use heard_domain::scope::{Reach, Scope};
use heard_domain::theme::Themes;
use heard_domain::time::{Clock, Day, Period, Time};
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables;
use heard_store::tables::ledger::Steps;
use heard_store::view::View;
use heard_text::pipeline::Reader;

use tokio::sync::{broadcast, watch};

use crate::alerting::{Alerting, Told};
use crate::deep_reader::DeepReader;
use crate::error::FlowError;
use crate::gathered::{Gathered, Gathering};
use crate::kept::{Asked, Kept};
use crate::lessons::{Lessons, of as lessons_of, present};
use crate::mailing::Mailing;
use crate::noting::Noting;
use crate::remembered::Remembered;
use crate::understand::Understanding;

/// The evidence of so many issues is kept: more than a list shows at a time, in two periods and for some who look.
const EVIDENCE: usize = 512;

/// So long another system may take for a delivery.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// Rounds of reading again in this program.
#[derive(Default)]
struct Rounds {
    /// Since when the one under way was watched.
    watched: Option<Pace>,
    /// When the last one ended, and of how many comments.
    last: Option<(Time, u64)>,
}

/// When an import began or went on in this program, and at which row.
#[derive(Clone, Copy)]
struct Pace {
    since: Time,
    from: u64,
}

/// What every step is given.
pub struct Flow {
    /// Truth, search and figures.
    pub store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    ids: Arc<IdMaker>,
    files: PathBuf,
    /// Lower than every identifier that this program gives.
    born: i64,
    known: RwLock<Understanding>,
    /// One at a time looks anew, so that an older look never replaces a newer one; how many of those who asked have it.
    looking: tokio::sync::Mutex<u64>,
    /// How often it was asked to look anew.
    looks_asked: AtomicU64,
    /// How often what is known was replaced by something newer.
    named: AtomicU64,
    paces: Mutex<HashMap<ImportId, Pace>>,
    /// How well a version of the categories tells them apart, on what people said by then.
    pub(crate) precisions: Kept<(i64, Vec<Taught>), Precision>,
    rounds: Mutex<Rounds>,
    noting: Arc<Noting>,
    /// Tokens that were looked up.
    pub(crate) tokens: Remembered,
    /// The themes that were found in the last minutes.
    pub(crate) themes: Kept<(Reach, Filter, Period, String), Themes>,
    /// The evidence of issues, as long as nothing has changed.
    pub(crate) evidence: Kept<(Reach, IssueId, i64, Period, Asked, bool), Evidence>,
    /// What issues gather, as long as no comment has changed.
    pub(crate) gathered: Kept<Gathering, Gathered>,
    /// How far comments came, as long as nobody has done anything, at most for a minute.
    pub(crate) steps: Kept<u64, Steps>,
    /// How customers were served, as long as nothing has changed.
    pub(crate) served: Kept<(Reach, Period, Day, Asked), Vec<Served>>,
    /// What became of promises, as long as nothing has changed.
    pub(crate) promises: Kept<(Reach, Period, Asked), Vec<PromiseShown>>,
    /// The listening ledgers that were found in the last minute.
    pub(crate) ledgers: Kept<(Reach, Period), (Line, Vec<Line>)>,
    alerting: Alerting,
    stopping: watch::Sender<bool>,
    deep: OnceLock<Arc<DeepReader>>,
    client: OnceLock<Arc<Client>>,
    mailing: OnceLock<Arc<Mailing>>,
}

impl Flow {
    /// Opens the flow over a store; files that are handed over are kept in `folder`/imports.
    pub fn open(store: Store, clock: Arc<dyn Clock>, chance: Arc<dyn Chance>, folder: &Path) -> Result<Self, FlowError> {
        store.tell_time(Arc::clone(&clock));
        let scope = Scope::system();
        let (directory, highest) =
            store.read_now(&scope, |view| Ok(((tables::directory::load(view)?, lessons(view)?), tables::id::highest(view)?)))?;
        let (directory, (lessons, held)) = directory;
        let files = folder.join("imports");
        std::fs::create_dir_all(&files).map_err(FlowError::internal)?;
        let known = RwLock::new(Understanding::of(directory, &lessons, held));
        let noting = Noting::new(store.clone());
        let ids = Arc::new(IdMaker::above(highest));
        let born = ids.next(clock.now());
        Ok(Self {
            store,
            clock,
            chance,
            ids,
            files,
            born,
            known,
            looking: tokio::sync::Mutex::default(),
            looks_asked: AtomicU64::new(0),
            named: AtomicU64::new(0),
            paces: Mutex::default(),
            precisions: Kept::default(),
            rounds: Mutex::default(),
            noting,
            tokens: Remembered::default(),
            themes: Kept::default(),
            evidence: Kept::of(EVIDENCE),
            gathered: Kept::of(EVIDENCE),
            steps: Kept::of(1),
            served: Kept::default(),
            promises: Kept::default(),
            ledgers: Kept::default(),
            alerting: Alerting::default(),
            stopping: watch::Sender::default(),
            deep: OnceLock::new(),
            client: OnceLock::new(),
            mailing: OnceLock::new(),
        })
    }

    /// Reads deeply from now on what the fast reader is unsure of; the first reader that is given stays.
    pub fn read_deeply(&self, deep: DeepReader) {
        self.deep.get_or_init(|| Arc::new(deep));
    }

    /// Sends through this to other systems from now on; the first that is given stays.
    pub fn send_through(&self, client: Client) {
        self.client.get_or_init(|| Arc::new(client));
    }

    /// What sends to other systems; where nobody said otherwise, only to public addresses.
    pub(crate) fn client(&self) -> Result<Arc<Client>, FlowError> {
        if let Some(client) = self.client.get() {
            return Ok(Arc::clone(client));
        }
        let strict = Client::new(PATIENCE, false).map_err(FlowError::internal)?;
        Ok(Arc::clone(self.client.get_or_init(|| Arc::new(strict))))
    }

    /// The deep reader, if there is one.
    pub(crate) fn deep(&self) -> Option<Arc<DeepReader>> {
        self.deep.get().map(Arc::clone)
    }

    /// Sends mail from now on; the first way that is given stays.
    pub fn send_by(&self, mailing: Mailing) {
        self.mailing.get_or_init(|| Arc::new(mailing));
    }

    /// How mail is sent, if it is.
    pub fn mailing(&self) -> Option<Arc<Mailing>> {
        self.mailing.get().map(Arc::clone)
    }

    /// Chance, where the flow itself cannot go: within a transaction.
    pub(crate) fn chance(&self) -> Arc<dyn Chance> {
        Arc::clone(&self.chance)
    }

    /// Now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// The next identifier.
    pub fn id(&self) -> i64 {
        self.ids.next(self.now())
    }

    /// Gives identifiers where the flow itself cannot go: within a transaction.
    pub(crate) fn ids(&self) -> Arc<IdMaker> {
        Arc::clone(&self.ids)
    }

    /// Random bytes that nobody can guess.
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes);
        bytes
    }

    /// All that the company has named, as of the last change.
    pub fn directory(&self) -> Arc<Directory> {
        self.look().directory
    }

    /// How often the names were replaced: taken before they are asked for, an answer that is kept with this number was not made with
    /// older names than others of that number.
    pub(crate) fn named(&self) -> u64 {
        self.named.load(Ordering::Acquire)
    }

    /// The same as somebody sees it: without the posts that are out of their sight.
    pub fn directory_of(&self, scope: &Scope) -> Arc<Directory> {
        match scope.reach {
            Reach::Everything => self.directory(),
            Reach::Posts(_) => Arc::new(self.directory().seen_by(scope)),
        }
    }

    /// The reader for the company's journey and taxonomy.
    pub fn reader(&self) -> Arc<Reader> {
        self.look().reader
    }

    /// Notes in the audit log that somebody sees who these persons are; nobody waits for it.
    pub fn saw(&self, scope: &Scope, persons: impl IntoIterator<Item = PersonId>) {
        self.noting.saw(self.now(), scope.actor.into(), persons);
    }

    /// Remembers that somebody has opened a comment to read it; nobody waits for it. A program reads nothing.
    pub fn opened(&self, scope: &Scope, feedback: FeedbackId) {
        if let Some(user) = scope.user() {
            self.noting.opened(self.now(), user, feedback);
        }
    }

    /// Notes in the audit log what was done without changing anything; nobody waits for it. See [`tables::audit::note`]
    /// for what `detail` may hold, and for what changes something.
    pub fn noted(&self, who: Who, act: Act, noun: Noun, id: Option<i64>, detail: serde_json::Value) {
        self.noting.did(self.now(), who, act, noun, id, detail);
    }

    /// Hears what somebody on duty is told, from now on.
    pub fn alerts(&self) -> broadcast::Receiver<Arc<Told>> {
        self.alerting.listen()
    }

    /// Tells those who listen: after what is told is durable.
    pub(crate) fn alert(&self, told: impl IntoIterator<Item = Told>) {
        self.alerting.tell(told);
    }

    /// Heard stops: background work ends after the batch in hand.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether Heard stops.
    pub fn stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits until Heard stops.
    pub(crate) async fn stopped(&self) {
        // The sender is the flow itself: it does not go away meanwhile.
        let _ = self.stopping.subscribe().wait_for(|stopping| *stopping).await;
    }

    /// Waits until all that was noted so far stands in the audit log: before the program ends.
    pub async fn all_noted(&self) {
        self.noting.all().await;
    }

    /// Both, as they belong together.
    pub(crate) fn look(&self) -> Understanding {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lower than every identifier that this program gives: what is below it was there before.
    pub(crate) fn born(&self) -> i64 {
        self.born
    }

    /// Where files that were handed over are kept.
    pub(crate) fn files(&self) -> &Path {
        &self.files
    }

    /// Remembers that an import begins or goes on at this row.
    pub(crate) fn pace(&self, import: ImportId, from: u64) {
        let pace = Pace { since: self.now(), from };
        self.paces.lock().unwrap_or_else(PoisonError::into_inner).insert(import, pace);
    }

    /// Rows a second of an import that is at row `done`, once half a second has passed.
    pub(crate) fn rate(&self, import: ImportId, done: u64) -> Option<f64> {
        let pace = self.paces.lock().unwrap_or_else(PoisonError::into_inner).get(&import).copied()?;
        let seconds = (self.now().0 - pace.since.0) as f64 / 1000.0;
        (seconds >= 0.5 && done > pace.from).then(|| (done - pace.from) as f64 / seconds)
    }

    /// How many comments a second are read again, once the round was watched for half a second.
    pub(crate) fn round_rate(&self, done: u64) -> Option<f64> {
        let now = self.now();
        let mut rounds = self.rounds.lock().unwrap_or_else(PoisonError::into_inner);
        // A round that is behind where it was is another one.
        let pace = *rounds.watched.filter(|pace| pace.from <= done).get_or_insert(Pace { since: now, from: done });
        rounds.watched = Some(pace);
        let seconds = (now.0 - pace.since.0) as f64 / 1000.0;
        (seconds >= 0.5 && done > pace.from).then(|| (done - pace.from) as f64 / seconds)
    }

    /// A round of reading again has ended, after so many comments.
    pub(crate) fn round_ended(&self, comments: u64) {
        let ended = Rounds { watched: None, last: Some((self.now(), comments)) };
        *self.rounds.lock().unwrap_or_else(PoisonError::into_inner) = ended;
    }

    /// When the last round of reading again ended in this program, and of how many comments.
    pub(crate) fn last_round(&self) -> Option<(Time, u64)> {
        self.rounds.lock().unwrap_or_else(PoisonError::into_inner).last
    }

    /// Looks again at what the company has named, after a change of it.
    pub(crate) async fn refresh(&self) -> Result<(), FlowError> {
        let asked = self.looks_asked.fetch_add(1, Ordering::AcqRel) + 1;
        let mut done = self.looking.lock().await;
        // Somebody else has begun to look after this was asked: of many at once one is enough.
        if *done >= asked {
            return Ok(());
        }
        let asked = self.looks_asked.load(Ordering::Acquire);
        let look = |view: &View| Ok((tables::directory::load(view)?, present(view)?.len()));
        let (directory, lessons_now) = self.store.read(&Scope::system(), look).await?;
        let old = self.look();
        // A new attribute or post needs no new reader: compiling watch words and learning are the dear part. Examples that
        // went with their comments are to be unlearnt.
        let same = directory.journey == old.directory.journey
            && directory.taxonomy == old.directory.taxonomy
            && directory.places == old.directory.places;
        let next = if same && lessons_now == old.lessons {
            Understanding::with(directory, old.reader, lessons_now)
        } else {
            let look = |view: &View| Ok((tables::directory::load(view)?, lessons(view)?));
            let (directory, (lessons, held)) = self.store.read(&Scope::system(), look).await?;
            let learn = move || Understanding::of(directory, &lessons, held);
            tokio::task::spawn_blocking(learn).await.map_err(FlowError::internal)?
        };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = next;
        // After it: who has seen the new number asks for the new names.
        self.named.fetch_add(1, Ordering::AcqRel);
        *done = asked;
        Ok(())
    }
}

/// What the present version of the categories has learnt from, with its words.
pub(crate) fn lessons(view: &View) -> Result<(Lessons, usize), StoreError> {
    let present = present(view)?;
    Ok((lessons_of(view, &present)?, present.len()))
}

/// Refuses unless the scope allows it.
pub fn need(scope: &Scope, grant: Grant) -> Result<(), FlowError> {
    if scope.may(grant) { Ok(()) } else { Err(FlowError::Forbidden) }
}

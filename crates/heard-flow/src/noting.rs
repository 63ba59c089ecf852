//! What is noted in the audit log without anybody waiting for it: personal data that was shown, sign-ins that were refused.
//!
//! Entries are gathered for a moment and written together, so that a page is as fast as without them and is one entry
//! however many steps it took. What was gathered when the machine dies is lost: changes are never noted this way.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use heard_domain::audit::{Act, Noun, Who};
use heard_domain::id::{FeedbackId, PersonId, UserId};
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::gather::Gather;
use heard_store::store::Store;
use heard_store::tables;
use heard_store::view::Tx;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// How long entries are gathered before they are written.
const GATHERED: Duration = Duration::from_millis(250);

/// Whom somebody has just seen is not noted again within this: a page that refreshes itself is one look.
const ONE_LOOK_MS: i64 = 60_000;

/// So many persons are named by one entry; more make another.
const PERSONS: usize = 500;

/// More entries than this are not gathered: the disk has been full for long, and memory is not to follow.
const MOST: usize = 10_000;

/// At most one entry in this time tells of addresses that no user has: a stranger shall not fill the log.
const STRANGERS_MS: i64 = 60_000;

/// An entry that waits.
#[derive(Debug, Clone, PartialEq)]
struct Deed {
    at: Time,
    who: Who,
    act: Act,
    noun: Noun,
    id: Option<i64>,
    detail: Value,
}

#[derive(Default)]
struct Waiting {
    deeds: Vec<Deed>,
    /// Comments that somebody has opened to read, and when.
    opened: Vec<(FeedbackId, UserId, Time)>,
    /// Whom each has seen since when, and how many of these are not noted yet.
    seen: HashMap<Who, Look>,
    writing: bool,
}

/// The persons somebody sees within one look.
struct Look {
    since: Time,
    last: Time,
    noted: BTreeSet<PersonId>,
    new: BTreeSet<PersonId>,
}

/// Gathers entries and writes them.
pub(crate) struct Noting {
    store: Store,
    waiting: Mutex<Waiting>,
    hurry: Notify,
    written: Notify,
}

impl Noting {
    pub(crate) fn new(store: Store) -> Arc<Self> {
        Arc::new(Self { store, waiting: Mutex::default(), hurry: Notify::new(), written: Notify::new() })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody did something at `at`.
    pub(crate) fn did(self: &Arc<Self>, at: Time, who: Who, act: Act, noun: Noun, id: Option<i64>, detail: Value) {
        let mut waiting = self.waiting();
        if waiting.deeds.len() >= MOST {
            tracing::error!(%act, %noun, "the audit log cannot be written: an entry is lost");
            return;
        }
        waiting.deeds.push(Deed { at, who, act, noun, id, detail });
        self.start(waiting);
    }

    /// Somebody sees who these persons are.
    pub(crate) fn saw(self: &Arc<Self>, at: Time, who: Who, persons: impl IntoIterator<Item = PersonId>) {
        let mut waiting = self.waiting();
        let fresh = || Look { since: at, last: at, noted: BTreeSet::new(), new: BTreeSet::new() };
        let look = waiting.seen.entry(who).or_insert_with(fresh);
        if at.0 - look.since.0 >= ONE_LOOK_MS || at < look.since {
            look.since = at;
            look.noted.clear();
        }
        look.last = at;
        look.new.extend(persons.into_iter().filter(|person| !look.noted.contains(person)));
        if !look.new.is_empty() {
            self.start(waiting);
        }
    }

    /// Somebody has opened a comment to read it.
    pub(crate) fn opened(self: &Arc<Self>, at: Time, user: UserId, feedback: FeedbackId) {
        let mut waiting = self.waiting();
        if waiting.opened.len() < MOST && !waiting.opened.iter().any(|(id, by, _)| (*id, *by) == (feedback, user)) {
            waiting.opened.push((feedback, user, at));
            self.start(waiting);
        }
    }

    fn start(self: &Arc<Self>, mut waiting: MutexGuard<'_, Waiting>) {
        if !waiting.writing
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            waiting.writing = true;
            drop(waiting);
            let noting = Arc::clone(self);
            runtime.spawn(async move { noting.write().await });
        }
    }

    async fn write(&self) {
        loop {
            // In a hurry or not: the result is the same, only sooner.
            let _ = tokio::time::timeout(GATHERED, self.hurry.notified()).await;
            let (deeds, opened) = {
                let mut waiting = self.waiting();
                (waiting.take(), std::mem::take(&mut waiting.opened))
            };
            let kept = deeds.clone();
            let written = self.store.write_gathered(Notes { deeds, opened }).await;
            let mut waiting = self.waiting();
            if let Err(error) = &written {
                tracing::error!(%error, entries = kept.len(), "the audit log cannot be written: tried again with the next entry");
                waiting.deeds.splice(0..0, kept);
            }
            if written.is_err() || waiting.nothing() {
                waiting.writing = false;
                drop(waiting);
                self.written.notify_waiters();
                return;
            }
        }
    }

    /// Waits until all that was noted so far is written (or cannot be).
    pub(crate) async fn all(&self) {
        let written = self.written.notified();
        if self.waiting().writing {
            self.hurry.notify_one();
            written.await;
        }
    }
}

impl Waiting {
    fn nothing(&self) -> bool {
        self.deeds.is_empty() && self.opened.is_empty() && self.seen.values().all(|look| look.new.is_empty())
    }

    /// All that waits.
    fn take(&mut self) -> Vec<Deed> {
        let mut deeds = std::mem::take(&mut self.deeds);
        for (who, look) in &mut self.seen {
            let new: Vec<PersonId> = std::mem::take(&mut look.new).into_iter().collect();
            for persons in new.chunks(PERSONS) {
                let id = if let [one] = persons { Some(one.0) } else { None };
                let detail = if id.is_some() { json!({}) } else { json!({ "n": persons.len(), "persons": persons }) };
                deeds.push(Deed { at: look.last, who: *who, act: Act::Saw, noun: Noun::Person, id, detail });
            }
            look.noted.extend(new);
        }
        // Who is not looking any more is forgotten.
        let latest = self.seen.values().map(|look| look.last.0).max().unwrap_or(0);
        self.seen.retain(|_, look| latest - look.last.0 < ONE_LOOK_MS);
        deeds
    }
}

/// Notes on their way to the writer. No figure rests on them but the listening ledger, which may be a minute old: what was found before
/// somebody looked holds after it.
struct Notes {
    deeds: Vec<Deed>,
    opened: Vec<(FeedbackId, UserId, Time)>,
}

impl Gather for Notes {
    type Answer = ();

    fn weight(&self) -> usize {
        self.deeds.len() + self.opened.len()
    }

    fn write(tx: &mut Tx, all: &[Self]) -> Result<Vec<()>, StoreError> {
        for notes in all {
            notes.opened.iter().try_for_each(|(feedback, user, at)| tables::ledger::open(tx, *feedback, *user, *at))?;
            notes.deeds.iter().try_for_each(|deed| keep(tx, deed))?;
        }
        Ok(vec![(); all.len()])
    }
}

fn keep(tx: &mut Tx, deed: &Deed) -> Result<(), StoreError> {
    let Deed { at, who, act, noun, id, ref detail } = *deed;
    let stranger = act == Act::Refused && id.is_none();
    if stranger && tables::audit::last(tx, act, noun)?.is_some_and(|last| at.0 - last.0 < STRANGERS_MS && last <= at) {
        return Ok(());
    }
    tables::audit::note_of(tx, at, who, act, noun, id, detail)
}

//! Operational data comes in: accounts, persons, exposures and events, from files and from programs. A batch, its place in the
//! file, what it changed (so that it can be undone) and its bad rows are written in one transaction.

use std::fs::File;
use std::io::BufReader;

use heard_channels::operations::file::{self, Entries, Row};
use heard_channels::posts::detect::detect;
use heard_domain::account::Identity;
use heard_domain::audit::{Act, Noun};
use heard_domain::directory::Directory;
use heard_domain::feedback::{BadFeedback, NewAuthor};
use heard_domain::id::{AccountId, EventId, ImportId, JobId, PersonId, StageId};
use heard_domain::import::{BadRow, Import, ImportState};
use heard_domain::operation::{Entry, Event, Exposure, NewEvent, NewExposure};
use heard_domain::scope::{Reach, Scope};
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::author::Authors;
use heard_store::tables::change::Wrote;
use heard_store::view::Tx;
use serde_json::json;

use crate::act::verify;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::hear::held::{MOST_BAD_ROWS, end, forget_file, source, unreadable};
use crate::hear::receive::path;
use crate::hear::take::MOST_AT_ONCE;

/// How many rows are written at a time.
const BATCH: usize = 500;

/// Which thing an entry became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// An account.
    Account(AccountId),
    /// A person.
    Person(PersonId),
    /// Cells of exposures: they have no identifier.
    Exposures,
    /// An event.
    Event(EventId),
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// It is kept: which thing it is, what writing did, and what had to be left out of it.
    Kept(Thing, Wrote, Vec<BadFeedback>),
    /// It breaks a rule; nothing of it was kept.
    Refused(BadFeedback),
}

/// Takes operational data that a program hands over; the answers are in the order given. The same again changes nothing.
pub async fn take(flow: &Flow, scope: &Scope, entries: Vec<Entry>) -> Result<Vec<Became>, FlowError> {
    need(scope, Grant::Import)?;
    if matches!(scope.reach, Reach::Posts(_)) {
        return Err(FlowError::Forbidden);
    }
    if entries.len() > MOST_AT_ONCE {
        return Err(FlowError::rule("items", format!("at most {MOST_AT_ONCE} at once")));
    }
    let (directory, ids, now) = (flow.directory(), flow.ids(), flow.now());
    let write = move |tx: &mut Tx| {
        let mut keeping = Keeping::new(&directory, None);
        let mut became = Vec::with_capacity(entries.len());
        for entry in &entries {
            became.push(keeping.keep(tx, entry, &mut || ids.next(now))?);
        }
        let new = |wrote| became.iter().filter(|b| matches!(b, Became::Kept(_, w, _) if *w == wrote)).count();
        let (added, changed) = (new(Wrote::Added), new(Wrote::Changed));
        if let Some(noun) = entries.first().map(noun).filter(|_| added + changed > 0) {
            let act = if added > 0 { Act::Added } else { Act::Changed };
            tables::audit::note(tx, now, act, noun, None, &json!({ "added": added, "changed": changed }))?;
            let counted = entries.iter().flat_map(|entry| match entry {
                Entry::Exposures { cells } => cells.iter().filter_map(|cell| keeping.stage(&cell.stage)).collect(),
                Entry::Account(_) | Entry::Person(_) | Entry::Event(_) => vec![],
            });
            verify::ask(tx, JobId(ids.next(now)), &counted.collect(), now)?;
        }
        Ok(became)
    };
    Ok(flow.store.write(scope, write).await?)
}

fn noun(entry: &Entry) -> Noun {
    match entry {
        Entry::Account(_) => Noun::Account,
        Entry::Person(_) => Noun::Person,
        Entry::Exposures { .. } => Noun::Exposure,
        Entry::Event(_) => Noun::Event,
    }
}

/// Keeps entries within one write.
struct Keeping<'a> {
    directory: &'a Directory,
    import: Option<ImportId>,
    authors: Authors,
}

impl<'a> Keeping<'a> {
    fn new(directory: &'a Directory, import: Option<ImportId>) -> Self {
        Self { directory, import, authors: Authors::default() }
    }

    fn stage(&self, name: &str) -> Option<StageId> {
        let name = name.trim().to_lowercase();
        self.directory.journey.stages.iter().find(|stage| stage.name.to_lowercase() == name).map(|stage| stage.id)
    }

    fn keep(&mut self, tx: &mut Tx, entry: &Entry, next: &mut dyn FnMut() -> i64) -> Result<Became, StoreError> {
        if let Err(bad) = entry.check() {
            return Ok(Became::Refused(bad));
        }
        match entry {
            Entry::Account(account) => {
                let (id, wrote) = tables::account::put(tx, self.import, account, next)?;
                Ok(Became::Kept(Thing::Account(id), wrote, Vec::new()))
            }
            Entry::Person(person) => {
                let put = tables::person::put(tx, self.import, person, next)?;
                let taken = put.taken.iter().map(|identity| BadFeedback {
                    field: identity.kind.label().to_owned(),
                    reason: "belongs to another person: left out, because joining persons is for people to decide".to_owned(),
                });
                Ok(Became::Kept(Thing::Person(put.id), put.wrote, taken.collect()))
            }
            Entry::Exposures { cells } => self.exposures(tx, cells),
            Entry::Event(event) => self.event(tx, event, next),
        }
    }

    fn exposures(&self, tx: &mut Tx, cells: &[NewExposure]) -> Result<Became, StoreError> {
        let mut known = Vec::with_capacity(cells.len());
        for cell in cells {
            let Some(stage) = self.stage(&cell.stage) else {
                let names: Vec<&str> = self.directory.journey.stages.iter().map(|stage| stage.name.as_str()).collect();
                let there = if names.is_empty() { "there is no journey yet".to_owned() } else { names.join(", ") };
                let reason = format!("there is no stage “{}” (known: {there})", cell.stage.chars().take(60).collect::<String>());
                return Ok(Became::Refused(BadFeedback { field: "stage".to_owned(), reason }));
            };
            let place = cell.place.as_deref().map(str::trim).filter(|place| !place.is_empty()).map(str::to_owned);
            known.push(Exposure { day: cell.day, stage, measure: cell.measure.trim().to_owned(), place, count: cell.count });
        }
        let mut wrote = Wrote::Known;
        for exposure in &known {
            wrote = wrote.max(tables::exposure::put(tx, self.import, exposure)?);
        }
        Ok(Became::Kept(Thing::Exposures, wrote, Vec::new()))
    }

    fn event(&mut self, tx: &mut Tx, new: &NewEvent, next: &mut dyn FnMut() -> i64) -> Result<Became, StoreError> {
        if let Some(id) = tables::event::by_key(tx, new.key.trim())? {
            return Ok(Became::Kept(Thing::Event(id), Wrote::Known, Vec::new()));
        }
        let mut details = new.details.clone();
        let touchpoint = new.touchpoint.as_deref().and_then(|name| self.directory.touchpoint_named(name));
        let stage = new.stage.as_deref().and_then(|name| self.stage(name));
        // A name that the journey does not know is not lost: it is kept as a detail.
        let lost = [("touchpoint", &new.touchpoint, touchpoint.is_none()), ("stage", &new.stage, stage.is_none())];
        for (name, value, unknown) in lost {
            if let Some(value) = value.as_ref().filter(|_| unknown) {
                details.push((name.to_owned(), value.clone()));
            }
        }
        let of_touchpoint = || self.directory.journey.touchpoint(touchpoint?).map(|t| t.stage);
        let stage = stage.or_else(of_touchpoint);
        let identities = new.author.identities.iter().filter_map(|i| Identity::new(i.kind, &i.handle)).collect();
        let author = NewAuthor { identities, ..new.author.clone() };
        if let Some(name) = author.account.as_deref().filter(|name| !name.trim().is_empty()) {
            tables::account::named(tx, self.import, name, next)?;
        }
        let mut made = Vec::new();
        let (person, account) = self.authors.find_or_make(tx, &author, &mut || {
            let id = next();
            made.push(id);
            id
        })?;
        if let Some(person) = person.filter(|person| made.contains(&person.0)) {
            tables::person::note_new(tx, self.import, person)?;
        }
        let event = Event {
            id: EventId(next()),
            key: new.key.trim().to_owned(),
            kind: new.kind.trim().to_owned(),
            at: new.at,
            day: self.directory.company.zone.day(new.at),
            person,
            account,
            stage,
            touchpoint,
            details,
        };
        let (id, wrote) = tables::event::put(tx, self.import, &event)?;
        Ok(Became::Kept(Thing::Event(id), wrote, Vec::new()))
    }
}

/// The entries of an import, from the first row.
pub(crate) async fn opened(flow: &Flow, import: &Import) -> Result<Entries<BufReader<File>>, FlowError> {
    let (path, mapping, zone) = (path(flow, import.id), import.mapping.clone(), flow.directory().company.zone.clone());
    let open = move || {
        let mut source = source(&path)?;
        let shape = detect(&mut source).map_err(unreadable)?;
        file::open(source, &shape, &mapping, &zone).map_err(unreadable)
    };
    tokio::task::spawn_blocking(open).await.map_err(FlowError::internal)?
}

/// Rows that were read from the file, and not yet written.
#[derive(Default)]
struct Rowful {
    rows: Vec<(u64, Entry)>,
    bad: Vec<BadRow>,
    remarks: Vec<BadRow>,
    last: Option<u64>,
    failure: Option<String>,
}

fn next_batch(entries: &mut Entries<BufReader<File>>) -> Rowful {
    let mut batch = Rowful::default();
    while batch.rows.len() + batch.bad.len() < BATCH {
        let Some(row) = entries.next() else { break };
        match row {
            Ok(Ok(Row { row, entry, remarks })) => {
                batch.last = Some(row);
                batch.remarks.extend(remarks);
                batch.rows.push((row, entry));
            }
            Ok(Err(bad)) => {
                batch.last = Some(bad.row);
                batch.bad.push(bad);
            }
            Err(error) => {
                batch.failure = Some(error.to_string());
                break;
            }
        }
    }
    batch
}

/// Goes on with an import of operational data where it stopped, to its end.
pub(crate) async fn run(flow: &Flow, import: &Import) -> Result<(), FlowError> {
    let id = import.id;
    flow.pace(id, import.done);
    let mut entries = match opened(flow, import).await {
        Ok(entries) => entries,
        Err(FlowError::Rule { field, reason }) => return end(flow, id, Some(format!("{field}: {reason}"))).await,
        Err(other) => return Err(other),
    };
    let done = import.done;
    let skip = move || entries.skip_to(done).map(|()| entries).map_err(unreadable);
    entries = tokio::task::spawn_blocking(skip).await.map_err(FlowError::internal)??;
    loop {
        let cut = move || {
            let batch = next_batch(&mut entries);
            (entries, batch)
        };
        let batch;
        (entries, batch) = tokio::task::spawn_blocking(cut).await.map_err(FlowError::internal)?;
        let (failure, last) = (batch.failure.clone(), batch.last.is_none());
        if !last && !write(flow, id, batch).await? {
            forget_file(flow, id);
            return Ok(());
        }
        if last || failure.is_some() {
            return end(flow, id, failure).await;
        }
    }
}

/// Writes a batch with its place in the file; false if the import was stopped meanwhile.
async fn write(flow: &Flow, id: ImportId, batch: Rowful) -> Result<bool, FlowError> {
    let (directory, ids, now) = (flow.directory(), flow.ids(), flow.now());
    let write = move |tx: &mut Tx| {
        let Some(import) = tables::import::get(tx, id)?.filter(|import| import.state == ImportState::Running) else {
            return Ok(false);
        };
        let mut keeping = Keeping::new(&directory, Some(id));
        let (mut added, mut known, mut changed) = (0, 0, 0);
        let (mut bad, mut remarks) = (batch.bad, batch.remarks);
        let of =
            |row: u64, said: BadFeedback| BadRow { row, line: 0, column: said.field, reason: said.reason, sample: String::new() };
        for (row, entry) in &batch.rows {
            match keeping.keep(tx, entry, &mut || ids.next(now))? {
                Became::Kept(_, wrote, left_out) => {
                    match wrote {
                        Wrote::Added => added += 1,
                        Wrote::Known => known += 1,
                        Wrote::Changed => changed += 1,
                    }
                    remarks.extend(left_out.into_iter().map(|said| of(*row, said)));
                }
                Became::Refused(said) => bad.push(of(*row, said)),
            }
        }
        let lost = bad.len() as u64;
        bad.extend(remarks);
        bad.sort_by_key(|bad| bad.row);
        bad.truncate(MOST_BAD_ROWS.saturating_sub(import.bad) as usize);
        tables::import::add_bad_rows(tx, id, &bad)?;
        let import = Import {
            done: batch.last.unwrap_or(import.done),
            added: import.added + added,
            known: import.known + known,
            revised: import.revised + changed,
            bad: import.bad + lost,
            ..import
        };
        tables::import::update(tx, &import)?;
        Ok(true)
    };
    Ok(flow.store.write(&Scope::system(), write).await?)
}

//! Importing a file: it is handed over, looked at, confirmed by a person, and comes in batch by batch; a batch, its place
//! in the file and its bad rows are written in one transaction, so that a crash loses and doubles nothing.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;

use heard_channels::posts::at::At;
use heard_channels::posts::detect::detect;
use heard_channels::posts::file::{self, Row, Rows, Taking};
use heard_domain::audit::{Act, Noun};
use heard_domain::channel::Channel;
use heard_domain::feedback::BadFeedback;
use heard_domain::id::{ImportId, JobId, PostId};
use heard_domain::import::{BadRow, Import, ImportKind, ImportState, Mapping, Meaning};
use heard_domain::job::Job;
use heard_domain::scope::{Reach, Scope};
use heard_domain::starter::industry::Industry;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::{Tx, View};
use serde_json::json;

use crate::arrange::{name, starter};
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::hear::entries;
use crate::hear::held::{MOST_BAD_ROWS, end, forget_file, source, unreadable};
use crate::hear::names::Names;
use crate::hear::origin::{self, find_or_make};
use crate::hear::receive;
use crate::hear::take::{Batch, Heard, OnChange, Prepared, keep, prepare};
use crate::understand::Understanding;

/// How many rows are written at a time: enough that commits cost little and days that many of them speak of are counted
/// once; few enough that others who write wait a third of a second at most.
const BATCH: usize = 3_000;

/// So many of a batch are looked for first: where none of them is there, hardly any is, and all are read.
const TRIED: usize = 24;

/// A batch of long texts ends earlier, at so many bytes.
const BATCH_BYTES: usize = 8 << 20;

/// An import in sight. Who may bring in files may also see what becomes of them.
pub async fn get(flow: &Flow, scope: &Scope, id: ImportId) -> Result<Import, FlowError> {
    if !scope.may(Grant::Import) {
        need(scope, Grant::ReadImports)?;
    }
    let import = flow.store.read(scope, move |view| tables::import::get(view, id)).await?;
    import.ok_or(FlowError::Missing("import"))
}

/// The latest imports, newest first.
pub async fn list(flow: &Flow, scope: &Scope, limit: usize) -> Result<Vec<Import>, FlowError> {
    need(scope, Grant::ReadImports)?;
    Ok(flow.store.read(scope, move |view| tables::import::list(view, limit)).await?)
}

/// The bad rows of an import, in the order of the file. Who may not read what the file holds sees no samples.
pub async fn bad_rows(flow: &Flow, scope: &Scope, id: ImportId, skip: u64, limit: usize) -> Result<Vec<BadRow>, FlowError> {
    let import = get(flow, scope, id).await?;
    flow.noted(scope.actor.into(), Act::Saw, Noun::Import, Some(id.0), json!({ "rows": "bad" }));
    let mut rows = flow.store.read(scope, move |view| tables::import::bad_rows(view, id, skip, limit)).await?;
    if !may_read(scope, import.mapping.kind) {
        rows.iter_mut().for_each(mask);
    }
    Ok(rows)
}

/// Takes out of a bad row what stands in the file: the sample, and the words that the reason quotes.
pub(crate) fn mask(row: &mut BadRow) {
    row.sample.clear();
    let mut quoted = false;
    let mut reason = String::with_capacity(row.reason.len());
    for c in row.reason.chars() {
        quoted &= c != '”';
        if !quoted {
            reason.push(c);
        }
        if c == '“' {
            quoted = true;
            reason.push('…');
        }
    }
    row.reason = reason;
}

/// Whether somebody may see what stands in a file of this kind: customers' words, or who they are.
pub fn may_read(scope: &Scope, kind: ImportKind) -> bool {
    match kind {
        ImportKind::Feedback => scope.may(Grant::ReadFeedback) && scope.may(Grant::ReadPersons),
        ImportKind::Accounts | ImportKind::Persons | ImportKind::Events => scope.may(Grant::ReadPersons),
        ImportKind::Exposures => scope.may(Grant::ReadFigures),
    }
}

/// Whether anything is said by rows of feedback that are understood so: by words, a rating or an attribute.
pub(crate) fn says(mapping: &Mapping) -> bool {
    let says = |meaning: &Meaning| matches!(meaning, Meaning::Text | Meaning::Rating { .. } | Meaning::Attribute { .. });
    mapping.columns.iter().any(|(_, meaning)| says(meaning))
}

/// A person has seen how the columns are understood: rows begin to come in. Where the company has no journey yet, the
/// starter of an industry gives it one.
pub async fn confirm(
    flow: &Flow,
    scope: &Scope,
    id: ImportId,
    mapping: Mapping,
    industry: Option<Industry>,
) -> Result<Import, FlowError> {
    need(scope, Grant::Import)?;
    let import = get(flow, scope, id).await?;
    if import.state != ImportState::Preview {
        return Err(FlowError::Conflict(format!(
            "this import is {}, not waiting to be confirmed",
            import.state.label().to_lowercase()
        )));
    }
    let feedback = mapping.kind == ImportKind::Feedback;
    if feedback && !says(&mapping) {
        return Err(FlowError::rule("columns", "choose at least one column as words, rating or attribute"));
    }
    let names_posts = mapping.columns.iter().any(|(_, meaning)| *meaning == Meaning::Post);
    if names_posts && matches!(scope.reach, Reach::Posts(_)) {
        let why = "one of them names listening posts: who sees only some posts has to leave it out";
        return Err(FlowError::rule("columns", why));
    }
    let import = if feedback {
        let import = Import { mapping: Mapping { post: name::name("post", &mapping.post)?, ..mapping }, ..import };
        opened(flow, &import).await?;
        import
    } else {
        if matches!(scope.reach, Reach::Posts(_)) {
            return Err(FlowError::Forbidden);
        }
        let import = Import { mapping, ..import };
        entries::opened(flow, &import).await?;
        import
    };
    if let Some(industry) = industry.filter(|_| starter::wanted(flow)) {
        starter::adopt(flow, scope, industry).await?;
    }
    let (new_post, job, now) = (PostId(flow.id()), JobId(flow.id()), flow.now());
    let confirmed = flow
        .store
        .write(scope, move |tx| {
            let again = tables::import::get(tx, id)?.filter(|import| import.state == ImportState::Preview);
            if again.is_none() {
                return Ok(None);
            }
            let post = if feedback {
                Some(find_or_make(tx, now, new_post, &import.mapping.post, import.mapping.channel)?)
            } else {
                None
            };
            if let Some(shape) = tables::import::shape(tx, id)? {
                tables::mapping::remember(tx, &shape, &import.mapping, now)?;
            }
            let import = Import { state: ImportState::Running, post, ..import };
            tables::import::update(tx, &import)?;
            tables::job::add(tx, job, &Job::Import { import: id }, now)?;
            let detail = json!({ "kind": import.mapping.kind, "post": import.mapping.post, "rows": import.rows });
            tables::audit::note(tx, now, Act::Confirmed, Noun::Import, id.0, &detail)?;
            Ok(Some(import))
        })
        .await?;
    flow.refresh().await?;
    confirmed.ok_or_else(|| FlowError::Conflict("somebody else has confirmed this import meanwhile".into()))
}

/// Stops an import; what came in so far stays.
pub async fn cancel(flow: &Flow, scope: &Scope, id: ImportId) -> Result<Import, FlowError> {
    need(scope, Grant::Import)?;
    get(flow, scope, id).await?;
    let now = flow.now();
    let import = flow
        .store
        .write(scope, move |tx| {
            let Some(import) = tables::import::get(tx, id)? else { return Ok(None) };
            if !matches!(import.state, ImportState::Preview | ImportState::Running) {
                return Ok(Some(import));
            }
            let import = Import { state: ImportState::Cancelled, finished: Some(now), ..import };
            tables::import::update(tx, &import)?;
            tables::audit::note(tx, now, Act::Cancelled, Noun::Import, id.0, &json!({ "rows": import.done }))?;
            Ok(Some(import))
        })
        .await?;
    let import = import.ok_or(FlowError::Missing("import"))?;
    if import.state == ImportState::Cancelled {
        forget_file(flow, id);
    }
    Ok(import)
}

/// Goes on with an import where it stopped, to its end.
pub(crate) async fn run(flow: &Flow, id: ImportId) -> Result<(), FlowError> {
    let scope = Scope::system();
    let import = flow.store.read(&scope, move |view| tables::import::get(view, id)).await?;
    let Some(import) = import.filter(|import| import.state == ImportState::Running) else { return Ok(()) };
    if import.mapping.kind != ImportKind::Feedback {
        return entries::run(flow, &import).await;
    }
    let Some(post) = import.post else { return Ok(()) };
    let channel = import.mapping.channel;
    flow.pace(id, import.done);
    let mut rows = match opened(flow, &import).await {
        Ok(rows) => rows,
        Err(FlowError::Rule { field, reason }) => return end(flow, id, Some(format!("{field}: {reason}"))).await,
        Err(other) => return Err(other),
    };
    let (timed, done) = (import.mapping.columns.iter().any(|(_, meaning)| *meaning == Meaning::Time), import.done);
    let skip = move || rows.skip_to(done).map(|()| rows).map_err(unreadable);
    rows = tokio::task::spawn_blocking(skip).await.map_err(FlowError::internal)??;
    // The next batch is read while the one before is written.
    let (hand, mut waiting) = tokio::sync::mpsc::channel(1);
    let gather = async move {
        loop {
            let batch;
            (rows, batch) = next(flow, rows, (post, channel), timed).await?;
            let last = batch.is_last();
            if hand.send(batch).await.is_err() || last {
                return Ok::<(), FlowError>(());
            }
        }
    };
    let keep = async move {
        while let Some(batch) = waiting.recv().await {
            let (failure, last) = (batch.failure.clone(), batch.is_last());
            if batch.last.is_some() && !write(flow, id, batch).await? {
                forget_file(flow, id);
                return Ok(());
            }
            if last {
                return end(flow, id, failure).await;
            }
            if flow.stopping() {
                return Ok(());
            }
        }
        Ok(())
    };
    // Whichever fails first ends both: a reader of the file that failed has nothing more to hand over.
    tokio::try_join!(gather, keep).map(|_| ())
}

/// The next rows of the file, read as far as they are new to their post.
async fn next(
    flow: &Flow,
    mut rows: Rows<BufReader<File>>,
    usual: (PostId, Channel),
    timed: bool,
) -> Result<(Rows<BufReader<File>>, Rowful), FlowError> {
    let (ids, now) = (flow.ids(), flow.now());
    let cut = move || {
        let batch = next_batch(&mut rows, timed, || ids.next(now));
        (rows, batch)
    };
    let (rows, mut batch) = tokio::task::spawn_blocking(cut).await.map_err(FlowError::internal)?;
    let posts = origin::posts(flow, usual, &batch.named).await?;
    batch.rows.iter_mut().zip(posts).for_each(|((_, own, _), post)| *own = post);
    let mut keys: BTreeMap<PostId, Vec<String>> = BTreeMap::new();
    for (_, post, row) in &batch.rows {
        keys.entry(*post).or_default().extend(row.as_ref().ok().map(|row| row.new.key.clone()));
    }
    let there = move |view: &View| {
        let mut there: HashSet<(PostId, String)> = HashSet::new();
        for (post, keys) in &keys {
            let find = |keys: &[&str]| tables::feedback::by_keys(view, *post, keys);
            let tried: Vec<&str> = keys.iter().step_by(keys.len().div_ceil(TRIED).max(1)).map(String::as_str).collect();
            if find(&tried)?.is_empty() {
                continue;
            }
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            there.extend(find(&keys)?.into_keys().map(|key| (*post, key)));
        }
        Ok(there)
    };
    let known = flow.store.read(&Scope::system(), there).await?;
    let understanding = flow.look();
    let read = move || {
        for (_, post, row) in &mut batch.rows {
            let Ok(row) = row else { continue };
            if !known.contains(&(*post, row.new.key.clone())) {
                row.read(&understanding, *post);
            }
        }
        batch.understanding = Some(understanding);
        batch
    };
    let batch = tokio::task::spawn_blocking(read).await.map_err(FlowError::internal)?;
    Ok((rows, batch))
}

/// Rows that were read from the file, checked and hashed, and not yet written.
struct Rowful {
    /// Each with its number and its post.
    rows: Vec<(u64, PostId, Result<Prepared, BadFeedback>)>,
    /// The post that each row names itself.
    named: Vec<Option<At>>,
    bad: Vec<BadRow>,
    remarks: Vec<BadRow>,
    last: Option<u64>,
    failure: Option<String>,
    /// What the rows were read by.
    understanding: Option<Understanding>,
}

impl Rowful {
    fn is_last(&self) -> bool {
        self.last.is_none() || self.failure.is_some()
    }
}

fn next_batch(rows: &mut Rows<BufReader<File>>, timed: bool, mut id: impl FnMut() -> i64) -> Rowful {
    let mut batch = Rowful {
        rows: Vec::with_capacity(BATCH),
        named: Vec::with_capacity(BATCH),
        bad: Vec::new(),
        remarks: Vec::new(),
        last: None,
        failure: None,
        understanding: None,
    };
    let mut bytes = 0;
    while batch.rows.len() + batch.bad.len() < BATCH && bytes < BATCH_BYTES {
        let Some(row) = rows.next() else { break };
        match row {
            Ok(Ok(Row { row, feedback, remarks, post })) => {
                batch.last = Some(row);
                bytes += feedback.text.len();
                batch.remarks.extend(remarks);
                batch.named.push(post);
                // Which post this is, is looked up for all of them together.
                batch.rows.push((row, PostId(0), prepare(id(), feedback, timed)));
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

/// Writes a batch with its place in the file; false if the import was stopped meanwhile.
async fn write(flow: &Flow, id: ImportId, mut batch: Rowful) -> Result<bool, FlowError> {
    if !batch.understanding.take().is_some_and(|understanding| understanding.reads_like(&flow.look())) {
        batch.rows.iter_mut().filter_map(|(.., row)| row.as_mut().ok()).for_each(Prepared::unread);
    }
    let (by, now, ids, deeply) = (flow.look(), flow.now(), flow.ids(), flow.deep().is_some());
    let write = move |tx: &mut Tx| {
        let Some(import) = tables::import::get(tx, id)?.filter(|import| import.state == ImportState::Running) else {
            return Ok(None);
        };
        let (job, route) = (JobId(ids.next(now)), JobId(ids.next(now)));
        let deeply = deeply.then(|| Arc::clone(&ids));
        let mut names = Names::of(by.directory, by.names, move || ids.next(now));
        // In the order of the file: what is known of a person grows from row to row.
        let rows: Vec<(PostId, &Result<Prepared, BadFeedback>)> = batch.rows.iter().map(|(_, post, row)| (*post, row)).collect();
        let common = Batch { import: Some(id), on_change: OnChange::Revise, now, job, route, deeply };
        let heard = keep(tx, &mut names, &common, &rows)?;
        let refused = batch.rows.iter().zip(&heard).filter_map(|((row, ..), heard)| match heard {
            Heard::Refused(bad) => {
                Some(BadRow { row: *row, line: 0, column: bad.field.clone(), reason: bad.reason.clone(), sample: String::new() })
            }
            _ => None,
        });
        let mut bad: Vec<BadRow> = batch.bad;
        bad.extend(refused);
        let lost = bad.len() as u64;
        bad.extend(batch.remarks);
        bad.sort_by_key(|bad| bad.row);
        let count = |wanted: fn(&Heard) -> bool| heard.iter().filter(|heard| wanted(heard)).count() as u64;
        let room = MOST_BAD_ROWS.saturating_sub(import.bad) as usize;
        bad.truncate(room);
        tables::import::add_bad_rows(tx, id, &bad)?;
        let import = Import {
            done: batch.last.unwrap_or(import.done),
            added: import.added + count(|heard| matches!(heard, Heard::Added(_))),
            known: import.known + count(|heard| matches!(heard, Heard::Known(_) | Heard::Differs(_))),
            revised: import.revised + count(|heard| matches!(heard, Heard::Revised(_))),
            bad: import.bad + lost,
            ..import
        };
        tables::import::update(tx, &import)?;
        Ok(Some(names.grown()))
    };
    let grown = flow.store.write(&Scope::system(), write).await?;
    if grown == Some(true) {
        flow.refresh().await?;
    }
    Ok(grown.is_some())
}

/// The rows of an import, from the first.
pub(crate) async fn opened(flow: &Flow, import: &Import) -> Result<Rows<BufReader<File>>, FlowError> {
    let path = receive::path(flow, import.id);
    let (mapping, hash, now) = (import.mapping.clone(), import.hash.clone(), import.at);
    let zone = flow.directory().company.zone.clone();
    let open = move || {
        let mut source = source(&path)?;
        let shape = detect(&mut source).map_err(unreadable)?;
        file::open(source, &shape, &mapping, &Taking { hash: &hash, zone: &zone, now }).map_err(unreadable)
    };
    tokio::task::spawn_blocking(open).await.map_err(FlowError::internal)?
}

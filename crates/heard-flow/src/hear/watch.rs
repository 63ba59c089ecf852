//! A watched folder: files that have stopped growing come in by themselves, where it is known how they are understood; the
//! others wait for a person. Afterwards a file lies in `done` or `failed` beside it, never nowhere. What is known of a file is
//! kept with its import, so that the program may be killed at any moment.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use heard_channels::posts::guess::GENERIC;
use heard_domain::hex::hex;
use heard_domain::import::{Import, ImportState, Mapping};
use heard_domain::scope::Scope;
use heard_store::tables;
use sha2::{Digest, Sha256};

use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::import::confirm;
use crate::hear::preview::hand_over_from;
use crate::hear::receive::{Receiving, io};

/// Names that programs give to files which they are still writing.
const PARTIAL: &[&str] = &["part", "tmp", "partial", "crdownload", "filepart", "download", "swp"];

/// A folder that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// The folder.
    pub folder: PathBuf,
    /// The post that feedback from here goes to, whatever the file says; made if there is none.
    pub post: Option<String>,
    /// The template by which files from here are understood.
    pub template: Option<String>,
}

/// What was seen of a file.
struct Seen {
    length: u64,
    changed: Option<SystemTime>,
    /// Of its bytes, once it has stopped growing.
    hash: Option<String>,
}

/// The watched folders, and what was seen in them.
pub struct Watcher {
    watches: Vec<Watch>,
    seen: HashMap<PathBuf, Seen>,
    /// Folders that could not be read at the last look: it is said once.
    unread: HashSet<PathBuf>,
}

/// Looks at the folders again and again until `stop` is done.
pub async fn run(flow: Arc<Flow>, watches: Vec<Watch>, every: Duration, stop: impl Future<Output = ()> + Send) {
    let mut watcher = Watcher::new(watches);
    tokio::pin!(stop);
    loop {
        watcher.look(&flow).await;
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}

impl Watcher {
    /// Nothing is seen yet.
    pub fn new(watches: Vec<Watch>) -> Self {
        Self { watches, seen: HashMap::new(), unread: HashSet::new() }
    }

    /// Looks once. What goes wrong is logged and tried again at the next look.
    pub async fn look(&mut self, flow: &Arc<Flow>) {
        let mut there = Vec::new();
        for watch in self.watches.clone() {
            match files(&watch.folder) {
                Ok(found) => {
                    self.unread.remove(&watch.folder);
                    for path in found {
                        if let Err(error) = self.one(flow, &watch, &path).await {
                            tracing::warn!(folder = %watch.folder.display(), %error, "a watched file is tried again later");
                        }
                        there.push(path);
                    }
                }
                Err(error) => {
                    if self.unread.insert(watch.folder.clone()) {
                        tracing::warn!(folder = %watch.folder.display(), %error, "a watched folder cannot be read");
                    }
                }
            }
        }
        self.seen.retain(|path, _| there.contains(path));
    }

    async fn one(&mut self, flow: &Arc<Flow>, watch: &Watch, path: &Path) -> Result<(), FlowError> {
        let metadata = fs::symlink_metadata(path).map_err(io)?;
        let (length, changed) = (metadata.len(), metadata.modified().ok());
        let grown = self.seen.get(path).is_none_or(|seen| seen.length != length || seen.changed != changed);
        if grown {
            self.seen.insert(path.to_owned(), Seen { length, changed, hash: None });
            return Ok(());
        }
        let known = self.seen.get(path).and_then(|seen| seen.hash.clone());
        let hash = if let Some(hash) = known {
            hash
        } else {
            let (own, own_metadata) = (path.to_owned(), metadata.clone());
            let hash = tokio::task::spawn_blocking(move || hash(&own, &own_metadata)).await.map_err(FlowError::internal)??;
            if let Some(seen) = self.seen.get_mut(path) {
                seen.hash = Some(hash.clone());
            }
            hash
        };
        let source = path.to_string_lossy().into_owned();
        let imports = flow.store.read(&Scope::system(), move |view| tables::import::by_hash(view, &hash)).await?;
        let busy = |import: &&Import| matches!(import.state, ImportState::Preview | ImportState::Running | ImportState::Undoing);
        if let Some(import) = imports.iter().find(busy) {
            if import.state == ImportState::Preview && import.source.as_deref() == Some(&source) {
                return begin(flow, watch, import).await;
            }
            return Ok(());
        }
        // What was undone comes in again: whoever puts it here wants it.
        let own = imports.iter().find(|import| import.source.as_deref() == Some(&source)).cloned();
        match own.filter(|import| import.state != ImportState::Undone) {
            None => take(flow, watch, path, &metadata, &source).await,
            Some(import) => {
                let reason = match import.state {
                    ImportState::Done => None,
                    ImportState::Cancelled => Some("A person threw it away.".to_owned()),
                    _ => Some(import.failure.clone().unwrap_or_else(|| "The reason is in the log.".to_owned())),
                };
                let moved = put_away(path, reason.as_deref())?;
                let now_at = moved.to_string_lossy().into_owned();
                let id = import.id;
                let follow = move |tx: &mut heard_store::view::Tx| {
                    let Some(import) = tables::import::get(tx, id)? else { return Ok(()) };
                    tables::import::update(tx, &Import { source: Some(now_at), ..import })
                };
                Ok(flow.store.write(&Scope::system(), follow).await?)
            }
        }
    }
}

/// The files of a folder that may come in, by name: no folders, no links, nothing hidden or still being written.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        let hidden = name.starts_with(['.', '~']) || name.ends_with('~') || PARTIAL.contains(&ending.as_str());
        // The type is that of the entry itself: a link is never followed.
        if !hidden && !name.ends_with(".reason.txt") && entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Opens a file that was looked at, unless something else took its place meanwhile.
fn opened(path: &Path, seen: &Metadata) -> Result<File, FlowError> {
    let file = File::open(path).map_err(io)?;
    let now = file.metadata().map_err(io)?;
    #[cfg(unix)]
    let same = {
        use std::os::unix::fs::MetadataExt;
        now.ino() == seen.ino() && now.dev() == seen.dev()
    };
    #[cfg(not(unix))]
    let same = now.is_file();
    if !same || now.len() != seen.len() {
        return Err(FlowError::Conflict("the file was exchanged while it was opened".to_owned()));
    }
    Ok(file)
}

fn each_part(file: &mut File, mut each: impl FnMut(&[u8]) -> Result<(), FlowError>) -> Result<(), FlowError> {
    let mut bytes = vec![0; 1 << 18];
    loop {
        let n = file.read(&mut bytes).map_err(io)?;
        let Some(part) = bytes.get(..n).filter(|part| !part.is_empty()) else { return Ok(()) };
        each(part)?;
    }
}

fn hash(path: &Path, seen: &Metadata) -> Result<String, FlowError> {
    let mut digest = Sha256::new();
    each_part(&mut opened(path, seen)?, |part| {
        digest.update(part);
        Ok(())
    })?;
    Ok(hex(&digest.finalize()))
}

/// Hands a file over, and begins where it is known how it is understood.
async fn take(flow: &Arc<Flow>, watch: &Watch, path: &Path, seen: &Metadata, source: &str) -> Result<(), FlowError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (own, place, metadata) = (Arc::clone(flow), path.to_owned(), seen.clone());
    let copy = move || {
        let mut file = opened(&place, &metadata)?;
        let mut received = Receiving::begin(&own, &Scope::system())?;
        each_part(&mut file, |part| received.write(part))?;
        Ok::<_, FlowError>(received)
    };
    let received = tokio::task::spawn_blocking(copy).await.map_err(FlowError::internal)??;
    match hand_over_from(flow, &Scope::system(), &name, received, Some(source.to_owned())).await {
        Ok(import) if import.source.as_deref() == Some(source) => begin(flow, watch, &import).await,
        Ok(_) => Ok(()),
        // The file itself is at fault: it would be no other at the next look.
        Err(FlowError::Rule { field, reason }) => put_away(path, Some(&format!("{field}: {reason}"))).map(|_| ()),
        Err(other) => Err(other),
    }
}

/// Begins an import where a template, a recognised layout or an earlier file of the same shape says how it is understood.
async fn begin(flow: &Flow, watch: &Watch, import: &Import) -> Result<(), FlowError> {
    let (id, template) = (import.id, watch.template.clone());
    let known = move |view: &heard_store::view::View| {
        let template = template.map(|name| tables::template::by_name(view, &name)).transpose()?;
        let shape = tables::import::shape(view, id)?;
        let recalled = shape.map(|shape| tables::mapping::recall(view, &shape)).transpose()?.flatten();
        Ok((template, recalled))
    };
    let (template, recalled) = flow.store.read(&Scope::system(), known).await?;
    let columns = import.mapping.columns.iter().map(|(name, _)| name.as_str());
    let mapping = match template {
        Some(Some(template)) => template.mapping.fitted(columns),
        Some(None) => {
            tracing::warn!(template = ?watch.template, "there is no such template: the file waits for a person");
            return Ok(());
        }
        None if recalled.is_some() || import.mapping.preset != GENERIC => import.mapping.clone(),
        None => return Ok(()),
    };
    let mapping = Mapping { post: watch.post.clone().unwrap_or(mapping.post), ..mapping };
    match confirm(flow, &Scope::system(), import.id, mapping, None).await {
        Ok(_) | Err(FlowError::Conflict(_)) => Ok(()),
        // It does not fit as it is: a person decides.
        Err(FlowError::Rule { field, reason }) => {
            tracing::info!(import = %import.id, field, reason, "a watched file waits for a person");
            Ok(())
        }
        Err(other) => Err(other),
    }
}

/// Moves a file to `done`, or with a reason to `failed`; where it lies now. Nothing is ever overwritten.
fn put_away(path: &Path, reason: Option<&str>) -> Result<PathBuf, FlowError> {
    let lost = || FlowError::internal("a watched file without a folder");
    let (folder, name) = (path.parent().ok_or_else(lost)?, path.file_name().ok_or_else(lost)?);
    let folder = folder.join(if reason.is_some() { "failed" } else { "done" });
    match fs::symlink_metadata(&folder) {
        Ok(there) if there.is_dir() => {}
        Ok(_) => return Err(FlowError::Conflict(format!("{} is no folder", folder.display()))),
        Err(_) => fs::create_dir(&folder).map_err(io)?,
    }
    let name = name.to_string_lossy();
    let (stem, ending) = name.rsplit_once('.').map_or((&*name, String::new()), |(stem, ending)| (stem, format!(".{ending}")));
    for n in 1..10_000 {
        let own = if n == 1 { name.to_string() } else { format!("{stem} ({n}){ending}") };
        let target = folder.join(&own);
        // A hard link fails where something is there already, a renaming would overwrite it.
        match fs::hard_link(path, &target) {
            Ok(()) => {
                if let Some(reason) = reason {
                    fs::write(folder.join(format!("{own}.reason.txt")), format!("{reason}\n")).map_err(io)?;
                }
                fs::remove_file(path).map_err(io)?;
                return Ok(target);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                if same_file(path, &target) {
                    // It was killed between the link and the removal.
                    fs::remove_file(path).map_err(io)?;
                    return Ok(target);
                }
            }
            Err(_) => {
                // No links on this file system: renaming is the next best.
                if fs::symlink_metadata(&target).is_err() {
                    fs::rename(path, &target).map_err(io)?;
                    if let Some(reason) = reason {
                        fs::write(folder.join(format!("{own}.reason.txt")), format!("{reason}\n")).map_err(io)?;
                    }
                    return Ok(target);
                }
            }
        }
    }
    Err(FlowError::Conflict(format!("{} holds too many files of this name", folder.display())))
}

#[cfg(unix)]
fn same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let both = fs::symlink_metadata(one).ok().zip(fs::symlink_metadata(other).ok());
    both.is_some_and(|(one, other)| one.ino() == other.ino() && one.dev() == other.dev())
}

#[cfg(not(unix))]
fn same_file(_: &Path, _: &Path) -> bool {
    false
}

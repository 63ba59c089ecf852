//! Looking at a file before anything is taken: how its columns are understood, the first rows as they would be heard,
//! and the rows that could not be taken.

use std::path::Path;

use heard_channels::operations;
use heard_channels::posts::detect::detect;
use heard_channels::posts::guess::guess;
use heard_channels::posts::recall::recall;
use heard_channels::posts::shape::Shape;
use heard_channels::posts::survey::{Survey, survey};
use heard_domain::audit::{Act, Noun};
use heard_domain::feedback::{NewAuthor, NewFeedback};
use heard_domain::id::ImportId;
use heard_domain::import::{BadRow, Import, ImportKind, ImportState, Mapping};
use heard_domain::operation::Entry;
use heard_domain::scope::Scope;
use heard_domain::starter::industry::{Industry, suggest};
use heard_domain::user::Grant;
use heard_store::tables;
use serde_json::json;

use crate::arrange::starter;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::hear::entries;
use crate::hear::held::{forget_file, source, unreadable};
use crate::hear::import::{get, mask, may_read, opened, says};
use crate::hear::receive::{Receiving, path};

/// How many rows are tried for the preview.
const TRIED: usize = 2_000;

/// How many good rows, and how many bad ones, are shown.
const SHOWN: usize = 20;

/// A file as it would be heard.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The import, with the mapping that was tried.
    pub import: Import,
    /// The first rows as they would be heard.
    pub rows: Vec<(u64, NewFeedback)>,
    /// The first rows of operational data as they would be kept.
    pub entries: Vec<(u64, Entry)>,
    /// How sure the guess of each column is (0-1), and why; `None` where it was not guessed.
    pub sure: Option<Vec<(f32, String)>>,
    /// What should be known before it is confirmed: which sheet is read, what was guessed, what is unlike last time.
    pub remarks: Vec<String>,
    /// Whether what the file holds is hidden, because who looks may not read it.
    pub hidden: bool,
    /// The first rows that could not be taken, or only in part.
    pub bad: Vec<BadRow>,
    /// How many rows were tried.
    pub tried: u64,
    /// How many of these could not be taken.
    pub refused: u64,
    /// Whether the mapping was remembered from a file of the same shape.
    pub remembered: bool,
    /// An earlier import of the very same bytes.
    pub earlier: Option<Import>,
    /// Where the company has no journey yet: the industry whose starter seems to fit.
    pub industry: Option<Industry>,
}

/// What a file is, before a person has said anything.
struct Looked {
    shape: Shape,
    mapping: Mapping,
    sure: Vec<(f32, String)>,
    remarks: Vec<String>,
    survey: Survey,
}

/// Looks at a file; `kind`: what its rows are said to be.
fn look(place: &Path, kind: Option<ImportKind>) -> Result<Looked, FlowError> {
    let shape = detect(&mut source(place)?).map_err(unreadable)?;
    let survey = survey(&mut source(place)?, &shape).map_err(unreadable)?;
    let feedback = guess(&shape, &survey);
    let guessed = match kind {
        None => operations::guess::guess(&survey, feedback),
        Some(kind) => operations::guess::as_kind(&survey, feedback, kind),
    };
    let sure = guessed.sure.into_iter().map(|sure| (sure.confidence, sure.because)).collect();
    // What rows of operations are, is said without a word on the file: which part of it is read is true of any rows.
    let remarks = if guessed.remarks.is_empty() { shape.notes.clone() } else { guessed.remarks };
    Ok(Looked { mapping: guessed.mapping, sure, remarks, shape, survey })
}

/// How the columns of a file that waits are understood if its rows are of this kind, with how sure that is, and why.
pub async fn as_kind(
    flow: &Flow,
    scope: &Scope,
    id: ImportId,
    kind: ImportKind,
) -> Result<(Mapping, Vec<(f32, String)>), FlowError> {
    need(scope, Grant::Import)?;
    get(flow, scope, id).await?;
    let place = path(flow, id);
    let looked = tokio::task::spawn_blocking(move || look(&place, Some(kind))).await.map_err(FlowError::internal)??;
    Ok((looked.mapping, looked.sure))
}

/// Takes over a file that has come in whole and guesses what its rows are and what its columns mean. While an import of the
/// same bytes is unfinished, it is that import.
pub async fn hand_over(flow: &Flow, scope: &Scope, name: &str, file: Receiving) -> Result<Import, FlowError> {
    hand_over_from(flow, scope, name, file, None).await
}

/// The same for a file from a watched folder: `from` is where it lies.
pub(crate) async fn hand_over_from(
    flow: &Flow,
    scope: &Scope,
    name: &str,
    file: Receiving,
    from: Option<String>,
) -> Result<Import, FlowError> {
    need(scope, Grant::Import)?;
    let received = file.finish()?;
    let (id, place) = (received.id, path(flow, received.id));
    let looked = tokio::task::spawn_blocking(move || look(&place, None)).await.map_err(FlowError::internal)?;
    let looked = looked.inspect_err(|_: &FlowError| forget_file(flow, id))?;
    let import = Import {
        id,
        name: tidy(name),
        hash: received.hash,
        bytes: received.bytes,
        format: looked.shape.format,
        mapping: looked.mapping,
        post: None,
        state: ImportState::Preview,
        rows: Some(looked.survey.rows),
        done: 0,
        added: 0,
        known: 0,
        revised: 0,
        bad: 0,
        failure: None,
        at: flow.now(),
        finished: None,
        undoing: None,
        source: from,
    };
    let shape = looked.shape.hash();
    let (sure, survey, remarks, notes) = (looked.sure, looked.survey, looked.remarks, looked.shape.notes);
    let kept = flow
        .store
        .write(scope, move |tx| {
            let unfinished = |import: &Import| matches!(import.state, ImportState::Preview | ImportState::Running);
            if let Some(there) = tables::import::by_hash(tx, &import.hash)?.into_iter().find(unfinished) {
                return Ok(there);
            }
            let remembered = tables::mapping::recall(tx, &shape)?;
            let guessed = remembered.is_none();
            let (mapping, remarks) = match remembered {
                Some(mapping) => {
                    let (mapping, unlike) = recall(mapping, &survey);
                    (mapping, notes.into_iter().chain(unlike).collect())
                }
                None => (import.mapping, remarks),
            };
            let import = Import { mapping, ..import };
            tables::import::insert(tx, &import, &shape)?;
            tables::import::set_remarks(tx, import.id, &remarks)?;
            if guessed {
                tables::import::set_sure(tx, import.id, &sure)?;
            }
            let detail = json!({ "bytes": import.bytes, "format": import.format });
            tables::audit::note(tx, import.at, Act::Added, Noun::Import, import.id.0, &detail)?;
            Ok(import)
        })
        .await;
    if kept.as_ref().map_or(true, |import| import.id != id) {
        forget_file(flow, id);
    }
    Ok(kept?)
}

/// The file's name without folders and controls, at most 120 characters.
fn tidy(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
    if name.trim().is_empty() { "file".to_owned() } else { name }
}

/// Looks at an import that waits to be confirmed, as it would be heard under `mapping` (`None`: the one it has).
pub async fn preview(flow: &Flow, scope: &Scope, id: ImportId, mapping: Option<Mapping>) -> Result<Preview, FlowError> {
    let import = get(flow, scope, id).await?;
    if import.state != ImportState::Preview {
        return Err(FlowError::Conflict(format!(
            "this import is {}, not waiting to be confirmed",
            import.state.label().to_lowercase()
        )));
    }
    flow.noted(scope.actor.into(), Act::Saw, Noun::Import, Some(id.0), json!({ "rows": "first" }));
    let (hash, first) = (import.hash.clone(), import.at);
    let (earlier, recalled, sure, remarks) = flow
        .store
        .read(scope, move |view| {
            let same = tables::import::by_hash(view, &hash)?;
            let recalled = match tables::import::shape(view, id)? {
                Some(shape) => tables::mapping::recall(view, &shape)?,
                None => None,
            };
            let sure = tables::import::sure(view, id)?;
            let before =
                |other: &Import| other.id != id && other.at <= first && other.done > 0 && other.state != ImportState::Undone;
            Ok((same.into_iter().find(before), recalled, sure, tables::import::remarks(view, id)?))
        })
        .await?;
    let remembered = mapping.is_none() && recalled.as_ref() == Some(&import.mapping);
    let sure = sure.filter(|_| mapping.is_none() && !remembered);
    let import = Import { mapping: mapping.unwrap_or(import.mapping), ..import };
    let kind = import.mapping.kind;
    let hidden = if kind == ImportKind::Feedback { !scope.may(Grant::ReadFeedback) } else { !may_read(scope, kind) };
    let empty = Preview {
        import,
        rows: vec![],
        entries: vec![],
        sure,
        remarks,
        hidden,
        bad: vec![],
        tried: 0,
        refused: 0,
        remembered,
        earlier,
        industry: None,
    };
    let mut seen = if empty.import.mapping.kind == ImportKind::Feedback {
        try_feedback(flow, empty).await?
    } else {
        try_entries(flow, empty).await?
    };
    if hidden {
        seen.rows.clear();
        seen.entries.clear();
    }
    if !scope.may(Grant::ReadPersons) {
        seen.rows.iter_mut().for_each(|(_, feedback)| feedback.author = NewAuthor::default());
    }
    if !may_read(scope, kind) {
        seen.bad.iter_mut().for_each(mask);
    }
    Ok(seen)
}

async fn try_entries(flow: &Flow, mut preview: Preview) -> Result<Preview, FlowError> {
    let rows = entries::opened(flow, &preview.import).await?;
    let try_rows = move || {
        for row in rows.take(TRIED) {
            preview.tried += 1;
            match row.map_err(unreadable)? {
                Ok(row) => {
                    preview.bad.extend(row.remarks);
                    if preview.entries.len() < SHOWN {
                        preview.entries.push((row.row, row.entry));
                    }
                }
                Err(bad) => {
                    preview.refused += 1;
                    preview.bad.push(bad);
                }
            }
        }
        preview.bad.truncate(SHOWN);
        Ok(preview)
    };
    tokio::task::spawn_blocking(try_rows).await.map_err(FlowError::internal)?
}

async fn try_feedback(flow: &Flow, mut preview: Preview) -> Result<Preview, FlowError> {
    // Rows that say nothing are not heard: it cannot be confirmed so.
    if !says(&preview.import.mapping) {
        return Ok(preview);
    }
    let rows = opened(flow, &preview.import).await?;
    let wanted = starter::wanted(flow);
    let try_rows = move || {
        let mut texts = Vec::new();
        for row in rows.take(TRIED) {
            preview.tried += 1;
            match row.map_err(unreadable)? {
                Ok(row) => {
                    texts.push(row.feedback.text.chars().take(400).collect::<String>());
                    preview.bad.extend(row.remarks);
                    if preview.rows.len() < SHOWN {
                        preview.rows.push((row.row, row.feedback));
                    }
                }
                Err(bad) => {
                    preview.refused += 1;
                    preview.bad.push(bad);
                }
            }
        }
        preview.bad.truncate(SHOWN);
        if wanted {
            let columns = preview.import.mapping.columns.iter().map(|(name, _)| name.as_str());
            preview.industry = Some(suggest(texts.iter().map(String::as_str), columns.chain([preview.import.name.as_str()])));
        }
        Ok(preview)
    };
    tokio::task::spawn_blocking(try_rows).await.map_err(FlowError::internal)?
}

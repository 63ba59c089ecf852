//! Looking at a file before anything is taken: how its columns are understood, the first rows as they would be heard,
//! and the rows that could not be taken.

use heard_channels::posts::guess::guess;
use heard_channels::posts::recall::recall;
use heard_channels::posts::shape::{self, Shape};
use heard_channels::posts::survey::{Survey, survey};
use heard_domain::audit::{Act, Noun};
use heard_domain::feedback::NewFeedback;
use heard_domain::id::ImportId;
use heard_domain::import::{BadRow, Import, ImportState, Mapping};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::{Industry, suggest};
use heard_domain::user::Grant;
use heard_store::tables;
use serde_json::json;

use crate::arrange::starter;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::hear::import::{get, opened, source, unreadable};
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
    survey: Survey,
}

/// Takes over a file that has come in whole and guesses what its columns mean.
pub async fn hand_over(flow: &Flow, scope: &Scope, name: &str, file: Receiving) -> Result<Import, FlowError> {
    need(scope, Grant::Import)?;
    let received = file.finish()?;
    let (id, place) = (received.id, path(flow, received.id));
    let look = move || {
        let shape = shape::detect(&mut source(&place)?).map_err(unreadable)?;
        let survey = survey(&mut source(&place)?, &shape).map_err(unreadable)?;
        Ok(Looked { mapping: guess(&shape, &survey).mapping, shape, survey })
    };
    let looked = tokio::task::spawn_blocking(look).await.map_err(FlowError::internal)?;
    let looked = looked.inspect_err(|_: &FlowError| {
        // It cannot be read: nothing will ever ask for it. If it cannot be removed it only takes up space.
        let _ = std::fs::remove_file(path(flow, id));
    })?;
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
        source: None,
    };
    let shape = looked.shape.hash();
    let import = flow
        .store
        .write(scope, move |tx| {
            let remembered = tables::mapping::recall(tx, &shape)?;
            let mapping = remembered.map_or(import.mapping, |mapping| recall(mapping, &looked.survey).0);
            let import = Import { mapping, ..import };
            tables::import::insert(tx, &import, &shape)?;
            let detail = json!({ "bytes": import.bytes, "format": import.format });
            tables::audit::note(tx, import.at, Act::Added, Noun::Import, import.id.0, &detail)?;
            Ok(import)
        })
        .await?;
    Ok(import)
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
    let (earlier, recalled) = flow
        .store
        .read(scope, move |view| {
            let same = tables::import::by_hash(view, &hash)?;
            let recalled = match tables::import::shape(view, id)? {
                Some(shape) => tables::mapping::recall(view, &shape)?,
                None => None,
            };
            Ok((same.into_iter().find(|other| other.id != id && other.at <= first && other.done > 0), recalled))
        })
        .await?;
    let remembered = mapping.is_none() && recalled.as_ref() == Some(&import.mapping);
    let import = Import { mapping: mapping.unwrap_or(import.mapping), ..import };
    let rows = opened(flow, &import).await?;
    let empty = Preview { import, rows: vec![], bad: vec![], tried: 0, refused: 0, remembered, earlier, industry: None };
    let wanted = starter::wanted(flow);
    let try_rows = move || {
        let mut preview = empty;
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

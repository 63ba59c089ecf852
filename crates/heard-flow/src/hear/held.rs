//! What all imports have in common, whatever their rows are: their bytes, and their end.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use heard_channels::error::Unreadable;
use heard_domain::id::{ImportId, JobId};
use heard_domain::import::{Import, ImportState};
use heard_domain::scope::Scope;
use heard_store::tables;

use crate::act::verify;
use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::receive;

/// How many bad rows of one import are kept by name; all are counted.
pub(crate) const MOST_BAD_ROWS: u64 = 10_000;

/// An import has come to its end, or to where it cannot go on.
pub(crate) async fn end(flow: &Flow, id: ImportId, failure: Option<String>) -> Result<(), FlowError> {
    let (job, now) = (JobId(flow.id()), flow.now());
    flow.store
        .write(&Scope::system(), move |tx| {
            let Some(import) = tables::import::get(tx, id)? else { return Ok(()) };
            let state = if failure.is_some() { ImportState::Failed } else { ImportState::Done };
            let rows = import.rows.or(Some(import.done));
            tables::import::update(tx, &Import { state, failure, rows, finished: Some(now), ..import })?;
            let counted = tables::exposure::stages_of(tx, id)?;
            verify::ask(tx, job, &counted, now)
        })
        .await?;
    forget_file(flow, id);
    Ok(())
}

/// What the file held is in the store now; personal data should not lie about twice.
pub(crate) fn forget_file(flow: &Flow, id: ImportId) {
    if let Err(error) = std::fs::remove_file(receive::path(flow, id))
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(import = %id, %error, "the file of an import that has ended could not be removed");
    }
}

/// The bytes of an import, buffered.
pub(crate) fn source(path: &Path) -> Result<BufReader<File>, FlowError> {
    match File::open(path) {
        Ok(file) => Ok(BufReader::with_capacity(1 << 18, file)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(FlowError::rule("file", "is not there any more: hand it over again"))
        }
        Err(error) => Err(receive::io(error)),
    }
}

/// What is wrong with a file, in words for who handed it over.
pub(crate) fn unreadable(error: Unreadable) -> FlowError {
    match error {
        Unreadable::Broken(error) => receive::io(error),
        Unreadable::Misfit(_) | Unreadable::Mapping(_) => FlowError::rule("columns", error.to_string()),
        Unreadable::Empty | Unreadable::NotText { .. } | Unreadable::Damaged(_) => FlowError::rule("file", error.to_string()),
    }
}

//! What dead programs leave behind: files that nobody will ask for, and imports whose work was given up.

use heard_domain::import::{Import, ImportState};
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_store::tables;
use heard_store::view::Tx;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::held::forget_file;
use crate::hear::receive::io;

/// What is given up by the background work is said where people look: the import has failed, with the reason, and can be
/// handed over or undone again.
pub(crate) async fn give_up(flow: &Flow) -> Result<(), FlowError> {
    let now = flow.now();
    let given_up = move |tx: &mut Tx| {
        let mut ended = Vec::new();
        for waiting in tables::job::given_up(tx)? {
            let (id, undoing) = match waiting.job {
                Job::Import { import } => (import, false),
                Job::Undo { import } => (import, true),
                _ => continue,
            };
            let reason = waiting.failure.unwrap_or_else(|| "Heard ended again and again while it ran".to_owned());
            let wanted = if undoing { ImportState::Undoing } else { ImportState::Running };
            if let Some(import) = tables::import::get(tx, id)?.filter(|import| import.state == wanted) {
                let what = if undoing { "it could not be undone" } else { "given up after many tries" };
                let failure = Some(format!("{what}: {reason}"));
                tables::import::update(tx, &Import { state: ImportState::Failed, failure, finished: Some(now), ..import })?;
                ended.push(id);
            }
            tables::job::finish(tx, waiting.id)?;
        }
        Ok(ended)
    };
    for id in flow.store.write(&Scope::system(), given_up).await? {
        forget_file(flow, id);
    }
    Ok(())
}

/// At the start: removes files that nobody will ask for (their upload was cut off, or their import has ended), and says of
/// imports that were given up that they have failed.
pub(crate) async fn sweep(flow: &Flow) -> Result<(), FlowError> {
    give_up(flow).await?;
    let needed = flow.store.read(&Scope::system(), tables::import::unfinished).await?;
    let needed: Vec<i64> = needed.into_iter().map(|import| import.id.0).collect();
    for entry in std::fs::read_dir(flow.files()).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.strip_suffix(".file")).and_then(|id| id.parse::<i64>().ok());
        if id.is_some_and(|id| id < flow.born() && !needed.contains(&id)) {
            std::fs::remove_file(entry.path()).map_err(io)?;
            tracing::info!(file = ?name, "removed what was left over of a file");
        }
    }
    Ok(())
}

//! How far an import is: rows, rate, time left, and what is still to be read.

use heard_domain::id::ImportId;
use heard_domain::import::{Import, ImportState};
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_store::tables;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::import::get;

/// How far an import is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The import.
    pub import: Import,
    /// Rows a second since it began or went on; `None` where it does not run.
    pub rows_per_second: Option<f64>,
    /// Seconds left for the rows, by that rate.
    pub seconds_left: Option<f64>,
    /// Feedback that is kept and waits to be read, over all sources.
    pub to_be_read: u64,
}

/// How far an import is.
pub async fn progress(flow: &Flow, scope: &Scope, id: ImportId) -> Result<Progress, FlowError> {
    let import = get(flow, scope, id).await?;
    let waiting = flow.store.read(&Scope::system(), |view| tables::job::list(view, 100_000)).await?;
    let to_be_read = waiting.iter().map(|waiting| match &waiting.job {
        Job::Read { feedback } => feedback.len() as u64,
        Job::ReadAgain { .. }
        | Job::ReadDeeply { .. }
        | Job::Foresee
        | Job::Import { .. }
        | Job::Undo { .. }
        | Job::Route { .. }
        | Job::Send { .. }
        | Job::SendLetter { .. }
        | Job::Letters { .. }
        | Job::Verify { .. }
        | Job::Watch { .. }
        | Job::Notify { .. } => 0,
    });
    let to_be_read = to_be_read.sum();
    let rate = flow.rate(id, import.done).filter(|_| import.state == ImportState::Running);
    let left = import.rows.map(|rows| rows.saturating_sub(import.done) as f64);
    let seconds_left = rate.zip(left).map(|(rate, left)| left / rate);
    Ok(Progress { import, rows_per_second: rate, seconds_left, to_be_read })
}

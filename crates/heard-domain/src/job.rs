//! Jobs: background work, written in the same transaction as the state that asks for it. Jobs are idempotent.

use serde::{Deserialize, Serialize};

use crate::id::{FeedbackId, ImportId};

/// A piece of background work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// Read these feedbacks.
    Read {
        /// At most 1,000.
        feedback: Vec<FeedbackId>,
    },
    /// Go on with an import where it stopped.
    Import {
        /// Which.
        import: ImportId,
    },
    /// Go on taking away what an import brought.
    Undo {
        /// Which.
        import: ImportId,
    },
    /// Read all feedback again, after this one (after a change of journey or taxonomy).
    ReadAgain {
        /// The last identifier that was read again; 0 at the beginning.
        after: FeedbackId,
    },
}

impl Job {
    /// Jobs of one kind may be done together.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Read { .. } => "read",
            Self::Import { .. } => "import",
            Self::Undo { .. } => "undo",
            Self::ReadAgain { .. } => "read_again",
        }
    }
}

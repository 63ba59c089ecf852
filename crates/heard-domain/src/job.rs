//! Jobs: background work, written in the same transaction as the state that asks for it. Jobs are idempotent.

use serde::{Deserialize, Deserializer, Serialize, de};

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
        #[serde(deserialize_with = "also_zero")]
        after: FeedbackId,
    },
}

/// No feedback has the identifier 0, and none may come in with it: here alone it is said, of the place before the first.
fn also_zero<'de, D: Deserializer<'de>>(input: D) -> Result<FeedbackId, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(input)?;
    text.parse().map(FeedbackId).map_err(de::Error::custom)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_is_read_back() {
        let jobs = [
            Job::Read { feedback: vec![FeedbackId(1)] },
            Job::Import { import: ImportId(2) },
            Job::Undo { import: ImportId(3) },
            Job::ReadAgain { after: FeedbackId(0) },
            Job::ReadAgain { after: FeedbackId(4) },
        ];
        for job in jobs {
            let kept = serde_json::to_string(&job).unwrap();
            assert_eq!(serde_json::from_str::<Job>(&kept).unwrap(), job, "{kept}");
        }
    }
}

//! Jobs: background work, written in the same transaction as the state that asks for it. Jobs are idempotent.

use serde::{Deserialize, Serialize};

use crate::id::{AlertId, CaseId, FeedbackId, ImportId, LetterId, MessageId, ReceiverId, StageId};

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
    /// Read all feedback again, the newest first (after a change of journey or taxonomy).
    ReadAgain {
        /// The last that was read again, so far the oldest; `None` at the beginning. A round that an older version of Heard
        /// has begun begins anew.
        #[serde(default)]
        below: Option<FeedbackId>,
    },
    /// Read once more by the deep reader what the fast one was unsure of.
    ReadDeeply {
        /// At most 100.
        feedback: Vec<FeedbackId>,
    },
    /// Find out what learning from the examples that wait would change.
    Foresee,
    /// Send these feedbacks, which were read, to whom they concern.
    Route {
        /// At most 1,000.
        feedback: Vec<FeedbackId>,
    },
    /// Hand a message to the mail server.
    Send {
        /// Which.
        message: MessageId,
    },
    /// Hand a letter to the mail server: behind all answers.
    SendLetter {
        /// Which message.
        message: MessageId,
    },
    /// Go on writing a run of letters.
    Letters {
        /// Which.
        letter: LetterId,
        /// The last event or person that was looked at.
        #[serde(default)]
        after: i64,
    },
    /// Look whether the time of a case has passed.
    Watch {
        /// Which.
        case: CaseId,
    },
    /// Look again whether the fixes at these stages hold: what could have happened there is known better now.
    Verify {
        /// In order of their identifiers.
        stages: Vec<StageId>,
    },
    /// Tell another system of an alert.
    Notify {
        /// Whom.
        receiver: ReceiverId,
        /// Of which.
        alert: AlertId,
        /// How often it was tried before.
        tries: u32,
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
            Self::ReadDeeply { .. } => "read_deeply",
            Self::Foresee => "foresee",
            Self::Route { .. } => "route",
            Self::Watch { .. } => "watch",
            Self::Notify { .. } => "notify",
            Self::Send { .. } => "send",
            Self::SendLetter { .. } => "send_letter",
            Self::Letters { .. } => "letters",
            Self::Verify { .. } => "verify",
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
            Job::ReadAgain { below: None },
            Job::ReadAgain { below: Some(FeedbackId(4)) },
            Job::ReadDeeply { feedback: vec![FeedbackId(5)] },
            Job::Foresee,
            Job::Route { feedback: vec![FeedbackId(5)] },
            Job::Watch { case: CaseId(6) },
            Job::Notify { receiver: ReceiverId(7), alert: AlertId(8), tries: 2 },
            Job::Send { message: MessageId(7) },
            Job::SendLetter { message: MessageId(7) },
            Job::Letters { letter: LetterId(8), after: 9 },
            Job::Verify { stages: vec![StageId(3)] },
        ];
        for job in jobs {
            let kept = serde_json::to_string(&job).unwrap();
            assert_eq!(serde_json::from_str::<Job>(&kept).unwrap(), job, "{kept}");
        }
        let older = r#"{"job":"read_again","after":"4"}"#;
        assert_eq!(serde_json::from_str::<Job>(older).unwrap(), Job::ReadAgain { below: None });
    }
}

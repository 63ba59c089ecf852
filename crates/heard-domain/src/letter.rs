//! Runs of letters: words with placeholders that go to everybody whom something happened to, or who raised something, once each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, IssueId, LetterId, StageId, UserId};
use crate::message::Topic;
use crate::time::{Day, Time};

crate::words! {
    /// How far what people raised has come.
    ToldStage {
        /// It is heard and taken up.
        Acknowledged = "acknowledged", "Acknowledged";
        /// It is known what will be done.
        Planned = "planned", "Planned";
        /// It was done.
        Done = "done", "Done";
        /// It was shown that it helped.
        Verified = "verified", "Verified";
    }
}

/// Who gets a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Audience {
    /// Everybody to whom something happened: once for each of these events.
    Event {
        /// What kind of event.
        kind: String,
        /// Only at this stage.
        #[serde(default)]
        stage: Option<StageId>,
        /// The first day.
        from: Day,
        /// The last day.
        until: Day,
    },
    /// Everybody who raised something about a category: once for each stage of it.
    Raised {
        /// What they raised.
        category: CategoryId,
        /// How far it has come.
        stage: ToldStage,
        /// The first day on which they said it.
        from: Day,
        /// The last day.
        until: Day,
    },
    /// Everybody who raised what an issue gathers: once for each stage of it.
    Issue {
        /// Which.
        issue: IssueId,
        /// How far it has come.
        stage: ToldStage,
    },
}

impl Audience {
    /// First and last day, where there are any.
    pub fn days(&self) -> Option<(Day, Day)> {
        match self {
            Self::Event { from, until, .. } | Self::Raised { from, until, .. } => Some((*from, *until)),
            Self::Issue { .. } => None,
        }
    }

    /// Of what its letters are, for who wants none of it.
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Event { .. } => Topic::Events,
            Self::Raised { .. } | Self::Issue { .. } => Topic::News,
        }
    }

    /// The issue about which it is.
    pub fn issue(&self) -> Option<IssueId> {
        match self {
            Self::Issue { issue, .. } => Some(*issue),
            Self::Event { .. } | Self::Raised { .. } => None,
        }
    }
}

crate::words! {
    /// Where a run of letters stands.
    LetterState {
        /// It is being written.
        Draft = "draft", "Draft";
        /// It was reviewed and goes out.
        Sending = "sending", "Being sent";
        /// Everybody's letter is on its way.
        Done = "done", "Sent";
        /// It is not true any more what it tells: the rest was not sent.
        Stopped = "stopped", "Stopped: the issue is not there any more";
    }
}

/// The longest words of a letter, in characters.
pub const LONGEST_LETTER: usize = 10_000;
/// The longest subject, in characters.
pub const LONGEST_SUBJECT: usize = 150;

/// A run of letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Letter {
    /// Its identifier.
    pub id: LetterId,
    /// What staff call it.
    pub name: String,
    /// The subject, with placeholders.
    pub subject: String,
    /// The words, with placeholders.
    pub text: String,
    /// Who gets it.
    pub audience: Audience,
    /// Where it stands.
    pub state: LetterState,
    /// Grows with every change: who reviewed another version has reviewed another letter.
    pub version: i64,
    /// Since when it is there.
    pub made: Time,
    /// Who reviewed it, and when.
    pub reviewed: Option<(UserId, Time)>,
    /// How many were looked at so far: of events or persons, when it goes out.
    pub looked_at: u64,
    /// How many of these have no address.
    pub unreachable: u64,
    /// How many of these want no letters, or their address does not exist.
    pub suppressed: u64,
    /// How many of these were told before.
    pub before: u64,
    /// How many of these have no address and read it on the page of their comment.
    pub pages: u64,
}

//! Asking those affected: where too few are to tell by counting, the next of them get one question. What they answer stands beside the
//! verdict and never counts as one: who is asked answers otherwise than who speaks up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{IssueId, UserId};
use crate::time::Time;

crate::words! {
    /// What somebody answered.
    AskedAnswer {
        /// It did not happen to them.
        Fine = "fine", "No, it did not happen to me";
        /// It happened to them.
        Happened = "happened", "Yes, it happened to me";
        /// They cannot say.
        Unsure = "unsure", "I cannot say";
    }
}

/// The most that are asked about one issue.
pub const MOST_ASKED: u32 = 200;
/// The longest question, in characters.
pub const LONGEST_QUESTION: usize = 2_000;
/// The longest words of an answer, in characters.
pub const LONGEST_ANSWER: usize = 2_000;

/// A question to the next who are affected; there is one for each issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asking {
    /// About which issue.
    pub issue: IssueId,
    /// The question, with {{name}}, {{company}} and {{issue}}.
    pub text: String,
    /// So many are asked.
    pub wanted: u32,
    /// Since when; who was heard later is asked.
    pub begun: Time,
    /// Who reviewed it.
    pub by: UserId,
}

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct AskedCounts {
    /// So many were asked.
    pub asked: u32,
    /// To so many of them it did not happen.
    pub fine: u32,
    /// To so many it did.
    pub happened: u32,
    /// So many could not say.
    pub unsure: u32,
}

impl AskedCounts {
    /// How many have answered.
    pub const fn answered(self) -> u32 {
        self.fine + self.happened + self.unsure
    }
}

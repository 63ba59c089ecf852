//! A case as it is kept: what it is about, how urgent it is, and how it stands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Case, CaseState};
use crate::countdown::in_words;
use crate::id::{AccountId, CategoryId, DepartmentId, FeedbackId, PersonId, PlaceId, PostId, StageId};
use crate::rule::Urgency;
use crate::time::Time;

/// A case with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeptCase {
    /// How it stands.
    #[serde(flatten)]
    pub case: Case,
    /// Its number, from 1001 on: people say “C-1042”.
    pub number: i64,
    /// Grows by one with every change: who saw an older one is told before they write over it.
    pub version: i64,
    /// How soon somebody has to look.
    pub urgency: Urgency,
    /// Where its first comment was heard.
    pub post: PostId,
    /// Whose matter it is, if it is known.
    pub person: Option<PersonId>,
    /// For which account they speak.
    pub account: Option<AccountId>,
    /// At which stage it happened.
    pub stage: Option<StageId>,
    /// What it is about in the first place.
    pub category: Option<CategoryId>,
    /// Where it happened.
    pub place: Option<PlaceId>,
    /// Whether the customer was still there when it was opened.
    pub here: bool,
    /// When it was opened.
    pub opened: Time,
    /// When anything of it changed last.
    pub changed: Time,
    /// When an answer is due; `None` while nobody has to answer.
    pub due: Option<Time>,
    /// Every department that contributes, beside the one that has it, in order of their identifiers.
    pub departments: Vec<DepartmentId>,
    /// What the customer said, oldest first.
    pub feedback: Vec<FeedbackId>,
}

impl KeptCase {
    /// Its number as people say it.
    pub fn name(&self) -> String {
        format!("C-{}", self.number)
    }

    /// How much time is left, in words, where `left` is working milliseconds; how it stands where no time runs.
    pub fn clock(&self, left: i64) -> String {
        match self.case.state {
            CaseState::Open => in_words(left),
            CaseState::Waiting => format!("waiting for the customer, {}", in_words(left)),
            other => other.label().to_lowercase(),
        }
    }
}

/// The number of the first case of a company.
pub const FIRST_NUMBER: i64 = 1001;

/// Working minutes within which an answer is promised: 8 hours in its turn, 4 where it comes before others, 1 where the customer is
/// still there; less where the listening post promises an answer sooner.
pub fn promised(urgency: Urgency, promise_hours: Option<i32>) -> u32 {
    let usual = match urgency {
        Urgency::Normal => 480,
        Urgency::High => 240,
        Urgency::Now => 60,
    };
    let post = promise_hours.and_then(|hours| u32::try_from(hours).ok()).map(|hours| hours.saturating_mul(60));
    post.map_or(usual, |post| usual.min(post.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_promise_holds() {
        assert_eq!(promised(Urgency::Normal, None), 480);
        assert_eq!(promised(Urgency::Normal, Some(4)), 240);
        assert_eq!(promised(Urgency::Normal, Some(72)), 480);
        assert_eq!(promised(Urgency::Now, Some(4)), 60);
        assert_eq!(promised(Urgency::High, Some(0)), 1);
        assert_eq!(promised(Urgency::High, Some(-3)), 240);
    }
}

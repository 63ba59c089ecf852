//! Progress pages: what the contacts of an account are shown before its contract is renewed. The words are reviewed, and each renewal has one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, IssueId, ProgressId, UserId};
use crate::time::{Day, Time};

/// The longest words of a line or of the letter, in characters.
pub const LONGEST_PROGRESS: usize = 2_000;
/// The most issues on one page.
pub const MOST_LINES: usize = 50;

/// What is said about one issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressLine {
    /// The issue; where it stands is shown as it is when somebody looks.
    pub issue: IssueId,
    /// What is done about it, or why it is not done, for customers to read; 1-2,000 characters.
    pub words: String,
}

/// A progress page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Its identifier.
    pub id: ProgressId,
    /// For the contacts of which account.
    pub account: AccountId,
    /// Before which renewal: there is one page for each.
    pub renewal: Day,
    /// Grows with every change: who reviewed another version has reviewed another page.
    pub version: i64,
    /// The words of the letter, with {{name}}, {{account}} and {{company}}; they stand on top of the page as well.
    pub text: String,
    /// What is said, issue by issue, in this order.
    pub lines: Vec<ProgressLine>,
    /// Since when it is there.
    pub made: Time,
    /// Who reviewed and sent it, and when.
    pub reviewed: Option<(UserId, Time)>,
}

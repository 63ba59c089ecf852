//! Themes: what passages that no category explains have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{FeedbackId, StageId};
use crate::reading::Span;
use crate::statistics::{Certainty, Estimate};
use crate::time::{Period, Time};

/// A passage of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThemePassage {
    /// Its comment.
    pub feedback: FeedbackId,
    /// Where it stands in the comment.
    pub span: Span,
}

/// How often a theme is spoken of, against the period before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Growth {
    /// Persons who spoke of it in the period before.
    pub before: u64,
    /// The change of persons per comment looked at, in per cent; `null` where nobody spoke of it before.
    pub change: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How sure, false discoveries controlled over all themes of the answer.
    pub certainty: Certainty,
}

/// A theme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Theme {
    /// Its name in addresses: follows from its words.
    pub key: String,
    /// The words that set it apart, strongest first: its name.
    pub words: Vec<String>,
    /// Whether it is small talk: its passages neither complain, suggest nor ask, and name no thing.
    pub small_talk: bool,
    /// Its passages in the period, the most central first.
    pub passages: Vec<ThemePassage>,
    /// Persons who spoke of it in the period; a comment without a person counts as one.
    pub persons: u64,
    /// Net sentiment of its passages, −100..100, with a 95 % interval clustered by person.
    pub net: Option<Estimate>,
    /// The stage that most of its passages are about.
    pub stage: Option<StageId>,
    /// How it has grown.
    pub growth: Growth,
    /// Passages in each step of time over the period before and the period.
    pub counts: Vec<u64>,
}

impl Theme {
    /// Its name, as it is shown.
    pub fn name(&self) -> String {
        self.words.join(" · ")
    }
}

/// What was found, and in what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Themes {
    /// The days.
    pub period: Period,
    /// When it was looked.
    pub found_at: Time,
    /// Whether passages were gathered by what the deep reader says that they mean.
    #[serde(default)]
    pub deep: bool,
    /// Comments looked through in the period.
    pub comments: u64,
    /// Comments that there are in the period.
    pub of: u64,
    /// Comments looked through in the period before.
    pub comments_before: u64,
    /// Passages of the period that no category explains and that say enough by themselves.
    pub unexplained: u64,
    /// Of these, how many belong to no theme.
    pub rest: u64,
    /// Days in a step of time.
    pub step_days: i32,
    /// How many of the last steps are the period.
    pub steps: usize,
    /// The themes, those of most persons first, at most 30.
    pub themes: Vec<Theme>,
}

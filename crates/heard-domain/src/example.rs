//! Examples: sentences and passages of which a person has said whether they belong to a category. The company's taxonomy
//! learns from them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, CorrectionId, ExampleId, FeedbackId, UserId};
use crate::reading::Span;
use crate::time::Time;

/// Words of which a person has said whether they belong to a category.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Its identifier; that of the correction where one made it.
    pub id: ExampleId,
    /// Which category.
    pub category: CategoryId,
    /// Whether the words belong to it; `false`: a person took them out of it.
    pub belongs: bool,
    /// The words, or where they stand.
    pub words: ExampleWords,
    /// Who said so.
    pub by: Option<UserId>,
    /// When.
    pub at: Time,
    /// Whether it was set aside: it is kept, but nothing new is learnt from it.
    pub aside: bool,
}

/// Where the words of an example are.
#[derive(Debug, Clone, PartialEq)]
pub enum ExampleWords {
    /// Written by hand.
    Written(String),
    /// A passage of a comment: the words stay there, and go with it.
    Said {
        /// Which comment.
        feedback: FeedbackId,
        /// At which revision: in other words the place means nothing.
        revision: i32,
        /// Where it stands; `None`: all of it.
        span: Option<Span>,
        /// The correction that made the example, as long as it holds.
        correction: Option<CorrectionId>,
    },
}

/// One example as a version of the taxonomy has learnt from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Taught {
    /// Which example.
    pub id: ExampleId,
    /// For which category.
    pub category: CategoryId,
    /// Whether it belongs there.
    pub belongs: bool,
}

/// Comments that would be filed elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Movement {
    /// Where they would no longer be; `null`: nowhere.
    pub from: Option<CategoryId>,
    /// Where they would be; `null`: nowhere.
    pub to: Option<CategoryId>,
    /// How many.
    pub comments: u64,
}

/// One comment that would be filed elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// Which.
    pub feedback: FeedbackId,
    /// The categories that it would lose.
    pub from: Vec<CategoryId>,
    /// The categories that it would have beside those that stay.
    pub to: Vec<CategoryId>,
}

/// What would move, counted over the comments that were looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Effect {
    /// How many comments were looked at, the newest first.
    pub looked_at: u64,
    /// How many of them would be filed elsewhere.
    pub comments: u64,
    /// From where to where, the most first; a comment that moves in several ways counts in each.
    pub movements: Vec<Movement>,
    /// The newest of them, at most ten.
    pub examples: Vec<Moved>,
}

/// How many comments are shown of those that would move.
const SHOWN: usize = 10;
/// How many ways are kept.
const WAYS: usize = 200;

impl Effect {
    /// Counts one comment: its categories before and after, each once, in any order. Comments come newest first.
    pub fn count(&mut self, feedback: FeedbackId, before: &[CategoryId], after: &[CategoryId]) {
        self.looked_at += 1;
        let from: Vec<CategoryId> = before.iter().filter(|id| !after.contains(id)).copied().collect();
        let to: Vec<CategoryId> = after.iter().filter(|id| !before.contains(id)).copied().collect();
        if from.is_empty() && to.is_empty() {
            return;
        }
        self.comments += 1;
        let ways = from.len().max(to.len());
        for n in 0..ways {
            let way = (from.get(n).copied(), to.get(n).copied());
            if let Some(movement) = self.movements.iter_mut().find(|m| (m.from, m.to) == way) {
                movement.comments += 1;
            } else if self.movements.len() < WAYS {
                self.movements.push(Movement { from: way.0, to: way.1, comments: 1 });
            }
        }
        self.movements.sort_by_key(|m| (std::cmp::Reverse(m.comments), m.from, m.to));
        if self.examples.len() < SHOWN {
            self.examples.push(Moved { feedback, from, to });
        }
    }
}

/// What learning from the examples that wait would do, as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Foreseen {
    /// The version of the taxonomy that it is held against.
    pub version: i64,
    /// All that would be learnt from.
    pub examples: Vec<Taught>,
    /// How long learning took, in microseconds; 0 before it has begun.
    pub learnt_us: u64,
    /// What would move so far.
    pub effect: Effect,
    /// How many comments will be looked at.
    pub of: u64,
    /// How many comments there are.
    pub all: u64,
    /// Down to where comments were looked at; `None` before the first.
    pub below: Option<FeedbackId>,
    /// Whether all that will be looked at was.
    pub done: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_is_counted_by_its_ways() {
        let mut effect = Effect::default();
        let ids = |ids: &[i64]| ids.iter().map(|id| CategoryId(*id)).collect::<Vec<_>>();
        effect.count(FeedbackId(9), &ids(&[1, 2]), &ids(&[2, 1]));
        effect.count(FeedbackId(8), &ids(&[1]), &ids(&[2]));
        effect.count(FeedbackId(7), &ids(&[1]), &ids(&[2, 3]));
        effect.count(FeedbackId(6), &ids(&[4]), &[]);
        let ways: Vec<_> = effect.movements.iter().map(|m| (m.from.map(|c| c.0), m.to.map(|c| c.0), m.comments)).collect();
        assert_eq!((effect.looked_at, effect.comments), (4, 3));
        assert_eq!(ways, [(Some(1), Some(2), 2), (None, Some(3), 1), (Some(4), None, 1)]);
        assert_eq!(effect.examples.iter().map(|m| m.feedback.0).collect::<Vec<_>>(), [8, 7, 6]);
    }
}

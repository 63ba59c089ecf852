//! Examples: sentences and passages of which a person has said whether they belong to a category, how good or bad they are,
//! which emotion they show, or to which stage they belong. The company's reader learns from them.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::id::{CategoryId, CorrectionId, ExampleId, FeedbackId, StageId, UserId};
use crate::reading::{Emotion, Polarity, Span};
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

/// What an example says of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Says {
    /// Whether they belong to a category.
    Category {
        /// Which.
        category: CategoryId,
        /// Whether they belong there.
        belongs: bool,
    },
    /// How good or bad they are for the customer.
    Sentiment {
        /// The class.
        sentiment: Polarity,
    },
    /// Which emotion they show.
    Emotion {
        /// Which; `None`: none that is worth showing.
        #[serde(deserialize_with = "given")]
        emotion: Option<Emotion>,
    },
    /// To which stage of the journey they belong.
    Stage {
        /// Which; `None`: to none.
        #[serde(deserialize_with = "given")]
        stage: Option<StageId>,
    },
}

/// Something that may be null, but must be there: by its name it is told what an example says.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}

/// One example as a version of the taxonomy has learnt from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Taught {
    /// Which example.
    pub id: ExampleId,
    /// What it says.
    #[serde(flatten)]
    pub says: Says,
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

/// Comments whose own sentiment would be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    /// What it would no longer be.
    pub from: Polarity,
    /// What it would be.
    pub to: Polarity,
    /// How many.
    pub comments: u64,
}

/// One comment whose own sentiment would be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Turned {
    /// Which.
    pub feedback: FeedbackId,
    /// What it would no longer be.
    pub from: Polarity,
    /// What it would be.
    pub to: Polarity,
}

/// Comments whose own emotion or stage would be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shift<T> {
    /// What it would no longer be; `null`: none.
    pub from: Option<T>,
    /// What it would be; `null`: none.
    pub to: Option<T>,
    /// How many.
    pub comments: u64,
}

/// One comment whose own emotion or stage would be another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shifted<T> {
    /// Which.
    pub feedback: FeedbackId,
    /// What it would no longer be; `null`: none.
    pub from: Option<T>,
    /// What it would be; `null`: none.
    pub to: Option<T>,
}

/// What shifts from where to where, counted, with the newest comments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shifts<T> {
    /// How many comments, from what to what, the most first.
    pub ways: Vec<Shift<T>>,
    /// The newest of them, at most ten.
    pub comments: Vec<Shifted<T>>,
}

impl<T> Default for Shifts<T> {
    fn default() -> Self {
        Self { ways: Vec::new(), comments: Vec::new() }
    }
}

impl<T: Copy + Ord> Shifts<T> {
    /// Counts one comment; newest first.
    pub fn count(&mut self, feedback: FeedbackId, from: Option<T>, to: Option<T>) {
        if from == to {
            return;
        }
        if let Some(way) = self.ways.iter_mut().find(|way| (way.from, way.to) == (from, to)) {
            way.comments += 1;
        } else if self.ways.len() < WAYS {
            self.ways.push(Shift { from, to, comments: 1 });
        }
        self.ways.sort_by_key(|way| (std::cmp::Reverse(way.comments), way.from, way.to));
        if self.comments.len() < SHOWN {
            self.comments.push(Shifted { feedback, from, to });
        }
    }

    /// How many comments shift.
    pub fn all(&self) -> u64 {
        self.ways.iter().map(|way| way.comments).sum()
    }
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
    /// How many comments would have another sentiment, from which to which, the most first.
    #[serde(default)]
    pub turns: Vec<Turn>,
    /// The newest of them, at most ten.
    #[serde(default)]
    pub turned: Vec<Turned>,
    /// The comments whose own emotion would be another.
    #[serde(default)]
    pub emotions: Shifts<Emotion>,
    /// The comments whose own stage would be another.
    #[serde(default)]
    pub stages: Shifts<StageId>,
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

impl Effect {
    /// Counts the sentiment of one comment before and after; newest first, beside [`Self::count`].
    pub fn turn(&mut self, feedback: FeedbackId, before: Option<Polarity>, after: Option<Polarity>) {
        let Some((from, to)) = before.zip(after).filter(|(from, to)| from != to) else { return };
        match self.turns.iter_mut().find(|turn| (turn.from, turn.to) == (from, to)) {
            Some(turn) => turn.comments += 1,
            None => self.turns.push(Turn { from, to, comments: 1 }),
        }
        self.turns.sort_by_key(|turn| (std::cmp::Reverse(turn.comments), turn.from, turn.to));
        if self.turned.len() < SHOWN {
            self.turned.push(Turned { feedback, from, to });
        }
    }

    /// The comments that are shown: of those that would move, would be felt otherwise, or would belong to another stage.
    pub fn shown(&self) -> Vec<FeedbackId> {
        let mut ids: Vec<FeedbackId> = self.examples.iter().map(|moved| moved.feedback).collect();
        ids.extend(self.turned.iter().map(|turned| turned.feedback));
        ids.extend(self.emotions.comments.iter().map(|shifted| shifted.feedback));
        ids.extend(self.stages.comments.iter().map(|shifted| shifted.feedback));
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// How many comments would have another sentiment.
    pub fn felt_otherwise(&self) -> u64 {
        self.turns.iter().map(|turn| turn.comments).sum()
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

    #[test]
    fn what_is_felt_otherwise_is_counted_beside_it() {
        let mut effect = Effect::default();
        let (bad, even, good) = (Some(Polarity::Negative), Some(Polarity::Neutral), Some(Polarity::Positive));
        for (id, before, after) in [(9, bad, bad), (8, bad, even), (7, good, even), (6, bad, even), (5, None, good)] {
            effect.turn(FeedbackId(id), before, after);
        }
        let turns: Vec<_> = effect.turns.iter().map(|turn| (turn.from.sign(), turn.to.sign(), turn.comments)).collect();
        assert_eq!((turns, effect.felt_otherwise()), (vec![(-1, 0, 2), (1, 0, 1)], 3));
        assert_eq!(effect.turned.iter().map(|turned| turned.feedback.0).collect::<Vec<_>>(), [8, 7, 6]);
    }

    #[test]
    fn what_shows_another_emotion_is_counted_by_its_ways_none_among_them() {
        let mut effect = Effect::default();
        let (anger, joy) = (Some(Emotion::Anger), Some(Emotion::Joy));
        for (id, before, after) in [(9, anger, anger), (8, None, anger), (7, joy, None), (6, None, anger)] {
            effect.emotions.count(FeedbackId(id), before, after);
        }
        effect.stages.count(FeedbackId(5), Some(StageId(1)), Some(StageId(2)));
        let ways: Vec<_> = effect.emotions.ways.iter().map(|way| (way.from, way.to, way.comments)).collect();
        assert_eq!((ways, effect.emotions.all()), (vec![(None, anger, 2), (joy, None, 1)], 3));
        assert_eq!(effect.shown(), [5, 6, 7, 8].map(FeedbackId));
        let kept = serde_json::to_string(&effect).unwrap();
        assert_eq!(serde_json::from_str::<Effect>(&kept).unwrap(), effect);
    }

    #[test]
    fn what_an_older_version_has_learnt_from_is_read() {
        let older = r#"{"id":"5","category":"7","belongs":true}"#;
        let taught = Taught { id: ExampleId(5), says: Says::Category { category: CategoryId(7), belongs: true } };
        assert_eq!(serde_json::from_str::<Taught>(older).unwrap(), taught);
        let felt = Taught { id: ExampleId(6), says: Says::Sentiment { sentiment: Polarity::Negative } };
        assert_eq!(serde_json::from_str::<Taught>(&serde_json::to_string(&felt).unwrap()).unwrap(), felt);
        let others = [
            Says::Emotion { emotion: Some(Emotion::Anger) },
            Says::Emotion { emotion: None },
            Says::Stage { stage: Some(StageId(4)) },
            Says::Stage { stage: None },
        ];
        for says in others {
            let taught = Taught { id: ExampleId(6), says };
            assert_eq!(serde_json::from_str::<Taught>(&serde_json::to_string(&taught).unwrap()).unwrap(), taught);
        }
    }
}

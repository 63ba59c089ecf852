//! Readings: what Heard understood of a feedback, each label with its confidence and the words it rests on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CategoryId, CorrectionId, FeedbackId, StageId, UserId};
use crate::time::Time;

/// A stretch of the verbatim: byte offsets on character boundaries, `start <= end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    /// The words; `None` if the span does not fit the text.
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.start as usize..self.end as usize)
    }

    /// Whether both share at least one byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

crate::words! {
    /// The three classes of sentiment.
    Polarity {
        /// Worse for the customer.
        Negative = "negative", "Negative";
        /// Neither, or both in balance.
        Neutral = "neutral", "Neutral";
        /// Better for the customer.
        Positive = "positive", "Positive";
    }
}

impl Polarity {
    /// −1, 0 or 1.
    pub fn sign(self) -> i32 {
        match self {
            Self::Negative => -1,
            Self::Neutral => 0,
            Self::Positive => 1,
        }
    }
}

crate::words! {
    /// The eight emotions shown.
    Emotion {
        /// Joy.
        Joy = "joy", "Joy";
        /// Gratitude.
        Gratitude = "gratitude", "Gratitude";
        /// Trust.
        Trust = "trust", "Trust";
        /// Surprise.
        Surprise = "surprise", "Surprise";
        /// Confusion.
        Confusion = "confusion", "Confusion";
        /// Disappointment.
        Disappointment = "disappointment", "Disappointment";
        /// Anger.
        Anger = "anger", "Anger";
        /// Fear.
        Fear = "fear", "Fear";
    }
}

crate::words! {
    /// The finer emotions, each within one of the eight shown or beside them.
    Feeling {
        /// Admiration.
        Admiration = "admiration", "Admiration";
        /// Amusement.
        Amusement = "amusement", "Amusement";
        /// Anger.
        Anger = "anger", "Anger";
        /// Annoyance.
        Annoyance = "annoyance", "Annoyance";
        /// Approval.
        Approval = "approval", "Approval";
        /// Caring.
        Caring = "caring", "Caring";
        /// Confusion.
        Confusion = "confusion", "Confusion";
        /// Curiosity.
        Curiosity = "curiosity", "Curiosity";
        /// Desire.
        Desire = "desire", "Desire";
        /// Disappointment.
        Disappointment = "disappointment", "Disappointment";
        /// Disapproval.
        Disapproval = "disapproval", "Disapproval";
        /// Disgust.
        Disgust = "disgust", "Disgust";
        /// Embarrassment.
        Embarrassment = "embarrassment", "Embarrassment";
        /// Excitement.
        Excitement = "excitement", "Excitement";
        /// Fear.
        Fear = "fear", "Fear";
        /// Gratitude.
        Gratitude = "gratitude", "Gratitude";
        /// Grief.
        Grief = "grief", "Grief";
        /// Joy.
        Joy = "joy", "Joy";
        /// Love.
        Love = "love", "Love";
        /// Nervousness.
        Nervousness = "nervousness", "Nervousness";
        /// Optimism.
        Optimism = "optimism", "Optimism";
        /// Pride.
        Pride = "pride", "Pride";
        /// Realization.
        Realization = "realization", "Realization";
        /// Relief.
        Relief = "relief", "Relief";
        /// Remorse.
        Remorse = "remorse", "Remorse";
        /// Sadness.
        Sadness = "sadness", "Sadness";
        /// Surprise.
        Surprise = "surprise", "Surprise";
    }
}

impl Feeling {
    /// The one of the eight emotions that it belongs to; `None` for those that are beside them.
    pub fn emotion(self) -> Option<Emotion> {
        Some(match self {
            Self::Amusement | Self::Excitement | Self::Joy | Self::Love | Self::Pride | Self::Relief => Emotion::Joy,
            Self::Gratitude => Emotion::Gratitude,
            Self::Admiration | Self::Approval | Self::Caring | Self::Optimism => Emotion::Trust,
            Self::Surprise => Emotion::Surprise,
            Self::Confusion => Emotion::Confusion,
            Self::Disappointment | Self::Sadness | Self::Grief | Self::Remorse | Self::Embarrassment => Emotion::Disappointment,
            Self::Anger | Self::Annoyance | Self::Disapproval | Self::Disgust => Emotion::Anger,
            Self::Fear | Self::Nervousness => Emotion::Fear,
            Self::Curiosity | Self::Desire | Self::Realization => return None,
        })
    }
}

crate::words! {
    /// What the customer wants with a passage.
    Intent {
        /// Something went wrong.
        Complaint = "complaint", "Complaint";
        /// Something went right.
        Praise = "praise", "Praise";
        /// How it could be better.
        Suggestion = "suggestion", "Suggestion";
        /// An answer is wanted.
        Question = "question", "Question";
        /// They speak of leaving.
        Churn = "churn", "Churn threat";
        /// Danger, or harm that grows by the hour.
        Urgent = "urgent", "Urgent";
        /// The company promised otherwise.
        BrokenPromise = "broken_promise", "Broken promise";
    }
}

/// A label with how sure the reader is (0-1, calibrated where the model card says so) and the words it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Label<T> {
    /// The label.
    pub value: T,
    /// 0-1; 1 where a person set it.
    pub confidence: f32,
    /// The words it rests on; empty when it rests on the passage as a whole or on other facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Span>,
}

/// How good or bad a passage is for the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sentiment {
    /// −1 (worst) to 1 (best).
    pub value: f32,
    /// The class.
    pub polarity: Polarity,
    /// 0-1, of the class.
    pub confidence: f32,
    /// The words it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Span>,
}

/// A clause or sentence of the verbatim, read as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Passage {
    /// Where it stands.
    pub span: Span,
    /// How much it weighs within the feedback (0-1, sums to 1): the weightiest gives the feedback its own stage and sentiment.
    pub weight: f32,
    /// `None` where there are no words to judge.
    pub sentiment: Option<Sentiment>,
    /// The strongest emotion, if any.
    pub emotion: Option<Label<Emotion>>,
    /// The finer emotions that the reader is sure of, most confident first; readings of an older reader have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feelings: Vec<Label<Feeling>>,
    /// The stage of the journey, if any fits.
    pub stage: Option<Label<StageId>>,
    /// What it is about: at most four, most confident first.
    pub categories: Vec<Label<CategoryId>>,
    /// What the customer wants with it.
    pub intents: Vec<Label<Intent>>,
}

crate::words! {
    /// Kinds of things that are named in a verbatim.
    EntityKind {
        /// A member of staff.
        Staff = "staff", "Staff";
        /// A place.
        Place = "place", "Place";
        /// A product.
        Product = "product", "Product";
        /// An order, booking or case number.
        Number = "number", "Order number";
    }
}

/// Something named in the verbatim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entity {
    /// What kind.
    pub kind: EntityKind,
    /// Where it stands.
    pub span: Span,
    /// 0-1.
    pub confidence: f32,
}

crate::words! {
    /// What should be known about a reading.
    Note {
        /// No words.
        NoText = "no_text", "No words to read";
        /// The language is read only through words it shares with others.
        LanguageNotRead = "language_not_read", "Language not read in full";
        /// Only the beginning was read.
        Cut = "cut", "Very long: only the beginning was read";
        /// Nothing in it pointed to a category.
        NoCategory = "no_category", "No category fits";
    }
}

/// What Heard understood of a feedback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// The feedback.
    pub feedback: FeedbackId,
    /// Its revision when it was read; a reading of an older one is dropped.
    pub revision: i32,
    /// Name and version of the reader, with the taxonomy's version.
    pub model: String,
    /// ISO 639-1 code and how sure, if there were words.
    pub language: Option<(String, f32)>,
    /// At least one; a feedback without words has exactly one, with an empty span.
    pub passages: Vec<Passage>,
    /// Things named.
    pub entities: Vec<Entity>,
    /// What should be known about it.
    pub notes: Vec<Note>,
}

impl Reading {
    /// The weightiest passage: it gives the feedback its own stage and sentiment.
    pub fn weightiest(&self) -> Option<&Passage> {
        self.passages.iter().reduce(|best, p| if p.weight > best.weight { p } else { best })
    }

    /// The reading with the corrections of persons laid over it, the latest last: they outrank the model.
    #[must_use]
    pub fn corrected(mut self, corrections: &[Correction]) -> Self {
        for correction in corrections {
            for passage in &mut self.passages {
                if correction.span.is_none_or(|span| span.overlaps(passage.span) || span == passage.span) {
                    correction.change.apply(passage);
                }
            }
        }
        self
    }
}

/// What a person changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    /// The sentiment.
    Sentiment {
        /// What it is.
        to: Polarity,
    },
    /// The emotion; `None`: there is none.
    Emotion {
        /// What it is.
        to: Option<Emotion>,
    },
    /// The stage; `None`: it belongs to none.
    Stage {
        /// What it is.
        to: Option<StageId>,
    },
    /// A category belongs here.
    AddCategory {
        /// Which.
        category: CategoryId,
    },
    /// A category does not belong here.
    RemoveCategory {
        /// Which.
        category: CategoryId,
    },
    /// An intent belongs here.
    AddIntent {
        /// Which.
        intent: Intent,
    },
    /// An intent does not belong here.
    RemoveIntent {
        /// Which.
        intent: Intent,
    },
}

fn certain<T>(value: T) -> Label<T> {
    Label { value, confidence: 1.0, evidence: Vec::new() }
}

impl Change {
    fn apply(&self, passage: &mut Passage) {
        match self {
            Self::Sentiment { to } => {
                let evidence = passage.sentiment.take().filter(|s| s.polarity == *to).map(|s| s.evidence);
                passage.sentiment = Some(Sentiment {
                    value: to.sign() as f32 * 0.7,
                    polarity: *to,
                    confidence: 1.0,
                    evidence: evidence.unwrap_or_default(),
                });
            }
            Self::Emotion { to } => {
                // What is finer than what was corrected goes with it, unless it says the same.
                passage.feelings.retain(|feeling| to.is_some() && feeling.value.emotion() == *to);
                passage.emotion = to.map(certain);
            }
            Self::Stage { to } => passage.stage = to.map(certain),
            Self::AddCategory { category } => {
                passage.categories.retain(|c| c.value != *category);
                passage.categories.insert(0, certain(*category));
            }
            Self::RemoveCategory { category } => passage.categories.retain(|c| c.value != *category),
            Self::AddIntent { intent } => {
                passage.intents.retain(|i| i.value != *intent);
                passage.intents.insert(0, certain(*intent));
            }
            Self::RemoveIntent { intent } => passage.intents.retain(|i| i.value != *intent),
        }
    }
}

/// A correction of a reading by a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Correction {
    /// Its identifier.
    pub id: CorrectionId,
    /// The feedback.
    pub feedback: FeedbackId,
    /// The stretch that was corrected; `None`: every passage.
    pub span: Option<Span>,
    /// What was changed.
    pub change: Change,
    /// By whom.
    pub by: UserId,
    /// When.
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passage(start: usize, end: usize, weight: f32) -> Passage {
        let span = Span::new(start, end);
        Passage {
            span,
            weight,
            sentiment: None,
            emotion: None,
            feelings: vec![],
            stage: None,
            categories: vec![],
            intents: vec![],
        }
    }

    #[test]
    fn a_correction_touches_only_its_passage() {
        let reading = Reading {
            feedback: FeedbackId(1),
            revision: 1,
            model: "test".into(),
            language: None,
            passages: vec![passage(0, 10, 0.4), passage(10, 20, 0.6)],
            entities: vec![],
            notes: vec![],
        };
        let change = Change::Sentiment { to: Polarity::Positive };
        let correction = Correction {
            id: CorrectionId(1),
            feedback: FeedbackId(1),
            span: Some(Span::new(10, 20)),
            change,
            by: UserId(1),
            at: Time(0),
        };
        let reading = reading.corrected(&[correction]);
        assert!(reading.passages[0].sentiment.is_none());
        assert_eq!(reading.weightiest().and_then(|p| p.sentiment.as_ref()).map(|s| s.polarity), Some(Polarity::Positive));
    }
}

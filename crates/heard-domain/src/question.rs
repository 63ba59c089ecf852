//! Questions and figures: one question serves page, API and command line, and every row of the answer leads to its comments.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::id::{
    AccountId, AttributeId, CategoryId, FeedbackId, ImportId, PersonId, PostId, ScaleId, SegmentId, StageId, TouchpointId,
    ValueId,
};
use crate::reading::{Emotion, Intent, Polarity};
use crate::statistics::Certainty;
use crate::time::{Day, Period};

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Measure {
    /// How many feedbacks; `n` = value, no interval.
    Volume,
    /// Share of positive minus share of negative passages, −100..100, interval clustered by person.
    NetSentiment,
    /// Share of passages with each emotion, per cent of all passages: adds the dimension [`Dimension::Emotion`].
    EmotionMix,
    /// The figure of a scale by its own formula.
    Rating {
        /// The scale.
        scale: ScaleId,
    },
}

/// What a figure is split by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The day it was said.
    Day,
    /// The Monday of the week.
    Week,
    /// The first of the month.
    Month,
    /// The stage: a feedback counts once in every stage that one of its passages is about.
    Stage,
    /// The touchpoint.
    Touchpoint,
    /// The listening post.
    Post,
    /// The channel of the post.
    Channel,
    /// The category: a feedback counts once in every category that one of its passages is about.
    Category,
    /// The sentiment class of passages.
    Polarity,
    /// The emotion of passages.
    Emotion,
    /// The intent of passages.
    Intent,
    /// The language.
    Language,
    /// The account.
    Account,
    /// The segment: a comment counts once in every segment that its author belongs to; with segments in the filter, only in
    /// those.
    Segment,
    /// A declared attribute.
    Attribute(AttributeId),
}

impl Dimension {
    /// Whether it is a property of passages (a feedback can then be in several groups).
    pub fn of_passage(self) -> bool {
        matches!(self, Self::Stage | Self::Category | Self::Polarity | Self::Emotion | Self::Intent)
    }

    /// Whether a feedback can be in several groups of it.
    pub fn of_several(self) -> bool {
        self.of_passage() || self == Self::Segment
    }

    /// Whether every feedback has a value of it: nothing is without one.
    pub fn always(self) -> bool {
        matches!(self, Self::Day | Self::Week | Self::Month | Self::Post | Self::Channel)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Stage => "stage",
            Self::Touchpoint => "touchpoint",
            Self::Post => "post",
            Self::Channel => "channel",
            Self::Category => "category",
            Self::Polarity => "polarity",
            Self::Emotion => "emotion",
            Self::Intent => "intent",
            Self::Language => "language",
            Self::Account => "account",
            Self::Segment => "segment",
            Self::Attribute(_) => "attribute",
        }
    }
}

impl fmt::Display for Dimension {
    /// As in addresses: `stage`, `attribute:12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        if let Self::Attribute(id) = self { write!(f, ":{id}") } else { Ok(()) }
    }
}

/// A word that is no dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be day, week, month, stage, touchpoint, post, channel, category, polarity, emotion, intent, language, account, \
     segment, or attribute: with an identifier"
)]
pub struct NoDimension;

impl FromStr for Dimension {
    type Err = NoDimension;

    fn from_str(text: &str) -> Result<Self, NoDimension> {
        if let Some(id) = text.strip_prefix("attribute:") {
            return id.parse().map(Self::Attribute).map_err(|_| NoDimension);
        }
        let all = [
            Self::Day,
            Self::Week,
            Self::Month,
            Self::Stage,
            Self::Touchpoint,
            Self::Post,
            Self::Channel,
            Self::Category,
            Self::Polarity,
            Self::Emotion,
            Self::Intent,
            Self::Language,
            Self::Account,
            Self::Segment,
        ];
        all.into_iter().find(|dimension| dimension.word() == text).ok_or(NoDimension)
    }
}

/// Which feedback is looked at. An empty list means "any"; several values of one list mean "one of these"; lists are
/// joined by "and". `stage`, `category`, `polarity`, `emotion` and `intent` must hold for *one and the same* passage.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Stages of a passage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stage: Vec<StageId>,
    /// Categories of a passage (a parent includes its children).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category: Vec<CategoryId>,
    /// Sentiment classes of a passage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub polarity: Vec<Polarity>,
    /// Emotions of a passage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emotion: Vec<Emotion>,
    /// Intents of a passage.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intent: Vec<Intent>,
    /// Touchpoints.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub touchpoint: Vec<TouchpointId>,
    /// Posts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post: Vec<PostId>,
    /// Channels of the posts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channel: Vec<Channel>,
    /// ISO 639-1 codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub language: Vec<String>,
    /// Accounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account: Vec<AccountId>,
    /// Persons.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub person: Vec<PersonId>,
    /// Segments: persons who belong to one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub segment: Vec<SegmentId>,
    /// Imports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub import: Vec<ImportId>,
    /// Attribute values: of one attribute "one of these", of several "and".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attribute: Vec<(AttributeId, ValueId)>,
    /// Only feedback rated on this scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rated: Option<ScaleId>,
    /// What has no value: no stage, no language … Of passages, it must hold for the same passage as the rest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub none: Vec<Dimension>,
    /// Words of the verbatim: all must occur; "in quotes" is a phrase; -word must not occur.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub words: String,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it asks anything of passages.
    pub fn of_passage(&self) -> bool {
        !(self.stage.is_empty()
            && self.category.is_empty()
            && self.polarity.is_empty()
            && self.emotion.is_empty()
            && self.intent.is_empty()
            && !self.none.iter().any(|dimension| dimension.of_passage()))
    }
}

/// What the answer is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// Nothing.
    #[default]
    Nothing,
    /// As many days, right before.
    Before,
}

/// One question for page, API and command line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is measured.
    pub measure: Measure,
    /// What it is split by, at most three.
    #[serde(default)]
    pub by: Vec<Dimension>,
    /// What is looked at.
    #[serde(default)]
    pub filter: Filter,
    /// When; `None`: always.
    #[serde(default)]
    pub period: Option<Period>,
    /// What it is compared with.
    #[serde(default)]
    pub compare: Compare,
    /// Whether intervals are wanted; series drawn without them are answered from the cube.
    #[serde(default = "yes")]
    pub interval: bool,
}

fn yes() -> bool {
    true
}

impl Question {
    /// A question about everything, always, with intervals.
    pub fn new(measure: Measure) -> Self {
        Self { measure, by: vec![], filter: Filter::default(), period: None, compare: Compare::Nothing, interval: true }
    }

    /// Split by these.
    #[must_use]
    pub fn by(mut self, by: impl IntoIterator<Item = Dimension>) -> Self {
        self.by = by.into_iter().collect();
        self
    }

    /// Looking only at these.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// Within a period.
    #[must_use]
    pub fn within(mut self, period: Period) -> Self {
        self.period = Some(period);
        self
    }

    /// Compared with as many days right before.
    #[must_use]
    pub fn against_before(mut self) -> Self {
        self.compare = Compare::Before;
        self
    }

    /// Without intervals.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.interval = false;
        self
    }
}

/// One key of a row.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// No value: not known, or none.
    None,
    /// A day, Monday or first of the month.
    Day(Day),
    /// A stage.
    Stage(StageId),
    /// A touchpoint.
    Touchpoint(TouchpointId),
    /// A post.
    Post(PostId),
    /// A channel.
    Channel(Channel),
    /// A category.
    Category(CategoryId),
    /// A sentiment class.
    Polarity(Polarity),
    /// An emotion.
    Emotion(Emotion),
    /// An intent.
    Intent(Intent),
    /// A language.
    Language(String),
    /// An account.
    Account(AccountId),
    /// A segment.
    Segment(SegmentId),
    /// A value of an attribute.
    Value(ValueId),
}

/// The figure itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Value {
    /// In the unit of the measure; `None` where n is 0.
    pub value: Option<f64>,
    /// On how many it rests: feedbacks, passages or ratings, by the grain of the measure.
    pub n: u64,
    /// Lower end of the 95 % interval, if one was asked for.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// Under this many, a figure is drawn as weak.
pub const WEAK_BELOW: u64 = 20;

impl Value {
    /// Rests on fewer than [`WEAK_BELOW`].
    pub fn weak(&self) -> bool {
        self.n < WEAK_BELOW
    }
}

/// The change against the period before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The figure of the period before.
    pub before: Value,
    /// Now minus before (for volume: per cent of before); `None` where one of them is missing.
    pub change: Option<f64>,
    /// Lower end of the 95 % interval of the change.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// How sure, false discoveries controlled over all rows of the answer.
    pub certainty: Certainty,
}

/// One row of the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// One per dimension, in the order asked.
    pub keys: Vec<Key>,
    /// The figure.
    #[serde(flatten)]
    pub value: Value,
    /// The change, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
}

/// Which way the answer was found; all give the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnsweredBy {
    /// Day cubes in SQL.
    Cube,
    /// Column arrays in memory, cut by the search index where words are asked for.
    Columns,
    /// Plain SQL: the oracle of the tests.
    Sql,
}

/// Why words are searched without the search index for now; figures that need no words are as always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Degraded {
    /// What happened, and what is being done, as a sentence without its full stop.
    pub reason: String,
    /// How many feedbacks the new index holds already.
    pub done: u64,
    /// How many it will hold.
    pub total: u64,
}

/// The answer: rows sorted by their keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// What was asked.
    pub question: Question,
    /// The rows.
    pub rows: Vec<Row>,
    /// Which way it was found.
    pub answered_by: AnsweredBy,
    /// How long it took, in milliseconds.
    pub ms: f64,
    /// Present where the words were searched without the search index: slower, and what came in last may be missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<Degraded>,
}

impl Figures {
    /// The single figure of a question without dimensions.
    pub fn single(&self) -> Value {
        self.rows.first().map_or_else(Value::default, |row| row.value)
    }

    /// The filter and period that lead to the comments behind a row.
    pub fn comments(&self, row: &Row) -> (Filter, Option<Period>) {
        let mut filter = self.question.filter.clone();
        let mut period = self.question.period;
        let mut by = self.question.by.clone();
        if self.question.measure == Measure::EmotionMix && !by.contains(&Dimension::Emotion) {
            by.push(Dimension::Emotion);
        }
        for (dimension, key) in by.iter().zip(&row.keys) {
            match key {
                Key::None if filter.none.contains(dimension) => {}
                Key::None => filter.none.push(*dimension),
                Key::Day(day) => period = Some(cut(*dimension, *day, period)),
                Key::Stage(id) => filter.stage = vec![*id],
                Key::Touchpoint(id) => filter.touchpoint = vec![*id],
                Key::Post(id) => filter.post = vec![*id],
                Key::Channel(channel) => filter.channel = vec![*channel],
                Key::Category(id) => filter.category = vec![*id],
                Key::Polarity(polarity) => filter.polarity = vec![*polarity],
                Key::Emotion(emotion) => filter.emotion = vec![*emotion],
                Key::Intent(intent) => filter.intent = vec![*intent],
                Key::Language(code) => filter.language = vec![code.clone()],
                Key::Account(id) => filter.account = vec![*id],
                Key::Segment(id) => filter.segment = vec![*id],
                Key::Value(value) => {
                    if let Dimension::Attribute(attribute) = dimension {
                        filter.attribute.retain(|(a, _)| a != attribute);
                        filter.attribute.push((*attribute, *value));
                    }
                }
            }
        }
        if let Measure::Rating { scale } = self.question.measure {
            filter.rated = Some(scale);
        }
        (filter, period)
    }
}

fn cut(dimension: Dimension, day: Day, period: Option<Period>) -> Period {
    let last = match dimension {
        Dimension::Week => day + 6,
        Dimension::Month => (day + 31).first_of_month() + -1,
        _ => day,
    };
    match period {
        Some(p) => Period { first: day.max(p.first), last: last.min(p.last) },
        None => Period { first: day, last },
    }
}

/// One page of a list, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Feedbacks on this page, newest first.
    pub ids: Vec<FeedbackId>,
    /// How many match in all.
    pub total: u64,
    /// Whether more follow.
    pub more: bool,
}

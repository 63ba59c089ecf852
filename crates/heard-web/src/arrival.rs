//! What the stream tells of one feedback, and how it stands on the wire.

use std::collections::HashMap;
use std::fmt::Write;

use axum::body::Bytes;
use heard_domain::feedback::Feedback;
use heard_domain::id::{AccountId, CategoryId, FeedbackId, PersonId, PostId, StageId};
use heard_domain::reading::{Emotion, Intent, Polarity, Reading};
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_flow::flow::Flow;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::outbox::Change;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

heard_domain::words! {
    /// What became of a feedback.
    Turn {
        /// It is there and waits to be read: it has new words, or the company's words changed meanwhile.
        Heard = "heard", "Heard";
        /// It is there and has been read: new (most come in like this), or its reading has changed.
        Read = "read", "Read";
        /// It is not there any more.
        Gone = "gone", "Gone";
    }
}

/// How much of a verbatim the stream carries, in characters; the whole is at its own address.
const LONGEST: usize = 600;

/// One event of the stream: a feedback as it is by now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Arrival {
    /// The number of the event: as `Last-Event-ID` or `after` it says where to go on.
    pub id: String,
    /// What became of it.
    pub event: Turn,
    /// Which feedback.
    pub feedback: FeedbackId,
    /// Where it was heard.
    pub post: Option<PostId>,
    /// When the customer said it.
    pub at: Option<Time>,
    /// When Heard took it in.
    pub heard: Option<Time>,
    /// The first 600 characters of the verbatim.
    pub text: String,
    /// Whether the verbatim goes on.
    pub cut: bool,
    /// Who said it, where that may be seen.
    pub person: Option<PersonId>,
    /// For which account, where that may be seen.
    pub account: Option<AccountId>,
    /// ISO 639-1 code.
    pub language: Option<String>,
    /// Sentiment of the weightiest passage: −1 to 1.
    pub sentiment: Option<f32>,
    /// Its class.
    pub polarity: Option<Polarity>,
    /// Its emotion.
    pub emotion: Option<Emotion>,
    /// Its stage.
    pub stage: Option<StageId>,
    /// Categories of all passages.
    pub categories: Vec<CategoryId>,
    /// Intents of all passages.
    pub intents: Vec<Intent>,
}

impl Arrival {
    fn of(change: &Change, feedback: Option<&Feedback>, reading: Option<&Reading>) -> Self {
        let main = reading.and_then(Reading::weightiest);
        let passages = || reading.into_iter().flat_map(|reading| &reading.passages);
        let mut categories: Vec<CategoryId> = passages().flat_map(|p| p.categories.iter().map(|label| label.value)).collect();
        categories.sort_unstable();
        categories.dedup();
        let mut intents: Vec<Intent> = passages().flat_map(|p| p.intents.iter().map(|label| label.value)).collect();
        intents.sort_unstable();
        intents.dedup();
        let end = feedback.and_then(|f| f.text.char_indices().nth(LONGEST)).map(|(at, _)| at);
        let text = feedback.map(|f| f.text.get(..end.unwrap_or(f.text.len())).unwrap_or_default().to_owned());
        Self {
            id: change.sequence.to_string(),
            event: match feedback {
                None => Turn::Gone,
                Some(_) if change.read => Turn::Read,
                Some(_) => Turn::Heard,
            },
            feedback: change.feedback,
            post: change.post,
            at: feedback.map(|f| f.at),
            heard: feedback.map(|f| f.heard),
            text: text.unwrap_or_default(),
            cut: end.is_some(),
            person: feedback.and_then(|f| f.person),
            account: feedback.and_then(|f| f.account),
            language: reading.and_then(|reading| reading.language.as_ref()).map(|(code, _)| code.clone()),
            sentiment: main.and_then(|passage| passage.sentiment.as_ref()).map(|sentiment| sentiment.value),
            polarity: main.and_then(|passage| passage.sentiment.as_ref()).map(|sentiment| sentiment.polarity),
            emotion: main.and_then(|passage| passage.emotion.as_ref()).map(|label| label.value),
            stage: main.and_then(|passage| passage.stage.as_ref()).map(|label| label.value),
            categories,
            intents,
        }
    }

    /// As somebody sees it who may not see persons.
    #[must_use]
    pub fn veiled(self) -> Self {
        Self { person: None, account: None, ..self }
    }

    /// As it stands in the stream.
    fn frame(&self) -> Bytes {
        let mut out = format!("id: {}\nevent: {}\ndata: ", self.id, self.event.code());
        // An event is made of plain fields: there is nothing in it that JSON cannot say, and JSON has no line ends.
        out.push_str(&serde_json::to_string(self).unwrap_or_default());
        out.push_str("\n\n");
        out.into()
    }
}

/// Whether somebody may be told of a change. What is gone has no post any more: only who sees everything hears of it.
pub fn visible(scope: &Scope, change: &Change) -> bool {
    change.post.map_or(scope.reach == Reach::Everything, |post| scope.sees(post))
}

/// What changes tell, in their order, persons included: to be veiled before it is shown.
pub async fn arrivals(flow: &Flow, changes: &[Change]) -> Result<Vec<Arrival>, StoreError> {
    let changes = changes.to_vec();
    let look = move |view: &View| {
        let mut ids: Vec<FeedbackId> = changes.iter().map(|change| change.feedback).collect();
        ids.sort_unstable();
        ids.dedup();
        let feedback: HashMap<FeedbackId, Feedback> =
            tables::feedback::many(view, &ids)?.into_iter().map(|feedback| (feedback.id, feedback)).collect();
        let readings: HashMap<FeedbackId, Reading> =
            tables::reading::many(view, &ids)?.into_iter().map(|reading| (reading.feedback, reading)).collect();
        let tell = |change: &Change| {
            let reading = readings.get(&change.feedback);
            let change = Change { read: reading.is_some(), ..*change };
            Arrival::of(&change, feedback.get(&change.feedback), reading)
        };
        Ok(changes.iter().map(tell).collect())
    };
    flow.store.read(&Scope::system(), look).await
}

/// A batch of changes as it goes to programs: made once, shared by all who listen.
pub struct Told {
    full: Vec<Bytes>,
    veiled: Vec<Bytes>,
    whole_full: Bytes,
    whole_veiled: Bytes,
}

impl Told {
    /// Frames of these, both ways.
    pub fn new(arrivals: Vec<Arrival>) -> Self {
        let full: Vec<Bytes> = arrivals.iter().map(Arrival::frame).collect();
        let veiled: Vec<Bytes> = arrivals.into_iter().map(|arrival| arrival.veiled().frame()).collect();
        let (whole_full, whole_veiled) = (full.concat().into(), veiled.concat().into());
        Self { full, veiled, whole_full, whole_veiled }
    }

    /// What somebody is told of those changes that come after `seen`.
    pub fn to(&self, scope: &Scope, changes: &[Change], seen: i64) -> Bytes {
        let persons = scope.may(Grant::ReadPersons);
        if scope.reach == Reach::Everything && changes.first().is_some_and(|first| first.sequence > seen) {
            return if persons { self.whole_full.clone() } else { self.whole_veiled.clone() };
        }
        let frames = if persons { &self.full } else { &self.veiled };
        let wanted = changes.iter().zip(frames).filter(|(change, _)| change.sequence > seen && visible(scope, change));
        wanted.map(|(_, frame)| frame.as_ref()).collect::<Vec<&[u8]>>().concat().into()
    }
}

/// What pages are told of changes after `seen`: how many. No words and no names: the
/// page asks for what it shows, with its own filters and rights.
pub fn hint(scope: &Scope, changes: &[Change], seen: i64, last: i64) -> Bytes {
    let changed = changes.iter().filter(|change| change.sequence > seen && visible(scope, change)).count();
    let mut out = String::new();
    if changed > 0 {
        // Writing to a String cannot fail.
        let _ = write!(out, "id: {last}\nevent: news\ndata: {{\"changed\":{changed}}}\n\n");
    }
    out.into()
}

//! The reader: the steps in their order.

use std::sync::Arc;

use heard_domain::id::{FeedbackId, StageId};
use heard_domain::journey::Journey;
use heard_domain::reading::{EntityKind, Passage, Reading, Span};
use heard_domain::taxonomy::Taxonomy;

use crate::company::Company;
use crate::embedding::Embedding;
use crate::encoder::Encoded;
use crate::feelings::shares;
use crate::learn::emotion::EmotionHead;
use crate::learn::head::CategoryHead;
use crate::learn::sentiment::SentimentHead;
use crate::learn::stage::StageHead;
use crate::lexicon::lexicon;
use crate::model::{LABELS, Model};
use crate::step::{Draft, Step, ToRead, Tools};
use crate::steps::{category, clause, clean, emotion, entity, intent, language, sentiment, stage};
use crate::token::Tokens;

/// Every step, in order: each may rest on what stands before it.
pub const STEPS: &[Step] = &[
    clean::STEP,
    language::STEP,
    clause::STEP,
    sentiment::STEP,
    emotion::STEP,
    category::STEP,
    stage::STEP,
    intent::STEP,
    entity::STEP,
];

/// Reads feedback with the company's journey and taxonomy. Cheap to share between threads.
#[derive(Debug)]
pub struct Reader {
    model: &'static Model,
    company: Company,
    name: String,
}

impl Reader {
    /// A reader for a journey and a taxonomy; make a new one when they change.
    pub fn new(journey: &Journey, taxonomy: &Taxonomy) -> Self {
        Self::with(Model::shipped(), journey, taxonomy)
    }

    /// The same with another head: training measures what it made.
    pub fn with(model: &'static Model, journey: &Journey, taxonomy: &Taxonomy) -> Self {
        Self::made(model, journey, taxonomy, CategoryHead::learn(taxonomy, &[]))
    }

    /// A reader with what the company's people have taught; the head was learnt from this taxonomy.
    pub fn taught(journey: &Journey, taxonomy: &Taxonomy, head: CategoryHead) -> Self {
        Self::made(Model::shipped(), journey, taxonomy, head)
    }

    fn made(model: &'static Model, journey: &Journey, taxonomy: &Taxonomy, head: CategoryHead) -> Self {
        let company = Company::new(journey, taxonomy, head);
        let mut name = format!("{} taxonomy {}", model.name, company.version);
        if company.head.examples() > 0 {
            name = format!("{name} learnt {:016x}", company.head.version());
        }
        Self { model, company, name }
    }

    /// The same reader, knowing also the names on the company's lists.
    #[must_use]
    pub fn knowing<'a>(mut self, names: impl IntoIterator<Item = (&'a str, EntityKind)>) -> Self {
        self.company.name(names);
        self
    }

    /// The same reader, knowing also what the company's people have said of the sentiment.
    #[must_use]
    pub fn feeling(mut self, sentiment: Option<Arc<SentimentHead>>) -> Self {
        if let Some(sentiment) = &sentiment {
            self.name = format!("{} felt {:016x}", self.name, sentiment.version());
        }
        self.company.sentiment = sentiment;
        self
    }

    /// What it knows of the sentiment beside what is shipped.
    pub fn sentiment(&self) -> Option<&Arc<SentimentHead>> {
        self.company.sentiment.as_ref()
    }

    /// The same reader, knowing also what the company's people have said of the emotions.
    #[must_use]
    pub fn moved(mut self, emotion: Option<Arc<EmotionHead>>) -> Self {
        if let Some(emotion) = &emotion {
            self.name = format!("{} moved {:016x}", self.name, emotion.version());
        }
        self.company.emotion = emotion;
        self
    }

    /// What it knows of the emotions beside what is shipped.
    pub fn emotion(&self) -> Option<&Arc<EmotionHead>> {
        self.company.emotion.as_ref()
    }

    /// The same reader, knowing also what the company's people have said of the stages; the head was learnt beside this reader.
    #[must_use]
    pub fn placing(mut self, stage: Option<Arc<StageHead>>) -> Self {
        if let Some(stage) = &stage {
            self.name = format!("{} placed {:016x}", self.name, stage.version());
        }
        self.company.stage = stage;
        self
    }

    /// What it knows of the stages beside journey and categories.
    pub fn stage(&self) -> Option<&Arc<StageHead>> {
        self.company.stage.as_ref()
    }

    /// To which stage a text by itself belongs, and how sure that is, if it was said at a contact of the stage `contact`.
    pub fn stage_of(&self, text: &str, contact: Option<StageId>) -> Option<(StageId, f32)> {
        let asked = ToRead { feedback: FeedbackId(0), revision: 1, text, language_hint: Some("en"), touchpoint_stage: contact };
        let reading = self.read(&asked);
        reading.weightiest().and_then(|passage| passage.stage.as_ref()).map(|label| (label.value, label.confidence))
    }

    /// What it knows of the company's categories.
    pub fn head(&self) -> &CategoryHead {
        &self.company.head
    }

    /// Name and version of the reader with the taxonomy's version: readings by another one are out of date.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads a feedback. Never fails: what could not be understood is in the notes.
    pub fn read(&self, asked: &ToRead<'_>) -> Reading {
        let mut draft = Draft {
            asked: *asked,
            text: asked.text,
            tokens: Tokens::default(),
            language: None,
            clauses: Vec::new(),
            entities: Vec::new(),
            notes: Vec::new(),
        };
        let tools = Tools { embedding: Embedding::shipped(), model: self.model, company: &self.company };
        for step in STEPS {
            (step.run)(&tools, &mut draft);
        }
        let passages = if draft.clauses.is_empty() {
            vec![wordless(asked)]
        } else {
            draft.clauses.into_iter().map(|clause| clause.passage).collect()
        };
        Reading {
            feedback: asked.feedback,
            revision: asked.revision,
            model: self.name.clone(),
            language: draft.language,
            passages,
            entities: draft.entities,
            notes: draft.notes,
        }
    }

    /// Which of the feelings, and last whether none of them, a text as a whole shows: all that pass their thresholds.
    pub fn feelings(&self, text: &str) -> [bool; LABELS] {
        let tokens = Tokens::of(text);
        let mut encoded = Encoded::default();
        self.model.encode(&mut encoded, Embedding::shipped(), lexicon(), &tokens, &(0..tokens.len()));
        let outputs = self.model.outputs(&self.model.score(&encoded));
        shares(self.model, &outputs).map(|(_, beyond)| beyond >= 1.0)
    }
}

/// The one passage of a feedback without words: it belongs where it was said.
fn wordless(asked: &ToRead<'_>) -> Passage {
    Passage {
        span: Span::new(0, 0),
        weight: 1.0,
        sentiment: None,
        emotion: None,
        feelings: Vec::new(),
        stage: asked.touchpoint_stage.map(stage::of_touchpoint),
        categories: Vec::new(),
        intents: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use heard_domain::reading::{Note, Polarity};
    use proptest::prelude::*;

    use super::*;

    fn reader() -> Reader {
        Reader::new(&Journey::default(), &Taxonomy::default())
    }

    fn asked(text: &str) -> ToRead<'_> {
        ToRead { feedback: FeedbackId(1), revision: 1, text, language_hint: None, touchpoint_stage: None }
    }

    #[test]
    fn a_feedback_without_words_has_one_passage_at_its_contact() {
        let reading = reader().read(&ToRead { touchpoint_stage: Some(StageId(7)), ..asked(" \n@heard https://x.org/y") });
        assert_eq!(reading.notes, [Note::NoText]);
        let [only] = reading.passages.as_slice() else { panic!("{reading:?}") };
        assert_eq!(
            (only.span, only.sentiment.is_none(), only.stage.as_ref().map(|s| s.value)),
            (Span::new(0, 0), true, Some(StageId(7)))
        );
    }

    #[test]
    fn a_contrast_gives_two_passages_with_their_own_sentiment() {
        let text = "The crew was wonderful, but the food was disgusting.";
        let reading = reader().read(&asked(text));
        let read: Vec<_> =
            reading.passages.iter().map(|p| (p.span.of(text).unwrap(), p.sentiment.as_ref().unwrap().polarity)).collect();
        assert_eq!(read, [("The crew was wonderful,", Polarity::Positive), ("but the food was disgusting.", Polarity::Negative)]);
    }

    proptest! {
        #[test]
        fn spans_fit_the_verbatim_and_weights_sum_to_one(text in "(\\PC|but|not|good\\.|\n|😡|’| |<b>|@x|#){0,80}") {
            let reading = reader().read(&asked(&text));
            let weights: f32 = reading.passages.iter().map(|p| p.weight).sum();
            prop_assert!((weights - 1.0).abs() < 1e-3);
            let mut end = 0;
            for passage in &reading.passages {
                prop_assert!(passage.span.start >= end && passage.span.of(&text).is_some());
                end = passage.span.end;
                let labels = passage.sentiment.iter().flat_map(|s| &s.evidence);
                for span in labels.chain(passage.emotion.iter().flat_map(|l| &l.evidence)).chain(passage.intents.iter().flat_map(|l| &l.evidence)) {
                    prop_assert!(span.of(&text).is_some() && span.start < span.end);
                    prop_assert!(span.start >= passage.span.start && span.end <= passage.span.end);
                }
            }
        }
    }

    #[test]
    fn what_is_meant_to_choke_the_reader_costs_no_more_than_a_long_letter() {
        let parts =
            ["x", "😡", "a ", "<a", "but not ", "!", "a. ", "order 1 ", "@a@", "&a", "good ", "\0", "\u{202e}", "é’", "http://"];
        let reader = reader();
        for part in parts {
            let text = part.repeat(100_000 / part.len());
            let reading = reader.read(&asked(&text));
            assert!(
                reading.notes.contains(&Note::Cut) && reading.passages.len() <= 64,
                "{part:?}: {} passages",
                reading.passages.len()
            );
            let end = reading.passages.iter().map(|p| p.span.end as usize).max();
            assert!(end.is_some_and(|end| end <= clean::LONGEST_READ), "{part:?}");
        }
    }

    #[test]
    fn a_very_long_verbatim_is_cut_on_a_character_boundary() {
        let text = "süß ".repeat(300_000);
        let reading = reader().read(&asked(&text));
        assert!(reading.notes.contains(&Note::Cut));
        assert!(reading.passages.iter().all(|p| p.span.of(&text).is_some()));
    }
}

//! Lessons: examples with their words, as the reader takes them.

use heard_domain::example::{Effect, Says, Taught};
use heard_domain::id::{CategoryId, ExampleId, FeedbackId, PostId, StageId, TouchpointId};
use heard_domain::reading::{Emotion, Polarity, Reading};
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::example::Worded;
use heard_store::view::View;
use heard_text::learn::emotion::Shown;
use heard_text::learn::example::Example;
use heard_text::learn::sentiment::Felt;

/// What a reader learns from.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lessons {
    /// What belongs to which category.
    pub(crate) examples: Vec<Example>,
    /// How good or bad words are, the latest last.
    pub(crate) felt: Vec<Felt>,
    /// Which emotion words show, the latest last.
    pub(crate) shown: Vec<Shown>,
    /// To which stage words belong, the latest last.
    pub(crate) placed: Vec<PlacedAt>,
}

/// Words of which a person has said to which stage they belong, with where they were said: whose stage that is follows from
/// the journey.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlacedAt {
    pub(crate) text: String,
    pub(crate) at: Option<(PostId, Option<TouchpointId>)>,
    pub(crate) stage: Option<StageId>,
}

impl Lessons {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.examples.len() + self.felt.len() + self.shown.len() + self.placed.len()
    }

    /// Takes one more.
    pub(crate) fn add(&mut self, says: Says, worded: Worded) {
        let Worded { text, said_at, .. } = worded;
        match says {
            Says::Category { category, belongs } => self.examples.push(Example { text, category, belongs }),
            Says::Sentiment { sentiment } => self.felt.push(Felt { text, polarity: sentiment }),
            Says::Emotion { emotion } => self.shown.push(Shown { text, emotion }),
            Says::Stage { stage } => self.placed.push(PlacedAt { text, at: said_at, stage }),
        }
    }
}

/// Examples with their words; those whose words are gone are left out.
pub(crate) fn of(view: &View, examples: &[Taught]) -> Result<Lessons, StoreError> {
    let ids: Vec<ExampleId> = examples.iter().map(|example| example.id).collect();
    let mut words = tables::example::words(view, &ids)?;
    let mut lessons = Lessons::default();
    for taught in examples {
        let Some(worded) = words.remove(&taught.id) else { continue };
        lessons.add(taught.says, worded);
    }
    Ok(lessons)
}

/// What the present version of the categories has learnt from.
pub(crate) fn present(view: &View) -> Result<Vec<Taught>, StoreError> {
    let version = tables::taxonomy::version(view)?;
    let examples = tables::taxonomy_version::examples(view, version)?;
    tables::example::as_now(view, &examples)
}

/// Counts what a comment would be read as by another reader, corrections of persons laid over both.
pub(crate) fn count(effect: &mut Effect, feedback: FeedbackId, before: &Reading, after: &Reading) {
    effect.count(feedback, &filed(before), &filed(after));
    effect.turn(feedback, felt(before), felt(after));
    effect.emotions.count(feedback, shown(before), shown(after));
    effect.stages.count(feedback, placed(before), placed(after));
}

/// The categories that a comment is filed under, each once.
pub(crate) fn filed(reading: &Reading) -> Vec<CategoryId> {
    let mut all: Vec<CategoryId> = reading.passages.iter().flat_map(|p| p.categories.iter().map(|c| c.value)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The comment's own sentiment: that of its weightiest passage.
fn felt(reading: &Reading) -> Option<Polarity> {
    reading.weightiest().and_then(|passage| passage.sentiment.as_ref()).map(|sentiment| sentiment.polarity)
}

/// The comment's own emotion.
fn shown(reading: &Reading) -> Option<Emotion> {
    reading.weightiest().and_then(|passage| passage.emotion.as_ref()).map(|label| label.value)
}

/// The comment's own stage.
fn placed(reading: &Reading) -> Option<StageId> {
    reading.weightiest().and_then(|passage| passage.stage.as_ref()).map(|label| label.value)
}

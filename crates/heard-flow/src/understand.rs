//! Understanding: the reader together with the names and examples that it was made from. Whoever hears and whoever reads
//! again ask it in the same way.

use std::sync::Arc;

use heard_domain::attribute::Attribute;
use heard_domain::directory::Directory;
use heard_domain::feedback::{Feedback, NewFeedback};
use heard_domain::id::{FeedbackId, PostId, StageId};
use heard_domain::reading::{EntityKind, Reading};
use heard_domain::taxonomy::Taxonomy;
use heard_store::tables::feedback::Words;
use heard_text::learn::emotion::EmotionHead;
use heard_text::learn::head::CategoryHead;
use heard_text::learn::sentiment::SentimentHead;
use heard_text::learn::stage::{Placed, StageHead};
use heard_text::pipeline::Reader;
use heard_text::step::ToRead;

use crate::lessons::{Lessons, PlacedAt};
use crate::named::Known;

/// More products than this are not looked for by name.
const MOST_PRODUCTS: usize = 5_000;

/// The names on the company's lists that customers use: places with their codes, and the values of attributes that say what
/// was bought. New products are known from the next change of journey, taxonomy or places on: making a reader is dear, and an
/// import brings many.
fn listed(directory: &Directory) -> Vec<(String, EntityKind)> {
    let places = directory.places.iter().flat_map(|place| std::iter::once(&place.name).chain(&place.codes));
    let sold = |attribute: &&Attribute| {
        let name = attribute.name.to_lowercase();
        ["product", "model", "article", "item"]
            .iter()
            .any(|word| name.split(|c: char| !c.is_alphanumeric()).any(|part| part == *word))
    };
    let products = directory.attributes.iter().filter(sold).filter_map(|attribute| directory.values.get(&attribute.id));
    let products = products.flatten().take(MOST_PRODUCTS).map(|value| (value.value.clone(), EntityKind::Product));
    places.map(|name| (name.clone(), EntityKind::Place)).chain(products).collect()
}

/// The company's names and the reader made from them, replaced as one.
#[derive(Clone)]
pub(crate) struct Understanding {
    pub(crate) directory: Arc<Directory>,
    pub(crate) reader: Arc<Reader>,
    /// The directory's names.
    pub(crate) names: Arc<Known>,
    /// How many examples the present version of the categories holds.
    pub(crate) lessons: usize,
}

impl Understanding {
    /// Of a company as it is now; learning takes a moment.
    pub(crate) fn of(directory: Directory, lessons: &Lessons, held: usize) -> Self {
        let head = CategoryHead::learn(&directory.taxonomy, &lessons.examples);
        let reader = Arc::new(reader(&directory, &directory.taxonomy, head, lessons, None));
        Self::with(directory, reader, held)
    }

    /// The same with a reader that is there already.
    pub(crate) fn with(directory: Directory, reader: Arc<Reader>, held: usize) -> Self {
        let names = Arc::new(Known::of(&directory));
        Self { directory: Arc::new(directory), reader, names, lessons: held }
    }

    /// The same company, had it other categories or learnt from other examples: learning begins where this one ended.
    pub(crate) fn taught(&self, taxonomy: &Taxonomy, lessons: &Lessons) -> Self {
        let head = self.reader.head().relearn(taxonomy, &lessons.examples);
        let reader = Arc::new(reader(&self.directory, taxonomy, head, lessons, Some(&self.reader)));
        Self { reader, lessons: lessons.len(), ..self.clone() }
    }

    /// Whether the company's words are still those of `other`: what one has read, the other would read alike.
    pub(crate) fn reads_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.reader, &other.reader)
    }

    /// Reads a feedback that is kept.
    pub(crate) fn read(&self, feedback: &Feedback) -> Reading {
        let stage = self.directory.stage_at(feedback.post, feedback.touchpoint);
        self.ask(feedback.id, feedback.revision, &feedback.text, stage)
    }

    /// The same, of what is known of it to read it.
    pub(crate) fn read_words(&self, words: &Words) -> Reading {
        let stage = self.directory.stage_at(words.post, words.touchpoint);
        self.ask(words.id, words.revision, &words.text, stage)
    }

    /// Reads a feedback that is about to be kept for the first time.
    pub(crate) fn read_new(&self, id: FeedbackId, post: PostId, new: &NewFeedback) -> Reading {
        let touchpoint = new.touchpoint.as_deref().and_then(|name| self.directory.touchpoint_named(name));
        self.ask(id, 1, &new.text, self.directory.stage_at(post, touchpoint))
    }

    fn ask(&self, feedback: FeedbackId, revision: i32, text: &str, stage: Option<StageId>) -> Reading {
        self.reader.read(&ToRead { feedback, revision, text, language_hint: None, touchpoint_stage: stage })
    }
}

/// A reader that knows the company's categories as they were taught, its names, and what its people have said of sentiment,
/// emotion and stage; what `last` has learnt from the same is taken again.
fn reader(directory: &Directory, taxonomy: &Taxonomy, head: CategoryHead, lessons: &Lessons, last: Option<&Reader>) -> Reader {
    let names = listed(directory);
    let names = names.iter().map(|(name, kind)| (name.as_str(), *kind));
    let reader = Reader::taught(&directory.journey, taxonomy, head)
        .feeling(SentimentHead::relearn(last.and_then(Reader::sentiment), &lessons.felt))
        .moved(EmotionHead::relearn(last.and_then(Reader::emotion), &lessons.shown))
        .knowing(names);
    let stages: Vec<StageId> = directory.journey.stages.iter().map(|stage| stage.id).collect();
    let placed = |placed: &PlacedAt| {
        let contact = placed.at.and_then(|(post, touchpoint)| directory.stage_at(post, touchpoint));
        Placed { text: placed.text.clone(), contact, stage: placed.stage }
    };
    let placed: Vec<Placed> = lessons.placed.iter().map(placed).collect();
    let last = last.and_then(Reader::stage);
    let stage = StageHead::relearn(last, &stages, &placed, reader.name(), &|text, contact| reader.stage_of(text, contact));
    reader.placing(stage)
}

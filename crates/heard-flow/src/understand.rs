//! Understanding: the reader together with the names that it was made from. Whoever hears and whoever reads again ask it in
//! the same way.

use std::sync::Arc;

use heard_domain::directory::Directory;
use heard_domain::feedback::{Feedback, NewFeedback};
use heard_domain::id::{FeedbackId, PostId, StageId};
use heard_domain::reading::Reading;
use heard_text::pipeline::Reader;
use heard_text::step::ToRead;

use crate::named::Known;

/// The company's names and the reader made from them, replaced as one.
#[derive(Clone)]
pub(crate) struct Understanding {
    pub(crate) directory: Arc<Directory>,
    pub(crate) reader: Arc<Reader>,
    /// The directory's names.
    pub(crate) names: Arc<Known>,
}

impl Understanding {
    /// Of a company as it is now.
    pub(crate) fn of(directory: Directory) -> Self {
        let reader = Reader::new(&directory.journey, &directory.taxonomy);
        Self::with(directory, Arc::new(reader))
    }

    /// The same with a reader that is there already.
    pub(crate) fn with(directory: Directory, reader: Arc<Reader>) -> Self {
        let names = Arc::new(Known::of(&directory));
        Self { directory: Arc::new(directory), reader, names }
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

    /// Reads a feedback that is about to be kept for the first time.
    pub(crate) fn read_new(&self, id: FeedbackId, post: PostId, new: &NewFeedback) -> Reading {
        let touchpoint = new.touchpoint.as_deref().and_then(|name| self.directory.touchpoint_named(name));
        self.ask(id, 1, &new.text, self.directory.stage_at(post, touchpoint))
    }

    fn ask(&self, feedback: FeedbackId, revision: i32, text: &str, stage: Option<StageId>) -> Reading {
        self.reader.read(&ToRead { feedback, revision, text, language_hint: None, touchpoint_stage: stage })
    }
}

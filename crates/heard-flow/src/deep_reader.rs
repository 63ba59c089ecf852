//! The deep reader that a company has put beside Heard: what it has learnt of the categories, and what it did.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use heard_text::deep::head::DeepHead;
use heard_text::deep::reader::{BadFolder, Deep};
use heard_text::learn::example::Example;

use crate::understand::Understanding;

/// The deep reader that a company has put beside Heard, and what it did since Heard was started.
pub struct DeepReader {
    pub(crate) deep: Deep,
    pub(crate) folder: String,
    /// The categories as it knows them, by the name of the fast reader whose taxonomy and examples they are.
    head: Mutex<Option<(String, Arc<DeepHead>)>>,
    tally: Mutex<Tally>,
}

/// What it has read since Heard was started.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) comments: u64,
    pub(crate) passages: u64,
    pub(crate) seconds: f64,
}

impl DeepReader {
    /// The reader in a folder; says which file of it cannot be used, and why.
    pub fn open(folder: &Path) -> Result<Self, BadFolder> {
        let deep = Deep::open(&|file| std::fs::read(folder.join(file)))?;
        Ok(Self { deep, folder: folder.display().to_string(), head: Mutex::default(), tally: Mutex::default() })
    }

    pub(crate) fn tally(&self) -> Tally {
        *self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The categories as this reader knows them, if it has learnt them.
    pub(crate) fn known(&self, name: &str) -> Option<Arc<DeepHead>> {
        let known = self.head.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(known, _)| known == name).map(|(_, head)| Arc::clone(head))
    }

    /// Learns them; takes some seconds the first time.
    pub(crate) fn learn(&self, understanding: &Understanding, lessons: &[Example]) -> Arc<DeepHead> {
        let last = self.head.lock().unwrap_or_else(PoisonError::into_inner).take();
        let last = last.as_ref().map(|(_, head)| head.as_ref());
        let head = Arc::new(DeepHead::learn(&self.deep, &understanding.directory.taxonomy, lessons, last));
        let name = understanding.reader.name().to_owned();
        *self.head.lock().unwrap_or_else(PoisonError::into_inner) = Some((name, Arc::clone(&head)));
        head
    }

    /// One comment more was read, of which so many passages, within `seconds`.
    pub(crate) fn count(&self, passages: usize, seconds: f64) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.comments += 1;
        tally.passages += passages as u64;
        tally.seconds += seconds;
    }
}

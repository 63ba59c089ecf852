//! The deep reader that a company has put beside Heard: what it has learnt of the categories, and what it did.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use heard_domain::reading::Reading;
use heard_domain::taxonomy::Taxonomy;
use heard_text::deep::again::{ReadWith, read};
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
    /// What passages mean that were asked for lately, so that what is looked at twice is worked out once.
    meant: Mutex<HashMap<String, Arc<[f32]>>>,
}

/// So many passages are remembered: some 50 MB with vectors of 384 figures. Beyond that all is forgotten and begins anew.
const REMEMBERED: usize = 20_000;
/// A longer passage is not remembered, in bytes.
const LONGEST: usize = 600;

/// The deep reader and the categories as it has learnt them.
#[derive(Clone)]
pub(crate) struct Learnt {
    deep: Arc<DeepReader>,
    head: Arc<DeepHead>,
}

impl Learnt {
    /// What is kept of the present categories, or learnt from the lessons: that takes some seconds the first time.
    pub(crate) fn of(deep: Arc<DeepReader>, understanding: &Understanding, lessons: &[Example]) -> Self {
        let head = deep.known(understanding.reader.name()).unwrap_or_else(|| deep.learn(understanding, lessons));
        Self { deep, head }
    }

    /// The same reader, had it learnt from something else; nothing is kept of it.
    pub(crate) fn taught(&self, taxonomy: &Taxonomy, lessons: &[Example]) -> Self {
        let head = DeepHead::learn(&self.deep.deep, taxonomy, lessons, Some(&self.head));
        Self { deep: Arc::clone(&self.deep), head: Arc::new(head) }
    }

    /// Reads deeply what is unsure in a reading, to count what it is filed under: without the words that labels rest on.
    pub(crate) fn count(&self, taxonomy: &Taxonomy, reading: &mut Reading, text: &str) {
        let with = ReadWith {
            name: self.deep.deep.name(),
            meanings: &|texts| self.deep.meanings(texts),
            head: &self.head,
            above: &|category| taxonomy.category(category).and_then(|c| c.parent),
            explain: false,
        };
        read(&with, reading, text);
    }
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
        Ok(Self {
            deep,
            folder: folder.display().to_string(),
            head: Mutex::default(),
            tally: Mutex::default(),
            meant: Mutex::default(),
        })
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

    /// What texts mean; those that were asked for lately are remembered.
    pub(crate) fn meanings(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let known = |text: &str| self.meant.lock().unwrap_or_else(PoisonError::into_inner).get(text).map(Arc::clone);
        let found: Vec<Option<Arc<[f32]>>> = texts.iter().map(|text| known(text)).collect();
        let new: Vec<&str> = texts.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(text, _)| *text).collect();
        let mut worked_out = self.deep.vectors(&new).into_iter();
        let all: Vec<Vec<f32>> =
            found.into_iter().map(|found| found.map_or_else(|| worked_out.next().unwrap_or_default(), |f| f.to_vec())).collect();
        let mut meant = self.meant.lock().unwrap_or_else(PoisonError::into_inner);
        if meant.len() + new.len() > REMEMBERED {
            meant.clear();
        }
        let kept = texts.iter().zip(&all).filter(|(text, _)| text.len() <= LONGEST).take(REMEMBERED);
        for (text, meaning) in kept {
            if !meant.contains_key(*text) {
                meant.insert((*text).to_owned(), meaning.as_slice().into());
            }
        }
        all
    }

    /// Reads one comment deeply where that is wanted; whether something of it was.
    pub(crate) fn read(&self, head: &DeepHead, taxonomy: &Taxonomy, reading: &mut Reading, text: &str) -> bool {
        let begun = Instant::now();
        let with = ReadWith {
            name: self.deep.name(),
            meanings: &|texts| self.deep.vectors(texts),
            head,
            above: &|category| taxonomy.category(category).and_then(|c| c.parent),
            explain: true,
        };
        let passages = read(&with, reading, text);
        if passages > 0 {
            self.count(passages, begun.elapsed().as_secs_f64());
        }
        passages > 0
    }

    /// One comment more was read, of which so many passages, within `seconds`.
    fn count(&self, passages: usize, seconds: f64) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.comments += 1;
        tally.passages += passages as u64;
        tally.seconds += seconds;
    }
}

//! What was just kept, handed to those who follow the outbox: what the writer has in hand they need not ask the database for.
//!
//! Each follower has a tray of its own. What does not fit, what was changed again since, and all that was there before a
//! start is asked for as ever: the trays save work, and nothing depends on them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heard_domain::feedback::Feedback;
use heard_domain::id::FeedbackId;

use crate::cube::Labels;

/// So many feedbacks lie in a tray at most: those of a few seconds of an import.
const MOST: usize = 24_000;
/// With so many bytes of words at most.
const MOST_BYTES: usize = 32 << 20;

/// A feedback as it was kept for the first time.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) feedback: Feedback,
    /// The code of its language.
    pub(crate) language: Option<String>,
    /// Never empty.
    pub(crate) passages: Vec<Labels>,
}

/// What lies in a tray, each with its number in the outbox, oldest first.
#[derive(Debug, Default)]
struct Lying {
    kept: VecDeque<(i64, Arc<Kept>)>,
    bytes: usize,
}

/// What waits for one follower.
#[derive(Debug, Default)]
pub(crate) struct Tray {
    lying: Mutex<Lying>,
}

impl Tray {
    fn lying(&self) -> MutexGuard<'_, Lying> {
        self.lying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lay(&self, all: &[(i64, Arc<Kept>)]) {
        let mut lying = self.lying();
        for (sequence, kept) in all {
            let bytes = kept.feedback.text.len();
            if lying.kept.len() >= MOST || lying.bytes + bytes > MOST_BYTES {
                return;
            }
            lying.bytes += bytes;
            lying.kept.push_back((*sequence, Arc::clone(kept)));
        }
    }

    /// Takes out all up to a number of the outbox: of each feedback with the number under which it lay here.
    pub(crate) fn take(&self, up_to: i64) -> HashMap<FeedbackId, (i64, Arc<Kept>)> {
        let mut lying = self.lying();
        let count = lying.kept.partition_point(|(sequence, _)| *sequence <= up_to);
        let taken: HashMap<_, _> =
            lying.kept.drain(..count).map(|(sequence, kept)| (kept.feedback.id, (sequence, kept))).collect();
        let bytes: usize = lying.kept.iter().map(|(_, kept)| kept.feedback.text.len()).sum();
        lying.bytes = bytes;
        taken
    }
}

/// The trays of the followers.
#[derive(Debug, Default)]
pub(crate) struct Handed {
    /// For the columns.
    pub(crate) columns: Tray,
    /// For the search index.
    pub(crate) index: Tray,
}

impl Handed {
    /// Lays out what a commit has kept, in the order of its numbers.
    pub(crate) fn lay(&self, all: &[(i64, Arc<Kept>)]) {
        self.columns.lay(all);
        self.index.lay(all);
    }
}

#[cfg(test)]
mod tests {
    use heard_domain::id::PostId;
    use heard_domain::time::{Day, Time};

    use super::*;

    fn kept(id: i64, text: &str) -> Arc<Kept> {
        let feedback = Feedback {
            id: FeedbackId(id),
            revision: 1,
            post: PostId(1),
            key: id.to_string(),
            at: Time(0),
            day: Day(0),
            heard: Time(0),
            person: None,
            account: None,
            touchpoint: None,
            text: text.to_owned(),
            link: None,
            import: None,
            ratings: Vec::new(),
            attributes: Vec::new(),
        };
        Arc::new(Kept { feedback, language: None, passages: vec![Labels::default()] })
    }

    #[test]
    fn what_lies_in_a_tray_is_taken_once_up_to_a_number() {
        let handed = Handed::default();
        handed.lay(&[(5, kept(50, "a")), (6, kept(60, "b")), (9, kept(90, "c"))]);
        let taken = handed.columns.take(6);
        let mut numbers: Vec<(i64, i64)> = taken.iter().map(|(id, (sequence, _))| (id.0, *sequence)).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [(50, 5), (60, 6)]);
        assert!(handed.columns.take(8).is_empty());
        assert_eq!(handed.columns.take(9).len(), 1);
        assert_eq!(handed.index.take(100).len(), 3, "each follower has a tray of its own");
    }

    #[test]
    fn a_tray_holds_only_so_much() {
        let tray = Tray::default();
        let long = "x".repeat(MOST_BYTES / 2);
        tray.lay(&[(1, kept(1, &long)), (2, kept(2, &long)), (3, kept(3, "one too many"))]);
        assert_eq!(tray.take(3).len(), 2);
        let one = kept(4, "short");
        tray.lay(&(4..).take(MOST + 1).map(|sequence| (sequence, Arc::clone(&one))).collect::<Vec<_>>());
        assert_eq!(tray.lying().kept.len(), MOST);
    }
}

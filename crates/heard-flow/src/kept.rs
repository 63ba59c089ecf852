//! Answers that take long to find, kept for a while.

use std::sync::{Arc, Mutex, PoisonError};

use heard_domain::time::Time;
use heard_store::store::Store;

/// How many answers are kept where nobody says otherwise.
const MOST: usize = 32;

/// What was known when something was asked: the same while nothing is written that an answer could rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Writes of anything but comments that come in, and notes of who looked.
    changes: u64,
    /// How far comments have changed.
    sequence: i64,
    /// How often names were looked at anew: between a write and that look an answer is still made with the names of before.
    named: u64,
}

impl Asked {
    /// Taken before the question is answered, and before the names are asked for with which it is.
    pub(crate) fn of(store: &Store, named: u64) -> Self {
        Self { changes: store.changes(), sequence: store.bell().sequence(), named }
    }
}

/// An answer with its question and when it was found.
type Answer<Q, A> = (Q, Time, Arc<A>);

/// The newest answers to questions.
pub(crate) struct Kept<Q, A> {
    most: usize,
    answers: Mutex<Vec<Answer<Q, A>>>,
    /// One is looked for at a time: it takes a core for seconds.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

impl<Q, A> Default for Kept<Q, A> {
    fn default() -> Self {
        Self::of(MOST)
    }
}

impl<Q, A> Kept<Q, A> {
    /// Keeps so many answers.
    pub(crate) fn of(most: usize) -> Self {
        Self { most, answers: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }
}

impl<Q: PartialEq, A> Kept<Q, A> {
    /// The answer to a question, if it was found since that moment.
    pub(crate) fn get(&self, asked: &Q, since: Time) -> Option<Arc<A>> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.iter().find(|(other, at, _)| other == asked && *at >= since).map(|(_, _, found)| Arc::clone(found))
    }

    /// Keeps an answer instead of an older one to the same question; the oldest goes when there are many.
    pub(crate) fn put(&self, asked: Q, at: Time, found: Arc<A>) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.retain(|(other, _, _)| *other != asked);
        if answers.len() >= self.most {
            answers.remove(0);
        }
        answers.push((asked, at, found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_given_until_it_is_old_and_the_oldest_goes_first() {
        let kept = Kept::default();
        for question in 0..=MOST {
            kept.put(question, Time(100), Arc::new(question * 2));
        }
        assert_eq!(kept.get(&0, Time(0)), None);
        assert_eq!(kept.get(&1, Time(100)).as_deref(), Some(&2));
        assert_eq!(kept.get(&1, Time(101)), None);
        kept.put(1, Time(200), Arc::new(7));
        assert_eq!(kept.get(&1, Time(101)).as_deref(), Some(&7));
    }
}

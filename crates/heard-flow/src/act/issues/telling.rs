//! What tells an issue: of the comments that were joined to it, the passages that say what it is about, those first that say what most say.

use std::collections::{HashMap, HashSet};

use heard_domain::id::{CategoryId, FeedbackId, StageId};
use heard_domain::reading::{Passage, Span};
use heard_text::learn::head::CategoryHead;
use heard_text::telling::telling;

use crate::act::issues::rising::{NAMED_BY, named};

/// So many are looked through by a person at most.
pub(crate) const MOST: usize = 40;
/// What a passage says is judged by so many of its words, those that most of the others use.
const BY_WORDS: usize = 3;

/// A passage that complains, with its words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Complaint {
    pub(crate) feedback: FeedbackId,
    pub(crate) span: Span,
    pub(crate) stage: Option<StageId>,
    pub(crate) text: String,
}

impl Complaint {
    /// Of a passage as it was read; none where its words are gone.
    pub(crate) fn of(feedback: FeedbackId, passage: &Passage, text: &str) -> Option<Self> {
        let words = passage.span.of(text)?.trim().to_owned();
        let stage = passage.stage.as_ref().map(|stage| stage.value);
        Some(Self { feedback, span: passage.span, stage, text: words }).filter(|one| !one.text.is_empty())
    }
}

/// In how many comments each word stands.
fn counted(said: &[Complaint]) -> HashMap<u64, usize> {
    let stands: HashSet<(u64, FeedbackId)> =
        said.iter().flat_map(|one| telling(&one.text).into_iter().map(|(stem, _)| (stem, one.feedback))).collect();
    let mut counts = HashMap::new();
    for (stem, _) in stands {
        *counts.entry(stem).or_default() += 1;
    }
    counts
}

/// One passage of each comment, those that say what most say first. Of a comment that complains at the issue's stage only what it
/// complains of there is taken.
pub(crate) fn told(stage: Option<StageId>, said: &[Complaint]) -> Vec<Complaint> {
    let at = |one: &Complaint| stage.is_none() || one.stage == stage;
    let there: HashSet<FeedbackId> = said.iter().filter(|one| at(one)).map(|one| one.feedback).collect();
    let said: Vec<Complaint> = said.iter().filter(|one| at(one) || !there.contains(&one.feedback)).cloned().collect();
    let counts = counted(&said);
    let shared = |one: &Complaint| {
        let mut words: Vec<usize> =
            telling(&one.text).into_iter().map(|(stem, _)| counts.get(&stem).copied().unwrap_or(0)).collect();
        words.sort_unstable_by(|a, b| b.cmp(a));
        words.into_iter().take(BY_WORDS).sum::<usize>()
    };
    let mut all: Vec<(usize, Complaint)> = said.into_iter().map(|one| (shared(&one), one)).collect();
    all.sort_by(|(a, one), (b, other)| b.cmp(a).then((one.feedback, one.span).cmp(&(other.feedback, other.span))));
    let (mut met, mut texts) = (HashSet::new(), HashSet::new());
    let new = |one: &Complaint| met.insert(one.feedback) && texts.insert(one.text.to_lowercase());
    all.into_iter().map(|(_, one)| one).filter(new).take(MOST).collect()
}

/// So many passages that sound alike are held against those that tell it.
pub(crate) const APART: usize = 20;

/// Of what was complained of before, one passage of each comment, those that a head which has learnt a category takes for it most surely: what is
/// alike and is not it.
pub(crate) fn apart(head: &CategoryHead, category: CategoryId, before: &[Complaint], most: usize) -> Vec<Complaint> {
    let sure = |one: &Complaint| {
        let scored = head.of_text(&one.text);
        scored.iter().find(|scored| scored.category == category).map_or(0.0, |scored| scored.plain)
    };
    let mut all: Vec<(f32, &Complaint)> = before.iter().map(|one| (sure(one), one)).collect();
    all.sort_by(|(a, one), (b, other)| b.total_cmp(a).then((one.feedback, one.span).cmp(&(other.feedback, other.span))));
    let (mut met, mut texts) = (HashSet::new(), HashSet::new());
    let new = |one: &&Complaint| met.insert(one.feedback) && texts.insert(one.text.to_lowercase());
    all.into_iter().map(|(_, one)| one).filter(new).take(most).cloned().collect()
}

/// The words that name what passages tell: those that most of them use.
pub(crate) fn words(told: &[Complaint]) -> Vec<String> {
    let mut counts: Vec<(u64, usize)> = counted(told).into_iter().collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let stems: Vec<u64> = counts.into_iter().take(NAMED_BY).map(|(stem, _)| stem).collect();
    named(&stems, &told.iter().map(|one| one.text.clone()).collect::<Vec<_>>())
}

/// The stage at which most of them complain.
pub(crate) fn stage(told: &[Complaint]) -> Option<StageId> {
    let mut counts: HashMap<StageId, usize> = HashMap::new();
    for stage in told.iter().filter_map(|one| one.stage) {
        *counts.entry(stage).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(stage, n)| (*n, std::cmp::Reverse(*stage))).map(|(stage, _)| stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(feedback: i64, start: usize, stage: i64, text: &str) -> Complaint {
        let span = Span::new(start, start + text.len());
        Complaint { feedback: FeedbackId(feedback), span, stage: Some(StageId(stage)), text: text.to_owned() }
    }

    #[test]
    fn what_most_say_comes_first_one_passage_of_each_comment_at_the_stage() {
        let all = [
            said(1, 0, 4, "The lift was out of order."),
            said(2, 0, 4, "My login code never came."),
            said(2, 30, 4, "The colours are ugly."),
            said(3, 0, 4, "Still waiting for the login code!"),
            said(3, 40, 5, "A login code for the login."),
            said(4, 0, 5, "No login code for days."),
            said(5, 0, 4, "my login code never came."),
        ];
        let told = told(Some(StageId(4)), &all);
        let ids: Vec<(i64, usize)> = told.iter().map(|one| (one.feedback.0, one.span.start as usize)).collect();
        assert_eq!(ids, [(2, 0), (3, 0), (4, 0), (1, 0)], "the same words teach once");
        assert_eq!((stage(&told), stage(&[])), (Some(StageId(4)), None));
        let named = words(&told);
        assert!(["login", "code"].iter().all(|word| named[..2].iter().any(|one| one == word)), "{named:?}");
        assert!(words(&[]).is_empty());
    }
}

//! What is most useful to label next: passages on which the reader is least sure, spread over what they are about.

use std::collections::HashSet;

use heard_domain::id::{CategoryId, FeedbackId};
use heard_domain::reading::Span;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_text::learn::head::CategoryHead;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// So many comments are looked through, the newest.
pub const LOOKED_THROUGH: usize = 600;
/// So many passages are offered at most.
pub const MOST: usize = 20;
/// So many guesses are offered.
const GUESSES: usize = 9;
/// A passage of fewer words tells nothing.
const LEAST_WORDS: usize = 4;
/// Two passages that share more of their words than this teach the same.
const ALIKE: f32 = 0.5;

/// A category that a passage may be about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Guess {
    /// Which.
    pub category: CategoryId,
    /// How sure, 0-1.
    pub confidence: f32,
}

/// A passage whose label would teach much.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Useful {
    /// The comment.
    pub feedback: FeedbackId,
    /// Where the passage stands.
    pub span: Span,
    /// Its words.
    pub text: String,
    /// What it may be about, the likeliest first, at most nine.
    pub guesses: Vec<Guess>,
    /// How unsure the reader is: 0 (sure) to 1 (both ways alike).
    pub doubt: f32,
}

/// The passages that are most useful to label next, the most useful first; `skipped` are left out.
pub async fn next(flow: &Flow, scope: &Scope, skipped: &[(FeedbackId, u32)], most: usize) -> Result<Vec<Useful>, FlowError> {
    need(scope, Grant::ReadFeedback)?;
    let read = |view: &heard_store::view::View| {
        let words = tables::feedback::to_read_below(view, None, LOOKED_THROUGH)?;
        let ids: Vec<FeedbackId> = words.iter().map(|words| words.id).collect();
        Ok((tables::example::labelled(view, &ids)?, words))
    };
    let (labelled, words) = flow.store.read(scope, read).await?;
    let skipped: HashSet<(FeedbackId, u32)> = skipped.iter().copied().collect();
    let understanding = flow.look();
    let work = move || {
        let mut all = Vec::new();
        for words in &words {
            for passage in understanding.read_words(words).passages {
                let known = labelled.iter().any(|(id, span)| *id == words.id && span.is_none_or(|s| s.overlaps(passage.span)));
                let text = passage.span.of(&words.text).unwrap_or_default().trim();
                let short = text.split_whitespace().take(LEAST_WORDS).count() < LEAST_WORDS;
                if known || short || skipped.contains(&(words.id, passage.span.start)) {
                    continue;
                }
                let guesses = guesses(understanding.reader.head(), text);
                let doubt = doubt(&guesses);
                all.push(Useful { feedback: words.id, span: passage.span, text: text.to_owned(), guesses, doubt });
            }
        }
        spread(all, most)
    };
    tokio::task::spawn_blocking(work).await.map_err(FlowError::internal)
}

fn guesses(head: &CategoryHead, text: &str) -> Vec<Guess> {
    let all = head.of_text(text).into_iter().take(GUESSES);
    all.map(|scored| Guess { category: scored.category, confidence: scored.confidence }).collect()
}

/// How near the reader is to deciding otherwise: between the two likeliest, or between the likeliest and none.
fn doubt(guesses: &[Guess]) -> f32 {
    let at = |place: usize| guesses.get(place).map_or(0.0, |guess| guess.confidence);
    let (first, second) = (at(0), at(1));
    // That two are as unlikely as each other is no doubt.
    let between = if second > 0.0 { (1.0 - (first - second)) * (2.0 * first).min(1.0) } else { 0.0 };
    let whether = 1.0 - (2.0 * first - 1.0).abs();
    between.max(whether).clamp(0.0, 1.0)
}

/// The most doubtful, none like another: one of a comment, at most a third about the same, few shared words.
fn spread(mut all: Vec<Useful>, most: usize) -> Vec<Useful> {
    all.sort_by(|a, b| b.doubt.total_cmp(&a.doubt).then(b.feedback.cmp(&a.feedback)).then(a.span.cmp(&b.span)));
    let share = most.div_ceil(3);
    let mut chosen: Vec<(Useful, HashSet<String>)> = Vec::new();
    for useful in all {
        if chosen.len() >= most {
            break;
        }
        let words: HashSet<String> = useful
            .text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() > 2)
            .map(str::to_lowercase)
            .collect();
        let about = |one: &Useful| one.guesses.first().map(|guess| guess.category);
        let same = chosen.iter().filter(|(other, _)| about(other) == about(&useful)).count();
        let like = |(other, theirs): &(Useful, HashSet<String>)| {
            let (both, either) = (words.intersection(theirs).count() as f32, words.union(theirs).count() as f32);
            other.feedback == useful.feedback || both > ALIKE * either
        };
        if (same < share || about(&useful).is_none()) && !chosen.iter().any(like) {
            chosen.push((useful, words));
        }
    }
    chosen.into_iter().map(|(useful, _)| useful).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn useful(id: i64, text: &str, guesses: &[(i64, f32)]) -> Useful {
        let guesses: Vec<Guess> =
            guesses.iter().map(|(id, confidence)| Guess { category: CategoryId(*id), confidence: *confidence }).collect();
        let doubt = doubt(&guesses);
        Useful { feedback: FeedbackId(id), span: Span::new(0, text.len()), text: text.to_owned(), guesses, doubt }
    }

    #[test]
    fn doubt_is_greatest_where_two_are_as_likely_or_one_is_even() {
        let of = |guesses: &[(i64, f32)]| useful(1, "", guesses).doubt;
        assert!(of(&[(1, 0.9)]) < of(&[(1, 0.6)]) && of(&[(1, 0.9), (2, 0.2)]) < of(&[(1, 0.9), (2, 0.8)]));
        assert!((of(&[(1, 0.5)]) - 1.0).abs() < 1e-6 && of(&[]) < 1e-6);
        assert!(of(&[(1, 0.01), (2, 0.01)]) < 0.1, "what is about nothing is not in doubt");
    }

    #[test]
    fn what_is_offered_is_spread_over_what_it_is_about() {
        let mut all: Vec<Useful> =
            (1..=9).map(|id| useful(id, &format!("the luggage{id} was lost at gate{id} again{id}"), &[(1, 0.5)])).collect();
        all.push(useful(20, "quite another matter about breakfast", &[(2, 0.9)]));
        all.push(useful(21, "quite another matter about breakfast!", &[(3, 0.95)]));
        let chosen = spread(all, 6);
        let about = |id: i64| chosen.iter().filter(|one| one.guesses[0].category.0 == id).count();
        assert_eq!((about(1), about(2), about(3)), (2, 1, 0), "two of the same kind, and none that says the same");
    }
}

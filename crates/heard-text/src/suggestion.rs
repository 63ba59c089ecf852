//! Suggestions: phrases and grammar, each with what it says for or against one; their sum decides.

use std::ops::Range;

use heard_domain::reading::Span;

use crate::grammar::{Signs, Words};
use crate::token::Tokens;
use crate::wishes::cues;

/// From this sum on a stretch suggests something.
const ENOUGH: f32 = 1.0;

/// What a stretch of tokens suggests.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggested {
    /// How much speaks for it; at least 1.
    pub sum: f32,
    /// The words by which it does.
    pub evidence: Vec<Span>,
}

impl Suggested {
    /// How sure (0-1), set by hand: .6 where just enough speaks for it, .93 where three times as much does.
    pub fn confidence(&self) -> f32 {
        1.0 / (1.0 + (-0.4 - 1.1 * (self.sum - ENOUGH)).exp())
    }
}

/// What a stretch of tokens suggests, if anything.
pub fn suggested(tokens: &Tokens, range: &Range<usize>) -> Option<Suggested> {
    let mut signs = Signs::default();
    cues().find(tokens, range.clone(), |hit| signs.add(hit.means.family, hit.means.weight, hit.first, hit.last));
    let words = Words { tokens, range };
    words.head(&mut signs);
    for at in range.clone() {
        words.grammar(at, &mut signs);
    }
    if signs.best.iter().all(|weight| *weight <= 0.0) {
        return None;
    }
    let sum = signs.best.iter().sum::<f32>() + words.manner();
    if sum < ENOUGH {
        return None;
    }
    signs.evidence.sort_unstable();
    let mut evidence: Vec<(usize, usize)> = Vec::with_capacity(signs.evidence.len());
    for (first, last) in signs.evidence {
        match evidence.last_mut() {
            Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
            _ => evidence.push((first, last)),
        }
    }
    let evidence = evidence.into_iter().map(|(first, last)| tokens.span(&(first..(last + 1).min(range.end)))).collect();
    Some(Suggested { sum, evidence })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let tokens = Tokens::of(text);
        suggested(&tokens, &(0..tokens.len()))
            .map_or_else(Vec::new, |s| s.evidence)
            .into_iter()
            .filter_map(|span| span.of(text))
            .collect()
    }

    #[test]
    fn wishes_commands_and_duties_are_suggestions() {
        assert_eq!(found("It would be really very helpful to sort by date"), ["would be really very helpful", "sort by"]);
        assert_eq!(found("Please also add a dark mode"), ["Please also add"]);
        assert_eq!(found("There should be a way to undo"), ["There should be a way to"]);
        assert_eq!(found("The app should remember my seat"), ["should remember"]);
    }

    #[test]
    fn reproaches_thanks_and_stories_are_not() {
        for text in [
            "You should be ashamed",
            "I should have stayed home",
            "They said it would be great",
            "Let me know",
            "Support was great",
            "I use it every day",
            "Give me my money back",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}

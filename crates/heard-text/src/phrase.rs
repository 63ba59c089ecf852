//! Phrases: watch words, cues and rules, compiled so that all of them are found in one pass over the tokens.

use std::ops::Range;

use crate::token::{ByHash, Kind, Tokens, beginning, hash, mix, stem};

/// A prefix shorter than this is taken as a whole word: "a*" would match a tenth of all words.
const SHORTEST_PREFIX: usize = 3;

#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// The stem.
    Stem(u64),
    /// The word as it stands: used where a stem would say too much.
    Word(u64),
    /// The beginning of a word.
    Prefix(String),
}

#[derive(Debug)]
struct Phrase<T> {
    parts: Vec<Part>,
    means: T,
}

/// What was found and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<T> {
    /// Which phrase, by its place in the source.
    pub phrase: usize,
    /// What the phrase stands for.
    pub means: T,
    /// First token.
    pub first: usize,
    /// Last token.
    pub last: usize,
}

/// So many words of 64 bits: few enough to stay in the processor's nearest memory.
const GLANCE: usize = 128;

/// A bit for each word that may begin a phrase: nearly no word does, and that is told by one glance.
#[derive(Debug)]
struct Glance(Box<[u64; GLANCE]>);

impl Default for Glance {
    fn default() -> Self {
        Self(Box::new([0; GLANCE]))
    }
}

impl Glance {
    fn add(&mut self, key: u64) {
        if let Some(word) = self.0.get_mut((key >> 6) as usize % GLANCE) {
            *word |= 1 << (key & 63);
        }
    }

    fn may(&self, key: u64) -> bool {
        self.0.get((key >> 6) as usize % GLANCE).is_some_and(|word| word >> (key & 63) & 1 == 1)
    }
}

/// The key of the beginning of a word.
fn key_of(begins: u32) -> u64 {
    mix(0, u64::from(begins))
}

/// A set of phrases.
#[derive(Debug)]
pub struct Phrases<T> {
    all: Vec<Phrase<T>>,
    begins: Glance,
    /// Where the phrases that begin with a word lie among `begun`.
    by_stem: ByHash<Range<u32>>,
    begun: Vec<Begun>,
    by_prefix: Vec<(u32, usize)>,
}

/// A phrase by its first two words: the second tells nearly always that it is not there.
#[derive(Debug, Clone, Copy)]
struct Begun {
    second: Option<u64>,
    phrase: u32,
}

impl<T: Copy> Phrases<T> {
    /// Compiles phrases: words are compared by their stem, `=word` exactly, `word*` by its beginning. Phrases without
    /// a word are left out.
    pub fn new<'a>(source: impl IntoIterator<Item = (&'a str, T)>) -> Self {
        let mut all: Vec<Phrase<T>> = Vec::new();
        let (mut stems, mut by_prefix) = (Vec::new(), Vec::new());
        for (text, means) in source {
            let parts: Vec<Part> = text.split_whitespace().flat_map(parts).collect();
            let index = all.len();
            match parts.first() {
                Some(Part::Stem(key) | Part::Word(key)) => {
                    let second = match parts.get(1) {
                        Some(Part::Stem(key) | Part::Word(key)) => Some(*key),
                        _ => None,
                    };
                    stems.push((*key, Begun { second, phrase: index as u32 }));
                }
                Some(Part::Prefix(prefix)) => {
                    by_prefix.push((beginning(prefix.as_bytes()), index));
                }
                None => continue,
            }
            all.push(Phrase { parts, means });
        }
        by_prefix.sort_unstable();
        stems.sort_unstable_by_key(|(key, begun)| (*key, begun.phrase));
        let mut begins = Glance::default();
        let mut by_stem: ByHash<Range<u32>> = ByHash::default();
        for (at, (key, _)) in (0..).zip(&stems) {
            begins.add(*key);
            by_stem.entry(*key).or_insert(at..at).end = at + 1;
        }
        for (key, _) in &by_prefix {
            begins.add(key_of(*key));
        }
        Self { all, begins, by_stem, begun: stems.into_iter().map(|(_, begun)| begun).collect(), by_prefix }
    }

    /// Calls `found` for every phrase in a range of tokens.
    pub fn find(&self, tokens: &Tokens, range: Range<usize>, mut found: impl FnMut(Hit<T>)) {
        for (first, token) in range.clone().zip(tokens.all().get(range.clone()).unwrap_or(&[])) {
            if !matches!(token.kind, Kind::Word | Kind::Number) {
                continue;
            }
            let forms = [token.stem, token.hash];
            for key in forms.into_iter().take(1 + usize::from(token.stem != token.hash)).filter(|key| self.begins.may(*key)) {
                let Some(range_of) = self.by_stem.get(&key) else { continue };
                let next = tokens.get(first + 1).map_or((0, 0), |next| (next.stem, next.hash));
                for begun in self.begun.get(range_of.start as usize..range_of.end as usize).unwrap_or(&[]) {
                    if begun.second.is_none_or(|second| second == next.0 || second == next.1) {
                        self.try_at(begun.phrase as usize, tokens, first, range.end, &mut found);
                    }
                }
            }
            if token.begins != 0 && self.begins.may(key_of(token.begins)) {
                let from = self.by_prefix.partition_point(|(begins, _)| *begins < token.begins);
                for (_, index) in self.by_prefix.iter().skip(from).take_while(|(begins, _)| *begins == token.begins) {
                    self.try_at(*index, tokens, first, range.end, &mut found);
                }
            }
        }
    }

    /// The first hit.
    pub fn first(&self, tokens: &Tokens, range: Range<usize>) -> Option<Hit<T>> {
        let mut first = None;
        self.find(tokens, range, |hit| first = first.or(Some(hit)));
        first
    }

    fn try_at(&self, index: usize, tokens: &Tokens, first: usize, end: usize, found: &mut impl FnMut(Hit<T>)) {
        let Some(phrase) = self.all.get(index) else { return };
        let last = first + phrase.parts.len() - 1;
        let fits = |(at, part): (usize, &Part)| {
            tokens.get(first + at).is_some_and(|token| match part {
                Part::Stem(stem) => token.stem == *stem,
                Part::Word(word) => token.hash == *word,
                Part::Prefix(prefix) => tokens.norm(first + at).starts_with(prefix.as_str()),
            })
        };
        if last < end && phrase.parts.iter().enumerate().all(fits) {
            found(Hit { phrase: index, means: phrase.means, first, last });
        }
    }
}

/// The entries of a list that is written as one text with commas.
pub fn listed(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split(',').map(str::trim)
}

/// A word of a phrase as the tokens of the verbatim will look: "check-in" becomes two.
fn parts(word: &str) -> Vec<Part> {
    let (word, exact) = word.strip_prefix('=').map_or((word, false), |word| (word, true));
    let (word, open) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
    let tokens = Tokens::of(word);
    let speaking: Vec<&str> =
        (0..tokens.len()).filter(|i| tokens.get(*i).is_some_and(crate::token::Token::speaks)).map(|i| tokens.norm(i)).collect();
    let last = speaking.len().saturating_sub(1);
    let part = |(at, norm): (usize, &&str)| match norm {
        norm if open && at == last && norm.len() >= SHORTEST_PREFIX => Part::Prefix((*norm).to_owned()),
        norm if exact || norm.bytes().any(|b| b == b'0') => Part::Word(hash(norm.as_bytes())),
        norm => Part::Stem(hash(stem(norm).as_bytes())),
    };
    speaking.iter().enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrases: &[&str], text: &str) -> Vec<String> {
        let set = Phrases::new(phrases.iter().enumerate().map(|(i, p)| (*p, i)));
        let tokens = Tokens::of(text);
        let mut hits = Vec::new();
        set.find(&tokens, 0..tokens.len(), |hit| {
            let span = tokens.span(&(hit.first..hit.last + 1));
            hits.push(span.of(text).unwrap_or("").to_owned());
        });
        hits
    }

    #[test]
    fn whole_words_in_any_form() {
        assert_eq!(found(&["bag", "lost luggage"], "My bags and garbage. They LOST luggage!"), ["bags", "LOST luggage"]);
    }

    #[test]
    fn a_star_matches_any_ending() {
        assert_eq!(found(&["cancel*", "check-in*"], "cancellation at check in"), ["cancellation", "check in"]);
    }

    #[test]
    fn an_exact_word_matches_no_other_form() {
        assert_eq!(found(&["=late"], "late lates later"), ["late"]);
    }

    #[test]
    fn a_phrase_does_not_cross_punctuation() {
        assert!(found(&["on hold"], "come on, hold it").is_empty());
    }
}

//! Watch words: many words and phrases found in a text in one pass (Aho and Corasick 1975). The time is linear in the text, however
//! many words are watched: what is heard from outside must not make anything slow.

use std::collections::{HashMap, VecDeque};

/// Words and phrases that are looked for together; `*` at the end matches any ending, letter case and punctuation do not matter.
#[derive(Debug, Clone)]
pub struct WatchWords {
    nodes: Vec<Node>,
    /// How many words were given.
    count: usize,
}

#[derive(Debug, Clone, Default)]
struct Node {
    next: HashMap<char, usize>,
    /// Where to go on when no letter fits.
    fallback: usize,
    /// The next node on the way of fallbacks at which a word ends; the root if there is none.
    ends: usize,
    /// The words that end here, by their places.
    words: Vec<usize>,
}

/// The text as it is compared: letters and digits in lower case, one space for all between them, at the beginning and at the end;
/// letters of writing without spaces stand alone.
fn plain(text: &str) -> impl Iterator<Item = char> {
    let mut spaced = true;
    let letters = text.chars().flat_map(char::to_lowercase).flat_map(move |c| {
        let alone = c >= '\u{2e80}' && c.is_alphanumeric();
        let parts: [Option<char>; 3] = if alone {
            [(!spaced).then_some(' '), Some(c), Some(' ')]
        } else if c.is_alphanumeric() {
            [Some(c), None, None]
        } else {
            [(!spaced).then_some(' '), None, None]
        };
        spaced = alone || !c.is_alphanumeric();
        parts.into_iter().flatten()
    });
    std::iter::once(' ').chain(letters).chain(std::iter::once(' '))
}

/// Several spaces in a row as one: the last letter of a text may bring its own.
fn single_spaces(letters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut before = None;
    letters.filter(move |c| {
        let keep = !(*c == ' ' && before == Some(' '));
        before = Some(*c);
        keep
    })
}

impl WatchWords {
    /// Prepares words; those without a letter or digit are never found.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut nodes = vec![Node::default()];
        let mut count = 0;
        for (at, word) in words.into_iter().enumerate() {
            count = at + 1;
            let word = word.trim();
            let (stem, open) = word.strip_suffix('*').map_or((word, false), |stem| (stem, true));
            let mut letters: Vec<char> = single_spaces(plain(stem)).collect();
            if letters.iter().all(|c| *c == ' ') {
                continue;
            }
            // The space that ends a word is what makes it whole; one with any ending has none.
            if open && letters.last() == Some(&' ') {
                letters.pop();
            }
            let mut node = 0;
            for letter in letters {
                let fresh = nodes.len();
                let next = nodes.get_mut(node).map_or(0, |node| *node.next.entry(letter).or_insert(fresh));
                if next == fresh {
                    nodes.push(Node::default());
                }
                node = next;
            }
            if let Some(node) = nodes.get_mut(node) {
                node.words.push(at);
            }
        }
        let mut all = Self { nodes, count };
        all.link();
        all
    }

    /// Finds, for every node, the longest other one that ends what it stands for: breadth first.
    fn link(&mut self) {
        let mut queue: VecDeque<usize> = self.nodes.first().into_iter().flat_map(|root| root.next.values().copied()).collect();
        while let Some(at) = queue.pop_front() {
            let Some(node) = self.nodes.get(at) else { continue };
            let (children, fallback): (Vec<(char, usize)>, usize) =
                (node.next.iter().map(|(c, n)| (*c, *n)).collect(), node.fallback);
            for (letter, child) in children {
                let to = self.step(fallback, letter);
                let ends = if self.nodes.get(to).is_some_and(|node| !node.words.is_empty()) {
                    to
                } else {
                    self.nodes.get(to).map_or(0, |node| node.ends)
                };
                if let Some(node) = self.nodes.get_mut(child) {
                    (node.fallback, node.ends) = (to, ends);
                }
                queue.push_back(child);
            }
        }
    }

    fn step(&self, mut at: usize, letter: char) -> usize {
        loop {
            let Some(node) = self.nodes.get(at) else { return 0 };
            match node.next.get(&letter) {
                Some(next) => return *next,
                None if at == 0 => return 0,
                None => at = node.fallback,
            }
        }
    }

    /// Which of the words stand in a text, by their places, each once, in order. One pass; every word is noted when it is first seen
    /// and never looked at again.
    pub fn found(&self, text: &str) -> Vec<usize> {
        let mut seen = vec![false; self.nodes.len()];
        let mut hits = vec![false; self.count];
        let mut at = 0;
        for letter in single_spaces(plain(text)) {
            at = self.step(at, letter);
            let mut end = at;
            while let Some(flag) = seen.get_mut(end).filter(|flag| end != 0 && !**flag) {
                *flag = true;
                let Some(node) = self.nodes.get(end) else { break };
                for word in &node.words {
                    if let Some(hit) = hits.get_mut(*word) {
                        *hit = true;
                    }
                }
                end = node.ends;
            }
        }
        hits.iter().enumerate().filter(|(_, hit)| **hit).map(|(at, _)| at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(words: &[&str], text: &str) -> Vec<usize> {
        WatchWords::new(words.iter().copied()).found(text)
    }

    #[test]
    fn whole_words_phrases_and_endings() {
        let words = ["late", "delay*", "never again", "don't", "*", "", "C++", "延误", "never"];
        assert_eq!(found(&words, "LATE."), [0]);
        assert_eq!(found(&words, "belated latest"), Vec::<usize>::new());
        assert_eq!(found(&words, "the delays, delay"), [1]);
        assert_eq!(found(&words, "Never -- again! I DON’T"), [2, 3, 8]);
        assert_eq!(found(&words, "航班延误了"), [7]);
        assert_eq!(found(&words, "never, never"), [8]);
        assert_eq!(found(&[], "late"), Vec::<usize>::new());
    }

    #[test]
    fn many_words_in_a_long_text_of_nothing_but_them() {
        // What makes a naive search quadratic: every beginning of the text is a beginning of every word.
        let words: Vec<String> = (1..200).map(|n| "a ".repeat(n)).collect();
        let text = "a ".repeat(200_000);
        assert_eq!(WatchWords::new(words.iter().map(String::as_str)).found(&text).len(), 199);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_pass_finds_what_a_search_for_each_word_finds(
            words in prop::collection::vec("[ab ]{1,5}\\*?", 0..8),
            text in "[abc .]{0,40}",
        ) {
            let squeeze = |text: &str| text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
            let plain = format!(" {} ", squeeze(&text));
            let each: Vec<usize> = words.iter().enumerate().filter(|(_, word)| {
                let stem = squeeze(word.trim_end_matches('*'));
                let wanted = if word.trim().ends_with('*') { format!(" {stem}") } else { format!(" {stem} ") };
                !stem.is_empty() && plain.contains(&wanted)
            }).map(|(at, _)| at).collect();
            prop_assert_eq!(WatchWords::new(words.iter().map(String::as_str)).found(&text), each);
        }
    }
}

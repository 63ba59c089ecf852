//! What is as good as word for word what a person has spoken of: there one correction is enough.
//!
//! Two texts are that near when they share nearly all words that carry meaning, all words that judge, whether something is
//! denied, and whether something is asked. Few words must be the same altogether.

use std::collections::HashMap;
use std::ops::Range;

use crate::lexicon::lexicon;
use crate::token::{ByHash, Kind, Tokens, mix};
use crate::words::is_common_form;

/// Of all words that carry meaning in either, so many must be in both.
const LEAST: f32 = 0.7;
/// Texts with fewer words that carry meaning must be the same altogether.
const FEW: usize = 3;
/// From here on a word judges (−4 to 4).
const JUDGES: f32 = 0.5;

/// What a text comes down to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Gist {
    /// The stems of the words that carry meaning, each once, in the order of their hashes.
    words: Vec<u64>,
    /// Those of them that judge.
    judging: Vec<u64>,
    denied: bool,
    asked: bool,
    /// All words, whatever they carry.
    whole: u64,
}

impl Gist {
    fn of(tokens: &Tokens, range: &Range<usize>) -> Self {
        let mut gist = Self::default();
        for at in range.clone() {
            let Some(token) = tokens.get(at) else { continue };
            gist.asked |= token.is_mark('?');
            if !token.speaks() {
                continue;
            }
            gist.whole = mix(gist.whole, token.hash);
            let known = lexicon().entry(token.hash);
            gist.denied |= lexicon().negates(token.hash, tokens.norm(at));
            if token.kind == Kind::Number || is_common_form(token.hash) {
                continue;
            }
            gist.words.push(token.stem);
            if known.valence.abs() >= JUDGES {
                gist.judging.push(token.stem);
            }
        }
        for words in [&mut gist.words, &mut gist.judging] {
            words.sort_unstable();
            words.dedup();
        }
        gist
    }

    /// How alike two are (0.7-1); `None`: not near.
    fn alike(&self, other: &Self) -> Option<f32> {
        if (self.denied, self.asked, &self.judging) != (other.denied, other.asked, &other.judging) {
            return None;
        }
        if self.words.len().min(other.words.len()) < FEW {
            return (self.whole == other.whole).then_some(1.0);
        }
        let both = self.words.iter().filter(|word| other.words.binary_search(word).is_ok()).count();
        let alike = both as f32 / (self.words.len() + other.words.len() - both) as f32;
        (alike >= LEAST).then_some(alike)
    }
}

/// What was said of which words: a class for each.
#[derive(Debug)]
pub struct Near {
    told: Vec<(Gist, usize)>,
    /// By some of their words, of which whatever is near shares one.
    by_word: ByHash<Vec<u32>>,
    /// Those of few words, by all of them.
    by_whole: HashMap<u64, Vec<u32>>,
}

impl Near {
    /// Remembers texts with their classes.
    pub fn learn<'a>(told: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let gist = |text: &str| {
            let tokens = Tokens::of(text);
            Gist::of(&tokens, &(0..tokens.len()))
        };
        let told: Vec<(Gist, usize)> = told.into_iter().map(|(text, class)| (gist(text), class)).collect();
        let mut often: ByHash<u32> = ByHash::default();
        for word in told.iter().flat_map(|(gist, _)| &gist.words) {
            *often.entry(*word).or_default() += 1;
        }
        let (mut by_word, mut by_whole) = (ByHash::<Vec<u32>>::default(), HashMap::<u64, Vec<u32>>::new());
        for (at, (gist, _)) in (0..).zip(&told) {
            if gist.words.len() < FEW {
                by_whole.entry(gist.whole).or_default().push(at);
                continue;
            }
            // What is near lacks at most so many of them; the rarest are on the fewest lists.
            let missing = ((1.0 - LEAST) * gist.words.len() as f32) as usize;
            let mut rarest = gist.words.clone();
            rarest.sort_by_key(|word| (often.get(word).copied(), *word));
            for word in rarest.into_iter().take(missing + 1) {
                by_word.entry(word).or_default().push(at);
            }
        }
        Self { told, by_word, by_whole }
    }

    /// The class of what is as good as the same as a range of tokens, with how alike it is (0.7-1); `None`: nothing is, or those
    /// that are nearest do not agree.
    pub fn find(&self, tokens: &Tokens, range: &Range<usize>) -> Option<(usize, f32)> {
        let gist = Gist::of(tokens, range);
        let mut found: Vec<u32> = if gist.words.len() < FEW {
            self.by_whole.get(&gist.whole).cloned().unwrap_or_default()
        } else {
            gist.words.iter().filter_map(|word| self.by_word.get(word)).flatten().copied().collect()
        };
        found.sort_unstable();
        found.dedup();
        let mut best: Option<(usize, f32)> = None;
        let mut agreed = true;
        for (other, class) in found.iter().filter_map(|at| self.told.get(*at as usize)) {
            let Some(alike) = gist.alike(other) else { continue };
            match best {
                Some((_, most)) if most > alike => {}
                Some((known, most)) if most >= alike => agreed &= known == *class,
                _ => (best, agreed) = (Some((*class, alike)), true),
            }
        }
        best.filter(|_| agreed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(near: &Near, text: &str) -> Option<usize> {
        let tokens = Tokens::of(text);
        near.find(&tokens, &(0..tokens.len())).map(|(class, _)| class)
    }

    #[test]
    fn nearly_the_same_words_are_found_and_others_are_not() {
        let near = Near::learn([("The courier left my parcel at the neighbour's door.", 3), ("Thanks!", 5)]);
        for text in
            ["the courier left my parcel at the neighbour's door", "Courier left the parcel at our neighbour's front door."]
        {
            assert_eq!(find(&near, text), Some(3), "{text}");
        }
        for text in [
            "The courier never left my parcel at the neighbour's door.",
            "Has the courier left my parcel at the neighbour's door?",
            "The awful courier left my parcel at the neighbour's door.",
            "The courier rang at the neighbour's door.",
            "My parcel came today.",
        ] {
            assert_eq!(find(&near, text), None, "{text}");
        }
        assert_eq!((find(&near, "thanks"), find(&near, "Thanks to the driver"), find(&near, "")), (Some(5), None, None));
    }

    #[test]
    fn the_nearest_counts_and_where_the_nearest_do_not_agree_nothing_is_said() {
        let (one, other) = ("The red lamp blinks twice", "The red lamp blinks twice daily");
        let near = Near::learn([(one, 0), (other, 1)]);
        assert_eq!((find(&near, one), find(&near, other)), (Some(0), Some(1)));
        assert_eq!(find(&Near::learn([(one, 0), ("the red lamp: blinks twice", 1)]), one), None);
        assert_eq!(find(&Near::learn([(one, 2), ("the red lamp: blinks twice", 2)]), one), Some(2));
    }
}

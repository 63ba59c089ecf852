//! What a passage looks like to the learner: its meaning (the static embedding) beside its words, pairs of words and runs
//! of letters, each weighted by how rare it is among the examples (TF-IDF) and each group cut to one length.

use std::ops::Range;

use crate::embedding::{DIMS, Embedding, Meaning, dot};
use crate::token::{ByHash, Kind, Tokens, mix, runs_of_letters};
use crate::wordpiece::Piece;

const PAIR: u64 = 0x5041_4952;
const EDGE: u64 = 0x4544_4745;

/// How long the groups are beside the meaning, whose length is 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lengths {
    /// Words and pairs of words.
    pub words: f32,
    /// Runs of three to five letters within a word.
    pub letters: f32,
}

/// The groups of sparse features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Words and pairs of words.
    Words,
    /// Runs of letters.
    Letters,
}

/// Calls `found` for every sparse feature of a range: its group, its key, its first and its last token, counted within
/// the range.
pub fn each(tokens: &Tokens, range: &Range<usize>, mut found: impl FnMut(Group, u64, u32, u32)) {
    let (mut before, mut before_at) = (EDGE, 0);
    for (place, at) in (0..).zip(range.clone()) {
        let Some(token) = tokens.get(at).filter(|token| token.speaks() || matches!(token.kind, Kind::Mark('?' | '!', _))) else {
            continue;
        };
        found(Group::Words, token.hash, place, place);
        found(Group::Words, mix(mix(PAIR, before), token.hash), before_at, place);
        (before, before_at) = (token.hash, place);
        if token.kind == Kind::Word {
            runs_of_letters(tokens.norm(at).as_bytes(), |key| found(Group::Letters, key, place, place));
        }
    }
}

/// A text as it is counted, before it is known how rare its features are.
#[derive(Debug, Clone)]
pub struct Counted {
    /// What it means, and whatever else is known of it as figures.
    pub meaning: Vec<f32>,
    /// Its sparse features, one entry each time they occur.
    pub features: Vec<(Group, u64)>,
}

impl Counted {
    /// Counts a text by itself.
    pub fn of(embedding: &Embedding, text: &str) -> Self {
        let tokens = Tokens::of(text);
        let all = 0..tokens.len();
        let mut features = Vec::new();
        each(&tokens, &all, |group, key, _, _| features.push((group, key)));
        Self { meaning: embedding.embed(&tokens, all).to_vec(), features }
    }

    /// Joins another part of the same thing: its features are told apart from those that are there.
    pub fn join(&mut self, part: &Self, salt: u64) {
        self.meaning.extend(&part.meaning);
        self.features.extend(part.features.iter().map(|(group, key)| (*group, mix(salt, *key))));
    }
}

/// A text as figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vector {
    /// What it means.
    pub meaning: Vec<f32>,
    /// Column of each sparse feature and its weight, by column.
    pub sparse: Vec<(u32, f32)>,
}

impl Vector {
    /// The product of the meanings of two texts: how alike they are in that (−1 to 1).
    pub fn meaning_times(&self, other: &Self) -> f32 {
        match (self.meaning.first_chunk::<DIMS>(), other.meaning.first_chunk::<DIMS>()) {
            (Some(a), Some(b)) => dot(a, b),
            _ => 0.0,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Column {
    at: u32,
    rarity: f32,
}

/// The sparse features that the examples have, and how rare each is among them.
#[derive(Debug, Default, Clone)]
pub struct Vocabulary {
    columns: ByHash<Column>,
    /// A bit for each key that may be there: nearly all features of a passage are not, and that is told by one glance.
    glance: Vec<u64>,
    lengths: Option<Lengths>,
}

/// So many words of 64 bits fit into the processor's nearest memory.
const GLANCE: usize = 4096;

/// The word and the bit of a key.
fn bit(key: u64) -> (usize, u64) {
    ((key >> 6) as usize % GLANCE, 1 << (key & 63))
}

impl Vocabulary {
    /// Learns which features there are; those of fewer than `fewest` texts are left out.
    pub fn learn(texts: &[Counted], lengths: Lengths, fewest: usize) -> Self {
        let mut found: ByHash<(u32, u32)> = ByHash::default();
        // The place of a column is that of its first occurrence: the same texts give the same columns.
        let mut order = Vec::new();
        for (text, counted) in (1_u32..).zip(texts) {
            for (_, key) in &counted.features {
                let (count, last) = found.entry(*key).or_insert_with(|| {
                    order.push(*key);
                    (0, 0)
                });
                if *last != text {
                    (*count, *last) = (*count + 1, text);
                }
            }
        }
        let n = texts.len() as f32;
        let often = |key: &u64| found.get(key).map_or(0, |(count, _)| *count);
        let kept = order.into_iter().filter(|key| often(key) as usize >= fewest);
        let rarity = |count: u32| ((1.0 + n) / (1.0 + count as f32)).ln() + 1.0;
        let columns: ByHash<Column> =
            (0..).zip(kept).map(|(at, key)| (key, Column { at, rarity: rarity(often(&key)) })).collect();
        let mut glance = vec![0; GLANCE];
        for (word, bit) in columns.keys().map(|key| bit(*key)) {
            if let Some(word) = glance.get_mut(word) {
                *word |= bit;
            }
        }
        Self { columns, glance, lengths: Some(lengths) }
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// A counted text as figures.
    pub fn vector(&self, counted: &Counted) -> Vector {
        let mut seen = Seen::default();
        for (group, key) in &counted.features {
            self.see(*group, *key, 0, 0, &mut seen);
        }
        let scales = self.scales(&seen);
        let mut sparse: Vec<(u32, f32)> = seen.features.iter().map(|f| (f.column, f.rarity * scales.of(f.group))).collect();
        sparse.sort_unstable_by_key(|(column, _)| *column);
        sparse.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Vector { meaning: counted.meaning.clone(), sparse }
    }

    /// Looks at a range of tokens, whose pieces `seen` has already; the buffers are used again.
    pub fn look(&self, tokens: &Tokens, range: &Range<usize>, seen: &mut Seen) {
        each(tokens, range, |group, key, first, last| self.see(group, key, first, last, seen));
    }

    fn see(&self, group: Group, key: u64, first: u32, last: u32, seen: &mut Seen) {
        let (word, bit) = bit(key);
        if self.glance.get(word).is_none_or(|word| word & bit == 0) {
            return;
        }
        if let Some(column) = self.columns.get(&key) {
            seen.features.push(Sighting { group, column: column.at, rarity: column.rarity, first, last });
            if let Some(squares) = seen.squares.get_mut(group as usize) {
                *squares += column.rarity * column.rarity;
            }
        }
    }

    /// By what the weights of each group are multiplied, so that it gets its length.
    pub fn scales(&self, seen: &Seen) -> Scales {
        let lengths = self.lengths.unwrap_or(Lengths { words: 0.0, letters: 0.0 });
        let scale = |length: f32, squares: f32| if squares > 0.0 { length / squares.sqrt() } else { 0.0 };
        Scales { words: scale(lengths.words, seen.squares[0]), letters: scale(lengths.letters, seen.squares[1]) }
    }
}

/// What each group's weights are multiplied by.
#[derive(Debug, Clone, Copy)]
pub struct Scales {
    words: f32,
    letters: f32,
}

impl Scales {
    /// That of a group.
    pub fn of(self, group: Group) -> f32 {
        match group {
            Group::Words => self.words,
            Group::Letters => self.letters,
        }
    }
}

/// A sparse feature in a range of tokens.
#[derive(Debug, Clone, Copy)]
pub struct Sighting {
    /// Its group.
    pub group: Group,
    /// Its column.
    pub column: u32,
    /// How rare it is.
    pub rarity: f32,
    /// First token, counted within the range.
    pub first: u32,
    /// Last token.
    pub last: u32,
}

/// What was seen in a range of tokens.
#[derive(Debug)]
pub struct Seen {
    /// Its known sparse features.
    pub features: Vec<Sighting>,
    /// Its pieces of the embedding.
    pub pieces: Vec<Piece>,
    /// What it means.
    pub meaning: Meaning,
    /// By what the sum of its pieces was divided.
    pub length: f32,
    squares: [f32; 2],
}

impl Seen {
    /// Begins anew with what the pieces of a range mean.
    pub fn begin(&mut self, embedding: &Embedding, pieces: &[Piece]) {
        self.features.clear();
        self.squares = [0.0; 2];
        self.pieces.clear();
        self.pieces.extend_from_slice(pieces);
        (self.meaning, self.length) = embedding.sum(pieces);
    }
}

impl Default for Seen {
    fn default() -> Self {
        Self { features: Vec::new(), pieces: Vec::new(), meaning: [0.0; DIMS], length: 0.0, squares: [0.0; 2] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_most_like_itself_and_more_like_what_shares_words_and_meaning() {
        let texts = ["my bag was lost", "our luggage got lost", "the soup was cold"];
        let counted: Vec<Counted> = texts.iter().map(|text| Counted::of(Embedding::shipped(), text)).collect();
        let vocabulary = Vocabulary::learn(&counted, Lengths { words: 0.5, letters: 0.5 }, 1);
        let vectors: Vec<Vector> = counted.iter().map(|c| vocabulary.vector(c)).collect();
        let times = |a: usize, b: usize| {
            let shared = vectors[a]
                .sparse
                .iter()
                .flat_map(|(c, w)| vectors[b].sparse.iter().filter(move |o| o.0 == *c).map(move |o| o.1 * w));
            vectors[a].meaning_times(&vectors[b]) + shared.sum::<f32>()
        };
        assert!((times(0, 0) - 1.5).abs() < 0.1);
        assert!(times(0, 1) > times(0, 2) + 0.2);
    }

    #[test]
    fn looking_at_tokens_gives_what_counting_gives() {
        let text = "Where is my card? My card is lost!";
        let counted = Counted::of(Embedding::shipped(), text);
        let vocabulary = Vocabulary::learn(std::slice::from_ref(&counted), Lengths { words: 1.0, letters: 1.0 }, 1);
        let tokens = Tokens::of(text);
        let mut seen = Seen::default();
        let mut pieces = Vec::new();
        Embedding::shipped().pieces(&tokens, 0..tokens.len(), &mut pieces);
        seen.begin(Embedding::shipped(), &pieces);
        vocabulary.look(&tokens, &(0..tokens.len()), &mut seen);
        assert_eq!(seen.features.len(), counted.features.len());
        assert_eq!(seen.meaning.to_vec(), counted.meaning);
    }
}

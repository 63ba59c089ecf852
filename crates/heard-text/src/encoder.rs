//! The encoder: turns a stretch of tokens into what the trained head weighs. Training and reading share it.
//!
//! Two sparse groups (words: single, pairs, negated; letters: runs of 3 to 5 within a word) are hashed into one table; a
//! third (pieces of words, as the embedding has them) has its own rows, which training fills from what the words mean.
//! Beside them stand a few dense figures (lexicon, capitals, exclamation …). Every feature knows its tokens, so that a label
//! can show the words it rests on.

use std::ops::Range;

use crate::embedding::Embedding;
use crate::lexicon::{Entry, Lexicon};
use crate::token::{Kind, Token, Tokens, mix, runs_of_letters};
use crate::wordpiece::Piece;

/// The table of hashed features has two to this power rows; those of the pieces follow.
pub const BITS: u32 = 16;
/// How many dense figures there are.
pub const DENSE: usize = 16;

/// Shorter words have no runs of letters.
const SHORTEST: usize = 4;
const PAIR: u64 = 0x5041_4952;
const NEGATED: u64 = 0x4e45_4741;
const CAPITALS: u64 = 0x4341_5053;
const EDGE: u64 = 0x4544_4745;
/// A negation reaches this many words.
const REACH: u32 = 4;
/// As in VADER: a negated word keeps three quarters of its strength, with the other sign.
const TURNED: f32 = -0.74;
/// As in VADER: makes a sum of valences a figure between −1 and 1.
const SOFTENER: f32 = 15.0;

/// A hashed feature: its row and the tokens (of the stretch) that it is made of.
#[derive(Debug, Clone, Copy)]
pub struct Feature {
    /// Row of the table.
    pub row: u32,
    /// First token, counted within the stretch.
    pub first: u32,
    /// Last token.
    pub last: u32,
}

/// A word that is known as a whole, and with it all its runs of letters.
#[derive(Debug, Clone, Copy)]
pub struct Spelt {
    /// Its row among the pieces.
    pub row: u32,
    /// Its token, counted within the stretch.
    pub at: u32,
    /// How many runs of letters it has.
    pub runs: u32,
}

/// How many runs [`spell`] finds in a word of so many bytes.
fn runs(length: usize) -> u32 {
    if length < SHORTEST { 0 } else { 3 * length as u32 - 3 }
}

/// Calls `found` with the row of every run of three to five letters of a normal form, the edges of the word being letters, too.
pub fn spell(norm: &[u8], mut found: impl FnMut(u32)) {
    if norm.len() >= SHORTEST {
        runs_of_letters(norm, |run| found(row(run)));
    }
}

/// A stretch of tokens as the head sees it.
#[derive(Debug, Default)]
pub struct Encoded {
    /// Words, pairs and negated words.
    pub words: Vec<Feature>,
    /// Runs of letters, but for those of `spelt`.
    pub letters: Vec<Feature>,
    /// Words whose runs of letters are known together.
    pub spelt: Vec<Spelt>,
    /// Pieces of words.
    pub pieces: Vec<Feature>,
    /// Dense figures.
    pub dense: [f32; DENSE],
    /// The valence of each token by the lexicon, after negation and strengthening.
    pub valences: Vec<f32>,
    /// The same pieces, with their tokens counted within the verbatim.
    pub found: Vec<Piece>,
}

fn row(feature: u64) -> u32 {
    (feature >> 20) as u32 & ((1 << BITS) - 1)
}

/// A sum of valences as a figure between −1 and 1.
pub fn softened(sum: f32) -> f32 {
    sum / (sum * sum + SOFTENER).sqrt()
}

impl Encoded {
    /// Encodes a range of tokens; the buffers are used again.
    pub fn encode(&mut self, embedding: &Embedding, lexicon: &Lexicon, tokens: &Tokens, range: &Range<usize>) {
        self.encode_with(embedding, lexicon, tokens, range, |_, _| false);
    }

    /// The same; `spelt` is told the row and the normal form of a word that is known as a whole, and says whether its runs of
    /// letters are known as well: then they need not be gone through.
    pub fn encode_with(
        &mut self,
        embedding: &Embedding,
        lexicon: &Lexicon,
        tokens: &Tokens,
        range: &Range<usize>,
        spelt: impl Fn(u32, &[u8]) -> bool,
    ) {
        self.words.clear();
        self.spelt.clear();
        self.found.clear();
        self.letters.clear();
        self.valences.clear();
        self.pieces.clear();
        // Grown once, not step by step.
        self.words.reserve(range.len() * 3);
        self.spelt.reserve(range.len());
        self.found.reserve(range.len() + 8);
        self.valences.reserve(range.len());
        let stretch = tokens.all().get(range.clone()).unwrap_or(&[]);
        let mut before = EDGE;
        let mut before_at = 0;
        let mut negated = 0_u32;
        let mut boost = 0.0_f32;
        let mut sums = Sums::default();
        for (at, token) in stretch.iter().enumerate() {
            let norm = tokens.norm(range.start + at);
            let mut valence = 0.0;
            let whole = embedding.pieces_of(token, norm, (range.start + at) as u32, &mut self.found);
            match token.kind {
                Kind::Word | Kind::Number | Kind::Face => {
                    let place = at as u32;
                    self.words.push(Feature { row: row(token.hash), first: place, last: place });
                    self.words.push(Feature { row: row(mix(mix(PAIR, before), token.hash)), first: before_at, last: place });
                    if negated > 0 {
                        self.words.push(Feature { row: row(mix(NEGATED, token.hash)), first: place, last: place });
                    }
                    if token.capitals && norm.len() > 2 {
                        self.words.push(Feature { row: row(mix(CAPITALS, token.hash)), first: place, last: place });
                    }
                    if token.kind == Kind::Word {
                        let runs = runs(norm.len());
                        match whole {
                            Some(row) if runs > 0 && spelt(row, norm.as_bytes()) => {
                                self.spelt.push(Spelt { row, at: place, runs });
                            }
                            _ => {
                                let letters = &mut self.letters;
                                spell(norm.as_bytes(), |row| letters.push(Feature { row, first: place, last: place }));
                            }
                        }
                    }
                    let Entry { valence: plain, boost: strengthens, negates } = lexicon.entry(token.hash);
                    valence = plain + plain.signum() * boost * f32::from(u8::from(plain != 0.0)) * 2.0;
                    if token.capitals {
                        valence *= 1.25;
                    }
                    if token.stretched {
                        valence *= 1.1;
                    }
                    if negated > 0 {
                        valence *= TURNED;
                        negated -= 1;
                    }
                    boost = strengthens;
                    if negates || norm.ends_with("n't") {
                        negated = REACH;
                        valence = 0.0;
                    }
                    before = token.hash;
                    before_at = place;
                }
                Kind::Mark(mark, _) => {
                    if !matches!(mark, '"' | '“' | '”' | '(' | ')') {
                        negated = 0;
                        boost = 0.0;
                    }
                    self.words.push(Feature { row: row(mix(PAIR, u64::from(mark))), first: at as u32, last: at as u32 });
                }
                Kind::Handle | Kind::Link => {}
            }
            sums.add(token, norm, valence);
            self.valences.push(valence);
        }
        self.words.push(Feature { row: row(mix(mix(PAIR, before), EDGE)), first: before_at, last: before_at });
        let start = range.start as u32;
        self.pieces.extend(self.found.iter().map(|piece| {
            let at = piece.token - start;
            Feature { row: (1 << BITS) + piece.row, first: at, last: at }
        }));
        self.dense = sums.figures(tokens.norm(range.start + sums.first_word));
    }
}

#[derive(Default)]
struct Sums {
    good: f32,
    bad: f32,
    best: f32,
    worst: f32,
    last: f32,
    faces: f32,
    words: f32,
    capitals: f32,
    stretched: f32,
    numbers: f32,
    exclaims: f32,
    asks: f32,
    dots: f32,
    first_word: usize,
    seen: usize,
}

impl Sums {
    fn add(&mut self, token: &Token, norm: &str, valence: f32) {
        self.good += valence.max(0.0);
        self.bad -= valence.min(0.0);
        self.best = self.best.max(valence);
        self.worst = self.worst.min(valence);
        if valence != 0.0 {
            self.last = valence;
        }
        match token.kind {
            Kind::Word => {
                if self.words == 0.0 {
                    self.first_word = self.seen;
                }
                self.words += 1.0;
                self.capitals += f32::from(u8::from(token.capitals && norm.len() > 2));
                self.stretched += f32::from(u8::from(token.stretched));
            }
            Kind::Number => self.numbers += 1.0,
            Kind::Face => self.faces += valence,
            Kind::Mark('!', n) => self.exclaims += f32::from(n),
            Kind::Mark('?', n) => self.asks += f32::from(n),
            Kind::Mark('.', n) if n > 1 => self.dots += 1.0,
            _ => {}
        }
        self.seen += 1;
    }

    fn figures(&self, first_word: &str) -> [f32; DENSE] {
        let asks_first = matches!(
            first_word,
            "how"
                | "what"
                | "when"
                | "where"
                | "who"
                | "which"
                | "is"
                | "are"
                | "can"
                | "could"
                | "do"
                | "does"
                | "will"
                | "would"
        );
        let share = |n: f32| n / self.words.max(1.0);
        [
            1.0,
            softened(self.good - self.bad),
            softened(self.good),
            softened(self.bad),
            self.best / 4.0,
            self.worst / 4.0,
            self.last / 4.0,
            softened(self.faces),
            self.exclaims.min(4.0) / 4.0,
            self.asks.min(3.0) / 3.0,
            share(self.capitals),
            self.stretched.min(2.0) / 2.0,
            self.numbers.min(3.0) / 3.0,
            (1.0 + self.words).ln() / 5.0,
            f32::from(u8::from(asks_first)),
            self.dots.min(2.0) / 2.0,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::lexicon;

    fn compound(text: &str) -> f32 {
        let tokens = Tokens::of(text);
        let mut encoded = Encoded::default();
        encoded.encode(Embedding::shipped(), lexicon(), &tokens, &(0..tokens.len()));
        encoded.dense[1]
    }

    #[test]
    fn negation_turns_and_strengthening_strengthens() {
        assert!(compound("not good") < 0.0 && compound("good") > 0.0);
        assert!(compound("very good") > compound("good"));
        assert!(compound("GOOD") > compound("good"));
        assert!(compound("no, it was good") > 0.0, "a comma ends the reach of a negation");
    }

    #[test]
    fn a_handle_is_no_evidence() {
        assert_eq!(compound("@happy @great"), 0.0);
    }

    #[test]
    fn every_row_lies_in_the_table() {
        let text = "Ünïcödé wörds, 12:30 and 😡!!! never AGAIN".repeat(20);
        let tokens = Tokens::of(&text);
        let mut encoded = Encoded::default();
        encoded.encode(Embedding::shipped(), lexicon(), &tokens, &(0..tokens.len()));
        assert!(encoded.words.iter().chain(&encoded.letters).all(|f| f.row < 1 << BITS && (f.last as usize) < tokens.len()));
        let rows = (1 << BITS) + Embedding::shipped().words() as u32;
        assert!(encoded.pieces.iter().all(|f| f.row < rows && (f.last as usize) < tokens.len()));
    }
}

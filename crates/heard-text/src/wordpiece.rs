//! Word pieces: which rows of the embedding a word of the verbatim stands for. Whole words are found by the hash that
//! their token carries already; only the others are cut, from the left, into the longest known pieces.

use std::ops::Range;

use crate::token::{ByHash, Kind, Token, Tokens, hash, mix};

/// Sets the pieces that go on within a word apart from those that begin one.
const INSIDE: u64 = 0x2323;
/// No piece is longer than this many bytes.
const LONGEST: usize = 20;

/// The vocabulary.
#[derive(Debug, Default)]
pub struct Pieces {
    rows: ByHash<u32>,
}

/// One row that a token stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The token, counted within all tokens of the verbatim.
    pub token: u32,
    /// The row of the table.
    pub row: u32,
}

impl Pieces {
    /// A vocabulary in the order of its rows; pieces within a word begin with `##`.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let key = |word: &str| match word.strip_prefix("##") {
            Some(inside) if !inside.is_empty() => inner(inside),
            _ => hash(word.as_bytes()),
        };
        Self { rows: words.into_iter().zip(0..).map(|(word, row)| (key(word), row)).collect() }
    }

    /// The rows of a range of tokens; handles and links say nothing.
    pub fn of(&self, tokens: &Tokens, range: Range<usize>, found: &mut Vec<Piece>) {
        found.clear();
        for (at, token) in range.clone().zip(tokens.all().get(range).unwrap_or(&[])) {
            self.token(token, tokens.norm(at), at as u32, found);
        }
    }

    /// Adds the rows of one token. Returns the row of a word, number or face that is known as a whole.
    pub fn token(&self, token: &Token, norm: &str, at: u32, found: &mut Vec<Piece>) -> Option<u32> {
        match token.kind {
            Kind::Handle | Kind::Link => {}
            Kind::Mark(mark, _) => {
                let mut bytes = [0; 4];
                let row = self.rows.get(&hash(mark.encode_utf8(&mut bytes).as_bytes()));
                found.extend(row.map(|row| Piece { token: at, row: *row }));
            }
            Kind::Word | Kind::Number | Kind::Face => match self.rows.get(&token.hash) {
                Some(row) => {
                    found.push(Piece { token: at, row: *row });
                    return Some(*row);
                }
                None if norm.is_ascii() => self.cut(norm, at, found),
                None => self.cut(&plain(norm), at, found),
            },
        }
        None
    }

    /// Cuts a word that is not known as a whole: at apostrophes and the like, then into pieces.
    fn cut(&self, word: &str, at: u32, found: &mut Vec<Piece>) {
        for part in word.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let stem = part.trim_end_matches(|c: char| !c.is_alphanumeric());
            self.pieces(stem, at, found);
            for mark in part.get(stem.len()..).unwrap_or("").chars() {
                let mut bytes = [0; 4];
                let row = self.rows.get(&hash(mark.encode_utf8(&mut bytes).as_bytes()));
                found.extend(row.map(|row| Piece { token: at, row: *row }));
            }
        }
    }

    fn pieces(&self, word: &str, at: u32, found: &mut Vec<Piece>) {
        let mut start = 0;
        while start < word.len() {
            let rest = word.get(start..).unwrap_or("");
            let mut end = rest.len().min(LONGEST);
            let row = loop {
                if let Some(piece) = rest.get(..end) {
                    let key = if start == 0 { hash(piece.as_bytes()) } else { inner(piece) };
                    if let Some(row) = self.rows.get(&key) {
                        break Some(*row);
                    }
                }
                if end <= 1 {
                    break None;
                }
                end -= 1;
            };
            found.extend(row.map(|row| Piece { token: at, row }));
            // A letter that is not known says nothing; the rest of the word may.
            start += if row.is_some() { end } else { rest.chars().next().map_or(1, char::len_utf8) };
        }
    }
}

fn inner(piece: &str) -> u64 {
    mix(INSIDE, hash(piece.as_bytes()))
}

/// Letters without their accents, as the vocabulary has them.
fn plain(norm: &str) -> String {
    let mut word = String::with_capacity(norm.len());
    for c in norm.chars() {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => word.push('a'),
            'ç' | 'ć' | 'ĉ' | 'č' => word.push('c'),
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => word.push('e'),
            'ì'..='ï' | 'ī' | 'į' => word.push('i'),
            'ñ' | 'ń' | 'ň' => word.push('n'),
            'ò'..='ö' | 'ō' | 'ő' => word.push('o'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => word.push('u'),
            'ý' | 'ÿ' => word.push('y'),
            'š' | 'ś' | 'ş' => word.push('s'),
            'ž' | 'ź' | 'ż' => word.push('z'),
            c => word.push(c),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<(u32, u32)> {
        let pieces = Pieces::new(["late", "lug", "##gage", "##s", "don", "'", "t", "cafe", "!", "l"]);
        let tokens = Tokens::of(text);
        let mut found = Vec::new();
        pieces.of(&tokens, 0..tokens.len(), &mut found);
        found.into_iter().map(|piece| (piece.token, piece.row)).collect()
    }

    #[test]
    fn whole_words_come_first_then_the_longest_pieces_from_the_left() {
        assert_eq!(rows("late"), [(0, 0)]);
        assert_eq!(rows("Luggages late!"), [(0, 1), (0, 2), (0, 3), (1, 0), (2, 8)]);
    }

    #[test]
    fn apostrophes_cut_and_accents_fall_off() {
        assert_eq!(rows("don’t"), [(0, 4), (0, 5), (0, 6)]);
        assert_eq!(rows("CAFÉ"), [(0, 7)]);
    }

    #[test]
    fn what_is_not_known_says_nothing() {
        assert_eq!(rows("@late https://late.org 漢字 xyz"), []);
        assert_eq!(rows("lxs"), [(0, 9), (0, 3)]);
    }
}

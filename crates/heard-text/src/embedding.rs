//! The static embedding: what words mean, as 256 figures each, distilled from a sentence transformer by
//! `xtask/distil/distil.py`. A stretch of tokens is the sum of its words (frequent ones weigh little), cut to length 1.

use std::ops::Range;
use std::sync::OnceLock;

use crate::asset::BadModel;
use crate::token::{Token, Tokens};
use crate::wordpiece::{Piece, Pieces};

/// How many figures a word and a stretch have.
pub const DIMS: usize = 256;

/// The table that is part of the program, as bytes.
pub const TABLE: &[u8] = include_bytes!("../assets/embedding.bin");

const MAGIC: &[u8; 8] = b"HEARDEMB";
const NAME: usize = 16;
/// How many sums fit into the processor's registers beside what they are made from.
const AT_HAND: usize = 32;

/// The meaning of a stretch: length 1, or all zeros if no word of it is known.
pub type Meaning = [f32; DIMS];

/// The table of words.
#[derive(Debug)]
pub struct Embedding {
    name: String,
    pieces: Pieces,
    /// What one step of eight bits is worth, per row.
    scales: Vec<f32>,
    /// Eight bits with a sign each, read where the program holds them.
    rows: &'static [[u8; DIMS]],
}

impl Embedding {
    /// The table that is part of the program.
    pub fn shipped() -> &'static Self {
        static SHIPPED: OnceLock<Embedding> = OnceLock::new();
        // A test reads the asset, so that a program with a broken one is never built; a table without words keeps the
        // promise that reading cannot fail.
        SHIPPED.get_or_init(|| Self::read(TABLE).unwrap_or_else(|_| Self::empty()))
    }

    /// A table without words.
    pub fn empty() -> Self {
        Self { name: "none".to_owned(), pieces: Pieces::default(), scales: Vec::new(), rows: &[] }
    }

    /// Reads a table: magic, name, shape, the words behind their lengths, a scale per row, the rows.
    pub fn read(bytes: &'static [u8]) -> Result<Self, BadModel> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(BadModel("it begins differently"))?;
        let (name, rest) = rest.split_at_checked(NAME).ok_or(BadModel("it ends within its name"))?;
        let (count, rest) = rest.split_first_chunk().ok_or(BadModel("it ends within its shape"))?;
        let (dims, mut rest) = rest.split_first_chunk().ok_or(BadModel("it ends within its shape"))?;
        let count = u32::from_le_bytes(*count) as usize;
        if u32::from_le_bytes(*dims) as usize != DIMS {
            return Err(BadModel("its shape is that of another version"));
        }
        let mut words = Vec::new();
        for _ in 0..count {
            let (length, after) = rest.split_first().ok_or(BadModel("it ends within its words"))?;
            let (word, after) = after.split_at_checked(usize::from(*length)).ok_or(BadModel("it ends within its words"))?;
            words.push(std::str::from_utf8(word).map_err(|_| BadModel("a word is no text"))?);
            rest = after;
        }
        let (scales, rows) = rest.split_at_checked(count * 4).ok_or(BadModel("it ends within its figures"))?;
        let (rows, left) = rows.as_chunks::<DIMS>();
        if rows.len() != count || !left.is_empty() {
            return Err(BadModel("its table has another size"));
        }
        Ok(Self {
            name: String::from_utf8_lossy(name).trim_end_matches('\0').to_owned(),
            pieces: Pieces::new(words),
            scales: scales.as_chunks().0.iter().map(|scale| f32::from_le_bytes(*scale)).collect(),
            rows,
        })
    }

    /// Name and version.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many words and pieces it knows.
    pub fn words(&self) -> usize {
        self.scales.len()
    }

    /// What one word or piece means and how much it counts; all zeros if there is no such row.
    pub fn row(&self, row: u32) -> Meaning {
        match (self.scales.get(row as usize), self.rows.get(row as usize)) {
            (Some(scale), Some(row)) => row.map(|figure| f32::from(figure as i8) * scale),
            _ => [0.0; DIMS],
        }
    }

    /// The pieces of a range of tokens; the buffer is used again.
    pub fn pieces(&self, tokens: &Tokens, range: Range<usize>, found: &mut Vec<Piece>) {
        self.pieces.of(tokens, range, found);
    }

    /// The pieces of one token, added to those that were found, and the row of a word that is known as a whole.
    pub fn pieces_of(&self, token: &Token, norm: &str, at: u32, found: &mut Vec<Piece>) -> Option<u32> {
        self.pieces.token(token, norm, at, found)
    }

    /// The meaning of a range of tokens.
    pub fn embed(&self, tokens: &Tokens, range: Range<usize>) -> Meaning {
        let mut pieces = Vec::with_capacity(range.len() + 8);
        self.pieces(tokens, range, &mut pieces);
        self.sum(&pieces).0
    }

    /// The meaning of a text by itself.
    pub fn of_text(&self, text: &str) -> Meaning {
        let tokens = Tokens::of(text);
        self.embed(&tokens, 0..tokens.len())
    }

    /// The meaning of pieces, and by how much their sum was divided.
    pub fn sum(&self, pieces: &[Piece]) -> (Meaning, f32) {
        let mut sum = [0.0; DIMS];
        // So many figures at a time as the processor keeps at hand; each is summed up in the order of the pieces.
        for (block, sum) in sum.as_chunks_mut::<AT_HAND>().0.iter_mut().enumerate() {
            let mut sums = [0.0_f32; AT_HAND];
            for piece in pieces {
                let row = piece.row as usize;
                let figures = self.rows.get(row).and_then(|row| row.as_chunks::<AT_HAND>().0.get(block));
                if let (Some(scale), Some(figures)) = (self.scales.get(row), figures) {
                    for (sum, figure) in sums.iter_mut().zip(figures) {
                        *sum += f32::from(*figure as i8) * scale;
                    }
                }
            }
            *sum = sums;
        }
        let length = dot(&sum, &sum).sqrt();
        if length > 0.0 {
            for figure in &mut sum {
                *figure /= length;
            }
        }
        (sum, length)
    }

    /// What each token of a range adds to the product of the stretch's meaning with some weights; the parts sum up to it.
    /// `pieces` are those of the range, and `length` is what [`Self::sum`] divided them by.
    pub fn contributions(&self, pieces: &[Piece], length: f32, range: &Range<usize>, weights: &Meaning) -> Vec<f32> {
        let mut parts = vec![0.0; range.len()];
        if length == 0.0 {
            return parts;
        }
        for piece in pieces {
            let part = (piece.token as usize).checked_sub(range.start).and_then(|at| parts.get_mut(at));
            if let Some(part) = part {
                *part += self.row_times(piece.row, weights) / length;
            }
        }
        parts
    }

    fn row_times(&self, row: u32, weights: &Meaning) -> f32 {
        match (self.scales.get(row as usize), self.rows.get(row as usize)) {
            (Some(scale), Some(row)) => row.iter().zip(weights).map(|(f, w)| f32::from(*f as i8) * w).sum::<f32>() * scale,
            _ => 0.0,
        }
    }
}

/// The sum of the products, over as many figures as are a multiple of sixteen: between two meanings, how near they are (−1 to 1).
pub fn dot<const N: usize>(a: &[f32; N], b: &[f32; N]) -> f32 {
    // Sixteen sums side by side, so that the processor can work on them at once; always in this order.
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.as_chunks::<16>().0.iter().zip(b.as_chunks::<16>().0) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_can_be_read() {
        let table = Embedding::read(TABLE).expect("the asset is a table of this version");
        assert!(table.words() > 29_000 && !table.name().is_empty());
        assert!(Embedding::read(b"").is_err() && Embedding::read(b"HEARDEMB and then nothing of use").is_err());
    }

    #[test]
    fn what_means_the_same_is_near_whatever_the_words() {
        let table = Embedding::shipped();
        let of = |text: &str| table.of_text(text);
        let near = dot(&of("my luggage never arrived"), &of("they lost our suitcases"));
        let far = dot(&of("my luggage never arrived"), &of("the soup was delicious"));
        assert!(near > far + 0.2, "{near} {far}");
        assert_eq!(of("@nobody https://x.org"), [0.0; DIMS]);
    }

    #[test]
    fn the_parts_of_the_tokens_sum_up_to_the_whole() {
        let table = Embedding::shipped();
        let tokens = Tokens::of("hello there: unbelievablyy late luggages again, don't you think?");
        let weights = table.of_text("delayed baggage");
        let range = 2..tokens.len();
        let mut pieces = Vec::new();
        table.pieces(&tokens, range.clone(), &mut pieces);
        let parts = table.contributions(&pieces, table.sum(&pieces).1, &range, &weights);
        let whole = dot(&table.embed(&tokens, range.clone()), &weights);
        assert_eq!(parts.len(), range.len());
        assert!((parts.iter().sum::<f32>() - whole).abs() < 1e-4, "{parts:?} {whole}");
    }
}

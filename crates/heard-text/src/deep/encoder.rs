//! A BERT encoder (Devlin et al. 2019), read forwards only: what its pieces mean in their sentence, averaged over them and cut
//! to length 1, as sentence transformers do (Reimers and Gurevych 2019).
//!
//! The texts of a batch lie one after another in one matrix, without padding: all layers take them together, and only
//! attention looks at each by itself.

#![allow(clippy::inline_always, reason = "what is not inlined is not compiled for the registers that were found")]

use pulp::{Arch, Simd, WithSimd};

use crate::deep::matrix::{Layer, Packed};
use crate::deep::tensors::{BadTensors, Tensors};

/// The sizes of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// Figures of a vector.
    pub width: usize,
    /// Figures between the two layers that each piece goes through by itself.
    pub inner: usize,
    /// Blocks one after another.
    pub blocks: usize,
    /// Heads of attention; they share the figures evenly.
    pub heads: usize,
    /// Pieces of the vocabulary.
    pub pieces: usize,
    /// Places within a text.
    pub places: usize,
    /// Keeps a division from being one by zero.
    pub epsilon: f32,
}

/// Cuts rows to mean 0 and spread 1, then stretches and shifts each figure.
#[derive(Debug)]
struct Norm {
    scale: Vec<f32>,
    shift: Vec<f32>,
    epsilon: f32,
}

#[derive(Debug)]
struct Block {
    /// What a piece asks, offers and says, side by side.
    attention: Layer,
    said: Layer,
    said_norm: Norm,
    up: Layer,
    down: Layer,
    down_norm: Norm,
}

/// The model.
#[derive(Debug)]
pub struct Encoder {
    shape: Shape,
    words: Vec<f32>,
    places: Vec<f32>,
    norm: Norm,
    blocks: Vec<Block>,
}

impl Encoder {
    /// Of the tensors of a model of this shape; names may begin with `bert.`.
    pub fn new(tensors: &Tensors<'_>, shape: Shape) -> Result<Self, BadTensors> {
        let prefix = if tensors.has("bert.embeddings.word_embeddings.weight") { "bert." } else { "" };
        let get = |name: String, sizes: &[usize]| tensors.get(&format!("{prefix}{name}"), sizes);
        let Shape { width, inner, epsilon, .. } = shape;
        let norm = |name: String| {
            let part = |part: &str| get(format!("{name}.{part}"), &[width]);
            Ok::<_, BadTensors>(Norm { scale: part("weight")?, shift: part("bias")?, epsilon })
        };
        let parts = |names: &[String], inputs: usize, outputs: usize| {
            let (mut weights, mut bias) = (Vec::new(), Vec::new());
            for name in names {
                weights.extend(get(format!("{name}.weight"), &[outputs, inputs])?);
                bias.extend(get(format!("{name}.bias"), &[outputs])?);
            }
            Layer::new(&weights, &bias, inputs).ok_or(BadTensors::Odd("a layer is empty"))
        };
        let block = |at: usize| {
            let name = |part: &str| format!("encoder.layer.{at}.{part}");
            let attention = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
            Ok(Block {
                attention: parts(&attention, width, width)?,
                said: parts(&[name("attention.output.dense")], width, width)?,
                said_norm: norm(name("attention.output.LayerNorm"))?,
                up: parts(&[name("intermediate.dense")], width, inner)?,
                down: parts(&[name("output.dense")], inner, width)?,
                down_norm: norm(name("output.LayerNorm"))?,
            })
        };
        let mut places = get("embeddings.position_embeddings.weight".to_owned(), &[shape.places, width])?;
        // There is one kind of text: what is added for it is added to every place at once.
        let kinds = get("embeddings.token_type_embeddings.weight".to_owned(), &[2, width])?;
        for place in places.chunks_exact_mut(width) {
            add(place, &kinds);
        }
        Ok(Self {
            shape,
            words: get("embeddings.word_embeddings.weight".to_owned(), &[shape.pieces, width])?,
            places,
            norm: norm("embeddings.LayerNorm".to_owned())?,
            blocks: (0..shape.blocks).map(block).collect::<Result<_, BadTensors>>()?,
        })
    }

    /// How many figures a vector has.
    pub fn width(&self) -> usize {
        self.shape.width
    }

    /// What each text means, of length 1; a text is its pieces, at most as many as there are places.
    pub fn vectors(&self, texts: &[Vec<u32>]) -> Vec<Vec<f32>> {
        Arch::new().dispatch(Pass { model: self, texts })
    }
}

struct Pass<'a> {
    model: &'a Encoder,
    texts: &'a [Vec<u32>],
}

impl WithSimd for Pass<'_> {
    type Output = Vec<Vec<f32>>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let Encoder { shape, words, places, norm, blocks } = self.model;
        let width = shape.width;
        let mut rows = Vec::with_capacity(self.texts.iter().map(Vec::len).sum::<usize>() * width);
        for text in self.texts {
            for (piece, place) in text.iter().zip(places.chunks_exact(width)) {
                let start = *piece as usize * width;
                let begun = rows.len();
                rows.extend_from_slice(place);
                if let (Some(row), Some(word)) = (rows.get_mut(begun..), words.get(start..start + width)) {
                    add(row, word);
                }
            }
        }
        norm.cut(&mut rows);
        let lengths: Vec<usize> = self.texts.iter().map(|text| text.len().min(shape.places)).collect();
        let (mut packed, mut wide, mut said, mut out) = (Packed::default(), Vec::new(), Vec::new(), Vec::new());
        for block in blocks {
            block.attention.times(simd, &rows, &mut packed, &mut wide);
            attend(&wide, &lengths, width, shape.heads, &mut said);
            block.said.times(simd, &said, &mut packed, &mut out);
            add(&mut rows, &out);
            block.said_norm.cut(&mut rows);
            block.up.times(simd, &rows, &mut packed, &mut wide);
            bend(&mut wide);
            block.down.times(simd, &wide, &mut packed, &mut out);
            add(&mut rows, &out);
            block.down_norm.cut(&mut rows);
        }
        let mut rest = rows.as_slice();
        let mut vectors = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (own, others) = rest.split_at_checked(length * width).unwrap_or((rest, &[]));
            let mut sum = vec![0.0; width];
            own.chunks_exact(width).for_each(|row| add(&mut sum, row));
            let size = sum.iter().map(|figure| figure * figure).sum::<f32>().sqrt().max(1e-9);
            for figure in &mut sum {
                *figure /= size;
            }
            vectors.push(sum);
            rest = others;
        }
        vectors
    }
}

impl Norm {
    #[inline(always)]
    fn cut(&self, rows: &mut [f32]) {
        let n = self.scale.len();
        for row in rows.chunks_exact_mut(n) {
            let mean = row.iter().sum::<f32>() / n as f32;
            let spread = row.iter().map(|figure| (figure - mean) * (figure - mean)).sum::<f32>() / n as f32;
            let by = 1.0 / (spread + self.epsilon).sqrt();
            for ((figure, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
                *figure = (*figure - mean) * by * scale + shift;
            }
        }
    }
}

#[inline(always)]
fn add(to: &mut [f32], from: &[f32]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += from;
    }
}

/// Attention: each piece takes of what all pieces of its text say, the more the better what they offer fits what it asks.
/// A row of `all` is what a piece asks, offers and says.
#[inline(always)]
fn attend(all: &[f32], lengths: &[usize], width: usize, heads: usize, said: &mut Vec<f32>) {
    let size = width / heads.max(1);
    let scale = 1.0 / (size as f32).sqrt();
    said.clear();
    said.resize(all.len() / 3, 0.0);
    let (mut rest, mut places) = (all, said.as_mut_slice());
    let mut shares: Vec<f32> = Vec::new();
    for length in lengths {
        let (own, others) = rest.split_at_checked(length * width * 3).unwrap_or((rest, &[]));
        let (out, after) = places.split_at_mut_checked(length * width).unwrap_or_default();
        (rest, places) = (others, after);
        for head in 0..heads {
            let part = |row: &'_ [f32], which: usize| -> (usize, usize) {
                let start = which * width + head * size;
                (start.min(row.len()), (start + size).min(row.len()))
            };
            for (row, out) in own.chunks_exact(width * 3).zip(out.chunks_exact_mut(width)) {
                let (start, end) = part(row, 0);
                let asks = row.get(start..end).unwrap_or(&[]);
                shares.clear();
                shares.extend(own.chunks_exact(width * 3).map(|other| {
                    let (start, end) = part(other, 1);
                    product(asks, other.get(start..end).unwrap_or(&[])) * scale
                }));
                let most = shares.iter().copied().fold(f32::MIN, f32::max);
                for share in &mut shares {
                    *share = (*share - most).exp();
                }
                let whole: f32 = shares.iter().sum();
                let Some(out) = out.get_mut(head * size..(head + 1) * size) else { continue };
                for (other, share) in own.chunks_exact(width * 3).zip(&shares) {
                    let (start, end) = part(other, 2);
                    let share = share / whole;
                    for (to, figure) in out.iter_mut().zip(other.get(start..end).unwrap_or(&[])) {
                        *to += figure * share;
                    }
                }
            }
        }
    }
}

/// Eight sums side by side, so that the processor can work on them at once.
#[inline(always)]
fn product(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0_f32; 8];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// The bend between two layers (GELU): x·Φ(x), with the error function as a quotient of two polynomials, right to about
/// 1e-6 (the coefficients are those of Eigen's `perf`).
#[inline(always)]
fn bend(figures: &mut [f32]) {
    for figure in figures {
        let x = *figure;
        let z = (x * std::f32::consts::FRAC_1_SQRT_2).clamp(-4.0, 4.0);
        let s = z * z;
        let above = -2.726_142_3e-10 * s + 2.770_681_5e-8;
        let above = above * s - 2.101_024e-6;
        let above = above * s - 5.692_506_5e-5;
        let above = above * s - 7.349_906_3e-4;
        let above = above * s - 2.954_6e-3;
        let above = (above * s - 1.609_603_3e-2) * z;
        let below = -1.456_607_2e-5 * s - 2.133_740_6e-4;
        let below = below * s - 1.682_827e-3;
        let below = below * s - 7.373_329e-3;
        let below = below * s - 1.426_473_9e-2;
        *figure = 0.5 * x * (1.0 + above / below);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bend_is_that_of_the_books() {
        let mut figures = [-6.0, -1.0, 0.0, 0.5, 1.0, 3.0, 9.0];
        bend(&mut figures);
        for (found, truth) in figures.iter().zip([0.0, -0.158_655, 0.0, 0.345_731, 0.841_345, 2.995_95, 9.0]) {
            assert!((found - truth).abs() < 2e-6, "{found} {truth}");
        }
    }

    #[test]
    fn a_text_among_others_means_what_it_means_alone() {
        let shape = crate::deep::sample::SHAPE;
        let file = crate::deep::sample::weights();
        let encoder = Encoder::new(&Tensors::read(&file).unwrap(), shape).unwrap();
        let texts = vec![vec![2, 5, 7, 3], vec![2, 9, 3], vec![2, 3]];
        let together = encoder.vectors(&texts);
        for (text, vector) in texts.iter().zip(&together) {
            assert_eq!(vector.len(), shape.width);
            let alone = &encoder.vectors(std::slice::from_ref(text))[0];
            assert!(alone.iter().zip(vector).all(|(a, b)| (a - b).abs() < 1e-5));
            assert!((vector.iter().map(|f| f * f).sum::<f32>() - 1.0).abs() < 1e-4);
        }
    }
}

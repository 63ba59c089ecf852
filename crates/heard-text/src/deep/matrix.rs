//! Products of matrices, as the layers of a transformer need them: rows of figures times fixed weights, on the widest
//! registers that the processor has.
//!
//! The weights are laid out once in panels of 32 columns, so that the innermost loop reads everything in order. The blocking
//! is that of Goto and van de Geijn (2008) without its outermost loops: what is multiplied here fits into the second cache.

#![allow(clippy::inline_always, reason = "what is not inlined is not compiled for the registers that were found")]
#![allow(clippy::needless_range_loop, reason = "only counted loops over arrays are kept in registers as a whole")]

use pulp::Simd;

/// Columns of a panel: two of the widest registers.
const PANEL: usize = 32;

/// What one figure in is worth for each figure out, and what is added: `y = W·x + b`.
#[derive(Debug, Clone)]
pub struct Layer {
    inputs: usize,
    outputs: usize,
    /// Panel after panel; in each, row after row of as many columns as a panel has. Columns that are not there are zero.
    panels: Vec<f32>,
    /// As long as all panels are wide.
    bias: Vec<f32>,
}

/// Rows laid out for the product; used again from one to the next.
#[derive(Debug, Default)]
pub struct Packed(Vec<f32>);

impl Layer {
    /// Of weights row by row as they are kept in files: `outputs` rows of `inputs` figures. `None` if the sizes do not fit.
    pub fn new(weights: &[f32], bias: &[f32], inputs: usize) -> Option<Self> {
        let outputs = bias.len();
        if inputs == 0 || outputs == 0 || weights.len() != inputs.checked_mul(outputs)? {
            return None;
        }
        let columns: Vec<&[f32]> = weights.chunks_exact(inputs).collect();
        let mut panels = Vec::with_capacity(outputs.div_ceil(PANEL) * PANEL * inputs);
        for columns in columns.chunks(PANEL) {
            for at in 0..inputs {
                let row = columns.iter().map(|column| column.get(at).copied().unwrap_or(0.0));
                panels.extend(row.chain(std::iter::repeat(0.0)).take(PANEL));
            }
        }
        let mut bias = bias.to_vec();
        bias.resize(outputs.div_ceil(PANEL) * PANEL, 0.0);
        Some(Self { inputs, outputs, panels, bias })
    }

    /// How many figures a row has that comes out.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The product for each row of `rows` (each of `inputs` figures) into `out`, which is made as long as needed.
    #[inline(always)]
    pub fn times<S: Simd>(&self, simd: S, rows: &[f32], packed: &mut Packed, out: &mut Vec<f32>) {
        match S::F32_LANES {
            16 => self.blocks::<S, 12, 2, 2>(simd, rows, packed, out),
            8 => self.blocks::<S, 6, 2, 4>(simd, rows, packed, out),
            4 => self.blocks::<S, 6, 4, 8>(simd, rows, packed, out),
            _ => self.blocks::<S, 4, 4, 32>(simd, rows, packed, out),
        }
    }

    /// `TALL` rows at once, each over `WIDE` registers of the `WHOLE` that a row of a panel fills.
    #[inline(always)]
    fn blocks<S: Simd, const TALL: usize, const WIDE: usize, const WHOLE: usize>(
        &self,
        simd: S,
        rows: &[f32],
        packed: &mut Packed,
        out: &mut Vec<f32>,
    ) {
        let n = rows.len() / self.inputs;
        out.clear();
        out.resize(n * self.outputs, 0.0);
        pack::<TALL>(rows, self.inputs, &mut packed.0);
        for (at, (panel, bias)) in self.panels.chunks_exact(PANEL * self.inputs).zip(self.bias.chunks_exact(PANEL)).enumerate() {
            let (panel, bias) = (S::as_simd_f32s(panel).0.as_chunks::<WHOLE>().0, S::as_simd_f32s(bias).0.as_chunks::<WIDE>().0);
            let lanes = WIDE * S::F32_LANES;
            for (part, bias) in bias.iter().enumerate() {
                for (block, of) in packed.0.chunks_exact(TALL * self.inputs).zip(0..) {
                    let mut sums = [*bias; TALL];
                    for (figures, weights) in block.as_chunks::<TALL>().0.iter().zip(panel) {
                        // Counted loops over arrays: only these are kept in registers as a whole.
                        for row in 0..TALL {
                            let figure = simd.splat_f32s(figures[row]);
                            for at in 0..WIDE {
                                sums[row][at] = simd.mul_add_e_f32s(figure, weights[part * WIDE + at], sums[row][at]);
                            }
                        }
                    }
                    let rows = out.chunks_exact_mut(self.outputs).skip(of * TALL);
                    for (row, sums) in rows.zip(&sums) {
                        let mut line = [0.0; PANEL];
                        for (place, sum) in S::as_mut_simd_f32s(&mut line).0.iter_mut().zip(sums) {
                            *place = *sum;
                        }
                        for (place, sum) in row.iter_mut().skip(at * PANEL + part * lanes).zip(line.iter().take(lanes)) {
                            *place = *sum;
                        }
                    }
                }
            }
        }
    }
}

/// Blocks of `TALL` rows, in each the first figures of all rows, then the second …; rows that are not there are zero.
#[inline(always)]
fn pack<const TALL: usize>(rows: &[f32], inputs: usize, packed: &mut Vec<f32>) {
    let n = rows.len() / inputs;
    packed.clear();
    packed.resize(n.div_ceil(TALL) * TALL * inputs, 0.0);
    for (block, rows) in packed.chunks_exact_mut(TALL * inputs).zip(rows.chunks(TALL * inputs)) {
        for (at, row) in rows.chunks_exact(inputs).enumerate() {
            for (place, figure) in block.iter_mut().skip(at).step_by(TALL).zip(row) {
                *place = *figure;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pulp::{Arch, Scalar};

    use super::*;

    #[test]
    fn every_width_of_register_gives_the_product() {
        let figure = |n: usize| ((n * 37 % 23) as f32 - 11.0) / 7.0;
        for (n, inputs, outputs) in [(1, 1, 1), (5, 7, 33), (13, 40, 64), (25, 3, 31)] {
            let weights: Vec<f32> = (0..inputs * outputs).map(figure).collect();
            let bias: Vec<f32> = (0..outputs).map(|n| figure(n + 5)).collect();
            let rows: Vec<f32> = (0..n * inputs).map(|n| figure(n + 3)).collect();
            let layer = Layer::new(&weights, &bias, inputs).unwrap();
            let plain: Vec<f32> = rows
                .chunks(inputs)
                .flat_map(|row| {
                    let sum = |w: &[f32]| w.iter().zip(row).map(|(w, x)| w * x).sum::<f32>();
                    weights.chunks(inputs).zip(&bias).map(move |(w, b)| sum(w) + b).collect::<Vec<_>>()
                })
                .collect();
            let (mut packed, mut wide, mut narrow) = (Packed::default(), Vec::new(), Vec::new());
            Arch::new().dispatch(|| layer.times(Scalar, &rows, &mut packed, &mut narrow));
            Arch::new().dispatch(Product { layer: &layer, rows: &rows, out: &mut wide });
            for found in [wide, narrow] {
                assert_eq!(found.len(), plain.len());
                assert!(found.iter().zip(&plain).all(|(a, b)| (a - b).abs() < 1e-3), "{n} {inputs} {outputs}");
            }
        }
        assert!(Layer::new(&[1.0; 5], &[0.0; 2], 2).is_none());
    }

    struct Product<'a> {
        layer: &'a Layer,
        rows: &'a [f32],
        out: &'a mut Vec<f32>,
    }

    impl pulp::WithSimd for Product<'_> {
        type Output = ();

        fn with_simd<S: Simd>(self, simd: S) {
            self.layer.times(simd, self.rows, &mut Packed::default(), self.out);
        }
    }
}

//! What a category or class weighs: the sums of what its examples pull.

use crate::learn::features::Vector;
use crate::learn::logistic::BIAS;

/// The weights of one category or class.
#[derive(Debug, Clone)]
pub struct Weights {
    /// What is there whatever a text says.
    pub bias: f32,
    /// Of each figure of a meaning.
    pub meaning: Vec<f32>,
    /// Of each sparse column.
    pub columns: Vec<f32>,
}

impl Weights {
    /// The sums over all examples, by what each of them pulls.
    pub fn of(vectors: &[Vector], pulls: &[f32], columns: usize) -> Self {
        let mut weights = Self {
            bias: BIAS * pulls.iter().sum::<f32>(),
            meaning: vec![0.0; vectors.first().map_or(0, |vector| vector.meaning.len())],
            columns: vec![0.0; columns],
        };
        for (vector, pull) in vectors.iter().zip(pulls).filter(|(_, pull)| **pull != 0.0) {
            for (sum, figure) in weights.meaning.iter_mut().zip(&vector.meaning) {
                *sum += figure * pull;
            }
            for (column, weight) in &vector.sparse {
                if let Some(sum) = weights.columns.get_mut(*column as usize) {
                    *sum += weight * pull;
                }
            }
        }
        weights
    }

    /// The score of a text as a logit, of which `before` is believed already.
    pub fn score(&self, before: f32, vector: &Vector) -> f32 {
        let dense: f32 = self.meaning.iter().zip(&vector.meaning).map(|(w, f)| w * f).sum();
        let sparse: f32 = vector.sparse.iter().map(|(c, w)| self.columns.get(*c as usize).map_or(0.0, |column| column * w)).sum();
        before + self.bias + dense + sparse
    }
}

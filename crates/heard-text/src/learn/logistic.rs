//! Logistic regression with an L2 penalty, one category against the rest, by descending the dual coordinate by coordinate
//! (Yu, Huang and Lin 2011): each step solves one example exactly, needs no step length, and can begin where the last
//! learning ended. No chance is involved: the same examples give the same weights.

use crate::learn::features::Vector;

/// No example is gone over more often.
const MOST_ROUNDS: usize = 60;
/// An example that would move less than this share of its cost stays where it is.
const STILL: f32 = 2e-3;

/// How much of the likeness any two texts have: lets a category be frequent, without making a few examples look so.
pub const BIAS: f32 = 0.3;

/// What is said of one example with regard to one category.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// 1 if it belongs, 0 if not.
    pub truth: f32,
    /// How much it counts; 0: nothing is known.
    pub cost: f32,
    /// What is believed before anything is learnt, as a logit.
    pub before: f32,
}

/// 1/(1+e^−z).
pub fn sigmoid(z: f32) -> f32 {
    1.0 / (1.0 + (-z).exp())
}

/// ln(p/(1−p)), for probabilities that are neither 0 nor 1.
pub fn logit(p: f32) -> f32 {
    (p / (1.0 - p)).ln()
}

/// How alike all examples are, each with each.
#[derive(Debug, Clone, Default)]
pub struct Likeness {
    n: usize,
    rows: Vec<f32>,
}

impl Likeness {
    /// Of all pairs.
    pub fn of(vectors: &[Vector], columns: usize) -> Self {
        let n = vectors.len();
        let mut rows = vec![0.0; n * n];
        let mut spread = vec![0.0; columns];
        for (i, a) in vectors.iter().enumerate() {
            for (column, weight) in &a.sparse {
                if let Some(place) = spread.get_mut(*column as usize) {
                    *place = *weight;
                }
            }
            for (j, b) in vectors.iter().enumerate().take(i + 1) {
                let sparse: f32 = b.sparse.iter().map(|(c, w)| spread.get(*c as usize).map_or(0.0, |s| s * w)).sum();
                let alike = BIAS + a.meaning_times(b) + sparse;
                for place in [i * n + j, j * n + i] {
                    if let Some(place) = rows.get_mut(place) {
                        *place = alike;
                    }
                }
            }
            for (column, _) in &a.sparse {
                if let Some(place) = spread.get_mut(*column as usize) {
                    *place = 0.0;
                }
            }
        }
        Self { n, rows }
    }

    fn row(&self, at: usize) -> &[f32] {
        self.rows.get(at * self.n..(at + 1) * self.n).unwrap_or(&[])
    }

    /// Learns one category: how much each example pulls. `pulls` begins where it is.
    pub fn learn(&self, targets: &[Target], pulls: &mut [f32]) {
        let mut scores = vec![0.0_f32; self.n];
        for (at, pull) in pulls.iter().enumerate().filter(|(_, pull)| **pull != 0.0) {
            add(&mut scores, self.row(at), *pull);
        }
        for _ in 0..MOST_ROUNDS {
            let mut moved = false;
            for (at, (target, pull)) in targets.iter().zip(pulls.iter_mut()).enumerate() {
                let row = self.row(at);
                let (Some(score), Some(own)) = (scores.get(at), row.get(at)) else { continue };
                let next = solve(*target, *pull, *score, *own);
                let step = next - *pull;
                if step.abs() > STILL * target.cost || (target.cost == 0.0 && *pull != 0.0) {
                    *pull = next;
                    add(&mut scores, row, step);
                    moved = true;
                }
            }
            if !moved {
                break;
            }
        }
    }
}

fn add(sums: &mut [f32], row: &[f32], times: f32) {
    for (sum, figure) in sums.iter_mut().zip(row) {
        *sum += figure * times;
    }
}

/// The pull of one example at which its own error is what it pulls, all others as they are: the root of an increasing
/// function between `cost * (truth - 1)` and `cost * truth`, by Newton's steps kept inside by halving.
pub fn solve(target: Target, pull: f32, score: f32, own: f32) -> f32 {
    let Target { truth, cost, before } = target;
    if cost <= 0.0 {
        return 0.0;
    }
    let rest = before + score - own * pull;
    let (mut low, mut high) = (cost * (truth - 1.0), cost * truth);
    let mut at = pull.clamp(low, high);
    for _ in 0..12 {
        let p = sigmoid(rest + own * at);
        let error = at - cost * (truth - p);
        if error > 0.0 {
            high = at;
        } else {
            low = at;
        }
        let newton = at - error / (1.0 + cost * p * (1.0 - p) * own);
        let next = if newton > low && newton < high { newton } else { f32::midpoint(low, high) };
        let step = (next - at).abs();
        at = next;
        if step < 1e-4 * cost {
            break;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(truth: f32) -> Target {
        Target { truth, cost: 4.0, before: 0.0 }
    }

    #[test]
    fn one_example_is_solved_exactly() {
        let pull = solve(target(1.0), 0.0, 0.0, 2.0);
        assert!((pull - 4.0 * (1.0 - sigmoid(2.0 * pull))).abs() < 1e-3, "{pull}");
        assert_eq!(solve(Target { cost: 0.0, ..target(1.0) }, 0.5, 1.0, 2.0), 0.0);
    }

    #[test]
    fn learning_ends_where_every_pull_is_its_error_wherever_it_began() {
        let vector = |figure: f32| Vector { meaning: Vec::new(), sparse: vec![(0, figure)] };
        let all = Likeness::of(&[vector(1.0), vector(0.8), vector(-0.9), vector(-0.2)], 1);
        let targets = [target(1.0), target(1.0), target(0.0), target(0.0)];
        let (mut cold, mut warm) = ([0.0; 4], [2.0, 1.0, -3.0, -0.5]);
        all.learn(&targets, &mut cold);
        all.learn(&targets, &mut warm);
        for at in 0..4 {
            assert!((cold[at] - warm[at]).abs() < 0.1, "{cold:?} {warm:?}");
            let score: f32 = all.row(at).iter().zip(&cold).map(|(k, a)| k * a).sum();
            assert!((cold[at] - 4.0 * (targets[at].truth - sigmoid(score))).abs() < 0.1, "{cold:?}");
        }
    }
}

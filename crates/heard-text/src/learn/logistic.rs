//! Logistic regression with an L2 penalty, one category against the rest, by descending the dual coordinate by coordinate
//! (Yu, Huang and Lin 2011): each step solves one example exactly, needs no step length, and can begin where the last
//! learning ended. No chance is involved: the same examples give the same weights.

use crate::learn::features::Vector;

/// No example is gone over more often.
const MOST_ROUNDS: usize = 60;
/// An example that would move less than this share of its cost stays where it is.
const STILL: f32 = 1e-4;

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
        descend(&mut ByLikeness { all: self, scores: vec![0.0; self.n] }, targets, pulls);
    }
}

/// Where the examples lie, for one category: what they score, and how that changes when one of them pulls.
trait Space {
    /// The score of an example by what all pull.
    fn score(&self, at: usize) -> f32;
    /// How much of its own pull comes back to it.
    fn own(&self, at: usize) -> f32;
    /// An example pulls more by `step`.
    fn pull(&mut self, at: usize, step: f32);
}

struct ByLikeness<'a> {
    all: &'a Likeness,
    scores: Vec<f32>,
}

impl Space for ByLikeness<'_> {
    fn score(&self, at: usize) -> f32 {
        self.scores.get(at).copied().unwrap_or(0.0)
    }

    fn own(&self, at: usize) -> f32 {
        self.all.row(at).get(at).copied().unwrap_or(0.0)
    }

    fn pull(&mut self, at: usize, step: f32) {
        for (score, alike) in self.scores.iter_mut().zip(self.all.row(at)) {
            *score += alike * step;
        }
    }
}

/// Too many examples to hold each against each: the weights are held instead.
struct ByWeights<'a> {
    vectors: &'a [Vector],
    owns: &'a [f32],
    bias: f32,
    meaning: Vec<f32>,
    columns: Vec<f32>,
}

impl Space for ByWeights<'_> {
    fn score(&self, at: usize) -> f32 {
        let Some(vector) = self.vectors.get(at) else { return 0.0 };
        let sparse: f32 = vector.sparse.iter().map(|(c, w)| self.columns.get(*c as usize).map_or(0.0, |column| column * w)).sum();
        self.bias + long_dot(&vector.meaning, &self.meaning) + sparse
    }

    fn own(&self, at: usize) -> f32 {
        self.owns.get(at).copied().unwrap_or(0.0)
    }

    fn pull(&mut self, at: usize, step: f32) {
        let Some(vector) = self.vectors.get(at) else { return };
        self.bias += BIAS * step;
        for (sum, figure) in self.meaning.iter_mut().zip(&vector.meaning) {
            *sum += figure * step;
        }
        for (column, weight) in &vector.sparse {
            if let Some(sum) = self.columns.get_mut(*column as usize) {
                *sum += weight * step;
            }
        }
    }
}

/// The same as [`Likeness::learn`] without holding each example against each; `owns` is [`owns`] of the vectors.
pub fn learn_many(vectors: &[Vector], owns: &[f32], columns: usize, targets: &[Target], pulls: &mut [f32]) {
    let dense = vectors.first().map_or(0, |vector| vector.meaning.len());
    let mut space = ByWeights { vectors, owns, bias: 0.0, meaning: vec![0.0; dense], columns: vec![0.0; columns] };
    descend(&mut space, targets, pulls);
}

/// What examples score by what all of them pull.
pub fn scores(vectors: &[Vector], columns: usize, pulls: &[f32], of: &[usize]) -> Vec<f32> {
    let dense = vectors.first().map_or(0, |vector| vector.meaning.len());
    let mut space = ByWeights { vectors, owns: &[], bias: 0.0, meaning: vec![0.0; dense], columns: vec![0.0; columns] };
    for (at, pull) in pulls.iter().enumerate().filter(|(_, pull)| **pull != 0.0) {
        space.pull(at, *pull);
    }
    of.iter().map(|at| space.score(*at)).collect()
}

/// How alike each example is to itself.
pub fn owns(vectors: &[Vector]) -> Vec<f32> {
    let squares = |v: &Vector| long_dot(&v.meaning, &v.meaning) + v.sparse.iter().map(|(_, w)| w * w).sum::<f32>();
    vectors.iter().map(|vector| BIAS + squares(vector)).collect()
}

fn long_dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0_f32; 16];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f32>()
}

/// Goes over the examples until none of them moves. Those that stood still are left out until all the others do, too.
fn descend(space: &mut impl Space, targets: &[Target], pulls: &mut [f32]) {
    for (at, (pull, target)) in pulls.iter_mut().zip(targets).enumerate() {
        if target.cost == 0.0 {
            *pull = 0.0;
        } else if *pull != 0.0 {
            space.pull(at, *pull);
        }
    }
    let all: Vec<usize> = (0..targets.len()).filter(|at| targets.get(*at).is_some_and(|target| target.cost > 0.0)).collect();
    let mut lively = all.clone();
    for _ in 0..MOST_ROUNDS {
        let whole = lively.len() == all.len();
        lively.retain(|at| {
            let (Some(target), Some(pull)) = (targets.get(*at), pulls.get_mut(*at)) else { return false };
            let next = solve(*target, *pull, space.score(*at), space.own(*at));
            let step = next - *pull;
            let moves = step.abs() > STILL * target.cost;
            if moves {
                *pull = next;
                space.pull(*at, step);
            }
            moves
        });
        if lively.is_empty() {
            if whole {
                break;
            }
            lively.clone_from(&all);
        }
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

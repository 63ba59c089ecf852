//! What was not answered is filled in several times over, each time as it could have been, so that figures which need whole rows lose
//! no rows, and their intervals are as wide as the gaps make them. Pure functions.
//!
//! The model is a joint normal distribution. Its parameters are found by expectation and maximisation over the patterns of what is
//! missing (Little and Rubin 2002, §11.2), anew on a resample for every imputation (Honaker, King and Blackwell 2011), and the gaps
//! are drawn from it given what was answered. The figures of the imputations are joined by Rubin's rules (1987).

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::draw::Draws;
use crate::regression::Moments;
use crate::statistics::Estimate;

/// A pivot below this share of the variance is no information of its own.
const NOTHING_LEFT: f64 = 1e-9;
/// Rounds of expectation and maximisation on all rows, at most.
const ROUNDS: usize = 60;
/// Rounds on a resample, which begins where all rows ended.
const ROUNDS_AGAIN: usize = 12;
/// A round that moves no parameter by more than this share of what chance moves it by (in standard deviations: 1/√n) is the last.
const STILL: f64 = 0.1;

/// Rows of variables, some values missing: standardised, the outcome last and always there.
#[derive(Debug, Clone)]
pub struct Gapped {
    variables: usize,
    /// Values by rows; NaN is a gap.
    values: Vec<f64>,
    /// Of each row, the group with which it is resampled.
    group: Vec<u32>,
    groups: usize,
    /// Rows by what is missing in them: bit j says that variable j is.
    patterns: BTreeMap<u32, Vec<u32>>,
}

/// Means and covariances (by rows).
#[derive(Debug, Clone)]
struct Model {
    mean: Vec<f64>,
    covariance: Vec<f64>,
}

/// What is missing, given what is there.
struct Given {
    missing: Vec<usize>,
    there: Vec<usize>,
    /// Of each missing variable: intercept, then one coefficient for each that is there.
    coefficients: Vec<Vec<f64>>,
    /// Covariance of the missing ones beside the others, by rows.
    rest: Vec<f64>,
}

impl Gapped {
    /// Rows of so many variables by rows, each with the group it belongs to, counted from 0.
    pub fn new(variables: usize, values: Vec<f64>, group: Vec<u32>, groups: usize) -> Self {
        let mut patterns: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (row, of_row) in values.chunks_exact(variables.max(1)).enumerate() {
            let missing = of_row.iter().enumerate().fold(0, |bits, (j, x)| bits | u32::from(x.is_nan()) << j);
            patterns.entry(missing).or_default().push(row as u32);
        }
        Self { variables, values, group, groups, patterns }
    }

    /// Whether nothing is missing.
    pub fn whole(&self) -> bool {
        self.patterns.keys().all(|missing| *missing == 0)
    }

    fn row(&self, row: u32) -> &[f64] {
        let start = row as usize * self.variables;
        self.values.get(start..start + self.variables).unwrap_or_default()
    }

    /// The moments of each group, where nothing is missing.
    pub fn moments(&self) -> Vec<Moments> {
        let mut moments = vec![Moments::new(self.variables); self.groups];
        for (row, group) in (0..).zip(&self.group) {
            moments[*group as usize].add(self.row(row));
        }
        moments
    }

    /// The moments of each group with the gaps filled in, so many times over.
    pub fn filled(&self, times: usize, draws: &mut Draws) -> Vec<Vec<Moments>> {
        let once = vec![1; self.groups];
        let start = self.fitted(self.beginning(), &once, ROUNDS);
        (0..times)
            .map(|_| {
                let mut weights = vec![0_u32; self.groups];
                for _ in 0..self.groups {
                    weights[draws.place(self.groups)] += 1;
                }
                let model = self.fitted(start.clone(), &weights, ROUNDS_AGAIN);
                self.drawn(&model, draws)
            })
            .collect()
    }

    /// Uncorrelated, each with the mean and variance of what is there.
    fn beginning(&self) -> Model {
        let d = self.variables;
        let mut model = Model { mean: vec![0.0; d], covariance: vec![0.0; d * d] };
        for j in 0..d {
            let column = || self.values.iter().skip(j).step_by(d).filter(|x| !x.is_nan());
            let n = column().count().max(1) as f64;
            let mean = column().sum::<f64>() / n;
            model.mean[j] = mean;
            model.covariance[j * d + j] = (column().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).max(NOTHING_LEFT);
        }
        model
    }

    fn fitted(&self, mut model: Model, weights: &[u32], rounds: usize) -> Model {
        let d = self.variables;
        // Sums over what is there, by pattern; gaps count as nought and are not looked at.
        let known: Vec<(u32, Moments)> = self
            .patterns
            .iter()
            .map(|(missing, rows)| {
                let mut moments = Moments::new(d);
                let mut weighted = vec![0.0; d];
                for row in rows {
                    let weight = weights[self.group[*row as usize] as usize];
                    for (to, x) in weighted.iter_mut().zip(self.row(*row)) {
                        *to = if x.is_nan() { 0.0 } else { *x };
                    }
                    (0..weight).for_each(|_| moments.add(&weighted));
                }
                (*missing, moments)
            })
            .filter(|(_, moments)| moments.n() > 0.0)
            .collect();
        let rows: f64 = known.iter().map(|(_, moments)| moments.n()).sum();
        let still = STILL / rows.max(1.0).sqrt();
        for _ in 0..rounds {
            let next = model.improved(&known);
            let moved = model.distance(&next);
            model = next;
            if moved < still {
                break;
            }
        }
        model
    }

    /// Draws what is missing.
    fn drawn(&self, model: &Model, draws: &mut Draws) -> Vec<Moments> {
        let mut moments = vec![Moments::new(self.variables); self.groups];
        let mut filled = vec![0.0; self.variables];
        let mut luck = Vec::new();
        for (missing, rows) in &self.patterns {
            let given = model.given(*missing);
            let root = root(&given.rest, given.missing.len());
            for row in rows {
                filled.copy_from_slice(self.row(*row));
                luck.clear();
                luck.extend(given.missing.iter().map(|_| draws.normal()));
                for (i, (variable, coefficients)) in given.missing.iter().zip(&given.coefficients).enumerate() {
                    let mut value = coefficients.first().copied().unwrap_or(0.0);
                    for (other, coefficient) in given.there.iter().zip(coefficients.iter().skip(1)) {
                        value += coefficient * filled[*other];
                    }
                    let roots = root.iter().skip(i * given.missing.len());
                    value += roots.zip(&luck).take(i + 1).map(|(a, z)| a * z).sum::<f64>();
                    filled[*variable] = value;
                }
                moments[self.group[*row as usize] as usize].add(&filled);
            }
        }
        moments
    }
}

impl Model {
    /// One round: the expected sums under these parameters, and the parameters that fit them best.
    fn improved(&self, known: &[(u32, Moments)]) -> Self {
        let d = self.mean.len();
        let (mut n, mut sums, mut products) = (0.0, vec![0.0; d], vec![0.0; d * d]);
        let (mut own, mut with) = (vec![0.0; d], vec![0.0; d * d]);
        for (missing, moments) in known {
            let given = self.given(*missing);
            n += moments.n();
            for &i in &given.there {
                own[i] = moments.sum(i);
                given.there.iter().for_each(|&j| with[i * d + j] = moments.product(i, j));
            }
            for (&m, coefficients) in given.missing.iter().zip(&given.coefficients) {
                let (intercept, slopes) = coefficients.split_first().map_or((0.0, &[][..]), |(a, b)| (*a, b));
                own[m] = intercept * moments.n() + given.there.iter().zip(slopes).map(|(&o, c)| c * own[o]).sum::<f64>();
                for &j in &given.there {
                    let value =
                        intercept * own[j] + given.there.iter().zip(slopes).map(|(&o, c)| c * with[o * d + j]).sum::<f64>();
                    with[m * d + j] = value;
                    with[j * d + m] = value;
                }
            }
            for (a, (&m, coefficients)) in given.missing.iter().zip(&given.coefficients).enumerate() {
                let (intercept, slopes) = coefficients.split_first().map_or((0.0, &[][..]), |(a, b)| (*a, b));
                for (b, &k) in given.missing.iter().enumerate() {
                    let spread = given.rest[a * given.missing.len() + b] * moments.n();
                    let expected = given.there.iter().zip(slopes).map(|(&o, c)| c * with[o * d + k]).sum::<f64>();
                    with[m * d + k] = intercept * own[k] + expected + spread;
                }
            }
            sums.iter_mut().zip(&own).for_each(|(sum, x)| *sum += x);
            products.iter_mut().zip(&with).for_each(|(sum, x)| *sum += x);
        }
        let mean: Vec<f64> = sums.iter().map(|sum| sum / n.max(1.0)).collect();
        let covariance = (0..d * d)
            .map(|at| {
                let (i, j) = (at / d, at % d);
                products[at] / n.max(1.0) - mean[i] * mean[j] + if i == j { NOTHING_LEFT } else { 0.0 }
            })
            .collect();
        Self { mean, covariance }
    }

    fn distance(&self, other: &Self) -> f64 {
        let pairs = self.mean.iter().zip(&other.mean).chain(self.covariance.iter().zip(&other.covariance));
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }

    /// The distribution of what is missing, given the rest: the covariances swept by what is there (Goodnight 1979).
    fn given(&self, pattern: u32) -> Given {
        let d = self.mean.len();
        let (missing, there): (Vec<usize>, Vec<usize>) = (0..d).partition(|j| pattern >> j & 1 == 1);
        if missing.is_empty() {
            return Given { missing, there, coefficients: Vec::new(), rest: Vec::new() };
        }
        let mut a = self.covariance.clone();
        let mut without = vec![false; d];
        for &k in &there {
            let pivot = a[k * d + k];
            if pivot <= NOTHING_LEFT * self.covariance[k * d + k].max(NOTHING_LEFT) {
                without[k] = true;
                continue;
            }
            for j in 0..d {
                a[k * d + j] /= pivot;
            }
            for i in (0..d).filter(|i| *i != k) {
                let factor = a[i * d + k];
                for j in 0..d {
                    a[i * d + j] -= factor * a[k * d + j];
                }
                a[i * d + k] = -factor / pivot;
            }
            a[k * d + k] = 1.0 / pivot;
        }
        let coefficients = missing
            .iter()
            .map(|&m| {
                let slopes: Vec<f64> = there.iter().map(|&o| if without[o] { 0.0 } else { a[o * d + m] }).collect();
                let shift: f64 = there.iter().zip(&slopes).map(|(&o, c)| c * self.mean[o]).sum();
                std::iter::once(self.mean[m] - shift).chain(slopes).collect()
            })
            .collect();
        let rest = missing.iter().flat_map(|&m| missing.iter().map(move |&k| (m, k))).map(|(m, k)| a[m * d + k]).collect();
        Given { missing, there, coefficients, rest }
    }
}

/// The lower Cholesky root of a covariance matrix (by rows); what has no variance left gets none.
fn root(matrix: &[f64], size: usize) -> Vec<f64> {
    let mut root = vec![0.0; size * size];
    for i in 0..size {
        for j in 0..=i {
            let done: f64 = (0..j).map(|k| root[i * size + k] * root[j * size + k]).sum();
            let left = matrix[i * size + j] - done;
            root[i * size + j] = if i == j {
                left.max(0.0).sqrt()
            } else if root[j * size + j] > 0.0 {
                left / root[j * size + j]
            } else {
                0.0
            };
        }
    }
    root
}

/// One figure from several imputations, each with its value and variance, by Rubin's rules: the mean; within-variance plus
/// (1 + 1/m) of the variance between; Student's t with Rubin's degrees of freedom, never more than `most`. `None` of none.
pub fn pooled(figures: &[(f64, f64)], most: f64) -> Option<Estimate> {
    if figures.is_empty() {
        return None;
    }
    let m = figures.len() as f64;
    let value = figures.iter().map(|(value, _)| value).sum::<f64>() / m;
    let within = figures.iter().map(|(_, variance)| variance).sum::<f64>() / m;
    let spread: f64 = figures.iter().map(|(v, _)| (v - value) * (v - value)).sum();
    let between = if m > 1.0 { (1.0 + 1.0 / m) * spread / (m - 1.0) } else { 0.0 };
    let variance = within + between;
    let freedom = if between > 0.0 { (m - 1.0) * (variance / between).powi(2) } else { f64::INFINITY };
    let t = StudentsT::new(0.0, 1.0, freedom.min(most).clamp(2.0, 1e6)).map_or(1.96, |t| t.inverse_cdf(0.975));
    let error = variance.max(0.0).sqrt();
    // Whoever compares two of them takes them for normal: the error carries the wider tails.
    Some(Estimate { value, error: error * t / 1.959_963_984_540_054, low: value - t * error, high: value + t * error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regression::Subsets;

    /// Correlated rows of three variables; the first misses by chance, more often where the last is low.
    fn gapped(n: usize, seed: u64) -> (Gapped, Moments) {
        let mut draws = Draws::new(seed, 0);
        let mut whole = Moments::new(3);
        let mut values = Vec::new();
        for _ in 0..n {
            let (a, b) = (draws.normal(), draws.normal());
            let x = 0.8 * a + 0.6 * b;
            let y = 0.7 * x + 0.3 * a + 0.5 * draws.normal();
            whole.add(&[x, a, y]);
            let lost = draws.unit() < if y < 0.0 { 0.6 } else { 0.2 };
            values.extend([if lost { f64::NAN } else { x }, a, y]);
        }
        (Gapped::new(3, values, (0..n as u32).collect(), n), whole)
    }

    #[test]
    fn what_is_filled_in_has_the_moments_of_what_was_lost() {
        let (gapped, whole) = gapped(6_000, 3);
        assert!(!gapped.whole());
        let mut draws = Draws::new(9, 1);
        let expected = whole.covariance();
        for groups in gapped.filled(3, &mut draws) {
            let mut all = Moments::new(3);
            for group in &groups {
                all.absorb(group);
            }
            assert_eq!(all.n(), 6_000.0);
            for (a, b) in all.covariance().iter().zip(&expected) {
                assert!((a - b).abs() < 0.06, "{:?} {expected:?}", all.covariance());
            }
            let mean = all.sum(0) / all.n();
            assert!(mean.abs() < 0.06, "leaving rows out would give about 0.2: {mean}");
        }
    }

    #[test]
    fn imputations_differ_and_the_same_seed_gives_the_same() {
        let (gapped, _) = gapped(300, 4);
        let filled = |seed| gapped.filled(2, &mut Draws::new(seed, 1));
        assert_eq!(filled(5), filled(5));
        let of = filled(5);
        assert_ne!(of[0], of[1]);
    }

    #[test]
    fn nothing_missing_is_left_as_it_is() {
        let values = vec![1.0, 2.0, 3.0, 4.0, 5.0, 7.0];
        let gapped = Gapped::new(2, values, vec![0, 1, 1], 2);
        assert!(gapped.whole());
        assert_eq!(gapped.filled(1, &mut Draws::new(1, 1))[0], gapped.moments());
    }

    #[test]
    fn a_variable_that_repeats_another_is_filled_in_from_it() {
        let mut draws = Draws::new(2, 0);
        let values: Vec<f64> = (0..200)
            .flat_map(|row| {
                let x = draws.normal();
                [if row % 3 == 0 { f64::NAN } else { x }, x, draws.normal()]
            })
            .collect();
        let gapped = Gapped::new(3, values, (0..200).collect(), 200);
        let mut all = Moments::new(3);
        gapped.filled(1, &mut draws)[0].iter().for_each(|group| all.absorb(group));
        let covariance = all.covariance();
        assert!(covariance.iter().all(|x| x.is_finite()));
        assert!((covariance[0] - covariance[1]).abs() < 1e-2, "{covariance:?}");
        assert!(Subsets::new(2).shares(&covariance).iter().all(|share| share.is_finite()));
    }

    #[test]
    fn rubins_rules_follow_the_formula() {
        // m = 3, values 1, 2, 3, variances 0.5: mean 2, total 0.5 + 4/3·1, freedom 2·(1.8333/1.3333)² = 3.78.
        let pooled = pooled(&[(1.0, 0.5), (2.0, 0.5), (3.0, 0.5)], f64::INFINITY).unwrap();
        let t = StudentsT::new(0.0, 1.0, 2.0 * (11.0_f64 / 8.0).powi(2)).unwrap().inverse_cdf(0.975);
        assert!((pooled.value - 2.0).abs() < 1e-12);
        assert!((pooled.high - 2.0 - t * (0.5_f64 + 4.0 / 3.0).sqrt()).abs() < 1e-9, "{pooled:?}");
        assert!(super::pooled(&[], 9.0).is_none());
        let single = super::pooled(&[(5.0, 4.0)], f64::INFINITY).unwrap();
        assert!((single.high - 5.0 - 1.96 * 2.0).abs() < 0.001);
    }
}

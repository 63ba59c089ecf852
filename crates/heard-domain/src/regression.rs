//! Least squares from moments: how much of the variance of an outcome every subset of its predictors explains, and how that is
//! shared out among them. Pure functions.
//!
//! Everything needed of the rows are sums of products ([`Moments`]), so that resampling adds up sums and never looks at rows.

/// The most predictors whose subsets are gone through, all 2¹² of them.
pub const MOST_PREDICTORS: usize = 12;

/// What is left of a predictor's variance beside the others, as a share, below which it is taken for their combination.
const NOTHING_LEFT: f64 = 1e-9;

/// Sums over rows of 1, each variable, and each product of two, packed by rows of the upper triangle. The outcome is the last
/// variable. Variables should be near zero in the mean (centred beforehand), or digits are lost.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    variables: usize,
    sums: Vec<f64>,
}

impl Moments {
    /// No rows yet, of so many variables, the outcome among them.
    pub fn new(variables: usize) -> Self {
        Self { variables, sums: vec![0.0; (variables + 1) * (variables + 2) / 2] }
    }

    /// Adds a row: the predictors and, last, the outcome.
    pub fn add(&mut self, row: &[f64]) {
        let mut at = 0;
        let mut put = |a: f64, rest: &[f64]| {
            for (sum, b) in self.sums.iter_mut().skip(at).zip(rest) {
                *sum += a * b;
            }
            at += rest.len();
        };
        put(1.0, &[1.0]);
        put(1.0, row);
        for (i, a) in row.iter().enumerate() {
            put(*a, row.get(i..).unwrap_or_default());
        }
    }

    /// Adds the sums of other rows.
    pub fn absorb(&mut self, other: &Self) {
        for (mine, others) in self.sums.iter_mut().zip(&other.sums) {
            *mine += others;
        }
    }

    /// Takes all rows away.
    pub fn clear(&mut self) {
        self.sums.fill(0.0);
    }

    /// How many variables there are, the outcome among them.
    pub fn variables(&self) -> usize {
        self.variables
    }

    /// How many rows were added.
    pub fn n(&self) -> f64 {
        self.sums.first().copied().unwrap_or(0.0)
    }

    /// The sum of a variable.
    pub fn sum(&self, variable: usize) -> f64 {
        self.sums.get(variable + 1).copied().unwrap_or(0.0)
    }

    /// The sum of the products of two variables.
    pub fn product(&self, a: usize, b: usize) -> f64 {
        // Row i of the packed triangle (counted with the constant in front) begins behind the i longer ones.
        let (i, j) = (a.min(b) + 1, a.max(b) + 1);
        let start = i * (self.variables + 1) - i * (i - 1) / 2;
        self.sums.get(start + j - i).copied().unwrap_or(0.0)
    }

    /// The covariance matrix (with divisor n), by rows; all nought without rows.
    pub fn covariance(&self) -> Vec<f64> {
        let d = self.variables;
        let n = self.n();
        let mut covariance = vec![0.0; d * d];
        if n <= 0.0 {
            return covariance;
        }
        let mean: Vec<f64> = (0..d).map(|i| self.sum(i) / n).collect();
        for i in 0..d {
            for j in i..d {
                let value = self.product(i, j) / n - mean[i] * mean[j];
                covariance[i * d + j] = value;
                covariance[j * d + i] = value;
            }
        }
        covariance
    }
}

/// Room for going through subsets, kept between calls.
#[derive(Debug, Clone)]
pub struct Subsets {
    predictors: usize,
    scratch: Vec<Vec<f64>>,
    /// R² by subset: bit j of the place says whether predictor j is in it.
    r2: Vec<f64>,
    weights: Vec<f64>,
}

impl Subsets {
    /// For so many predictors, at most [`MOST_PREDICTORS`]; more are cut off.
    pub fn new(predictors: usize) -> Self {
        let p = predictors.min(MOST_PREDICTORS);
        let d = p + 1;
        // s!(p−s−1)!/p!: in how many of the p! orders a given set of s comes right before a given predictor.
        let mut weights = Vec::with_capacity(p);
        let mut weight = 1.0 / p.max(1) as f64;
        for s in 0..p {
            weights.push(weight);
            weight *= (s + 1) as f64 / (p - s).saturating_sub(1).max(1) as f64;
        }
        Self { predictors: p, scratch: vec![vec![0.0; d * d]; p], r2: vec![0.0; 1 << p], weights }
    }

    /// R² of the regression of the last variable on every subset of the others, from their covariance matrix (by rows). A predictor
    /// that is a combination of those before it adds nothing. All nought where the outcome does not vary.
    pub fn explained(&mut self, covariance: &[f64]) -> &[f64] {
        let d = self.predictors + 1;
        let total = covariance.last().copied().unwrap_or(0.0);
        if covariance.len() != d * d || total <= 0.0 || !total.is_finite() {
            self.r2.fill(0.0);
            return &self.r2;
        }
        let own: Vec<f64> = (0..d).map(|i| covariance[i * d + i]).collect();
        let whole = Whole { d, total, own: &own };
        descend(&whole, 0, 0, covariance, &mut self.scratch, &mut self.r2);
        &self.r2
    }

    /// The share of R² of each predictor: its increment of R², averaged over all orders in which predictors can be added
    /// (Lindeman, Merenda and Gold 1980, "LMG"; the Shapley value of R²). They sum to R² of all.
    pub fn shares(&mut self, covariance: &[f64]) -> Vec<f64> {
        self.explained(covariance);
        let mut shares = vec![0.0; self.predictors];
        for (set, before) in self.r2.iter().enumerate() {
            let Some(weight) = self.weights.get(set.count_ones() as usize) else { continue };
            for (j, share) in shares.iter_mut().enumerate().filter(|(j, _)| set >> j & 1 == 0) {
                *share += weight * (self.r2[set | 1 << j] - before);
            }
        }
        shares
    }

    /// R² of all predictors, of what was last gone through.
    pub fn all(&self) -> f64 {
        self.r2.last().copied().unwrap_or(0.0)
    }
}

struct Whole<'a> {
    d: usize,
    total: f64,
    own: &'a [f64],
}

/// Goes through the subsets of the predictors from `k` on; `matrix` holds what is left of the covariances beside those already
/// taken. One step of Gaussian elimination takes a predictor in; so all subsets together cost about 6·2ᵖ steps.
fn descend(whole: &Whole<'_>, k: usize, set: usize, matrix: &[f64], scratch: &mut [Vec<f64>], r2: &mut [f64]) {
    let d = whole.d;
    let Some((next, rest)) = scratch.split_first_mut() else {
        let left = matrix[d * d - 1] / whole.total;
        r2[set] = (1.0 - left).clamp(0.0, 1.0);
        return;
    };
    descend(whole, k + 1, set, matrix, rest, r2);
    let pivot = matrix[k * d + k];
    if pivot <= NOTHING_LEFT * whole.own[k] || pivot <= 0.0 {
        descend(whole, k + 1, set | 1 << k, matrix, rest, r2);
        return;
    }
    for i in k + 1..d {
        let factor = matrix[k * d + i] / pivot;
        // The matrix is symmetric: its upper half is enough.
        for j in i..d {
            next[i * d + j] = matrix[i * d + j] - factor * matrix[k * d + j];
        }
    }
    descend(whole, k + 1, set | 1 << k, next, rest, r2);
}

/// How much of each predictor's own variance the others explain, 0..1: 1 where it is a combination of them.
pub fn alike(covariance: &[f64], predictors: usize) -> Vec<f64> {
    let d = predictors + 1;
    let of = |i: usize, j: usize| covariance.get(i * d + j).copied().unwrap_or(0.0);
    (0..predictors)
        .map(|j| {
            // The others first, this one in the place of the outcome.
            let order: Vec<usize> = (0..predictors).filter(|i| *i != j).chain([j]).collect();
            let mut matrix: Vec<f64> = order.iter().flat_map(|a| order.iter().map(|b| of(*a, *b))).collect();
            let own = matrix.last().copied().unwrap_or(0.0);
            for k in 0..predictors.saturating_sub(1) {
                let pivot = matrix[k * predictors + k];
                if pivot <= NOTHING_LEFT * of(order[k], order[k]) {
                    continue;
                }
                for a in k + 1..predictors {
                    let factor = matrix[a * predictors + k] / pivot;
                    for b in k + 1..predictors {
                        matrix[a * predictors + b] -= factor * matrix[k * predictors + b];
                    }
                }
            }
            let left = matrix.last().copied().unwrap_or(0.0);
            if own > 0.0 { (1.0 - left / own).clamp(0.0, 1.0) } else { 1.0 }
        })
        .collect()
}

/// The correlation of each predictor with the outcome, −1..1; 0 where one of them does not vary.
pub fn correlations(covariance: &[f64], predictors: usize) -> Vec<f64> {
    let d = predictors + 1;
    let of = |i: usize, j: usize| covariance.get(i * d + j).copied().unwrap_or(0.0);
    let correlation = |j: usize| {
        let both = of(j, j) * of(predictors, predictors);
        if both > 0.0 { (of(j, predictors) / both.sqrt()).clamp(-1.0, 1.0) } else { 0.0 }
    };
    (0..predictors).map(correlation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draws;
    use proptest::prelude::*;

    /// Rows of p predictors and an outcome, mixed by the seed.
    fn rows(p: usize, n: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut draws = Draws::new(seed, 0);
        let mix: Vec<f64> = (0..p * p).map(|_| draws.normal()).collect();
        let weight: Vec<f64> = (0..p).map(|_| draws.normal()).collect();
        (0..n)
            .map(|_| {
                let z: Vec<f64> = (0..p).map(|_| draws.normal()).collect();
                let mut row: Vec<f64> = (0..p).map(|i| (0..p).map(|j| mix[i * p + j] * z[j]).sum::<f64>() + 3.0).collect();
                let y = row.iter().zip(&weight).map(|(x, w)| x * w).sum::<f64>() + 2.0 * draws.normal();
                row.push(y);
                row
            })
            .collect()
    }

    fn covariance(rows: &[Vec<f64>]) -> Vec<f64> {
        let mut moments = Moments::new(rows[0].len());
        for row in rows {
            moments.add(row);
        }
        moments.covariance()
    }

    /// R² of a regression on some predictors, in their order, by the modified Gram-Schmidt process on the rows themselves.
    fn by_rows(rows: &[Vec<f64>], order: &[usize]) -> Vec<f64> {
        let p = rows[0].len() - 1;
        let centred = |j: usize| {
            let mean = rows.iter().map(|row| row[j]).sum::<f64>() / rows.len() as f64;
            rows.iter().map(|row| row[j] - mean).collect::<Vec<f64>>()
        };
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let mut y = centred(p);
        let total = dot(&y, &y);
        let mut base: Vec<Vec<f64>> = Vec::new();
        let mut increments = Vec::new();
        for j in order {
            let mut x = centred(*j);
            for b in &base {
                let along = dot(&x, b);
                x.iter_mut().zip(b).for_each(|(x, b)| *x -= along * b);
            }
            let length = dot(&x, &x).sqrt();
            for x in &mut x {
                *x /= length;
            }
            let along = dot(&y, &x);
            y.iter_mut().zip(&x).for_each(|(y, x)| *y -= along * x);
            increments.push(along * along / total);
            base.push(x);
        }
        increments
    }

    fn orders(p: usize) -> Vec<Vec<usize>> {
        if p == 0 {
            return vec![vec![]];
        }
        let mut all = Vec::new();
        for order in orders(p - 1) {
            for at in 0..p {
                let mut longer = order.clone();
                longer.insert(at, p - 1);
                all.push(longer);
            }
        }
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn shares_are_the_mean_increment_over_all_orders_and_sum_to_r2(p in 1_usize..=5, seed in 0_u64..10_000) {
            let rows = rows(p, 30, seed);
            let mut subsets = Subsets::new(p);
            let shares = subsets.shares(&covariance(&rows));
            let all = orders(p);
            let mut mean = vec![0.0; p];
            for order in &all {
                for (j, increment) in order.iter().zip(by_rows(&rows, order)) {
                    mean[*j] += increment / all.len() as f64;
                }
            }
            for (share, mean) in shares.iter().zip(&mean) {
                prop_assert!((share - mean).abs() < 1e-7, "{shares:?} {mean:?}");
            }
            prop_assert!((shares.iter().sum::<f64>() - subsets.all()).abs() < 1e-9);
        }

        #[test]
        fn the_order_of_predictors_and_the_unit_of_measurement_change_nothing(seed in 0_u64..10_000, turn in 1_usize..6) {
            let rows = rows(6, 40, seed);
            let turned: Vec<Vec<f64>> = rows
                .iter()
                .map(|row| (0..6).map(|j| 10.0 - 7.0 * row[(j + turn) % 6]).chain([0.01 * row[6] + 5.0]).collect())
                .collect();
            let shares = Subsets::new(6).shares(&covariance(&rows));
            let other = Subsets::new(6).shares(&covariance(&turned));
            for j in 0..6 {
                prop_assert!((shares[(j + turn) % 6] - other[j]).abs() < 1e-7);
            }
        }
    }

    #[test]
    fn uncorrelated_predictors_get_their_squared_correlations() {
        let r = [0.5, -0.4, 0.3, 0.0];
        let mut covariance = vec![0.0; 25];
        for (j, r) in r.iter().enumerate() {
            covariance[j * 5 + j] = 4.0;
            covariance[j * 5 + 4] = r * 2.0 * 3.0;
            covariance[20 + j] = r * 2.0 * 3.0;
        }
        covariance[24] = 9.0;
        let shares = Subsets::new(4).shares(&covariance);
        for (share, r) in shares.iter().zip(r) {
            assert!((share - r * r).abs() < 1e-12, "{shares:?}");
        }
        assert!((correlations(&covariance, 4)[1] + 0.4).abs() < 1e-12);
    }

    #[test]
    fn two_correlated_predictors_follow_the_published_form() {
        // Grömping 2007, section 3.1: for p = 2, LMG₁ = ½(r₁² + R² − r₂²).
        let (a, b, c) = (0.6, 0.3, 0.5);
        let covariance = [1.0, c, a, c, 1.0, b, a, b, 1.0];
        let r2 = (a * a + b * b - 2.0 * a * b * c) / (1.0 - c * c);
        let shares = Subsets::new(2).shares(&covariance);
        assert!((shares[0] - 0.5 * (a * a + r2 - b * b)).abs() < 1e-12);
        assert!((shares[1] - 0.5 * (b * b + r2 - a * a)).abs() < 1e-12);
    }

    #[test]
    fn twins_share_evenly_and_a_constant_gets_nothing() {
        let mut rows = rows(2, 60, 9);
        for row in &mut rows {
            let y = row.pop().unwrap_or(0.0);
            row.push(2.0 * row[0] + 1.0);
            row.push(4.0);
            row.push(y);
        }
        let covariance = covariance(&rows);
        let mut subsets = Subsets::new(4);
        let shares = subsets.shares(&covariance);
        assert!((shares[0] - shares[2]).abs() < 1e-6 && shares[0] > 0.0, "{shares:?}");
        assert!(shares[3].abs() < 1e-9);
        let alike = alike(&covariance, 4);
        assert!(alike[0] > 0.999_999 && alike[2] > 0.999_999 && alike[1] < 0.999, "{alike:?}");
    }

    #[test]
    fn an_outcome_that_does_not_vary_is_not_explained() {
        assert_eq!(Subsets::new(1).shares(&[1.0, 0.0, 0.0, 0.0]), [0.0]);
        assert_eq!(Subsets::new(1).shares(&[1.0, f64::NAN, f64::NAN, f64::NAN]), [0.0]);
        assert_eq!(Subsets::new(0).shares(&[1.0]), Vec::<f64>::new());
    }

    #[test]
    fn twelve_predictors_agree_with_a_sample_of_orders() {
        let rows = rows(12, 200, 4);
        let covariance = covariance(&rows);
        let shares = Subsets::new(12).shares(&covariance);
        let mut draws = Draws::new(1, 1);
        let mut mean = vec![0.0; 12];
        let tries = 400;
        for _ in 0..tries {
            let mut order: Vec<usize> = (0..12).collect();
            for at in (1..12).rev() {
                order.swap(at, draws.place(at + 1));
            }
            for (j, increment) in order.iter().zip(by_rows(&rows, &order)) {
                mean[*j] += increment / f64::from(tries);
            }
        }
        for (share, mean) in shares.iter().zip(&mean) {
            assert!((share - mean).abs() < 0.03, "{shares:?} {mean:?}");
        }
    }
}

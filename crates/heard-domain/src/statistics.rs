//! Statistics: intervals of figures, comparison of two periods, control of false discoveries. Pure functions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{Beta, ContinuousCDF, Normal, StudentsT};
use statrs::function::beta::checked_beta_reg;

/// Two-sided 95 % point of the standard normal distribution.
const Z95: f64 = 1.959_963_984_540_054;

crate::words! {
    /// How sure a change is, after control of false discoveries at q = 0.1.
    Certainty {
        /// Adjusted p ≤ 0.01.
        VeryLikelyReal = "very_likely_real", "Very likely real";
        /// Adjusted p ≤ 0.1.
        Likely = "likely", "Likely real";
        /// Anything else.
        CouldBeNoise = "could_be_noise", "Could be noise";
    }
}

/// A value with a standard error, as needed to compare two of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its standard error, not negative.
    pub error: f64,
    /// 95 % interval.
    pub low: f64,
    /// 95 % interval.
    pub high: f64,
}

/// A share of `hits` in `n`, per cent, with Wilson's interval (Wilson 1927). `None` for n = 0.
pub fn share(hits: u64, n: u64) -> Option<Estimate> {
    if n == 0 {
        return None;
    }
    let (count, p) = (n as f64, hits as f64 / n as f64);
    let z2 = Z95 * Z95;
    let middle = (p + z2 / (2.0 * count)) / (1.0 + z2 / count);
    let half = Z95 / (1.0 + z2 / count) * (p * (1.0 - p) / count + z2 / (4.0 * count * count)).sqrt();
    let (low, high) = ((middle - half).max(0.0).min(p), (middle + half).min(1.0).max(p));
    Some(Estimate { value: 100.0 * p, error: 100.0 * half / Z95, low: 100.0 * low, high: 100.0 * high })
}

/// Share of `up` minus share of `down` in `n`, −100..100, from a Dirichlet(½,½,½) posterior over up, down and neither:
/// the interval is that of a beta distribution on −100..100 with the posterior's mean and variance, so that it has a
/// width even where all agree. `None` for n = 0.
pub fn difference_of_shares(up: u64, down: u64, n: u64) -> Option<Estimate> {
    if n == 0 {
        return None;
    }
    let total = n as f64 + 1.5;
    let (a, b) = ((up as f64 + 0.5) / total, (down as f64 + 0.5) / total);
    let mean = a - b;
    let variance = (a + b - mean * mean) / (total + 1.0);
    let value = (up as f64 - down as f64) / n as f64;
    let (low, high) = beta_interval(mean, variance);
    Some(Estimate {
        value: 100.0 * value,
        error: 100.0 * variance.sqrt(),
        low: 100.0 * low.min(value),
        high: 100.0 * high.max(value),
    })
}

/// The central 95 % of a beta distribution on −1..1 with this mean and variance.
fn beta_interval(mean: f64, variance: f64) -> (f64, f64) {
    let m = f64::midpoint(mean, 1.0);
    let v = variance / 4.0;
    let size = m * (1.0 - m) / v - 1.0;
    match Beta::new(m * size, (1.0 - m) * size) {
        Ok(beta) if size > 0.0 => (2.0 * beta.inverse_cdf(0.025) - 1.0, 2.0 * beta.inverse_cdf(0.975) - 1.0),
        _ => (-1.0, 1.0),
    }
}

/// Sums over clusters (persons) from which net sentiment and its interval follow; adding two adds their clusters.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Clusters {
    /// Number of clusters.
    pub count: u64,
    /// Σ n: passages.
    pub n: f64,
    /// Σ d: positive minus negative passages.
    pub d: f64,
    /// Σ d² over clusters.
    pub dd: f64,
    /// Σ d·n over clusters.
    pub dn: f64,
    /// Σ n² over clusters.
    pub nn: f64,
}

impl Clusters {
    /// Adds one cluster with `n` passages and a difference of `d`.
    pub fn add(&mut self, d: f64, n: f64) {
        self.count += 1;
        self.n += n;
        self.d += d;
        self.dd += d * d;
        self.dn += d * n;
        self.nn += n * n;
    }

    /// Net sentiment, −100..100: the ratio estimator Σd/Σn with its linearised variance (Cochran 1977, §6.3, with the
    /// factor k/(k−1)); one pseudo-cluster of each sign keeps a width where all agree, and a beta distribution on
    /// −100..100 keeps the interval within its limits. `None` without passages.
    pub fn net(&self) -> Option<Estimate> {
        if self.n <= 0.0 {
            return None;
        }
        let value = self.d / self.n;
        // Half a passage for, half against: as the Dirichlet(½,½,½) does for shares.
        let (count, n) = (self.count as f64 + 1.0, self.n + 1.0);
        let (dd, dn, nn) = (self.dd + 0.5, self.dn, self.nn + 0.5);
        let centre = self.d / n;
        let spread = (dd - 2.0 * centre * dn + centre * centre * nn).max(0.0);
        let variance = (count / (count - 1.0) * spread / (n * n)).clamp(1e-12, 0.999);
        let (low, high) = beta_interval(centre.clamp(-0.999_999, 0.999_999), variance.min(0.999 * (1.0 - centre * centre)));
        Some(Estimate {
            value: 100.0 * value,
            error: 100.0 * variance.sqrt(),
            low: 100.0 * low.min(value),
            high: 100.0 * high.max(value),
        })
    }
}

/// A mean from count, sum and sum of squares, with Student's t interval. Under two values there is no interval: it
/// spans `range`. `None` for n = 0.
pub fn mean(n: u64, sum: f64, squares: f64, range: (f64, f64)) -> Option<Estimate> {
    if n == 0 {
        return None;
    }
    let count = n as f64;
    let value = sum / count;
    if n < 2 {
        return Some(Estimate { value, error: (range.1 - range.0) / 4.0, low: range.0.min(value), high: range.1.max(value) });
    }
    let error = ((squares - sum * value).max(0.0) / (count - 1.0) / count).sqrt();
    let t = StudentsT::new(0.0, 1.0, count - 1.0).map_or(Z95, |t| t.inverse_cdf(0.975));
    Some(Estimate {
        value,
        error,
        low: (value - t * error).max(range.0.min(value)),
        high: (value + t * error).min(range.1.max(value)),
    })
}

/// The two-sided p-value of a difference between two independent estimates, and its 95 % interval (low, high).
pub fn difference(now: &Estimate, before: &Estimate) -> (f64, f64, f64) {
    let change = now.value - before.value;
    let error = now.error.hypot(before.error);
    if error <= 0.0 {
        return (if change == 0.0 { 1.0 } else { 0.0 }, change, change);
    }
    (two_sided(change / error), change - Z95 * error, change + Z95 * error)
}

/// Two counts under the same exposure: the two-sided p-value that their rates are equal and the 95 % interval of the
/// change in per cent of `before`, from Var(ln(a/b)) ≈ φ(1/(a+½) + 1/(b+½)); `dispersion` φ ≥ 1 widens it.
pub fn change_of_counts(now: u64, before: u64, dispersion: f64) -> (f64, f64, f64) {
    change_of_rates((now, 1.0), (before, 1.0), dispersion)
}

/// The same for two counts that each stand against an exposure of their own (comments, orders, days; above zero).
pub fn change_of_rates(now: (u64, f64), before: (u64, f64), dispersion: f64) -> (f64, f64, f64) {
    let (a, b) = (now.0 as f64 + 0.5, before.0 as f64 + 0.5);
    let error = (dispersion.max(1.0) * (1.0 / a + 1.0 / b)).sqrt();
    let ratio = (a / b * before.1 / now.1).ln();
    let per_cent = |x: f64| 100.0 * (x.exp() - 1.0);
    (two_sided(ratio / error), per_cent(ratio - Z95 * error), per_cent(ratio + Z95 * error))
}

/// How likely a count is at least `now` by chance alone if both rates are the same: exact, for given both together the one of now is
/// binomial with its share of the exposures (Przyborowski and Wilenski 1940). Exposures are above zero.
pub fn rise_by_chance(now: (u64, f64), before: (u64, f64)) -> f64 {
    if now.0 == 0 {
        return 1.0;
    }
    let share = now.1 / (now.1 + before.1);
    checked_beta_reg(now.0 as f64, before.0 as f64 + 1.0, share.clamp(0.0, 1.0)).unwrap_or(1.0)
}

fn two_sided(z: f64) -> f64 {
    Normal::new(0.0, 1.0).map_or(1.0, |normal| (2.0 * normal.cdf(-z.abs())).min(1.0))
}

/// Adjusted p-values in the order given (Benjamini and Hochberg 1995).
pub fn adjusted(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (i, &at) in order.iter().enumerate() {
        let rank = p.len() - i;
        least = least.min(p[at] * p.len() as f64 / rank as f64);
        adjusted[at] = least;
    }
    adjusted
}

/// The word for an adjusted p-value.
pub fn certainty(adjusted_p: f64) -> Certainty {
    match adjusted_p {
        p if p <= 0.01 => Certainty::VeryLikelyReal,
        p if p <= 0.1 => Certainty::Likely,
        _ => Certainty::CouldBeNoise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_by_chance_is_exact() {
        // Of 5 with even odds all 5: 1/32; at least 4: 6/32. Of 3 with one in four at least one: 1 − (3/4)³.
        for (now, before, p) in
            [((5, 1.0), (0, 1.0), 1.0 / 32.0), ((4, 1.0), (1, 1.0), 6.0 / 32.0), ((1, 1.0), (2, 3.0), 1.0 - 27.0 / 64.0)]
        {
            assert!((rise_by_chance(now, before) - p).abs() < 1e-12, "{now:?} {before:?}");
        }
        assert_eq!(rise_by_chance((0, 1.0), (7, 1.0)), 1.0);
    }

    #[test]
    fn wilson_matches_the_published_example() {
        // 81 of 263: 0.2553 to 0.3662 (Newcombe 1998, table I, method 3).
        let e = share(81, 263).unwrap_or(Estimate { value: 0., error: 0., low: 0., high: 0. });
        assert!((e.low - 25.53).abs() < 0.01 && (e.high - 36.62).abs() < 0.01, "{e:?}");
    }

    #[test]
    fn unanimity_keeps_a_width() {
        let e = difference_of_shares(12, 0, 12).map(|e| (e.value, e.low < 95.0, e.high <= 100.0));
        assert_eq!(e, Some((100.0, true, true)));
        let mut c = Clusters::default();
        for _ in 0..12 {
            c.add(1.0, 1.0);
        }
        assert_eq!(c.net().map(|e| (e.value, e.low < 97.0, e.high <= 100.0)), Some((100.0, true, true)));
    }

    #[test]
    fn clustering_widens() {
        let (mut one_by_one, mut by_person) = (Clusters::default(), Clusters::default());
        for i in 0..200 {
            let sign = if i % 2 == 0 { 1.0 } else { -1.0 };
            by_person.add(5.0 * sign, 5.0);
            for _ in 0..5 {
                one_by_one.add(sign, 1.0);
            }
        }
        let width = |c: &Clusters| c.net().map_or(0.0, |e| e.high - e.low);
        assert!(width(&by_person) > 2.0 * width(&one_by_one));
    }

    #[test]
    fn false_discoveries_are_controlled_as_published() {
        // Benjamini and Hochberg 1995, section 4.1: of these 15, four are rejected at q = 0.05.
        let p =
            [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];
        assert_eq!(adjusted(&p).iter().filter(|q| **q <= 0.05).count(), 4);
    }

    #[test]
    fn a_busy_week_is_not_yet_a_change() {
        assert!(change_of_counts(12, 9, 1.0).0 > 0.4);
        assert!(change_of_counts(300, 150, 1.0).0 < 0.001);
    }
}

//! Drivers: which parameters matter for an overall score. The share of its explained variance that each of them carries, with
//! intervals from resampling persons and from filling gaps. Pure functions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use crate::draw::Draws;
use crate::imputation::{Gapped, pooled};
use crate::regression::{MOST_PREDICTORS, Moments, Subsets, alike, correlations};
use crate::statistics::{Certainty, Estimate, adjusted, certainty, difference};

/// Fewer rows than this say nothing of what matters.
pub const FEWEST_ROWS: usize = 50;
/// So many rows are needed for each predictor.
pub const ROWS_EACH: usize = 10;
/// A predictor that is missing in more than this share of the rows is left out: it would be invented rather than filled in.
pub const MOST_MISSING: f64 = 0.5;
/// Where the others explain this share of a predictor's own variance, they say almost the same.
pub const ALIKE: f64 = 0.9;

crate::words! {
    /// Why something that was asked for is not among the drivers.
    LeftOut {
        /// Nobody differs.
        Constant = "constant", "everybody said the same";
        /// Missing in more than half of the rows.
        MostlyMissing = "mostly_missing", "answered by fewer than half";
        /// Nobody said anything about it.
        Absent = "absent", "never answered together with the overall score";
    }
}

/// How the figures are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Care {
    /// Resamples in all.
    pub draws: usize,
    /// The most groups that are resampled: persons, dealt into so many groups where there are more.
    pub groups: usize,
    /// How often gaps are filled in.
    pub imputations: usize,
    /// Where chance begins.
    pub seed: u64,
}

impl Default for Care {
    fn default() -> Self {
        Self { draws: 500, groups: 1_000, imputations: 10, seed: 0x0048_6561_7264 }
    }
}

/// Rows of predictors and an overall score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sample {
    /// How many predictors.
    pub predictors: usize,
    /// By rows: the predictors and, last, the overall score; NaN where something was not answered.
    pub values: Vec<f64>,
    /// Of each row, who said it; 0 is somebody of whom nothing else is known.
    pub person: Vec<u32>,
}

/// What one predictor carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Its place among those asked for.
    pub predictor: usize,
    /// Share of the explained variance, per cent: they sum to 100.
    pub importance: Estimate,
    /// Share of the whole variance, per cent: they sum to R².
    pub of_variance: Estimate,
    /// Its correlation with the overall score, −1..1.
    pub correlation: f64,
    /// Share of rows in which it was missing, 0..1.
    pub missing: f64,
    /// How much of it the other predictors explain, 0..1; from [`ALIKE`] on they say almost the same and share the weight.
    pub alike: f64,
}

/// Which parameters matter.
#[derive(Debug, Clone, PartialEq)]
pub struct Drivers {
    /// Rows with an overall score and at least one predictor.
    pub n: usize,
    /// Share of all predictor values that were filled in, 0..1.
    pub missing: f64,
    /// R² of all predictors, per cent.
    pub explained: Estimate,
    /// Whether they explain more than chance would (F-test at 5 %); if not, their order means nothing.
    pub beyond_chance: bool,
    /// What each carries, in the order asked.
    pub shares: Vec<Share>,
    /// What was left out, by its place, and why.
    pub left_out: Vec<(usize, LeftOut)>,
}

/// Why there are no drivers to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Nothing {
    /// Too few rows.
    #[error("too few: {n} answered, {needed} are needed for {predictors} predictors")]
    TooFew {
        /// How many rows there are.
        n: usize,
        /// How many are needed.
        needed: usize,
        /// For how many predictors.
        predictors: usize,
    },
    /// Everybody gave the same overall score.
    #[error("all {n} gave the same overall score: there is nothing to explain")]
    Even {
        /// How many.
        n: usize,
    },
    /// No predictor is left.
    #[error("none of the predictors can be used")]
    NoPredictor,
}

/// What was looked for and cannot be said, with what was left out on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// Why.
    pub why: Nothing,
    /// What was left out, by its place, and why.
    pub left_out: Vec<(usize, LeftOut)>,
}

/// How many rows so many predictors need.
pub fn needed(predictors: usize) -> usize {
    FEWEST_ROWS.max(ROWS_EACH * predictors)
}

/// Finds which parameters matter. Predictors beyond [`MOST_PREDICTORS`] are not looked at: whoever asks chooses.
pub fn drivers(sample: &Sample, care: Care) -> Result<Drivers, NotFound> {
    let width = sample.predictors + 1;
    let asked = sample.predictors.min(MOST_PREDICTORS);
    let all: Vec<(&[f64], u32)> = sample.values.chunks_exact(width).zip(sample.person.iter().copied()).collect();
    let answered = |row: &[f64], of: &[usize]| of.iter().any(|j| row[*j].is_finite());
    let every: Vec<usize> = (0..asked).collect();
    let scored: Vec<(&[f64], u32)> =
        all.into_iter().filter(|(row, _)| row[width - 1].is_finite() && answered(row, &every)).collect();
    let (mut used, mut left_out) = (Vec::new(), Vec::new());
    for j in every {
        let given: Vec<f64> = scored.iter().map(|(row, _)| row[j]).filter(|x| x.is_finite()).collect();
        let missing = 1.0 - given.len() as f64 / scored.len().max(1) as f64;
        match given.first() {
            None => left_out.push((j, LeftOut::Absent)),
            Some(_) if missing > MOST_MISSING => left_out.push((j, LeftOut::MostlyMissing)),
            Some(first) if given.iter().all(|x| (x - first).abs() < 1e-12) => left_out.push((j, LeftOut::Constant)),
            Some(_) => used.push(j),
        }
    }
    let rows: Vec<(&[f64], u32)> = scored.into_iter().filter(|(row, _)| answered(row, &used)).collect();
    let n = rows.len();
    let stop = |why, left_out| Err(NotFound { why, left_out });
    let lowest = needed(used.len().max(1));
    if n < lowest && !(used.is_empty() && n == 0 && !left_out.is_empty()) {
        return stop(Nothing::TooFew { n, needed: lowest, predictors: used.len().max(1) }, left_out);
    }
    if used.is_empty() {
        return stop(Nothing::NoPredictor, left_out);
    }
    let columns: Vec<usize> = used.iter().copied().chain([width - 1]).collect();
    let spread: Vec<(f64, f64)> = columns.iter().map(|j| spread(&rows.iter().map(|(row, _)| row[*j]))).collect();
    if spread.last().is_none_or(|(_, deviation)| *deviation <= 0.0) {
        return stop(Nothing::Even { n }, left_out);
    }
    let standard = |row: &[f64]| -> Vec<f64> {
        columns.iter().zip(&spread).map(|(j, (mean, deviation))| (row[*j] - mean) / deviation.max(1e-12)).collect()
    };
    let values: Vec<f64> = rows.iter().flat_map(|(row, _)| standard(row)).collect();
    let mut draws = Draws::new(care.seed, 0);
    let (group, groups, persons) = groups(rows.iter().map(|(_, person)| *person), care.groups, &mut draws);
    let gapped = Gapped::new(columns.len(), values, group, groups);
    let filled = if gapped.whole() { vec![gapped.moments()] } else { gapped.filled(care.imputations.max(2), &mut draws) };
    let each = care.draws.div_ceil(filled.len()).max(2);
    let mut found = Vec::with_capacity(filled.len());
    for moments in &filled {
        found.push(Resampled::of(moments, each, &mut draws));
    }
    let missing: Vec<f64> =
        used.iter().map(|j| rows.iter().filter(|(row, _)| !row[*j].is_finite()).count() as f64 / n.max(1) as f64).collect();
    Ok(joined(&found, &Facts { n, persons, groups, used: &used, missing: &missing, left_out }))
}

/// Mean and standard deviation of what was answered.
fn spread(values: &(impl Iterator<Item = f64> + Clone)) -> (f64, f64) {
    let given = || values.clone().filter(|x| x.is_finite());
    let n = given().count().max(1) as f64;
    let mean = given().sum::<f64>() / n;
    (mean, (given().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n).sqrt())
}

/// Deals persons into at most `most` groups: what one person says is resampled together. Gives the group of each row, how many
/// groups and how many persons there are.
fn groups(persons: impl Iterator<Item = u32>, most: usize, draws: &mut Draws) -> (Vec<u32>, usize, usize) {
    let mut known = std::collections::BTreeMap::new();
    let mut next = 0_u32;
    let mut own = || {
        next += 1;
        next - 1
    };
    let of: Vec<u32> =
        persons.map(|person| if person == 0 { own() } else { *known.entry(person).or_insert_with(&mut own) }).collect();
    let count = next as usize;
    if count <= most.max(2) {
        return (of, count, count);
    }
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, draws.place(at + 1));
    }
    let group = of.into_iter().map(|person| (order[person as usize] % most) as u32).collect();
    (group, most, count)
}

/// The figures of one imputation, with the variances that resampling shows.
struct Resampled {
    r2: f64,
    shares: Vec<f64>,
    correlations: Vec<f64>,
    alike: Vec<f64>,
    r2_variance: f64,
    variances: Vec<f64>,
    importance_variances: Vec<f64>,
}

/// Shares of R², per cent; evenly where nothing is explained.
fn normal(shares: &[f64]) -> Vec<f64> {
    let sum: f64 = shares.iter().sum();
    let even = 100.0 / shares.len().max(1) as f64;
    shares.iter().map(|share| if sum > 0.0 { 100.0 * share / sum } else { even }).collect()
}

impl Resampled {
    fn of(groups: &[Moments], times: usize, draws: &mut Draws) -> Self {
        let variables = groups.first().map_or(1, Moments::variables);
        let p = variables.saturating_sub(1);
        let mut subsets = Subsets::new(p);
        let mut all = Moments::new(variables);
        for group in groups {
            all.absorb(group);
        }
        let covariance = all.covariance();
        let shares = subsets.shares(&covariance);
        let r2 = subsets.all();
        // Sum and sum of squares of R², of each share, of each importance.
        let mut sums = vec![(0.0, 0.0); 1 + 2 * p];
        let mut drawn = Moments::new(variables);
        for _ in 0..times {
            drawn.clear();
            for _ in 0..groups.len() {
                if let Some(group) = groups.get(draws.place(groups.len())) {
                    drawn.absorb(group);
                }
            }
            let again = subsets.shares(&drawn.covariance());
            let values = std::iter::once(subsets.all()).chain(again.iter().copied()).chain(normal(&again));
            for ((sum, squares), value) in sums.iter_mut().zip(values) {
                *sum += value;
                *squares += value * value;
            }
        }
        let count = times as f64;
        let variances: Vec<f64> =
            sums.iter().map(|(sum, squares)| ((squares - sum * sum / count) / (count - 1.0).max(1.0)).max(0.0)).collect();
        let part = |from: usize| variances.iter().skip(from).take(p).copied().collect();
        Self {
            r2,
            correlations: correlations(&covariance, p),
            alike: alike(&covariance, p),
            shares,
            r2_variance: variances.first().copied().unwrap_or(0.0),
            variances: part(1),
            importance_variances: part(1 + p),
        }
    }
}

struct Facts<'a> {
    n: usize,
    persons: usize,
    groups: usize,
    used: &'a [usize],
    missing: &'a [f64],
    left_out: Vec<(usize, LeftOut)>,
}

fn joined(found: &[Resampled], facts: &Facts<'_>) -> Drivers {
    let most = facts.groups.saturating_sub(1).max(1) as f64;
    let zero = Estimate { value: 0.0, error: 0.0, low: 0.0, high: 0.0 };
    let join = |figures: Vec<(f64, f64)>| {
        let joined = pooled(&figures, most).unwrap_or(zero);
        Estimate { low: joined.low.clamp(0.0, 100.0), high: joined.high.clamp(0.0, 100.0), ..joined }
    };
    let mean = |of: &dyn Fn(&Resampled) -> f64| found.iter().map(of).sum::<f64>() / found.len().max(1) as f64;
    let explained = join(found.iter().map(|one| (100.0 * one.r2, 1e4 * one.r2_variance)).collect());
    let shares = facts
        .used
        .iter()
        .zip(facts.missing)
        .enumerate()
        .map(|(at, (predictor, missing))| Share {
            predictor: *predictor,
            importance: join(found.iter().map(|one| (normal(&one.shares)[at], one.importance_variances[at])).collect()),
            of_variance: join(found.iter().map(|one| (100.0 * one.shares[at], 1e4 * one.variances[at])).collect()),
            correlation: mean(&|one| one.correlations[at]),
            missing: *missing,
            alike: mean(&|one| one.alike[at]),
        })
        .collect();
    let missing = facts.missing.iter().sum::<f64>() / facts.missing.len().max(1) as f64;
    Drivers {
        n: facts.n,
        missing,
        beyond_chance: beyond_chance(explained.value / 100.0, facts.used.len(), facts.persons),
        explained,
        shares,
        left_out: facts.left_out.clone(),
    }
}

/// The F-test of R² against nothing explained, at 5 %, with persons for rows.
fn beyond_chance(r2: f64, predictors: usize, persons: usize) -> bool {
    let (p, rest) = (predictors as f64, persons as f64 - predictors as f64 - 1.0);
    if rest < 1.0 || r2 >= 1.0 {
        return r2 >= 1.0;
    }
    let f = (r2 / p) / ((1.0 - r2) / rest);
    FisherSnedecor::new(p, rest).is_ok_and(|law| 1.0 - law.cdf(f) <= 0.05)
}

/// How much more one parameter matters here than there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shift {
    /// Its importance there, per cent of the explained variance.
    pub other: f64,
    /// Here minus there, in per cent points.
    pub change: f64,
    /// Lower end of the 95 % interval of the difference.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// How sure, false discoveries controlled over all parameters.
    pub certainty: Certainty,
}

/// Compares what matters in two samples that ask the same; `None` for a predictor that is in only one of them, for all of them where
/// one of the two explains no more than chance. By the place of the predictor among those asked for.
pub fn shifts(here: &Drivers, there: &Drivers) -> Vec<(usize, Shift)> {
    if !(here.beyond_chance && there.beyond_chance) {
        return Vec::new();
    }
    let pairs: Vec<(&Share, &Share)> = here
        .shares
        .iter()
        .filter_map(|share| Some((share, there.shares.iter().find(|other| other.predictor == share.predictor)?)))
        .collect();
    let differences: Vec<(f64, f64, f64)> =
        pairs.iter().map(|(here, there)| difference(&here.importance, &there.importance)).collect();
    let sure = adjusted(&differences.iter().map(|(p, ..)| *p).collect::<Vec<_>>());
    pairs
        .iter()
        .zip(differences)
        .zip(sure)
        .map(|(((here, there), (_, low, high)), sure)| {
            let change = here.importance.value - there.importance.value;
            (here.predictor, Shift { other: there.importance.value, change, low, high, certainty: certainty(sure) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Independent predictors whose squared correlations with the score are given; `lost`: the chance that one is not answered.
    fn sample(weights: &[f64], n: usize, lost: f64, seed: u64) -> Sample {
        let mut draws = Draws::new(seed, 7);
        let rest = (1.0 - weights.iter().sum::<f64>()).sqrt();
        let mut sample = Sample { predictors: weights.len(), ..Sample::default() };
        for row in 0..n {
            let x: Vec<f64> = weights.iter().map(|_| draws.normal()).collect();
            let y = x.iter().zip(weights).map(|(x, w)| w.sqrt() * x).sum::<f64>() + rest * draws.normal();
            for x in x {
                let gone = draws.unit() < lost;
                sample.values.push(if gone { f64::NAN } else { 3.0 + x });
            }
            sample.values.push(7.0 + 2.0 * y);
            sample.person.push(row as u32 + 1);
        }
        sample
    }

    fn quick(seed: u64) -> Care {
        Care { draws: 120, groups: 60, imputations: 4, seed }
    }

    #[test]
    fn the_truth_lies_in_the_interval_as_often_as_promised() {
        // Shares of R² are 60, 30 and 10 per cent.
        let truth = [0.36, 0.18, 0.06];
        for lost in [0.0, 0.2] {
            let (mut hits, mut r2_hits, runs) = ([0.0_f64; 3], 0.0, 200);
            for seed in 0..runs {
                let found = drivers(&sample(&truth, 400, lost, seed), quick(seed)).unwrap();
                for (hit, (share, truth)) in hits.iter_mut().zip(found.shares.iter().zip(truth)) {
                    let truth = 100.0 * truth / 0.6;
                    *hit += f64::from(u8::from(share.importance.low <= truth && truth <= share.importance.high));
                }
                r2_hits += f64::from(u8::from(found.explained.low <= 60.0 && 60.0 <= found.explained.high));
            }
            let runs = runs as f64;
            let shares: Vec<f64> = hits.iter().chain([&r2_hits]).map(|hit| 100.0 * hit / runs).collect();
            assert!(shares.iter().all(|share| (90.0..=99.5).contains(share)), "{lost}: {shares:?}");
        }
    }

    #[test]
    fn gaps_widen_the_intervals_and_leave_the_order() {
        let truth = [0.30, 0.15, 0.05];
        let whole = drivers(&sample(&truth, 500, 0.0, 3), Care::default()).unwrap();
        let gapped = drivers(&sample(&truth, 500, 0.35, 3), Care::default()).unwrap();
        let width = |d: &Drivers| d.shares.iter().map(|s| s.importance.high - s.importance.low).sum::<f64>();
        assert!(width(&gapped) > 1.05 * width(&whole), "{} {}", width(&gapped), width(&whole));
        assert!((0.3..0.4).contains(&gapped.missing) && whole.missing == 0.0);
        for found in [&whole, &gapped] {
            let values: Vec<f64> = found.shares.iter().map(|s| s.importance.value).collect();
            assert!(values.is_sorted_by(|a, b| a > b) && (values.iter().sum::<f64>() - 100.0).abs() < 1e-6, "{values:?}");
            let sum: f64 = found.shares.iter().map(|s| s.of_variance.value).sum();
            assert!((sum - found.explained.value).abs() < 1e-6);
            assert!(found.shares.iter().all(|s| s.correlation > 0.1));
        }
    }

    #[test]
    fn noise_explains_nothing_and_is_said_so() {
        let mut said = 0;
        for seed in 0..60 {
            let found = drivers(&sample(&[0.0, 0.0, 0.0], 200, 0.0, seed), quick(seed)).unwrap();
            said += u32::from(found.beyond_chance);
        }
        assert!(said <= 7, "{said} of 60");
        let one = drivers(&sample(&[0.5, 0.0, 0.0], 400, 0.0, 5), quick(1)).unwrap();
        assert!(one.beyond_chance && one.shares[1].importance.low == 0.0 && one.shares[1].importance.value < 3.0);
    }

    #[test]
    fn what_one_person_says_often_counts_as_one_voice() {
        let single = sample(&[0.3, 0.1], 120, 0.0, 4);
        let mut often = Sample { predictors: 2, ..Sample::default() };
        for (row, person) in single.values.chunks(3).zip(&single.person) {
            for _ in 0..10 {
                often.values.extend_from_slice(row);
                often.person.push(*person);
            }
        }
        let width = |s: &Sample| drivers(s, Care::default()).map(|d| d.explained.high - d.explained.low).unwrap();
        assert!((width(&often) / width(&single) - 1.0).abs() < 0.15, "{} {}", width(&often), width(&single));
        let strangers = Sample { person: vec![0; often.person.len()], ..often.clone() };
        assert!(width(&strangers) < 0.5 * width(&often));
    }

    #[test]
    fn constants_and_twins_are_named() {
        let mut made = Sample { predictors: 5, ..Sample::default() };
        for row in sample(&[0.3, 0.2], 200, 0.0, 8).values.chunks(3) {
            let rare = if made.person.len().is_multiple_of(3) { row[0] } else { f64::NAN };
            made.values.extend([row[0], 4.0, row[1], row[0] * 2.0, rare, row[2]]);
            made.person.push(0);
        }
        let found = drivers(&made, quick(1)).unwrap();
        assert_eq!(found.left_out, [(1, LeftOut::Constant), (4, LeftOut::MostlyMissing)]);
        assert_eq!(found.shares.iter().map(|s| s.predictor).collect::<Vec<_>>(), [0, 2, 3]);
        assert!(found.shares[0].alike > 0.999 && found.shares[1].alike < ALIKE && found.shares[2].alike > 0.999);
        assert!((found.shares[0].importance.value - found.shares[2].importance.value).abs() < 1e-3);
    }

    #[test]
    fn too_few_is_said_with_the_numbers() {
        let why = |s: &Sample| drivers(s, quick(1)).unwrap_err().why;
        assert_eq!(why(&sample(&[0.5], 49, 0.0, 1)), Nothing::TooFew { n: 49, needed: 50, predictors: 1 });
        assert_eq!(why(&sample(&[0.1; 7], 69, 0.0, 1)), Nothing::TooFew { n: 69, needed: 70, predictors: 7 });
        assert!(drivers(&sample(&[0.1; 7], 70, 0.0, 1), quick(1)).is_ok());
        let mut even = sample(&[0.5], 60, 0.0, 1);
        even.values.iter_mut().skip(1).step_by(2).for_each(|y| *y = 9.0);
        assert_eq!(why(&even), Nothing::Even { n: 60 });
        assert!(matches!(why(&Sample::default()), Nothing::TooFew { n: 0, .. }));
        let mut silent = sample(&[0.5], 60, 0.0, 1);
        silent.values.iter_mut().step_by(2).for_each(|x| *x = f64::NAN);
        assert_eq!(drivers(&silent, quick(1)).unwrap_err().left_out, [(0, LeftOut::Absent)]);
    }

    #[test]
    fn what_moved_is_told_from_noise() {
        let before = drivers(&sample(&[0.30, 0.15, 0.15], 900, 0.0, 1), quick(1)).unwrap();
        let same = drivers(&sample(&[0.30, 0.15, 0.15], 900, 0.0, 2), quick(2)).unwrap();
        let after = drivers(&sample(&[0.05, 0.40, 0.15], 900, 0.0, 3), quick(3)).unwrap();
        let noise = shifts(&same, &before);
        assert!(noise.iter().all(|(_, shift)| shift.certainty == Certainty::CouldBeNoise), "{noise:?}");
        let moved = shifts(&after, &before);
        assert!(moved[0].1.change < -30.0 && moved[0].1.certainty == Certainty::VeryLikelyReal, "{moved:?}");
        assert!(moved[1].1.change > 25.0 && moved[1].1.certainty == Certainty::VeryLikelyReal);
        assert_eq!(moved[2].1.certainty, Certainty::CouldBeNoise);
    }

    #[test]
    fn false_alarms_between_two_windows_are_rare() {
        let (mut alarms, runs) = (0, 80);
        for seed in 0..runs {
            let of = |seed| drivers(&sample(&[0.25, 0.15, 0.1], 250, 0.0, seed), quick(seed)).unwrap();
            let moved = shifts(&of(2 * seed + 1_000), &of(2 * seed + 1_001));
            alarms += u32::from(moved.iter().any(|(_, shift)| shift.certainty != Certainty::CouldBeNoise));
        }
        // q = 0.1 where nothing moved: at most one list in ten, and chance.
        assert!(alarms <= 14, "{alarms} of {runs}");
    }

    #[test]
    fn the_same_seed_gives_the_same_figures() {
        let made = sample(&[0.3, 0.1], 300, 0.2, 6);
        assert_eq!(drivers(&made, quick(9)), drivers(&made, quick(9)));
    }
}

//! Outbreaks: which matters more persons speak of than the weeks before lead to expect, since when, and how sure that is. Pure.
//!
//! For each course the persons of the last 1, 3, 7 and 14 days are held against a negative binomial distribution with mean M = Σ of
//! what is expected of these days ([`crate::course`]) and variance M + αM². α is the sum of two: how far sums of so many days scatter
//! around what was expected, by moments, shrunk towards all courses (pooled), and how uncertain the rate itself is (one over the
//! persons on which it rests). A window has its share of the error (Bonferroni); over all courses of a day the false discovery rate
//! is controlled (Benjamini and Hochberg 1995). As somebody looks every day, a look has its share of it, too ([`Rules::looks`]).
//!
//! The bars are held by the tests: years in which nothing happens, with bursts, drifts, busy weekdays and surveys that go out in waves; outbreaks
//! of thirty persons a week.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::function::beta::checked_beta_reg;

use crate::course::{Course, Followed, RECENT, Volume, follow};
use crate::statistics::{Certainty, adjusted, certainty};
use crate::time::{Day, Period};

/// By which rules it is decided. The defaults are those that the simulations were made with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// The share of false discoveries among all, 0..1.
    pub q: f64,
    /// So many looks, one a day, share it.
    pub looks: f64,
    /// Fewer persons are no outbreak.
    pub fewest: u64,
    /// A rise below this factor is none that anybody must act on.
    pub factor: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self { q: 0.1, looks: 90.0, fewest: 5, factor: 1.5 }
    }
}

/// Where matters and words are looked at beside each other, they share the error: words, of which there are ten times as many, have so much of it
/// (weights given beforehand: Genovese, Roeder and Wasserman 2006).
const OF_WORDS: f64 = 0.8;

impl Rules {
    /// Those of categories and stages where words are looked at besides.
    pub fn of_matters() -> Self {
        Self { q: Self::default().q * (1.0 - OF_WORDS), ..Self::default() }
    }

    /// Those of words where categories and stages are looked at besides.
    pub fn of_words() -> Self {
        Self { q: Self::default().q * OF_WORDS, ..Self::default() }
    }
}

/// Over so many days persons are summed.
const WINDOWS: [usize; 4] = [1, 3, 7, 14];
/// The scatter of a course counts as much as that of so many others.
const LIKE_OTHERS: f64 = 12.0;
/// No course is steadier than this, as a share of the scatter of all.
const STEADIEST: f64 = 0.8;
/// Matters drift: neighbouring weeks are alike (ρ = 0.6), so that a mean of eight of them is worth that of n = 8·(1−ρ)/(1+ρ) = 2.
/// Around a mean that was fitted to so few, scatter looks smaller than it is, and the mean is off itself: (1 + 1/n)/(1 − 1/n).
const DRIFT: f64 = 3.0;
/// The least α.
const LEAST: f64 = 0.005;
/// What stands out of the weeks before by so many standard deviations says nothing more about ordinary scatter.
const OUTLIER: f64 = 3.0;

/// A matter of which more persons speak than before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rise<K> {
    /// Which.
    pub key: K,
    /// The days in which it shows most.
    pub period: Period,
    /// Persons who spoke of it in these days.
    pub persons: u64,
    /// How many were expected.
    pub expected: f64,
    /// Lower end of the range in which 95 of 100 such counts lie where nothing has changed.
    pub low: u64,
    /// Its upper end.
    pub high: u64,
    /// The day since which there are more, as far as can be seen; at most a fortnight ago.
    pub since: Day,
    /// The adjusted p-value of this look.
    pub p: f64,
    /// How sure it is, by the share that a look has of the error.
    pub certainty: Certainty,
}

/// P(X ≥ x) for a negative binomial X with this mean and variance mean + α·mean²; `α` and `mean` above 0.
fn at_least(x: f64, mean: f64, alpha: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let share = mean * alpha / (1.0 + mean * alpha);
    checked_beta_reg(x, 1.0 / alpha, share.clamp(0.0, 1.0)).unwrap_or(1.0)
}

/// The central 95 of 100: the highest x below which at most 2.5 lie, and the lowest above which at most 2.5 lie.
fn range(mean: f64, alpha: f64) -> (u64, u64) {
    let over = |x: u64, share: f64| at_least(x as f64, mean, alpha) <= share;
    let first = |share: f64| {
        let (mut low, mut high) = (0_u64, (mean * 4.0) as u64 + 16);
        while !over(high, share) && high < 1 << 40 {
            high *= 2;
        }
        while low < high {
            let middle = u64::midpoint(low, high);
            if over(middle, share) { high = middle } else { low = middle + 1 }
        }
        low
    };
    (first(0.975).saturating_sub(1), first(0.025).saturating_sub(1))
}

/// How sums of some days scatter: Σ((y − m)² − m) and Σ m², over the weeks before.
fn scatter(followed: &Followed, days: usize) -> (f64, f64) {
    let before = |all: &'_ [f64]| all.len().min(followed.before);
    let seen = followed.seen.get(..before(&followed.seen)).unwrap_or_default();
    let expected = followed.expected.get(..before(&followed.expected)).unwrap_or_default();
    // From the latest back, whole sums only.
    let (seen, expected) = (seen.rchunks_exact(days), expected.rchunks_exact(days));
    let sums = seen.zip(expected).map(|(seen, expected)| (seen.iter().sum::<f64>(), expected.iter().sum::<f64>()));
    let (mut above, mut below) = (0.0, 0.0);
    for (seen, expected) in sums {
        // What stands out cannot be told from an outbreak; it counts as far as ordinary scatter goes.
        let most = OUTLIER * OUTLIER * (expected + 0.25 * expected * expected).max(1.0);
        above += (seen - expected).powi(2).min(most) - expected;
        below += expected * expected;
    }
    (above, below)
}

/// α of every course for sums of some days.
fn alphas(all: &[Followed], days: usize) -> Vec<f64> {
    let each: Vec<(f64, f64)> = all.iter().map(|followed| scatter(followed, days)).collect();
    let (above, below) = each.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let n = each.len().max(1) as f64;
    let pooled = if below > 0.0 { (above / below).max(0.0) } else { 0.0 };
    let one = |(own, of): &(f64, f64)| {
        let (own, of) = (own + LIKE_OTHERS * above / n, of + LIKE_OTHERS * below / n);
        let alpha = if of > 0.0 { own / of } else { pooled };
        (DRIFT * alpha.max(STEADIEST * pooled)).max(LEAST)
    };
    each.iter().map(one).collect()
}

/// One window of one course.
#[derive(Debug, Clone, Copy)]
struct Look {
    days: usize,
    persons: f64,
    expected: f64,
    alpha: f64,
    p: f64,
}

fn look(followed: &Followed, days: usize, alpha: f64) -> Look {
    let last = |all: &[f64]| all.iter().rev().take(days).sum::<f64>();
    let (persons, expected) = (last(&followed.seen), last(&followed.expected).max(1e-9));
    let alpha = alpha + 1.0 / followed.shape.max(0.1);
    Look { days, persons, expected, alpha, p: at_least(persons, expected, alpha) }
}

/// The day since which there are more: where the sum of what lies above `factor` half way is highest, seen from the last day
/// (the estimate of a change point by cumulated sums: Page 1954).
fn since(followed: &Followed, last: Day, risen: f64) -> Day {
    let usual = f64::midpoint(1.0, risen.max(1.0));
    let (mut sum, mut best) = (0.0, (f64::MIN, 0));
    let recent = followed.seen.iter().zip(&followed.expected).rev().take(RECENT);
    for (ago, (seen, expected)) in recent.enumerate() {
        sum += seen - usual * expected;
        // A day on which nobody spoke begins nothing.
        if sum > best.0 && *seen > 0.0 {
            best = (sum, ago as i32);
        }
    }
    last + -best.1
}

/// The matters that have risen, seen on the evening of the day that is `ago` days before the last; the surest first.
pub fn rises<K: Copy>(courses: &[Course<K>], volume: &Volume, ago: usize, rules: &Rules) -> Vec<Rise<K>> {
    let all = follow(courses, volume, ago);
    let mut best: Vec<Option<Look>> = vec![None; all.len()];
    // What drifts over a week has drifted on each of its days: a shorter sum does not scatter less than a longer one.
    let mut widest = vec![0.0_f64; all.len()];
    for days in WINDOWS.into_iter().rev() {
        let each = best.iter_mut().zip(&mut widest).zip(&all).zip(alphas(&all, days));
        for (((best, widest), followed), alpha) in each {
            *widest = widest.max(alpha);
            let look = look(followed, days, *widest);
            if best.is_none_or(|best| look.p < best.p) {
                *best = Some(look);
            }
        }
    }
    let p: Vec<f64> = best.iter().map(|look| look.map_or(1.0, |look| (look.p * WINDOWS.len() as f64).min(1.0))).collect();
    let last = volume.last + -(ago as i32);
    let mut risen: Vec<Rise<K>> = vec![];
    for (((course, followed), look), p) in courses.iter().zip(&all).zip(best).zip(adjusted(&p)) {
        let Some(look) = look else { continue };
        let enough = look.persons >= rules.fewest as f64 && look.persons >= rules.factor * look.expected;
        if p * rules.looks > rules.q || !enough {
            continue;
        }
        let (low, high) = range(look.expected, look.alpha);
        risen.push(Rise {
            key: course.key,
            period: Period::ending(last, look.days as i32),
            persons: look.persons as u64,
            expected: look.expected,
            low,
            high,
            since: since(followed, last, look.persons / look.expected),
            p,
            certainty: certainty((p * rules.looks).min(1.0)),
        });
    }
    risen.sort_by(|a, b| a.p.total_cmp(&b.p));
    risen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Counts;
    use crate::draw::Draws;

    #[test]
    fn the_negative_binomial_is_that_of_the_tables() {
        // Mean 3, size 2: P(X ≥ 1) = 1 − (2/5)², P(X ≥ 2) = 1 − (2/5)²(1 + 2·3/5).
        let cases = [(0.0, 1.0), (1.0, 0.84), (2.0, 1.0 - 0.16 * 2.2)];
        for (x, p) in cases {
            assert!((at_least(x, 3.0, 0.5) - p).abs() < 1e-9, "{x}");
        }
        // Nearly Poisson: mean 5, P(X ≥ 10) = 0.0318.
        assert!((at_least(10.0, 5.0, 1e-6) - 0.0318).abs() < 2e-4);
        let (low, high) = range(5.0, 1e-6);
        assert_eq!((low, high), (1, 10));
    }

    fn poisson(draws: &mut Draws, mean: f64) -> u32 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * draws.normal()).round().max(0.0) as u32;
        }
        let (limit, mut product, mut n) = ((-mean).exp(), draws.unit(), 0);
        while product > limit {
            product *= draws.unit();
            n += 1;
        }
        n
    }

    const WEEK: [f64; 7] = [1.3, 1.2, 1.1, 1.0, 1.0, 0.6, 0.5];

    /// A company of two posts in which nothing happens: so many comments a day, so many matters of very different size, weekdays,
    /// weekly drift of each matter (standard deviation `drift`), days that burst, a survey that goes out in waves.
    fn quiet(seed: u64, days: usize, heard: f64, matters: usize, drift: f64) -> (Vec<Course<usize>>, Volume) {
        let mut draws = Draws::new(seed, 0);
        let mut means = [vec![], vec![]];
        for day in 0..days {
            let noise = (0.1 * draws.normal()).exp();
            let wave = if (day / 45) % 3 == 2 && day % 45 < 12 { 3.0 } else { 1.0 };
            means[0].push(heard * 0.6 * WEEK[day % 7] * noise);
            means[1].push(heard * 0.4 * wave * noise);
        }
        let volume: Counts = means.iter().map(|means| means.iter().map(|mean| poisson(&mut draws, *mean)).collect()).collect();
        let courses = (0..matters).map(|key| {
            let share = 0.06 * (-2.5 * draws.unit() * draws.unit().sqrt() * 2.0).exp();
            let lean = 0.5 + draws.unit();
            let mut level = 0.0;
            let levels: Vec<f64> = (0..days)
                .map(|day| {
                    if day % 7 == 0 {
                        level = 0.6 * level + 0.8 * drift * draws.normal();
                    }
                    level.exp()
                })
                .collect();
            let mut counts: Counts = vec![];
            for (post, heard) in volume.iter().enumerate() {
                let lean = if post == 0 { lean } else { 2.0 - lean };
                let one = |(heard, level): (&u32, &f64)| poisson(&mut draws, f64::from(*heard) * share * lean * level);
                counts.push(heard.iter().zip(&levels).map(one).collect());
            }
            Course { key, counts }
        });
        let courses = courses.collect();
        (courses, Volume { last: Day(20_000), days, heard: volume })
    }
    /// Alarms of a year in which nothing happens: matters that rise while they have not risen within four weeks.
    fn alarms(seed: u64, heard: f64, drift: f64) -> usize {
        let (courses, volume) = quiet(seed, 84 + 365, heard, 40, drift);
        let mut last = vec![None; courses.len()];
        let mut alarms = 0;
        for ago in (0..365).rev() {
            for rise in rises(&courses, &volume, ago, &Rules::default()) {
                let before: &mut Option<usize> = &mut last[rise.key];
                alarms += usize::from(before.is_none_or(|before| before - ago > 28));
                *before = Some(ago);
            }
        }
        alarms
    }

    /// The bar is a tenth of all finds; a company has some ten problems a year.
    #[test]
    fn a_year_in_which_nothing_happens_has_hardly_an_alarm() {
        let mut sum = 0;
        for (heard, drift) in [(20.0, 0.0), (200.0, 0.0), (20.0, 0.2), (200.0, 0.15), (1_000.0, 0.1)] {
            let all: Vec<usize> = (0..2).map(|seed| alarms(seed, heard, drift)).collect();
            println!("{heard} a day, drift {drift}: {all:?} alarms in a year of 40 matters");
            sum += all.iter().sum::<usize>();
        }
        assert!(sum <= 10, "{sum} in ten years");
    }

    /// After how many days an outbreak of so many persons a week is found, in 40 companies; those not found in a fortnight are left out.
    fn found(heard: f64, persons: usize) -> Vec<usize> {
        let (mut found, more) = (vec![], persons as f64 / 7.0);
        for seed in 0..40 {
            let (mut courses, volume) = quiet(1_000 + seed, 110, heard, 40, 0.1);
            let mut draws = Draws::new(seed, 1);
            // A matter that it at least trebles.
            let usual = |key: usize| courses[key].counts.iter().flatten().sum::<u32>() as f64 / 110.0;
            let key = std::iter::repeat_with(|| draws.place(40)).find(|key| 2.0 * usual(*key) <= more).unwrap_or(0);
            for one in 0..2 * persons {
                courses[key].counts[0][96 + 7 * (one / persons) + draws.place(7)] += 1;
            }
            let day =
                (0..14).rev().find(|ago| rises(&courses, &volume, *ago, &Rules::default()).iter().any(|rise| rise.key == key));
            found.extend(day.map(|ago| 14 - ago));
        }
        found
    }

    #[test]
    fn thirty_persons_in_a_week_are_found_within_it() {
        for (heard, more) in [(20.0, 30), (60.0, 30), (200.0, 40), (200.0, 80)] {
            let mut days = found(heard, more);
            days.sort_unstable();
            let within = days.iter().filter(|days| **days <= 7).count();
            println!("{heard} a day, {more} more a week: {within} of 40 within a week, median {:?} days", days.get(20));
            assert!(within >= 36, "{heard} a day, {more} more a week: {within} of 40");
        }
    }

    #[test]
    fn a_rise_says_since_when_and_by_how_much() {
        let counts: Counts = vec![(0..100).map(|day| if day >= 95 { 9 } else { 2 }).collect()];
        let courses = [Course { key: 7, counts }, Course { key: 8, counts: vec![vec![2; 100]] }];
        let volume = Volume { last: Day(20_000), days: 100, heard: vec![vec![80; 100]] };
        let risen = rises(&courses, &volume, 0, &Rules::default());
        let [rise] = risen.as_slice() else { panic!("{risen:?}") };
        assert_eq!((rise.key, rise.since, rise.certainty), (7, Day(19_996), Certainty::VeryLikelyReal));
        assert!(rise.persons > rise.high && (rise.low as f64) < rise.expected && rise.expected < rise.high as f64, "{rise:?}");
        assert!(rises(&courses, &volume, 5, &Rules::default()).is_empty(), "the evening before");
    }

    #[test]
    fn few_persons_are_no_outbreak_whatever_they_were_before() {
        let rare = |n: u32| {
            let counts: Counts = vec![(0..100).map(|day| if day >= 99 { n } else { 0 }).collect()];
            let courses = [Course { key: 1, counts }, Course { key: 2, counts: vec![vec![3; 100]] }];
            rises(&courses, &Volume { last: Day(20_000), days: 100, heard: vec![vec![80; 100]] }, 0, &Rules::default()).len()
        };
        assert_eq!((rare(2), rare(4), rare(12)), (0, 0, 1));
    }
}

//! Since when a problem is there: the day on which its rate rose for good. What was before it is no part of what a fix is held against:
//! a step in the days before would pass for noise, and nothing could be told any more. Pure.

use std::collections::BTreeMap;

use crate::dispersion::{Expected, dispersion};
use crate::tally::{Stratum, Tally};
use crate::time::{Day, Period};

/// So many days before the step, at least, tell how it was.
const KNOWN: usize = 28;
/// So many days after it, at least, tell how it became.
const STAYED: usize = 28;
/// A rise below this factor is none.
const FACTOR: f64 = 2.0;
/// Twice the logarithm of the likelihood ratio, divided by the dispersion around both rates. The largest over all days exceeds 13 in one
/// of a hundred courses without a step (Andrews 1993, table I); it is more here, for dispersion is estimated.
const SURE: f64 = 18.0;

/// y·ln(y/m), which is nought for nought.
fn gain(seen: f64, expected: f64) -> f64 {
    if seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 }
}

/// The day since which a matter has at least twice the rate it had before, not after `latest`: the change point of highest likelihood
/// (Hinkley 1970) of persons per exposure within `period`, post by post. `None` where the days show no such step surely.
pub fn onset(tallies: &[Tally], period: Period, latest: Day) -> Option<Day> {
    let within = || tallies.iter().filter(|tally| period.contains(tally.day));
    let mut rates: BTreeMap<Option<Stratum>, (f64, f64)> = BTreeMap::new();
    for tally in within() {
        let (persons, exposures) = rates.entry(tally.stratum).or_default();
        *persons += tally.persons as f64;
        *exposures += tally.exposures;
    }
    let mut days: BTreeMap<Day, (f64, f64)> = BTreeMap::new();
    for tally in within() {
        let Some((persons, exposures)) = rates.get(&tally.stratum).filter(|(_, exposures)| *exposures > 0.0) else { continue };
        let (seen, expected) = days.entry(tally.day).or_default();
        *seen += tally.persons as f64;
        *expected += tally.exposures * persons / exposures;
    }
    let days: Vec<(Day, f64, f64)> = days
        .into_iter()
        .filter(|(_, (_, expected))| *expected > 0.0)
        .map(|(day, (seen, expected))| (day, seen, expected))
        .collect();
    let all = days.iter().fold((0.0, 0.0), |sum, (_, seen, expected)| (sum.0 + seen, sum.1 + expected));
    let (mut y0, mut m0) = (0.0, 0.0);
    let mut best: Option<(f64, Day, f64, f64)> = None;
    for (at, (day, seen, expected)) in days.iter().enumerate() {
        let (y1, m1) = (all.0 - y0, all.1 - m0);
        if at >= KNOWN && at + STAYED <= days.len() && y1 * m0 >= FACTOR * y0 * m1 {
            let likely = 2.0 * (gain(y0, m0) + gain(y1, m1));
            if best.is_none_or(|(most, ..)| likely > most) {
                best = Some((likely, *day, y0 / m0, y1 / m1));
            }
        }
        y0 += seen;
        m0 += expected;
    }
    let (likely, step, low, high) = best.filter(|(_, step, ..)| *step <= latest)?;
    let around = |(day, seen, expected): &(Day, f64, f64)| {
        let expected = expected * if *day < step { low } else { high };
        Expected { day: *day, seen: *seen, expected }
    };
    (likely / dispersion(days.iter().map(around).collect()) >= SURE).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draws;
    use crate::id::PostId;
    use crate::verification::{Fix, Rules, Verdict, verify};

    /// Ten exposures a day at two posts; so many persons on each day.
    fn course(days: i32, persons: impl Fn(i32) -> u64) -> Vec<Tally> {
        let cell = |day: i32, post: i64| {
            let stratum = Some(Stratum { post: PostId(post), asked: false });
            Tally {
                day: Day(day),
                stratum,
                persons: if i64::from(day % 2) + 1 == post { persons(day) } else { 0 },
                exposures: 10.0,
            }
        };
        (0..days).flat_map(|day| [cell(day, 1), cell(day, 2)]).collect()
    }

    #[test]
    fn a_step_is_found_on_its_day_and_a_steady_course_has_none() {
        let all = Period { first: Day(0), last: Day(364) };
        let step = course(365, |day| if day < 305 { 1 } else { 5 });
        assert_eq!(onset(&step, all, Day(340)), Some(Day(305)));
        // Seen before it had begun, it cannot have been the reason.
        assert_eq!(onset(&step, all, Day(250)), None);
        assert_eq!(onset(&course(365, |_| 2), all, Day(340)), None);
        assert_eq!(onset(&course(365, |day| if day < 305 { 5 } else { 1 }), all, Day(340)), None, "a fall");
        assert_eq!(onset(&[], all, Day(340)), None);
        assert_eq!(onset(&course(365, |day| u64::from(day >= 200)), all, Day(340)), Some(Day(200)), "from nothing");
    }

    /// The case that a year of quiet days made too rare: 1 a day, then 5 a day for 60 days, then mended.
    #[test]
    fn a_new_problem_is_verified_against_the_days_since_it_is_there() {
        let tallies = course(365 + 60, |day| match day {
            ..305 => 1,
            305..365 => 5,
            _ => u64::from(day % 5 == 0),
        });
        let fix = |since| Fix { since, opened: Day(310), first: Day(365), last: Day(365), signed: None };
        let look = |since| verify(&fix(since), &tallies, Day(424), &Rules::default());
        let blind = look(None);
        assert!(blind.verdict == Verdict::TooRare && blind.dispersion > 50.0, "{blind:?}");
        let since = onset(&tallies, fix(None).before(&Rules::default()).unwrap(), Day(310));
        let found = look(since);
        assert!(since.is_some() && found.verdict == Verdict::Verified && found.dispersion < 2.0, "{since:?} {found:?}");
    }

    /// Rates that drift from week to week, or not: in at most one of a hundred a step is seen that is not there.
    #[test]
    fn noise_is_no_step() {
        for drift in [0.0, 0.35] {
            let mut found = 0;
            for run in 0..300 {
                let mut draws = Draws::new(7, run);
                let mut level = drift * draws.normal();
                let tallies: Vec<Tally> = (0..365)
                    .map(|day| {
                        if day % 7 == 0 {
                            level = 0.5 * level + 0.75_f64.sqrt() * drift * draws.normal();
                        }
                        let mean = 0.4 * level.exp();
                        let persons = (0..10).filter(|_| draws.unit() < mean / 10.0).count() as u64;
                        Tally { day: Day(day), stratum: None, persons, exposures: 10.0 }
                    })
                    .collect();
                found += usize::from(onset(&tallies, Period { first: Day(0), last: Day(364) }, Day(350)).is_some());
            }
            println!("drift {drift}: {found} of 300");
            assert!(found <= 3, "drift {drift}: {found} of 300");
        }
    }
}

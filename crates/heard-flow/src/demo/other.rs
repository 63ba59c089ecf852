//! Other companies than Larkfield, from a seed: what is said how often, and what befalls them. Nothing is tuned to them.

use heard_domain::id::CategoryId;
use heard_domain::reading::Polarity;
use heard_domain::time::{Day, Period};

use crate::demo::cell::CELLS;
use crate::demo::dice::Dice;
use crate::demo::setting::category_id;
use crate::demo::truth::{Fix, Problem, ProblemId, Spell};

/// By how much other companies hear of a cell more or less often: the standard deviation of its logarithm.
const TILT: f64 = 0.35;
/// By how much what is said of a cell drifts from week to week: the standard deviation of its logarithm.
const DRIFT: f64 = 0.15;
/// How far one week tells the next.
const ALIKE: f64 = 0.5;

/// What is said how often on an ordinary day.
#[derive(Debug, Clone)]
pub(crate) struct Tone {
    /// How often each cell comes up, per mille, and the share of bad ones.
    cells: Vec<(f64, f64)>,
    /// Where the weekly drift begins; none: there is no drift.
    drift: Option<u64>,
}

impl Tone {
    /// That of Larkfield.
    pub(crate) fn larkfield() -> Self {
        Self { cells: CELLS.iter().map(|cell| (cell.weight, cell.bad)).collect(), drift: None }
    }

    /// That of another company.
    pub(crate) fn other(dice: &mut Dice) -> Self {
        let cells = CELLS.iter().map(|cell| {
            let weight = cell.weight * (TILT * dice.normal()).exp();
            (weight, (cell.bad * (0.2 * dice.normal()).exp()).min(0.6))
        });
        Self { cells: cells.collect(), drift: Some((dice.unit() * 1e15) as u64) }
    }

    /// All that is said on an ordinary day, per thousand of Larkfield's.
    pub(crate) fn whole(&self) -> f64 {
        self.cells.iter().map(|(weight, _)| weight).sum()
    }

    /// The share of bad ones in a cell.
    pub(crate) fn bad(&self, cell: usize) -> f64 {
        self.cells.get(cell).map_or(0.0, |(_, bad)| *bad)
    }

    /// How often each cell comes up on a day.
    pub(crate) fn weights(&self, day: Day) -> Vec<f64> {
        let weights = self.cells.iter().map(|(weight, _)| *weight);
        let Some(seed) = self.drift else { return weights.collect() };
        let week = i64::from(day.monday().0 / 7);
        // A moving sum of the weeks before: no state, and the same for every day of a week.
        let level = |cell: usize| {
            let ago = |ago: i64| ALIKE.powi(ago as i32) * Dice::new(seed ^ (cell as u64) << 32, (week - ago) as u64).normal();
            (1.0 - ALIKE * ALIKE).sqrt() * (0..4).map(ago).sum::<f64>()
        };
        weights.enumerate().map(|(cell, weight)| weight * (DRIFT * level(cell)).exp()).collect()
    }
}

/// What becomes of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    /// It is mended, and stays so.
    Mended,
    /// It is said to be mended, and nothing changes.
    Sham,
    /// It is mended, and comes back.
    Returns,
    /// Nobody does anything.
    Left,
}

/// What befalls a company, one after the other: those that are mended first, so that there are days left to see it.
const COURSES: [Course; 8] =
    [Course::Mended, Course::Sham, Course::Returns, Course::Sham, Course::Mended, Course::Left, Course::Left, Course::Left];

/// How many days the company has listened before anything befalls it.
const BEFORE: i64 = 95;
/// Days between the beginnings of two problems.
const BETWEEN: i64 = 38;
/// Days until something is done.
const LASTS: (i64, i64) = (45, 70);
/// Days until it comes back.
const GONE: (i64, i64) = (75, 95);
/// The least and the greatest height of a problem: comments a day, per thousand of an ordinary day's.
const HEIGHT: (f64, f64) = (15.0, 120.0);
/// The least and the greatest number of days until the full height.
const RISE: (i64, i64) = (1, 10);

/// The problems of another company.
pub(crate) fn others(period: Period, dice: &mut Dice) -> Vec<Problem> {
    let mut cells: Vec<usize> = (0..CELLS.len()).collect();
    dice.shuffle(&mut cells);
    let mut problems: Vec<Problem> = Vec::new();
    for at in cells {
        let Some(course) = COURSES.get(problems.len()) else { break };
        let Some(cell) = CELLS.get(at) else { continue };
        let category = category_id(cell.category).unwrap_or(CategoryId(0));
        // Two at once in one category could not be told apart by anybody.
        if problems.iter().any(|problem| problem.category == category) {
            continue;
        }
        let place = problems.len() as i64;
        let first = period.first + (BEFORE + BETWEEN * place + dice.between(0, 20)) as i32;
        let done = first + dice.between(LASTS.0, LASTS.1) as i32;
        let (low, high) = (HEIGHT.0.ln(), HEIGHT.1.ln());
        let height = (low + (high - low) * dice.unit()).exp();
        let rise = dice.between(RISE.0, RISE.1) as f64;
        let spell = |first: Day, last: Day| Spell { period: Period { first, last }, height, rise, halves: 0.0 };
        let again = done + dice.between(GONE.0, GONE.1) as i32;
        let (spells, real) = match course {
            Course::Mended => (vec![spell(first, done + -1)], Some(true)),
            Course::Returns => (vec![spell(first, done + -1), spell(again, period.last)], Some(true)),
            Course::Sham => (vec![spell(first, period.last)], Some(false)),
            Course::Left => (vec![spell(first, period.last)], None),
        };
        problems.push(Problem {
            id: ProblemId::Other(problems.len() as u8),
            name: cell.category,
            stage: cell.stage.id(),
            category,
            polarity: Polarity::Negative,
            cause: "Something was changed on the day it began",
            departments: &[],
            spells,
            fixes: real.map(|real| Fix { announced: done, what: "It was mended", real }).into_iter().collect(),
        });
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_has_problems_of_its_own_that_fit_into_the_days() {
        let period = Period { first: Day(20_000), last: Day(20_424) };
        let of = |seed| others(period, &mut Dice::new(seed, 4));
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        for problem in (0..50).flat_map(of) {
            assert!(
                problem.spells.iter().all(|spell| spell.period.first <= spell.period.last && spell.period.last <= period.last)
            );
            assert!(problem.fixes.iter().all(|fix| fix.announced + 60 < period.last), "{problem:?}");
            let gaps: Vec<i32> = problem.recurrences().iter().map(|back| *back - problem.fixes[0].announced).collect();
            assert!(gaps.iter().all(|gap| *gap >= 75), "{gaps:?}");
        }
        assert_eq!(of(3).len(), COURSES.len());
    }

    #[test]
    fn the_tone_drifts_by_weeks_around_its_mean() {
        let tone = Tone::other(&mut Dice::new(1, 5));
        let of = |day: i32| tone.weights(Day(20_000 + day)).iter().sum::<f64>();
        assert!((of(0) - of(1)).abs() < 1e-9 || (of(1) - of(2)).abs() < 1e-9);
        let mean = (0..40).map(|week| of(7 * week)).sum::<f64>() / 40.0;
        assert!((mean / tone.whole() - 1.0).abs() < 0.1, "{mean}");
        assert_eq!(Tone::larkfield().weights(Day(1)).iter().sum::<f64>(), Tone::larkfield().whole());
    }
}

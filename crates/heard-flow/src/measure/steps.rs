//! Steps of time: a period cut into equal pieces that end with its last day, so that no piece is a broken week.

use std::collections::BTreeMap;

use heard_domain::question::{Figures, Key};
use heard_domain::time::{Day, Period};

/// Equal pieces of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// The first day of the first piece.
    pub first: Day,
    /// Days in a piece.
    pub days: i32,
    /// How many pieces.
    pub count: usize,
}

impl Steps {
    /// Days up to five weeks, weeks up to a year, then four weeks, then quarters of 13 weeks.
    pub fn of(period: Period) -> Self {
        let days = match period.days() {
            ..=35 => 1,
            36..=366 => 7,
            367..=1_500 => 28,
            _ => 91,
        };
        let count = (period.days() / days).clamp(1, 400);
        Self { first: period.last + (1 - days * count), days, count: count as usize }
    }

    /// The piece that a day lies in.
    pub fn index(&self, day: Day) -> Option<usize> {
        let step = (day - self.first).div_euclid(self.days);
        usize::try_from(step).ok().filter(|step| *step < self.count)
    }

    /// The first day of a piece.
    pub fn start(&self, step: usize) -> Day {
        self.first + self.days * step as i32
    }

    /// The days of a piece.
    pub fn period(&self, step: usize) -> Period {
        Period { first: self.start(step), last: self.start(step) + (self.days - 1) }
    }

    /// What a piece is called.
    pub fn name(&self) -> &'static str {
        match self.days {
            1 => "day",
            7 => "week",
            28 => "four weeks",
            _ => "quarter",
        }
    }
}

/// A figure step by step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Course {
    /// The figure of each step; `None` where it rests on nothing.
    pub values: Vec<Option<f64>>,
    /// On how many each rests.
    pub counts: Vec<u64>,
}

impl Course {
    /// Nothing, in so many steps.
    pub fn empty(count: usize) -> Self {
        Self { values: vec![None; count], counts: vec![0; count] }
    }
}

/// Cuts the rows of a question by day (its first dimension) and something else into a course for each something: the
/// figures of days are joined by how many they rest on, which is exact for shares, means and their differences.
pub fn courses<K: Ord>(figures: &Figures, steps: &Steps, key: impl Fn(&[Key]) -> Option<K>) -> BTreeMap<K, Course> {
    let mut sums: BTreeMap<K, Vec<(f64, u64)>> = BTreeMap::new();
    for row in &figures.rows {
        let Some((Key::Day(day), rest)) = row.keys.split_first() else { continue };
        let (Some(step), Some(key)) = (steps.index(*day), key(rest)) else { continue };
        let sum = sums.entry(key).or_insert_with(|| vec![(0.0, 0); steps.count]);
        if let (Some(value), Some(place)) = (row.value.value, sum.get_mut(step)) {
            place.0 += value * row.value.n as f64;
            place.1 += row.value.n;
        }
    }
    let course = |sums: Vec<(f64, u64)>| Course {
        values: sums.iter().map(|(sum, n)| (*n > 0).then(|| sum / *n as f64)).collect(),
        counts: sums.iter().map(|(_, n)| *n).collect(),
    };
    sums.into_iter().map(|(key, sums)| (key, course(sums))).collect()
}

/// The course of a question that has only days.
pub fn course(figures: &Figures, steps: &Steps) -> Course {
    courses(figures, steps, |_| Some(())).into_values().next().unwrap_or_else(|| Course::empty(steps.count))
}

/// The step at which a course breaks: the cut where the means on both sides differ most for what they rest on. Both
/// sides have at least two steps; `None` where no cut explains at least a third of the spread.
pub fn break_of(course: &Course) -> Option<usize> {
    let points: Vec<(f64, f64)> = course.values.iter().zip(&course.counts).map(|(v, n)| (v.unwrap_or(0.0), *n as f64)).collect();
    let sums = |part: &[(f64, f64)]| part.iter().fold((0.0, 0.0), |(d, n), (v, w)| (d + v * w, n + w));
    let (d, n) = sums(&points);
    if n <= 0.0 {
        return None;
    }
    let mean = d / n;
    let spread: f64 = points.iter().map(|(v, w)| w * (v - mean) * (v - mean)).sum();
    let gain = |cut: usize| {
        let (left, right) = points.split_at(cut);
        let ((a, na), (b, nb)) = (sums(left), sums(right));
        if na <= 0.0 || nb <= 0.0 { 0.0 } else { na * nb / (na + nb) * (a / na - b / nb) * (a / na - b / nb) }
    };
    let best = (2..points.len().saturating_sub(1)).max_by(|a, b| gain(*a).total_cmp(&gain(*b)))?;
    (gain(best) > spread / 3.0).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::question::{AnsweredBy, Dimension, Measure, Question, Row, Value};

    #[test]
    fn steps_end_with_the_period_and_are_never_broken() {
        let steps = Steps::of(Period::ending(Day(20_000), 84));
        assert_eq!((steps.count, steps.days, steps.index(Day(20_000)), steps.index(steps.first)), (12, 7, Some(11), Some(0)));
        assert_eq!(steps.index(Day(20_001)), None);
        let odd = Steps::of(Period::ending(Day(20_000), 40));
        assert_eq!((odd.count, odd.period(odd.count - 1).last, odd.index(odd.first + -1)), (5, Day(20_000), None));
    }

    #[test]
    fn days_are_joined_by_what_they_rest_on() {
        let row = |day, value, n| Row {
            keys: vec![Key::Day(Day(day))],
            value: Value { value: Some(value), n, low: None, high: None },
            moved: None,
        };
        let question = Question::new(Measure::NetSentiment).by([Dimension::Day]);
        let rows = vec![row(100, 100.0, 1), row(101, 0.0, 3), row(108, -50.0, 2)];
        let figures = Figures { question, rows, answered_by: AnsweredBy::Cube, ms: 0.0, degraded: None };
        let steps = Steps { first: Day(100), days: 7, count: 3 };
        assert_eq!(course(&figures, &steps), Course { values: vec![Some(25.0), Some(-50.0), None], counts: vec![4, 2, 0] });
    }

    #[test]
    fn a_fall_is_dated_and_noise_is_not() {
        let made = |values: &[f64]| Course { values: values.iter().copied().map(Some).collect(), counts: vec![30; values.len()] };
        assert_eq!(break_of(&made(&[12.0, 10.0, 14.0, 11.0, -20.0, -24.0, -19.0])), Some(4));
        assert_eq!(break_of(&made(&[10.0, -10.0, 10.0, -10.0, 10.0, -10.0, 10.0, -10.0])), None);
        assert_eq!(break_of(&Course::empty(8)), None);
    }
}

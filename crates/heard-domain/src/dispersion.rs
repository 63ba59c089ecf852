//! Dispersion: by how much counts scatter more than independent events would, by day and by week, and how far one week tells the
//! next.

use crate::time::Day;

/// What was seen on a day, and what was expected of it at the mean rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// The day.
    pub day: Day,
    /// The count.
    pub seen: f64,
    /// The count that the mean rate leads to expect, not negative.
    pub expected: f64,
}

/// The highest autocorrelation that is reckoned with.
const MOST_ALIKE: f64 = 0.9;

/// φ̂ = max(1, dispersion by day, by week) · (1 + ρ̂)/(1 − ρ̂): Pearson's X² per degree of freedom, and ρ̂ the autocorrelation of
/// neighbouring weeks between 0 and 0.9. At least 1; 1 where there is nothing to judge by. Several entries of one day are joined.
pub fn dispersion(mut days: Vec<Expected>) -> f64 {
    days.sort_by_key(|day| day.day);
    let by_day = joined(&days, |day| day.0);
    let by_week = joined(&days, |day| day.monday().0 / 7);
    let spread = pearson(&by_day).max(pearson(&by_week)).max(1.0);
    let alike = autocorrelation(&by_week).clamp(0.0, MOST_ALIKE);
    spread * (1.0 + alike) / (1.0 - alike)
}

/// The entries in order, those of one key as one.
fn joined(days: &[Expected], key: impl Fn(Day) -> i32) -> Vec<(i32, f64, f64)> {
    let mut out: Vec<(i32, f64, f64)> = vec![];
    for day in days {
        let key = key(day.day);
        match out.last_mut() {
            Some(last) if last.0 == key => {
                last.1 += day.seen;
                last.2 += day.expected;
            }
            _ => out.push((key, day.seen, day.expected)),
        }
    }
    out.retain(|(_, _, expected)| *expected > 0.0);
    out
}

/// X² per degree of freedom; 1 for fewer than two.
fn pearson(cells: &[(i32, f64, f64)]) -> f64 {
    if cells.len() < 2 {
        return 1.0;
    }
    let sum: f64 = cells.iter().map(|(_, seen, expected)| (seen - expected).powi(2) / expected).sum();
    sum / (cells.len() - 1) as f64
}

/// Of the standardised residuals of neighbouring cells; 0 for fewer than four.
fn autocorrelation(cells: &[(i32, f64, f64)]) -> f64 {
    let residuals: Vec<(i32, f64)> =
        cells.iter().map(|(key, seen, expected)| (*key, (seen - expected) / expected.sqrt())).collect();
    let square: f64 = residuals.iter().map(|(_, r)| r * r).sum();
    // What does not scatter at all, but for rounding, is not alike either.
    if residuals.len() < 4 || square <= 1e-9 * residuals.len() as f64 {
        return 0.0;
    }
    let pairs = residuals.windows(2).filter_map(|pair| match pair {
        [(a, x), (b, y)] if b - a == 1 => Some(x * y),
        _ => None,
    });
    let (sum, n) = pairs.fold((0.0, 0.0), |(sum, n), product| (sum + product, n + 1.0));
    if n > 0.0 { sum / n / (square / residuals.len() as f64) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draws;

    fn days(n: i32, seen: impl Fn(i32) -> f64, expected: f64) -> Vec<Expected> {
        (0..n).map(|day| Expected { day: Day(day), seen: seen(day), expected }).collect()
    }

    #[test]
    fn what_scatters_less_than_chance_counts_as_chance() {
        assert_eq!(dispersion(days(70, |_| 4.0, 4.0)), 1.0);
        assert_eq!((dispersion(vec![]), dispersion(days(1, |_| 9.0, 1.0))), (1.0, 1.0));
    }

    #[test]
    fn bursts_by_day_and_drifts_by_week_are_seen() {
        // Every other day 8, otherwise 0: X² is 4 a day; weeks alternate 32 and 24 about 28.
        let bursts = dispersion(days(140, |day| if day % 2 == 0 { 8.0 } else { 0.0 }, 4.0));
        assert!((bursts - 4.0).abs() < 0.1, "{bursts}");
        // Five weeks high, five low: each week tells the next.
        let drift = dispersion(days(140, |day| if (day + 3).div_euclid(35) % 2 == 0 { 5.0 } else { 3.0 }, 4.0));
        assert!(drift > 6.0, "{drift}");
    }

    #[test]
    fn strata_of_a_day_are_joined() {
        let mut draws = Draws::new(1, 0);
        let one = days(100, |_| 2.0, 2.0);
        let mut two = vec![];
        for day in &one {
            let part = draws.unit();
            two.push(Expected { seen: day.seen * part, expected: day.expected * part, ..*day });
            two.push(Expected { seen: day.seen * (1.0 - part), expected: day.expected * (1.0 - part), ..*day });
        }
        assert!((dispersion(one) - dispersion(two)).abs() < 1e-9);
    }
}

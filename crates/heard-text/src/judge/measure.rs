//! Figures from pairs of what is true and what was said.

use std::collections::BTreeMap;

use heard_domain::reading::{Passage, Polarity, Reading};

/// Pearson's correlation.
pub fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mean_a, mean_b) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let sum = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(a, b)| f(a - mean_a, b - mean_b)).sum::<f64>();
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}

/// F1 of one label: from hits, how often it was said, and how often it was true. 0 where it was neither.
pub fn f1(hits: usize, said: usize, truth: usize) -> f64 {
    2.0 * hits as f64 / ((said + truth) as f64).max(1.0)
}

/// Mean of F1 over classes, each text having one class: pairs of truth and said.
pub fn macro_f1(pairs: &[(usize, usize)], classes: usize) -> f64 {
    let of = |class: usize| {
        let hits = pairs.iter().filter(|(truth, said)| *truth == class && *said == class).count();
        let truth = pairs.iter().filter(|(truth, _)| *truth == class).count();
        f1(hits, pairs.iter().filter(|(_, said)| *said == class).count(), truth)
    };
    (0..classes).map(of).sum::<f64>() / classes as f64
}

/// Share of pairs in which both are the same.
pub fn accuracy<T: PartialEq>(pairs: &[(T, T)]) -> f64 {
    pairs.iter().filter(|(truth, said)| truth == said).count() as f64 / (pairs.len() as f64).max(1.0)
}

/// How far confidence is from how often it is right, weighted over ten steps of confidence (expected calibration error,
/// Naeini et al. 2015): 0 is honest.
pub fn calibration_error(asked: &[(f64, bool)]) -> f64 {
    let mut steps = [(0.0, 0.0); 10];
    for (sure, right) in asked {
        if let Some((told, true_of)) = steps.get_mut(((sure * 10.0) as usize).min(9)) {
            *told += sure;
            *true_of += f64::from(u8::from(*right));
        }
    }
    steps.iter().map(|(told, true_of)| (told - true_of).abs()).sum::<f64>() / (asked.len() as f64).max(1.0)
}

/// How often each pair stands in a list, how often each left and how often each right side.
type Table = (BTreeMap<(usize, usize), f64>, BTreeMap<usize, f64>, BTreeMap<usize, f64>);

fn table(pairs: &[(usize, usize)]) -> Table {
    let mut table = Table::default();
    for (a, b) in pairs {
        *table.0.entry((*a, *b)).or_default() += 1.0;
        *table.1.entry(*a).or_default() += 1.0;
        *table.2.entry(*b).or_default() += 1.0;
    }
    table
}

/// Normalised mutual information of two ways to cut the same things into groups, with the mean of both entropies below
/// the line: 1 if they are the same, 0 if they have nothing to do with each other.
pub fn mutual_information(pairs: &[(usize, usize)]) -> f64 {
    let n = pairs.len() as f64;
    let (both, left, right) = table(pairs);
    let entropy = |counts: &BTreeMap<usize, f64>| -counts.values().map(|c| c / n * (c / n).ln()).sum::<f64>();
    let of = |counts: &BTreeMap<usize, f64>, at: usize| counts.get(&at).copied().unwrap_or(1.0);
    let shared: f64 = both.iter().map(|((a, b), c)| c / n * (c * n / (of(&left, *a) * of(&right, *b))).ln()).sum();
    let mean = f64::midpoint(entropy(&left), entropy(&right));
    if mean > 0.0 { shared / mean } else { 1.0 }
}

/// Rand index of two ways to cut the same things into groups, adjusted for chance (Hubert and Arabie 1985).
pub fn adjusted_rand(pairs: &[(usize, usize)]) -> f64 {
    let two = |c: f64| c * (c - 1.0) / 2.0;
    let (both, left, right) = table(pairs);
    let (same, a, b) = (
        both.values().map(|c| two(*c)).sum::<f64>(),
        left.values().map(|c| two(*c)).sum::<f64>(),
        right.values().map(|c| two(*c)).sum::<f64>(),
    );
    let expected = a * b / two(pairs.len() as f64).max(1.0);
    let most = f64::midpoint(a, b);
    if most > expected { (same - expected) / (most - expected) } else { 1.0 }
}

/// The value of the whole: its passages add up, long ones more, as the words within a passage do.
pub fn value(reading: &Reading) -> f64 {
    let length = |p: &Passage| f64::from(p.span.end - p.span.start);
    let whole: f64 = reading.passages.iter().map(length).sum();
    let part = |p: &Passage| (length(p) / whole.max(1.0)).sqrt() * p.sentiment.as_ref().map_or(0.0, |s| f64::from(s.value));
    reading.passages.iter().map(part).sum()
}

/// The class of the weightiest passage, as the product shows it.
pub fn class(reading: &Reading) -> Polarity {
    reading.weightiest().and_then(|p| p.sentiment.as_ref()).map_or(Polarity::Neutral, |s| s.polarity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_books() {
        assert!((correlation(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]) - 1.0).abs() < 1e-9);
        assert!((f1(2, 4, 4) - 0.5).abs() < 1e-9);
        assert!((macro_f1(&[(0, 0), (1, 1), (1, 0)], 2) - 2.0 / 3.0).abs() < 1e-9);
        let halves = [(0, 0), (0, 0), (1, 1), (1, 2)];
        assert!((mutual_information(&halves) - 0.8).abs() < 1e-9 && (adjusted_rand(&halves) - 4.0 / 7.0).abs() < 1e-9);
        assert!((mutual_information(&[(0, 3), (1, 4)]) - 1.0).abs() < 1e-9);
        assert!((accuracy(&[(1, 1), (1, 2)]) - 0.5).abs() < 1e-9);
        let asked = [(0.9, true), (0.9, true), (0.9, false), (0.2, false)];
        assert!((calibration_error(&asked) - (0.7 + 0.2) / 4.0).abs() < 1e-9);
    }
}

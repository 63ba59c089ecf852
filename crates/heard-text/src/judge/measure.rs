//! Figures from pairs of what is true and what was said.

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
        assert!((accuracy(&[(1, 1), (1, 2)]) - 0.5).abs() < 1e-9);
    }
}

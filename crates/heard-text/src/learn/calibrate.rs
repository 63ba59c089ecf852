//! How sure is sure: what the learner's scores have been worth on the company's own examples, each asked of the others
//! (Platt 1999, drawn towards the plain logistic as long as there are few).

use crate::learn::logistic::sigmoid;

/// The plain logistic counts as much as so many examples.
const PLAIN: f32 = 6.0;
/// Newton's steps at most.
const STEPS: usize = 30;
/// Where more of a score must not mean less.
const FLATTEST: f32 = 0.05;

/// From a score (a logit) to a probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    slope: f32,
    shift: f32,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { slope: 1.0, shift: 0.0 }
    }
}

impl Calibration {
    /// Learns from scores and whether each was right. Without any the score is taken as it is.
    pub fn learn(asked: &[(f32, bool)]) -> Self {
        if asked.is_empty() {
            return Self::default();
        }
        // Around the mean score slope and level hardly depend on each other.
        let mean = asked.iter().map(|(score, _)| score).sum::<f32>() / asked.len() as f32;
        let spread = asked.iter().map(|(score, _)| (score - mean) * (score - mean)).sum::<f32>() / asked.len() as f32;
        // A quarter is what one answer tells of a level where it is an even chance.
        let (hold_level, hold_slope) = (PLAIN * 0.25, PLAIN * 0.25 * spread.max(0.25));
        let (mut level, mut slope) = (mean, 1.0_f32);
        for _ in 0..STEPS {
            let (mut pull, mut turn) = (hold_level * (mean - level), hold_slope * (1.0 - slope));
            let (mut aa, mut ab, mut bb) = (hold_level, 0.0, hold_slope);
            for (score, right) in asked {
                let beside = score - mean;
                let p = sigmoid(level + slope * beside);
                let (error, weight) = (f32::from(u8::from(*right)) - p, p * (1.0 - p));
                pull += error;
                turn += error * beside;
                aa += weight;
                ab += weight * beside;
                bb += weight * beside * beside;
            }
            let whole = (aa * bb - ab * ab).max(1e-6);
            let step = ((bb * pull - ab * turn) / whole, (aa * turn - ab * pull) / whole);
            level += step.0.clamp(-2.0, 2.0);
            slope = (slope + step.1.clamp(-0.5, 0.5)).max(FLATTEST);
            if step.0.abs() + step.1.abs() < 1e-4 {
                break;
            }
        }
        Self { slope, shift: level - slope * mean }
    }

    /// The probability (0-1) that a score stands for.
    pub fn probability(self, score: f32) -> f32 {
        sigmoid(self.shift + self.slope * score)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::chance::Chance;

    #[test]
    fn what_is_too_sure_is_calmed_and_what_is_not_sure_enough_encouraged() {
        let mut chance = Chance::new(5);
        for (slope, shift) in [(0.5, -0.5), (2.0, 1.0), (1.0, 0.0)] {
            let asked: Vec<(f32, bool)> = (0..2000)
                .map(|_| {
                    let score = chance.share() * 6.0 - 3.0;
                    (score, chance.share() < sigmoid(shift + slope * score))
                })
                .collect();
            let learnt = Calibration::learn(&asked);
            for score in [-2.0, 0.0, 1.0, 2.0] {
                let (told, truth) = (learnt.probability(score), sigmoid(shift + slope * score));
                assert!((told - truth).abs() < 0.06, "{slope} {shift} at {score}: {told} {truth}");
            }
        }
    }

    #[test]
    fn a_few_answers_move_little_and_more_never_means_less() {
        assert_eq!(Calibration::learn(&[]), Calibration::default());
        let few = Calibration::learn(&[(2.0, false), (1.5, true)]);
        assert!((few.probability(1.8) - sigmoid(1.8)).abs() < 0.12, "{few:?}");
        let odd = Calibration::learn(&(0..100).map(|n| (n as f32 / 20.0, n < 50)).collect::<Vec<_>>());
        assert!(odd.probability(2.0) > odd.probability(1.0));
    }
}

//! Service helpfulness: whether customers say that it helped, whether once was enough, how they felt after against before, and how soon a
//! person answered. How long staff work on an answer is not known to Heard, and not what helps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::DepartmentId;
use crate::statistics::{Estimate, share};

/// What is known of one case.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ServedCase {
    /// Whether the customer was asked if it helped.
    pub asked: bool,
    /// What they said; `None`: nothing, which is never help.
    pub helped: Option<bool>,
    /// How often staff answered.
    pub answers: u32,
    /// Working minutes until a person answered; automatic replies are no answer.
    pub minutes_to_answer: Option<u64>,
    /// How they felt before and, if they spoke again, after: −1..1.
    pub felt: Option<Felt>,
}

/// How somebody felt before and after: −1..1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Felt {
    /// In the comment that it began with.
    pub before: f64,
    /// In their next comment.
    pub after: f64,
}

/// How much a change of feeling is worth beside people whom nobody answered.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Sentiment after − before, less what unanswered people with a like beginning changed by, −2..2, with its 95 % interval.
    pub beyond: Estimate,
    /// Cases it rests on.
    pub n: u64,
    /// Cases that spoke again but for whom too few unanswered people are alike.
    pub left_out: u64,
}

/// How helpful service was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Helpfulness {
    /// Cases in all.
    pub n: u64,
    /// Of the customers who said something, the share who say that it helped, per cent.
    pub helped: Option<Estimate>,
    /// Of those who were asked, the share who said something, per cent: stands beside `helped` always.
    pub said: Option<Estimate>,
    /// Of the customers who said something, the share whom one answer helped, per cent.
    pub first_contact: Option<Estimate>,
    /// How they felt after against before.
    pub change: Option<Change>,
    /// The median of the working minutes until a person answered; cases without an answer count as the longest. `None` if half or
    /// more have none.
    pub minutes_to_answer: Option<u64>,
}

/// How customers of one department, or of all, were served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Served {
    /// Which department; `None`: all.
    pub department: Option<DepartmentId>,
    /// How helpful it was, by the customers' own word; how long it took stands last.
    pub helpfulness: Helpfulness,
    /// Cases opened in the period.
    pub opened: u64,
    /// Answered at least once.
    pub answered: u64,
    /// Customers who said that it helped.
    pub yes: u64,
    /// Customers who said that it did not.
    pub no: u64,
    /// Closed without a word of the customer.
    pub silent: u64,
    /// Opened again at least once.
    pub reopened: u64,
    /// First answers that came within the working time that was promised then, by the clock of the case, of all answered, per cent.
    pub in_time: Option<Estimate>,
}

/// Classes of feeling before, each 0.4 wide: who is compared with whom.
const CLASSES: usize = 5;
/// So many unanswered people are needed in a class.
const FEWEST_ALIKE: usize = 5;

fn class(before: f64) -> usize {
    (f64::midpoint(before.clamp(-1.0, 1.0), 1.0) * CLASSES as f64).floor().min(CLASSES as f64 - 1.0) as usize
}

/// Mean and variance (n − 1); `None` of none.
fn moments(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (n > 0.0).then(|| (mean, if n > 1.0 { squares / (n - 1.0) } else { 1.0 }))
}

/// Sentiment after − before beyond what people change by whom nobody answered: who begins very unhappy is less so next time anyway. By
/// classes of feeling before, weighted by the cases; the errors of cases and of the unanswered are added in quadrature.
fn change(cases: &[Felt], unanswered: &[Felt]) -> Option<Change> {
    let of = |felt: &[Felt], wanted: usize| -> Vec<f64> {
        felt.iter().filter(|felt| class(felt.before) == wanted).map(|felt| felt.after - felt.before).collect()
    };
    let (mut n, mut left_out, mut sum, mut variance) = (0.0, 0, 0.0, 0.0);
    for wanted in 0..CLASSES {
        let (theirs, others) = (of(cases, wanted), of(unanswered, wanted));
        if others.len() < FEWEST_ALIKE {
            left_out += theirs.len() as u64;
            continue;
        }
        let (Some((mean, spread)), Some((usual, usual_spread))) = (moments(&theirs), moments(&others)) else { continue };
        let count = theirs.len() as f64;
        n += count;
        sum += count * (mean - usual);
        variance += count * spread + count * count * usual_spread / others.len() as f64;
    }
    if n < 2.0 {
        return None;
    }
    let (value, error) = (sum / n, variance.sqrt() / n);
    let beyond = Estimate { value, error, low: value - 1.96 * error, high: value + 1.96 * error };
    Some(Change { beyond, n: n as u64, left_out })
}

/// The middle of values, where `missing` more are longer than all of them.
fn median(mut values: Vec<u64>, missing: usize) -> Option<u64> {
    values.sort_unstable();
    let middle = (values.len() + missing).div_ceil(2).checked_sub(1)?;
    values.get(middle).copied()
}

/// How helpful the service of some cases was, beside people who said something like it and whom nobody answered.
pub fn helpfulness(cases: &[ServedCase], unanswered: &[Felt]) -> Helpfulness {
    let count = |wanted: fn(&ServedCase) -> bool| cases.iter().filter(|case| wanted(case)).count() as u64;
    let (said, helped) = (count(|case| case.helped.is_some()), count(|case| case.helped == Some(true)));
    let asked = count(|case| case.asked);
    let felt: Vec<Felt> = cases.iter().filter(|case| case.answers > 0).filter_map(|case| case.felt).collect();
    let answered: Vec<u64> = cases.iter().filter_map(|case| case.minutes_to_answer).collect();
    let waiting = cases.len() - answered.len();
    Helpfulness {
        n: cases.len() as u64,
        helped: share(helped, said),
        said: share(count(|case| case.asked && case.helped.is_some()), asked),
        first_contact: share(count(|case| case.helped == Some(true) && case.answers == 1), said),
        change: change(&felt, unanswered),
        minutes_to_answer: median(answered, waiting),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draws;

    #[test]
    fn silence_is_never_help() {
        let case = |helped, answers, minutes| ServedCase {
            asked: true,
            helped,
            answers,
            minutes_to_answer: minutes,
            ..ServedCase::default()
        };
        let cases = [
            case(Some(true), 1, Some(30)),
            case(Some(true), 3, Some(10)),
            case(Some(false), 1, Some(500)),
            case(None, 1, Some(20)),
            case(None, 0, None),
        ];
        let found = helpfulness(&cases, &[]);
        assert_eq!(found.helped.map(|e| e.value.round()), Some(67.0), "of the three who said something");
        assert_eq!(found.said.map(|e| e.value), Some(60.0));
        assert_eq!(found.first_contact.map(|e| e.value.round()), Some(33.0));
        assert_eq!((found.minutes_to_answer, found.change), (Some(30), None));
        assert_eq!(helpfulness(&[], &[]).helped, None);
        assert_eq!(median(vec![5], 3), None);
    }

    #[test]
    fn who_was_unhappy_gets_calmer_anyway() {
        // Everybody returns half of the way to nought by themselves; being answered adds 0.2.
        let mut draws = Draws::new(3, 0);
        let mut felt = |adds: f64| {
            let before = -draws.unit();
            Felt { before, after: (before / 2.0 + adds + 0.1 * draws.normal()).clamp(-1.0, 1.0) }
        };
        let unanswered: Vec<Felt> = (0..400).map(|_| felt(0.0)).collect();
        let mut effect = |adds| {
            let cases: Vec<ServedCase> =
                (0..200).map(|_| ServedCase { answers: 1, felt: Some(felt(adds)), ..ServedCase::default() }).collect();
            helpfulness(&cases, &unanswered).change.unwrap()
        };
        let none = effect(0.0);
        assert!(none.beyond.low < 0.0 && none.beyond.high > 0.0, "{none:?}");
        let some = effect(0.2);
        assert!((some.beyond.value - 0.2).abs() < 0.05 && some.beyond.low > 0.1 && some.left_out == 0, "{some:?}");
    }
}

//! Gathering: when many who complain of the same at the same stage are an issue that somebody should look at.

use crate::statistics::{adjusted, rise_by_chance};

/// How many days are looked at, and compared with as many before.
pub const DAYS: i32 = 28;
/// Fewer persons are no issue that many share.
pub const FEWEST: u64 = 15;
/// It grew at least so much against the rate before.
pub const GREW: f64 = 1.5;
/// How sure it must be, with as many looks as there are: 1 % of the proposals by growth come from chance alone.
pub const CHANCE: f64 = 0.01;
/// A complaint of at least this share of all who speak of the stage is an issue, whether it grew or not.
pub const STANDING: f64 = 0.12;
/// As many as that make a standing one.
pub const FEWEST_STANDING: u64 = 40;

/// Who complains of one category at one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// Persons in the period.
    pub persons: u64,
    /// Persons in as many days before.
    pub before: u64,
    /// Comments of the stage in both.
    pub heard: (u64, u64),
}

/// Which of them are proposed as issues, in their order: at least 15 persons whose rate among the comments of the stage grew by half, surer
/// than 1 % after Benjamini and Hochberg (1995) over all that are looked at; or at least 40 persons and 12 % of the stage's comments.
pub fn proposed(all: &[Seen]) -> Vec<bool> {
    let p: Vec<f64> = all
        .iter()
        .map(|seen| {
            if seen.heard.0 == 0 || seen.heard.1 == 0 || rate(seen) <= rate_before(seen) {
                return 1.0;
            }
            rise_by_chance((seen.persons, seen.heard.0 as f64), (seen.before, seen.heard.1 as f64))
        })
        .collect();
    let adjusted = adjusted(&p);
    all.iter()
        .zip(adjusted)
        .map(|(seen, p)| {
            let grew = seen.persons >= FEWEST && p <= CHANCE && rate(seen) >= GREW * rate_before(seen);
            let stands = seen.persons >= FEWEST_STANDING && rate(seen) >= STANDING;
            grew || stands
        })
        .collect()
}

fn rate(seen: &Seen) -> f64 {
    seen.persons as f64 / (seen.heard.0 as f64).max(1.0)
}

fn rate_before(seen: &Seen) -> f64 {
    seen.before as f64 / (seen.heard.1 as f64).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(persons: u64, before: u64, heard: (u64, u64)) -> Seen {
        Seen { persons, before, heard }
    }

    #[test]
    fn growth_is_told_from_more_of_everything_and_from_chance() {
        let all = [
            seen(60, 12, (1_000, 1_000)),
            // Twice the comments of everything.
            seen(60, 30, (2_000, 1_000)),
            // From two to six is chance.
            seen(6, 2, (1_000, 1_000)),
            // Much, but as ever.
            seen(50, 48, (1_000, 1_000)),
            // So much that it stands by itself.
            seen(150, 160, (1_000, 1_000)),
            // A company that begins to listen has nothing before.
            seen(60, 0, (1_000, 0)),
            seen(0, 0, (0, 0)),
        ];
        assert_eq!(proposed(&all), [true, false, false, false, true, false, false]);
        assert_eq!(proposed(&[]), [false; 0]);
    }
}

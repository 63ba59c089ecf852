//! Commitments: what leaders and departments undertook for customers, by when, and what follows if they do not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CommitmentId, DepartmentId, UserId};
use crate::promise::Outcome;
use crate::time::Day;

/// Who undertook it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Undertaker {
    /// A leader.
    User(UserId),
    /// A department.
    Department(DepartmentId),
}

/// What somebody undertook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// Its identifier.
    pub id: CommitmentId,
    /// Who.
    pub who: Undertaker,
    /// What, 1-200 characters.
    pub words: String,
    /// Until the end of which day.
    pub due: Day,
    /// What follows if it is not done, at most 200 characters; may be empty.
    pub consequence: String,
    /// When it was done.
    pub done: Option<Day>,
}

/// How many commitments came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// Their day has not passed.
    pub ahead: u64,
    /// Done in time.
    pub kept: u64,
    /// Done late.
    pub late: u64,
    /// Not done.
    pub missed: u64,
}

/// The record of commitments on a day.
pub fn record<'a>(commitments: impl IntoIterator<Item = &'a Commitment>, today: Day) -> Record {
    let mut record = Record::default();
    for commitment in commitments {
        let count = match Outcome::of(commitment.due, commitment.done, today) {
            Outcome::Ahead => &mut record.ahead,
            Outcome::Kept => &mut record.kept,
            Outcome::Late => &mut record.late,
            Outcome::Missed => &mut record.missed,
        };
        *count += 1;
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_what_became_of_them() {
        let commitment = |due: i32, done: Option<i32>| Commitment {
            id: CommitmentId(1),
            who: Undertaker::Department(DepartmentId(1)),
            words: "Answer within a day".into(),
            due: Day(due),
            consequence: String::new(),
            done: done.map(Day),
        };
        let all = [commitment(5, Some(5)), commitment(5, Some(6)), commitment(5, None), commitment(20, None)];
        assert_eq!(record(&all, Day(10)), Record { ahead: 1, kept: 1, late: 1, missed: 1 });
    }
}

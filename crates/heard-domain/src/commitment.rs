//! Commitments: what leaders and departments undertook for customers, by when, and what follows if they do not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CommitmentId, DepartmentId, UserId};
use crate::promise::PromiseOutcome;
use crate::statistics::{Estimate, share};
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

/// How many commitments, or promises to customers, came to what.
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

impl Record {
    /// Of those whose day has passed, the share that was done in time, per cent, with Wilson's interval; `None`: none has passed.
    pub fn in_time(&self) -> Option<Estimate> {
        share(self.kept, self.kept + self.late + self.missed)
    }

    /// How many there are.
    pub fn all(&self) -> u64 {
        self.ahead + self.kept + self.late + self.missed
    }

    /// Counts one more.
    pub fn count(&mut self, outcome: PromiseOutcome) {
        *match outcome {
            PromiseOutcome::Ahead => &mut self.ahead,
            PromiseOutcome::Kept => &mut self.kept,
            PromiseOutcome::Late => &mut self.late,
            PromiseOutcome::Missed => &mut self.missed,
        } += 1;
    }
}

/// The record of commitments on a day.
pub fn record<'a>(commitments: impl IntoIterator<Item = &'a Commitment>, today: Day) -> Record {
    let mut record = Record::default();
    for commitment in commitments {
        record.count(PromiseOutcome::of(commitment.due, commitment.done, today));
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

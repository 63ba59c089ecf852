//! The listening ledger: how much was heard, read by a person, routed, acted on, told and verified, by stage and post. What was heard
//! and led to nothing is debt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::Money;
use crate::id::{PostId, StageId};

crate::words! {
    /// How far a comment came.
    LedgerStep {
        /// It was taken in.
        Heard = "heard", "Heard";
        /// A person has read it.
        Read = "read", "Read by a person";
        /// It went to a department.
        Routed = "routed", "Routed";
        /// Somebody did something about it.
        Acted = "acted", "Acted on";
        /// The customer was told.
        Told = "told", "Told";
        /// What was done was verified.
        Verified = "verified", "Verified";
    }
}

/// Comments that came to a step, and the accounts behind them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// Comments.
    pub comments: u64,
    /// What the accounts are worth in a year, each counted once, by currency in order of its code.
    pub money: Vec<Money>,
}

/// One line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// The stage.
    pub stage: Option<StageId>,
    /// The post; `None`: all posts of the stage.
    pub post: Option<PostId>,
    /// By the order of [`LedgerStep::ALL`].
    pub reached: Vec<Reached>,
}

impl Line {
    /// What came to a step.
    pub fn at(&self, step: LedgerStep) -> Option<&Reached> {
        self.reached.get(step.index())
    }

    /// Comments that were heard and have not come to a step.
    pub fn missing(&self, step: LedgerStep) -> u64 {
        let count = |step| self.at(step).map_or(0, |reached| reached.comments);
        count(LedgerStep::Heard).saturating_sub(count(step))
    }

    /// The debt: comments that were heard and not acted on.
    pub fn debt(&self) -> u64 {
        self.missing(LedgerStep::Acted)
    }

    /// The debt in money: what the accounts are worth of whose comments none was acted on.
    pub fn debt_in_money(&self) -> Vec<Money> {
        let acted = self.at(LedgerStep::Acted).map(|reached| reached.money.as_slice()).unwrap_or_default();
        let of = |currency: &str| acted.iter().find(|m| m.currency == currency).map_or(0, |m| m.minor);
        let heard = self.at(LedgerStep::Heard).map(|reached| reached.money.as_slice()).unwrap_or_default();
        let left = heard.iter().map(|m| Money { minor: m.minor - of(&m.currency), currency: m.currency.clone() });
        left.filter(|money| money.minor != 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_heard_and_led_to_nothing_is_debt() {
        let money = |all: &[(&str, i64)]| -> Vec<Money> {
            all.iter().map(|(currency, minor)| Money { minor: *minor, currency: (*currency).to_owned() }).collect()
        };
        let step = |comments, of: &[(&str, i64)]| Reached { comments, money: money(of) };
        // Heard, read, routed, acted on, told, verified: one account of two was acted for, another's worth in dollars wholly.
        let heard = step(4, &[("EUR", 570), ("USD", 90)]);
        let acted = step(1, &[("EUR", 500), ("USD", 90)]);
        let reached = vec![heard, step(2, &[]), step(2, &[]), acted, step(1, &[]), step(0, &[])];
        let line = Line { stage: Some(StageId(1)), post: None, reached };
        assert_eq!((line.debt(), line.missing(LedgerStep::Verified)), (3, 4));
        assert_eq!(line.debt_in_money(), money(&[("EUR", 70)]));
        let cut = Line { reached: line.reached[..1].to_vec(), ..line };
        assert_eq!(
            (cut.debt(), cut.debt_in_money()),
            (4, money(&[("EUR", 570), ("USD", 90)])),
            "what is not there was not acted on"
        );
    }
}

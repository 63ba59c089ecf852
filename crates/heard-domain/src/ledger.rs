//! The listening ledger: how much was heard, read by a person, routed, acted on, told and verified, by stage and post. What was heard
//! and led to nothing is debt.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::Money;
use crate::id::{AccountId, PostId, StageId};

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

/// One comment in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its stage.
    pub stage: Option<StageId>,
    /// Where it was heard.
    pub post: PostId,
    /// The account and what that is worth in a year.
    pub account: Option<(AccountId, Money)>,
    /// What happened to it, beside being heard.
    pub steps: Vec<LedgerStep>,
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

#[derive(Default)]
struct Sum {
    comments: u64,
    accounts: BTreeSet<AccountId>,
    money: BTreeMap<String, i64>,
}

/// The lines of the ledger: each stage as a whole, then by post, in order of their identifiers; what has no stage comes first.
pub fn ledger(entries: &[Entry]) -> Vec<Line> {
    let mut cells: BTreeMap<(Option<StageId>, Option<PostId>), Vec<Sum>> = BTreeMap::new();
    for entry in entries {
        for post in [None, Some(entry.post)] {
            let sums =
                cells.entry((entry.stage, post)).or_insert_with(|| LedgerStep::ALL.iter().map(|_| Sum::default()).collect());
            for (step, sum) in LedgerStep::ALL.iter().zip(sums.iter_mut()) {
                if *step != LedgerStep::Heard && !entry.steps.contains(step) {
                    continue;
                }
                sum.comments += 1;
                if let Some((account, money)) = &entry.account
                    && sum.accounts.insert(*account)
                {
                    *sum.money.entry(money.currency.clone()).or_default() += money.minor;
                }
            }
        }
    }
    let reached = |sum: Sum| {
        let money = sum.money.into_iter().map(|(currency, minor)| Money { minor, currency }).collect();
        Reached { comments: sum.comments, money }
    };
    cells
        .into_iter()
        .map(|((stage, post), sums)| Line { stage, post, reached: sums.into_iter().map(reached).collect() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(stage: i64, post: i64, account: Option<(i64, i64)>, steps: &[LedgerStep]) -> Entry {
        let account = account.map(|(id, minor)| (AccountId(id), Money { minor, currency: "EUR".into() }));
        Entry { stage: Some(StageId(stage)), post: PostId(post), account, steps: steps.to_vec() }
    }

    #[test]
    fn what_was_heard_and_led_to_nothing_is_debt() {
        use LedgerStep::{Acted, Read, Routed, Told};
        let lines = ledger(&[
            entry(1, 1, Some((1, 500)), &[Read, Routed, Acted, Told]),
            entry(1, 1, Some((1, 500)), &[Routed]),
            entry(1, 2, Some((2, 70)), &[]),
            entry(1, 2, None, &[Read]),
            entry(2, 2, None, &[]),
        ]);
        let all = &lines[0];
        assert_eq!((all.stage, all.post), (Some(StageId(1)), None));
        assert_eq!(all.reached.iter().map(|r| r.comments).collect::<Vec<_>>(), [4, 2, 2, 1, 1, 0]);
        assert_eq!((all.debt(), all.missing(LedgerStep::Verified)), (3, 4));
        // One account of two was acted for: the other's worth is the debt, and no account counts twice.
        assert_eq!(all.at(LedgerStep::Heard).unwrap().money, [Money { minor: 570, currency: "EUR".into() }]);
        assert_eq!(all.debt_in_money(), [Money { minor: 70, currency: "EUR".into() }]);
        assert_eq!(lines.iter().map(|line| line.post.map(|p| p.0)).collect::<Vec<_>>(), [None, Some(1), Some(2), None, Some(2)]);
    }
}

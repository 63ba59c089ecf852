//! Priority of issues: how many it reaches × how badly it hurts × where it is going × how much the stage weighs. The factors are shown,
//! never only the product. Money is a second ordering on request: expediting big accounts is not listening.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::Money;

/// What is known of an issue in a period.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Facts {
    /// Persons who mention it.
    pub persons: u64,
    /// Accounts they speak for.
    pub accounts: u64,
    /// Mean sentiment of its passages, −1..1.
    pub sentiment: f64,
    /// Share of its passages with anger or fear, 0..1.
    pub strong: f64,
    /// Share of its passages with disappointment or confusion, 0..1.
    pub milder: f64,
    /// Share of its comments in which somebody speaks of leaving, 0..1.
    pub churn: f64,
    /// Share of its comments that are urgent, 0..1.
    pub urgent: f64,
    /// Persons who mentioned it in as many days before.
    pub persons_before: u64,
    /// Comments of the stage now and before; both 0: not known.
    pub heard: (u64, u64),
    /// Whether the stage has a moment of truth.
    pub moment_of_truth: bool,
    /// What the accounts are worth in a year, by currency.
    pub money: Vec<Money>,
}

/// The evidence of an issue in a period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// What its priority is made of.
    pub facts: Facts,
    /// Comments in the period.
    pub comments: u64,
    /// Comments since ever.
    pub ever: u64,
}

/// What a moment of truth weighs; other stages weigh 1.
pub const MOMENT_OF_TRUTH: f64 = 1.5;
/// So many persons are added on both sides of a trend: a jump from one to three is no trend.
const CALM: f64 = 5.0;

/// The factors of a priority, and their product.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Priority {
    /// Persons, and each account once more: 0 upwards.
    pub reach: f64,
    /// 1 (it does not hurt) to 7 (everybody is angry, leaves and cannot wait).
    pub severity: f64,
    /// The rate against the one before, ½ to 2; 1 where nothing is known.
    pub trend: f64,
    /// The weight of the stage.
    pub stage: f64,
    /// All multiplied.
    pub product: f64,
}

/// The priority of an issue.
///
/// severity = 1 + max(0, −sentiment) + (anger and fear + ½ disappointment and confusion, at most 1) + 2 · churn + 2 · urgent;
/// trend = ((persons + 5)/(comments now)) / ((persons before + 5)/(comments before)), cut to ½..2. Shares beyond 0..1 are cut.
pub fn priority(facts: &Facts) -> Priority {
    let share = |value: f64| if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
    let reach = facts.persons as f64 + facts.accounts as f64;
    let emotion = share(share(facts.strong) + 0.5 * share(facts.milder));
    let severity = 1.0 + share(-facts.sentiment) + emotion + 2.0 * share(facts.churn) + 2.0 * share(facts.urgent);
    let (now, before) = (facts.heard.0 as f64, facts.heard.1 as f64);
    let volume = if now > 0.0 && before > 0.0 { before / now } else { 1.0 };
    let trend = ((facts.persons as f64 + CALM) / (facts.persons_before as f64 + CALM) * volume).clamp(0.5, 2.0);
    let stage = if facts.moment_of_truth { MOMENT_OF_TRUTH } else { 1.0 };
    Priority { reach, severity, trend, stage, product: reach * severity * trend * stage }
}

crate::words! {
    /// By what issues are ordered.
    IssueOrder {
        /// By priority.
        Priority = "priority", "Priority";
        /// By what the accounts concerned are worth in a year, in one currency.
        Money = "money", "Money at stake";
    }
}

/// The places of issues, the first to work on first; equal ones keep their order. Money is compared in `currency` only and never
/// converted: who has none in it comes after, by priority.
pub fn ordered(issues: &[Facts], order: IssueOrder, currency: &str) -> Vec<usize> {
    let money = |facts: &Facts| -> i64 { facts.money.iter().filter(|m| m.currency == currency).map(|m| m.minor).sum() };
    let mut keyed: Vec<(usize, i64, f64)> = issues
        .iter()
        .enumerate()
        .map(|(at, facts)| (at, if order == IssueOrder::Money { money(facts) } else { 0 }, priority(facts).product))
        .collect();
    keyed.sort_by(|a, b| b.1.cmp(&a.1).then(b.2.total_cmp(&a.2)));
    keyed.into_iter().map(|(at, ..)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(persons: u64) -> Facts {
        Facts { persons, persons_before: persons, sentiment: -0.4, heard: (100, 100), ..Facts::default() }
    }

    #[test]
    fn the_factors_multiply_and_each_has_its_range() {
        let worst = Facts {
            persons: 90,
            accounts: 10,
            sentiment: -1.0,
            strong: 0.9,
            milder: 0.8,
            churn: 1.0,
            urgent: f64::INFINITY,
            persons_before: 0,
            heard: (10, 1_000),
            moment_of_truth: true,
            money: vec![],
        };
        let found = priority(&worst);
        assert_eq!((found.reach, found.severity, found.trend, found.stage), (100.0, 5.0, 2.0, 1.5));
        assert_eq!(found.product, 100.0 * 5.0 * 2.0 * 1.5);
        assert_eq!(priority(&Facts { urgent: 1.0, ..worst }).severity, 7.0);
        let quiet = priority(&Facts::default());
        assert_eq!((quiet.severity, quiet.trend, quiet.stage, quiet.product), (1.0, 1.0, 1.0, 0.0));
        assert!((priority(&facts(10)).product - 14.0).abs() < 1e-9);
    }

    #[test]
    fn more_comments_of_everything_are_no_trend() {
        let louder = Facts { persons: 45, persons_before: 20, heard: (200, 100), ..facts(0) };
        assert!((priority(&louder).trend - 1.0).abs() < 1e-9);
        assert!(priority(&Facts { persons: 3, persons_before: 1, ..facts(0) }).trend < 1.4, "one to three is no trend");
    }

    #[test]
    fn money_orders_only_where_it_is_asked() {
        let money = |minor, currency: &str| vec![Money { minor, currency: currency.into() }];
        let issues =
            [facts(40), Facts { money: money(900, "EUR"), ..facts(5) }, Facts { money: money(5_000, "USD"), ..facts(9) }];
        assert_eq!(ordered(&issues, IssueOrder::Priority, "EUR"), [0, 2, 1]);
        assert_eq!(ordered(&issues, IssueOrder::Money, "EUR"), [1, 0, 2]);
    }
}

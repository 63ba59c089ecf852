//! Promises: what the brand says a touchpoint will be like, and how often it was kept; and what was promised to one customer, by when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{AttributeId, CaseId, CasePromiseId, CategoryId, PromiseId, TouchpointId, UserId, ValueId};
use crate::question::Filter;
use crate::reading::Intent;
use crate::statistics::{Estimate, share};
use crate::time::{Day, Period};

/// What the brand says a touchpoint will be like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Promise {
    /// Its identifier.
    pub id: PromiseId,
    /// In the brand's words, 1-200 characters.
    pub words: String,
    /// The contact of which it is said.
    pub touchpoint: TouchpointId,
    /// Comments in these categories speak of it.
    pub categories: Vec<CategoryId>,
    /// The measure of operations that says how often it could be kept ("deliveries").
    pub measure: Option<String>,
    /// The kind of operational event that breaks it ("delivery late").
    pub breaks: Option<String>,
    /// How often it is to be kept by operational data, per cent of all occasions, 1-100.
    pub target: Option<u8>,
    /// The fact by which it holds for one brand, country or unit only.
    pub attribute: Option<(AttributeId, ValueId)>,
}

impl Promise {
    /// The comments that speak of it: those in its categories, or where it has none, all at its contact.
    pub fn spoken(&self) -> Filter {
        let touchpoint = if self.categories.is_empty() { vec![self.touchpoint] } else { vec![] };
        Filter {
            category: self.categories.clone(),
            touchpoint,
            attribute: self.attribute.into_iter().collect(),
            ..Filter::default()
        }
    }

    /// The comments that say it was broken: in its categories a broken promise or a complaint, elsewhere a broken promise.
    pub fn said_broken(&self) -> Filter {
        let mut intent = vec![Intent::BrokenPromise];
        if !self.categories.is_empty() {
            intent.push(Intent::Complaint);
        }
        Filter { intent, ..self.spoken() }
    }
}

/// What speaks for and against a promise in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Persons who speak of it.
    pub persons: u64,
    /// Persons who say that it was broken: a broken promise or a complaint in its categories.
    pub say_broken: u64,
    /// How often it could be kept, by operational data.
    pub occasions: u64,
    /// How often it was broken, by operational data.
    pub broken: u64,
}

/// How often a promise was kept: two figures that are never mixed, for customers speak when something strikes them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Kept {
    /// Of the persons who speak of it, the share that does not say it was broken, per cent; `None`: nobody speaks of it.
    pub said: Option<Estimate>,
    /// Of all occasions, the share in which it was not broken, per cent; `None`: not known.
    pub done: Option<Estimate>,
}

impl Evidence {
    /// How often it was kept, with Wilson's intervals.
    pub fn kept(self) -> Kept {
        let kept = |broken: u64, all: u64| share(all.saturating_sub(broken), all);
        Kept { said: kept(self.say_broken, self.persons), done: kept(self.broken, self.occasions) }
    }
}

crate::words! {
    /// What became of something that was to be done by a day.
    PromiseOutcome {
        /// Its day has not passed.
        Ahead = "ahead", "Ahead";
        /// It is done, in time.
        Kept = "kept", "Kept";
        /// It is done, but after its day.
        Late = "late", "Kept late";
        /// Its day has passed and it is not done.
        Missed = "missed", "Missed";
    }
}

impl PromiseOutcome {
    /// What has become of it on a day, by the day on which it was due (that day included) and the one on which it was done.
    pub fn of(due: Day, done: Option<Day>, today: Day) -> Self {
        match done {
            Some(done) if done <= due => Self::Kept,
            Some(_) => Self::Late,
            None if today <= due => Self::Ahead,
            None => Self::Missed,
        }
    }
}

/// What became of a promise in one month.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseMonth {
    /// The days of the month that lie before the period's end.
    pub period: Period,
    /// What speaks for and against it.
    pub evidence: Evidence,
    /// How often it was kept.
    pub kept: Kept,
}

/// A promise with what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseShown {
    /// The promise.
    #[serde(flatten)]
    pub promise: Promise,
    /// The days that are looked at.
    pub period: Period,
    /// What speaks for and against it in these days.
    pub evidence: Evidence,
    /// How often it was kept in these days.
    pub kept: Kept,
    /// Month by month, the newest last.
    pub months: Vec<PromiseMonth>,
    /// The comments that speak of it.
    pub spoken: Filter,
    /// The comments that say it was broken.
    pub said_broken: Filter,
}

impl PromiseShown {
    /// Whether the target is met: surely (the whole interval lies above it), surely not, or it cannot be told.
    pub fn met(&self) -> Option<bool> {
        let (target, done) = (f64::from(self.promise.target?), self.kept.done?);
        if done.low >= target {
            Some(true)
        } else if done.high < target {
            Some(false)
        } else {
            None
        }
    }
}

/// What was promised to the customer of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasePromise {
    /// Its identifier.
    pub id: CasePromiseId,
    /// The case.
    pub case: CaseId,
    /// Who promised.
    pub by: UserId,
    /// What, 1-200 characters.
    pub words: String,
    /// Until the end of which day.
    pub due: Day,
    /// When it was done.
    pub done: Option<Day>,
}

impl CasePromise {
    /// What has become of it on a day.
    pub fn outcome(&self, today: Day) -> PromiseOutcome {
        PromiseOutcome::of(self.due, self.done, today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_and_what_is_done_are_two_figures() {
        let kept = Evidence { persons: 40, say_broken: 30, occasions: 1_000, broken: 20 }.kept();
        assert_eq!((kept.said.unwrap().value, kept.done.unwrap().value), (25.0, 98.0));
        assert!(kept.said.unwrap().low < 25.0 && kept.said.unwrap().high > 25.0);
        assert_eq!(Evidence::default().kept(), Kept { said: None, done: None });
    }

    #[test]
    fn the_day_itself_still_counts() {
        let of = |done: Option<i32>, today| PromiseOutcome::of(Day(10), done.map(Day), Day(today));
        assert_eq!(
            [of(None, 10), of(None, 11), of(Some(10), 30), of(Some(11), 30)],
            [PromiseOutcome::Ahead, PromiseOutcome::Missed, PromiseOutcome::Kept, PromiseOutcome::Late]
        );
    }
}

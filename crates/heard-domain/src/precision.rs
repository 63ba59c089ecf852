//! Precision: how often the categories are right, on what people of the company said themselves. `docs/METHODS.md` says how it
//! is measured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::CategoryId;
use crate::statistics;

/// A share with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// How many were right.
    pub hits: u64,
    /// Of how many.
    pub n: u64,
    /// The share, per cent; `null` where n is 0.
    pub value: Option<f64>,
    /// 95 % interval (Wilson), per cent.
    pub low: Option<f64>,
    /// 95 % interval (Wilson), per cent.
    pub high: Option<f64>,
}

impl Measured {
    /// `hits` of `n`.
    pub fn of(hits: u64, n: u64) -> Self {
        let share = statistics::share(hits, n);
        Self { hits, n, value: share.map(|s| s.value), low: share.map(|s| s.low), high: share.map(|s| s.high) }
    }
}

/// One category, on the company's own corrections.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryPrecision {
    /// Which.
    pub category: CategoryId,
    /// Of the corrected passages that the reader would file here, those that people say belong here.
    pub precision: Measured,
    /// Of the passages that people say belong here, those that the reader would file here.
    pub found: Measured,
}

/// How well a version tells the categories apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Precision {
    /// On how many corrected or chosen passages it rests.
    pub passages: u64,
    /// Over all categories.
    pub all: Measured,
    /// Over all categories: what people say belongs somewhere and is found there.
    pub found: Measured,
    /// By category, those with something to measure, in the order of their identifiers.
    pub categories: Vec<CategoryPrecision>,
}

impl Precision {
    /// One category's, if there is something to measure.
    pub fn of(&self, category: CategoryId) -> Option<&CategoryPrecision> {
        self.categories.iter().find(|one| one.category == category)
    }
}

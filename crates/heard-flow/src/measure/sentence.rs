//! The pieces of the one sentence above the overview, and the factors by which it is chosen.

/// A piece of the sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Plain words.
    Say(String),
    /// The figure.
    Strong(String),
    /// What customers speak of.
    Voice(String),
}

/// Of what a trend tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Of net sentiment: points against the period before.
    Sentiment,
    /// Of complaints: so many of 100 would not be there at the rate before, or had the fix held; above 0: so many fewer are there.
    Complaints,
}

/// What the priority is made of: the factors are shown, never only the product.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors {
    /// Share of all comments that are about it, 0-1.
    pub reach: f64,
    /// How bad it is now: 0 (all positive) to 1 (all negative).
    pub severity: f64,
    /// How much it changed: points, or complaints of 100; below 0 it got worse.
    pub trend: f64,
    /// Weight of the stage.
    pub weight: f64,
    /// Of what the trend tells.
    pub told: Told,
}

impl Factors {
    /// The product.
    pub fn priority(&self) -> f64 {
        self.reach * self.severity * self.trend.abs() * self.weight
    }
}

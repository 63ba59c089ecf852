//! Scores: structured values in a feedback, the scales they are given on, and the formulas that make figures of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::ScaleId;

crate::words! {
    /// How ratings on a scale become one figure. Formulas are never mixed in one figure.
    Formula {
        /// Share of 9-10 minus share of 0-6, on 0-10; −100..100.
        Nps = "nps", "NPS";
        /// Share of 4-5 on 1-5, per cent.
        Csat = "csat", "CSAT";
        /// Share of "good" of good and bad, per cent (0 = bad, 1 = good).
        GoodShare = "good_share", "Satisfied";
        /// Share of 5-7 on 1-7, per cent.
        CesAgree = "ces_agree", "Effort: agree";
        /// Share of 4-5 on 1-5, per cent.
        CesTop = "ces_top", "Effort: top two";
        /// Mean on 1-7.
        CesMean = "ces_mean", "Effort: mean";
        /// Mean of 1-5 stars: a rating, not CSAT.
        Stars = "stars", "Stars";
        /// Mean of any number.
        Mean = "mean", "Mean";
    }
}

/// What a figure under a formula is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// −100..100, a difference of two shares.
    Points,
    /// 0..100.
    PerCent,
    /// The unit of the scale itself.
    Scale,
}

impl Formula {
    /// The unit of the figure.
    pub fn unit(self) -> Unit {
        match self {
            Self::Nps => Unit::Points,
            Self::Csat | Self::GoodShare | Self::CesAgree | Self::CesTop => Unit::PerCent,
            Self::CesMean | Self::Stars | Self::Mean => Unit::Scale,
        }
    }

    /// The formula in words, shown behind every figure.
    pub fn explained(self) -> &'static str {
        match self {
            Self::Nps => "share of 9 and 10 minus share of 0 to 6; interval from a Dirichlet(½,½,½) posterior",
            Self::Csat | Self::CesTop => "share of 4 and 5 of 1 to 5; Wilson interval",
            Self::GoodShare => "share of good of good and bad; Wilson interval",
            Self::CesAgree => "share of 5 to 7 of 1 to 7; Wilson interval",
            Self::CesMean => "mean of 1 to 7; Student's t interval",
            Self::Stars => "mean of 1 to 5 stars; Student's t interval",
            Self::Mean => "mean; Student's t interval",
        }
    }

    /// The band of a value: +1 counts for, −1 counts against, 0 neither. Means have no bands.
    pub fn band(self, value: f64) -> i8 {
        match self {
            Self::Nps if value >= 8.5 => 1,
            Self::Nps if value < 6.5 => -1,
            Self::Csat | Self::CesTop if value >= 3.5 => 1,
            Self::GoodShare if value >= 0.5 => 1,
            Self::CesAgree if value >= 4.5 => 1,
            _ => 0,
        }
    }

    /// The scale on which the formula is defined, if it fixes one.
    pub fn range(self) -> Option<(f64, f64)> {
        match self {
            Self::Nps => Some((0.0, 10.0)),
            Self::Csat | Self::CesTop | Self::Stars => Some((1.0, 5.0)),
            Self::GoodShare => Some((0.0, 1.0)),
            Self::CesAgree | Self::CesMean => Some((1.0, 7.0)),
            Self::Mean => None,
        }
    }
}

/// A question that is answered by a number: declared once, a dimension from then on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scale {
    /// Its identifier.
    pub id: ScaleId,
    /// What was asked, unique ("NPS", "Overall", "Food").
    pub name: String,
    /// How it becomes a figure.
    pub formula: Formula,
    /// Lowest raw value.
    pub min: f64,
    /// Highest raw value.
    pub max: f64,
    /// Whether more is better.
    pub higher_is_better: bool,
}

impl Scale {
    /// Whether a raw value lies on the scale.
    pub fn holds(&self, raw: f64) -> bool {
        raw.is_finite() && raw >= self.min && raw <= self.max
    }
}

/// A raw value given on a scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rating {
    /// The scale.
    pub scale: ScaleId,
    /// As it was given.
    pub raw: f64,
}

//! What every way of answering yields for a group: counts and sums, from which the figure follows.

use std::collections::BTreeMap;

use heard_domain::question::{Dimension, Key};
use heard_domain::reading::Emotion;
use heard_domain::score::{Formula, Scale};
use heard_domain::statistics::{Clusters, Estimate, difference_of_shares, mean, share};
use heard_domain::time::{Day, Period};

/// What is counted, with the scale looked up.
#[derive(Debug, Clone, PartialEq)]
pub enum Gauge {
    /// Feedbacks.
    Volume,
    /// Passages with a polarity.
    Net {
        /// Whether sums by person are wanted, from which the interval follows.
        clustered: bool,
    },
    /// Passages with a polarity, and how many of them show each emotion.
    Emotions,
    /// Ratings on a scale.
    Rating(Scale),
}

/// When, and by how many days a day is moved before it is grouped: so a day of the period before stands for the same day
/// of the period itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When; `None`: always.
    pub period: Option<Period>,
    /// By how many days.
    pub shift: i32,
}

/// The group of a day under a dimension of time.
pub fn bucket(dimension: Dimension, day: Day) -> Day {
    match dimension {
        Dimension::Week => day.monday(),
        Dimension::Month => day.first_of_month(),
        _ => day,
    }
}

/// Counts and sums of a group; which of them are filled depends on the gauge.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Feedbacks, passages or ratings.
    pub n: u64,
    /// Positive passages, or ratings that count for.
    pub up: u64,
    /// Negative passages, or ratings that count against.
    pub down: u64,
    /// Sum of ratings.
    pub total: f64,
    /// Sum of squared ratings.
    pub squares: f64,
    /// Passages with each emotion, by its place.
    pub emotions: [u64; Emotion::ALL.len()],
    /// Sums by person.
    pub clusters: Clusters,
}

impl Tally {
    /// Adds another group's. Sums by person add their persons: only for groups that share none.
    pub fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.up += other.up;
        self.down += other.down;
        self.total += other.total;
        self.squares += other.squares;
        for (mine, others) in self.emotions.iter_mut().zip(other.emotions) {
            *mine += others;
        }
    }

    /// The figure under a gauge. Without persons, net sentiment gets the interval of its passages.
    pub fn estimate(&self, gauge: &Gauge) -> Option<Estimate> {
        match gauge {
            Gauge::Volume | Gauge::Emotions => None,
            Gauge::Net { clustered: true } => self.clusters.net(),
            Gauge::Net { clustered: false } => difference_of_shares(self.up, self.down, self.n),
            Gauge::Rating(scale) => match scale.formula {
                Formula::Nps => difference_of_shares(self.up, self.down, self.n),
                Formula::Csat | Formula::GoodShare | Formula::CesAgree | Formula::CesTop => share(self.up, self.n),
                Formula::CesMean | Formula::Stars | Formula::Mean => {
                    mean(self.n, self.total, self.squares, (scale.min, scale.max))
                }
            },
        }
    }
}

/// Groups by their keys.
pub type Grid = BTreeMap<Vec<Key>, Tally>;

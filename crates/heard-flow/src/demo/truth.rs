//! The truth about the simulated company: what a reader should find in each comment, and what really happened.

use heard_domain::id::{CategoryId, StageId};
use heard_domain::reading::{Polarity, Span};
use heard_domain::time::{Day, Period};

/// A planted problem or success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemId {
    /// The login code never arrives since release 8.2.
    LoginCode,
    /// Nobody picks up the phone in January.
    JanuaryQueue,
    /// Locked-out customers fill the queue.
    LockedOutQueue,
    /// The invoice could not be read; mended, and gone.
    InvoiceLayout,
    /// Doubled bookings; a fix was announced and changed nothing.
    DoubledBookings,
    /// Cards are declined abroad; mended, came back, mended again.
    CardAbroad,
    /// The prices went up; the anger fades by itself.
    PriceRise,
    /// The app was down for most of a day, twice.
    Outage,
    /// The quarterly review of accounts blocks customers.
    QuarterlyReview,
    /// A success: payments that arrive at once.
    InstantPayments,
    /// A success: help articles with video.
    HelpVideos,
    /// A success: advisers who know the customer's trade.
    Advisers,
    /// A problem of another company, by its place among them.
    Other(u8),
}

/// How often it came up while it lasted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    /// From the first to the last day.
    pub period: Period,
    /// Comments about it on a day at its full height, per thousand of an ordinary day's comments.
    pub height: f64,
    /// Days until the full height is reached.
    pub rise: f64,
    /// Days in which it halves by itself; 0: it does not fade.
    pub halves: f64,
}

impl Spell {
    /// Comments about it on this day, per thousand of an ordinary day's comments.
    pub fn rate(&self, day: Day) -> f64 {
        if !self.period.contains(day) {
            return 0.0;
        }
        let age = f64::from(day - self.period.first);
        let risen = if self.rise > 0.0 { ((age + 1.0) / self.rise).min(1.0) } else { 1.0 };
        let faded = if self.halves > 0.0 { 0.5_f64.powf(age / self.halves) } else { 1.0 };
        self.height * risen * faded
    }
}

/// What was done about it, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fix {
    /// When it was said to be mended.
    pub announced: Day,
    /// What was done.
    pub what: &'static str,
    /// Whether the rate really fell for that reason. A sham fix changes nothing.
    pub real: bool,
}

/// What really happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Which.
    pub id: ProblemId,
    /// In a few words.
    pub name: &'static str,
    /// Where customers live it.
    pub stage: StageId,
    /// What they speak of.
    pub category: CategoryId,
    /// Bad or good for customers.
    pub polarity: Polarity,
    /// Why it happens.
    pub cause: &'static str,
    /// The departments that cause it together.
    pub departments: &'static [&'static str],
    /// When it was there. The first begins with the cause; a further one is a recurrence.
    pub spells: Vec<Spell>,
    /// What was done about it, in order.
    pub fixes: Vec<Fix>,
}

impl Problem {
    /// Comments about it on this day, per thousand of an ordinary day's comments.
    pub fn rate(&self, day: Day) -> f64 {
        self.spells.iter().map(|spell| spell.rate(day)).sum()
    }

    /// The first day on which it was there.
    pub fn start(&self) -> Option<Day> {
        self.spells.iter().map(|spell| spell.period.first).min()
    }

    /// The days on which it came back after it had been gone.
    pub fn recurrences(&self) -> Vec<Day> {
        self.spells.iter().skip(1).map(|spell| spell.period.first).collect()
    }
}

/// What is true of one stretch of a comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// Where it stands.
    pub span: Span,
    /// The stage.
    pub stage: StageId,
    /// What it is about; `None` for words that only carry the feeling ("I'll look elsewhere").
    pub category: Option<CategoryId>,
    /// How it feels.
    pub polarity: Polarity,
}

/// What is true of one comment.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// The stage of its main matter.
    pub stage: StageId,
    /// All it is about, the main matter first.
    pub categories: Vec<CategoryId>,
    /// How its main matter feels.
    pub polarity: Polarity,
    /// The planted problem that made the customer speak, if it was one.
    pub problem: Option<ProblemId>,
    /// ISO 639-1 code of the language it is written in.
    pub language: &'static str,
    /// Its stretches; none where there are no words.
    pub clauses: Vec<Clause>,
}

/// How often customers met the company: the denominator.
#[derive(Debug, Clone, PartialEq)]
pub struct Exposure {
    /// The stage.
    pub stage: StageId,
    /// The day.
    pub day: Day,
    /// What is counted.
    pub what: &'static str,
    /// How many.
    pub count: u32,
}

/// Something that the company did or that befell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The day.
    pub day: Day,
    /// In a few words.
    pub name: String,
}

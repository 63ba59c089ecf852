//! Verification: the statistical finding that an issue's rate per exposure fell after the fix, or did not. “Reported fixed” is a
//! claim; this is what may be said of it. Pure: the same days give the same finding.
//!
//! Persons are counted, not mentions ([`crate::tally`]). Before: up to a year before the first fix, without the peak that opened
//! the issue. After: from the day on which the last fix took effect. Both counts are divided by the dispersion of the days before, so that bursts and
//! drifts do not pass for effects, and compared by Jeffreys posteriors of both rates. The tests simulate companies that are looked
//! at every day for half a year, and hold the bars.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, DiscreteCDF, Gamma, Poisson};
use statrs::function::beta::checked_beta_reg;

use crate::dispersion::{Expected, dispersion};
use crate::statistics::Estimate;
use crate::tally::{Stratum, Tally, mix_changed, still_heard};
use crate::time::{Day, Period};

crate::words! {
    /// What may be said of a fix.
    Verdict {
        /// It cannot be told yet.
        Watching = "watching", "Watching";
        /// The rate fell by half or more, and surely by a quarter.
        Verified = "verified", "Verified fixed";
        /// The rate surely fell by a quarter, but not by half.
        Improved = "improved", "Improved";
        /// The rate did not fall enough although enough has passed to see it.
        NotFixed = "not_fixed", "Not fixed";
        /// Too few are affected to tell by counting: the next of them are asked instead.
        TooRare = "too_rare", "Too rare to verify by count";
        /// It was verified, and came back.
        Reopened = "reopened", "Came back";
    }
}

/// By which rules it is decided. The defaults are those that the simulations were made with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// The longest time before the first fix that is looked at, in days.
    pub before_days: i32,
    /// So many days up to the opening of the issue are its peak and count for nothing.
    pub peak_days: i32,
    /// The first day on which a verdict may fall, counted from the day on which the last fix took effect and from that of the last
    /// sign-off, whichever is later; that day is the first.
    pub not_before: i32,
    /// On so many days in a row a condition must hold.
    pub in_a_row: i32,
    /// The last day on which a verdict may fall, counted from the day on which the last fix took effect.
    pub gives_up: i32,
    /// Fewer persons before, after division by the dispersion, are too rare to tell.
    pub fewest: f64,
    /// The window in which a problem may come back, in days.
    pub recent_days: i32,
    /// So many of the last days are not what it is compared with, so that what comes back slowly does not become usual.
    pub not_usual_days: i32,
    /// On so many days in a row it must have come back.
    pub back_in_a_row: i32,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            before_days: 365,
            peak_days: 28,
            not_before: 21,
            in_a_row: 7,
            gives_up: 180,
            fewest: 10.0,
            recent_days: 42,
            not_usual_days: 90,
            back_in_a_row: 3,
        }
    }
}

/// Surely lower: P(λ₁ ≤ 0.75 λ₀) is at least 0.95.
const SURELY: (f64, f64) = (0.75, 0.95);
/// Half or less.
const HALF: f64 = 0.5;
/// Not fixed: P(λ₁ > 0.8 λ₀) is at least 0.5.
const NOT: (f64, f64) = (0.8, 0.5);
/// Came back: P(λ recent > 1.5 λ₁) is at least 0.995.
const BACK: (f64, f64) = (1.5, 0.995);
/// Of what was heard before at least so much must still be heard, 0..1: then silence alone is no fall by a quarter.
pub const LISTENED: f64 = 0.75;
/// What is planned for: a fall to a quarter is seen in nine of ten cases.
const PLANNED: (f64, f64) = (0.25, 0.9);

/// When an issue was opened and mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fix {
    /// Since when the problem is there, if that is known: nothing before it is counted.
    pub since: Option<Day>,
    /// The day on which the issue was opened.
    pub opened: Day,
    /// The day on which the first fix took effect.
    pub first: Day,
    /// The day on which the last fix took effect, the first that counts as after; not before `first`.
    pub last: Day,
    /// The day on which the last department signed off, where that is known: a day that was chosen after looking gains nothing, for no
    /// verdict falls before it has stood for [`Rules::not_before`] days.
    #[serde(default)]
    pub signed: Option<Day>,
}

/// What a rate is a share of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// All feedback, stratum by stratum.
    Feedback,
    /// A measure of operations, by its name.
    Operations(String),
}

impl Fix {
    /// The days before the first fix that may count; `None` if there is none.
    pub fn before(&self, rules: &Rules) -> Option<Period> {
        let first = self.first + -rules.before_days;
        let period = Period { first: self.since.map_or(first, |since| since.max(first)), last: self.first + -1 };
        (period.first <= period.last).then_some(period)
    }

    /// The first day on which a verdict may fall, counted from `last`, which is 1.
    fn soonest(&self, rules: &Rules) -> i32 {
        rules.not_before + self.signed.map_or(0, |signed| (signed - self.last).max(0))
    }

    /// The days after, up to the one looked at; they may be none.
    fn after(&self, today: Day) -> Period {
        Period { first: self.last, last: today }
    }

    /// The peak that opened the issue: its days do not count, for a noise at its height falls by itself.
    pub fn peak(&self, rules: &Rules) -> Period {
        Period::ending(self.opened, rules.peak_days)
    }
}

/// Persons in exposures, and their rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    /// Persons with a mention.
    pub persons: u64,
    /// How often it could have happened.
    pub exposures: f64,
    /// Persons per exposure, with its 95 % interval (Jeffreys, after division by the dispersion).
    pub rate: Estimate,
}

impl Rate {
    fn of(persons: u64, exposures: f64, dispersion: f64) -> Option<Self> {
        if exposures <= 0.0 {
            return None;
        }
        let gamma = Gamma::new(persons as f64 / dispersion + 0.5, exposures / dispersion).ok()?;
        let (value, low, high) = (persons as f64 / exposures, gamma.inverse_cdf(0.025), gamma.inverse_cdf(0.975));
        let error = (persons as f64 * dispersion).max(dispersion / 2.0).sqrt() / exposures;
        Some(Self { persons, exposures, rate: Estimate { value, error, low: low.min(value), high: high.max(value) } })
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Verification {
    /// What may be said.
    pub verdict: Verdict,
    /// Before the first fix, without the peak; `None` if nothing is known of that time.
    pub before: Option<Rate>,
    /// Since the last fix took effect, up to the day looked at; of a verified fix, as it was when it was verified.
    pub after: Option<Rate>,
    /// Days since the last fix took effect, with that day.
    pub days: i32,
    /// By how much both counts are divided, at least 1.
    pub dispersion: f64,
    /// Persons before, after that division and over strata: under [`Rules::fewest`] it is too rare to tell.
    pub effective: f64,
    /// How sure it is that the rate fell by a quarter or more, 0..1.
    pub surely: f64,
    /// About so many more exposures until a fall by three quarters would be seen; only while watching.
    pub more: Option<f64>,
    /// The ask mix changed between before and after: nothing is verified by such counts.
    pub mix_changed: bool,
    /// Where exposures come from operations: the share of the mentions before that would still be heard if nothing had been mended, by
    /// what else is heard there per exposure, 0..1. Under [`LISTENED`] a fall may be silence.
    #[serde(default)]
    pub still_heard: Option<f64>,
    /// The day on which it was verified.
    pub verified: Option<Day>,
    /// The day on which it came back after that.
    pub reopened: Option<Day>,
}

/// P(λ₁ ≤ r·λ₀) for λᵢ ~ Gamma(xᵢ + ½, eᵢ) with `ratio` = e₁/e₀.
fn at_most(r: f64, (x1, x0): (f64, f64), ratio: f64) -> f64 {
    let z = r * ratio / (r * ratio + 1.0);
    checked_beta_reg(x1 + 0.5, x0 + 0.5, z.clamp(0.0, 1.0)).unwrap_or(0.0)
}

/// Both counts, divided by the dispersion, and the ratio of their exposures.
#[derive(Debug, Clone, Copy)]
struct Pair {
    after: f64,
    before: f64,
    ratio: f64,
}

impl Pair {
    fn surely(self) -> f64 {
        at_most(SURELY.0, (self.after, self.before), self.ratio)
    }

    /// `passed` is the share of the time to look that has passed, 0..1: a finding that comes early must be surer, for it is looked
    /// at every day.
    fn fell(self, passed: f64) -> bool {
        self.ratio > 0.0 && self.surely() >= 1.0 - (1.0 - SURELY.1) * passed.clamp(0.0, 1.0).sqrt()
    }

    fn halved(self) -> bool {
        (self.after + 0.5) / self.ratio <= HALF * (self.before + 0.5)
    }

    fn not_fixed(self) -> bool {
        1.0 - at_most(NOT.0, (self.after, self.before), self.ratio) >= NOT.1
    }

    /// About the smallest ratio of exposures at which a fall to a quarter is verified in nine of ten cases, from 0.02 to 50, by
    /// steps of a twentieth.
    fn planned(before: f64) -> f64 {
        let ratio = |step: i32| 0.02 * 1.05_f64.powi(step);
        let (mut low, mut high) = (0, 160);
        while low < high {
            let step = i32::midpoint(low, high);
            let ratio = ratio(step);
            let most = Poisson::new((PLANNED.0 * before * ratio).max(1e-9)).map_or(0.0, |p| p.inverse_cdf(PLANNED.1) as f64);
            let pair = Self { after: most, before, ratio };
            if pair.halved() && pair.fell(1.0) { high = step } else { low = step + 1 }
        }
        ratio(low)
    }
}

/// One stratum before the fix.
struct Base {
    stratum: Option<Stratum>,
    persons: f64,
    exposures: f64,
}

/// The days before the fix, gathered.
struct Before {
    bases: Vec<Base>,
    dispersion: f64,
    /// Where feedback is the denominator: persons and days. Other feedback that becomes more dilutes the rate without mending
    /// anything, so the fall must show by days as well.
    by_days: Option<(f64, f64)>,
}

impl Before {
    fn gather(fix: &Fix, rules: &Rules, tallies: &[Tally]) -> Self {
        let (period, peak) = (fix.before(rules), fix.peak(rules));
        let counted = |tally: &&Tally| period.is_some_and(|period| period.contains(tally.day)) && !peak.contains(tally.day);
        let mut bases: Vec<Base> = vec![];
        for tally in tallies.iter().filter(counted) {
            let at = bases.iter().position(|base| base.stratum == tally.stratum).unwrap_or_else(|| {
                bases.push(Base { stratum: tally.stratum, persons: 0.0, exposures: 0.0 });
                bases.len() - 1
            });
            if let Some(base) = bases.get_mut(at) {
                base.persons += tally.persons as f64;
                base.exposures += tally.exposures;
            }
        }
        bases.retain(|base| base.exposures > 0.0);
        let mut days: Vec<Expected> = vec![];
        for tally in tallies.iter().filter(counted) {
            let Some(base) = bases.iter().find(|base| base.stratum == tally.stratum) else { continue };
            let (seen, expected) = (tally.persons as f64, tally.exposures * base.persons / base.exposures);
            days.push(Expected { day: tally.day, seen, expected });
        }
        let by_days = bases.iter().any(|base| base.stratum.is_some()).then(|| {
            let distinct: BTreeSet<Day> = days.iter().map(|day| day.day).collect();
            (days.iter().map(|day| day.seen).sum(), distinct.len() as f64)
        });
        Self { dispersion: dispersion(days), bases, by_days }
    }

    fn place(&self, stratum: Option<Stratum>) -> Option<usize> {
        self.bases.iter().position(|base| base.stratum == stratum)
    }

    /// The comparison by days, where it is asked for: all persons of so many days after.
    fn against_days(&self, persons: f64, days: i32) -> Option<Pair> {
        let (before, of) = self.by_days?;
        let divided = |x: f64| x / self.dispersion;
        (of > 0.0).then(|| Pair { after: divided(persons), before: divided(before), ratio: f64::from(days) / of })
    }

    /// The comparison with what came after, stratum by stratum: what would have been expected there at the old rates is
    /// E = Σ xₛ·e₁ₛ/e₀ₛ with variance V = Σ xₛ·(e₁ₛ/e₀ₛ)², as of E²/V persons at V/E times their exposures.
    fn against(&self, after: &[(f64, f64)]) -> Option<Pair> {
        let (mut expected, mut variance, mut persons) = (0.0, 0.0, 0.0);
        for (base, (seen, exposures)) in self.bases.iter().zip(after) {
            let weight = exposures / base.exposures;
            expected += weight * base.persons;
            variance += weight * weight * base.persons;
            persons += seen;
        }
        let divided = |x: f64| x / self.dispersion;
        (variance > 0.0).then(|| Pair {
            after: divided(persons),
            before: divided(expected * expected / variance),
            ratio: variance / expected,
        })
    }
}

/// Persons and what was expected of each day since the last fix took effect, at the old rate. Exposures of different strata are alike only
/// by what they led to expect.
fn course(before: &Before, later: &[&Tally], fix: &Fix, days: i32) -> Vec<(f64, f64)> {
    let mut course = vec![(0.0, 0.0); days.max(0) as usize];
    for tally in later {
        let base = before.place(tally.stratum).and_then(|at| before.bases.get(at));
        let cell = course.get_mut((tally.day - fix.last).max(0) as usize);
        if let Some((base, (persons, expected))) = base.zip(cell) {
            *persons += tally.persons as f64;
            *expected += tally.exposures * base.persons / base.exposures;
        }
    }
    course
}

/// The days after, in order.
fn later<'a>(fix: &Fix, tallies: &'a [Tally], today: Day) -> Vec<&'a Tally> {
    let mut later: Vec<&Tally> = tallies.iter().filter(|tally| fix.after(today).contains(tally.day)).collect();
    later.sort_by_key(|tally| tally.day);
    later
}

/// Looks at what is known up to a day, as if it had been looked at on every day since the last fix took effect.
///
/// The tallies may stand in any order. Days after `today` are not looked at; between the first fix and the last nothing counts.
pub fn verify(fix: &Fix, tallies: &[Tally], today: Day, rules: &Rules) -> Verification {
    verify_beside(fix, tallies, &[], today, rules)
}

/// The same, where exposures come from operations: beside what else was `heard` of the same stage, by strata (persons: those with a
/// mention). Where less is heard of everything, or customers are asked otherwise, silence is no fix.
pub fn verify_beside(fix: &Fix, tallies: &[Tally], heard: &[Tally], today: Day, rules: &Rules) -> Verification {
    let before = Before::gather(fix, rules, tallies);
    let later = later(fix, tallies, today);
    let still =
        fix.before(rules).filter(|_| !heard.is_empty()).and_then(|period| still_heard(tallies, heard, period, fix.after(today)));
    let mixed = if heard.is_empty() { tallies } else { heard };
    let mix_changed = fix.before(rules).is_some_and(|period| mix_changed(mixed, period, fix.after(today)));
    let silent = mix_changed || still.is_some_and(|still| still < LISTENED);

    let (days, soonest) = ((today - fix.last + 1).max(0), fix.soonest(rules));
    let mut after = vec![(0.0, 0.0); before.bases.len()];
    let (mut next, mut fell, mut halved, mut verified, mut pair) = (later.iter().peekable(), 0, 0, None, None);
    let (mut all_persons, mut daily) = (0.0, None);
    for n in 1..=days {
        while let Some(tally) = next.next_if(|tally| tally.day - fix.last < n) {
            all_persons += tally.persons as f64;
            if let Some((x, e)) = before.place(tally.stratum).and_then(|at| after.get_mut(at)) {
                *x += tally.persons as f64;
                *e += tally.exposures;
            }
        }
        pair = before.against(&after).or(pair);
        daily = before.against_days(all_persons, n);
        let Some(now) = pair.filter(|_| n > soonest - rules.in_a_row && n <= rules.gives_up && verified.is_none()) else {
            continue;
        };
        let passed = f64::from(n) / f64::from(rules.gives_up.max(1));
        let lower = now.before >= rules.fewest && now.fell(passed) && daily.is_none_or(|daily| daily.fell(passed));
        fell = if lower { fell + 1 } else { 0 };
        halved = if lower && now.halved() { halved + 1 } else { 0 };
        if halved >= rules.in_a_row && n >= soonest && !silent {
            verified = Some(n);
        }
    }
    let reopened = verified.and_then(|on| back(&course(&before, &later, fix, days), on, before.dispersion, rules));
    let planned = pair.map_or(f64::INFINITY, |pair| Pair::planned(pair.before));
    let before_all: (f64, f64) = before.bases.iter().fold((0.0, 0.0), |sum, base| (sum.0 + base.persons, sum.1 + base.exposures));
    let after_all = after.iter().fold((0.0, 0.0), |sum: (f64, f64), one| (sum.0 + one.0, sum.1 + one.1));
    let effective = pair.map_or(before_all.0 / before.dispersion, |pair| pair.before);
    let verdict = match (verified, reopened) {
        (Some(_), Some(_)) => Verdict::Reopened,
        (Some(_), None) => Verdict::Verified,
        _ if effective < rules.fewest => Verdict::TooRare,
        _ if fell >= rules.in_a_row && days >= soonest && !silent => Verdict::Improved,
        // Who is not heard does not complain either: that as many complain as before is true all the more.
        _ if days >= soonest && pair.is_some_and(|pair| pair.ratio >= planned && pair.not_fixed()) => Verdict::NotFixed,
        _ if days > rules.gives_up && !silent => Verdict::TooRare,
        _ => Verdict::Watching,
    };
    let missing = pair.map(|pair| (planned - pair.ratio).max(0.0) / pair.ratio * after_all.1);
    let day = |n: i32| fix.last + (n - 1);
    Verification {
        verdict,
        before: Rate::of(before_all.0 as u64, before_all.1, before.dispersion),
        after: Rate::of(after_all.0 as u64, after_all.1, before.dispersion),
        days,
        dispersion: before.dispersion,
        effective,
        surely: pair.map_or(0.0, Pair::surely).min(daily.map_or(1.0, Pair::surely)),
        more: missing.filter(|more| verdict == Verdict::Watching && more.is_finite()),
        mix_changed,
        still_heard: still,
        verified: verified.map(day),
        reopened: reopened.map(day),
    }
}

/// Looks again at a fix that was verified: the day, the dispersion and what was compared stay as they were; from then on it can only have
/// come back. What was never verified stays as it is.
pub fn hold(kept: &Verification, fix: &Fix, tallies: &[Tally], today: Day, rules: &Rules) -> Verification {
    let (Some(verified), None) = (kept.verified, kept.reopened) else { return kept.clone() };
    let before = Before::gather(fix, rules, tallies);
    let course = course(&before, &later(fix, tallies, today), fix, today - fix.last + 1);
    let reopened = back(&course, verified - fix.last + 1, kept.dispersion, rules).map(|n| fix.last + (n - 1));
    let verdict = if reopened.is_some() { Verdict::Reopened } else { Verdict::Verified };
    Verification { verdict, reopened, more: None, ..kept.clone() }
}

/// The day, counted from the first after the last fix, on which a problem that was verified as mended came back: the last days against those
/// since the last fix that lie well before them, at least those that made the verdict. `course` holds persons and what was expected of each day at the old rate.
fn back(course: &[(f64, f64)], verified: i32, dispersion: f64, rules: &Rules) -> Option<i32> {
    let window = rules.recent_days.max(1) as usize;
    let sum = |days: &[(f64, f64)]| days.iter().fold((0.0, 0.0), |sum: (f64, f64), day| (sum.0 + day.0, sum.1 + day.1));
    let mut row = 0;
    for n in verified as usize + 1..=course.len() {
        // The window lies after the day of the verdict: what made it does not speak against it.
        let from = n.saturating_sub(window).max(verified as usize);
        let usual = n.saturating_sub(rules.not_usual_days.max(0) as usize).max(verified as usize).min(from);
        let ((x1, e1), (x, e)) = (sum(course.get(..usual)?), sum(course.get(from..n)?));
        let higher = e > 0.0 && e1 > 0.0 && 1.0 - at_most(BACK.0, (x / dispersion, x1 / dispersion), e / e1) >= BACK.1;
        row = if higher { row + 1 } else { 0 };
        if row >= rules.back_in_a_row {
            return Some(n as i32);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Draws;
    use crate::id::PostId;
    use crate::onset::onset;

    /// How counts scatter.
    #[derive(Debug, Clone, Copy)]
    enum Noise {
        /// Independent.
        Poisson,
        /// Twice the variance, day by day.
        Bursts,
        /// The rate drifts: its logarithm is autoregressive by weeks.
        Drifts,
    }

    fn poisson(draws: &mut Draws, mean: f64) -> u64 {
        if mean > 30.0 {
            return (mean + mean.sqrt() * draws.normal()).round().max(0.0) as u64;
        }
        let (limit, mut product, mut n) = ((-mean).exp(), draws.unit(), 0);
        while product > limit {
            product *= draws.unit();
            n += 1;
        }
        n
    }

    /// Rates that multiply the mean, day by day, with mean 1.
    fn course(draws: &mut Draws, noise: Noise, days: usize) -> Vec<f64> {
        const WEEKLY: f64 = 0.5;
        const SPREAD: f64 = 0.35;
        let mut level = SPREAD * draws.normal();
        (0..days)
            .map(|day| {
                if day % 7 == 0 {
                    level = WEEKLY * level + (1.0 - WEEKLY * WEEKLY).sqrt() * SPREAD * draws.normal();
                }
                match noise {
                    Noise::Poisson | Noise::Bursts => 1.0,
                    Noise::Drifts => (level - SPREAD * SPREAD / 2.0).exp(),
                }
            })
            .collect()
    }

    /// One day: twice the variance by pairs that come together.
    fn seen(draws: &mut Draws, noise: Noise, mean: f64) -> u64 {
        match noise {
            Noise::Poisson | Noise::Drifts => poisson(draws, mean),
            // One person, or in a quarter of cases three at once: mean 1.5, second moment 3, so twice the variance.
            Noise::Bursts => {
                let bursts = poisson(draws, mean / 1.5);
                (0..bursts).map(|_| if draws.unit() < 0.75 { 1 } else { 3 }).sum()
            }
        }
    }

    /// As it runs: nothing before the day on which the problem began counts.
    fn begun(fix: Fix, tallies: &[Tally]) -> Fix {
        let since = fix.before(&Rules::default()).and_then(|period| onset(tallies, period, fix.opened));
        Fix { since, ..fix }
    }

    /// A company: `x0` persons in a year before on average, the rate after is `ratio` of that before. The issue is opened on the
    /// day at which the last four weeks were worst, where `peak`; mended a month later.
    fn company(
        draws: &mut Draws,
        noise: Noise,
        (before, after): (i32, i32),
        x0: f64,
        ratio: f64,
        peak: bool,
    ) -> (Fix, Vec<Tally>) {
        let fixed = before + 40;
        let rates = course(draws, noise, (fixed + after) as usize + 1);
        let tally = |day: i32, draws: &mut Draws| {
            let weekday = if day % 7 < 5 { 120.0 } else { 60.0 };
            let falls = if day > fixed { ratio } else { 1.0 };
            let mean = x0 / 365.0 * weekday / 102.857 * rates[day as usize] * falls;
            Tally { day: Day(day), stratum: None, persons: seen(draws, noise, mean), exposures: weekday }
        };
        let tallies: Vec<Tally> = (0..=fixed + after).map(|day| tally(day, draws)).collect();
        let month = |day: i32| tallies[(day - 27).max(0) as usize..=day as usize].iter().map(|t| t.persons).sum::<u64>();
        // Opened on the worst day of the last three months; mended when the peak is over anyway.
        let opened = if peak { ((before - 90).max(28)..before).max_by_key(|day| month(*day)).unwrap_or(before) } else { before };
        let first = (opened + 30).min(fixed);
        let fix = Fix { since: None, opened: Day(opened), first: Day(first), last: Day(fixed + 1), signed: None };
        (begun(fix, &tallies), tallies)
    }

    /// How often a fix is verified within half a year: among all of `runs` companies, and among those with 30 or more effective
    /// persons before.
    fn verified(seed: u64, runs: u64, noise: Noise, before: i32, x0: f64, ratio: f64, peak: bool) -> (f64, f64) {
        let (mut hits, mut hits_30, mut runs_30) = (0, 0, 0);
        for run in 0..runs {
            let mut draws = Draws::new(seed, run);
            let (fix, tallies) = company(&mut draws, noise, (before, 180), x0, ratio, peak);
            let found = verify(&fix, &tallies, fix.last + 179, &Rules::default());
            let hit = u64::from(found.verified.is_some());
            hits += hit;
            if found.effective >= 30.0 {
                runs_30 += 1;
                hits_30 += hit;
            }
        }
        (hits as f64 / runs as f64, hits_30 as f64 / (runs_30 as f64).max(1.0))
    }

    /// At most one in twenty sham fixes is verified, whatever the noise, the number of persons, the time before, and also if the
    /// issue was opened at the peak of a noise.
    fn sham_fixes(noise: Noise) {
        for (part, before) in [(1, 365), (2, 150)] {
            for x0 in [18.0, 40.0, 120.0] {
                for peak in [false, true] {
                    let (share, _) = verified(100 + part, 400, noise, before, x0, 1.0, peak);
                    println!("{noise:?}, {before} days before, {x0} persons a year, peak {peak}: {share:.3} verified");
                    assert!(share <= 0.05, "{noise:?}, {before} days before, {x0} a year, peak {peak}: {share}");
                }
            }
        }
    }

    #[test]
    fn sham_fixes_are_not_verified_independent_noise() {
        sham_fixes(Noise::Poisson);
    }

    #[test]
    fn sham_fixes_are_not_verified_bursts() {
        sham_fixes(Noise::Bursts);
    }

    #[test]
    fn sham_fixes_are_not_verified_drifts() {
        sham_fixes(Noise::Drifts);
    }

    #[test]
    fn nine_of_ten_true_fixes_are_verified_where_there_are_enough_persons() {
        for (noise, x0) in [(Noise::Poisson, 45.0), (Noise::Bursts, 90.0), (Noise::Drifts, 60.0)] {
            let (_, share) = verified(200, 400, noise, 365, x0, 0.25, false);
            println!("{noise:?}: {share:.3} of falls by three quarters verified");
            assert!(share >= 0.9, "{noise:?}: {share}");
        }
    }

    /// A verified fix that holds, or does not, in the year after.
    fn later(seed: u64, noise: Noise, x0: f64, comes_back: bool) -> (u64, u64) {
        let (mut all, mut reopened) = (0, 0);
        for run in 0..200 {
            let mut draws = Draws::new(seed, run);
            let (fix, mut tallies) = company(&mut draws, noise, (365, 180 + 365), x0, 0.25, false);
            let on = verify(&fix, &tallies, fix.last + 179, &Rules::default()).verified;
            let Some(on) = on else { continue };
            if comes_back {
                for tally in tallies.iter_mut().filter(|tally| tally.day > on + 90) {
                    tally.persons = seen(&mut draws, noise, x0 / 365.0 * tally.exposures / 102.857);
                }
            }
            let until = if comes_back { on + 90 + 120 } else { on + 365 };
            let found = verify(&fix, &tallies, until.min(fix.last + 179 + 365), &Rules::default());
            all += 1;
            reopened += u64::from(found.verdict == Verdict::Reopened);
        }
        (reopened, all)
    }

    #[test]
    fn a_fix_that_holds_stays_verified_and_what_comes_back_is_seen() {
        for (noise, x0, least) in [(Noise::Poisson, 60.0, 0.85), (Noise::Bursts, 120.0, 0.85), (Noise::Drifts, 120.0, 0.65)] {
            let (reopened, all) = later(300, noise, x0, false);
            println!("{noise:?}: {reopened} of {all} reopened within a year though they held");
            assert!(all >= 150 && reopened as f64 <= 0.05 * all as f64, "{noise:?}: {reopened} of {all}");
            let (reopened, all) = later(301, noise, 4.0 * x0, true);
            println!("{noise:?}: {reopened} of {all} reopened within 120 days of coming back");
            assert!(reopened as f64 >= least * all as f64, "{noise:?}: {reopened} of {all}");
        }
    }

    /// A company without operational data: two posts, one of which asks. What else is heard changes by `asked` and `other` after
    /// the fix.
    fn without_exposures(draws: &mut Draws, ratio: f64, asked: f64, other: f64) -> (Fix, Vec<Tally>) {
        let fixed = 400;
        let mut tallies = vec![];
        for day in 0..=fixed + 180 {
            let falls = if day > fixed { ratio } else { 1.0 };
            for (post, asks, mean, rest) in [(1, true, 0.15, 20.0 * asked), (2, false, 0.3, 8.0 * other)] {
                let rest = if day > fixed {
                    rest
                } else if asks {
                    20.0
                } else {
                    8.0
                };
                // Who is asked more often speaks of it more often.
                let more = if asks { rest / 20.0 } else { 1.0 };
                let persons = poisson(draws, mean * falls * more);
                let stratum = Some(Stratum { post: PostId(post), asked: asks });
                let exposures = persons as f64 + poisson(draws, rest) as f64;
                tallies.push(Tally { day: Day(day), stratum, persons, exposures });
            }
        }
        let fix = Fix { since: None, opened: Day(fixed - 40), first: Day(fixed - 5), last: Day(fixed + 1), signed: None };
        (begun(fix, &tallies), tallies)
    }

    #[test]
    fn neither_more_asking_nor_other_talk_verifies_what_is_not_mended() {
        let verified = |seed, ratio, asked, other| {
            let found = |run| {
                let (fix, tallies) = without_exposures(&mut Draws::new(seed, run), ratio, asked, other);
                verify(&fix, &tallies, fix.last + 179, &Rules::default())
            };
            let all: Vec<Verification> = (0..200).map(found).collect();
            let share = all.iter().filter(|found| found.verified.is_some()).count() as f64 / 200.0;
            (share, all.iter().filter(|found| found.mix_changed).count())
        };
        let (share, mixed) = verified(1, 1.0, 3.0, 1.0);
        assert!(share == 0.0 && mixed == 200, "survey volume three times: {share}, {mixed} seen");
        for (asked, other) in [(1.0, 1.0), (1.4, 2.0), (2.0, 2.0), (1.0, 1.4), (0.5, 0.5)] {
            let (share, _) = verified(2, 1.0, asked, other);
            println!("asked × {asked}, other talk × {other}: {share:.3} verified");
            assert!(share <= 0.05, "asked × {asked}, other × {other}: {share}");
        }
        let (share, mixed) = verified(3, 0.2, 1.0, 1.0);
        assert!(share >= 0.9 && mixed == 0, "a true fix: {share}, {mixed}");
    }

    /// Ten exposures a day; a person every `before` days up to the fix, then every `after` days.
    fn regular(before: i32, after: i32, days: i32) -> (Fix, Vec<Tally>) {
        let one = |day: i32| {
            let every = if day <= 400 { before } else { after };
            let persons = u64::from(every > 0 && day % every == 0);
            Tally { day: Day(day), stratum: None, persons, exposures: 10.0 }
        };
        let fix = Fix { since: None, opened: Day(360), first: Day(398), last: Day(401), signed: None };
        (fix, (0..=400 + days).map(one).collect())
    }

    fn verdict(before: i32, after: i32, days: i32) -> Verification {
        let (fix, tallies) = regular(before, after, days);
        verify(&fix, &tallies, Day(400 + days), &Rules::default())
    }

    #[test]
    fn every_verdict_has_its_case() {
        let verified = verdict(2, 12, 60);
        assert_eq!((verified.verdict, verified.days, verified.dispersion), (Verdict::Verified, 60, 1.0));
        let (before, after) = (verified.before.unwrap(), verified.after.unwrap());
        assert_eq!((before.persons, after.persons, after.exposures), (168, 5, 600.0));
        assert!(before.rate.low > after.rate.high && verified.surely > 0.99, "{verified:?}");
        assert!(verified.verified.unwrap() >= Day(421) && verified.more.is_none());
        assert_eq!(verdict(2, 12, 20).verdict, Verdict::Watching, "not before the 21st day");
        assert_eq!(verdict(2, 4, 179).verdict, Verdict::Improved);
        assert_eq!(verdict(2, 2, 60).verdict, Verdict::NotFixed);
        assert_eq!(verdict(40, 0, 100).verdict, Verdict::TooRare);
        let watching = verdict(12, 24, 25);
        assert_eq!(watching.verdict, Verdict::Watching);
        assert!(watching.more.is_some_and(|more| (100.0..3_000.0).contains(&more)), "{watching:?}");
        assert_eq!(verify(&regular(2, 2, 0).0, &[], Day(500), &Rules::default()).verdict, Verdict::TooRare);
    }

    #[test]
    fn what_comes_back_opens_it_again_on_a_day() {
        let (fix, mut tallies) = regular(2, 12, 300);
        for tally in tallies.iter_mut().filter(|tally| tally.day >= Day(550)) {
            tally.persons = u64::from(tally.day.0 % 2 == 0);
        }
        let at = |today: i32| verify(&fix, &tallies, Day(today), &Rules::default());
        assert_eq!(at(549).verdict, Verdict::Verified);
        let reopened = at(700);
        assert_eq!(reopened.verdict, Verdict::Reopened);
        let on = reopened.reopened.unwrap();
        assert!((Day(555)..Day(585)).contains(&on), "{on}");
        assert_eq!((at(on.0).verdict, at(on.0 - 1).verdict), (Verdict::Reopened, Verdict::Verified));
    }

    #[test]
    fn the_order_of_days_and_the_division_into_alike_strata_change_nothing() {
        let (fix, mut tallies) = regular(2, 12, 60);
        let found = verify(&fix, &tallies, Day(460), &Rules::default());
        tallies.reverse();
        assert_eq!(verify(&fix, &tallies, Day(460), &Rules::default()), found);
        let split: Vec<Tally> = tallies
            .iter()
            .flat_map(|t| {
                let part = |post, persons| {
                    let stratum = Some(Stratum { post: PostId(post), asked: false });
                    Tally { stratum, persons, exposures: 5.0, ..*t }
                };
                let odd = t.day.0 % 4 < 2;
                [part(1, if odd { t.persons } else { 0 }), part(2, if odd { 0 } else { t.persons })]
            })
            .collect();
        let both = verify(&fix, &split, Day(460), &Rules::default());
        assert_eq!((both.verdict, both.verified.is_some(), both.dispersion), (found.verdict, true, found.dispersion));
        assert!((both.effective - found.effective).abs() < 1.0);
    }

    #[test]
    fn no_verdict_falls_before_a_sign_off_has_stood_for_three_weeks() {
        let (fix, tallies) = regular(2, 12, 60);
        let signed = |after: i32| Fix { signed: Some(fix.last + after), ..fix };
        let at = |fix: Fix, day: i32| verify(&fix, &tallies, fix.last + (day - 1), &Rules::default());
        let first = |fix: Fix| (1..=60).find(|day| at(fix, *day).verdict == Verdict::Verified);
        let plain = first(fix).unwrap();
        assert!((21..30).contains(&plain), "{plain}");
        assert_eq!(first(signed(0)), Some(plain));
        assert_eq!(first(signed(14)), Some(plain.max(35)), "signed a fortnight after it took effect");
        assert_eq!(at(signed(14), 34).verdict, Verdict::Watching);
        // The day of the fix is the first that counts.
        assert_eq!((at(fix, 1).days, at(fix, 1).after.unwrap().exposures), (1, 10.0));
    }

    #[test]
    fn silence_is_no_fix() {
        let (fix, mut tallies) = regular(2, 2, 60);
        // A survey stops on the day of the fix, and with it the mentions; orders stream in.
        let stratum = Some(Stratum { post: PostId(1), asked: true });
        for tally in tallies.iter_mut().filter(|tally| tally.day >= fix.last) {
            tally.persons = 0;
        }
        let heard = |others: f64| -> Vec<Tally> {
            let day = |tally: &Tally| {
                let others = if tally.day < fix.last { 6.0 } else { others };
                Tally { stratum, exposures: others + tally.persons as f64, ..*tally }
            };
            tallies.iter().map(day).collect()
        };
        let look = |others: f64| verify_beside(&fix, &tallies, &heard(others), Day(460), &Rules::default());
        assert_eq!(verify(&fix, &tallies, Day(460), &Rules::default()).verdict, Verdict::Verified, "blind");
        let silent = look(0.0);
        assert_eq!((silent.verdict, silent.still_heard, silent.verified), (Verdict::Watching, Some(0.0), None));
        assert_eq!(look(3.0).verdict, Verdict::Watching, "half as much is heard of everything");
        let loud = look(6.0);
        assert_eq!((loud.verdict, loud.still_heard), (Verdict::Verified, Some(1.0)));
    }

    #[test]
    fn what_was_verified_stays_as_it_was_until_it_comes_back() {
        let (fix, mut tallies) = regular(2, 12, 300);
        let kept = verify(&fix, &tallies, Day(460), &Rules::default());
        assert_eq!(kept.verdict, Verdict::Verified);
        // Comments of the time after come in late: seen anew it would never have been verified.
        for tally in tallies.iter_mut().filter(|tally| (Day(401)..Day(520)).contains(&tally.day)) {
            tally.persons = u64::from(tally.day.0 % 3 == 0);
        }
        let anew = verify(&fix, &tallies, Day(519), &Rules::default());
        assert!(anew.verdict != Verdict::Verified, "{anew:?}");
        assert_eq!(hold(&kept, &fix, &tallies, kept.verified.unwrap() + 1, &Rules::default()), kept);
        for tally in tallies.iter_mut().filter(|tally| tally.day >= Day(550)) {
            tally.persons = 2;
        }
        let back = hold(&kept, &fix, &tallies, Day(700), &Rules::default());
        assert_eq!((back.verdict, back.verified, back.dispersion), (Verdict::Reopened, kept.verified, kept.dispersion));
        assert!(back.reopened.is_some_and(|on| on > Day(550)), "{back:?}");
        assert_eq!(hold(&back, &fix, &[], Day(800), &Rules::default()), back);
    }
}

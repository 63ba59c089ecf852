//! What matters to customers of the simulated company: beside "would you recommend us" the relationship survey asks how satisfied
//! they are with five things, and each carries the answer with a weight that is known.

use heard_domain::feedback::NewRating;
use heard_domain::score::Formula;

use crate::demo::dice::Dice;

/// One of the things that are asked about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// As it is asked.
    pub name: &'static str,
    /// Share of the variance of the overall score that it carries with households.
    pub household: f64,
    /// The same with businesses.
    pub business: f64,
    /// The same with everybody in the last [`LATELY`] days.
    pub lately: f64,
    /// The chance that somebody leaves it out.
    pub skipped: f64,
}

/// For so many days the prices have mattered more than they used to.
pub const LATELY: i32 = 84;

/// What is asked about: within a column the shares sum to what is explained at all, 60 per cent.
pub const WEIGHED: [Weighed; 5] = [
    Weighed { name: "The app", household: 0.30, business: 0.04, lately: 0.06, skipped: 0.05 },
    Weighed { name: "Prices", household: 0.16, business: 0.10, lately: 0.34, skipped: 0.06 },
    Weighed { name: "Help when needed", household: 0.09, business: 0.06, lately: 0.08, skipped: 0.12 },
    Weighed { name: "Always working", household: 0.04, business: 0.16, lately: 0.10, skipped: 0.05 },
    Weighed { name: "Advice", household: 0.01, business: 0.24, lately: 0.02, skipped: 0.25 },
];

/// Mean and standard deviation of the overall score, roughly.
const OVERALL: (f64, f64) = (7.9, 2.2);

/// Who answers, as far as it decides what matters to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answering {
    /// For a business.
    pub business: bool,
    /// Within the last [`LATELY`] days.
    pub lately: bool,
}

/// How somebody who gave this overall score rates each of the things; some are left out. Given the score, the answers are drawn
/// from the joint normal distribution in which the things are independent and each is correlated with the score as its weight
/// says: x = r·y + (I − k·rrᵀ)ε with k = (1 − √(1−R²))/R².
pub(crate) fn answers(overall: f64, who: Answering, dice: &mut Dice) -> Vec<NewRating> {
    let weight = |thing: &Weighed| match who {
        Answering { lately: true, .. } => thing.lately,
        Answering { business: true, .. } => thing.business,
        Answering { .. } => thing.household,
    };
    let r: Vec<f64> = WEIGHED.iter().map(|thing| weight(thing).sqrt()).collect();
    let explained: f64 = r.iter().map(|r| r * r).sum();
    let k = (1.0 - (1.0 - explained).max(0.0).sqrt()) / explained.max(f64::MIN_POSITIVE);
    let y = (overall - OVERALL.0) / OVERALL.1;
    let luck: Vec<f64> = r.iter().map(|_| dice.normal()).collect();
    let along: f64 = r.iter().zip(&luck).map(|(r, e)| r * e).sum();
    let mut given = Vec::new();
    for ((thing, r), e) in WEIGHED.iter().zip(&r).zip(&luck) {
        let x = r * y + e - k * r * along;
        if !dice.hit(thing.skipped) {
            let value = (3.5 + 0.95 * x).round().clamp(1.0, 5.0);
            given.push(NewRating { scale: thing.name.to_owned(), formula: Formula::Csat, value, min: None, max: None });
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use heard_domain::driver::{Care, Sample, drivers};
    use heard_domain::statistics::Certainty;

    use super::*;
    use crate::demo::phrasebook::Phrases;
    use crate::demo::simulate::{Comment, Company, Simulation};

    /// The order in which the things matter, the weightiest first.
    fn order(weight: impl Fn(&Weighed) -> f64) -> Vec<&'static str> {
        let mut all = WEIGHED.to_vec();
        all.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        all.iter().map(|thing| thing.name).collect()
    }

    fn sample<'a>(comments: impl Iterator<Item = &'a Comment>) -> Sample {
        let mut sample = Sample { predictors: WEIGHED.len(), ..Sample::default() };
        for comment in comments {
            let of = |name: &str| comment.feedback.ratings.iter().find(|r| r.scale == name).map_or(f64::NAN, |r| r.value);
            sample.values.extend(WEIGHED.iter().map(|thing| of(thing.name)).chain([of("NPS")]));
            sample.person.push(0);
        }
        sample
    }

    #[test]
    fn what_matters_is_found_in_its_true_order() {
        for weights in [|t: &Weighed| t.household, |t: &Weighed| t.business, |t: &Weighed| t.lately] {
            assert!((WEIGHED.iter().map(weights).sum::<f64>() - 0.6).abs() < 1e-9);
        }
        let end = "2026-03-22T15:30:00Z".parse().unwrap();
        let company = Company::new(Simulation { comments: 60_000, seed: 7, end, phrases: Phrases::All });
        let asked: Vec<Comment> = company.comments().filter(|c| c.post == "Relationship survey").collect();
        assert!(asked.len() > 2_000, "{}", asked.len());
        let lately = |c: &&Comment| company.period.last - company.zone.day(c.feedback.at) < LATELY;
        let business = |c: &&Comment| {
            c.feedback.author.account.is_some() || c.feedback.attributes.contains(&("Segment".into(), "Business".into()))
        };
        let care = Care { draws: 120, groups: 150, imputations: 4, seed: 1 };
        let found = |sample: Sample| drivers(&sample, care).unwrap();
        let households = found(sample(asked.iter().filter(|c| !lately(c) && !business(c))));
        let businesses = found(sample(asked.iter().filter(|c| !lately(c) && business(c))));
        let now = found(sample(asked.iter().filter(lately)));
        let names = |found: &heard_domain::driver::Drivers, most: usize| {
            let mut shares = found.shares.clone();
            shares.sort_by(|a, b| b.importance.value.total_cmp(&a.importance.value));
            shares.iter().take(most).map(|share| WEIGHED[share.predictor].name).collect::<Vec<_>>()
        };
        assert_eq!(names(&households, 3), order(|t| t.household)[..3]);
        assert_eq!(names(&businesses, 3), order(|t| t.business)[..3]);
        assert_eq!(names(&now, 1), order(|t| t.lately)[..1]);
        let moved = heard_domain::driver::shifts(&now, &households);
        assert!(moved[1].1.change > 10.0 && moved[1].1.certainty == Certainty::VeryLikelyReal, "{moved:?}");
    }
}

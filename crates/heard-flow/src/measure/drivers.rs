//! Drivers: which ratings, or which matters that customers speak of, carry an overall score; and how that differs from the days
//! before or from other customers.

use std::time::Instant;

use heard_domain::directory::Directory;
use heard_domain::driver::{self, ALIKE, Care, Drivers, LeftOut, NotFound, Shift, shifts};
use heard_domain::id::ScaleId;
use heard_domain::parameter::{Parameter, Source};
use heard_domain::question::Filter;
use heard_domain::regression::MOST_PREDICTORS;
use heard_domain::scope::Scope;
use heard_domain::statistics::Estimate;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_store::figures::together::{Answers, Beside, Together};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::offered::{Against, Offered, Wish, offered};

/// Of more rows than this, so many are drawn.
pub const MOST_ROWS: usize = 50_000;

/// A figure with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl From<Estimate> for Figure {
    fn from(estimate: Estimate) -> Self {
        Self { value: estimate.value, low: estimate.low, high: estimate.high }
    }
}

/// One parameter and what it carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Driver {
    /// Which.
    pub parameter: Parameter,
    /// Its name.
    pub name: String,
    /// Share of the explained variance, per cent; all together 100.
    pub importance: Figure,
    /// Share of the whole variance of the overall score, per cent; all together R².
    pub of_variance: Figure,
    /// Its correlation with the overall score, −1..1: below 0 a better rating goes with a worse score.
    pub correlation: f64,
    /// How many rate it or speak of it.
    pub n: u64,
    /// The mean rating in its own unit, or the mean sentiment −1..1 of those who speak of it.
    pub mean: f64,
    /// The same on 0..100, 100 being the best that can be said.
    pub performance: f64,
    /// Per cent of the rows in which it was missing and filled in.
    pub filled_in: f64,
    /// The other parameters say almost the same: they share their weight, and are best read together.
    pub alike: bool,
    /// How that differs from what it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// The comments behind it.
    pub filter: Filter,
}

/// A parameter that could not be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unused {
    /// Which.
    pub parameter: Parameter,
    /// Its name.
    pub name: String,
    /// Why.
    pub why: LeftOut,
}

/// What carries an overall score among some customers in some days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Carried {
    /// Which feedback.
    pub filter: Filter,
    /// Which days; `null`: all.
    pub period: Option<Period>,
    /// How many gave the overall score.
    pub scored: u64,
    /// How many of them were drawn by chance, where there are more than 50,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawn: Option<u64>,
    /// How many rows the figures rest on.
    pub n: u64,
    /// Per cent of all ratings of parameters that were missing and filled in.
    pub filled_in: f64,
    /// R²: per cent of the variance of the overall score that the parameters explain together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explained: Option<Figure>,
    /// Whether that is more than chance would explain; if not, the order of the drivers means nothing.
    pub beyond_chance: bool,
    /// Why there are no drivers, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nothing: Option<String>,
    /// The drivers, the weightiest first.
    pub drivers: Vec<Driver>,
    /// What could not be used.
    pub left_out: Vec<Unused>,
}

impl Carried {
    fn nothing(wish: &Wish, why: &str) -> Self {
        Self {
            filter: wish.filter.clone(),
            period: wish.period,
            scored: 0,
            drawn: None,
            n: 0,
            filled_in: 0.0,
            explained: None,
            beyond_chance: false,
            nothing: Some(why.to_owned()),
            drivers: vec![],
            left_out: vec![],
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Matters {
    /// The overall score; `null` where nothing was rated.
    pub overall: Option<ScaleId>,
    /// What the parameters are taken from.
    pub source: Source,
    /// The parameters that were looked at.
    pub parameters: Vec<Parameter>,
    /// What carries it.
    pub here: Carried,
    /// What it is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub there: Option<Carried>,
    /// How long it took, in milliseconds.
    pub ms: f64,
}

/// The answer with what else could have been asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The answer.
    pub matters: Matters,
    /// What can be asked.
    pub offered: Offered,
}

/// Finds what matters for an overall score.
pub async fn drivers(flow: &Flow, scope: &Scope, wish: &Wish) -> Result<Found, FlowError> {
    need(scope, Grant::ReadFigures)?;
    let begun = Instant::now();
    if wish.parameters.len() > MOST_PREDICTORS {
        return Err(FlowError::rule("parameter", format!("at most {MOST_PREDICTORS} at once")));
    }
    let directory = flow.directory();
    let known = |parameter: &Parameter| name(&directory, *parameter).is_some();
    if !wish.parameters.iter().all(known) {
        return Err(FlowError::Unknown { field: "parameter", what: "parameter" });
    }
    if wish.overall.is_some_and(|id| directory.scale(id).is_none()) {
        return Err(FlowError::Unknown { field: "overall", what: "scale" });
    }
    let together: Together = flow.store.together(scope, &wish.filter, wish.period).await?;
    let offered = offered(&directory, &together, wish);
    let mut matters = Matters {
        overall: offered.overall,
        source: offered.source,
        parameters: offered.chosen.clone(),
        here: Carried::nothing(
            wish,
            if offered.overall.is_none() { "nothing was rated" } else { "nothing was said beside the score" },
        ),
        there: None,
        ms: 0.0,
    };
    let Some(overall) = offered.overall.filter(|_| !offered.chosen.is_empty()) else { return Ok(Found { matters, offered }) };
    let asked = Asked { flow, scope, directory: &directory, overall, parameters: &offered.chosen };
    let (mut here, found) = asked.carried(&wish.filter, wish.period).await?;
    if let Some((filter, period)) = beside(wish) {
        let (other, other_found) = asked.carried(&filter, period).await?;
        if let (Some(found), Some(other_found)) = (&found, &other_found) {
            for (at, shift) in shifts(found, other_found) {
                let of = offered.chosen.get(at);
                if let Some(driver) = here.drivers.iter_mut().find(|driver| Some(&driver.parameter) == of) {
                    driver.shift = Some(shift);
                }
            }
        }
        matters.there = Some(other);
    }
    matters.here = here;
    matters.ms = begun.elapsed().as_secs_f64() * 1000.0;
    Ok(Found { matters, offered })
}

/// What is looked at for comparison; `None` where nothing is compared, or there are no days before.
pub fn beside(wish: &Wish) -> Option<(Filter, Option<Period>)> {
    let mut filter = wish.filter.clone();
    match wish.against? {
        Against::Before => return wish.period.map(|period| (filter, Some(period.before()))),
        Against::Segment(id) => filter.segment = vec![id],
        Against::Attribute(attribute, value) => {
            filter.attribute.retain(|(other, _)| *other != attribute);
            filter.attribute.push((attribute, value));
        }
    }
    Some((filter, wish.period))
}

/// The name of a parameter; `None` where it is gone.
pub fn name(directory: &Directory, parameter: Parameter) -> Option<&str> {
    match parameter {
        Parameter::Scale(id) => directory.scale(id).map(|scale| scale.name.as_str()),
        Parameter::Category(id) => directory.taxonomy.category(id).map(|category| category.name.as_str()),
    }
}

struct Asked<'a> {
    flow: &'a Flow,
    scope: &'a Scope,
    directory: &'a Directory,
    overall: ScaleId,
    parameters: &'a [Parameter],
}

impl Asked<'_> {
    async fn carried(&self, filter: &Filter, period: Option<Period>) -> Result<(Carried, Option<Drivers>), FlowError> {
        let care = Care::default();
        let beside = Beside { overall: self.overall, parameters: self.parameters.to_vec(), most: MOST_ROWS, seed: care.seed };
        let mut answers = self.flow.store.answers(self.scope, filter, period, &beside).await?;
        self.turn(&mut answers);
        let sample = std::mem::take(&mut answers.sample);
        let rows = sample.person.len() as u64;
        let found = tokio::task::spawn_blocking(move || driver::drivers(&sample, care)).await.map_err(FlowError::internal)?;
        let (found, nothing, left_out) = match found {
            Ok(found) => {
                let left_out = found.left_out.clone();
                (Some(found), None, left_out)
            }
            Err(NotFound { why, left_out }) => (None, Some(why), left_out),
        };
        let n = match (&found, nothing) {
            (Some(found), _) => found.n,
            (None, Some(driver::Nothing::TooFew { n, .. } | driver::Nothing::Even { n })) => n,
            (None, _) => 0,
        };
        let mut drivers: Vec<Driver> =
            found.iter().flat_map(|found| &found.shares).filter_map(|share| self.driver(share, &answers, filter)).collect();
        drivers.sort_by(|a, b| b.importance.value.total_cmp(&a.importance.value).then(a.parameter.cmp(&b.parameter)));
        let unused = |(at, why): (usize, LeftOut)| {
            let parameter = *self.parameters.get(at)?;
            Some(Unused { parameter, name: name(self.directory, parameter)?.to_owned(), why })
        };
        let carried = Carried {
            filter: filter.clone(),
            period,
            scored: answers.scored,
            drawn: (rows < answers.scored).then_some(rows),
            n: n as u64,
            filled_in: found.as_ref().map_or(0.0, |found| 100.0 * found.missing),
            explained: found.as_ref().map(|found| found.explained.into()),
            beyond_chance: found.as_ref().is_some_and(|found| found.beyond_chance),
            nothing: nothing.map(|why| why.to_string()),
            drivers,
            left_out: left_out.into_iter().filter_map(unused).collect(),
        };
        Ok((carried, found))
    }

    /// Turns scales on which less is better, so that more is better everywhere.
    fn turn(&self, answers: &mut Answers) {
        let down = |id: ScaleId| self.directory.scale(id).is_some_and(|scale| !scale.higher_is_better);
        let turned: Vec<bool> = self
            .parameters
            .iter()
            .map(|parameter| matches!(parameter, Parameter::Scale(id) if down(*id)))
            .chain([down(self.overall)])
            .collect();
        if turned.contains(&true) {
            for row in answers.sample.values.chunks_mut(turned.len()) {
                row.iter_mut().zip(&turned).filter(|(_, turned)| **turned).for_each(|(value, _)| *value = -*value);
            }
        }
    }

    fn driver(&self, share: &driver::Share, answers: &Answers, filter: &Filter) -> Option<Driver> {
        let parameter = *self.parameters.get(share.predictor)?;
        let (n, mean) = *answers.said.get(share.predictor)?;
        let mut filter = filter.clone();
        let performance = match parameter {
            Parameter::Scale(id) => {
                filter.rated = Some(id);
                let scale = self.directory.scale(id)?;
                let share = (mean - scale.min) / (scale.max - scale.min).max(1e-9);
                100.0 * if scale.higher_is_better { share } else { 1.0 - share }
            }
            Parameter::Category(id) => {
                filter.category = vec![id];
                filter.rated = Some(self.overall);
                50.0 * (mean + 1.0)
            }
        };
        Some(Driver {
            parameter,
            name: name(self.directory, parameter)?.to_owned(),
            importance: share.importance.into(),
            of_variance: share.of_variance.into(),
            correlation: share.correlation,
            n,
            mean,
            performance: performance.clamp(0.0, 100.0),
            filled_in: 100.0 * share.missing,
            alike: share.alike >= ALIKE,
            shift: None,
            filter,
        })
    }
}

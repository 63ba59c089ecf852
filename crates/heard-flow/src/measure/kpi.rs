//! The five key figures of the overview, each with what it rests on and the way to its comments.

use heard_domain::question::{Compare, Dimension, Filter, Measure, Moved, Question, Value};
use heard_domain::reading::{Intent, Polarity};
use heard_domain::scope::Scope;
use heard_domain::score::{Formula, Scale, Unit};
use heard_domain::statistics::{self, Certainty};
use heard_domain::time::Period;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::measure::ask::ask;
use crate::measure::steps::{Course, Steps, course};

/// Which way is better for the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither.
    Neither,
}

impl Better {
    /// 1 where a change is better for the customer, −1 where it is worse, else 0.
    pub fn sign(self, change: f64) -> i8 {
        let up = i8::from(change > 0.0) - i8::from(change < 0.0);
        match self {
            Self::Up => up,
            Self::Down => -up,
            Self::Neither => 0,
        }
    }
}

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// With its sign: net sentiment, NPS.
    Signed,
    /// Per cent.
    PerCent,
    /// A mean with one decimal, out of the highest possible.
    OutOf(u32),
    /// A count; its change is in per cent.
    Count,
}

/// One key figure.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyFigure {
    /// Its name.
    pub name: String,
    /// How it is written.
    pub written: Written,
    /// Which way is better.
    pub better: Better,
    /// The figure.
    pub value: Value,
    /// The change against the period before.
    pub moved: Option<Moved>,
    /// Its course.
    pub course: Course,
    /// What n counts.
    pub of: &'static str,
    /// The comments behind it.
    pub filter: Filter,
    /// How it is computed, in words.
    pub explained: String,
}

/// What the figures are asked about.
pub(crate) struct Sight<'a> {
    pub(crate) flow: &'a Flow,
    pub(crate) scope: &'a Scope,
    pub(crate) filter: &'a Filter,
    pub(crate) period: Period,
    pub(crate) steps: Steps,
}

impl Sight<'_> {
    pub(crate) fn question(&self, measure: Measure, filter: &Filter) -> Question {
        Question::new(measure).filter(filter.clone()).within(self.period)
    }

    async fn figure(&self, measure: Measure, filter: &Filter) -> Result<(Value, Option<Moved>, Course), FlowError> {
        let mut question = self.question(measure, filter);
        question.compare = Compare::Before;
        let now = ask(self.flow, self.scope, &question).await?;
        let days = self.question(measure, filter).by([Dimension::Day]).plain();
        let course = course(&ask(self.flow, self.scope, &days).await?, &self.steps);
        Ok((now.single(), now.rows.first().and_then(|row| row.moved), course))
    }
}

/// The five figures. `scales` are those of the company.
pub(crate) async fn key_figures(sight: &Sight<'_>, scales: &[Scale]) -> Result<Vec<KeyFigure>, FlowError> {
    let filter = sight.filter;
    let (value, moved, course) = sight.figure(Measure::NetSentiment, filter).await?;
    let mut figures = vec![KeyFigure {
        name: "Net sentiment".into(),
        written: Written::Signed,
        better: Better::Up,
        value,
        moved,
        course,
        of: "passages",
        filter: filter.clone(),
        explained: "share of positive passages minus share of negative ones, −100 to +100; interval clustered by person".into(),
    }];
    if let Some(scale) = main_scale(sight, scales).await? {
        figures.push(rating(sight, scale).await?);
    }
    let (heard, change, heard_course) = sight.figure(Measure::Volume, filter).await?;
    let total = (heard, change, &heard_course);
    let complaints = narrowed(
        filter,
        |f| f.polarity == [Polarity::Negative] || f.polarity.is_empty(),
        |f| f.polarity = vec![Polarity::Negative],
    );
    figures
        .push(share(sight, "Comments with a complaint", "comments with at least one negative passage", complaints, total).await?);
    let leaving = narrowed(filter, |f| f.intent == [Intent::Churn] || f.intent.is_empty(), |f| f.intent = vec![Intent::Churn]);
    figures.push(share(sight, "Speak of leaving", "comments in which somebody threatens to leave", leaving, total).await?);
    figures.push(KeyFigure {
        name: "Comments heard".into(),
        written: Written::Count,
        better: Better::Neither,
        value: heard,
        moved: change,
        course: Course { values: heard_course.counts.iter().map(|n| Some(*n as f64)).collect(), counts: heard_course.counts },
        of: "comments",
        filter: filter.clone(),
        explained: "how many were heard, with words or only with ratings; change in per cent".into(),
    });
    Ok(figures)
}

fn narrowed(filter: &Filter, fits: impl Fn(&Filter) -> bool, narrow: impl Fn(&mut Filter)) -> Option<Filter> {
    fits(filter).then(|| {
        let mut filter = filter.clone();
        narrow(&mut filter);
        filter
    })
}

/// The scale whose figure stands on the overview: NPS where it is asked, else the one with most answers.
async fn main_scale<'a>(sight: &Sight<'_>, scales: &'a [Scale]) -> Result<Option<&'a Scale>, FlowError> {
    let mut best: Option<(&Scale, u64)> = None;
    for scale in scales.iter().take(24) {
        let question = sight.question(Measure::Rating { scale: scale.id }, sight.filter).plain();
        let n = ask(sight.flow, sight.scope, &question).await?.single().n;
        let weight = if scale.formula == Formula::Nps { n.saturating_mul(1_000) } else { n };
        if n > 0 && best.is_none_or(|(_, most)| weight > most) {
            best = Some((scale, weight));
        }
    }
    Ok(best.map(|(scale, _)| scale))
}

async fn rating(sight: &Sight<'_>, scale: &Scale) -> Result<KeyFigure, FlowError> {
    let (value, moved, course) = sight.figure(Measure::Rating { scale: scale.id }, sight.filter).await?;
    let mut filter = sight.filter.clone();
    filter.rated = Some(scale.id);
    Ok(KeyFigure {
        name: scale.name.clone(),
        written: match scale.formula.unit() {
            Unit::Points => Written::Signed,
            Unit::PerCent => Written::PerCent,
            Unit::Scale => Written::OutOf(scale.max.clamp(0.0, 1e6) as u32),
        },
        better: if scale.higher_is_better { Better::Up } else { Better::Down },
        value,
        moved,
        course,
        of: "answers",
        filter,
        explained: format!("{}: {}", scale.formula.label(), scale.formula.explained()),
    })
}

/// The share of all comments that also fit a narrower filter; `None` where they contradict each other.
async fn share(
    sight: &Sight<'_>,
    name: &str,
    what: &str,
    narrow: Option<Filter>,
    (all, change, all_course): (Value, Option<Moved>, &Course),
) -> Result<KeyFigure, FlowError> {
    let filter = narrow.clone().unwrap_or_else(|| sight.filter.clone());
    let (hits, hits_moved, course) = match &narrow {
        Some(narrow) => sight.figure(Measure::Volume, narrow).await?,
        None => (Value::default(), None, Course::empty(sight.steps.count)),
    };
    let now = statistics::share(hits.n, all.n);
    let before = statistics::share(hits_moved.map_or(0, |m| m.before.n), change.map_or(0, |m| m.before.n));
    let moved = now.zip(before).map(|(now, before)| {
        let (p, low, high) = statistics::difference(&now, &before);
        Moved {
            before: Value {
                value: Some(before.value),
                n: change.map_or(0, |m| m.before.n),
                low: Some(before.low),
                high: Some(before.high),
            },
            change: Some(now.value - before.value),
            low: Some(low),
            high: Some(high),
            certainty: statistics::certainty(p),
        }
    });
    let part = |(hits, n): (&u64, &u64)| (*n > 0).then(|| 100.0 * *hits as f64 / *n as f64);
    Ok(KeyFigure {
        name: name.into(),
        written: Written::PerCent,
        better: Better::Down,
        value: Value { value: now.map(|e| e.value), n: all.n, low: now.map(|e| e.low), high: now.map(|e| e.high) },
        moved,
        course: Course {
            values: course.counts.iter().zip(&all_course.counts).map(part).collect(),
            counts: all_course.counts.clone(),
        },
        of: "comments",
        filter,
        explained: format!("{what}, of all comments; Wilson interval"),
    })
}

/// Whether a change is more than chance.
pub fn real(moved: Option<&Moved>) -> bool {
    moved.is_some_and(|m| m.change.is_some() && m.certainty != Certainty::CouldBeNoise)
}

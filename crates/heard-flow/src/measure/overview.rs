//! The overview: the finding, five key figures, the journey, the heat map, what moved, and what customers say.

use heard_domain::channel::Channel;
use heard_domain::question::{Dimension, Filter, Key, Measure, Question};
use heard_domain::reading::Emotion;
use heard_domain::scope::Scope;
use heard_domain::time::Period;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::measure::ask::ask;
use crate::measure::behind::{Behind, behind};
use crate::measure::finding::{Facts, Finding, finding};
use crate::measure::heat::{Heat, heat};
use crate::measure::journey::{StageFigure, stages};
use crate::measure::kpi::{KeyFigure, Sight, key_figures};
use crate::measure::mixes::{Part, channels, emotions};
use crate::measure::movers::{Mover, categories};
use crate::measure::pressing;
use crate::measure::quotes::{Heard, telling};
use crate::measure::steps::Steps;

/// Everything the overview shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The period looked at.
    pub period: Period,
    /// Its steps.
    pub steps: Steps,
    /// Comments in view.
    pub comments: u64,
    /// The sentence above all.
    pub finding: Finding,
    /// What stands behind it.
    pub behind: Behind,
    /// Five key figures.
    pub figures: Vec<KeyFigure>,
    /// The stages from left to right.
    pub journey: Vec<StageFigure>,
    /// Net sentiment by stage and category.
    pub heat: Heat,
    /// What moved most.
    pub movers: Vec<Mover>,
    /// How customers feel, most frequent first.
    pub emotions: Vec<Part<Emotion>>,
    /// Through which channels it was heard, loudest first.
    pub channels: Vec<Part<Channel>>,
    /// What customers say, newest first.
    pub quotes: Vec<Heard>,
}

/// Asks for everything the overview shows.
pub async fn overview(flow: &Flow, scope: &Scope, filter: &Filter, period: Period) -> Result<Overview, FlowError> {
    let directory = flow.directory();
    let steps = Steps::of(period);
    let sight = Sight { flow, scope, filter, period, steps };
    let volume = sight.question(Measure::Volume, filter).plain();
    // Readers stand side by side: what does not wait for another answer is asked at once.
    let (volume, figures, journey, known, emotions, channels, quotes) = tokio::try_join!(
        ask(flow, scope, &volume),
        key_figures(&sight, &directory.scales),
        stages(&sight, &directory.journey),
        categories(&sight),
        emotions(&sight),
        channels(&sight),
        telling(&sight),
    )?;
    let comments = volume.single().n;
    let issues = pressing::known(&sight, &known).await?;
    let heat = heat(&sight, &known.columns(&directory.taxonomy)).await?;
    let facts = Facts {
        directory: &directory,
        filter,
        period,
        steps,
        comments,
        stages: &journey,
        heat: &heat,
        categories: &known,
        issues: &issues,
    };
    let finding = finding(&facts);
    let behind = behind(&sight, &finding, finding.category).await?;
    let movers = known.movers(&directory.taxonomy);
    Ok(Overview { period, steps, comments, finding, behind, figures, journey, heat, movers, emotions, channels, quotes })
}

/// The days on which anything in view was said, from the first month to the newest day; `None` where nothing was.
pub async fn ever(flow: &Flow, scope: &Scope, filter: &Filter) -> Result<Option<Period>, FlowError> {
    let Some(last) = flow.store.newest(scope, filter).await? else { return Ok(None) };
    let question = Question::new(Measure::Volume).by([Dimension::Month]).filter(filter.clone()).plain();
    let months = ask(flow, scope, &question).await?;
    let first = months.rows.iter().filter(|row| row.value.n > 0).find_map(|row| match row.keys.first() {
        Some(Key::Day(day)) => Some(*day),
        _ => None,
    });
    Ok(Some(Period { first: first.unwrap_or(last).min(last), last }))
}

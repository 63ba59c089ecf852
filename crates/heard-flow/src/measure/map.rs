//! The journey as a map: every stage with its figures, its touchpoints, and whether anybody listens there.

use std::collections::BTreeMap;

use heard_domain::directory::Directory;
use heard_domain::id::{PostId, StageId, TouchpointId};
use heard_domain::question::{Dimension, Filter, Key, Measure, Value};
use heard_domain::reading::Emotion;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period};

use crate::error::FlowError;
use crate::flow::Flow;
use crate::measure::ask::ask;
use crate::measure::journey::{StageFigure, stages};
use crate::measure::kpi::Sight;
use crate::measure::mixes::{self, Part};
use crate::measure::steps::Steps;

/// How a stage is listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ears {
    /// Posts stand at its touchpoints.
    Posts(Vec<PostId>),
    /// No post stands here; it is heard of elsewhere.
    ByTheWay,
    /// Nobody listens, and nothing is heard.
    Nobody,
}

/// One stage of the map.
#[derive(Debug, Clone, PartialEq)]
pub struct StageOnMap {
    /// Its figures.
    pub figure: StageFigure,
    /// How customers feel in it.
    pub emotions: Vec<Part<Emotion>>,
    /// Who listens.
    pub ears: Ears,
}

/// What is known of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TouchpointFigure {
    /// Comments.
    pub comments: u64,
    /// Net sentiment.
    pub value: Value,
}

/// The journey as a map.
#[derive(Debug, Clone, PartialEq)]
pub struct JourneyMap {
    /// From left to right.
    pub stages: Vec<StageOnMap>,
    /// By touchpoint; one that is missing was not heard of.
    pub touchpoints: BTreeMap<TouchpointId, TouchpointFigure>,
    /// How customers feel in the stage that is open, or in all.
    pub feel: Vec<Part<Emotion>>,
    /// Net sentiment week by week, with intervals, of the stage that is open or of all.
    pub trend: Vec<(Day, Value)>,
}

/// Draws the map; without a period nothing was heard, and it is drawn without figures.
pub async fn map(
    flow: &Flow,
    scope: &Scope,
    filter: &Filter,
    period: Option<Period>,
    open: Option<StageId>,
) -> Result<JourneyMap, FlowError> {
    let directory = flow.directory();
    let Some(period) = period else { return Ok(unheard(&directory)) };
    let sight = Sight { flow, scope, filter, period, steps: Steps::of(period) };
    let figures = stages(&sight, &directory.journey).await?;
    let mut emotions = emotions(&sight).await?;
    let stages = figures.into_iter().map(|figure| StageOnMap {
        emotions: emotions.remove(&figure.stage).unwrap_or_default(),
        ears: ears(&directory, figure.stage, figure.comments),
        figure,
    });
    let stages = stages.collect();
    let touchpoints = touchpoints(&sight).await?;
    let mut near = filter.clone();
    if let Some(stage) = open {
        near.stage = vec![stage];
    }
    let sight = Sight { filter: &near, ..sight };
    Ok(JourneyMap { stages, touchpoints, feel: mixes::emotions(&sight).await?, trend: trend(&sight).await? })
}

fn unheard(directory: &Directory) -> JourneyMap {
    let stages = directory.journey.stages.iter().map(|stage| StageOnMap {
        figure: StageFigure::unheard(stage.id),
        emotions: vec![],
        ears: ears(directory, stage.id, 0),
    });
    JourneyMap { stages: stages.collect(), touchpoints: BTreeMap::new(), feel: vec![], trend: vec![] }
}

fn ears(directory: &Directory, stage: StageId, comments: u64) -> Ears {
    let here = |id: TouchpointId| directory.journey.touchpoint(id).is_some_and(|t| t.stage == stage);
    let posts: Vec<PostId> = directory.posts.iter().filter(|p| p.touchpoint.is_some_and(here)).map(|p| p.id).collect();
    match (posts.is_empty(), comments) {
        (false, _) => Ears::Posts(posts),
        (true, 0) => Ears::Nobody,
        (true, _) => Ears::ByTheWay,
    }
}

async fn emotions(sight: &Sight<'_>) -> Result<BTreeMap<StageId, Vec<Part<Emotion>>>, FlowError> {
    let question = sight.question(Measure::EmotionMix, sight.filter).by([Dimension::Stage, Dimension::Emotion]).plain();
    let figures = ask(sight.flow, sight.scope, &question).await?;
    let mut by_stage: BTreeMap<StageId, Vec<Part<Emotion>>> = BTreeMap::new();
    for row in &figures.rows {
        if let ([Key::Stage(stage), Key::Emotion(what)], Some(share)) = (row.keys.as_slice(), row.value.value) {
            let (filter, _) = figures.comments(row);
            by_stage.entry(*stage).or_default().push(Part { what: *what, share, n: row.value.n, before: None, filter });
        }
    }
    Ok(by_stage)
}

async fn touchpoints(sight: &Sight<'_>) -> Result<BTreeMap<TouchpointId, TouchpointFigure>, FlowError> {
    let question = |measure| sight.question(measure, sight.filter).by([Dimension::Touchpoint]).plain();
    let volume = ask(sight.flow, sight.scope, &question(Measure::Volume)).await?;
    let net = ask(sight.flow, sight.scope, &question(Measure::NetSentiment)).await?;
    let mut found: BTreeMap<TouchpointId, TouchpointFigure> = BTreeMap::new();
    for row in &volume.rows {
        if let Some(Key::Touchpoint(id)) = row.keys.first() {
            found.entry(*id).or_default().comments = row.value.n;
        }
    }
    for row in &net.rows {
        if let Some(Key::Touchpoint(id)) = row.keys.first() {
            found.entry(*id).or_default().value = row.value;
        }
    }
    Ok(found)
}

async fn trend(sight: &Sight<'_>) -> Result<Vec<(Day, Value)>, FlowError> {
    let by = if sight.period.days() > 400 { Dimension::Month } else { Dimension::Week };
    let weeks = ask(sight.flow, sight.scope, &sight.question(Measure::NetSentiment, sight.filter).by([by])).await?;
    let days = weeks.rows.iter().filter_map(|row| match row.keys.first() {
        Some(Key::Day(day)) => Some((*day, row.value)),
        _ => None,
    });
    // A week of which the period holds only the end is not a week.
    Ok(days.filter(|(day, _)| *day >= sight.period.first).collect())
}

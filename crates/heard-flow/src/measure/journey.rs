//! The journey in figures: how customers fare in each stage, step by step, on one scale.

use heard_domain::id::StageId;
use heard_domain::journey::Journey;
use heard_domain::question::{Dimension, Figures, Filter, Key, Measure, Moved, Value};

use crate::error::FlowError;
use crate::measure::ask::ask;
use crate::measure::kpi::Sight;
use crate::measure::steps::{Course, courses};

/// How customers fare in one stage.
#[derive(Debug, Clone, PartialEq)]
pub struct StageFigure {
    /// The stage.
    pub stage: StageId,
    /// Net sentiment.
    pub value: Value,
    /// Its change.
    pub moved: Option<Moved>,
    /// Its course.
    pub course: Course,
    /// Comments.
    pub comments: u64,
    /// The comments behind it.
    pub filter: Filter,
}

impl StageFigure {
    /// A stage of which nothing was heard.
    pub fn unheard(stage: StageId) -> Self {
        let filter = Filter { stage: vec![stage], ..Filter::default() };
        Self { stage, value: Value::default(), moved: None, course: Course::default(), comments: 0, filter }
    }
}

/// The stages from left to right; a stage that nobody speaks of has no value.
pub(crate) async fn stages(sight: &Sight<'_>, journey: &Journey) -> Result<Vec<StageFigure>, FlowError> {
    let question = |measure| sight.question(measure, sight.filter);
    let net = ask(sight.flow, sight.scope, &question(Measure::NetSentiment).by([Dimension::Stage]).against_before()).await?;
    let volume = ask(sight.flow, sight.scope, &question(Measure::Volume).by([Dimension::Stage]).plain()).await?;
    let days = question(Measure::NetSentiment).by([Dimension::Day, Dimension::Stage]).plain();
    let days = ask(sight.flow, sight.scope, &days).await?;
    let mut by_stage = courses(&days, &sight.steps, stage_of);
    Ok(journey
        .stages
        .iter()
        .map(|stage| {
            let row = row_of(&net, stage.id);
            let mut filter = sight.filter.clone();
            filter.stage = vec![stage.id];
            StageFigure {
                stage: stage.id,
                value: row.map_or_else(Value::default, |row| row.value),
                moved: row.and_then(|row| row.moved),
                course: by_stage.remove(&stage.id).unwrap_or_else(|| Course::empty(sight.steps.count)),
                comments: row_of(&volume, stage.id).map_or(0, |row| row.value.n),
                filter,
            }
        })
        .filter(|figure| sight.filter.stage.is_empty() || sight.filter.stage.contains(&figure.stage))
        .collect())
}

fn stage_of(keys: &[Key]) -> Option<StageId> {
    match keys.first() {
        Some(Key::Stage(id)) => Some(*id),
        _ => None,
    }
}

fn row_of(figures: &Figures, stage: StageId) -> Option<&heard_domain::question::Row> {
    figures.rows.iter().find(|row| row.keys.first() == Some(&Key::Stage(stage)))
}

//! The heat map: net sentiment by stage and category, for the categories that are spoken of most.

use std::collections::BTreeMap;

use heard_domain::id::{CategoryId, StageId};
use heard_domain::question::{Dimension, Figures, Key, Measure, Moved, Value};

use crate::error::FlowError;
use crate::measure::ask::ask;
use crate::measure::kpi::Sight;

/// How many categories the map shows.
const COLUMNS: usize = 7;

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cell {
    /// Net sentiment; n is passages.
    pub value: Value,
    /// Its change.
    pub moved: Option<Moved>,
}

/// Net sentiment by stage and category.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heat {
    /// The categories shown, most spoken of first.
    pub categories: Vec<CategoryId>,
    /// All cells, also of categories that are not shown.
    pub cells: BTreeMap<(StageId, CategoryId), Cell>,
}

impl Heat {
    /// A cell; nothing where nobody spoke of it.
    pub fn cell(&self, stage: StageId, category: CategoryId) -> Cell {
        self.cells.get(&(stage, category)).copied().unwrap_or_default()
    }

    pub(crate) fn of(figures: &Figures, top: &[CategoryId]) -> Self {
        let cells = figures.rows.iter().filter_map(|row| match row.keys.as_slice() {
            [Key::Stage(stage), Key::Category(category)] => {
                Some(((*stage, *category), Cell { value: row.value, moved: row.moved }))
            }
            _ => None,
        });
        Self { categories: top.iter().take(COLUMNS).copied().collect(), cells: cells.collect() }
    }
}

/// Asks for the map; `top` are categories in the order in which they are shown.
pub(crate) async fn heat(sight: &Sight<'_>, top: &[CategoryId]) -> Result<Heat, FlowError> {
    let by = [Dimension::Stage, Dimension::Category];
    let question = sight.question(Measure::NetSentiment, sight.filter).by(by).against_before();
    Ok(Heat::of(&ask(sight.flow, sight.scope, &question).await?, top))
}

//! What was answered together: rows of an overall score beside ratings or what was said by category, from the columns.

use std::collections::BTreeMap;

use heard_domain::draw::Draws;
use heard_domain::driver::Sample;
use heard_domain::id::{CategoryId, ScaleId};
use heard_domain::parameter::Parameter;
use heard_domain::question::{Degraded, Filter};
use heard_domain::reading::Polarity;
use heard_domain::time::Period;

use crate::error::StoreError;
use crate::figures::ask::{Lookup, Sight};
use crate::figures::columns::Columns;
use crate::figures::follow::Followers;
use crate::figures::plan::{lookup, words};
use crate::figures::sieve::Sieve;
use crate::tables::outbox;
use crate::view::View;

/// What is asked of the rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// The overall score.
    pub overall: ScaleId,
    /// What may matter for it.
    pub parameters: Vec<Parameter>,
    /// Of more rows than this, so many are drawn.
    pub most: usize,
    /// Where the draw begins.
    pub seed: u64,
}

/// Rows as they were answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answers {
    /// The rows, in the order of their feedbacks; parameters in the order asked, overall score last.
    pub sample: Sample,
    /// How many feedbacks have the overall score, before any draw.
    pub scored: u64,
    /// Of each parameter: how many of the rows rate or mention it, and the mean of what they say.
    pub said: Vec<(u64, f64)>,
    /// Present where words were searched without the search index.
    pub degraded: Option<Degraded>,
}

/// How often what was answered together, in feedbacks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Together {
    /// Ratings by scale.
    pub scales: BTreeMap<ScaleId, u64>,
    /// Two scales in one feedback, the lower identifier first.
    pub pairs: BTreeMap<(ScaleId, ScaleId), u64>,
    /// A rating on a scale and a passage in a category or below it.
    pub categories: BTreeMap<(ScaleId, CategoryId), u64>,
}

impl Together {
    /// How many feedbacks have both.
    pub fn both(&self, overall: ScaleId, parameter: Parameter) -> u64 {
        let found = match parameter {
            Parameter::Scale(other) => self.pairs.get(&(overall.min(other), overall.max(other))),
            Parameter::Category(category) => self.categories.get(&(overall, category)),
        };
        found.copied().unwrap_or(0)
    }
}

/// Looks at the rows that pass, whichever order they stand in.
pub(crate) fn looking<T>(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    look: impl FnOnce(&Columns, &Lookup, Vec<usize>) -> T,
) -> Result<(T, Option<Degraded>), StoreError> {
    let known = lookup(view, filter, &[], followers.now())?;
    let sight = Sight::new(view.scope(), filter, &known);
    let hits = words(filter)?.map(|words| followers.hits(view, &words, period)).transpose()?;
    let columns = followers.columns(outbox::last(view)?)?;
    let sieve = Sieve::new(&columns, &sight);
    let passes = |row: &usize| sieve.within(*row, period) && sieve.whole(*row);
    let (rows, degraded) = if let Some(hits) = hits {
        (hits.ids.into_iter().filter_map(|id| columns.row(id)).filter(passes).collect(), hits.degraded)
    } else {
        let (sorted, tail) = columns.cut(period);
        (sorted.chain(tail).filter(passes).collect(), None)
    };
    Ok((look(&columns, &known, rows), degraded))
}

/// How often ratings and categories came together.
pub(crate) fn together(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
) -> Result<Together, StoreError> {
    let count = |columns: &Columns, known: &Lookup, rows: Vec<usize>| {
        let nodes: Vec<CategoryId> = known.parents.keys().copied().collect();
        let place = |id: &CategoryId| nodes.binary_search(id).ok();
        let upwards: Vec<Vec<usize>> = std::iter::once(Vec::new())
            .chain(
                columns
                    .names
                    .categories
                    .values()
                    .iter()
                    .map(|id| known.upwards(CategoryId(*id)).iter().filter_map(place).collect()),
            )
            .collect();
        let scales = columns.names.scales.count();
        let (mut pairs, mut spoken) = (vec![0_u64; scales * scales], vec![0_u64; scales * nodes.len()]);
        let mut last = vec![usize::MAX; nodes.len()];
        for row in rows {
            let rated: Vec<usize> = columns.ratings[row].range().map(|at| usize::from(columns.scale[at])).collect();
            for a in &rated {
                for b in &rated {
                    pairs[a * scales + b] += 1;
                }
            }
            if rated.is_empty() {
                continue;
            }
            for at in columns.passages[row].range().flat_map(|passage| columns.categories[passage].range()) {
                for node in upwards.get(usize::from(columns.category[at])).into_iter().flatten() {
                    if std::mem::replace(&mut last[*node], row) != row {
                        for a in &rated {
                            spoken[a * nodes.len() + node] += 1;
                        }
                    }
                }
            }
        }
        let scale = |code: usize| columns.names.scales.value(code as u32).copied().map(ScaleId);
        let mut found = Together::default();
        for (at, n) in pairs.into_iter().enumerate().filter(|(_, n)| *n > 0) {
            if let (Some(a), Some(b)) = (scale(at / scales), scale(at % scales)) {
                if a == b {
                    found.scales.insert(a, n);
                } else if a < b {
                    found.pairs.insert((a, b), n);
                }
            }
        }
        for (at, n) in spoken.into_iter().enumerate().filter(|(_, n)| *n > 0) {
            if let (Some(scale), Some(category)) = (scale(at / nodes.len()), nodes.get(at % nodes.len())) {
                found.categories.insert((scale, *category), n);
            }
        }
        found
    };
    looking(view, followers, filter, period, count).map(|(found, _)| found)
}

/// The rows of an overall score beside its parameters.
pub(crate) fn answers(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    beside: &Beside,
) -> Result<Answers, StoreError> {
    let (mut answers, degraded) =
        looking(view, followers, filter, period, |columns, known, rows| gathered(columns, known, rows, beside))?;
    answers.degraded = degraded;
    Ok(answers)
}

/// How a parameter is read off a row.
enum From {
    /// A rating with this code.
    Scale(u16),
    /// Passages in the categories that are marked, by code.
    Categories(Vec<bool>),
}

impl From {
    fn new(parameter: Parameter, columns: &Columns, known: &Lookup) -> Self {
        match parameter {
            Parameter::Scale(id) => Self::Scale(code(columns, id)),
            Parameter::Category(id) => {
                let below = known.downwards(&[id]);
                let marked = columns.names.categories.values().iter().map(|id| below.contains(&CategoryId(*id)));
                Self::Categories(std::iter::once(false).chain(marked).collect())
            }
        }
    }

    /// What a row says; `None` where it says nothing.
    fn of(&self, columns: &Columns, row: usize) -> Option<f64> {
        match self {
            Self::Scale(scale) => rating(columns, row, *scale),
            Self::Categories(marked) => {
                let (mut sum, mut n) = (0, 0);
                for passage in columns.passages[row].range() {
                    if columns.categories[passage].range().any(|at| marked[usize::from(columns.category[at])]) {
                        let polarity = Polarity::from_index(columns.polarity[passage].into());
                        sum += polarity.map_or(0, Polarity::sign);
                        n += 1;
                    }
                }
                (n > 0).then(|| f64::from(sum) / f64::from(n))
            }
        }
    }

    /// What stands for a row that says nothing: a rating is missing; not to speak of something is neither good nor bad.
    fn silent(&self) -> f64 {
        match self {
            Self::Scale(_) => f64::NAN,
            Self::Categories(_) => 0.0,
        }
    }
}

fn code(columns: &Columns, scale: ScaleId) -> u16 {
    columns.names.scales.find(&scale.0).map_or(u16::MAX, |code| code as u16)
}

fn rating(columns: &Columns, row: usize, scale: u16) -> Option<f64> {
    columns.ratings[row].range().find(|at| columns.scale[*at] == scale).map(|at| columns.raw[at])
}

fn gathered(columns: &Columns, known: &Lookup, mut rows: Vec<usize>, beside: &Beside) -> Answers {
    let overall = code(columns, beside.overall);
    let from: Vec<From> = beside.parameters.iter().map(|parameter| From::new(*parameter, columns, known)).collect();
    rows.retain(|row| rating(columns, *row, overall).is_some());
    // By feedback, so that the same rows are drawn wherever the columns have put them.
    rows.sort_unstable_by_key(|row| columns.id[*row]);
    let scored = rows.len() as u64;
    if rows.len() > beside.most {
        let drawn = Draws::new(beside.seed, 0).sample(rows.len(), beside.most);
        rows = drawn.into_iter().filter_map(|at| rows.get(at).copied()).collect();
    }
    let mut sample = Sample { predictors: from.len(), ..Sample::default() };
    sample.values.reserve(rows.len() * (from.len() + 1));
    let mut said = vec![(0_u64, 0.0); from.len()];
    for row in rows {
        for (parameter, said) in from.iter().zip(&mut said) {
            let value = parameter.of(columns, row);
            if let Some(value) = value {
                said.0 += 1;
                said.1 += value;
            }
            sample.values.push(value.unwrap_or_else(|| parameter.silent()));
        }
        sample.values.push(rating(columns, row, overall).unwrap_or(f64::NAN));
        sample.person.push(columns.person[row]);
    }
    for (n, sum) in &mut said {
        *sum /= (*n).max(1) as f64;
    }
    Answers { sample, scored, said, degraded: None }
}

//! How far comments came: the listening ledger by stage and post, from the columns and from what is known of each comment that
//! came further than being heard.

use std::collections::{BTreeMap, HashMap};

use heard_domain::account::Money;
use heard_domain::id::{AccountId, FeedbackId, PostId, StageId};
use heard_domain::ledger::{LedgerStep, Line, Reached};
use heard_domain::question::Filter;
use heard_domain::time::{Day, Period};

use crate::error::StoreError;
use crate::figures::columns::Columns;
use crate::figures::follow::Followers;
use crate::figures::together::looking;
use crate::sql::driver::{Value, one_of};
use crate::tables::ledger::{self, Steps};
use crate::tables::passage::CHUNK;
use crate::view::View;

const STEPS: usize = LedgerStep::ALL.len();

/// What the accounts are worth in a year.
fn worth(view: &View, ids: &[i64]) -> Result<HashMap<i64, Money>, StoreError> {
    let mut worth = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let ids: Vec<AccountId> = ids.iter().map(|id| AccountId(*id)).collect();
        let (list, values) = one_of(1, &ids);
        let sql = format!("SELECT id, value_minor, currency FROM account WHERE value_minor IS NOT NULL AND id IN ({list})");
        view.each(&sql, &values, |row| {
            let currency = row.text_or_none(2)?.unwrap_or_default().to_owned();
            worth.insert(row.int(0)?, Money { minor: row.int(1)?, currency });
            Ok(())
        })?;
    }
    Ok(worth)
}

/// The comments of a cell: how many came to each step, and for which accounts the furthest any of theirs came.
#[derive(Clone, Default)]
struct Cell {
    comments: [u64; STEPS],
    accounts: HashMap<u32, u8>,
}

impl Cell {
    fn add(&mut self, bits: u8, account: u32) {
        for (step, count) in self.comments.iter_mut().enumerate() {
            *count += u64::from(bits >> step & 1);
        }
        if account > 0 {
            *self.accounts.entry(account).or_default() |= bits;
        }
    }
}

/// Cells by stage and post; no post: all of the stage.
type Cells = BTreeMap<(Option<StageId>, Option<PostId>), Cell>;

/// Stages of a row, each once; the one of no stage is 0.
fn stages(columns: &Columns, row: usize, into: &mut Vec<u16>) {
    into.clear();
    for passage in columns.passages[row].range() {
        let stage = columns.stage[passage];
        if !into.contains(&stage) {
            into.push(stage);
        }
    }
}

/// The ledger of a period: all first (no stage, no post), then each stage as a whole and by post, in order of identifiers; a
/// comment counts in every stage that one of its passages is about. `more`: how far comments came by what was done about their issue.
pub(crate) fn reached(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    (steps, more): (&Steps, &Steps),
) -> Result<(Line, Vec<Line>), StoreError> {
    let ((all, cells, accounts), _) = looking(view, followers, filter, period, |columns, _, rows| {
        let mut dense: HashMap<(u16, u16), Cell> = HashMap::new();
        let (mut all, mut whole) = (Cell::default(), HashMap::<u16, Cell>::new());
        let mut within = Vec::new();
        for row in rows {
            let came = steps.came(columns.id[row]) | more.came(columns.id[row]) | 1;
            all.add(came, columns.account[row]);
            stages(columns, row, &mut within);
            for stage in &within {
                whole.entry(*stage).or_default().add(came, columns.account[row]);
                dense.entry((*stage, columns.post[row])).or_default().add(came, columns.account[row]);
            }
        }
        let stage = |code: u16| columns.names.stages.value(code.into()).map(|id| StageId(*id));
        let post = |code: u16| PostId(columns.names.posts.value(code.into()).copied().unwrap_or_default());
        let mut cells: Cells = BTreeMap::new();
        for (code, cell) in whole {
            cells.insert((stage(code), None), cell);
        }
        for ((code, at), cell) in dense {
            cells.insert((stage(code), Some(post(at))), cell);
        }
        (all, cells, columns.names.accounts.values().to_vec())
    })?;
    let mut named: Vec<i64> =
        all.accounts.keys().filter_map(|code| accounts.get((*code as usize).checked_sub(1)?).copied()).collect();
    named.sort_unstable();
    let worth = worth(view, &named)?;
    let line = |stage, post, cell: &Cell| {
        let step = |step: usize| {
            let mut money: BTreeMap<&str, i64> = BTreeMap::new();
            for code in cell.accounts.iter().filter(|(_, bits)| *bits >> step & 1 == 1).map(|(code, _)| *code as usize) {
                let id = code.checked_sub(1).and_then(|at| accounts.get(at));
                if let Some(value) = id.and_then(|id| worth.get(id)) {
                    *money.entry(value.currency.as_str()).or_default() += value.minor;
                }
            }
            let money = money.into_iter().map(|(currency, minor)| Money { minor, currency: currency.to_owned() }).collect();
            Reached { comments: cell.comments.get(step).copied().unwrap_or(0), money }
        };
        Line { stage, post, reached: (0..STEPS).map(step).collect() }
    };
    let lines = cells.iter().map(|((stage, post), cell)| line(*stage, *post, cell)).collect();
    Ok((line(None, None, &all), lines))
}

/// Which comments of a cell are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    /// The step.
    pub step: LedgerStep,
    /// Whether they came to it; those that did not otherwise.
    pub to_it: bool,
}

/// The comments that pass a filter and came, or did not come, to a step; newest first, after the first `skip`, and how many there
/// are in all.
pub(crate) fn came(
    view: &View,
    followers: &Followers,
    filter: &Filter,
    period: Option<Period>,
    (came, steps, more): (Came, &Steps, &Steps),
    (skip, limit): (usize, usize),
) -> Result<(Vec<FeedbackId>, u64), StoreError> {
    let (mut found, _) = looking(view, followers, filter, period, |columns, _, rows| {
        let fits = |row: &usize| {
            let own = steps.came(columns.id[*row]) | more.came(columns.id[*row]) | 1;
            (own & ledger::bit(came.step) != 0) == came.to_it
        };
        rows.into_iter().filter(fits).map(|row| (columns.at[row], columns.id[row])).collect::<Vec<_>>()
    })?;
    found.sort_unstable_by(|a, b| b.cmp(a));
    let total = found.len() as u64;
    Ok((found.into_iter().skip(skip).take(limit).map(|(_, id)| FeedbackId(id)).collect(), total))
}

/// How much was heard in a stage, day by day and post by post, as the cubes have it: the denominator of rates where nothing is
/// known from operations.
pub fn heard_in(view: &View, stage: StageId, period: Period) -> Result<Vec<(Day, PostId, u64)>, StoreError> {
    let values: [Value<'_>; 3] = [stage.into(), period.first.into(), period.last.into()];
    let sql = "SELECT day, post, volume FROM cube WHERE stage = $1 AND category = 0 AND day BETWEEN $2 AND $3 ORDER BY day, post";
    let mut found = view.list(sql, &values, |row| Ok((Day(row.int(0)? as i32), PostId(row.int(1)?), row.int(2)? as u64)))?;
    found.retain(|(_, post, _)| view.scope().sees(*post));
    Ok(found)
}

/// The newest day within a period on which anything was heard at one of these posts, as the cubes have it.
pub fn heard_last(view: &View, posts: &[PostId], period: Period) -> Result<Option<Day>, StoreError> {
    let mut newest: Option<Day> = None;
    for posts in posts.chunks(CHUNK) {
        let (list, more) = one_of(3, posts);
        let values: Vec<Value<'_>> = [period.first.into(), period.last.into()].into_iter().chain(more).collect();
        let sql = format!(
            "SELECT day FROM cube WHERE stage = 0 AND category = 0 AND volume > 0 AND day BETWEEN $1 AND $2 AND post IN ({list})
             ORDER BY day DESC LIMIT 1"
        );
        newest = newest.max(view.one(&sql, &values, |row| Ok(Day(row.int(0)? as i32)))?);
    }
    Ok(newest)
}

//! Exposures: how often something happened on a day in a stage: the denominator of rates.

use std::collections::BTreeSet;

use heard_domain::id::{ImportId, StageId};
use heard_domain::operation::Exposure;
use heard_domain::time::{Day, Period};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::tables::change::{self, Wrote};
use crate::view::{Tx, View};

/// Which exposures are asked for; what is `None` does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// The stage.
    pub stage: Option<StageId>,
    /// What is counted.
    pub measure: Option<String>,
    /// The site.
    pub place: Option<String>,
    /// The first day.
    pub from: Option<Day>,
    /// The last day.
    pub to: Option<Day>,
}

/// A cell as an import left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cell {
    pub(crate) count: i64,
    pub(crate) import: Option<i64>,
}

/// What tells one cell from another, as changes name it.
pub(crate) fn thing(day: i64, stage: i64, measure: &str, place: &str) -> Result<String, StoreError> {
    Ok(serde_json::to_string(&(day, stage, measure, place))?)
}

fn key(exposure: &Exposure) -> [Value<'_>; 4] {
    let place = exposure.place.as_deref().unwrap_or_default();
    [exposure.day.into(), exposure.stage.into(), (&exposure.measure).into(), place.into()]
}

const AT: &str = "day = $1 AND stage = $2 AND measure = $3 AND place = $4";

/// What stands in a cell.
pub(crate) fn cell(view: &View, key: &[Value<'_>]) -> Result<Option<Cell>, StoreError> {
    let read = |row: &dyn Row| Ok(Cell { count: row.int(0)?, import: row.int_or_none(1)? });
    view.one(&format!("SELECT count, import FROM exposure WHERE {AT}"), key, read)
}

/// Sets or removes a cell.
pub(crate) fn put_back(tx: &mut Tx, key: &[Value<'_>], cell: Option<&Cell>) -> Result<(), StoreError> {
    let Some(cell) = cell else {
        tx.execute(&format!("DELETE FROM exposure WHERE {AT}"), key)?;
        return Ok(());
    };
    let values: Vec<Value<'_>> = key.iter().copied().chain([cell.count.into(), cell.import.into()]).collect();
    tx.execute(
        "INSERT INTO exposure (day, stage, measure, place, count, import) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (day, stage, measure, place) DO UPDATE SET count = excluded.count, import = excluded.import",
        &values,
    )?;
    Ok(())
}

/// Keeps a count; one that is there for the same day, stage, measure and place is replaced.
pub fn put(tx: &mut Tx, import: Option<ImportId>, exposure: &Exposure) -> Result<Wrote, StoreError> {
    let key = key(exposure);
    let before = cell(tx, &key)?;
    let count = i64::try_from(exposure.count).map_err(StoreError::odd)?;
    if before.as_ref().is_some_and(|cell| cell.count == count) {
        return Ok(Wrote::Known);
    }
    let after = Cell { count, import: import.map(|import| import.0) };
    put_back(tx, &key, Some(&after))?;
    let place = exposure.place.as_deref().unwrap_or_default();
    let thing = thing(exposure.day.0.into(), exposure.stage.0, &exposure.measure, place)?;
    change::note(tx, import, "exposure", &thing, before.as_ref(), &after)?;
    Ok(if before.is_some() { Wrote::Changed } else { Wrote::Added })
}

/// Exposures, latest day first, after the first `skip`. They belong to no post: narrowed sight sees none.
pub fn list(view: &View, wanted: &Wanted, skip: u64, limit: usize) -> Result<Vec<Exposure>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    let (narrowing, mut values) = narrowing(wanted);
    let n = values.len();
    values.extend([Value::from(limit), Value::from(skip)]);
    let sql = format!(
        "SELECT day, stage, measure, place, count FROM exposure WHERE 1 = 1{narrowing} ORDER BY day DESC, stage, measure, place LIMIT ${} OFFSET ${}",
        n + 1,
        n + 2
    );
    view.list(&sql, &values, |row| {
        let place = row.text(3)?;
        Ok(Exposure {
            day: Day(row.int(0)? as i32),
            stage: StageId(row.int(1)?),
            measure: row.text(2)?.to_owned(),
            place: (!place.is_empty()).then(|| place.to_owned()),
            count: row.int(4)? as u64,
        })
    })
}

fn narrowing(wanted: &Wanted) -> (String, Vec<Value<'_>>) {
    let mut sql = String::new();
    let mut values: Vec<Value<'_>> = Vec::new();
    let conditions = [
        ("stage =", wanted.stage.map(Value::from)),
        ("measure =", wanted.measure.as_ref().map(Value::from)),
        ("place =", wanted.place.as_ref().map(Value::from)),
        ("day >=", wanted.from.map(Value::from)),
        ("day <=", wanted.to.map(Value::from)),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            sql = format!("{sql} AND {condition} ${}", values.len());
        }
    }
    (sql, values)
}

/// The stages of which an import has counted something.
pub fn stages_of(view: &View, import: ImportId) -> Result<BTreeSet<StageId>, StoreError> {
    let sql = "SELECT DISTINCT stage FROM exposure WHERE import = $1 ORDER BY stage";
    Ok(view.list(sql, &[import.into()], |row| Ok(StageId(row.int(0)?)))?.into_iter().collect())
}

/// What one stage's measure sums up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The stage.
    pub stage: StageId,
    /// What is counted.
    pub measure: String,
    /// How many in all.
    pub count: u64,
    /// Days with a count.
    pub days: u64,
    /// The first of them.
    pub first: Day,
    /// The last of them.
    pub last: Day,
}

/// Sums per stage and measure. They belong to no post: narrowed sight sees none.
pub fn sums(view: &View) -> Result<Vec<Sum>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    // A sum of whole numbers is one again, on both databases.
    let sql = "SELECT stage, measure, CAST(sum(count) AS BIGINT), count(DISTINCT day), min(day), max(day) FROM exposure GROUP BY stage, measure
         ORDER BY stage, measure";
    view.list(sql, &[], |row| {
        Ok(Sum {
            stage: StageId(row.int(0)?),
            measure: row.text(1)?.to_owned(),
            count: row.int(2)? as u64,
            days: row.int(3)? as u64,
            first: Day(row.int(4)? as i32),
            last: Day(row.int(5)? as i32),
        })
    })
}

/// What was counted in a stage within a period, and on how many of its days. Exposures belong to no post: narrowed sight sees none.
pub fn measures(view: &View, stage: StageId, period: Period) -> Result<Vec<(String, u64)>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    let sql = "SELECT measure, count(DISTINCT day) FROM exposure WHERE stage = $1 AND day BETWEEN $2 AND $3 AND count > 0
         GROUP BY measure ORDER BY measure";
    view.list(sql, &[stage.into(), period.first.into(), period.last.into()], |row| {
        Ok((row.text(0)?.to_owned(), row.int(1)? as u64))
    })
}

/// How often something happened in a stage, day by day. A day that was counted as a whole is not counted by place once more.
/// Exposures belong to no post: narrowed sight sees none.
pub fn by_day(view: &View, stage: StageId, measure: &str, period: Period) -> Result<Vec<(Day, u64)>, StoreError> {
    if view.narrowed().is_some() {
        return Ok(Vec::new());
    }
    let sql = "SELECT day, CAST(sum(CASE WHEN place = '' THEN count ELSE 0 END) AS BIGINT), CAST(sum(CASE WHEN place = '' THEN 0 ELSE count END) AS BIGINT)
         FROM exposure WHERE stage = $1 AND measure = $2 AND day BETWEEN $3 AND $4 GROUP BY day ORDER BY day";
    view.list(sql, &[stage.into(), measure.into(), period.first.into(), period.last.into()], |row| {
        let (whole, parts) = (row.int(1)? as u64, row.int(2)? as u64);
        Ok((Day(row.int(0)? as i32), if whole > 0 { whole } else { parts }))
    })
}

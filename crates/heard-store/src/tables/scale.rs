//! Scales: found by name and formula, or declared when they are first seen.

use heard_domain::feedback::NewRating;
use heard_domain::id::ScaleId;
use heard_domain::score::{Formula, Scale};

use crate::error::StoreError;
use crate::sql::driver::Row;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, name, formula, low, high, higher_is_better";

fn read(row: &dyn Row) -> Result<Scale, StoreError> {
    Ok(Scale {
        id: ScaleId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        formula: row.text(2)?.parse()?,
        min: row.real(3)?,
        max: row.real(4)?,
        higher_is_better: row.yes(5)?,
    })
}

/// All, by name.
pub fn list(view: &View) -> Result<Vec<Scale>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM scale ORDER BY name, formula"), &[], read)
}

/// The scale with this name and formula.
pub fn by_name(view: &View, name: &str, formula: Formula) -> Result<Option<Scale>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM scale WHERE name = $1 AND formula = $2");
    view.one(&sql, &[name.into(), formula.code().into()], read)
}

/// The scale of a rating; declared with the identifier from `next` if it is new. The range of a mean that fixes none
/// grows with what is seen.
pub fn find_or_declare(tx: &mut Tx, rating: &NewRating, next: &mut dyn FnMut() -> i64) -> Result<ScaleId, StoreError> {
    if let Some(mut known) = by_name(tx, rating.scale.trim(), rating.formula)? {
        if widen(&mut known, rating) {
            set_range(tx, &known)?;
        }
        return Ok(known.id);
    }
    let scale = of_rating(ScaleId(next()), rating);
    insert(tx, &scale)?;
    Ok(scale.id)
}

/// The range that a rating tells of.
fn range(rating: &NewRating) -> (f64, f64) {
    rating.formula.range().unwrap_or((rating.min.unwrap_or(rating.value), rating.max.unwrap_or(rating.value)))
}

/// The scale that a rating is the first of.
pub fn of_rating(id: ScaleId, rating: &NewRating) -> Scale {
    let (min, max) = range(rating);
    // Effort scales count agreement with "it was easy"; nothing in use counts the other way round.
    Scale { id, name: rating.scale.trim().to_owned(), formula: rating.formula, min, max, higher_is_better: true }
}

/// Makes a scale wide enough for a rating; whether it was not.
pub fn widen(scale: &mut Scale, rating: &NewRating) -> bool {
    let (low, high) = range(rating);
    let wider = low < scale.min || high > scale.max;
    (scale.min, scale.max) = (low.min(scale.min), high.max(scale.max));
    wider
}

/// Keeps the range of a scale.
pub fn set_range(tx: &mut Tx, scale: &Scale) -> Result<(), StoreError> {
    let sql = "UPDATE scale SET low = $2, high = $3 WHERE id = $1";
    tx.execute(sql, &[scale.id.into(), scale.min.into(), scale.max.into()])?;
    Ok(())
}

/// Declares a scale.
pub fn insert(tx: &mut Tx, scale: &Scale) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO scale (id, name, formula, low, high, higher_is_better) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            scale.id.into(),
            (&scale.name).into(),
            scale.formula.code().into(),
            scale.min.into(),
            scale.max.into(),
            scale.higher_is_better.into(),
        ],
    )?;
    Ok(())
}

/// The formula of a scale, remembered from then on.
pub(crate) fn formula(tx: &mut Tx, id: ScaleId) -> Result<Formula, StoreError> {
    if let Some(formula) = tx.formulas.get(&id) {
        return Ok(*formula);
    }
    let found = tx.one("SELECT formula FROM scale WHERE id = $1", &[id.into()], |row| Ok(row.text(0)?.parse::<Formula>()?))?;
    let formula = found.ok_or_else(|| StoreError::Conflict(format!("there is no scale {id}")))?;
    tx.formulas.insert(id, formula);
    Ok(formula)
}

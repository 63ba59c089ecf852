//! Checks at sibling places: each place is asked once for an issue. They are the company's own words, in everybody's sight.

use heard_domain::id::{IssueId, PlaceId, UserId};
use heard_domain::sibling::{PlaceCheck, PlaceFound};
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "issue, place, asked, answer, words, found_by, found_at";

fn read(row: &dyn Row) -> Result<PlaceCheck, StoreError> {
    let answer = row.text_or_none(3)?.map(str::parse).transpose()?;
    let by = row.int_or_none(5)?.map(UserId).zip(row.int_or_none(6)?.map(Time));
    let words = row.text_or_none(4)?.unwrap_or_default().to_owned();
    Ok(PlaceCheck {
        issue: IssueId(row.int(0)?),
        place: PlaceId(row.int(1)?),
        asked: Time(row.int(2)?),
        found: answer.zip(by).map(|(answer, (by, at))| PlaceFound { answer, words, by, at }),
    })
}

/// What was asked for an issue, by place.
pub fn of_issue(view: &View, issue: IssueId) -> Result<Vec<PlaceCheck>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM place_check WHERE issue = $1 ORDER BY place"), &[issue.into()], read)
}

/// What nobody has answered yet, the oldest first.
pub fn waiting(view: &View) -> Result<Vec<PlaceCheck>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM place_check WHERE answer IS NULL ORDER BY asked, issue, place"), &[], read)
}

/// Asks a place; whether it was not asked before.
pub fn ask(tx: &mut Tx, issue: IssueId, place: PlaceId, at: Time) -> Result<bool, StoreError> {
    let sql = "INSERT INTO place_check (issue, place, asked) VALUES ($1, $2, $3) ON CONFLICT (issue, place) DO NOTHING";
    Ok(tx.execute(sql, &[issue.into(), place.into(), at.into()])? > 0)
}

/// Keeps what was found; whether the place was asked. A later answer takes the place of an earlier one.
pub fn answer(tx: &mut Tx, issue: IssueId, place: PlaceId, found: &PlaceFound) -> Result<bool, StoreError> {
    let values: [Value<'_>; 6] =
        [issue.into(), place.into(), found.answer.code().into(), (&found.words).into(), found.by.into(), found.at.into()];
    let sql = "UPDATE place_check SET answer = $3, words = $4, found_by = $5, found_at = $6 WHERE issue = $1 AND place = $2";
    Ok(tx.execute(sql, &values)? > 0)
}

/// A place is gone, or part of another one: nobody is asked there any more.
pub(crate) fn forget(tx: &mut Tx, place: PlaceId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM place_check WHERE place = $1", &[place.into()])?;
    Ok(())
}

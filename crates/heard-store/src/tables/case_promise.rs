//! What was promised to the customers of cases, and what became of it.

use heard_domain::id::{CaseId, CasePromiseId, PostId, UserId};
use heard_domain::promise::CasePromise;
use heard_domain::time::Day;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "id, case_id, user_id, words, due, done";

fn read(row: &dyn Row) -> Result<CasePromise, StoreError> {
    Ok(CasePromise {
        id: CasePromiseId(row.int(0)?),
        case: CaseId(row.int(1)?),
        by: UserId(row.int(2)?),
        words: row.text(3)?.to_owned(),
        due: Day(row.int(4)? as i32),
        done: row.int_or_none(5)?.map(|day| Day(day as i32)),
    })
}

/// What was promised in a case, in the order in which it was.
pub fn list(view: &View, case: CaseId) -> Result<Vec<CasePromise>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM case_promise WHERE case_id = $1 ORDER BY id"), &[case.into()], read)
}

/// One promise.
pub fn get(view: &View, id: CasePromiseId) -> Result<Option<CasePromise>, StoreError> {
    view.one(&format!("SELECT {COLUMNS} FROM case_promise WHERE id = $1"), &[id.into()], read)
}

/// The promises in cases in sight whose day lies in these, the earliest first.
pub fn due_between(view: &View, first: Day, last: Day) -> Result<Vec<CasePromise>, StoreError> {
    let sql = "SELECT p.id, p.case_id, p.user_id, p.words, p.due, p.done, \"case\".post FROM case_promise p
         JOIN \"case\" ON \"case\".id = p.case_id WHERE p.due >= $1 AND p.due <= $2 ORDER BY p.due, p.id";
    let mut found = Vec::new();
    view.each(sql, &[first.into(), last.into()], |row| {
        if view.scope().sees(PostId(row.int(6)?)) {
            found.push(read(row)?);
        }
        Ok(())
    })?;
    Ok(found)
}

/// Keeps a promise, or that it was kept.
pub fn save(tx: &mut Tx, promise: &CasePromise) -> Result<(), StoreError> {
    let values: [Value<'_>; 6] = [
        promise.id.into(),
        promise.case.into(),
        promise.by.into(),
        (&promise.words).into(),
        promise.due.into(),
        promise.done.into(),
    ];
    let sql = "INSERT INTO case_promise (id, case_id, user_id, words, due, done) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET done = excluded.done";
    tx.execute(sql, &values)?;
    Ok(())
}

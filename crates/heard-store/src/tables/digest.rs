//! Digests: what each department was told of a week, and that it follows through. What stands in one is reckoned from what was heard;
//! only that it is there and what became of it is kept.

use heard_domain::digest::Digest;
use heard_domain::id::{DepartmentId, UserId};
use heard_domain::time::{Day, Time};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "department, week, published, acknowledged, user_id, reminded, escalated";

fn read(row: &dyn Row) -> Result<Digest, StoreError> {
    let time = |column: usize| -> Result<Option<Time>, StoreError> { Ok(row.int_or_none(column)?.map(Time)) };
    Ok(Digest {
        department: DepartmentId(row.int(0)?),
        week: Day(row.int(1)? as i32),
        published: Time(row.int(2)?),
        acknowledged: time(3)?,
        by: row.int_or_none(4)?.map(UserId),
        reminded: time(5)?,
        escalated: time(6)?,
    })
}

/// One digest.
pub fn get(view: &View, department: DepartmentId, week: Day) -> Result<Option<Digest>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM digest WHERE department = $1 AND week = $2");
    view.one(&sql, &[department.into(), week.into()], read)
}

/// The digests of this week and of later ones, the newest first.
pub fn since(view: &View, week: Day) -> Result<Vec<Digest>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM digest WHERE week >= $1 ORDER BY week DESC, department"), &[week.into()], read)
}

/// Those that nobody has acknowledged yet, the oldest first.
pub fn waiting(view: &View) -> Result<Vec<Digest>, StoreError> {
    view.list(&format!("SELECT {COLUMNS} FROM digest WHERE acknowledged IS NULL ORDER BY week, department"), &[], read)
}

/// The digest of a department is there; whether it was not before.
pub fn publish(tx: &mut Tx, department: DepartmentId, week: Day, at: Time) -> Result<bool, StoreError> {
    let sql = "INSERT INTO digest (department, week, published) VALUES ($1, $2, $3) ON CONFLICT (department, week) DO NOTHING";
    Ok(tx.execute(sql, &[department.into(), week.into(), at.into()])? > 0)
}

/// Somebody has acknowledged it; whether nobody had before.
pub fn acknowledge(tx: &mut Tx, department: DepartmentId, week: Day, by: UserId, at: Time) -> Result<bool, StoreError> {
    let values: [Value<'_>; 4] = [department.into(), week.into(), at.into(), by.into()];
    let sql = "UPDATE digest SET acknowledged = $3, user_id = $4 WHERE department = $1 AND week = $2 AND acknowledged IS NULL";
    Ok(tx.execute(sql, &values)? > 0)
}

/// The department was reminded; whether it was not before, and had not acknowledged it.
pub fn remind(tx: &mut Tx, department: DepartmentId, week: Day, at: Time) -> Result<bool, StoreError> {
    let sql = "UPDATE digest SET reminded = $3 WHERE department = $1 AND week = $2 AND reminded IS NULL AND acknowledged IS NULL";
    Ok(tx.execute(sql, &[department.into(), week.into(), at.into()])? > 0)
}

/// Those who lead were told; whether they were not before, and it had not been acknowledged.
pub fn escalate(tx: &mut Tx, department: DepartmentId, week: Day, at: Time) -> Result<bool, StoreError> {
    let sql =
        "UPDATE digest SET escalated = $3 WHERE department = $1 AND week = $2 AND escalated IS NULL AND acknowledged IS NULL";
    Ok(tx.execute(sql, &[department.into(), week.into(), at.into()])? > 0)
}

/// Users who read digests on the page only, and get none by mail.
pub fn unmailed(view: &View) -> Result<Vec<UserId>, StoreError> {
    view.list("SELECT user_id FROM digest_unmailed ORDER BY user_id", &[], |row| Ok(UserId(row.int(0)?)))
}

/// A user gets digests by mail, or none; whether that is otherwise than before.
pub fn set_mailed(tx: &mut Tx, user: UserId, mailed: bool, at: Time) -> Result<bool, StoreError> {
    let changed = if mailed {
        tx.execute("DELETE FROM digest_unmailed WHERE user_id = $1", &[user.into()])?
    } else {
        let sql = "INSERT INTO digest_unmailed (user_id, at) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING";
        tx.execute(sql, &[user.into(), at.into()])?
    };
    Ok(changed > 0)
}

/// Two departments become one: the digests of the one that goes are no more.
pub fn forget(tx: &mut Tx, department: DepartmentId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM digest WHERE department = $1", &[department.into()])?;
    Ok(())
}

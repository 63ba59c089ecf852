//! Commitments: what leaders and departments undertook.

use heard_domain::commitment::{Commitment, Undertaker};
use heard_domain::id::{CommitmentId, DepartmentId, UserId};
use heard_domain::time::Day;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

fn read(row: &dyn Row) -> Result<Commitment, StoreError> {
    let department = row.int_or_none(2)?.map(DepartmentId);
    let who = match (row.int_or_none(1)?, department) {
        (_, Some(department)) => Undertaker::Department(department),
        (Some(user), None) => Undertaker::User(UserId(user)),
        (None, None) => return Err(StoreError::odd("a commitment of nobody")),
    };
    Ok(Commitment {
        id: CommitmentId(row.int(0)?),
        who,
        words: row.text(3)?.to_owned(),
        due: Day(row.int(4)? as i32),
        consequence: row.text(5)?.to_owned(),
        done: row.int_or_none(6)?.map(|day| Day(day as i32)),
    })
}

/// All, the latest due first.
pub fn list(view: &View) -> Result<Vec<Commitment>, StoreError> {
    let sql = "SELECT id, user_id, department, words, due, consequence, done FROM commitment ORDER BY due DESC, id DESC";
    view.list(sql, &[], read)
}

/// One.
pub fn get(view: &View, id: CommitmentId) -> Result<Option<Commitment>, StoreError> {
    let sql = "SELECT id, user_id, department, words, due, consequence, done FROM commitment WHERE id = $1";
    view.one(sql, &[id.into()], read)
}

/// Keeps a commitment or changes it.
pub fn save(tx: &mut Tx, commitment: &Commitment) -> Result<(), StoreError> {
    let (user, department) = match commitment.who {
        Undertaker::User(user) => (Some(user), None),
        Undertaker::Department(department) => (None, Some(department)),
    };
    let values: [Value<'_>; 7] = [
        commitment.id.into(),
        user.into(),
        department.into(),
        (&commitment.words).into(),
        commitment.due.into(),
        (&commitment.consequence).into(),
        commitment.done.into(),
    ];
    let sql =
        "INSERT INTO commitment (id, user_id, department, words, due, consequence, done) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, department = excluded.department, words = excluded.words,
         due = excluded.due, consequence = excluded.consequence, done = excluded.done";
    tx.execute(sql, &values)?;
    Ok(())
}

/// Removes a commitment. Whether it was there.
pub fn remove(tx: &mut Tx, id: CommitmentId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM commitment WHERE id = $1", &[id.into()])? > 0)
}

/// What a department undertook is another one's from now on.
pub fn hand_over(tx: &mut Tx, from: DepartmentId, to: DepartmentId) -> Result<(), StoreError> {
    tx.execute("UPDATE commitment SET department = $2 WHERE department = $1", &[from.into(), to.into()])?;
    Ok(())
}

/// How much a department has undertaken.
pub fn count_of(view: &View, department: DepartmentId) -> Result<u64, StoreError> {
    Ok(view.number("SELECT count(*) FROM commitment WHERE department = $1", &[department.into()])? as u64)
}

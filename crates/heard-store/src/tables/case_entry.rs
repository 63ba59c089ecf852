//! The threads of cases, and the tasks in them. Whoever reads has settled that the case is in sight.

use std::collections::HashMap;

use heard_domain::case_entry::{CaseEntry, Task};
use heard_domain::id::{CaseEntryId, CaseId, CategoryId, PostId, TaskId, UserId};
use heard_domain::time::{Day, Time};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

/// The thread of a case, oldest first.
pub fn list(view: &View, case: CaseId) -> Result<Vec<CaseEntry>, StoreError> {
    let sql = "SELECT id, case_id, kind, at, user_id, text, way, mentions, event FROM case_entry WHERE case_id = $1 ORDER BY id";
    view.list(sql, &[case.into()], |row| {
        Ok(CaseEntry {
            id: CaseEntryId(row.int(0)?),
            case: CaseId(row.int(1)?),
            kind: row.text(2)?.parse()?,
            at: Time(row.int(3)?),
            by: row.int_or_none(4)?.map(UserId),
            text: row.text(5)?.to_owned(),
            way: row.text_or_none(6)?.map(str::parse).transpose()?,
            mentions: serde_json::from_str(row.text(7)?)?,
            event: row.text_or_none(8)?.map(serde_json::from_str).transpose()?,
        })
    })
}

/// Adds to the thread of a case.
pub fn add(tx: &mut Tx, entry: &CaseEntry) -> Result<(), StoreError> {
    let mentions = serde_json::to_string(&entry.mentions)?;
    let event = entry.event.as_ref().map(serde_json::to_string).transpose()?;
    let values: [Value<'_>; 9] = [
        entry.id.into(),
        entry.case.into(),
        entry.kind.code().into(),
        entry.at.into(),
        entry.by.into(),
        (&entry.text).into(),
        entry.way.map(heard_domain::case_entry::SpokenBy::code).into(),
        (&mentions).into(),
        event.as_deref().into(),
    ];
    let sql = "INSERT INTO case_entry (id, case_id, kind, at, user_id, text, way, mentions, event)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.execute(sql, &values)?;
    Ok(())
}

/// How often the customers of these cases were answered; who never was is left out.
pub fn count_answers(view: &View, cases: &[CaseId]) -> Result<HashMap<CaseId, u32>, StoreError> {
    let mut found = HashMap::new();
    for ids in cases.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql =
            format!("SELECT case_id, count(*) FROM case_entry WHERE kind = 'answer' AND case_id IN ({list}) GROUP BY case_id");
        view.each(&sql, &values, |row| {
            found.insert(CaseId(row.int(0)?), row.int(1)? as u32);
            Ok(())
        })?;
    }
    Ok(found)
}

/// What others were answered: words, when, in which case, and whether it helped.
pub type Answered = (String, Time, CaseId, Option<bool>);

/// The newest answers in other cases in sight about the same category.
pub fn answers_about(view: &View, category: CategoryId, but: CaseId, limit: usize) -> Result<Vec<Answered>, StoreError> {
    let sql = "SELECT case_entry.text, case_entry.at, \"case\".id, \"case\".helped, \"case\".post FROM case_entry
         JOIN \"case\" ON \"case\".id = case_entry.case_id WHERE \"case\".category = $1 AND \"case\".id <> $2
         AND case_entry.kind = 'answer' ORDER BY case_entry.id DESC LIMIT $3";
    let mut found = Vec::new();
    view.each(sql, &[category.into(), but.into(), limit.into()], |row| {
        if view.scope().sees(PostId(row.int(4)?)) {
            let helped = row.int_or_none(3)?.map(|yes| yes != 0);
            found.push((row.text(0)?.to_owned(), Time(row.int(1)?), CaseId(row.int(2)?), helped));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Who changed a case last, if it was somebody.
pub fn last_by(view: &View, case: CaseId) -> Result<Option<(UserId, Time)>, StoreError> {
    let sql = "SELECT user_id, at FROM case_entry WHERE case_id = $1 AND user_id IS NOT NULL ORDER BY id DESC LIMIT 1";
    view.one(sql, &[case.into()], |row| Ok((UserId(row.int(0)?), Time(row.int(1)?))))
}

fn task(row: &dyn Row) -> Result<Task, StoreError> {
    Ok(Task {
        id: TaskId(row.int(0)?),
        case: CaseId(row.int(1)?),
        words: row.text(2)?.to_owned(),
        owner: row.int_or_none(3)?.map(UserId),
        due: row.int_or_none(4)?.map(|day| Day(day as i32)),
        done: row.int_or_none(5)?.map(Time),
    })
}

/// The tasks of a case, in the order in which they were set.
pub fn tasks(view: &View, case: CaseId) -> Result<Vec<Task>, StoreError> {
    view.list("SELECT id, case_id, words, owner, due, done FROM task WHERE case_id = $1 ORDER BY id", &[case.into()], task)
}

/// A task.
pub fn task_of(view: &View, id: TaskId) -> Result<Option<Task>, StoreError> {
    view.one("SELECT id, case_id, words, owner, due, done FROM task WHERE id = $1", &[id.into()], task)
}

/// The tasks of a user that are not done, the earliest due first.
pub fn tasks_for(view: &View, user: UserId, limit: usize) -> Result<Vec<Task>, StoreError> {
    let sql = "SELECT id, case_id, words, owner, due, done FROM task WHERE owner = $1 AND done IS NULL
         ORDER BY coalesce(due, 1000000), id LIMIT $2";
    view.list(sql, &[user.into(), limit.into()], task)
}

/// Sets a task or changes it.
pub fn save_task(tx: &mut Tx, task: &Task) -> Result<(), StoreError> {
    let values: [Value<'_>; 6] =
        [task.id.into(), task.case.into(), (&task.words).into(), task.owner.into(), task.due.into(), task.done.into()];
    let sql = "INSERT INTO task (id, case_id, words, owner, due, done) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO UPDATE SET words = excluded.words, owner = excluded.owner, due = excluded.due, done = excluded.done";
    tx.execute(sql, &values)?;
    Ok(())
}

//! Cases: one customer's matter each, with the comments and departments that belong to it.

use std::collections::HashMap;

use heard_domain::case::{Case, CaseState};
use heard_domain::countdown::Countdown;
use heard_domain::id::{AccountId, CaseId, CategoryId, DepartmentId, FeedbackId, PersonId, PlaceId, PostId, StageId, UserId};
use heard_domain::kept_case::{FIRST_NUMBER, KeptCase};
use heard_domain::rule::Urgency;
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of, within};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

const COLUMNS: &str = "id, number, version, state, urgency, post, person, account, stage, category, place, here, opened, changed, \
     department, assigned, promised, used, since, due, first_answer, last_answer, asked, helped, reopened, merged, merged_state, first_promised, \
     first_used";

/// When a case is due, for the order of the queue: what is never due comes after all that is ([`NEVER`]). The index of the queue is made of
/// these very words.
const DUE: &str = "coalesce(due, 9223372036854775807)";

/// How many values a case has.
const WIDTH: usize = 29;

/// Whose cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answering {
    /// This user answers for them.
    User(UserId),
    /// Nobody does.
    Nobody,
}

/// Which cases are asked for; what is empty or `None` does not narrow.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sought {
    /// In one of these states.
    pub states: Vec<CaseState>,
    /// Had by one of these departments, or contributed to by it.
    pub departments: Vec<DepartmentId>,
    /// Who answers.
    pub assigned: Option<Answering>,
    /// Of one of these urgencies.
    pub urgency: Vec<Urgency>,
    /// About one of these.
    pub category: Vec<CategoryId>,
    /// At one of these stages.
    pub stage: Vec<StageId>,
    /// At one of these places.
    pub place: Vec<PlaceId>,
    /// Of one of these persons.
    pub person: Vec<PersonId>,
    /// Of one of these accounts.
    pub account: Vec<AccountId>,
    /// Due before this moment.
    pub due_before: Option<Time>,
    /// Opened from one moment up to another, which is not part of it.
    pub opened: Option<(Time, Time)>,
}

fn read(row: &dyn Row) -> Result<KeptCase, StoreError> {
    let id = CaseId(row.int(0)?);
    let time = |column: usize| -> Result<Option<Time>, StoreError> { Ok(row.int_or_none(column)?.map(Time)) };
    let before = row.text_or_none(26)?.map(str::parse::<CaseState>).transpose()?;
    let first = (row.int_or_none(27)?, row.int_or_none(28)?);
    let first = first.0.zip(first.1).map(|(promised, used)| {
        let promised = u32::try_from(promised).map_err(StoreError::odd)?;
        Ok::<_, StoreError>(Countdown { promised, used, since: None })
    });
    let case = Case {
        id,
        state: row.text(3)?.parse()?,
        department: DepartmentId(row.int(14)?),
        assigned: row.int_or_none(15)?.map(UserId),
        countdown: Countdown {
            promised: u32::try_from(row.int(16)?).map_err(StoreError::odd)?,
            used: row.int(17)?,
            since: time(18)?,
        },
        first_answer: time(20)?,
        first_countdown: first.transpose()?,
        last_answer: time(21)?,
        asked: time(22)?,
        helped: row.int_or_none(23)?.map(|yes| yes != 0),
        reopened: u32::try_from(row.int(24)?).map_err(StoreError::odd)?,
        merged: row.int_or_none(25)?.map(CaseId).zip(before),
    };
    Ok(KeptCase {
        case,
        number: row.int(1)?,
        version: row.int(2)?,
        urgency: row.text(4)?.parse()?,
        post: PostId(row.int(5)?),
        person: row.int_or_none(6)?.map(PersonId),
        account: row.int_or_none(7)?.map(AccountId),
        stage: row.int_or_none(8)?.map(StageId),
        category: row.int_or_none(9)?.map(CategoryId),
        place: row.int_or_none(10)?.map(PlaceId),
        here: row.yes(11)?,
        opened: Time(row.int(12)?),
        changed: Time(row.int(13)?),
        due: time(19)?,
        departments: Vec::new(),
        feedback: Vec::new(),
    })
}

fn values(kept: &KeptCase) -> [Value<'static>; WIDTH] {
    let case = &kept.case;
    [
        case.id.into(),
        kept.number.into(),
        kept.version.into(),
        case.state.code().into(),
        kept.urgency.code().into(),
        kept.post.into(),
        kept.person.into(),
        kept.account.into(),
        kept.stage.into(),
        kept.category.into(),
        kept.place.into(),
        kept.here.into(),
        kept.opened.into(),
        kept.changed.into(),
        case.department.into(),
        case.assigned.into(),
        i64::from(case.countdown.promised).into(),
        case.countdown.used.into(),
        case.countdown.since.into(),
        kept.due.into(),
        case.first_answer.into(),
        case.last_answer.into(),
        case.asked.into(),
        case.helped.into(),
        i64::from(case.reopened).into(),
        case.merged.map(|(into, _)| into).into(),
        case.merged.map(|(_, before)| before.code()).into(),
        case.first_countdown.map(|first| i64::from(first.promised)).into(),
        case.first_countdown.map(|first| first.used).into(),
    ]
}

/// Adds what belongs to each: departments and comments.
fn with_all(view: &View, mut cases: Vec<KeptCase>) -> Result<Vec<KeptCase>, StoreError> {
    let (mut departments, mut feedback) =
        (HashMap::<CaseId, Vec<DepartmentId>>::new(), HashMap::<CaseId, Vec<FeedbackId>>::new());
    let ids: Vec<CaseId> = cases.iter().map(|kept| kept.case.id).collect();
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql =
            format!("SELECT case_id, department FROM case_department WHERE case_id IN ({list}) ORDER BY case_id, department");
        view.each(&sql, &values, |row| {
            departments.entry(CaseId(row.int(0)?)).or_default().push(DepartmentId(row.int(1)?));
            Ok(())
        })?;
        let sql = format!("SELECT case_id, feedback FROM case_feedback WHERE case_id IN ({list}) ORDER BY case_id, feedback");
        view.each(&sql, &values, |row| {
            feedback.entry(CaseId(row.int(0)?)).or_default().push(FeedbackId(row.int(1)?));
            Ok(())
        })?;
    }
    for kept in &mut cases {
        kept.departments = departments.remove(&kept.case.id).unwrap_or_default();
        kept.feedback = feedback.remove(&kept.case.id).unwrap_or_default();
    }
    Ok(cases)
}

/// The conditions of a search, and their values.
fn narrowed(view: &View, sought: &Sought) -> (String, Vec<Value<'static>>) {
    let (mut fits, mut values): (Vec<String>, Vec<Value<'static>>) = (vec!["number > 0".to_owned()], vec![]);
    if let Some(posts) = view.narrowed() {
        if posts.is_empty() {
            fits.push("1 = 0".to_owned());
        }
        within("post", &posts, &mut fits, &mut values);
    }
    let states: Vec<&'static str> = sought.states.iter().map(|state| state.code()).collect();
    let urgency: Vec<&'static str> = sought.urgency.iter().map(|urgency| urgency.code()).collect();
    within("state", &states, &mut fits, &mut values);
    within("urgency", &urgency, &mut fits, &mut values);
    within("category", &sought.category, &mut fits, &mut values);
    within("stage", &sought.stage, &mut fits, &mut values);
    within("place", &sought.place, &mut fits, &mut values);
    within("person", &sought.person, &mut fits, &mut values);
    within("account", &sought.account, &mut fits, &mut values);
    if !sought.departments.is_empty() {
        let (list, more) = one_of(values.len() + 1, &sought.departments);
        values.extend(more);
        fits.push(format!(
            "(department IN ({list}) OR EXISTS (SELECT 1 FROM case_department WHERE case_department.case_id = \"case\".id \
             AND case_department.department IN ({list})))"
        ));
    }
    match sought.assigned {
        Some(Answering::Nobody) => fits.push("assigned IS NULL".to_owned()),
        Some(Answering::User(user)) => {
            values.push(user.into());
            fits.push(format!("assigned = ${}", values.len()));
        }
        None => {}
    }
    if let Some(before) = sought.due_before {
        values.push(before.into());
        fits.push(format!("due < ${}", values.len()));
    }
    if let Some((from, until)) = sought.opened {
        values.extend([Value::from(from), Value::from(until)]);
        fits.push(format!("opened >= ${} AND opened < ${}", values.len() - 1, values.len()));
    }
    (fits.join(" AND "), values)
}

/// Where a page of the queue begins: after the case that is due then.
pub type Cursor = (i64, CaseId);

/// What stands in the place of a due moment where none is: after all that are due.
pub const NEVER: i64 = i64::MAX;

/// The cases in sight that fit, those that are due first before others; then the newest first.
pub fn list(view: &View, sought: &Sought, after: Option<Cursor>, limit: usize) -> Result<Vec<KeptCase>, StoreError> {
    let (fits, mut values) = narrowed(view, sought);
    let (due, id) = after.map_or((i64::MIN, i64::MAX), |(due, id)| (due, id.0));
    let first = values.len() + 1;
    values.extend([Value::Int(due), id.into(), limit.into()]);
    let (second, most) = (first + 1, first + 2);
    let sql = format!(
        "SELECT {COLUMNS} FROM \"case\" WHERE {fits} AND {DUE} >= ${first} AND ({DUE} > ${first} OR id < ${second})
         ORDER BY {DUE}, id DESC LIMIT ${most}"
    );
    let found = view.list(&sql, &values, read)?;
    with_all(view, found)
}

/// How many fit.
pub fn count(view: &View, sought: &Sought) -> Result<u64, StoreError> {
    let (fits, values) = narrowed(view, sought);
    Ok(view.number(&format!("SELECT count(*) FROM \"case\" WHERE {fits}"), &values)? as u64)
}

/// Cases in sight, by identifier, in the order asked.
pub fn many(view: &View, ids: &[CaseId]) -> Result<Vec<KeptCase>, StoreError> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let cases = view.list(&format!("SELECT {COLUMNS} FROM \"case\" WHERE id IN ({list})"), &values, read)?;
        found.extend(with_all(view, cases)?.into_iter().map(|kept| (kept.case.id, kept)));
    }
    let scope = view.scope();
    Ok(ids.iter().filter_map(|id| found.remove(id)).filter(|kept| scope.sees(kept.post)).collect())
}

/// A case in sight.
pub fn get(view: &View, id: CaseId) -> Result<Option<KeptCase>, StoreError> {
    Ok(many(view, &[id])?.pop())
}

/// The case with this number, in sight.
pub fn numbered(view: &View, number: i64) -> Result<Option<CaseId>, StoreError> {
    let sql = "SELECT id, post FROM \"case\" WHERE number = $1";
    let found = view.one(sql, &[number.into()], |row| Ok((CaseId(row.int(0)?), PostId(row.int(1)?))))?;
    Ok(found.filter(|(_, post)| view.scope().sees(*post)).map(|(id, _)| id))
}

/// The cases of a person that are not closed and no part of others, the newest first.
pub fn open_of(view: &View, person: PersonId) -> Result<Vec<KeptCase>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM \"case\" WHERE person = $1 AND state IN ('open', 'waiting', 'answered') ORDER BY id DESC LIMIT 50"
    );
    let mut found = view.list(&sql, &[person.into()], read)?;
    found.retain(|kept| view.scope().sees(kept.post));
    with_all(view, found)
}

/// The case in sight to which each of these comments belongs; a comment of several is of the newest.
pub fn of_feedback(view: &View, feedback: &[FeedbackId]) -> Result<HashMap<FeedbackId, CaseId>, StoreError> {
    let mut found = HashMap::new();
    for ids in feedback.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT case_feedback.feedback, case_feedback.case_id, \"case\".post FROM case_feedback
             JOIN \"case\" ON \"case\".id = case_feedback.case_id WHERE case_feedback.feedback IN ({list}) ORDER BY case_feedback.case_id"
        );
        view.each(&sql, &values, |row| {
            if view.scope().sees(PostId(row.int(2)?)) {
                found.insert(FeedbackId(row.int(0)?), CaseId(row.int(1)?));
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The number of the next case.
pub fn next_number(view: &View) -> Result<i64, StoreError> {
    Ok(view.number("SELECT max(number) FROM \"case\"", &[])?.max(FIRST_NUMBER - 1) + 1)
}

/// Adds a case with what belongs to it.
pub fn insert(tx: &mut Tx, kept: &KeptCase) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO \"case\" ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
         $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29)"
    );
    tx.execute(&sql, &values(kept))?;
    contribute(tx, kept.case.id, &kept.departments)?;
    kept.feedback.iter().try_for_each(|feedback| join(tx, kept.case.id, *feedback))
}

/// Changes what can change of a case; its version must be one more than that which is kept. Whether it was.
pub fn update(tx: &mut Tx, kept: &KeptCase) -> Result<bool, StoreError> {
    let case = &kept.case;
    let (into, before) = (case.merged.map(|(into, _)| into), case.merged.map(|(_, before)| before.code()));
    let values: [Value<'_>; 20] = [
        case.id.into(),
        kept.version.into(),
        case.state.code().into(),
        kept.urgency.code().into(),
        kept.changed.into(),
        case.department.into(),
        case.assigned.into(),
        i64::from(case.countdown.promised).into(),
        case.countdown.used.into(),
        case.countdown.since.into(),
        kept.due.into(),
        case.first_answer.into(),
        case.last_answer.into(),
        case.asked.into(),
        case.helped.into(),
        i64::from(case.reopened).into(),
        into.into(),
        before.into(),
        case.first_countdown.map(|first| i64::from(first.promised)).into(),
        case.first_countdown.map(|first| first.used).into(),
    ];
    let changed = tx.execute(
        "UPDATE \"case\" SET version = $2, state = $3, urgency = $4, changed = $5, department = $6, assigned = $7, promised = $8,
         used = $9, since = $10, due = $11, first_answer = $12, last_answer = $13, asked = $14, helped = $15, reopened = $16,
         merged = $17, merged_state = $18, first_promised = $19, first_used = $20 WHERE id = $1 AND version = CAST($2 AS BIGINT) - 1",
        &values,
    )?;
    Ok(changed > 0)
}

/// These departments contribute to a case as well.
pub fn contribute(tx: &mut Tx, case: CaseId, departments: &[DepartmentId]) -> Result<(), StoreError> {
    let sql = "INSERT INTO case_department (case_id, department) VALUES ($1, $2) ON CONFLICT (case_id, department) DO NOTHING";
    departments.iter().try_for_each(|department| {
        tx.execute(sql, &[case.into(), (*department).into()])?;
        Ok(())
    })
}

/// A comment belongs to a case.
pub fn join(tx: &mut Tx, case: CaseId, feedback: FeedbackId) -> Result<(), StoreError> {
    let sql = "INSERT INTO case_feedback (case_id, feedback) VALUES ($1, $2) ON CONFLICT (case_id, feedback) DO NOTHING";
    tx.execute(sql, &[case.into(), feedback.into()])?;
    Ok(())
}

/// These comments belong to a case no more.
pub fn part(tx: &mut Tx, case: CaseId, feedback: &[FeedbackId]) -> Result<(), StoreError> {
    let values: Vec<Value<'_>> = feedback.iter().flat_map(|feedback| [case.into(), (*feedback).into()]).collect();
    tx.execute_many("DELETE FROM case_feedback WHERE case_id = $1 AND feedback = $2", 2, &values)?;
    Ok(())
}

/// The cases in sight that were opened from one moment up to another, without comments and departments, oldest first.
pub fn opened_between(view: &View, from: Time, until: Time) -> Result<Vec<KeptCase>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM \"case\" WHERE opened >= $1 AND opened < $2 ORDER BY opened, id");
    let mut found = view.list(&sql, &[from.into(), until.into()], read)?;
    found.retain(|kept| view.scope().sees(kept.post));
    Ok(found)
}

/// The promise that a case was late for, if it was told: the moment at which it was due.
pub fn told_late(view: &View, case: CaseId) -> Result<Option<Time>, StoreError> {
    let sql = "SELECT late FROM \"case\" WHERE id = $1";
    Ok(view.one(sql, &[case.into()], |row| row.int_or_none(0))?.flatten().map(Time))
}

/// Remembers that it was told.
pub fn tell_late(tx: &mut Tx, case: CaseId, due: Time) -> Result<(), StoreError> {
    tx.execute("UPDATE \"case\" SET late = $2 WHERE id = $1", &[case.into(), due.into()])?;
    Ok(())
}

/// A case whose time runs: which, whose, how far, and when it is due as far as was reckoned.
pub type Running = (CaseId, DepartmentId, Countdown, Option<Time>);

/// All cases whose time runs, in whoever's sight.
pub fn running(view: &View) -> Result<Vec<Running>, StoreError> {
    let sql = "SELECT id, department, promised, used, since, due FROM \"case\" WHERE since IS NOT NULL ORDER BY id";
    view.list(sql, &[], |row| {
        let countdown = Countdown {
            promised: u32::try_from(row.int(2)?).map_err(StoreError::odd)?,
            used: row.int(3)?,
            since: row.int_or_none(4)?.map(Time),
        };
        Ok((CaseId(row.int(0)?), DepartmentId(row.int(1)?), countdown, row.int_or_none(5)?.map(Time)))
    })
}

/// Sets when a case is due, after working hours have changed; nobody has changed the case itself.
pub fn set_due(tx: &mut Tx, case: CaseId, due: Option<Time>) -> Result<(), StoreError> {
    tx.execute("UPDATE \"case\" SET due = $2 WHERE id = $1", &[case.into(), due.into()])?;
    Ok(())
}

/// How many cases a department has that are not closed, and how many in all.
pub fn count_of(view: &View, department: DepartmentId) -> Result<(u64, u64), StoreError> {
    let sql = "SELECT count(*) FROM \"case\" WHERE department = $1 AND state IN ('open', 'waiting', 'answered')";
    let open = view.number(sql, &[department.into()])? as u64;
    let sql = "SELECT count(*) FROM \"case\" WHERE department = $1";
    Ok((open, view.number(sql, &[department.into()])? as u64))
}

/// Two departments become one: what the first has, the second has.
pub fn hand_over(tx: &mut Tx, from: DepartmentId, to: DepartmentId) -> Result<(), StoreError> {
    tx.execute("UPDATE \"case\" SET department = $2, version = version + 1 WHERE department = $1", &[from.into(), to.into()])?;
    let sql = "INSERT INTO case_department (case_id, department) SELECT case_id, CAST($2 AS BIGINT) FROM case_department WHERE department = $1
         ON CONFLICT (case_id, department) DO NOTHING";
    tx.execute(sql, &[from.into(), to.into()])?;
    tx.execute("DELETE FROM case_department WHERE department = $1", &[from.into()])?;
    Ok(())
}

/// A comment that is withdrawn belongs to no case any more, and was sent to nobody.
pub(crate) fn forget(tx: &mut Tx, feedback: FeedbackId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM case_feedback WHERE feedback = $1", &[feedback.into()])?;
    tx.execute("DELETE FROM routed WHERE feedback = $1", &[feedback.into()])?;
    tx.execute("DELETE FROM routed_department WHERE feedback = $1", &[feedback.into()])?;
    tx.execute("UPDATE alert SET feedback = NULL WHERE feedback = $1", &[feedback.into()])?;
    Ok(())
}

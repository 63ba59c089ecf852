//! Issues: what they are about, what each department has stated, and the comments and cases joined by hand. Titles and statements are the
//! company's own words, in everybody's sight; comments and cases are seen by whoever sees their post.

use std::collections::HashMap;

use heard_domain::id::{AccountId, CaseId, CategoryId, DepartmentId, FeedbackId, IssueId, PersonId, PostId, StageId, UserId};
use heard_domain::issue::{Contribution, IssueState, SignOff, Work};
use heard_domain::kept_issue::{FixedOn, IssueStanding, KeptIssue};
use heard_domain::time::{Day, Time};

use crate::error::StoreError;
use crate::sql::driver::{Row, Value, one_of, within};
use crate::tables::passage::CHUNK;
use crate::view::{Tx, View};

const COLUMNS: &str =
    "id, number, version, title, stage, origin, standing, merged, opened, opened_by, changed, begins, verified, reopened, since";

/// Which issues are asked for; what is empty or `None` does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// Of one of these standings.
    pub standing: Vec<IssueStanding>,
    /// In one of these states.
    pub state: Vec<IssueState>,
    /// To which one of these departments contributes.
    pub department: Vec<DepartmentId>,
    /// Gathered from one of these.
    pub category: Vec<CategoryId>,
    /// At one of these stages.
    pub stage: Vec<StageId>,
}

fn day(row: &dyn Row, column: usize) -> Result<Option<Day>, StoreError> {
    row.int_or_none(column)?.map(|day| i32::try_from(day).map(Day).map_err(StoreError::odd)).transpose()
}

fn read(row: &dyn Row) -> Result<KeptIssue, StoreError> {
    Ok(KeptIssue {
        id: IssueId(row.int(0)?),
        number: row.int(1)?,
        version: row.int(2)?,
        title: row.text(3)?.to_owned(),
        stage: row.int_or_none(4)?.map(StageId),
        categories: Vec::new(),
        origin: row.text(5)?.parse()?,
        standing: row.text(6)?.parse()?,
        merged: row.int_or_none(7)?.map(IssueId),
        opened: Time(row.int(8)?),
        opened_by: row.int_or_none(9)?.map(UserId),
        changed: Time(row.int(10)?),
        begins: day(row, 11)?,
        work: Work {
            contributions: Vec::new(),
            verified: row.yes(12)?,
            reopened: u32::try_from(row.int(13)?).map_err(StoreError::odd)?,
        },
        fixed_on: Vec::new(),
        since: day(row, 14)?,
    })
}

/// Adds what belongs to each: categories and departments.
fn with_all(view: &View, mut issues: Vec<KeptIssue>) -> Result<Vec<KeptIssue>, StoreError> {
    let mut categories = HashMap::<IssueId, Vec<CategoryId>>::new();
    let mut work = HashMap::<IssueId, (Vec<Contribution>, Vec<FixedOn>)>::new();
    let ids: Vec<IssueId> = issues.iter().map(|kept| kept.id).collect();
    for ids in ids.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!("SELECT issue, category FROM issue_category WHERE issue IN ({list}) ORDER BY issue, category");
        view.each(&sql, &values, |row| {
            categories.entry(IssueId(row.int(0)?)).or_default().push(CategoryId(row.int(1)?));
            Ok(())
        })?;
        let sql = format!(
            "SELECT issue, department, cause, fix, fixed_on, signed_off_by, signed_off_at FROM issue_department WHERE issue IN ({list})
             ORDER BY issue, place"
        );
        view.each(&sql, &values, |row| {
            let (contributions, fixed) = work.entry(IssueId(row.int(0)?)).or_default();
            let department = DepartmentId(row.int(1)?);
            let (by, at) = (row.int_or_none(5)?.map(UserId), row.int_or_none(6)?.map(Time));
            contributions.push(Contribution {
                department,
                cause: row.text_or_none(2)?.map(str::to_owned),
                fix: row.text_or_none(3)?.map(str::to_owned),
                signed: by.zip(at).map(|(user, at)| SignOff { user, at }),
            });
            fixed.extend(day(row, 4)?.map(|day| FixedOn { department, day }));
            Ok(())
        })?;
    }
    for kept in &mut issues {
        kept.categories = categories.remove(&kept.id).unwrap_or_default();
        (kept.work.contributions, kept.fixed_on) = work.remove(&kept.id).unwrap_or_default();
    }
    Ok(issues)
}

/// The issues that fit, the newest first.
pub fn list(view: &View, sought: &Sought) -> Result<Vec<KeptIssue>, StoreError> {
    let (mut fits, mut values): (Vec<String>, Vec<Value<'static>>) = (vec!["number > 0".to_owned()], vec![]);
    let standing: Vec<&'static str> = sought.standing.iter().map(|one| one.code()).collect();
    let state: Vec<&'static str> = sought.state.iter().map(|one| one.code()).collect();
    within("standing", &standing, &mut fits, &mut values);
    within("state", &state, &mut fits, &mut values);
    within("stage", &sought.stage, &mut fits, &mut values);
    for (table, column, ids) in [
        ("issue_department", "department", sought.department.iter().map(|id| id.0).collect::<Vec<i64>>()),
        ("issue_category", "category", sought.category.iter().map(|id| id.0).collect()),
    ] {
        if !ids.is_empty() {
            let (list, more) = one_of(values.len() + 1, &ids);
            values.extend(more);
            fits.push(format!("EXISTS (SELECT 1 FROM {table} WHERE {table}.issue = issue.id AND {table}.{column} IN ({list}))"));
        }
    }
    let fits = fits.join(" AND ");
    let sql = format!("SELECT {COLUMNS} FROM issue WHERE {fits} ORDER BY id DESC");
    let found = view.list(&sql, &values, read)?;
    with_all(view, found)
}

/// One.
pub fn get(view: &View, id: IssueId) -> Result<Option<KeptIssue>, StoreError> {
    let found = view.list(&format!("SELECT {COLUMNS} FROM issue WHERE id = $1"), &[id.into()], read)?;
    Ok(with_all(view, found)?.pop())
}

/// The issue with this number.
pub fn numbered(view: &View, number: i64) -> Result<Option<IssueId>, StoreError> {
    view.one("SELECT id FROM issue WHERE number = $1", &[number.into()], |row| Ok(IssueId(row.int(0)?)))
}

/// The number of the next issue.
pub fn next_number(view: &View) -> Result<i64, StoreError> {
    Ok(view.number("SELECT max(number) FROM issue", &[])?.max(0) + 1)
}

/// Adds an issue with its categories and departments.
pub fn insert(tx: &mut Tx, kept: &KeptIssue) -> Result<(), StoreError> {
    let values: [Value<'_>; 16] = [
        kept.id.into(),
        kept.number.into(),
        kept.version.into(),
        (&kept.title).into(),
        kept.stage.into(),
        kept.origin.code().into(),
        kept.standing.code().into(),
        kept.merged.into(),
        kept.opened.into(),
        kept.opened_by.into(),
        kept.changed.into(),
        kept.begins.into(),
        kept.work.verified.into(),
        i64::from(kept.work.reopened).into(),
        kept.since.into(),
        kept.state().code().into(),
    ];
    let sql = format!(
        "INSERT INTO issue ({COLUMNS}, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
    );
    tx.execute(&sql, &values)?;
    with_parts(tx, kept)
}

/// Changes an issue; its version must be one more than that which is kept. Whether it was.
pub fn update(tx: &mut Tx, kept: &KeptIssue) -> Result<bool, StoreError> {
    let values: [Value<'_>; 12] = [
        kept.id.into(),
        kept.version.into(),
        (&kept.title).into(),
        kept.stage.into(),
        kept.standing.code().into(),
        kept.merged.into(),
        kept.changed.into(),
        kept.begins.into(),
        kept.work.verified.into(),
        i64::from(kept.work.reopened).into(),
        kept.state().code().into(),
        kept.since.into(),
    ];
    let changed = tx.execute(
        "UPDATE issue SET version = $2, title = $3, stage = $4, standing = $5, merged = $6, changed = $7, begins = $8, verified = $9,
         reopened = $10, state = $11, since = $12 WHERE id = $1 AND version = CAST($2 AS BIGINT) - 1",
        &values,
    )?;
    if changed > 0 {
        with_parts(tx, kept)?;
    }
    Ok(changed > 0)
}

fn with_parts(tx: &mut Tx, kept: &KeptIssue) -> Result<(), StoreError> {
    tx.execute("DELETE FROM issue_category WHERE issue = $1", &[kept.id.into()])?;
    for category in &kept.categories {
        let sql = "INSERT INTO issue_category (issue, category) VALUES ($1, $2) ON CONFLICT (issue, category) DO NOTHING";
        tx.execute(sql, &[kept.id.into(), (*category).into()])?;
    }
    tx.execute("DELETE FROM issue_department WHERE issue = $1", &[kept.id.into()])?;
    for (place, one) in kept.work.contributions.iter().enumerate() {
        let fixed = kept.fixed_on.iter().find(|fixed| fixed.department == one.department).map(|fixed| fixed.day);
        let values: [Value<'_>; 8] = [
            kept.id.into(),
            one.department.into(),
            place.into(),
            one.cause.as_deref().into(),
            one.fix.as_deref().into(),
            fixed.into(),
            one.signed.map(|signed| signed.user).into(),
            one.signed.map(|signed| signed.at).into(),
        ];
        tx.execute(
            "INSERT INTO issue_department (issue, department, place, cause, fix, fixed_on, signed_off_by, signed_off_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &values,
        )?;
    }
    Ok(())
}

/// A comment belongs to an issue by hand.
pub fn join(tx: &mut Tx, issue: IssueId, feedback: FeedbackId) -> Result<(), StoreError> {
    let sql = "INSERT INTO issue_feedback (issue, feedback) VALUES ($1, $2) ON CONFLICT (issue, feedback) DO NOTHING";
    tx.execute(sql, &[issue.into(), feedback.into()])?;
    Ok(())
}

/// It does so no more. Whether it did.
pub fn part(tx: &mut Tx, issue: IssueId, feedback: FeedbackId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM issue_feedback WHERE issue = $1 AND feedback = $2";
    Ok(tx.execute(sql, &[issue.into(), feedback.into()])? > 0)
}

/// The comments in sight that were joined by hand, the newest first.
pub fn feedback(view: &View, issue: IssueId) -> Result<Vec<FeedbackId>, StoreError> {
    let sql =
        "SELECT issue_feedback.feedback, feedback.post FROM issue_feedback JOIN feedback ON feedback.id = issue_feedback.feedback
         WHERE issue_feedback.issue = $1 ORDER BY issue_feedback.feedback DESC";
    let mut found = view.list(sql, &[issue.into()], |row| Ok((FeedbackId(row.int(0)?), PostId(row.int(1)?))))?;
    found.retain(|(_, post)| view.scope().sees(*post));
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// A comment that was joined to an issue by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// To which issue.
    pub issue: IssueId,
    /// Which comment.
    pub feedback: FeedbackId,
    /// The day it was said.
    pub day: Day,
    /// Who said it, if that is known.
    pub person: Option<PersonId>,
    /// For which account, if that is known.
    pub account: Option<AccountId>,
}

/// The comments in sight that were joined to these issues by hand, by issue, the newest first.
pub fn joined(view: &View, issues: &[IssueId]) -> Result<Vec<Joined>, StoreError> {
    let mut found = Vec::new();
    for ids in issues.chunks(CHUNK) {
        let (list, values) = one_of(1, ids);
        let sql = format!(
            "SELECT issue_feedback.issue, feedback.id, feedback.day, feedback.person, feedback.account, feedback.post FROM issue_feedback
             JOIN feedback ON feedback.id = issue_feedback.feedback WHERE issue_feedback.issue IN ({list})
             ORDER BY issue_feedback.issue, issue_feedback.feedback DESC"
        );
        view.each(&sql, &values, |row| {
            if view.scope().sees(PostId(row.int(5)?)) {
                found.push(Joined {
                    issue: IssueId(row.int(0)?),
                    feedback: FeedbackId(row.int(1)?),
                    day: Day(row.int(2)? as i32),
                    person: row.int_or_none(3)?.map(PersonId),
                    account: row.int_or_none(4)?.map(AccountId),
                });
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The issues that became part of another one, with their titles, the newest first.
pub fn parts(view: &View, issue: IssueId) -> Result<Vec<(IssueId, String)>, StoreError> {
    let sql = "SELECT id, title FROM issue WHERE merged = $1 AND number > 0 ORDER BY id DESC";
    view.list(sql, &[issue.into()], |row| Ok((IssueId(row.int(0)?), row.text(1)?.to_owned())))
}

/// A case belongs to an issue.
pub fn join_case(tx: &mut Tx, issue: IssueId, case: CaseId) -> Result<(), StoreError> {
    let sql = "INSERT INTO issue_case (issue, case_id) VALUES ($1, $2) ON CONFLICT (issue, case_id) DO NOTHING";
    tx.execute(sql, &[issue.into(), case.into()])?;
    Ok(())
}

/// It does so no more. Whether it did.
pub fn part_case(tx: &mut Tx, issue: IssueId, case: CaseId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM issue_case WHERE issue = $1 AND case_id = $2", &[issue.into(), case.into()])? > 0)
}

/// All that was joined to one issue by hand belongs to another as well, whoever sees it.
pub fn join_all(tx: &mut Tx, from: IssueId, to: IssueId) -> Result<(), StoreError> {
    let comments = "INSERT INTO issue_feedback (issue, feedback) SELECT $2, feedback FROM issue_feedback WHERE issue = $1
         ON CONFLICT (issue, feedback) DO NOTHING";
    tx.execute(comments, &[from.into(), to.into()])?;
    let cases = "INSERT INTO issue_case (issue, case_id) SELECT $2, case_id FROM issue_case WHERE issue = $1
         ON CONFLICT (issue, case_id) DO NOTHING";
    tx.execute(cases, &[from.into(), to.into()])?;
    Ok(())
}

/// The cases in sight of an issue, the newest first.
pub fn cases(view: &View, issue: IssueId) -> Result<Vec<CaseId>, StoreError> {
    let sql = "SELECT issue_case.case_id, \"case\".post FROM issue_case JOIN \"case\" ON \"case\".id = issue_case.case_id
         WHERE issue_case.issue = $1 ORDER BY issue_case.case_id DESC";
    let mut found = view.list(sql, &[issue.into()], |row| Ok((CaseId(row.int(0)?), PostId(row.int(1)?))))?;
    found.retain(|(_, post)| view.scope().sees(*post));
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

/// The issues to which a case belongs.
pub fn of_case(view: &View, case: CaseId) -> Result<Vec<KeptIssue>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM issue WHERE id IN (SELECT issue FROM issue_case WHERE case_id = $1) ORDER BY id");
    let found = view.list(&sql, &[case.into()], read)?;
    with_all(view, found)
}

/// To how many issues a department contributes.
pub fn count_of(view: &View, department: DepartmentId) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM issue_department WHERE department = $1";
    Ok(view.number(sql, &[department.into()])? as u64)
}

/// Two departments become one: what the first contributes, the second does. Where both do, both have to state and sign anew together: what
/// the first has stated is gone, and the second has neither signed nor a
/// day since when its fix is in effect.
pub fn hand_over(tx: &mut Tx, from: DepartmentId, to: DepartmentId) -> Result<(), StoreError> {
    let values = [from.into(), to.into()];
    let both = "SELECT issue FROM issue_department WHERE department = $1
         AND issue IN (SELECT issue FROM issue_department WHERE department = $2)";
    let both: Vec<i64> = tx.list(both, &values, |row| row.int(0))?;
    for issue in both {
        tx.execute("DELETE FROM issue_department WHERE issue = $1 AND department = $2", &[issue.into(), from.into()])?;
        let sql = "UPDATE issue_department SET fixed_on = NULL, signed_off_by = NULL, signed_off_at = NULL
             WHERE issue = $1 AND department = $2";
        tx.execute(sql, &[issue.into(), to.into()])?;
        let kept = get(tx, IssueId(issue))?;
        let state = kept.map_or(IssueState::Open, |kept| kept.state());
        let sql = "UPDATE issue SET version = version + 1, verified = 0, state = $2 WHERE id = $1";
        tx.execute(sql, &[issue.into(), state.code().into()])?;
    }
    tx.execute("UPDATE issue_department SET department = $2 WHERE department = $1", &values)?;
    tx.execute("UPDATE partner_link SET department = $2 WHERE department = $1", &values)?;
    tx.execute("UPDATE action SET department = $2 WHERE department = $1", &values)?;
    Ok(())
}

/// A department is removed: actions stand without it, and no partner comes for it any more.
pub fn leave(tx: &mut Tx, department: DepartmentId) -> Result<(), StoreError> {
    tx.execute("UPDATE action SET department = NULL WHERE department = $1", &[department.into()])?;
    tx.execute("DELETE FROM partner_link WHERE department = $1", &[department.into()])?;
    Ok(())
}

/// A comment that is withdrawn belongs to no issue any more.
pub(crate) fn forget(tx: &mut Tx, feedback: FeedbackId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM issue_feedback WHERE feedback = $1", &[feedback.into()])?;
    Ok(())
}

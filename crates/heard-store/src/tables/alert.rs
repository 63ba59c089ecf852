//! Alerts: what was told at once, to whom, and who has seen it.

use heard_domain::alert::Alert;
use heard_domain::id::{AlertId, CaseId, FeedbackId, PlaceId, PostId, UserId};
use heard_domain::time::Time;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

fn read(row: &dyn Row) -> Result<Alert, StoreError> {
    Ok(Alert {
        id: AlertId(row.int(0)?),
        kind: row.text(1)?.parse()?,
        at: Time(row.int(2)?),
        urgency: row.text(3)?.parse()?,
        post: PostId(row.int(4)?),
        place: row.int_or_none(5)?.map(PlaceId),
        departments: serde_json::from_str(row.text(6)?)?,
        feedback: row.int_or_none(7)?.map(FeedbackId),
        case: row.int_or_none(8)?.map(CaseId),
    })
}

/// Keeps an alert for these users.
pub fn add(tx: &mut Tx, alert: &Alert, users: &[UserId]) -> Result<(), StoreError> {
    let departments = serde_json::to_string(&alert.departments)?;
    let values: [Value<'_>; 9] = [
        alert.id.into(),
        alert.kind.code().into(),
        alert.at.into(),
        alert.urgency.code().into(),
        alert.post.into(),
        alert.place.into(),
        (&departments).into(),
        alert.feedback.into(),
        alert.case.into(),
    ];
    let sql = "INSERT INTO alert (id, kind, at, urgency, post, place, departments, feedback, case_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    tx.execute(sql, &values)?;
    let values: Vec<Value<'_>> = users.iter().flat_map(|user| [alert.id.into(), (*user).into()]).collect();
    tx.execute_many(
        "INSERT INTO alert_user (alert, user_id) VALUES ($1, $2) ON CONFLICT (alert, user_id) DO NOTHING",
        2,
        &values,
    )?;
    Ok(())
}

/// One alert, in sight.
pub fn get(view: &View, id: AlertId) -> Result<Option<Alert>, StoreError> {
    let sql = "SELECT id, kind, at, urgency, post, place, departments, feedback, case_id FROM alert WHERE id = $1";
    let found = view.one(sql, &[id.into()], read)?;
    Ok(found.filter(|alert| view.scope().sees(alert.post)))
}

/// Whether anybody was told of this comment while the customer was still there.
pub fn told_here(view: &View, feedback: FeedbackId) -> Result<bool, StoreError> {
    Ok(view.number("SELECT count(*) FROM alert WHERE feedback = $1 AND kind = 'here'", &[feedback.into()])? > 0)
}

/// What a user was told and has not seen, in sight, the newest first.
pub fn unseen(view: &View, user: UserId, limit: usize) -> Result<Vec<Alert>, StoreError> {
    let sql = "SELECT alert.id, alert.kind, alert.at, alert.urgency, alert.post, alert.place, alert.departments, alert.feedback,
         alert.case_id FROM alert_user JOIN alert ON alert.id = alert_user.alert WHERE alert_user.user_id = $1
         AND alert_user.seen IS NULL ORDER BY alert.id DESC LIMIT $2";
    let mut found = view.list(sql, &[user.into(), limit.into()], read)?;
    found.retain(|alert| view.scope().sees(alert.post));
    Ok(found)
}

/// A user has seen what they were told up to this one, or about this case.
pub fn seen(tx: &mut Tx, user: UserId, up_to: AlertId, at: Time) -> Result<u64, StoreError> {
    let sql = "UPDATE alert_user SET seen = $3 WHERE user_id = $1 AND alert <= $2 AND seen IS NULL";
    tx.execute(sql, &[user.into(), up_to.into(), at.into()])
}

/// A user has opened a case: what they were told about it is seen.
pub fn seen_of_case(tx: &mut Tx, user: UserId, case: CaseId, at: Time) -> Result<u64, StoreError> {
    let sql = "UPDATE alert_user SET seen = $3 WHERE user_id = $1 AND seen IS NULL
         AND alert IN (SELECT alert.id FROM alert WHERE alert.case_id = $2)";
    tx.execute(sql, &[user.into(), case.into(), at.into()])
}

//! What somebody was told and has not seen yet.

use heard_domain::alert::{Alert, AlertKind};
use heard_domain::id::{AlertId, IdMaker, UserId};
use heard_domain::kept_case::KeptCase;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;

use crate::act::acting::looking;
use crate::alerting::{Told, keep};
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// So many are shown at once.
const MOST: usize = 50;

/// What the user, or the one who made the token, was told and has not seen, newest first; nothing for who is neither.
pub async fn unseen(flow: &Flow, scope: &Scope) -> Result<Vec<Alert>, FlowError> {
    need(scope, Grant::ReadCases)?;
    let Some(user) = looking(flow, scope).await?.map(|acting| acting.user) else { return Ok(Vec::new()) };
    Ok(flow.store.read(scope, move |view| tables::alert::unseen(view, user, MOST)).await?)
}

/// The user has seen what they were told, up to this alert.
pub async fn seen(flow: &Flow, scope: &Scope, up_to: AlertId) -> Result<u64, FlowError> {
    need(scope, Grant::ReadCases)?;
    let user = looking(flow, scope).await?.ok_or(FlowError::Forbidden)?.user;
    let now = flow.now();
    Ok(flow.store.write(scope, move |tx| tables::alert::seen(tx, user, up_to, now)).await?)
}

/// Keeps an alert about a case, to be told once the write is durable; nobody to tell, nothing to keep.
pub(crate) fn about(
    tx: &mut Tx,
    ids: &IdMaker,
    now: Time,
    kind: AlertKind,
    kept: &KeptCase,
    users: Vec<UserId>,
) -> Result<Option<Told>, StoreError> {
    if users.is_empty() {
        return Ok(None);
    }
    let alert = Alert {
        id: AlertId(ids.next(now)),
        kind,
        at: now,
        urgency: kept.urgency,
        post: kept.post,
        place: kept.place,
        departments: vec![kept.case.department],
        feedback: kept.feedback.last().copied(),
        case: Some(kept.case.id),
    };
    Ok(Some(keep(tx, ids, alert, users)?))
}

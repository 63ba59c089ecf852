//! Other systems are told of alerts: signed, tried again for days, and never twice once they took it. A delivery carries what an alert
//! says, and neither words of customers nor names of persons: whoever is told looks into Heard.

use std::sync::Arc;

use heard_channels::couriers::webhook::{Signed, Untaken, deliver};
use heard_channels::http::{Address, Client};
use heard_domain::alert::Alert;
use heard_domain::directory::Directory;
use heard_domain::id::{AlertId, JobId, ReceiverId};
use heard_domain::job::Job;
use heard_domain::kept_case::KeptCase;
use heard_domain::receiver::{Receiver, wait_ms};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::tables;
use heard_store::view::{Tx, View};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::arrange::receiver::signed;
use crate::error::FlowError;
use crate::flow::Flow;

/// One delivery that is to be made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owed {
    pub(crate) job: JobId,
    pub(crate) receiver: ReceiverId,
    pub(crate) alert: AlertId,
    pub(crate) tries: u32,
}

/// Makes these deliveries side by side: who answers slowly keeps nobody else waiting. What failed comes again later.
pub(crate) async fn run(flow: &Arc<Flow>, owed: Vec<Owed>) -> Result<(), FlowError> {
    let mut under_way = JoinSet::new();
    for one in owed {
        let flow = Arc::clone(flow);
        under_way.spawn(async move { make(&flow, one).await });
    }
    let mut first = Ok(());
    while let Some(made) = under_way.join_next().await {
        let made = made.map_err(FlowError::internal)?;
        first = first.and(made);
    }
    first
}

async fn make(flow: &Flow, owed: Owed) -> Result<(), FlowError> {
    let look = move |view: &View| {
        let alert = tables::alert::get(view, owed.alert)?;
        let case = alert.as_ref().and_then(|alert| alert.case);
        let case = case.map_or(Ok(None), |id| tables::case::get(view, id))?;
        Ok((tables::receiver::get(view, owed.receiver)?, tables::receiver::secret(view, owed.receiver)?, alert, case))
    };
    let (receiver, secret, alert, case) = flow.store.read(&Scope::system(), look).await?;
    // Who is gone or switched off is not told any more, and what is gone is not told of.
    let (Some(receiver), Some(secret), Some(alert)) = (receiver.filter(|one| one.on), secret, alert) else {
        return Ok(flow.store.write(&Scope::system(), move |tx| tables::job::finish(tx, owed.job)).await?);
    };
    let body = body(&alert, case.as_ref(), &flow.directory()).to_string().into_bytes();
    let signed = signed(&secret, &format!("alert_{}_{}", alert.id, receiver.id), flow.now().0.div_euclid(1_000), body);
    let outcome = sent(flow.client()?, &receiver, signed).await?;
    let (now, chance) = (flow.now(), flow.secret::<1>()[0]);
    let write = move |tx: &mut Tx| {
        let Err(untaken) = &outcome else {
            tables::receiver::took(tx, owed.receiver, now)?;
            return tables::job::finish(tx, owed.job);
        };
        let gone = matches!(untaken, Untaken::Gone);
        tables::receiver::failed(tx, owed.receiver, now, &untaken.to_string(), gone)?;
        match wait_ms(owed.tries, chance).filter(|_| !gone) {
            Some(wait) => {
                let Owed { receiver, alert, tries, .. } = owed;
                let next = Job::Notify { receiver, alert, tries: tries + 1 };
                tables::job::again(tx, owed.job, &next, now.plus_ms(wait))
            }
            None => tables::job::finish(tx, owed.job),
        }
    };
    Ok(flow.store.write(&Scope::system(), write).await?)
}

async fn sent(client: Arc<Client>, receiver: &Receiver, signed: Signed) -> Result<Result<(), Untaken>, FlowError> {
    let address: Address = receiver.address.parse().map_err(FlowError::internal)?;
    tokio::task::spawn_blocking(move || deliver(&client, &address, &signed)).await.map_err(FlowError::internal)
}

/// What is posted: the alert, with the names that it speaks of.
pub(crate) fn body(alert: &Alert, case: Option<&KeptCase>, directory: &Directory) -> Value {
    let post = directory.posts.iter().find(|post| post.id == alert.post).map(|post| post.name.as_str());
    let place = alert.place.and_then(|id| directory.place(id)).map(|place| place.name.as_str());
    let departments = alert.departments.iter().filter_map(|id| directory.department(*id)).map(|d| d.name.as_str());
    let departments: Vec<&str> = departments.collect();
    let spot = place.or(post).unwrap_or_default();
    json!({
        "type": format!("alert.{}", alert.kind.code()),
        "timestamp": alert.at,
        "data": {
            "alert": alert,
            "says": format!("{}: {spot}", alert.kind.label()),
            "post_name": post,
            "place_name": place,
            "department_names": departments,
            "case_name": case.map(KeptCase::name),
            "due": case.and_then(|kept| kept.due).map(|due: Time| due),
        },
    })
}

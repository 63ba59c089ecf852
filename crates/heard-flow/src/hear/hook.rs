//! A signed delivery of another system: believed only with its signature, taken whole or not at all, and however often it
//! comes, heard once.

use heard_domain::health::Way;
use heard_domain::id::{FeedbackId, WebhookId};
use heard_domain::scope::Scope;
use heard_store::tables;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::mapped::{Misfit, Understanding, understood};
use crate::hear::take::{Heard, take_from};
use crate::hear::trouble;
use crate::signature::{Delivery, PREFIX, Unsigned, signed};

/// “Last used” is kept to within this: not every delivery should be one more write.
const SEEN_STEP_MS: i64 = 60_000;

/// What became of a delivery.
#[derive(Debug)]
pub enum Delivered {
    /// All of it is heard: identifier, and whether it is new, in the order of the body.
    Taken(Vec<(FeedbackId, bool)>),
    /// The signature does not fit, or there is no such webhook: which of both is never said.
    Unsigned(&'static str),
    /// The body does not fit; nothing of it was taken.
    Misfits(Vec<Misfit>),
}

/// Takes in a delivery.
pub async fn deliver(flow: &Flow, id: WebhookId, delivery: Delivery<'_>) -> Result<Delivered, FlowError> {
    let (scope, now) = (Scope::system(), flow.now());
    let found = flow.store.read(&scope, move |view| Ok((tables::webhook::get(view, id)?, tables::webhook::secrets(view, id)?)));
    let (Some(hook), Some(secrets)) = found.await? else {
        // As much work as for one that is there: how long it takes tells nothing either.
        let nobody = format!("{PREFIX}AAAA");
        let _ = signed(&[&nobody], &delivery, now);
        return Ok(Delivered::Unsigned(WHY_SIGNATURE));
    };
    let old = secrets.old.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret.as_str());
    let accepted: Vec<&str> = std::iter::once(secrets.current.as_str()).chain(old).collect();
    if let Err(unsigned) = signed(&accepted, &delivery, now) {
        let reason = match unsigned {
            Unsigned::Headers => "a header is missing: webhook-id, webhook-timestamp (seconds) and webhook-signature are needed",
            Unsigned::Time => "the timestamp is more than five minutes from now: look at the sender's clock",
            Unsigned::Signature => WHY_SIGNATURE,
        };
        trouble::note(flow, hook.post, Way::Webhook, &format!("{}: {reason}", hook.name)).await?;
        // To the sender a webhook that is there says no more than one that is not.
        return Ok(Delivered::Unsigned(if unsigned == Unsigned::Signature { WHY_SIGNATURE } else { reason }));
    }
    let directory = flow.directory();
    let with = Understanding { fields: hook.fields.as_ref(), delivery: delivery.id, now, zone: &directory.company.zone };
    let misfits = match understood(delivery.body, &with) {
        Ok((batch, timed)) => {
            let keys: Vec<String> = batch.iter().map(|one| one.key.clone()).collect();
            match kept(take_from(flow, &scope, hook.post, batch, timed).await?, &keys) {
                Ok(taken) => {
                    if hook.seen.is_none_or(|seen| now.0 - seen.0 > SEEN_STEP_MS) {
                        flow.store.write(&scope, move |tx| tables::webhook::touch(tx, id, now)).await?;
                    }
                    return Ok(Delivered::Taken(taken));
                }
                Err(misfits) => misfits,
            }
        }
        Err(misfits) => misfits,
    };
    let first = misfits.first().map(|bad| format!("{} {}", bad.field, bad.reason)).unwrap_or_default();
    trouble::note(flow, hook.post, Way::Webhook, &format!("{}: {first}", hook.name)).await?;
    Ok(Delivered::Misfits(misfits))
}

const WHY_SIGNATURE: &str = "the signature does not fit this webhook";

fn kept(heard: Vec<Heard>, keys: &[String]) -> Result<Vec<(FeedbackId, bool)>, Vec<Misfit>> {
    let (mut taken, mut misfits) = (Vec::with_capacity(heard.len()), Vec::new());
    for (heard, key) in heard.into_iter().zip(keys) {
        match heard {
            Heard::Added(id) => taken.push((id, true)),
            Heard::Known(id) | Heard::Revised(id) => taken.push((id, false)),
            Heard::Differs(id) => misfits.push(Misfit {
                field: "key".into(),
                reason: format!("“{}” was used before for other words (feedback {id})", key.chars().take(60).collect::<String>()),
            }),
            Heard::Refused(bad) => misfits.push(Misfit { field: bad.field, reason: bad.reason }),
        }
    }
    if misfits.is_empty() { Ok(taken) } else { Err(misfits) }
}

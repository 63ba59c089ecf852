//! Handing messages over. What is about to be sent is written down before, and what became of it after: whoever is cut off between
//! the two finds a message that may have been sent, says so, and never sends it again by itself (ADR 14).

use std::sync::Arc;

use heard_channels::couriers::courier::Undelivered;
use heard_domain::id::{JobId, MessageId};
use heard_domain::message::{MOST_TRIES, Message, MessageKind, MessageState, Topic, next_try};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;

use crate::act::customer::Listening;
use crate::act::lost::end;
use crate::error::FlowError;
use crate::flow::Flow;
use crate::mailing::Mailing;
use crate::sending::job_of;
use crate::tell::body::{Round, mail};
use crate::tell::weekly;

/// As long as nothing is configured, messages wait so long for the next look.
const UNCONFIGURED_MS: i64 = 3_600_000;

/// Hands a message over; the job is done with it, or waits for the next try.
pub(crate) async fn run(flow: &Arc<Flow>, job: JobId, id: MessageId) -> Result<(), FlowError> {
    let (now, mailing) = (flow.now(), flow.mailing());
    let ready = mailing.is_some();
    let zone = flow.directory().company.zone.clone();
    let quiet = mailing.as_ref().and_then(|mailing| mailing.quiet?.end(now, &zone));
    let listening = Arc::new(Listening::of(flow).await?);
    let own = Arc::clone(&listening);
    let claim = move |tx: &mut Tx| {
        let Some(message) = tables::message::get(tx, id)? else {
            tables::job::finish(tx, job)?;
            return Ok((None, None));
        };
        match message.state {
            MessageState::Waiting if !ready => {
                tables::job::again(tx, job, &job_of(&message), now.plus_ms(UNCONFIGURED_MS))?;
                Ok((None, None))
            }
            MessageState::Waiting if quiet.is_some() && unasked(message.kind) => {
                quiet.map_or(Ok(()), |end| tables::job::again(tx, job, &job_of(&message), end))?;
                Ok((None, None))
            }
            MessageState::Waiting if barred(tx, &message)? => {
                let told = end(tx, &own, &Message { state: MessageState::Suppressed, token: None, ..message })?;
                tables::job::finish(tx, job)?;
                Ok((None, told))
            }
            MessageState::Waiting => {
                let message = wanted(tx, Message { state: MessageState::Sending, tries: message.tries + 1, ..message })?;
                tables::message::update(tx, &message)?;
                let before =
                    message.thread.map(|thread| tables::message::last_of_thread(tx, thread, Some(id))).transpose()?.flatten();
                Ok((Some((message, before.map(|before| before.message_id))), None))
            }
            MessageState::Sending => {
                // Whoever sent it was cut off: the server may have taken it.
                let reason = Some("Heard was cut off while it was sent".to_owned());
                let message = Message { state: MessageState::Maybe, reason, token: None, ..message };
                let told = end(tx, &own, &message)?;
                tables::job::finish(tx, job)?;
                Ok((None, told))
            }
            _ => {
                tables::job::finish(tx, job)?;
                Ok((None, None))
            }
        }
    };
    let (claimed, told) = flow.store.write(&Scope::system(), claim).await?;
    flow.alert(told);
    let (Some((message, before)), Some(mailing)) = (claimed, mailing) else { return Ok(()) };
    let handed = hand_over(flow, &mailing, &message, before).await?;
    let after = became(message, handed, flow.now());
    keep(flow, job, &listening, after).await
}

async fn hand_over(
    flow: &Flow,
    mailing: &Arc<Mailing>,
    message: &Message,
    before: Option<String>,
) -> Result<Result<(), Undelivered>, FlowError> {
    let company = flow.directory().company.name.clone();
    let mut outgoing = mail(message, &Round { mailing, company: &company, before, now: flow.now() });
    if message.kind == MessageKind::Digest {
        match weekly::drawn(flow, message, mailing).await {
            Ok(Some(drawn)) => (outgoing.text, outgoing.html, outgoing.pictures) = (drawn.text, drawn.html, drawn.pictures),
            // It still says that the digest is there.
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a digest is sent without what stands in it"),
        }
    }
    let courier = Arc::clone(&mailing.courier);
    tokio::task::spawn_blocking(move || courier.deliver(&outgoing)).await.map_err(FlowError::internal)
}

/// Whether a message goes to somebody who does not wait for it.
fn unasked(kind: MessageKind) -> bool {
    match kind {
        MessageKind::Letter | MessageKind::Progress | MessageKind::Question => true,
        MessageKind::Case | MessageKind::Receipt | MessageKind::Test | MessageKind::Digest => false,
    }
}

/// Whether nothing may be sent to the address of a message.
fn barred(tx: &Tx, message: &Message) -> Result<bool, StoreError> {
    match message.kind {
        MessageKind::Case | MessageKind::Test | MessageKind::Digest => tables::suppressed::bars_answers(tx, &message.address),
        MessageKind::Letter | MessageKind::Progress | MessageKind::Question => {
            let why = match topic(tx, message)? {
                Some(topic) => tables::suppressed::why_of(tx, &message.address, topic)?,
                None => tables::suppressed::why(tx, &message.address)?,
            };
            Ok(why.is_some())
        }
        MessageKind::Receipt => Ok(tables::suppressed::why(tx, &message.address)?.is_some()),
    }
}

/// Of what a message is that nobody asked for; `None`: the run of letters that it belongs to is gone.
fn topic(tx: &Tx, message: &Message) -> Result<Option<Topic>, StoreError> {
    Ok(match message.kind {
        MessageKind::Progress => Some(Topic::News),
        MessageKind::Question => Some(Topic::Helped),
        _ => {
            let letter = message.letter.map(|id| tables::letter::get(tx, id)).transpose()?.flatten();
            letter.map(|letter| letter.audience.topic())
        }
    })
}

/// The message as its reader wants it: who wants no questions whether it helped gets the answer without it.
fn wanted(tx: &Tx, message: Message) -> Result<Message, StoreError> {
    if !message.asks {
        return Ok(message);
    }
    let unwanted = tables::suppressed::unwanted(tx, &tables::suppressed::hash(tx, &message.address)?)?;
    Ok(Message { asks: !unwanted.contains(&Topic::Helped), ..message })
}

/// The message after a try, and when it is tried again.
fn became(message: Message, handed: Result<(), Undelivered>, now: Time) -> (Message, Option<Time>) {
    let ended =
        |state: MessageState, reason: String, message: Message| Message { state, reason: Some(reason), token: None, ..message };
    match handed {
        Ok(()) => (Message { state: MessageState::Sent, sent: Some(now), reason: None, token: None, ..message }, None),
        Err(Undelivered::Unknown(reason)) => (ended(MessageState::Maybe, reason, message), None),
        Err(Undelivered::Never(reason)) => (ended(MessageState::Failed, reason, message), None),
        Err(Undelivered::Later(reason)) if message.tries >= MOST_TRIES => (ended(MessageState::Failed, reason, message), None),
        Err(Undelivered::Later(reason)) => {
            let due = next_try(message.tries, now);
            (Message { state: MessageState::Waiting, reason: Some(reason), ..message }, Some(due))
        }
    }
}

/// Writes down what became of it until there is room: what is known must not become “maybe”.
async fn keep(
    flow: &Flow,
    job: JobId,
    listening: &Arc<Listening>,
    (message, due): (Message, Option<Time>),
) -> Result<(), FlowError> {
    loop {
        let (message, listening) = (message.clone(), Arc::clone(listening));
        let write = move |tx: &mut Tx| {
            let told = end(tx, &listening, &message)?;
            match due {
                Some(due) => tables::job::again(tx, job, &job_of(&message), due)?,
                None => tables::job::finish(tx, job)?,
            }
            Ok(told)
        };
        match flow.store.write(&Scope::system(), write).await {
            Err(StoreError::Full | StoreError::Busy(_)) => tokio::time::sleep(std::time::Duration::from_secs(1)).await,
            Ok(told) => {
                flow.alert(told);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
}

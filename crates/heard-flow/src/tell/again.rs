//! Sending again: of a message that may have been sent nobody knows whether it arrived. Heard never repeats one by itself; a person may, and
//! is told that it may arrive twice. It goes out under the same `Message-ID`, by which many mailboxes show it once.

use heard_domain::audit::{Act, Noun};
use heard_domain::case_entry::{CaseEntry, CaseEntryKind, CaseEvent};
use heard_domain::id::{CaseEntryId, CaseId, JobId, LetterId, MessageId};
use heard_domain::message::{Message, MessageKind, MessageState};
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::acting::acting;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::secret::hash_secret;
use crate::sending::{Sending, job_of};

/// How many messages of one state are listed.
const MOST: usize = 200;

/// A message without what only its reader may know: neither its words nor its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageShown {
    /// Its identifier.
    pub id: MessageId,
    /// What it is for.
    pub kind: MessageKind,
    /// What became of it.
    pub state: MessageState,
    /// The case that it belongs to.
    pub case: Option<CaseId>,
    /// The run of letters that it belongs to.
    pub letter: Option<LetterId>,
    /// Since when it is there.
    pub at: Time,
    /// How often it was tried.
    pub tries: u32,
    /// What the mail server said last, where it did not take it.
    pub reason: Option<String>,
}

impl From<&Message> for MessageShown {
    fn from(message: &Message) -> Self {
        let Message { id, kind, state, case, letter, at, tries, .. } = *message;
        Self { id, kind, state, case, letter, at, tries, reason: message.reason.clone() }
    }
}

/// Whether somebody sees what belongs to no case. Letters belong to no post either: narrowed sight sees none.
fn mails(scope: &Scope) -> bool {
    scope.may(Grant::Administer) && !matches!(scope.reach, Reach::Posts(_))
}

/// The newest messages in one state: those of cases in sight, and for whoever administers mail all others as well.
pub async fn list(flow: &Flow, scope: &Scope, state: MessageState) -> Result<Vec<MessageShown>, FlowError> {
    need(scope, Grant::ReadCases)?;
    let all = mails(scope);
    let look = move |view: &View| {
        let found = tables::message::newest(view, state, MOST)?;
        let cases: Vec<CaseId> = found.iter().filter_map(|message| message.case).collect();
        let seen: Vec<CaseId> = tables::case::many(view, &cases)?.iter().map(|kept| kept.case.id).collect();
        let shown = |message: &&Message| message.case.map_or(all, |case| seen.contains(&case));
        Ok(found.iter().filter(shown).map(MessageShown::from).collect())
    };
    Ok(flow.store.read(scope, look).await?)
}

/// What may have been sent of a case in sight.
pub async fn of_case(flow: &Flow, scope: &Scope, case: CaseId) -> Result<Vec<MessageShown>, FlowError> {
    need(scope, Grant::ReadCases)?;
    let look = move |view: &View| {
        if tables::case::get(view, case)?.is_none() {
            return Ok(Vec::new());
        }
        let all = tables::message::of_case(view, case)?;
        Ok(all.iter().filter(|message| message.state == MessageState::Maybe).map(MessageShown::from).collect())
    };
    Ok(flow.store.read(scope, look).await?)
}

/// Another secret, as its hash, leads to the page of a contact, or to the question that somebody was asked.
fn way(tx: &mut Tx, message: &Message, hash: &str, now: Time) -> Result<(), StoreError> {
    let mut parts = message.key.split(':').skip(1);
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let Some(person) = message.person else { return Ok(()) };
    match message.kind {
        MessageKind::Progress => {
            let (Ok(account), Ok(renewal)) = (first.parse(), second.parse()) else { return Ok(()) };
            let Some(progress) = tables::progress::of(tx, account, renewal)? else { return Ok(()) };
            tables::progress::add_token(tx, hash, progress.id, person, now)
        }
        MessageKind::Question => match first.parse() {
            Ok(issue) => tables::asking::renew(tx, issue, person, hash),
            Err(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Whether a person may send it again: what may have been sent, and what failed, for the mail server or its settings may have been mended.
fn again(state: MessageState) -> bool {
    matches!(state, MessageState::Maybe | MessageState::Failed)
}

/// Sends a message again that failed, or may have been sent: by a person, who knows that it may arrive twice.
pub async fn send(flow: &Flow, scope: &Scope, id: MessageId) -> Result<MessageShown, FlowError> {
    need(scope, Grant::WriteCases)?;
    if flow.mailing().is_none() {
        return Err(FlowError::Conflict(
            "no mail server is configured: name one in the section [mail], then start Heard again".into(),
        ));
    }
    let all = mails(scope);
    let look = move |view: &View| {
        let Some(message) = tables::message::get(view, id)? else { return Ok(false) };
        message.case.map_or(Ok(all), |case| Ok(tables::case::get(view, case)?.is_some()))
    };
    if !flow.store.read(scope, look).await? {
        return Err(FlowError::Missing("message"));
    }
    let (sending, acting) = (Sending::of(flow), acting(flow, scope).await?);
    let write = move |tx: &mut Tx| {
        let missing = Ok(Err(FlowError::Missing("message")));
        let Some(message) = tables::message::get(tx, id)? else { return missing };
        match message.case {
            Some(case) => {
                let Some(kept) = tables::case::get(tx, case)? else { return missing };
                if !acting.may(&kept.case) {
                    return Ok(Err(FlowError::Forbidden));
                }
            }
            None if all => {}
            None => return missing,
        }
        if !again(message.state) {
            let is = message.state.label().to_lowercase();
            let words = format!("only what failed or may have been sent can be sent again; this is: {is}");
            return Ok(Err(FlowError::Conflict(words)));
        }
        // The secret of the first try is forgotten: another one leads to the same place.
        let token = match (message.kind, message.thread) {
            (MessageKind::Letter | MessageKind::Progress | MessageKind::Question, _) => {
                let token = sending.secret();
                let (secret, hash) = (hash_secret(&token), tables::suppressed::hash(tx, &message.address)?);
                tables::suppressed::add_token(tx, &secret, &hash, sending.now)?;
                way(tx, &message, &secret, sending.now)?;
                Some(token)
            }
            (_, Some(thread)) => {
                let token = sending.secret();
                tables::thread::add_token(tx, &hash_secret(&token), thread, sending.now)?;
                Some(token)
            }
            (_, None) => None,
        };
        let message = Message { state: MessageState::Waiting, token, reason: None, ..message };
        tables::message::update(tx, &message)?;
        tables::job::add(tx, JobId(sending.ids.next(sending.now)), &job_of(&message), sending.now)?;
        if let Some(case) = message.case {
            let entry = CaseEntry {
                id: CaseEntryId(sending.ids.next(sending.now)),
                case,
                kind: CaseEntryKind::Event,
                at: sending.now,
                by: Some(acting.user),
                text: String::new(),
                way: None,
                mentions: vec![],
                event: Some(CaseEvent::SentAgain),
            };
            tables::case_entry::add(tx, &entry)?;
        }
        let detail = json!({ "kind": message.kind, "deed": "sent again" });
        tables::audit::note(tx, sending.now, Act::Changed, Noun::Message, id.0, &detail)?;
        Ok(Ok(MessageShown::from(&message)))
    };
    flow.store.write(scope, write).await?
}

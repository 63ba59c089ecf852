//! Sending: a message is written in the transaction of what asks for it, once for its key; a job hands it over.

use std::sync::Arc;

use heard_domain::case_entry::CaseEntry;
use heard_domain::chance::Chance;
use heard_domain::hex::hex;
use heard_domain::id::{IdMaker, JobId, MessageId, ThreadId};
use heard_domain::job::Job;
use heard_domain::kept_case::KeptCase;
use heard_domain::message::{Message, MessageKind, MessageState, Thread};
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use sha2::{Digest, Sha256};

use crate::flow::Flow;
use crate::mailing::Mailing;
use crate::secret::hash_secret;

/// What a write that sends something is given.
pub(crate) struct Sending {
    pub(crate) mailing: Option<Arc<Mailing>>,
    chance: Arc<dyn Chance>,
    pub(crate) ids: Arc<IdMaker>,
    pub(crate) now: Time,
    pub(crate) company: String,
}

/// How a customer can be reached in a case.
pub(crate) struct Reached {
    thread: Option<Thread>,
    address: Option<String>,
}

/// A message that is asked for.
pub(crate) struct Wanted {
    pub(crate) key: String,
    pub(crate) kind: MessageKind,
    pub(crate) address: String,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) token: Option<String>,
}

impl Sending {
    pub(crate) fn of(flow: &Flow) -> Self {
        let company = flow.directory().company.name.clone();
        Self { mailing: flow.mailing(), chance: flow.chance(), ids: flow.ids(), now: flow.now(), company }
    }

    /// A secret of 128 bits in small letters: mail servers may change capital ones.
    pub(crate) fn secret(&self) -> String {
        let mut bytes = [0; 16];
        self.chance.fill(&mut bytes);
        hex(&bytes)
    }

    /// A message as it is asked for, of which nothing is kept yet.
    pub(crate) fn message(&self, wanted: Wanted) -> Message {
        let Wanted { key, kind, address, subject, text, token } = wanted;
        let host = self.mailing.as_ref().map_or("localhost", |mailing| mailing.host());
        // The same for the same key, and guessed by nobody who does not know the key.
        let name = hex(Sha256::digest(format!("{key}\n{address}")).get(..12).unwrap_or_default());
        let id = self.ids.next(self.now);
        Message {
            id: MessageId(id),
            key,
            kind,
            thread: None,
            case: None,
            entry: None,
            letter: None,
            person: None,
            address,
            asks: false,
            subject: heard_domain::mail::subject(&subject),
            text,
            token,
            message_id: format!("{name}.{id}@{host}"),
            state: MessageState::Waiting,
            tries: 0,
            at: self.now,
            sent: None,
            reason: None,
        }
    }

    /// Keeps a message and the job that sends it; false if there was one with its key.
    pub(crate) fn post(&self, tx: &mut Tx, message: &Message) -> Result<bool, StoreError> {
        if !tables::message::add(tx, message)? {
            return Ok(false);
        }
        tables::job::add(tx, JobId(self.ids.next(self.now)), &job_of(message), self.now)?;
        Ok(true)
    }

    /// How the customer of a case can be reached; `None`: not at all. By mail at the address from which they wrote, else at the first
    /// of theirs that exists; without one on their page, if they have the secret of it.
    pub(crate) fn reach(&self, view: &View, kept: &KeptCase) -> Result<Option<Reached>, StoreError> {
        let thread = tables::thread::of_case(view, kept.case.id)?;
        let mut address = None;
        if self.mailing.is_some() {
            let mut known: Vec<String> = thread.iter().filter_map(|thread| thread.address.clone()).collect();
            known.extend(kept.person.map(|person| tables::person::addresses(view, person)).transpose()?.unwrap_or_default());
            for one in known {
                if !tables::suppressed::bars_answers(view, &one)? {
                    address = Some(one);
                    break;
                }
            }
        }
        let page = thread.as_ref().map(|thread| tables::thread::entered(view, thread.id)).transpose()?.unwrap_or(false);
        Ok((page || address.is_some()).then_some(Reached { thread, address }))
    }

    /// Says what an entry of a case says: on the customer's page, and by mail where there is an address.
    /// `asks`: it is the one that asks whether it helped.
    pub(crate) fn say(
        &self,
        tx: &mut Tx,
        kept: &KeptCase,
        entry: &CaseEntry,
        reach: Reached,
        asks: bool,
    ) -> Result<(), StoreError> {
        let Reached { thread, address } = reach;
        let thread =
            if let Some(thread) = thread { thread } else { begin(tx, Thread { case: Some(kept.case.id), ..self.fresh() })? };
        tables::thread::settle(tx, thread.id, kept.case.id, address.as_deref())?;
        let Some(address) = address else { return Ok(()) };
        let token = self.secret();
        tables::thread::add_token(tx, &hash_secret(&token), thread.id, self.now)?;
        let company = if self.company.is_empty() { "us" } else { self.company.as_str() };
        let subject = format!("Your comment to {company} [{}]", kept.name());
        let key = format!("entry:{}", entry.id);
        let wanted = Wanted { key, kind: MessageKind::Case, address, subject, text: entry.text.clone(), token: Some(token) };
        let message = Message {
            thread: Some(thread.id),
            case: Some(kept.case.id),
            entry: Some(entry.id),
            asks,
            person: kept.person,
            ..self.message(wanted)
        };
        self.post(tx, &message)?;
        Ok(())
    }

    /// A conversation of which nothing is known yet.
    pub(crate) fn fresh(&self) -> Thread {
        Thread { id: ThreadId(self.ids.next(self.now)), feedback: None, case: None, address: None, at: self.now }
    }
}

/// Begins a conversation.
pub(crate) fn begin(tx: &mut Tx, thread: Thread) -> Result<Thread, StoreError> {
    tables::thread::insert(tx, &thread)?;
    Ok(thread)
}

/// The job that hands a message over.
pub(crate) fn job_of(message: &Message) -> Job {
    match message.kind {
        MessageKind::Letter | MessageKind::Progress | MessageKind::Question | MessageKind::Digest => {
            Job::SendLetter { message: message.id }
        }
        MessageKind::Case | MessageKind::Receipt | MessageKind::Test => Job::Send { message: message.id },
    }
}

/// How somebody is called in a letter.
pub(crate) fn called(name: &str) -> String {
    if name.trim().is_empty() { "customer".to_owned() } else { name.to_owned() }
}

//! Messages that leave Heard: each once, and what became of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{CaseEntryId, CaseId, LetterId, MessageId, PersonId, ThreadId};
use crate::time::Time;

crate::words! {
    /// What a message is for.
    MessageKind {
        /// An answer, or a question to the customer, in a case.
        Case = "case", "Answer";
        /// One of a run of letters.
        Letter = "letter", "Letter";
        /// The way to the progress page of an account.
        Progress = "progress", "Progress page";
        /// One question to somebody who may be affected.
        Question = "question", "Question";
        /// What a department is told of a week, to one of its members.
        Digest = "digest", "Weekly digest";
        /// Says that what somebody wrote has arrived.
        Receipt = "receipt", "Receipt";
        /// Shows that the mail server takes letters.
        Test = "test", "Test letter";
    }
}

crate::words! {
    /// What became of a message.
    MessageState {
        /// It waits for its turn, or for the next try.
        Waiting = "waiting", "Waiting";
        /// It is being handed to the mail server.
        Sending = "sending", "Being sent";
        /// The mail server has taken it.
        Sent = "sent", "Sent";
        /// Heard was cut off while the server took it: nobody knows, and it is not sent again by itself.
        Maybe = "maybe", "Maybe sent";
        /// The mail server refuses it, or could not be reached for long.
        Failed = "failed", "Failed";
        /// It came back.
        Bounced = "bounced", "Came back";
        /// The address wants no letters, or does not exist.
        Suppressed = "suppressed", "Not sent: address is suppressed";
    }
}

crate::words! {
    /// Why an address gets no letters.
    SuppressedWhy {
        /// They asked for no more.
        Unsubscribed = "unsubscribed", "Asked for no more letters";
        /// The address does not exist.
        Bounced = "bounced", "The address does not exist";
        /// Staff decided it.
        Staff = "staff", "Decided by staff";
    }
}

crate::words! {
    /// Of what somebody is written to without having asked: each can be unwanted by itself.
    Topic {
        /// What became of what they said.
        News = "news", "News of what I said";
        /// Whether an answer helped, whether a fix is felt.
        Helped = "helped", "Questions whether it helped";
        /// Something happened to them: a delay, a late order.
        Events = "events", "Letters about events";
    }
}

impl SuppressedWhy {
    /// Whether not even an answer in a case is sent there: nothing arrives at an address that does not exist.
    pub const fn bars_answers(self) -> bool {
        matches!(self, Self::Bounced)
    }
}

/// A message that leaves Heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// Its identifier.
    pub id: MessageId,
    /// What makes it the same message: there is one with this key, ever.
    pub key: String,
    /// What it is for.
    pub kind: MessageKind,
    /// The conversation that it belongs to.
    pub thread: Option<ThreadId>,
    /// The case that it belongs to.
    pub case: Option<CaseId>,
    /// The entry of the case that it carries.
    pub entry: Option<CaseEntryId>,
    /// The run of letters that it belongs to.
    pub letter: Option<LetterId>,
    /// To whom, if known.
    pub person: Option<PersonId>,
    /// To which address.
    pub address: String,
    /// Whether it asks whether it helped: the first answer of a case that Heard carries.
    pub asks: bool,
    /// Its subject, one line.
    pub subject: String,
    /// Its words.
    pub text: String,
    /// The secret that its links and its reply address carry; forgotten once it is sent.
    pub token: Option<String>,
    /// Its `Message-ID`, the same at every try.
    pub message_id: String,
    /// What became of it.
    pub state: MessageState,
    /// How often it was tried.
    pub tries: u32,
    /// Since when it is there.
    pub at: Time,
    /// When the mail server took it.
    pub sent: Option<Time>,
    /// What the mail server said last, where it did not take it.
    pub reason: Option<String>,
}

/// A conversation with a customer: in a case, or about a comment that has none yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its identifier.
    pub id: ThreadId,
    /// The comment that it began with.
    pub feedback: Option<crate::id::FeedbackId>,
    /// The case in which it takes place, if it was begun there.
    pub case: Option<CaseId>,
    /// The address of the customer; `None`: they read it on a page.
    pub address: Option<String>,
    /// Since when it is there.
    pub at: Time,
}

/// How soon a message that the server did not take is tried again: after 1, 2, 4 … minutes, at most four hours.
pub fn next_try(tries: u32, now: Time) -> Time {
    let minutes = 1_i64 << tries.saturating_sub(1).min(8);
    now.plus_ms(minutes.min(240) * 60_000)
}

/// After so many tries, about a day and a half, a message is given up.
pub const MOST_TRIES: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_grow_apart() {
        let waits: Vec<i64> = (1..=10).map(|tries| next_try(tries, Time(0)).0 / 60_000).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]);
    }
}

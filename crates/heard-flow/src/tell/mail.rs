//! How mail stands: what is configured, what waits, what did not arrive; and a test letter.

use std::collections::HashMap;

use heard_domain::audit::{Act, Noun};
use heard_domain::id::CaseId;
use heard_domain::mail::address;
use heard_domain::message::{Message, MessageKind, MessageState};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::mailbox::Mailbox;
use heard_store::view::{Tx, View};
use serde_json::json;

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::hear::mailbox::NAME;
use crate::mailing::MailingShown;
use crate::sending::{Sending, Wanted};

/// How mail stands.
#[derive(Debug, Clone, Default)]
pub struct MailState {
    /// What is configured; `None`: nothing, and nothing is sent.
    pub shown: Option<(String, MailingShown)>,
    /// How many messages are in each state.
    pub tally: HashMap<MessageState, u64>,
    /// The newest that did not arrive, or may not have.
    pub troubled: Vec<Message>,
    /// Whom Heard believes that a sender is proven, by name; `None`: nobody.
    pub authserv: Option<String>,
    /// How many days of history the first look takes in.
    pub history_days: u16,
    /// How far the mailbox was read.
    pub inbox: Option<Mailbox>,
    /// What mails that came in became, and how many.
    pub came: Vec<(String, u64)>,
}

/// How mail stands.
pub async fn state(flow: &Flow, scope: &Scope) -> Result<MailState, FlowError> {
    need(scope, Grant::Administer)?;
    let look = |view: &View| {
        let mut troubled = Vec::new();
        for state in [MessageState::Maybe, MessageState::Failed, MessageState::Bounced] {
            troubled.extend(tables::message::newest(view, state, 10)?);
        }
        troubled.sort_by_key(|message| std::cmp::Reverse(message.id));
        let waiting = tables::message::newest(view, MessageState::Waiting, 50)?;
        troubled.extend(waiting.into_iter().filter(|message| message.reason.is_some()).take(10));
        // Of cases only what is in sight.
        let cases: Vec<CaseId> = troubled.iter().filter_map(|message| message.case).collect();
        let seen: Vec<CaseId> = tables::case::many(view, &cases)?.iter().map(|kept| kept.case.id).collect();
        troubled.retain(|message| message.case.is_none_or(|case| seen.contains(&case)));
        Ok((tables::message::tally(view, None)?, troubled, tables::mailbox::get(view, NAME)?, tables::mailbox::tally(view)?))
    };
    let (tally, troubled, inbox, came) = flow.store.read(scope, look).await?;
    let mailing = flow.mailing();
    let shown = mailing.as_ref().map(|mailing| (mailing.from.clone(), mailing.shown.clone()));
    let authserv = mailing.as_ref().and_then(|mailing| mailing.authserv.clone());
    let history_days = mailing.as_ref().map_or(0, |mailing| mailing.history_days);
    Ok(MailState { shown, tally, troubled, authserv, history_days, inbox, came })
}

/// Sends a test letter to an address; it goes the way of every other message.
pub async fn test(flow: &Flow, scope: &Scope, to: &str) -> Result<Message, FlowError> {
    need(scope, Grant::Administer)?;
    if flow.mailing().is_none() {
        return Err(FlowError::Conflict(
            "no mail server is configured: name one in the section [mail], then start Heard again".to_owned(),
        ));
    }
    let address = address(to).ok_or_else(|| FlowError::rule("address", "must be an e-mail address like ann@example.org"))?;
    let sending = Sending::of(flow);
    let text = "This is a test letter of Heard. Whoever reads it knows that the mail server takes letters.".to_owned();
    let key = format!("test:{}", flow.id());
    let message =
        sending.message(Wanted { key, kind: MessageKind::Test, address, subject: "Test letter".into(), text, token: None });
    let made = message.clone();
    let write = move |tx: &mut Tx| {
        sending.post(tx, &message)?;
        tables::audit::note(tx, sending.now, Act::Added, Noun::Message, message.id.0, &json!({ "kind": message.kind }))
    };
    flow.store.write(scope, write).await?;
    Ok(made)
}

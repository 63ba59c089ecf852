//! A mail comes in. A secret in its reply address leads to its conversation; without one, what it answers does, but only where the
//! sender is the one we wrote to. Anything else that a person wrote is heard as feedback. Programs are listened to and never answered,
//! and nothing of a mail is ever sent on to anybody.

use std::sync::Arc;

use heard_channels::posts::mail::{Bounce, Incoming, read};
use heard_domain::account::{Identity, IdentityKind};
use heard_domain::case_entry::{CaseEvent, SpokenBy};
use heard_domain::channel::Channel;
use heard_domain::feedback::{NewAuthor, NewFeedback};
use heard_domain::health::Way;
use heard_domain::hex::hex;
use heard_domain::id::{PostId, ThreadId};
use heard_domain::message::{Message, MessageKind, MessageState, SuppressedWhy, Thread};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use sha2::{Digest, Sha256};

use crate::act::conversation::case_of;
use crate::act::customer::Listening;
use crate::act::lost::end;
use crate::error::FlowError;
use crate::flow::Flow;
use crate::hear::origin::find_or_make;
use crate::hear::take::{Heard, take_from};
use crate::hear::trouble;
use crate::onward::{HISTORY, SENDER, UNPROVEN, YES};
use crate::secret::hash_secret;
use crate::sending::{Sending, Wanted, begin};

/// The listening post at which mails are heard.
const POST: &str = "E-mail";
/// A mail that says it was written longer ago, or later than now, is taken as written now.
const PAST_MS: i64 = 30 * 86_400_000;

heard_domain::words! {
    /// What a mail became.
    MailBecame {
        /// It was known.
        Known = "known", "Known already";
        /// Words of the customer in a case.
        Said = "said", "Words in a case";
        /// A comment.
        Feedback = "feedback", "Feedback";
        /// An automatic reply, which is noted in its case and answered by nobody.
        Auto = "auto", "Automatic reply";
        /// News that a message could not be delivered.
        Bounced = "bounced", "Came back";
        /// Our own mail, back again.
        Loop = "loop", "Our own mail";
        /// Nothing is in it.
        Empty = "empty", "Without words";
        /// It cannot be read, or costs more than any that people send.
        Refused = "refused", "Refused";
    }
}

/// Where a mail belongs.
enum Belongs {
    /// To a conversation, known by its secret, or by what it answers where the sender fits; and whether it is another address that
    /// writes.
    Thread(Thread, bool),
    /// To nothing that is known.
    Nothing,
}

/// By what a mail is known when it comes again.
fn hash_of(raw: &[u8]) -> String {
    hex(Sha256::digest(raw).get(..16).unwrap_or_default())
}

/// Leaves out a mail that could not be taken in again and again: it is remembered as refused, and its post says so.
pub(crate) async fn refuse(flow: &Flow, raw: &[u8], why: &str) -> Result<(), FlowError> {
    let post = post(flow).await?;
    trouble::note(flow, post, Way::Mail, &format!("a mail was left out that cannot be taken in: {why}")).await?;
    saw(flow, hash_of(raw), MailBecame::Refused).await.map(|_| ())
}

/// Takes in a mail as it came; the same again does nothing.
pub async fn receive(flow: &Arc<Flow>, raw: Vec<u8>) -> Result<MailBecame, FlowError> {
    receive_as(flow, raw, false).await
}

/// The same; `history`: it was there before Heard first looked, keeps its date, and nobody is sent to it.
pub(crate) async fn receive_as(flow: &Arc<Flow>, raw: Vec<u8>, history: bool) -> Result<MailBecame, FlowError> {
    let hash = hash_of(&raw);
    let known = hash.clone();
    if flow.store.read(&Scope::system(), move |view| tables::mailbox::became(view, &known)).await?.is_some() {
        return Ok(MailBecame::Known);
    }
    let mail = tokio::task::spawn_blocking(move || read(&raw)).await.map_err(FlowError::internal)?;
    let mail = match mail {
        Ok(mail) => mail,
        Err(reason) => {
            let post = post(flow).await?;
            trouble::note(flow, post, Way::Mail, &format!("a mail was refused: {reason}")).await?;
            return saw(flow, hash, MailBecame::Refused).await;
        }
    };
    let mailing = flow.mailing();
    if mail.from.as_ref().is_some_and(|from| mailing.as_ref().is_some_and(|mailing| mailing.ours(from))) && mail.bounce.is_none()
    {
        return saw(flow, hash, MailBecame::Loop).await;
    }
    let tokens: Vec<String> =
        mailing.iter().flat_map(|mailing| mail.to.iter().filter_map(|to| mailing.token(to)).map(hash_secret)).take(10).collect();
    if let Some(bounce) = mail.bounce.clone() {
        return bounced(flow, hash, bounce, tokens).await;
    }
    let (answers, from) = (mail.answers.clone(), mail.from.clone());
    let belongs = flow.store.read(&Scope::system(), move |view| belongs(view, &tokens, &answers, from.as_deref())).await?;
    match belongs {
        Belongs::Thread(thread, other) => in_thread(flow, hash, &mail, thread, other).await,
        Belongs::Nothing if mail.auto => saw(flow, hash, MailBecame::Auto).await,
        Belongs::Nothing => {
            let own = mailing.as_ref().and_then(|mailing| mailing.authserv.as_ref());
            let proven = own.is_some_and(|own| mail.vouched.contains(own));
            let receipt = !history && !mail.bulk && mailing.is_some_and(|mailing| mailing.receipts);
            heard(flow, hash, &mail, Standing { thread: None, proven, receipt, history }).await
        }
    }
}

async fn saw(flow: &Flow, hash: String, became: MailBecame) -> Result<MailBecame, FlowError> {
    let now = flow.now();
    let new = flow.store.write(&Scope::system(), move |tx| tables::mailbox::saw(tx, &hash, became.code(), now)).await?;
    Ok(if new { became } else { MailBecame::Known })
}

fn belongs(view: &View, tokens: &[String], answers: &[String], from: Option<&str>) -> Result<Belongs, StoreError> {
    for token in tokens {
        if let Some(thread) = tables::thread::by_token(view, token)? {
            let other = thread.address.as_deref().is_some_and(|address| Some(address) != from);
            return Ok(Belongs::Thread(thread, other));
        }
    }
    for answers in answers {
        let Some(message) = tables::message::by_message_id(view, answers)? else { continue };
        if Some(message.address.as_str()) == from
            && let Some(thread) = message.thread.map(|id| tables::thread::get(view, id)).transpose()?.flatten()
        {
            return Ok(Belongs::Thread(thread, false));
        }
    }
    Ok(Belongs::Nothing)
}

async fn in_thread(
    flow: &Arc<Flow>,
    hash: String,
    mail: &Incoming,
    thread: Thread,
    other: bool,
) -> Result<MailBecame, FlowError> {
    let id = thread.id;
    let case = flow.store.read(&Scope::system(), move |view| case_of(view, &thread)).await?;
    let Some(case) = case else {
        if mail.auto {
            return saw(flow, hash, MailBecame::Auto).await;
        }
        let standing = Standing { thread: Some(id), proven: !other, receipt: false, history: false };
        return heard(flow, hash, mail, standing).await;
    };
    if mail.words.is_empty() && !mail.auto {
        return saw(flow, hash, MailBecame::Empty).await;
    }
    let mut words = mail.words.clone();
    if let (true, Some(from)) = (other, &mail.from) {
        words = format!("(from {from})\n{words}");
    }
    let words: String = words.chars().take(heard_domain::case_entry::LONGEST_ENTRY).collect();
    let listening = Listening::of(flow).await?;
    let auto = mail.auto;
    let write = move |tx: &mut Tx| {
        let became = if auto { MailBecame::Auto } else { MailBecame::Said };
        if !tables::mailbox::saw(tx, &hash, became.code(), listening.desk.now)? {
            return Ok((MailBecame::Known, None));
        }
        if auto {
            listening.desk.event(tx, case, None, CaseEvent::AutoReply)?;
            listening.automatic(tx, case, &words)?;
            return Ok((became, None));
        }
        Ok((became, listening.writes(tx, case, &words, SpokenBy::Heard)?))
    };
    let (became, told) = flow.store.write(&Scope::system(), write).await?;
    flow.alert(told);
    Ok(became)
}

/// A message came back. It is believed only of the address to which it went: nobody suppresses the addresses of others.
async fn bounced(flow: &Flow, hash: String, bounce: Bounce, tokens: Vec<String>) -> Result<MailBecame, FlowError> {
    let now = flow.now();
    let listening = Listening::of(flow).await?;
    let write = move |tx: &mut Tx| {
        if !tables::mailbox::saw(tx, &hash, MailBecame::Bounced.code(), now)? {
            return Ok((MailBecame::Known, None));
        }
        let Some(message) = returned(tx, &bounce, &tokens)? else { return Ok((MailBecame::Bounced, None)) };
        let there = bounce.address.as_ref().is_none_or(|address| *address == message.address);
        if !there || !bounce.for_good() || message.state == MessageState::Bounced {
            return Ok((MailBecame::Bounced, None));
        }
        if bounce.bars() {
            let address = tables::suppressed::hash(tx, &message.address)?;
            tables::suppressed::add(tx, &address, SuppressedWhy::Bounced, now)?;
        }
        let reason = Some(format!("it came back ({})", bounce.status));
        let message = Message { state: MessageState::Bounced, reason, token: None, ..message };
        Ok((MailBecame::Bounced, end(tx, &listening, &message)?))
    };
    let (became, told) = flow.store.write(&Scope::system(), write).await?;
    flow.alert(told);
    Ok(became)
}

/// The message that came back: by the secret in the address that it came back to, else by its own identifier, which only those who
/// had it know.
fn returned(view: &View, bounce: &Bounce, tokens: &[String]) -> Result<Option<Message>, StoreError> {
    for token in tokens {
        if let Some(thread) = tables::thread::by_token(view, token)?
            && let Some(message) = tables::message::last_of_thread(view, thread.id, None)?
        {
            return Ok(Some(message));
        }
    }
    let Some(id) = &bounce.message_id else { return Ok(None) };
    let found = tables::message::by_message_id(view, id)?;
    Ok(found.filter(|message| bounce.address.as_ref() == Some(&message.address)))
}

/// The post at which mails are heard, made if it is not there.
async fn post(flow: &Flow) -> Result<PostId, FlowError> {
    if let Some(post) = flow.directory().posts.iter().find(|post| post.name == POST) {
        return Ok(post.id);
    }
    let (now, id) = (flow.now(), PostId(flow.id()));
    let made = flow.store.write(&Scope::system(), move |tx| find_or_make(tx, now, id, POST, Channel::Email)).await?;
    flow.refresh().await?;
    Ok(made)
}

/// What is known of a mail that becomes a comment.
struct Standing {
    /// The conversation that it belongs to, which nobody has taken up yet.
    thread: Option<ThreadId>,
    /// Whether it is known to be from whom it says it is.
    proven: bool,
    /// Whether its sender may be told that it arrived.
    receipt: bool,
    /// Whether it was there before Heard first looked.
    history: bool,
}

/// A mail that belongs to nothing is a comment, and begins a conversation with the address from which it came; who wrote it may be
/// told that it arrived, once a day and without a word of it.
async fn heard(flow: &Arc<Flow>, hash: String, mail: &Incoming, standing: Standing) -> Result<MailBecame, FlowError> {
    let Standing { thread, proven, receipt, history } = standing;
    let text = if mail.words.is_empty() { mail.subject.clone() } else { mail.words.clone() };
    if text.trim().is_empty() {
        return saw(flow, hash, MailBecame::Empty).await;
    }
    let now = flow.now();
    let post = post(flow).await?;
    let identities: Vec<Identity> = mail.from.iter().filter_map(|from| Identity::new(IdentityKind::Email, from)).collect();
    // The same mail by two ways is one comment.
    let named = mail.message_id.as_ref().map(|id| format!("{}\n{id}\n{text}", mail.from.as_deref().unwrap_or_default()));
    let key = named.map_or_else(|| hash.clone(), |named| hex(Sha256::digest(named).get(..16).unwrap_or_default()));
    let past = if history { now.0 } else { PAST_MS };
    let mut attributes = Vec::new();
    if !proven && !identities.is_empty() {
        attributes.push((SENDER.to_owned(), UNPROVEN.to_owned()));
    }
    if history {
        attributes.push((HISTORY.to_owned(), YES.to_owned()));
    }
    let feedback = NewFeedback {
        key: format!("mail-{key}"),
        at: mail.at.filter(|at| (now.0 - past..=now.0).contains(&at.0)).unwrap_or(now),
        text,
        author: NewAuthor {
            name: Some(mail.name.trim().chars().take(200).collect::<String>()).filter(|name| !name.is_empty()),
            identities,
            ..NewAuthor::default()
        },
        touchpoint: None,
        ratings: vec![],
        attributes,
        link: None,
    };
    let heard = take_from(flow, &Scope::system(), post, vec![feedback], false).await?.into_iter().next();
    let (id, became) = match heard {
        Some(Heard::Added(id)) => (id, MailBecame::Feedback),
        Some(Heard::Known(id) | Heard::Revised(id) | Heard::Differs(id)) => (id, MailBecame::Known),
        Some(Heard::Refused(bad)) => {
            trouble::note(flow, post, Way::Mail, &format!("a mail was refused: {} {}", bad.field, bad.reason)).await?;
            return saw(flow, hash, MailBecame::Refused).await;
        }
        None => return Err(FlowError::internal("nothing was answered")),
    };
    let from = mail.from.clone();
    let sending = Sending::of(flow);
    let write = move |tx: &mut Tx| {
        if !tables::mailbox::saw(tx, &hash, became.code(), now)? {
            return Ok(());
        }
        if let Some(thread) = thread {
            return tables::thread::add_more(tx, thread, id);
        }
        let Some(from) = from else { return Ok(()) };
        if tables::thread::of_feedback(tx, id)?.is_some() {
            return Ok(());
        }
        let thread = begin(tx, Thread { feedback: Some(id), address: Some(from.clone()), ..sending.fresh() })?;
        if receipt && became == MailBecame::Feedback { thank(tx, &sending, &thread, from) } else { Ok(()) }
    };
    flow.store.write(&Scope::system(), write).await?;
    Ok(became)
}

/// So long an address is told at most once that something arrived.
const RECEIPT_MS: i64 = 86_400_000;
/// So many are told within an hour, whoever they are: nobody makes Heard write to many strangers by forging their addresses.
const MOST_RECEIPTS: u64 = 100;
const HOUR_MS: i64 = 3_600_000;

fn thank(tx: &mut Tx, sending: &Sending, thread: &Thread, to: String) -> Result<(), StoreError> {
    if tables::suppressed::why(tx, &to)?.is_some() {
        return Ok(());
    }
    let address = tables::suppressed::hash(tx, &to)?;
    // At most one within any 24 hours, whenever the day begins.
    let last = tables::message::last_receipt(tx, &to)?;
    if last.is_some_and(|last: Time| sending.now.0 - last.0 < RECEIPT_MS) {
        return Ok(());
    }
    if tables::message::receipts_since(tx, sending.now.plus_ms(-HOUR_MS))? >= MOST_RECEIPTS {
        return Ok(());
    }
    let token = sending.secret();
    tables::thread::add_token(tx, &hash_secret(&token), thread.id, sending.now)?;
    let text = "Thank you for writing to us. Your message has arrived, and a person reads it.".to_owned();
    let key = format!("receipt:{address}:{}", sending.now.0 / RECEIPT_MS);
    let subject = "Your message has arrived".to_owned();
    let wanted = Wanted { key, kind: MessageKind::Receipt, address: to, subject, text, token: Some(token) };
    let message = Message { thread: Some(thread.id), ..sending.message(wanted) };
    sending.post(tx, &message)?;
    Ok(())
}

//! The customer: what they read on their own page, what they write back, and their word whether it helped. Who has the secret of the
//! page is the customer; nobody is signed in.

use std::sync::Arc;

use heard_domain::alert::AlertKind;
use heard_domain::audit::{Act, Noun, Who};
use heard_domain::case::{CaseAct, CaseHours, CaseParty, CaseState};
use heard_domain::case_entry::{CaseEntry, CaseEntryKind, CaseEvent, SpokenBy};
use heard_domain::directory::Directory;
use heard_domain::id::{CaseEntryId, CaseId, FeedbackId, PostId};
use heard_domain::kept_case::{KeptCase, promised};
use heard_domain::mail::fill;
use heard_domain::message::{Message, MessageState};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use serde_json::json;

use crate::act::change::{desk, said};
use crate::act::conversation::{case_of, chain, comments_of, whole};
use crate::act::opening::Desk;
use crate::act::staff::{Spot, Staff};
use crate::act::told::about;
use crate::alerting::Told;
use crate::error::FlowError;
use crate::flow::Flow;
use crate::secret::hash_secret;
use crate::sending::called;

/// The same words again within this time are the same press: browsers repeat what was sent.
const SAME_PRESS_MS: i64 = 10 * 60_000;

/// One thing in a conversation, as the customer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Whether the customer said it.
    pub own: bool,
    /// The words.
    pub text: String,
    /// When.
    pub at: Time,
}

/// A conversation as the customer sees it: their own words, and what they were answered. Never what staff noted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conversation {
    /// What was said, oldest first.
    pub turns: Vec<Turn>,
    /// Whether somebody takes care of it already.
    pub taken_up: bool,
    /// Whether they can say whether it helped.
    pub can_say: bool,
    /// What they said last about that.
    pub helped: Option<bool>,
    /// At which post it was heard.
    pub post: Option<PostId>,
}

heard_domain::words! {
    /// The customer's word whether an answer helped.
    Word {
        /// It did.
        Yes = "yes", "Yes, it helped";
        /// It did not.
        No = "no", "No, it did not";
        /// They cannot say yet.
        NotYet = "not_yet", "I cannot say yet";
    }
}

/// What a write of the customer needs.
pub(crate) struct Listening {
    pub(crate) desk: Desk,
    staff: Staff,
    directory: Arc<Directory>,
}

impl Listening {
    pub(crate) async fn of(flow: &Flow) -> Result<Self, FlowError> {
        let staff = flow.store.read(&Scope::system(), Staff::load).await?;
        Ok(Self { desk: desk(flow), staff, directory: flow.directory() })
    }

    fn hours<'a>(&'a self, kept: &KeptCase) -> CaseHours<'a> {
        let post = self.directory.posts.iter().find(|post| post.id == kept.post);
        let promised = promised(kept.urgency, post.and_then(|post| post.promise_hours));
        CaseHours { now: self.desk.hours.calendar(kept.case.department), promised }
    }

    /// The customer writes in a case: it is open again, and whoever answers is told. `None`: the case is gone, or these words were
    /// said a moment ago.
    pub(crate) fn writes(&self, tx: &mut Tx, case: CaseId, text: &str, way: SpokenBy) -> Result<Option<Told>, StoreError> {
        let Some(kept) = whole(tx, case)? else { return Ok(None) };
        let now = self.desk.now;
        let last = tables::case_entry::list(tx, kept.case.id)?.into_iter().rev().find(|entry| entry.kind == CaseEntryKind::Said);
        if last.is_some_and(|last| last.text == text && last.by.is_none() && now.0 - last.at.0 < SAME_PRESS_MS) {
            return Ok(None);
        }
        let Ok(changed) = kept.case.apply(CaseAct::Write, CaseParty::Customer, now, self.hours(&kept)) else { return Ok(None) };
        let Some(kept) = self.desk.keep(tx, &kept, KeptCase { case: changed, ..kept.clone() })? else { return Ok(None) };
        tables::case_entry::add(tx, &self.entry(&kept, text, way))?;
        self.note(tx, &kept, "customer wrote")?;
        self.tell(tx, &kept, AlertKind::Wrote)
    }

    /// The customer says whether it helped.
    fn says(&self, tx: &mut Tx, case: CaseId, word: Word) -> Result<Option<Told>, StoreError> {
        let Some(kept) = whole(tx, case)? else { return Ok(None) };
        let yes = match word {
            Word::Yes => true,
            Word::No => false,
            Word::NotYet => {
                // Said again and again it is said once.
                let last = tables::case_entry::list(tx, kept.case.id)?.pop();
                let again = last.is_some_and(|last| last.event == Some(CaseEvent::NotYet));
                if !again && kept.case.last_answer.is_some() && kept.case.state == CaseState::Answered {
                    self.desk.event(tx, kept.case.id, None, CaseEvent::NotYet)?;
                }
                return Ok(None);
            }
        };
        let Ok(changed) = kept.case.apply(CaseAct::Say(yes), CaseParty::Customer, self.desk.now, self.hours(&kept)) else {
            return Ok(None);
        };
        if changed == kept.case {
            return Ok(None);
        }
        let Some(kept) = self.desk.keep(tx, &kept, KeptCase { case: changed, ..kept.clone() })? else { return Ok(None) };
        self.desk.event(tx, kept.case.id, None, CaseEvent::Helped { yes })?;
        self.note(tx, &kept, if yes { "customer says it helped" } else { "customer says it did not help" })?;
        if yes { Ok(None) } else { self.tell(tx, &kept, AlertKind::Wrote) }
    }

    /// What was said to the customer in a case did not arrive, or may not have: whoever answers is told; and where it did not, it was
    /// no answer, and the case is open again.
    pub(crate) fn undelivered(&self, tx: &mut Tx, case: CaseId, message: &Message) -> Result<Option<Told>, StoreError> {
        let Some(own) = tables::case::get(tx, case)? else { return Ok(None) };
        if message.state == MessageState::Maybe {
            let Some(kept) = whole(tx, case)? else { return Ok(None) };
            return self.tell(tx, &kept, AlertKind::Undelivered);
        }
        let lost: Vec<CaseEntryId> = tables::message::of_case(tx, case)?
            .iter()
            .filter(|message| matches!(message.state, MessageState::Failed | MessageState::Bounced | MessageState::Suppressed))
            .filter_map(|message| message.entry)
            .collect();
        let entries = tables::case_entry::list(tx, case)?;
        let told = |entry: &&CaseEntry| matches!(entry.kind, CaseEntryKind::Answer | CaseEntryKind::Question);
        let got: Vec<Time> = entries
            .iter()
            .filter(|entry| entry.kind == CaseEntryKind::Answer && !lost.contains(&entry.id))
            .map(|entry| entry.at)
            .collect();
        let last = entries.iter().rfind(told).is_none_or(|entry| Some(entry.id) == message.entry);
        let changed = own.case.lost(&got, last, message.asks, self.desk.now, self.hours(&own));
        let mut kept = own.clone();
        if changed != own.case {
            kept = self.desk.keep(tx, &own, KeptCase { case: changed, ..own.clone() })?.unwrap_or(own);
        }
        if kept.case.merged.is_some() {
            // The whole waits for an answer again.
            let Some(other) = whole(tx, case)? else { return Ok(None) };
            kept = match other.case.apply(CaseAct::Write, CaseParty::Heard, self.desk.now, self.hours(&other)) {
                Ok(changed) => self.desk.keep(tx, &other, KeptCase { case: changed, ..other.clone() })?.unwrap_or(other),
                Err(_) => other,
            };
        }
        let detail = json!({ "number": kept.number, "deed": "an answer did not arrive" });
        tables::audit::note(tx, self.desk.now, Act::Changed, Noun::Case, kept.case.id.0, &detail)?;
        self.tell(tx, &kept, AlertKind::Undelivered)
    }

    /// What a program of the customer wrote stands in the case as a note: nobody else reads it, and it opens nothing.
    pub(crate) fn automatic(&self, tx: &mut Tx, case: CaseId, words: &str) -> Result<(), StoreError> {
        let Some(kept) = whole(tx, case)?.filter(|_| !words.trim().is_empty()) else { return Ok(()) };
        let entry = CaseEntry { kind: CaseEntryKind::Note, way: None, ..self.entry(&kept, words, SpokenBy::Heard) };
        tables::case_entry::add(tx, &entry)
    }

    fn entry(&self, kept: &KeptCase, text: &str, way: SpokenBy) -> CaseEntry {
        CaseEntry {
            id: CaseEntryId(self.desk.id()),
            case: kept.case.id,
            kind: CaseEntryKind::Said,
            at: self.desk.now,
            by: None,
            text: text.to_owned(),
            way: Some(way),
            mentions: vec![],
            event: None,
        }
    }

    fn note(&self, tx: &mut Tx, kept: &KeptCase, deed: &str) -> Result<(), StoreError> {
        let detail = json!({ "number": kept.number, "deed": deed });
        tables::audit::note_of(tx, self.desk.now, Who::Nobody, Act::Changed, Noun::Case, Some(kept.case.id.0), &detail)
    }

    /// Whoever answers for the case is told; where nobody does, or they are gone or do not see the post any more, those of its department who
    /// are on duty.
    fn tell(&self, tx: &mut Tx, kept: &KeptCase, kind: AlertKind) -> Result<Option<Told>, StoreError> {
        let spot = Spot { post: kept.post, place: kept.place, here: false };
        let users = match kept.case.assigned {
            Some(user) if self.staff.may(user, kept.post) => vec![user],
            _ => self.staff.told(&self.directory, &self.desk.hours, &[kept.case.department], spot, self.desk.now),
        };
        about(tx, &self.desk.ids, self.desk.now, kind, kept, users)
    }
}

/// What stands on the page of a comment about what it raised: each stage of each issue once, as it was reviewed.
fn on_page(view: &View, feedback: FeedbackId, day: &str) -> Result<Vec<(String, Time)>, StoreError> {
    let (mut seen, mut found) = (Vec::new(), Vec::new());
    for (letter, at) in tables::told::answering(view, feedback)? {
        if seen.contains(&letter.audience) {
            continue;
        }
        let value = |wanted: &str| match wanted {
            "name" => Some(called("")),
            "day" => Some(day.to_owned()),
            _ => None,
        };
        found.extend(fill(&letter.text, value).ok().map(|text| (text, at)));
        seen.push(letter.audience);
    }
    Ok(found)
}

/// The conversation that a secret enters; `None`: it enters none.
pub async fn show(flow: &Flow, token: &str) -> Result<Option<Conversation>, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(None) };
    let look = move |view: &View| {
        let Some(thread) = tables::thread::by_token(view, &hash)? else { return Ok(None) };
        let mut conversation = Conversation::default();
        let mut said = Vec::new();
        for id in comments_of(view, &thread)? {
            said.extend(tables::thread::case_of(view, id)?);
            let Some(feedback) = tables::feedback::get(view, id)? else { continue };
            conversation.post = conversation.post.or(Some(feedback.post));
            let told = on_page(view, feedback.id, &feedback.day.to_string())?;
            conversation.turns.push(Turn { own: true, text: feedback.text, at: feedback.at });
            conversation.taken_up |= !told.is_empty();
            conversation.turns.extend(told.into_iter().map(|(text, at)| Turn { own: false, text, at }));
        }
        let Some(case) = case_of(view, &thread)? else { return Ok(Some(conversation)) };
        let mut cases = chain(view, case)?;
        let Some(kept) = cases.last() else { return Ok(Some(conversation)) };
        conversation.taken_up = true;
        conversation.post = Some(kept.post);
        conversation.can_say = kept.case.last_answer.is_some() && kept.case.state == CaseState::Answered;
        conversation.helped = kept.case.helped;
        // A case that became part of another keeps what was said in it; and what was said later may have a case of its own.
        for case in said {
            let more = tables::case::get(view, case)?.filter(|_| cases.iter().all(|known| known.case.id != case));
            cases.extend(more);
        }
        for case in &cases {
            let carried = |entry: &CaseEntry| {
                entry.way == Some(SpokenBy::Heard) || (entry.kind == CaseEntryKind::Said && entry.by.is_none())
            };
            let entries = tables::case_entry::list(view, case.case.id)?.into_iter().filter(carried);
            conversation.turns.extend(entries.filter_map(|entry| match entry.kind {
                CaseEntryKind::Said => Some(Turn { own: true, text: entry.text, at: entry.at }),
                CaseEntryKind::Answer | CaseEntryKind::Question => Some(Turn { own: false, text: entry.text, at: entry.at }),
                CaseEntryKind::Note | CaseEntryKind::Event => None,
            }));
        }
        conversation.turns.sort_by_key(|turn| turn.at);
        Ok(Some(conversation))
    };
    Ok(flow.store.read(&Scope::system(), look).await?)
}

/// What became of what a customer wrote on their page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// There is no such page.
    Missing,
    /// Nobody takes care of it yet: it is heard as another comment at this post.
    NoCase(PostId),
    /// It stands in the case.
    Kept,
}

/// The customer writes on their page.
pub async fn write(flow: &Flow, token: &str, text: &str) -> Result<Written, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(Written::Missing) };
    let text = text.replace("\r\n", "\n").replace('\0', "\u{fffd}").trim().to_owned();
    said("text", &text)?;
    let listening = Listening::of(flow).await?;
    let write = move |tx: &mut Tx| {
        let Some(thread) = tables::thread::by_token(tx, &hash)? else { return Ok((Written::Missing, None)) };
        if let Some(case) = case_of(tx, &thread)? {
            return Ok((Written::Kept, listening.writes(tx, case, &text, SpokenBy::Heard)?));
        }
        let feedback = thread.feedback.map(|id| tables::feedback::get(tx, id)).transpose()?.flatten();
        Ok((feedback.map_or(Written::Missing, |feedback| Written::NoCase(feedback.post)), None))
    };
    let (written, told) = flow.store.write(&Scope::system(), write).await?;
    flow.alert(told);
    Ok(written)
}

/// The customer says whether it helped; false: there is no such page.
pub async fn say(flow: &Flow, token: &str, word: Word) -> Result<bool, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(false) };
    let listening = Listening::of(flow).await?;
    let write = move |tx: &mut Tx| {
        let Some(thread) = tables::thread::by_token(tx, &hash)? else { return Ok((false, None)) };
        let told = case_of(tx, &thread)?.map(|case| listening.says(tx, case, word)).transpose()?.flatten();
        Ok((true, told))
    };
    let (there, told) = flow.store.write(&Scope::system(), write).await?;
    flow.alert(told);
    Ok(there)
}

/// A secret of a page as it is kept; `None`: nothing that was ever given out.
pub(crate) fn hashed(token: &str) -> Option<String> {
    let fits = token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    fits.then(|| hash_secret(token))
}

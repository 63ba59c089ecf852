//! Asking those affected, where too few are to tell by counting: a person reviews one question, and the next so many who live the stage get it
//! by mail, once each. Their answers stand beside the verdict and decide nothing.

use std::collections::HashSet;

use heard_domain::asking::{AskedAnswer, AskedCounts, Asking, LONGEST_ANSWER, LONGEST_QUESTION, MOST_ASKED};
use heard_domain::audit::{Act, Noun};
use heard_domain::id::{EventId, IdMaker, IssueId, PersonId};
use heard_domain::kept_issue::KeptIssue;
use heard_domain::letter::ToldStage;
use heard_domain::mail::{fill, placeholders};
use heard_domain::message::{Message, MessageKind, Topic};
use heard_domain::question::Filter;
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_domain::verification::Verdict;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::acting::looking;
use crate::act::customer::hashed;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::secret::hash_secret;
use crate::sending::{Sending, Wanted, called};

/// So many events are looked at for persons, the first that came in since.
const EVENTS: usize = 2_000;
/// So many answers in words are shown.
const SHOWN: usize = 50;
/// The words to begin with.
const WORDS: &str = "Dear {{name}},\n\nsome customers told us about this: {{issue}}. We have done something about it, and want to know from you whether it is better now.\n\nDid it happen to you?";

/// A question as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskingDraft {
    /// The question, with `{{name}}`, `{{company}}` and `{{issue}}`; 1-2,000 characters.
    pub text: String,
    /// How many are asked, 1-200.
    pub wanted: u32,
}

/// An answer in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskedWords {
    /// What was pressed.
    pub answer: AskedAnswer,
    /// What was said.
    pub words: String,
}

/// Answers that were asked for: they are no part of the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AskingShown {
    /// About which issue.
    pub issue: IssueId,
    /// The question; `null`: nobody has asked.
    pub asking: Option<Asking>,
    /// What became of it.
    pub counts: AskedCounts,
    /// What was said in words, the newest first; only for who may read comments.
    pub words: Vec<AskedWords>,
    /// Whether it may be asked: the fix is too rare to verify by count.
    pub offered: bool,
    /// Words to begin with.
    pub suggested: String,
}

/// What was asked about an issue, and answered.
pub async fn shown(flow: &Flow, scope: &Scope, issue: IssueId) -> Result<AskingShown, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let look = move |view: &View| {
        let Some(kept) = tables::issue::get(view, issue)? else { return Ok(None) };
        let asking = tables::asking::get(view, issue)?;
        let offered = asking.is_none() && too_rare(view, &kept)?;
        Ok(Some((asking, tables::asking::counts(view, issue)?, tables::asking::words(view, issue, SHOWN)?, offered)))
    };
    let (asking, counts, words, offered) = flow.store.read(scope, look).await?.ok_or(FlowError::Missing("issue"))?;
    let may = scope.may(Grant::ReadFeedback) && scope.reach == Reach::Everything;
    let words = if may { words } else { vec![] };
    let words = words.into_iter().map(|(answer, words)| AskedWords { answer, words }).collect();
    Ok(AskingShown { issue, asking, counts, words, offered, suggested: WORDS.to_owned() })
}

/// Whether a reported fix was found too rare to verify by count.
fn too_rare(view: &View, kept: &KeptIssue) -> Result<bool, StoreError> {
    let last = tables::verdict::last(view, kept.id)?;
    Ok(kept.told_stage() == Some(ToldStage::Done) && last.is_some_and(|last| last.found.verdict == Verdict::TooRare))
}

/// Begins to ask: a person has reviewed the question.
pub async fn begin(flow: &Flow, scope: &Scope, issue: IssueId, draft: &AskingDraft) -> Result<AskingShown, FlowError> {
    need(scope, Grant::Shape)?;
    need(scope, Grant::ReadPersons)?;
    let kept = flow.store.read(scope, move |view| tables::issue::get(view, issue)).await?;
    let kept = kept.ok_or(FlowError::Missing("issue"))?;
    if scope.reach != Reach::Everything {
        return Err(FlowError::Forbidden);
    }
    let text = draft.text.replace("\r\n", "\n").trim().to_owned();
    match text.chars().count() {
        0 => return Err(FlowError::rule("text", "must not be empty")),
        n if n > LONGEST_QUESTION => {
            return Err(FlowError::rule("text", format!("has {n} characters; at most {LONGEST_QUESTION} are allowed")));
        }
        _ if text.contains('\0') => return Err(FlowError::rule("text", "holds a NUL character")),
        _ => {}
    }
    if let Some(strange) = placeholders(&text).into_iter().find(|name| !["name", "company", "issue"].contains(&name.as_str())) {
        let strange: String = strange.chars().take(60).collect();
        let known = "{{name}}, {{company}}, {{issue}}";
        return Err(FlowError::rule("text", format!("{{{{{strange}}}}} is not known here; known are {known}")));
    }
    if !(1..=MOST_ASKED).contains(&draft.wanted) {
        return Err(FlowError::rule("wanted", format!("must be 1 to {MOST_ASKED}")));
    }
    if flow.mailing().is_none() {
        return Err(FlowError::Conflict(
            "no mail server is configured: name one in the section [mail], then start Heard again".into(),
        ));
    }
    let by = looking(flow, scope).await?.ok_or(FlowError::Forbidden)?.user;
    let asking = Asking { issue, text, wanted: draft.wanted, begun: flow.now(), by };
    let write = move |tx: &mut Tx| {
        if !too_rare(tx, &kept)? {
            return Ok(Some("only where a reported fix is too rare to verify by count those affected are asked"));
        }
        if !tables::asking::begin(tx, &asking)? {
            return Ok(Some("about this issue was asked before: each issue has one question"));
        }
        let detail = json!({ "number": kept.number, "wanted": asking.wanted });
        tables::audit::note(tx, asking.begun, Act::Confirmed, Noun::Asking, issue.0, &detail)?;
        Ok(None)
    };
    match flow.store.write(scope, write).await? {
        Some(refused) => Err(FlowError::Conflict(refused.to_owned())),
        None => shown(flow, scope, issue).await,
    }
}

/// Asks those who came since, as far as not enough were asked. Done again it asks nobody twice.
pub(crate) async fn tend(flow: &Flow) -> Result<(), FlowError> {
    let scope = Scope::system();
    if flow.mailing().is_none() {
        return Ok(());
    }
    for asking in flow.store.read(&scope, tables::asking::open).await? {
        let issue = asking.issue;
        let kept = flow.store.read(&scope, move |view| tables::issue::get(view, issue)).await?;
        let Some(kept) = kept.filter(|kept| kept.told_stage().is_some_and(|stage| stage >= ToldStage::Done)) else { continue };
        let persons = affected(flow, &kept, &asking).await?;
        if persons.is_empty() {
            continue;
        }
        let sending = Sending::of(flow);
        let write = move |tx: &mut Tx| ask(tx, &sending, &asking, &kept, &persons);
        flow.store.write(&scope, write).await?;
    }
    Ok(())
}

/// Who lived the stage and was heard since the question was reviewed, in that order, each once.
async fn affected(flow: &Flow, kept: &KeptIssue, asking: &Asking) -> Result<Vec<PersonId>, FlowError> {
    let scope = Scope::system();
    let lived = match kept.stage {
        Some(stage) => Filter { stage: vec![stage], ..Filter::default() },
        None => Filter { category: kept.categories.clone(), ..Filter::default() },
    };
    let floor = IdMaker::floor(asking.begun);
    let zone = &flow.directory().company.zone;
    // What is said late of an earlier day may be heard since.
    let days = Period { first: zone.day(asking.begun) + -30, last: zone.day(flow.now()) + 1 };
    let mut spoken = flow.store.spoken(&scope, &lived, Some(days)).await?;
    spoken.retain(|one| one.feedback.0 > floor && zone.day(asking.begun) <= one.day);
    spoken.sort_unstable_by_key(|one| one.feedback);
    let mut persons: Vec<PersonId> = spoken.into_iter().filter_map(|one| one.person).collect();
    if let Some(stage) = kept.stage {
        let read = move |view: &View| tables::asking::persons_of_events(view, stage, EventId(floor), EVENTS);
        persons.extend(flow.store.read(&scope, read).await?);
    }
    let mut seen = HashSet::new();
    persons.retain(|person| seen.insert(*person));
    Ok(persons)
}

fn ask(tx: &mut Tx, sending: &Sending, asking: &Asking, kept: &KeptIssue, persons: &[PersonId]) -> Result<(), StoreError> {
    let mut left = asking.wanted.saturating_sub(tables::asking::counts(tx, asking.issue)?.asked);
    let reached = tables::letter::reached(tx, persons)?;
    for person in persons {
        if left == 0 {
            break;
        }
        let Some((name, Some(address))) = reached.get(person) else { continue };
        if tables::suppressed::why_of(tx, address, Topic::Helped)?.is_some() {
            continue;
        }
        let value = |wanted: &str| match wanted {
            "name" => Some(called(name)),
            "company" => Some(sending.company.clone()),
            "issue" => Some(kept.title.clone()),
            _ => None,
        };
        let Ok(text) = fill(&asking.text, value) else { continue };
        let token = sending.secret();
        let hash = hash_secret(&token);
        if !tables::asking::ask(tx, asking.issue, *person, &hash, sending.now)? {
            continue;
        }
        let hidden = tables::suppressed::hash(tx, address)?;
        tables::suppressed::add_token(tx, &hash, &hidden, sending.now)?;
        let wanted = Wanted {
            key: format!("asked:{}:{person}", asking.issue),
            kind: MessageKind::Question,
            address: address.clone(),
            subject: if sending.company.is_empty() {
                "One question".to_owned()
            } else {
                format!("One question from {}", sending.company)
            },
            text,
            token: Some(token),
        };
        let message = Message { person: Some(*person), ..sending.message(wanted) };
        sending.post(tx, &message)?;
        left -= 1;
    }
    Ok(())
}

/// What somebody is asked who comes by a secret: the title of the issue, and what they have answered; `None`: it is no such secret.
pub async fn come(flow: &Flow, token: &str) -> Result<Option<(String, Option<AskedAnswer>)>, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(None) };
    let look = move |view: &View| {
        let Some((issue, _, answer)) = tables::asking::by_hash(view, &hash)? else { return Ok(None) };
        Ok(tables::issue::get(view, issue)?.map(|kept| (kept.title, answer)))
    };
    Ok(flow.store.read(&Scope::system(), look).await?)
}

/// Somebody who was asked answers; false: it is no such secret. They may change their mind.
pub async fn answer(flow: &Flow, token: &str, answer: AskedAnswer, words: &str) -> Result<bool, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(false) };
    let words = words.replace("\r\n", "\n").replace('\0', "\u{fffd}").trim().to_owned();
    if words.chars().count() > LONGEST_ANSWER {
        return Err(FlowError::rule("words", format!("has more than {LONGEST_ANSWER} characters")));
    }
    let now = flow.now();
    let write = move |tx: &mut Tx| tables::asking::answer(tx, &hash, answer, &words, now);
    Ok(flow.store.write(&Scope::system(), write).await?)
}

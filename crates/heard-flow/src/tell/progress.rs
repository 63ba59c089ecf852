//! The progress page of an account: before its contract is renewed, each of its contacts gets a link to a page that says what they said and
//! what became of it. A person reviews the words first; each contact gets it once for each renewal.

use std::collections::HashSet;

use heard_domain::account::Account;
use heard_domain::audit::{Act, Noun};
use heard_domain::id::{AccountId, FeedbackId, IssueId, PersonId, ProgressId};
use heard_domain::kept_issue::{IssueStanding, KeptIssue};
use heard_domain::letter::ToldStage;
use heard_domain::mail::{fill, placeholders};
use heard_domain::message::{Message, MessageKind, MessageState, SuppressedWhy, Topic};
use heard_domain::progress::{LONGEST_PROGRESS, MOST_LINES, Progress, ProgressLine};
use heard_domain::question::Filter;
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::Day;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::issue::Sought;
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
use crate::tell::letters::LeftOutWhy;

/// The most contacts of an account that are written to.
const MOST_CONTACTS: usize = 500;
/// So many of their own comments are shown to a contact.
const OWN: usize = 50;
/// A page is there for so long after it was sent.
const DAYS_THERE: i64 = 180;
const DAY_MS: i64 = 86_400_000;
/// The words to begin with.
const WORDS: &str = "Dear {{name}},\n\nbefore the contract of {{account}} is renewed we want to say what became of what you told us: what was planned, what was done, what has been shown to help, and what we do not do and why.";

/// A page as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressDraft {
    /// The words of the letter, with `{{name}}`, `{{account}}` and `{{company}}`; 1-2,000 characters.
    pub text: String,
    /// What is said, issue by issue.
    pub lines: Vec<ProgressLine>,
}

/// An issue that the account raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProgressIssue {
    /// Which.
    pub issue: IssueId,
    /// Its number as people say it: `I-12`.
    pub name: String,
    /// What happens to customers.
    pub title: String,
    /// How far it has come.
    pub stage: ToldStage,
    /// So many comments of the account are about it.
    pub comments: u64,
    /// What is said about it; words to begin with where nothing was saved, empty where nobody has stated a fix.
    pub words: String,
}

/// A contact of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contact {
    /// Who.
    pub person: PersonId,
    /// As they are called.
    pub name: String,
    /// What became of their letter; `null`: none was sent.
    pub sent: Option<MessageState>,
    /// Why they would get none; `null`: they would get one.
    pub why: Option<LeftOutWhy>,
}

/// The progress page of an account as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProgressShown {
    /// The account.
    pub account: Account,
    /// What was saved; `null`: nothing yet for this renewal.
    pub progress: Option<Progress>,
    /// The words of the letter, to begin with or as they were saved.
    pub text: String,
    /// The issues that the account raised, with what is said about each.
    pub issues: Vec<ProgressIssue>,
    /// Comments of the account about no issue.
    pub others: u64,
    /// Its contacts.
    pub contacts: Vec<Contact>,
}

/// What a contact sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressPage {
    /// The account's name.
    pub account: String,
    /// The words on top.
    pub text: String,
    /// What they said themselves, the newest first.
    pub own: Vec<(Day, String)>,
    /// Title, how far it has come, and what is said about it. An issue on which nobody works any more has no stage.
    pub issues: Vec<(String, Option<ToldStage>, String)>,
}

/// The accounts whose contract is renewed soon, the next first, each with the progress page of that renewal if there is one.
pub async fn renewals(flow: &Flow, scope: &Scope, days: i32) -> Result<Vec<(Account, Option<Progress>)>, FlowError> {
    need(scope, Grant::ReadPersons)?;
    let today = flow.directory().company.zone.day(flow.now());
    let look = move |view: &View| {
        let ids = tables::progress::renewals(view, today, today + days, 200)?;
        let mut all = tables::account::many(view, &ids)?;
        all.sort_by(|a, b| (a.renewal, &a.name).cmp(&(b.renewal, &b.name)));
        let with_page = |account: Account| {
            let page = account.renewal.map(|day| tables::progress::of(view, account.id, day)).transpose()?;
            Ok((account, page.flatten()))
        };
        all.into_iter().map(with_page).collect()
    };
    Ok(flow.store.read(scope, look).await?)
}

fn key(account: AccountId, renewal: Day, person: PersonId) -> String {
    format!("progress:{account}:{renewal}:{person}")
}

/// The issues on which somebody works and that comments of an account are about, with those comments.
async fn raised_by(
    flow: &Flow,
    scope: &Scope,
    account: AccountId,
) -> Result<(Vec<(KeptIssue, HashSet<FeedbackId>)>, u64), FlowError> {
    let sought = Sought { standing: vec![IssueStanding::Accepted], ..Sought::default() };
    let issues = flow.store.read(scope, move |view| tables::issue::list(view, &sought)).await?;
    let own = Filter { account: vec![account], ..Filter::default() };
    let all: HashSet<FeedbackId> = flow.store.spoken(scope, &own, None).await?.into_iter().map(|one| one.feedback).collect();
    let (mut found, mut about) = (Vec::new(), HashSet::new());
    for kept in issues {
        let id = kept.id;
        let joined = flow.store.read(scope, move |view| tables::issue::feedback(view, id)).await?;
        let mut comments: HashSet<FeedbackId> = joined.into_iter().filter(|id| all.contains(id)).collect();
        if let Some(filter) = kept.gathers() {
            let filter = Filter { account: vec![account], ..filter };
            comments.extend(flow.store.spoken(scope, &filter, None).await?.into_iter().map(|one| one.feedback));
        }
        if !comments.is_empty() {
            about.extend(comments.iter().copied());
            found.push((kept, comments));
        }
    }
    found.sort_by_key(|(kept, comments)| (std::cmp::Reverse(comments.len()), kept.number));
    found.truncate(MOST_LINES);
    Ok((found, all.difference(&about).count() as u64))
}

/// The progress page of an account as it stands, to be reviewed.
pub async fn look(flow: &Flow, scope: &Scope, id: AccountId) -> Result<ProgressShown, FlowError> {
    need(scope, Grant::ReadPersons)?;
    let read = move |view: &View| {
        let Some(account) = tables::account::get(view, id)? else { return Ok(None) };
        let progress = account.renewal.map(|renewal| tables::progress::of(view, id, renewal)).transpose()?.flatten();
        let contacts = contacts(view, &account)?;
        Ok(Some((account, progress, contacts)))
    };
    let (account, progress, contacts) = flow.store.read(scope, read).await?.ok_or(FlowError::Missing("account"))?;
    flow.saw(scope, contacts.iter().map(|contact| contact.person));
    let (raised, others) = raised_by(flow, scope, id).await?;
    let issues = raised.into_iter().filter_map(|(kept, comments)| {
        let saved = progress.as_ref().and_then(|progress| progress.lines.iter().find(|line| line.issue == kept.id));
        let stage = kept.told_stage()?;
        let stated = || if stage >= ToldStage::Planned { kept.work.fixes() } else { String::new() };
        let words = saved.map_or_else(stated, |line| line.words.clone());
        let (name, title) = (kept.name(), kept.title.clone());
        Some(ProgressIssue { issue: kept.id, name, title, stage, comments: comments.len() as u64, words })
    });
    let issues = issues.collect();
    let text = progress.as_ref().map_or_else(|| WORDS.to_owned(), |progress| progress.text.clone());
    Ok(ProgressShown { account, progress, text, issues, others, contacts })
}

fn contacts(view: &View, account: &Account) -> Result<Vec<Contact>, StoreError> {
    let ids = tables::progress::contacts(view, account.id, MOST_CONTACTS)?;
    // Who is out of sight is not named.
    let seen: HashSet<PersonId> = tables::person::many(view, &ids)?.into_iter().map(|person| person.id).collect();
    let reached = tables::letter::reached(view, &ids)?;
    let mut found = Vec::with_capacity(ids.len());
    for person in ids.into_iter().filter(|id| seen.contains(id)) {
        let Some((name, address)) = reached.get(&person) else { continue };
        let key = account.renewal.map(|renewal| key(account.id, renewal, person)).unwrap_or_default();
        let sent = tables::message::by_key(view, &key)?.map(|message| message.state);
        let why = match address {
            _ if sent.is_some() => Some(LeftOutWhy::Before),
            None => Some(LeftOutWhy::NoAddress),
            Some(address) => tables::suppressed::why_of(view, address, Topic::News)?.map(|why| match why {
                SuppressedWhy::Unsubscribed => LeftOutWhy::Unsubscribed,
                SuppressedWhy::Bounced => LeftOutWhy::Bounced,
                SuppressedWhy::Staff => LeftOutWhy::Staff,
            }),
        };
        found.push(Contact { person, name: name.clone(), sent, why });
    }
    Ok(found)
}

fn clean(field: &str, words: &str) -> Result<String, FlowError> {
    let words = words.replace("\r\n", "\n").trim().to_owned();
    match words.chars().count() {
        0 => Err(FlowError::rule(field, "must say what is done, or why it is not done")),
        n if n > LONGEST_PROGRESS => {
            Err(FlowError::rule(field, format!("has {n} characters; at most {LONGEST_PROGRESS} are allowed")))
        }
        _ if words.contains('\0') => Err(FlowError::rule(field, "holds a NUL character")),
        _ => Ok(words),
    }
}

/// Saves the words of a page; nothing is sent before they were reviewed. What was sent stays as it is.
pub async fn save(flow: &Flow, scope: &Scope, id: AccountId, draft: &ProgressDraft) -> Result<Progress, FlowError> {
    need(scope, Grant::Shape)?;
    let shown = look(flow, scope, id).await?;
    if draft.lines.iter().any(|line| !shown.issues.iter().any(|issue| issue.issue == line.issue)) {
        return Err(FlowError::Unknown { field: "lines", what: "issue of this account" });
    }
    if scope.reach != Reach::Everything {
        return Err(FlowError::Forbidden);
    }
    let Some(renewal) = shown.account.renewal else {
        return Err(FlowError::Conflict("the day of this account's renewal is not known: import it first".into()));
    };
    if shown.progress.as_ref().is_some_and(|progress| progress.reviewed.is_some()) {
        return Err(FlowError::Conflict("this page was sent already: contacts read it as it is".into()));
    }
    let text = clean("text", &draft.text)?;
    if let Some(strange) = placeholders(&text).into_iter().find(|name| !["name", "account", "company"].contains(&name.as_str())) {
        let strange: String = strange.chars().take(60).collect();
        let known = "{{name}}, {{account}}, {{company}}";
        return Err(FlowError::rule("text", format!("{{{{{strange}}}}} is not known here; known are {known}")));
    }
    let mut lines = Vec::with_capacity(draft.lines.len());
    for line in &draft.lines {
        if !lines.iter().any(|known: &ProgressLine| known.issue == line.issue) {
            lines.push(ProgressLine { issue: line.issue, words: clean(&format!("words-{}", line.issue), &line.words)? });
        }
    }
    // What is left out would look as if nobody had heard it.
    if let Some(missing) = shown.issues.iter().find(|issue| !lines.iter().any(|line| line.issue == issue.issue)) {
        let reason = format!("must say what is done about {}, or why it is not done", missing.name);
        return Err(FlowError::rule(format!("words-{}", missing.issue), reason));
    }
    let now = flow.now();
    let progress = match shown.progress {
        Some(old) => Progress { version: old.version + 1, text, lines, ..old },
        None => Progress { id: ProgressId(flow.id()), account: id, renewal, version: 1, text, lines, made: now, reviewed: None },
    };
    let (kept, act) = (progress.clone(), if progress.version == 1 { Act::Added } else { Act::Changed });
    let write = move |tx: &mut Tx| {
        let there = tables::progress::of(tx, id, renewal)?;
        if there.is_some_and(|there| there.id != kept.id || there.version >= kept.version || there.reviewed.is_some()) {
            return Ok(false);
        }
        tables::progress::save(tx, &kept)?;
        tables::audit::note(tx, now, act, Noun::Progress, kept.id.0, &json!({ "renewal": renewal, "issues": kept.lines.len() }))?;
        Ok(true)
    };
    if flow.store.write(scope, write).await? {
        return Ok(progress);
    }
    Err(FlowError::Conflict("somebody else has changed or sent it a moment ago: read it once more".into()))
}

/// Sends the page as it was reviewed, in this version, to every contact who has not got it.
pub async fn send(flow: &Flow, scope: &Scope, id: AccountId, version: i64) -> Result<ProgressShown, FlowError> {
    need(scope, Grant::Shape)?;
    let shown = look(flow, scope, id).await?;
    if scope.reach != Reach::Everything {
        return Err(FlowError::Forbidden);
    }
    let Some(progress) = shown.progress else {
        return Err(FlowError::Conflict("nothing is written yet: save the words first".into()));
    };
    if progress.version != version {
        return Err(FlowError::Conflict("the page was changed after you had looked at it: read it once more".into()));
    }
    if flow.mailing().is_none() {
        return Err(FlowError::Conflict(
            "no mail server is configured: name one in the section [mail], then start Heard again".into(),
        ));
    }
    if shown.contacts.iter().all(|contact| contact.why.is_some()) {
        return Err(FlowError::Conflict("nobody would get this page".into()));
    }
    let by = looking(flow, scope).await?.ok_or(FlowError::Forbidden)?.user;
    let (sending, account) = (Sending::of(flow), shown.account);
    let write = move |tx: &mut Tx| {
        let there = tables::progress::of(tx, id, progress.renewal)?.filter(|there| there.version == version);
        let Some(there) = there else { return Ok(false) };
        let reviewed = there.reviewed.or(Some((by, sending.now)));
        tables::progress::save(tx, &Progress { reviewed, ..there.clone() })?;
        let sent = mail(tx, &sending, &there, &account)?;
        let detail = json!({ "renewal": there.renewal, "letters": sent });
        tables::audit::note(tx, sending.now, Act::Confirmed, Noun::Progress, there.id.0, &detail)?;
        Ok(true)
    };
    if flow.store.write(scope, write).await? {
        return look(flow, scope, id).await;
    }
    Err(FlowError::Conflict("somebody else has changed it a moment ago: read it once more".into()))
}

fn mail(tx: &mut Tx, sending: &Sending, progress: &Progress, account: &Account) -> Result<u64, StoreError> {
    let ids = tables::progress::contacts(tx, account.id, MOST_CONTACTS)?;
    let reached = tables::letter::reached(tx, &ids)?;
    let mut sent = 0;
    for person in ids {
        let Some((name, Some(address))) = reached.get(&person) else { continue };
        let key = key(account.id, progress.renewal, person);
        if tables::suppressed::why_of(tx, address, Topic::News)?.is_some() || tables::message::by_key(tx, &key)?.is_some() {
            continue;
        }
        let Ok(text) = words(progress, name, &account.name, &sending.company) else { continue };
        let token = sending.secret();
        let hash = hash_secret(&token);
        let hidden = tables::suppressed::hash(tx, address)?;
        tables::suppressed::add_token(tx, &hash, &hidden, sending.now)?;
        tables::progress::add_token(tx, &hash, progress.id, person, sending.now)?;
        let wanted = Wanted {
            key,
            kind: MessageKind::Progress,
            address: address.clone(),
            subject: format!("What became of what {} told us", account.name),
            text,
            token: Some(token),
        };
        let message = Message { person: Some(person), ..sending.message(wanted) };
        sent += u64::from(sending.post(tx, &message)?);
    }
    Ok(sent)
}

fn words(progress: &Progress, name: &str, account: &str, company: &str) -> Result<String, String> {
    fill(&progress.text, |wanted| match wanted {
        "name" => Some(called(name)),
        "account" => Some(account.to_owned()),
        "company" => Some(company.to_owned()),
        _ => None,
    })
}

/// The page to which a secret leads; `None`: to none, or not any more.
pub async fn come(flow: &Flow, token: &str) -> Result<Option<ProgressPage>, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(None) };
    let (now, company) = (flow.now(), flow.directory().company.name.clone());
    let look = move |view: &View| {
        let Some((progress, person)) = tables::progress::by_token(view, &hash)? else { return Ok(None) };
        let there = progress.reviewed.is_some_and(|(_, at)| now.0 - at.0 < DAYS_THERE * DAY_MS);
        let account = tables::account::get(view, progress.account)?;
        let (Some(account), true) = (account, there) else { return Ok(None) };
        let name = tables::person::get(view, person)?.map(|person| person.name).unwrap_or_default();
        let mut issues = Vec::new();
        for line in &progress.lines {
            let Some(kept) = tables::issue::get(view, line.issue)? else { continue };
            issues.push((kept.title.clone(), kept.told_stage(), line.words.clone()));
        }
        let text = words(&progress, &name, &account.name, &company).unwrap_or_default();
        Ok(Some(ProgressPage { account: account.name, text, own: tables::progress::said(view, person, OWN)?, issues }))
    };
    Ok(flow.store.read(&Scope::system(), look).await?)
}

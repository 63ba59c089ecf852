//! Runs of letters: written, looked at for real customers, reviewed by a second press, and sent in batches. The key of each letter
//! makes it once: for an event and its person, or for what somebody raised and how far it has come.

use std::collections::BTreeSet;
use std::sync::Arc;

use heard_domain::audit::{Act, Noun};
use heard_domain::directory::Directory;
use heard_domain::id::{EventId, JobId, LetterId, PersonId};
use heard_domain::job::Job;
use heard_domain::letter::{Audience, LONGEST_LETTER, LONGEST_SUBJECT, Letter, LetterState, ToldStage};
use heard_domain::mail::placeholders;
use heard_domain::message::{Message, MessageKind, MessageState, SuppressedWhy};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::acting::looking;
use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::secret::hash_secret;
use crate::sending::{Sending, Wanted};
use crate::tell::audience::{Raised, Recipient, Standing, batch, filled, holds, of_issue, raised_for, settled, standings};

/// So many are looked at for a preview; more are sent to, and the preview says that it is a part.
const LOOKED_AT: u64 = 20_000;
/// So many letters are shown as they will be.
const SHOWN: usize = 10;
/// So many of those who are left out are named.
const NAMED: usize = 20;
/// So many runs are listed.
const LISTED: usize = 200;

/// A run of letters as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LetterDraft {
    /// What staff call it, 1-60 characters.
    pub name: String,
    /// The subject, with placeholders like `{{name}}`; 1-150 characters.
    pub subject: String,
    /// The words, with placeholders; 1-10,000 characters.
    pub text: String,
    /// Who gets it.
    pub audience: Audience,
}

/// A letter as somebody will get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shown {
    /// To whom.
    pub person: PersonId,
    /// As they are called.
    pub name: String,
    /// At which address.
    pub address: String,
    /// The subject.
    pub subject: String,
    /// The words.
    pub text: String,
}

heard_domain::words! {
    /// Why somebody gets no letter.
    LeftOutWhy {
        /// No e-mail address of theirs is known.
        NoAddress = "no_address", "No address known";
        /// They were told before.
        Before = "before", "Told before";
        /// They asked for no more.
        Unsubscribed = "unsubscribed", "Asked for no more letters";
        /// The address does not exist.
        Bounced = "bounced", "The address does not exist";
        /// Staff decided it.
        Staff = "staff", "Decided by staff";
    }
}

/// Somebody who gets no letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Who.
    pub person: PersonId,
    /// As they are called.
    pub name: String,
    /// Why.
    pub why: LeftOutWhy,
}

/// What a run of letters would do now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LetterPreview {
    /// So many letters would go out.
    pub letters: u64,
    /// So many have no address.
    pub unreachable: u64,
    /// So many want no letters, or their address does not exist.
    pub suppressed: u64,
    /// So many were told before.
    pub before: u64,
    /// So many have no address and read it on the page of their comment.
    pub pages: u64,
    /// The first of those who get no letter, and why.
    pub left_out: Vec<LeftOut>,
    /// The first letters as they would be.
    pub shown: Vec<Shown>,
    /// A placeholder that is not known for some of them, and for how many.
    pub missing: Option<(String, u64)>,
    /// Whether there are more than were looked at.
    pub part: bool,
    /// Until when letters wait, because the time of day is quiet now.
    pub quiet_until: Option<Time>,
}

/// How far a run of letters has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LetterShown {
    /// The run.
    pub letter: Letter,
    /// How many letters are in which state.
    pub states: Vec<(MessageState, u64)>,
}

/// All runs, the newest first.
pub async fn list(flow: &Flow, scope: &Scope) -> Result<Vec<LetterShown>, FlowError> {
    need(scope, Grant::Shape)?;
    let look = |view: &View| tables::letter::list(view, LISTED)?.into_iter().map(|letter| shown(view, letter)).collect();
    Ok(flow.store.read(scope, look).await?)
}

/// A run.
pub async fn get(flow: &Flow, scope: &Scope, id: LetterId) -> Result<LetterShown, FlowError> {
    need(scope, Grant::Shape)?;
    let look = move |view: &View| tables::letter::get(view, id)?.map(|letter| shown(view, letter)).transpose();
    flow.store.read(scope, look).await?.ok_or(FlowError::Missing("run of letters"))
}

fn shown(view: &View, letter: Letter) -> Result<LetterShown, StoreError> {
    let mut states: Vec<(MessageState, u64)> = tables::message::tally(view, Some(letter.id))?.into_iter().collect();
    states.sort_unstable();
    Ok(LetterShown { letter, states })
}

/// The kinds of events that letters can be about, with how many there are.
pub async fn kinds(flow: &Flow, scope: &Scope) -> Result<Vec<(String, u64)>, FlowError> {
    need(scope, Grant::Shape)?;
    Ok(flow.store.read(scope, tables::event::kinds).await?)
}

/// The placeholders that an audience knows.
pub async fn known(flow: &Flow, scope: &Scope, audience: &Audience) -> Result<BTreeSet<String>, FlowError> {
    need(scope, Grant::Shape)?;
    let mut known: BTreeSet<String> = ["name", "company"].map(str::to_owned).into();
    match audience.clone() {
        Audience::Issue { issue, stage } => {
            let kept = flow.store.read(scope, move |view| tables::issue::get(view, issue)).await?;
            let kept = kept.ok_or(FlowError::Unknown { field: "audience.issue", what: "issue" })?;
            known.extend(of_issue(&kept, stage, "").into_iter().map(|(name, _)| name));
            known.insert("day".to_owned());
        }
        Audience::Raised { .. } => known.extend(["category", "stage"].map(str::to_owned)),
        Audience::Event { kind, stage, from, until } => {
            known.extend(["event", "day"].map(str::to_owned));
            let look = move |view: &View| {
                let ids = tables::letter::events(view, &kind, stage, (from, until), EventId(0), 1_000)?;
                let events = tables::event::many(view, &ids)?;
                Ok(events
                    .into_iter()
                    .flat_map(|event| event.details)
                    .map(|(name, _)| name.to_lowercase())
                    .collect::<BTreeSet<_>>())
            };
            known.extend(flow.store.read(scope, look).await?);
        }
    }
    Ok(known)
}

async fn checked(flow: &Flow, scope: &Scope, draft: &LetterDraft, own: Option<LetterId>) -> Result<LetterDraft, FlowError> {
    let called = name("name", &draft.name)?;
    let wanted = called.clone();
    let taken = flow.store.read(scope, move |view| tables::letter::named(view, &wanted)).await?;
    if taken.is_some_and(|id| Some(id) != own) {
        return Err(FlowError::Taken { field: "name", reason: "another run of letters has this name".into() });
    }
    let (subject, text) = (draft.subject.trim().to_owned(), draft.text.replace("\r\n", "\n").trim().to_owned());
    for (field, words, most) in [("subject", &subject, LONGEST_SUBJECT), ("text", &text, LONGEST_LETTER)] {
        match words.chars().count() {
            0 => return Err(FlowError::rule(field, "must not be empty")),
            n if n > most => return Err(FlowError::rule(field, format!("has {n} characters; at most {most} are allowed"))),
            _ if words.contains('\0') => return Err(FlowError::rule(field, "holds a NUL character")),
            _ => {}
        }
    }
    if draft.audience.days().is_some_and(|(from, until)| from > until) {
        return Err(FlowError::rule("audience.until", "must not lie before the first day"));
    }
    match &draft.audience {
        Audience::Event { stage: Some(stage), .. } if flow.directory().journey.stage(*stage).is_none() => {
            return Err(FlowError::Unknown { field: "audience.stage", what: "stage" });
        }
        Audience::Event { kind, .. } if kind.trim().is_empty() => {
            return Err(FlowError::rule("audience.kind", "must not be empty"));
        }
        Audience::Raised { category, .. } if flow.directory().taxonomy.category(*category).is_none() => {
            return Err(FlowError::Unknown { field: "audience.category", what: "category" });
        }
        Audience::Issue { issue, stage } => {
            let id = *issue;
            let kept = flow.store.read(scope, move |view| tables::issue::get(view, id)).await?;
            let kept = kept.ok_or(FlowError::Unknown { field: "audience.issue", what: "issue" })?;
            if kept.told_stage() != Some(*stage) {
                return Err(FlowError::rule("audience.stage", not_there(kept.told_stage())));
            }
        }
        Audience::Event { .. } | Audience::Raised { .. } => {}
    }
    let known = known(flow, scope, &draft.audience).await?;
    for (field, words) in [("subject", &subject), ("text", &text)] {
        if let Some(strange) = placeholders(words).into_iter().find(|name| !known.contains(name)) {
            let list: Vec<String> = known.iter().map(|name| format!("{{{{{name}}}}}")).collect();
            let strange: String = strange.chars().take(60).collect();
            return Err(FlowError::rule(field, format!("{{{{{strange}}}}} is not known here; known are {}", list.join(", "))));
        }
    }
    Ok(LetterDraft { name: called, subject, text, audience: draft.audience.clone() })
}

/// What may be told of an issue instead.
fn not_there(stage: Option<ToldStage>) -> String {
    match stage {
        Some(stage) => {
            format!("is not where the issue stands: those who raised it can be told that it is {}", stage.label().to_lowercase())
        }
        None => "cannot be told: nobody has decided that the issue is worked on".to_owned(),
    }
}

/// Adds a run; nothing is sent before it was reviewed.
pub async fn add(flow: &Flow, scope: &Scope, draft: &LetterDraft) -> Result<Letter, FlowError> {
    need(scope, Grant::Shape)?;
    let LetterDraft { name, subject, text, audience } = checked(flow, scope, draft, None).await?;
    let (id, made) = (LetterId(flow.id()), flow.now());
    let (state, version) = (LetterState::Draft, 1);
    let letter = Letter {
        id,
        name,
        subject,
        text,
        audience,
        state,
        version,
        made,
        reviewed: None,
        looked_at: 0,
        unreachable: 0,
        suppressed: 0,
        before: 0,
        pages: 0,
    };
    save(flow, scope, letter, Act::Added).await
}

/// Changes a run that is not sent yet.
pub async fn change(flow: &Flow, scope: &Scope, id: LetterId, draft: &LetterDraft) -> Result<Letter, FlowError> {
    let old = draft_of(flow, scope, id).await?;
    let LetterDraft { name, subject, text, audience } = checked(flow, scope, draft, Some(id)).await?;
    save(flow, scope, Letter { name, subject, text, audience, version: old.version + 1, ..old }, Act::Changed).await
}

/// Whether a run is still the draft that was looked at: nobody has reviewed or changed it since.
fn unchanged(view: &View, id: LetterId, version: i64) -> Result<bool, StoreError> {
    Ok(tables::letter::get(view, id)?.is_some_and(|there| there.state == LetterState::Draft && there.version == version))
}

fn too_late() -> FlowError {
    FlowError::Conflict("somebody else has sent or changed it a moment ago".into())
}

async fn save(flow: &Flow, scope: &Scope, letter: Letter, act: Act) -> Result<Letter, FlowError> {
    let (kept, now) = (letter.clone(), flow.now());
    let write = move |tx: &mut Tx| {
        if act != Act::Added && !unchanged(tx, kept.id, kept.version - 1)? {
            return Ok(false);
        }
        tables::letter::save(tx, &kept)?;
        tables::audit::note(tx, now, act, Noun::Letter, kept.id.0, &json!({ "name": kept.name }))?;
        Ok(true)
    };
    if flow.store.write(scope, write).await? { Ok(letter) } else { Err(too_late()) }
}

async fn draft_of(flow: &Flow, scope: &Scope, id: LetterId) -> Result<Letter, FlowError> {
    let letter = get(flow, scope, id).await?.letter;
    if letter.state == LetterState::Draft {
        return Ok(letter);
    }
    Err(FlowError::Conflict("these letters are on their way already: write another run".into()))
}

/// Removes a run that is not sent yet.
pub async fn remove(flow: &Flow, scope: &Scope, id: LetterId) -> Result<Letter, FlowError> {
    let (letter, now) = (draft_of(flow, scope, id).await?, flow.now());
    let (name, version) = (letter.name.clone(), letter.version);
    let write = move |tx: &mut Tx| {
        if !unchanged(tx, id, version)? {
            return Ok(false);
        }
        tables::letter::remove(tx, id)?;
        tables::audit::note(tx, now, Act::Removed, Noun::Letter, id.0, &json!({ "name": name }))?;
        Ok(true)
    };
    if flow.store.write(scope, write).await? { Ok(letter) } else { Err(too_late()) }
}

/// What a run would do now, with the first letters as they would be. Who they are is noted as seen.
pub async fn preview(flow: &Flow, scope: &Scope, id: LetterId) -> Result<LetterPreview, FlowError> {
    let letter = get(flow, scope, id).await?.letter;
    need(scope, Grant::ReadPersons)?;
    let directory = flow.directory();
    let raised = raised_for(flow, &letter.audience).await?;
    let look = move |view: &View| look_through(view, &letter, &directory, raised.as_ref());
    let mut preview = flow.store.read(scope, look).await?;
    let quiet = flow.mailing().and_then(|mailing| mailing.quiet);
    preview.quiet_until = quiet.and_then(|quiet| quiet.end(flow.now(), &flow.directory().company.zone));
    let named = preview.left_out.iter().map(|one| one.person);
    flow.saw(scope, preview.shown.iter().map(|shown| shown.person).chain(named));
    Ok(preview)
}

fn look_through(
    view: &View,
    letter: &Letter,
    directory: &Directory,
    raised: Option<&Raised>,
) -> Result<LetterPreview, StoreError> {
    let mut preview = LetterPreview::default();
    let (mut after, mut looked_at, mut unreached) = (0, 0, BTreeSet::new());
    loop {
        let (recipients, next) = batch(view, letter, directory, raised, after)?;
        let Some(next) = next else { break };
        after = next;
        looked_at += recipients.len() as u64;
        for (one, name, standing) in standings(view, letter.audience.topic(), recipients)? {
            let why = match standing {
                Standing::Unreachable => {
                    preview.unreachable += 1;
                    unreached.insert(one.person);
                    LeftOutWhy::NoAddress
                }
                Standing::Suppressed(why) => {
                    preview.suppressed += 1;
                    match why {
                        SuppressedWhy::Unsubscribed => LeftOutWhy::Unsubscribed,
                        SuppressedWhy::Bounced => LeftOutWhy::Bounced,
                        SuppressedWhy::Staff => LeftOutWhy::Staff,
                    }
                }
                Standing::Before => {
                    preview.before += 1;
                    LeftOutWhy::Before
                }
                Standing::Due { address, .. } => {
                    match filled(letter, &one, &name) {
                        Ok((subject, text)) => {
                            preview.letters += 1;
                            if preview.shown.len() < SHOWN {
                                preview.shown.push(Shown { person: one.person, name, address, subject, text });
                            }
                        }
                        Err(strange) => {
                            let (_, count) = preview.missing.get_or_insert((strange, 0));
                            *count += 1;
                        }
                    }
                    continue;
                }
            };
            if preview.left_out.len() < NAMED {
                preview.left_out.push(LeftOut { person: one.person, name, why });
            }
        }
        if looked_at >= LOOKED_AT {
            preview.part = true;
            break;
        }
    }
    if let (Some(raised), Audience::Issue { stage, .. }) = (raised, &letter.audience) {
        let (pages, before, none) = raised.by_page(view, *stage, &unreached)?;
        preview.pages = pages;
        preview.before += before;
        preview.unreachable = none;
    }
    Ok(preview)
}

/// Reviews a run as it was looked at, in this version, and lets it go out: nothing brings it back.
pub async fn send(flow: &Flow, scope: &Scope, id: LetterId, version: i64) -> Result<Letter, FlowError> {
    let letter = draft_of(flow, scope, id).await?;
    need(scope, Grant::ReadPersons)?;
    if letter.version != version {
        return Err(FlowError::Conflict("the letter was changed after you had looked at it: read it once more".into()));
    }
    if flow.mailing().is_none() {
        return Err(FlowError::Conflict(
            "no mail server is configured: name one in the section [mail], then start Heard again".into(),
        ));
    }
    let by = looking(flow, scope).await?.ok_or(FlowError::Forbidden)?.user;
    let raised = raised_for(flow, &letter.audience).await?;
    let letter = match (&raised, &letter.audience) {
        (Some(raised), Audience::Issue { stage, .. }) => {
            if raised.issue.told_stage() != Some(*stage) {
                return Err(FlowError::Conflict(format!("the stage {}", not_there(raised.issue.told_stage()))));
            }
            let values = of_issue(&raised.issue, *stage, &flow.directory().company.name);
            let unknown = |name: String| FlowError::rule("text", format!("{{{{{name}}}}} is not known"));
            settled(letter.clone(), &values).map_err(unknown)?
        }
        _ => letter,
    };
    let comments = raised.as_ref().map(|raised| raised.comments.clone()).unwrap_or_default();
    let (own, directory) = (letter.clone(), flow.directory());
    let preview = flow.store.read(scope, move |view| look_through(view, &own, &directory, raised.as_ref())).await?;
    if let Some((name, count)) = preview.missing {
        return Err(FlowError::rule(
            "text",
            format!("{{{{{name}}}}} is not known for {count} of them: take it out, or choose other days"),
        ));
    }
    if preview.letters + preview.pages == 0 {
        return Err(FlowError::Conflict("nobody would get this letter".into()));
    }
    let (job, now) = (JobId(flow.id()), flow.now());
    let reviewed = Letter { state: LetterState::Sending, reviewed: Some((by, now)), pages: preview.pages, ..letter };
    let kept = reviewed.clone();
    let write = move |tx: &mut Tx| {
        // Two may press at once: the first has sent it.
        if !unchanged(tx, id, version)? || !holds(tx, &kept)? {
            return Ok(false);
        }
        tables::letter::save(tx, &kept)?;
        tables::told::freeze(tx, id, &comments)?;
        tables::job::add(tx, job, &Job::Letters { letter: id, after: 0 }, now)?;
        tables::audit::note(
            tx,
            now,
            Act::Confirmed,
            Noun::Letter,
            id.0,
            &json!({ "name": kept.name, "letters": preview.letters }),
        )?;
        Ok(true)
    };
    if flow.store.write(scope, write).await? {
        return Ok(reviewed);
    }
    Err(too_late())
}

/// Writes the next letters of a run; the job goes on after them, or is done.
pub(crate) async fn run(flow: &Arc<Flow>, job: JobId, id: LetterId, after: i64) -> Result<(), FlowError> {
    let mut after = after;
    loop {
        let (sending, directory) = (Sending::of(flow), flow.directory());
        let stopping = flow.stopping();
        let write = move |tx: &mut Tx| {
            let letter = tables::letter::get(tx, id)?.filter(|letter| letter.state == LetterState::Sending);
            let Some(mut letter) = letter else {
                tables::job::finish(tx, job)?;
                return Ok(None);
            };
            let (recipients, next) = batch(tx, &letter, &directory, None, after)?;
            let holds = holds(tx, &letter)?;
            let Some(next) = next.filter(|_| holds) else {
                letter.state = if holds { LetterState::Done } else { LetterState::Stopped };
                tables::letter::save(tx, &letter)?;
                tables::job::finish(tx, job)?;
                return Ok(None);
            };
            letters(tx, &sending, &mut letter, recipients)?;
            tables::letter::save(tx, &letter)?;
            let job_now = Job::Letters { letter: id, after: next };
            if stopping {
                tables::job::again(tx, job, &job_now, sending.now)?;
            } else {
                tables::job::go_on(tx, job, &job_now)?;
            }
            Ok((!stopping).then_some(next))
        };
        match flow.store.write(&Scope::system(), write).await? {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}

fn letters(tx: &mut Tx, sending: &Sending, letter: &mut Letter, recipients: Vec<Recipient>) -> Result<(), StoreError> {
    letter.looked_at += recipients.len() as u64;
    let all = standings(tx, letter.audience.topic(), recipients)?;
    // Who reads it on the page of their comment was counted when it was reviewed.
    let unreached: Vec<PersonId> =
        all.iter().filter(|(_, _, standing)| matches!(standing, Standing::Unreachable)).map(|(one, ..)| one.person).collect();
    let pages = tables::told::on_pages(tx, letter.id, &unreached)?;
    for (one, name, standing) in all {
        let (address, hidden) = match standing {
            Standing::Due { address, hidden } => (address, hidden),
            Standing::Unreachable => {
                letter.unreachable += u64::from(!pages.contains(&one.person));
                continue;
            }
            Standing::Suppressed(_) => {
                letter.suppressed += 1;
                continue;
            }
            Standing::Before => {
                letter.before += 1;
                continue;
            }
        };
        // An event that came in after the review may lack what the others have: nobody gets a letter with a hole.
        let Ok((subject, text)) = filled(letter, &one, &name) else {
            letter.unreachable += 1;
            continue;
        };
        let token = sending.secret();
        tables::suppressed::add_token(tx, &hash_secret(&token), &hidden, sending.now)?;
        let wanted = Wanted { key: one.key, kind: MessageKind::Letter, address, subject, text, token: Some(token) };
        let message = Message { letter: Some(letter.id), person: Some(one.person), ..sending.message(wanted) };
        sending.post(tx, &message)?;
    }
    Ok(())
}

//! Changing: what is done to a case. The rules decide, the thread remembers, and whoever has seen an older state is told first.

use std::sync::Arc;

use heard_domain::alert::AlertKind;
use heard_domain::audit::{Act, Noun};
use heard_domain::case::{CaseAct, CaseHours, CaseParty, CaseRefused, CaseState, SILENCE};
use heard_domain::case_entry::{CaseEntry, CaseEntryKind, CaseEvent, LONGEST_ENTRY, SpokenBy};
use heard_domain::directory::Directory;
use heard_domain::id::{CaseEntryId, CaseId, DepartmentId, FeedbackId, PostId, UserId};
use heard_domain::kept_case::{KeptCase, promised};
use heard_domain::reading::Reading;
use heard_domain::rule::Urgency;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::acting::{Acting, acting};
use crate::act::opening::{Became, CaseMatter, Desk, open_or_join, place_of};
use crate::act::staff::{Spot, Staff, everybody};
use crate::act::told::about;
use crate::alerting::Told;
use crate::due::{Hours, watch};
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::onward::proven;
use crate::sending::{Reached, Sending};

/// What is done to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum CaseDeed {
    /// Somebody answers for it from now on.
    Assign {
        /// Who.
        to: UserId,
    },
    /// Whoever does this answers for it from now on.
    Take,
    /// Another department has it from now on; the one before goes on contributing.
    Move {
        /// Which.
        to: DepartmentId,
    },
    /// It is of another urgency.
    Urgency {
        /// Which.
        to: Urgency,
    },
    /// The customer was answered: what was said to them, and by which way.
    Answer {
        /// The words.
        text: String,
        /// By which way.
        way: SpokenBy,
    },
    /// The customer was asked something and is waited for: the time stands still.
    Ask {
        /// The words.
        text: String,
        /// By which way.
        way: SpokenBy,
    },
    /// The customer said something: somebody has to answer.
    Said {
        /// Their words.
        text: String,
        /// By which way.
        way: SpokenBy,
    },
    /// It is closed without a word of the customer, 14 days after the last answer at the earliest.
    Close,
    /// It is opened again.
    Reopen,
    /// It becomes part of another case.
    Merge {
        /// Which.
        into: CaseId,
    },
    /// It becomes a case of its own again.
    Unmerge,
}

impl CaseDeed {
    /// The word for it, in the log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Assign { .. } | Self::Take => "assigned",
            Self::Move { .. } => "moved",
            Self::Urgency { .. } => "urgency",
            Self::Answer { .. } => "answered",
            Self::Ask { .. } => "asked",
            Self::Said { .. } => "customer wrote",
            Self::Close => "closed",
            Self::Reopen => "opened again",
            Self::Merge { .. } => "merged",
            Self::Unmerge => "taken out again",
        }
    }

    fn words(&self) -> Option<(&str, SpokenBy, CaseEntryKind)> {
        match self {
            Self::Answer { text, way } => Some((text, *way, CaseEntryKind::Answer)),
            Self::Ask { text, way } => Some((text, *way, CaseEntryKind::Question)),
            Self::Said { text, way } => Some((text, *way, CaseEntryKind::Said)),
            _ => None,
        }
    }

    /// The rules of its words, and that what it names is there.
    pub(crate) async fn checked(self, flow: &Flow, scope: &Scope, posts: &[PostId]) -> Result<Self, FlowError> {
        if let Some((text, way, kind)) = self.words() {
            said("text", text)?;
            if kind == CaseEntryKind::Said && way == SpokenBy::Heard {
                return Err(FlowError::rule(
                    "way",
                    "what the customer writes through Heard comes in by itself: choose another way",
                ));
            }
        }
        let unknown = |field, what| Err(FlowError::Unknown { field, what });
        match &self {
            Self::Assign { to } => {
                let colleagues = everybody(flow).await?;
                match colleagues.iter().find(|one| one.id == *to && one.active) {
                    None => unknown("to", "user"),
                    Some(one) if posts.iter().all(|post| one.sees(*post)) => Ok(self),
                    Some(_) => Err(FlowError::rule("to", "does not see what is heard there: choose somebody who does")),
                }
            }
            Self::Move { to } if flow.directory().department(*to).is_none() => unknown("to", "department"),
            Self::Merge { into } => {
                let into = *into;
                let there = flow.store.read(scope, move |view| tables::case::get(view, into)).await?;
                if there.is_some() { Ok(self) } else { unknown("into", "case") }
            }
            _ => Ok(self),
        }
    }
}

/// Words for a thread: not empty, not too long.
pub(crate) fn said(field: &'static str, text: &str) -> Result<(), FlowError> {
    match text.trim().chars().count() {
        0 => Err(FlowError::rule(field, "must not be empty")),
        n if n > LONGEST_ENTRY => Err(FlowError::rule(field, format!("has {n} characters; at most {LONGEST_ENTRY} are allowed"))),
        _ => Ok(()),
    }
}

/// What came of something done to a case.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CaseAttempt {
    Done(Box<KeptCase>),
    Missing,
    Refused(CaseRefused),
    /// Somebody else was faster: who, and when.
    Stale(Option<UserId>, Time),
}

impl CaseAttempt {
    /// As an answer: the case, or why not.
    pub(crate) async fn answer(self, flow: &Flow) -> Result<KeptCase, FlowError> {
        match self {
            Self::Done(kept) => Ok(*kept),
            Self::Missing => Err(FlowError::Missing("case")),
            Self::Refused(refused) => Err(FlowError::Conflict(refused.to_string())),
            Self::Stale(by, at) => {
                let user = match by {
                    Some(by) => flow.store.read(&Scope::system(), move |view| tables::user::get(view, by)).await?,
                    None => None,
                };
                let who = user.map_or_else(|| "the customer or Heard itself".to_owned(), |user| user.name);
                let minutes = (flow.now().0 - at.0).max(0) / 60_000;
                let ago = if minutes == 0 { "a moment ago".to_owned() } else { format!("{minutes} min ago") };
                let words = format!("{who} changed this case {ago}, after you had opened it: read it once more, then go on");
                Err(FlowError::Conflict(words))
            }
        }
    }
}

/// What a write about cases is given.
pub(crate) struct CaseDoing {
    pub(crate) desk: Desk,
    pub(crate) acting: Acting,
    pub(crate) staff: Staff,
    pub(crate) directory: Arc<Directory>,
    sending: Sending,
}

impl CaseDoing {
    pub(crate) async fn of(flow: &Flow, scope: &Scope) -> Result<Self, FlowError> {
        let acting = acting(flow, scope).await?;
        let directory = flow.directory();
        let desk = desk(flow);
        let staff = flow.store.read(&Scope::system(), Staff::load).await?;
        Ok(Self { desk, acting, staff, directory, sending: Sending::of(flow) })
    }

    fn promise_hours(&self, kept: &KeptCase) -> Option<i32> {
        self.directory.posts.iter().find(|post| post.id == kept.post).and_then(|post| post.promise_hours)
    }

    fn hours<'a>(&'a self, kept: &KeptCase) -> CaseHours<'a> {
        let promised = promised(kept.urgency, self.promise_hours(kept));
        CaseHours { now: self.desk.hours.calendar(kept.case.department), promised }
    }

    /// The case after a deed, or why not. Nothing is written.
    fn apply(&self, kept: &KeptCase, deed: &CaseDeed) -> Result<KeptCase, CaseRefused> {
        let party = self.acting.party(&kept.case);
        let act = match deed {
            CaseDeed::Assign { to } => CaseAct::Assign(*to),
            CaseDeed::Take => CaseAct::Assign(self.acting.user),
            CaseDeed::Move { to } => CaseAct::Move(*to),
            CaseDeed::Answer { .. } => CaseAct::Answer,
            CaseDeed::Ask { .. } => CaseAct::AskBack,
            CaseDeed::Said { .. } => CaseAct::Write,
            CaseDeed::Close => CaseAct::GiveUp,
            CaseDeed::Reopen => CaseAct::Reopen,
            CaseDeed::Merge { into } => CaseAct::Merge(*into),
            CaseDeed::Unmerge => CaseAct::Unmerge,
            CaseDeed::Urgency { to } => return self.urgency(kept, *to),
        };
        let mut case = kept.case.apply(act, party, self.desk.now, self.hours(kept))?;
        // Who speaks with the customer answers for the case from then on, where nobody did.
        if matches!(deed, CaseDeed::Answer { .. } | CaseDeed::Ask { .. }) {
            case.assigned = case.assigned.or(Some(self.acting.user));
        }
        // With the first answer that Heard carries the customer is asked whether it helped: once for ever.
        if matches!(deed, CaseDeed::Answer { way: SpokenBy::Heard, .. })
            && let Ok(asked) = case.apply(CaseAct::AskWhetherHelped, CaseParty::Heard, self.desk.now, self.hours(kept))
        {
            case = asked;
        }
        Ok(KeptCase { case, ..kept.clone() })
    }

    fn urgency(&self, kept: &KeptCase, to: Urgency) -> Result<KeptCase, CaseRefused> {
        if !self.acting.may(&kept.case) {
            return Err(CaseRefused::NotYours);
        }
        if let Some((into, _)) = kept.case.merged {
            return Err(CaseRefused::IsMerged(into));
        }
        if kept.case.is_closed() {
            return Err(CaseRefused::IsClosed);
        }
        let mut changed = KeptCase { urgency: to, ..kept.clone() };
        changed.case.countdown.promised = promised(to, self.promise_hours(kept));
        Ok(changed)
    }

    /// Does it within a write; whoever is to be told is given back, to be told once it is durable.
    pub(crate) fn run(
        &self,
        tx: &mut Tx,
        id: CaseId,
        version: Option<i64>,
        deed: &CaseDeed,
    ) -> Result<(CaseAttempt, Vec<Told>), StoreError> {
        let Some(before) = tables::case::get(tx, id)? else { return Ok((CaseAttempt::Missing, vec![])) };
        if version.is_some_and(|version| version != before.version) {
            return Ok((stale(tx, &before)?, vec![]));
        }
        let changed = match self.apply(&before, deed) {
            Ok(changed) => changed,
            Err(refused) => return Ok((CaseAttempt::Refused(refused), vec![])),
        };
        let reach = match deed.words() {
            Some((_, SpokenBy::Heard, _)) => match self.sending.reach(tx, &before)? {
                Some(reach) => Some(reach),
                None => return Ok((CaseAttempt::Refused(CaseRefused::Unreachable), vec![])),
            },
            _ => None,
        };
        // The other case of a merge is looked at before anything is written.
        let other = match (deed, before.case.merged) {
            (CaseDeed::Merge { into }, _) => tables::case::get(tx, *into)?,
            (CaseDeed::Unmerge, Some((into, _))) => tables::case::get(tx, into)?,
            _ => None,
        };
        if let (CaseDeed::Merge { into }, other) = (deed, &other) {
            match other {
                None => return Ok((CaseAttempt::Missing, vec![])),
                Some(other) if other.case.state == CaseState::Merged => {
                    return Ok((CaseAttempt::Refused(CaseRefused::IsMerged(*into)), vec![]));
                }
                Some(other) if !one_customer(tx, &before, other)? => {
                    return Ok((CaseAttempt::Refused(CaseRefused::OtherCustomer), vec![]));
                }
                Some(_) => {}
            }
        }
        let Some(kept) = self.desk.keep(tx, &before, changed)? else { return Ok((stale(tx, &before)?, vec![])) };
        self.write_down(tx, &before, &kept, deed, reach)?;
        if let Some(other) = other {
            self.other_of_merge(tx, &before, &other, deed)?;
        }
        if kept.case.state == CaseState::Answered && kept.case.last_answer != before.case.last_answer {
            watch(tx, &self.desk.ids, id, Some(self.desk.now.plus_ms(SILENCE)), self.desk.now)?;
        }
        let act = match deed {
            CaseDeed::Merge { .. } => Act::Merged,
            CaseDeed::Unmerge => Act::Undone,
            CaseDeed::Move { .. } => Act::Moved,
            _ => Act::Changed,
        };
        let detail = json!({ "number": kept.number, "deed": deed.word() });
        tables::audit::note(tx, self.desk.now, act, Noun::Case, id.0, &detail)?;
        let told = self.tell(tx, &kept, deed)?;
        // As it stands now: departments may contribute that did not before.
        let kept = tables::case::get(tx, id)?.unwrap_or(kept);
        Ok((CaseAttempt::Done(Box::new(kept)), told))
    }

    fn write_down(
        &self,
        tx: &mut Tx,
        before: &KeptCase,
        kept: &KeptCase,
        deed: &CaseDeed,
        reach: Option<Reached>,
    ) -> Result<(), StoreError> {
        let (id, by) = (kept.case.id, Some(self.acting.user));
        if let Some((text, way, kind)) = deed.words() {
            let entry = CaseEntry {
                id: CaseEntryId(self.desk.id()),
                case: id,
                kind,
                at: self.desk.now,
                by,
                text: text.trim().to_owned(),
                way: Some(way),
                mentions: vec![],
                event: None,
            };
            tables::case_entry::add(tx, &entry)?;
            let asks = before.case.asked.is_none() && kept.case.asked.is_some();
            return reach.map_or(Ok(()), |reach| self.sending.say(tx, kept, &entry, reach, asks));
        }
        let event = match deed {
            CaseDeed::Assign { to } => CaseEvent::Assigned { to: *to },
            CaseDeed::Take => CaseEvent::Assigned { to: self.acting.user },
            CaseDeed::Move { to } => {
                tables::case::contribute(tx, id, &[before.case.department])?;
                CaseEvent::Moved { from: before.case.department, to: *to }
            }
            CaseDeed::Urgency { to } => CaseEvent::Urgency { to: *to },
            CaseDeed::Close => CaseEvent::GivenUp,
            CaseDeed::Reopen => CaseEvent::Reopened,
            CaseDeed::Merge { into } => CaseEvent::Merged { into: *into },
            CaseDeed::Unmerge => match before.case.merged {
                Some((from, _)) => CaseEvent::Unmerged { from },
                None => return Ok(()),
            },
            CaseDeed::Answer { .. } | CaseDeed::Ask { .. } | CaseDeed::Said { .. } => return Ok(()),
        };
        self.desk.event(tx, id, by, event)
    }

    /// What a merge or its undoing means for the other case: it gets the comments and departments, or loses the comments; and
    /// whoever waited for an answer waits for one there.
    fn other_of_merge(&self, tx: &mut Tx, part: &KeptCase, whole: &KeptCase, deed: &CaseDeed) -> Result<(), StoreError> {
        let (id, by) = (whole.case.id, Some(self.acting.user));
        if *deed == CaseDeed::Unmerge {
            let own: Vec<FeedbackId> = part.feedback.clone();
            tables::case::part(tx, id, &own)?;
            return self.desk.event(tx, id, by, CaseEvent::LetGo { case: part.case.id });
        }
        part.feedback.iter().try_for_each(|feedback| tables::case::join(tx, id, *feedback))?;
        let departments: Vec<DepartmentId> = part.departments.iter().copied().chain([part.case.department]).collect();
        let others: Vec<DepartmentId> = departments.into_iter().filter(|one| *one != whole.case.department).collect();
        tables::case::contribute(tx, id, &others)?;
        if part.case.state == CaseState::Open
            && let Ok(case) = whole.case.apply(CaseAct::Write, CaseParty::Heard, self.desk.now, self.hours(whole))
        {
            let changed = KeptCase { case, urgency: whole.urgency.max(part.urgency), ..whole.clone() };
            self.desk.keep(tx, whole, changed)?;
        }
        self.desk.event(tx, id, by, CaseEvent::TookIn { case: part.case.id })
    }

    /// Who is told of it.
    fn tell(&self, tx: &mut Tx, kept: &KeptCase, deed: &CaseDeed) -> Result<Vec<Told>, StoreError> {
        let (kind, users) = match deed {
            CaseDeed::Assign { to } => (AlertKind::Assigned, vec![*to]),
            CaseDeed::Move { to } => {
                let spot = Spot { post: kept.post, place: kept.place, here: false };
                (AlertKind::Routed, self.staff.told(&self.directory, &self.desk.hours, &[*to], spot, self.desk.now))
            }
            _ => return Ok(vec![]),
        };
        let users: Vec<UserId> = users.into_iter().filter(|user| *user != self.acting.user).collect();
        Ok(about(tx, &self.desk.ids, self.desk.now, kind, kept, users)?.into_iter().collect())
    }
}

/// What every write about cases needs, as of now.
pub(crate) fn desk(flow: &Flow) -> Desk {
    Desk { ids: flow.ids(), now: flow.now(), hours: Arc::new(Hours::of(&flow.directory())) }
}

/// Whether two cases may be of one customer, so that none reads what another was told: they are known to be of the same person; or of
/// nobody known, and at most one has a conversation.
fn one_customer(tx: &Tx, one: &KeptCase, other: &KeptCase) -> Result<bool, StoreError> {
    if one.person.is_some() || other.person.is_some() {
        return Ok(one.person == other.person);
    }
    let talks = |id| Ok::<_, StoreError>(tables::thread::of_case(tx, id)?.is_some());
    Ok(!(talks(one.case.id)? && talks(other.case.id)?))
}

fn stale(tx: &Tx, kept: &KeptCase) -> Result<CaseAttempt, StoreError> {
    let last = tables::case_entry::last_by(tx, kept.case.id)?;
    let by = last.filter(|(_, at)| *at >= kept.changed).map(|(by, _)| by);
    Ok(CaseAttempt::Stale(by, kept.changed))
}

/// Does something to a case. `version`: the one that was looked at; whoever has seen an older one is told.
pub async fn change(flow: &Flow, scope: &Scope, id: CaseId, version: Option<i64>, deed: CaseDeed) -> Result<KeptCase, FlowError> {
    need(scope, Grant::WriteCases)?;
    let there = flow.store.read(scope, move |view| tables::case::get(view, id)).await?;
    let kept = there.ok_or(FlowError::Missing("case"))?;
    let deed = deed.checked(flow, scope, &[kept.post]).await?;
    let doing = CaseDoing::of(flow, scope).await?;
    let (outcome, told) = flow.store.write(scope, move |tx| doing.run(tx, id, version, &deed)).await?;
    flow.alert(told);
    outcome.answer(flow).await
}

/// A case that somebody opens by hand for a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseDraft {
    /// For which comment.
    pub feedback: FeedbackId,
    /// Which department has it.
    pub department: DepartmentId,
    /// How soon somebody has to look.
    #[serde(default)]
    pub urgency: Option<Urgency>,
}

/// Opens a case for a comment, or lets it join the open one of the same person about the same.
pub async fn open(flow: &Flow, scope: &Scope, draft: CaseDraft) -> Result<KeptCase, FlowError> {
    need(scope, Grant::WriteCases)?;
    let CaseDraft { feedback: id, department, urgency } = draft;
    let look = move |view: &View| {
        Ok((tables::feedback::get(view, id)?, tables::reading::get(view, id)?, tables::rule::departments_of(view, id)?))
    };
    let (feedback, reading, departments) = flow.store.read(scope, look).await?;
    let feedback = feedback.ok_or(FlowError::Unknown { field: "feedback", what: "feedback" })?;
    let directory = flow.directory();
    if directory.department(department).is_none() {
        return Err(FlowError::Unknown { field: "department", what: "department" });
    }
    let acting = acting(flow, scope).await?;
    let post = directory.posts.iter().find(|post| post.id == feedback.post);
    let main = reading.as_ref().and_then(Reading::weightiest);
    let category = main.and_then(|passage| passage.categories.first()).map(|label| label.value);
    let matter = CaseMatter {
        feedback: id,
        post: feedback.post,
        promise_hours: post.and_then(|post| post.promise_hours),
        person: feedback.person,
        account: feedback.account,
        stage: main.and_then(|passage| passage.stage.as_ref()).map(|label| label.value),
        category,
        place: place_of(&directory, &feedback),
        here: false,
        proven: proven(&directory, &feedback),
        urgency: urgency.unwrap_or(Urgency::Normal),
        department,
        departments,
        rules: vec![],
    };
    let desk = desk(flow);
    let write = move |tx: &mut Tx| {
        let (kept, act) = match open_or_join(tx, &desk, &matter, Some(acting.user))? {
            Became::Opened(kept) => (kept, Act::Added),
            Became::Joined(kept) | Became::Known(kept) => (kept, Act::Changed),
        };
        let detail = json!({ "number": kept.number, "feedback": id });
        tables::audit::note(tx, desk.now, act, Noun::Case, kept.case.id.0, &detail)?;
        Ok(kept)
    };
    Ok(flow.store.write(scope, write).await?)
}

//! Looking: the queue by the time that is left, and a case with everything beside it.

use heard_domain::case_entry::{CaseEntry, Task};
use heard_domain::id::{CaseId, PersonId};
use heard_domain::kept_case::KeptCase;
use heard_domain::promise::CasePromise;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::case::{Cursor, NEVER, Sought};
use heard_store::tables::case_entry::Answered;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::due::Hours;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// A case as it is shown: with its name and its clock in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseShown {
    /// The case.
    #[serde(flatten)]
    pub kept: KeptCase,
    /// Its number as people say it: `C-1042`.
    pub name: String,
    /// The time that is left, in words, in working time: `3 h 20 min left`.
    pub clock: String,
    /// Whether the promised time has passed without an answer.
    pub late: bool,
}

impl CaseShown {
    /// As somebody sees it: who it is about only where persons may be seen.
    pub fn of(kept: KeptCase, hours: &Hours, now: Time, scope: &Scope) -> Self {
        let persons = scope.may(Grant::ReadPersons);
        let kept = KeptCase { person: kept.person.filter(|_| persons), account: kept.account.filter(|_| persons), ..kept };
        let late = kept.due.is_some_and(|due| due < now);
        Self { name: kept.name(), clock: hours.clock(&kept, now), late, kept }
    }
}

/// One page of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// The cases, what is due first first.
    pub cases: Vec<CaseShown>,
    /// How many fit in all.
    pub total: u64,
    /// Where the next page begins; `None` at the end.
    pub more: Option<Cursor>,
}

/// The cases in sight that fit, what is due first first.
pub async fn queue(flow: &Flow, scope: &Scope, sought: &Sought, after: Option<Cursor>, limit: usize) -> Result<Queue, FlowError> {
    need(scope, Grant::ReadCases)?;
    if !(sought.person.is_empty() && sought.account.is_empty()) {
        need(scope, Grant::ReadPersons)?;
    }
    let wanted = sought.clone();
    let look = move |view: &View| Ok((tables::case::list(view, &wanted, after, limit + 1)?, tables::case::count(view, &wanted)?));
    let (mut found, total) = flow.store.read(scope, look).await?;
    let rest = found.len() > limit;
    found.truncate(limit);
    let last = found.last().filter(|_| rest);
    let more = last.map(|kept| (kept.due.map_or(NEVER, |due| due.0), kept.case.id));
    Ok(Queue { cases: shown(flow, scope, found), total, more })
}

/// Cases as somebody sees them; that they see whose they are is noted.
pub fn shown(flow: &Flow, scope: &Scope, cases: Vec<KeptCase>) -> Vec<CaseShown> {
    let (hours, now) = (Hours::of(&flow.directory()), flow.now());
    let shown: Vec<CaseShown> = cases.into_iter().map(|kept| CaseShown::of(kept, &hours, now, scope)).collect();
    flow.saw(scope, shown.iter().filter_map(|one| one.kept.person).collect::<Vec<PersonId>>());
    shown
}

/// How many cases fit.
pub async fn count(flow: &Flow, scope: &Scope, sought: Sought) -> Result<u64, FlowError> {
    need(scope, Grant::ReadCases)?;
    Ok(flow.store.read(scope, move |view| tables::case::count(view, &sought)).await?)
}

/// How many answers of others are shown.
const ANSWERS: usize = 5;

/// A case with everything beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseOpened {
    /// The case.
    pub case: CaseShown,
    /// Its thread, oldest first.
    pub thread: Vec<CaseEntry>,
    /// Its tasks.
    pub tasks: Vec<Task>,
    /// What the customer was promised.
    pub promises: Vec<CasePromise>,
    /// Other cases of the same person, the newest first, where the scope may see persons.
    pub others: Vec<CaseShown>,
    /// What others were answered about the same, the newest first.
    pub answers: Vec<Answered>,
}

/// Opens a case in sight.
pub async fn open(flow: &Flow, scope: &Scope, id: CaseId) -> Result<CaseOpened, FlowError> {
    need(scope, Grant::ReadCases)?;
    let persons = scope.may(Grant::ReadPersons);
    let look = move |view: &View| {
        let Some(kept) = tables::case::get(view, id)? else { return Ok(None) };
        let of = |person| {
            let sought = Sought { person: vec![person], ..Sought::default() };
            tables::case::list(view, &sought, None, 20)
        };
        let mut others = kept.person.filter(|_| persons).map_or_else(|| Ok(vec![]), of)?;
        others.retain(|other| other.case.id != id);
        let about = |category| tables::case_entry::answers_about(view, category, id, ANSWERS);
        let answers = kept.category.map_or_else(|| Ok(vec![]), about)?;
        let owed = (tables::case_entry::tasks(view, id)?, tables::case_promise::list(view, id)?);
        Ok(Some((kept, tables::case_entry::list(view, id)?, owed, others, answers)))
    };
    let found = flow.store.read(scope, look).await?.ok_or(FlowError::Missing("case"))?;
    let (kept, thread, (tasks, promises), others, answers) = found;
    let case = shown(flow, scope, vec![kept]).pop().ok_or(FlowError::Missing("case"))?;
    Ok(CaseOpened { case, thread, tasks, promises, others: shown(flow, scope, others), answers })
}

/// The case with this number, if it is in sight.
pub async fn numbered(flow: &Flow, scope: &Scope, number: i64) -> Result<Option<CaseId>, FlowError> {
    need(scope, Grant::ReadCases)?;
    Ok(flow.store.read(scope, move |view| tables::case::numbered(view, number)).await?)
}

/// Whoever opens a case has seen what they were told about it.
pub async fn seen(flow: &Flow, scope: &Scope, id: CaseId) -> Result<(), FlowError> {
    let Some(user) = scope.user() else { return Ok(()) };
    let waiting = flow.store.read(scope, move |view| tables::alert::unseen(view, user, 500)).await?;
    if waiting.iter().all(|alert| alert.case != Some(id)) {
        return Ok(());
    }
    let now = flow.now();
    flow.store.write(scope, move |tx: &mut Tx| tables::alert::seen_of_case(tx, user, id, now)).await?;
    Ok(())
}

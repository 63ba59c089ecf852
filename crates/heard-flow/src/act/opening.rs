//! Opening: a comment opens a case, or joins the one that its person has about the same.

use std::sync::Arc;

use heard_domain::case::{Case, CaseAct, CaseHours, CaseParty};
use heard_domain::case_entry::{CaseEntry, CaseEntryKind, CaseEvent};
use heard_domain::directory::Directory;
use heard_domain::feedback::Feedback;
use heard_domain::id::{AccountId, CaseEntryId, CaseId, CategoryId, DepartmentId, FeedbackId, IdMaker, PersonId, PlaceId};
use heard_domain::id::{PostId, RuleId, StageId, UserId};
use heard_domain::kept_case::{KeptCase, promised};
use heard_domain::place::PLACE;
use heard_domain::rule::Urgency;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};

use crate::act::conversation::case_of;
use crate::due::{Hours, watch};
use crate::onward::{SENDER, UNPROVEN};

/// What a case would be about.
#[derive(Debug, Clone)]
pub(crate) struct CaseMatter {
    pub(crate) feedback: FeedbackId,
    pub(crate) post: PostId,
    /// Within how many hours the post promises an answer.
    pub(crate) promise_hours: Option<i32>,
    pub(crate) person: Option<PersonId>,
    pub(crate) account: Option<AccountId>,
    pub(crate) stage: Option<StageId>,
    pub(crate) category: Option<CategoryId>,
    pub(crate) place: Option<PlaceId>,
    pub(crate) here: bool,
    /// Whether it is known that the person said it.
    pub(crate) proven: bool,
    pub(crate) urgency: Urgency,
    /// Who has it.
    pub(crate) department: DepartmentId,
    /// Who contributes as well.
    pub(crate) departments: Vec<DepartmentId>,
    /// The rules that want it; none: somebody opens it by hand.
    pub(crate) rules: Vec<RuleId>,
}

/// What every write about cases needs.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    pub(crate) ids: Arc<IdMaker>,
    pub(crate) now: Time,
    pub(crate) hours: Arc<Hours>,
}

impl Desk {
    pub(crate) fn id(&self) -> i64 {
        self.ids.next(self.now)
    }

    /// Writes into the thread of a case what happened.
    pub(crate) fn event(&self, tx: &mut Tx, case: CaseId, by: Option<UserId>, event: CaseEvent) -> Result<(), StoreError> {
        let entry = CaseEntry {
            id: CaseEntryId(self.id()),
            case,
            kind: CaseEntryKind::Event,
            at: self.now,
            by,
            text: String::new(),
            way: None,
            mentions: vec![],
            event: Some(event),
        };
        tables::case_entry::add(tx, &entry)
    }

    /// Keeps a changed case under its next version, with the due moment that follows; `None`: somebody else was faster.
    pub(crate) fn keep(&self, tx: &mut Tx, before: &KeptCase, changed: KeptCase) -> Result<Option<KeptCase>, StoreError> {
        let due = self.hours.due(&changed.case);
        let kept = KeptCase { version: before.version + 1, changed: self.now, due, ..changed };
        if !tables::case::update(tx, &kept)? {
            return Ok(None);
        }
        if due != before.due {
            watch(tx, &self.ids, kept.case.id, due, self.now)?;
        }
        Ok(Some(kept))
    }
}

/// What became of a comment.
pub(crate) enum Became {
    /// A case of its own.
    Opened(KeptCase),
    /// Part of a case that was there.
    Joined(KeptCase),
    /// It belonged to one already.
    Known(KeptCase),
}

/// Opens a case for a comment, or lets it join the open one of its conversation, or of the same person about the same. Where nobody
/// knows whether that person said it, it gets a case of its own: a stranger must not speak in somebody else's.
pub(crate) fn open_or_join(tx: &mut Tx, desk: &Desk, matter: &CaseMatter, by: Option<UserId>) -> Result<Became, StoreError> {
    let known = tables::case::of_feedback(tx, &[matter.feedback])?.remove(&matter.feedback);
    if let Some(kept) = known.map(|id| tables::case::get(tx, id)).transpose()?.flatten() {
        tables::case::contribute(tx, kept.case.id, &others(&kept.case, matter))?;
        return Ok(Became::Known(kept));
    }
    let person = matter.person.filter(|_| matter.proven);
    let open = person.map_or_else(|| Ok(Vec::new()), |person| tables::case::open_of(tx, person))?;
    let same = |kept: &&KeptCase| match matter.category {
        Some(category) => kept.category == Some(category),
        None => kept.category.is_none() && kept.case.department == matter.department,
    };
    // Who wrote more on their own page had its secret.
    let own = match tables::thread::of_feedback(tx, matter.feedback)? {
        Some(thread) if thread.feedback != Some(matter.feedback) => case_of(tx, &thread)?,
        _ => None,
    };
    let own = own.map(|case| tables::case::get(tx, case)).transpose()?.flatten().filter(|kept| !kept.case.is_closed());
    let mut joins = own;
    for kept in open.iter().filter(same) {
        if joins.is_none() && !strange(tx, kept)? {
            joins = Some(kept.clone());
        }
    }
    if let Some(kept) = &joins
        && let Some(joined) = join(tx, desk, matter, kept)?
    {
        desk.event(tx, joined.case.id, by, CaseEvent::Joined { feedback: matter.feedback })?;
        return Ok(Became::Joined(joined));
    }
    let id = CaseId(desk.id());
    let case = Case::open(id, matter.department, promised(matter.urgency, matter.promise_hours), desk.now);
    let kept = KeptCase {
        number: tables::case::next_number(tx)?,
        version: 1,
        urgency: matter.urgency,
        post: matter.post,
        person: matter.person,
        account: matter.account,
        stage: matter.stage,
        category: matter.category,
        place: matter.place,
        here: matter.here,
        opened: desk.now,
        changed: desk.now,
        due: desk.hours.due(&case),
        departments: others(&case, matter),
        feedback: vec![matter.feedback],
        case,
    };
    tables::case::insert(tx, &kept)?;
    watch(tx, &desk.ids, id, kept.due, desk.now)?;
    desk.event(tx, id, by, CaseEvent::Opened { feedback: matter.feedback, rules: matter.rules.clone() })?;
    Ok(Became::Opened(kept))
}

/// Whether a case began with a comment of which nobody knows who said it: who is proven is not led into it.
fn strange(view: &View, kept: &KeptCase) -> Result<bool, StoreError> {
    let first = kept.feedback.first().map(|id| tables::feedback::get(view, *id)).transpose()?.flatten();
    let Some(first) = first.filter(|first| !first.attributes.is_empty()) else { return Ok(false) };
    let names = tables::attribute::list(view)?;
    let sender = names.iter().find(|known| known.name.eq_ignore_ascii_case(SENDER)).map(|known| known.id);
    let Some((_, value)) = first.attributes.iter().find(|(attribute, _)| Some(*attribute) == sender) else { return Ok(false) };
    Ok(tables::attribute::value(view, *value)?.is_some_and(|known| known.value.eq_ignore_ascii_case(UNPROVEN)))
}

fn others(case: &Case, matter: &CaseMatter) -> Vec<DepartmentId> {
    let all = matter.departments.iter().copied().chain([matter.department]);
    let mut others: Vec<DepartmentId> = all.filter(|department| *department != case.department).collect();
    others.sort_unstable();
    others.dedup();
    others
}

/// The customer said more about a case: it is open again, and as urgent as the more urgent of both.
fn join(tx: &mut Tx, desk: &Desk, matter: &CaseMatter, kept: &KeptCase) -> Result<Option<KeptCase>, StoreError> {
    let urgency = kept.urgency.max(matter.urgency);
    let promise = promised(urgency, matter.promise_hours);
    let hours = CaseHours { now: desk.hours.calendar(kept.case.department), promised: promise };
    let Ok(mut case) = kept.case.apply(CaseAct::Write, CaseParty::Customer, desk.now, hours) else { return Ok(None) };
    case.countdown.promised = case.countdown.promised.min(promise);
    tables::case::join(tx, case.id, matter.feedback)?;
    tables::case::contribute(tx, case.id, &others(&case, matter))?;
    let mut changed = KeptCase { case, urgency, here: kept.here || matter.here, ..kept.clone() };
    changed.feedback.push(matter.feedback);
    desk.keep(tx, kept, changed)
}

/// The place at which something was said: its own word, else where its post stands.
pub(crate) fn place_of(directory: &Directory, feedback: &Feedback) -> Option<PlaceId> {
    let attribute = directory.attributes.iter().find(|attribute| attribute.name == PLACE).map(|attribute| attribute.id);
    let said = feedback.attributes.iter().find(|(id, _)| Some(*id) == attribute);
    let said = said.and_then(|(attribute, value)| directory.value(*attribute, *value));
    let named = said.and_then(|name| directory.places.iter().find(|place| place.is_called(name)));
    named.or_else(|| directory.place_of(feedback.post)).map(|place| place.id)
}

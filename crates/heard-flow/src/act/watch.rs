//! Watching the time: a case whose promised time has passed is told of once, and once more to those who lead where
//! it passes a second time; and one on which the customer has long said nothing
//! is closed without their word.

use std::collections::BTreeSet;

use heard_domain::alert::AlertKind;
use heard_domain::audit::{Act, Noun};
use heard_domain::case::{CaseAct, CaseHours, CaseParty, CaseState};
use heard_domain::case_entry::CaseEvent;
use heard_domain::id::{CaseId, JobId, UserId};
use heard_domain::kept_case::{KeptCase, promised};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;
use serde_json::json;

use crate::act::change::desk;
use crate::act::opening::Desk;
use crate::act::staff::{Spot, Staff};
use crate::act::told::about;
use crate::alerting::Told;
use crate::due::watch;
use crate::error::FlowError;
use crate::flow::Flow;

/// Looks at a case; the job is done with it. A second look at the same finds nothing to do.
pub(crate) async fn run(flow: &Flow, job: JobId, id: CaseId) -> Result<(), FlowError> {
    let (desk, directory) = (desk(flow), flow.directory());
    let staff = flow.store.read(&Scope::system(), Staff::load).await?;
    let write = move |tx: &mut Tx| {
        tables::job::finish(tx, job)?;
        let Some(kept) = tables::case::get(tx, id)? else { return Ok(None) };
        let Some(level) = level(&desk, &kept, tables::case::told_late(tx, id)?) else { return silent(tx, &desk, &kept) };
        let mut users: BTreeSet<UserId> = kept.case.assigned.into_iter().collect();
        let (kind, event) = match level {
            Level::Department { due, next } => {
                tables::case::tell_late(tx, id, due)?;
                watch(tx, &desk.ids, id, next, desk.now)?;
                let spot = Spot { post: kept.post, place: kept.place, here: false };
                users.extend(staff.told(&directory, &desk.hours, &[kept.case.department], spot, desk.now));
                (AlertKind::Late, CaseEvent::Late)
            }
            Level::Leads { due } => {
                tables::case::tell_late(tx, id, due)?;
                users.extend(staff.leads(kept.post));
                (AlertKind::Escalated, CaseEvent::Escalated)
            }
        };
        desk.event(tx, id, None, event)?;
        about(tx, &desk.ids, desk.now, kind, &kept, users.into_iter().collect())
    };
    let told = flow.store.write(&Scope::system(), write).await?;
    flow.alert(told);
    Ok(())
}

/// Who is told that an answer is late, each once for each promise.
enum Level {
    /// At the promised moment: whoever answers, and their department. `next`: when those who lead are told.
    Department { due: Time, next: Option<Time> },
    /// After the promised working time has passed a second time: those who lead.
    Leads { due: Time },
}

/// What is to be told now; `told`: the moment for which something was told last.
fn level(desk: &Desk, kept: &KeptCase, told: Option<Time>) -> Option<Level> {
    let due = kept.due.filter(|due| kept.case.state == CaseState::Open && *due <= desk.now)?;
    let promised = i64::from(kept.case.countdown.promised) * 60_000;
    let next = desk.hours.calendar(kept.case.department).after(due, promised);
    match told {
        None => Some(Level::Department { due, next }),
        Some(told) if told < due => Some(Level::Department { due, next }),
        Some(told) => next.filter(|next| told < *next && *next <= desk.now).map(|due| Level::Leads { due }),
    }
}

/// 14 days after the last answer the case is closed, if the customer has not said anything.
fn silent(tx: &mut Tx, desk: &Desk, kept: &KeptCase) -> Result<Option<Told>, StoreError> {
    let hours = CaseHours { now: desk.hours.calendar(kept.case.department), promised: promised(kept.urgency, None) };
    // Where it is too soon, or something was said, there is nothing to do.
    let Ok(case) = kept.case.apply(CaseAct::GiveUp, CaseParty::Heard, desk.now, hours) else { return Ok(None) };
    let changed = KeptCase { case, ..kept.clone() };
    if let Some(kept) = desk.keep(tx, kept, changed)? {
        desk.event(tx, kept.case.id, None, CaseEvent::GivenUp)?;
        let detail = json!({ "number": kept.number, "deed": "closed" });
        tables::audit::note(tx, desk.now, Act::Changed, Noun::Case, kept.case.id.0, &detail)?;
    }
    Ok(None)
}

//! Watching the time: a case whose promised time has passed is told of once, and one on which the customer has long said nothing
//! is closed without their word.

use std::collections::BTreeSet;

use heard_domain::alert::AlertKind;
use heard_domain::audit::{Act, Noun};
use heard_domain::case::{CaseAct, CaseHours, CaseParty, CaseState};
use heard_domain::case_entry::CaseEvent;
use heard_domain::id::{CaseId, JobId, UserId};
use heard_domain::kept_case::{KeptCase, promised};
use heard_domain::scope::Scope;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;
use serde_json::json;

use crate::act::change::desk;
use crate::act::opening::Desk;
use crate::act::staff::{Spot, Staff};
use crate::act::told::about;
use crate::alerting::Told;
use crate::error::FlowError;
use crate::flow::Flow;

/// Looks at a case; the job is done with it. A second look at the same finds nothing to do.
pub(crate) async fn run(flow: &Flow, job: JobId, id: CaseId) -> Result<(), FlowError> {
    let (desk, directory) = (desk(flow), flow.directory());
    let staff = flow.store.read(&Scope::system(), Staff::load).await?;
    let write = move |tx: &mut Tx| {
        tables::job::finish(tx, job)?;
        let Some(kept) = tables::case::get(tx, id)? else { return Ok(None) };
        if let Some(due) = kept.due.filter(|due| kept.case.state == CaseState::Open && *due <= desk.now)
            && tables::case::told_late(tx, id)? != Some(due)
        {
            tables::case::tell_late(tx, id, due)?;
            desk.event(tx, id, None, CaseEvent::Late)?;
            let departments: Vec<_> = kept.departments.iter().copied().chain([kept.case.department]).collect();
            let spot = Spot { post: kept.post, place: kept.place, here: false };
            let mut users = staff.told(&directory, &desk.hours, &departments, spot, desk.now);
            users.extend(kept.case.assigned);
            users.extend(staff.leads(kept.post));
            let users: BTreeSet<UserId> = users.into_iter().collect();
            return about(tx, &desk.ids, desk.now, AlertKind::Late, &kept, users.into_iter().collect());
        }
        silent(tx, &desk, kept)
    };
    let told = flow.store.write(&Scope::system(), write).await?;
    flow.alert(told);
    Ok(())
}

/// 14 days after the last answer the case is closed, if the customer has not said anything.
fn silent(tx: &mut Tx, desk: &Desk, kept: KeptCase) -> Result<Option<Told>, StoreError> {
    let hours = CaseHours { now: desk.hours.calendar(kept.case.department), promised: promised(kept.urgency, None) };
    // Where it is too soon, or something was said, there is nothing to do.
    let Ok(case) = kept.case.apply(CaseAct::GiveUp, CaseParty::Heard, desk.now, hours) else { return Ok(None) };
    let changed = KeptCase { case, ..kept.clone() };
    if let Some(kept) = desk.keep(tx, &kept, changed)? {
        desk.event(tx, kept.case.id, None, CaseEvent::GivenUp)?;
        let detail = json!({ "number": kept.number, "deed": "closed" });
        tables::audit::note(tx, desk.now, Act::Changed, Noun::Case, kept.case.id.0, &detail)?;
    }
    Ok(None)
}

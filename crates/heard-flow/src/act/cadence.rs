//! Cadence: every department gets its digest on Monday, acknowledges it, is reminded on the third day; on the seventh those who lead
//! are told, and from then on everybody sees that it is late. Each once, by the clock of the company.

use std::collections::BTreeSet;

use heard_charts::date::span;
use heard_domain::audit::{Act, Noun};
use heard_domain::digest::{Digest, DigestKey, DigestState, FollowUp, last_week};
use heard_domain::id::{DepartmentId, UserId};
use heard_domain::message::MessageKind;
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period, Zone};
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::{Tx, View};
use serde_json::json;

use crate::act::acting::{acting, leads, looking};
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::sending::{Sending, Wanted};

/// So many weeks are listed.
const WEEKS: i32 = 12;

/// Does what is due: digests of the last week are there, what nobody has acknowledged is reminded of and told to those who lead. Done
/// again it finds nothing to do.
pub async fn tend(flow: &Flow) -> Result<(), FlowError> {
    let (zone, now) = (flow.directory().company.zone.clone(), flow.now());
    let week = last_week(&zone, now);
    // As long as nothing was heard in a week or since, nobody has to acknowledge that nothing was heard.
    let newest = flow.store.newest(&Scope::system(), &Filter::default()).await?;
    let heard = newest.is_some_and(|newest| newest >= week);
    let asked = zone.clone();
    let look = move |view: &View| {
        let missing = if heard { missing(view, week)? } else { vec![] };
        let follows = |digest: Digest| Some((digest.follows(&asked, now)?, digest));
        let due: Vec<(FollowUp, Digest)> = tables::digest::waiting(view)?.into_iter().filter_map(follows).collect();
        Ok((missing, due))
    };
    let (missing, due) = flow.store.read(&Scope::system(), look).await?;
    if missing.is_empty() && due.is_empty() {
        return Ok(());
    }
    let (sending, directory) = (Sending::of(flow), flow.directory());
    let write = move |tx: &mut Tx| {
        let name = |id| directory.department(id).map_or("", |department| department.name.as_str());
        for department in &missing {
            if tables::digest::publish(tx, *department, week, now)? {
                mail(tx, &sending, DigestKey { department: *department, week }, name(*department), Says::There)?;
            }
        }
        let mut late = Vec::new();
        for (follow, digest) in &due {
            let (department, week) = (digest.department, digest.week);
            match follow {
                FollowUp::Remind => {
                    if tables::digest::remind(tx, department, week, now)? {
                        mail(tx, &sending, digest.key(), name(department), Says::Remind)?;
                    }
                }
                FollowUp::Escalate => {
                    if tables::digest::escalate(tx, department, week, now)? {
                        late.push((digest.key(), name(department)));
                    }
                }
            }
        }
        mail_late(tx, &sending, &late)
    };
    Ok(flow.store.write(&Scope::system(), write).await?)
}

/// What a mail about a digest says to the members of its department.
#[derive(Clone, Copy)]
enum Says {
    There,
    Remind,
}

/// How a mail about digests ends.
fn switch(site: &str) -> String {
    format!("You get this because you belong to the department. Switch it off under “My account”: {site}/settings")
}

/// Writes to the members of a department that its digest is there, or waits: each once, and not to who wants it on the page only.
fn mail(tx: &mut Tx, sending: &Sending, key: DigestKey, name: &str, says: Says) -> Result<(), StoreError> {
    let Some(mailing) = &sending.mailing else { return Ok(()) };
    let days = span(Period { first: key.week, last: key.week + 6 });
    let link = format!("{}/digests/{key}", mailing.site);
    let (kind, subject, text) = match says {
        Says::There => (
            "digest",
            format!("{name}: what was heard, {days}"),
            format!("The weekly digest of {name} is there:\n{link}\n\n{}", switch(&mailing.site)),
        ),
        Says::Remind => (
            "digest-reminder",
            format!("{name}: the digest of {days} waits to be read"),
            format!(
                "The weekly digest of {name} is there since three days, and nobody has said yet that it was read:\n{link}\n\n\
                 From the seventh day on those who lead listening are told, and everybody sees that it is late.\n\n{}",
                switch(&mailing.site)
            ),
        ),
    };
    let unmailed = tables::digest::unmailed(tx)?;
    let members = tables::department::members(tx)?.into_iter().filter(|(of, _)| *of == key.department).map(|(_, user)| user);
    for id in members.filter(|id| !unmailed.contains(id)) {
        let Some(user) = tables::user::get(tx, id)?.filter(|user| user.active) else { continue };
        let Some(address) = heard_domain::mail::address(&user.email) else { continue };
        let (key, kind_of) = (format!("{kind}:{key}:{id}"), MessageKind::Digest);
        let wanted = Wanted { key, kind: kind_of, address, subject: subject.clone(), text: text.clone(), token: None };
        sending.post(tx, &sending.message(wanted))?;
    }
    Ok(())
}

/// Writes to those who lead which digests have become late: one mail for all that became late at once.
fn mail_late(tx: &mut Tx, sending: &Sending, late: &[(DigestKey, &str)]) -> Result<(), StoreError> {
    let (Some(mailing), Some((first, _))) = (&sending.mailing, late.first()) else { return Ok(()) };
    let line = |(key, name): &(DigestKey, &str)| {
        let days = span(Period { first: key.week, last: key.week + 6 });
        format!("{name}, {days}: {}/digests/{key}", mailing.site)
    };
    let lines: Vec<String> = late.iter().map(line).collect();
    let subject = match late {
        [(_, name)] => format!("{name}: the weekly digest is late"),
        _ => format!("{} weekly digests are late", late.len()),
    };
    let text = format!(
        "Nobody has said within seven days that these digests were read:\n{}\n\nYou get this because you lead listening. Switch it off under “My account”: {}/settings",
        lines.join("\n"),
        mailing.site
    );
    let unmailed = tables::digest::unmailed(tx)?;
    for user in tables::user::list(tx)?.into_iter().filter(|user| user.active && leads(user.role) && !unmailed.contains(&user.id))
    {
        let Some(address) = heard_domain::mail::address(&user.email) else { continue };
        // A digest becomes late once: with the first of them the mail has a key of its own.
        let key = format!("digest-late:{first}:{}", user.id);
        let wanted =
            Wanted { key, kind: MessageKind::Digest, address, subject: subject.clone(), text: text.clone(), token: None };
        sending.post(tx, &sending.message(wanted))?;
    }
    Ok(())
}

/// Whether whoever looks gets digests by mail; `None`: they are nobody in particular.
pub async fn mailed(flow: &Flow, scope: &Scope) -> Result<Option<bool>, FlowError> {
    let Some(user) = looking(flow, scope).await?.map(|acting| acting.user) else { return Ok(None) };
    let unmailed = flow.store.read(&Scope::system(), tables::digest::unmailed).await?;
    Ok(Some(!unmailed.contains(&user)))
}

/// Somebody gets digests, reminders of them and what is late by mail, or reads them on the page only. Whether that is otherwise now.
pub async fn set_mailed(flow: &Flow, scope: &Scope, mailed: bool) -> Result<bool, FlowError> {
    let user = looking(flow, scope).await?.map(|acting| acting.user);
    let nobody = || FlowError::Conflict("nobody in particular has made this token: there is nobody who gets mail".to_owned());
    let user = user.ok_or_else(nobody)?;
    keep_mailed(flow, scope, user, mailed).await.map(|changed| changed.unwrap_or(false))
}

/// Whether a user gets digests by mail, for who runs Heard.
pub async fn mailed_of(flow: &Flow, scope: &Scope, user: UserId) -> Result<bool, FlowError> {
    need(scope, Grant::Administer)?;
    let look = move |view: &View| Ok((tables::user::get(view, user)?.is_some(), tables::digest::unmailed(view)?));
    let (there, unmailed) = flow.store.read(scope, look).await?;
    if there { Ok(!unmailed.contains(&user)) } else { Err(FlowError::Missing("user")) }
}

/// Who runs Heard decides it for a user: for one who is away, or whose address takes no mail. Whether that is otherwise now.
pub async fn set_mailed_of(flow: &Flow, scope: &Scope, user: UserId, mailed: bool) -> Result<bool, FlowError> {
    need(scope, Grant::Administer)?;
    keep_mailed(flow, scope, user, mailed).await?.ok_or(FlowError::Missing("user"))
}

/// `None`: there is no such user.
async fn keep_mailed(flow: &Flow, scope: &Scope, user: UserId, mailed: bool) -> Result<Option<bool>, FlowError> {
    let now = flow.now();
    let write = move |tx: &mut Tx| {
        if tables::user::get(tx, user)?.is_none() {
            return Ok(None);
        }
        let changed = tables::digest::set_mailed(tx, user, mailed, now)?;
        if changed {
            tables::audit::note(tx, now, Act::Changed, Noun::User, user.0, &json!({ "digests_by_mail": mailed }))?;
        }
        Ok(Some(changed))
    };
    Ok(flow.store.write(scope, write).await?)
}

/// The departments inside the company that somebody belongs to, and that have no digest of a week yet.
fn missing(view: &View, week: Day) -> Result<Vec<DepartmentId>, StoreError> {
    let there: BTreeSet<DepartmentId> = tables::digest::since(view, week)?
        .into_iter()
        .filter(|digest| digest.week == week)
        .map(|digest| digest.department)
        .collect();
    let belonged: BTreeSet<DepartmentId> =
        tables::department::members(view)?.into_iter().map(|(department, _)| department).collect();
    let departments = tables::department::list(view)?.into_iter().filter(|department| !department.partner);
    Ok(departments.map(|department| department.id).filter(|id| belonged.contains(id) && !there.contains(id)).collect())
}

/// The digests of the last twelve weeks, and older ones that nobody has acknowledged, the newest first: follow-through is for
/// everybody to see.
pub async fn list(flow: &Flow, scope: &Scope) -> Result<Vec<Digest>, FlowError> {
    need(scope, Grant::ReadCases)?;
    let since = since(&flow.directory().company.zone, flow);
    let look = move |view: &View| {
        let mut all = tables::digest::since(view, since)?;
        let older = tables::digest::waiting(view)?.into_iter().filter(|digest| digest.week < since);
        all.extend(older);
        Ok(all)
    };
    let mut all = flow.store.read(&Scope::system(), look).await?;
    let directory = flow.directory();
    all.retain(|digest| directory.department(digest.department).is_some());
    all.sort_by_key(|digest| (std::cmp::Reverse(digest.week), digest.department));
    Ok(all)
}

fn since(zone: &Zone, flow: &Flow) -> Day {
    last_week(zone, flow.now()) + -7 * (WEEKS - 1)
}

/// The digests that wait for somebody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Those of their own departments, the oldest first.
    pub own: Vec<Digest>,
    /// For those who lead: those of other departments that are late.
    pub late: Vec<Digest>,
}

/// The digests that wait for whoever looks.
pub async fn waiting_for(flow: &Flow, scope: &Scope) -> Result<Waiting, FlowError> {
    need(scope, Grant::ReadCases)?;
    let Some(user) = scope.user() else { return Ok(Waiting::default()) };
    let look = move |view: &View| {
        let waiting = tables::digest::waiting(view)?;
        if waiting.is_empty() {
            return Ok((waiting, vec![]));
        }
        let members = tables::department::members(view)?;
        let own: Vec<DepartmentId> =
            members.into_iter().filter(|(_, of)| *of == user).map(|(department, _)| department).collect();
        Ok((waiting, own))
    };
    let (mut waiting, own) = flow.store.read(&Scope::system(), look).await?;
    if waiting.is_empty() {
        return Ok(Waiting::default());
    }
    let lead = looking(flow, scope).await?.is_some_and(|acting| acting.lead);
    let directory = flow.directory();
    waiting.retain(|digest| directory.department(digest.department).is_some());
    let (own, mut late): (Vec<Digest>, Vec<Digest>) = waiting.into_iter().partition(|digest| own.contains(&digest.department));
    late.retain(|digest| lead && digest.state() == DigestState::Late);
    Ok(Waiting { own, late })
}

/// Somebody of the department has read its digest and says so. Once it is acknowledged it stays so.
pub async fn acknowledge(flow: &Flow, scope: &Scope, department: DepartmentId, week: Day) -> Result<Digest, FlowError> {
    need(scope, Grant::WriteCases)?;
    let name = flow.directory().department(department).map(|department| department.name.clone());
    let name = name.ok_or(FlowError::Missing("department"))?;
    let look = move |view: &View| tables::digest::get(view, department, week);
    let digest = flow.store.read(&Scope::system(), look).await?.ok_or(FlowError::Missing("digest"))?;
    let acting = acting(flow, scope).await?;
    if !acting.departments.contains(&department) {
        let words = format!("only those who belong to {name} can acknowledge its digest");
        return Err(FlowError::Conflict(words));
    }
    if !digest.waits() {
        return Ok(digest);
    }
    let now = flow.now();
    let write = move |tx: &mut Tx| {
        if tables::digest::acknowledge(tx, department, week, acting.user, now)? {
            let detail = json!({ "department": name, "week": week });
            tables::audit::note(tx, now, Act::Confirmed, Noun::Digest, department.0, &detail)?;
        }
        tables::digest::get(tx, department, week)
    };
    flow.store.write(scope, write).await?.ok_or(FlowError::Missing("digest"))
}

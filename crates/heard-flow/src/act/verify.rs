//! Verifying: every night it is looked whether the fixes that departments have signed for hold. Only this closes an issue, and it opens one
//! again that came back.

use std::collections::BTreeSet;

use heard_domain::audit::Act;
use heard_domain::id::{IssueId, JobId, StageId};
use heard_domain::issue::{IssueAct, IssueParty, IssueState};
use heard_domain::job::Job;
use heard_domain::kept_issue::{IssueStanding, KeptIssue};
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Time};
use heard_domain::user::Grant;
use heard_domain::verification::{Fix, Verdict};
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::tables::verdict::Found;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::act::issues::change::Doing;
use crate::act::issues::siblings::prompt;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::verification::{Examined, Subject, examine};

/// How many days of verdicts are shown.
const SHOWN: usize = 60;

/// What may be said of the fix of an issue now, and what was said before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IssueVerification {
    /// Of which issue.
    pub issue: IssueId,
    /// The finding with the numbers that went in; `null`: no fix was reported yet.
    pub examined: Option<Examined>,
    /// The last day that is looked at.
    pub day: Day,
    /// Whether this is a fix that has turned out not to hold: its departments have to look again.
    pub past: bool,
    /// The verdicts by day, the newest first.
    pub history: Vec<VerdictOfDay>,
}

/// What was said on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictOfDay {
    /// The day.
    pub day: Day,
    /// What was said.
    pub verdict: Verdict,
}

/// When an issue was opened and mended; `None` while a department has not said since when its fix is in effect.
fn fix_of(flow: &Flow, kept: &KeptIssue) -> Option<Fix> {
    let (first, last) = (kept.first_fix()?, kept.last_fix()?);
    let opened = flow.directory().company.zone.day(kept.opened);
    // The day on which a fix takes effect is the first that counts.
    Some(Fix { since: None, opened, first, last: last + -1 })
}

fn subject(kept: &KeptIssue, fix: Fix) -> Option<Subject> {
    Some(Subject { mentions: kept.gathers()?, stage: kept.stage, fix })
}

/// The last whole day: of today, not all may be heard yet.
fn yesterday(flow: &Flow) -> Day {
    flow.directory().company.zone.day(flow.now()) + -1
}

/// What may be said of the fix of an issue.
pub async fn look(flow: &Flow, scope: &Scope, id: IssueId) -> Result<IssueVerification, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let look = move |view: &View| {
        let Some(kept) = tables::issue::get(view, id)? else { return Ok(None) };
        Ok(Some((kept, tables::verdict::last(view, id)?, tables::verdict::of_issue(view, id, SHOWN)?)))
    };
    let (kept, last, history) = flow.store.read(scope, look).await?.ok_or(FlowError::Missing("issue"))?;
    // A fix that did not hold is nobody's any more; what was found of it stays to be looked at.
    let now = fix_of(flow, &kept).map(|fix| (fix, yesterday(flow), false));
    let (fix, day, past) = match now.or(last.map(|last| (last.fix, last.day, true))) {
        Some((fix, day, past)) => (Some(fix), day, past),
        None => (None, yesterday(flow), false),
    };
    let examined = match fix.and_then(|fix| subject(&kept, fix)) {
        Some(subject) => Some(examine(flow, &subject, day).await?),
        None => None,
    };
    let history = history.into_iter().map(|(day, verdict)| VerdictOfDay { day, verdict }).collect();
    Ok(IssueVerification { issue: id, examined, day, past, history })
}

/// Looks at every fix for which all departments have signed and that nobody has looked at since yesterday. Done again it finds
/// nothing to do.
pub async fn tend(flow: &Flow) -> Result<(), FlowError> {
    each(flow, None).await
}

/// Looks again at the fixes of issues at some stages, because what could have happened there was counted otherwise.
pub(crate) async fn run(flow: &Flow, job: JobId, stages: Vec<StageId>) -> Result<(), FlowError> {
    each(flow, Some(&stages)).await?;
    Ok(flow.store.write(&Scope::system(), move |tx| tables::job::finish(tx, job)).await?)
}

/// Asks, within the transaction that counts otherwise what happens at these stages, that their fixes be looked at again. What waits
/// already is asked once.
pub(crate) fn ask(tx: &mut Tx, job: JobId, stages: &BTreeSet<StageId>, now: Time) -> Result<(), StoreError> {
    let mut wanted = stages.clone();
    let sought = Sought {
        state: vec![IssueState::ReportedFixed, IssueState::VerifiedFixed],
        stage: stages.iter().copied().collect(),
        ..Sought::default()
    };
    if stages.is_empty() || tables::issue::list(tx, &sought)?.is_empty() {
        return Ok(());
    }
    for waiting in tables::job::of_kind(tx, Job::Verify { stages: vec![] }.kind())? {
        // One that is being done may have read what stood there before.
        if let Job::Verify { stages } = waiting.job
            && tables::job::untouched(tx, waiting.id)?
        {
            wanted.extend(stages);
            tables::job::finish(tx, waiting.id)?;
        }
    }
    tables::job::add(tx, job, &Job::Verify { stages: wanted.into_iter().collect() }, now)
}

/// Looks at the fixes that nobody has looked at since yesterday; at those of issues at `again` in any case.
async fn each(flow: &Flow, again: Option<&[StageId]>) -> Result<(), FlowError> {
    let sought = Sought {
        standing: vec![IssueStanding::Accepted],
        state: vec![IssueState::ReportedFixed, IssueState::VerifiedFixed],
        ..Sought::default()
    };
    let look = move |view: &View| {
        let issues = tables::issue::list(view, &sought)?;
        issues.into_iter().map(|kept| Ok((tables::verdict::last(view, kept.id)?, kept))).collect::<Result<Vec<_>, StoreError>>()
    };
    let day = yesterday(flow);
    for (last, kept) in flow.store.read(&Scope::system(), look).await? {
        let Some(fix) = fix_of(flow, &kept) else { continue };
        match again {
            Some(stages) if kept.stage.is_none_or(|stage| !stages.contains(&stage)) => continue,
            None if last.is_some_and(|last| last.day >= day && last.fix == fix) => continue,
            _ => {}
        }
        let Some(subject) = subject(&kept, fix) else { continue };
        let found = examine(flow, &subject, day).await?.found;
        let doing = Doing::of(flow, IssueParty::Heard);
        let (id, verified) = (kept.id, found.verdict == Verdict::Verified);
        let write = move |tx: &mut Tx| keep(tx, &doing, kept.id, &Found { issue: kept.id, day, fix, found });
        flow.store.write(&Scope::system(), write).await?;
        if verified {
            prompt(flow, id).await?;
        }
    }
    Ok(())
}

/// Keeps a verdict, and lets it act on the issue as it is by now.
fn keep(tx: &mut Tx, doing: &Doing, id: IssueId, found: &Found) -> Result<(), StoreError> {
    let Some(before) = tables::issue::get(tx, id)? else { return Ok(()) };
    tables::verdict::put(tx, found)?;
    let verdict = found.found.verdict;
    let changes = match verdict {
        Verdict::Verified => !before.work.verified,
        Verdict::NotFixed | Verdict::Reopened => true,
        Verdict::Watching | Verdict::Improved | Verdict::TooRare => false,
    };
    if !changes {
        return Ok(());
    }
    // Somebody may have taken a sign-off back meanwhile: then there is nothing to say of it.
    let Ok(changed) = before.act(&IssueAct::Found(verdict), &doing.by, doing.now, doing.today) else { return Ok(()) };
    if let Some(kept) = doing.keep(tx, &before, changed)? {
        doing.note(tx, Act::Changed, &kept, verdict.code(), None)?;
    }
    Ok(())
}

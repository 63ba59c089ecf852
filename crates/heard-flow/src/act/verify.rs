//! Verifying: every night it is looked whether the fixes that departments have signed for hold. Only this closes an issue, and it opens one
//! again that came back.

use std::collections::{BTreeSet, HashMap};

use heard_domain::audit::Act;
use heard_domain::id::{IssueId, JobId, StageId};
use heard_domain::issue::{IssueAct, IssueParty, IssueState};
use heard_domain::job::Job;
use heard_domain::kept_issue::{IssueStanding, KeptIssue};
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Time, Zone};
use heard_domain::user::Grant;
use heard_domain::verification::{Fix, Verdict};
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::tables::verdict::Found;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::act::issues::change::IssueDoing;
use crate::act::issues::siblings::prompt;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::verification::{Examined, Subject, examine};
use crate::read::again::under_way;

/// How many changes of the verdict are shown.
const SHOWN: usize = 60;

/// What may be said of the fix of an issue now, and what was said before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IssueVerification {
    /// Of which issue.
    pub issue: IssueId,
    /// The finding with the numbers that went in; `null`: no fix was reported yet, or everything is being read again.
    pub examined: Option<Examined>,
    /// The day as of which it is looked at.
    pub day: Day,
    /// Whether this is a fix that has turned out not to hold: its departments have to look again.
    pub past: bool,
    /// Whether all feedback is being read again: half of it is read by the version before, so that nothing is looked at until that is done.
    pub read_again: bool,
    /// What was said, and since which day, the newest first.
    pub history: Vec<VerdictOfDay>,
}

/// What was said from one day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictOfDay {
    /// The day.
    pub day: Day,
    /// What was said.
    pub verdict: Verdict,
}

/// When an issue was opened and mended; `None` while a department has not said since when its fix is in effect.
fn fix_of(zone: &Zone, kept: &KeptIssue) -> Option<Fix> {
    let (first, last) = (kept.first_fix()?, kept.last_fix()?);
    let opened = zone.day(kept.opened);
    // What came back was opened on that day.
    let opened = kept.since.map_or(opened, |since| since.max(opened));
    Some(Fix { since: kept.since, opened, first, last, signed: kept.work.last_sign_off().map(|at| zone.day(at)) })
}

/// What is looked at: a fix as it is now, or as it was when it was verified.
fn subject(kept: &KeptIssue, fix: Fix, verified: Option<Found>) -> Option<Subject> {
    Some(Subject { mentions: kept.gathers()?, stage: kept.stage, fix, verified })
}

/// What was found when the present fix was verified.
fn verified(kept: &KeptIssue, newest: Option<&Found>) -> Option<Found> {
    newest.filter(|found| kept.work.verified && found.round == kept.work.reopened && found.found.verified.is_some()).cloned()
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
    let history = history.into_iter().map(|(day, verdict)| VerdictOfDay { day, verdict }).collect();
    let (directory, today) = (flow.directory(), yesterday(flow));
    let nothing = IssueVerification { issue: id, examined: None, day: today, past: false, read_again: false, history };
    // A fix that did not hold is nobody's any more; what was found of it stays to be looked at.
    let (wanted, day, past) = match (fix_of(&directory.company.zone, &kept), last) {
        (Some(fix), last) => (subject(&kept, fix, verified(&kept, last.as_ref())), today, false),
        // One that was taken back before a verdict is none.
        (None, Some(last)) if last.round < kept.work.reopened => {
            let (fix, day) = (last.fix, last.day);
            (subject(&kept, fix, Some(last).filter(|last| last.found.verified.is_some())), day, true)
        }
        (None, _) => (None, today, false),
    };
    let Some(wanted) = wanted else { return Ok(nothing) };
    if under_way(flow).await? {
        return Ok(IssueVerification { read_again: true, ..nothing });
    }
    Ok(IssueVerification { examined: Some(examine(flow, &wanted, day).await?), day, past, ..nothing })
}

/// Looks at every fix for which all departments have signed and that nobody has looked at since yesterday. Done again it finds
/// nothing to do. An issue that cannot be looked at leaves the others be.
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
    if under_way(flow).await? {
        return Ok(());
    }
    let sought = Sought {
        standing: vec![IssueStanding::Accepted],
        state: vec![IssueState::ReportedFixed, IssueState::VerifiedFixed],
        ..Sought::default()
    };
    let look = move |view: &View| {
        let issues = tables::issue::list(view, &sought)?;
        let newest = if issues.is_empty() { vec![] } else { tables::verdict::newest(view)? };
        Ok((issues, newest))
    };
    let (issues, newest) = flow.store.read(&Scope::system(), look).await?;
    let newest: HashMap<IssueId, Found> = newest.into_iter().map(|found| (found.issue, found)).collect();
    let wanted = |kept: &KeptIssue| again.is_none_or(|stages| kept.stage.is_some_and(|stage| stages.contains(&stage)));
    for kept in issues.into_iter().filter(wanted) {
        if let Err(error) = one(flow, &kept, newest.get(&kept.id), again.is_some()).await {
            tracing::error!(issue = %kept.name(), %error, "whether its fix holds could not be looked at");
        }
    }
    Ok(())
}

/// Looks at one, unless that was done since yesterday and it need not be done `again`.
async fn one(flow: &Flow, kept: &KeptIssue, newest: Option<&Found>, again: bool) -> Result<(), FlowError> {
    let (directory, day) = (flow.directory(), yesterday(flow));
    let Some(fix) = fix_of(&directory.company.zone, kept) else { return Ok(()) };
    let verified = verified(kept, newest);
    let same = |found: &Found| (found.fix.last, found.fix.signed) == (fix.last, fix.signed) || verified.is_some();
    if !again && newest.is_some_and(|found| found.day >= day && same(found)) {
        return Ok(());
    }
    let Some(wanted) = subject(kept, fix, verified) else { return Ok(()) };
    let seen = examine(flow, &wanted, day).await?;
    let basis = wanted.verified.map_or_else(|| Some(seen.basis()), |verified| verified.basis);
    let found = Found { issue: kept.id, round: kept.work.reopened, day, fix: seen.fix, basis, found: seen.found };
    let (doing, zone) = (IssueDoing::of(flow, IssueParty::Heard), directory.company.zone.clone());
    let verified = found.found.verdict == Verdict::Verified;
    let write = move |tx: &mut Tx| keep(tx, &doing, &zone, fix, &found);
    flow.store.write(&Scope::system(), write).await?;
    if verified {
        prompt(flow, kept.id).await?;
    }
    Ok(())
}

/// Keeps a verdict, and lets it act on the issue, unless somebody has changed the fix that was looked at meanwhile. What is verified
/// stays so until it comes back.
fn keep(tx: &mut Tx, doing: &IssueDoing, zone: &Zone, fix: Fix, found: &Found) -> Result<(), StoreError> {
    let Some(before) = tables::issue::get(tx, found.issue)? else { return Ok(()) };
    if fix_of(zone, &before) != Some(fix) || before.work.reopened != found.round {
        return Ok(());
    }
    tables::verdict::put(tx, found)?;
    let verdict = found.found.verdict;
    let changes = match verdict {
        Verdict::Verified | Verdict::NotFixed => !before.work.verified,
        Verdict::Reopened => true,
        Verdict::Watching | Verdict::Improved | Verdict::TooRare => false,
    };
    if !changes {
        return Ok(());
    }
    let Ok(mut changed) = before.act(&IssueAct::Found(verdict), &doing.by, doing.now, doing.today) else { return Ok(()) };
    // What is mended next is held against the days since it came back.
    changed.since = found.found.reopened.or(changed.since);
    if let Some(kept) = doing.keep(tx, &before, changed)? {
        doing.note(tx, Act::Changed, &kept, verdict.code(), None)?;
    }
    Ok(())
}

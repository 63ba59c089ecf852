//! Reported beside verified: how many fixes departments have signed for, and how many were found to hold. Two different numbers.

use std::collections::{BTreeMap, HashMap};

use heard_domain::id::{DepartmentId, IssueId, StageId};
use heard_domain::issue::IssueState;
use heard_domain::kept_issue::{IssueStanding, KeptIssue};
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period};
use heard_domain::user::Grant;
use heard_domain::verification::Verdict;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::tables::verdict::Round;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::measure::promises;

/// How many fixes came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct FixCount {
    /// All contributing departments have signed that it is fixed.
    pub reported: u64,
    /// Found to hold.
    pub verified: u64,
    /// Found to have improved, but not by half.
    pub improved: u64,
    /// Found not to hold.
    pub not_fixed: u64,
    /// Held, and came back.
    pub came_back: u64,
    /// It cannot be told yet.
    pub watching: u64,
    /// It is too early: nothing was heard since, or nobody has looked yet.
    pub too_early: u64,
    /// Too few are affected to tell by counting.
    pub too_rare: u64,
}

impl FixCount {
    /// `None`: it is too early to say anything.
    fn add(&mut self, verdict: Option<Verdict>) {
        self.reported += 1;
        *match verdict {
            Some(Verdict::Verified) => &mut self.verified,
            Some(Verdict::Improved) => &mut self.improved,
            Some(Verdict::NotFixed) => &mut self.not_fixed,
            Some(Verdict::Reopened) => &mut self.came_back,
            Some(Verdict::Watching) => &mut self.watching,
            Some(Verdict::TooRare) => &mut self.too_rare,
            None => &mut self.too_early,
        } += 1;
    }
}

/// Fixes of one department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixesOfDepartment {
    /// Which.
    pub department: DepartmentId,
    /// How many came to what.
    pub count: FixCount,
}

/// Fixes of issues at one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FixesOfStage {
    /// Which; `None`: issues of no single stage.
    pub stage: Option<StageId>,
    /// How many came to what.
    pub count: FixCount,
}

/// Fixes that took effect in a period: reported beside verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fixes {
    /// The days in which they took effect.
    pub period: Period,
    /// All.
    pub all: FixCount,
    /// By contributing department: a fix counts for each that contributes.
    pub departments: Vec<FixesOfDepartment>,
    /// By stage.
    pub stages: Vec<FixesOfStage>,
}

/// So many days that end with the newest feedback in view, and all days since: who signs today is in the list, though nothing was heard
/// for a while.
pub async fn usual(flow: &Flow, scope: &Scope, days: i32) -> Result<Period, FlowError> {
    let period = promises::usual(flow, scope, days).await?;
    Ok(Period { last: period.last.max(flow.directory().company.zone.day(flow.now())), ..period })
}

/// Fixes that took effect in a period: of every issue the one that its departments have signed for now, and those of earlier rounds, which
/// did not hold. A date that was corrected makes no second fix; one that was taken back before a verdict is none.
pub async fn fixes(flow: &Flow, scope: &Scope, period: Period) -> Result<Fixes, FlowError> {
    need(scope, Grant::ReadFigures)?;
    let look = |view: &View| Ok((tables::verdict::of_rounds(view)?, tables::issue::list(view, &Sought::default())?));
    let (found, issues) = flow.store.read(&Scope::system(), look).await?;
    let newest = flow.store.newest(&Scope::system(), &Filter::default()).await?;
    let mut rounds: HashMap<IssueId, Vec<Round>> = HashMap::new();
    for round in found {
        rounds.entry(round.issue).or_default().push(round);
    }
    let mut all = FixCount::default();
    let mut departments: BTreeMap<DepartmentId, FixCount> = BTreeMap::new();
    let mut stages: BTreeMap<Option<StageId>, FixCount> = BTreeMap::new();
    for kept in issues {
        let rounds = rounds.remove(&kept.id).unwrap_or_default();
        for verdict in reported(&kept, &rounds, period, newest) {
            all.add(verdict);
            stages.entry(kept.stage).or_default().add(verdict);
            for contribution in &kept.work.contributions {
                departments.entry(contribution.department).or_default().add(verdict);
            }
        }
    }
    Ok(Fixes {
        period,
        all,
        departments: departments.into_iter().map(|(department, count)| FixesOfDepartment { department, count }).collect(),
        stages: stages.into_iter().map(|(stage, count)| FixesOfStage { stage, count }).collect(),
    })
}

/// What came of the fixes of an issue that took effect in a period; `None`: too early to say, the newest feedback is of an earlier day or
/// nobody has looked yet.
fn reported(kept: &KeptIssue, rounds: &[Round], period: Period, newest: Option<Day>) -> Vec<Option<Verdict>> {
    let mut verdicts: Vec<Option<Verdict>> = rounds
        .iter()
        .filter(|round| round.round < kept.work.reopened && period.contains(round.fixed))
        .map(|round| round.verdict)
        .filter(|verdict| matches!(verdict, Verdict::NotFixed | Verdict::Reopened))
        .map(Some)
        .collect();
    let signed = matches!(kept.state(), IssueState::ReportedFixed | IssueState::VerifiedFixed);
    if let Some(fixed) = kept.last_fix()
        && signed
        && kept.standing == IssueStanding::Accepted
        && period.contains(fixed)
    {
        let now =
            rounds.iter().find(|round| round.round == kept.work.reopened && round.fixed == fixed).map(|round| round.verdict);
        let silent = newest.is_none_or(|newest| newest < fixed);
        // As long as nothing was heard since, what looks rare may be silence.
        verdicts.push(now.filter(|verdict| !(silent && matches!(verdict, Verdict::Watching | Verdict::TooRare))));
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::id::UserId;
    use heard_domain::issue::{Contribution, SignOff, Work};
    use heard_domain::kept_issue::{FixedOn, IssueOrigin};
    use heard_domain::time::Time;

    fn kept(reopened: u32, fixed: Option<i32>) -> KeptIssue {
        let department = DepartmentId(1);
        let signed = fixed.map(|_| SignOff { user: UserId(1), at: Time(5) });
        let contribution = Contribution { department, cause: Some("c".into()), fix: Some("f".into()), signed };
        KeptIssue {
            id: IssueId(1),
            number: 1,
            version: 1,
            title: "Late".into(),
            stage: None,
            categories: vec![],
            origin: IssueOrigin::Hand,
            standing: IssueStanding::Accepted,
            merged: None,
            opened: Time(0),
            opened_by: None,
            changed: Time(0),
            begins: None,
            since: None,
            work: Work { contributions: vec![contribution], verified: false, reopened },
            fixed_on: fixed.map(|day| FixedOn { department, day: Day(day) }).into_iter().collect(),
        }
    }

    #[test]
    fn a_fix_is_counted_once_in_its_round() {
        let round = |round, fixed, verdict| Round { issue: IssueId(1), round, fixed: Day(fixed), verdict };
        let may = Period { first: Day(100), last: Day(130) };
        let count = |kept: &KeptIssue, rounds: &[Round]| reported(kept, rounds, may, Some(Day(130)));
        assert_eq!(count(&kept(0, Some(100)), &[]), [None], "signed today");
        assert_eq!(count(&kept(0, Some(110)), &[round(0, 105, Verdict::Improved)]), [None], "its date was corrected");
        assert_eq!(count(&kept(0, None), &[round(0, 105, Verdict::Watching)]), [], "taken back");
        let rounds = [round(0, 105, Verdict::NotFixed), round(1, 105, Verdict::Verified)];
        let both = [Some(Verdict::NotFixed), Some(Verdict::Verified)];
        assert_eq!(count(&kept(1, Some(105)), &rounds), both, "again on the same day");
        assert_eq!(count(&kept(1, Some(131)), &rounds), [Some(Verdict::NotFixed)], "the day it took effect decides");
        let watched = [round(0, 105, Verdict::Watching)];
        assert_eq!(count(&kept(0, Some(105)), &watched), [Some(Verdict::Watching)]);
        assert_eq!(reported(&kept(0, Some(105)), &watched, may, Some(Day(104))), [None], "nothing was heard since");
    }
}

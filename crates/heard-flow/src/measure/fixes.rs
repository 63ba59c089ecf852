//! Reported beside verified: how many fixes departments have signed for, and how many were found to hold. Two different numbers.

use std::collections::BTreeMap;

use heard_domain::id::{DepartmentId, StageId};
use heard_domain::scope::Scope;
use heard_domain::time::Period;
use heard_domain::user::Grant;
use heard_domain::verification::Verdict;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::FlowError;
use crate::flow::{Flow, need};

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
    /// Too few are affected to tell by counting.
    pub too_rare: u64,
}

impl FixCount {
    fn add(&mut self, verdict: Verdict) {
        self.reported += 1;
        *match verdict {
            Verdict::Verified => &mut self.verified,
            Verdict::Improved => &mut self.improved,
            Verdict::NotFixed => &mut self.not_fixed,
            Verdict::Reopened => &mut self.came_back,
            Verdict::Watching => &mut self.watching,
            Verdict::TooRare => &mut self.too_rare,
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

/// Fixes that took effect in a period.
pub async fn fixes(flow: &Flow, scope: &Scope, period: Period) -> Result<Fixes, FlowError> {
    need(scope, Grant::ReadFigures)?;
    let look = |view: &View| Ok((tables::verdict::of_fixes(view)?, tables::issue::list(view, &Sought::default())?));
    let (found, issues) = flow.store.read(&Scope::system(), look).await?;
    let mut all = FixCount::default();
    let mut departments: BTreeMap<DepartmentId, FixCount> = BTreeMap::new();
    let mut stages: BTreeMap<Option<StageId>, FixCount> = BTreeMap::new();
    for (issue, _, verdict) in found.into_iter().filter(|(_, fixed, _)| period.contains(*fixed)) {
        let Some(kept) = issues.iter().find(|kept| kept.id == issue) else { continue };
        all.add(verdict);
        stages.entry(kept.stage).or_default().add(verdict);
        for contribution in &kept.work.contributions {
            departments.entry(contribution.department).or_default().add(verdict);
        }
    }
    Ok(Fixes {
        period,
        all,
        departments: departments.into_iter().map(|(department, count)| FixesOfDepartment { department, count }).collect(),
        stages: stages.into_iter().map(|(stage, count)| FixesOfStage { stage, count }).collect(),
    })
}

//! Looking: the issues by priority with its factors, and one with everything that was worked out about it.

use heard_domain::id::{CaseId, IssueId};
use heard_domain::issue::{IssueParty, IssueState};
use heard_domain::kept_issue::{KeptCause, KeptIssue, PartnerLink, ProposedFix};
use heard_domain::plan::Action;
use heard_domain::priority::{Evidence, Facts, IssueOrder, Priority, ordered, priority};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::issue::Sought;
use heard_store::view::View;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::act::acting::{Acting, looking};
use crate::act::issues::evidence::{evidence, evidence_of_all, period};
use crate::act::look::{CaseShown, shown as cases_shown};
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// An issue as it is shown: with its name, its state and why it comes where it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IssueShown {
    /// The issue.
    #[serde(flatten)]
    pub kept: KeptIssue,
    /// Its number as people say it: `I-12`.
    pub name: String,
    /// Where it stands.
    pub state: IssueState,
    /// What its priority is made of, in the last four weeks of feedback.
    pub facts: Facts,
    /// The factors, and their product.
    pub priority: Priority,
    /// Complaints in these four weeks.
    pub comments: u64,
    /// Complaints since ever.
    pub ever: u64,
}

impl IssueShown {
    fn of(kept: KeptIssue, found: &Evidence) -> Self {
        Self {
            name: kept.name(),
            state: kept.state(),
            priority: priority(&found.facts),
            facts: found.facts.clone(),
            comments: found.comments,
            ever: found.ever,
            kept,
        }
    }
}

/// One as it is shown now.
pub async fn one(flow: &Flow, scope: &Scope, kept: KeptIssue) -> Result<IssueShown, FlowError> {
    let found = evidence(flow, scope, &kept, period(flow, scope).await?).await?;
    Ok(IssueShown::of(kept, &found))
}

/// The issues that fit, the first to work on first. `currency`: of the money that orders them, where money is asked for.
pub async fn list(
    flow: &Flow,
    scope: &Scope,
    sought: &Sought,
    order: IssueOrder,
    currency: &str,
) -> Result<Vec<IssueShown>, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let wanted = sought.clone();
    let found = flow.store.read(scope, move |view| tables::issue::list(view, &wanted)).await?;
    let period = period(flow, scope).await?;
    let evidence = evidence_of_all(flow, scope, &found, period).await?;
    let mut all: Vec<Option<IssueShown>> =
        found.into_iter().zip(evidence).map(|(kept, found)| Some(IssueShown::of(kept, &found))).collect();
    let facts: Vec<Facts> = all.iter().flatten().map(|one| one.facts.clone()).collect();
    let places = ordered(&facts, order, currency);
    Ok(places.into_iter().filter_map(|place| all.get_mut(place).and_then(Option::take)).collect())
}

/// An issue with everything beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueOpened {
    /// The issue.
    pub issue: IssueShown,
    /// The cases in sight that belong to it, the newest first.
    pub cases: Vec<CaseShown>,
    /// Why it happens, in the order of the outline.
    pub causes: Vec<KeptCause>,
    /// The work that removes it.
    pub actions: Vec<Action>,
    /// What staff propose.
    pub fixes: Vec<ProposedFix>,
    /// How partners outside take part.
    pub links: Vec<PartnerLink>,
    /// Issues that are part of it.
    pub parts: Vec<(IssueId, String)>,
}

/// Opens an issue.
pub async fn open(flow: &Flow, scope: &Scope, id: IssueId) -> Result<IssueOpened, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let cases = scope.may(Grant::ReadCases);
    let look = move |view: &View| {
        let Some(kept) = tables::issue::get(view, id)? else { return Ok(None) };
        let ids: Vec<CaseId> = if cases { tables::issue::cases(view, id)? } else { vec![] };
        let (of_it, parts) = (tables::case::many(view, &ids)?, tables::issue::parts(view, id)?);
        let causes = tables::issue_work::causes(view, &[id])?.into_iter().map(|(_, cause)| cause).collect();
        let actions = tables::issue_work::actions(view, id)?;
        let (fixes, links) = (tables::issue_work::proposed_fixes(view, id)?, tables::issue_work::links(view, id)?);
        Ok(Some((kept, of_it, causes, actions, fixes, links, parts)))
    };
    let found = flow.store.read(scope, look).await?.ok_or(FlowError::Missing("issue"))?;
    let (kept, of_it, causes, actions, fixes, links, parts) = found;
    let issue = one(flow, scope, kept).await?;
    Ok(IssueOpened { issue, cases: cases_shown(flow, scope, of_it), causes, actions, fixes, links, parts })
}

/// The issue with this number.
pub async fn numbered(flow: &Flow, scope: &Scope, number: i64) -> Result<Option<IssueId>, FlowError> {
    need(scope, Grant::ReadIssues)?;
    Ok(flow.store.read(scope, move |view| tables::issue::numbered(view, number)).await?)
}

/// The issues to which a case in sight belongs.
pub async fn of_case(flow: &Flow, scope: &Scope, case: CaseId) -> Result<Vec<KeptIssue>, FlowError> {
    if !scope.may(Grant::ReadIssues) {
        return Ok(vec![]);
    }
    Ok(flow.store.read(scope, move |view| tables::issue::of_case(view, case)).await?)
}

/// Those that are worked on, as something to choose from: identifier, name and title.
pub async fn choices(flow: &Flow, scope: &Scope) -> Result<Vec<KeptIssue>, FlowError> {
    need(scope, Grant::ReadIssues)?;
    let sought = Sought { standing: vec![heard_domain::kept_issue::IssueStanding::Accepted], ..Sought::default() };
    Ok(flow.store.read(scope, move |view| tables::issue::list(view, &sought)).await?)
}

/// What somebody is to issues.
pub fn party(acting: &Acting) -> IssueParty {
    IssueParty::Member { user: acting.user, departments: acting.departments.clone(), lead: acting.lead }
}

/// Who somebody is where issues are worked on; `None`: nobody in particular, who may only look.
pub async fn member(flow: &Flow, scope: &Scope) -> Result<Option<Acting>, FlowError> {
    if !scope.may(Grant::WriteIssues) {
        return Ok(None);
    }
    looking(flow, scope).await
}

/// The same for whoever must be somebody and may work on issues.
pub(crate) async fn acting(flow: &Flow, scope: &Scope) -> Result<Acting, FlowError> {
    need(scope, Grant::WriteIssues)?;
    looking(flow, scope).await?.ok_or(FlowError::Forbidden)
}

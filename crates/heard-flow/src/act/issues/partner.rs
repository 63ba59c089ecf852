//! Partners: companies outside that contribute to an issue take part by a link. Whoever has its secret sees this one issue, without customers
//! and their comments, and speaks for one department. Only the digest of the secret is kept.

use heard_domain::audit::{Act, Noun};
use heard_domain::id::{DepartmentId, IssueId, PartnerLinkId, UserId};
use heard_domain::issue::IssueParty;
use heard_domain::kept_issue::{KeptIssue, PartnerLink};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::{Tx, View};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::act::issues::change::{IssueDeed, change_by_link, doing};
use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::secret::{hash_secret, new_secret};

/// How long a link leads to its issue, in days, if nobody says otherwise.
pub const USUAL_DAYS: u32 = 90;
/// The longest.
pub const MOST_DAYS: u32 = 366;
const DAY_MS: i64 = 86_400_000;

/// A link as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerDraft {
    /// For which department: a contributing one, of a company outside.
    pub department: DepartmentId,
    /// Who gets it, 1-60 characters.
    pub name: String,
    /// For how many days: 1 to 366; 90 if not said.
    #[serde(default)]
    pub days: Option<u32>,
}

/// Makes a link. Gives what is kept, and the secret: it is never shown again.
pub async fn invite(flow: &Flow, scope: &Scope, issue: IssueId, draft: PartnerDraft) -> Result<(PartnerLink, String), FlowError> {
    let (doing, user) = doing(flow, scope).await?;
    let there = flow.store.read(scope, move |view| tables::issue::get(view, issue)).await?;
    there.ok_or(FlowError::Missing("issue"))?;
    let directory = flow.directory();
    let Some(department) = directory.department(draft.department) else {
        return Err(FlowError::Unknown { field: "department", what: "department" });
    };
    if !department.partner {
        return Err(FlowError::rule("department", "is no partner outside: its members sign in"));
    }
    let days = draft.days.unwrap_or(USUAL_DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(FlowError::rule("days", format!("must be 1 to {MOST_DAYS}")));
    }
    let secret = new_secret(flow);
    let hash = hash_secret(&secret);
    let link = PartnerLink {
        id: PartnerLinkId(flow.id()),
        issue,
        department: draft.department,
        name: name("name", &draft.name)?,
        made_by: user,
        made: doing.now,
        expires: doing.now.plus_ms(i64::from(days) * DAY_MS),
        revoked: None,
    };
    let kept = link.clone();
    let write = move |tx: &mut Tx| {
        let Some(of) = tables::issue::get(tx, issue)? else { return Ok(Err(FlowError::Missing("issue"))) };
        if of.work.of(kept.department).is_none() || !of.shaped_by(&doing.by) {
            let words = "only a department that contributes can be let in, by whoever shapes the issue: involve it first";
            return Ok(Err(FlowError::Conflict(words.to_owned())));
        }
        tables::issue_work::invite(tx, &kept, &hash)?;
        let detail = json!({ "number": of.number, "department": kept.department, "expires": kept.expires });
        tables::audit::note(tx, doing.now, Act::Added, Noun::PartnerLink, kept.id.0, &detail)?;
        Ok(Ok(()))
    };
    flow.store.write(scope, write).await??;
    Ok((link, secret))
}

/// Takes a link back: it leads nowhere from now on.
pub async fn revoke(flow: &Flow, scope: &Scope, id: PartnerLinkId) -> Result<PartnerLink, FlowError> {
    need(scope, Grant::WriteIssues)?;
    let there = flow.store.read(scope, move |view| tables::issue_work::link_of(view, id)).await?;
    there.ok_or(FlowError::Missing("partner link"))?;
    let (doing, _) = doing(flow, scope).await?;
    let write = move |tx: &mut Tx| {
        let Some(link) = tables::issue_work::link_of(tx, id)? else { return Ok(Err(FlowError::Missing("partner link"))) };
        let of = tables::issue::get(tx, link.issue)?;
        if !of.is_some_and(|of| of.shaped_by(&doing.by)) {
            return Ok(Err(FlowError::Forbidden));
        }
        tables::issue_work::revoke(tx, id, doing.now)?;
        tables::audit::note(tx, doing.now, Act::Removed, Noun::PartnerLink, id.0, &json!({}))?;
        Ok(Ok(PartnerLink { revoked: Some(doing.now), ..link }))
    };
    flow.store.write(scope, write).await?
}

/// The issue to which a secret leads. Everything else about it is out of sight.
pub async fn come(flow: &Flow, secret: &str) -> Result<(PartnerLink, KeptIssue), FlowError> {
    let (hash, now): (String, Time) = (hash_secret(secret), flow.now());
    let look = move |view: &View| {
        let Some(link) = tables::issue_work::link_by_hash(view, &hash)?.filter(|link| link.is_open(now)) else { return Ok(None) };
        Ok(tables::issue::get(view, link.issue)?.map(|issue| (link, issue)))
    };
    let found = flow.store.read(&Scope::system(), look).await?;
    // A department that left the issue, or is part of the company by now, has no way in any more: its members sign in.
    let directory = flow.directory();
    let outside = |id| directory.department(id).is_some_and(|department| department.partner);
    found
        .filter(|(link, issue)| issue.work.of(link.department).is_some() && outside(link.department))
        .ok_or(FlowError::Missing("way in"))
}

/// What a partner states or signs, by the same rules as everybody. It signs as its link: somebody of its own.
pub async fn act(
    flow: &Flow,
    secret: &str,
    cause: Option<String>,
    fix: Option<String>,
    sign: Option<bool>,
) -> Result<KeptIssue, FlowError> {
    let (link, issue) = come(flow, secret).await?;
    let department = link.department;
    let by = || IssueParty::Member { user: UserId(link.id.0), departments: vec![department], lead: false };
    let mut kept = issue;
    if cause.is_some() || fix.is_some() {
        kept = change_by_link(flow, link.id, by(), kept.id, IssueDeed::State { department, cause, fix }).await?;
    }
    match sign {
        Some(true) => change_by_link(flow, link.id, by(), kept.id, IssueDeed::SignOff { department, fixed_on: None }).await,
        Some(false) => change_by_link(flow, link.id, by(), kept.id, IssueDeed::TakeBack { department }).await,
        None => Ok(kept),
    }
}

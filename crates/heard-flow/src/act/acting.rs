//! Who acts on cases: a user, or whoever made the token that acts.

use heard_domain::case::{Case, CaseParty};
use heard_domain::id::{DepartmentId, UserId};
use heard_domain::scope::{Actor, Scope};
use heard_domain::user::{Grant, Role};
use heard_store::tables;
use heard_store::view::View;

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// Somebody who acts.
#[derive(Debug, Clone)]
pub struct Acting {
    /// Who.
    pub user: UserId,
    /// Whether they may act for every department: who runs Heard and who leads listening.
    pub lead: bool,
    /// The departments that they belong to.
    pub departments: Vec<DepartmentId>,
}

impl Acting {
    /// What they are to a case. Whoever answers for it may do what its department may.
    pub(crate) fn party(&self, case: &Case) -> CaseParty {
        let member = self.departments.contains(&case.department) || case.assigned == Some(self.user);
        CaseParty::Staff { user: self.user, member, lead: self.lead }
    }

    /// Whether they may change a case.
    pub fn may(&self, case: &Case) -> bool {
        matches!(self.party(case), CaseParty::Staff { member, lead, .. } if member || lead)
    }
}

/// Who somebody is where cases are worked on; `None`: nobody in particular, who may only look.
pub async fn looking(flow: &Flow, scope: &Scope) -> Result<Option<Acting>, FlowError> {
    let user = match scope.actor {
        Actor::User(id) => Some(id),
        Actor::Token(id) => {
            let token = flow.store.read(&Scope::system(), move |view| tables::token::get(view, id)).await?;
            token.and_then(|token| token.by)
        }
        Actor::System => None,
    };
    let Some(id) = user else { return Ok(None) };
    let look = move |view: &View| {
        let departments = tables::department::members(view)?;
        let departments: Vec<DepartmentId> =
            departments.into_iter().filter(|(_, user)| *user == id).map(|(department, _)| department).collect();
        Ok((tables::user::get(view, id)?, departments))
    };
    let (user, departments) = flow.store.read(&Scope::system(), look).await?;
    Ok(user.filter(|user| user.active).map(|user| Acting { user: id, lead: leads(user.role), departments }))
}

/// Whether who has a role may act for every department: who runs Heard and who leads listening.
pub(crate) const fn leads(role: Role) -> bool {
    matches!(role, Role::Admin | Role::Analyst)
}

/// The same for whoever must be somebody and may work on cases.
pub(crate) async fn acting(flow: &Flow, scope: &Scope) -> Result<Acting, FlowError> {
    need(scope, Grant::WriteCases)?;
    looking(flow, scope).await?.ok_or(FlowError::Forbidden)
}

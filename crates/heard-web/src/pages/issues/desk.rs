//! Everything that the page of an issue shows, read at once.

use heard_domain::id::{IssueId, UserId};
use heard_domain::issue::IssueParty;
use heard_domain::kept_issue::KeptIssue;
use heard_domain::plan::Schedule;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_flow::act::acting::Acting;
use heard_flow::act::issues::category::{CategoryStanding, standing};
use heard_flow::act::issues::causes::{Drives, drives, mentions};
use heard_flow::act::issues::evidence::comments;
use heard_flow::act::issues::look::{IssueOpened, choices, member, open, party};
use heard_flow::act::issues::plan::{ActionDates, scheduled};
use heard_flow::act::issues::siblings::{PlaceChecked, checks};
use heard_flow::act::staff::{Colleague, colleagues};
use heard_flow::measure::quotes::{Heard, many};
use heard_flow::tell::told::{ToldCounts, told};

use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// How many comments stand on the page.
const QUOTES: usize = 8;

/// Everything that the page shows.
pub struct Desk {
    /// The issue with all that was worked out.
    pub opened: IssueOpened,
    /// The newest comments.
    pub said: Vec<Heard>,
    /// How many comments name each cause.
    pub mentions: Vec<u64>,
    /// What drives what, round this issue.
    pub drives: Drives,
    /// The same over all issues, to choose the ends of an arrow from.
    pub everything: Drives,
    /// When what is done.
    pub plan: Option<(Schedule, Vec<Option<ActionDates>>)>,
    /// All issues that are worked on.
    pub issues: Vec<KeptIssue>,
    /// Who works here.
    pub colleagues: Vec<Colleague>,
    /// Who looks, where they may work on issues.
    pub acting: Option<Acting>,
    /// How many of those who raised it were told; `None`: who looks sees some posts only.
    pub told: Option<ToldCounts>,
    /// What was asked of other places.
    pub places: Vec<PlaceChecked>,
    /// How far it is that shall be counted, for whoever may make a category.
    pub category: Option<CategoryStanding>,
    /// Now.
    pub now: Time,
}

impl Desk {
    /// Reads everything.
    pub async fn load(state: &AppState, viewer: &Viewer, id: IssueId) -> Result<Self, Problem> {
        let (flow, scope) = (&state.flow, &viewer.scope);
        let opened = open(flow, scope, id).await?;
        let (ids, _) = comments(flow, scope, &opened.issue.kept, None, QUOTES).await?;
        let said = if viewer.may(Grant::ReadFeedback) { many(flow, scope, &ids).await? } else { vec![] };
        let mentions = mentions(flow, scope, &opened.issue.kept, &opened.causes).await?;
        let plan = scheduled(flow, &opened.issue.kept, &opened.actions).ok();
        let colleagues = if viewer.may(Grant::ReadCases) { colleagues(flow, scope).await? } else { vec![] };
        Ok(Self {
            said,
            mentions,
            drives: drives(flow, scope, Some(id)).await?,
            everything: drives(flow, scope, None).await?,
            plan,
            issues: choices(flow, scope).await?,
            colleagues,
            acting: member(flow, scope).await?,
            places: checks(flow, scope, id).await?,
            told: told(flow, scope, id).await?.counts,
            category: standing(flow, scope, &opened.issue.kept).await?,
            now: flow.now(),
            opened,
        })
    }

    /// The issue.
    pub fn kept(&self) -> &KeptIssue {
        &self.opened.issue.kept
    }

    /// What the viewer is to it.
    pub fn party(&self) -> Option<IssueParty> {
        self.acting.as_ref().map(party)
    }

    /// Whether the viewer may shape it.
    pub fn may_shape(&self) -> bool {
        self.party().is_some_and(|party| self.kept().shaped_by(&party))
    }

    /// The name of a user, or of a partner who came by a link.
    pub fn name(&self, id: UserId) -> String {
        let partner = || self.opened.links.iter().find(|link| link.id.0 == id.0).map(|link| link.name.clone());
        let colleague = self.colleagues.iter().find(|one| one.id == id).map(|one| one.name.clone());
        colleague.or_else(partner).unwrap_or_else(|| "somebody who is gone".to_owned())
    }
}

//! The issues to which a case belongs, and the way to join one.

use heard_domain::id::CaseId;
use heard_domain::kept_issue::KeptIssue;
use heard_domain::user::Grant;
use heard_flow::act::issues::look::{choices, of_case};
use maud::{Markup, html};

use crate::parts::form::{Options, choice, csrf};
use crate::parts::icon::icon;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// What stands there.
pub struct Joined {
    own: Vec<KeptIssue>,
    others: Options,
}

impl Joined {
    /// Reads it.
    pub async fn load(state: &AppState, viewer: &Viewer, id: CaseId) -> Result<Self, Problem> {
        let own = of_case(&state.flow, &viewer.scope, id).await?;
        let all = if viewer.may(Grant::ReadIssues) { choices(&state.flow, &viewer.scope).await? } else { vec![] };
        let others = all.iter().filter(|issue| own.iter().all(|one| one.id != issue.id));
        let others = others.map(|issue| (issue.id.to_string(), format!("{} {}", issue.name(), issue.title))).collect();
        Ok(Self { own, others })
    }

    /// Shows it.
    pub fn show(&self, viewer: &Viewer, id: CaseId) -> Markup {
        let may = viewer.may(Grant::WriteIssues) && viewer.may(Grant::WriteCases);
        let action = format!("/cases/{id}/issue");
        html! {
            @if !self.own.is_empty() || (may && !self.others.is_empty()) {
                h2 { "Part of an issue" }
                @if self.own.is_empty() { p.soft { "Nobody has said that many share this." } }
                ul.changes {
                    @for issue in &self.own {
                        li {
                            a href={ "/issues/" (issue.id) } { (issue.name()) " " bdi { (issue.title) } }
                            span.soft { (issue.state().label()) }
                        }
                    }
                }
                @if may {
                    @if !self.others.is_empty() {
                        form.inline method="post" action=(action) {
                            (csrf(&viewer.csrf))
                            (choice("issue", "issue", "Many share this: it is part of", &self.others, ""))
                            button.secondary { "Join it" }
                        }
                    }
                    @for issue in &self.own {
                        form.inline method="post" action=(action) {
                            (csrf(&viewer.csrf))
                            input type="hidden" name="issue" value=(issue.id);
                            input type="hidden" name="part" value="yes";
                            button.ghost { (icon("x")) "Not part of " (issue.name()) }
                        }
                    }
                }
            }
        }
    }
}

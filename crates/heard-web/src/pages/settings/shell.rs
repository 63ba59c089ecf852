//! What all pages of the settings share: title and tabs.

use axum::response::{IntoResponse, Response};
use heard_domain::scope::Reach;
use heard_domain::user::Grant;
use maud::{Markup, html};

use crate::parts::layout::{self, Place};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// A page of the settings; `problem`: what the form on it was refused for, which also gives the status.
pub fn page(viewer: &Viewer, path: &str, title: &str, problem: Option<&Problem>, body: &Markup) -> Response {
    let administer = Some(Grant::Administer);
    let tabs = [
        ("/settings", "My account", None),
        ("/settings/company", "Company", administer),
        ("/settings/departments", "Departments", Some(Grant::Shape)),
        ("/settings/places", "Places", Some(Grant::Shape)),
        ("/settings/segments", "Segments", Some(Grant::Shape)),
        ("/settings/calendars", "Calendars", Some(Grant::Shape)),
        ("/settings/mail", "Mail", administer),
        ("/settings/users", "Users", administer),
        ("/settings/tokens", "Tokens", administer),
        ("/settings/receivers", "Receivers of alerts", administer),
        ("/settings/audit", "Audit log", Some(Grant::ReadAudit)),
    ];
    let markup = html! {
        header.top { div { p.eyebrow { "Settings" } h1 { (title) } } }
        nav.tabs aria-label="Settings" {
            @for (href, label, needs) in tabs {
                // A receiver is told of what is heard anywhere: who sees some posts only has none.
                @let narrowed = href == "/settings/receivers" && viewer.scope.reach != Reach::Everything;
                @if !narrowed && needs.is_none_or(|grant| viewer.may(grant)) {
                    a href=(href) aria-current=[(href == path).then_some("page")] { (label) }
                }
            }
        }
        (body)
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    (status, layout::page(viewer, Some(Place::Settings), title, &markup)).into_response()
}

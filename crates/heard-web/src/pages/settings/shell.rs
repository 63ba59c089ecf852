//! What all pages of the settings share: title and tabs.

use axum::response::{IntoResponse, Response};
use heard_domain::user::Grant;
use maud::{Markup, html};

use crate::parts::layout::{self, Place};
use crate::problem::Problem;
use crate::viewer::Viewer;

/// A page of the settings; `problem`: what the form on it was refused for, which also gives the status.
pub fn page(viewer: &Viewer, path: &str, title: &str, problem: Option<&Problem>, body: &Markup) -> Response {
    let tabs = [("/settings", "My account", None), ("/settings/company", "Company", Some(Grant::Administer))];
    let tabs = tabs
        .into_iter()
        .chain([("/settings/users", "Users", Some(Grant::Administer)), ("/settings/tokens", "Tokens", Some(Grant::Administer))]);
    let markup = html! {
        header.top { div { p.eyebrow { "Settings" } h1 { (title) } } }
        nav.tabs aria-label="Settings" {
            @for (href, label, needs) in tabs {
                @if needs.is_none_or(|grant| viewer.may(grant)) {
                    a href=(href) aria-current=[(href == path).then_some("page")] { (label) }
                }
            }
        }
        (body)
    };
    let status = problem.map_or(axum::http::StatusCode::OK, |problem| problem.code.status());
    (status, layout::page(viewer, Some(Place::Settings), title, &markup)).into_response()
}

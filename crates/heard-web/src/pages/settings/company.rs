//! The company: its name and time zone.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Company;
use heard_domain::time::{BadTime, Zone};
use heard_flow::arrange::company;
use maud::html;

use crate::extract::{Asked, Form};
use crate::pages::settings::shell;
use crate::parts::field::{Field, done, refused};
use crate::parts::form::csrf;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows the form.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Response {
    let Company { name, zone } = state.flow.directory().company.clone();
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    page(&viewer, &name, &zone.to_string(), saved, None)
}

/// Changes name or time zone.
pub async fn change(State(state): State<AppState>, viewer: Viewer, form: Form) -> Response {
    let (name, zone) = (form.get("name"), form.get("zone").trim());
    let outcome = async {
        let zone: Zone = zone.parse().map_err(|error: BadTime| Problem::field("zone", error.to_string()))?;
        company::set(&state.flow, &viewer.scope, Company { name: name.to_owned(), zone }).await.map_err(Problem::from)
    };
    match outcome.await {
        Ok(()) => Redirect::to("/settings/company?saved=yes").into_response(),
        Err(problem) => page(&viewer, name, zone, false, Some(&problem)),
    }
}

fn page(viewer: &Viewer, name: &str, zone: &str, saved: bool, problem: Option<&Problem>) -> Response {
    let body = html! {
        section.card.narrow aria-label="Company" {
            form.form method="post" action="/settings/company" {
                (csrf(&viewer.csrf))
                (refused(problem, &["name", "zone"]))
                (done(saved.then_some("Saved.")))
                (Field { name: "name", label: "Name", kind: "text", value: name, autocomplete: "organization", hint: "Shown beside the mark." }.show(problem))
                (Field {
                    name: "zone", label: "Time zone", kind: "text", value: zone, autocomplete: "off",
                    hint: "Decides which day a comment belongs to, like Europe/Helsinki. It is fixed once there is feedback.",
                }.show(problem))
                button.primary { "Save" }
            }
        }
    };
    shell::page(viewer, "/settings/company", "Company", problem, &body)
}

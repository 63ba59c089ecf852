//! The company: its name and time zone, and whether there is a deep reader.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Company;
use heard_domain::time::{BadTime, Zone};
use heard_flow::arrange::company;
use heard_flow::read::deep::{self, DeepState};
use maud::{Markup, html};

use crate::extract::{Asked, Form};
use crate::pages::settings::shell;
use crate::parts::field::{Field, done, refused};
use crate::parts::form::csrf;
use crate::parts::say::comments;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

/// Shows the form.
pub async fn show(State(state): State<AppState>, viewer: Viewer, Asked(pairs): Asked) -> Response {
    let Company { name, zone } = state.flow.directory().company.clone();
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    match deep::state(&state.flow, &viewer.scope).await {
        Ok(deep) => page(&viewer, &name, &zone.to_string(), saved, deep.as_ref(), None),
        Err(error) => Problem::from(error).into_response(),
    }
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
        Err(problem) => {
            let deep = deep::state(&state.flow, &viewer.scope).await.ok().flatten();
            page(&viewer, name, zone, false, deep.as_ref(), Some(&problem))
        }
    }
}

fn page(viewer: &Viewer, name: &str, zone: &str, saved: bool, deep: Option<&DeepState>, problem: Option<&Problem>) -> Response {
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
        (reader(deep))
    };
    shell::page(viewer, "/settings/company", "Company", problem, &body)
}

/// Whether there is a deep reader, and what it does.
fn reader(deep: Option<&DeepState>) -> Markup {
    html! {
        section.card.narrow aria-labelledby="deep-reader" {
            h2 #deep-reader { "Deep reader" }
            @match deep {
                None => {
                    p { "Off. Comments are read by the reader that is part of Heard." }
                    p.muted {
                        "A sentence transformer in a folder on this machine can read once more what that reader is unsure of. Name the folder in "
                        code { "deep_reader.folder" } " of the configuration and start Heard again."
                    }
                }
                Some(deep) => {
                    p { "On. It reads once more what the reader that is part of Heard is unsure of, says what would move before categories learn, and gathers themes." }
                    dl.facts {
                        dt { "Model" } dd { (deep.name) }
                        dt { "Folder" } dd { code { (deep.folder) } }
                        dt { "Read since Heard was started" } dd { (comments(deep.comments)) }
                        dt { "Waiting" } dd { (comments(deep.waiting)) }
                        dt { "Speed" }
                        dd {
                            @match deep.passages_per_second {
                                Some(speed) => { (format!("{speed:.0} passages a second")) }
                                None => { "not measured yet" }
                            }
                        }
                    }
                }
            }
        }
    }
}

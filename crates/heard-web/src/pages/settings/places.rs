//! Places: sites where people meet customers, and the codes by which sources write them.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::directory::Directory;
use heard_domain::id::PlaceId;
use heard_domain::place::{PLACE, Place};
use heard_domain::question::{Dimension, Key, Measure, Question};
use heard_domain::scope::Reach;
use heard_domain::time::Zone;
use heard_flow::arrange::place::{self, PlaceDraft, PlaceEffect};
use heard_flow::error::FlowError;
use heard_flow::seen::seen;
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::settings::calendars::calendar_options;
use crate::pages::settings::shell;
use crate::parts::empty::empty;
use crate::parts::field::{Field, done, line, lines, refused};
use crate::parts::form::{choice, csrf};
use crate::parts::merge::merge_or_remove;
use crate::parts::say::comments;
use crate::parts::sure::{Sure, said};
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/settings/places";
const FIELDS: [&str; 5] = ["name", "address", "zone", "calendar", "codes"];
/// How many places that comments name, but nobody set up, are offered.
const OFFERED: usize = 20;

/// Lists the places, with the form that sets one up.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> Result<Response, Problem> {
    listed(&state, &viewer, &Form(Vec::new()), None).await
}

/// Sets one up.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Result<Response, Problem> {
    let outcome = async { place::add(&state.flow, &viewer.scope, draft(&form)?).await.map_err(Problem::from) };
    match outcome.await {
        Ok(_) if form.get("back") == "list" => Ok(Redirect::to(PATH).into_response()),
        Ok(made) => Ok(Redirect::to(&format!("{PATH}/{}?saved=yes", made.id)).into_response()),
        Err(problem) => listed(&state, &viewer, &form, Some(&problem)).await,
    }
}

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<PlaceId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let place = place::get(&state.flow, &viewer.scope, id).await?;
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    one(&state, &viewer, &place, &typed(&place), saved, None).await
}

/// Changes, merges or removes one; what touches others is shown before it is applied.
pub async fn change(State(state): State<AppState>, viewer: Viewer, Id(id): Id<PlaceId>, form: Form) -> Result<Response, Problem> {
    let there = place::get(&state.flow, &viewer.scope, id).await?;
    let outcome = match (form.get("do"), form.get("sure") == "yes") {
        ("merge", false) if form.get("into").parse::<PlaceId>().is_err() => Err(Problem::field("into", "must be chosen")),
        ("merge", false) if !known(&state, &viewer, form.get("into")).await? => {
            Err(FlowError::Unknown { field: "into", what: "place" }.into())
        }
        ("merge" | "remove", false) => {
            let effect = place::effect(&state.flow, &viewer.scope, id).await?;
            return before(&state, &viewer, &there, &effect, &form).await;
        }
        ("remove", true) => {
            place::remove(&state.flow, &viewer.scope, id).await?;
            return Ok(Redirect::to(PATH).into_response());
        }
        ("merge", true) => match form.get("into").parse() {
            Ok(into) => place::merge(&state.flow, &viewer.scope, id, into).await.map_err(Problem::from),
            Err(_) => Err(Problem::field("into", "must be chosen")),
        },
        _ => match draft(&form) {
            Ok(draft) => place::change(&state.flow, &viewer.scope, id, draft).await.map_err(Problem::from),
            Err(problem) => Err(problem),
        },
    };
    match outcome {
        Ok(made) => Ok(Redirect::to(&format!("{PATH}/{}?saved=yes", made.id)).into_response()),
        Err(problem) if form.get("do") == "merge" => one(&state, &viewer, &there, &typed(&there), false, Some(&problem)).await,
        Err(problem) => one(&state, &viewer, &there, &form, false, Some(&problem)).await,
    }
}

/// Whether a place is there and in sight.
async fn known(state: &AppState, viewer: &Viewer, id: &str) -> Result<bool, Problem> {
    let seen = seen(&state.flow, &viewer.scope).await?;
    Ok(id.parse().is_ok_and(|id| seen.place(id).is_some()))
}

fn typed(place: &Place) -> Form {
    let zone = place.zone.as_ref().map(ToString::to_string).unwrap_or_default();
    let calendar = place.calendar.map(|id| id.to_string()).unwrap_or_default();
    let pairs = [
        ("name", place.name.clone()),
        ("address", place.address.clone()),
        ("zone", zone),
        ("calendar", calendar),
        ("codes", place.codes.join("\n")),
    ];
    Form(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn draft(form: &Form) -> Result<PlaceDraft, Problem> {
    let zone = form.get("zone").trim();
    let zone: Option<Zone> = if zone.is_empty() {
        None
    } else {
        Some(zone.parse().map_err(|_| Problem::field("zone", "is not a time zone, like Europe/Helsinki"))?)
    };
    Ok(PlaceDraft {
        name: form.get("name").to_owned(),
        address: form.get("address").to_owned(),
        zone,
        calendar: form.get("calendar").parse().ok(),
        codes: form.get("codes").lines().map(str::to_owned).collect(),
    })
}

async fn before(
    state: &AppState,
    viewer: &Viewer,
    there: &Place,
    effect: &PlaceEffect,
    form: &Form,
) -> Result<Response, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let into = form.get("into").parse().ok().and_then(|into| directory.place(into));
    let merges = form.get("do") == "merge";
    let heard = comments(effect.comments);
    let sentence = match (merges, into) {
        (true, Some(into)) => format!(
            "{heard} of “{}” would belong to “{}”, which is known by its name and codes from then on.",
            there.name, into.name
        ),
        _ => format!("“{}” is gone from this list; {heard} keep the word.", there.name),
    };
    let path = format!("{PATH}/{}", there.id);
    let sure = Sure {
        sentence: &sentence,
        action: &path,
        token: &viewer.csrf,
        pairs: &said(form),
        apply: if merges { "Merge" } else { "Remove" },
        cancel: &path,
    };
    Ok(shell::page(viewer, PATH, "Place", None, &sure.show(&html! {})))
}

/// How many comments in sight name each place, the most first.
async fn named(state: &AppState, viewer: &Viewer, directory: &Directory) -> Result<Vec<(String, u64)>, Problem> {
    let Some(attribute) = directory.attributes.iter().find(|attribute| attribute.name == PLACE).map(|a| a.id) else {
        return Ok(Vec::new());
    };
    let question = Question::new(Measure::Volume).by([Dimension::Attribute(attribute)]).plain();
    let figures = state.flow.store.figures(&viewer.scope, &question).await?;
    let word = |key: &Key| match key {
        Key::Value(value) => directory.value(attribute, *value).map(str::to_owned),
        _ => None,
    };
    let mut named: Vec<(String, u64)> =
        figures.rows.iter().filter_map(|row| Some((row.keys.first().and_then(word)?, row.value.n))).collect();
    named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    Ok(named)
}

async fn listed(state: &AppState, viewer: &Viewer, typed: &Form, problem: Option<&Problem>) -> Result<Response, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let named = named(state, viewer, &directory).await?;
    let heard = |place: &Place| named.iter().find(|(name, _)| *name == place.name).map_or(0, |(_, n)| *n);
    let unknown: Vec<&(String, u64)> =
        named.iter().filter(|(name, _)| !directory.places.iter().any(|place| place.is_called(name))).take(OFFERED).collect();
    let body = html! {
        section.card aria-label="Places" {
            @if directory.places.is_empty() {
                (empty("home", "No places yet", "A store, an airport, a branch: wherever your people meet customers. Comments that name one by name or code belong to it.", &html! {}))
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of places" {
                    table.plain {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "Address" } th scope="col" { "Codes" } th scope="col" { "Comments" } } }
                        tbody {
                            @for place in &directory.places {
                                tr {
                                    td { a.more href={ (PATH) "/" (place.id) } { bdi { (place.name) } } }
                                    td { (place.address) }
                                    td { (place.codes.join(", ")) }
                                    td.num { (heard(place)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        @if !unknown.is_empty() && viewer.scope.reach == Reach::Everything {
            section.card aria-labelledby="unknown" {
                div.ch { h2 #unknown { "Named by comments, not set up yet" } }
                ul.outline {
                    @for (name, n) in unknown {
                        li {
                            form.outline-row method="post" action=(PATH) {
                                (csrf(&viewer.csrf))
                                input type="hidden" name="name" value=(name);
                                input type="hidden" name="back" value="list";
                                span { bdi { (name) } " · " (comments(*n)) }
                                button.secondary { "Set up" span.vh { " " (name) } }
                            }
                        }
                    }
                }
            }
        }
        @if viewer.scope.reach == Reach::Everything {
            section.card.narrow aria-labelledby="add" {
                div.ch { h2 #add { "Set up a place" } }
                (form(PATH, viewer, typed, &directory, problem))
            }
        } @else { p.soft { "Places are set up by who sees all listening posts." } }
    };
    Ok(shell::page(viewer, PATH, "Places", problem, &body))
}

async fn one(
    state: &AppState,
    viewer: &Viewer,
    place: &Place,
    typed: &Form,
    saved: bool,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let directory = seen(&state.flow, &viewer.scope).await?;
    let effect = place::effect(&state.flow, &viewer.scope, place.id).await?;
    let path = format!("{PATH}/{}", place.id);
    let others = directory.places.iter().filter(|p| p.id != place.id).map(|p| (p.id.to_string(), p.name.as_str()));
    let body = html! {
        (done(saved.then_some("Saved.")))
        section.card.narrow aria-label="Place" {
            p.soft { (comments(effect.comments)) " in sight belong to it." }
            (form(&path, viewer, typed, &directory, problem))
        }
        (merge_or_remove(&path, &viewer.csrf, "It is the same as", others, problem))
        p { a.more href=(PATH) { "All places" } }
    };
    Ok(shell::page(viewer, PATH, "Place", problem, &body))
}

fn form(action: &str, viewer: &Viewer, typed: &Form, directory: &Directory, problem: Option<&Problem>) -> Markup {
    html! {
        form.form method="post" action=(action) {
            (csrf(&viewer.csrf))
            (refused(problem, &FIELDS))
            (Field { name: "name", label: "Name", kind: "text", value: typed.get("name"), autocomplete: "off", hint: "" }.show(problem))
            (line("address", "Address or area", typed.get("address"), "", problem))
            (line("zone", "Time zone", typed.get("zone"), "Empty: the company’s.", problem))
            (choice("calendar", "calendar", "Open by the calendar", &calendar_options(directory), typed.get("calendar")))
            (lines("codes", "Codes and other names", typed.get("codes"), "One a line, as sources write it: a store number, a short code.", 3, problem))
            button.primary { "Save" }
        }
    }
}

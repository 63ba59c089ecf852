//! Working calendars: listed, set up, changed, removed, and asked when a promise is due.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::calendar::Calendar;
use heard_domain::id::CalendarId;
use heard_domain::time::Time;
use heard_flow::arrange::calendar::{self, CalendarDraft};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Working calendars, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CalendarList {
    /// The calendars.
    pub items: Vec<Calendar>,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, _: Caller) -> Json<CalendarList> {
    Json(CalendarList { items: state.flow.directory().calendars.clone() })
}

/// Sets one up.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<CalendarDraft>,
) -> Result<(StatusCode, Json<Calendar>), Problem> {
    Ok((StatusCode::CREATED, Json(calendar::add(&state.flow, &caller.scope, draft).await?)))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CalendarId>,
    Body(patch): Body<Value>,
) -> Result<Json<Calendar>, Problem> {
    let there = state.flow.directory().calendar(id).cloned().ok_or_else(|| Problem::missing("calendar"))?;
    let draft = merged(&calendar::draft(&there), patch)?;
    Ok(Json(calendar::change(&state.flow, &caller.scope, id, draft).await?))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<CalendarId>) -> Result<StatusCode, Problem> {
    calendar::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// When a promise is due.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Due {
    /// When it was made.
    pub from: Time,
    /// In how many working minutes.
    pub minutes: u64,
    /// The moment at which they have passed; `null` if nobody ever works, or it is more than 20 years ahead.
    pub due: Option<Time>,
}

/// What [`due`] is asked.
#[derive(Serialize, JsonSchema)]
pub struct DueParameters {
    /// When the promise is made; now, if it is not said.
    #[serde(default)]
    from: Option<Time>,
    /// In how many working minutes.
    #[schemars(range(max = 10_000_000))]
    minutes: u64,
}

/// When a promise is due.
pub async fn due(
    State(state): State<AppState>,
    _: Caller,
    Id(id): Id<CalendarId>,
    Asked(pairs): Asked,
) -> Result<Json<Due>, Problem> {
    let directory = state.flow.directory();
    let calendar = directory.calendar(id).ok_or_else(|| Problem::missing("calendar"))?;
    let (mut from, mut minutes, mut others) = (state.flow.now(), None, Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "from" => from = one("from", &value)?,
            "minutes" => minutes = Some(one::<u64>("minutes", &value)?),
            _ => others.push((name, value)),
        }
    }
    unknown(&others)?;
    let minutes = minutes.filter(|minutes| *minutes <= 10_000_000);
    let minutes = minutes.ok_or_else(|| Problem::field("minutes", "must be said: 0 to 10000000 working minutes"))?;
    Ok(Json(Due { from, minutes, due: calendar.due(from, minutes) }))
}

fn draft() -> Value {
    json!({
        "name": "Service hours", "zone": "Europe/Helsinki",
        "week": [["09:00-12:00", "13:00-17:00"], ["09:00-17:00"], ["09:00-17:00"], ["09:00-17:00"], ["09:00-15:00"], [], []],
        "holidays": [{ "day": "2026-12-25", "name": "Christmas Day", "yearly": true }],
    })
}

fn example() -> Value {
    let mut calendar = draft();
    calendar["id"] = "729382736601".into();
    calendar
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listCalendars", "Departments", "List the working calendars.").answers::<CalendarList>(
        200,
        "The calendars",
        json!({ "items": [example()] }),
    )
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    Doc::new("createCalendar", "Departments", "Set up a working calendar.")
        .takes::<CalendarDraft>(draft())
        .answers::<Calendar>(201, "Set up", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateCalendar", "Departments", "Change a working calendar: only the fields sent (JSON merge patch).")
        .changes::<CalendarDraft>(json!({ "zone": "Europe/Stockholm" }))
        .answers::<Calendar>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteCalendar", "Departments", "Remove a working calendar; departments and places that kept it have none.")
        .answers_nothing("Removed")
}

/// Documents [`due`].
pub fn due_doc() -> Doc {
    Doc::new("getDue", "Departments", "When a promise of so many working minutes is due by a calendar.")
        .query::<DueParameters>()
        .answers::<Due>(200, "When", json!({ "from": "2026-03-20T13:00:00Z", "minutes": 420, "due": "2026-03-23T13:00:00Z" }))
}

//! Working calendars: the hours of each weekday, holidays, and what that makes of a promise given now.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use heard_domain::calendar::{Calendar, Holiday, Hours};
use heard_domain::directory::Directory;
use heard_domain::id::CalendarId;
use heard_domain::time::{Day, Time};
use heard_flow::arrange::calendar::{self, CalendarDraft};
use maud::{Markup, html};

use crate::extract::{Asked, Form, Id};
use crate::pages::settings::shell;
use crate::parts::empty::empty;
use crate::parts::field::{Field, done, line, lines, refused};
use crate::parts::form::{Options, csrf};
use crate::parts::say::moment;
use crate::problem::Problem;
use crate::state::AppState;
use crate::viewer::Viewer;

const PATH: &str = "/settings/calendars";
const DAYS: [(&str, &str); 7] = [
    ("monday", "Monday"),
    ("tuesday", "Tuesday"),
    ("wednesday", "Wednesday"),
    ("thursday", "Thursday"),
    ("friday", "Friday"),
    ("saturday", "Saturday"),
    ("sunday", "Sunday"),
];
const FIELDS: [&str; 11] =
    ["name", "zone", "week", "holidays", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// What stands in the fields, as it was typed.
struct Typed {
    name: String,
    zone: String,
    week: [String; 7],
    holidays: String,
}

impl Typed {
    fn of(calendar: &Calendar) -> Self {
        let hours = |day: usize| {
            let hours = calendar.week.get(day).map_or(&[][..], Vec::as_slice);
            hours.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        let holiday = |h: &Holiday| {
            let (_, month, day) = h.day.parts();
            if h.yearly { format!("{month:02}-{day:02} {}", h.name) } else { format!("{} {}", h.day, h.name) }
        };
        let holidays: Vec<String> = calendar.holidays.iter().map(holiday).collect();
        Self {
            name: calendar.name.clone(),
            zone: calendar.zone.to_string(),
            week: [0, 1, 2, 3, 4, 5, 6].map(hours),
            holidays: holidays.join("\n"),
        }
    }

    fn said(form: &Form) -> Self {
        Self {
            name: form.get("name").to_owned(),
            zone: form.get("zone").trim().to_owned(),
            week: DAYS.map(|(name, _)| form.get(name).to_owned()),
            holidays: form.get("holidays").to_owned(),
        }
    }

    fn draft(&self) -> Result<CalendarDraft, Problem> {
        let mut week = Vec::new();
        for (typed, (name, _)) in self.week.iter().zip(DAYS) {
            let hours = typed.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
            let hours: Result<Vec<Hours>, _> = hours.map(str::parse).collect();
            week.push(hours.map_err(|error| Problem::field(name, error.to_string()))?);
        }
        let zone = self.zone.parse().map_err(|_| Problem::field("zone", "is not a time zone, like Europe/Helsinki"))?;
        let lines = self.holidays.lines().map(str::trim).filter(|line| !line.is_empty());
        let holidays = lines.map(holiday).collect::<Result<Vec<_>, _>>()?;
        Ok(CalendarDraft { name: self.name.clone(), zone, week, holidays })
    }
}

/// `2026-05-14 Ascension Day` is that day, `12-25 Christmas Day` every year.
fn holiday(line: &str) -> Result<Holiday, Problem> {
    let bad =
        || Problem::field("holidays", format!("“{}” has no day: write 2026-05-14 or 12-25, then its name", beginning(line)));
    let (day, name) = line.split_once(char::is_whitespace).ok_or_else(bad)?;
    let yearly = day.len() == 5;
    let full = if yearly { format!("2000-{day}") } else { day.to_owned() };
    let day: Day = full.parse().map_err(|_| bad())?;
    Ok(Holiday { day, name: name.trim().to_owned(), yearly })
}

fn beginning(line: &str) -> String {
    line.chars().take(30).collect()
}

/// Lists the calendars, with the form that sets one up.
pub async fn list(State(state): State<AppState>, viewer: Viewer) -> Response {
    listed(&state, &viewer, &blank(&state), None)
}

fn blank(state: &AppState) -> Typed {
    let zone = state.flow.directory().company.zone.clone();
    let (name, holidays) = (String::new(), vec![]);
    Typed::of(&Calendar { id: CalendarId(0), name, zone, week: Calendar::usual_week(), holidays })
}

/// Sets one up.
pub async fn add(State(state): State<AppState>, viewer: Viewer, form: Form) -> Response {
    let typed = Typed::said(&form);
    let outcome = async { calendar::add(&state.flow, &viewer.scope, typed.draft()?).await.map_err(Problem::from) };
    match outcome.await {
        Ok(made) => Redirect::to(&format!("{PATH}/{}?saved=yes", made.id)).into_response(),
        Err(problem) => listed(&state, &viewer, &typed, Some(&problem)),
    }
}

/// Shows one.
pub async fn show(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CalendarId>,
    Asked(pairs): Asked,
) -> Result<Response, Problem> {
    let calendar = state.flow.directory().calendar(id).cloned().ok_or_else(|| Problem::missing("calendar"))?;
    let hours = pairs.iter().find(|(name, _)| name == "hours").and_then(|(_, value)| value.parse().ok());
    let saved = pairs.iter().any(|(name, _)| name == "saved");
    Ok(one(&state, &viewer, &calendar, &Typed::of(&calendar), hours, saved, None))
}

/// Changes or removes one.
pub async fn change(
    State(state): State<AppState>,
    viewer: Viewer,
    Id(id): Id<CalendarId>,
    form: Form,
) -> Result<Response, Problem> {
    let calendar = state.flow.directory().calendar(id).cloned().ok_or_else(|| Problem::missing("calendar"))?;
    if form.get("do") == "remove" {
        calendar::remove(&state.flow, &viewer.scope, id).await?;
        return Ok(Redirect::to(PATH).into_response());
    }
    let typed = Typed::said(&form);
    let outcome = async { calendar::change(&state.flow, &viewer.scope, id, typed.draft()?).await.map_err(Problem::from) };
    match outcome.await {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}/{id}?saved=yes")).into_response()),
        Err(problem) => Ok(one(&state, &viewer, &calendar, &typed, None, false, Some(&problem))),
    }
}

/// “A promise of 8 working hours made now is due …”.
fn promise(calendar: &Calendar, hours: u32, now: Time) -> Markup {
    let due = calendar.due(now, u64::from(hours) * 60);
    html! {
        p #promise {
            "A promise of " (hours) " working hour" @if hours != 1 { "s" } " made now "
            @match due {
                Some(due) => { "is due " b { (moment(due, &calendar.zone)) } " (" (calendar.zone) ")." }
                None => { "is never due: nobody works by this calendar." }
            }
        }
    }
}

fn listed(state: &AppState, viewer: &Viewer, typed: &Typed, problem: Option<&Problem>) -> Response {
    let (directory, now) = (state.flow.directory(), state.flow.now());
    let body = html! {
        section.card aria-label="Calendars" {
            @if directory.calendars.is_empty() {
                (empty("cal", "No calendars yet", "A calendar says when a department works, so that a promise of so many hours has a due time.", &html! {}))
            } @else {
                div.scroll tabindex="0" role="group" aria-label="Table of calendars" {
                    table.plain {
                        thead { tr { th scope="col" { "Name" } th scope="col" { "Time zone" } th scope="col" { "Now" } th scope="col" { "8 working hours from now" } } }
                        tbody {
                            @for calendar in &directory.calendars {
                                tr {
                                    td { a.more href={ (PATH) "/" (calendar.id) } { bdi { (calendar.name) } } }
                                    td { (calendar.zone) }
                                    td { (if calendar.works(now) { "at work" } else { "closed" }) }
                                    td { (calendar.due(now, 480).map_or_else(|| "never".to_owned(), |due| moment(due, &calendar.zone))) }
                                }
                            }
                        }
                    }
                }
            }
        }
        section.card.narrow aria-labelledby="add" {
            div.ch { h2 #add { "Set up a calendar" } }
            (form(PATH, viewer, typed, problem))
        }
    };
    shell::page(viewer, PATH, "Calendars", problem, &body)
}

fn one(
    state: &AppState,
    viewer: &Viewer,
    calendar: &Calendar,
    typed: &Typed,
    hours: Option<u32>,
    saved: bool,
    problem: Option<&Problem>,
) -> Response {
    let hours = hours.unwrap_or(8).clamp(1, 10_000);
    let path = format!("{PATH}/{}", calendar.id);
    let body = html! {
        (done(saved.then_some("Saved.")))
        div.two.even {
            section.card aria-label="Calendar" { (form(&path, viewer, typed, problem)) }
            section.card.form aria-labelledby="try" {
                div.ch { h2 #try { "Try it" } }
                (promise(calendar, hours, state.flow.now()))
                form.inline action=(path) {
                    label for="hours" { "Working hours" }
                    input.input.small #hours name="hours" inputmode="numeric" value=(hours);
                    button.secondary { "Show" }
                }
                form method="post" action=(path) {
                    (csrf(&viewer.csrf))
                    button.danger name="do" value="remove"
                        data-sure={ "Remove the calendar “" (calendar.name) "”? Departments and places that keep it have none then." } { "Remove this calendar" }
                }
            }
        }
        p { a.more href=(PATH) { "All calendars" } }
    };
    shell::page(viewer, PATH, "Calendar", problem, &body)
}

fn form(action: &str, viewer: &Viewer, typed: &Typed, problem: Option<&Problem>) -> Markup {
    html! {
        form.form method="post" action=(action) {
            (csrf(&viewer.csrf))
            (refused(problem, &FIELDS))
            (Field { name: "name", label: "Name", kind: "text", value: &typed.name, autocomplete: "off", hint: "" }.show(problem))
            (Field { name: "zone", label: "Time zone", kind: "text", value: &typed.zone, autocomplete: "off", hint: "Of its clock, like Europe/Helsinki." }.show(problem))
            p.soft { "Hours of each day, like 09:00-12:00, 13:00-17:00. A day off stays empty." }
            @if let Some(wrong) = crate::parts::field::reason(problem, "week") { span.wrong { "The week: " (wrong) } }
            div.fields {
                @for ((name, label), hours) in DAYS.iter().zip(&typed.week) { (line(name, label, hours, "", problem)) }
            }
            (lines("holidays", "Holidays", &typed.holidays, "One a line: 2026-05-14 Ascension Day; 12-25 Christmas Day comes back every year.", 5, problem))
            button.primary { "Save" }
        }
    }
}

/// Calendars to choose from.
pub fn calendar_options(directory: &Directory) -> Options {
    let known = directory.calendars.iter().map(|calendar| (calendar.id.to_string(), calendar.name.clone()));
    std::iter::once((String::new(), "not said".to_owned())).chain(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_understood_and_shown_again() {
        let mut week = [(); 7].map(|()| String::new());
        week[0] = "9-12, 13:00-17:30".into();
        let holidays = "12-25 Christmas Day\n2026-05-14  Ascension Day \n\n".to_owned();
        let typed = Typed { name: "A".into(), zone: "Europe/Helsinki".into(), week, holidays };
        let CalendarDraft { name, zone, week, holidays } = typed.draft().unwrap();
        let again = Typed::of(&Calendar { id: CalendarId(1), name, zone, week, holidays });
        assert_eq!(again.week[0], "09:00-12:00, 13:00-17:30");
        assert_eq!(again.holidays, "12-25 Christmas Day\n2026-05-14 Ascension Day");
        for (zone, holidays, monday, field) in [
            ("Mars", "", "", "zone"),
            ("UTC", "Christmas", "", "holidays"),
            ("UTC", "13-40 Never", "", "holidays"),
            ("UTC", "", "late", "monday"),
        ] {
            let mut week = [(); 7].map(|()| String::new());
            week[0] = monday.into();
            let typed = Typed { name: "A".into(), zone: zone.into(), week, holidays: holidays.into() };
            assert_eq!(typed.draft().unwrap_err().invalid[0].name, field);
        }
    }
}

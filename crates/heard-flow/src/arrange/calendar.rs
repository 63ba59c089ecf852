//! Working calendars are set up and changed: the hours of each weekday, and the days on which nobody works.

use heard_domain::audit::{Act, Noun};
use heard_domain::calendar::{Calendar, Holiday, Hours};
use heard_domain::id::CalendarId;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Zone};
use heard_domain::user::Grant;
use heard_store::tables;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::name::name;
use crate::due::reckon;
use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The most stretches of work in one day.
const MOST_HOURS: usize = 8;
/// The most holidays of a calendar.
const MOST_HOLIDAYS: usize = 500;
/// The most calendars.
const MOST: usize = 200;

/// A calendar as it shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDraft {
    /// Its name.
    pub name: String,
    /// The time zone of its clock.
    pub zone: Zone,
    /// Seven days from Monday: the hours of each.
    pub week: Vec<Vec<Hours>>,
    /// Days on which nobody works.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// A calendar as a draft that can be changed and set again.
pub fn draft(calendar: &Calendar) -> CalendarDraft {
    let Calendar { name, zone, week, holidays, .. } = calendar.clone();
    CalendarDraft { name, zone, week, holidays }
}

/// Sets up a calendar.
pub async fn add(flow: &Flow, scope: &Scope, draft: CalendarDraft) -> Result<Calendar, FlowError> {
    need(scope, Grant::Shape)?;
    if flow.directory().calendars.len() >= MOST {
        return Err(FlowError::Conflict(format!("there are {MOST} calendars already: remove one first")));
    }
    let calendar = checked(flow, CalendarId(flow.id()), draft)?;
    save(flow, scope, calendar, Act::Added).await
}

/// Changes a calendar.
pub async fn change(flow: &Flow, scope: &Scope, id: CalendarId, draft: CalendarDraft) -> Result<Calendar, FlowError> {
    need(scope, Grant::Shape)?;
    if flow.directory().calendar(id).is_none() {
        return Err(FlowError::Missing("calendar"));
    }
    let calendar = checked(flow, id, draft)?;
    save(flow, scope, calendar, Act::Changed).await
}

/// Removes a calendar; departments and places that kept it have none.
pub async fn remove(flow: &Flow, scope: &Scope, id: CalendarId) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let calendar = flow.directory().calendar(id).cloned().ok_or(FlowError::Missing("calendar"))?;
    let (now, ids) = (flow.now(), flow.ids());
    flow.store
        .write(scope, move |tx| {
            tables::calendar::remove(tx, id)?;
            reckon(tx, &ids, now)?;
            tables::audit::note(tx, now, Act::Removed, Noun::Calendar, id.0, &json!({ "name": calendar.name }))
        })
        .await?;
    flow.refresh().await
}

async fn save(flow: &Flow, scope: &Scope, calendar: Calendar, act: Act) -> Result<Calendar, FlowError> {
    let (kept, now, ids) = (calendar.clone(), flow.now(), flow.ids());
    flow.store
        .write(scope, move |tx| {
            tables::calendar::save(tx, &kept)?;
            reckon(tx, &ids, now)?;
            tables::audit::note(tx, now, act, Noun::Calendar, kept.id.0, &json!({ "name": kept.name }))
        })
        .await?;
    flow.refresh().await?;
    Ok(calendar)
}

fn checked(flow: &Flow, id: CalendarId, draft: CalendarDraft) -> Result<Calendar, FlowError> {
    let name = name("name", &draft.name)?;
    let same = |other: &&Calendar| other.id != id && other.name.to_lowercase() == name.to_lowercase();
    if flow.directory().calendars.iter().any(|other| same(&other)) {
        return Err(FlowError::rule("name", format!("there is a calendar “{name}” already")));
    }
    let CalendarDraft { zone, mut week, mut holidays, .. } = draft;
    if week.len() != 7 {
        return Err(FlowError::rule("week", "must have seven days, from Monday to Sunday"));
    }
    for hours in &mut week {
        hours.sort_unstable();
        if hours.len() > MOST_HOURS {
            return Err(FlowError::rule("week", format!("a day has at most {MOST_HOURS} stretches of work")));
        }
        if hours.windows(2).any(|pair| pair[0].overlaps(pair[1])) {
            return Err(FlowError::rule("week", "two stretches of one day overlap"));
        }
    }
    if holidays.len() > MOST_HOLIDAYS {
        return Err(FlowError::rule("holidays", format!("at most {MOST_HOLIDAYS}")));
    }
    for holiday in &mut holidays {
        holiday.name = crate::arrange::name::name("holidays", &holiday.name)?;
        if !(Day::new(1900, 1, 1)..=Day::new(2200, 12, 31)).contains(&Some(holiday.day)) {
            return Err(FlowError::rule("holidays", "must lie between 1900 and 2200"));
        }
    }
    holidays.sort_by_key(|holiday| holiday.day);
    holidays.dedup_by_key(|holiday| holiday.day);
    Ok(Calendar { id, name, zone, week, holidays })
}

//! Places are set up, changed, merged and removed; what was heard at a place keeps up with its name.

use heard_domain::audit::{Act, Noun};
use heard_domain::id::{CalendarId, PlaceId};
use heard_domain::place::{PLACE, Place};
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::Zone;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::name::{LONGEST_NAME, name};
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::seen;

/// The most codes of a place.
const MOST_CODES: usize = 100;
/// The most places.
const MOST: usize = 10_000;

/// A place as it shall be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceDraft {
    /// Its name.
    pub name: String,
    /// Its address or area.
    #[serde(default)]
    pub address: String,
    /// Its time zone; `null`: the company's.
    #[serde(default)]
    pub zone: Option<Zone>,
    /// When it is open.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// How sources write it: codes and other names.
    #[serde(default)]
    pub codes: Vec<String>,
}

/// What merging or removing a place would touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceEffect {
    /// Comments that say they belong there.
    pub comments: u64,
    /// Listening posts that stand there.
    pub posts: u64,
}

/// A place as a draft that can be changed and set again.
pub fn draft(place: &Place) -> PlaceDraft {
    let Place { name, address, zone, calendar, codes, .. } = place.clone();
    PlaceDraft { name, address, zone, calendar, codes }
}

/// The place, if it is in sight.
pub async fn get(flow: &Flow, scope: &Scope, id: PlaceId) -> Result<Place, FlowError> {
    seen::place(flow, scope, id).await?.ok_or(FlowError::Missing("place"))
}

/// Sets up a place. Comments that already name it, by whatever code, belong to it from then on. Who sees only some posts
/// cannot: they would not see their own.
pub async fn add(flow: &Flow, scope: &Scope, draft: PlaceDraft) -> Result<Place, FlowError> {
    need(scope, Grant::Shape)?;
    if scope.reach != Reach::Everything {
        return Err(FlowError::Forbidden);
    }
    if flow.directory().places.len() >= MOST {
        return Err(FlowError::Conflict(format!("there are {MOST} places already: remove one first")));
    }
    let place = checked(flow, scope, PlaceId(flow.id()), draft).await?;
    save(flow, scope, place, Act::Added).await
}

/// Changes a place. A name that it had before stays known as one of its codes.
pub async fn change(flow: &Flow, scope: &Scope, id: PlaceId, draft: PlaceDraft) -> Result<Place, FlowError> {
    need(scope, Grant::Shape)?;
    let old = get(flow, scope, id).await?;
    let mut place = checked(flow, scope, id, draft).await?;
    if !place.is_called(&old.name) {
        place.codes.push(old.name);
    }
    save(flow, scope, place, Act::Changed).await
}

/// What merging or removing a place would touch.
pub async fn effect(flow: &Flow, scope: &Scope, id: PlaceId) -> Result<PlaceEffect, FlowError> {
    need(scope, Grant::Shape)?;
    let name = get(flow, scope, id).await?.name;
    let comments = flow.store.read(scope, move |view| tables::attribute::feedback_with(view, PLACE, &name)).await?;
    let posts = flow.directory().posts.iter().filter(|post| post.place == Some(id) && scope.sees(post.id)).count() as u64;
    Ok(PlaceEffect { comments, posts })
}

/// Makes one place of two: the first is gone, its name and codes mean the second, and so do its comments and posts.
pub async fn merge(flow: &Flow, scope: &Scope, id: PlaceId, into: PlaceId) -> Result<Place, FlowError> {
    need(scope, Grant::Shape)?;
    let from = get(flow, scope, id).await?;
    if id == into {
        return Err(FlowError::rule("into", "must be another place"));
    }
    let unknown = || FlowError::Unknown { field: "into", what: "place" };
    let mut place = seen::place(flow, scope, into).await?.ok_or_else(unknown)?;
    for code in std::iter::once(&from.name).chain(&from.codes) {
        if !place.is_called(code) {
            place.codes.push(code.clone());
        }
    }
    if place.codes.len() > MOST_CODES {
        return Err(FlowError::rule("into", format!("would have more than {MOST_CODES} codes")));
    }
    let (kept, now, ids) = (place.clone(), flow.now(), flow.ids());
    flow.store
        .write(scope, move |tx| {
            tables::place::merge(tx, from.id, kept.id)?;
            tables::place::save(tx, &kept)?;
            let comments = settle(tx, &kept, &mut || ids.next(now))?;
            let detail = json!({ "name": from.name, "into": kept.name, "comments": comments });
            tables::audit::note(tx, now, Act::Merged, Noun::Place, from.id.0, &detail)
        })
        .await?;
    flow.refresh().await?;
    Ok(place)
}

/// Removes a place. What was heard there keeps the word, and no post stands there any more.
pub async fn remove(flow: &Flow, scope: &Scope, id: PlaceId) -> Result<(), FlowError> {
    need(scope, Grant::Shape)?;
    let place = get(flow, scope, id).await?;
    let now = flow.now();
    flow.store
        .write(scope, move |tx| {
            tables::place::remove(tx, id)?;
            tables::audit::note(tx, now, Act::Removed, Noun::Place, id.0, &json!({ "name": place.name }))
        })
        .await?;
    flow.refresh().await
}

async fn save(flow: &Flow, scope: &Scope, place: Place, act: Act) -> Result<Place, FlowError> {
    let (kept, now, ids) = (place.clone(), flow.now(), flow.ids());
    flow.store
        .write(scope, move |tx| {
            tables::place::save(tx, &kept)?;
            settle(tx, &kept, &mut || ids.next(now))?;
            tables::audit::note(tx, now, act, Noun::Place, kept.id.0, &json!({ "name": kept.name }))
        })
        .await?;
    flow.refresh().await?;
    Ok(place)
}

/// Comments that name the place in any other way belong to its name; how many.
fn settle(tx: &mut Tx, place: &Place, next: &mut dyn FnMut() -> i64) -> Result<u64, StoreError> {
    let attribute = tables::attribute::find_or_declare(tx, PLACE, next)?;
    let own = tables::attribute::find_or_declare_value(tx, attribute, &place.name, next)?;
    let mut moved = 0;
    for other in tables::attribute::all_values(tx, attribute)? {
        if other.id != own && place.is_called(&other.value) {
            moved += tables::attribute::merge_value(tx, attribute, other.id, own)?;
        }
    }
    Ok(moved)
}

async fn checked(flow: &Flow, scope: &Scope, id: PlaceId, draft: PlaceDraft) -> Result<Place, FlowError> {
    let (directory, seen) = (flow.directory(), seen::seen(flow, scope).await?);
    let name = name("name", &draft.name)?;
    let mut codes: Vec<String> = Vec::new();
    for code in draft.codes.iter().map(|code| code.trim()).filter(|code| !code.is_empty()) {
        if code.chars().count() > LONGEST_NAME || code.chars().any(char::is_control) {
            return Err(FlowError::rule(
                "codes",
                format!("a code has at most {LONGEST_NAME} characters, none of them a control character"),
            ));
        }
        let known = |other: &String| other.to_lowercase() == code.to_lowercase();
        if !codes.iter().any(known) && !known(&name) {
            codes.push(code.to_owned());
        }
    }
    if codes.len() > MOST_CODES {
        return Err(FlowError::rule("codes", format!("at most {MOST_CODES}")));
    }
    for other in directory.places.iter().filter(|place| place.id != id) {
        // What a place out of sight is called is not told.
        let called = seen.place(other.id).map_or("another place".to_owned(), |other| format!("the place “{}”", other.name));
        if other.is_called(&name) {
            return Err(FlowError::rule("name", format!("“{name}” means {called} already")));
        }
        if let Some(code) = codes.iter().find(|code| other.is_called(code)) {
            return Err(FlowError::rule("codes", format!("“{code}” means {called} already")));
        }
    }
    if draft.calendar.is_some_and(|calendar| directory.calendar(calendar).is_none()) {
        return Err(FlowError::Unknown { field: "calendar", what: "calendar" });
    }
    let address = draft.address.trim().chars().take(300).collect();
    Ok(Place { id, name, address, zone: draft.zone, calendar: draft.calendar, codes })
}

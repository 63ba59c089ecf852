//! Events: what happened to customers; listed and handed over.

use axum::Json;
use axum::extract::State;
use heard_domain::id::{AccountId, EventId, PersonId, StageId};
use heard_domain::operation::{Entry, Event, NewEvent};
use heard_domain::question::Filter;
use heard_domain::time::Day;
use heard_flow::arrange::customer;
use heard_flow::measure::known;
use heard_store::tables::event::Wanted;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::v1::accounts::limit;
use crate::api::v1::kept::{KeptList, example as kept_example, keep};
use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Events to be kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventBatch {
    /// 1 to 1,000.
    pub items: Vec<NewEvent>,
}

/// Events, latest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventList {
    /// The events.
    pub items: Vec<Event>,
    /// The cursor of the next page; none on the last.
    pub next: Option<EventId>,
}

/// Which events.
#[derive(JsonSchema, Serialize)]
pub struct EventParameters {
    /// What kind.
    #[serde(default)]
    kind: Option<String>,
    /// To whom.
    #[serde(default)]
    person: Option<PersonId>,
    /// To which account.
    #[serde(default)]
    account: Option<AccountId>,
    /// In this stage.
    #[serde(default)]
    stage: Option<StageId>,
    /// The first day.
    #[serde(default)]
    from: Option<Day>,
    /// The last day.
    #[serde(default)]
    to: Option<Day>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<EventId>,
    /// How many at most: 1 to 1,000, 200 if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// Lists events.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<EventList>, Problem> {
    let (mut wanted, mut most) = (Wanted::default(), 200);
    for (name, value) in pairs {
        match name.as_str() {
            "kind" => wanted.kind = Some(value),
            "person" => wanted.person = Some(one("person", &value)?),
            "account" => wanted.account = Some(one("account", &value)?),
            "stage" => wanted.stage = Some(one("stage", &value)?),
            "from" => wanted.from = Some(one("from", &value)?),
            "to" => wanted.to = Some(one("to", &value)?),
            "cursor" => wanted.after = Some(one("cursor", &value)?),
            "limit" => most = limit(&value)?,
            _ => unknown(&[(name, value)])?,
        }
    }
    let named = Filter {
        account: wanted.account.into_iter().collect(),
        person: wanted.person.into_iter().collect(),
        stage: wanted.stage.into_iter().collect(),
        ..Filter::default()
    };
    known::filter(&state.flow, &caller.scope, &named).await?;
    let mut items = customer::events(&state.flow, &caller.scope, wanted, most + 1).await?;
    let more = items.len() > most;
    items.truncate(most);
    let next = items.last().filter(|_| more).map(|last| last.id);
    Ok(Json(EventList { items, next }))
}

/// Keeps events.
pub async fn offer(
    State(state): State<AppState>,
    caller: Caller,
    Body(batch): Body<EventBatch>,
) -> Result<Json<KeptList>, Problem> {
    Ok(Json(keep(&state, &caller, batch.items.into_iter().map(Entry::Event).collect()).await?))
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let shown = json!({
        "id": "729382736777", "key": "delay-1", "kind": "delay", "at": "2026-03-22T14:05:00Z", "day": "2026-03-22", "person": null,
        "account": null, "stage": null, "touchpoint": null, "details": [["minutes", "45"]],
    });
    Doc::new("listEvents", "Operational data", "List what happened to customers, latest first.")
        .query::<EventParameters>()
        .or(ProblemCode::NotFound)
        .answers::<EventList>(200, "One page", json!({ "items": [shown], "next": null }))
}

/// Documents [`offer`].
pub fn offer_doc() -> Doc {
    let new = json!({
        "key": "delay-1", "kind": "delay", "at": "2026-03-22T14:05:00Z",
        "author": { "identities": [{ "kind": "email", "handle": "mia@example.com" }] }, "details": [["minutes", "45"]],
    });
    Doc::new("keepEvents", "Operational data", "Hand over events: the same key again is the same event.")
        .takes::<EventBatch>(json!({ "items": [new] }))
        .answers::<KeptList>(200, "What became of each", kept_example(Some("729382736777")))
}

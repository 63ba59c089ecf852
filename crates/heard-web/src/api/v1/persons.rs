//! Persons: listed and handed over.

use axum::Json;
use axum::extract::State;
use heard_domain::account::{Identity, Person};
use heard_domain::id::{AccountId, PersonId};
use heard_domain::operation::{Entry, NewPerson};
use heard_domain::question::Filter;
use heard_flow::arrange::customer;
use heard_flow::measure::known;
use heard_store::tables::person::{PersonState, Wanted};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::accounts::limit;
use crate::api::v1::kept::{KeptList, example as kept_example, keep};
use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Persons to be kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBatch {
    /// 1 to 1,000.
    pub items: Vec<NewPerson>,
}

/// A person with handles and properties.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonShown {
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// The handles by which they are known.
    pub identities: Vec<Identity>,
    /// Name and value of further properties.
    pub attributes: Vec<(String, String)>,
}

/// Persons, in the order in which they came in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PersonList {
    /// The persons in sight.
    pub items: Vec<PersonShown>,
    /// The cursor of the next page; none on the last.
    pub next: Option<PersonId>,
}

/// Which persons.
#[derive(JsonSchema, Serialize)]
pub struct PersonParameters {
    /// Of this account.
    #[serde(default)]
    account: Option<AccountId>,
    /// With this part in their account.
    #[serde(default)]
    role: Option<String>,
    /// Part of the name.
    #[serde(default)]
    words: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<PersonId>,
    /// How many at most: 1 to 1,000, 200 if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// Lists the persons in sight.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<PersonList>, Problem> {
    let (mut wanted, mut most) = (Wanted::default(), 200);
    for (name, value) in pairs {
        match name.as_str() {
            "account" => wanted.account = Some(one("account", &value)?),
            "role" => wanted.role = Some(value),
            "words" => wanted.words = value.chars().take(200).collect(),
            "cursor" => wanted.after = Some(one("cursor", &value)?),
            "limit" => most = limit(&value)?,
            _ => unknown(&[(name, value)])?,
        }
    }
    let named = Filter { account: wanted.account.into_iter().collect(), ..Filter::default() };
    known::filter(&state.flow, &caller.scope, &named).await?;
    let mut found = customer::persons(&state.flow, &caller.scope, wanted, most + 1).await?;
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| last.person.id);
    let shown = |PersonState { person, identities, attributes }| PersonShown { person, identities, attributes };
    Ok(Json(PersonList { items: found.into_iter().map(shown).collect(), next }))
}

/// Keeps persons.
pub async fn offer(
    State(state): State<AppState>,
    caller: Caller,
    Body(batch): Body<PersonBatch>,
) -> Result<Json<KeptList>, Problem> {
    Ok(Json(keep(&state, &caller, batch.items.into_iter().map(Entry::Person).collect()).await?))
}

fn new() -> Value {
    json!({
        "name": "Mia L.", "role": "Buyer", "account": "Acme Oy", "identities": [{ "kind": "email", "handle": "mia@example.com" }],
        "attributes": [["tier", "Gold"]],
    })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let mut shown = new();
    shown["id"] = "729382736321".into();
    shown["account"] = "729382736123".into();
    Doc::new("listPersons", "Operational data", "List persons, in the order in which they came in.")
        .query::<PersonParameters>()
        .or(ProblemCode::NotFound)
        .answers::<PersonList>(200, "One page", json!({ "items": [shown], "next": null }))
}

/// Documents [`offer`].
pub fn offer_doc() -> Doc {
    let about = "Hand over persons: known by a handle, or by name within their account; what is not said stays.";
    Doc::new("keepPersons", "Operational data", about).takes::<PersonBatch>(json!({ "items": [new()] })).answers::<KeptList>(
        200,
        "What became of each",
        kept_example(Some("729382736321")),
    )
}

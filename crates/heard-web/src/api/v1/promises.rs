//! Promises of the brand: listed with what became of them, made, changed, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::PromiseId;
use heard_domain::promise::Promise;
use heard_domain::promise::PromiseShown;
use heard_domain::time::{Day, Period};
use heard_flow::arrange::promise::{self, PromiseDraft};
use heard_flow::measure::promised::{Promised, promised};
use heard_flow::measure::promises;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body, Id};
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// So many days are looked at when nobody says which.
pub const USUAL_DAYS: i32 = 90;

/// Which days.
#[derive(JsonSchema, Serialize)]
pub struct DaysParameters {
    /// The first day; 90 days before the last, if it is not said.
    #[serde(default)]
    from: Option<Day>,
    /// The last day; that of the newest comment, if it is not said.
    #[serde(default)]
    to: Option<Day>,
}

/// The days that an address says, and what else stands in it.
pub async fn days(
    state: &AppState,
    caller: &Caller,
    pairs: Vec<(String, String)>,
) -> Result<(Period, Vec<(String, String)>), Problem> {
    let (mut from, mut to, mut rest) = (None, None, Vec::new());
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        match name.as_str() {
            "from" => from = Some(one::<Day>("from", &value)?),
            "to" => to = Some(one::<Day>("to", &value)?),
            _ => rest.push((name, value)),
        }
    }
    let period = match (from, to) {
        (Some(first), Some(last)) => Period { first, last },
        (None, Some(last)) => Period::ending(last, USUAL_DAYS),
        (Some(first), None) => {
            let usual = promises::usual(&state.flow, &caller.scope, USUAL_DAYS).await?;
            Period { first, last: usual.last.max(first) }
        }
        (None, None) => promises::usual(&state.flow, &caller.scope, USUAL_DAYS).await?,
    };
    if period.first > period.last {
        return Err(Problem::field("from", "must not be after the last day"));
    }
    Ok((period, rest))
}

/// Promises with what became of them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PromiseList {
    /// In the order of their contacts in the journey.
    pub items: Vec<PromiseShown>,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<PromiseList>, Problem> {
    let (period, rest) = days(&state, &caller, pairs).await?;
    unknown(&rest)?;
    Ok(Json(PromiseList { items: promises::list(&state.flow, &caller.scope, period).await? }))
}

/// Lists what was promised to customers.
pub async fn to_customers(State(state): State<AppState>, caller: Caller) -> Result<Json<Promised>, Problem> {
    Ok(Json(promised(&state.flow, &caller.scope, USUAL_DAYS).await?))
}

/// Makes one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<PromiseDraft>,
) -> Result<(StatusCode, Json<Promise>), Problem> {
    Ok((StatusCode::CREATED, Json(promise::add(&state.flow, &caller.scope, draft).await?)))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<PromiseId>,
    Body(patch): Body<Value>,
) -> Result<Json<Promise>, Problem> {
    let there = promise::get(&state.flow, &caller.scope, id).await?;
    let draft = merged(&PromiseDraft::from(there), patch)?;
    Ok(Json(promise::change(&state.flow, &caller.scope, id, draft).await?))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<PromiseId>) -> Result<StatusCode, Problem> {
    promise::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({
        "words": "Your order is with you within two days", "touchpoint": "729382736410", "categories": ["729382736510"],
        "measure": "deliveries", "breaks": "delivery late", "target": 95, "attribute": null,
    })
}

fn example() -> Value {
    let mut promise = draft();
    promise["id"] = "729382737301".into();
    promise
}

fn shown() -> Value {
    let mut promise = example();
    let estimate = |value: f64, low: f64, high: f64| json!({ "value": value, "error": 1.2, "low": low, "high": high });
    let evidence = json!({ "persons": 120, "say_broken": 30, "occasions": 8400, "broken": 210 });
    let kept = json!({ "said": estimate(75.0, 66.6, 81.9), "done": estimate(97.5, 97.1, 97.8) });
    promise["period"] = json!({ "first": "2025-12-23", "last": "2026-03-22" });
    promise["evidence"] = evidence.clone();
    promise["kept"] = kept.clone();
    promise["months"] =
        json!([{ "period": { "first": "2026-03-01", "last": "2026-03-22" }, "evidence": evidence, "kept": kept }]);
    promise["spoken"] = json!({ "category": ["729382736510"] });
    promise["said_broken"] = json!({ "category": ["729382736510"], "intent": ["broken_promise", "complaint"] });
    promise
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let about = "List the promises of the brand with how often they were kept: by what customers say, and by operational data. \
                 Two figures that are never mixed, each with its count and 95 % interval, in the period and month by month.";
    Doc::new("listPromises", "Promises", about).query::<DaysParameters>().answers::<PromiseList>(
        200,
        "The promises",
        json!({ "items": [shown()] }),
    )
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    let about = "Make a promise: what the brand says a contact will be like, which comments speak of it, and what operational data \
                 says how often it could be kept and was broken.";
    Doc::new("createPromise", "Promises", about)
        .takes::<PromiseDraft>(draft())
        .answers::<Promise>(201, "Made", example())
        .or(crate::problem::ProblemCode::NotFound)
        .or(crate::problem::ProblemCode::Conflict)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updatePromise", "Promises", "Change a promise: only the fields sent (JSON merge patch).")
        .changes::<PromiseDraft>(json!({ "target": 97 }))
        .answers::<Promise>(200, "Changed", example())
        .or(crate::problem::ProblemCode::Conflict)
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deletePromise", "Promises", "Remove a promise. What customers said of it stays.").answers_nothing("Removed")
}

/// Documents [`to_customers`].
pub fn to_customers_doc() -> Doc {
    let promise = json!({ "id": "729382737211", "case": "729382737001", "by": "729382736400", "words": "We call back on Friday",
        "due": "2026-03-27", "done": null });
    let example = json!({
        "period": { "first": "2025-12-23", "last": "2026-04-21" },
        "items": [{ "promise": promise, "name": "C-1042", "outcome": "ahead" }],
        "record": { "ahead": 1, "kept": 0, "late": 0, "missed": 0 }, "in_time": null,
    });
    let about =
        "List what was promised to the customers of cases: due in the last 90 days or the next 30, with what became of it.";
    Doc::new("listPromisesToCustomers", "Promises", about).answers::<Promised>(200, "The promises", example)
}

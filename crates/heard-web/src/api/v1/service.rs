//! How customers were served, and what somebody was told at once.

use axum::Json;
use axum::extract::State;
use heard_domain::alert::Alert;
use heard_domain::helpfulness::Served;
use heard_domain::time::{Day, Period};
use heard_flow::act::service::service;
use heard_flow::act::told;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::sight::{one, unknown};
use crate::extract::Asked;
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Which days.
#[derive(JsonSchema, Serialize)]
pub struct ServiceParameters {
    /// The first day on which a case was opened; 90 days before the last, if it is not said.
    #[serde(default)]
    from: Option<Day>,
    /// The last day; today, if it is not said.
    #[serde(default)]
    to: Option<Day>,
}

/// How customers were served: all, then department by department.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ServiceFigures {
    /// The days on which the cases were opened.
    pub period: Period,
    /// All first, then each department, the one with most cases first.
    pub items: Vec<Served>,
}

/// Alerts that were not seen yet.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AlertList {
    /// The newest first.
    pub items: Vec<Alert>,
}

/// The figures.
pub async fn show(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<ServiceFigures>, Problem> {
    let (mut from, mut to, mut rest) = (None, None, Vec::new());
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        match name.as_str() {
            "from" => from = Some(one::<Day>("from", &value)?),
            "to" => to = Some(one::<Day>("to", &value)?),
            _ => rest.push((name, value)),
        }
    }
    unknown(&rest)?;
    let last = to.unwrap_or_else(|| state.flow.directory().company.zone.day(state.flow.now()));
    let period = from.map_or_else(|| Period::ending(last, 90), |first| Period { first, last });
    if period.first > period.last {
        return Err(Problem::field("from", "must not be after the last day"));
    }
    Ok(Json(ServiceFigures { items: service(&state.flow, &caller.scope, period).await?, period }))
}

/// The alerts of the user whose token calls; a token that is nobody's has none.
pub async fn alerts(State(state): State<AppState>, caller: Caller) -> Result<Json<AlertList>, Problem> {
    Ok(Json(AlertList { items: told::unseen(&state.flow, &caller.scope).await? }))
}

fn estimate(value: f64, low: f64, high: f64) -> Value {
    json!({ "value": value, "error": 4.2, "low": low, "high": high })
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let helpfulness = json!({
        "n": 230, "helped": estimate(78.0, 68.2, 85.4), "said": estimate(41.0, 34.6, 47.7),
        "first_contact": estimate(61.0, 50.6, 70.5), "change": { "beyond": estimate(0.21, 0.05, 0.37), "n": 61, "left_out": 3 }, "minutes_to_answer": 52,
    });
    let served = json!({
        "department": null, "helpfulness": helpfulness, "opened": 230, "answered": 215, "yes": 69, "no": 19, "silent": 64,
        "reopened": 12, "in_time": estimate(91.0, 86.4, 94.1),
    });
    let figures = json!({ "period": { "first": "2025-12-23", "last": "2026-03-22" }, "items": [served] });
    let about = "How customers were served: whether it helped, by their own word, first; how long it took, last.";
    Doc::new("getService", "Cases", about).query::<ServiceParameters>().answers::<ServiceFigures>(200, "The figures", figures)
}

/// Documents [`alerts`].
pub fn alerts_doc() -> Doc {
    let alert = json!({
        "id": "729382737201", "kind": "here", "at": "2026-03-22T14:05:00Z", "urgency": "now", "post": "729382736455",
        "place": "729382736701", "departments": ["729382736520"], "feedback": "729382736999", "case": "729382737001",
    });
    Doc::new(
        "listAlerts",
        "Cases",
        "What one was told at once and has not seen yet; live by `GET /api/v1/live` as `event: alert`.",
    )
    .answers::<AlertList>(200, "The newest first", json!({ "items": [alert] }))
}

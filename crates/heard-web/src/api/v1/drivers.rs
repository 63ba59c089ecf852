//! Drivers: what matters for an overall score.

use axum::Json;
use axum::extract::State;
use heard_domain::id::ScaleId;
use heard_domain::parameter::{Parameter, Source};
use heard_flow::measure::drivers::{Matters, beside, drivers};
use heard_flow::measure::known;
use heard_flow::measure::offered::{Against, Wish};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use crate::api::v1::feedback::persons_hidden;
use crate::api::v1::sight::{Sight, SightParameters, one, unknown};
use crate::extract::Asked;
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// The keys of an address that say what is asked, beside filter and period.
pub const KEYS: [&str; 4] = ["overall", "source", "parameter", "against"];

/// What is asked, as an address.
#[derive(JsonSchema, Serialize)]
pub struct DriverParameters {
    #[serde(flatten)]
    sight: SightParameters,
    /// The overall score; nobody says: NPS or what is called "overall", where it is rated together with others.
    #[serde(default)]
    overall: Option<ScaleId>,
    /// What the parameters are taken from: `ratings` given beside the score, or `categories` that customers speak of; nobody
    /// says: ratings where there are some.
    #[serde(default)]
    source: Option<Source>,
    /// Parameters, at most twelve: `scale:<id>` or `category:<id>`; none: those that are rated or spoken of most.
    #[serde(default)]
    parameter: Vec<String>,
    /// What it is compared with: `before` (as many days, right before; needs `from` and `to`), `segment:<id>`, or
    /// `attribute:<id>:<value id>`.
    #[serde(default)]
    against: Option<String>,
}

/// Reads one pair of an address into the wish; gives it back where it means something else.
pub fn take(wish: &mut Wish, (name, value): (String, String)) -> Result<Option<(String, String)>, Problem> {
    match name.as_str() {
        "overall" => wish.overall = Some(one(&name, &value)?),
        "source" => wish.source = Some(one(&name, &value)?),
        "parameter" => wish.parameters.push(one::<Parameter>(&name, &value)?),
        "against" => wish.against = Some(against(&value)?),
        _ => return Ok(Some((name, value))),
    }
    Ok(None)
}

fn against(text: &str) -> Result<Against, Problem> {
    let bad = || Problem::field("against", "must be before, segment:<id> or attribute:<id>:<value id>");
    let mut parts = text.split(':');
    let against = match (parts.next(), parts.next(), parts.next()) {
        (Some("before"), None, None) => Against::Before,
        (Some("segment"), Some(id), None) => Against::Segment(id.parse().map_err(|_| bad())?),
        (Some("attribute"), Some(id), Some(value)) => {
            Against::Attribute(id.parse().map_err(|_| bad())?, value.parse().map_err(|_| bad())?)
        }
        _ => return Err(bad()),
    };
    parts.next().map_or(Ok(against), |_| Err(bad()))
}

/// What it is compared with, as an address says it.
pub fn said(against: Against) -> String {
    match against {
        Against::Before => "before".to_owned(),
        Against::Segment(id) => format!("segment:{id}"),
        Against::Attribute(attribute, value) => format!("attribute:{attribute}:{value}"),
    }
}

/// Finds what matters for an overall score.
pub async fn show(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<Matters>, Problem> {
    let (sight, others) = Sight::take(pairs)?;
    let mut wish = Wish { period: sight.period(), filter: sight.filter.clone(), ..Wish::default() };
    let mut rest = Vec::new();
    for pair in others {
        rest.extend(take(&mut wish, pair)?);
    }
    unknown(&rest)?;
    persons_hidden(&caller.scope, &wish.filter)?;
    if wish.against == Some(Against::Before) && (sight.from.is_none() || sight.to.is_none()) {
        return Err(Problem::field("against", "the days before are asked for: “from” and “to” must be said"));
    }
    known::filter(&state.flow, &caller.scope, &wish.filter).await?;
    if let Some((other, _)) = beside(&wish) {
        known::filter(&state.flow, &caller.scope, &other).await?;
    }
    Ok(Json(Box::pin(drivers(&state.flow, &caller.scope, &wish)).await?.matters))
}

fn example() -> Value {
    json!({
        "overall": "729382736500", "source": "ratings", "parameters": [{ "scale": "729382736501" }, { "scale": "729382736502" }],
        "here": {
            "filter": {}, "period": { "first": "2026-01-01", "last": "2026-03-25" }, "scored": 430, "n": 412, "filled_in": 6.5,
            "explained": { "value": 48.2, "low": 40.1, "high": 56.3 }, "beyond_chance": true,
            "drivers": [{
                "parameter": { "scale": "729382736501" }, "name": "Prices",
                "importance": { "value": 61.0, "low": 49.5, "high": 72.5 }, "of_variance": { "value": 29.4, "low": 22.6, "high": 36.2 },
                "correlation": 0.55, "n": 401, "mean": 3.1, "performance": 52.5, "filled_in": 2.7, "alike": false,
                "shift": { "other": 30.2, "change": 30.8, "low": 14.0, "high": 47.6, "certainty": "very_likely_real" },
                "filter": { "rated": "729382736501" },
            }],
            "left_out": [{ "parameter": { "scale": "729382736502" }, "name": "Parking", "why": "mostly_missing" }],
        },
        "ms": 62.0,
    })
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    Doc::new(
        "getDrivers",
        "Figures",
        "What matters for an overall score: the share of its explained variance that each parameter carries (LMG), with intervals.",
    )
    .query::<DriverParameters>()
    .answers::<Matters>(200, "What matters, the weightiest first", example())
    .or(ProblemCode::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use heard_domain::id::{AttributeId, SegmentId, ValueId};

    #[test]
    fn what_it_is_compared_with_survives_its_address() {
        for meant in [Against::Before, Against::Segment(SegmentId(3)), Against::Attribute(AttributeId(1), ValueId(2))] {
            assert_eq!(against(&said(meant)).ok(), Some(meant));
        }
        for bad in ["", "after", "segment", "segment:x", "segment:1:2", "attribute:1", "attribute:1:2:3", "before:1"] {
            assert!(against(bad).is_err(), "{bad}");
        }
    }
}

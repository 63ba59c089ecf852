//! Figures: one question, one answer.

use axum::Json;
use axum::extract::State;
use heard_domain::id::ScaleId;
use heard_domain::question::{Compare, Dimension, Figures, Measure, Question};
use heard_domain::user::Grant;
use heard_flow::measure::known;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::api::v1::feedback::persons_hidden;
use crate::api::v1::sight::{Sight, SightParameters, one, unknown};
use crate::extract::{Asked, Body};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Answers a question.
pub async fn ask(
    State(state): State<AppState>,
    caller: Caller,
    Body(question): Body<Question>,
) -> Result<Json<Figures>, Problem> {
    answer(&state, &caller, question).await
}

async fn answer(state: &AppState, caller: &Caller, question: Question) -> Result<Json<Figures>, Problem> {
    persons_hidden(&caller.scope, &question.filter)?;
    if question.by.contains(&Dimension::Account) && !caller.scope.may(Grant::ReadPersons) {
        return Err(Problem::new(ProblemCode::Forbidden, "to split by account the right “persons:read” is needed"));
    }
    known::question(&state.flow, &caller.scope, &question).await?;
    Ok(Json(state.flow.store.figures(&caller.scope, &question).await?))
}

/// A question as an address.
#[derive(JsonSchema, Serialize)]
pub struct QuestionParameters {
    #[serde(flatten)]
    sight: SightParameters,
    /// What is measured: `volume`, `net_sentiment`, `emotion_mix` or `rating`.
    #[schemars(regex(pattern = "^(volume|net_sentiment|emotion_mix|rating)$"))]
    of: String,
    /// The scale of a rating.
    #[serde(default)]
    scale: Option<ScaleId>,
    /// What it is split by, at most three: `day`, `week`, `month`, `stage`, `touchpoint`, `post`, `channel`, `category`, `polarity`,
    /// `emotion`, `intent`, `language`, `account`, `segment` (a comment counts in every segment that its author belongs to) or
    /// `attribute:<id>`.
    #[serde(default)]
    by: Vec<String>,
    /// `before`: as many days, right before.
    #[serde(default)]
    compare: Option<Compare>,
    /// Whether intervals are wanted; `true` if not said.
    #[serde(default)]
    interval: Option<bool>,
}

/// Answers a question that is an address.
pub async fn look(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<Figures>, Problem> {
    let (sight, others) = Sight::take(pairs)?;
    let (mut of, mut scale, mut by, mut compare, mut interval) = (None, None, Vec::new(), Compare::Nothing, true);
    let mut rest = Vec::new();
    for (name, value) in others {
        match name.as_str() {
            "of" => of = Some(value),
            "scale" => scale = Some(one::<ScaleId>("scale", &value)?),
            "by" => by.push(one("by", &value)?),
            "compare" => compare = word("compare", &value)?,
            "interval" => interval = one("interval", &value)?,
            _ => rest.push((name, value)),
        }
    }
    unknown(&rest)?;
    let measure = match (of.as_deref(), scale) {
        (Some("rating"), Some(scale)) => Measure::Rating { scale },
        (Some("rating"), None) => return Err(Problem::field("scale", "is missing: which scale’s rating?")),
        (Some("volume"), _) => Measure::Volume,
        (Some("net_sentiment"), _) => Measure::NetSentiment,
        (Some("emotion_mix"), _) => Measure::EmotionMix,
        _ => return Err(Problem::field("of", "must be volume, net_sentiment, emotion_mix or rating")),
    };
    let question = Question { measure, by, period: sight.period(), filter: sight.filter, compare, interval };
    answer(&state, &caller, question).await
}

fn word<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, Problem> {
    serde_json::from_value(text.into()).map_err(|error| Problem::field(name, error.to_string()))
}

fn example() -> serde_json::Value {
    json!({
        "question": question(),
        "rows": [{
            "keys": [{ "stage": "729382736500" }], "value": -12.5, "n": 812, "low": -18.9, "high": -6.0,
            "moved": {
                "before": { "value": -4.0, "n": 790, "low": -10.2, "high": 2.1 }, "change": -8.5, "low": -17.3, "high": 0.4,
                "certainty": "likely",
            },
        }],
        "answered_by": "columns", "ms": 1.9,
    })
}

fn question() -> serde_json::Value {
    json!({
        "measure": { "of": "net_sentiment" }, "by": ["stage"], "filter": { "channel": ["review"] },
        "period": { "first": "2026-01-01", "last": "2026-03-25" }, "compare": "before", "interval": true,
    })
}

/// Documents [`ask`].
pub fn ask_doc() -> Doc {
    Doc::new("askFigures", "Figures", "Ask a question: a measure, split and filtered, with n and 95 % interval.")
        .takes::<Question>(question())
        .or(ProblemCode::NotFound)
        .answers::<Figures>(200, "The figures", example())
}

/// Documents [`look`].
pub fn look_doc() -> Doc {
    Doc::new("getFigures", "Figures", "The same as an address.")
        .query::<QuestionParameters>()
        .answers::<Figures>(200, "The figures", example())
        .or(ProblemCode::NotFound)
}

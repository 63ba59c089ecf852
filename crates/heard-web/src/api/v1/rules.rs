//! Rules: listed, tried, made, changed, removed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::RuleId;
use heard_flow::route::rules::{self, RuleDraft, RuleShown};
use heard_flow::route::trial::{self, Trial};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::merge::merged;
use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Rules, in the order in which they were made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RuleList {
    /// The rules.
    pub items: Vec<RuleShown>,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<RuleList>, Problem> {
    Ok(Json(RuleList { items: rules::list(&state.flow, &caller.scope).await? }))
}

/// Makes one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<RuleDraft>,
) -> Result<(StatusCode, Json<RuleShown>), Problem> {
    Ok((StatusCode::CREATED, Json(rules::add(&state.flow, &caller.scope, draft).await?)))
}

/// Tries one, kept or not.
pub async fn attempt(
    State(state): State<AppState>,
    caller: Caller,
    Body(draft): Body<RuleDraft>,
) -> Result<Json<Trial>, Problem> {
    Ok(Json(trial::attempt(&state.flow, &caller.scope, None, draft).await?))
}

/// Changes one.
pub async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<RuleId>,
    Body(patch): Body<Value>,
) -> Result<Json<RuleShown>, Problem> {
    let there = rules::get(&state.flow, &caller.scope, id).await?;
    let draft = merged(&there.draft(), patch)?;
    Ok(Json(rules::change(&state.flow, &caller.scope, id, draft).await?))
}

/// Removes one.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<RuleId>) -> Result<StatusCode, Problem> {
    rules::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn draft() -> Value {
    json!({
        "name": "Lost bags", "on": false,
        "when": {
            "category": ["729382736510"], "stage": [], "intent": ["complaint"], "polarity": ["negative"], "account": [],
            "key_account": null, "place": [], "words": ["lost my bag*"],
        },
        "way": { "departments": ["729382736520"], "opens_case": true, "alerts": true, "urgency": "high" },
    })
}

fn example() -> Value {
    let mut rule = draft();
    rule["id"] = "729382737101".into();
    rule["since"] = Value::Null;
    rule["sent"] = 0.into();
    rule
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listRules", "Rules", "List the rules by which comments are routed, with how many each has sent in 30 days.")
        .answers::<RuleList>(200, "The rules", json!({ "items": [example()] }))
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    let about = "Make a rule. Switched on, it sends what is heard from then on to all its departments; try it first.";
    Doc::new("createRule", "Rules", about)
        .or(ProblemCode::NotFound)
        .takes::<RuleDraft>(draft())
        .answers::<RuleShown>(201, "Made", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`attempt`].
pub fn attempt_doc() -> Doc {
    let trial = json!({
        "period": { "first": "2025-12-23", "last": "2026-03-22" }, "looked": 1200, "whole": true, "held": 41, "cases": 38,
        "alerts": 41, "urgent": 3, "departments": [{ "department": "729382736520", "comments": 41 }], "examples": ["729382736999"],
    });
    Doc::new(
        "tryRule",
        "Rules",
        "What a rule would have done in the 90 days up to the newest comment, with ten examples. Nothing is kept or sent.",
    )
    .or(ProblemCode::NotFound)
    .takes::<RuleDraft>(draft())
    .answers::<Trial>(200, "What it would have done", trial)
}

/// Documents [`change`].
pub fn change_doc() -> Doc {
    Doc::new("updateRule", "Rules", "Change a rule, or switch it on or off: only the fields sent (JSON merge patch).")
        .changes::<RuleDraft>(json!({ "on": true }))
        .answers::<RuleShown>(200, "Changed", example())
        .or(ProblemCode::Conflict)
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteRule", "Rules", "Remove a rule. What it has sent stays where it is.").answers_nothing("Removed")
}

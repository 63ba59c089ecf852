//! The listening ledger, and the comments behind each of its numbers.

use axum::Json;
use axum::extract::State;
use heard_domain::id::{FeedbackId, PostId, StageId};
use heard_domain::ledger::LedgerStep;
use heard_domain::time::Day;
use heard_flow::error::FlowError;
use heard_flow::measure::ledger::{self, Ledger, Wanted};
use heard_flow::seen::seen;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::api::v1::promises::{DaysParameters, days};
use crate::api::v1::sight::{one, unknown};
use crate::extract::Asked;
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Which comments.
#[derive(JsonSchema, Serialize)]
pub struct LedgerCommentsParameters {
    /// Of this stage; `none`: of no stage; of all, if it is not said.
    #[serde(default)]
    stage: Option<String>,
    /// Heard at this post.
    #[serde(default)]
    post: Option<PostId>,
    /// The step: `heard`, if it is not said.
    #[serde(default)]
    step: Option<LedgerStep>,
    /// `yes`: those that did not come to the step.
    #[serde(default)]
    missing: Option<String>,
    /// The first day; 90 days before the last, if it is not said.
    #[serde(default)]
    from: Option<Day>,
    /// The last day; that of the newest comment, if it is not said.
    #[serde(default)]
    to: Option<Day>,
    /// How many are skipped.
    #[serde(default)]
    cursor: Option<u32>,
}

/// Comments of the ledger.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LedgerComments {
    /// The newest first.
    pub items: Vec<FeedbackId>,
    /// How many there are in all.
    pub total: u64,
    /// The cursor of the next page; `null` at the end.
    pub next: Option<String>,
}

/// How many comments a page has.
const PAGE: usize = 100;

/// What an address asks of the ledger's comments, how many to leave out, and what it does not know.
pub type Asking = (Wanted, usize, Vec<(String, String)>);

/// Reads an address.
pub fn wanted(pairs: Vec<(String, String)>) -> Result<Asking, Problem> {
    let mut wanted = Wanted { stage: None, post: None, step: LedgerStep::Heard, missing: false };
    let (mut skip, mut rest) = (0, Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "stage" if value == "none" => wanted.stage = Some(None),
            "stage" => wanted.stage = Some(Some(one::<StageId>("stage", &value)?)),
            "post" => wanted.post = Some(one("post", &value)?),
            "step" => wanted.step = one("step", &value)?,
            "missing" if value == "yes" => wanted.missing = true,
            "missing" => return Err(Problem::field("missing", "must be yes, or not be said")),
            "cursor" => skip = one::<u32>("cursor", &value)? as usize,
            _ => rest.push((name, value)),
        }
    }
    Ok((wanted, skip, rest))
}

/// Shows the ledger.
pub async fn show(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<Ledger>, Problem> {
    let (period, rest) = days(&state, &caller, pairs).await?;
    unknown(&rest)?;
    Ok(Json(ledger::ledger(&state.flow, &caller.scope, period).await?))
}

/// Shows the comments behind a number.
pub async fn comments(
    State(state): State<AppState>,
    caller: Caller,
    Asked(pairs): Asked,
) -> Result<Json<LedgerComments>, Problem> {
    let (period, rest) = days(&state, &caller, pairs).await?;
    let (wanted, skip, rest) = wanted(rest)?;
    unknown(&rest)?;
    let directory = seen(&state.flow, &caller.scope).await?;
    if wanted.post.is_some_and(|id| directory.posts.iter().all(|post| post.id != id)) {
        return Err(FlowError::Missing("post").into());
    }
    if wanted.stage.flatten().is_some_and(|id| directory.journey.stage(id).is_none()) {
        return Err(FlowError::Missing("stage").into());
    }
    let found = ledger::behind(&state.flow, &caller.scope, period, wanted, skip, PAGE).await?;
    let next = (skip + found.heard.len()) as u64;
    let items: Vec<FeedbackId> = found.heard.iter().map(|heard| heard.feedback.id).collect();
    let next = (next < found.total && !items.is_empty()).then(|| next.to_string());
    Ok(Json(LedgerComments { items, total: found.total, next }))
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let reached = |comments: u64, minor: i64| json!({ "comments": comments, "money": [{ "minor": minor, "currency": "EUR" }] });
    let line = json!({
        "stage": null, "post": null,
        "reached": [reached(4200, 90_000_000), reached(1400, 60_000_000), reached(3900, 88_000_000), reached(310, 21_000_000),
            reached(280, 19_000_000), reached(0, 0)],
        "debt": 3890, "debt_in_money": [{ "minor": 69_000_000, "currency": "EUR" }],
    });
    let example = json!({ "period": { "first": "2025-12-23", "last": "2026-03-22" }, "all": line, "lines": [line] });
    let about = "The listening ledger: how many comments were heard, read by a person, routed, acted on, told and verified, by stage \
                 and post. What was heard and not acted on is debt, in comments and in the yearly worth of the accounts behind them \
                 (needs `persons:read`). At most a minute old.";
    Doc::new("getLedger", "Figures", about).query::<DaysParameters>().answers::<Ledger>(200, "The ledger", example)
}

/// Documents [`comments`].
pub fn comments_doc() -> Doc {
    let about = "The comments behind a number of the listening ledger, the newest first.";
    Doc::new("listLedgerComments", "Figures", about)
        .query::<LedgerCommentsParameters>()
        .answers::<LedgerComments>(200, "One page", json!({ "items": ["729382736999"], "total": 1, "next": null }))
        .or(ProblemCode::NotFound)
}

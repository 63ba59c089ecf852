//! Digests: what each department is told of a week, and who is late.

use axum::Json;
use axum::extract::State;
use heard_domain::digest::{Digest, DigestKey, DigestState};
use heard_flow::act::cadence;
use heard_flow::measure::digest::{self, DigestOpened};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::Id;
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// A digest and how it stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DigestShown {
    /// Its name in addresses: department and Monday.
    pub key: String,
    /// The digest.
    #[serde(flatten)]
    pub digest: Digest,
    /// How it stands.
    pub state: DigestState,
}

impl From<Digest> for DigestShown {
    fn from(digest: Digest) -> Self {
        Self { key: digest.key().to_string(), state: digest.state(), digest }
    }
}

/// Digests, the newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DigestList {
    /// Those of the last twelve weeks, and older ones that wait.
    pub items: Vec<DigestShown>,
}

/// Lists them.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<DigestList>, Problem> {
    let all = cadence::list(&state.flow, &caller.scope).await?;
    Ok(Json(DigestList { items: all.into_iter().map(DigestShown::from).collect() }))
}

/// Opens one.
pub async fn show(State(state): State<AppState>, caller: Caller, Id(key): Id<DigestKey>) -> Result<Json<DigestOpened>, Problem> {
    Ok(Json(digest::open(&state.flow, &caller.scope, key.department, key.week).await?.opened))
}

/// Acknowledges one.
pub async fn acknowledge(
    State(state): State<AppState>,
    caller: Caller,
    Id(key): Id<DigestKey>,
) -> Result<Json<DigestShown>, Problem> {
    let digest = cadence::acknowledge(&state.flow, &caller.scope, key.department, key.week).await?;
    Ok(Json(DigestShown::from(digest)))
}

fn example() -> Value {
    json!({
        "key": "729382736520-2026-03-16", "department": "729382736520", "week": "2026-03-16", "published": "2026-03-23T07:00:12Z",
        "acknowledged": null, "by": null, "reminded": "2026-03-26T07:00:03Z", "escalated": null, "state": "reminded",
    })
}

fn opened() -> Value {
    let value = |value: f64, n: u64| json!({ "value": value, "n": n, "low": value - 4.0, "high": value + 4.0 });
    let moved = json!({ "before": value(61.0, 61), "change": 8.0, "low": -3.0, "high": 19.0, "certainty": "could_be_noise" });
    json!({
        "department": "729382736520", "week": "2026-03-16", "published": "2026-03-23T07:00:12Z", "acknowledged": null, "by": null,
        "reminded": null, "escalated": null, "state": "fresh", "period": { "first": "2026-03-16", "last": "2026-03-22" },
        "categories": ["729382736510"], "comments": value(69.0, 69), "comments_moved": moved, "net_sentiment": value(-31.0, 88),
        "net_sentiment_moved": moved,
        "movers": [{ "category": "729382736510", "value": value(-31.0, 88), "moved": moved, "comments": 69 }],
        "read": ["729382736999"], "cases": { "opened": 9, "open": 4, "late": 1, "waiting": 2 },
        "issues": [{ "issue": "729382739001", "name": "I-12", "title": "Bags stay behind", "state": "acknowledged", "owed": "fix" }],
    })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let about = "List what each department was told of the last twelve weeks and whether it has acknowledged it: reminded on day 3, \
         late for everybody to see from day 7 on.";
    Doc::new("listDigests", "Digests", about).answers::<DigestList>(200, "The digests", json!({ "items": [example()] }))
}

/// Documents [`show`].
pub fn show_doc() -> Doc {
    let about = "The digest of a department and a week: what was heard about the categories to which it contributes, what moved, ten \
         comments to read, and how its cases stand.";
    Doc::new("getDigest", "Digests", about).answers::<DigestOpened>(200, "The digest", opened())
}

/// Documents [`acknowledge`].
pub fn acknowledge_doc() -> Doc {
    Doc::new("acknowledgeDigest", "Digests", "Say that the department has read its digest; only who belongs to it can.")
        .answers::<DigestShown>(200, "Acknowledged", example())
        .or(ProblemCode::Conflict)
}

//! Addresses that get no letters: asked for, and set.

use axum::Json;
use axum::extract::State;
use heard_domain::message::SuppressedWhy;
use heard_flow::tell::suppress;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::extract::Body;
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// An address as it shall be.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// The address.
    pub address: String,
    /// Whether it gets no letters.
    pub suppressed: bool,
}

/// How an address stands.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SuppressionShown {
    /// Why it gets no letters; `null`: it gets them.
    pub why: Option<SuppressedWhy>,
    /// Whether anything is otherwise now.
    pub changed: bool,
}

/// Sets whether an address gets letters.
pub async fn set(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<Suppression>,
) -> Result<Json<SuppressionShown>, Problem> {
    let changed = suppress::set(&state.flow, &caller.scope, &wanted.address, wanted.suppressed).await?;
    let why = suppress::look(&state.flow, &caller.scope, &wanted.address).await?;
    Ok(Json(SuppressionShown { why, changed }))
}

/// Documents [`set`].
pub fn set_doc() -> Doc {
    Doc::new(
        "setSuppression",
        "Letters",
        "Say that an address gets no letters, or gets them again. Addresses are kept as hashes: they cannot be listed.",
    )
    .takes::<Suppression>(json!({ "address": "mia@example.com", "suppressed": true }))
    .answers::<SuppressionShown>(200, "How it stands now", json!({ "why": "staff", "changed": true }))
}

//! Whether digests come by mail: one's own switch, and that of staff for who runs Heard.

use axum::Json;
use axum::extract::State;
use heard_domain::id::UserId;
use heard_flow::act::cadence;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Whether somebody gets digests by mail.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DigestMailShown {
    /// Whether they do; `null`: the token was made by nobody in particular. On their page digests stand in any case.
    pub by_mail: Option<bool>,
}

/// How it shall be.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestMail {
    /// Whether weekly digests, reminders of them and which are late come by mail.
    pub by_mail: bool,
}

/// Whether who made the token gets digests by mail.
pub async fn own(State(state): State<AppState>, caller: Caller) -> Result<Json<DigestMailShown>, Problem> {
    Ok(Json(DigestMailShown { by_mail: cadence::mailed(&state.flow, &caller.scope).await? }))
}

/// Sets it.
pub async fn set_own(
    State(state): State<AppState>,
    caller: Caller,
    Body(wanted): Body<DigestMail>,
) -> Result<Json<DigestMailShown>, Problem> {
    cadence::set_mailed(&state.flow, &caller.scope, wanted.by_mail).await?;
    own(State(state), caller).await
}

/// Whether a user gets digests by mail.
pub async fn of_user(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
) -> Result<Json<DigestMailShown>, Problem> {
    Ok(Json(DigestMailShown { by_mail: Some(cadence::mailed_of(&state.flow, &caller.scope, id).await?) }))
}

/// Sets it for a user.
pub async fn set_of_user(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
    Body(wanted): Body<DigestMail>,
) -> Result<Json<DigestMailShown>, Problem> {
    cadence::set_mailed_of(&state.flow, &caller.scope, id, wanted.by_mail).await?;
    of_user(State(state), caller, Id(id)).await
}

/// Documents [`own`].
pub fn own_doc() -> Doc {
    Doc::new("getOwnDigestMail", "Digests", "Whether whoever made the token gets digests by mail.").answers::<DigestMailShown>(
        200,
        "How it is",
        json!({ "by_mail": true }),
    )
}

/// Documents [`set_own`].
pub fn set_own_doc() -> Doc {
    let about = "Say whether whoever made the token gets weekly digests, reminders of them and which are late by mail, or on the page only.";
    Doc::new("setOwnDigestMail", "Digests", about)
        .takes::<DigestMail>(json!({ "by_mail": false }))
        .answers::<DigestMailShown>(200, "How it is now", json!({ "by_mail": false }))
        .or(ProblemCode::Conflict)
}

/// Documents [`of_user`].
pub fn of_user_doc() -> Doc {
    Doc::new("getDigestMail", "Settings", "Whether a user gets digests by mail.").answers::<DigestMailShown>(
        200,
        "How it is",
        json!({ "by_mail": true }),
    )
}

/// Documents [`set_of_user`].
pub fn set_of_user_doc() -> Doc {
    let about = "Say whether a user gets weekly digests, reminders of them and which are late by mail, or on the page only; they can change it \
         themselves.";
    Doc::new("setDigestMail", "Settings", about).takes::<DigestMail>(json!({ "by_mail": false })).answers::<DigestMailShown>(
        200,
        "How it is now",
        json!({ "by_mail": false }),
    )
}

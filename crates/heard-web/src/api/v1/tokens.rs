//! Tokens of integrators: made (the secret is shown once), listed, taken back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::{TokenId, UserId};
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_flow::arrange::token;
use heard_store::tables;
use heard_store::tables::token::Token;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Body, Id};
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// A token as it shall be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it may do: at least one, and nothing that its maker may not.
    pub scopes: Vec<Grant>,
    /// Until when it is valid; none: until it is taken back.
    #[serde(default)]
    pub expires: Option<Time>,
}

/// A token; its secret is not kept.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Token")]
pub struct TokenShown {
    /// Its identifier.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Grant>,
    /// Who made it; none: on the machine itself.
    pub by: Option<UserId>,
    /// Since when it is there.
    pub since: Time,
    /// Until when it is valid.
    pub expires: Option<Time>,
    /// When it was last used, to the minute.
    pub seen: Option<Time>,
}

impl From<Token> for TokenShown {
    fn from(token: Token) -> Self {
        let Token { id, name, grants, by, since, expires, seen } = token;
        Self { id, name, scopes: grants, by, since, expires, seen }
    }
}

/// A token that was made just now.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MadeToken {
    /// The token.
    pub token: TokenShown,
    /// Its secret: shown only here, only once.
    pub secret: String,
}

/// Tokens, newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct TokenList {
    /// The tokens.
    pub items: Vec<TokenShown>,
}

/// Lists the tokens.
pub async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<TokenList>, Problem> {
    let tokens = state.flow.store.read(&caller.scope, tables::token::list).await?;
    Ok(Json(TokenList { items: tokens.into_iter().map(TokenShown::from).collect() }))
}

/// Makes one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let (token, secret) = token::add(&state.flow, &caller.scope, &new.name, new.scopes, new.expires).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { token: token.into(), secret })))
}

/// Takes one back.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<TokenId>) -> Result<StatusCode, Problem> {
    token::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn example() -> Value {
    json!({
        "id": "729382736700", "name": "Data warehouse", "scopes": ["feedback:read", "figures:read"], "by": "729382736001",
        "since": "2026-03-01T09:00:00Z", "expires": null, "seen": "2026-03-22T14:05:00Z",
    })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    Doc::new("listTokens", "Settings", "List the tokens.").answers::<TokenList>(
        200,
        "The tokens",
        json!({ "items": [example()] }),
    )
}

/// Documents [`add`].
pub fn add_doc() -> Doc {
    let secret = "heard_example-only-of-this-shape-and-not-valid-anywhere";
    Doc::new("createToken", "Settings", "Make a token. Its secret is shown only in this answer.")
        .takes::<NewToken>(json!({ "name": "Data warehouse", "scopes": ["feedback:read", "figures:read"], "expires": null }))
        .answers::<MadeToken>(201, "Made", json!({ "token": example(), "secret": secret }))
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteToken", "Settings", "Take a token back: it is dead at once.").answers_nothing("Taken back")
}

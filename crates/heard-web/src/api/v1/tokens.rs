//! Tokens of integrators: made (the secret is shown once), listed, taken back.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use heard_domain::id::{PostId, TokenId, UserId};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::{Grant, User};
use heard_flow::arrange::token::{self, Standing, TokenDraft};
use heard_store::tables;
use heard_store::tables::token::Token;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::{Body, Id};
use crate::problem::{Problem, ProblemCode};
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
    /// The listening post to which what is sent with it goes, and only there; nothing else is in its sight.
    #[serde(default)]
    pub post: Option<PostId>,
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
    /// The listening post to which it belongs.
    pub post: Option<PostId>,
    /// What it can still do: less than its scopes once whoever made it may do less, or nothing.
    pub works: Vec<Grant>,
    /// Who made it; none: on the machine itself.
    pub by: Option<UserId>,
    /// Since when it is there.
    pub since: Time,
    /// Until when it is valid.
    pub expires: Option<Time>,
    /// When it was last used, to the minute.
    pub seen: Option<Time>,
}

impl TokenShown {
    fn of(token: Token, maker: Option<&User>, now: Time) -> Self {
        let works = match token::standing(&token, maker, now) {
            Standing::Works => token.grants.clone(),
            Standing::Less(left) => left,
            Standing::Expired | Standing::Orphaned => vec![],
        };
        let Token { id, name, grants, post, by, since, expires, seen } = token;
        Self { id, name, scopes: grants, post, works, by, since, expires, seen }
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
    let (tokens, users) =
        state.flow.store.read(&caller.scope, |view| Ok((tables::token::list(view)?, tables::user::list(view)?))).await?;
    let (maker, now) = (|token: &Token| users.iter().find(|user| Some(user.id) == token.by), state.flow.now());
    let shown = tokens.into_iter().map(|token| {
        let by = maker(&token);
        TokenShown::of(token, by, now)
    });
    Ok(Json(TokenList { items: shown.collect() }))
}

/// Makes one.
pub async fn add(
    State(state): State<AppState>,
    caller: Caller,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let NewToken { name, scopes, post, expires } = new;
    let draft = TokenDraft { name, grants: scopes, post, expires };
    let (token, secret) = token::make(&state.flow, &caller.scope, draft).await?;
    let by = token.by;
    let maker = match by {
        Some(by) => state.flow.store.read(&Scope::system(), move |view| tables::user::get(view, by)).await?,
        None => None,
    };
    let token = TokenShown::of(token, maker.as_ref(), state.flow.now());
    Ok((StatusCode::CREATED, Json(MadeToken { token, secret })))
}

/// Takes one back.
pub async fn remove(State(state): State<AppState>, caller: Caller, Id(id): Id<TokenId>) -> Result<StatusCode, Problem> {
    token::remove(&state.flow, &caller.scope, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn example() -> Value {
    json!({
        "id": "729382736700", "name": "Data warehouse", "scopes": ["feedback:read", "figures:read"], "post": null,
        "works": ["feedback:read", "figures:read"], "by": "729382736001",
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
        .takes::<NewToken>(
            json!({ "name": "Data warehouse", "scopes": ["feedback:read", "figures:read"], "post": null, "expires": null }),
        )
        .or(ProblemCode::NotFound)
        .answers::<MadeToken>(201, "Made", json!({ "token": example(), "secret": secret }))
}

/// Documents [`remove`].
pub fn remove_doc() -> Doc {
    Doc::new("deleteToken", "Settings", "Take a token back: it is dead at once.").answers_nothing("Taken back")
}

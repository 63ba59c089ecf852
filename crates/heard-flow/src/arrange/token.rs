//! Tokens of integrators: shown once, kept only as a hash.

use heard_domain::audit::{Act, Noun};
use heard_domain::id::TokenId;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::token::Token;
use heard_store::view::Tx;
use serde_json::json;

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::secret::{hash_secret, new_secret};

/// Every token begins like this, so that scanners find lost ones.
pub const PREFIX: &str = "heard_";

/// Makes a token that may do `grants` until `expires`. Gives what is kept, and the secret: it is never shown again.
pub async fn add(
    flow: &Flow,
    scope: &Scope,
    given: &str,
    mut grants: Vec<Grant>,
    expires: Option<Time>,
) -> Result<(Token, String), FlowError> {
    need(scope, Grant::Administer)?;
    grants.sort_unstable();
    grants.dedup();
    if grants.is_empty() {
        return Err(FlowError::rule("scopes", "choose at least one"));
    }
    // Otherwise a narrow token that may administer could make itself a wide one.
    if let Some(grant) = grants.iter().find(|grant| !scope.may(**grant)) {
        return Err(FlowError::rule("scopes", format!("“{}” is not yours to give", grant.code())));
    }
    if expires.is_some_and(|at| at <= flow.now()) {
        return Err(FlowError::rule("expires", "must lie in the future"));
    }
    let secret = format!("{PREFIX}{}", new_secret(flow));
    let hash = hash_secret(&secret);
    let (id, since) = (TokenId(flow.id()), flow.now());
    let token = Token { id, name: name("name", given)?, grants, by: scope.user(), since, expires, seen: None };
    let kept = token.clone();
    let add = move |tx: &mut Tx| {
        tables::token::insert(tx, &kept, &hash)?;
        let detail = json!({ "name": kept.name, "scopes": kept.grants, "expires": kept.expires });
        tables::audit::note(tx, since, Act::Added, Noun::Token, kept.id.0, &detail)
    };
    flow.store.write(scope, add).await?;
    Ok((token, secret))
}

/// “Last used” is kept to within this: not every call should be a write.
const SEEN_STEP_MS: i64 = 60_000;

/// What may be done with a secret; `None` if there is no such token, or it has expired.
pub async fn known(flow: &Flow, secret: &str) -> Result<Option<Scope>, FlowError> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let (hash, now) = (hash_secret(secret), flow.now());
    let token = flow.store.read(&Scope::system(), move |view| tables::token::by_hash(view, &hash)).await?;
    let Some(token) = token.filter(|token| token.expires.is_none_or(|at| now < at)) else { return Ok(None) };
    if token.seen.is_none_or(|seen| now.0 - seen.0 > SEEN_STEP_MS) {
        flow.store.write(&Scope::system(), move |tx| tables::token::touch(tx, token.id, now)).await?;
    }
    Ok(Some(Scope::of_token(token.id, token.grants)))
}

/// Takes a token back: it is dead at once.
pub async fn remove(flow: &Flow, scope: &Scope, id: TokenId) -> Result<(), FlowError> {
    need(scope, Grant::Administer)?;
    let now = flow.now();
    let remove = move |tx: &mut Tx| {
        let Some(token) = tables::token::get(tx, id)? else { return Ok(false) };
        tables::audit::note(tx, now, Act::Removed, Noun::Token, id.0, &json!({ "name": token.name }))?;
        tables::token::remove(tx, id)
    };
    let known = flow.store.write(scope, remove).await?;
    if known { Ok(()) } else { Err(FlowError::Missing("token")) }
}

//! Tokens of integrators: shown once, kept only as a hash.

use heard_domain::id::TokenId;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::token::Token;

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
        return Err(FlowError::rule("grants", "choose at least one"));
    }
    if expires.is_some_and(|at| at <= flow.now()) {
        return Err(FlowError::rule("expires", "must lie in the future"));
    }
    let secret = format!("{PREFIX}{}", new_secret(flow));
    let hash = hash_secret(&secret);
    let (id, since) = (TokenId(flow.id()), flow.now());
    let token = Token { id, name: name("name", given)?, grants, by: scope.user(), since, expires, seen: None };
    let kept = token.clone();
    flow.store.write(scope, move |tx| tables::token::insert(tx, &kept, &hash)).await?;
    Ok((token, secret))
}

/// Takes a token back: it is dead at once.
pub async fn remove(flow: &Flow, scope: &Scope, id: TokenId) -> Result<(), FlowError> {
    need(scope, Grant::Administer)?;
    let known = flow.store.write(scope, move |tx| tables::token::remove(tx, id)).await?;
    if known { Ok(()) } else { Err(FlowError::Missing("token")) }
}

//! Tokens of integrators: shown once, kept only as a hash.

use std::sync::PoisonError;

use heard_domain::audit::{Act, Noun};
use heard_domain::id::{PostId, TokenId, UserId};
use heard_domain::scope::{Actor, Reach, Scope};
use heard_domain::time::Time;
use heard_domain::user::{Grant, User};
use heard_store::tables;
use heard_store::tables::token::Token;
use heard_store::view::Tx;
use serde_json::json;

use crate::arrange::name::name;
use crate::arrange::post;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::remembered::Bearer;
use crate::secret::{hash_secret, new_secret};

/// Every token begins like this, so that scanners find lost ones.
pub const PREFIX: &str = "heard_";

/// A token as it shall be.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenDraft {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// The post to which what is sent with it goes, and only there.
    pub post: Option<PostId>,
    /// Until when it is valid; `None`: until it is taken back.
    pub expires: Option<Time>,
}

/// Makes a token of no post in particular. Gives what is kept, and the secret: it is never shown again.
pub async fn add(
    flow: &Flow,
    scope: &Scope,
    name: &str,
    grants: Vec<Grant>,
    expires: Option<Time>,
) -> Result<(Token, String), FlowError> {
    make(flow, scope, TokenDraft { name: name.to_owned(), grants, post: None, expires }).await
}

/// Makes a token. Gives what is kept, and the secret: it is never shown again.
pub async fn make(flow: &Flow, scope: &Scope, draft: TokenDraft) -> Result<(Token, String), FlowError> {
    need(scope, Grant::Administer)?;
    let TokenDraft { name: given, mut grants, post: wanted, expires } = draft;
    grants.sort_unstable();
    grants.dedup();
    if grants.is_empty() {
        return Err(FlowError::rule("scopes", "choose at least one"));
    }
    // Otherwise a narrow token that may administer could make itself a wide one.
    if let Some(grant) = grants.iter().find(|grant| !scope.may(**grant)) {
        return Err(FlowError::rule("scopes", format!("“{}” is not yours to give", grant.code())));
    }
    match wanted {
        Some(id) if post::seen(flow, scope, id).is_err() => {
            return Err(FlowError::Unknown { field: "post", what: "listening post" });
        }
        None if scope.reach != Reach::Everything => {
            return Err(FlowError::rule("post", "choose a listening post: you see only some of them"));
        }
        _ => {}
    }
    if expires.is_some_and(|at| at <= flow.now()) {
        return Err(FlowError::rule("expires", "must lie in the future"));
    }
    let by = maker(flow, scope).await?;
    let secret = format!("{PREFIX}{}", new_secret(flow));
    let hash = hash_secret(&secret);
    let (id, since) = (TokenId(flow.id()), flow.now());
    let token = Token { id, name: name("name", &given)?, grants, post: wanted, by, since, expires, seen: None };
    let kept = token.clone();
    let add = move |tx: &mut Tx| {
        tables::token::insert(tx, &kept, &hash)?;
        let detail = json!({ "name": kept.name, "scopes": kept.grants, "expires": kept.expires });
        tables::audit::note(tx, since, Act::Added, Noun::Token, kept.id.0, &detail)
    };
    flow.store.write(scope, add).await?;
    Ok((token, secret))
}

/// The person behind a scope: a token that makes a token does so for whoever made it.
async fn maker(flow: &Flow, scope: &Scope) -> Result<Option<UserId>, FlowError> {
    match scope.actor {
        Actor::User(id) => Ok(Some(id)),
        Actor::Token(id) => {
            let token = flow.store.read(&Scope::system(), move |view| tables::token::get(view, id)).await?;
            Ok(token.and_then(|token| token.by))
        }
        Actor::System => Ok(None),
    }
}

/// What can still be done with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// All that it was given.
    Works,
    /// Only this: whoever made it may not do the rest any more.
    Less(Vec<Grant>),
    /// Nothing: its time is over.
    Expired,
    /// Nothing: whoever made it is not active any more, or may do none of it.
    Orphaned,
}

/// How a token stands. It never does more than whoever made it may do now.
pub fn standing(token: &Token, maker: Option<&User>, now: Time) -> Standing {
    if token.expires.is_some_and(|at| at <= now) {
        return Standing::Expired;
    }
    if token.by.is_none() {
        return Standing::Works;
    }
    let Some(maker) = maker.filter(|maker| maker.active) else { return Standing::Orphaned };
    let left: Vec<Grant> = token.grants.iter().copied().filter(|grant| maker.role.grants().contains(grant)).collect();
    match left.len() {
        0 => Standing::Orphaned,
        n if n == token.grants.len() => Standing::Works,
        _ => Standing::Less(left),
    }
}

/// “Last used” is kept to within this: not every call should be a write.
const SEEN_STEP_MS: i64 = 60_000;

/// What may be done with a secret; `None` if there is no such token, it has expired, or whoever made it may do nothing of it.
pub async fn known(flow: &Flow, secret: &str) -> Result<Option<Scope>, FlowError> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    let (hash, now) = (hash_secret(secret), flow.now());
    let system = Scope::system();
    let Some((token, maker)) = bearer(flow, hash).await? else { return Ok(None) };
    let grants = match standing(&token, maker.as_ref(), now) {
        Standing::Works => token.grants,
        Standing::Less(left) => left,
        Standing::Expired | Standing::Orphaned => return Ok(None),
    };
    if token.seen.is_none_or(|seen| now.0 - seen.0 > SEEN_STEP_MS) {
        flow.store.write(&system, move |tx| tables::token::touch(tx, token.id, now)).await?;
    }
    let mut scope = Scope::of_token(token.id, grants);
    if let Some(reach) = maker.map(|maker| Scope::of_user(&maker).reach) {
        scope.reach = reach;
    }
    if let Some(post) = token.post {
        scope.reach = if scope.sees(post) { Reach::Posts([post].into()) } else { Reach::Posts([].into()) };
    }
    Ok(Some(scope))
}

/// How many tokens are remembered at once: more are hardly in use at the same time.
const REMEMBERED: usize = 1_000;

/// The token with this hash, with whoever made it; remembered as long as nothing was changed that it could depend on, so
/// that a program that sends much does not cost one more question each time.
async fn bearer(flow: &Flow, hash: String) -> Result<Option<Bearer>, FlowError> {
    let changes = flow.store.changes();
    let remembered = || flow.tokens.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((as_of, bearer)) = remembered().get(&hash)
        && *as_of == changes
    {
        return Ok(Some(bearer.clone()));
    }
    let (wanted, system) = (hash.clone(), Scope::system());
    let found = flow.store.read(&system, move |view| {
        let Some(token) = tables::token::by_hash(view, &wanted)? else { return Ok(None) };
        let maker = token.by.map(|by| tables::user::get(view, by)).transpose()?.flatten();
        Ok(Some((token, maker)))
    });
    let found = found.await?;
    if let Some(bearer) = &found {
        let mut remembered = remembered();
        if remembered.len() >= REMEMBERED {
            remembered.clear();
        }
        remembered.insert(hash, (changes, bearer.clone()));
    }
    Ok(found)
}

/// Takes a token back: it is dead at once.
pub async fn remove(flow: &Flow, scope: &Scope, id: TokenId) -> Result<(), FlowError> {
    need(scope, Grant::Administer)?;
    let now = flow.now();
    let remove = move |tx: &mut Tx| {
        // What belongs to a post out of sight is not there.
        let Some(token) = tables::token::list(tx)?.into_iter().find(|token| token.id == id) else { return Ok(false) };
        tables::audit::note(tx, now, Act::Removed, Noun::Token, id.0, &json!({ "name": token.name }))?;
        tables::token::remove(tx, id)
    };
    let known = flow.store.write(scope, remove).await?;
    if known { Ok(()) } else { Err(FlowError::Missing("token")) }
}

//! Sessions: signing in and out, and who is signed in.

use heard_domain::audit::{Act, Noun, Who};
use heard_domain::id::{SessionId, UserId};
use heard_domain::scope::{Actor, Scope};
use heard_domain::time::Time;
use heard_domain::user::User;
use heard_store::tables;
use heard_store::tables::session::Session;
use heard_store::view::{Tx, View};
use serde_json::json;

use crate::error::FlowError;
use crate::flow::Flow;
use crate::secret::{hash_secret, new_secret, password_fits};

/// A session that nobody used for so long is over: 14 days.
pub const IDLE_MS: i64 = 14 * 86_400_000;

/// A session ends after so long, used or not: 90 days.
const LONGEST_MS: i64 = 90 * 86_400_000;

/// “Last seen” is kept to within this: not every page view should be a write.
const SEEN_STEP_MS: i64 = 3_600_000;

/// Compared with where there is no such user, so that the answer takes as long. No password fits it.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Each comparison takes 19 MiB and a core for a while: more at once would let strangers exhaust the machine.
static COMPARING: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// Signs in: the secret of a new session, or `None` if address and password do not belong together. Which of the two is wrong
/// shows neither in the answer nor in the time it takes. `browser`: where, as far as it told, in words for whoever signs in.
pub async fn begin(flow: &Flow, email: &str, password: &str, browser: Option<String>) -> Result<Option<String>, FlowError> {
    let email = email.trim().to_lowercase();
    let found = flow.store.read(&Scope::system(), move |view| tables::user::by_email(view, &email)).await?;
    let (user, kept) = found.map_or((None, NOBODY.to_owned()), |(user, kept)| (Some(user), kept));
    let password = password.to_owned();
    let turn = COMPARING.acquire().await.map_err(FlowError::internal)?;
    let fits = tokio::task::spawn_blocking(move || password_fits(&password, &kept)).await.map_err(FlowError::internal)?;
    drop(turn);
    let known = user.as_ref().map(|user| user.id.0);
    let Some(user) = user.filter(|user| fits && user.active) else {
        // Nobody waits for it: whether there is such a user is not to be seen from the time it takes.
        flow.noted(Who::Nobody, Act::Refused, Noun::User, known, json!({}));
        return Ok(None);
    };
    let (secret, now) = (new_secret(flow), flow.now());
    let hash = hash_secret(&secret);
    let session = Session { id: SessionId(flow.id()), user: user.id, browser, since: now, seen: now };
    flow.store
        .write(&Scope::system(), move |tx| {
            tables::session::remove_stale(tx, now.plus_ms(-LONGEST_MS), now.plus_ms(-IDLE_MS))?;
            tables::session::insert(tx, &hash, &session)?;
            tables::audit::note_of(tx, now, Who::User(user.id), Act::SignedIn, Noun::Session, session.id.0, &json!({}))
        })
        .await?;
    Ok(Some(secret))
}

/// Who is signed in with a secret.
pub async fn known(flow: &Flow, secret: &str) -> Result<Option<User>, FlowError> {
    let (hash, now) = (hash_secret(secret), flow.now());
    let read = hash.clone();
    let found = flow
        .store
        .read(&Scope::system(), move |view| {
            let Some(session) = tables::session::by_hash(view, &read)? else { return Ok(None) };
            let user = if lives(&session, now) { tables::user::get(view, session.user)? } else { None };
            Ok(user.map(|user| (user, session.seen)))
        })
        .await?;
    let Some((user, seen)) = found.filter(|(user, _)| user.active) else { return Ok(None) };
    if now.0 - seen.0 > SEEN_STEP_MS {
        flow.store.write(&Scope::system(), move |tx| tables::session::touch(tx, &hash, now)).await?;
    }
    Ok(Some(user))
}

/// Whether a session is not over yet.
fn lives(session: &Session, now: Time) -> bool {
    now.0 - session.seen.0 < IDLE_MS && now.0 - session.since.0 < LONGEST_MS
}

/// Signs out.
pub async fn end(flow: &Flow, secret: &str) -> Result<(), FlowError> {
    let (hash, now) = (hash_secret(secret), flow.now());
    let end = move |tx: &mut Tx| {
        let Some(session) = tables::session::by_hash(tx, &hash)? else { return Ok(()) };
        tables::session::remove(tx, session.user, session.id)?;
        tables::audit::note_of(tx, now, Who::User(session.user), Act::SignedOut, Noun::Session, session.id.0, &json!({}))
    };
    Ok(flow.store.write(&Scope::system(), end).await?)
}

/// The person behind a scope: sessions are theirs alone.
fn person(scope: &Scope) -> Result<UserId, FlowError> {
    match scope.actor {
        Actor::User(id) => Ok(id),
        Actor::Token(_) | Actor::System => Err(FlowError::Forbidden),
    }
}

/// Where somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mine {
    /// In which browser, since when, and when last.
    pub session: Session,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// Where whoever looks is signed in, last used first; `secret`: of the session that asks.
pub async fn mine(flow: &Flow, scope: &Scope, secret: &str) -> Result<Vec<Mine>, FlowError> {
    let (user, hash, now) = (person(scope)?, hash_secret(secret), flow.now());
    let read = move |view: &View| {
        let this = tables::session::by_hash(view, &hash)?.map(|session| session.id);
        let all = tables::session::of_user(view, user)?;
        let living = all.into_iter().filter(|session| lives(session, now));
        Ok(living.map(|session| Mine { this: Some(session.id) == this, session }).collect())
    };
    Ok(flow.store.read(scope, read).await?)
}

/// Ends one of one's own sessions. What is somebody else's is not there.
pub async fn revoke(flow: &Flow, scope: &Scope, id: SessionId) -> Result<(), FlowError> {
    let (user, now) = (person(scope)?, flow.now());
    let revoke = move |tx: &mut Tx| {
        if !tables::session::remove(tx, user, id)? {
            return Ok(false);
        }
        tables::audit::note(tx, now, Act::SignedOut, Noun::Session, id.0, &json!({ "by": "revoked" }))?;
        Ok(true)
    };
    if flow.store.write(scope, revoke).await? { Ok(()) } else { Err(FlowError::Missing("session")) }
}

/// Ends all one's sessions but the one with this secret; how many they were.
pub async fn revoke_others(flow: &Flow, scope: &Scope, secret: &str) -> Result<u64, FlowError> {
    let (user, hash, now) = (person(scope)?, hash_secret(secret), flow.now());
    let revoke = move |tx: &mut Tx| {
        let Some(own) = tables::session::by_hash(tx, &hash)?.filter(|session| session.user == user) else { return Ok(0) };
        let ended = tables::session::remove_others(tx, user, own.id)?;
        let detail = json!({ "by": "revoked", "others": ended });
        tables::audit::note(tx, now, Act::SignedOut, Noun::Session, None, &detail)?;
        Ok(ended)
    };
    Ok(flow.store.write(scope, revoke).await?)
}

/// Whether nobody is there yet: the first visitor becomes the admin.
pub async fn nobody_yet(flow: &Flow) -> Result<bool, FlowError> {
    Ok(flow.store.read(&Scope::system(), tables::user::count).await? == 0)
}

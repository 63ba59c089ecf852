//! Users: who may sign in, as what, and with which password.

use heard_domain::audit::{Act, Noun, Who};
use heard_domain::id::{PostId, UserId};
use heard_domain::scope::{Actor, Reach, Scope};
use heard_domain::user::{Grant, Role, User};
use heard_store::tables;
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::secret::{hash_password, password_fits};

/// A user as they shall be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserDraft {
    /// E-mail address.
    pub email: String,
    /// As they are called.
    pub name: String,
    /// What they are to Heard.
    pub role: Role,
    /// The posts they see; `None`: all.
    #[serde(default)]
    pub posts: Option<Vec<PostId>>,
    /// Whether they may sign in.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// Makes the first admin. Refused once there is a user: whoever comes first runs the installation.
pub async fn first(flow: &Flow, email: &str, given: &str, password: &str) -> Result<User, FlowError> {
    let draft = UserDraft { email: email.into(), name: given.into(), role: Role::Admin, posts: None, active: true };
    let user = checked(flow, UserId(flow.id()), draft)?;
    let hash = hashed(flow, password).await?;
    let kept = user.clone();
    let made = flow
        .store
        .write(&Scope::system(), move |tx| {
            if tables::user::count(tx)? > 0 {
                return Ok(false);
            }
            tables::user::insert(tx, &kept, &hash)?;
            let detail = json!({ "role": kept.role });
            tables::audit::note_of(tx, kept.since, Who::Nobody, Act::Added, Noun::User, kept.id.0, &detail)?;
            Ok(true)
        })
        .await?;
    if made { Ok(user) } else { Err(FlowError::Conflict("there is an admin already: sign in".into())) }
}

/// Adds a user.
pub async fn add(flow: &Flow, scope: &Scope, draft: UserDraft, password: &str) -> Result<User, FlowError> {
    need(scope, Grant::Administer)?;
    within(scope, &draft)?;
    let user = checked(flow, UserId(flow.id()), draft)?;
    let hash = hashed(flow, password).await?;
    let kept = user.clone();
    let add = move |tx: &mut Tx| {
        tables::user::insert(tx, &kept, &hash)?;
        let detail = json!({ "role": kept.role, "posts": kept.posts });
        tables::audit::note(tx, kept.since, Act::Added, Noun::User, kept.id.0, &detail)
    };
    flow.store.write(scope, add).await.map_err(taken)?;
    Ok(user)
}

/// Changes a user. The last active admin stays one.
pub async fn change(flow: &Flow, scope: &Scope, id: UserId, draft: UserDraft) -> Result<User, FlowError> {
    need(scope, Grant::Administer)?;
    within(scope, &draft)?;
    let user = checked(flow, id, draft)?;
    let (kept, now) = (user.clone(), flow.now());
    let outcome = flow
        .store
        .write(scope, move |tx| {
            let users = tables::user::list(tx)?;
            let Some(old) = users.iter().find(|user| user.id == id) else { return Ok(Err(FlowError::Missing("user"))) };
            let runs = |user: &User| user.active && user.role == Role::Admin;
            if runs(old) && !runs(&kept) && !users.iter().any(|user| user.id != id && runs(user)) {
                return Ok(Err(FlowError::Conflict("somebody must run Heard: this is the last active admin".into())));
            }
            let kept = User { since: old.since, ..kept };
            tables::user::update(tx, &kept)?;
            tables::audit::note(tx, now, Act::Changed, Noun::User, id.0, &difference(old, &kept))?;
            if !kept.active {
                tables::session::remove_of(tx, id)?;
            }
            Ok(Ok(kept))
        })
        .await
        .map_err(taken)?;
    outcome.map(|kept| User { since: kept.since, ..user })
}

/// What is otherwise: names and addresses are not told, only that they changed.
fn difference(old: &User, new: &User) -> Value {
    let mut detail = Map::new();
    for (what, changed) in [("email", old.email != new.email), ("name", old.name != new.name)] {
        if changed {
            detail.insert(what.to_owned(), json!("changed"));
        }
    }
    for (what, before, after) in [
        ("role", json!(old.role), json!(new.role)),
        ("posts", json!(old.posts), json!(new.posts)),
        ("active", json!(old.active), json!(new.active)),
    ] {
        if before != after {
            detail.insert(what.to_owned(), json!([before, after]));
        }
    }
    Value::Object(detail)
}

/// Sets somebody's password (as an admin) and ends their sessions.
pub async fn set_password(flow: &Flow, scope: &Scope, id: UserId, password: &str) -> Result<(), FlowError> {
    need(scope, Grant::Administer)?;
    keep_password(flow, scope, id, password).await
}

/// Changes one's own password, with the old one, and ends all one's sessions.
pub async fn change_password(flow: &Flow, scope: &Scope, old: &str, new: &str) -> Result<(), FlowError> {
    let Actor::User(id) = scope.actor else { return Err(FlowError::Forbidden) };
    let kept = flow.store.read(scope, move |view| tables::user::password(view, id)).await?;
    let old = old.to_owned();
    let fits = move || kept.is_some_and(|kept| password_fits(&old, &kept));
    if !tokio::task::spawn_blocking(fits).await.map_err(FlowError::internal)? {
        return Err(FlowError::rule("old", "is not your password"));
    }
    keep_password(flow, scope, id, new).await
}

async fn keep_password(flow: &Flow, scope: &Scope, id: UserId, password: &str) -> Result<(), FlowError> {
    let (hash, now) = (hashed(flow, password).await?, flow.now());
    let known = flow
        .store
        .write(scope, move |tx| {
            if tables::user::get(tx, id)?.is_none() {
                return Ok(false);
            }
            tables::user::set_password(tx, id, &hash)?;
            tables::session::remove_of(tx, id)?;
            tables::audit::note(tx, now, Act::Changed, Noun::User, id.0, &json!({ "password": "changed" }))?;
            Ok(true)
        })
        .await?;
    if known { Ok(()) } else { Err(FlowError::Missing("user")) }
}

/// Nobody makes somebody who may do or see more than they themselves.
fn within(scope: &Scope, draft: &UserDraft) -> Result<(), FlowError> {
    let may = draft.role.grants().iter().all(|grant| scope.may(*grant));
    if draft.posts.iter().flatten().any(|post| !scope.sees(*post)) {
        return Err(FlowError::Unknown { field: "posts", what: "listening post" });
    }
    let sees = scope.reach == Reach::Everything || draft.posts.is_some();
    if may && sees { Ok(()) } else { Err(FlowError::Forbidden) }
}

/// A password as it is kept; hashing takes a core for a while, so it runs beside the async threads.
async fn hashed(flow: &Flow, password: &str) -> Result<String, FlowError> {
    let (salt, password) = (flow.secret(), password.to_owned());
    tokio::task::spawn_blocking(move || hash_password(salt, &password)).await.map_err(FlowError::internal)?
}

fn taken(error: heard_store::error::StoreError) -> FlowError {
    match FlowError::from(error) {
        FlowError::Conflict(_) => FlowError::Taken { field: "email", reason: "there is a user with this address already".into() },
        other => other,
    }
}

fn checked(flow: &Flow, id: UserId, draft: UserDraft) -> Result<User, FlowError> {
    let email = draft.email.trim().to_lowercase();
    let plausible =
        email.split_once('@').is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !host.starts_with('.'));
    if !plausible || email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(FlowError::rule("email", "is not an e-mail address"));
    }
    let directory = flow.directory();
    if draft.posts.iter().flatten().any(|id| !directory.posts.iter().any(|post| post.id == *id)) {
        return Err(FlowError::Unknown { field: "posts", what: "listening post" });
    }
    let posts = draft.posts.map(|mut posts| {
        posts.sort_unstable();
        posts.dedup();
        posts
    });
    Ok(User { id, email, name: name("name", &draft.name)?, role: draft.role, posts, since: flow.now(), active: draft.active })
}

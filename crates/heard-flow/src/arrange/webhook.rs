//! Webhooks into a listening post: made (the secret is shown once), changed, given a new secret, removed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use heard_domain::audit::{Act, Noun};
use heard_domain::id::{PostId, WebhookId};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_domain::webhook::{Fields, LONGEST_PATH, Webhook};
use heard_store::tables;
use heard_store::view::Tx;
use serde_json::json;

use crate::arrange::name::name;
use crate::arrange::post::seen;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::signature::PREFIX;

/// How long the secret before a new one is still accepted: long enough to change it at the sender by hand.
const OVERLAP_MS: i64 = 24 * 3_600_000;

/// The webhooks of a post in sight.
pub async fn list(flow: &Flow, scope: &Scope, post: PostId) -> Result<Vec<Webhook>, FlowError> {
    need(scope, Grant::Shape)?;
    seen(flow, scope, post)?;
    let all = flow.store.read(scope, tables::webhook::list).await?;
    Ok(all.into_iter().filter(|hook| hook.post == post).collect())
}

/// A webhook in sight.
pub async fn get(flow: &Flow, scope: &Scope, id: WebhookId) -> Result<Webhook, FlowError> {
    need(scope, Grant::Shape)?;
    let found = flow.store.read(scope, move |view| tables::webhook::get(view, id)).await?;
    found.ok_or(FlowError::Missing("webhook"))
}

/// Makes one. Gives what is kept, and the secret: it is never shown again.
pub async fn add(
    flow: &Flow,
    scope: &Scope,
    post: PostId,
    given: &str,
    fields: Option<Fields>,
) -> Result<(Webhook, String), FlowError> {
    need(scope, Grant::Shape)?;
    seen(flow, scope, post)?;
    // Whoever has the secret may send feedback: only who may do so can give that away.
    need(scope, Grant::WriteFeedback)?;
    let fields = fields.map(checked).transpose()?;
    let (id, since) = (WebhookId(flow.id()), flow.now());
    let hook = Webhook { id, post, name: name("name", given)?, fields, since, seen: None, old_until: None };
    let (kept, secret) = (hook.clone(), new_secret(flow));
    let shown = secret.clone();
    let insert = move |tx: &mut Tx| {
        tables::webhook::insert(tx, &kept, &secret)?;
        tables::audit::note(tx, since, Act::Added, Noun::Webhook, id.0, &json!({ "name": kept.name, "post": post }))
    };
    flow.store.write(scope, insert).await?;
    Ok((hook, shown))
}

/// Changes its name and how the sender's JSON is understood.
pub async fn change(
    flow: &Flow,
    scope: &Scope,
    id: WebhookId,
    given: &str,
    fields: Option<Fields>,
) -> Result<Webhook, FlowError> {
    let hook = get(flow, scope, id).await?;
    let hook = Webhook { name: name("name", given)?, fields: fields.map(checked).transpose()?, ..hook };
    let (kept, now) = (hook.clone(), flow.now());
    let update = move |tx: &mut Tx| {
        tables::webhook::update(tx, &kept)?;
        tables::audit::note(
            tx,
            now,
            Act::Changed,
            Noun::Webhook,
            id.0,
            &json!({ "name": kept.name, "mapped": kept.fields.is_some() }),
        )
    };
    flow.store.write(scope, update).await?;
    Ok(hook)
}

/// Gives it a new secret; the one before is accepted for a day, so that nothing is lost while the sender is changed.
pub async fn rotate(flow: &Flow, scope: &Scope, id: WebhookId) -> Result<(Webhook, String), FlowError> {
    let hook = get(flow, scope, id).await?;
    need(scope, Grant::WriteFeedback)?;
    let (secret, now) = (new_secret(flow), flow.now());
    let (shown, until) = (secret.clone(), now.plus_ms(OVERLAP_MS));
    let rotate = move |tx: &mut Tx| {
        tables::webhook::rotate(tx, id, &secret, until)?;
        tables::audit::note(tx, now, Act::Changed, Noun::Webhook, id.0, &json!({ "secret": "new" }))
    };
    flow.store.write(scope, rotate).await?;
    Ok((Webhook { old_until: Some(until), ..hook }, shown))
}

/// Removes it: its deliveries are refused at once.
pub async fn remove(flow: &Flow, scope: &Scope, id: WebhookId) -> Result<Webhook, FlowError> {
    let hook = get(flow, scope, id).await?;
    let (name, now) = (hook.name.clone(), flow.now());
    let remove = move |tx: &mut Tx| {
        if tables::webhook::remove(tx, id)? {
            tables::audit::note(tx, now, Act::Removed, Noun::Webhook, id.0, &json!({ "name": name }))?;
        }
        Ok(())
    };
    flow.store.write(scope, remove).await?;
    Ok(hook)
}

fn new_secret(flow: &Flow) -> String {
    format!("{PREFIX}{}", STANDARD.encode(flow.secret::<32>()))
}

/// The rules of a mapping.
pub fn checked(fields: Fields) -> Result<Fields, FlowError> {
    let simple = [
        ("items", &fields.items),
        ("key", &fields.key),
        ("at", &fields.at),
        ("text", &fields.text),
        ("author", &fields.author),
        ("email", &fields.email),
        ("touchpoint", &fields.touchpoint),
        ("link", &fields.link),
    ];
    let ratings = fields.ratings.iter().flat_map(|rating| [("ratings", &rating.path), ("ratings", &rating.scale)]);
    let attributes = fields.attributes.iter().flat_map(|one| [("attributes", &one.path), ("attributes", &one.name)]);
    for (field, path) in simple.into_iter().chain(ratings).chain(attributes) {
        if path.len() > LONGEST_PATH || path.contains('\0') {
            return Err(FlowError::rule(format!("fields.{field}"), format!("must have at most {LONGEST_PATH} bytes")));
        }
    }
    if fields.ratings.len() > 20 || fields.attributes.len() > 50 {
        return Err(FlowError::rule("fields", "hold too much: at most 20 ratings and 50 attributes"));
    }
    if fields.ratings.iter().any(|rating| rating.path.is_empty() || rating.scale.trim().is_empty()) {
        return Err(FlowError::rule("fields.ratings", "need a path and the name of a scale each"));
    }
    if fields.attributes.iter().any(|one| one.path.is_empty() || one.name.trim().is_empty()) {
        return Err(FlowError::rule("fields.attributes", "need a path and a name each"));
    }
    if fields.text.is_empty() && fields.ratings.is_empty() && fields.attributes.is_empty() {
        return Err(FlowError::rule("fields.text", "name where the words stand, or a rating, or an attribute"));
    }
    Ok(fields)
}

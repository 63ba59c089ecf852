//! Webhooks in. A signature is checked with the secret itself, so the secret is kept as it is, and never shown again.

use heard_domain::id::{PostId, WebhookId};
use heard_domain::time::Time;
use heard_domain::webhook::Webhook;

use crate::error::StoreError;
use crate::sql::driver::{Row, Value};
use crate::view::{Tx, View};

const COLUMNS: &str = "id, post, name, fields, since, seen, old_until";

/// The secrets of a webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The one that is in use.
    pub current: String,
    /// The one before, and until when it is still accepted.
    pub old: Option<(String, Time)>,
}

fn read(row: &dyn Row) -> Result<Webhook, StoreError> {
    Ok(Webhook {
        id: WebhookId(row.int(0)?),
        post: PostId(row.int(1)?),
        name: row.text(2)?.to_owned(),
        fields: row.text_or_none(3)?.map(serde_json::from_str).transpose()?,
        since: Time(row.int(4)?),
        seen: row.int_or_none(5)?.map(Time),
        old_until: row.int_or_none(6)?.map(Time),
    })
}

/// All in sight, by name.
pub fn list(view: &View) -> Result<Vec<Webhook>, StoreError> {
    let mut hooks = view.list(&format!("SELECT {COLUMNS} FROM webhook ORDER BY name, id"), &[], read)?;
    hooks.retain(|hook| view.scope().sees(hook.post));
    Ok(hooks)
}

/// A webhook in sight.
pub fn get(view: &View, id: WebhookId) -> Result<Option<Webhook>, StoreError> {
    let found = view.one(&format!("SELECT {COLUMNS} FROM webhook WHERE id = $1"), &[id.into()], read)?;
    Ok(found.filter(|hook| view.scope().sees(hook.post)))
}

/// The secrets with which deliveries are checked.
pub fn secrets(view: &View, id: WebhookId) -> Result<Option<Secrets>, StoreError> {
    let sql = "SELECT secret, old_secret, old_until FROM webhook WHERE id = $1";
    view.one(sql, &[id.into()], |row| {
        let old = row.text_or_none(1)?.map(str::to_owned).zip(row.int_or_none(2)?.map(Time));
        Ok(Secrets { current: row.text(0)?.to_owned(), old })
    })
}

/// Adds a webhook.
pub fn insert(tx: &mut Tx, hook: &Webhook, secret: &str) -> Result<(), StoreError> {
    let fields = hook.fields.as_ref().map(serde_json::to_string).transpose()?;
    let values: [Value<'_>; 6] =
        [hook.id.into(), hook.post.into(), (&hook.name).into(), secret.into(), fields.as_deref().into(), hook.since.into()];
    tx.execute("INSERT INTO webhook (id, post, name, secret, fields, since) VALUES ($1, $2, $3, $4, $5, $6)", &values)?;
    Ok(())
}

/// Changes its name and how the sender's JSON is understood.
pub fn update(tx: &mut Tx, hook: &Webhook) -> Result<(), StoreError> {
    let fields = hook.fields.as_ref().map(serde_json::to_string).transpose()?;
    let values: [Value<'_>; 3] = [hook.id.into(), (&hook.name).into(), fields.as_deref().into()];
    tx.execute("UPDATE webhook SET name = $2, fields = $3 WHERE id = $1", &values)?;
    Ok(())
}

/// Gives it a new secret; the one before is accepted until `until`.
pub fn rotate(tx: &mut Tx, id: WebhookId, secret: &str, until: Time) -> Result<(), StoreError> {
    let values: [Value<'_>; 3] = [id.into(), secret.into(), until.into()];
    tx.execute("UPDATE webhook SET old_secret = secret, old_until = $3, secret = $2 WHERE id = $1", &values)?;
    Ok(())
}

/// A delivery was accepted now.
pub fn touch(tx: &mut Tx, id: WebhookId, now: Time) -> Result<(), StoreError> {
    tx.execute("UPDATE webhook SET seen = $2 WHERE id = $1", &[id.into(), now.into()])?;
    Ok(())
}

/// Removes it; whether it was there.
pub fn remove(tx: &mut Tx, id: WebhookId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM webhook WHERE id = $1", &[id.into()])? > 0)
}

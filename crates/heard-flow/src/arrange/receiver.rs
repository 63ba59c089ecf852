//! Receivers of alerts: made (the secret is shown once), changed, given a new secret, tried, removed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use heard_channels::couriers::webhook::{Signed, deliver};
use heard_channels::http::Address;
use heard_domain::alert::AlertKind;
use heard_domain::audit::{Act, Noun};
use heard_domain::id::ReceiverId;
use heard_domain::receiver::{LONGEST_ADDRESS, Receiver};
use heard_domain::scope::{Reach, Scope};
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::Tx;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::arrange::name::name;
use crate::error::FlowError;
use crate::flow::{Flow, need};
use crate::signature::{Delivery, PREFIX, sign};

/// The most receivers: each is told of every alert.
const MOST: usize = 20;

/// A receiver as it shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiverDraft {
    /// What it is for.
    pub name: String,
    /// Where deliveries go: `https://…`, at most 500 bytes.
    pub address: String,
    /// Of which alerts it is told; empty: of all.
    #[serde(default)]
    pub kinds: Vec<AlertKind>,
    /// Whether it is told.
    #[serde(default = "yes")]
    pub on: bool,
}

fn yes() -> bool {
    true
}

impl From<Receiver> for ReceiverDraft {
    fn from(receiver: Receiver) -> Self {
        let Receiver { name, address, kinds, on, .. } = receiver;
        Self { name, address, kinds, on }
    }
}

impl ReceiverDraft {
    fn checked(self) -> Result<Self, FlowError> {
        if self.address.len() > LONGEST_ADDRESS {
            return Err(FlowError::rule("address", format!("must have at most {LONGEST_ADDRESS} bytes")));
        }
        let address: Address = self.address.parse().map_err(|reason| FlowError::rule("address", format!("{reason}")))?;
        let mut kinds = self.kinds;
        kinds.sort_by_key(|kind| kind.code());
        kinds.dedup();
        Ok(Self { name: name("name", &self.name)?, address: address.to_string(), kinds, on: self.on })
    }
}

/// A receiver is told of what is heard anywhere: only who sees all of it may say where it goes.
fn all(scope: &Scope) -> Result<(), FlowError> {
    need(scope, Grant::Administer)?;
    if scope.reach == Reach::Everything { Ok(()) } else { Err(FlowError::Forbidden) }
}

/// All of them, by name.
pub async fn list(flow: &Flow, scope: &Scope) -> Result<Vec<Receiver>, FlowError> {
    all(scope)?;
    Ok(flow.store.read(scope, tables::receiver::list).await?)
}

/// One of them.
pub async fn get(flow: &Flow, scope: &Scope, id: ReceiverId) -> Result<Receiver, FlowError> {
    need(scope, Grant::Administer)?;
    // Out of sight is “not found”, as everywhere.
    all(scope).map_err(|_| FlowError::Missing("receiver"))?;
    let found = flow.store.read(scope, move |view| tables::receiver::get(view, id)).await?;
    found.ok_or(FlowError::Missing("receiver"))
}

fn taken(list: &[Receiver], but: Option<ReceiverId>, name: &str) -> Result<(), FlowError> {
    let same = |one: &&Receiver| Some(one.id) != but && one.name.eq_ignore_ascii_case(name);
    match list.iter().find(same) {
        Some(other) => Err(FlowError::Taken { field: "name", reason: format!("“{}” is there already", other.name) }),
        None => Ok(()),
    }
}

/// Makes one. Gives what is kept, and the secret: it is never shown again.
pub async fn add(flow: &Flow, scope: &Scope, draft: ReceiverDraft) -> Result<(Receiver, String), FlowError> {
    let there = list(flow, scope).await?;
    if there.len() >= MOST {
        return Err(FlowError::Conflict(format!("there are {MOST} receivers already: remove one first")));
    }
    let ReceiverDraft { name, address, kinds, on } = draft.checked()?;
    taken(&there, None, &name)?;
    let (id, since) = (ReceiverId(flow.id()), flow.now());
    let receiver = Receiver { id, name, address, kinds, on, since, delivered: None, failed: None, failure: None };
    let (kept, secret) = (receiver.clone(), new_secret(flow));
    let shown = secret.clone();
    let insert = move |tx: &mut Tx| {
        tables::receiver::insert(tx, &kept, &secret)?;
        let detail = json!({ "name": kept.name, "address": kept.address });
        tables::audit::note(tx, since, Act::Added, Noun::Receiver, id.0, &detail)
    };
    flow.store.write(scope, insert).await?;
    Ok((receiver, shown))
}

/// Changes it. Switched on again, it is told of what comes from then on.
pub async fn change(flow: &Flow, scope: &Scope, id: ReceiverId, draft: ReceiverDraft) -> Result<Receiver, FlowError> {
    let before = get(flow, scope, id).await?;
    let there = list(flow, scope).await?;
    let ReceiverDraft { name, address, kinds, on } = draft.checked()?;
    taken(&there, Some(id), &name)?;
    let receiver = Receiver { name, address, kinds, on, ..before };
    let (kept, now) = (receiver.clone(), flow.now());
    let update = move |tx: &mut Tx| {
        tables::receiver::update(tx, &kept)?;
        let detail = json!({ "name": kept.name, "address": kept.address, "on": kept.on });
        tables::audit::note(tx, now, Act::Changed, Noun::Receiver, id.0, &detail)
    };
    flow.store.write(scope, update).await?;
    Ok(receiver)
}

/// Gives it a new secret: what is delivered from now on is signed with it.
pub async fn rotate(flow: &Flow, scope: &Scope, id: ReceiverId) -> Result<(Receiver, String), FlowError> {
    let receiver = get(flow, scope, id).await?;
    let (secret, now) = (new_secret(flow), flow.now());
    let shown = secret.clone();
    let rotate = move |tx: &mut Tx| {
        tables::receiver::rotate(tx, id, &secret)?;
        tables::audit::note(tx, now, Act::Changed, Noun::Receiver, id.0, &json!({ "secret": "new" }))
    };
    flow.store.write(scope, rotate).await?;
    Ok((receiver, shown))
}

/// Removes it: what was not delivered yet is not delivered any more.
pub async fn remove(flow: &Flow, scope: &Scope, id: ReceiverId) -> Result<(), FlowError> {
    let receiver = get(flow, scope, id).await?;
    let now = flow.now();
    let remove = move |tx: &mut Tx| {
        if tables::receiver::remove(tx, id)? {
            tables::audit::note(tx, now, Act::Removed, Noun::Receiver, id.0, &json!({ "name": receiver.name }))?;
        }
        Ok(())
    };
    flow.store.write(scope, remove).await?;
    Ok(())
}

/// Sends it a delivery of type `test` now, and says why it was not taken, if it was not. Nothing of customers is in it.
pub async fn attempt(flow: &Flow, scope: &Scope, id: ReceiverId) -> Result<Option<String>, FlowError> {
    let receiver = get(flow, scope, id).await?;
    let secret = flow.store.read(scope, move |view| tables::receiver::secret(view, id)).await?.unwrap_or_default();
    let now = flow.now();
    let body = json!({ "type": "test", "timestamp": now, "data": { "receiver": receiver.id, "name": receiver.name } });
    let signed = signed(&secret, &format!("test_{}", flow.id()), now.0.div_euclid(1_000), body.to_string().into_bytes());
    let address: Address = receiver.address.parse().map_err(FlowError::internal)?;
    let client = flow.client()?;
    let tried = tokio::task::spawn_blocking(move || deliver(&client, &address, &signed)).await.map_err(FlowError::internal)?;
    let failure = tried.err().map(|untaken| untaken.to_string());
    let (kept, now) = (failure.clone(), flow.now());
    let outcome = move |tx: &mut Tx| {
        match kept {
            None => tables::receiver::took(tx, id, now)?,
            Some(reason) => tables::receiver::failed(tx, id, now, &reason, false)?,
        }
        tables::audit::note(tx, now, Act::Confirmed, Noun::Receiver, id.0, &json!({ "tried": true }))
    };
    flow.store.write(scope, outcome).await?;
    Ok(failure)
}

/// A delivery with its signature; `timestamp` in seconds since 1970.
pub(crate) fn signed(secret: &str, id: &str, timestamp: i64, body: Vec<u8>) -> Signed {
    let timestamp = timestamp.to_string();
    let delivery = Delivery { id, timestamp: &timestamp, signature: "", body: &body };
    let signature = sign(secret, &delivery).unwrap_or_default();
    Signed { id: id.to_owned(), timestamp, signature, body }
}

fn new_secret(flow: &Flow) -> String {
    format!("{PREFIX}{}", STANDARD.encode(flow.secret::<32>()))
}

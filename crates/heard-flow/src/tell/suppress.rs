//! Addresses that get no letters: their owners say so with one press, staff say so for them, and mail that comes back says it.

use heard_domain::audit::{Act, Noun, Who};
use heard_domain::mail::address;
use heard_domain::message::SuppressedWhy;
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::view::{Tx, View};
use serde_json::json;

use crate::act::customer::hashed;
use crate::error::FlowError;
use crate::flow::{Flow, need};

fn clean(given: &str) -> Result<String, FlowError> {
    address(given).ok_or_else(|| FlowError::rule("address", "must be an e-mail address like ann@example.org"))
}

/// How many addresses get no letters, by reason.
pub async fn tally(flow: &Flow, scope: &Scope) -> Result<Vec<(SuppressedWhy, u64)>, FlowError> {
    need(scope, Grant::Shape)?;
    Ok(flow.store.read(scope, tables::suppressed::tally).await?)
}

/// Why an address gets no letters; `None`: it gets them. Addresses cannot be listed: they are kept as hashes.
pub async fn look(flow: &Flow, scope: &Scope, given: &str) -> Result<Option<SuppressedWhy>, FlowError> {
    need(scope, Grant::Shape)?;
    let address = clean(given)?;
    Ok(flow.store.read(scope, move |view| tables::suppressed::why(view, &address)).await?)
}

/// An address gets no letters from now on, or gets them again. Whether anything is otherwise now.
pub async fn set(flow: &Flow, scope: &Scope, given: &str, suppressed: bool) -> Result<bool, FlowError> {
    need(scope, Grant::Shape)?;
    let (address, now) = (clean(given)?, flow.now());
    let write = move |tx: &mut Tx| {
        let hash = tables::suppressed::hash(tx, &address)?;
        let changed = if suppressed {
            tables::suppressed::add(tx, &hash, SuppressedWhy::Staff, now)?
        } else {
            tables::suppressed::remove(tx, &hash)?
        };
        if changed {
            let act = if suppressed { Act::Added } else { Act::Removed };
            tables::audit::note_of(tx, now, scope_who(tx), act, Noun::Suppressed, None, &json!({}))?;
        }
        Ok(changed)
    };
    Ok(flow.store.write(scope, write).await?)
}

fn scope_who(view: &View) -> Who {
    view.scope().actor.into()
}

/// Whether a secret of a letter can end letters.
pub async fn known(flow: &Flow, token: &str) -> Result<bool, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(false) };
    Ok(flow.store.read(&Scope::system(), move |view| tables::suppressed::by_token(view, &hash)).await?.is_some())
}

/// The owner of an address wants no more letters; false: the secret belongs to no letter. Twice is once.
pub async fn unsubscribe(flow: &Flow, token: &str) -> Result<bool, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(false) };
    let now = flow.now();
    let write = move |tx: &mut Tx| {
        let Some(address) = tables::suppressed::by_token(tx, &hash)? else { return Ok(false) };
        if tables::suppressed::add(tx, &address, SuppressedWhy::Unsubscribed, now)? {
            tables::audit::note_of(tx, now, Who::Nobody, Act::Added, Noun::Suppressed, None, &json!({ "why": "unsubscribed" }))?;
        }
        Ok(true)
    };
    Ok(flow.store.write(&Scope::system(), write).await?)
}

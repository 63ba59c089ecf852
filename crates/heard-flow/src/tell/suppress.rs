//! Addresses that get no letters, or none of a topic: their owners say so with one press, staff say so for them, and mail that comes
//! back says it.

use heard_domain::audit::{Act, Noun, Who};
use heard_domain::id::PersonId;
use heard_domain::mail::address;
use heard_domain::message::{SuppressedWhy, Topic};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::error::StoreError;
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

/// What an address gets of what nobody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Why it gets no letters at all.
    pub none: Option<SuppressedWhy>,
    /// Of what its owner wants no letters.
    pub unwanted: Vec<Topic>,
}

impl Wishes {
    fn of(view: &View, address: &str) -> Result<Self, StoreError> {
        let hash = tables::suppressed::hash(view, address)?;
        Ok(Self { none: tables::suppressed::why(view, address)?, unwanted: tables::suppressed::unwanted(view, &hash)? })
    }
}

/// The addresses (as their hashes) of which the owner of a secret may choose: that to which a letter went, or that to which a
/// conversation answers. Somebody who only has the page of a conversation without an address chooses nothing.
fn of_secret(view: &View, hash: &str) -> Result<Option<String>, StoreError> {
    if let Some(address) = tables::suppressed::by_token(view, hash)? {
        return Ok(Some(address));
    }
    let address = tables::thread::by_token(view, hash)?.and_then(|thread| thread.address);
    address.map(|address| tables::suppressed::hash(view, &address)).transpose()
}

/// Of what the owner of a secret wants no letters; `None`: the secret leads to no address.
pub async fn chosen(flow: &Flow, token: &str) -> Result<Option<Vec<Topic>>, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(None) };
    let look = move |view: &View| {
        let Some(address) = of_secret(view, &hash)? else { return Ok(None) };
        let none = tables::suppressed::barred(view, &address)?.contains(&SuppressedWhy::Unsubscribed);
        Ok(Some(if none { Topic::ALL.to_vec() } else { tables::suppressed::unwanted(view, &address)? }))
    };
    Ok(flow.store.read(&Scope::system(), look).await?)
}

/// The owner of a secret says of what they want no letters, and gets those of all else; false: the secret leads to no address. What
/// staff decided, and that an address does not exist, stays as it is.
pub async fn choose(flow: &Flow, token: &str, unwanted: &[Topic]) -> Result<bool, FlowError> {
    let Some(hash) = hashed(token) else { return Ok(false) };
    let now = flow.now();
    let unwanted = in_order(unwanted);
    let write = move |tx: &mut Tx| {
        let Some(address) = of_secret(tx, &hash)? else { return Ok(false) };
        let before = tables::suppressed::unwanted(tx, &address)?;
        // Who wants some letters takes back that they want none.
        let back = unwanted.len() < Topic::ALL.len() && tables::suppressed::take_back(tx, &address)?;
        if back || before != unwanted {
            tables::suppressed::set_unwanted(tx, &address, &unwanted, now)?;
            let codes: Vec<&str> = unwanted.iter().map(|topic| topic.code()).collect();
            tables::audit::note_of(tx, now, Who::Nobody, Act::Changed, Noun::Suppressed, None, &json!({ "unwanted": codes }))?;
        }
        Ok(true)
    };
    Ok(flow.store.write(&Scope::system(), write).await?)
}

/// What a person gets of what nobody asked for, at the first of their addresses; `None`: no address is known, or they are out of sight.
pub async fn of_person(flow: &Flow, scope: &Scope, person: PersonId) -> Result<Option<Wishes>, FlowError> {
    match wishes(flow, scope, person).await {
        Err(FlowError::Missing(_)) => Ok(None),
        found => found,
    }
}

/// The same of a person in sight; `None`: no address of theirs is known.
pub async fn wishes(flow: &Flow, scope: &Scope, person: PersonId) -> Result<Option<Wishes>, FlowError> {
    need(scope, Grant::ReadPersons)?;
    let look = move |view: &View| {
        if tables::person::many(view, &[person])?.is_empty() {
            return Ok(None);
        }
        let first = tables::person::addresses(view, person)?.into_iter().next();
        Ok(Some(first.map(|address| Wishes::of(view, &address)).transpose()?))
    };
    flow.store.read(scope, look).await?.ok_or(FlowError::Missing("person"))
}

/// Staff say for a person of what they want no letters, at every address that is known of them; of all else they want letters. What bars
/// an address altogether stays as it is: it has a wish of its own.
pub async fn wish(flow: &Flow, scope: &Scope, person: PersonId, unwanted: &[Topic]) -> Result<Wishes, FlowError> {
    need(scope, Grant::Shape)?;
    need(scope, Grant::ReadPersons)?;
    let (wanted, now) = (in_order(unwanted), flow.now());
    let write = move |tx: &mut Tx| {
        if tables::person::many(tx, &[person])?.is_empty() {
            return Ok(Err(FlowError::Missing("person")));
        }
        let addresses = tables::person::addresses(tx, person)?;
        let Some(first) = addresses.first() else {
            return Ok(Err(FlowError::Conflict("no e-mail address of this person is known: they get no letters".to_owned())));
        };
        let mut changed = false;
        for address in &addresses {
            let hash = tables::suppressed::hash(tx, address)?;
            if tables::suppressed::unwanted(tx, &hash)? != wanted {
                tables::suppressed::set_unwanted(tx, &hash, &wanted, now)?;
                changed = true;
            }
        }
        if changed {
            let codes: Vec<&str> = wanted.iter().map(|topic| topic.code()).collect();
            let detail = json!({ "unwanted": codes, "person": person });
            tables::audit::note_of(tx, now, scope_who(tx), Act::Changed, Noun::Suppressed, None, &detail)?;
        }
        Ok(Ok(Wishes::of(tx, first)?))
    };
    flow.store.write(scope, write).await?
}

/// Each topic once, in the order in which they are kept.
fn in_order(topics: &[Topic]) -> Vec<Topic> {
    let mut all: Vec<Topic> = Topic::ALL.iter().copied().filter(|topic| topics.contains(topic)).collect();
    all.sort_by_key(|topic| topic.code());
    all
}

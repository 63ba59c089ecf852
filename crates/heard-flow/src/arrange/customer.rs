//! Customers and what happened to them, as lists: accounts, persons, exposures, events. Who saw personal data is on record.

use heard_domain::operation::{Event, Exposure};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use heard_store::tables::account::AccountState;
use heard_store::tables::person::PersonState;

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// Accounts in sight after this name, whose name holds these words.
pub async fn accounts(
    flow: &Flow,
    scope: &Scope,
    after: String,
    words: String,
    limit: usize,
) -> Result<Vec<AccountState>, FlowError> {
    need(scope, Grant::ReadPersons)?;
    Ok(flow.store.read(scope, move |view| tables::account::page(view, &after, &words, limit)).await?)
}

/// Persons in sight.
pub async fn persons(
    flow: &Flow,
    scope: &Scope,
    wanted: tables::person::Wanted,
    limit: usize,
) -> Result<Vec<PersonState>, FlowError> {
    need(scope, Grant::ReadPersons)?;
    let found = flow.store.read(scope, move |view| tables::person::page(view, &wanted, limit)).await?;
    flow.saw(scope, found.iter().map(|seen| seen.person.id));
    Ok(found)
}

/// Exposures, latest day first.
pub async fn exposures(
    flow: &Flow,
    scope: &Scope,
    wanted: tables::exposure::Wanted,
    skip: u64,
    limit: usize,
) -> Result<Vec<Exposure>, FlowError> {
    need(scope, Grant::ReadFigures)?;
    Ok(flow.store.read(scope, move |view| tables::exposure::list(view, &wanted, skip, limit)).await?)
}

/// Events, latest first.
pub async fn events(flow: &Flow, scope: &Scope, wanted: tables::event::Wanted, limit: usize) -> Result<Vec<Event>, FlowError> {
    need(scope, Grant::ReadPersons)?;
    let found = flow.store.read(scope, move |view| tables::event::list(view, &wanted, limit)).await?;
    flow.saw(scope, found.iter().filter_map(|event| event.person));
    Ok(found)
}

//! Accounts are made known: what each is worth, when it renews, and whether it is one of those that are watched most.

use heard_domain::account::Account;
use heard_domain::audit::{Act, Noun};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use serde_json::json;

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// Makes accounts, or changes all that is known of them. Feedback that names one of them finds it from then on.
pub async fn keep(flow: &Flow, scope: &Scope, accounts: Vec<Account>) -> Result<(), FlowError> {
    need(scope, Grant::Import)?;
    let now = flow.now();
    let save = move |tx: &mut _| {
        accounts.iter().try_for_each(|account| tables::account::save(tx, account))?;
        tables::audit::note(tx, now, Act::Changed, Noun::Account, None, &json!({ "n": accounts.len() }))
    };
    Ok(flow.store.write(scope, save).await?)
}

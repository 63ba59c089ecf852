//! What became of operational data that a program handed over: the same answer for accounts, persons, exposures and events.

use heard_domain::operation::Entry;
use heard_flow::hear::entries::{Became, Thing, take};
use heard_store::tables::change::Wrote;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::problem::{InvalidParam, Problem};
use crate::state::AppState;
use crate::viewer::Caller;

heard_domain::words! {
    /// What became of one item.
    KeptOutcome {
        /// It is new.
        Added = "added", "Added";
        /// It was there, and is different now.
        Changed = "changed", "Changed";
        /// It was there already, like this: nothing was done.
        Known = "known", "Known";
        /// It breaks a rule; nothing of it was kept.
        Refused = "refused", "Refused";
    }
}

/// What became of one item.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeptItem {
    /// What became of it.
    pub outcome: KeptOutcome,
    /// Which account, person or event it is; exposures have none.
    pub id: Option<String>,
    /// Why it was refused, or which values had to be left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid_params: Vec<InvalidParam>,
}

/// What became of each item, in the order given.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct KeptList {
    /// One an item.
    pub results: Vec<KeptItem>,
}

/// Keeps a batch.
pub async fn keep(state: &AppState, caller: &Caller, entries: Vec<Entry>) -> Result<KeptList, Problem> {
    if entries.is_empty() {
        return Err(Problem::field("items", "is empty"));
    }
    let became = take(&state.flow, &caller.scope, entries).await?;
    Ok(KeptList { results: became.into_iter().map(item).collect() })
}

fn item(became: Became) -> KeptItem {
    match became {
        Became::Refused(bad) => KeptItem {
            outcome: KeptOutcome::Refused,
            id: None,
            invalid_params: vec![InvalidParam { name: bad.field, reason: bad.reason }],
        },
        Became::Kept(thing, wrote, left_out) => KeptItem {
            outcome: match wrote {
                Wrote::Added => KeptOutcome::Added,
                Wrote::Changed => KeptOutcome::Changed,
                Wrote::Known => KeptOutcome::Known,
            },
            id: match thing {
                Thing::Account(id) => Some(id.to_string()),
                Thing::Person(id) => Some(id.to_string()),
                Thing::Event(id) => Some(id.to_string()),
                Thing::Exposures => None,
            },
            invalid_params: left_out.into_iter().map(|bad| InvalidParam { name: bad.field, reason: bad.reason }).collect(),
        },
    }
}

/// An answer for the documentation.
pub fn example(id: Option<&str>) -> Value {
    json!({ "results": [{ "outcome": "added", "id": id }] })
}

//! Accounts: listed and handed over.

use axum::Json;
use axum::extract::State;
use heard_domain::account::Account;
use heard_domain::operation::{Entry, NewAccount};
use heard_flow::arrange::customer;
use heard_store::tables::account::AccountState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::kept::{KeptList, example as kept_example, keep};
use crate::api::v1::sight::{one, unknown};
use crate::extract::{Asked, Body};
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// Accounts to be kept.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountBatch {
    /// 1 to 1,000.
    pub items: Vec<NewAccount>,
}

/// An account with its properties.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccountShown {
    /// The account.
    #[serde(flatten)]
    pub account: Account,
    /// Name and value of further properties.
    pub attributes: Vec<(String, String)>,
}

/// Accounts, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AccountList {
    /// The accounts in sight.
    pub items: Vec<AccountShown>,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

/// Which accounts.
#[derive(JsonSchema, Serialize)]
pub struct AccountParameters {
    /// Part of the name.
    #[serde(default)]
    words: Option<String>,
    /// `next` of the page before.
    #[serde(default)]
    cursor: Option<String>,
    /// How many at most: 1 to 1,000, 200 if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// The number of things on a page.
pub fn limit(value: &str) -> Result<usize, Problem> {
    let limit = one::<usize>("limit", value)?;
    if (1..=1000).contains(&limit) { Ok(limit) } else { Err(Problem::field("limit", "must be 1 to 1000")) }
}

/// Lists the accounts in sight.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<AccountList>, Problem> {
    let (mut words, mut after, mut most) = (String::new(), String::new(), 200);
    for (name, value) in pairs {
        match name.as_str() {
            "words" => words = value.chars().take(200).collect(),
            "cursor" => after = value.chars().take(400).collect(),
            "limit" => most = limit(&value)?,
            _ => unknown(&[(name, value)])?,
        }
    }
    let mut found = customer::accounts(&state.flow, &caller.scope, after, words, most + 1).await?;
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| last.account.name.clone());
    let shown = |AccountState { account, attributes }| AccountShown { account, attributes };
    Ok(Json(AccountList { items: found.into_iter().map(shown).collect(), next }))
}

/// Keeps accounts.
pub async fn offer(
    State(state): State<AppState>,
    caller: Caller,
    Body(batch): Body<AccountBatch>,
) -> Result<Json<KeptList>, Problem> {
    Ok(Json(keep(&state, &caller, batch.items.into_iter().map(Entry::Account).collect()).await?))
}

fn new() -> Value {
    json!({
        "name": "Acme Oy", "yearly_value": { "minor": 12_000_000, "currency": "EUR" }, "renewal": "2027-01-31", "key_account": true,
        "attributes": [["segment", "Enterprise"]],
    })
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let mut shown = new();
    shown["id"] = "729382736123".into();
    Doc::new("listAccounts", "Operational data", "List accounts, by name.").query::<AccountParameters>().answers::<AccountList>(
        200,
        "One page",
        json!({ "items": [shown], "next": null }),
    )
}

/// Documents [`offer`].
pub fn offer_doc() -> Doc {
    Doc::new("keepAccounts", "Operational data", "Hand over accounts: the same name is the same account, what is not said stays.")
        .takes::<AccountBatch>(json!({ "items": [new()] }))
        .answers::<KeptList>(200, "What became of each", kept_example(Some("729382736123")))
}

//! The audit log: who changed or saw what, and whether its chain holds.

use axum::Json;
use axum::extract::State;
use heard_domain::audit::{Act, AuditKind, Entry, Noun, Sought, Verdict, Who};
use heard_domain::time::{Day, Time, Zone};
use heard_flow::arrange::audit;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api::v1::sight::{one, unknown};
use crate::extract::Asked;
use crate::problem::Problem;
use crate::route::Doc;
use crate::state::AppState;
use crate::viewer::Caller;

/// An entry of the log.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EntryShown {
    /// Its number: 1, 2, 3 … without gaps.
    pub number: i64,
    /// When.
    pub at: Time,
    /// Who: `user:` or `token:` with an identifier, `heard` (background work, the command line), or `nobody` (not signed in).
    pub who: String,
    /// What was done.
    pub act: Act,
    /// To what.
    pub what: Noun,
    /// Its identifier, where it is one thing.
    pub id: Option<String>,
    /// What else is worth knowing; no personal data, no secret.
    pub detail: Value,
    /// SHA-256 over the hash of the entry before and all of this.
    pub hash: String,
}

impl From<Entry> for EntryShown {
    fn from(entry: Entry) -> Self {
        let Entry { seq, at, who, act, noun, id, detail, hash } = entry;
        Self { number: seq, at, who: code(who), act, what: noun, id: id.map(|id| id.to_string()), detail, hash }
    }
}

/// Who it is, as one word of an address.
pub fn code(who: Who) -> String {
    who.id().map_or_else(|| who.code().to_owned(), |id| format!("{}:{id}", who.code()))
}

/// One page of the log, newest first.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct EntryList {
    /// The entries.
    pub items: Vec<EntryShown>,
    /// How many fit in all.
    pub total: u64,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

/// Which entries are asked for.
#[derive(JsonSchema, Serialize)]
pub struct AuditParameters {
    /// Who did it, as the log says it: `user:729382736001`, `token:729382736700`, `heard`, `nobody`.
    #[serde(default)]
    who: Option<String>,
    /// To what it was done.
    #[serde(default)]
    what: Option<Noun>,
    /// Which kind of entries.
    #[serde(default)]
    kind: Option<AuditKind>,
    /// The first day, in the company's time zone.
    #[serde(default)]
    from: Option<Day>,
    /// The last day.
    #[serde(default)]
    to: Option<Day>,
    /// `next` of the page before.
    #[serde(default)]
    #[schemars(regex(pattern = "^[0-9]{1,18}$"))]
    cursor: Option<String>,
    /// How many at most: 1 to 1,000, 100 if not said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// Takes what narrows the log out of the parameters, and leaves the others.
pub fn sought(pairs: Vec<(String, String)>, zone: &Zone) -> Result<(Sought, Vec<(String, String)>), Problem> {
    let (mut sought, mut others) = (Sought::default(), Vec::new());
    for (name, value) in pairs {
        match name.as_str() {
            "who" => sought.who = Some(who(&value)?),
            "what" => sought.noun = Some(one("what", &value)?),
            "kind" => sought.kind = Some(one("kind", &value)?),
            "from" => sought.from = Some(zone.start(one("from", &value)?)),
            "to" => sought.until = Some(zone.start(one::<Day>("to", &value)? + 1)),
            _ => others.push((name, value)),
        }
    }
    Ok((sought, others))
}

fn who(value: &str) -> Result<Who, Problem> {
    let known = match value.split_once(':') {
        Some((code, id)) => id.parse().ok().filter(|id| *id > 0).and_then(|id| Who::of(code, Some(id))),
        None => Who::of(value, None),
    };
    known.ok_or_else(|| Problem::field("who", "must be like user:12, token:12, heard or nobody"))
}

/// Lists entries.
pub async fn list(State(state): State<AppState>, caller: Caller, Asked(pairs): Asked) -> Result<Json<EntryList>, Problem> {
    let (sought, others) = sought(pairs, &state.flow.directory().company.zone)?;
    let (mut limit, mut before) = (100, None);
    let mut rest = Vec::new();
    for (name, value) in others {
        match name.as_str() {
            "limit" => limit = one::<usize>("limit", &value)?,
            "cursor" => before = Some(value.parse().map_err(|_| Problem::field("cursor", "is not a “next” of a page"))?),
            _ => rest.push((name, value)),
        }
    }
    unknown(&rest)?;
    if !(1..=1000).contains(&limit) {
        return Err(Problem::field("limit", "must be 1 to 1000"));
    }
    let listed = audit::list(&state.flow, &caller.scope, &sought, before, limit).await?;
    let items = listed.entries.into_iter().map(EntryShown::from).collect();
    Ok(Json(EntryList { items, total: listed.total, next: listed.more.map(|seq| seq.to_string()) }))
}

/// Documents [`list`].
pub fn list_doc() -> Doc {
    let entry = json!({
        "number": 4711, "at": "2026-03-22T14:05:00Z", "who": "user:729382736001", "act": "changed", "what": "user",
        "id": "729382736002", "detail": { "role": ["analyst", "admin"] },
        "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    });
    Doc::new("listAuditEntries", "Settings", "List who changed or saw what, newest first.")
        .query::<AuditParameters>()
        .answers::<EntryList>(200, "The entries", json!({ "items": [entry], "total": 4711, "next": "4711" }))
}

/// What checking the chain found.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Chain {
    /// Whether every entry is what was written, and none is missing between the first and the last.
    pub whole: bool,
    /// How many entries were checked.
    pub entries: u64,
    /// The number of the last entry that fits.
    pub last: Option<i64>,
    /// Its hash. Kept elsewhere, it shows later whether the end of the log was cut off or written anew.
    pub hash: Option<String>,
    /// The number of the first entry that does not fit.
    pub broken_at: Option<i64>,
    /// What is wrong with it.
    pub reason: Option<String>,
}

impl From<Verdict> for Chain {
    fn from(verdict: Verdict) -> Self {
        let (last, hash) = verdict.head.unzip();
        let whole = verdict.broken.is_none();
        let (broken_at, reason) = verdict.broken.unzip();
        Self { whole, entries: verdict.entries, last, hash, broken_at, reason }
    }
}

/// Checks the chain.
pub async fn chain(State(state): State<AppState>, caller: Caller) -> Result<Json<Chain>, Problem> {
    Ok(Json(audit::verify(&state.flow, &caller.scope).await?.into()))
}

/// Documents [`chain`].
pub fn chain_doc() -> Doc {
    let example = json!({
        "whole": true, "entries": 4711, "last": 4711, "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "broken_at": null, "reason": null,
    });
    Doc::new("checkAuditChain", "Settings", "Check that no entry of the audit log was changed or taken out.").answers::<Chain>(
        200,
        "What was found",
        example,
    )
}

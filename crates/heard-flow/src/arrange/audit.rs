//! The audit log, looked at: page by page, as a file, checked for gaps; and cut back where a person wants it.

use std::collections::BTreeMap;

use heard_channels::export::line::line;
use heard_domain::audit::{Act, Entry, Noun, Sought, Verdict, Who};
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Time};
use heard_domain::user::Grant;
use heard_store::error::StoreError;
use heard_store::tables;
use heard_store::view::View;
use serde_json::{Value, json};

use crate::error::FlowError;
use crate::flow::{Flow, need};

/// The most entries of one file: more are asked for period by period.
pub const MOST_IN_FILE: usize = 100_000;

/// One page of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The entries, newest first.
    pub entries: Vec<Entry>,
    /// How many fit in all.
    pub total: u64,
    /// The number before which the next page begins; `None` at the end.
    pub more: Option<i64>,
    /// Who is meant, by name.
    pub names: Names,
}

/// What users and tokens are called, also by the log's own words.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Names {
    users: BTreeMap<i64, String>,
    tokens: BTreeMap<i64, String>,
    posts: BTreeMap<i64, String>,
}

impl Names {
    fn load(view: &View, posts: BTreeMap<i64, String>) -> Result<Self, StoreError> {
        Ok(Self {
            users: tables::user::list(view)?.into_iter().map(|user| (user.id.0, user.name)).collect(),
            tokens: tables::token::list(view)?.into_iter().map(|token| (token.id.0, token.name)).collect(),
            posts,
        })
    }

    /// Everybody who can be asked for, in the order of their names: users, then tokens.
    pub fn everybody(&self) -> Vec<(Who, String)> {
        let of = |list: &BTreeMap<i64, String>, code: &str| -> Vec<(Who, String)> {
            let mut all: Vec<_> = list.iter().filter_map(|(id, name)| Some((Who::of(code, Some(*id))?, name.clone()))).collect();
            all.sort_by(|a, b| a.1.cmp(&b.1));
            all
        };
        let mut all = of(&self.users, "user");
        all.extend(of(&self.tokens, "token").into_iter().map(|(who, name)| (who, format!("Token “{name}”"))));
        all.extend([Who::Heard, Who::Nobody].map(|who| (who, self.who(who))));
        all
    }

    /// Who did it.
    pub fn who(&self, who: Who) -> String {
        match who {
            Who::User(id) => self.users.get(&id.0).cloned().unwrap_or_else(|| format!("User {id}")),
            Who::Token(id) => {
                self.tokens.get(&id.0).map_or_else(|| format!("A token that is gone ({id})"), |name| format!("Token “{name}”"))
            }
            Who::Heard => "Heard itself".to_owned(),
            Who::Nobody => "Nobody signed in".to_owned(),
        }
    }

    /// To what it was done: the noun, with a name where the company gave one.
    pub fn what(&self, entry: &Entry) -> String {
        let label = entry.noun.label();
        let Some(id) = entry.id else { return label.to_owned() };
        let known = match entry.noun {
            Noun::User => self.users.get(&id),
            Noun::Token => self.tokens.get(&id),
            Noun::Post => self.posts.get(&id),
            _ => None,
        };
        match known.map(String::as_str).or_else(|| entry.detail.get("name")?.as_str()) {
            Some(name) => format!("{label} “{name}”"),
            None => format!("{label} {id}"),
        }
    }
}

/// What else is known of an entry, in one line; long lists are cut.
pub fn words(entry: &Entry) -> String {
    let Some(fields) = entry.detail.as_object() else { return String::new() };
    let told = fields.iter().filter(|(key, value)| *key != "name" && !matches!(value, Value::Null) && **value != json!([]));
    let line = told.map(|(key, value)| format!("{key}: {}", plain(value))).collect::<Vec<_>>().join(" · ");
    if line.chars().count() > 300 { line.chars().take(299).chain(['…']).collect() } else { line }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| format!("{key} {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
        Value::Number(n) => n.to_string(),
    }
}

/// The newest entries that fit, before number `before` if it is given.
pub async fn list(flow: &Flow, scope: &Scope, sought: &Sought, before: Option<i64>, limit: usize) -> Result<Listed, FlowError> {
    need(scope, Grant::ReadAudit)?;
    let sought = sought.clone();
    let posts: BTreeMap<i64, String> = flow.directory().posts.iter().map(|post| (post.id.0, post.name.clone())).collect();
    let read = flow.store.read(scope, move |view| {
        let mut entries = tables::audit::list(view, &sought, before, limit + 1)?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let more = entries.last().filter(|_| more).map(|entry| entry.seq);
        let total = tables::audit::count(view, &sought)?;
        Ok(Listed { entries, total, more, names: Names::load(view, posts)? })
    });
    Ok(read.await?)
}

/// The entries that fit as comma-separated values, newest first, at most [`MOST_IN_FILE`]; that it was taken is noted.
pub async fn file(flow: &Flow, scope: &Scope, sought: &Sought) -> Result<String, FlowError> {
    let listed = list(flow, scope, sought, None, MOST_IN_FILE).await?;
    let (now, n) = (flow.now(), listed.entries.len());
    flow.store.write(scope, move |tx| tables::audit::note(tx, now, Act::Exported, Noun::Audit, None, &json!({ "n": n }))).await?;
    let mut text = line(&["number", "time", "actor", "actor id", "name", "act", "what", "id", "detail", "hash"]);
    for entry in &listed.entries {
        let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
        text.push_str(&line(&[
            entry.seq.to_string(),
            entry.at.to_string(),
            entry.who.code().to_owned(),
            id(entry.who.id()),
            listed.names.who(entry.who),
            entry.act.code().to_owned(),
            entry.noun.code().to_owned(),
            id(entry.id),
            entry.detail.to_string(),
            entry.hash.clone(),
        ]));
    }
    Ok(text)
}

/// Follows the chain of hashes to its end or its first break.
pub async fn verify(flow: &Flow, scope: &Scope) -> Result<Verdict, FlowError> {
    need(scope, Grant::ReadAudit)?;
    Ok(flow.store.read(scope, tables::audit::verify).await?)
}

/// Whether the log holds an entry with this hash: one that was written down earlier.
pub async fn holds(flow: &Flow, scope: &Scope, hash: &str) -> Result<bool, FlowError> {
    need(scope, Grant::ReadAudit)?;
    let hash = hash.trim().to_lowercase();
    Ok(flow.store.read(scope, move |view| tables::audit::holds(view, &hash)).await?)
}

/// Removes what was noted before a day; the chain goes on from its last hash, and that it was cut is noted.
pub async fn forget(flow: &Flow, scope: &Scope, before: Day) -> Result<u64, FlowError> {
    need(scope, Grant::Administer)?;
    let (at, now): (Time, Time) = (flow.directory().company.zone.start(before), flow.now());
    let forget = move |tx: &mut _| {
        let n = tables::audit::forget(tx, at)?;
        if n > 0 {
            tables::audit::note(tx, now, Act::Removed, Noun::Audit, None, &json!({ "n": n, "before": before.to_string() }))?;
        }
        Ok(n)
    };
    Ok(flow.store.write(scope, forget).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_told_in_one_line() {
        let entry = Entry {
            seq: 1,
            at: Time(0),
            who: Who::Heard,
            act: Act::Changed,
            noun: Noun::User,
            id: Some(7),
            detail: json!({ "name": "x", "role": ["analyst", "admin"], "posts": [], "active": true }),
            hash: String::new(),
        };
        assert_eq!(words(&entry), "active: yes · role: analyst, admin");
        assert_eq!(Names::default().what(&entry), "User “x”");
    }
}

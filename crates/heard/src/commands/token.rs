//! `heard token`: tokens of integrators, made on the machine itself.

use heard_domain::id::{PostId, TokenId};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_flow::arrange::token::{self, TokenDraft};
use heard_store::tables;
use serde_json::json;

use crate::cli::Token;
use crate::config::root::Config;
use crate::say;
use crate::wiring;

/// Makes, lists, or takes back.
pub async fn run(config: &Config, wanted: Token) -> anyhow::Result<()> {
    let flow = wiring::flow(&config.data)?;
    let scope = Scope::system();
    match wanted {
        Token::Add { name, scope: grants, post } => {
            let post: Option<PostId> = post.map(|id| id.parse()).transpose()?;
            let (made, secret) = token::make(&flow, &scope, TokenDraft { name, grants, post, expires: None }).await?;
            say::talk(&format!("Token {} is made. It is shown only now:", made.id));
            say::data(&secret)
        }
        Token::List { json } => {
            let tokens = flow.store.read(&scope, tables::token::list).await?;
            if json {
                let shown: Vec<_> = tokens
                    .iter()
                    .map(|t| json!({ "id": t.id, "name": t.name, "scopes": t.grants, "post": t.post, "since": t.since, "expires": t.expires, "seen": t.seen }))
                    .collect();
                return say::json(&shown);
            }
            let at = |time: Option<Time>| time.map_or("never".to_owned(), |time| time.to_string());
            let rows: Vec<_> = tokens
                .iter()
                .map(|t| {
                    let grants: Vec<_> = t.grants.iter().map(|grant| grant.code()).collect();
                    vec![t.id.to_string(), say::tame(&t.name), grants.join(","), at(t.expires), at(t.seen)]
                })
                .collect();
            say::table(&["id", "name", "scopes", "expires", "last used"], &rows)
        }
        Token::Remove { id } => {
            let id: TokenId = id.parse()?;
            token::remove(&flow, &scope, id).await?;
            say::talk("It is dead at once.");
            Ok(())
        }
    }
}

//! The walk of `docs/API.md` from a comment to a proven fix is walked, line by line.

use std::collections::BTreeMap;

use axum::http::Method;
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_flow::work::drain;
use serde_json::Value;

use crate::site::Site;

/// One line of the walk: what is asked, what is sent, and what is said after the arrow.
struct Line {
    method: Method,
    path: String,
    body: String,
    then: Option<String>,
}

fn lines(document: &str) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    for block in document.split("```http\n").skip(1) {
        for line in block.split("```").next().unwrap().lines() {
            let verb = line.split(' ').next().unwrap();
            if let ("GET" | "POST" | "PUT" | "PATCH" | "DELETE", Ok(method)) = (verb, verb.parse()) {
                let (asked, then) = line.split_once(" → ").map_or((line, None), |(asked, then)| (asked, Some(then.to_owned())));
                let path = asked.split(' ').nth(1).unwrap().to_owned();
                found.push(Line { method, path, body: String::new(), then });
            } else {
                found.last_mut().unwrap().body.push_str(line);
            }
        }
    }
    found
}

#[tokio::test]
async fn the_walk_from_a_comment_to_a_proven_fix_works() {
    let lines = lines(include_str!("../../../../docs/API.md"));
    assert!(lines.len() > 25, "only {} lines were found", lines.len());
    let site = Site::with_users().await;
    let admin = site.users[&Role::Admin].clone();
    let scope = Scope::of_user(&admin);
    let (_, token) = heard_flow::arrange::token::add(&site.flow, &scope, "walk", Grant::ALL.to_vec(), None).await.unwrap();
    let mut names: BTreeMap<String, String> = BTreeMap::from([("$ME".to_owned(), admin.id.to_string())]);
    for Line { method, path, body, then } in lines {
        let filled =
            |text: &str| names.iter().rev().fold(text.to_owned(), |text, (name, value)| text.replace(name.as_str(), value));
        let (path, body) = (filled(&path), filled(&body));
        assert!(!path.contains('$') && !body.contains('$'), "a name is not known: {path} {body}");
        let sent: Option<Value> =
            (!body.is_empty()).then(|| serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")));
        let answer = site.call(method.clone(), &path, Some(&token), sent).await;
        let refused = then.as_ref().and_then(|then| then.parse::<u16>().ok());
        match refused {
            Some(status) => assert_eq!(answer.status.as_u16(), status, "{method} {path} {body}: {}", answer.body),
            None => assert!(answer.status.is_success(), "{method} {path} {body}: {} {}", answer.status, answer.body),
        }
        drain(&site.flow).await.unwrap();
        if let Some(name) = then.filter(|_| refused.is_none()) {
            let id = answer.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {}", answer.body)).to_owned();
            names.insert(format!("${name}"), id);
        }
    }
}

//! One key, one feedback: however many hand it over at once, and whatever else they say under it later.

use std::collections::BTreeSet;
use std::thread;
use std::time::Instant;

use serde_json::json;

use crate::client;
use crate::folder::{Folder, Truth, feedback, post};
use crate::torture::report;

#[test]
fn a_hundred_at_once_with_one_key_leave_one() {
    once(Truth::Sqlite);
}

#[test]
fn a_hundred_at_once_with_one_key_leave_one_on_postgres() {
    once(Truth::Postgres);
}

fn once(truth: Truth) {
    let begun = Instant::now();
    let folder = Folder::on(truth);
    let token = folder.token();
    let (server, _) = folder.serve();
    let to = server.address;
    let post = post(to, &token, "Once");
    for round in 0..3 {
        let body = feedback(&post, &format!("key-{round}"), "The crew was kind");
        let hands: Vec<_> = (0..100)
            .map(|_| {
                let (body, token) = (body.clone(), token.clone());
                thread::spawn(move || client::post(to, "/api/v1/feedback", &token, &body).unwrap())
            })
            .collect();
        let answers: Vec<_> = hands.into_iter().map(|hand| hand.join().unwrap()).collect();
        let ids: BTreeSet<String> = answers.iter().map(|answer| answer.body["id"].to_string()).collect();
        let first = answers.iter().filter(|answer| answer.status == 201).count();
        let known = answers.iter().filter(|answer| answer.status == 200 && answer.body["outcome"] == "known").count();
        assert_eq!((ids.len(), first, known), (1, 1, 99), "{answers:?}");
        let other = feedback(&post, &format!("key-{round}"), "Other words");
        let refused = client::post(to, "/api/v1/feedback", &token, &other).unwrap();
        assert_eq!((refused.status, refused.body["invalid_params"][0]["name"].as_str()), (422, Some("key")), "{refused:?}");
    }
    server.kill();
    folder.assert_whole();
    assert_eq!(folder.number("SELECT count(*) FROM feedback"), 3);
    report(
        "100 at once with one key, three times",
        truth.name(),
        "1 row each, one identifier; other words: 422",
        begun.elapsed(),
    );
}

#[test]
fn what_many_say_at_once_is_kept_as_if_one_came_after_the_other() {
    at_once(Truth::Sqlite);
}

#[test]
fn what_many_say_at_once_is_kept_as_if_one_came_after_the_other_on_postgres() {
    at_once(Truth::Postgres);
}

/// Sixty at once say who they are in three ways, and name a scale, an attribute and an account that nobody knows yet. Every
/// sixth of them says something that cannot be kept.
fn at_once(truth: Truth) {
    const MANY: usize = 60;
    let folder = Folder::on(truth);
    let token = folder.token();
    let (server, _) = folder.serve();
    let to = server.address;
    let posts = [post(to, &token, "Here"), post(to, &token, "There")];
    let hands: Vec<_> = (0..MANY)
        .map(|n| {
            let mut body = feedback(&posts[n % 2], &format!("key-{}", n / 2 % 20), "The crew was kind");
            let handles = [("email", "ann@example.com"), ("loyalty", "7"), ("email", "bo@example.com")];
            let (kind, handle) = handles[n % 3];
            body["author"] = json!({
                "name": "Ann", "account": "Acme", "identities": [{ "kind": kind, "handle": handle }]
            });
            body["ratings"] = json!([{ "scale": "Kindness", "formula": "nps", "value": 9 }]);
            body["attributes"] = json!([["Route", "Lisbon"], ["Seat", (n % 5).to_string()]]);
            if n % 6 == 5 {
                body["key"] = json!("");
            }
            let token = token.clone();
            thread::spawn(move || client::post(to, "/api/v1/feedback", &token, &body).unwrap())
        })
        .collect();
    let answers: Vec<_> = hands.into_iter().map(|hand| hand.join().unwrap()).collect();
    for (n, answer) in answers.iter().enumerate() {
        let fits = if n % 6 == 5 { answer.status == 422 } else { [200, 201, 422].contains(&answer.status) };
        assert!(fits, "{n}: {answer:?}");
    }
    let added = answers.iter().filter(|answer| answer.status == 201).count() as i64;
    let ids: BTreeSet<String> =
        answers.iter().filter(|answer| answer.status < 300).map(|answer| answer.body["id"].to_string()).collect();
    server.kill();
    folder.assert_whole();
    assert_eq!((folder.number("SELECT count(*) FROM feedback"), ids.len() as i64), (added, added));
    assert!(added >= 20, "{added}");
    for (table, there) in [("person", 3), ("identity", 3), ("account", 1), ("attribute", 2), ("attribute_value", 6), ("scale", 1)]
    {
        assert_eq!(folder.number(&format!("SELECT count(*) FROM {table}")), there, "{table}, {}", truth.name());
    }
}

//! One key, one feedback: however many hand it over at once, and whatever else they say under it later.

use std::collections::BTreeSet;
use std::thread;
use std::time::Instant;

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

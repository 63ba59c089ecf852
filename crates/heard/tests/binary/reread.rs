//! Killed while all comments are read again after a change of the categories: it goes on where it was, and in the end every
//! comment was read by the present version, counted once.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client;
use crate::folder::{Folder, Truth, post};
use crate::torture::report;

/// So many comments: several batches.
const COMMENTS: usize = 4_000;
const BATCH: usize = 1_000;

#[test]
fn a_killed_re_reading_goes_on() {
    killed(Truth::Sqlite);
}

#[test]
fn a_killed_re_reading_goes_on_on_postgres() {
    killed(Truth::Postgres);
}

fn killed(truth: Truth) {
    let begun = Instant::now();
    let folder = Folder::on(truth);
    let token = folder.token();
    let (mut server, _) = folder.serve();
    let place = post(server.address, &token, "Desk");
    let text = |n: usize| {
        if n.is_multiple_of(4) { format!("Number {n} waited at the turnstile.") } else { format!("Number {n} was kind.") }
    };
    for batch in 0..COMMENTS / BATCH {
        let one = |n: usize| json!({ "key": format!("k{n}"), "at": "2026-02-03T10:00:00Z", "text": text(n) });
        let all: Vec<_> = (batch * BATCH..(batch + 1) * BATCH).map(one).collect();
        let answer =
            client::post(server.address, "/api/v1/feedback", &token, &json!({ "post": place, "feedback": all })).unwrap();
        assert!(answer.status < 300, "{}", answer.body);
    }
    let category = json!({ "change": { "do": "add", "category": { "name": "Turnstile", "watch_words": ["turnstile*"] } } });
    let made = client::post(server.address, "/api/v1/taxonomy/changes", &token, &category).unwrap();
    let version = made.body["version"].as_i64().unwrap_or_else(|| panic!("{}", made.body));
    let model = format!("%taxonomy {version}%");
    let read = || folder.number(&format!("SELECT count(*) FROM feedback WHERE model LIKE '{model}'"));
    let (mut deaths, mut steps) = (0, vec![]);
    while read() < COMMENTS as i64 {
        assert!(begun.elapsed() < Duration::from_mins(5), "it does not go on: {steps:?}");
        thread::sleep(Duration::from_millis(150));
        // Killed as long as it is in the middle, but not so often that it never gets anywhere.
        let now = read();
        if deaths < 3 && now > steps.last().copied().unwrap_or(0) && now < COMMENTS as i64 {
            server.kill();
            let after = read();
            let known = folder.number("SELECT count(*) FROM job WHERE kind = 'read_again' AND body LIKE '%\"below\":\"%'");
            assert!(known == 1 || after == COMMENTS as i64, "where it was is not known: it would begin anew after {after}");
            steps.push(after);
            deaths += 1;
            (server, _) = folder.serve();
        }
    }
    let working = || client::get(server.address, "/api/v1/taxonomy/progress", &token).unwrap().body;
    while !working()["reading"].is_null() {
        assert!(begun.elapsed() < Duration::from_mins(5), "{}", working());
        thread::sleep(Duration::from_millis(100));
    }
    server.kill();
    folder.assert_whole();
    let filed = folder.number("SELECT count(DISTINCT feedback) FROM passage_category");
    let counted = folder.number("SELECT sum(volume) FROM cube WHERE stage = 0 AND category > 0");
    assert_eq!((filed, counted), ((COMMENTS / 4) as i64, (COMMENTS / 4) as i64), "each once");
    report(
        "killed while comments are read again",
        truth.name(),
        &format!("{deaths} × kill -9 at {steps:?} of {COMMENTS}"),
        begun.elapsed(),
    );
}

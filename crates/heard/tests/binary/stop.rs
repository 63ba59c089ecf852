//! The end that was asked for: running requests and batches are finished, streams are told where to go on, nothing is lost; and
//! what was logged on the way holds no word of anybody.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client;
use crate::folder::{Folder, Server, post, rows};

fn signal(server: &Server, name: &str) {
    let pid = server.pid().to_string();
    assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
}

/// A stream that was opened, up to its first event.
fn listening(server: &Server, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let head =
        format!("GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut seen = String::new();
    while !seen.contains("event: hello") {
        let mut bytes = [0; 1024];
        let length = stream.read(&mut bytes).unwrap();
        assert!(length > 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
    stream
}

#[test]
fn asked_to_stop_it_finishes_what_runs_and_ends_well() {
    let folder = Folder::new();
    let token = folder.token();
    let (server, _) = folder.serve();
    let place = post(server.address, &token, "Desk");
    let mut stream = listening(&server, &token);
    // An import of some size is under way.
    let file = rows(20_000);
    let handed =
        client::send(server.address, "POST", "/api/v1/imports?name=many.csv", &token, "text/csv", file.as_bytes()).unwrap();
    let import = handed.body["id"].as_str().unwrap().to_owned();
    assert_eq!(
        client::post(server.address, &format!("/api/v1/imports/{import}/confirm"), &token, &json!({})).unwrap().status,
        202
    );
    let mut added = 0;
    for n in 0..20 {
        let body = json!({ "post": place, "key": format!("k{n}"), "at": "2026-02-03T10:00:00Z", "text": "words" });
        added += usize::from(client::post(server.address, "/api/v1/feedback", &token, &body).unwrap().status == 201);
    }
    let begun = Instant::now();
    signal(&server, "TERM");
    let mut last_words = String::new();
    stream.read_to_string(&mut last_words).unwrap();
    assert!(last_words.contains("event: bye") && last_words.contains("stopping"), "{last_words}");
    let (status, _) = server.end();
    assert_eq!(status.code(), Some(0), "after {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
    folder.assert_whole();
    assert_eq!(folder.number("SELECT count(*) FROM feedback WHERE key LIKE 'k%'"), added as i64);

    // What was left in the middle goes on.
    let (server, _) = folder.serve();
    let begun = Instant::now();
    while folder.number("SELECT count(*) FROM feedback WHERE key LIKE 'r-%'") < 20_000 {
        assert!(begun.elapsed() < Duration::from_mins(3), "the import does not go on");
        std::thread::sleep(Duration::from_millis(200));
    }
    drop(server);
}

#[test]
fn asked_twice_it_ends_at_once() {
    let folder = Folder::new();
    let token = folder.token();
    let (server, _) = folder.serve();
    // A request that takes its time: its body never comes.
    let mut slow = TcpStream::connect(server.address).unwrap();
    let head = format!(
        "POST /api/v1/feedback HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    );
    slow.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    signal(&server, "INT");
    std::thread::sleep(Duration::from_millis(500));
    signal(&server, "INT");
    let (status, _) = server.end();
    assert!(status.code() != Some(0) && begun.elapsed() < Duration::from_secs(5), "{status:?} after {:?}", begun.elapsed());
    folder.assert_whole();
}

#[test]
fn the_log_holds_no_word_of_anybody() {
    let folder = Folder::new();
    let token = folder.token();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--log", "debug"];
    let mut command = folder.heard(&arguments);
    command.env("HEARD_LOG_FORMAT", "json");
    let server = Server::start(command).unwrap();
    let place = post(server.address, &token, "Desk");
    let person = json!({ "name": "Sentinelname", "account": "Sentinelaccount", "identities": [{ "kind": "email", "handle": "sentinel@mail.example" }] });
    let body = |key: &str, text: &str| json!({ "post": place, "key": key, "at": "2026-02-03T10:00:00Z", "text": text, "author": person });
    let ok =
        client::post(server.address, "/api/v1/feedback", &token, &body("sentinelkey", "sentineltext of a customer")).unwrap();
    assert_eq!(ok.status, 201);
    // The same key with other words, a broken body, a search, a path of somebody's own, a file with bad rows.
    client::post(server.address, "/api/v1/feedback", &token, &body("sentinelkey", "other sentineltext")).unwrap();
    client::send(server.address, "POST", "/api/v1/feedback", &token, "application/json", b"{\"sentinel\": ").unwrap();
    for path in [
        "/api/v1/feedback?words=sentinelsearch*",
        "/sentinelpath/of/somebody",
        "/api/v1/feedback?sentinel=1",
        "/feedback?words=sentinel",
    ] {
        client::get(server.address, path, &token).unwrap();
    }
    let file = "id,created,text,score\r\n1,2026-02-03,sentineltext in a file,7\r\n2,sentinelday,sentineltext,sentinelscore\r\n3,2026-02-04,fine words,5\r\n";
    let handed =
        client::send(server.address, "POST", "/api/v1/imports?name=sentinelfile.csv", &token, "text/csv", file.as_bytes())
            .unwrap();
    let import = handed.body["id"].as_str().unwrap().to_owned();
    client::post(server.address, &format!("/api/v1/imports/{import}/confirm"), &token, &json!({})).unwrap();
    let form = b"email=sentinel%40mail.example&password=sentinelpassword";
    client::send(server.address, "POST", "/sign-in", "", "application/x-www-form-urlencoded", form).unwrap();
    std::thread::sleep(Duration::from_secs(2));
    signal(&server, "TERM");
    let (_, said) = server.end();
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with('{')).collect();
    assert!(lines.len() > 10, "{said}");
    for line in &lines {
        let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
        if line["route"].is_string() {
            assert!(line["span"]["id"].is_string(), "a request without its number: {line}");
        }
    }
    assert!(lines.iter().any(|line| line.contains("\"route\":\"/api/v1/feedback\"")), "{said}");
    let words: Vec<&str> = said.lines().filter(|line| line.to_lowercase().contains("sentinel")).collect();
    assert!(words.is_empty(), "personal data in the log:\n{}", words.join("\n"));
}

//! Broken files through the import, a few hundred by themselves and more by `cargo xtask torture`: each bad row is named with row, column and reason, nothing is half
//! written, and the server never fails.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{self, Answer};
use crate::folder::{Folder, rows};
use crate::noise::Noise;
use crate::torture::{number, report, seed};

#[test]
fn broken_files() {
    let (begun, files) = (Instant::now(), number("FILES", 250));
    let folder = Folder::new();
    let token = folder.token();
    let (server, _) = folder.serve();
    let to = server.address;
    let first = (seed() - 1) * 1_000_000;
    let (mut taken, mut refused, mut bad) = (0, 0, 0);
    for seed in first..first + files {
        let file = broken(seed);
        let given = send(to, &token, &format!("broken-{seed}.csv"), &file);
        assert!(given.status < 500, "file {seed}: {given:?}");
        if given.status >= 400 {
            // Refused as a whole: it says why.
            assert!(given.body["detail"].as_str().is_some_and(|why| !why.is_empty()), "file {seed}: {given:?}");
            refused += 1;
            continue;
        }
        let id = given.body["id"].as_str().unwrap_or_default().to_owned();
        let confirmed = client::post(to, &format!("/api/v1/imports/{id}/confirm"), &token, &serde_json::json!({})).unwrap();
        assert!(confirmed.status < 500, "file {seed}: {confirmed:?}");
        if confirmed.status >= 400 {
            assert!(confirmed.body["detail"].as_str().is_some_and(|why| !why.is_empty()), "file {seed}: {confirmed:?}");
            refused += 1;
            continue;
        }
        let import = finished(to, &token, &id, seed);
        let number = |field: &str| import[field].as_u64().unwrap_or_default();
        if import["state"] == "failed" {
            assert!(import["failure"].as_str().is_some_and(|why| !why.is_empty()), "file {seed}: {import}");
            refused += 1;
        } else {
            assert_eq!(
                number("added") + number("known") + number("revised") + number("bad"),
                number("done"),
                "file {seed}: {import}"
            );
            taken += 1;
        }
        bad += named(to, &token, &id, number("bad"), seed);
        let kept = folder.number(&format!("SELECT count(*) FROM feedback WHERE import = {id}"));
        assert_eq!(kept.unsigned_abs(), number("added"), "file {seed}: half written");
    }
    assert!(taken > files / 2 && bad > files / 2, "{taken} files were taken, {refused} refused, {bad} bad rows named");
    server.kill();
    folder.assert_whole();
    let outcome = format!(
        "{files} files: {taken} taken, {refused} refused with a reason, {bad} bad rows named; 0 half written, 0 server errors"
    );
    report("broken files through the server", "SQLite", &outcome, begun.elapsed());
}

fn send(to: SocketAddr, token: &str, name: &str, file: &[u8]) -> Answer {
    client::send(to, "POST", &format!("/api/v1/imports?name={name}"), token, "text/csv", file).unwrap()
}

/// Waits until an import has come to its end.
fn finished(to: SocketAddr, token: &str, id: &str, seed: u64) -> Value {
    let start = Instant::now();
    loop {
        let shown = client::get(to, &format!("/api/v1/imports/{id}"), token).unwrap();
        assert_eq!(shown.status, 200, "file {seed}: {shown:?}");
        if !matches!(shown.body["state"].as_str(), Some("preview" | "running")) {
            return shown.body;
        }
        assert!(start.elapsed() < Duration::from_mins(1), "file {seed} does not end: {}", shown.body);
        thread::sleep(Duration::from_millis(2));
    }
}

/// Every bad row is named: where, what, why. Rows that were taken without one of their ratings are named as well.
fn named(to: SocketAddr, token: &str, id: &str, count: u64, seed: u64) -> u64 {
    let shown = client::get(to, &format!("/api/v1/imports/{id}/bad-rows"), token).unwrap();
    assert_eq!(shown.status, 200, "file {seed}: {shown:?}");
    let rows = shown.body["items"].as_array().cloned().unwrap_or_default();
    let named: BTreeSet<Option<u64>> = rows.iter().map(|row| row["row"].as_u64()).collect();
    assert!(named.len() as u64 >= count, "file {seed}: {count} bad rows, but {}", shown.body);
    for row in &rows {
        assert!(row["row"].as_u64() > Some(0) && row["line"].as_u64() > Some(0), "file {seed}: {row}");
        assert!(row["column"].is_string() && row["sample"].is_string(), "file {seed}: {row}");
        assert!(row["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "file {seed}: {row}");
    }
    count
}

/// A good file with keys that no other has, broken once to four times.
fn broken(seed: u64) -> Vec<u8> {
    let mut noise = Noise::new(seed);
    let mut file = rows(1 + noise.below(12)).replace("r-", &format!("f{seed}-")).into_bytes();
    for _ in 0..=noise.below(4) {
        break_once(&mut file, &mut noise);
    }
    file
}

fn break_once(file: &mut Vec<u8>, noise: &mut Noise) {
    let at = noise.below(file.len() + 1);
    let insert = |file: &mut Vec<u8>, bytes: &[u8]| insert_at(file, at, bytes);
    match noise.below(16) {
        0 => insert(file, b"\""),
        1 => insert(file, b"\0"),
        2 => insert(file, b","),
        3 => insert(file, b"\r\n"),
        4 => insert(file, &[0xFF, 0xFE]),
        5 => insert_at(file, 0, &[0xEF, 0xBB, 0xBF]),
        6 => file.truncate(at),
        7 => insert(file, "ä€😀\u{202E}".as_bytes()),
        8 => insert(file, &[0xE4, 0xFC, 0xF6]),
        9 => insert(file, &b"x".repeat(1 << 12)),
        10 => *file = String::from_utf8_lossy(file).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        11 => *file = replaced(file, "2026-02-", noise.one(&["2026-13-", "99/99/", "yesterday ", "-2026-"])),
        12 => *file = replaced(file, ",7\r\n", noise.one(&[",70\r\n", ",seven\r\n", ",-1\r\n", ",1e999\r\n", ",\r\n"])),
        13 => *file = replaced(file, ",", noise.one(&[";", "\t", "|", ",,"])),
        14 => *file = replaced(file, "id,created,text,score", noise.one(&["", "text", "id,id,id,id", "a,b,c,d,e", ",,,"])),
        _ => {
            let end = (at + noise.below(40)).min(file.len());
            file.drain(at..end);
        }
    }
}

fn insert_at(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    drop(file.splice(at..at, bytes.iter().copied()));
}

fn replaced(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(file).replace(from, to).into_bytes()
}

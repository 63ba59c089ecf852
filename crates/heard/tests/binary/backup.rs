//! Backed up under load, wiped, restored: what was acknowledged before is there, and the content is the same. And the
//! doctor, who says what is wrong.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use crate::client;
use crate::folder::{Folder, Truth, feedback, post, rows};
use crate::torture::report;

#[test]
fn what_was_backed_up_under_load_comes_back() {
    round_trip(Truth::Sqlite);
}

#[test]
fn what_was_backed_up_under_load_comes_back_on_postgres() {
    round_trip(Truth::Postgres);
}

fn content(told: &[u8]) -> String {
    let told = String::from_utf8_lossy(told).into_owned();
    told.rsplit_once("content ").unwrap_or_else(|| panic!("{told}")).1.split_whitespace().next().unwrap().to_owned()
}

fn round_trip(truth: Truth) {
    let begun = Instant::now();
    let folder = Folder::on(truth);
    let token = folder.token();
    let (server, _) = folder.serve();
    let to = server.address;
    let post = post(to, &token, "Under load");
    // A file that waits for somebody to confirm it is part of the data.
    let waiting = client::send(to, "POST", "/api/v1/imports?name=w.csv", &token, "text/csv", rows(5).as_bytes()).unwrap();
    assert_eq!(waiting.status, 201, "{waiting:?}");
    let (over, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(BTreeSet::new())));
    let clients: Vec<_> = (0..4)
        .map(|number| {
            let (over, acknowledged, token, post) = (Arc::clone(&over), Arc::clone(&acknowledged), token.clone(), post.clone());
            thread::spawn(move || {
                for count in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    let key = format!("{number}-{count}");
                    let given = client::post(to, "/api/v1/feedback", &token, &feedback(&post, &key, "Late, but kind")).unwrap();
                    assert_eq!(given.status, 201, "{given:?}");
                    acknowledged.lock().unwrap().insert(key);
                }
            })
        })
        .collect();
    thread::sleep(std::time::Duration::from_millis(400));
    let mut counts = vec![];
    for number in 0..2 {
        let before = acknowledged.lock().unwrap().clone();
        let file = folder.path().join(format!("backup-{number}.gz"));
        let made = folder.run(&["backup", file.to_str().unwrap()]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let after = acknowledged.lock().unwrap().clone();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "others may read the backup");
        let restored = Folder::on(truth);
        let done = restored.run(&["restore", "--verify", file.to_str().unwrap()]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(content(&made.stderr), content(&done.stderr));
        let kept = restored.texts(&format!("SELECT key FROM feedback WHERE post = {post}"));
        assert!(before.is_subset(&kept), "what was acknowledged before the backup is not in it");
        counts.push(kept.len());
        restored.assert_whole();
        assert!(kept.len() <= after.len() + 4, "more came back than was handed over");
    }
    over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    server.kill();
    // On the other database as well, and from there once more: the same content.
    let other = Folder::on(if truth == Truth::Sqlite { Truth::Postgres } else { Truth::Sqlite });
    let (first, second) = (folder.path().join("first.gz"), folder.path().join("second.gz"));
    let made = folder.run(&["backup", first.to_str().unwrap()]);
    let done = other.run(&["restore", "--verify", first.to_str().unwrap()]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let again = other.run(&["backup", second.to_str().unwrap()]);
    assert_eq!(content(&made.stderr), content(&again.stderr));
    let twice = other.run(&["restore", first.to_str().unwrap()]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("already"), "{}", String::from_utf8_lossy(&twice.stderr));
    // It can be worked with: the token holds, the file that waited comes in.
    let (server, _) = other.serve();
    let id = waiting.body["id"].as_str().unwrap();
    let confirmed =
        client::post(server.address, &format!("/api/v1/imports/{id}/confirm"), &token, &serde_json::json!({})).unwrap();
    assert_eq!(confirmed.status, 202, "{confirmed:?}");
    let start = Instant::now();
    while other.number("SELECT count(*) FROM import WHERE state = 'done'") == 0 {
        assert!(start.elapsed().as_secs() < 60, "the file that waited does not come in");
        thread::sleep(std::time::Duration::from_millis(50));
    }
    server.kill();
    other.assert_whole();
    let outcome = format!("2 backups under load ({counts:?} comments), restored, and across both databases: same content");
    report("backup and restore", truth.name(), &outcome, begun.elapsed());
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let folder = Folder::new();
    let file = folder.file("export.csv", rows(3_000));
    folder.tell(&["import", "--json", file.to_str().unwrap()]);
    let look = |folder: &Folder| {
        let asked = folder.run(&["doctor", "--json", "--whole"]);
        let findings: Value = serde_json::from_slice(&asked.stdout).unwrap();
        (asked.status.code(), findings)
    };
    let (code, findings) = look(&folder);
    assert_eq!(code, Some(0), "{findings}");
    let (server, _) = folder.serve();
    assert_eq!(look(&folder).0, Some(0), "beside a Heard that runs");
    server.kill();
    // Pages in the middle of the database, once the log beside it is in it.
    let place = folder.data().join("heard.db");
    let whole = rusqlite::Connection::open(&place).unwrap();
    whole.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(whole);
    let length = fs::metadata(&place).unwrap().len();
    let mut database = fs::OpenOptions::new().write(true).open(&place).unwrap();
    for part in 2..10 {
        database.seek(SeekFrom::Start(length / 10 * part / 4096 * 4096)).unwrap();
        database.write_all(&[0xA5; 4096]).unwrap();
    }
    let (code, findings) = look(&folder);
    let wrong: Vec<_> = findings.as_array().unwrap().iter().filter(|finding| finding["state"] == "wrong").collect();
    assert_eq!(code, Some(1), "{findings}");
    assert!(wrong.iter().any(|finding| finding["remedy"].as_str().unwrap().contains("heard restore")), "{findings}");
    let empty = Folder::new();
    let (code, findings) = look(&empty);
    assert_eq!(code, Some(0), "{findings}");
    assert!(findings.to_string().contains("is not there"), "{findings}");
}

//! Killed at any moment: nothing that was acknowledged is lost, nothing is there twice, and it is ready again in seconds.
//! Fifteen times by itself; `cargo xtask torture` says how often.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::client;
use crate::folder::{Folder, Truth, feedback, post, rows};
use crate::noise::Noise;
use crate::torture::{number, report, seed};

/// Clients that hand over feedback at once.
const CLIENTS: usize = 8;

/// Rows of each file that is brought in at the same time.
const FILE: usize = 400;

/// After a death it must be ready within this time.
const READY: Duration = Duration::from_secs(5);

#[test]
fn what_the_api_acknowledged_survives_death() {
    die(Truth::Sqlite, number("KILLS", 12));
}

#[test]
fn what_the_api_acknowledged_survives_death_on_postgres() {
    die(Truth::Postgres, number("KILLS", 5));
}

fn die(truth: Truth, deaths: u64) {
    let begun = Instant::now();
    let folder = Folder::on(truth);
    let token = folder.token();
    let (server, _) = folder.serve();
    let to = Arc::new(RwLock::new(server.address));
    let post = post(server.address, &token, "Under fire");
    let (over, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(BTreeSet::new())));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (to, over, acknowledged) = (Arc::clone(&to), Arc::clone(&over), Arc::clone(&acknowledged));
            let (token, post) = (token.clone(), post.clone());
            thread::spawn(move || {
                for count in 0.. {
                    if over.load(Ordering::Relaxed) {
                        return count;
                    }
                    let key = format!("{number}-{count}");
                    insist(&to, &token, &post, &key);
                    acknowledged.lock().unwrap().insert(key);
                }
                0
            })
        })
        .collect();
    let importer = {
        let (to, over, token) = (Arc::clone(&to), Arc::clone(&over), token.clone());
        thread::spawn(move || {
            let mut files = 0;
            while !over.load(Ordering::Relaxed) {
                bring_in(&to, &token, files);
                files += 1;
            }
            files
        })
    };
    let (mut server, mut noise, mut slowest) = (server, Noise::new(seed()), Duration::ZERO);
    for _ in 0..deaths {
        thread::sleep(Duration::from_millis(50 + noise.below(400) as u64));
        server.kill();
        let ready;
        (server, ready) = folder.serve();
        slowest = slowest.max(ready);
        *to.write().unwrap() = server.address;
    }
    over.store(true, Ordering::Relaxed);
    let offered: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
    let files: usize = importer.join().unwrap();
    all_imported(*to.read().unwrap(), &token, files);
    server.kill();

    folder.assert_whole();
    let acknowledged = acknowledged.lock().unwrap();
    assert_eq!(acknowledged.len(), offered);
    let kept = folder.texts(&format!("SELECT key FROM feedback WHERE post = {post}"));
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{} of {offered} acknowledged are lost: {lost:?}", lost.len());
    assert_eq!(kept.len(), offered, "there is feedback that nobody was told of");
    assert!(offered as u64 > deaths, "only {offered} came in between {deaths} deaths");
    let rows = folder.number(&format!("SELECT count(*) FROM feedback WHERE post <> {post}"));
    let different = folder.number(&format!("SELECT count(DISTINCT key) FROM feedback WHERE post <> {post}"));
    assert_eq!((rows, different), ((files * FILE) as i64, (files * FILE) as i64), "rows of {files} files");
    assert!(slowest < READY, "ready only after {slowest:?}");
    let outcome = format!(
        "{deaths} × kill -9: {offered} acknowledged and {rows} imported, 0 lost, 0 twice; ready after at most {:.1} s",
        slowest.as_secs_f64()
    );
    report("killed while API and import run", truth.name(), &outcome, begun.elapsed());
}

/// Hands over one feedback and does not let go until it is acknowledged.
fn insist(to: &RwLock<SocketAddr>, token: &str, post: &str, key: &str) {
    let body = feedback(post, key, &format!("Comment {key}: the flight was late, the crew was kind"));
    until_answered(to, key, |address| client::post(address, "/api/v1/feedback", token, &body));
}

/// Asks again until the answer is good.
fn until_answered(
    to: &RwLock<SocketAddr>,
    what: &str,
    ask: impl Fn(SocketAddr) -> std::io::Result<client::Answer>,
) -> client::Answer {
    let start = Instant::now();
    loop {
        let address = *to.read().unwrap();
        match ask(address) {
            Ok(answer) if (200..300).contains(&answer.status) => return answer,
            // Confirmed before, and the answer was lost.
            Ok(answer) if answer.status == 409 => return answer,
            Ok(answer) => assert!(matches!(answer.status, 503 | 429), "{what}: {answer:?}"),
            Err(_) => {}
        }
        assert!(start.elapsed() < Duration::from_mins(2), "{what} was never acknowledged");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Hands over a file with keys of its own and has it brought in.
fn bring_in(to: &RwLock<SocketAddr>, token: &str, number: usize) {
    let file = rows(FILE).replace("\r\nr-", &format!("\r\nf{number}-"));
    let send = |address| client::send(address, "POST", "/api/v1/imports?name=nightly.csv", token, "text/csv", file.as_bytes());
    let given = until_answered(to, "a file", send);
    let id = given.body["id"].as_str().unwrap().to_owned();
    let confirm = |address| client::post(address, &format!("/api/v1/imports/{id}/confirm"), token, &serde_json::json!({}));
    until_answered(to, "a confirmation", confirm);
}

/// Waits until all that was confirmed is in.
fn all_imported(to: SocketAddr, token: &str, files: usize) {
    let start = Instant::now();
    loop {
        let list = client::get(to, "/api/v1/imports", token).unwrap();
        let open = list.body["items"].as_array().unwrap().iter().filter(|import| import["state"] == "running").count();
        if open == 0 {
            return;
        }
        assert!(start.elapsed() < Duration::from_mins(2), "{open} of {files} imports do not end: {}", list.body);
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_import_survives_death_and_goes_on() {
    const ROWS: usize = 12_000;
    let begun = Instant::now();
    let folder = Folder::new();
    let file = folder.file("export.csv", rows(ROWS));
    let import = || folder.heard(&["import", "--json", file.to_str().unwrap()]);
    let (mut noise, mut died) = (Noise::new(seed() + 1), 0);
    for _ in 0..15 {
        let mut child = import().stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(20 + noise.below(600) as u64));
        let ended = child.try_wait().unwrap().is_some();
        drop(child.kill());
        child.wait().unwrap();
        if ended {
            break;
        }
        died += 1;
    }
    assert!(died > 2, "the import was over after {died} deaths: give it more rows");
    let done = import().output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    folder.assert_whole();
    assert_eq!(folder.number("SELECT count(*) FROM feedback"), ROWS as i64);
    assert_eq!(folder.number("SELECT count(DISTINCT key) FROM feedback"), ROWS as i64);
    assert_eq!(folder.number("SELECT sum(added) FROM import"), ROWS as i64, "every row was added once, by one of the imports");
    report("import killed and begun again", "SQLite", &format!("{died} × kill -9: {ROWS} rows, each once"), begun.elapsed());
}

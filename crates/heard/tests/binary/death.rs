//! Killed at any moment, thirty times: nothing that was acknowledged is lost, nothing is there twice, and it is ready
//! again in seconds.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use crate::client;
use crate::folder::{Folder, feedback, post, rows};
use crate::noise::Noise;

/// How often it dies in each test.
const DEATHS: usize = 15;

/// Clients that hand over feedback at once.
const CLIENTS: usize = 8;

/// After a death it must be ready within this time.
const READY: Duration = Duration::from_secs(5);

#[test]
fn what_the_api_acknowledged_survives_death() {
    let folder = Folder::new();
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
    let (mut server, mut noise, mut slowest) = (server, Noise::new(1), Duration::ZERO);
    for _ in 0..DEATHS {
        thread::sleep(Duration::from_millis(50 + noise.below(400) as u64));
        server.kill();
        let ready;
        (server, ready) = folder.serve();
        slowest = slowest.max(ready);
        *to.write().unwrap() = server.address;
    }
    over.store(true, Ordering::Relaxed);
    let offered: usize = clients.into_iter().map(|client| client.join().unwrap()).sum();
    server.kill();

    folder.assert_whole();
    let acknowledged = acknowledged.lock().unwrap();
    assert_eq!(acknowledged.len(), offered);
    let kept: BTreeSet<String> = {
        let database = folder.look();
        let mut statement = database.prepare("SELECT key FROM feedback").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let lost: Vec<_> = acknowledged.difference(&kept).collect();
    assert!(lost.is_empty(), "{} of {offered} acknowledged are lost: {lost:?}", lost.len());
    assert_eq!(kept.len(), offered, "there is feedback that nobody was told of");
    assert!(offered > DEATHS, "only {offered} came in between {DEATHS} deaths");
    assert!(slowest < READY, "ready only after {slowest:?}");
}

/// Hands over one feedback and does not let go until it is acknowledged.
fn insist(to: &RwLock<SocketAddr>, token: &str, post: &str, key: &str) {
    let body = feedback(post, key, &format!("Comment {key}: the flight was late, the crew was kind"));
    let start = Instant::now();
    loop {
        let address = *to.read().unwrap();
        match client::post(address, "/api/v1/feedback", token, &body) {
            Ok(answer) if answer.status == 201 || answer.status == 200 => return,
            Ok(answer) => assert!(matches!(answer.status, 503 | 429), "{key}: {answer:?}"),
            Err(_) => {}
        }
        assert!(start.elapsed() < Duration::from_mins(2), "{key} was never acknowledged");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn an_import_survives_death_and_goes_on() {
    const ROWS: usize = 12_000;
    let folder = Folder::new();
    let file = folder.file("export.csv", rows(ROWS));
    let import = || folder.heard(&["import", "--json", file.to_str().unwrap()]);
    let (mut noise, mut died) = (Noise::new(2), 0);
    for _ in 0..DEATHS {
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
}

//! Killed at any moment: nothing that was acknowledged is lost, nothing is there twice, and it is ready again in seconds.
//! Fifteen times by itself; `cargo xtask torture` says how often.

use std::collections::BTreeSet;
use std::fs;
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
    // A machine too slow for any import to get on between two deaths proves nothing: it is told apart from a loss.
    let failed = folder.texts("SELECT failure FROM import WHERE failure IS NOT NULL");
    assert!(failed.is_empty(), "imports were given up, and say so: {failed:?}");
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

#[test]
fn an_undo_survives_death_and_goes_on() {
    const ROWS: usize = 4_000;
    let begun = Instant::now();
    let folder = Folder::new();
    let token = folder.token();
    let first = folder.file("first.csv", rows(ROWS));
    let second = folder.file("second.csv", rows(ROWS).replace("It was", "It was really"));
    for file in [&first, &second] {
        folder.tell(&["import", "--json", file.to_str().unwrap()]);
    }
    let import = |name: &str| folder.number(&format!("SELECT id FROM import WHERE name = '{name}'"));
    let mut noise = Noise::new(seed() + 2);
    let really = "SELECT count(*) FROM feedback WHERE text LIKE 'It was really%'";
    assert_eq!(folder.number(really), ROWS as i64, "the second file has given all of them other words");
    // What was changed gets back its words, then what was new goes; at every moment each row is one or the other.
    let halves = format!("SELECT count(*) - {ROWS} FROM feedback");
    let died = undone(&folder, &token, import("second.csv"), &halves, &mut noise);
    assert_eq!((folder.number(really), folder.number("SELECT count(*) FROM feedback")), (0, ROWS as i64));
    let id = import("first.csv");
    let gone = format!("(SELECT json_extract(undoing, '$.removed') FROM import WHERE id = {id})");
    let halves = format!("SELECT count(*) + {gone} - {ROWS} FROM feedback");
    let died = died + undone(&folder, &token, id, &halves, &mut noise);
    assert_eq!(folder.number("SELECT count(*) FROM feedback"), 0);
    assert_eq!(folder.number("SELECT count(*) FROM passage") + folder.number("SELECT coalesce(sum(volume), 0) FROM cube"), 0);
    folder.assert_whole();
    assert!(died > 2, "the undo was over after {died} deaths: give it more rows");
    let outcome = format!("{died} × kill -9: {ROWS} rows got back their words, then {ROWS} went; none by halves");
    report("undo killed and gone on", "SQLite", &outcome, begun.elapsed());
}

/// Undoes an import with deaths in between, to its end; `halves` is a question whose answer is 0 at every moment. How often it
/// died.
fn undone(folder: &Folder, token: &str, id: i64, halves: &str, noise: &mut Noise) -> u32 {
    const MOST: u32 = 12;
    let (mut server, _) = folder.serve();
    let asked = client::post(server.address, &format!("/api/v1/imports/{id}/undo"), token, &serde_json::json!({})).unwrap();
    assert!(asked.status < 300, "{asked:?}");
    let (start, mut died) = (Instant::now(), 0);
    loop {
        thread::sleep(Duration::from_millis(20 + noise.below(200) as u64));
        let shown = client::get(server.address, &format!("/api/v1/imports/{id}"), token).unwrap();
        let waiting = folder.number("SELECT count(*) FROM job");
        match shown.body["state"].as_str() {
            Some("undone") if waiting == 0 => break,
            Some("undone" | "undoing") => {}
            _ => panic!("{shown:?}"),
        }
        assert!(start.elapsed() < Duration::from_mins(3), "it does not end: {}", shown.body);
        if died < MOST {
            server.kill();
            died += 1;
            assert_eq!(folder.number(halves), 0, "half undone after {died} deaths");
            (server, _) = folder.serve();
        }
    }
    server.kill();
    folder.assert_whole();
    died
}

#[test]
fn a_watched_folder_survives_death() {
    const FILES: usize = 8;
    const ROWS: usize = 300;
    let begun = Instant::now();
    let folder = Folder::new();
    let inbox = folder.path().join("inbox");
    fs::create_dir(&inbox).unwrap();
    folder.file("heard.toml", format!("[[watch]]\nfolder = \"{}\"\npost = \"Shop\"\n", inbox.display()));
    let head = "Review Id,Review Created (UTC),Review Consumer User Id,Review Title,Review Content,Review Stars,Source Of \
                Review,Review Language,Domain URL,Webshop Name,Business Unit Id,Tags,Company Reply Date (UTC),Location Name,Location Id\n";
    for file in 0..FILES {
        let row = |n: usize| format!("r{file}-{n},2026-03-01,u{n},Good,Lovely crew and food {n},5,organic,en,x.org,X,b1,,,,\n");
        fs::write(inbox.join(format!("{file}.csv")), head.to_owned() + &(0..ROWS).map(row).collect::<String>()).unwrap();
    }
    let names = |folder: std::path::PathBuf| -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap());
        let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
        files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let (mut noise, mut died) = (Noise::new(seed() + 3), 0);
    while !names(inbox.clone()).is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(4), "files are left: {:?}", names(inbox.clone()));
        let (server, _) = folder.serve();
        // A file is taken at the second look, two seconds after the first, and put away after another start: it dies in between.
        thread::sleep(Duration::from_millis(1_850 + noise.below(400) as u64));
        server.kill();
        died += 1;
    }
    assert!(died > 1, "the folder was empty after {died} deaths");
    assert_eq!((names(inbox.join("done")).len(), names(inbox.join("failed"))), (FILES, vec![]));
    let different = folder.number("SELECT count(DISTINCT key) FROM feedback");
    assert_eq!((folder.number("SELECT count(*) FROM feedback"), different), ((FILES * ROWS) as i64, (FILES * ROWS) as i64));
    assert_eq!(folder.number("SELECT sum(added) FROM import"), (FILES * ROWS) as i64, "every row was added by one import");
    folder.assert_whole();
    let outcome = format!("{died} × kill -9: {FILES} files, {} rows, each once; every file lies in done", FILES * ROWS);
    report("watched folder killed", "SQLite", &outcome, begun.elapsed());
}

//! A disk that is full, and a disk that fails: nothing is acknowledged that is not kept, reading goes on, and what to do is said.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client;
use crate::folder::{Folder, Server, feedback, post, rows};
use crate::torture::{number, report, seed};

/// A disk of some mebibytes; `None` where this machine allows none.
struct SmallDisk {
    place: PathBuf,
}

impl SmallDisk {
    fn new(within: &Path, mib: u32) -> Option<Self> {
        let place = within.join("disk");
        fs::create_dir(&place).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m"), "tmpfs"]).arg(&place).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self { place });
        }
        eprintln!("SKIPPED: a full disk: no small disk can be mounted here (that needs root)");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.place).status());
    }
}

#[test]
fn a_full_disk_takes_nothing_says_so_and_takes_again_when_there_is_room() {
    let begun = Instant::now();
    let around = tempfile::tempdir().unwrap();
    let Some(disk) = SmallDisk::new(around.path(), 24) else { return };
    let folder = Folder::at(&disk.place);
    let token = folder.token();
    let (server, _) = folder.serve();
    let to = server.address;
    let post = post(to, &token, "Full");
    let offer =
        |key: &str| client::post(to, "/api/v1/feedback", &token, &feedback(&post, key, &"many words ".repeat(300))).unwrap();
    let mut kept: BTreeSet<String> = (0..20).map(|n| format!("first-{n}")).collect();
    for key in &kept {
        assert_eq!(offer(key).status, 201);
    }
    let ballast = disk.place.join("ballast");
    fill(&ballast);
    let (mut refused, mut n) = (0, 0);
    while refused < 10 {
        let key = format!("late-{n}");
        let answer = offer(&key);
        n += 1;
        match answer.status {
            201 => drop(kept.insert(key)),
            507 => {
                refused += 1;
                assert!(
                    answer.head.contains("retry-after:") && answer.head.contains("application/problem+json"),
                    "{}",
                    answer.head
                );
                assert_eq!(answer.body["code"], "insufficient_storage", "{answer:?}");
            }
            _ => panic!("{answer:?}"),
        }
        assert!(n < 5_000, "the disk does not get full");
        // What is left by others' housekeeping is filled up as well.
        fill(&ballast);
    }
    // Reading goes on, and a file is refused alike.
    for path in [
        "/api/v1/feedback?limit=5",
        "/api/v1/figures?of=volume",
        "/api/v1/feedback?words=many",
        "/api/v1/health",
        "/openapi.json",
    ] {
        let answer = client::get(to, path, &token).unwrap();
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    let page = client::send(to, "GET", "/welcome", "", "text/html", b"").unwrap();
    assert_eq!(page.status, 200, "{page:?}");
    let file = rows(40_000);
    let upload = client::send(to, "POST", "/api/v1/imports?name=a.csv", &token, "text/csv", file.as_bytes()).unwrap();
    assert_eq!(upload.status, 507, "{upload:?}");
    assert!(upload.head.contains("retry-after:"), "{}", upload.head);
    // There is room again: it goes on without being started again.
    fs::remove_file(&ballast).unwrap();
    let again = Instant::now();
    while offer("after").status != 201 {
        assert!(again.elapsed() < Duration::from_secs(10), "it does not take again");
        thread::sleep(Duration::from_millis(50));
    }
    let recovered = again.elapsed();
    kept.insert("after".to_owned());
    let last = feedback(&post, "found", "an unheard-of word: zyzzyva");
    assert_eq!(client::post(to, "/api/v1/feedback", &token, &last).unwrap().status, 201);
    kept.insert("found".to_owned());
    loop {
        let found = client::get(to, "/api/v1/feedback?words=zyzzyva", &token).unwrap();
        if found.body["total"] == 1 && found.body["degraded"].is_null() {
            break;
        }
        assert!(again.elapsed() < Duration::from_secs(30), "the index does not go on: {found:?}");
        thread::sleep(Duration::from_millis(100));
    }
    server.kill();
    folder.assert_whole();
    assert_eq!(folder.texts("SELECT key FROM feedback"), kept, "what was acknowledged, and nothing else");
    let outcome = format!(
        "507 with Retry-After × {refused}, reading went on, taken again after {:.1} s without a restart",
        recovered.as_secs_f64()
    );
    report("full disk (24 MiB)", "SQLite", &outcome, begun.elapsed());
}

/// Fills the disk up to its last byte.
fn fill(ballast: &Path) {
    use std::io::Write;
    let mut file = fs::OpenOptions::new().create(true).append(true).open(ballast).unwrap();
    for size in [1 << 16, 1 << 12, 1 << 8] {
        let block = vec![0_u8; size];
        while file.write_all(&block).is_ok() {}
    }
}

/// What became of a run on a failing disk.
#[derive(Default)]
struct Runs {
    begun: AtomicU64,
    refused: AtomicU64,
    stopped: AtomicU64,
    never_up: AtomicU64,
    acknowledged: AtomicU64,
}

#[test]
fn a_failing_disk_never_makes_a_promise_that_is_not_kept() {
    if !Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: a failing disk: strace is not installed (Debian: apt-get install strace)");
        return;
    }
    let begun = Instant::now();
    let (last, step) = (number("FAULTS", 60), number("FAULT_STEP", 12));
    // A folder with a post and some feedback, from which every run begins.
    let origin = Folder::new();
    let token = origin.token();
    let (server, _) = origin.serve();
    let post = post(server.address, &token, "Failing");
    for n in 0..5 {
        let given =
            client::post(server.address, "/api/v1/feedback", &token, &feedback(&post, &format!("origin-{n}"), "Before")).unwrap();
        assert_eq!(given.status, 201);
    }
    drop(server);
    let (runs, next) = (Runs::default(), AtomicU64::new(1));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(step, Ordering::Relaxed);
                    if n > last {
                        return;
                    }
                    fail_at(&origin, &token, &post, n, &runs);
                }
            });
        }
    });
    let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
    let outcome = format!(
        "{} faults at the Nth write or sync, N up to {last}: {} acknowledged, 0 lost; {} runs stopped writing with 503, {} answered 507, {} did not come up; all started again",
        count(&runs.begun),
        count(&runs.acknowledged),
        count(&runs.stopped),
        count(&runs.refused),
        count(&runs.never_up)
    );
    assert!(count(&runs.stopped) + count(&runs.refused) + count(&runs.never_up) > 0, "no fault was ever felt: {outcome}");
    report("I/O errors", "SQLite", &outcome, begun.elapsed());
}

/// One run: the Nth call of a kind fails on every thread that comes so far.
fn fail_at(origin: &Folder, token: &str, post: &str, n: u64, runs: &Runs) {
    const CALLS: [&str; 4] = ["pwrite64,fdatasync,fsync", "fdatasync", "pwrite64", "fsync"];
    let call = CALLS[((n + seed()) % 4) as usize];
    let error = if (n + seed()).is_multiple_of(3) { "ENOSPC" } else { "EIO" };
    let fault = format!("{call}:error={error}:when={n}");
    let folder = Folder::new();
    let copied = Command::new("cp").arg("-a").arg(origin.data()).arg(folder.path()).status().unwrap();
    assert!(copied.success());
    runs.begun.fetch_add(1, Ordering::Relaxed);
    let mut kept: BTreeSet<String> = (0..5).map(|n| format!("origin-{n}")).collect();
    match Server::start(folder.heard_on_failing_disk(&fault, &["serve", "--listen", "127.0.0.1:0"])) {
        // It says why, and leaves what is there as it is.
        Err(said) => {
            assert!(said.contains("heard:"), "{fault}: {said}");
            runs.never_up.fetch_add(1, Ordering::Relaxed);
        }
        Ok(mut server) => {
            let to = server.address;
            let mut failed = None;
            for count in 0..n + 20 {
                let key = format!("n-{count}");
                match client::post(to, "/api/v1/feedback", token, &feedback(post, &key, "On a failing disk")) {
                    Ok(answer) if answer.status == 201 => drop(kept.insert(key)),
                    Ok(answer) => {
                        assert!(matches!(answer.status, 503 | 507), "{fault}: {answer:?}");
                        failed = Some(answer);
                        break;
                    }
                    Err(error) => panic!("{fault}: no answer to {key}: {error}; ended: {}", server.ended()),
                }
            }
            if let Some(answer) = failed {
                let read = client::get(to, "/api/v1/feedback?limit=1", token).unwrap();
                assert_eq!(read.status, 200, "{fault}: reading has stopped: {read:?}");
                let after = client::post(to, "/api/v1/feedback", token, &feedback(post, "after", "After the fault")).unwrap();
                if answer.status == 503 {
                    assert_eq!(answer.body["code"], "writing_stopped", "{fault}: {answer:?}");
                    assert_eq!(after.status, 503, "{fault}: it writes on after the disk has failed: {after:?}");
                    assert_eq!(client::get(to, "/api/v1/health", "").unwrap().status, 503, "{fault}");
                    runs.stopped.fetch_add(1, Ordering::Relaxed);
                } else {
                    runs.refused.fetch_add(1, Ordering::Relaxed);
                    if after.status == 201 {
                        kept.insert("after".to_owned());
                    }
                }
            }
        }
    }
    runs.acknowledged.fetch_add(kept.len() as u64, Ordering::Relaxed);
    folder.let_go();
    let (server, _) = folder.serve();
    let given = client::post(server.address, "/api/v1/feedback", token, &feedback(post, "again", "After the restart")).unwrap();
    assert_eq!(given.status, 201, "{fault}: {given:?}");
    drop(server);
    folder.assert_whole();
    let there = folder.texts("SELECT key FROM feedback");
    let lost: Vec<_> = kept.difference(&there).collect();
    assert!(lost.is_empty(), "{fault}: acknowledged and lost: {lost:?}");
}

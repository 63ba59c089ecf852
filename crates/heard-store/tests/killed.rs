//! A writer that is killed at any moment has lost nothing that it acknowledged, and has kept nothing twice or by halves.
//!
//! Not the usual harness: the test starts itself again as the program that is killed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; it speaks to the runner and to itself"
)]

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use heard_domain::id::{FeedbackId, JobId};
use heard_domain::job::Job;
use heard_domain::question::{AnsweredBy, Measure, Question};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::store::Store;
use heard_store::tables::{feedback, job, passage};

#[path = "conformance/made.rs"]
mod made;
mod server {
    pub mod postgres;
}

const NAME: &str = "what_was_acknowledged_survives_kill_9";
const NAME_ON_POSTGRES: &str = "what_was_acknowledged_survives_kill_9_on_postgres";
const KILLS: u64 = 12;
const BATCH: i64 = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "write-until-killed") {
        write_until_killed(&arguments[at + 1], &arguments[at + 2], arguments[at + 3].parse().unwrap());
    } else if arguments.iter().any(|a| a == "--list") {
        // The runner lists ignored tests separately: there are none.
        if !arguments.iter().any(|a| a == "--ignored") {
            println!("{NAME}: test\n{NAME_ON_POSTGRES}: test");
        }
    } else {
        let wanted = |name: &str| {
            let mut names = arguments.iter().skip(1).filter(|a| !a.starts_with('-')).peekable();
            names.peek().is_none() || names.any(|wanted| wanted == name)
        };
        if wanted(NAME) {
            what_was_acknowledged_survives("");
            println!("test {NAME} ... ok");
        }
        if wanted(NAME_ON_POSTGRES) {
            let database = server::postgres::Database::new();
            what_was_acknowledged_survives(&database.url);
            println!("test {NAME_ON_POSTGRES} ... ok");
        }
    }
}

/// Batches of feedback, each with a job, from four threads; the first identifier of each batch is printed once it is durable.
fn write_until_killed(folder: &str, url: &str, first: i64) {
    let store = open(Path::new(folder), url);
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let store = store.clone();
            std::thread::spawn(move || {
                for batch in 0.. {
                    let begin = first + thread * 1_000_000 + batch * BATCH;
                    store
                        .write_now(&Scope::system(), move |tx| {
                            let rows: Vec<_> =
                                (begin..begin + BATCH).map(|id| made::row(id, "words that must not be lost")).collect();
                            let ids = rows.iter().map(|row| row.feedback.id).collect();
                            feedback::insert_many(tx, &rows)?;
                            job::add(tx, JobId(begin), &Job::Read { feedback: ids }, Time(0))
                        })
                        .unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{begin}").unwrap();
                    out.flush().unwrap();
                }
            })
        })
        .collect();
    // Snapshots are cut off as well.
    while threads.iter().all(|thread| !thread.is_finished()) {
        store.snapshot().unwrap();
    }
    for thread in threads {
        thread.join().unwrap();
    }
}

/// The store of a folder, on a database of a server where there is an address.
fn open(folder: &Path, url: &str) -> Store {
    if url.is_empty() {
        return Store::open(folder).unwrap();
    }
    Store::open_on(folder, &heard_store::sql::database::Database::at(url).unwrap()).unwrap()
}

fn what_was_acknowledged_survives(url: &str) {
    let folder = tempfile::tempdir().unwrap();
    made::company(&open(folder.path(), url));
    let mut acknowledged: BTreeSet<i64> = BTreeSet::new();
    let mut from_snapshot = 0;
    for kill in 0..KILLS {
        let first = 1 + kill as i64 * 10_000_000;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["write-until-killed", folder.path().to_str().unwrap(), url, &first.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        acknowledged.insert(lines.next().unwrap().unwrap().parse().unwrap());
        std::thread::sleep(Duration::from_millis(20 + kill * 37 % 150));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| line.parse::<i64>().ok()));

        let store = open(folder.path(), url);
        let kept = store.read_now(&Scope::system(), |view| feedback::following(view, FeedbackId(0), 1_000_000)).unwrap();
        let kept: BTreeSet<i64> = kept.into_iter().map(|id| id.0).collect();
        let jobs = store.read_now(&Scope::system(), |view| job::list(view, 1_000_000)).unwrap();
        let begun: BTreeSet<i64> = jobs.iter().map(|waiting| waiting.id.0).collect();
        assert!(acknowledged.is_subset(&begun), "a job was lost");
        let whole: BTreeSet<i64> = begun.iter().flat_map(|begin| *begin..begin + BATCH).collect();
        assert_eq!(kept, whole, "a batch is kept with its job or not at all");
        let ids: Vec<FeedbackId> = kept.iter().map(|id| FeedbackId(*id)).collect();
        let passages = store.read_now(&Scope::system(), move |view| passage::many(view, &ids)).unwrap();
        assert_eq!(passages.len(), kept.len());
        let counted: u64 = store.read_now(&Scope::system(), feedback::count_by_post).unwrap().values().sum();
        assert_eq!(counted, kept.len() as u64, "the cubes count what is kept");
        let question = Question::new(Measure::Volume);
        let figures = store.figures_by(&Scope::system(), &question, AnsweredBy::Columns).unwrap().unwrap();
        assert_eq!(figures.single().n, kept.len() as u64, "the columns too, with a snapshot or without");
        from_snapshot += u64::from(store.pace().snapshot.is_some());
    }
    assert!(acknowledged.len() as u64 > KILLS, "the test wrote next to nothing");
    assert!(from_snapshot > KILLS / 2, "only {from_snapshot} starts found a snapshot");
}

//! Connections to the server are cut, and the server itself crashes, while much is written: nobody is told that something
//! is kept which is not, and everything goes on by itself.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use heard_domain::id::{FeedbackId, JobId};
use heard_domain::job::Job;
use heard_domain::question::{AnsweredBy, Measure, Question};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::sql::database::Database;
use heard_store::store::Store;
use heard_store::tables::feedback::{self, Outcome, insert_many};
use heard_store::tables::job;

use crate::conformance::made::{company, row};
use crate::server::postgres::{Disk, Server};

const BATCH: i64 = 5;

fn batch(begin: i64) -> Vec<i64> {
    (begin..begin + BATCH).collect()
}

/// Writes a batch with its job until that is acknowledged; how often it was refused.
fn write(store: &Store, begin: i64) -> usize {
    for refused in 0.. {
        let end = store.write_now(&Scope::system(), move |tx| {
            let rows: Vec<_> = batch(begin).into_iter().map(|id| row(id, "words that must not be lost")).collect();
            let outcomes = insert_many(tx, &rows)?;
            // A commit whose answer was lost may have been kept: then whole.
            if outcomes.iter().all(|outcome| matches!(outcome, Outcome::Known(_))) {
                return Ok(());
            }
            assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Added), "a batch was kept by halves");
            job::add(tx, JobId(begin), &Job::Read { feedback: rows.iter().map(|row| row.feedback.id).collect() }, Time(0))
        });
        match end {
            Ok(()) => return refused,
            Err(StoreError::Busy(_)) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => panic!("{error}"),
        }
    }
    unreachable!()
}

#[test]
fn a_lost_connection_loses_nothing_on_postgres() {
    let server = Server::begin(Disk::Forgets, &["restart_after_crash=on"]);
    let folder = tempfile::tempdir().unwrap();
    let database = Database::at(&server.url("postgres")).unwrap();
    let store = Store::open_on(folder.path(), &database).unwrap();
    company(&store);
    let (stop, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (store, stop, refused) = (store.clone(), stop.clone(), refused.clone());
            std::thread::spawn(move || {
                let mut acknowledged = Vec::new();
                let mut begin = 1 + thread * 1_000_000;
                while !stop.load(Ordering::Relaxed) {
                    refused.fetch_add(write(&store, begin), Ordering::Relaxed);
                    acknowledged.push(begin);
                    begin += BATCH;
                }
                acknowledged
            })
        })
        .collect();
    let of_heard = "FROM pg_stat_activity WHERE application_name = 'heard'";
    for round in 0..12_u64 {
        std::thread::sleep(Duration::from_millis(150 + round * 53 % 200));
        if round % 6 == 5 {
            // The death of one of its processes makes the server throw all out and recover from its log.
            let process = server.ask("postgres", &format!("SELECT min(pid) {of_heard}"));
            Command::new("kill").args(["-9", &process]).status().unwrap();
            std::thread::sleep(Duration::from_secs(1));
        } else {
            server.ask("postgres", &format!("SELECT count(pg_terminate_backend(pid)) {of_heard}"));
        }
    }
    std::thread::sleep(Duration::from_millis(500));
    stop.store(true, Ordering::Relaxed);
    let acknowledged: BTreeSet<i64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert!(acknowledged.len() > 20 && refused.load(Ordering::Relaxed) > 0, "{} kept, {refused:?} refused", acknowledged.len());

    // All that was acknowledged is there, once and whole, and so are figures and followers, without a restart.
    let kept = store.read_now(&Scope::system(), |view| feedback::following(view, FeedbackId(0), 10_000_000)).unwrap();
    let expected: Vec<i64> = acknowledged.iter().flat_map(|begin| batch(*begin)).collect();
    assert_eq!(kept.into_iter().map(|id| id.0).collect::<Vec<_>>(), expected);
    let jobs = store.read_now(&Scope::system(), |view| job::list(view, 10_000_000)).unwrap();
    assert_eq!(jobs.iter().map(|waiting| waiting.id.0).collect::<BTreeSet<_>>(), acknowledged);
    let begun = Instant::now();
    while store.caught_up().is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the followers do not go on");
    }
    for way in [AnsweredBy::Columns, AnsweredBy::Cube, AnsweredBy::Sql] {
        let figures = store.figures_by(&Scope::system(), &Question::new(Measure::Volume), way).unwrap().unwrap();
        assert_eq!(figures.single().n, expected.len() as u64, "{way:?}");
    }
}

#[test]
fn one_program_at_a_time_writes_to_a_database_on_postgres() {
    let database = crate::server::postgres::Database::new();
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let at = Database::at(&database.url).unwrap();
    let store = Store::open_on(folder.path(), &at).unwrap();
    let refused = Store::open_on(other.path(), &at).map(drop).unwrap_err();
    assert!(matches!(&refused, StoreError::Busy(why) if why.contains("another Heard")), "{refused}");
    drop(store);
    Store::open_on(other.path(), &at).unwrap();
}

/// An index left behind by another database in the same folder is not taken for this one's.
#[test]
fn the_index_of_another_database_is_made_anew_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let search = |store: &Store| {
        let filter = heard_domain::question::Filter { words: "number".to_owned(), ..Default::default() };
        store.find_now(&Scope::system(), &filter, None, None, 10).unwrap().total
    };
    for count in [3, 5] {
        let database = crate::server::postgres::Database::new();
        let store = Store::open_on(folder.path(), &Database::at(&database.url).unwrap()).unwrap();
        company(&store);
        let rows: Vec<_> = (1..=count).map(|id| row(id, "a number")).collect();
        store.write_now(&Scope::system(), move |tx| insert_many(tx, &rows)).unwrap();
        // As many changes as the other database had, so that only its name tells them apart.
        store.caught_up().unwrap();
        assert_eq!(search(&store), count as u64);
        drop(store);
    }
}

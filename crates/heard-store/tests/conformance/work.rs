//! Background work: taken once, tried again, never forgotten.

use std::path::Path;

use heard_domain::id::{FeedbackId, JobId};
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::job::{self, Pace, Taken};

fn again(after: i64) -> Job {
    Job::ReadAgain { below: Some(FeedbackId(after)) }
}

fn take(store: &Store, now: i64) -> Option<Taken> {
    store.write_now(&Scope::system(), move |tx| job::take(tx, 1, Time(now), Pace::Soon)).unwrap()
}

pub fn jobs_are_taken_once_and_survive(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let scope = Scope::system();
    let store = open(folder.path());
    store
        .write_now(&scope, |tx| {
            job::add(tx, JobId(1), &again(10), Time(100))?;
            job::add(tx, JobId(2), &again(20), Time(50))
        })
        .unwrap();
    let undone = store.write_now(&scope, |tx| {
        job::add(tx, JobId(3), &again(30), Time(0))?;
        Err::<(), _>(StoreError::Conflict("undone".to_owned()))
    });
    assert!(undone.is_err());
    assert_eq!(take(&store, 49), None);
    assert_eq!(take(&store, 100).map(|t| (t.id, t.job, t.attempt)), Some((JobId(2), again(20), 1)));
    assert_eq!(take(&store, 100).map(|t| t.id), Some(JobId(1)));
    assert_eq!(take(&store, 100), None);
    drop(store);

    let store = open(folder.path());
    assert_eq!(take(&store, 100).map(|t| (t.id, t.attempt)), Some((JobId(2), 2)), "taken, but not finished before the end");
    store.write_now(&scope, |tx| job::finish(tx, JobId(2))).unwrap();
    assert_eq!(take(&store, 100).map(|t| t.id), Some(JobId(1)));
    assert_eq!(take(&store, 100), None);
    assert_eq!(store.read_now(&scope, job::count), Ok(1));
    drop(store);
    for end in 3..33 {
        let store = open(folder.path());
        assert_eq!(take(&store, 100).map(|t| t.attempt), Some(end), "that the program ended is not the job's fault");
    }
}

pub fn a_failing_job_waits_longer_each_time_and_is_given_up(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let scope = Scope::system();
    let store = open(folder.path());
    store.write_now(&scope, |tx| job::add(tx, JobId(1), &again(1), Time(0))).unwrap();
    let mut now = 0;
    let mut waits = Vec::new();
    for _ in 0..job::MOST_FAILURES {
        let taken = take(&store, now).unwrap();
        store.write_now(&scope, move |tx| job::fail(tx, taken.id, "no luck", Time(now))).unwrap();
        let waiting = store.read_now(&scope, |view| job::list(view, 10)).unwrap().remove(0);
        assert_eq!(waiting.failure.as_deref(), Some("no luck"));
        let Some(due) = waiting.due else { break };
        assert_eq!(take(&store, due.0 - 1), None);
        waits.push(due.0 - now);
        now = due.0;
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512].map(|seconds| seconds * 1000));
    assert_eq!(take(&store, i64::MAX), None, "given up, but still there to be seen");
    assert_eq!(store.read_now(&scope, job::count), Ok(1));
    assert_eq!(store.read_now(&scope, |view| job::next_due(view, Pace::Soon)), Ok(None));
}

pub fn what_nobody_waits_for_is_taken_by_the_hand_that_is_kept_for_it(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let scope = Scope::system();
    let store = open(folder.path());
    let deep = Job::ReadDeeply { feedback: vec![FeedbackId(1)] };
    let added = deep.clone();
    store
        .write_now(&scope, move |tx| {
            job::add(tx, JobId(1), &added, Time(10))?;
            job::add(tx, JobId(2), &again(20), Time(50))
        })
        .unwrap();
    let due = |pace| store.read_now(&scope, move |view| job::next_due(view, pace)).unwrap();
    assert_eq!((due(Pace::Soon), due(Pace::Patient)), (Some(Time(50)), Some(Time(10))));
    let patient = || store.write_now(&scope, |tx| job::take(tx, 2, Time(60), Pace::Patient)).unwrap();
    assert_eq!(take(&store, 60).map(|taken| taken.job), Some(again(20)));
    assert_eq!(take(&store, 60), None);
    assert_eq!(patient().map(|taken| taken.job), Some(deep));
    assert_eq!(patient(), None);
}

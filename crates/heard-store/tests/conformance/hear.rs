//! Feedback goes in and comes out.

use std::path::Path;

use heard_domain::scope::Scope;
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::feedback::{self, Outcome};

use crate::conformance::made::{company, row};

pub fn what_was_kept_comes_back(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    company(&store);
    let mut hostile = row(1, "<script>alert(1)</script> \u{202e}=cmd|'/c'!A1 \u{1} \u{7f} \u{feff} \u{1F600}");
    "k\u{1}e\'\"y$1".clone_into(&mut hostile.feedback.key);
    let mut long = row(2, "");
    long.feedback.text = "1 MB \u{1}".repeat(1 << 20).chars().take(1 << 20).collect();
    let rows = [hostile, long];
    let given = rows.clone();
    let outcomes = store.write_now(&scope, move |tx| feedback::insert_many(tx, &given)).unwrap();
    assert_eq!(outcomes, [Outcome::Added, Outcome::Added]);
    drop(store);

    let store = open(folder.path());
    let ids = rows.clone().map(|row| row.feedback.id);
    let kept = store.read_now(&scope, move |view| feedback::many(view, &ids)).unwrap();
    assert_eq!(kept, rows.map(|row| row.feedback));
}

pub fn the_same_key_adds_one(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    company(&store);
    let threads: Vec<_> = (1..=100)
        .map(|n| {
            let store = store.clone();
            std::thread::spawn(move || {
                let mut row = row(n, "the same words");
                "one key".clone_into(&mut row.feedback.key);
                "one body".clone_into(&mut row.hash);
                store.write_now(&Scope::system(), move |tx| feedback::insert_many(tx, &[row])).unwrap()[0]
            })
        })
        .collect();
    let outcomes: Vec<Outcome> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Outcome::Added).count(), 1);
    let kept = store.read_now(&Scope::system(), |view| feedback::following(view, heard_domain::id::FeedbackId(0), 10)).unwrap();
    assert_eq!(kept.len(), 1);
    assert!(outcomes.iter().all(|outcome| [Outcome::Added, Outcome::Known(kept[0])].contains(outcome)));
}

pub fn a_failing_write_leaves_the_others_intact(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    company(&store);
    // The first write holds the writer until the others wait behind it, so that they share its commit.
    let threads: Vec<_> = (1..=30)
        .map(|n| {
            let store = store.clone();
            let wait = std::thread::spawn({
                let scope = scope.clone();
                move || {
                    store.write_now(&scope, move |tx| {
                        if n == 1 {
                            std::thread::sleep(std::time::Duration::from_millis(15));
                        }
                        feedback::insert_many(tx, &[row(n, "words")])?;
                        assert!(n % 10 != 3, "a programmer's error");
                        if n % 3 == 0 { Err(StoreError::Conflict("on purpose".to_owned())) } else { Ok(()) }
                    })
                }
            });
            if n == 1 {
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            (n, wait)
        })
        .collect();
    for (n, thread) in threads {
        let failed = n % 3 == 0 || n % 10 == 3;
        assert_eq!(thread.join().unwrap().is_err(), failed, "write {n}");
    }
    let kept = store.read_now(&scope, |view| feedback::following(view, heard_domain::id::FeedbackId(0), 100)).unwrap();
    let expected: Vec<i64> = (1..=30).filter(|n| n % 3 != 0 && n % 10 != 3).collect();
    assert_eq!(kept.iter().map(|id| id.0).collect::<Vec<_>>(), expected);
    assert_eq!(store.read_now(&scope, feedback::count_by_post).unwrap().values().sum::<u64>(), expected.len() as u64);
}

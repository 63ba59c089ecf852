//! Columns and search index follow what is written, and are made anew when they are lost or damaged.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use heard_domain::id::FeedbackId;
use heard_domain::question::{AnsweredBy, Filter, Measure, Question};
use heard_domain::scope::Scope;
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::feedback::insert_many;

use conformance::made::{company, row};

mod conformance {
    pub mod made;
}

fn hear(store: &Store, ids: std::ops::RangeInclusive<i64>) {
    let rows: Vec<_> = ids.map(|id| row(id, &format!("words number{id}"))).collect();
    store.write_now(&Scope::system(), move |tx| insert_many(tx, &rows)).unwrap();
}

fn search(store: &Store, words: &str) -> Vec<i64> {
    let filter = Filter { words: words.to_owned(), ..Filter::default() };
    let found = store.find_now(&Scope::system(), &filter, None, None, 100).unwrap();
    found.ids.into_iter().map(|FeedbackId(id)| id).collect()
}

fn counted(store: &Store) -> u64 {
    let question = Question::new(Measure::Volume);
    store.figures_by(&Scope::system(), &question, AnsweredBy::Columns).unwrap().unwrap().single().n
}

#[test]
fn columns_know_at_once_and_words_within_about_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    company(&store);
    for round in 1..=20_i64 {
        hear(&store, round * 10..=round * 10 + 4);
        assert_eq!(counted(&store), round as u64 * 5);
    }
    let begun = Instant::now();
    while search(&store, "number204").is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(10), "words are not found");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn reopened(folder: &Path, harm: impl FnOnce(&Path)) -> Store {
    {
        let store = Store::open(folder).unwrap();
        company(&store);
        hear(&store, 1..=300);
        store.caught_up().unwrap();
        assert_eq!(search(&store, "number7"), [7]);
    }
    harm(&folder.join("index"));
    let store = Store::open(folder).unwrap();
    hear(&store, 301..=302);
    store.caught_up().unwrap();
    store
}

#[test]
fn a_lost_index_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = reopened(folder.path(), |index| fs::remove_dir_all(index).unwrap());
    assert_eq!(
        (search(&store, "number7"), search(&store, "number302"), search(&store, "words").len()),
        (vec![7], vec![302], 100)
    );
}

#[test]
fn a_damaged_index_is_made_anew() {
    for kind in ["term", "idx", "pos", "fast", "json"] {
        let folder = tempfile::tempdir().unwrap();
        let store = reopened(folder.path(), |index| {
            let files = fs::read_dir(index).unwrap().map(|file| file.unwrap().path());
            for file in files.filter(|file| file.extension().is_some_and(|e| e == kind)) {
                let mut bytes = fs::read(&file).unwrap();
                bytes.truncate(bytes.len() / 2);
                fs::write(&file, bytes).unwrap();
            }
        });
        assert_eq!((search(&store, "number7"), search(&store, "number302")), (vec![7], vec![302]), "{kind}");
    }
}

#[test]
fn an_index_of_other_data_is_made_anew() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    drop(reopened(folder.path(), |_| {}));
    let store = reopened(other.path(), |index| {
        // As after a backup of the database alone was put back: the index is ahead of it.
        fs::remove_dir_all(index).unwrap();
        let store = Store::open(folder.path()).unwrap();
        hear(&store, 400..=900);
        store.caught_up().unwrap();
        drop(store);
        fs::rename(folder.path().join("index"), index).unwrap();
    });
    assert_eq!((search(&store, "number500"), search(&store, "number302")), (vec![], vec![302]));
}

#[test]
fn a_search_that_cannot_be_read_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let filter = Filter { words: "a*".to_owned(), ..Filter::default() };
    let refused = store.find_now(&Scope::system(), &filter, None, None, 10).unwrap_err();
    assert!(matches!(refused, StoreError::Refused { field: "words", .. }) && refused.to_string().contains("two letters"));
    let question = Question::new(Measure::Volume).filter(filter);
    assert!(store.figures_now(&Scope::system(), &question).is_err());
}

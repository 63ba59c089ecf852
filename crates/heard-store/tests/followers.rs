//! Columns and search index follow what is written, and are made anew when they are lost or damaged.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use heard_domain::id::FeedbackId;
use heard_domain::question::{AnsweredBy, Filter, Measure, Question};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::feedback::{insert_many, revise};

use conformance::made::{company, row};

mod columns {
    mod snapshot;
}
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

/// The files of an index, by name; locks are none.
fn files(index: &Path) -> BTreeSet<PathBuf> {
    let there = fs::read_dir(index).unwrap().map(|file| file.unwrap().path());
    there.filter(|file| !file.to_string_lossy().ends_with(".lock")).collect()
}

/// Something that happens to a file.
type Harm = fn(&Path);

/// What can happen to a file, by name.
const HARMS: [(&str, Harm); 4] = [
    ("cut short", |file| cut(file, |length| length / 2)),
    ("empty", |file| cut(file, |_| 0)),
    ("flipped", |file| {
        let mut bytes = fs::read(file).unwrap();
        // In the middle of what Tantivy's footer, which ends every file, does not cover.
        let at = bytes.len().saturating_sub(120) / 2;
        bytes[at] ^= 0x10;
        fs::write(file, bytes).unwrap();
    }),
    ("gone", |file| fs::remove_file(file).unwrap()),
];

fn cut(file: &Path, to: fn(u64) -> u64) {
    let file = fs::OpenOptions::new().write(true).open(file).unwrap();
    file.set_len(to(file.metadata().unwrap().len())).unwrap();
}

fn kind(file: &Path) -> String {
    file.extension().map_or_else(|| file.file_name().unwrap().to_string_lossy(), |e| e.to_string_lossy()).into_owned()
}

fn found_as_ever(store: &Store, what: &str) {
    let found = (
        search(store, "number7"),
        search(store, "number302"),
        search(store, "late number4"),
        search(store, "words -number1*").len(),
    );
    assert_eq!(found, (vec![7], vec![302], vec![4], 100), "{what}");
    assert_eq!(store.degraded(), None, "{what}");
}

/// 302 feedbacks in an index that knows every kind of file.
fn well(folder: &Path) -> Store {
    let store = Store::open(folder).unwrap();
    if counted(&store) == 0 {
        company(&store);
        hear(&store, 1..=300);
        store.caught_up().unwrap();
        hear(&store, 301..=302);
        let revised = row(4, "late words number4");
        store.write_now(&Scope::system(), move |tx| revise(tx, &revised, Time(1))).unwrap();
    }
    store.caught_up().unwrap();
    store
}

#[test]
fn whatever_happens_to_a_file_at_rest_is_noticed_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index");
    found_as_ever(&well(folder.path()), "at first");
    let kinds: BTreeSet<String> = files(&index).iter().map(|file| kind(file)).collect();
    assert!(kinds.len() >= 7, "{kinds:?}");
    for each in &kinds {
        for (what, harm) in HARMS {
            let before = files(&index);
            let Some(file) = before.iter().find(|file| kind(file) == *each) else { continue };
            harm(file);
            let store = well(folder.path());
            found_as_ever(&store, &format!("{what}: {}", file.display()));
            let segments =
                |files: &BTreeSet<PathBuf>| files.iter().filter(|f| kind(f) == "idx").cloned().collect::<BTreeSet<_>>();
            assert!(segments(&before).is_disjoint(&segments(&files(&index))), "{what} was not noticed: {}", file.display());
        }
    }
}

#[test]
fn whatever_happens_to_a_file_in_use_is_noticed_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index");
    let store = well(folder.path());
    let kinds: BTreeSet<String> = files(&index).iter().map(|file| kind(file)).collect();
    for each in &kinds {
        for (what, harm) in HARMS {
            let before = files(&index);
            let Some(file) = before.iter().find(|file| kind(file) == *each) else { continue };
            let what = format!("{what}: {}", file.display());
            harm(file);
            assert_eq!(search(&store, "number7"), [7], "{what}");
            store.check_index().unwrap();
            found_as_ever(&store, &what);
            let segments =
                |files: &BTreeSet<PathBuf>| files.iter().filter(|f| kind(f) == "idx").cloned().collect::<BTreeSet<_>>();
            assert!(segments(&before).is_disjoint(&segments(&files(&index))), "not noticed: {what}");
        }
    }
}

#[test]
fn words_are_searched_without_an_index_that_cannot_be_made_and_this_is_said() {
    let folder = tempfile::tempdir().unwrap();
    drop(well(folder.path()));
    let index = folder.path().join("index");
    fs::remove_dir_all(&index).unwrap();
    fs::write(&index, "no folder can be here").unwrap();
    let store = Store::open(folder.path()).unwrap();
    let filter = Filter { words: "words -number1*".to_owned(), ..Filter::default() };
    let found = store.find_now(&Scope::system(), &filter, None, None, 5).unwrap();
    assert_eq!((found.total, found.degraded.map(|degraded| degraded.total)), (191, Some(302)));
    let asked = store.figures_now(&Scope::system(), &Question::new(Measure::Volume).filter(filter)).unwrap();
    assert_eq!((asked.single().n, asked.degraded.is_some()), (191, true));
    let plain = store.figures_now(&Scope::system(), &Question::new(Measure::Volume)).unwrap();
    assert_eq!((plain.single().n, plain.degraded), (302, None), "what needs no words is as always");
    hear(&store, 303..=303);
    assert_eq!(search(&store, "number303"), [303], "what is new is found as well");
    fs::remove_file(&index).unwrap();
    store.caught_up().unwrap();
    assert_eq!((search(&store, "number303"), store.degraded()), (vec![303], None));
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

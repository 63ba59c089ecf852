//! A snapshot of the columns is taken up where it fits, and never where it does not.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use heard_domain::question::{AnsweredBy, Dimension, Measure, Question};
use heard_domain::scope::Scope;
use heard_domain::time::Time;
use heard_store::backup::restore::restore;
use heard_store::backup::write::write;
use heard_store::figures::keep::{FILE, UNFINISHED};
use heard_store::sql::database::Database;
use heard_store::store::Store;
use heard_store::tables::feedback::revise;
use heard_store::tables::outbox;

use crate::conformance::made::{company, row};
use crate::hear;

/// A folder with 40 feedbacks, a snapshot of 30 of them, and one that was revised since.
fn made(folder: &Path) {
    let store = Store::open(folder).unwrap();
    company(&store);
    hear(&store, 1..=30);
    store.snapshot().unwrap();
    hear(&store, 31..=40);
    let revised = row(4, "other words");
    store.write_now(&Scope::system(), move |tx| revise(tx, &revised, Time(1))).unwrap();
    store.caught_up().unwrap();
}

/// The outbox number of the snapshot that the store began with; its figures are those of the truth in any case.
fn begun_with(store: &Store, feedbacks: u64) -> Option<i64> {
    store.caught_up().unwrap();
    for dimension in [Dimension::Day, Dimension::Post, Dimension::Category] {
        let question = Question::new(Measure::Volume).by([dimension]);
        let by = |way| store.figures_by(&Scope::system(), &question, way).unwrap().unwrap().rows;
        assert_eq!(by(AnsweredBy::Columns), by(AnsweredBy::Sql), "{dimension:?}");
    }
    let all = store.figures_by(&Scope::system(), &Question::new(Measure::Volume), AnsweredBy::Columns).unwrap().unwrap();
    assert_eq!(all.single().n, feedbacks);
    store.pace().snapshot
}

fn opened(folder: &Path, feedbacks: u64) -> Option<i64> {
    begun_with(&Store::open(folder).unwrap(), feedbacks)
}

#[test]
fn the_next_start_goes_on_from_it() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let store = Store::open(folder.path()).unwrap();
    assert!(begun_with(&store, 40).is_some_and(|sequence| sequence >= 30 && sequence < store.pace().outbox));
    hear(&store, 41..=42);
    assert_eq!(begun_with(&store, 42), Some(30));
}

#[test]
fn one_that_is_damaged_in_any_way_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let file = folder.path().join(FILE);
    let bytes = fs::read(&file).unwrap();
    let mut harmed: Vec<Vec<u8>> = vec![vec![], b"no snapshot".to_vec(), [&bytes, b"more".as_slice()].concat()];
    harmed.extend((1..8).map(|part| bytes[..bytes.len() * part / 8].to_vec()));
    harmed.extend((0..8).map(|part| {
        let mut bytes = bytes.clone();
        let at = bytes.len() * part / 8 + 5;
        bytes[at] ^= 4;
        bytes
    }));
    for (place, bytes) in harmed.iter().enumerate() {
        fs::write(&file, bytes).unwrap();
        assert_eq!(opened(folder.path(), 40), None, "{place}");
    }
    fs::write(&file, &bytes).unwrap();
    assert!(opened(folder.path(), 40).is_some(), "it was the harm that was noticed");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    assert_eq!(opened(folder.path(), 40), None);
}

#[test]
fn one_of_other_data_is_not_used() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    made(folder.path());
    made(other.path());
    fs::copy(folder.path().join(FILE), other.path().join(FILE)).unwrap();
    assert_eq!(opened(other.path(), 40), None);
}

/// Copies the files of the database, and takes away what the other one has beside them.
fn copy(from: &Path, to: &Path) {
    for name in ["heard.db", "heard.db-wal", "heard.db-shm"] {
        drop(fs::remove_file(to.join(name)));
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

#[test]
fn one_of_a_database_that_was_put_back_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let copied = tempfile::tempdir().unwrap();
    let file = folder.path().join(FILE);
    {
        let store = Store::open(folder.path()).unwrap();
        company(&store);
        hear(&store, 1..=20);
    }
    copy(folder.path(), copied.path());
    {
        let store = Store::open(folder.path()).unwrap();
        hear(&store, 21..=60);
        store.snapshot().unwrap();
    }
    let ahead = fs::read(&file).unwrap();
    assert_eq!(opened(folder.path(), 60), Some(60));
    copy(copied.path(), folder.path());
    assert_eq!(opened(folder.path(), 20), None, "it is ahead of the database");
    {
        fs::remove_file(&file).unwrap();
        let store = Store::open(folder.path()).unwrap();
        hear(&store, 100..=180);
    }
    fs::write(&file, &ahead).unwrap();
    assert_eq!(opened(folder.path(), 101), None, "the numbers fit, but not what stands behind them");
}

#[test]
fn one_that_the_outbox_does_not_reach_back_to_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let db = rusqlite::Connection::open(folder.path().join("heard.db")).unwrap();
    db.execute_batch("DELETE FROM outbox WHERE seq <= 31").unwrap();
    drop(db);
    assert_eq!(opened(folder.path(), 40), None);
}

#[test]
fn what_was_restored_from_a_backup_begins_without_one() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    made(folder.path());
    let file = folder.path().join("made.backup");
    let mut out = fs::File::create(&file).unwrap();
    write(folder.path(), &Database::in_folder(folder.path()), Time(1), "test", &mut out).unwrap();
    drop(out);
    fs::copy(folder.path().join(FILE), other.path().join(FILE)).unwrap();
    restore(&file, other.path(), &Database::in_folder(other.path()), true).unwrap();
    assert!(!other.path().join(FILE).exists());
    fs::copy(folder.path().join(FILE), other.path().join(FILE)).unwrap();
    assert_eq!(opened(other.path(), 40), None);
}

#[test]
fn one_that_was_cut_off_while_it_was_written_leaves_the_last_one_in_use() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let bytes = fs::read(folder.path().join(FILE)).unwrap();
    fs::write(folder.path().join(UNFINISHED), &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(opened(folder.path(), 40), Some(30));
    assert!(!folder.path().join(UNFINISHED).exists());
}

#[test]
fn a_full_disk_costs_only_the_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let store = Store::open(folder.path()).unwrap();
    store.caught_up().unwrap();
    symlink("/dev/full", folder.path().join(UNFINISHED)).unwrap();
    store.snapshot().unwrap();
    assert!(fs::symlink_metadata(folder.path().join(UNFINISHED)).is_err(), "what was begun is taken away");
    assert_eq!(begun_with(&store, 40), Some(30), "the last one stays");
    hear(&store, 41..=45);
    store.snapshot().unwrap();
    assert_eq!(begun_with(&store, 45), Some(store.pace().outbox), "with room again, the next one is written");
    drop(store);
    assert!(opened(folder.path(), 45).is_some());
}

#[test]
fn the_outbox_reaches_back_to_it() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path());
    let store = Store::open(folder.path()).unwrap();
    hear(&store, 100..=25_100);
    store.caught_up().unwrap();
    // Before the next of these, the outbox is cut back as far as may be.
    hear(&store, 30_000..=30_000);
    hear(&store, 30_001..=30_001);
    let first = store.read_now(&Scope::system(), outbox::first).unwrap();
    assert!(first <= 31, "{first}");
    store.snapshot().unwrap();
    hear(&store, 30_002..=30_002);
    hear(&store, 30_003..=30_003);
    let first = store.read_now(&Scope::system(), outbox::first).unwrap();
    assert!(first > 20_000, "{first}");
}

#[test]
fn where_there_is_much_one_is_written_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    {
        let store = Store::open(folder.path()).unwrap();
        company(&store);
        hear(&store, 1..=6_000);
        store.caught_up().unwrap();
    }
    assert_eq!(opened(folder.path(), 6_000), Some(6_000));
}

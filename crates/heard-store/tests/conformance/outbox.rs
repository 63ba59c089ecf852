//! The outbox: every change once, in order, and not kept longer than it is needed.

use std::path::Path;

use heard_domain::id::FeedbackId;
use heard_domain::scope::Scope;
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::{feedback, outbox};
use heard_store::view::Tx;

use crate::conformance::made::{company, row};

pub fn the_outbox_tells_every_change_and_is_cut_back(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    company(&store);
    let scope = Scope::system();
    let add = |first: i64, count: i64| {
        move |tx: &mut Tx| feedback::insert_many(tx, &(first..first + count).map(|id| row(id, "x")).collect::<Vec<_>>())
    };
    store.write_now(&scope, add(1, 3)).unwrap();
    let undone = store.write_now(&scope, move |tx| {
        add(4, 2)(tx)?;
        Err::<(), _>(StoreError::Conflict("on purpose".to_owned()))
    });
    assert!(undone.is_err());
    store.write_now(&scope, add(6, 1)).unwrap();
    let told = store.read_now(&scope, |view| outbox::after(view, 0, 100)).unwrap();
    assert_eq!(told.iter().map(|(_, id)| id.0).collect::<Vec<_>>(), [1, 2, 3, 6]);
    assert!(told.is_sorted_by(|a, b| a.0 < b.0));

    store.write_now(&scope, add(10, 25_000)).unwrap();
    store.caught_up().unwrap();
    // The next write sees that everything was followed; the one after it, what became of it.
    store.write_now(&scope, add(50_000, 1)).unwrap();
    store.write_now(&scope, add(50_001, 1)).unwrap();
    let (first, last) = store.read_now(&scope, |view| Ok((outbox::first(view)?, outbox::last(view)?))).unwrap();
    assert!(first > 20_000 && first < last, "{first} to {last}");
    drop(store);

    let store = open(folder.path());
    store.write_now(&scope, add(50_002, 1)).unwrap();
    let told = store.read_now(&scope, move |view| outbox::after(view, last, 10)).unwrap();
    assert_eq!(told, [(last + 1, FeedbackId(50_002))], "numbers are never given twice");
    store.caught_up().unwrap();
}

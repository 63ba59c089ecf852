//! The outbox: every change once, in order, and not kept longer than it is needed.

use std::path::Path;

use heard_domain::id::{FeedbackId, PostId};
use heard_domain::question::Filter;
use heard_domain::scope::{Reach, Scope};
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

pub fn what_arrived_is_told_to_those_who_may_see_it(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    company(&store);
    let all = Scope::system();
    let rows: Vec<_> = (1..=6).map(|id| row(id, "x")).collect();
    let posts: Vec<PostId> = rows.iter().map(|row| row.feedback.post).collect();
    store.write_now(&all, move |tx| feedback::insert_many(tx, &rows)).unwrap();
    let told = store.read_now(&all, |view| outbox::changes(view, 0, 100)).unwrap();
    assert_eq!(told.iter().map(|change| change.feedback.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(told.iter().map(|change| change.post).collect::<Vec<_>>(), posts.iter().copied().map(Some).collect::<Vec<_>>());
    assert!(told.iter().all(|change| !change.read));
    let from = told[3].sequence;
    assert_eq!(store.read_now(&all, move |view| outbox::changes(view, from, 1)).unwrap(), [told[4]]);

    let mut elsewhere = Scope::system();
    elsewhere.reach = Reach::Posts([PostId(999)].into());
    assert_eq!(store.read_now(&elsewhere, |view| outbox::changes(view, 0, 100)).unwrap(), []);
    let latest = |scope: &Scope| store.read_now(scope, |view| feedback::latest(view, FeedbackId(2), 3)).unwrap();
    assert_eq!((latest(&all), latest(&elsewhere)), ([6, 5, 4].map(FeedbackId).to_vec(), vec![]));

    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let here = Filter { post: vec![posts[0]], ..Filter::default() };
    let other = Filter { post: vec![PostId(999)], ..Filter::default() };
    runtime.block_on(async {
        let expected: Vec<_> = (3..=6).rev().filter(|id| posts[*id as usize - 1] == posts[0]).map(FeedbackId).collect();
        assert_eq!(store.arrived(&all, &here, None, FeedbackId(2)).await.unwrap(), expected);
        assert_eq!(store.arrived(&all, &other, None, FeedbackId(2)).await.unwrap(), []);
        assert_eq!(store.arrived(&elsewhere, &Filter::default(), None, FeedbackId(0)).await.unwrap(), []);
        let (first, next) = store.following(&all, &Filter::default(), None, (FeedbackId(0), FeedbackId(5)), 3).await.unwrap();
        assert_eq!((first, next), ([1, 2, 3].map(FeedbackId).to_vec(), Some(FeedbackId(3))));
        let (rest, next) = store.following(&all, &Filter::default(), None, (FeedbackId(3), FeedbackId(5)), 3).await.unwrap();
        assert_eq!((rest, next), ([4, 5].map(FeedbackId).to_vec(), None));
    });
}

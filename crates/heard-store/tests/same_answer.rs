//! Every way to an answer gives the same: cubes, columns, plain SQL and the search index, after any history of feedback,
//! readings, corrections and revisions.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod server {
    pub mod postgres;
}
mod small {
    pub mod ask;
    pub mod world;
}

use std::collections::BTreeMap;
use std::path::Path;

use heard_domain::question::{AnsweredBy, Dimension, Figures, Filter, Key, Measure, Question, Value};
use heard_domain::scope::Scope;
use heard_domain::time::{Period, Time};
use heard_store::store::Store;
use proptest::prelude::*;

use small::ask::{SEARCHES, period, question, scope};
use small::world::{Event, History, event, settle, tell_time};

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-6 * (1.0 + a.abs()),
        (a, b) => a == b,
    }
}

fn alike(a: &Value, b: &Value) -> bool {
    a.n == b.n && near(a.value, b.value) && near(a.low, b.low) && near(a.high, b.high)
}

/// Fails where two answers differ in anything but the way they were found.
fn compare(a: &Figures, b: &Figures) -> Result<(), TestCaseError> {
    let keys = |figures: &Figures| figures.rows.iter().map(|row| row.keys.clone()).collect::<Vec<_>>();
    prop_assert_eq!(keys(a), keys(b), "{:?} and {:?} of {:?}", a.answered_by, b.answered_by, a.question);
    for (a_row, b_row) in a.rows.iter().zip(&b.rows) {
        let same = alike(&a_row.value, &b_row.value)
            && match (&a_row.moved, &b_row.moved) {
                (Some(a), Some(b)) => {
                    alike(&a.before, &b.before)
                        && near(a.change, b.change)
                        && near(a.low, b.low)
                        && near(a.high, b.high)
                        && a.certainty == b.certainty
                }
                (a, b) => a.is_none() && b.is_none(),
            };
        prop_assert!(same, "{:?}: {a_row:?}\n{:?}: {b_row:?}\n{:?}", a.answered_by, b.answered_by, a.question);
    }
    Ok(())
}

fn check(store: &Store, scope: &Scope, question: &Question) -> Result<(), TestCaseError> {
    let by = |way| store.figures_by(scope, question, way).unwrap();
    let truth = by(AnsweredBy::Sql).unwrap();
    let mut sorted = truth.rows.clone();
    sorted.sort_by(|a, b| a.keys.cmp(&b.keys));
    prop_assert_eq!(&sorted, &truth.rows);
    compare(&truth, &by(AnsweredBy::Columns).unwrap())?;
    if let Some(cube) = by(AnsweredBy::Cube) {
        compare(&truth, &cube)?;
    }
    compare(&truth, &store.figures_now(scope, question).unwrap())?;
    // Every volume opens exactly its comments.
    if question.measure == Measure::Volume {
        for row in truth.rows.iter().take(5).chain(truth.rows.iter().filter(|row| row.keys.contains(&Key::None)).take(3)) {
            let (filter, period) = truth.comments(row);
            if opens_exactly(question) {
                let found = store.find_now(scope, &filter, period, None, 5).unwrap();
                prop_assert_eq!(found.total, row.value.n, "{:?} of {:?}", row, question);
            }
        }
    }
    Ok(())
}

/// A filter and a key of the same many-valued kind ask for a passage with both, which no single filter says.
fn opens_exactly(question: &Question) -> bool {
    let filter = &question.filter;
    let twice = |dimension, filtered: bool| filtered && question.by.contains(&dimension);
    !twice(Dimension::Category, !filter.category.is_empty()) && !twice(Dimension::Intent, !filter.intent.is_empty())
}

/// Pages of a list hold everything once, newest first.
fn pages(store: &Store, scope: &Scope, filter: &Filter, period: Option<Period>) -> Result<(), TestCaseError> {
    let all = store.find_now(scope, filter, period, None, usize::MAX - 1).unwrap();
    prop_assert_eq!((all.ids.len() as u64, all.more), (all.total, None));
    let (mut paged, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.find_now(scope, filter, period, cursor, 3).unwrap();
        prop_assert_eq!(page.total, all.total);
        paged.extend(page.ids);
        cursor = page.more;
        if cursor.is_none() {
            break;
        }
    }
    prop_assert_eq!(&paged, &all.ids);
    let times: Vec<(Time, i64)> = store
        .read_now(&Scope::system(), move |view| heard_store::tables::feedback::many(view, &paged))
        .unwrap()
        .into_iter()
        .map(|feedback| (feedback.at, feedback.id.0))
        .collect();
    prop_assert!(times.is_sorted_by(|a, b| a > b));
    if period.is_none() {
        let newest = store.newest_now(scope, filter).unwrap();
        prop_assert_eq!(newest, times.first().map(|(at, _)| heard_domain::time::Zone::UTC.day(*at)));
    }
    Ok(())
}

/// Tantivy's own count of words by a single-valued fact.
fn index(store: &Store) -> Result<(), TestCaseError> {
    for (place, search) in SEARCHES.iter().filter(|search| !search.contains('-')).chain(&[""]).enumerate() {
        let (field, dimension) = if place % 2 == 0 { ("post", Dimension::Post) } else { ("touchpoint", Dimension::Touchpoint) };
        let filter = Filter { words: (*search).to_owned(), ..Filter::default() };
        let question = Question::new(Measure::Volume).by([dimension]).filter(filter);
        let figures = store.figures_by(&Scope::system(), &question, AnsweredBy::Sql).unwrap().unwrap();
        let id = |key: &Key| match key {
            Key::Post(id) => Some(id.0),
            Key::Touchpoint(id) => Some(id.0),
            _ => None,
        };
        let expected: BTreeMap<i64, u64> = figures.rows.iter().filter_map(|row| Some((id(&row.keys[0])?, row.value.n))).collect();
        prop_assert_eq!(store.volume_in_index(search, field).unwrap(), expected, "{}", search);
    }
    Ok(())
}

/// Live writes, and the same questions on every way.
#[derive(Debug, Clone)]
struct Case {
    before: Vec<Event>,
    live: Vec<Event>,
    first: Vec<(Scope, Question)>,
    second: Vec<(Scope, Question)>,
    lists: Vec<(Scope, Question, Option<Period>)>,
    nested: bool,
    /// After how many events, if at all, a snapshot of the columns is written, from which the second store goes on.
    snapshot: Option<usize>,
}

fn case() -> impl Strategy<Value = Case> {
    let events = |most| prop::collection::vec(event(), 0..most);
    let questions = |count| prop::collection::vec((scope(), question()), count);
    let lists = prop::collection::vec((scope(), question(), prop::option::of(period())), 5);
    let snapshot = prop::option::weighted(0.7, 0_usize..60);
    (events(60), events(20), questions(10), questions(40), lists, any::<bool>(), snapshot).prop_map(
        |(before, live, first, second, lists, nested, snapshot)| Case { before, live, first, second, lists, nested, snapshot },
    )
}

fn every_way(open: &dyn Fn(&Path) -> Store, case: &Case) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::default();
    {
        let store = open(folder.path());
        tell_time(&store);
        settle(&store, case.nested);
        for (place, event) in case.before.iter().enumerate() {
            if case.snapshot == Some(place) {
                store.snapshot().unwrap();
            }
            history.happen(&store, event);
        }
        store.caught_up().unwrap();
        for (scope, question) in &case.first {
            check(&store, scope, question)?;
        }
    }
    // Opened again: the columns are loaded, or go on from their snapshot; the index goes on where it was.
    let store = open(folder.path());
    store.caught_up().unwrap();
    let kept = case.snapshot.is_some_and(|place| place < case.before.len());
    prop_assert_eq!(store.pace().snapshot.is_some(), kept);
    tell_time(&store);
    for event in &case.live {
        history.happen(&store, event);
    }
    store.caught_up().unwrap();
    for (scope, question) in &case.second {
        check(&store, scope, question)?;
    }
    for (scope, question, period) in &case.lists {
        pages(&store, scope, &question.filter, *period)?;
    }
    index(&store)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config(32))]

    #[test]
    fn every_way_gives_the_same_answer(case in case()) {
        every_way(&|folder| Store::open(folder).unwrap(), &case)?;
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn every_way_gives_the_same_answer_on_postgres(case in case()) {
        every_way(&server::postgres::store, &case)?;
    }
}

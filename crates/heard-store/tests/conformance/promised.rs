//! Promises and commitments; who opened a comment, and how far comments came.

use std::path::Path;
use std::sync::Arc;

use heard_domain::commitment::{Commitment, Undertaker};
use heard_domain::id::{CategoryId, CommitmentId, DepartmentId, FeedbackId, PromiseId, StageId, TouchpointId, UserId};
use heard_domain::ledger::LedgerStep;
use heard_domain::operation::Exposure;
use heard_domain::promise::Promise;
use heard_domain::question::Filter;
use heard_domain::scope::Scope;
use heard_domain::time::{Day, Period, Time};
use heard_store::error::StoreError;
use heard_store::figures::reached::Came;
use heard_store::store::Store;
use heard_store::tables::ledger::Steps;
use heard_store::tables::{commitment, exposure, feedback, ledger, promise, rule};

use crate::conformance::made;

pub fn promises_and_commitments_are_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    let made = Promise {
        id: PromiseId(1),
        words: "Within two days".into(),
        touchpoint: TouchpointId(3),
        categories: vec![CategoryId(4), CategoryId(5)],
        measure: Some("deliveries".into()),
        breaks: Some("late".into()),
        target: Some(95),
        attribute: None,
    };
    let changed = Promise { target: None, ..made.clone() };
    let (one, two) = (made.clone(), changed.clone());
    store.write_now(&scope, move |tx| promise::save(tx, &one)).unwrap();
    assert_eq!(store.read_now(&scope, |view| promise::get(view, PromiseId(1))), Ok(Some(made.clone())));
    store.write_now(&scope, move |tx| promise::save(tx, &two)).unwrap();
    assert_eq!(store.read_now(&scope, promise::list), Ok(vec![changed]));
    let same = Promise { id: PromiseId(2), ..made };
    let twice = store.write_now(&scope, move |tx| promise::save(tx, &same));
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    assert_eq!(store.write_now(&scope, |tx| promise::remove(tx, PromiseId(1))), Ok(true));
    assert_eq!(store.write_now(&scope, |tx| promise::remove(tx, PromiseId(1))), Ok(false));

    let of = |id, who, due| Commitment {
        id: CommitmentId(id),
        who,
        words: "Answer".into(),
        due: Day(due),
        consequence: String::new(),
        done: (id == 1).then_some(Day(7)),
    };
    let all = vec![of(2, Undertaker::User(UserId(8)), 20), of(1, Undertaker::Department(DepartmentId(9)), 10)];
    let given = all.clone();
    store.write_now(&scope, move |tx| given.iter().try_for_each(|one| commitment::save(tx, one))).unwrap();
    assert_eq!(store.read_now(&scope, commitment::list), Ok(all.clone()), "the latest due first");
    store.write_now(&scope, |tx| commitment::hand_over(tx, DepartmentId(9), DepartmentId(10))).unwrap();
    assert_eq!(store.read_now(&scope, |view| commitment::count_of(view, DepartmentId(10))), Ok(1));
    assert_eq!(store.write_now(&scope, |tx| commitment::remove(tx, CommitmentId(2))), Ok(true));
    assert_eq!(store.read_now(&scope, |view| commitment::get(view, CommitmentId(2))), Ok(None));
}

pub fn what_came_how_far_is_counted_by_stage_and_post(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    store
        .write_now(&scope, |tx| {
            feedback::insert_many(tx, &[made::row_at(11, 1, "one"), made::row_at(12, 1, "two"), made::row_at(13, 2, "three")])?;
            rule::send(tx, FeedbackId(11), &[], &[DepartmentId(1)], Time(5))?;
            ledger::open(tx, FeedbackId(11), UserId(1), Time(6))?;
            ledger::open(tx, FeedbackId(11), UserId(1), Time(7))?;
            ledger::open(tx, FeedbackId(13), UserId(2), Time(7))?;
            ledger::open(tx, FeedbackId(99), UserId(2), Time(7))
        })
        .unwrap();
    store.caught_up().unwrap();
    let run = tokio::runtime::Runtime::new().unwrap();
    let verified = Arc::new(Steps::of(&[(LedgerStep::Verified, vec![FeedbackId(12)])]));
    let steps = Arc::new(store.read_now(&scope, ledger::steps).unwrap());
    let both = || (Arc::clone(&steps), Arc::clone(&verified));
    let (all, lines) = run.block_on(store.reached(&scope, &Filter::default(), None, both())).unwrap();
    let counts = |line: &heard_domain::ledger::Line| line.reached.iter().map(|r| r.comments).collect::<Vec<_>>();
    assert_eq!(counts(&all), [3, 2, 1, 0, 0, 1]);
    assert_eq!(all.debt(), 3);
    assert_eq!(lines.len(), 3, "no stage: as a whole and at two posts");
    assert_eq!(counts(&lines[1]), [2, 1, 1, 0, 0, 1]);
    let missing = Came { step: LedgerStep::Read, to_it: false };
    let (found, total) = run.block_on(store.came(&scope, &Filter::default(), None, (missing, steps, verified), (0, 10))).unwrap();
    assert_eq!((found, total), (vec![FeedbackId(12)], 1));
    let spoken = run.block_on(store.spoken(&scope, &Filter::default(), None)).unwrap();
    assert_eq!(spoken.iter().map(|one| one.feedback.0).collect::<Vec<_>>(), [11, 12, 13]);

    // A day that was counted as a whole is not counted by place once more.
    let cell = |day, place: Option<&str>, count| Exposure {
        day: Day(day),
        stage: StageId(1),
        measure: "orders".into(),
        place: place.map(str::to_owned),
        count,
    };
    let cells = [cell(1, None, 10), cell(1, Some("A"), 4), cell(2, Some("A"), 3), cell(2, Some("B"), 2), cell(9, None, 1)];
    store.write_now(&scope, move |tx| cells.iter().try_for_each(|one| exposure::put(tx, None, one).map(drop))).unwrap();
    let period = Period { first: Day(1), last: Day(5) };
    let days = store.read_now(&scope, move |view| exposure::by_day(view, StageId(1), "orders", period));
    assert_eq!(days, Ok(vec![(Day(1), 10), (Day(2), 5)]));
}

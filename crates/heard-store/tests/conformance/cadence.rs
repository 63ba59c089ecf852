//! Receivers of alerts, promises in cases, and digests.

use std::path::Path;

use heard_domain::alert::AlertKind;
use heard_domain::digest::{Digest, DigestState};
use heard_domain::id::{CaseId, CasePromiseId, DepartmentId, ReceiverId, UserId};
use heard_domain::promise::CasePromise;
use heard_domain::receiver::Receiver;
use heard_domain::scope::Scope;
use heard_domain::taxonomy::Department;
use heard_domain::time::{Day, Time};
use heard_store::store::Store;
use heard_store::tables::{case, case_promise, department, digest, receiver};

use crate::conformance::cases::{filled, kept, narrow};

pub fn receivers_are_kept_and_remember_what_became_of_deliveries(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    let pager = Receiver {
        id: ReceiverId(1),
        name: "Pager".into(),
        address: "https://pager.example/in".into(),
        kinds: vec![AlertKind::Here, AlertKind::Late],
        on: true,
        since: Time(5),
        delivered: None,
        failed: None,
        failure: None,
    };
    let given = pager.clone();
    store.write_now(&scope, move |tx| receiver::insert(tx, &given, "whsec_AAAA")).unwrap();
    let get = || store.read_now(&scope, |view| receiver::get(view, ReceiverId(1))).unwrap().unwrap();
    assert_eq!((get(), store.read_now(&scope, receiver::list)), (pager.clone(), Ok(vec![pager.clone()])));
    let secret = || store.read_now(&scope, |view| receiver::secret(view, ReceiverId(1))).unwrap();
    assert_eq!(secret().as_deref(), Some("whsec_AAAA"));
    store.write_now(&scope, |tx| receiver::failed(tx, ReceiverId(1), Time(7), "it answered 500", false)).unwrap();
    let failed = Receiver { failed: Some(Time(7)), failure: Some("it answered 500".into()), ..pager.clone() };
    assert_eq!(get(), failed);
    store.write_now(&scope, |tx| receiver::took(tx, ReceiverId(1), Time(8))).unwrap();
    assert_eq!(get(), Receiver { delivered: Some(Time(8)), failure: None, ..failed.clone() });
    // Who wants no more is switched off; everything else stays.
    store.write_now(&scope, |tx| receiver::failed(tx, ReceiverId(1), Time(9), "gone", true)).unwrap();
    assert_eq!((get().on, get().failure.as_deref()), (false, Some("gone")));
    let changed = Receiver { name: "Other".into(), kinds: vec![], ..get() };
    let given = changed.clone();
    store.write_now(&scope, move |tx| receiver::update(tx, &given)).unwrap();
    store.write_now(&scope, |tx| receiver::rotate(tx, ReceiverId(1), "whsec_BBBB")).unwrap();
    assert_eq!((get(), secret().as_deref()), (changed, Some("whsec_BBBB")));
    assert_eq!(store.write_now(&scope, |tx| receiver::remove(tx, ReceiverId(1))), Ok(true));
    assert_eq!(store.write_now(&scope, |tx| receiver::remove(tx, ReceiverId(1))), Ok(false));
    assert_eq!(secret(), None);
}

pub fn promises_in_cases_are_kept_in_sight_and_by_their_day(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    let made = |id: i64, case: i64, due: i32| CasePromise {
        id: CasePromiseId(id),
        case: CaseId(case),
        by: UserId(3),
        words: format!("We call {id}"),
        due: Day(due),
        done: None,
    };
    let all = [made(1, 1, 20_000), made(2, 1, 20_001), made(3, 2, 20_001)];
    let given = all.clone();
    store
        .write_now(&scope, move |tx| {
            case::insert(tx, &kept(1, 1, 1, None))?;
            case::insert(tx, &kept(2, 2, 1, None))?;
            given.iter().try_for_each(|promise| case_promise::save(tx, promise))
        })
        .unwrap();
    let of = |case: i64| store.read_now(&scope, move |view| case_promise::list(view, CaseId(case))).unwrap();
    assert_eq!((of(1), of(2)), (all[..2].to_vec(), all[2..].to_vec()));
    let due = |scope: &Scope, first: i32, last: i32| {
        store.read_now(scope, move |view| case_promise::due_between(view, Day(first), Day(last))).unwrap()
    };
    assert_eq!(due(&scope, 20_001, 20_009), all[1..].to_vec());
    assert_eq!(due(&narrow(2), 0, 30_000), all[2..].to_vec(), "what lies in cases out of sight is out of sight");
    let done = CasePromise { done: Some(Day(19_999)), ..all[0].clone() };
    let given = done.clone();
    store.write_now(&scope, move |tx| case_promise::save(tx, &given)).unwrap();
    assert_eq!(store.read_now(&scope, |view| case_promise::get(view, CasePromiseId(1))), Ok(Some(done)));
}

pub fn a_digest_is_there_once_and_each_thing_happens_to_it_once(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    let (one, week) = (DepartmentId(1), Day(20_000).monday());
    store.write_now(&scope, move |tx| department::save(tx, &Department::named(one, "Crew"))).unwrap();
    assert_eq!(store.write_now(&scope, move |tx| digest::publish(tx, one, week, Time(5))), Ok(true));
    assert_eq!(store.write_now(&scope, move |tx| digest::publish(tx, one, week, Time(6))), Ok(false), "once");
    let mailed = |mailed| store.write_now(&scope, move |tx| digest::set_mailed(tx, UserId(5), mailed, Time(1)));
    assert_eq!([mailed(true), mailed(false), mailed(false)], [Ok(false), Ok(true), Ok(false)]);
    assert_eq!(store.read_now(&scope, digest::unmailed), Ok(vec![UserId(5)]));
    assert_eq!((mailed(true), store.read_now(&scope, digest::unmailed)), (Ok(true), Ok(vec![])));
    assert_eq!(store.write_now(&scope, move |tx| digest::publish(tx, one, week + 7, Time(7))), Ok(true));
    let get = move |view: &heard_store::view::View| digest::get(view, one, week);
    let fresh =
        Digest { department: one, week, published: Time(5), acknowledged: None, by: None, reminded: None, escalated: None };
    assert_eq!(store.read_now(&scope, get), Ok(Some(fresh)));
    assert_eq!(store.write_now(&scope, move |tx| digest::remind(tx, one, week, Time(8))), Ok(true));
    assert_eq!(store.write_now(&scope, move |tx| digest::remind(tx, one, week, Time(9))), Ok(false), "once");
    assert_eq!(store.write_now(&scope, move |tx| digest::escalate(tx, one, week, Time(10))), Ok(true));
    assert_eq!(store.write_now(&scope, move |tx| digest::escalate(tx, one, week, Time(11))), Ok(false), "once");
    assert_eq!(store.read_now(&scope, digest::waiting).unwrap().len(), 2);
    assert_eq!(store.write_now(&scope, move |tx| digest::acknowledge(tx, one, week, UserId(3), Time(12))), Ok(true));
    assert_eq!(store.write_now(&scope, move |tx| digest::acknowledge(tx, one, week, UserId(4), Time(13))), Ok(false), "once");
    let acknowledged = store.read_now(&scope, get).unwrap().unwrap();
    assert_eq!((acknowledged.by, acknowledged.state()), (Some(UserId(3)), DigestState::AcknowledgedLate));
    let next = move |tx: &mut heard_store::view::Tx| digest::acknowledge(tx, one, week + 7, UserId(3), Time(14));
    assert_eq!(store.write_now(&scope, next), Ok(true));
    let late = move |tx: &mut heard_store::view::Tx| digest::escalate(tx, one, week + 7, Time(15));
    assert_eq!(store.write_now(&scope, late), Ok(false), "what was acknowledged is never late");
    assert_eq!(store.read_now(&scope, digest::waiting), Ok(vec![]));
    let weeks = store.read_now(&scope, move |view| digest::since(view, week)).unwrap();
    assert_eq!(weeks.iter().map(|digest| digest.week).collect::<Vec<_>>(), [week + 7, week]);
    store.write_now(&scope, move |tx| department::remove(tx, one)).unwrap();
    assert_eq!(store.read_now(&scope, get), Ok(None), "they go with their department");
}

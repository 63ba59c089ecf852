//! Cases, their threads and tasks; rules and what they have sent; alerts.

use std::path::Path;

use heard_domain::alert::{Alert, AlertKind};
use heard_domain::case::{Case, CaseState};
use heard_domain::case_entry::{CaseEntry, CaseEntryKind, CaseEvent, SpokenBy, Task};
use heard_domain::id::{
    AlertId, CaseEntryId, CaseId, CategoryId, DepartmentId, FeedbackId, PersonId, PlaceId, PostId, RuleId, TaskId, UserId,
};
use heard_domain::kept_case::KeptCase;
use heard_domain::rule::{Conditions, Rule, Urgency, Way};
use heard_domain::scope::Scope;
use heard_domain::taxonomy::Department;
use heard_domain::time::{Day, Time};
use heard_domain::user::{Role, User};
use heard_store::store::Store;
use heard_store::tables::case::{Answering, Sought};
use heard_store::tables::rule::RuleState;
use heard_store::tables::{alert, case, case_entry, department, feedback, rule};

use crate::conformance::made;

pub fn filled(store: &Store) {
    made::company(store);
    store
        .write_now(&Scope::system(), |tx| {
            for (id, name) in [(1, "Crew"), (2, "Ground"), (3, "Baggage")] {
                department::save(tx, &Department::named(DepartmentId(id), name))?;
            }
            feedback::insert_many(tx, &[made::row_at(11, 1, "one"), made::row_at(12, 1, "two"), made::row_at(13, 2, "three")])
        })
        .unwrap();
}

pub fn kept(id: i64, post: i64, department: i64, due: Option<i64>) -> KeptCase {
    KeptCase {
        case: Case::open(CaseId(id), DepartmentId(department), 480, Time(1_000)),
        number: 1_000 + id,
        version: 1,
        urgency: Urgency::High,
        post: PostId(post),
        person: Some(PersonId(5)),
        account: None,
        stage: None,
        category: Some(CategoryId(7)),
        place: Some(PlaceId(8)),
        here: id == 1,
        opened: Time(1_000),
        changed: Time(1_000),
        due: due.map(Time),
        departments: vec![DepartmentId(3)],
        feedback: vec![FeedbackId(10 + id)],
    }
}

pub fn narrow(post: i64) -> Scope {
    Scope::of_user(&User {
        id: UserId(1),
        email: "narrow@example.org".into(),
        name: "Narrow".into(),
        role: Role::Admin,
        posts: Some(vec![PostId(post)]),
        since: Time(0),
        active: true,
    })
}

pub fn a_case_is_kept_found_and_changed_once(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    assert_eq!(store.read_now(&scope, case::next_number), Ok(1001));
    let all = [kept(1, 1, 1, Some(5_000)), kept(2, 1, 2, None), kept(3, 2, 1, Some(4_000))];
    let given = all.clone();
    store.write_now(&scope, move |tx| given.iter().try_for_each(|kept| case::insert(tx, kept))).unwrap();
    assert_eq!(store.read_now(&scope, |view| case::get(view, CaseId(1))), Ok(Some(all[0].clone())));
    assert_eq!(store.read_now(&scope, case::next_number), Ok(1004));
    assert_eq!(store.read_now(&narrow(2), |view| case::get(view, CaseId(1))), Ok(None));
    assert_eq!(store.read_now(&scope, |view| case::numbered(view, 1002)), Ok(Some(CaseId(2))));
    assert_eq!(store.read_now(&narrow(2), |view| case::numbered(view, 1002)), Ok(None));

    let ids = |scope: &Scope, sought: Sought| -> Vec<i64> {
        let found = store.read_now(scope, move |view| {
            let found = case::list(view, &sought, None, 10)?;
            assert_eq!(case::count(view, &sought)?, found.len() as u64);
            Ok(found)
        });
        found.unwrap().iter().map(|kept| kept.case.id.0).collect()
    };
    assert_eq!(ids(&scope, Sought::default()), [3, 1, 2], "what is due first, then what is not due");
    assert_eq!(ids(&narrow(1), Sought::default()), [1, 2]);
    assert_eq!(ids(&scope, Sought { departments: vec![DepartmentId(2)], ..Sought::default() }), [2]);
    assert_eq!(ids(&scope, Sought { departments: vec![DepartmentId(3)], ..Sought::default() }), [3, 1, 2], "contributing");
    assert_eq!(ids(&scope, Sought { due_before: Some(Time(4_500)), ..Sought::default() }), [3]);
    assert_eq!(ids(&scope, Sought { states: vec![CaseState::Helped], ..Sought::default() }), [0_i64; 0]);
    let opened = all[1].opened;
    let within = |until| Sought { opened: Some((opened, until)), departments: vec![DepartmentId(3)], ..Sought::default() };
    assert_eq!(ids(&scope, within(opened)), [0_i64; 0], "the end is not part of it");
    assert!(ids(&scope, within(opened.plus_ms(1))).contains(&2));
    assert_eq!(ids(&scope, Sought { assigned: Some(Answering::Nobody), ..Sought::default() }), [3, 1, 2]);
    assert_eq!(ids(&scope, Sought { category: vec![CategoryId(9)], ..Sought::default() }), [0_i64; 0]);
    assert_eq!(ids(&scope, Sought { urgency: vec![Urgency::High, Urgency::Now], ..Sought::default() }), [3, 1, 2]);
    // Page by page nothing is missed and nothing comes twice.
    let (mut after, mut seen) = (None, vec![]);
    loop {
        let page = store.read_now(&scope, move |view| case::list(view, &Sought::default(), after, 1)).unwrap();
        let Some(one) = page.first() else { break };
        seen.push(one.case.id.0);
        after = Some((one.due.map_or(case::NEVER, |due| due.0), one.case.id));
    }
    assert_eq!(seen, [3, 1, 2]);

    // Who has seen an older version changes nothing.
    let mut changed = all[0].clone();
    changed.version = 2;
    changed.case.state = CaseState::Merged;
    changed.case.merged = Some((CaseId(2), CaseState::Open));
    changed.case.countdown.since = None;
    changed.case.first_countdown = Some(changed.case.countdown);
    changed.case.helped = Some(false);
    changed.due = None;
    let twice = changed.clone();
    let write = move |tx: &mut _| Ok((case::update(tx, &twice)?, case::update(tx, &twice)?));
    assert_eq!(store.write_now(&scope, write), Ok((true, false)));
    assert_eq!(store.read_now(&scope, |view| case::get(view, CaseId(1))), Ok(Some(changed)));
    let open = store.read_now(&scope, |view| case::open_of(view, PersonId(5))).unwrap();
    assert_eq!(open.iter().map(|kept| kept.case.id.0).collect::<Vec<_>>(), [3, 2]);
    let of = store.read_now(&narrow(1), |view| case::of_feedback(view, &[FeedbackId(11), FeedbackId(13)])).unwrap();
    assert_eq!(of, [(FeedbackId(11), CaseId(1))].into());
    let running = store.read_now(&scope, case::running).unwrap();
    assert_eq!(running.iter().map(|(id, _, _, due)| (id.0, *due)).collect::<Vec<_>>(), [(2, None), (3, Some(Time(4_000)))]);

    // A department goes into another one; what contributed twice contributes once.
    assert_eq!(store.read_now(&scope, |view| case::count_of(view, DepartmentId(1))), Ok((1, 2)));
    store.write_now(&scope, |tx| case::hand_over(tx, DepartmentId(1), DepartmentId(2))).unwrap();
    store.write_now(&scope, |tx| case::contribute(tx, CaseId(2), &[DepartmentId(2), DepartmentId(3)])).unwrap();
    store.write_now(&scope, |tx| case::hand_over(tx, DepartmentId(3), DepartmentId(2))).unwrap();
    let two = store.read_now(&scope, |view| case::get(view, CaseId(2))).unwrap().unwrap();
    assert_eq!((two.case.department, two.departments), (DepartmentId(2), vec![DepartmentId(2)]));
    assert_eq!(store.read_now(&scope, |view| case::count_of(view, DepartmentId(1))), Ok((0, 0)));
}

pub fn what_rules_have_sent_is_remembered_and_seen_by_those_who_may(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    let when = Conditions { words: vec!["refund*".into()], ..Conditions::default() };
    let way = Way { departments: vec![DepartmentId(1)], opens_case: true, alerts: true, urgency: Some(Urgency::Now) };
    let state = RuleState { rule: Rule { id: RuleId(1), name: "Refunds".into(), on: false, when, way }, since: None };
    let given = state.clone();
    store.write_now(&scope, move |tx| rule::save(tx, &given)).unwrap();
    assert_eq!(store.read_now(&scope, rule::any_on), Ok(false));
    let on = RuleState { rule: Rule { on: true, ..state.rule.clone() }, since: Some(Time(9)) };
    let given = on.clone();
    store.write_now(&scope, move |tx| rule::save(tx, &given)).unwrap();
    assert_eq!(store.read_now(&scope, |view| Ok((rule::any_on(view)?, rule::list(view)?))), Ok((true, vec![on.clone()])));
    assert_eq!(store.read_now(&scope, |view| rule::get(view, RuleId(1))), Ok(Some(on)));
    let send = |tx: &mut _| {
        for feedback in [11, 13] {
            rule::send(tx, FeedbackId(feedback), &[RuleId(1), RuleId(2)], &[DepartmentId(1), DepartmentId(2)], Time(feedback))?;
            rule::send(tx, FeedbackId(feedback), &[RuleId(1)], &[DepartmentId(1)], Time(99))?;
        }
        Ok(())
    };
    store.write_now(&scope, send).unwrap();
    let sent = store.read_now(&scope, |view| rule::sent(view, &[FeedbackId(11), FeedbackId(12)])).unwrap();
    assert_eq!(sent, [(FeedbackId(11), RuleId(1)), (FeedbackId(11), RuleId(2))].into());
    assert_eq!(store.read_now(&scope, |view| rule::tally(view, Time(12))), Ok(vec![(RuleId(1), 1), (RuleId(2), 1)]));
    let of = |scope: &Scope| store.read_now(scope, |view| rule::departments_of(view, FeedbackId(11))).unwrap();
    assert_eq!((of(&scope), of(&narrow(2))), (vec![DepartmentId(1), DepartmentId(2)], vec![]));
    assert_eq!(store.write_now(&scope, |tx| Ok((rule::remove(tx, RuleId(1))?, rule::remove(tx, RuleId(1))?))), Ok((true, false)));
}

pub fn alerts_are_seen_once_and_threads_keep_their_order(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    let made = |id: i64, post: i64| Alert {
        id: AlertId(id),
        kind: AlertKind::Here,
        at: Time(id),
        urgency: Urgency::Now,
        post: PostId(post),
        place: Some(PlaceId(8)),
        departments: vec![DepartmentId(1)],
        feedback: Some(FeedbackId(11)),
        case: Some(CaseId(1)),
    };
    let entry = |id: i64, kind: CaseEntryKind| CaseEntry {
        id: CaseEntryId(id),
        case: CaseId(1),
        kind,
        at: Time(id),
        by: (kind == CaseEntryKind::Note).then_some(UserId(3)),
        text: "“words”".into(),
        way: (kind == CaseEntryKind::Answer).then_some(SpokenBy::Phone),
        mentions: vec![UserId(4)],
        event: (kind == CaseEntryKind::Event).then_some(CaseEvent::Opened { feedback: FeedbackId(11), rules: vec![RuleId(1)] }),
    };
    let thread = [entry(21, CaseEntryKind::Event), entry(22, CaseEntryKind::Answer), entry(23, CaseEntryKind::Note)];
    let task = Task {
        id: TaskId(31),
        case: CaseId(1),
        words: "Call back".into(),
        owner: Some(UserId(3)),
        due: Some(Day(20_000)),
        done: None,
    };
    let given = (thread.clone(), task.clone(), made(41, 1), made(42, 2));
    store
        .write_now(&scope, move |tx| {
            case::insert(tx, &kept(1, 1, 1, None))?;
            given.0.iter().try_for_each(|entry| case_entry::add(tx, entry))?;
            case_entry::save_task(tx, &given.1)?;
            alert::add(tx, &given.2, &[UserId(3), UserId(4), UserId(3)])?;
            alert::add(tx, &given.3, &[UserId(3)])
        })
        .unwrap();
    assert_eq!(store.read_now(&scope, |view| case_entry::list(view, CaseId(1))), Ok(thread.to_vec()));
    assert_eq!(store.read_now(&scope, |view| case_entry::last_by(view, CaseId(1))), Ok(Some((UserId(3), Time(23)))));
    assert_eq!(store.read_now(&scope, |view| case_entry::tasks_for(view, UserId(3), 9)), Ok(vec![task.clone()]));
    let done = Task { done: Some(Time(50)), ..task };
    let given = done.clone();
    store.write_now(&scope, move |tx| case_entry::save_task(tx, &given)).unwrap();
    assert_eq!(store.read_now(&scope, |view| case_entry::tasks(view, CaseId(1))), Ok(vec![done.clone()]));
    assert_eq!(store.read_now(&scope, |view| case_entry::task_of(view, TaskId(31))), Ok(Some(done)));
    assert_eq!(store.read_now(&scope, |view| case_entry::tasks_for(view, UserId(3), 9)), Ok(vec![]));

    let unseen = |scope: &Scope, user: i64| -> Vec<i64> {
        let found = store.read_now(scope, move |view| alert::unseen(view, UserId(user), 9)).unwrap();
        found.iter().map(|alert| alert.id.0).collect()
    };
    assert_eq!((unseen(&scope, 3), unseen(&narrow(2), 3), unseen(&scope, 4)), (vec![42, 41], vec![42], vec![41]));
    assert_eq!(store.write_now(&scope, |tx| alert::seen(tx, UserId(3), AlertId(41), Time(60))), Ok(1));
    assert_eq!((unseen(&scope, 3), unseen(&scope, 4)), (vec![42], vec![41]));
    assert_eq!(store.write_now(&scope, |tx| alert::seen_of_case(tx, UserId(4), CaseId(1), Time(60))), Ok(1));
    assert_eq!(unseen(&scope, 4), [0_i64; 0]);
}

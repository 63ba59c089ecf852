//! Departments, places, calendars, segments, changes of the taxonomy.

use std::path::Path;

use heard_domain::account::{Account, Money, Person};
use heard_domain::calendar::{Calendar, Holiday};
use heard_domain::id::{
    AccountId, CalendarId, CategoryId, CorrectionId, DepartmentId, FeedbackId, PersonId, PlaceId, SegmentId, UserId,
};
use heard_domain::place::Place;
use heard_domain::reading::{Change, Correction};
use heard_domain::scope::Scope;
use heard_domain::segment::{PersonFilter, Segment};
use heard_domain::taxonomy::{Department, Taxonomy};
use heard_domain::time::{Day, Time, Zone};
use heard_domain::user::{Role, User};
use heard_store::store::Store;
use heard_store::tables::taxonomy_change::{Back, Changed};
use heard_store::tables::{
    account, attribute, calendar, department, feedback, person, place, reading, segment, taxonomy_change, user,
};

use crate::conformance::made;

pub fn departments_places_and_calendars_are_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    let helsinki: Zone = "Europe/Helsinki".parse().unwrap();
    let off = Holiday { day: Day(20_000), name: "Off".to_owned(), yearly: true };
    let week = Calendar::usual_week();
    let hours = Calendar { id: CalendarId(1), name: "Hours".to_owned(), zone: helsinki.clone(), week, holidays: vec![off] };
    let ground = Department {
        head: Some("Noor".to_owned()),
        contact: Some("ground@example.org".to_owned()),
        calendar: Some(CalendarId(1)),
        partner: true,
        ..Department::named(DepartmentId(2), "Ground")
    };
    let larkfield = Place {
        id: PlaceId(3),
        name: "Larkfield".to_owned(),
        address: "12 Mill Lane".to_owned(),
        zone: Some(helsinki),
        calendar: Some(CalendarId(1)),
        codes: vec!["LKF".to_owned(), "100%_".to_owned()],
    };
    let noor = User {
        id: UserId(4),
        email: "noor@example.org".to_owned(),
        name: "Noor".to_owned(),
        role: Role::DepartmentMember,
        posts: None,
        since: Time(0),
        active: true,
    };
    let kept = (hours.clone(), ground.clone(), larkfield.clone());
    store
        .write_now(&scope, move |tx| {
            calendar::save(tx, &kept.0)?;
            department::save(tx, &kept.1)?;
            place::save(tx, &kept.2)?;
            user::insert(tx, &noor, "none")?;
            department::set_members(tx, DepartmentId(2), &[UserId(4), UserId(4)])
        })
        .unwrap();
    assert_eq!(store.read_now(&scope, calendar::list), Ok(vec![hours]));
    assert_eq!(store.read_now(&scope, department::list), Ok(vec![ground.clone()]));
    assert_eq!(store.read_now(&scope, |view| place::get(view, PlaceId(3))), Ok(Some(larkfield.clone())));
    assert_eq!(store.read_now(&scope, department::members), Ok(vec![(DepartmentId(2), UserId(4))]));
    store.write_now(&scope, |tx| calendar::remove(tx, CalendarId(1))).unwrap();
    assert_eq!(store.read_now(&scope, department::list), Ok(vec![Department { calendar: None, ..ground }]));
    assert_eq!(store.read_now(&scope, place::list), Ok(vec![Place { calendar: None, ..larkfield }]));
    let gone = |tx: &mut _| {
        department::remove(tx, DepartmentId(2))?;
        place::remove(tx, PlaceId(3))
    };
    store.write_now(&scope, gone).unwrap();
    assert_eq!(store.read_now(&scope, department::members), Ok(vec![]));
    // Two values of an attribute become one.
    made::company(&store);
    let moved = store.write_now(&scope, |tx| {
        let mut next = 100..;
        let mut next = || next.next().unwrap_or_default();
        let name = attribute::find_or_declare(tx, "Place", &mut next)?;
        let (a, b) = (
            attribute::find_or_declare_value(tx, name, "LKF", &mut next)?,
            attribute::find_or_declare_value(tx, name, "Larkfield", &mut next)?,
        );
        let mut rows = vec![made::row(1, "one"), made::row(2, "two")];
        rows[0].feedback.attributes = vec![(name, a)];
        rows[1].feedback.attributes = vec![(name, b)];
        feedback::insert_many(tx, &rows)?;
        attribute::merge_value(tx, name, a, b)
    });
    assert_eq!(moved, Ok(1));
    assert_eq!(store.read_now(&scope, |view| attribute::feedback_with(view, "Place", "Larkfield")), Ok(2));
    assert_eq!(store.read_now(&scope, |view| attribute::feedback_with(view, "Place", "LKF")), Ok(0));
}

pub fn a_segment_holds_who_fits_today(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    let today = Day(20_000);
    store
        .write_now(&scope, move |tx| {
            for id in 1..=3_i64 {
                let account = Account {
                    id: AccountId(id),
                    name: format!("Ölwerk {id}"),
                    yearly_value: (id > 1).then(|| Money { minor: id * 1_000, currency: "EUR".to_owned() }),
                    key_account: id == 2,
                    renewal: (id != 3).then_some(today + 10 * id as i32),
                };
                account::save(tx, &account)?;
                let role = Some("Finanzchefin ÄÖ".to_owned()).filter(|_| id != 1);
                person::insert(tx, &Person { id: PersonId(id), name: String::new(), role, account: Some(AccountId(id)) }, &[])?;
            }
            person::insert(tx, &Person { id: PersonId(4), name: "Mia".to_owned(), role: None, account: None }, &[])
        })
        .unwrap();
    let all = PersonFilter::default;
    let holds = |filter: PersonFilter| {
        store
            .read_now(&scope, move |view| segment::persons(view, &filter, today))
            .unwrap()
            .into_iter()
            .map(|p| p.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(holds(all()), [1, 2, 3, 4]);
    assert_eq!(holds(PersonFilter { key_account: Some(true), ..all() }), [2]);
    assert_eq!(holds(PersonFilter { key_account: Some(false), ..all() }), [1, 3, 4]);
    assert_eq!(holds(PersonFilter { renews_within: Some(10), ..all() }), [1]);
    assert_eq!(holds(PersonFilter { currency: Some("EUR".to_owned()), value_from: Some(2_001), ..all() }), [3]);
    assert_eq!(holds(PersonFilter { account_name: "ÖLWERK 2".to_owned(), ..all() }), [2]);
    assert_eq!(holds(PersonFilter { role: vec!["äö".to_owned()], ..all() }), [2, 3]);
    let kept = Segment { id: SegmentId(9), name: "All".to_owned(), filter: PersonFilter { renews_within: Some(3), ..all() } };
    let saved = kept.clone();
    store.write_now(&scope, move |tx| segment::save(tx, &saved)).unwrap();
    assert_eq!(store.read_now(&scope, segment::list), Ok(vec![kept]));
    store.write_now(&scope, |tx| segment::remove(tx, SegmentId(9))).unwrap();
    assert_eq!(store.read_now(&scope, segment::list), Ok(vec![]));
}

pub fn corrections_follow_a_merged_category_and_come_back(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    made::company(&store);
    let correction = |id: i64, category: i64| Correction {
        id: CorrectionId(id),
        feedback: FeedbackId(1),
        span: None,
        change: Change::AddCategory { category: CategoryId(category) },
        by: UserId(1),
        at: Time(0),
    };
    store
        .write_now(&scope, move |tx| {
            feedback::insert_many(tx, &[made::row(1, "late")])?;
            for (id, category) in [(1, 7), (2, 8), (3, 77)] {
                reading::correct(tx, &correction(id, category))?;
            }
            Ok(())
        })
        .unwrap();
    let named = || -> Vec<i64> {
        let all = store.read_now(&scope, |view| reading::corrections(view, FeedbackId(1))).unwrap();
        let category = |correction: &Correction| match correction.change {
            Change::AddCategory { category } => category.0,
            _ => 0,
        };
        all.iter().map(category).collect()
    };
    let moved = store.write_now(&scope, |tx| taxonomy_change::follow(tx, CategoryId(7), CategoryId(8), None));
    assert_eq!((moved.clone(), named()), (Ok(vec![CorrectionId(1)]), vec![8, 8, 77]));
    let back = moved.unwrap();
    store.write_now(&scope, move |tx| taxonomy_change::follow(tx, CategoryId(8), CategoryId(7), Some(&back))).unwrap();
    assert_eq!(named(), [7, 8, 77]);
    let told = |version| Changed { version, at: Time(5), by: None, act: "move".to_owned(), summary: format!("change {version}") };
    let back = Back {
        merged: Some((CategoryId(7), CategoryId(8))),
        corrections: vec![CorrectionId(1)],
        ..Back::to(Taxonomy::default())
    };
    let kept = back.clone();
    store.write_now(&scope, move |tx| (1..=60).try_for_each(|version| taxonomy_change::note(tx, &told(version), &kept))).unwrap();
    assert_eq!(store.read_now(&scope, |view| taxonomy_change::get(view, 60)), Ok(Some((told(60), Some(back)))));
    // How it was is forgotten in the end; that it was stays.
    assert_eq!(store.read_now(&scope, |view| taxonomy_change::get(view, 3)), Ok(Some((told(3), None))));
    assert_eq!(store.read_now(&scope, |view| taxonomy_change::list(view, 2)), Ok(vec![told(60), told(59)]));
}

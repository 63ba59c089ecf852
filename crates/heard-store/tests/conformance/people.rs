//! Those who speak are known again.

use std::path::Path;

use heard_domain::account::{Identity, IdentityKind};
use heard_domain::feedback::NewAuthor;
use heard_domain::id::{AccountId, PersonId, PostId};
use heard_domain::scope::{Reach, Scope};
use heard_store::store::Store;
use heard_store::tables::{account, author, feedback, person};

use crate::conformance::made::{company, row};

fn author(name: &str, identities: &[(IdentityKind, &str)], account: Option<&str>) -> NewAuthor {
    NewAuthor {
        name: (!name.is_empty()).then(|| name.to_owned()),
        role: None,
        identities: identities.iter().map(|(kind, handle)| Identity::new(*kind, handle).unwrap()).collect(),
        account: account.map(str::to_owned),
    }
}

fn tie(store: &Store, authors: Vec<NewAuthor>, first: i64) -> Vec<(Option<PersonId>, Option<AccountId>)> {
    let tie = move |tx: &mut heard_store::view::Tx| {
        let mut id = first;
        let mut next = || {
            id += 1;
            id
        };
        let mut known = author::Authors::default();
        authors.iter().map(|author| known.find_or_make(tx, author, &mut next)).collect()
    };
    store.write_now(&Scope::system(), tie).unwrap()
}

pub fn persons_are_known_again_by_their_handles(open: &dyn Fn(&Path) -> Store) {
    use IdentityKind::{Email, Loyalty};
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let ann = author("", &[(Email, "Ann@x.org")], None);
    let ann_with_number = author("Ann", &[(Email, "ann@X.org"), (Loyalty, "7")], Some("Acme"));
    let number = author("", &[(Loyalty, "7")], None);
    let nobody = author(" ", &[], Some(" "));
    let once = tie(&store, vec![ann.clone(), ann_with_number.clone(), number.clone(), nobody], 1000);
    let (first, acme) = (once[0].0, once[1].1);
    assert!(first.is_some() && acme.is_some());
    assert_eq!(once[1..], [(first, acme), (first, acme), (None, None)]);
    assert_eq!(tie(&store, vec![ann, ann_with_number, number], 2000), [(first, acme); 3], "also in a later write");
    let kept = store.read_now(&Scope::system(), move |view| person::get(view, first.unwrap())).unwrap().unwrap();
    assert_eq!((kept.name.as_str(), kept.account), ("Ann", acme), "filled in by what was heard later");

    let two = author("Bo", &[(Email, "bo@x.org"), (Loyalty, "7")], None);
    let bo = tie(&store, vec![two, author("", &[(Loyalty, "7")], None)], 3000);
    assert_ne!(bo[0].0, None);
    assert_eq!(bo[1].0, first, "a handle that belongs to somebody stays theirs");

    let named =
        tie(&store, vec![author("Cy", &[], Some("Acme")), author("Cy", &[], Some("Acme")), author("Cy", &[], None)], 4000);
    assert_eq!(named[0], named[1], "within an account, the name tells");
    assert_ne!(named[0].0, named[2].0, "without one, it does not");
}

pub fn narrowed_sight_hides_what_was_heard_elsewhere(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    company(&store);
    let tied = tie(
        &store,
        vec![author("Ann", &[(IdentityKind::Email, "a@x.org")], Some("Acme")), author("Bo", &[], Some("Bolt"))],
        1000,
    );
    let mut rows = [row(1, "here"), row(2, "elsewhere")];
    for (row, (person, account)) in rows.iter_mut().zip(&tied) {
        (row.feedback.person, row.feedback.account) = (*person, *account);
    }
    rows[1].feedback.post = PostId(2);
    let (mine, theirs) = (rows[0].feedback.clone(), rows[1].feedback.clone());
    store.write_now(&Scope::system(), move |tx| feedback::insert_many(tx, &rows)).unwrap();

    let mut narrow = Scope::system();
    narrow.reach = Reach::Posts([PostId(1)].into());
    let (people, ids) = ([tied[0].0.unwrap(), tied[1].0.unwrap()], [mine.id, theirs.id]);
    let companies = [tied[0].1.unwrap(), tied[1].1.unwrap()];
    store
        .read_now(&narrow, move |view| {
            assert_eq!(feedback::many(view, &ids)?, std::slice::from_ref(&mine));
            assert_eq!(feedback::get(view, theirs.id)?, None);
            assert_eq!(feedback::by_key(view, PostId(2), &theirs.key)?, None);
            assert_eq!(feedback::count(view)?, 1);
            assert_eq!(feedback::count_by_post(view)?.into_keys().collect::<Vec<_>>(), [PostId(1)]);
            assert_eq!(feedback::of_person(view, people[0], 10)?, [mine.id]);
            assert_eq!(feedback::of_person(view, people[1], 10)?, []);
            assert_eq!(feedback::of_account(view, companies[1], 10)?, []);
            assert_eq!(person::many(view, &people)?.iter().map(|p| p.id).collect::<Vec<_>>(), [people[0]]);
            assert_eq!(person::identities(view, people[1])?, []);
            assert_eq!(account::list(view, "", 10)?.iter().map(|a| a.id).collect::<Vec<_>>(), [companies[0]]);
            Ok(())
        })
        .unwrap();
    let mut blind = Scope::system();
    blind.reach = Reach::Posts([].into());
    let seen = store.read_now(&blind, move |view| {
        Ok((feedback::many(view, &ids)?, person::many(view, &people)?, account::list(view, "", 9)?))
    });
    assert_eq!(seen, Ok((vec![], vec![], vec![])), "nobody's sight is narrowed to everything");
}

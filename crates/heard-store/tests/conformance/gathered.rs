//! Writes that are gathered end as if one came after the other.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use heard_domain::account::{Identity, IdentityKind, Person};
use heard_domain::feedback::NewAuthor;
use heard_domain::id::{AccountId, FeedbackId, PersonId, PostId};
use heard_domain::scope::Scope;
use heard_store::error::StoreError;
use heard_store::gather::Gather;
use heard_store::store::Store;
use heard_store::tables::feedback::{self, NewRow, Outcome};
use heard_store::tables::{author, outbox, person};
use heard_store::view::Tx;

use crate::conformance::made::{company, row};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Well,
    /// The database refuses it: there is no such post.
    Homeless,
    /// It fails after it has written.
    Fails,
    Panics,
}

/// A feedback that is offered; how many were kept at once is noted.
struct Offer(NewRow, End, Arc<Mutex<Vec<usize>>>);

impl Gather for Offer {
    type Answer = Outcome;

    fn write(tx: &mut Tx, all: &[Self]) -> Result<Vec<Outcome>, StoreError> {
        let rows: Vec<NewRow> = all.iter().map(|offer| offer.0.clone()).collect();
        let outcomes = feedback::insert_many(tx, &rows)?;
        assert!(all.iter().all(|offer| offer.1 != End::Panics), "a programmer's error");
        if all.iter().any(|offer| offer.1 == End::Fails) {
            return Err(StoreError::Conflict("on purpose".to_owned()));
        }
        // What is still under way is awaited by whoever asks something: what the database refuses is not noted.
        outbox::last(tx)?;
        all[0].2.lock().unwrap().push(all.len());
        Ok(outcomes)
    }
}

/// Offers all while the writer is held up, so that they wait one behind the other.
fn offer(store: &Store, offers: Vec<Offer>) -> Vec<Result<Outcome, StoreError>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (begun, holds) = std::sync::mpsc::channel();
        let scope = Scope::system();
        let held = {
            let (store, scope) = (store.clone(), scope.clone());
            tokio::spawn(async move {
                let hold = move |_: &mut Tx| {
                    begun.send(()).unwrap();
                    std::thread::sleep(Duration::from_millis(60));
                    Ok(())
                };
                store.write(&scope, hold).await
            })
        };
        tokio::task::yield_now().await;
        holds.recv().unwrap();
        let mut waiting = Vec::new();
        for offer in offers {
            let store = store.clone();
            waiting.push(tokio::spawn(async move { store.write_gathered(offer).await }));
        }
        let mut ends = Vec::new();
        for one in waiting {
            ends.push(one.await.unwrap());
        }
        held.await.unwrap().unwrap();
        ends
    })
}

pub fn who_fails_among_the_gathered_fails_alone(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    company(&store);
    let changes = store.changes();
    let mut expected = Vec::new();
    for (round, bad) in [(0, None), (1, Some(End::Homeless)), (2, Some(End::Fails)), (3, Some(End::Panics))] {
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let end = |n: i64| bad.filter(|_| n % 7 == 3).unwrap_or(End::Well);
        let offers = (0..20).map(|n| {
            let mut row = row(1 + round * 100 + n, "words");
            if end(n) == End::Homeless {
                row.feedback.post = PostId(99);
            }
            Offer(row, end(n), sizes.clone())
        });
        let ends = offer(&store, offers.collect());
        for (n, answer) in (0..20).zip(&ends) {
            assert_eq!(answer.is_ok(), end(n) == End::Well, "round {round}, write {n}: {answer:?}");
            expected.extend((end(n) == End::Well).then_some(FeedbackId(1 + round * 100 + n)));
        }
        let sizes = sizes.lock().unwrap().clone();
        // Without a bad one among them they were kept as one, and with one each by itself.
        assert_eq!(sizes.iter().max().copied(), Some(if bad.is_none() { 20 } else { 1 }), "round {round}: {sizes:?}");
    }
    let kept = store.read_now(&Scope::system(), |view| feedback::following(view, FeedbackId(0), 1000)).unwrap();
    assert_eq!(kept, expected);
    let told = store.read_now(&Scope::system(), |view| outbox::after(view, 0, 1000)).unwrap();
    let numbers: Vec<i64> = told.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=expected.len() as i64).collect::<Vec<_>>(), "numbers of what was undone are given again");
    assert_eq!(told.into_iter().map(|(_, id)| id).collect::<Vec<_>>(), expected);
    let counted = store.read_now(&Scope::system(), feedback::count_by_post).unwrap();
    assert_eq!(counted.values().sum::<u64>(), expected.len() as u64);
    assert_eq!(store.changes(), changes + 4, "of those only what held the writer up may have changed anything else");
}

pub fn the_same_key_among_the_gathered_adds_one(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    company(&store);
    let sizes = Arc::new(Mutex::new(Vec::new()));
    let bodies = ["one", "one", "other", "one"];
    let offers = (1..).zip(bodies).map(|(id, words)| {
        let mut row = row(id, words);
        "one key".clone_into(&mut row.feedback.key);
        Offer(row, End::Well, sizes.clone())
    });
    let ends = offer(&store, offers.collect());
    let first = FeedbackId(1);
    let expected = [Outcome::Added, Outcome::Known(first), Outcome::Differs(first), Outcome::Known(first)];
    assert_eq!(ends, expected.map(Ok));
    assert_eq!(sizes.lock().unwrap().iter().sum::<usize>(), 4);
}

/// Repeatable chance: small numbers.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn one_of(&mut self, words: &[&str]) -> Option<String> {
        let at = self.below(words.len() as u64 + 1) as usize;
        words.get(at).map(|word| (*word).to_owned())
    }

    fn author(&mut self) -> NewAuthor {
        let kinds = [IdentityKind::Email, IdentityKind::Loyalty, IdentityKind::Social];
        let handles = self.below(3);
        let identities = (0..handles).map(|_| {
            let (kind, number) = (kinds[self.below(3) as usize], self.below(5));
            Identity::new(kind, &format!("handle {number}")).unwrap()
        });
        NewAuthor {
            identities: identities.collect(),
            name: self.one_of(&["Ann", "Bo", "Cy ", ""]),
            role: self.one_of(&["Buyer", "Pilot"]),
            account: self.one_of(&["Acme", " Bolt", "Cord"]),
        }
    }
}

type Who = Vec<(Option<PersonId>, Option<AccountId>)>;

fn people(store: &Store) -> Vec<(Person, Vec<Identity>)> {
    let read = |view: &heard_store::view::View| {
        let wanted = person::Wanted::default();
        let all = person::page(view, &wanted, 1000)?;
        Ok(all.into_iter().map(|state| (state.person, state.identities)).collect())
    };
    store.read_now(&Scope::system(), read).unwrap()
}

pub fn authors_at_once_are_authors_one_after_the_other(open: &dyn Fn(&Path) -> Store) {
    for seed in 1..=3 {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (singly, at_once) = (open(one.path()), open(other.path()));
        let mut dice = Dice(seed);
        let (mut id, mut id_at_once) = (1000, 1000);
        for round in 0..4 {
            let authors: Vec<NewAuthor> = (0..30).map(|_| dice.author()).collect();
            let mut expected: Who = Vec::new();
            for author in &authors {
                let (author, first) = (author.clone(), id);
                let tie = move |tx: &mut Tx| {
                    let mut id = first;
                    let mut next = || {
                        id += 1;
                        id
                    };
                    let who = author::Authors::default().find_or_make(tx, &author, &mut next)?;
                    Ok((who, id))
                };
                let (who, last) = singly.write_now(&Scope::system(), tie).unwrap();
                expected.push(who);
                id = last;
            }
            let first = id_at_once;
            let all = authors.clone();
            let tie = move |tx: &mut Tx| {
                let mut id = first;
                let mut next = || {
                    id += 1;
                    id
                };
                let mut known = author::Authors::default();
                known.look_up(tx, &all.iter().collect::<Vec<_>>())?;
                let who: Who = all.iter().map(|author| known.resolve(author, &mut next)).collect();
                known.keep(tx)?;
                Ok((who, id))
            };
            let found;
            (found, id_at_once) = at_once.write_now(&Scope::system(), tie).unwrap();
            assert_eq!(found, expected, "seed {seed}, round {round}: {authors:?}");
            assert_eq!(people(&at_once), people(&singly), "seed {seed}, round {round}: {authors:?}");
        }
        assert!(people(&at_once).len() > 5, "hardly anybody came");
    }
}

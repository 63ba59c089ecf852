//! The audit log: a chain that shows where it was touched.

use std::path::Path;

use heard_domain::audit::{Act, AuditKind, Noun, Sought, Who};
use heard_domain::id::{PostId, TokenId, UserId};
use heard_domain::scope::{Actor, Reach, Scope};
use heard_domain::time::Time;
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::audit::{count, forget, head, list, note, note_of, verify};
use serde_json::json;

fn by(actor: Actor) -> Scope {
    let mut scope = Scope::system();
    scope.actor = actor;
    scope
}

fn filled(store: &Store) {
    let (user, token) = (by(Actor::User(UserId(7))), by(Actor::Token(TokenId(7))));
    for n in 1..=10_i64 {
        let scope = if n % 2 == 0 { &user } else { &token };
        let add = move |tx: &mut _| note(tx, Time(n * 100), Act::Added, Noun::Post, 70 + n, &json!({ "name": "“a\u{0301}\"" }));
        store.write_now(scope, add).unwrap();
    }
    store.write_now(&user, |tx| note(tx, Time(1_100), Act::Saw, Noun::Person, None, &json!({ "n": 3 }))).unwrap();
    let refused = |tx: &mut _| note_of(tx, Time(1_200), Who::Nobody, Act::Refused, Noun::User, None, &json!({}));
    store.write_now(&Scope::system(), refused).unwrap();
}

fn numbers(store: &Store, scope: &Scope, sought: Sought, before: Option<i64>, limit: usize) -> Vec<i64> {
    let found = store.read_now(scope, move |view| list(view, &sought, before, limit)).unwrap();
    found.into_iter().map(|entry| entry.seq).collect()
}

pub fn what_was_done_is_listed_by_who_what_kind_and_when(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    filled(&store);
    let scope = Scope::system();
    let any = Sought::default;
    assert_eq!(numbers(&store, &scope, any(), None, 3), [12, 11, 10]);
    assert_eq!(numbers(&store, &scope, any(), Some(3), 9), [2, 1]);
    let mine = || Some(Who::User(UserId(7)));
    assert_eq!(numbers(&store, &scope, Sought { who: mine(), ..any() }, None, 9), [11, 10, 8, 6, 4, 2]);
    assert_eq!(numbers(&store, &scope, Sought { who: Some(Who::Nobody), ..any() }, None, 9), [12]);
    assert_eq!(numbers(&store, &scope, Sought { noun: Some(Noun::Person), ..any() }, None, 9), [11]);
    assert_eq!(numbers(&store, &scope, Sought { kind: Some(AuditKind::SignIn), ..any() }, None, 9), [12]);
    let between = Sought { from: Some(Time(300)), until: Some(Time(500)), ..any() };
    assert_eq!(numbers(&store, &scope, between.clone(), None, 9), [4, 3]);
    assert_eq!(store.read_now(&scope, move |view| count(view, &between)), Ok(2));
    let mut narrow = by(Actor::Token(TokenId(7)));
    narrow.reach = Reach::Posts([PostId(1)].into());
    assert_eq!(numbers(&store, &narrow, any(), None, 9), [9, 7, 5, 3, 1], "others' entries may name what is out of sight");
    assert_eq!(numbers(&store, &narrow, Sought { who: mine(), ..any() }, None, 9), [0_i64; 0]);
    let entry = store.read_now(&scope, |view| list(view, &Sought::default(), Some(2), 1)).unwrap().remove(0);
    assert_eq!((entry.who, entry.act, entry.noun, entry.id), (Who::Token(TokenId(7)), Act::Added, Noun::Post, Some(71)));
    assert_eq!((entry.at, entry.detail), (Time(100), json!({ "name": "“a\u{0301}\"" })));
}

pub fn the_chain_holds_and_what_is_old_can_go(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    assert_eq!(store.read_now(&scope, verify).unwrap().head, None);
    filled(&store);
    let undone = store.write_now(&scope, |tx| {
        note(tx, Time(1), Act::Added, Noun::Post, 1, &json!({}))?;
        Err::<(), _>(StoreError::Conflict("undone".to_owned()))
    });
    assert!(undone.is_err());
    let whole = store.read_now(&scope, verify).unwrap();
    assert_eq!((whole.entries, whole.broken), (12, None), "no entry without its write");
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.read_now(&scope, head).unwrap(), whole.head);
    assert_eq!(store.write_now(&scope, |tx| forget(tx, Time(550))), Ok(5));
    assert_eq!(store.write_now(&scope, |tx| forget(tx, Time(550))), Ok(0));
    let cut = store.read_now(&scope, verify).unwrap();
    assert_eq!((cut.entries, &cut.head, cut.broken), (7, &whole.head, None));
    assert_eq!(store.write_now(&scope, |tx| forget(tx, Time(99_999))), Ok(6), "the newest stays");
    store.write_now(&scope, |tx| note(tx, Time(2_000), Act::Removed, Noun::Audit, None, &json!({ "n": 6 }))).unwrap();
    let grown = store.read_now(&scope, verify).unwrap();
    assert_eq!((grown.entries, grown.broken, grown.head.map(|(seq, _)| seq)), (2, None, Some(13)));
}

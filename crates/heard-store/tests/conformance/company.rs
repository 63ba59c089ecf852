//! Imports, users, sessions, tokens, settings.

use std::path::Path;

use heard_domain::account::{Account, Money};
use heard_domain::channel::Channel;
use heard_domain::directory::Company;
use heard_domain::id::{AccountId, ImportId, PostId, SessionId, TokenId, UserId};
use heard_domain::import::{BadRow, DateOrder, FileFormat, Import, ImportState, Mapping, Meaning};
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::{Day, Time, Zone};
use heard_domain::user::{Grant, Role, User};
use heard_store::error::StoreError;
use heard_store::store::Store;
use heard_store::tables::session::Session;
use heard_store::tables::token::Token;
use heard_store::tables::{account, company, import, mapping, session, token, user};

use crate::conformance::made;

fn mapped() -> Mapping {
    Mapping {
        kind: heard_domain::import::ImportKind::Feedback,
        preset: "generic".to_owned(),
        columns: vec![
            ("text".to_owned(), Meaning::Text),
            ("airline".to_owned(), Meaning::Attribute { name: "airline".to_owned() }),
        ],
        dates: DateOrder::MonthFirst,
        zone: None,
        channel: Channel::Social,
        post: "Tweets".to_owned(),
    }
}

fn file() -> Import {
    Import {
        id: ImportId(5),
        name: "=cmd.csv".to_owned(),
        hash: "abc".to_owned(),
        bytes: 1 << 40,
        format: FileFormat::Csv,
        mapping: mapped(),
        post: None,
        state: ImportState::Preview,
        rows: None,
        done: 0,
        added: 0,
        known: 0,
        revised: 0,
        bad: 0,
        failure: None,
        at: Time(3),
        finished: None,
        undoing: None,
        source: None,
    }
}

pub fn imports_keep_their_progress_and_their_bad_rows(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    let bad = |row: u64| BadRow {
        row,
        line: row + 1,
        column: "when".to_owned(),
        reason: "no date".to_owned(),
        sample: "\u{2400}".to_owned(),
    };
    store.write_now(&scope, |tx| import::insert(tx, &file(), "shape")).unwrap();
    let mut running = file();
    running.state = ImportState::Running;
    running.post = Some(PostId(1));
    (running.rows, running.done, running.bad, running.failure) = (Some(10), 4, 3, Some("stopped".to_owned()));
    let now = running.clone();
    store
        .write_now(&scope, move |tx| {
            import::update(tx, &now)?;
            import::set_remarks(tx, now.id, &["the sheet “Rows” is read".to_owned()])?;
            import::add_bad_rows(tx, now.id, &[bad(1), bad(2)])?;
            import::add_bad_rows(tx, now.id, &[bad(3)])?;
            mapping::remember(tx, "shape", &file().mapping, Time(1))?;
            mapping::remember(tx, "shape", &now.mapping, Time(2))
        })
        .unwrap();
    drop(store);
    let store = open(folder.path());
    store
        .read_now(&scope, move |view| {
            assert_eq!(import::get(view, ImportId(5))?, Some(running.clone()));
            assert_eq!(import::list(view, 5)?, import::by_hash(view, "abc")?);
            assert_eq!(import::shape(view, ImportId(5))?.as_deref(), Some("shape"));
            assert_eq!(import::remarks(view, ImportId(5))?, ["the sheet “Rows” is read"]);
            assert_eq!(import::remarks(view, ImportId(6))?, <[String; 0]>::default());
            assert_eq!(import::bad_rows(view, ImportId(5), 1, 5)?, [bad(2), bad(3)]);
            assert_eq!(mapping::recall(view, "shape")?, Some(mapped()));
            assert_eq!(mapping::recall(view, "another")?, None);
            Ok(())
        })
        .unwrap();
    let mut narrow = Scope::system();
    narrow.reach = Reach::Posts([PostId(2)].into());
    let hidden = store.read_now(&narrow, |view| Ok((import::list(view, 5)?, import::bad_rows(view, ImportId(5), 0, 5)?)));
    assert_eq!(hidden, Ok((vec![], vec![])));
}

fn signed_in(id: i64, user: UserId, since: i64) -> Session {
    let browser = (id % 2 == 0).then(|| "Firefox on Linux".to_owned());
    Session { id: SessionId(id), user, browser, since: Time(since), seen: Time(since) }
}

pub fn users_sessions_and_tokens_are_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    let ann = User {
        id: UserId(1),
        email: "ann@x.org".to_owned(),
        name: "Ann".to_owned(),
        role: Role::Frontline,
        posts: Some(vec![PostId(7)]),
        since: Time(1),
        active: true,
    };
    let key = Token {
        post: None,
        id: TokenId(4),
        name: "CRM".to_owned(),
        grants: vec![Grant::WriteFeedback],
        by: Some(ann.id),
        since: Time(2),
        expires: Some(Time(9)),
        seen: None,
    };
    let (user, given) = (ann.clone(), key.clone());
    store
        .write_now(&scope, move |tx| {
            assert_eq!(user::count(tx)?, 0);
            user::insert(tx, &user, "argon")?;
            session::insert(tx, "s1", &signed_in(1, user.id, 10))?;
            session::insert(tx, "s2", &signed_in(2, user.id, 20))?;
            session::touch(tx, "s2", Time(30))?;
            token::insert(tx, &given, "t")?;
            token::touch(tx, given.id, Time(5))
        })
        .unwrap();
    let taken = User { id: UserId(2), ..ann.clone() };
    assert!(matches!(store.write_now(&scope, move |tx| user::insert(tx, &taken, "")), Err(StoreError::Conflict(_))));
    let (user, given) = (ann.clone(), key.clone());
    store
        .read_now(&scope, move |view| {
            assert_eq!(user::by_email(view, "ann@x.org")?, Some((user.clone(), "argon".to_owned())));
            assert_eq!(user::list(view)?, std::slice::from_ref(&user));
            let touched = Session { seen: Time(30), ..signed_in(2, user.id, 20) };
            assert_eq!(session::by_hash(view, "s2")?, Some(touched.clone()));
            assert_eq!(session::of_user(view, user.id)?, [touched, signed_in(1, user.id, 10)]);
            assert_eq!(session::of_user(view, UserId(2))?, []);
            assert_eq!(token::by_hash(view, "t")?, Some(Token { seen: Some(Time(5)), ..given.clone() }));
            assert_eq!(token::by_hash(view, "T")?, None);
            Ok(())
        })
        .unwrap();
    store
        .write_now(&scope, move |tx| {
            let gone = User { active: false, posts: None, role: Role::Admin, ..ann };
            user::update(tx, &gone)?;
            user::set_password(tx, gone.id, "new")?;
            assert_eq!(user::by_email(tx, "ann@x.org")?, Some((gone, "new".to_owned())));
            assert_eq!(session::remove_stale(tx, Time(15), Time(0))?, 1);
            assert_eq!(session::by_hash(tx, "s1")?, None);
            session::remove_of(tx, UserId(1))?;
            assert_eq!(session::by_hash(tx, "s2")?, None);
            for id in [3, 4, 5] {
                session::insert(tx, &format!("s{id}"), &signed_in(id, UserId(1), 40))?;
            }
            assert!(!session::remove(tx, UserId(2), SessionId(3))?, "it is not theirs");
            assert!(session::remove(tx, UserId(1), SessionId(3))? && !session::remove(tx, UserId(1), SessionId(3))?);
            assert_eq!(session::remove_others(tx, UserId(1), SessionId(5))?, 1);
            assert_eq!(session::of_user(tx, UserId(1))?, [signed_in(5, UserId(1), 40)]);
            assert!(token::remove(tx, TokenId(4))? && !token::remove(tx, TokenId(4))?);
            Ok(())
        })
        .unwrap();
}

pub fn settings_and_accounts_are_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    assert_eq!(store.read_now(&scope, company::get), Ok(Company { name: String::new(), zone: Zone::UTC }));
    let ours = Company { name: "Nordwind".to_owned(), zone: "Europe/Helsinki".parse().unwrap() };
    let kept = ours.clone();
    store.write_now(&scope, move |tx| company::save(tx, &kept)).unwrap();
    assert_eq!(store.read_now(&scope, company::get), Ok(ours));
    let acme = Account {
        id: AccountId(1),
        name: "Acme 100%_".to_owned(),
        yearly_value: Some(Money { minor: 12_345, currency: "EUR".to_owned() }),
        key_account: true,
        renewal: Some(Day(20_000)),
    };
    let kept = acme.clone();
    store.write_now(&scope, move |tx| account::save(tx, &kept)).unwrap();
    assert_eq!(store.read_now(&scope, |view| account::list(view, "Acme 1", 5)), Ok(vec![acme.clone()]));
    assert_eq!(store.read_now(&scope, |view| account::list(view, "Acme%", 5)), Ok(vec![]));
    assert_eq!(store.read_now(&scope, |view| account::get(view, AccountId(1))), Ok(Some(acme)));
}

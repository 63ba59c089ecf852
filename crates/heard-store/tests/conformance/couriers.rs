//! What leaves and comes in by mail: each message once by its key, conversations entered by a secret, addresses that want no letters.

use std::path::Path;

use heard_domain::id::{CaseId, EventId, FeedbackId, JobId, LetterId, MessageId, PersonId, ThreadId, UserId};
use heard_domain::job::Job;
use heard_domain::letter::{Audience, Letter, LetterState};
use heard_domain::message::{Message, MessageKind, MessageState, SuppressedWhy, Thread, Topic};
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::{Day, Time};
use heard_store::backup::restore::restore;
use heard_store::backup::write::write;
use heard_store::sql::database::Database;
use heard_store::store::Store;
use heard_store::tables::job::Pace;
use heard_store::tables::mailbox::Mailbox;
use heard_store::tables::{job, letter, mailbox, message, suppressed, thread};

use crate::conformance::made;

pub fn asked(id: i64, key: &str) -> Message {
    Message {
        id: MessageId(id),
        key: key.into(),
        kind: MessageKind::Letter,
        thread: Some(ThreadId(1)),
        case: Some(CaseId(5)),
        entry: None,
        letter: Some(LetterId(3)),
        person: Some(PersonId(9)),
        address: "ann@example.org".into(),
        asks: true,
        subject: "Sorry".into(),
        text: "Dear “Ann”".into(),
        token: Some("secret".into()),
        message_id: format!("{id}@example.com"),
        state: MessageState::Waiting,
        tries: 0,
        at: Time(id),
        sent: None,
        reason: None,
    }
}

pub fn messages_are_there_once_and_conversations_are_entered_by_a_secret(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    let began = Thread { id: ThreadId(1), feedback: Some(FeedbackId(7)), case: None, address: None, at: Time(1) };
    let given = began.clone();
    store
        .write_now(&scope, move |tx| {
            assert!(message::add(tx, &asked(1, "a"))? && !message::add(tx, &asked(2, "a"))? && message::add(tx, &asked(3, "b"))?);
            message::update(
                tx,
                &Message { state: MessageState::Sent, sent: Some(Time(9)), token: None, tries: 1, ..asked(1, "a") },
            )?;
            thread::insert(tx, &given)?;
            thread::add_token(tx, "hash", ThreadId(1), Time(1))?;
            thread::add_token(tx, "hash", ThreadId(1), Time(1))
        })
        .unwrap();
    drop(store);
    let store = open(folder.path());
    let read = store.read_now(&scope, |view| {
        Ok((
            message::by_key(view, "a")?,
            message::tally(view, Some(LetterId(3)))?,
            message::last_of_thread(view, ThreadId(1), None)?,
        ))
    });
    let (first, tally, last) = read.unwrap();
    let first = first.unwrap();
    assert!(first.asks);
    assert_eq!(store.read_now(&scope, |view| message::known(view, &["a", "never", "a"])), Ok(["a".to_owned()].into()));
    assert_eq!(
        (first.id, first.state, first.token.as_deref(), first.sent),
        (MessageId(1), MessageState::Sent, None, Some(Time(9)))
    );
    assert_eq!((tally.get(&MessageState::Sent), tally.get(&MessageState::Waiting)), (Some(&1), Some(&1)));
    assert_eq!(last.map(|message| message.id), Some(MessageId(1)));
    let found = |hash: &'static str| store.read_now(&scope, move |view| thread::by_token(view, hash)).unwrap();
    assert_eq!((found("hash"), found("other")), (Some(began.clone()), None));
    store.write_now(&scope, |tx| thread::settle(tx, ThreadId(1), CaseId(5), Some("ann@example.org"))).unwrap();
    store.write_now(&scope, |tx| thread::settle(tx, ThreadId(1), CaseId(5), None)).unwrap();
    let settled = Thread { case: Some(CaseId(5)), address: Some("ann@example.org".into()), ..began };
    assert_eq!(store.read_now(&scope, |view| thread::of_case(view, CaseId(5))), Ok(Some(settled)));
    let more = store.read_now(&scope, |view| {
        let list = (message::of_letter(view, LetterId(3), MessageId(1), 9)?, message::newest(view, MessageState::Waiting, 9)?);
        Ok((list, message::of_case(view, CaseId(5))?.len(), message::last_receipt(view, "ann@example.org")?))
    });
    let ((of_letter, newest), of_case, receipt) = more.unwrap();
    assert_eq!((of_letter.len(), newest.len(), of_case, receipt), (1, 1, 2, None));
    assert_eq!(store.read_now(&scope, |view| message::receipts_since(view, Time(0))), Ok(0));
    // What was said later is found from its comment; and a secret that went out in a mail that came back is none.
    store
        .write_now(&scope, |tx| {
            thread::add_more(tx, ThreadId(1), FeedbackId(8))?;
            thread::add_more(tx, ThreadId(1), FeedbackId(8))
        })
        .unwrap();
    let look = |feedback: i64| store.read_now(&scope, move |view| thread::of_feedback(view, FeedbackId(feedback))).unwrap();
    assert_eq!((look(8).map(|thread| thread.id), look(9)), (Some(ThreadId(1)), None));
    assert_eq!(store.read_now(&scope, |view| thread::more(view, ThreadId(1))), Ok(vec![FeedbackId(8)]));
    let entered = || store.read_now(&scope, |view| thread::entered(view, ThreadId(1))).unwrap();
    assert!(entered());
    store.write_now(&scope, |tx| message::update(tx, &Message { state: MessageState::Bounced, ..asked(1, "a") })).unwrap();
    assert!(!entered());
}

/// A wish for no more letters outlives a restore; what waited to be sent is not sent again.
pub fn a_restore_keeps_wishes_and_sends_nothing_twice(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let (place, other) = (folder.path().join("backup.gz"), folder.path().join("other"));
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let store = open(&folder.path().join("data"));
    made::company(&store);
    let scope = Scope::system();
    store
        .write_now(&scope, |tx| {
            let hash = suppressed::hash(tx, "ann@example.org")?;
            suppressed::add(tx, &hash, SuppressedWhy::Unsubscribed, Time(1))?;
            suppressed::add_token(tx, "token", &hash, Time(1))?;
            message::add(tx, &asked(1, "a"))?;
            message::add(tx, &Message { state: MessageState::Sent, ..asked(2, "b") })?;
            job::add(tx, JobId(1), &Job::Send { message: MessageId(1) }, Time(1))?;
            job::add(tx, JobId(2), &Job::SendLetter { message: MessageId(1) }, Time(1))?;
            job::add(tx, JobId(3), &Job::Watch { case: CaseId(1) }, Time(1))
        })
        .unwrap();
    let mut file = std::fs::File::create(&place).unwrap();
    write(store.folder(), store.database(), Time(1), "test", &mut file).unwrap();
    drop(store);
    restore(&place, &other, &Database::in_folder(&other), true).unwrap();
    let back = Store::open(&other).unwrap();
    let read = back.read_now(&scope, |view| {
        let hash = suppressed::hash(view, "ann@example.org")?;
        let wish = (suppressed::why(view, "ann@example.org")?, suppressed::by_token(view, "token")? == Some(hash));
        let states = message::tally(view, None)?;
        let waiting = message::get(view, MessageId(1))?.map(|message| (message.state, message.token));
        Ok((wish, states.get(&MessageState::Sent).copied(), waiting, job::count(view)?))
    });
    let (wish, sent, waiting, jobs) = read.unwrap();
    assert_eq!(wish, (Some(SuppressedWhy::Unsubscribed), true));
    assert_eq!((sent, waiting, jobs), (Some(1), Some((MessageState::Maybe, None)), 1));
}

/// Answers go before all letters, however many are due.
pub fn answers_go_before_letters(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let taken = store.write_now(&Scope::system(), |tx| {
        for id in 1..=3 {
            job::add(tx, JobId(id), &Job::SendLetter { message: MessageId(id) }, Time(1))?;
        }
        job::add(tx, JobId(9), &Job::Send { message: MessageId(9) }, Time(5))?;
        let mut order = Vec::new();
        while let Some(taken) = job::take(tx, 7, Time(10), Pace::Post)? {
            order.push(taken.id);
        }
        Ok(order)
    });
    assert_eq!(taken, Ok(vec![JobId(9), JobId(1), JobId(2), JobId(3)]));
}

pub fn letters_mailboxes_and_addresses_that_want_none_are_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    let audience = Audience::Event { kind: "delay".into(), stage: None, from: Day(1), until: Day(2) };
    let draft = Letter {
        id: LetterId(3),
        name: "Late".into(),
        subject: "Sorry".into(),
        text: "Dear {{name}}".into(),
        audience,
        state: LetterState::Draft,
        version: 1,
        made: Time(5),
        reviewed: None,
        looked_at: 0,
        unreachable: 0,
        suppressed: 0,
        before: 0,
        pages: 0,
    };
    let sent =
        Letter { state: LetterState::Done, reviewed: Some((UserId(4), Time(6))), looked_at: 7, before: 2, ..draft.clone() };
    let (given, changed) = (draft, sent.clone());
    store
        .write_now(&scope, move |tx| {
            letter::save(tx, &given)?;
            letter::save(tx, &changed)?;
            let hash = suppressed::hash(tx, "ann@example.org")?;
            assert!(suppressed::add(tx, &hash, SuppressedWhy::Unsubscribed, Time(1))?);
            assert!(suppressed::add(tx, &hash, SuppressedWhy::Bounced, Time(2))?);
            assert!(!suppressed::add(tx, &hash, SuppressedWhy::Bounced, Time(3))?);
            suppressed::add_token(tx, "token", &hash, Time(1))?;
            assert_eq!(suppressed::by_token(tx, "token")?, Some(hash));
            mailbox::save(
                tx,
                "inbox",
                &Mailbox { validity: 7, last: 3, looked: Some(Time(1)), trouble: Some("x".into()), history: 2, failures: 1 },
            )?;
            mailbox::save(tx, "inbox", &Mailbox { validity: 4_294_967_295, last: 9, ..Mailbox::default() })?;
            assert!(mailbox::saw(tx, "m1", "said", Time(1))? && !mailbox::saw(tx, "m1", "auto", Time(2))?);
            Ok(())
        })
        .unwrap();
    let read = store.read_now(&scope, |view| {
        let letters = (letter::list(view, 9)?, letter::get(view, LetterId(3))?, letter::named(view, "Late")?);
        let why =
            (suppressed::why(view, "ann@example.org")?, suppressed::why(view, "bob@example.org")?, suppressed::tally(view)?);
        Ok((letters, why, mailbox::get(view, "inbox")?, mailbox::became(view, "m1")?, mailbox::tally(view)?))
    });
    let (letters, why, inbox, became, tally) = read.unwrap();
    assert_eq!(letters, (vec![sent.clone()], Some(sent), Some(LetterId(3))));
    let counts = vec![(SuppressedWhy::Bounced, 1), (SuppressedWhy::Unsubscribed, 1)];
    assert_eq!(why, (Some(SuppressedWhy::Unsubscribed), None, counts));
    let barred = |address: &'static str| store.read_now(&scope, move |view| suppressed::bars_answers(view, address));
    let many =
        store.read_now(&scope, |view| suppressed::of_many(view, &["bob@example.org", "ann@example.org"], Topic::Events)).unwrap();
    assert_eq!(many.iter().map(|(_, why)| *why).collect::<Vec<_>>(), [None, Some(SuppressedWhy::Unsubscribed)], "the wish first");
    assert_eq!(store.read_now(&scope, |view| suppressed::hash(view, "ann@example.org")), Ok(many[1].0.clone()));
    assert_eq!((barred("ann@example.org"), barred("bob@example.org")), (Ok(true), Ok(false)));
    assert_eq!(inbox, Some(Mailbox { validity: 4_294_967_295, last: 9, ..Mailbox::default() }));
    assert_eq!((became.as_deref(), tally), (Some("said"), vec![("said".to_owned(), 1)]));
    let mut narrow = Scope::system();
    narrow.reach = Reach::Posts([heard_domain::id::PostId(1)].into());
    assert_eq!(store.read_now(&narrow, |view| Ok((letter::list(view, 9)?, letter::get(view, LetterId(3))?))), Ok((vec![], None)));
    let nobody = store.read_now(&scope, |view| {
        let days = (Day(0), Day(9));
        let events = letter::events(view, "delay", None, days, EventId(0), 9)?;
        let raisers = letter::raisers(view, &[heard_domain::id::CategoryId(1)], days, PersonId(0), 9)?;
        Ok((events, raisers, letter::reached(view, &[PersonId(404)])?.len()))
    });
    assert_eq!(nobody, Ok((vec![], vec![], 0)));
    let of = |address: &'static str, topic| store.read_now(&scope, move |view| suppressed::why_of(view, address, topic)).unwrap();
    store
        .write_now(&scope, |tx| {
            let (ann, bob) = (suppressed::hash(tx, "ann@example.org")?, suppressed::hash(tx, "bob@example.org")?);
            suppressed::set_unwanted(tx, &bob, &[Topic::News, Topic::Events], Time(4))?;
            suppressed::set_unwanted(tx, &bob, &[Topic::Events], Time(5))?;
            assert_eq!(suppressed::unwanted(tx, &bob)?, [Topic::Events]);
            // Who wants something again wants it at an address that does not exist.
            assert!(suppressed::take_back(tx, &ann)? && !suppressed::take_back(tx, &ann)?);
            assert_eq!(suppressed::barred(tx, &ann)?, [SuppressedWhy::Bounced]);
            suppressed::add(tx, &ann, SuppressedWhy::Unsubscribed, Time(6))?;
            Ok(())
        })
        .unwrap();
    assert_eq!(
        (of("bob@example.org", Topic::Events), of("bob@example.org", Topic::News)),
        (Some(SuppressedWhy::Unsubscribed), None)
    );
    assert_eq!(of("ann@example.org", Topic::News), Some(SuppressedWhy::Unsubscribed), "none is none of each");
    let bob =
        |topic| store.read_now(&scope, move |view| Ok(suppressed::of_many(view, &["bob@example.org"], topic)?[0].1)).unwrap();
    assert_eq!((bob(Topic::Events), bob(Topic::News)), (Some(SuppressedWhy::Unsubscribed), None));
    let freed = store.write_now(&scope, |tx| {
        let hash = suppressed::hash(tx, "ann@example.org")?;
        suppressed::remove(tx, &hash)?;
        suppressed::why(tx, "ann@example.org")
    });
    assert_eq!(freed, Ok(None));
    store.write_now(&scope, |tx| letter::remove(tx, LetterId(3))).unwrap();
    assert_eq!(store.read_now(&scope, |view| letter::list(view, 9)), Ok(vec![]));
}

//! A mail server that refuses: for now, for good, and takes it later; and the hours in which nobody is written to unasked.

use std::sync::Arc;

use heard_channels::couriers::smtp::Smtp;
use heard_channels::tls::{Protection, Security};
use heard_domain::directory::Company;
use heard_domain::id::{JobId, MessageId};
use heard_domain::job::Job;
use heard_domain::message::{Message, MessageKind, MessageState};
use heard_domain::scope::Scope;
use heard_domain::time::Zone;
use heard_flow::arrange::company;
use heard_flow::tell::again;
use heard_flow::work::drain;
use heard_store::store::Store;
use heard_store::tables;
use heard_store::view::View;

use crate::servers::Sink;
use crate::{NOON, Office, Posted};

const MINUTE: i64 = 60_000;

async fn only(office: &Office) -> Message {
    let states = office.states().await;
    let state = *states.keys().next().expect("there is one");
    let newest = move |view: &View| tables::message::newest(view, state, 9);
    let found = office.flow.store.read(&Scope::system(), newest).await.unwrap();
    assert_eq!((states.len(), found.len()), (1, 1), "{states:?}");
    found.into_iter().next().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_for_now_is_tried_again_and_what_is_refused_for_good_by_a_person_only() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::start();
    let smtp = Smtp {
        host: "127.0.0.1".into(),
        port: sink.port,
        protection: Protection { security: Security::None, roots: None },
        login: None,
    };
    let office = Office::open(folder.path(), NOON, Arc::new(smtp));
    let scope = office.staff().await;
    let case = office.cases(&scope, &["ann@example.org".to_owned()]).await[0];
    // The server does not want us, with a 5xx: whoever runs it mends that. Then it wants to be asked later.
    sink.refuse("MAIL", "550 5.7.1 who are you");
    office.answer(&scope, case, "It is found.").await;
    drain(&office.flow).await.unwrap();
    let waits = only(&office).await;
    assert_eq!((waits.state, waits.tries), (MessageState::Waiting, 1), "{waits:?}");
    assert!(waits.reason.as_deref().is_some_and(|reason| reason.contains("5.7.1")), "{waits:?}");
    drain(&office.flow).await.unwrap();
    assert_eq!(only(&office).await.tries, 1, "not before its time");
    sink.refuse("DATA", "451 4.7.1 try later");
    office.later(MINUTE);
    drain(&office.flow).await.unwrap();
    assert_eq!((only(&office).await.state, only(&office).await.tries), (MessageState::Waiting, 2));
    // The mailbox does not exist: that is for good.
    sink.refuse("RCPT", "550 5.1.1 no such mailbox");
    office.later(2 * MINUTE);
    drain(&office.flow).await.unwrap();
    let failed = only(&office).await;
    assert_eq!((failed.state, failed.tries, failed.token), (MessageState::Failed, 3, None));
    assert!(failed.reason.as_deref().is_some_and(|reason| reason.contains("no such mailbox")), "{:?}", failed.reason);
    office.later(24 * 60 * MINUTE);
    drain(&office.flow).await.unwrap();
    assert_eq!((sink.mails().len(), only(&office).await.state), (0, MessageState::Failed), "never by itself");
    // The mailbox is there now, and somebody presses: its words are refused, and then it is taken, once.
    sink.refuse(".", "554 5.6.0 we do not like these words");
    again::send(&office.flow, &scope, failed.id).await.unwrap();
    drain(&office.flow).await.unwrap();
    assert_eq!((sink.mails().len(), only(&office).await.state), (0, MessageState::Failed));
    again::send(&office.flow, &scope, failed.id).await.unwrap();
    drain(&office.flow).await.unwrap();
    drain(&office.flow).await.unwrap();
    let (mails, sent) = (sink.mails(), only(&office).await);
    assert_eq!((mails.len(), sent.state, sent.reason), (1, MessageState::Sent, None));
    assert_eq!(mails[0].1, "ann@example.org");
    assert!(again::send(&office.flow, &scope, failed.id).await.is_err(), "what was taken is not sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_quiet_hours_answers_go_and_questions_wait_until_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let posted = Posted::default();
    // It is noon in London, and two in the afternoon where the company is.
    let quiet = Some("13:30-15:00".parse().unwrap());
    let office = Office::quiet(Store::open(folder.path()).unwrap(), folder.path(), NOON, Arc::new(posted.clone()), quiet);
    let scope = office.staff().await;
    let zone: Zone = serde_json::from_str("\"Europe/Helsinki\"").unwrap();
    company::set(&office.flow, &scope, Company { name: "Northwind".into(), zone }).await.unwrap();
    let case = office.cases(&scope, &["ann@example.org".to_owned()]).await[0];
    let (id, job, now) = (MessageId(office.flow.id()), JobId(office.flow.id()), office.flow.now());
    let question = Message {
        id,
        key: "asked:1:2".into(),
        kind: MessageKind::Question,
        thread: None,
        case: None,
        entry: None,
        letter: None,
        person: None,
        address: "bob@example.org".into(),
        asks: false,
        subject: "One question".into(),
        text: "Did it happen to you?".into(),
        token: Some("00000000000000000000000000000000".into()),
        message_id: "1@example.com".into(),
        state: MessageState::Waiting,
        tries: 0,
        at: now,
        sent: None,
        reason: None,
    };
    let write = move |tx: &mut heard_store::view::Tx| {
        tables::message::add(tx, &question)?;
        tables::job::add(tx, job, &Job::SendLetter { message: id }, now)
    };
    office.flow.store.write(&Scope::system(), write).await.unwrap();
    office.answer(&scope, case, "It is found.").await;
    let to = || posted.mails.lock().unwrap().iter().map(|mail| mail.to.clone()).collect::<Vec<_>>();
    drain(&office.flow).await.unwrap();
    assert_eq!(to(), ["ann@example.org"], "who waits for an answer gets it at any hour");
    office.later(59 * MINUTE);
    drain(&office.flow).await.unwrap();
    assert_eq!(to(), ["ann@example.org"], "a minute before");
    let waits = office.flow.store.read(&Scope::system(), move |view| tables::message::get(view, id)).await.unwrap().unwrap();
    assert_eq!((waits.state, waits.tries), (MessageState::Waiting, 0), "it was not tried");
    office.later(MINUTE);
    drain(&office.flow).await.unwrap();
    drain(&office.flow).await.unwrap();
    assert_eq!(to(), ["ann@example.org", "bob@example.org"]);
}

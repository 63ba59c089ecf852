//! Mail, out and in: hostile mails are taken in one by one and nothing of them goes to anybody else; a send that is killed between
//! any two steps loses nothing and sends nothing twice; and the whole way through a real mail server.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stopped; a send is killed"
)]

#[path = "mails/hostile.rs"]
mod hostile;
#[path = "../../heard-store/tests/server/postgres.rs"]
mod postgres;
#[path = "mails/refusals.rs"]
mod refusals;
#[path = "mails/servers.rs"]
mod servers;
#[path = "../../heard/tests/binary/torture.rs"]
mod torture;
#[path = "mails/walk.rs"]
mod walk;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use heard_channels::couriers::courier::{Courier, Outgoing, Undelivered};
use heard_channels::couriers::smtp::Smtp;
use heard_channels::posts::imap::Imap;
use heard_channels::tls::{Protection, Security};
use heard_domain::account::{Identity, IdentityKind};
use heard_domain::alert::AlertKind;
use heard_domain::case::CaseState;
use heard_domain::case_entry::{CaseEntryKind, SpokenBy};
use heard_domain::chance::Chance;
use heard_domain::channel::Channel;
use heard_domain::feedback::{Feedback, NewAuthor, NewFeedback};
use heard_domain::id::{CaseId, FeedbackId, UserId};
use heard_domain::kept_case::KeptCase;
use heard_domain::message::MessageState;
use heard_domain::quiet::QuietHours;
use heard_domain::scope::Scope;
use heard_domain::time::{Clock, Time};
use heard_domain::user::{Role, User};
use heard_flow::act::change::{CaseDeed, CaseDraft, change, open};
use heard_flow::act::customer::{self, Written};
use heard_flow::arrange::department::{self, DepartmentDraft};
use heard_flow::arrange::post::{self, PostDraft};
use heard_flow::flow::Flow;
use heard_flow::hear::mail::{MailBecame, receive};
use heard_flow::hear::mailbox::look;
use heard_flow::hear::more::more;
use heard_flow::hear::take::{Heard, take};
use heard_flow::mailing::{Mailing, MailingShown};
use heard_flow::onward::proven;
use heard_flow::work::drain;
use heard_store::store::Store;
use heard_store::tables;
use heard_store::view::View;

const NOON: i64 = 1_774_180_800_000;

struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::Relaxed))
    }
}

/// Another number each time.
#[derive(Default)]
struct Counting(AtomicU64);

impl Chance for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let next = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
            chunk.iter_mut().zip(next).for_each(|(byte, next)| *byte = next);
        }
    }
}

/// Takes mails; may be told to die before or after it has taken one, or to refuse it.
#[derive(Clone, Default)]
struct Posted {
    mails: Arc<Mutex<Vec<Outgoing>>>,
    /// How the next ones go: by turns.
    turns: Arc<Mutex<Vec<Turn>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Takes,
    DiesBefore,
    DiesAfter,
    Later,
    Lost,
}

impl Courier for Posted {
    fn deliver(&self, mail: &Outgoing) -> Result<(), Undelivered> {
        let turn = self.turns.lock().unwrap().pop().unwrap_or(Turn::Takes);
        assert!(turn != Turn::DiesBefore, "killed before the server took it");
        if turn == Turn::Later {
            return Err(Undelivered::Later("450 try later".into()));
        }
        self.mails.lock().unwrap().push(mail.clone());
        match turn {
            Turn::DiesAfter => panic!("killed after the server took it"),
            Turn::Lost => Err(Undelivered::Unknown("connection reset".into())),
            _ => Ok(()),
        }
    }
}

struct Office {
    flow: Arc<Flow>,
    clock: Arc<SetClock>,
}

impl Office {
    fn open(folder: &Path, clock: i64, courier: Arc<dyn Courier>) -> Self {
        Self::on(Store::open(folder).unwrap(), folder, clock, courier)
    }

    fn on(store: Store, folder: &Path, clock: i64, courier: Arc<dyn Courier>) -> Self {
        Self::quiet(store, folder, clock, courier, None)
    }

    fn quiet(store: Store, folder: &Path, clock: i64, courier: Arc<dyn Courier>, quiet: Option<QuietHours>) -> Self {
        let clock = Arc::new(SetClock(AtomicI64::new(clock)));
        let chance = Arc::new(Counting(AtomicU64::new(clock.now().0 as u64)));
        let flow = Arc::new(Flow::open(store, clock.clone(), chance, folder).unwrap());
        flow.send_by(Mailing {
            courier,
            from: "care@example.com".into(),
            reply: Some(("reply".into(), "example.com".into())),
            site: "https://heard.example.com".into(),
            receipts: true,
            quiet,
            authserv: Some("mx.example.com".into()),
            history_days: 0,
            shown: MailingShown::default(),
        });
        Self { flow, clock }
    }

    fn later(&self, ms: i64) {
        self.clock.0.fetch_add(ms, Ordering::Relaxed);
    }

    /// Somebody who works on cases.
    async fn staff(&self) -> Scope {
        let id = UserId(self.flow.id());
        let user = User {
            id,
            email: format!("{id}@example.com"),
            name: "Kim".into(),
            role: Role::Admin,
            posts: None,
            since: Time(NOON),
            active: true,
        };
        let kept = user.clone();
        self.flow.store.write(&Scope::system(), move |tx| tables::user::insert(tx, &kept, "none")).await.unwrap();
        Scope::of_user(&user)
    }

    /// A case of each of these addresses.
    async fn cases(&self, scope: &Scope, addresses: &[String]) -> Vec<CaseId> {
        let post = post::add(&self.flow, &Scope::system(), PostDraft::new("Desk", Channel::Review)).await.unwrap().id;
        let draft: DepartmentDraft = serde_json::from_str(r#"{"name": "Baggage"}"#).unwrap();
        department::add(&self.flow, scope, draft).await.unwrap();
        let department = self.flow.directory().departments[0].id;
        let comment = |address: &String| NewFeedback {
            key: address.clone(),
            at: self.flow.now(),
            text: "My bag is lost.".into(),
            author: NewAuthor {
                identities: Identity::new(IdentityKind::Email, address).into_iter().collect(),
                ..NewAuthor::default()
            },
            touchpoint: None,
            ratings: vec![],
            attributes: vec![],
            link: None,
        };
        let heard = take(&self.flow, &Scope::system(), post, addresses.iter().map(comment).collect()).await.unwrap();
        let mut cases = Vec::new();
        for heard in heard {
            let Heard::Added(feedback) = heard else { panic!("{heard:?}") };
            cases.push(open(&self.flow, scope, CaseDraft { feedback, department, urgency: None }).await.unwrap().case.id);
        }
        cases
    }

    async fn answer(&self, scope: &Scope, case: CaseId, text: &str) {
        let deed = CaseDeed::Answer { text: text.into(), way: SpokenBy::Heard };
        change(&self.flow, scope, case, None, deed).await.unwrap();
    }

    async fn states(&self) -> HashMap<MessageState, u64> {
        self.flow.store.read(&Scope::system(), |view| tables::message::tally(view, None)).await.unwrap()
    }
}

fn draw(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// Two hundred answers; of each one the sending is killed, refused or lost at some step, and the program is opened again in between.
#[tokio::test(flavor = "multi_thread")]
async fn killed_between_any_two_steps_nothing_is_lost_and_nothing_sent_twice() {
    let folder = tempfile::tempdir().unwrap();
    let posted = Posted::default();
    let office = Office::open(folder.path(), NOON, Arc::new(posted.clone()));
    let scope = office.staff().await;
    let addresses: Vec<String> = (0..200).map(|n| format!("guest{n}@example.org")).collect();
    let cases = office.cases(&scope, &addresses).await;
    for case in &cases {
        office.answer(&scope, *case, "It is found.").await;
    }
    let mut seed = 5;
    let kinds = [Turn::Takes, Turn::DiesBefore, Turn::DiesAfter, Turn::Later, Turn::Lost];
    posted.turns.lock().unwrap().extend((0..150).map(|_| kinds[(draw(&mut seed) % 5) as usize]));
    drain(&office.flow).await.unwrap();
    let at = office.flow.now().0;
    drop(office);
    // Opened again, some hours later, as often as it takes.
    for round in 1..=8 {
        let office = Office::open(folder.path(), at + round * 6 * 3_600_000, Arc::new(posted.clone()));
        drain(&office.flow).await.unwrap();
        office.later(1);
    }
    let office = Office::open(folder.path(), at + 90 * 3_600_000, Arc::new(posted.clone()));
    let states = office.states().await;
    let mut taken: HashMap<String, u32> = HashMap::new();
    for mail in posted.mails.lock().unwrap().iter() {
        *taken.entry(mail.to.clone()).or_default() += 1;
    }
    eprintln!("{states:?}; {} addresses got a mail", taken.len());
    assert!(taken.values().all(|n| *n == 1), "somebody got it twice");
    let count = |state| states.get(&state).copied().unwrap_or(0);
    assert_eq!(count(MessageState::Sent) + count(MessageState::Maybe), 200, "nothing is lost: {states:?}");
    assert!(count(MessageState::Maybe) > 10, "some were killed: {states:?}");
    // Whoever got none is among those of whom it is said that nobody knows.
    assert!(200 - taken.len() as u64 <= count(MessageState::Maybe));
    assert!(count(MessageState::Sent) <= taken.len() as u64, "sent is only said of what was taken");
}

/// A thousand hostile mails: none ends the program, nothing of them goes to anybody but their own sender, and nobody is told more than
/// once a day.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_hostile_mails_reach_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let posted = Posted::default();
    let office = Office::open(folder.path(), NOON, Arc::new(posted.clone()));
    let scope = office.staff().await;
    let case = office.cases(&scope, &["ann@example.org".to_owned()]).await[0];
    office.answer(&scope, case, "It is found.").await;
    drain(&office.flow).await.unwrap();
    let sent = std::mem::take(&mut *posted.mails.lock().unwrap());
    let (reply, message_id) = (sent[0].reply_to.clone(), sent[0].message_id.clone());
    let mut became: HashMap<MailBecame, u32> = HashMap::new();
    for n in 0..1_000 {
        let raw = hostile::mail(n, &reply, &message_id);
        *became.entry(receive(&office.flow, raw).await.unwrap()).or_default() += 1;
        if n % 100 == 99 {
            drain(&office.flow).await.unwrap();
        }
    }
    drain(&office.flow).await.unwrap();
    eprintln!("{became:?}");
    assert!(
        [MailBecame::Feedback, MailBecame::Said, MailBecame::Refused, MailBecame::Auto, MailBecame::Bounced, MailBecame::Loop]
            .iter()
            .all(|kind| became.get(kind).is_some_and(|n| *n > 0)),
        "{became:?}"
    );
    let mails = posted.mails.lock().unwrap().clone();
    let mut receipts: HashMap<String, u32> = HashMap::new();
    for mail in &mails {
        assert!(hostile::SENDERS.contains(&mail.to.as_str()), "a mail went to {}", mail.to);
        assert!(
            !mail.text.contains(hostile::MARK) && !mail.html.contains(hostile::MARK) && !mail.subject.contains(hostile::MARK),
            "{mail:?}"
        );
        assert!(mail.auto, "{mail:?}");
        *receipts.entry(mail.to.clone()).or_default() += 1;
    }
    assert!(receipts.values().all(|n| *n == 1), "at most one a day: {receipts:?}");
    // The bounce of a stranger suppressed nobody: the answer still goes to the customer.
    office.answer(&scope, case, "It is on its way.").await;
    drain(&office.flow).await.unwrap();
    assert!(posted.mails.lock().unwrap().iter().any(|mail| mail.to == "ann@example.org" && mail.text.contains("on its way")));
}

/// The whole way: an answer by SMTP, the reply in a mailbox of Dovecot, read by IMAP into the case; again, nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn through_real_servers_an_answer_goes_out_and_the_reply_comes_in() {
    let Some(dovecot) = servers::Dovecot::start() else { return };
    let sink = servers::Sink::start();
    let folder = tempfile::tempdir().unwrap();
    let open = || Protection { security: Security::None, roots: None };
    let smtp = Smtp { host: "127.0.0.1".into(), port: sink.port, protection: open(), login: None };
    let office = Office::open(folder.path(), NOON, Arc::new(smtp));
    let scope = office.staff().await;
    let case = office.cases(&scope, &["ann@example.org".to_owned()]).await[0];
    office.answer(&scope, case, "It is found.\n.\nA line with a dot, and ümlauts.").await;
    drain(&office.flow).await.unwrap();
    let mails = sink.mails();
    let [(from, to, mail)] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!(to, "ann@example.org");
    let read = heard_channels::posts::mail::read(mail).unwrap();
    assert!(read.words.contains("It is found.") && !read.auto, "{read:?}");
    let imap = Imap {
        host: "127.0.0.1".into(),
        port: dovecot.port,
        protection: open(),
        user: "reply".into(),
        password: "secret".into(),
        folder: "INBOX".into(),
    };
    // What lies there already is left alone.
    dovecot.put(b"From: old@example.org\r\nMessage-ID: <r0@example.org>\r\n\r\nYears ago the lounge was warm.\r\n");
    assert!(!look(&office.flow, &imap).await.unwrap());
    dovecot.put(
        format!("From: ann@example.org\r\nTo: {from}\r\nMessage-ID: <r1@example.org>\r\n\r\nThank you, it is here.\r\n")
            .as_bytes(),
    );
    dovecot.put(b"From: bob@example.org\r\nTo: reply@example.com\r\nMessage-ID: <r2@example.org>\r\nSubject: Hello\r\n\r\nThe lounge was cold.\r\n");
    look(&office.flow, &imap).await.unwrap();
    look(&office.flow, &imap).await.unwrap();
    let thread = office.flow.store.read(&Scope::system(), move |view| tables::case_entry::list(view, case)).await.unwrap();
    let said: Vec<&str> =
        thread.iter().filter(|entry| entry.kind == CaseEntryKind::Said).map(|entry| entry.text.as_str()).collect();
    assert_eq!(said, ["Thank you, it is here."]);
    let came = office.flow.store.read(&Scope::system(), tables::mailbox::tally).await.unwrap();
    assert_eq!(came, [("feedback".to_owned(), 1), ("said".to_owned(), 1)]);
    let wrong = Imap { password: "wrong".into(), ..imap };
    assert!(look(&office.flow, &wrong).await.is_err());
    assert_eq!(office.states().await.get(&MessageState::Sent), Some(&1));
    // Bob is told that his words arrived.
    drain(&office.flow).await.unwrap();
    let told: Vec<String> = sink.mails().into_iter().map(|(_, to, _)| to).collect();
    assert_eq!(told, ["ann@example.org", "bob@example.org"]);
}

impl Office {
    /// The comment that came in last.
    async fn last(&self) -> Feedback {
        let look = |view: &View| {
            let last = tables::feedback::latest(view, FeedbackId(0), 100)?.into_iter().max().unwrap();
            Ok(tables::feedback::get(view, last)?.unwrap())
        };
        self.flow.store.read(&Scope::system(), look).await.unwrap()
    }

    async fn kept(&self, case: CaseId) -> KeptCase {
        self.flow.store.read(&Scope::system(), move |view| tables::case::get(view, case)).await.unwrap().unwrap()
    }

    async fn open_for(&self, scope: &Scope, feedback: FeedbackId) -> CaseId {
        let department = self.flow.directory().departments[0].id;
        open(&self.flow, scope, CaseDraft { feedback, department, urgency: None }).await.unwrap().case.id
    }
}

fn from(address: &str, n: u32, more: &str, words: &str) -> Vec<u8> {
    format!("From: {address}\r\nTo: reply@example.com\r\nMessage-ID: <{n}@x.example>\r\n{more}\r\n{words}\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_sender_gets_a_case_of_its_own_and_a_proven_one_joins_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(folder.path(), NOON, Arc::new(Posted::default()));
    let scope = office.staff().await;
    let case = office.cases(&scope, &["ann@example.org".to_owned()]).await[0];
    let person = office.kept(case).await.person;
    for (n, verdict) in [
        "",
        "Authentication-Results: mx.example.com; dmarc=fail header.from=example.org\r\n",
        "Authentication-Results: mx.evil.example; dmarc=pass header.from=example.org\r\n",
        "Authentication-Results: mx.example.com; dkim=pass header.d=evil.example\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        receive(&office.flow, from("ann@example.org", n as u32, verdict, "My bag is lost.")).await.unwrap();
        let heard = office.last().await;
        assert!(!proven(&office.flow.directory(), &heard) && heard.person == person, "{verdict}");
        assert_ne!(office.open_for(&scope, heard.id).await, case, "{verdict}");
    }
    let verdict = "Authentication-Results: mx.example.com; dmarc=pass header.from=example.org\r\n";
    receive(&office.flow, from("ann@example.org", 9, verdict, "My bag is lost.")).await.unwrap();
    let heard = office.last().await;
    assert!(proven(&office.flow.directory(), &heard));
    // Their own case, and none of the stranger's.
    assert_eq!(office.open_for(&scope, heard.id).await, case);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_arrive_opens_its_case_again_and_tells_whoever_answers() {
    let folder = tempfile::tempdir().unwrap();
    let posted = Posted::default();
    let office = Office::open(folder.path(), NOON, Arc::new(posted.clone()));
    let scope = office.staff().await;
    let case = office.cases(&scope, &["ann@example.org".to_owned()]).await[0];
    office.answer(&scope, case, "It is found.").await;
    assert_eq!(office.kept(case).await.case.state, CaseState::Answered);
    drain(&office.flow).await.unwrap();
    let sent = posted.mails.lock().unwrap()[0].clone();
    let bounce = |status: &str| {
        let report = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n";
        let body = format!(
            "--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; ann@example.org\r\nStatus: {status}\r\n\r\n--b--"
        );
        format!("From: MAILER-DAEMON@mx.example\r\nTo: {}\r\n{report}\r\n{body}\r\n", sent.reply_to).into_bytes()
    };
    // The mailbox is full today: the address exists, and the answer did not arrive.
    assert_eq!(receive(&office.flow, bounce("5.2.2")).await.unwrap(), MailBecame::Bounced);
    let kept = office.kept(case).await;
    assert_eq!((kept.case.state, kept.case.first_answer, kept.case.asked), (CaseState::Open, None, None));
    let told = heard_flow::act::told::unseen(&office.flow, &scope).await.unwrap();
    assert!(told.iter().any(|alert| alert.kind == AlertKind::Undelivered && alert.case == Some(case)), "{told:?}");
    office.answer(&scope, case, "It is found, and on its way.").await;
    drain(&office.flow).await.unwrap();
    assert_eq!(posted.mails.lock().unwrap().len(), 2);
    assert!(posted.mails.lock().unwrap()[1].text.contains("Did this help?"), "the first that arrives asks");
    // Refused for ever: nobody is there, and nothing more can be said through Heard.
    let sent = posted.mails.lock().unwrap()[1].clone();
    let gone = String::from_utf8(bounce("5.1.1")).unwrap().replace(&office_to(&bounce("5.1.1")), &sent.reply_to);
    assert_eq!(receive(&office.flow, gone.into_bytes()).await.unwrap(), MailBecame::Bounced);
    assert_eq!(office.kept(case).await.case.state, CaseState::Open);
    let deed = CaseDeed::Answer { text: "Hello?".into(), way: SpokenBy::Heard };
    let refused = change(&office.flow, &scope, case, None, deed).await.unwrap_err();
    assert!(refused.to_string().contains("no e-mail address"), "{refused}");
}

fn office_to(mail: &[u8]) -> String {
    let text = String::from_utf8_lossy(mail).into_owned();
    text.lines().find_map(|line| line.strip_prefix("To: ")).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_that_were_dropped_are_kept_and_answered_where_they_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let posted = Posted::default();
    let office = Office::open(folder.path(), NOON, Arc::new(posted.clone()));
    let scope = office.staff().await;
    // A mail of hers from another address is answered there, not at the first that is known of her.
    let case = office.cases(&scope, &["ann@example.org".to_owned()]).await[0];
    for (n, sender, more) in [
        (1, "=?utf-8?q?j=C3=B6rg?=@example.org", ""),
        (2, "\"a b\"@example.org", ""),
        (3, "bob@exa_mple.org", ""),
        (4, "bob@example.org", "Feedback-ID: 1:x\r\nList-Unsubscribe: <https://x.example>\r\n"),
    ] {
        let became = receive(&office.flow, from(sender, n, more, &format!("The lounge was cold, number {n}."))).await.unwrap();
        assert_eq!(became, MailBecame::Feedback, "{sender}");
        assert!(office.last().await.text.contains(&format!("number {n}")));
    }
    drain(&office.flow).await.unwrap();
    assert!(posted.mails.lock().unwrap().is_empty(), "nobody is thanked by a program who may be one");
    let own = office.last().await.id;
    let own = office.open_for(&scope, own).await;
    office.answer(&scope, own, "We heat it now.").await;
    office.answer(&scope, case, "It is found.").await;
    drain(&office.flow).await.unwrap();
    let to: Vec<String> = posted.mails.lock().unwrap().iter().map(|mail| mail.to.clone()).collect();
    assert_eq!(to, ["bob@example.org", "ann@example.org"]);
    // In a conversation the mark of a company's mail program takes no words away; those of a program stand as a note.
    let reply = posted.mails.lock().unwrap()[1].reply_to.clone();
    let marked = format!("From: ann@example.org\r\nTo: {reply}\r\nFeedback-ID: 1:x\r\n\r\nNot yet here.\r\n");
    assert_eq!(receive(&office.flow, marked.into_bytes()).await.unwrap(), MailBecame::Said);
    let auto = format!("From: ann@example.org\r\nTo: {reply}\r\nAuto-Submitted: auto-replied\r\n\r\nI am away; ask Bob.\r\n");
    assert_eq!(receive(&office.flow, auto.into_bytes()).await.unwrap(), MailBecame::Auto);
    let entries = office.flow.store.read(&Scope::system(), move |view| tables::case_entry::list(view, case)).await.unwrap();
    let of = |kind: CaseEntryKind| {
        entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.text.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((of(CaseEntryKind::Said), of(CaseEntryKind::Note)), (vec!["Not yet here."], vec!["I am away; ask Bob."]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_on_a_page_before_a_case_belongs_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let posted = Posted::default();
    let office = Office::open(folder.path(), NOON, Arc::new(posted.clone()));
    let scope = office.staff().await;
    office.cases(&scope, &["ann@example.org".to_owned()]).await;
    receive(&office.flow, from("bob@example.org", 1, "", "The lounge was cold.")).await.unwrap();
    let first = office.last().await;
    drain(&office.flow).await.unwrap();
    let receipt = posted.mails.lock().unwrap()[0].clone();
    let token = receipt.reply_to.split(['+', '@']).nth(1).unwrap().to_owned();
    office.later(1_000);
    more(&office.flow, &token, first.post, "And the soup too.").await.unwrap();
    let second = office.last().await;
    assert!(second.id != first.id && second.person == first.person && second.person.is_some());
    let turns = customer::show(&office.flow, &token).await.unwrap().unwrap().turns;
    assert_eq!(turns.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>(), ["The lounge was cold.", "And the soup too."]);
    // A case of what was said later is a case of this conversation, and what was said first joins it.
    let case = office.open_for(&scope, second.id).await;
    assert_eq!(customer::write(&office.flow, &token, "Hello?").await.unwrap(), Written::Kept);
    office.answer(&scope, case, "We heat it now.").await;
    drain(&office.flow).await.unwrap();
    assert!(posted.mails.lock().unwrap().iter().any(|mail| mail.to == "bob@example.org" && mail.text.contains("heat")));
    assert_eq!(customer::show(&office.flow, &token).await.unwrap().unwrap().turns.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_are_capped_over_all() {
    let folder = tempfile::tempdir().unwrap();
    let posted = Posted::default();
    let office = Office::open(folder.path(), NOON, Arc::new(posted.clone()));
    for n in 0..120 {
        let mail = from(&format!("victim{n}@bank.example"), n, "", "The queue was long.");
        assert_eq!(receive(&office.flow, mail).await.unwrap(), MailBecame::Feedback);
    }
    drain(&office.flow).await.unwrap();
    assert_eq!(posted.mails.lock().unwrap().len(), 100);
}

/// Identifiers, statuses and addresses with what no database takes.
#[tokio::test(flavor = "multi_thread")]
async fn what_no_database_takes_stops_nothing_on_either() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let stores = [Store::open(folders[0].path()).unwrap(), postgres::store(folders[1].path())];
    for (store, folder) in stores.into_iter().zip(&folders) {
        let office = Office::on(store, folder.path(), NOON, Arc::new(Posted::default()));
        let report = "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n";
        // “Status: 5.1.1 NUL” and “Message-ID: <a NUL b>”, in base64.
        let body = "--b\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\nU3RhdHVzOiA1LjEuMQANCg==\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: base64\r\n\r\nTWVzc2FnZS1JRDogPGEAYj4NCg==\r\n--b--";
        assert_eq!(receive(&office.flow, from("x@example.org", 1, report, body)).await.unwrap(), MailBecame::Bounced);
        for (n, more) in [
            "In-Reply-To: <a\0b@example.com>\r\nReferences: <c\0d> <\0>\r\n",
            "Subject: =?utf-8?q?a=00b?=\r\nIn-Reply-To: =?utf-8?q?<a=00b>?=\r\n",
            "Message-ID: <\0>\r\nReply-To: \0\r\nAuthentication-Results: \0; dmarc=pass\r\n",
        ]
        .into_iter()
        .enumerate()
        {
            let mail = from("\"A\0nn\" <x@example.org>", n as u32 + 2, more, &format!("Number {n} \0."));
            assert_eq!(receive(&office.flow, mail).await.unwrap(), MailBecame::Feedback, "{more}");
        }
    }
}

#[tokio::test]
async fn a_mailbox_is_read_over_tls_of_the_company_and_over_no_other() {
    let Some(dovecot) = servers::Dovecot::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let office = Office::open(folder.path(), NOON, Arc::new(Posted::default()));
    let imap = |security, port, roots: Option<&Path>| Imap {
        host: "localhost".into(),
        port,
        protection: Protection { security, roots: roots.map(Path::to_owned) },
        user: "reply".into(),
        password: "secret".into(),
        folder: "INBOX".into(),
    };
    let own = Some(dovecot.certificate.as_path());
    let ways = [(Security::Tls, dovecot.protected), (Security::Starttls, dovecot.port)];
    for (n, (security, port)) in ways.into_iter().enumerate() {
        let mail = format!(
            "From: bob@example.org\r\nTo: reply@example.com\r\nMessage-ID: <t{n}@example.org>\r\n\r\nThe lounge was cold, {n} times.\r\n"
        );
        // A certificate that nobody was told to believe is not believed, and nothing is read.
        let refused = look(&office.flow, &imap(security, port, None)).await;
        assert!(refused.is_err(), "{security}: read from whoever answers");
        // The first look begins with what comes from then on.
        look(&office.flow, &imap(security, port, own)).await.unwrap_or_else(|error| panic!("{security}: {error}"));
        dovecot.put(mail.as_bytes());
        look(&office.flow, &imap(security, port, own)).await.unwrap_or_else(|error| panic!("{security}: {error}"));
        let came = office.flow.store.read(&Scope::system(), tables::mailbox::tally).await.unwrap();
        assert_eq!(came, [("feedback".to_owned(), n as u64 + 1)], "{security}");
    }
}

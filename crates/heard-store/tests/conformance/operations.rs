//! Operational data is kept once, and goes with the import that brought it; feedback is withdrawn with all that follows it.

use std::path::Path;

use heard_domain::account::{Identity, IdentityKind, Money};
use heard_domain::channel::Channel;
use heard_domain::id::{
    CaseId, CorrectionId, EventId, FeedbackId, ImportId, MessageId, PersonId, PostId, StageId, TemplateId, ThreadId, UserId,
};
use heard_domain::import::{DateOrder, FileFormat, Import, ImportKind, ImportState, Mapping, Meaning, Template};
use heard_domain::message::{Message, MessageState, Thread};
use heard_domain::operation::{Event, Exposure, NewAccount, NewPerson};
use heard_domain::reading::{Change, Correction, Polarity};
use heard_domain::scope::{Reach, Scope};
use heard_domain::time::{Day, Time};
use heard_store::store::Store;
use heard_store::tables::change::Wrote;
use heard_store::tables::{
    account, cube, event, exposure, feedback, import, message, outbox, person, property, reading, revert, template, thread,
    withdraw,
};
use heard_store::view::Tx;

use crate::conformance::couriers::asked;
use crate::conformance::made::{company, row};

pub fn an_import(id: i64, state: ImportState) -> Import {
    let mapping = Mapping {
        kind: ImportKind::Accounts,
        preset: "generic".into(),
        columns: vec![("Name".into(), Meaning::Account), ("ARR".into(), Meaning::Worth { currency: Some("EUR".into()) })],
        dates: DateOrder::YearFirst,
        zone: None,
        channel: Channel::Survey,
        post: "File".into(),
    };
    Import {
        id: ImportId(id),
        name: format!("{id}.csv"),
        hash: format!("hash {id}"),
        bytes: 1,
        format: FileFormat::Csv,
        mapping,
        post: None,
        state,
        rows: None,
        done: 1,
        added: 1,
        known: 0,
        revised: 0,
        bad: 0,
        failure: None,
        at: Time(1),
        finished: None,
        undoing: None,
        source: Some("/watched/a.csv".into()),
    }
}

fn imports(store: &Store, ids: &[i64]) {
    let ids = ids.to_vec();
    let write = move |tx: &mut Tx| {
        for id in ids {
            import::insert(tx, &an_import(id, ImportState::Done), "shape")?;
        }
        Ok(())
    };
    store.write_now(&Scope::system(), write).unwrap();
}

fn acme(minor: i64) -> NewAccount {
    NewAccount {
        name: " Acme ".into(),
        yearly_value: Some(Money { minor, currency: "EUR".into() }),
        attributes: vec![("Segment".into(), "Large".into())],
        ..NewAccount::default()
    }
}

fn ann() -> NewPerson {
    let email = Identity { kind: IdentityKind::Email, handle: "Ann@Acme.com".into() };
    NewPerson {
        name: Some("Ann".into()),
        account: Some("Acme".into()),
        identities: vec![email],
        attributes: vec![("Tier".into(), "Gold".into())],
        ..NewPerson::default()
    }
}

fn cell(count: u64) -> Exposure {
    Exposure { day: Day(20_000), stage: StageId(7), measure: "orders".into(), place: None, count }
}

fn delay(id: i64) -> Event {
    Event {
        id: EventId(id),
        key: "delay 1".into(),
        kind: "delay".into(),
        at: Time(5),
        day: Day(0),
        person: None,
        account: None,
        stage: None,
        touchpoint: None,
        details: vec![("minutes".into(), "45".into())],
    }
}

pub fn operational_data_is_kept_once_and_undone_exactly(open: &dyn Fn(&Path) -> Store) {
    use Wrote::{Added, Changed, Known};

    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    imports(&store, &[1, 2, 3]);
    let mut id = 100;
    let mut write = |import: i64, minor: i64, count: u64| {
        id += 100;
        let first = id;
        let put = move |tx: &mut Tx| {
            let mut last = first;
            let mut next = || {
                last += 1;
                last
            };
            let by = Some(ImportId(import));
            Ok((
                account::put(tx, by, &acme(minor), &mut next)?.1,
                person::put(tx, by, &ann(), &mut next)?.wrote,
                exposure::put(tx, by, &cell(count))?,
                event::put(tx, by, &delay(first))?.1,
            ))
        };
        store.write_now(&Scope::system(), put).unwrap()
    };
    assert_eq!(write(1, 500, 10), (Added, Added, Added, Added));
    assert_eq!(write(1, 500, 10), (Known, Known, Known, Known), "the same again changes nothing");
    assert_eq!(write(2, 700, 12), (Changed, Known, Changed, Known));

    let seen = store.read_now(&scope, |view| {
        let accounts = account::page(view, "", "acm", 10)?;
        let persons = person::page(view, &person::Wanted::default(), 10)?;
        assert_eq!(accounts.len(), 1);
        assert_eq!(accounts[0].account.yearly_value, Some(Money { minor: 700, currency: "EUR".into() }));
        assert_eq!(accounts[0].attributes, [("Segment".to_owned(), "Large".to_owned())]);
        assert_eq!(persons[0].identities[0].handle, "ann@acme.com");
        assert_eq!(persons[0].person.account, Some(accounts[0].account.id));
        assert_eq!(exposure::list(view, &exposure::Wanted::default(), 0, 9)?, [cell(12)]);
        assert_eq!(exposure::sums(view)?[0].count, 12);
        assert_eq!(event::kinds(view)?, [("delay".to_owned(), 1)]);
        assert_eq!(event::list(view, &event::Wanted::default(), 9)?.len(), 1);
        assert_eq!(property::known(view, property::Whose::Person, 9)?, [("Tier".to_owned(), vec!["Gold".to_owned()])]);
        Ok(())
    });
    seen.unwrap();

    // The first import cannot be undone whole: the second has changed the account and the exposure since.
    let foreseen = store.read_now(&scope, |view| revert::foresee(view, ImportId(1))).unwrap();
    assert_eq!((foreseen.removed, foreseen.restored, foreseen.kept), (2, 0, 2), "{foreseen:?}");
    // The second can: both get back what they were. In small steps, and once more without effect.
    for limit in [1, 1, 9, 9] {
        store.write_now(&scope, move |tx| revert::undo(tx, ImportId(2), limit)).unwrap();
    }
    let undone = store.write_now(&scope, |tx| revert::undo(tx, ImportId(1), 100)).unwrap();
    assert_eq!((undone.removed, undone.restored, undone.kept), (4, 0, 0), "{undone:?}");
    let left = store.read_now(&scope, |view| {
        Ok((
            account::page(view, "", "", 10)?.len(),
            person::page(view, &person::Wanted::default(), 10)?.len(),
            exposure::list(view, &exposure::Wanted::default(), 0, 9)?.len(),
            event::list(view, &event::Wanted::default(), 9)?.len(),
        ))
    });
    assert_eq!(left, Ok((0, 0, 0, 0)));

    // What is used since stays, and is named.
    assert_eq!(write(3, 500, 10), (Added, Added, Added, Added));
    company(&store);
    let hear = |tx: &mut Tx| {
        let mut said = row(9_000, "words");
        said.feedback.person = person::page(tx, &person::Wanted::default(), 1)?.first().map(|ann| ann.person.id);
        feedback::insert_many(tx, &[said])
    };
    store.write_now(&scope, hear).unwrap();
    let undone = store.write_now(&scope, |tx| revert::undo(tx, ImportId(3), 100)).unwrap();
    assert_eq!((undone.removed, undone.kept), (2, 2), "{undone:?}");
    let kept = store.read_now(&scope, |view| revert::kept(view, ImportId(3), 10)).unwrap();
    assert_eq!(kept.iter().map(|kept| kept.noun.as_str()).collect::<Vec<_>>(), ["person", "account"]);

    let mut narrow = Scope::system();
    narrow.reach = Reach::Posts([PostId(2)].into());
    let hidden = store.read_now(&narrow, |view| {
        let persons = person::page(view, &person::Wanted::default(), 10)?;
        Ok((persons.len(), exposure::sums(view)?.len(), event::kinds(view)?.len(), account::page(view, "", "", 9)?.len()))
    });
    assert_eq!(hidden, Ok((0, 0, 0, 0)), "what belongs to no post in sight is hidden");
}

pub fn a_withdrawn_import_leaves_cubes_like_a_recount(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    company(&store);
    imports(&store, &[1, 2]);
    let from = |id: i64, text: &str, import: i64| {
        let mut row = row(id, text);
        row.feedback.import = Some(ImportId(import));
        row
    };
    let state = |store: &Store| {
        let look = |view: &heard_store::view::View| {
            let all = feedback::many(view, &(1..=4).map(FeedbackId).collect::<Vec<_>>())?;
            Ok(all.into_iter().map(|f| (f.id.0, f.text, f.import.map(|i| i.0))).collect::<Vec<_>>())
        };
        store.read_now(&Scope::system(), look).unwrap()
    };
    // The first import brings 1, 2 and 3; the second revises 2 and brings 4; a correction stands on old and on new words.
    let correct = |id: i64, feedback: i64| Correction {
        id: CorrectionId(id),
        feedback: FeedbackId(feedback),
        span: None,
        change: Change::Sentiment { to: Polarity::Negative },
        by: UserId(1),
        at: Time(1),
    };
    let first = [from(1, "one", 1), from(2, "two", 1), from(3, "three", 1)];
    let second = [from(4, "four", 2)];
    let other = from(2, "two, otherwise", 2);
    let (old, new) = (correct(50, 2), correct(51, 2));
    store
        .write_now(&scope, move |tx| {
            feedback::insert_many(tx, &first)?;
            reading::correct(tx, &old)?;
            feedback::revise(tx, &other, Time(9))?;
            reading::correct(tx, &new)?;
            feedback::insert_many(tx, &second)?;
            Ok(())
        })
        .unwrap();
    let before = store.read_now(&scope, outbox::last).unwrap();
    assert_eq!(store.read_now(&scope, |view| withdraw::foresee(view, ImportId(2))), Ok((1, 1, 1)));
    assert_eq!(store.read_now(&scope, |view| withdraw::staying(view, ImportId(1), 9)), Ok(vec![FeedbackId(2)]));

    let mut undoing = an_import(2, ImportState::Undoing);
    store.write_now(&scope, move |tx| import::update(tx, &undoing)).unwrap();
    let mut all = withdraw::Withdrawn::default();
    loop {
        let some = store.write_now(&scope, |tx| withdraw::withdraw(tx, ImportId(2), 1, &|_, _| None)).unwrap();
        if some.removed == 0 && some.restored.is_empty() {
            break;
        }
        all.removed += some.removed;
        all.corrections += some.corrections;
        all.restored.extend(some.restored);
    }
    assert_eq!((all.removed, all.corrections, all.restored), (1, 1, vec![FeedbackId(2)]));
    assert_eq!(state(&store), [(1, "one".to_owned(), Some(1)), (2, "two".to_owned(), Some(1)), (3, "three".to_owned(), Some(1))]);
    let (corrections, revisions, hash) = store
        .read_now(&scope, |view| {
            let kept = feedback::by_key(view, PostId(1), "key 2")?;
            let two = FeedbackId(2);
            Ok((reading::corrections(view, two)?.len(), feedback::revisions(view, two)?.len(), kept.map(|k| k.hash)))
        })
        .unwrap();
    assert_eq!((corrections, revisions, hash.as_deref()), (1, 0, Some("hash of two")), "the old words are known again");
    assert!(store.read_now(&scope, outbox::last).unwrap() >= before + 2, "followers are told");

    let (counted, scored) = store.read_now(&scope, |view| Ok((cube::cells(view)?, cube::scores(view)?))).unwrap();
    store.write_now(&scope, cube::rebuild).unwrap();
    let again = store.read_now(&scope, |view| Ok((cube::cells(view)?, cube::scores(view)?))).unwrap();
    let there =
        |cells: Vec<cube::Cell>| cells.into_iter().filter(|cell| cell.volume != 0 || cell.passages != 0).collect::<Vec<_>>();
    assert_eq!((there(counted), scored), (there(again.0), again.1));

    undoing = an_import(1, ImportState::Undoing);
    store.write_now(&scope, move |tx| import::update(tx, &undoing)).unwrap();
    store.write_now(&scope, |tx| withdraw::withdraw(tx, ImportId(1), 100, &|_, _| None)).unwrap();
    assert_eq!(state(&store), []);
}

pub fn templates_and_sources_are_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    imports(&store, &[5]);
    let made = Template {
        id: TemplateId(1),
        name: "Orders".into(),
        format: FileFormat::Csv,
        mapping: an_import(1, ImportState::Done).mapping,
        at: Time(1),
    };
    let kept = made.clone();
    store
        .write_now(&scope, move |tx| {
            template::save(tx, &kept)?;
            template::save(tx, &Template { name: "Sales".into(), ..kept })?;
            import::set_sure(tx, ImportId(5), &[(0.5, "a name".into())])
        })
        .unwrap();
    store
        .read_now(&scope, |view| {
            assert_eq!(template::by_name(view, "sales")?.map(|t| t.id), Some(TemplateId(1)));
            assert_eq!(template::by_name(view, "Orders")?, None);
            assert_eq!(template::list(view)?.len(), 1);
            assert_eq!(import::sure(view, ImportId(5))?, Some(vec![(0.5, "a name".to_owned())]));
            assert_eq!(import::by_source(view, "/watched/a.csv")?.len(), 1);
            assert_eq!(import::unfinished(view)?.len(), 0);
            Ok(())
        })
        .unwrap();
    assert_eq!(store.write_now(&scope, |tx| template::remove(tx, TemplateId(1))), Ok(true));
    assert_eq!(store.write_now(&scope, |tx| template::remove(tx, TemplateId(1))), Ok(false));
}

pub fn what_was_written_to_a_person_goes_with_them(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let scope = Scope::system();
    imports(&store, &[1]);
    let reached = |id: i64, address: &str| Thread {
        id: ThreadId(id),
        feedback: None,
        case: Some(CaseId(5)),
        address: Some(address.to_owned()),
        at: Time(1),
    };
    let write = move |tx: &mut Tx| {
        let mut last = 100;
        let mut next = || {
            last += 1;
            last
        };
        let ann = person::put(tx, Some(ImportId(1)), &ann(), &mut next)?.id;
        // At another address than is known of her; somebody else's; hers, before anybody knew whose it was.
        for (id, whose, address, thread, state) in [
            (1, Some(ann), "ann@home.example", Some(1), MessageState::Sent),
            (2, Some(PersonId(9)), "bob@example.org", Some(2), MessageState::Sent),
            (3, None, "ann@acme.com", None, MessageState::Failed),
            (4, Some(ann), "ann@acme.com", None, MessageState::Waiting),
        ] {
            let reason = Some(format!("550 no {address}"));
            let thread = thread.map(ThreadId);
            let message =
                Message { person: whose, address: address.to_owned(), thread, state, reason, ..asked(id, &format!("key {id}")) };
            assert!(message::add(tx, &message)?);
        }
        for (id, address) in [(1, "ann@home.example"), (2, "bob@example.org"), (3, "ann@acme.com")] {
            thread::insert(tx, &reached(id, address))?;
        }
        Ok(())
    };
    store.write_now(&scope, write).unwrap();
    store.write_now(&scope, |tx| revert::undo(tx, ImportId(1), 100)).unwrap();
    let left = store.read_now(&scope, |view| {
        let messages = (1..=4).map(|id| message::get(view, MessageId(id))).collect::<Result<Vec<_>, _>>()?;
        let threads = (1..=3).map(|id| thread::get(view, ThreadId(id))).collect::<Result<Vec<_>, _>>()?;
        Ok((messages, threads))
    });
    let (messages, threads) = left.unwrap();
    let messages: Vec<Message> = messages.into_iter().flatten().collect();
    let addresses: Vec<Option<String>> = threads.into_iter().flatten().map(|thread| thread.address).collect();
    assert_eq!(addresses, [None, Some("bob@example.org".to_owned()), None]);
    for message in [&messages[0], &messages[2], &messages[3]] {
        let Message { person, address, subject, text, token, reason, message_id, .. } = message;
        assert_eq!((person, address.as_str(), subject.as_str(), text.as_str(), token, reason), (&None, "", "", "", &None, &None));
        assert_eq!(*message_id, format!("erased.{}", message.id));
    }
    let bob = &messages[1];
    assert_eq!((bob.person, bob.address.as_str(), bob.subject.as_str()), (Some(PersonId(9)), "bob@example.org", "Sorry"));
    // Which were sent is still known, and what waited does not go.
    let states: Vec<MessageState> = messages.iter().map(|message| message.state).collect();
    assert_eq!(states, [MessageState::Sent, MessageState::Sent, MessageState::Failed, MessageState::Suppressed]);
}

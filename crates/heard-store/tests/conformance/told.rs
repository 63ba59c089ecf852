//! Who is told what became of what they raised, who is asked, and what accounts are shown: each once.

use std::path::Path;
use std::sync::Arc;

use heard_domain::account::{Account, Identity, IdentityKind};
use heard_domain::asking::{AskedAnswer, AskedCounts, Asking};
use heard_domain::id::{
    AccountId, EventId, FeedbackId, ImportId, IssueId, LetterId, MessageId, PersonId, PlaceId, ProgressId, StageId, ThreadId,
    UserId,
};
use heard_domain::import::ImportState;
use heard_domain::issue::Work;
use heard_domain::kept_issue::{IssueOrigin, IssueStanding, KeptIssue};
use heard_domain::ledger::LedgerStep;
use heard_domain::letter::{Audience, Letter, LetterState, ToldStage};
use heard_domain::message::{Message, MessageKind, MessageState, Thread};
use heard_domain::operation::NewPerson;
use heard_domain::progress::{Progress, ProgressLine};
use heard_domain::question::Filter;
use heard_domain::scope::{Reach, Scope};
use heard_domain::sibling::{PlaceAnswer, PlaceFound};
use heard_domain::time::{Day, Time};
use heard_store::store::Store;
use heard_store::tables::{
    account, asking, feedback, import, issue, ledger, letter, message, person, place_check, progress, revert, thread, told,
};
use heard_store::view::Tx;

use crate::conformance::made;
use crate::conformance::operations::an_import;

const ISSUE: IssueId = IssueId(70);

fn kept() -> KeptIssue {
    KeptIssue {
        id: ISSUE,
        number: 1,
        version: 1,
        title: "Bags are lost".into(),
        stage: None,
        categories: vec![],
        origin: IssueOrigin::Hand,
        standing: IssueStanding::Accepted,
        merged: None,
        opened: Time(0),
        opened_by: None,
        changed: Time(0),
        begins: None,
        since: None,
        work: Work::default(),
        fixed_on: vec![],
    }
}

fn run() -> Letter {
    Letter {
        id: LetterId(3),
        name: "I-1".into(),
        subject: "S".into(),
        text: "T".into(),
        audience: Audience::Issue { issue: ISSUE, stage: ToldStage::Planned },
        state: LetterState::Sending,
        version: 1,
        made: Time(5),
        reviewed: Some((UserId(4), Time(6))),
        looked_at: 0,
        unreachable: 0,
        suppressed: 0,
        before: 0,
        pages: 1,
    }
}

fn mail(person: i64, state: MessageState) -> Message {
    Message {
        id: MessageId(90 + person),
        key: format!("issue:{person}"),
        kind: MessageKind::Letter,
        thread: None,
        case: None,
        entry: None,
        letter: Some(LetterId(3)),
        person: Some(PersonId(person)),
        address: "ann@example.org".into(),
        asks: false,
        subject: "S".into(),
        text: "T".into(),
        token: None,
        message_id: format!("{person}@example.com"),
        state,
        tries: 1,
        at: Time(7),
        sent: None,
        reason: None,
    }
}

pub fn who_was_told_of_an_issue_is_kept(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    store
        .write_now(&scope, |tx| {
            feedback::insert_many(tx, &[made::row_at(11, 1, "one"), made::row_at(12, 1, "two"), made::row_at(13, 2, "three")])?;
            issue::insert(tx, &kept())?;
            issue::join(tx, ISSUE, FeedbackId(12))?;
            letter::save(tx, &run())?;
            // Of the first nobody knows who said it; it has a page.
            let comments = [(FeedbackId(11), None), (FeedbackId(12), Some(PersonId(1))), (FeedbackId(13), Some(PersonId(2)))];
            let comments: Vec<told::Raised> = comments.map(|(id, person)| (id, person, Day(1))).into();
            told::freeze(tx, LetterId(3), &comments)?;
            told::freeze(tx, LetterId(3), &comments)?;
            for id in [11, 13] {
                let began = Thread { id: ThreadId(id), feedback: Some(FeedbackId(id)), case: None, address: None, at: Time(1) };
                thread::insert(tx, &began)?;
            }
            message::add(tx, &mail(1, MessageState::Sent))?;
            message::add(tx, &mail(2, MessageState::Bounced))?;
            Ok(())
        })
        .unwrap();
    store.caught_up().unwrap();
    let read = store.read_now(&scope, |view| {
        let persons = (told::persons(view, LetterId(3), PersonId(0), 9)?, told::persons(view, LetterId(3), PersonId(1), 9)?);
        let pages = told::on_pages(view, LetterId(3), &[PersonId(1), PersonId(2), PersonId(9)])?;
        let of = (told::told(view, ISSUE)?, told::told_on_pages(view, ISSUE)?, told::runs(view, ISSUE)?);
        let with_page = told::with_page(view, &[FeedbackId(11), FeedbackId(12)])?;
        let answering = told::answering(view, FeedbackId(11))?;
        Ok((
            persons,
            pages,
            of,
            with_page,
            answering,
            told::answered(view, LetterId(3))?,
            told::joined(view, ISSUE)?,
            issue::parts(view, ISSUE)?,
        ))
    });
    let (persons, pages, (mailed, shown, runs), with_page, answering, answered, joined, parts) = read.unwrap();
    assert_eq!(persons.0.iter().map(|(id, _)| id.0).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(persons.1.iter().map(|(id, _)| id.0).collect::<Vec<_>>(), [2]);
    assert_eq!(pages, [PersonId(2)].into());
    assert_eq!((mailed, runs), ([PersonId(1)].into(), vec![run()]));
    assert_eq!(shown, [FeedbackId(11), FeedbackId(13)].into());
    assert_eq!((with_page, answering), ([FeedbackId(11)].into(), vec![(run(), Time(6))]));
    assert_eq!((answered.len(), joined.len(), joined[0].0, parts), (3, 1, FeedbackId(12), vec![]));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let steps = Arc::new(store.read_now(&scope, ledger::steps).unwrap());
    let (all, _) = runtime.block_on(store.reached(&scope, &Filter::default(), None, (steps, Arc::default()))).unwrap();
    assert_eq!(all.at(LedgerStep::Told).map(|reached| reached.comments), Some(3), "by mail, and on two pages");
}

pub fn checks_questions_and_progress_pages_are_there_once(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    let asked = Asking { issue: ISSUE, text: "Did it?".into(), wanted: 3, begun: Time(5), by: UserId(4) };
    let found = PlaceFound { answer: PlaceAnswer::DoToo, words: "Soon".into(), by: UserId(4), at: Time(9) };
    let page = Progress {
        id: ProgressId(8),
        account: AccountId(50),
        renewal: Day(20),
        version: 1,
        text: "Dear {{name}}".into(),
        lines: vec![ProgressLine { issue: ISSUE, words: "“We look”".into() }],
        made: Time(1),
        reviewed: None,
    };
    let sent = Progress { version: 2, reviewed: Some((UserId(4), Time(6))), ..page.clone() };
    let (first, second, given, answer) = (page, sent.clone(), asked.clone(), found.clone());
    store
        .write_now(&scope, move |tx| {
            issue::insert(tx, &kept())?;
            assert!(place_check::ask(tx, ISSUE, PlaceId(1), Time(2))? && !place_check::ask(tx, ISSUE, PlaceId(1), Time(3))?);
            assert!(place_check::ask(tx, ISSUE, PlaceId(2), Time(3))?);
            assert!(
                place_check::answer(tx, ISSUE, PlaceId(2), &answer)? && !place_check::answer(tx, ISSUE, PlaceId(3), &answer)?
            );
            assert!(asking::begin(tx, &given)? && !asking::begin(tx, &given)?);
            assert!(asking::ask(tx, ISSUE, PersonId(1), "h1", Time(6))? && !asking::ask(tx, ISSUE, PersonId(1), "h2", Time(7))?);
            assert!(asking::answer(tx, "h1", AskedAnswer::Happened, "x", Time(8))?);
            // Another secret leads to the same question, and the one before leads nowhere.
            assert!(asking::ask(tx, ISSUE, PersonId(3), "h3", Time(6))?);
            asking::renew(tx, ISSUE, PersonId(3), "h4")?;
            assert_eq!(asking::by_hash(tx, "h3")?, None);
            assert_eq!(asking::by_hash(tx, "h4")?, Some((ISSUE, PersonId(3), None)));
            assert!(
                asking::answer(tx, "h1", AskedAnswer::Fine, "y", Time(9))?
                    && !asking::answer(tx, "h9", AskedAnswer::Fine, "", Time(9))?
            );
            let renewed = Account {
                id: AccountId(50),
                name: "Renewed".into(),
                yearly_value: None,
                key_account: false,
                renewal: Some(Day(20)),
            };
            account::save(tx, &renewed)?;
            progress::save(tx, &first)?;
            progress::save(tx, &second)?;
            progress::add_token(tx, "hash", ProgressId(8), PersonId(1), Time(6))?;
            progress::add_token(tx, "hash", ProgressId(8), PersonId(2), Time(6))
        })
        .unwrap();
    drop(store);
    let store = open(folder.path());
    let read = store.read_now(&scope, |view| {
        let checks = (place_check::of_issue(view, ISSUE)?, place_check::waiting(view)?);
        let question =
            (asking::get(view, ISSUE)?, asking::open(view)?, asking::counts(view, ISSUE)?, asking::words(view, ISSUE, 9)?);
        let secret = (asking::by_hash(view, "h1")?, asking::by_hash(view, "h2")?, asking::was_asked(view, ISSUE, PersonId(2))?);
        let events = asking::persons_of_events(view, StageId(1), EventId(0), 9)?;
        let pages =
            (progress::of(view, AccountId(50), Day(20))?, progress::by_token(view, "hash")?, progress::by_token(view, "x")?);
        let around = (progress::renewals(view, Day(20), Day(21), 9)?, progress::renewals(view, Day(21), Day(30), 9)?);
        Ok((
            checks,
            question,
            secret,
            events,
            pages,
            around,
            progress::contacts(view, AccountId(50), 9)?,
            progress::said(view, PersonId(404), 9)?,
        ))
    });
    let ((all, waiting), (kept_asking, still_open, counts, words), secret, events, (of, by, none), around, contacts, said) =
        read.unwrap();
    assert_eq!((all.len(), all[1].found.clone(), waiting.len(), waiting[0].place), (2, Some(found), 1, PlaceId(1)));
    assert_eq!((kept_asking, still_open), (Some(asked.clone()), vec![asked]), "two of three were asked");
    assert_eq!(counts, AskedCounts { asked: 2, fine: 1, happened: 0, unsure: 0 });
    assert_eq!(words, [(AskedAnswer::Fine, "y".to_owned())]);
    assert_eq!(secret, (Some((ISSUE, PersonId(1), Some(AskedAnswer::Fine))), None, false));
    assert_eq!((of, by, none), (Some(sent.clone()), Some((sent, PersonId(1))), None));
    assert_eq!(around, (vec![AccountId(50)], vec![]));
    assert!(events.is_empty() && contacts.is_empty() && said.is_empty());
    let mut narrow = Scope::system();
    narrow.reach = Reach::Posts([heard_domain::id::PostId(1)].into());
    assert_eq!(store.read_now(&narrow, |view| progress::renewals(view, Day(0), Day(90), 9)), Ok(vec![]));
}

pub fn who_is_removed_was_asked_and_told_as_a_number_only(open: &dyn Fn(&Path) -> Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    made::company(&store);
    let scope = Scope::system();
    let question = Asking { issue: ISSUE, text: "Did it?".into(), wanted: 3, begun: Time(5), by: UserId(4) };
    let page = Progress {
        id: ProgressId(8),
        account: AccountId(50),
        renewal: Day(20),
        version: 1,
        text: "Dear {{name}}".into(),
        lines: vec![],
        made: Time(1),
        reviewed: None,
    };
    let named = |name: &str| NewPerson {
        name: Some(name.to_owned()),
        identities: vec![Identity { kind: IdentityKind::Email, handle: format!("{name}@example.org") }],
        ..NewPerson::default()
    };
    let both = [named("ann"), named("bob")];
    let write = move |tx: &mut Tx| {
        let mut last = 100;
        let mut next = || {
            last += 1;
            last
        };
        import::insert(tx, &an_import(1, ImportState::Done), "shape")?;
        let mut ids = vec![PersonId(9)];
        for new in &both {
            ids.push(person::put(tx, Some(ImportId(1)), new, &mut next)?.id);
        }
        feedback::insert_many(tx, &[made::row_at(11, 1, "one"), made::row_at(12, 1, "two"), made::row_at(13, 2, "three")])?;
        issue::insert(tx, &kept())?;
        letter::save(tx, &run())?;
        progress::save(tx, &page)?;
        assert!(asking::begin(tx, &question)?);
        for (n, id) in ids.iter().enumerate() {
            let secret = format!("secret {n}");
            assert!(asking::ask(tx, ISSUE, *id, &secret, Time(6))?);
            assert!(asking::answer(tx, &secret, AskedAnswer::Happened, &format!("words {n}"), Time(8))?);
            told::freeze(tx, LetterId(3), &[(FeedbackId(11 + n as i64), Some(*id), Day(1))])?;
            progress::add_token(tx, &secret, ProgressId(8), *id, Time(6))?;
        }
        Ok(ids)
    };
    let ids = store.write_now(&scope, write).unwrap();
    let undone = store.write_now(&scope, |tx| revert::undo(tx, ImportId(1), 100)).unwrap();
    assert_eq!(undone.removed, 2);
    let gone = ids.clone();
    let read = store.read_now(&scope, move |view| {
        let asked = gone.iter().map(|id| asking::was_asked(view, ISSUE, *id)).collect::<Result<Vec<_>, _>>()?;
        let secrets = (0..3).map(|n| asking::by_hash(view, &format!("secret {n}"))).collect::<Result<Vec<_>, _>>()?;
        let pages = (0..3).map(|n| progress::by_token(view, &format!("secret {n}"))).collect::<Result<Vec<_>, _>>()?;
        let counted = (asking::counts(view, ISSUE)?, asking::open(view)?, asking::words(view, ISSUE, 9)?);
        let told = (told::answered(view, LetterId(3))?, told::persons(view, LetterId(3), PersonId(0), 9)?);
        Ok((asked, secrets, pages, counted, told))
    });
    let (asked, secrets, pages, (counts, open, words), (answered, persons)) = read.unwrap();
    // What a finding rests on stays: three were asked and answered, nobody more is to be asked.
    assert_eq!((counts, open), (AskedCounts { asked: 3, fine: 0, happened: 3, unsure: 0 }, vec![]));
    assert_eq!((asked, words), (vec![true, false, false], vec![(AskedAnswer::Happened, "words 0".to_owned())]));
    assert_eq!(secrets, [Some((ISSUE, PersonId(9), Some(AskedAnswer::Happened))), None, None]);
    assert_eq!(pages.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!((answered.len(), persons), (3, vec![(PersonId(9), Day(19_675))]));
}

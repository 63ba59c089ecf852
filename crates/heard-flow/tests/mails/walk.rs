//! One comment from heard to told: heard, read, routed, answered, made an issue, signed off, verified, told. Whoever works is killed
//! between any two of these steps, or within one, and the next begins on what is kept; in the end everything is there once.
//!
//! The test starts itself again as the program that is killed.

use std::collections::{BTreeMap, HashMap};
use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::{Duration, Instant};

use heard_channels::couriers::courier::{Courier, Outgoing, Undelivered};
use heard_domain::account::{Identity, IdentityKind};
use heard_domain::case::CaseState;
use heard_domain::case_entry::SpokenBy;
use heard_domain::channel::Channel;
use heard_domain::feedback::{NewAuthor, NewFeedback};
use heard_domain::id::{CategoryId, DepartmentId, LetterId, MessageId, PostId, UserId};
use heard_domain::issue::IssueState;
use heard_domain::kept_case::KeptCase;
use heard_domain::kept_issue::KeptIssue;
use heard_domain::letter::{Audience, LetterState, ToldStage};
use heard_domain::message::{Message, MessageState};
use heard_domain::question::Filter;
use heard_domain::reading::Polarity;
use heard_domain::rule::{Conditions, Way};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::time::Time;
use heard_domain::user::{Role, User};
use heard_flow::act::change::{CaseDeed, change};
use heard_flow::act::issues::change as issue;
use heard_flow::act::issues::change::{IssueDeed, IssueDraft};
use heard_flow::arrange::department::{self, DepartmentDraft};
use heard_flow::arrange::post::{self, PostDraft};
use heard_flow::arrange::starter;
use heard_flow::flow::Flow;
use heard_flow::hear::take::{Heard, take};
use heard_flow::mailing::{Mailing, MailingShown};
use heard_flow::route::rules::{self, RuleDraft};
use heard_flow::tell::letters::{self, LetterDraft};
use heard_flow::work::drain;
use heard_store::sql::database::Database as At;
use heard_store::store::Store;
use heard_store::tables;
use heard_store::view::View;
use serde_json::{Value, json};

use crate::postgres::Database;
use crate::{Counting, NOON, Office, SetClock, draw};

const NAME: &str = "walk::killed_between_any_two_steps_from_heard_to_told_all_is_there_once";
const NAME_ON_POSTGRES: &str = "walk::killed_between_any_two_steps_from_heard_to_told_all_is_there_once_on_postgres";
/// The folder and the database of whoever is to be killed, and how many lived before.
const CHILD: &str = "HEARD_TEST_WALK";
const STEPS: [&str; 9] =
    ["company", "heard", "read and routed", "answered", "issue", "signed off", "weeks later", "verified", "told"];
const DAY: i64 = 86_400_000;
/// Days of complaints before, and of praise after.
const BEFORE: i64 = 140;
const AFTER: i64 = 60;
/// Whose comment it is.
const WALKER: &str = "walker@example.org";
/// Some of those who complained before can be told, too.
const RAISERS: i64 = 3;

#[test]
fn killed_between_any_two_steps_from_heard_to_told_all_is_there_once() {
    walked(NAME, "SQLite", crate::torture::number("KILLS", 60), String::new);
}

#[test]
fn killed_between_any_two_steps_from_heard_to_told_all_is_there_once_on_postgres() {
    let mut databases = vec![];
    walked(NAME_ON_POSTGRES, "PostgreSQL", crate::torture::number("KILLS", 10), || {
        let database = Database::new();
        let url = database.url.clone();
        databases.push(database);
        url
    });
}

#[expect(clippy::disallowed_methods, reason = "the test speaks to itself as the program that is killed")]
fn child() -> Option<(PathBuf, String, u64)> {
    let told: (PathBuf, String, u64) = serde_json::from_str(&std::env::var(CHILD).ok()?).unwrap();
    Some(told)
}

/// Lets comments walk until so many have been killed.
fn walked(name: &str, truth: &str, kills: u64, mut database: impl FnMut() -> String) {
    if let Some((folder, url, life)) = child() {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(walk(&folder, &url, life));
        return;
    }
    let (begun, mut seed) = (Instant::now(), crate::torture::seed());
    let (mut killed, mut walks, mut maybe, mut mails) = (0, 0, 0, 0);
    let mut at: BTreeMap<usize, u64> = BTreeMap::new();
    while killed < kills {
        let folder = tempfile::tempdir().unwrap();
        let url = database();
        walks += 1;
        let (mut lives, mut far) = (0, 0);
        loop {
            lives += 1;
            assert!(lives < 200, "it never comes to its end");
            let mut program = live(name, folder.path(), &url, lives);
            let mut lines = BufReader::new(program.stdout.take().unwrap()).lines().map_while(Result::ok);
            let mut reached = 0;
            let mut came = |line: String| {
                if let Some((_, step)) = line.split_once("done: ") {
                    reached = STEPS.iter().position(|one| *one == step).unwrap() + 1;
                }
                reached
            };
            // Near where nobody came before: at once when a step is done, soon after, or later within one of the next.
            let ends = far + (draw(&mut seed) % 3) as usize;
            let wait = draw(&mut seed) % [1, 30, 400][(draw(&mut seed) % 3) as usize];
            let kill = killed < kills && (ends == 0 || lines.by_ref().any(|line| came(line) == ends.min(STEPS.len())));
            if kill {
                std::thread::sleep(Duration::from_millis(wait));
                program.kill().unwrap();
            }
            lines.for_each(|line| {
                came(line);
            });
            let ended = program.wait().unwrap();
            far = far.max(reached);
            if ended.success() {
                assert_eq!(reached, STEPS.len());
                break;
            }
            assert!(kill, "it ended by itself after {reached} steps");
            killed += 1;
            *at.entry(reached).or_default() += 1;
        }
        let seen = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(whole(folder.path(), &url));
        maybe += seen.0;
        mails += seen.1;
    }
    let at: Vec<_> = at.into_iter().map(|(steps, n)| (steps.checked_sub(1).map_or("its beginning", |at| STEPS[at]), n)).collect();
    eprintln!("killed after: {at:?}");
    let outcome = format!(
        "{walks} comments from heard to told, {killed} × kill -9: 0 lost, 0 twice; {mails} mails, of {maybe} nobody knows whether they went out"
    );
    crate::torture::report("killed between the steps from heard to told", truth, &outcome, begun.elapsed());
}

fn live(name: &str, folder: &Path, url: &str, life: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(CHILD, serde_json::to_string(&(folder, url, life)).unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A mail server that writes down what it takes, beside the data.
struct Noted(PathBuf);

impl Courier for Noted {
    fn deliver(&self, mail: &Outgoing) -> Result<(), Undelivered> {
        let mut line = json!({ "to": mail.to, "subject": mail.subject, "text": mail.text }).to_string();
        line.push('\n');
        OpenOptions::new().append(true).create(true).open(&self.0).unwrap().write_all(line.as_bytes()).unwrap();
        Ok(())
    }
}

fn opened(folder: &Path, url: &str, life: u64) -> Office {
    // Every life begins a second after the one before, as lives do: identifiers grow by the clock.
    let clock = Arc::new(SetClock(AtomicI64::new(NOON + life as i64 * 1_000)));
    let store = if url.is_empty() { Store::open(folder) } else { Store::open_on(folder, &At::at(url).unwrap()) }.unwrap();
    let chance = Arc::new(Counting(AtomicU64::new(life << 32)));
    let flow = Arc::new(Flow::open(store, clock.clone(), chance, folder).unwrap());
    flow.send_by(Mailing {
        courier: Arc::new(Noted(folder.join("posted"))),
        from: "care@example.com".into(),
        reply: Some(("reply".into(), "example.com".into())),
        site: "https://heard.example.com".into(),
        receipts: true,
        quiet: None,
        authserv: None,
        history_days: 0,
        shown: MailingShown::default(),
    });
    Office { flow, clock }
}

fn comment(key: String, at: i64, email: Option<&str>, text: &str) -> NewFeedback {
    let identities = email.and_then(|email| Identity::new(IdentityKind::Email, email)).into_iter().collect();
    NewFeedback {
        key,
        at: Time(at),
        text: text.to_owned(),
        author: NewAuthor { identities, ..NewAuthor::default() },
        touchpoint: None,
        ratings: vec![],
        attributes: vec![],
        link: None,
    }
}

const COMPLAINT: &str = "My bag was lost and it is a terrible shame";
const PRAISE: &str = "The bag came at once, thank you, lovely";

/// What was said before: a complaint and three praises a day.
fn before() -> Vec<NewFeedback> {
    let day = |ago: i64| {
        let at = NOON - ago * DAY;
        let email = (ago % 40 == 0 && ago / 40 <= RAISERS).then(|| format!("guest{}@example.org", ago / 40));
        let complaint = comment(format!("c{ago}"), at, email.as_deref(), COMPLAINT);
        std::iter::once(complaint).chain((0..3).map(move |n| comment(format!("p{ago}-{n}"), at + n, None, PRAISE)))
    };
    (1..=BEFORE).rev().flat_map(day).collect()
}

/// What is said after the fix.
fn after() -> Vec<NewFeedback> {
    (1..AFTER).flat_map(|day| (0..4).map(move |n| comment(format!("a{day}-{n}"), NOON + day * DAY + n, None, PRAISE))).collect()
}

/// What one who works sees of what is kept.
struct Walk {
    office: Office,
}

impl Walk {
    fn flow(&self) -> &Arc<Flow> {
        &self.office.flow
    }

    async fn users(&self) -> Vec<User> {
        let mut users = self.flow().store.read(&Scope::system(), tables::user::list).await.unwrap();
        users.sort_by(|a, b| a.email.cmp(&b.email));
        users
    }

    /// The admin, who works on cases.
    async fn admin(&self) -> Scope {
        Scope::of_user(&self.users().await[0])
    }

    /// The company, so that it is there once however often this was cut off.
    async fn company(&self) {
        let (flow, system) = (self.flow(), Scope::system());
        if flow.directory().taxonomy.categories.is_empty() {
            starter::adopt(flow, &system, Industry::Airline).await.unwrap();
        }
        for (email, role) in
            [("1@example.com", Role::Admin), ("2@example.com", Role::DepartmentMember), ("3@example.com", Role::DepartmentMember)]
        {
            if self.users().await.iter().all(|user| user.email != email) {
                let user = User {
                    id: UserId(flow.id()),
                    email: email.into(),
                    name: "Kim".into(),
                    role,
                    posts: None,
                    since: Time(NOON),
                    active: true,
                };
                flow.store.write(&system, move |tx| tables::user::insert(tx, &user, "none")).await.unwrap();
            }
        }
        if !flow.directory().posts.iter().any(|post| post.name == "Desk") {
            post::add(flow, &system, PostDraft::new("Desk", Channel::Review)).await.unwrap();
        }
        let users = self.users().await;
        for (name, user) in [("Side one", &users[1]), ("Side two", &users[2])] {
            if !flow.directory().departments.iter().any(|department| department.name == name) {
                let draft = DepartmentDraft { name: name.into(), members: vec![user.id], ..DepartmentDraft::default() };
                department::add(flow, &system, draft).await.unwrap();
            }
        }
        take(flow, &system, self.post(), before()).await.unwrap();
        drain(flow).await.unwrap();
        if rules::list(flow, &system).await.unwrap().is_empty() {
            let when = Conditions { words: vec!["lost".into()], ..Conditions::default() };
            let way = Way { departments: self.sides(), opens_case: true, ..Way::default() };
            rules::add(flow, &system, RuleDraft { name: "Lost".into(), on: true, when, way }).await.unwrap();
        }
    }

    fn post(&self) -> PostId {
        self.flow().directory().posts.iter().find(|post| post.name == "Desk").unwrap().id
    }

    fn sides(&self) -> Vec<DepartmentId> {
        let directory = self.flow().directory();
        ["Side one", "Side two"].map(|name| directory.departments.iter().find(|side| side.name == name).unwrap().id).to_vec()
    }

    async fn case(&self) -> Option<KeptCase> {
        let all = |view: &View| tables::case::list(view, &tables::case::Sought::default(), None, 10);
        let cases = self.flow().store.read(&Scope::system(), all).await.unwrap();
        assert!(cases.len() <= 1, "opened twice: {cases:?}");
        cases.into_iter().next()
    }

    async fn issue(&self) -> Option<KeptIssue> {
        let all = |view: &View| tables::issue::list(view, &tables::issue::Sought::default());
        let found = self.flow().store.read(&Scope::system(), all).await.unwrap();
        assert!(found.len() <= 1, "{found:?}");
        found.into_iter().next()
    }

    /// What the comment complains of.
    async fn category(&self) -> CategoryId {
        let feedback = self.case().await.unwrap().feedback[0];
        let reading = self.flow().store.read(&Scope::system(), move |view| tables::reading::get(view, feedback)).await.unwrap();
        let passages = reading.unwrap().passages;
        let bad = passages.iter().find(|p| p.sentiment.as_ref().is_some_and(|s| s.polarity == Polarity::Negative));
        bad.unwrap().categories[0].value
    }

    async fn letter(&self) -> Option<LetterId> {
        self.flow().store.read(&Scope::system(), |view| tables::letter::named(view, "Told")).await.unwrap()
    }

    /// Does a step as somebody who does not know whether it was done before.
    async fn step(&self, step: &str) {
        let (flow, system) = (self.flow(), Scope::system());
        let admin = if step == "company" { system.clone() } else { self.admin().await };
        match step {
            "company" => self.company().await,
            "heard" => {
                let verbatim = comment("walker".into(), NOON - 60_000, Some(WALKER), COMPLAINT);
                let heard = take(flow, &system, self.post(), vec![verbatim]).await.unwrap();
                assert!(matches!(heard[0], Heard::Added(_) | Heard::Known(_)), "{heard:?}");
            }
            "read and routed" => drain(flow).await.unwrap(),
            "answered" => {
                let case = self.case().await.expect("a case");
                if case.case.state == CaseState::Open {
                    let deed = CaseDeed::Answer { text: "We have it.".into(), way: SpokenBy::Heard };
                    change(flow, &admin, case.case.id, None, deed).await.unwrap();
                }
                drain(flow).await.unwrap();
            }
            "issue" => {
                let id = if let Some(there) = self.issue().await {
                    there.id
                } else {
                    let draft = IssueDraft {
                        title: "Bags are lost".into(),
                        stage: None,
                        categories: vec![self.category().await],
                        departments: self.sides(),
                    };
                    issue::open(flow, &admin, draft).await.unwrap().id
                };
                let case = self.case().await.unwrap().case.id;
                if !flow.store.read(&system, move |view| tables::issue::cases(view, id)).await.unwrap().contains(&case) {
                    issue::join_case(flow, &admin, id, case, true).await.unwrap();
                }
            }
            "signed off" => {
                let (id, users) = (self.issue().await.unwrap().id, self.users().await);
                for (department, user) in self.sides().into_iter().zip(&users[1..]) {
                    let work = self.issue().await.unwrap().work;
                    if work.contributions.iter().any(|side| side.department == department && side.signed.is_some()) {
                        continue;
                    }
                    let (cause, fix) = (Some("Nobody looks".to_owned()), Some("Somebody looks".to_owned()));
                    let today = flow.directory().company.zone.day(Time(NOON));
                    for deed in
                        [IssueDeed::State { department, cause, fix }, IssueDeed::SignOff { department, fixed_on: Some(today) }]
                    {
                        issue::change(flow, &Scope::of_user(user), id, None, deed).await.unwrap();
                    }
                }
            }
            "weeks later" => {
                take(flow, &system, self.post(), after()).await.unwrap();
            }
            "verified" => {
                drain(flow).await.unwrap();
                flow.store.caught_up().unwrap();
                heard_flow::act::verify::tend(flow).await.unwrap();
            }
            _ => {
                let zone = flow.directory().company.zone.clone();
                let id = if let Some(id) = self.letter().await {
                    id
                } else {
                    let audience = Audience::Raised {
                        category: self.category().await,
                        stage: ToldStage::Verified,
                        from: zone.day(Time(NOON - (BEFORE + 1) * DAY)),
                        until: zone.day(Time(NOON)),
                    };
                    let draft = LetterDraft {
                        name: "Told".into(),
                        subject: "You said, we did".into(),
                        text: "Bags arrive again.".into(),
                        audience,
                    };
                    letters::add(flow, &admin, &draft).await.unwrap().id
                };
                let letter = letters::get(flow, &admin, id).await.unwrap().letter;
                if letter.state == LetterState::Draft {
                    letters::send(flow, &admin, id, letter.version).await.unwrap();
                }
                drain(flow).await.unwrap();
            }
        }
    }
}

/// The life of one who works: goes on where what is kept ends.
async fn walk(folder: &Path, url: &str, life: u64) {
    let walk = Walk { office: opened(folder, url, life) };
    for step in STEPS {
        if step == "weeks later" {
            walk.office.later(AFTER * DAY);
        }
        walk.step(step).await;
        let mut out = std::io::stdout().lock();
        writeln!(out, "\ndone: {step}").unwrap();
        out.flush().unwrap();
    }
}

/// Looks at the end whether everything is there once; how many mails may or may not have been sent, and how many there are.
async fn whole(folder: &Path, url: &str) -> (u64, u64) {
    let walk = Walk { office: opened(folder, url, 1_000) };
    walk.office.later(AFTER * DAY);
    // What waits for another try has its time to come.
    for hours in [0, 1, 6, 24, 48] {
        walk.office.later(hours * 3_600_000);
        drain(walk.flow()).await.unwrap();
    }
    let case = walk.case().await.unwrap();
    let id = case.case.id;
    let ids = walk.flow().store.find(&Scope::system(), &Filter::default(), None, None, 10_000).await.unwrap().ids;
    assert_eq!(ids.len(), before().len() + after().len() + 1, "every comment once");
    let read = walk.flow().store.read(&Scope::system(), move |view| tables::reading::many(view, &ids)).await.unwrap();
    assert_eq!(read.len(), before().len() + after().len() + 1, "each was read");
    let entries = walk.flow().store.read(&Scope::system(), move |view| tables::case_entry::list(view, id)).await.unwrap();
    let answers: Vec<_> = entries.iter().filter(|entry| entry.text == "We have it.").collect();
    assert_eq!(answers.len(), 1, "answered once: {entries:?}");
    let issue = walk.issue().await.unwrap();
    assert_eq!(issue.work.state(), IssueState::VerifiedFixed, "{issue:?}");
    let joined = issue.id;
    let cases = walk.flow().store.read(&Scope::system(), move |view| tables::issue::cases(view, joined)).await.unwrap();
    assert_eq!(cases, [id]);
    let letter = walk.letter().await.unwrap();
    let look = move |view: &View| {
        Ok((tables::message::of_case(view, id)?, tables::message::of_letter(view, letter, MessageId(0), 100)?))
    };
    let (answered, told) = walk.flow().store.read(&Scope::system(), look).await.unwrap();
    assert_eq!((answered.len(), told.len()), (1, 1 + RAISERS as usize), "{answered:?} {told:?}");
    let posted = std::fs::read_to_string(folder.join("posted")).unwrap_or_default();
    let mut sent: HashMap<(String, String), u64> = HashMap::new();
    for line in posted.lines() {
        let mail: Value = serde_json::from_str(line).unwrap();
        let of = |name: &str| mail[name].as_str().unwrap().to_owned();
        *sent.entry((of("to"), of("text"))).or_default() += 1;
    }
    let twice: Vec<_> = sent.iter().filter(|(_, n)| **n > 1).collect();
    assert!(twice.is_empty(), "sent twice: {twice:?}");
    let all: Vec<&Message> = answered.iter().chain(&told).collect();
    let mut maybe = 0;
    for message in &all {
        let went = sent.keys().any(|(to, text)| {
            *to == message.address && text.contains(if message.case.is_some() { "We have it." } else { "Bags arrive" })
        });
        match message.state {
            MessageState::Sent => assert!(went, "said to be sent: {message:?}"),
            MessageState::Maybe => maybe += 1,
            _ => panic!("lost: {message:?}"),
        }
    }
    (maybe, all.len() as u64)
}

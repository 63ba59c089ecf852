//! An issue that gathers nothing by itself is given a category: its passages teach it, the history is read again, and its fix can be verified.

use axum::http::{Method, StatusCode};
use heard_domain::audit::{Noun, Who};
use heard_domain::kept_issue::KeptIssue;
use heard_domain::scope::Scope;
use heard_domain::time::Day;
use heard_domain::user::{Grant, Role};
use heard_flow::act::verify::tend;
use heard_flow::arrange::department;
use heard_flow::work::drain;
use serde_json::{Value, json};

use crate::audit::entries;
use crate::form;
use crate::site::{Answer, Site};

const DAY_MS: i64 = 86_400_000;
/// The problem begins, the issue is opened, and the fix takes effect so many days ago.
const BEGINS: i32 = 150;
const OPENED: i32 = 140;
const FIXED: i32 = 60;

const OPENERS: [&str; 5] = ["Again", "Sadly", "Yesterday", "For the third time", "Once more"];
const THINGS: [&str; 4] = ["kiosk", "kiosks", "boarding kiosk", "kiosk in the hall"];
const DID: [&str; 5] = [
    "printed no boarding pass, terrible",
    "swallowed my boarding pass, awful",
    "was broken and printed nothing, horrible",
    "printed the wrong boarding pass, a disgrace",
    "was out of order, a shame",
];
const OTHERS: [&str; 6] = [
    "The food was cold and tasted awful",
    "My bag was damaged, a terrible shame",
    "The seat was horribly narrow",
    "The crew was rude to my mother, awful",
    "The film was boring and the screen was broken",
    "The flight was late again, terrible",
];

struct Desk {
    site: Site,
    /// Of the admin.
    token: String,
    session: String,
    department: String,
    issue: String,
    fixed: Day,
}

impl Desk {
    /// 300 days of comments; of the problem four a day from its beginning, and `after` of ten days since its fix. An issue opened by hand, with the
    /// complaints of its first days joined, and one that is about something else.
    async fn new(after: i32) -> Self {
        let site = Site::with_users().await;
        let admin = Scope::of_user(&site.users[&Role::Admin]);
        let token = heard_flow::arrange::token::add(&site.flow, &admin, "all", Grant::ALL.to_vec(), None).await.unwrap().1;
        let session = site.session(&site.users[&Role::Admin]).await;
        let post = site.post("Desk").await;
        let zone = site.flow.directory().company.zone.clone();
        let today = zone.day(site.flow.now());
        let (fixed, mut batch, mut joined) = (today + -FIXED, Vec::<Value>::new(), vec![]);
        for ago in (1..=300_i32).rev() {
            let at = |minute: usize| json!(zone.moment(today + -ago, 10, minute as i8, 0).unwrap());
            let n = ago as usize;
            for minute in 0..4 {
                let there = ago <= BEGINS && (ago > FIXED || ago % 10 < after);
                if there {
                    let (opener, thing, did) =
                        (OPENERS[(n + minute) % 5], THINGS[(n / 2 + minute) % 4], DID[(n / 3 + minute) % 5]);
                    let text = format!("{opener} the {thing} {did}.");
                    batch.push(json!({ "key": format!("k{ago}-{minute}"), "at": at(minute), "text": text }));
                    joined.extend((ago > OPENED && minute < 3).then(|| format!("k{ago}-{minute}")));
                }
            }
            let other = OTHERS[n % OTHERS.len()];
            batch.push(json!({ "key": format!("o{ago}"), "at": at(4), "text": format!("{other} on day {ago}.") }));
            for minute in 5..8 {
                batch.push(
                    json!({ "key": format!("p{ago}-{minute}"), "at": at(minute), "text": "The crew was lovely, thank you" }),
                );
            }
        }
        joined.push("o141".to_owned());
        for some in batch.chunks(500) {
            let body = json!({ "post": post, "feedback": some });
            let answer = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await;
            assert!(answer.status.is_success(), "{}", answer.body);
        }
        drain(&site.flow).await.unwrap();
        site.flow.store.caught_up().unwrap();
        let draft = department::DepartmentDraft { name: "Airport".into(), ..Default::default() };
        let made = department::add(&site.flow, &Scope::system(), draft).await.unwrap().department.id;
        let member = site.users[&Role::Frontline].id;
        department::set_of_user(&site.flow, &Scope::system(), member, vec![made]).await.unwrap();
        let mut desk = Self { site, token, session, department: made.to_string(), issue: String::new(), fixed };
        desk.site.later(-i64::from(OPENED) * DAY_MS);
        let issue = desk.post("/api/v1/issues", json!({ "title": "The kiosk fails", "departments": [made] })).await;
        desk.site.later(i64::from(OPENED) * DAY_MS);
        desk.issue = issue["id"].as_str().unwrap().to_owned();
        for key in joined {
            let feedback = desk.feedback(post, &key).await;
            desk.post(&format!("/api/v1/issues/{}/feedback", desk.issue), json!({ "feedback": feedback })).await;
        }
        desk
    }

    async fn feedback(&self, post: heard_domain::id::PostId, key: &str) -> String {
        let key = key.to_owned();
        let found = move |view: &heard_store::view::View| heard_store::tables::feedback::by_key(view, post, &key);
        self.site.flow.store.read(&Scope::system(), found).await.unwrap().unwrap().id.to_string()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.site.call(Method::POST, path, Some(&self.token), Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.json()
    }

    async fn get(&self, path: &str) -> Value {
        self.site.call(Method::GET, path, Some(&self.token), None).await.json()
    }

    /// The form as a browser would send it, with other values of some fields; what is about food is not ticked.
    async fn by_form(&self, name: &str) -> Answer {
        let page = self.site.get(&format!("/issues/{}/category", self.issue), Some(&self.session)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let form = form::read(&page.body).0.into_iter().find(|form| form.action.ends_with("/category")).unwrap();
        let Some(other) = page.body.split("<label").find(|label| label.contains("on day 141")) else {
            panic!("the wrong one is not shown: {}", page.body)
        };
        let other = other.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let mut pairs = form.pairs();
        pairs.retain(|(key, value)| key != "name" && !(key == "tells" && *value == other));
        pairs.push(("name".into(), name.into()));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        self.site.submit(&format!("/issues/{}/category", self.issue), Some(&self.session), &pairs).await
    }

    /// As an issue that Heard found in words: it is known since when the problem is there.
    async fn since_known(&self) {
        let (id, since) = (self.issue.parse().unwrap(), self.fixed + (FIXED - BEGINS));
        let write = move |tx: &mut heard_store::view::Tx| {
            let kept = heard_store::tables::issue::get(tx, id)?.unwrap();
            heard_store::tables::issue::update(tx, &KeptIssue { since: Some(since), version: kept.version + 1, ..kept })
        };
        assert!(self.site.flow.store.write(&Scope::system(), write).await.unwrap());
    }

    async fn signed(&self) {
        let session = self.site.session(&self.site.users[&Role::Frontline]).await;
        let path = format!("/issues/{}", self.issue);
        let ago = i64::from(FIXED - 5) * DAY_MS;
        self.site.later(-ago);
        let fixed = self.fixed.to_string();
        let department = self.department.as_str();
        for fields in [
            vec![("do", "state"), ("department", department), ("cause", "Paper"), ("fix", "Other paper")],
            vec![("do", "sign_off"), ("department", department), ("fixed_on", &fixed)],
        ] {
            let done = self.site.submit(&path, Some(&session), &fields).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        }
        self.site.later(ago);
    }
}

#[tokio::test]
async fn its_comments_become_a_category_and_the_fix_is_found_to_hold_or_not() {
    for (after, verdict) in [(0, "verified"), (10, "not_fixed")] {
        let desk = Desk::new(after).await;
        desk.since_known().await;
        let page = desk.site.get(&format!("/issues/{}", desk.issue), Some(&desk.session)).await.body;
        assert!(page.contains("It cannot be verified yet"), "{page}");
        let made = desk.by_form("Boarding kiosk").await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
        let directory = desk.site.flow.directory();
        let category = directory.taxonomy.categories.iter().find(|one| one.name == "Boarding kiosk").expect("it is there").id;
        let issue = desk.get(&format!("/api/v1/issues/{}", desk.issue)).await;
        assert_eq!(issue["issue"]["categories"], json!([category]), "{issue}");
        let examples = desk.get(&format!("/api/v1/categories/{category}/examples")).await;
        let examples = examples["items"].as_array().unwrap();
        let belongs = |yes: bool| examples.iter().filter(|one| one["belongs"] == yes).count();
        assert!(belongs(true) >= 15 && belongs(false) >= 5, "{examples:#?}");
        let other = examples.iter().find(|one| one["text"].as_str().unwrap().contains("on day 141")).unwrap();
        assert_eq!(other["belongs"], false, "what was not ticked teaches what does not belong");
        let page = desk.site.get(&format!("/issues/{}", desk.issue), Some(&desk.session)).await.body;
        assert!(page.contains("Its category waits to learn"), "{page}");
        // Whoever chooses one example chooses the next: it waits a moment before it looks.
        desk.site.later(3_000);
        drain(&desk.site.flow).await.unwrap();
        let proposal = desk.get("/api/v1/taxonomy/proposal").await;
        assert!(proposal["proposal"]["effect"]["comments"].as_u64().unwrap() > 40, "{proposal}");
        desk.post("/api/v1/taxonomy/proposal/apply", json!({})).await;
        drain(&desk.site.flow).await.unwrap();
        desk.site.flow.store.caught_up().unwrap();
        let page = desk.site.get(&format!("/issues/{}", desk.issue), Some(&desk.session)).await.body;
        assert!(!page.contains("waits to learn") && !page.contains("cannot be verified yet"), "{page}");
        desk.signed().await;
        tend(&desk.site.flow).await.unwrap();
        let found = desk.get(&format!("/api/v1/issues/{}/verification", desk.issue)).await;
        assert_eq!(found["examined"]["found"]["verdict"], verdict, "{found}");
        assert!(found["examined"]["taught"].as_u64().unwrap() >= 15, "what has taught it does not count before the fix: {found}");
        let noted = entries(&desk.site).await;
        let by_me =
            |noun: Noun| noted.iter().filter(|e| e.who == Who::User(desk.site.users[&Role::Admin].id) && e.noun == noun).count();
        assert!(by_me(Noun::Category) == 1 && by_me(Noun::Example) == examples.len() && by_me(Noun::Issue) >= 1, "{noted:#?}");
    }
}

#[tokio::test]
async fn it_can_be_taken_back_and_is_refused_where_it_would_do_harm() {
    let desk = Desk::new(0).await;
    let (page, path) = (format!("/issues/{}/category", desk.issue), format!("/api/v1/issues/{}/category", desk.issue));
    // Who may not arrange the categories neither sees it nor does it.
    let frontline = desk.site.session(&desk.site.users[&Role::Frontline]).await;
    let shown = desk.site.get(&format!("/issues/{}", desk.issue), Some(&frontline)).await.body;
    assert!(!shown.contains(&page) && shown.contains("a fix cannot be verified"), "{shown}");
    assert_eq!(desk.site.get(&page, Some(&frontline)).await.status, StatusCode::FORBIDDEN);
    let unknown = desk.get(&path).await;
    assert_eq!(unknown["alike"], json!([]), "what is as old as nobody knows is not taught away");
    desk.since_known().await;
    let offer = desk.get(&path).await;
    assert!(offer["passages"].as_array().unwrap().len() > 10 && !offer["alike"].as_array().unwrap().is_empty(), "{offer}");
    let try_it = |body: Value| desk.site.call(Method::POST, &path, Some(&desk.token), Some(body));
    let nothing = desk.site.flow.directory().taxonomy.version;
    let said = |belongs: bool| json!({ "feedback": offer["passages"][0]["feedback"], "span": offer["passages"][0]["span"], "belongs": belongs });
    for (body, status, why) in [
        (json!({ "version": 77 }), StatusCode::CONFLICT, "somebody changed this issue"),
        (json!({ "existing": "77" }), StatusCode::NOT_FOUND, "no such category"),
        (json!({ "passages": [said(false)] }), StatusCode::UNPROCESSABLE_ENTITY, "at least one belongs"),
        (
            json!({ "passages": [{ "feedback": "77", "span": { "start": 0, "end": 4 } }] }),
            StatusCode::NOT_FOUND,
            "no such feedback",
        ),
        (json!({ "category": { "name": " " } }), StatusCode::UNPROCESSABLE_ENTITY, "name"),
    ] {
        let refused = try_it(body.clone()).await;
        assert!(refused.status == status && refused.body.contains(why), "{body}: {} {}", refused.status, refused.body);
    }
    let empty = desk.by_form(" ").await;
    assert!(empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.body.contains("on day 141"), "{}", empty.body);
    assert_eq!(desk.site.flow.directory().taxonomy.version, nothing, "nothing was made");

    let made = try_it(json!({ "passages": [said(true)] })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let made = made.json();
    assert_eq!(made["examples"].as_array().unwrap().len(), 1);
    // The category is taken back: the issue can be given another one, or one that is there.
    desk.post("/api/v1/taxonomy/undo", json!({ "version": made["version"] })).await;
    let shown = desk.site.get(&format!("/issues/{}", desk.issue), Some(&desk.session)).await.body;
    assert!(shown.contains("It cannot be verified yet"), "{shown}");
    let other = json!({ "version": null, "change": { "do": "add", "category": { "name": "Machines" } } });
    desk.post("/api/v1/taxonomy/changes", other).await;
    let there = desk.site.flow.directory().taxonomy.categories.iter().find(|one| one.name == "Machines").unwrap().id;
    let version = desk.site.flow.directory().taxonomy.version;
    let given = try_it(json!({ "existing": there })).await;
    assert_eq!(given.status, StatusCode::CREATED, "{}", given.body);
    assert_eq!((&given.json()["category"], &given.json()["version"]), (&json!(there), &json!(version)));
    let examples = desk.get(&format!("/api/v1/categories/{there}/examples")).await;
    let examples = examples["items"].as_array().unwrap();
    assert!(
        !examples.is_empty() && examples.iter().all(|one| one["belongs"] == true),
        "nothing is taught away from what is there"
    );
    let twice = try_it(json!({ "existing": there })).await;
    assert!(twice.status == StatusCode::CONFLICT && twice.body.contains("gathers a category already"), "{}", twice.body);
    let issue = desk.get(&format!("/api/v1/issues/{}", desk.issue)).await;
    assert_eq!(issue["issue"]["categories"], json!([there]), "the one that is gone is not gathered: {issue}");
    // Under a sign-off what is counted stays as it is.
    desk.signed().await;
    let late = try_it(json!({})).await;
    assert!(late.status == StatusCode::CONFLICT, "{}", late.body);
    let shown = desk.site.get(&page, Some(&desk.session)).await.body;
    assert!(shown.contains("Somebody has signed that it is fixed"), "{shown}");
}

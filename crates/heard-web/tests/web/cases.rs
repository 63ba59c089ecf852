//! From comment to case: rules send, those on duty are told at once, cases are answered by those who may, and nobody else.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::http::{Method, Request, StatusCode};
use heard_domain::id::{JobId, PostId};
use heard_domain::job::Job;
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role, User};
use heard_flow::work;
use heard_store::tables;
use heard_store::view::Tx;
use serde_json::{Value, json};
use tower_service::Service;

use crate::site::{Site, form_request};

/// A site with a place, a department that is on duty, and a rule that sends it complaints.
pub struct Desk {
    pub site: Site,
    token: String,
    post: PostId,
    ground: String,
    baggage: String,
    rule: String,
}

impl Desk {
    pub async fn new() -> Self {
        let site = Site::with_users().await;
        let admin = Scope::of_user(&site.users[&Role::Admin]);
        let made = heard_flow::arrange::token::add(&site.flow, &admin, "everything", Grant::ALL.to_vec(), None).await;
        let token = made.unwrap().1;
        let post = site.post("Front desk").await;
        let mut desk = Self { site, token, post, ground: String::new(), baggage: String::new(), rule: String::new() };
        let place = desk.make("/api/v1/places", json!({ "name": "Larkfield" })).await;
        desk.call(Method::PATCH, &format!("/api/v1/posts/{post}"), json!({ "place": place["id"] })).await;
        let member = desk.site.users[&Role::DepartmentMember].id;
        desk.ground = id(&desk.make("/api/v1/departments", json!({ "name": "Ground", "members": [member] })).await);
        desk.baggage = id(&desk.make("/api/v1/departments", json!({ "name": "Baggage" })).await);
        let rule = json!({
            "name": "Refunds", "on": true, "when": { "words": ["refund*"] },
            "way": { "departments": [desk.ground, desk.baggage], "opens_case": true, "alerts": true, "urgency": "high" },
        });
        desk.rule = id(&desk.make("/api/v1/rules", rule).await);
        desk
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> crate::site::Answer {
        self.site.call(method, path, Some(&self.token), Some(body)).await
    }

    pub async fn make(&self, path: &str, body: Value) -> Value {
        let answer = self.call(Method::POST, path, body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.json()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.site.call(Method::GET, path, Some(&self.token), None).await.json()
    }

    /// Somebody says something now.
    pub async fn say(&self, key: &str, who: &str, at: &str, text: &str) -> String {
        let author = json!({ "name": who, "identities": [{ "kind": "email", "handle": format!("{who}@example.com") }] });
        let body = json!({ "post": self.post, "key": key, "at": at, "text": text, "author": author });
        id(&self.make("/api/v1/feedback", body).await)
    }

    pub async fn work(&self) {
        work::drain(&self.site.flow).await.unwrap();
    }

    async fn cases(&self) -> Vec<Value> {
        self.get("/api/v1/cases").await["items"].as_array().expect("a list").clone()
    }

    async fn act(&self, token: &str, case: &str, body: Value) -> crate::site::Answer {
        self.site.call(Method::POST, &format!("/api/v1/cases/{case}/acts"), Some(token), Some(body)).await
    }
}

fn id(value: &Value) -> String {
    value["id"].as_str().expect("an identifier").to_owned()
}

pub const NOW: &str = "2026-03-22T11:59:00Z";

#[tokio::test]
async fn a_rule_opens_one_case_for_one_person_and_sends_it_to_all_who_play_a_part() {
    let desk = Desk::new().await;
    desk.say("a", "mia", NOW, "Terrible. You owe me a refund and nobody answers.").await;
    desk.say("b", "bo", NOW, "All was fine, thank you.").await;
    // History that is brought in opens nothing.
    desk.say("c", "old", "2025-01-01T10:00:00Z", "I wanted a refund a year ago and it was terrible.").await;
    desk.work().await;
    let cases = desk.cases().await;
    assert_eq!(cases.len(), 1, "{cases:#?}");
    let case = &cases[0];
    assert_eq!((&case["name"], &case["urgency"], &case["state"]), (&json!("C-1001"), &json!("high"), &json!("open")));
    assert_eq!((&case["department"], &case["departments"]), (&json!(desk.ground), &json!([desk.baggage])));
    assert!(case["due"].is_string() && case["clock"].as_str().unwrap().ends_with("left"), "{case}");
    // The same person about the same joins it; another one does not. Read again, nothing is sent twice.
    desk.say("d", "mia", NOW, "Still no refund. Terrible.").await;
    desk.say("e", "ann", NOW, "Refunds take for ever. Terrible.").await;
    desk.work().await;
    let (before, after) = (desk.cases().await, {
        let again = Job::ReadAgain { below: None };
        let (job, now) = (JobId(desk.site.flow.id()), desk.site.flow.now());
        let add = move |tx: &mut Tx| tables::job::add(tx, job, &again, now);
        desk.site.flow.store.write(&Scope::system(), add).await.unwrap();
        desk.work().await;
        desk.cases().await
    });
    assert_eq!(before, after);
    assert_eq!(before.len(), 2);
    let mia = before.iter().find(|one| one["name"] == "C-1001").unwrap();
    assert_eq!(mia["feedback"].as_array().unwrap().len(), 2, "{mia}");
    // Switched on later it sends only what is heard from then on.
    let rule = json!({ "name": "Fine", "when": { "words": ["fine"] }, "way": { "departments": [desk.ground], "opens_case": true }, "on": true });
    desk.make("/api/v1/rules", rule).await;
    desk.work().await;
    assert_eq!(desk.cases().await.len(), 2);
}

#[tokio::test]
async fn a_trial_counts_and_writes_nothing() {
    let desk = Desk::new().await;
    for n in 0..12 {
        desk.say(&format!("k{n}"), &format!("p{}", n % 4), "2026-03-01T10:00:00Z", "The queue was long and terrible.").await;
    }
    desk.say("other", "x", "2026-03-01T10:00:00Z", "Lovely.").await;
    desk.work().await;
    let draft = json!({ "name": "Queues", "when": { "words": ["queue"] }, "way": { "departments": [desk.baggage], "opens_case": true, "alerts": true } });
    let trial = desk.make("/api/v1/rules/try", draft).await;
    assert_eq!((&trial["held"], &trial["cases"], &trial["alerts"]), (&json!(12), &json!(4), &json!(12)), "{trial}");
    assert_eq!(trial["examples"].as_array().unwrap().len(), 10);
    assert!(desk.cases().await.is_empty());
    assert_eq!(desk.get("/api/v1/rules").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_those_who_may_change_a_case_and_the_older_view_is_told() {
    let desk = Desk::new().await;
    desk.say("a", "mia", NOW, "Terrible. I want a refund.").await;
    desk.work().await;
    let case = id(&desk.cases().await[0]);
    let answer = json!({ "do": "answer", "text": "It is on its way.", "way": "phone" });
    let done = desk.act(&desk.token, &case, json!({ "version": 1, "act": answer })).await;
    assert_eq!((done.status, &done.json()["state"], &done.json()["due"]), (StatusCode::OK, &json!("answered"), &Value::Null));
    let stale = desk.act(&desk.token, &case, json!({ "version": 1, "act": { "do": "take" } })).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.body.contains("Admin changed this case"), "{}", stale.body);
    // What may not be done says why.
    let close = desk.act(&desk.token, &case, json!({ "act": { "do": "close" } })).await;
    assert!(close.status == StatusCode::CONFLICT && close.body.contains("14 days"), "{}", close.body);
    let said = json!({ "act": { "do": "said", "text": "It never came.", "way": "email" } });
    assert_eq!(desk.act(&desk.token, &case, said).await.json()["state"], "open");
    // Another department: the time that was used stays used, and who had it goes on contributing.
    let moved = desk.act(&desk.token, &case, json!({ "act": { "do": "move", "to": desk.baggage } })).await.json();
    assert_eq!(
        (&moved["department"], moved["departments"].as_array().unwrap().contains(&json!(desk.ground))),
        (&json!(desk.baggage), true)
    );
    let whole = desk.get(&format!("/api/v1/cases/{case}")).await;
    let kinds: Vec<&str> = whole["thread"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["event", "answer", "said", "event"]);
    // A member of no department that has it can note, and nothing else.
    let session = desk.site.session(&desk.site.users[&Role::Frontline]).await;
    let path = format!("/cases/{case}");
    let refused = desk.site.submit(&path, Some(&session), &[("do", "take")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    let noted = desk.site.submit(&format!("{path}/notes"), Some(&session), &[("text", "I saw it, @Analyst.")]).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", noted.body);
    let told = desk.site.session(&desk.site.users[&Role::Analyst]).await;
    let alerts = desk.site.get("/cases/alerts", Some(&told)).await.body;
    assert!(alerts.contains("You were mentioned"), "{alerts}");
}

#[tokio::test]
async fn merged_cases_come_apart_again_and_bulk_tells_what_became_of_each() {
    let desk = Desk::new().await;
    let lost = json!({
        "name": "Bags", "on": true, "when": { "words": ["bag"] }, "way": { "departments": [desk.baggage], "opens_case": true },
    });
    desk.make("/api/v1/rules", lost).await;
    for (key, who, text) in
        [("1", "mia", "Terrible. I want a refund."), ("2", "mia", "Where is my bag?"), ("3", "bo", "I want a refund.")]
    {
        desk.say(key, who, NOW, text).await;
    }
    desk.work().await;
    let cases = desk.cases().await;
    assert_eq!(cases.len(), 3, "{cases:#?}");
    let mia = cases.iter().find(|case| cases.iter().any(|other| other["id"] != case["id"] && other["person"] == case["person"]));
    let (mine, others): (Vec<&Value>, Vec<&Value>) = cases.iter().partition(|case| case["person"] == mia.unwrap()["person"]);
    let ids: Vec<String> = mine.into_iter().chain(others).map(id).collect();
    // Two customers' cases would show each the other's conversation.
    let refused = desk.act(&desk.token, &ids[0], json!({ "act": { "do": "merge", "into": ids[2] } })).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.body.contains("same customer"), "{}", refused.body);
    let merged = desk.act(&desk.token, &ids[0], json!({ "act": { "do": "merge", "into": ids[1] } })).await.json();
    assert_eq!(merged["state"], "merged");
    let whole = desk.get(&format!("/api/v1/cases/{}", ids[1])).await;
    assert_eq!(whole["case"]["feedback"].as_array().unwrap().len(), 2);
    let bulk = json!({ "cases": ids, "act": { "do": "urgency", "to": "now" } });
    let outcomes = desk.make("/api/v1/cases/acts", bulk).await;
    let done: Vec<bool> = outcomes["items"].as_array().unwrap().iter().map(|one| one["done"].as_bool().unwrap()).collect();
    assert_eq!(done.iter().filter(|done| **done).count(), 2, "{outcomes}");
    desk.act(&desk.token, &ids[0], json!({ "act": { "do": "unmerge" } })).await;
    let cases = desk.cases().await;
    assert!(cases.iter().all(|case| case["state"] == "open" && case["feedback"].as_array().unwrap().len() == 1), "{cases:#?}");
}

#[tokio::test]
async fn who_is_late_is_told_once_and_silence_closes_without_help() {
    let desk = Desk::new().await;
    desk.say("a", "mia", NOW, "Terrible. I want a refund.").await;
    desk.work().await;
    let case = id(&desk.cases().await[0]);
    let told = |whole: &Value, what: &str| {
        let events = whole["thread"].as_array().unwrap().iter().filter(|entry| entry["event"]["what"] == what);
        events.count()
    };
    let alerts = |role: Role| {
        let (site, user) = (desk.site.clone(), desk.site.users[&role].clone());
        async move {
            let session = site.session(&user).await;
            site.get("/cases/alerts", Some(&session)).await.body
        }
    };
    // Sunday noon: on Monday at half past two four working hours have been over for a while, eight are not.
    desk.site.later(86_400_000 + 2 * 3_600_000 + 1_800_000);
    desk.work().await;
    let whole = desk.get(&format!("/api/v1/cases/{case}")).await;
    assert_eq!((told(&whole, "late"), told(&whole, "escalated")), (1, 0), "{whole}");
    assert!(alerts(Role::DepartmentMember).await.contains("Late") && !alerts(Role::Analyst).await.contains("a case of"));
    // By Tuesday evening the promise has passed a second time: those who lead are told, once.
    desk.site.later(86_400_000 + 3 * 3_600_000 + 1_800_000);
    desk.work().await;
    desk.work().await;
    let whole = desk.get(&format!("/api/v1/cases/{case}")).await;
    assert_eq!((told(&whole, "late"), told(&whole, "escalated"), &whole["case"]["late"]), (1, 1, &json!(true)), "{whole}");
    assert!(alerts(Role::Analyst).await.contains("Still no answer"));
    let answer = json!({ "do": "answer", "text": "Done.", "way": "email" });
    desk.act(&desk.token, &case, json!({ "act": answer })).await;
    desk.site.later(13 * 86_400_000);
    desk.work().await;
    assert_eq!(desk.cases().await[0]["state"], "answered");
    desk.site.later(86_400_000);
    desk.work().await;
    assert_eq!(desk.cases().await[0]["state"], "silent");
    let service = desk.get("/api/v1/service").await;
    assert_eq!(
        (&service["items"][0]["helpfulness"]["helped"], &service["items"][0]["silent"]),
        (&Value::Null, &json!(1)),
        "silence is no help"
    );
}

#[tokio::test]
async fn while_the_customer_is_there_the_staff_of_the_place_are_told_within_two_seconds() {
    let desk = Desk::new().await;
    let opened = json!({ "open": true, "language": "en", "question": "How is it?" });
    desk.call(Method::PUT, &format!("/api/v1/posts/{}/form", desk.post), opened).await;
    let code = desk.get(&format!("/api/v1/posts/{}/form", desk.post)).await["code"].as_str().unwrap().to_owned();
    // Somebody who works at the place, and somebody who does not.
    let there = desk.site.narrowed(Role::Frontline, vec![desk.post]).await;
    let elsewhere = desk.site.narrowed(Role::Frontline, vec![desk.site.post("Elsewhere").await]).await;
    let (mut told, mut other) = (stream(&desk.site, &there).await, stream(&desk.site, &elsewhere).await);
    let page = desk.site.get(&format!("/f/{code}?here=1"), None).await;
    let (forms, _) = crate::form::read(&page.body);
    let form = forms.first().expect("a form");
    let mut pairs = form.pairs();
    assert!(pairs.contains(&("here".to_owned(), "1".to_owned())), "{pairs:?}");
    for (name, value) in &mut pairs {
        if name == "words" {
            *value = "Terrible: nobody is at the desk and I have been waiting for an hour.".to_owned();
        }
    }
    if pairs.iter().all(|(name, _)| name != "words") {
        pairs.push(("words".into(), "Terrible: nobody is at the desk and I have been waiting for an hour.".into()));
    }
    desk.site.later(10_000);
    let (flow, stop) = (desk.site.flow.clone(), tokio::sync::oneshot::channel::<()>());
    let worker = tokio::spawn(work::run(flow, async move { drop(stop.1.await) }));
    let began = Instant::now();
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
    let sent = desk.site.send(form_request(&format!("/f/{code}"), "same-origin").body(Body::from(body)).unwrap()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let alert = until(&mut told, "alert", Duration::from_secs(10)).await.expect("no alert came");
    println!("alert after {:?}", began.elapsed());
    assert!(alert.contains("\"urgency\":\"now\"") && !alert.contains("Terrible"), "{alert}");
    assert_eq!(until(&mut other, "alert", Duration::from_millis(500)).await, None, "who works elsewhere is not told");
    let session = desk.site.session(&there).await;
    let page = desk.site.get("/cases", Some(&session)).await.body;
    assert!(page.contains("The customer is still here") && page.contains("Larkfield"), "{page}");
    let (forms, _) = crate::form::read(&page);
    let form = forms.iter().find(|form| form.action == "/cases/alerts").expect("a form that says so").pairs();
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    desk.site.submit("/cases/alerts", Some(&session), &pairs).await;
    let page = desk.site.get("/cases", Some(&session)).await.body;
    assert!(!page.contains("The customer is still here"), "it was seen");
    drop(stop.0);
    worker.await.unwrap();
}

async fn stream(site: &Site, user: &User) -> Body {
    let session = site.session(user).await;
    let request = Request::builder().uri("/live").header("accept", "text/event-stream");
    let request = request.header("cookie", format!("heard_session={session}")).body(Body::empty()).unwrap();
    let mut body = site.router.clone().call(request).await.unwrap().into_body();
    until(&mut body, "hello", Duration::from_secs(10)).await.expect("no hello");
    body
}

/// The next frame of a kind, within a time.
async fn until(body: &mut Body, kind: &str, patience: Duration) -> Option<String> {
    let wait = async {
        loop {
            let frame = std::future::poll_fn(|context| std::pin::Pin::new(&mut *body).poll_frame(context)).await?;
            let text = String::from_utf8(frame.ok()?.into_data().ok()?.to_vec()).ok()?;
            if let Some(found) = text.split("\n\n").find(|frame| frame.contains(&format!("event: {kind}"))) {
                return Some(found.to_owned());
            }
        }
    };
    tokio::time::timeout(patience, wait).await.ok().flatten()
}

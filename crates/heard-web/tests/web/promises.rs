//! Promises, commitments and the listening ledger: what becomes of them is counted from comments, operations and acts.

use axum::http::{Method, StatusCode};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::user::{Grant, Role};
use heard_flow::arrange::starter;
use heard_flow::work::drain;
use serde_json::{Value, json};

use crate::site::Site;

/// A company with comments about one category, of whom some complain; the category, its stage's touchpoint and the stage's name.
async fn spoken(site: &Site, token: &str) -> (String, String, String) {
    starter::adopt(&site.flow, &Scope::system(), Industry::Airline).await.unwrap();
    let post = site.post("Survey").await;
    for n in 0..6 {
        let text = if n < 2 { "My bag was lost and nobody called back" } else { "The bag came at once, thank you" };
        let email = json!({ "kind": "email", "handle": format!("p{}@example.com", n % 5) });
        let body = json!({ "post": post, "key": format!("k{n}"), "at": "2026-03-20T10:00:00Z", "text": text,
            "author": { "account": format!("Account {}", n % 2), "identities": [email] } });
        let answer = site.call(Method::POST, "/api/v1/feedback", Some(token), Some(body)).await;
        assert!(answer.status.is_success(), "{}", answer.body);
    }
    drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
    let directory = site.flow.directory();
    let stage = &directory.journey.stages[0];
    let touchpoint = directory.journey.touchpoints_of(stage.id).next().unwrap().id.to_string();
    // All comments are put into one category by hand, so that no reader decides what is counted.
    let category = directory.taxonomy.categories[0].id.to_string();
    let listed = site.call(Method::GET, "/api/v1/feedback", Some(token), None).await.json();
    for item in listed["items"].as_array().unwrap() {
        let complains = item["text"].as_str().unwrap().contains("lost");
        let path = format!("/api/v1/feedback/{}/corrections", item["id"].as_str().unwrap());
        let mut changes = vec![json!({ "what": "add_category", "category": category })];
        if complains {
            changes.push(json!({ "what": "add_intent", "intent": "complaint" }));
        }
        for change in changes {
            let answer = site.call(Method::POST, &path, Some(token), Some(json!({ "change": change }))).await;
            assert!(answer.status.is_success(), "{change}: {}", answer.body);
        }
    }
    drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
    (category, touchpoint, stage.name.clone())
}

async fn shaping(site: &Site) -> String {
    let admin = site.users[&Role::Admin].clone();
    heard_flow::arrange::token::add(&site.flow, &Scope::of_user(&admin), "all", Grant::ALL.to_vec(), None).await.unwrap().1
}

#[tokio::test]
async fn a_promise_is_held_against_what_is_said_and_what_was_done() {
    let site = Site::with_users().await;
    let token = shaping(&site).await;
    let (category, touchpoint, stage) = spoken(&site, &token).await;
    let exposures = json!({ "items": [{ "day": "2026-03-19", "stage": stage, "measure": "deliveries", "count": 200 }] });
    site.call(Method::POST, "/api/v1/exposures", Some(&token), Some(exposures)).await;
    let late = |n: i32| json!({ "key": format!("e{n}"), "kind": "late", "at": "2026-03-19T10:00:00Z", "stage": stage });
    let events = json!({ "items": (0..4).map(late).collect::<Vec<Value>>() });
    site.call(Method::POST, "/api/v1/events", Some(&token), Some(events)).await;

    let half = json!({ "words": "Within two days", "touchpoint": touchpoint, "measure": "deliveries" });
    let refused = site.call(Method::POST, "/api/v1/promises", Some(&token), Some(half)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "a measure alone counts nothing: {}", refused.body);
    let draft = json!({ "words": "Within two days", "touchpoint": touchpoint, "categories": [category], "measure": "deliveries",
        "breaks": "late", "target": 95 });
    let made = site.call(Method::POST, "/api/v1/promises", Some(&token), Some(draft.clone())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let again = site.call(Method::POST, "/api/v1/promises", Some(&token), Some(draft)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "the same words twice");

    let listed = site.call(Method::GET, "/api/v1/promises?from=2026-03-01&to=2026-03-31", Some(&token), None).await.json();
    let one = &listed["items"][0];
    // Six comments of five persons, two of whom complain; 4 of 200 deliveries were late.
    assert_eq!(one["evidence"], json!({ "persons": 5, "say_broken": 2, "occasions": 200, "broken": 4 }), "{listed}");
    assert_eq!((one["kept"]["said"]["value"].as_f64(), one["kept"]["done"]["value"].as_f64()), (Some(60.0), Some(98.0)));
    assert_eq!(one["months"].as_array().unwrap().len(), 12);
    assert_eq!(one["months"][11]["evidence"]["persons"], 5);

    let session = site.session(&site.users[&Role::Executive]).await;
    let page = site.get("/promises", Some(&session)).await;
    assert!(page.body.contains("Within two days") && page.body.contains("98 %") && !page.body.contains("Write down a promise"));
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let page = site.get(&format!("/promises/{id}"), Some(&session)).await;
    assert!(page.body.contains("intent=complaint") && page.body.contains("Month by month"), "{}", page.body);
    let file = site.get("/promises.csv", Some(&session)).await;
    assert!(file.body.lines().count() == 14 && file.body.contains("Within two days"), "{}", file.body);
}

#[tokio::test]
async fn commitments_are_done_by_those_who_undertook_them() {
    let site = Site::with_users().await;
    let token = shaping(&site).await;
    let department = site.call(Method::POST, "/api/v1/departments", Some(&token), Some(json!({ "name": "Ground" }))).await.json();
    let day = |days: i32| (site.flow.directory().company.zone.day(site.flow.now()) + days).to_string();
    let draft = |due: String| json!({ "who": { "department": department["id"] }, "words": "Answer within a day", "due": due });
    let ahead = site.call(Method::POST, "/api/v1/commitments", Some(&token), Some(draft(day(3)))).await.json();
    site.call(Method::POST, "/api/v1/commitments", Some(&token), Some(draft(day(-3)))).await;
    let listed = site.call(Method::GET, "/api/v1/commitments", Some(&token), None).await.json();
    assert_eq!(listed["records"][0]["record"], json!({ "ahead": 1, "kept": 0, "late": 0, "missed": 1 }), "{listed}");

    let path = format!("/commitments/{}", ahead["id"].as_str().unwrap());
    let stranger = site.session(&site.users[&Role::DepartmentMember]).await;
    assert_eq!(site.submit(&path, Some(&stranger), &[("do", "done")]).await.status, StatusCode::FORBIDDEN);
    let analyst = site.session(&site.users[&Role::Analyst]).await;
    assert_eq!(site.submit(&path, Some(&analyst), &[("do", "done")]).await.status, StatusCode::SEE_OTHER);
    let listed = site.call(Method::GET, "/api/v1/commitments", Some(&token), None).await.json();
    assert_eq!(listed["records"][0]["record"], json!({ "ahead": 0, "kept": 1, "late": 0, "missed": 1 }));
    let page = site.get("/commitments", Some(&analyst)).await;
    assert!(page.body.contains("Answer within a day") && page.body.contains("Missed"), "{}", page.body);
}

#[tokio::test]
async fn the_ledger_counts_what_came_how_far_and_opens_its_comments() {
    let site = Site::with_users().await;
    let token = shaping(&site).await;
    spoken(&site, &token).await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let listed = site.call(Method::GET, "/api/v1/feedback", Some(&token), None).await.json();
    let ids: Vec<&str> = listed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    let department = site.call(Method::POST, "/api/v1/departments", Some(&token), Some(json!({ "name": "Ground" }))).await.json();
    let case = json!({ "feedback": ids[0], "department": department["id"] });
    let case = site.call(Method::POST, "/api/v1/cases", Some(&token), Some(case)).await;
    assert!(case.status.is_success(), "{}", case.body);
    site.get(&format!("/feedback?when=ever&open={}", ids[1]), Some(&session)).await;
    site.flow.all_noted().await;
    let ledger = site.call(Method::GET, "/api/v1/ledger", Some(&token), None).await;
    let all = &ledger.json()["all"];
    let counts: Vec<u64> = all["reached"].as_array().unwrap().iter().map(|r| r["comments"].as_u64().unwrap()).collect();
    // All were corrected, so all were read; one has a case that somebody opened.
    assert_eq!(counts, [6, 6, 1, 1, 0, 0], "{}", ledger.body);
    assert_eq!(all["debt"], 5);
    let behind = site.call(Method::GET, "/api/v1/ledger/comments?step=acted&missing=yes", Some(&token), None).await.json();
    assert_eq!((behind["total"].as_u64(), behind["items"].as_array().unwrap().len()), (Some(5), 5), "{behind}");
    assert!(!behind["items"].as_array().unwrap().contains(&ids[0].into()));
    let page = site.get("/ledger", Some(&session)).await;
    assert!(page.body.contains("are owed an act") && page.body.contains("/ledger/comments?"), "{}", page.body);
    let page = site.get("/ledger/comments?step=acted&missing=yes&days=90", Some(&session)).await;
    assert!(page.status == StatusCode::OK && page.body.contains("bag"), "{}", page.body);
    let file = site.get("/ledger.csv", Some(&session)).await;
    assert!(file.body.starts_with("stage,post,heard,read,routed,acted,told,verified,debt,debt_in_money"), "{}", file.body);
    // Who sees one post sees its ledger alone.
    let other = site.post("Elsewhere").await;
    let narrowed = site.narrowed(Role::Analyst, vec![other]).await;
    let narrow = site.session(&narrowed).await;
    assert!(site.get("/ledger", Some(&narrow)).await.body.contains("Nothing was heard"));
}

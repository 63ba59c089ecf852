//! Fixed is a finding: the rate of those affected decides, whoever has signed.

use axum::http::{Method, StatusCode};
use heard_domain::id::{DepartmentId, StageId};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::user::{Grant, Role, User};
use heard_flow::act::issues::change::{IssueDeed, IssueDraft, change, open};
use heard_flow::act::verify::tend;
use heard_flow::arrange::{department, starter};
use heard_flow::work::drain;
use serde_json::{Value, json};

use crate::site::Site;

/// 200 days of comments up to yesterday: a complaint a day before the fix, `after` of ten days since; and three comments a day
/// that praise. Gives the category of the complaints and the day of the fix.
async fn heard(site: &Site, token: &str, after: i32) -> (String, String) {
    starter::adopt(&site.flow, &Scope::system(), Industry::Airline).await.unwrap();
    let post = site.post("Desk").await;
    let zone = site.flow.directory().company.zone.clone();
    let today = zone.day(site.flow.now());
    let fixed = today + -60;
    let mut batch: Vec<Value> = Vec::new();
    for ago in (1..=200).rev() {
        let day = today + -ago;
        let at = |minute: i8| json!(zone.moment(day, 10, minute, 0).unwrap());
        if day < fixed || ago % 10 < after {
            batch.push(json!({ "key": format!("c{ago}"), "at": at(0), "text": "My bag was lost and it is a terrible shame" }));
        }
        for n in 0..3_i8 {
            batch.push(
                json!({ "key": format!("p{ago}-{n}"), "at": at(1 + n), "text": "The bag came at once, thank you, lovely" }),
            );
        }
    }
    for some in batch.chunks(500) {
        let answer =
            site.call(Method::POST, "/api/v1/feedback", Some(token), Some(json!({ "post": post, "feedback": some }))).await;
        assert!(answer.status.is_success(), "{}", answer.body);
    }
    drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
    let listed = site.call(Method::GET, "/api/v1/feedback?polarity=negative&limit=1", Some(token), None).await.json();
    let id = listed["items"][0]["id"].as_str().unwrap_or_else(|| panic!("nobody complains: {listed}")).to_owned();
    let reading = site.call(Method::GET, &format!("/api/v1/feedback/{id}/reading"), Some(token), None).await.json();
    let categories =
        reading["reading"]["passages"].as_array().unwrap().iter().flat_map(|p| p["categories"].as_array().unwrap().clone());
    let category = categories.map(|label| label["value"].as_str().unwrap().to_owned()).next();
    let category = category.unwrap_or_else(|| panic!("no category: {reading}"));
    (category, fixed.to_string())
}

/// An issue of two departments, each with a member who signs that it is fixed.
async fn reported(site: &Site, category: &str, stage: Option<StageId>, fixed: &str) -> String {
    let signers: [User; 2] = [site.users[&Role::DepartmentMember].clone(), site.users[&Role::Frontline].clone()];
    let mut departments: Vec<DepartmentId> = vec![];
    for (n, signer) in signers.iter().enumerate() {
        let draft = department::DepartmentDraft { name: format!("Department {n}"), ..Default::default() };
        let made = department::add(&site.flow, &Scope::system(), draft).await.unwrap().department.id;
        department::set_of_user(&site.flow, &Scope::system(), signer.id, vec![made]).await.unwrap();
        departments.push(made);
    }
    let admin = Scope::of_user(&site.users[&Role::Admin]);
    let draft = IssueDraft {
        title: "Bags are lost".into(),
        stage,
        categories: vec![category.parse().unwrap()],
        departments: departments.clone(),
    };
    let issue = open(&site.flow, &admin, draft).await.unwrap();
    for (department, signer) in departments.into_iter().zip(&signers) {
        let scope = Scope::of_user(signer);
        let (cause, fix) = (Some("Nobody looks".to_owned()), Some("Somebody looks".to_owned()));
        for deed in [
            IssueDeed::State { department, cause, fix },
            IssueDeed::SignOff { department, fixed_on: Some(fixed.parse().unwrap()) },
        ] {
            change(&site.flow, &scope, issue.id, None, deed).await.unwrap();
        }
    }
    issue.id.to_string()
}

#[tokio::test]
async fn a_fix_that_holds_is_verified_and_one_that_does_not_is_opened_again() {
    for (after, verdict, state) in [(1, "verified", "verified_fixed"), (10, "not_fixed", "planned")] {
        let site = Site::with_users().await;
        let token = site.token(Grant::ALL).await;
        let (category, fixed) = heard(&site, &token, after).await;
        let issue = reported(&site, &category, None, &fixed).await;
        let shown = |path: String| {
            let (site, token) = (&site, &token);
            async move { site.call(Method::GET, &path, Some(token), None).await.json() }
        };
        assert_eq!(shown(format!("/api/v1/issues/{issue}")).await["issue"]["state"], "reported_fixed", "a claim, so far");
        tend(&site.flow).await.unwrap();
        tend(&site.flow).await.unwrap();
        let found = shown(format!("/api/v1/issues/{issue}/verification")).await;
        assert_eq!(found["examined"]["found"]["verdict"], verdict, "{found}");
        assert_eq!(found["history"].as_array().unwrap().len(), 1, "once a day");
        assert_eq!(found["past"], verdict == "not_fixed");
        assert_eq!(shown(format!("/api/v1/issues/{issue}")).await["issue"]["state"], state);
        let fixes = shown("/api/v1/issues/verified".to_owned()).await;
        assert_eq!((fixes["all"]["reported"].as_u64(), fixes["all"][verdict].as_u64()), (Some(1), Some(1)), "{fixes}");
        assert_eq!(fixes["departments"].as_array().unwrap().len(), 2);
        let session = site.session(&site.users[&Role::Executive]).await;
        let page = site.get(&format!("/issues/{issue}/verification"), Some(&session)).await;
        assert!(page.status == StatusCode::OK && page.body.contains("<svg") && page.body.contains("How is this computed?"));
        let page = site.get("/issues/verified", Some(&session)).await;
        assert!(page.body.contains("Department 0") && page.body.contains("reported fixed"), "{}", page.body);
    }
}

/// What may be said of an issue, as a program sees it: its state, how often it came back, the verdict.
async fn standing(site: &Site, token: &str, issue: &str) -> (String, u64, String) {
    let shown = site.call(Method::GET, &format!("/api/v1/issues/{issue}"), Some(token), None).await.json();
    let found = site.call(Method::GET, &format!("/api/v1/issues/{issue}/verification"), Some(token), None).await.json();
    let verdict = found["examined"]["found"]["verdict"].as_str().unwrap_or_default().to_owned();
    let state = shown["issue"]["state"].as_str().unwrap_or_default().to_owned();
    (state, shown["issue"]["reopened"].as_u64().unwrap_or(99), verdict)
}

#[tokio::test]
async fn what_comes_back_after_it_was_verified_is_opened_again() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    let (category, fixed) = heard(&site, &token, 1).await;
    let issue = reported(&site, &category, None, &fixed).await;
    tend(&site.flow).await.unwrap();
    assert_eq!(standing(&site, &token, &issue).await, ("verified_fixed".to_owned(), 0, "verified".to_owned()));
    // A month later: two complain every day, among as many who praise as before.
    site.later(30 * 86_400_000);
    let post = site.flow.directory().posts[0].id;
    let zone = site.flow.directory().company.zone.clone();
    let today = zone.day(site.flow.now());
    let mut batch: Vec<Value> = Vec::new();
    for ago in (1..=29).rev() {
        for n in 0..5_i8 {
            let text =
                if n < 2 { "My bag was lost and it is a terrible shame" } else { "The bag came at once, thank you, lovely" };
            let at = json!(zone.moment(today + -ago, 11, n, 0).unwrap());
            batch.push(json!({ "key": format!("again{ago}-{n}"), "at": at, "text": text }));
        }
    }
    let said = json!({ "post": post, "feedback": batch });
    let answer = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(said)).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
    tend(&site.flow).await.unwrap();
    let (state, reopened, verdict) = standing(&site, &token, &issue).await;
    assert_eq!((verdict.as_str(), reopened), ("reopened", 1), "{state}");
    assert!(!["verified_fixed", "reported_fixed"].contains(&state.as_str()), "{state}: its departments have to look again");
    let session = site.session(&site.users[&Role::Executive]).await;
    let page = site.get(&format!("/issues/{issue}"), Some(&session)).await.body;
    assert!(page.contains("Came back") || page.contains("came back") || page.contains("opened again"), "{page}");
    let noted = crate::audit::entries(&site).await;
    assert!(
        noted.iter().any(|entry| entry.detail["deed"] == "reopened" || entry.detail.to_string().contains("reopened")),
        "{noted:#?}"
    );
}

#[tokio::test]
async fn exposures_that_come_in_are_held_against_the_fixes_of_their_stage_at_once() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    let (category, fixed) = heard(&site, &token, 1).await;
    // The stage at which most of them were heard.
    let figures = site.flow.directory();
    let mut stage = None;
    for one in &figures.journey.stages {
        let path = format!("/api/v1/feedback?category={category}&stage={}&polarity=negative&limit=1", one.id);
        let total = site.call(Method::GET, &path, Some(&token), None).await.json()["total"].as_u64().unwrap();
        stage = stage.max(Some((total, one.id)));
    }
    let (total, stage) = stage.unwrap();
    assert!(total > 100, "{total}");
    let issue = reported(&site, &category, Some(stage), &fixed).await;
    tend(&site.flow).await.unwrap();
    let (state, _, verdict) = standing(&site, &token, &issue).await;
    assert_eq!((state.as_str(), verdict.as_str()), ("verified_fixed", "verified"), "by the comments of the stage");
    // Operations know better: since the fix hardly anybody came by, so the rate is what it was.
    let name = figures.journey.stage(stage).unwrap().name.clone();
    let today = figures.company.zone.day(site.flow.now());
    let fixed_on = fixed.parse().unwrap();
    let cell = |ago: i32| {
        let day = today + -ago;
        json!({ "day": day.to_string(), "stage": name, "measure": "passengers", "count": if day < fixed_on { 1000 } else { 60 } })
    };
    let items: Vec<Value> = (1..=200).map(cell).collect();
    let answer = site.call(Method::POST, "/api/v1/exposures", Some(&token), Some(json!({ "items": items.clone() }))).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    drain(&site.flow).await.unwrap();
    let (state, _, verdict) = standing(&site, &token, &issue).await;
    assert_ne!(verdict, "verified", "{state}");
    let found = site.call(Method::GET, &format!("/api/v1/issues/{issue}/verification"), Some(&token), None).await.json();
    assert_eq!(
        (&found["examined"]["unit"], &found["examined"]["from_operations"]),
        (&json!("passengers"), &json!(true)),
        "{found}"
    );
    assert_eq!(found["history"][0]["verdict"], verdict.as_str(), "what is kept is what is shown");
    assert_ne!(state, "verified_fixed");
    // The same again counts nothing otherwise: nobody looks again.
    let again = site.call(Method::POST, "/api/v1/exposures", Some(&token), Some(json!({ "items": items }))).await;
    assert!(again.status.is_success());
    let waiting = site.flow.store.read(&Scope::system(), |view| heard_store::tables::job::of_kind(view, "verify")).await.unwrap();
    assert_eq!(waiting, []);
}

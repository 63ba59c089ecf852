//! Fixed is a finding: the rate of those affected decides, whoever has signed.

use axum::http::{Method, StatusCode};
use heard_domain::id::{DepartmentId, IssueId, JobId, StageId};
use heard_domain::job::Job;
use heard_domain::operation::Exposure;
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::time::Time;
use heard_domain::user::{Grant, Role, User};
use heard_flow::act::issues::change::{IssueDeed, IssueDraft, change, open};
use heard_flow::act::verify::tend;
use heard_flow::arrange::{department, starter};
use heard_flow::work::drain;
use heard_store::tables;
use heard_store::view::Tx;
use serde_json::{Value, json};

use crate::site::{NOON, Site};

const DAY_MS: i64 = 86_400_000;
/// The fix takes effect so many days ago.
const FIXED: i32 = 60;

/// 200 days of comments up to yesterday: a complaint a day before the fix, `after` of ten days since; and three comments a day
/// that praise, or `praise` since the fix. Gives the category of the complaints and the day of the fix.
async fn heard(site: &Site, token: &str, after: i32, praise: i8) -> (String, String) {
    starter::adopt(&site.flow, &Scope::system(), Industry::Airline).await.unwrap();
    let post = site.post("Desk").await;
    let zone = site.flow.directory().company.zone.clone();
    let today = zone.day(site.flow.now());
    let fixed = today + -FIXED;
    let mut batch: Vec<Value> = Vec::new();
    for ago in (1..=200).rev() {
        let day = today + -ago;
        let at = |minute: i8| json!(zone.moment(day, 10, minute, 0).unwrap());
        if day < fixed || ago % 10 < after {
            batch.push(json!({ "key": format!("c{ago}"), "at": at(0), "text": "My bag was lost and it is a terrible shame" }));
        }
        for n in 0..if day < fixed { 3 } else { praise } {
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
    (complained_of(site, token, "categories").await, fixed.to_string())
}

/// What the newest complaint is about: the first of its categories, or its stage.
async fn complained_of(site: &Site, token: &str, what: &str) -> String {
    let listed = site.call(Method::GET, "/api/v1/feedback?polarity=negative&limit=1", Some(token), None).await.json();
    let id = listed["items"][0]["id"].as_str().unwrap_or_else(|| panic!("nobody complains: {listed}")).to_owned();
    let reading = site.call(Method::GET, &format!("/api/v1/feedback/{id}/reading"), Some(token), None).await.json();
    let passages = reading["reading"]["passages"].as_array().unwrap().clone();
    let mut labels = passages.iter().flat_map(|p| p[what].as_array().cloned().unwrap_or_else(|| vec![p[what].clone()]));
    let value = labels.find_map(|label| label["value"].as_str().map(str::to_owned));
    value.unwrap_or_else(|| panic!("no {what}: {reading}"))
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
    // They work on it as soon as it is mended, and sign five days later.
    let ago = i64::from(FIXED - 5) * DAY_MS;
    site.later(-ago);
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
    site.later(ago);
    issue.id.to_string()
}

async fn shown(site: &Site, token: &str, path: String) -> Value {
    site.call(Method::GET, &path, Some(token), None).await.json()
}

#[tokio::test]
async fn a_fix_that_holds_is_verified_and_one_that_does_not_is_opened_again() {
    for (after, verdict, state) in [(1, "verified", "verified_fixed"), (10, "not_fixed", "planned")] {
        let site = Site::with_users().await;
        let token = site.token(Grant::ALL).await;
        let (category, fixed) = heard(&site, &token, after, 3).await;
        let issue = reported(&site, &category, None, &fixed).await;
        let shown = |path: String| shown(&site, &token, path);
        assert_eq!(shown(format!("/api/v1/issues/{issue}")).await["issue"]["state"], "reported_fixed", "a claim, so far");
        let fixes = shown("/api/v1/issues/verified".to_owned()).await;
        assert_eq!((fixes["all"]["reported"].as_u64(), fixes["all"]["too_early"].as_u64()), (Some(1), Some(1)), "{fixes}");
        tend(&site.flow).await.unwrap();
        tend(&site.flow).await.unwrap();
        let found = shown(format!("/api/v1/issues/{issue}/verification")).await;
        assert_eq!(found["examined"]["found"]["verdict"], verdict, "{found}");
        assert_eq!(found["examined"]["fix"]["last"], fixed.as_str(), "the first day that counts is the day of the fix");
        assert_eq!(found["history"].as_array().unwrap().len(), 1, "once a day");
        assert_eq!(found["past"], verdict == "not_fixed");
        assert_eq!(shown(format!("/api/v1/issues/{issue}")).await["issue"]["state"], state);
        let fixes = shown("/api/v1/issues/verified".to_owned()).await;
        assert_eq!((fixes["all"]["reported"].as_u64(), fixes["all"][verdict].as_u64()), (Some(1), Some(1)), "{fixes}");
        assert_eq!(fixes["departments"].as_array().unwrap().len(), 2);
        let on_the_day = shown(format!("/api/v1/issues/verified?from={fixed}&to={fixed}")).await;
        assert_eq!(on_the_day["all"]["reported"], 1, "it counts on the day it took effect");
        let session = site.session(&site.users[&Role::Executive]).await;
        let page = site.get(&format!("/issues/{issue}/verification"), Some(&session)).await;
        assert!(page.status == StatusCode::OK && page.body.contains("<svg") && page.body.contains("How is this computed?"));
        let page = site.get("/issues/verified", Some(&session)).await;
        assert!(page.body.contains("Department 0") && page.body.contains("reported fixed"), "{}", page.body);
    }
}

#[tokio::test]
async fn a_fix_that_is_signed_after_the_newest_comment_is_in_the_list_as_too_early() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    let (category, _) = heard(&site, &token, 1, 3).await;
    // Nothing is heard any more; two months later it is mended on the second day of that silence, and signed for.
    site.later(i64::from(FIXED + 1) * DAY_MS);
    let fixed = (site.flow.directory().company.zone.day(site.flow.now()) + -FIXED).to_string();
    reported(&site, &category, None, &fixed).await;
    let fixes = shown(&site, &token, "/api/v1/issues/verified".to_owned()).await;
    assert_eq!((fixes["all"]["reported"].as_u64(), fixes["all"]["too_early"].as_u64()), (Some(1), Some(1)), "{fixes}");
    tend(&site.flow).await.unwrap();
    let fixes = shown(&site, &token, "/api/v1/issues/verified".to_owned()).await;
    assert_eq!(fixes["all"]["too_early"], 1, "looked at, and nothing was heard since: {fixes}");
    // Where somebody says which days, these are meant.
    let newest = shown(&site, &token, format!("/api/v1/issues/verified?to={}", "2026-03-21")).await;
    assert_eq!(newest["all"]["reported"], 0, "{newest}");
    let session = site.session(&site.users[&Role::Executive]).await;
    let page = site.get("/issues/verified", Some(&session)).await.body;
    assert!(page.contains("1 are too early to tell") || page.contains(" too early"), "{page}");
}

#[tokio::test]
async fn silence_is_no_fix_though_flights_go_on() {
    // Nobody speaks any more, half speak, or all do.
    for (praise, verdict) in [(0, "watching"), (1, "watching"), (3, "verified")] {
        let site = Site::with_users().await;
        let token = site.token(Grant::ALL).await;
        let (category, fixed) = heard(&site, &token, 0, praise).await;
        let stage: StageId = complained_of(&site, &token, "stage").await.parse().unwrap();
        let today = site.flow.directory().company.zone.day(site.flow.now());
        let flights = move |tx: &mut Tx| {
            for ago in 1..=420 {
                let flights = Exposure { day: today + -ago, stage, measure: "flights".into(), place: None, count: 40 };
                tables::exposure::put(tx, None, &flights)?;
            }
            Ok(())
        };
        site.flow.store.write(&Scope::system(), flights).await.unwrap();
        let issue = reported(&site, &category, Some(stage), &fixed).await;
        tend(&site.flow).await.unwrap();
        let found = shown(&site, &token, format!("/api/v1/issues/{issue}/verification")).await;
        let seen = &found["examined"];
        assert_eq!((&seen["found"]["verdict"], &seen["from_operations"]), (&json!(verdict), &json!(true)), "{praise}: {found}");
        let session = site.session(&site.users[&Role::Executive]).await;
        let page = site.get(&format!("/issues/{issue}/verification"), Some(&session)).await;
        match praise {
            0 => assert!(page.body.contains("nothing was heard since"), "{}", page.body),
            1 => assert!(page.body.contains("this may be silence and no fix"), "{}", page.body),
            _ => assert!(!page.body.contains("silence and no fix"), "{}", page.body),
        }
    }
}

#[tokio::test]
async fn a_verdict_stands_and_waits_while_everything_is_read_again() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    let (category, fixed) = heard(&site, &token, 1, 3).await;
    let issue = reported(&site, &category, None, &fixed).await;
    let round = |tx: &mut Tx| tables::job::add(tx, JobId(77), &Job::ReadAgain { below: None }, Time(NOON));
    site.flow.store.write(&Scope::system(), round).await.unwrap();
    tend(&site.flow).await.unwrap();
    let path = format!("/api/v1/issues/{issue}/verification");
    let found = shown(&site, &token, path.clone()).await;
    assert_eq!((&found["read_again"], &found["history"], &found["examined"]), (&json!(true), &json!([]), &Value::Null));
    let session = site.session(&site.users[&Role::Executive]).await;
    let page = site.get(&format!("/issues/{issue}/verification"), Some(&session)).await;
    assert!(page.body.contains("Everything is being read again"), "{}", page.body);
    site.flow.store.write(&Scope::system(), |tx| tables::job::finish(tx, JobId(77))).await.unwrap();

    tend(&site.flow).await.unwrap();
    let first = shown(&site, &token, path.clone()).await["examined"]["found"].clone();
    assert_eq!(first["verdict"], "verified");
    // Comments of the weeks since come in late: what was verified stands as it was.
    let zone = site.flow.directory().company.zone.clone();
    let post = site.post("Letters").await;
    let late = |ago: i32| {
        let at = zone.moment(zone.day(site.flow.now()) + -ago, 11, 0, 0).unwrap();
        json!({ "key": format!("l{ago}"), "at": at, "text": "My bag was lost and it is a terrible shame" })
    };
    let late: Vec<Value> = (20..FIXED).map(late).collect();
    let answer = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(json!({ "post": post, "feedback": late }))).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
    for _ in 0..3 {
        site.later(DAY_MS);
        tend(&site.flow).await.unwrap();
    }
    let found = shown(&site, &token, path).await;
    assert_eq!(found["examined"]["found"], first);
    assert_eq!(found["history"].as_array().unwrap().len(), 1, "kept when it changes");
    assert_eq!(shown(&site, &token, format!("/api/v1/issues/{issue}")).await["issue"]["state"], "verified_fixed");
}

#[tokio::test]
async fn the_day_of_a_fix_is_not_chosen_by_the_curve() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    let (category, fixed) = heard(&site, &token, 1, 3).await;
    let issue: IssueId = reported(&site, &category, None, &fixed).await.parse().unwrap();
    let signer = site.users[&Role::Frontline].clone();
    let kept = site.flow.store.read(&Scope::system(), move |view| tables::issue::get(view, issue)).await.unwrap().unwrap();
    let own = kept.work.contributions.iter().find(|c| c.signed.is_some_and(|signed| signed.user == signer.id)).unwrap();
    let (department, scope) = (own.department, Scope::of_user(&signer));
    let sign = |back: i32| {
        let day = site.flow.directory().company.zone.day(site.flow.now()) + -back;
        change(&site.flow, &scope, issue, None, IssueDeed::SignOff { department, fixed_on: Some(day) })
    };
    change(&site.flow, &scope, issue, None, IssueDeed::TakeBack { department }).await.unwrap();
    let refused = sign(15).await.unwrap_err().to_string();
    assert!(refused.contains("at most 14 days back"), "{refused}");
    sign(14).await.unwrap();
    // However clear the curve is: signed today, it is watched for three weeks.
    for day in 0..21 {
        tend(&site.flow).await.unwrap();
        let found = shown(&site, &token, format!("/api/v1/issues/{issue}/verification")).await;
        assert_eq!(found["examined"]["found"]["verdict"], "watching", "day {day}: {found}");
        site.later(DAY_MS);
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
    let (category, fixed) = heard(&site, &token, 1, 3).await;
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
    // Half as many complain: by the comments it is not verified, and would not be called unmended.
    let (category, fixed) = heard(&site, &token, 5, 3).await;
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
    assert!(state == "reported_fixed" && verdict != "not_fixed", "by the comments of the stage: {verdict}");
    // Operations know better: since the fix fewer came by, so the rate is no lower than it was.
    let name = figures.journey.stage(stage).unwrap().name.clone();
    let today = figures.company.zone.day(site.flow.now());
    let fixed_on = fixed.parse().unwrap();
    let cell = |ago: i32| {
        let day = today + -ago;
        json!({ "day": day.to_string(), "stage": name, "measure": "passengers", "count": if day < fixed_on { 1000 } else { 500 } })
    };
    let items: Vec<Value> = (1..=430).map(cell).collect();
    let answer = site.call(Method::POST, "/api/v1/exposures", Some(&token), Some(json!({ "items": items.clone() }))).await;
    assert!(answer.status.is_success(), "{}", answer.body);
    drain(&site.flow).await.unwrap();
    let (state, _, verdict) = standing(&site, &token, &issue).await;
    let found = site.call(Method::GET, &format!("/api/v1/issues/{issue}/verification"), Some(&token), None).await.json();
    assert_eq!(verdict, "not_fixed", "{state}: {found}");
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
    let waiting = site.flow.store.read(&Scope::system(), |view| tables::job::of_kind(view, "verify")).await.unwrap();
    assert_eq!(waiting, []);
}

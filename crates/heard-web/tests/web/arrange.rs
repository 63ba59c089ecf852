//! Departments, places, segments, calendars and categories, as people and programs arrange them.

use axum::http::{Method, StatusCode};
use heard_domain::account::{Account, Money};
use heard_domain::id::AccountId;
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_flow::work::drain;
use heard_store::tables;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

async fn ask(site: &Site, token: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    site.call(method, path, Some(token), body).await
}

async fn made(site: &Site, token: &str, path: &str, body: Value) -> String {
    let answer = ask(site, token, Method::POST, path, Some(body)).await;
    assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.body);
    answer.json()["id"].as_str().unwrap_or_default().to_owned()
}

fn place_of(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    answer.header("location").split('?').next().unwrap().to_owned()
}

async fn say(site: &Site, token: &str, post: &str, key: &str, text: &str, more: Value) {
    let mut body = json!({ "post": post, "key": key, "at": "2026-03-20T10:00:00Z", "text": text });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = ask(site, token, Method::POST, "/api/v1/feedback", Some(body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
}

async fn total(site: &Site, token: &str, query: &str) -> u64 {
    let answer = ask(site, token, Method::GET, &format!("/api/v1/feedback?{query}"), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()["total"].as_u64().unwrap()
}

#[tokio::test]
async fn a_calendar_says_when_a_promise_is_due() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let hours = "9-12, 13:00-17:00";
    let week = [("monday", hours), ("tuesday", hours), ("wednesday", hours), ("thursday", hours), ("friday", hours)];
    let mut fields =
        vec![("name", "Service"), ("zone", "Europe/Helsinki"), ("holidays", "2026-03-23 Day off\n12-25 Christmas Day")];
    fields.extend(week);
    let answer = site.submit("/settings/calendars", Some(&session), &fields).await;
    let place = place_of(&answer);
    // It is Sunday noon; Monday is off: eight hours end on Wednesday at ten.
    let page = site.get(&place, Some(&session)).await.body;
    assert!(page.contains("25 March 2026, 10:00"), "{page}");
    assert!(page.contains("12-25 Christmas Day") && page.contains("09:00-12:00, 13:00-17:00"));
    assert!(site.get(&format!("{place}?hours=1"), Some(&session)).await.body.contains("24 March 2026, 10:00"));
    let mut wrong = fields.clone();
    wrong.push(("saturday", "17-9"));
    let answer = site.submit(&place, Some(&session), &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("are no hours"), "{}", answer.body);
    let token = site.token(Grant::ALL).await;
    let id = place.rsplit('/').next().unwrap();
    let due = format!("/api/v1/calendars/{id}/due?from=2026-03-20T13:00:00Z&minutes=180");
    let answer = ask(&site, &token, Method::GET, &due, None).await;
    assert_eq!(answer.json()["due"], "2026-03-24T08:00:00Z", "{}", answer.body);
    let answer =
        ask(&site, &token, Method::PATCH, &format!("/api/v1/calendars/{id}"), Some(json!({ "week": [["09:00-17:00"]] }))).await;
    assert_eq!((answer.status, &answer.json()["invalid_params"][0]["name"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("week")));
}

#[tokio::test]
async fn departments_are_merged_with_all_that_is_theirs() {
    let site = Site::with_users().await;
    let (token, session) = (site.token(Grant::ALL).await, site.session(&site.users[&Role::Admin]).await);
    let (mia, noor) = (site.users[&Role::DepartmentMember].id.to_string(), site.users[&Role::Frontline].id.to_string());
    let change = json!({ "change": { "do": "add", "category": { "name": "Delay" } } });
    made(&site, &token, "/api/v1/taxonomy/changes", change).await;
    let delay = site.flow.directory().taxonomy.categories[0].id.to_string();
    let ground = json!({ "name": "Ground", "contact": "Ground@Example.com", "members": [mia], "categories": [delay] });
    let ground = made(&site, &token, "/api/v1/departments", ground).await;
    let ramp = made(&site, &token, "/api/v1/departments", json!({ "name": "Ramp", "partner": true, "members": [noor] })).await;
    let answer = ask(&site, &token, Method::POST, "/api/v1/departments", Some(json!({ "name": "ramp" }))).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = site.get("/settings/departments", Some(&session)).await.body;
    assert!(page.contains("Ground") && page.contains("partner"));
    assert!(site.get("/settings/users", Some(&session)).await.body.contains("Ramp"));
    let path = format!("/settings/departments/{ground}");
    let look = site.submit(&path, Some(&session), &[("do", "merge"), ("into", &ramp)]).await;
    assert!(look.body.contains("1 member and 1 usual category of “Ground” would go to “Ramp”"), "{}", look.body);
    assert_eq!(site.flow.directory().departments.len(), 2, "a look changes nothing");
    let done = site.submit(&path, Some(&session), &[("do", "merge"), ("into", &ramp), ("sure", "yes")]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let left = ask(&site, &token, Method::GET, "/api/v1/departments", None).await.json()["items"].clone();
    assert_eq!(left.as_array().unwrap().len(), 1);
    let mut members: Vec<&str> = left[0]["members"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    members.sort_unstable();
    let mut both = [mia.as_str(), noor.as_str()];
    both.sort_unstable();
    assert_eq!((members, &left[0]["categories"]), (both.to_vec(), &json!([delay])));
    // A user belongs where the admin says.
    let user = format!("/settings/users/{mia}/departments");
    assert_eq!(site.submit(&user, Some(&session), &[]).await.status, StatusCode::SEE_OTHER);
    let left = ask(&site, &token, Method::GET, "/api/v1/departments", None).await.json()["items"].clone();
    assert_eq!(left[0]["members"], json!([noor]));
    assert_eq!(
        ask(&site, &token, Method::DELETE, &format!("/api/v1/departments/{ramp}"), None).await.status,
        StatusCode::NO_CONTENT
    );
    assert!(site.flow.directory().taxonomy.categories[0].departments.is_empty());
}

#[tokio::test]
async fn however_a_source_writes_a_place_it_is_one_place() {
    let site = Site::with_users().await;
    let (token, session) = (site.token(Grant::ALL).await, site.session(&site.users[&Role::Admin]).await);
    let post = site.post("Reviews").await.to_string();
    let at = |place: &str| json!({ "attributes": [["Place", place]] });
    say(&site, &token, &post, "a", "before anybody set it up", at("LKF")).await;
    say(&site, &token, &post, "b", "by its name", at("Larkfield")).await;
    let page = site.get("/settings/places", Some(&session)).await.body;
    assert!(page.contains("not set up yet") && page.contains("LKF"));
    let place = json!({ "name": "Larkfield", "codes": ["lkf", " Store 4 "] });
    let place = made(&site, &token, "/api/v1/places", place).await;
    say(&site, &token, &post, "c", "by its code, later", json!({ "attributes": [["place", "STORE 4"]] })).await;
    let values = || {
        let directory = site.flow.directory();
        let attribute = directory.attributes.iter().find(|a| a.name == "Place").unwrap().id;
        (attribute, directory.values[&attribute].clone())
    };
    let (attribute, known) = values();
    assert_eq!(known.len(), 1, "{known:?}");
    assert_eq!(total(&site, &token, &format!("attribute={attribute}:{}", known[0].id)).await, 3);
    // A new name; the old one stays known.
    let path = format!("/api/v1/places/{place}");
    let answer = ask(&site, &token, Method::PATCH, &path, Some(json!({ "name": "Larkfield Riverside" }))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    say(&site, &token, &post, "d", "by its old name", at("Larkfield")).await;
    let other = made(&site, &token, "/api/v1/places", json!({ "name": "Hill" })).await;
    say(&site, &token, &post, "e", "elsewhere", at("Hill")).await;
    let taken = ask(&site, &token, Method::POST, "/api/v1/places", Some(json!({ "name": "LKF" }))).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", taken.body);
    let look = site.submit(&format!("/settings/places/{other}"), Some(&session), &[("do", "merge"), ("into", &place)]).await;
    assert!(look.body.contains("1 comment"), "{}", look.body);
    let merged = ask(&site, &token, Method::POST, &format!("/api/v1/places/{other}/merge"), Some(json!({ "into": place }))).await;
    assert_eq!(merged.status, StatusCode::OK, "{}", merged.body);
    let (attribute, known) = values();
    assert_eq!((known.len(), known[0].value.as_str()), (1, "Larkfield Riverside"));
    assert_eq!(total(&site, &token, &format!("attribute={attribute}:{}", known[0].id)).await, 5);
    assert_eq!(ask(&site, &token, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&site, &token, Method::DELETE, &path, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_segment_narrows_figures_and_lists() {
    let site = Site::with_users().await;
    let (token, session) = (site.token(Grant::ALL).await, site.session(&site.users[&Role::Admin]).await);
    let today = site.flow.directory().company.zone.day(site.flow.now());
    let account = |id, name: &str, minor, days: i32| Account {
        id: AccountId(id),
        name: name.into(),
        yearly_value: Some(Money { minor, currency: "EUR".into() }),
        key_account: id == 1,
        renewal: Some(today + days),
    };
    let accounts = [account(1, "Acme", 10_000_000, 20), account(2, "Bolt", 500_000, 200)];
    site.flow
        .store
        .write(&Scope::system(), move |tx| accounts.iter().try_for_each(|account| tables::account::save(tx, account)))
        .await
        .unwrap();
    let post = site.post("Reviews").await.to_string();
    let of = |name: &str, account: &str| json!({ "author": { "name": name, "role": "Head of Finance", "identities": [], "account": account } });
    say(&site, &token, &post, "a", "late", of("Mia", "Acme")).await;
    say(&site, &token, &post, "b", "late", of("Noor", "Bolt")).await;
    say(&site, &token, &post, "c", "late", json!({})).await;
    let count = |filter: Value| {
        let (site, token) = (&site, &token);
        async move { ask(site, token, Method::POST, "/api/v1/segments/count", Some(filter)).await.json()["persons"].clone() }
    };
    assert_eq!(count(json!({})).await, json!(2));
    assert_eq!(count(json!({ "renews_within": 30 })).await, json!(1));
    assert_eq!(count(json!({ "role": ["finance"], "currency": "EUR", "value_under": 1_000_000 })).await, json!(1));
    let draft = json!({ "name": "Renewals", "filter": { "renews_within": 30 } });
    let segment = made(&site, &token, "/api/v1/segments", draft.clone()).await;
    assert_eq!(total(&site, &token, &format!("segment={segment}")).await, 1);
    assert_eq!(total(&site, &token, &format!("segment={segment}&words=nothing")).await, 0);
    let question = json!({ "measure": { "of": "volume" }, "filter": { "segment": [segment] } });
    let figures = ask(&site, &token, Method::POST, "/api/v1/figures", Some(question)).await;
    assert_eq!(figures.json()["rows"][0]["value"], 1.0, "{}", figures.body);
    assert!(site.get(&format!("/feedback?segment={segment}"), Some(&session)).await.body.contains("Renewals"));
    assert!(site.get("/settings/segments", Some(&session)).await.body.contains("renewed within 30 days"));
    // Days pass, and the renewal with them.
    site.later(21 * 86_400_000);
    assert_eq!(total(&site, &token, &format!("segment={segment}")).await, 0);
    // Who may not see persons filters by a segment, but neither sees nor changes what it holds.
    let blind = site.token(&[Grant::ReadFeedback, Grant::ReadFigures, Grant::Shape]).await;
    assert_eq!(total(&site, &blind, &format!("segment={segment}")).await, 0);
    assert_eq!(ask(&site, &blind, Method::GET, "/api/v1/segments", None).await.json()["items"][0]["filter"], Value::Null);
    assert_eq!(ask(&site, &blind, Method::POST, "/api/v1/segments", Some(draft)).await.status, StatusCode::FORBIDDEN);
    let gone = ask(&site, &blind, Method::DELETE, &format!("/api/v1/segments/{segment}"), None).await;
    assert_eq!(gone.status, StatusCode::FORBIDDEN);
    let wrong = json!({ "name": "Wrong", "filter": { "value_from": 5 } });
    let answer = ask(&site, &token, Method::POST, "/api/v1/segments", Some(wrong)).await;
    assert_eq!(answer.json()["invalid_params"][0]["name"], "filter.currency");
    // By the page: counted first, kept then.
    let session = site.session(&site.users[&Role::Admin]).await;
    let fields = [("name", "Big"), ("currency", "eur"), ("value_from", "50 000"), ("attribute", "tier = gold")];
    let mut counted = fields.to_vec();
    counted.push(("do", "count"));
    let page = site.submit("/settings/segments", Some(&session), &counted).await.body;
    assert!(page.contains("Holds <b>0</b>"), "{page}");
    let place = place_of(&site.submit("/settings/segments", Some(&session), &fields).await);
    assert!(site.get(&place, Some(&session)).await.body.contains("value=\"50000\""));
}

#[tokio::test]
async fn categories_are_moved_merged_and_put_back() {
    let site = Site::with_users().await;
    let analyst = &site.users[&Role::Analyst];
    let session = site.session(analyst).await;
    let token = site.token(Grant::ALL).await;
    let post = site.post("Reviews").await.to_string();
    let by_name = |name: &str| {
        let directory = site.flow.directory();
        directory.taxonomy.categories.iter().find(|c| c.name == name).map(|c| c.id.to_string())
    };
    for (name, words) in [("Delay", "late, delay*"), ("Punctuality", "on time"), ("Food", "meal")] {
        let answer = site.submit("/categories", Some(&session), &[("name", name), ("watch_words", words)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    }
    say(&site, &token, &post, "a", "My train was late again", json!({})).await;
    say(&site, &token, &post, "b", "Delayed by an hour", json!({})).await;
    say(&site, &token, &post, "c", "The meal was cold", json!({})).await;
    drain(&site.flow).await.unwrap();
    let (delay, punctual, food) = (by_name("Delay").unwrap(), by_name("Punctuality").unwrap(), by_name("Food").unwrap());
    assert_eq!(total(&site, &token, &format!("category={delay}")).await, 2);
    let page = site.get("/categories", Some(&session)).await.body;
    assert!(page.contains("Delay") && page.contains("category=") && page.contains("was added"), "{page}");
    // Words are tried before they are kept.
    let tried = site
        .submit(&format!("/categories/{food}"), Some(&session), &[("do", "try"), ("name", "Food"), ("watch_words", "cold, hour")])
        .await;
    assert!(tried.body.contains("These words occur in 2 of the 3 comments of the newest 90 days"), "{}", tried.body);
    // A person said so: the second is about food, not delay.
    let comment = site
        .flow
        .store
        .read(&Scope::system(), |view| tables::feedback::following(view, heard_domain::id::FeedbackId(0), 1))
        .await
        .unwrap()[0];
    let correction = json!({ "span": null, "change": { "what": "add_category", "category": delay } });
    let answer =
        ask(&site, &site_token(&site).await, Method::POST, &format!("/api/v1/feedback/{comment}/corrections"), Some(correction))
            .await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    // Moved under another.
    let path = format!("/categories/{delay}");
    let look = site.submit(&path, Some(&session), &[("do", "move"), ("parent", &punctual), ("position", "")]).await;
    assert!(look.body.contains("2 comments of “Delay” would count under “Punctuality”."), "{}", look.body);
    let moved = [("do", "move"), ("parent", punctual.as_str()), ("position", ""), ("sure", "yes")];
    assert_eq!(site.submit(&path, Some(&session), &moved).await.status, StatusCode::SEE_OTHER);
    assert_eq!(total(&site, &token, &format!("category={punctual}")).await, 2);
    // Merged, with the correction.
    let version = site.flow.directory().taxonomy.version;
    let merge = json!({ "version": version, "change": { "do": "merge", "id": delay, "into": food } });
    let look = ask(&site, &token, Method::POST, "/api/v1/taxonomy/preview", Some(merge.clone())).await.json();
    assert_eq!((&look["comments"], look["examples"].as_array().unwrap().len()), (&json!(2), 2));
    let done = ask(&site, &token, Method::POST, "/api/v1/taxonomy/changes", Some(merge.clone())).await;
    assert_eq!(done.json()["version"], version + 1);
    let stale = ask(&site, &token, Method::POST, "/api/v1/taxonomy/changes", Some(merge)).await;
    assert!(matches!(stale.status, StatusCode::CONFLICT), "{}", stale.body);
    let history = ask(&site, &token, Method::GET, "/api/v1/taxonomy/history", None).await.json();
    assert_eq!((&history["items"][0]["undoable"], &history["reading"]["of"]), (&json!(true), &json!(3)));
    drain(&site.flow).await.unwrap();
    assert_eq!(by_name("Delay"), None);
    assert_eq!(total(&site, &token, &format!("category={food}")).await, 3, "their comments follow the watch words");
    // Taken back: the category, its place, its words and the correction.
    let undone = site.submit("/categories/undo", Some(&session), &[("version", &(version + 1).to_string())]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    drain(&site.flow).await.unwrap();
    assert_eq!(by_name("Delay"), Some(delay.clone()));
    assert_eq!(total(&site, &token, &format!("category={delay}")).await, 2);
    assert_eq!(total(&site, &token, &format!("category={food}")).await, 1);
    let corrections =
        site.flow.store.read(&Scope::system(), move |view| tables::reading::corrections(view, comment)).await.unwrap();
    assert!(format!("{corrections:?}").contains(&delay), "{corrections:?}");
    let again = site.submit("/categories/undo", Some(&session), &[("version", &(version + 1).to_string())]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    // Removed: nothing is filed there any more.
    let removed = [("do", "remove"), ("sure", "yes"), ("version", "1")];
    assert_eq!(site.submit(&path, Some(&session), &removed).await.status, StatusCode::CONFLICT);
    let removed = [("do", "remove"), ("sure", "yes")];
    assert_eq!(site.submit(&path, Some(&session), &removed).await.status, StatusCode::SEE_OTHER);
    let page = site.get("/categories", Some(&session)).await.body;
    assert!(page.contains(&analyst.name) && page.contains("“Delay” was removed"), "{page}");
    // Whoever only reads sees the tree, and nothing to change.
    let reader = site.session(&site.users[&Role::Frontline]).await;
    let page = site.get("/categories", Some(&reader)).await.body;
    assert!(page.contains("Food") && !page.contains("Add a category"));
}

/// A token that an admin made: corrections are made in somebody's name.
async fn site_token(site: &Site) -> String {
    let scope = Scope::of_user(&site.users[&Role::Admin]);
    heard_flow::arrange::token::add(&site.flow, &scope, "of the admin", Grant::ALL.to_vec(), None).await.unwrap().1
}

#[tokio::test]
async fn menus_name_nothing_that_is_out_of_sight() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    let (near, far) = (site.post("Near desk").await, site.post("Far desk").await);
    let at = |place: &str| json!({ "attributes": [["Place", place], ["ward", place]] });
    say(&site, &token, &near.to_string(), "a", "here", at("Nearby")).await;
    say(&site, &token, &far.to_string(), "b", "there", at("Faraway")).await;
    let narrowed = site.narrowed(Role::Frontline, vec![near]).await;
    let session = site.session(&narrowed).await;
    for path in ["/", "/feedback", "/journey"] {
        let page = site.get(path, Some(&session)).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.body.contains("Faraway") && !page.body.contains("Far desk"), "{path} tells what is out of sight");
    }
    let page = site.get("/feedback", Some(&session)).await.body;
    assert!(page.contains("Nearby") && page.contains("Near desk"));
}

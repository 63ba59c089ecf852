//! Themes: found in what no category explains, as a page, a file and for programs, and made a category.

use axum::http::{Method, StatusCode};
use heard_domain::audit::{Noun, Who};
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_flow::arrange::department;
use serde_json::json;

use crate::audit::entries;
use crate::site::Site;

const THINGS: [&str; 8] = ["suitcase", "luggage", "bag", "backpack", "bags", "suitcases", "baggage", "trunk"];

/// A site where 24 customers lost a bag and one plays chess.
async fn site() -> (Site, String, String) {
    let site = Site::with_users().await;
    let token = site.token(&[Grant::WriteFeedback, Grant::ReadFeedback, Grant::Shape]).await;
    let post = site.post("Airport").await;
    let mut said: Vec<String> = (0..24).map(|n| format!("you lost my {} at the airport", THINGS[n % 8])).collect();
    said.push("my grandmother plays chess".to_owned());
    said.push("=you lost my <b>bag</b> at the airport".to_owned());
    for (n, text) in said.iter().enumerate() {
        let body = json!({ "post": post, "key": n.to_string(), "at": "2026-03-20T10:00:00Z", "text": text });
        let answer = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    }
    let session = site.session(&site.users[&Role::Analyst]).await;
    (site, token, session)
}

#[tokio::test]
async fn what_no_category_explains_is_found_and_becomes_a_category() {
    let (site, token, session) = site().await;
    let found = site.call(Method::GET, "/api/v1/themes", Some(&token), None).await;
    assert_eq!(found.status, StatusCode::OK, "{}", found.body);
    let found = found.json();
    let themes = found["themes"].as_array().unwrap();
    assert_eq!((themes.len(), found["unexplained"].as_u64(), found["rest"].as_u64()), (1, Some(26), Some(1)), "{found}");
    assert_eq!((themes[0]["persons"].as_u64(), themes[0]["growth"]["before"].as_u64()), (Some(25), Some(0)), "{found}");
    let key = themes[0]["key"].as_str().unwrap();

    let list = site.get("/themes", Some(&session)).await;
    assert!(list.status == StatusCode::OK && list.body.contains(&format!("/themes/{key}")) && list.body.contains("25 people"));
    let file = site.get("/themes.csv", Some(&session)).await;
    assert_eq!((file.status, file.body.lines().count()), (StatusCode::OK, 2), "{}", file.body);
    let one = site.get(&format!("/themes/{key}"), Some(&session)).await;
    assert!(one.status == StatusCode::OK && one.body.contains("Make it a category"), "{}", one.body);
    assert!(one.body.contains("&lt;b&gt;bag") && !one.body.contains("<b>bag"));

    let missing = site.submit(&format!("/themes/{key}"), Some(&session), &[("name", "")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", missing.body);
    assert!(site.flow.directory().taxonomy.categories.iter().all(|category| category.name != "Lost bags"));
    let fields = [("name", "Lost bags"), ("definition", "Bags that did not arrive.")];
    let made = site.submit(&format!("/themes/{key}"), Some(&session), &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let directory = site.flow.directory();
    let category = directory.taxonomy.categories.iter().find(|category| category.name == "Lost bags").unwrap();
    let examples = site.call(Method::GET, &format!("/api/v1/categories/{}/examples", category.id), Some(&token), None).await;
    assert_eq!(examples.body.matches("at the airport").count(), 12, "{}", examples.body);
    let noted = entries(&site).await;
    let by_me = |noun: Noun| noted.iter().filter(|e| e.who == Who::User(site.users[&Role::Analyst].id) && e.noun == noun).count();
    assert_eq!((by_me(Noun::Category), by_me(Noun::Example)), (1, 12), "{noted:#?}");
}

#[tokio::test]
async fn a_theme_becomes_an_issue_with_its_comments_as_evidence() {
    let (site, _, _) = site().await;
    let admin = site.session(&site.users[&Role::Admin]).await;
    let all = site.token(Grant::ALL).await;
    let themes = site.call(Method::GET, "/api/v1/themes", Some(&all), None).await.json();
    let key = themes["themes"][0]["key"].as_str().unwrap().to_owned();
    let shown = site.get(&format!("/themes/{key}"), Some(&admin)).await.body;
    assert!(shown.contains("Make it an issue"), "{shown}");
    let department = department::DepartmentDraft { name: "Baggage".into(), ..Default::default() };
    let department = department::add(&site.flow, &Scope::system(), department).await.unwrap().department.id.to_string();
    let nobody = site.submit(&format!("/themes/{key}/issue"), Some(&admin), &[]).await;
    assert!(nobody.status.is_client_error() && nobody.body.contains("department"), "{} {}", nobody.status, nobody.body);
    let made = site.submit(&format!("/themes/{key}/issue"), Some(&admin), &[("departments", &department)]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let place = made.header("location").split('?').next().unwrap().to_owned();
    let issue = site.call(Method::GET, &format!("/api/v1{place}"), Some(&all), None).await.json();
    assert_eq!(issue["issue"]["origin"], "theme", "{issue}");
    assert_eq!(issue["issue"]["departments"].as_array().map(Vec::len).or(Some(1)), Some(1), "{issue}");
    let evidence = site.get(&format!("{place}/comments"), Some(&admin)).await;
    let page = site.get(&place, Some(&admin)).await;
    assert!(page.status == StatusCode::OK && page.body.contains("25"), "{} {}", evidence.status, page.body);
    let noted = entries(&site).await;
    assert!(noted.iter().any(|e| e.who == Who::User(site.users[&Role::Admin].id) && e.noun == Noun::Issue), "{noted:#?}");
    // Nobody makes one of it without signing in.
    let refused = site.submit(&format!("/themes/{key}/issue"), None, &[("departments", &department)]).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_theme_that_is_gone_says_so() {
    let (site, _, session) = site().await;
    let gone = site.get("/themes/12345", Some(&session)).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert!(gone.body.contains("This theme is no longer found"), "{}", gone.body);
}

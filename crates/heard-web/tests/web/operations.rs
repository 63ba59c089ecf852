//! Operational data by API and by pages, undo, templates, and what somebody sees who may not read.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::user::{Grant, Role};
use heard_flow::arrange::starter;
use heard_flow::work::drain;
use heard_web::csrf;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

async fn drop_file(site: &Site, session: &str, name: &str, file: &str) -> Answer {
    let boundary = "-----x";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: text/csv\r\n\r\n{file}\r\n--{boundary}--\r\n"
    );
    let path = format!("/imports?csrf={}", csrf::token(session, [5; 32]));
    let request = Request::post(path).header("content-type", format!("multipart/form-data; boundary={boundary}"));
    let request = request.header("sec-fetch-site", "same-origin").header("cookie", format!("heard_session={session}"));
    site.send(request.body(Body::from(body)).unwrap()).await
}

/// Hands a file over by API and confirms it as it was understood.
async fn bring(site: &Site, token: &str, file: &str) -> String {
    let request = Request::post("/api/v1/imports?name=a.csv").header("authorization", format!("Bearer {token}"));
    let answer = site.send(request.body(Body::from(file.to_owned())).unwrap()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let answer = site.call(Method::POST, &format!("/api/v1/imports/{id}/confirm"), Some(token), Some(json!({}))).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    drain(&site.flow).await.unwrap();
    id
}

#[tokio::test]
async fn programs_hand_over_operational_data_once() {
    let site = Site::with_users().await;
    starter::adopt(&site.flow, &Scope::system(), Industry::Airline).await.unwrap();
    let stage = site.flow.directory().journey.stages[0].clone();
    let token = site.token(&[Grant::Import, Grant::ReadPersons, Grant::ReadFigures]).await;
    let email = json!({ "kind": "email", "handle": "Mia@Example.com" });
    let batches = [
        (
            "accounts",
            json!({ "name": "Acme", "yearly_value": { "minor": 500, "currency": "EUR" }, "attributes": [["Size", "L"]] }),
        ),
        ("persons", json!({ "name": "Mia", "account": "Acme", "identities": [email] })),
        ("exposures", json!({ "day": "2026-03-01", "stage": stage.name, "measure": "orders", "count": 7 })),
        ("events", json!({ "key": "e1", "kind": "delay", "at": "2026-03-01T10:00:00Z", "author": { "identities": [email] } })),
    ];
    for (noun, item) in &batches {
        let path = format!("/api/v1/{noun}");
        let bad = if *noun == "accounts" { json!({ "name": " " }) } else { item.clone() };
        let offer = json!({ "items": [item, bad] });
        let first = site.call(Method::POST, &path, Some(&token), Some(offer)).await;
        assert_eq!(first.status, StatusCode::OK, "{noun}: {}", first.body);
        let first = first.json();
        assert_eq!(first["results"][0]["outcome"], "added", "{noun}: {first}");
        let second = if *noun == "accounts" { "refused" } else { "known" };
        assert_eq!(first["results"][1]["outcome"], second, "{noun}: {first}");
        let again = site.call(Method::POST, &path, Some(&token), Some(json!({ "items": [item] }))).await.json();
        assert_eq!(again["results"][0]["outcome"], "known", "{noun}: {again}");
        let listed = site.call(Method::GET, &path, Some(&token), None).await;
        assert_eq!(listed.status, StatusCode::OK, "{noun}: {}", listed.body);
        assert_eq!(listed.json()["items"].as_array().unwrap().len(), 1, "{noun}: {}", listed.body);
        let wrong = site.call(Method::GET, &format!("{path}?limitt=3"), Some(&token), None).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{noun}");
        let empty = site.call(Method::POST, &path, Some(&token), Some(json!({ "items": [] }))).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY, "{noun}");
    }
    let persons = site.call(Method::GET, "/api/v1/persons?words=mi", Some(&token), None).await.json();
    assert_eq!(persons["items"][0]["identities"][0]["handle"], "mia@example.com");
    let of_stage = |id: String| format!("/api/v1/exposures?stage={id}&from=2026-03-01&to=2026-03-01&limit=1");
    let there = site.call(Method::GET, &of_stage(stage.id.to_string()), Some(&token), None).await.json();
    assert_eq!((there["items"][0]["count"].as_u64(), &there["next"]), (Some(7), &Value::Null));
    let unknown = json!({ "items": [{ "day": "2026-03-01", "stage": "Nowhere", "measure": "orders", "count": 7 }] });
    let refused = site.call(Method::POST, "/api/v1/exposures", Some(&token), Some(unknown)).await.json();
    assert_eq!(refused["results"][0]["invalid_params"][0]["name"], "stage", "{refused}");

    let session = site.session(&site.users[&Role::Executive]).await;
    let page = site.get("/imports/operational", Some(&session)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("orders") && page.body.contains("delay") && page.body.contains(&stage.name), "{}", page.body);
    let page = site.get("/imports/operational", Some(&site.session(&site.users[&Role::Frontline]).await)).await;
    assert!(page.body.contains("open only to those who may see persons") && !page.body.contains("Read them"));
}

#[tokio::test]
async fn an_import_is_undone_by_page_and_by_api() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let token = site.token(&[Grant::Import, Grant::ReadImports, Grant::ReadFeedback]).await;
    let file = "id,when,words\n1,2026-03-20,The crew was lovely\n2,2026-03-21,It was late again\n";
    let id = bring(&site, &token, file).await;
    let page = site.get(&format!("/imports/{id}"), Some(&session)).await;
    assert!(page.body.contains("Undo this import"), "{}", page.body);
    let page = site.get(&format!("/imports/{id}/undo"), Some(&session)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("What would happen") && page.body.contains("Feedback that goes"), "{}", page.body);
    let seen = site.call(Method::GET, &format!("/api/v1/imports/{id}/undo"), Some(&token), None).await.json();
    assert_eq!((seen["feedback_removed"].as_u64(), seen["feedback_kept"].as_u64()), (Some(2), Some(0)), "{seen}");

    let answer = site.submit(&format!("/imports/{id}/undo"), Some(&session), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    drain(&site.flow).await.unwrap();
    let page = site.get(&format!("/imports/{id}"), Some(&session)).await;
    assert!(page.body.contains("This import is undone") && !page.body.contains("data-poll"), "{}", page.body);
    let listed = site.call(Method::GET, "/api/v1/feedback", Some(&token), None).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 0);
    let again = site.call(Method::POST, &format!("/api/v1/imports/{id}/undo"), Some(&token), None).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    let page = site.get(&format!("/imports/{id}/undo"), Some(&session)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn templates_are_saved_picked_renamed_and_removed() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let page = site.get("/imports/templates", Some(&session)).await;
    assert!(page.body.contains("No template yet"));
    let file = "x1,x2\n2026-03-01,some words that nobody knows\n2026-03-02,other words of a customer\n";
    let place = drop_file(&site, &session, "a.csv", file).await.header("location").to_owned();
    let columns =
        [("kind", "feedback"), ("was", "feedback"), ("m0", "time"), ("m1", "text"), ("post", "Notes"), ("channel", "note")];
    let save: Vec<(&str, &str)> = columns.iter().copied().chain([("do", "save"), ("template_name", "Branch notes")]).collect();
    let answer = site.submit(&format!("{place}/confirm"), Some(&session), &save).await;
    assert_eq!(answer.header("location"), "/imports/templates?done=saved", "{}", answer.body);
    let again = site.submit(&format!("{place}/confirm"), Some(&session), &save).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    let token = site.token(&[Grant::Import, Grant::ReadImports]).await;
    let listed = site.call(Method::GET, "/api/v1/templates", Some(&token), None).await.json();
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();

    let other = drop_file(&site, &session, "b.csv", "X1;X-2;X3\n2026-03-05;words again, quite a few;z\n").await;
    let place = other.header("location").to_owned();
    let page = site.submit(&format!("{place}/confirm"), Some(&session), &[("do", "template"), ("template", &id)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("value=\"Notes\"") && page.body.contains("words again, quite a few"), "{}", page.body);
    let rows = "the first rows, as they would be heard";
    assert!(page.body.to_lowercase().contains(rows));

    let answer = site.submit(&format!("/imports/templates/{id}"), Some(&session), &[("do", "rename"), ("name", "Notes")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert!(site.get("/imports/templates?done=renamed", Some(&session)).await.body.contains("Notes"));
    let answer = site.submit(&format!("/imports/templates/{id}"), Some(&session), &[("do", "remove")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let gone = site.call(Method::DELETE, &format!("/api/v1/templates/{id}"), Some(&token), None).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_kind_of_a_file_is_guessed_and_can_be_changed() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let file = "Account,Annual value,Renewal date\nAcme,EUR 1200,2027-01-31\nBolt,EUR 7,2027-02-01\n";
    let place = drop_file(&site, &session, "crm.csv", file).await.header("location").to_owned();
    let page = site.get(&place, Some(&session)).await;
    assert!(
        page.body.contains("Taken for accounts") && page.body.contains("1200 EUR") && page.body.contains("sure: "),
        "{}",
        page.body
    );
    let page = site
        .submit(&format!("{place}/confirm"), Some(&session), &[("kind", "persons"), ("was", "accounts"), ("do", "begin")])
        .await;
    assert!(page.body.contains("value=\"persons\" selected"), "another kind is shown before anything begins: {}", page.body);
    let begin = [("kind", "accounts"), ("was", "accounts"), ("do", "begin")];
    let answer = site.submit(&format!("{place}/confirm"), Some(&session), &begin).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    drain(&site.flow).await.unwrap();
    let page = site.get(&place, Some(&session)).await;
    assert!(page.body.contains("Things changed: accounts"), "{}", page.body);
}

#[tokio::test]
async fn who_may_not_read_sees_no_words_in_imports() {
    let site = Site::with_users().await;
    let writer = site.token(&[Grant::Import]).await;
    let file = "id,when,words\n1,2026-03-20,The secret words of a customer\n2,not a day at all,More secret words\n";
    let request = Request::post("/api/v1/imports").header("authorization", format!("Bearer {writer}"));
    let id = site.send(request.body(Body::from(file)).unwrap()).await.json()["id"].as_str().unwrap().to_owned();
    let blind = site.token(&[Grant::ReadImports]).await;
    let seeing = site.token(&[Grant::ReadImports, Grant::ReadFeedback, Grant::ReadPersons]).await;
    let path = format!("/api/v1/imports/{id}/preview");
    let hidden = site.call(Method::GET, &path, Some(&blind), None).await;
    assert_eq!(hidden.status, StatusCode::OK, "{}", hidden.body);
    assert!(!hidden.body.contains("secret") && !hidden.body.contains("not a day at all"), "{}", hidden.body);
    assert_eq!(hidden.json()["refused"], 1);
    let shown = site.call(Method::GET, &path, Some(&seeing), None).await;
    assert!(shown.body.contains("secret") && shown.body.contains("not a day at all"), "{}", shown.body);
    site.call(Method::POST, &format!("/api/v1/imports/{id}/confirm"), Some(&writer), Some(json!({}))).await;
    drain(&site.flow).await.unwrap();
    let path = format!("/api/v1/imports/{id}/bad-rows");
    let hidden = site.call(Method::GET, &path, Some(&blind), None).await;
    assert!(hidden.body.contains("the time holds “…”") && !hidden.body.contains("not a day at all"), "{}", hidden.body);
    assert!(site.call(Method::GET, &path, Some(&seeing), None).await.body.contains("not a day at all"));
}

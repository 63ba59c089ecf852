//! Drivers by API, page and file: the order that was planted, what is said where there is too little, and sight.

use axum::http::{Method, StatusCode};
use heard_domain::id::PostId;
use heard_domain::user::{Grant, Role};
use heard_flow::work::drain;
use serde_json::{Value, json};

use crate::site::Site;

/// A survey in which the score is made of two ratings, the first with far more weight; a third rating is noise.
async fn survey(site: &Site, token: &str, post: PostId, from: usize, count: usize) {
    let mut state = 12_345_u64 + from as u64;
    let mut draw = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % most) as f64
    };
    let feedback: Vec<Value> = (from..from + count)
        .map(|n| {
            let (food, seat, colour, luck) = (1.0 + draw(5), 1.0 + draw(5), 1.0 + draw(5), draw(2));
            let overall = (1.6 * food + 0.5 * seat + luck - 1.0).clamp(0.0, 10.0).round();
            let mut ratings = vec![
                json!({ "scale": "NPS", "formula": "nps", "value": overall }),
                json!({ "scale": "=Food", "formula": "csat", "value": food }),
                json!({ "scale": "Colour", "formula": "csat", "value": colour }),
            ];
            if n % 7 != 0 {
                ratings.push(json!({ "scale": "Seat", "formula": "csat", "value": seat }));
            }
            json!({ "key": format!("s{n}"), "at": "2026-03-20T10:00:00Z", "text": "", "ratings": ratings })
        })
        .collect();
    let body = json!({ "post": post, "feedback": feedback });
    let answer = site.call(Method::POST, "/api/v1/feedback", Some(token), Some(body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
}

#[tokio::test]
async fn what_matters_is_found_with_its_order_and_its_gaps() {
    let site = Site::with_users().await;
    let token = site.token(&[Grant::WriteFeedback, Grant::ReadFigures]).await;
    let post = site.post("Survey").await;
    survey(&site, &token, post, 0, 300).await;
    let answer = site.call(Method::GET, "/api/v1/drivers", Some(&token), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let here = &answer.json()["here"];
    let names: Vec<&str> = here["drivers"].as_array().unwrap().iter().map(|d| d["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["=Food", "Seat", "Colour"], "{}", answer.body);
    assert_eq!((here["n"].as_u64(), here["beyond_chance"].as_bool()), (Some(300), Some(true)));
    let sum: f64 = here["drivers"].as_array().unwrap().iter().map(|d| d["importance"]["value"].as_f64().unwrap()).sum();
    assert!((sum - 100.0).abs() < 1e-6 && here["filled_in"].as_f64().unwrap() > 3.0, "{}", answer.body);
    assert!(here["drivers"][2]["importance"]["low"].as_f64() == Some(0.0), "noise reaches down to nought");

    let session = site.session(&site.users[&Role::Executive].clone()).await;
    let page = site.get("/drivers", Some(&session)).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in ["What matters for NPS", "=Food carries most of it", "were missing and filled in", "How is this computed?"] {
        assert!(page.body.contains(words), "{words}");
    }
    let file = site.get("/drivers.csv", Some(&session)).await;
    assert!(file.header("content-type").starts_with("text/csv"));
    let lines: Vec<&str> = file.body.lines().collect();
    assert!(lines.len() == 4 && lines[1].contains("\"'=Food\""), "{}", file.body);

    // The same against the days before, in which nothing was said; and words that nobody can understand.
    let page = site.get("/drivers?against=before", Some(&session)).await;
    assert!(page.body.contains("There is nothing to compare with"), "{}", page.body);
    let page = site.get("/drivers?overall=x&parameter=nonsense&against=yesterday", Some(&session)).await;
    assert!(page.status == StatusCode::OK && page.body.contains("was left out"));
    for bad in ["against=before", "parameter=scale", "against=segment", "overallx=1"] {
        let answer = site.call(Method::GET, &format!("/api/v1/drivers?{bad}"), Some(&token), None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}: {}", answer.body);
    }
    let many = (1..=13).map(|id| format!("&parameter=scale:{id}")).collect::<Vec<_>>().concat();
    let answer = site.call(Method::GET, &format!("/api/v1/drivers?source=ratings{many}"), Some(&token), None).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
}

#[tokio::test]
async fn too_little_is_said_and_what_is_out_of_sight_is_not_counted() {
    let site = Site::with_users().await;
    let token = site.token(&[Grant::WriteFeedback, Grant::ReadFigures]).await;
    let (mine, other) = (site.post("Mine").await, site.post("Other").await);
    let session = site.session(&site.users[&Role::Admin].clone()).await;
    let page = site.get("/drivers", Some(&session)).await;
    assert!(page.status == StatusCode::OK && page.body.contains("Nothing was rated yet"), "{}", page.body);
    survey(&site, &token, mine, 0, 30).await;
    survey(&site, &token, other, 1_000, 200).await;
    let narrowed = site.session(&site.narrowed(Role::Analyst, vec![mine]).await).await;
    let page = site.get("/drivers", Some(&narrowed)).await;
    assert!(page.body.contains("Too few: 30 answered, 50 are needed"), "{}", page.body);
    let page = site.get(&format!("/drivers?post={other}"), Some(&narrowed)).await;
    assert!(page.body.contains("Nothing fits"), "{}", page.body);
}

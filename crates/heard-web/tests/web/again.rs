//! The same request many times at once: one effect, one answer.

use axum::http::{Method, StatusCode};
use heard_domain::scope::Scope;
use heard_domain::user::Grant;
use heard_store::tables;
use serde_json::json;

use crate::site::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_at_once_keep_one_row_and_are_answered_alike() {
    let site = Site::empty();
    let token = site.token(&[Grant::WriteFeedback]).await;
    let post = site.post("Reviews").await;
    let body = json!({ "post": post, "key": "once", "at": "2026-03-20T10:00:00Z", "text": "The crew was lovely." });
    let mut under_way = Vec::new();
    for _ in 0..100 {
        let (site, token, body) = (site.clone(), token.clone(), body.clone());
        under_way.push(tokio::spawn(async move { site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await }));
    }
    let mut answers = Vec::new();
    for one in under_way {
        answers.push(one.await.unwrap());
    }
    let ids: std::collections::BTreeSet<_> =
        answers.iter().map(|answer| answer.json()["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let added = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).count();
    assert_eq!((added, answers.iter().filter(|answer| answer.status == StatusCode::OK).count()), (1, 99));
    let known: std::collections::BTreeSet<_> =
        answers.iter().filter(|answer| answer.status == StatusCode::OK).map(|answer| answer.body.clone()).collect();
    assert_eq!(known.len(), 1, "{known:?}");
    assert_eq!(site.flow.store.read(&Scope::system(), tables::feedback::count).await, Ok(1));

    // Other words under the same key: refused by name, nothing kept, whether alone or in a batch.
    let other = json!({ "post": post, "key": "once", "at": "2026-03-20T10:00:00Z", "text": "Something else." });
    let answer = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(other.clone())).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    assert_eq!(answer.json()["invalid_params"][0]["name"], "key");
    let mut both = [body, other];
    for one in &mut both {
        one.as_object_mut().unwrap().remove("post");
    }
    let answer = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(json!({ "post": post, "feedback": both }))).await;
    let outcomes: Vec<_> =
        answer.json()["results"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap().to_owned()).collect();
    assert_eq!(outcomes, ["known", "refused"]);
    assert_eq!(site.flow.store.read(&Scope::system(), tables::feedback::count).await, Ok(1));
}

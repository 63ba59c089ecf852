//! While there is no search index, words are found without it, and page and API say so; everything else is as always.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use heard_domain::user::{Grant, Role};
use heard_flow::work::drain;
use serde_json::json;

use crate::site::Site;

fn wait(what: &str, until: impl Fn() -> bool) {
    let begun = Instant::now();
    while !until() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_without_the_index_is_answered_and_labelled() {
    let site = Site::with_users().await;
    let post = site.post("Reviews").await.to_string();
    let token = site.token(Grant::ALL).await;
    let one = |key: &str, text: &str| json!({ "key": key, "at": "2026-03-20T10:00:00Z", "text": text });
    let batch = json!({ "post": post, "feedback": [one("a", "The crew was lovely"), one("b", "Late again")] });
    let given = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(batch)).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.body);
    drain(&site.flow).await.unwrap();
    let store = &site.flow.store;
    store.caught_up().unwrap();
    let user = site.users[&Role::Analyst].clone();
    let session = site.session(&user).await;
    let get = async |path: &str| site.call(Method::GET, path, Some(&token), None).await;
    let whole = get("/api/v1/feedback?words=lovely").await.json();
    assert!(whole["total"] == 1 && whole.get("degraded").is_none(), "{whole}");

    // Nothing can be made where a file stands.
    let index = store.folder().join("index");
    std::fs::remove_dir_all(&index).unwrap();
    std::fs::write(&index, "in the way").unwrap();
    wait("the loss is not noticed", || store.degraded().is_some());
    let found = get("/api/v1/feedback?words=lovely").await.json();
    assert!(found["total"] == 1 && found["degraded"]["reason"].as_str().unwrap().contains("made anew"), "{found}");
    let figures = get("/api/v1/figures?of=volume&words=lovely").await.json();
    assert!(figures["rows"][0]["n"] == 1 && figures["degraded"]["reason"].is_string(), "{figures}");
    let plain = get("/api/v1/figures?of=volume").await.json();
    assert!(plain["rows"][0]["n"] == 2 && plain.get("degraded").is_none(), "{plain}");
    for path in ["/feedback", "/", "/journey"] {
        let page = site.get(&format!("{path}?words=lovely&when=ever"), Some(&session)).await;
        assert!(page.status == StatusCode::OK && page.body.contains("The search index was damaged"), "{path}: {}", page.body);
        let page = site.get(&format!("{path}?when=ever"), Some(&session)).await;
        assert!(page.status == StatusCode::OK && !page.body.contains("The search index was damaged"), "{path}");
    }

    std::fs::remove_file(&index).unwrap();
    wait("the index is not made anew", || store.degraded().is_none());
    let page = site.get("/feedback?words=lovely&when=ever", Some(&session)).await;
    assert!(page.body.contains("lovely") && !page.body.contains("The search index was damaged"), "{}", page.body);
}

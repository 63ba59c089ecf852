//! What machines that watch Heard read: whole, bounded, and without a word of anybody.

use axum::http::{Method, StatusCode};
use heard_domain::user::Grant;
use serde_json::json;

use crate::site::Site;

fn value(text: &str, line: &str) -> f64 {
    let rest = text.lines().find_map(|found| found.strip_prefix(line)).unwrap_or_else(|| panic!("{line} is not in {text}"));
    rest.trim().parse().unwrap()
}

#[tokio::test]
async fn what_is_counted_is_told_and_nothing_else() {
    let site = Site::with_users().await;
    let post = site.post("Sentinelpost").await;
    let write = site.token(&[Grant::WriteFeedback, Grant::ReadFeedback]).await;
    for n in 0..3 {
        let body = json!({ "post": post, "key": format!("sentinelkey{n}"), "at": "2026-03-20T10:00:00Z", "text": "sentineltext",
            "author": { "name": "Sentinelname", "identities": [{ "kind": "email", "handle": "sentinel@mail.example" }] } });
        assert_eq!(site.call(Method::POST, "/api/v1/feedback", Some(&write), Some(body)).await.status, StatusCode::CREATED);
    }
    for path in ["/api/v1/feedback?words=sentinelsearch", "/api/v1/feedback/12345", "/sentinelpath", "/api/v1/feedback?limit=999"]
    {
        site.call(Method::GET, path, Some(&write), None).await;
    }
    site.call(Method::from_bytes(b"SENTINEL").unwrap(), "/api/v1/feedback", Some(&write), None).await;
    site.flow.store.caught_up().unwrap();
    let token = site.token(&[Grant::ReadMetrics]).await;
    let answer = site.call(Method::GET, "/metrics", Some(&token), None).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = answer.body;
    assert_eq!(value(&text, "heard_requests_total{method=\"POST\",route=\"/api/v1/feedback\",status=\"201\"}"), 3.0);
    assert_eq!(value(&text, "heard_requests_total{method=\"GET\",route=\"none\",status=\"404\"}"), 1.0);
    assert_eq!(value(&text, "heard_requests_total{method=\"GET\",route=\"/api/v1/feedback/{id}\",status=\"404\"}"), 1.0);
    assert_eq!(value(&text, "heard_request_duration_seconds_count{route=\"/api/v1/feedback\"}"), 5.0);
    assert_eq!(value(&text, "heard_feedback{channel=\"review\"}"), 3.0);
    assert_eq!(value(&text, "heard_outbox_lag{follower=\"columns\"}"), 0.0);
    assert_eq!(value(&text, "heard_outbox_lag{follower=\"index\"}"), 0.0);
    assert_eq!(value(&text, "heard_jobs{state=\"failed\"}"), 0.0);
    assert_eq!(value(&text, "heard_listeners"), 0.0);
    assert!(value(&text, "heard_commits_total") >= 4.0 && value(&text, "heard_memory_resident_bytes") > 1e6);
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert!(!text.to_lowercase().contains("sentinel"), "{text}");
    assert!(text.lines().count() < 400, "{} lines", text.lines().count());
    let other = site.token(&[Grant::ReadFeedback]).await;
    assert_eq!(site.call(Method::GET, "/metrics", Some(&other), None).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.call(Method::GET, "/metrics", None, None).await.status, StatusCode::UNAUTHORIZED);
}

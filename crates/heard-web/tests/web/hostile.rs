//! What strangers send: broken bodies, sizes, encodings, paths. Never a fault of the server, never markup of theirs.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use heard_domain::user::{Grant, Role};
use heard_web::app::routes;
use heard_web::route::{Face, Intake};
use serde_json::json;

use crate::site::Site;

const BODIES: &[&[u8]] = &[
    b"",
    b"{",
    b"null",
    b"[]",
    b"\"text\"",
    b"{\"a\":",
    b"\xff\xfe\x00",
    b"{\"post\":\"1\",\"feedback\":[{}]}",
    b"{\"post\":-1,\"feedback\":7}",
    b"{\"name\":\"\\u0000\",\"stages\":[{\"name\":\"\\u202e\"}]}",
    b"{\"measure\":{\"of\":\"rating\",\"scale\":\"999\"},\"by\":[\"day\",\"day\",\"day\",\"day\"]}",
    b"{\"measure\":{\"of\":\"volume\"},\"period\":{\"first\":\"2026-02-02\",\"last\":\"2026-01-01\"}}",
    b"{\"measure\":{\"of\":\"volume\"},\"filter\":{\"words\":\"\\\"((( -- * \\u0000 OR 1=1;--\"}}",
];

#[tokio::test]
async fn no_body_makes_an_operation_fail_inside() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    for route in routes(1 << 20).iter().filter(|route| route.face == Face::Api && !route.safe()) {
        for body in BODIES {
            for kind in ["application/json", "text/plain"] {
                let path = route.path.replace("{id}", "999999999999");
                let request =
                    Request::builder().method(route.method.clone()).uri(&path).header("authorization", format!("Bearer {token}"));
                let answer = site.send(request.header("content-type", kind).body(Body::from(*body)).unwrap()).await;
                assert!(!answer.status.is_server_error(), "{} {path}: {} {}", route.method, answer.status, answer.body);
                if !answer.status.is_success() {
                    assert_eq!(answer.header("content-type"), "application/problem+json");
                    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
                }
            }
        }
    }
}

#[tokio::test]
async fn no_address_makes_a_page_fail_inside() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    let token = site.token(Grant::ALL).await;
    let wishes = [
        "",
        "?stage=x",
        "?stage=-1",
        "?words=%00%ff%22",
        "?words=%22%28%2A%20OR%20-",
        "?from=0000-00-00&to=x",
        "?cursor=%F0%9F",
        "?limit=-1",
        "?skip=99999999999999",
        "?open=%3Cscript%3E",
        "?attribute=1:2:3",
        "?weeks=99999999",
        "?from=9998-01-01",
        "?saved=%3Cscript%3E",
        "?a=%",
    ];
    for route in routes(0).iter().filter(|route| route.method == Method::GET) {
        for id in ["1", "0", "-1", "99999999999999999999", "%00", "%2e%2e%2f", "%F0%9F%92%A9", "'%20OR%201=1--"] {
            for wish in wishes {
                let path = format!("{}{wish}", route.path.replace("{id}", id).replace("{file}", id));
                let answer = match route.face {
                    Face::Page | Face::Visitor => site.get(&path, Some(&session)).await,
                    Face::Api => site.call(Method::GET, &path, Some(&token), None).await,
                };
                assert!(!answer.status.is_server_error(), "{path}: {} {}", answer.status, answer.body);
                assert!(!answer.body.contains("<script>"), "{path} shows markup of strangers");
            }
            if !route.path.contains('{') {
                break;
            }
        }
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_is_read() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    let session = site.session(&site.users[&Role::Admin]).await;
    for route in routes(1 << 20).iter().filter(|route| !route.safe()) {
        let most = match route.intake {
            Intake::Small(most) => most as u64,
            Intake::Stream(_) => 4 << 20,
        };
        let path = route.path.replace("{id}", "999999999999");
        let request = Request::builder().method(route.method.clone()).uri(&path).header("content-length", most + 1);
        let request = request.header("authorization", format!("Bearer {token}")).header("sec-fetch-site", "same-origin");
        let request = request.header("cookie", format!("heard_session={session}")).header("content-type", "application/json");
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{} {path}: {}", route.method, answer.body);
    }
    // The same without saying so beforehand.
    let large = vec![b' '; 300 * 1024];
    let stream = Body::from_stream(Chunks(large));
    let request = Request::post("/api/v1/posts")
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json");
    let answer = site.send(request.body(stream).unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
    let request = Request::post("/api/v1/imports").header("authorization", format!("Bearer {token}"));
    let answer = site.send(request.body(Body::from_stream(Chunks(vec![b'a'; 5 << 20]))).unwrap()).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", answer.body);
}

/// A body whose length is not known beforehand.
struct Chunks(Vec<u8>);

impl futures_core::Stream for Chunks {
    type Item = Result<Vec<u8>, std::convert::Infallible>;
    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        let n = self.0.len().min(64 * 1024);
        let part: Vec<u8> = self.0.drain(..n).collect();
        std::task::Poll::Ready(if part.is_empty() { None } else { Some(Ok(part)) })
    }
}

#[tokio::test]
async fn hostile_words_come_back_as_words() {
    let site = Site::with_users().await;
    let token = site.token(Grant::ALL).await;
    let post = site.post("<img src=x onerror=alert(1)>").await;
    let long = "a".repeat(1 << 20);
    let words = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u{202e}desrever\u{202c}", long.as_str(), "(a+)+$", "👩‍👩‍👧‍👦 ﷽"];
    for (n, text) in words.iter().enumerate() {
        let body = json!({ "post": post, "key": n.to_string(), "at": "2026-03-20T10:00:00Z", "text": text });
        let answer = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let shown = site.call(Method::GET, &format!("/api/v1/feedback/{id}"), Some(&token), None).await.json();
        assert_eq!(shown["text"], **text, "a verbatim is never altered");
    }
    heard_flow::work::drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
    let session = site.session(&site.users[&Role::Admin]).await;
    for route in
        routes(0).iter().filter(|route| route.face == Face::Page && route.method == Method::GET && !route.path.contains('{'))
    {
        let answer = site.get(route.path, Some(&session)).await;
        // What is no page is never taken for one: it has its own type, and nobody guesses another.
        let page = answer.header("content-type").starts_with("text/html");
        assert!(
            !page || !answer.body.contains("<script>alert") && !answer.body.contains("<img src=x"),
            "{} runs words of strangers",
            route.path
        );
    }
}

#[tokio::test]
async fn every_answer_carries_the_headers_of_the_house() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    for (path, session, status) in [
        ("/settings", Some(session.as_str()), 200),
        ("/imports", None, 303),
        ("/nothing/here", None, 404),
        ("/api/v1/me", None, 401),
        ("/openapi.json", None, 200),
        ("/imports/7", Some(session.as_str()), 404),
    ] {
        let answer = site.get(path, session).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'") && !policy.contains("unsafe"),
            "{path}: {policy}"
        );
        for (name, value) in
            [("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("cross-origin-opener-policy", "same-origin")]
        {
            assert_eq!(answer.header(name), value, "{path}");
        }
        if path != "/openapi.json" {
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
        assert!(!answer.header("x-request-id").is_empty());
        assert!(!answer.body.contains("style="), "{path} has a style attribute, which the policy forbids");
    }
    let answer = site.send(Request::delete("/imports").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("GET"));
}

#[tokio::test]
async fn answers_are_packed_for_who_takes_it() {
    let site = Site::empty();
    let request = Request::get("/openapi.json").header("accept-encoding", "gzip, br");
    let answer = site.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, "gzip"));
    assert_eq!(site.get("/openapi.json", None).await.header("content-encoding"), "");
}

#[tokio::test]
async fn a_panic_is_a_problem_without_details() {
    use axum::routing::get;
    use tower_service::Service;
    async fn panics() -> &'static str {
        panic!("a secret from inside")
    }
    let site = Site::empty();
    let state = heard_web::state::AppState::new(site.flow.clone(), heard_web::state::Site::default());
    let finish = axum::middleware::from_fn_with_state(state, heard_web::answer::finish);
    let mut router = axum::Router::new().route("/api/v1/panics", get(panics)).route("/panics", get(panics)).layer(finish);
    for (path, kind) in [("/api/v1/panics", "application/problem+json"), ("/panics", "text/html")] {
        let answer = router.call(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(kind));
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }
}

//! What arrives: told in order, once, to those who may see it, and to nobody any longer than they may.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::{Method, Request, StatusCode};
use heard_domain::id::PostId;
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_flow::arrange::token;
use heard_web::app::router;
use heard_web::live::{Bounds, Live};
use heard_web::state::{AppState, Site as Reached};
use serde_json::{Value, json};
use tower_service::Service;

use crate::site::Site;

/// One event as a client sees it.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    id: i64,
    name: String,
    data: Value,
}

struct Stream {
    body: Body,
    buffer: String,
}

impl Stream {
    /// The next event; `None` where the stream has ended. Signs of life are left out.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                let frame: String = self.buffer.drain(..end + 2).collect();
                let field = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let Some(name) = field("event:") else { continue };
                let data = serde_json::from_str(field("data:").unwrap_or("null")).unwrap();
                return Some(Event {
                    id: field("id:").and_then(|id| id.parse().ok()).unwrap_or(-1),
                    name: name.to_owned(),
                    data,
                });
            }
            let frame = std::future::poll_fn(|context| std::pin::Pin::new(&mut self.body).poll_frame(context));
            let frame = tokio::time::timeout(Duration::from_secs(10), frame).await.expect("nothing comes")?;
            self.buffer.push_str(std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
        }
    }

    /// The next so many events.
    async fn take(&mut self, count: usize) -> Vec<Event> {
        let mut events = vec![];
        while events.len() < count {
            events.push(self.next().await.expect("the stream has ended"));
        }
        events
    }
}

async fn open(site: &Site, path: &str, header: (&str, String), last: Option<i64>) -> (StatusCode, Stream, axum::http::HeaderMap) {
    let mut request = Request::builder().uri(path).header("accept", "text/event-stream").header(header.0, header.1);
    if let Some(last) = last {
        request = request.header("last-event-id", last.to_string());
    }
    let response = site.router.clone().call(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    (parts.status, Stream { body, buffer: String::new() }, parts.headers)
}

async fn with_token(site: &Site, token: &str, last: Option<i64>) -> Stream {
    let (status, stream, _) = open(site, "/api/v1/live", ("authorization", format!("Bearer {token}")), last).await;
    assert_eq!(status, StatusCode::OK);
    stream
}

async fn with_session(site: &Site, session: &str, last: Option<i64>) -> Stream {
    let (status, stream, _) = open(site, "/live", ("cookie", format!("heard_session={session}")), last).await;
    assert_eq!(status, StatusCode::OK);
    stream
}

async fn say(site: &Site, post: PostId, key: &str) -> String {
    let token = site.token(&[Grant::WriteFeedback]).await;
    let body = json!({ "post": post, "key": key, "at": "2026-03-20T10:00:00Z", "text": format!("words of {key}"),
        "author": { "name": "Mia Sentinel", "identities": [{ "kind": "email", "handle": "mia@sentinel.example" }] } });
    let answer = site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await;
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// The same site with other bounds of the stream.
fn bounded(mut site: Site, bounds: Bounds) -> (Site, Arc<Live>) {
    let state = AppState { live: Arc::new(Live::new(bounds)), ..AppState::new(Arc::clone(&site.flow), Reached::default()) };
    let live = Arc::clone(&state.live);
    site.router = router(state);
    (site, live)
}

#[tokio::test]
async fn everything_is_told_once_in_order_and_again_by_number() {
    let site = Site::with_users().await;
    let post = site.post("Reviews").await;
    let token = site.token(&[Grant::ReadFeedback, Grant::ReadPersons]).await;
    let (_, mut stream, headers) = open(&site, "/api/v1/live", ("authorization", format!("Bearer {token}")), None).await;
    assert_eq!(headers["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert_eq!(headers["cache-control"], "no-store, no-transform");
    let hello = stream.next().await.unwrap();
    assert_eq!((hello.name.as_str(), hello.id), ("hello", 0));
    let mut ids = vec![];
    for n in 0..5 {
        ids.push(say(&site, post, &format!("k{n}")).await);
    }
    let told = stream.take(5).await;
    assert_eq!(told.iter().map(|e| e.data["feedback"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    assert_eq!(told.iter().map(|e| e.id).collect::<Vec<_>>(), [1, 2, 3, 4, 5], "numbers without a gap");
    assert!(told.iter().all(|e| e.name == "read" && e.data["person"].is_string()), "{told:?}");
    assert!(told.iter().all(|e| e.data["polarity"].is_string()), "with its labels: {told:?}");
    assert_eq!(told[0].data["text"], "words of k0");

    // Who comes back with a number gets what they missed, and then what comes.
    let mut later = with_token(&site, &token, Some(2)).await;
    assert_eq!((later.next().await.unwrap().id, later.take(3).await), (2, told[2..].to_vec()));
    let sixth = say(&site, post, "k5").await;
    for stream in [&mut stream, &mut later] {
        let event = stream.next().await.unwrap();
        assert_eq!((event.id, event.data["feedback"].as_str().unwrap()), (6, sixth.as_str()));
    }
    // The same as a document, for who cannot listen.
    let answer = site.call(Method::GET, "/api/v1/live?after=4", Some(&token), None).await;
    assert_eq!(answer.json()["events"][0]["feedback"], ids[4]);
    assert_eq!((&answer.json()["last"], &answer.json()["reset"]), (&json!("6"), &json!(false)));
    for (query, status) in [("after=-1", 422), ("after=x", 422), ("aftre=1", 422), ("after=", 200)] {
        assert_eq!(site.call(Method::GET, &format!("/api/v1/live?{query}"), Some(&token), None).await.status, status, "{query}");
    }
}

#[tokio::test]
async fn a_number_that_is_not_kept_is_said_to_be_lost() {
    let site = Site::with_users().await;
    let post = site.post("Reviews").await;
    let token = site.token(&[Grant::ReadFeedback]).await;
    say(&site, post, "a").await;
    for lost in [99, 2] {
        let mut stream = with_token(&site, &token, Some(lost)).await;
        assert_eq!(stream.next().await.unwrap(), Event { id: 1, name: "reset".into(), data: json!({}) });
        let answer = site.call(Method::GET, &format!("/api/v1/live?after={lost}"), Some(&token), None).await.json();
        assert_eq!(answer, json!({ "events": [], "last": "1", "reset": true }));
    }
}

#[tokio::test]
async fn nobody_is_told_what_they_may_not_see() {
    let site = Site::with_users().await;
    let (mine, other) = (site.post("Mine").await, site.post("Other").await);
    let user = site.narrowed(Role::Frontline, vec![mine]).await;
    let session = site.session(&user).await;
    let mut page = with_session(&site, &session, None).await;
    let without_persons = site.token(&[Grant::ReadFeedback]).await;
    let mut veiled = with_token(&site, &without_persons, None).await;
    assert_eq!((page.next().await.unwrap().name, veiled.next().await.unwrap().name), ("hello".into(), "hello".into()));
    say(&site, other, "hidden").await;
    say(&site, mine, "seen").await;
    let hint = page.next().await.unwrap();
    assert_eq!((hint.name.as_str(), hint.data), ("news", json!({ "changed": 1 })));
    // Asked for by number, sight is the same.
    let mut again = with_session(&site, &session, Some(0)).await;
    let told = [again.next().await.unwrap(), again.next().await.unwrap()];
    assert_eq!(told[1].data, json!({ "changed": 1 }));
    for event in veiled.take(2).await {
        assert!(event.data["person"].is_null() && !event.data.to_string().contains("Sentinel"), "{event:?}");
    }
    for path in ["/live/arrivals", "/feedback/arrived?after=1", "/"] {
        let page = site.get(path, Some(&session)).await.body;
        assert!(page.contains("words of seen") && !page.contains("words of hidden"), "{path}: {page}");
        assert!(!page.contains("Sentinel"), "{path}");
    }
    let nobody = site.token(&[Grant::WriteFeedback]).await;
    assert_eq!(site.call(Method::GET, "/api/v1/live", Some(&nobody), None).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.get("/live", Some(&session)).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn what_arrived_comes_with_the_filters_of_the_page() {
    let site = Site::with_users().await;
    let (one, two) = (site.post("One").await, site.post("Two").await);
    let session = site.session(&site.users[&Role::Analyst]).await;
    let first = say(&site, one, "first").await;
    let second = say(&site, two, "second").await;
    let page = site.get(&format!("/feedback/arrived?post={two}&after=1"), Some(&session)).await;
    assert!(page.body.contains(&format!("item-{second}")) && !page.body.contains(&format!("item-{first}")), "{}", page.body);
    let page = site.get(&format!("/feedback/arrived?after={first}"), Some(&session)).await;
    assert!(page.body.contains(&format!("item-{second}")) && !page.body.contains(&format!("item-{first}")), "{}", page.body);
    assert_eq!(site.get("/feedback/arrived", Some(&session)).await.status, StatusCode::NOT_FOUND);
    let card = site.get(&format!("/live/arrivals?post={one}"), Some(&session)).await;
    assert!(card.body.contains("words of first") && !card.body.contains("words of second"), "{}", card.body);
}

#[tokio::test]
async fn there_is_a_bound_and_a_clear_answer_beyond_it() {
    let (site, live) = bounded(Site::with_users().await, Bounds { per_actor: 2, ..Bounds::default() });
    let token = site.token(&[Grant::ReadFeedback]).await;
    let mut streams = [with_token(&site, &token, None).await, with_token(&site, &token, None).await];
    for stream in &mut streams {
        stream.next().await.unwrap();
    }
    let (status, refused, headers) = open(&site, "/api/v1/live", ("authorization", format!("Bearer {token}")), None).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(headers["retry-after"], "30");
    let body = axum::body::to_bytes(refused.body, 10_000).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("2 streams are open"), "{body:?}");
    // Somebody else has room of their own, and a seat that is left is free.
    with_token(&site, &site.token(&[Grant::ReadFeedback]).await, None).await.next().await.unwrap();
    drop(streams);
    for _ in 0..200 {
        if live.listening() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(live.listening(), 0);
    with_token(&site, &token, None).await.next().await.unwrap();
}

#[tokio::test]
async fn the_stream_ends_with_the_session_the_token_and_heard_itself() {
    let bounds = Bounds { heartbeat: Duration::from_millis(50), ..Bounds::default() };
    let (site, live) = bounded(Site::with_users().await, bounds);
    let grants = vec![Grant::ReadFeedback];
    let (kept, secret) = token::add(&site.flow, &Scope::system(), "taken back", grants.clone(), None).await.unwrap();
    let session = site.session(&site.users[&Role::Analyst]).await;
    let (mut by_token, mut by_session) = (with_token(&site, &secret, None).await, with_session(&site, &session, None).await);
    let mut stays = with_token(&site, &site.token(&grants).await, None).await;
    for stream in [&mut by_token, &mut by_session, &mut stays] {
        assert_eq!(stream.next().await.unwrap().name, "hello");
    }
    token::remove(&site.flow, &Scope::system(), kept.id).await.unwrap();
    heard_flow::arrange::session::end(&site.flow, &session).await.unwrap();
    for stream in [&mut by_token, &mut by_session] {
        assert_eq!(stream.next().await.unwrap().data, json!({ "why": "ended" }));
        assert_eq!(stream.next().await, None);
    }
    live.close();
    assert_eq!(stays.next().await.unwrap().data, json!({ "why": "stopping" }));
    assert_eq!(stays.next().await, None);
    let answer = open(&site, "/api/v1/live", ("authorization", format!("Bearer {}", site.token(&grants).await)), None).await;
    assert_eq!(answer.0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn who_falls_behind_is_dropped_and_goes_on_by_number() {
    let (site, live) =
        bounded(Site::with_users().await, Bounds { ring: 2, patience: Duration::from_millis(100), ..Bounds::default() });
    let post = site.post("Reviews").await;
    let token = site.token(&[Grant::ReadFeedback]).await;
    let mut slow = with_token(&site, &token, None).await;
    slow.next().await.unwrap();
    let mut n = 0;
    while live.listening() > 0 {
        say(&site, post, &format!("k{n}")).await;
        n += 1;
        assert!(n < 500, "who takes nothing is not dropped");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut taken = vec![];
    while let Some(event) = slow.next().await {
        taken.push(event.id);
    }
    let mut again = with_token(&site, &token, taken.last().copied()).await;
    again.next().await.unwrap();
    while taken.last() != Some(&n) {
        taken.push(again.next().await.unwrap().id);
    }
    assert_eq!(taken, (1..=n).collect::<Vec<i64>>());
}

/// What was acknowledged stands in the stream, in the list and in the figures: in this order nothing has to be waited for but
/// the stream itself.
#[tokio::test]
async fn what_was_accepted_is_in_the_figures_at_once_and_in_the_stream_next() {
    let site = Site::with_users().await;
    let post = site.post("Reviews").await;
    let token = site.token(&[Grant::ReadFeedback, Grant::ReadFigures]).await;
    let mut stream = with_token(&site, &token, None).await;
    stream.next().await.unwrap();
    for n in 1..=20 {
        let id = say(&site, post, &format!("k{n}")).await;
        let figures = site.call(Method::GET, "/api/v1/figures?of=volume", Some(&token), None).await.json();
        assert_eq!(figures["rows"][0]["n"], n, "{figures}");
        let newest = site.call(Method::GET, "/api/v1/feedback?limit=1", Some(&token), None).await.json();
        assert_eq!(newest["total"], n);
        assert_eq!(stream.next().await.unwrap().data["feedback"], json!(id));
    }
}

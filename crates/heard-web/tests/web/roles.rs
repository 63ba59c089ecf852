//! Role × route × (no session, wrong role, foreign id, missing CSRF, wrong scope), made from the route table: a new route is
//! tested the moment it is written.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use heard_domain::user::{Grant, Role};
use heard_web::app::routes;
use heard_web::route::{Face, Intake, Policy, Route};
use serde_json::json;

use crate::site::{Answer, Site, form_request};

const FOREIGN: &str = "999999999999";

fn table(face: Face) -> Vec<Route> {
    routes(1 << 20).into_iter().filter(|route| route.face == face).collect()
}

fn path(route: &Route) -> String {
    // Names of files are no identifiers: what is not there is not there.
    route.path.replace("{id}", FOREIGN).replace("{file}", FOREIGN)
}

fn allows(policy: Policy, role: Role) -> bool {
    match policy {
        Policy::Public | Policy::SignedIn => true,
        Policy::May(grant) => role.grants().contains(&grant),
    }
}

fn told(route: &Route, answer: &Answer) -> String {
    format!("{} {} answered {}: {}", route.method, route.path, answer.status, answer.body.chars().take(300).collect::<String>())
}

async fn visit(site: &Site, route: &Route, session: Option<&str>) -> Answer {
    let path = path(route);
    match (route.intake, session) {
        _ if route.safe() => site.get(&path, session).await,
        // A file is not read to find the token in it: it stands in the address.
        (Intake::Stream(_), Some(session)) => {
            site.submit(&format!("{path}?csrf={}", heard_web::csrf::token(session, [2; 32])), Some(session), &[]).await
        }
        _ => site.submit(&path, session, &[]).await,
    }
}

#[tokio::test]
async fn without_a_session_only_public_pages_answer() {
    let site = Site::with_users().await;
    for route in table(Face::Page) {
        let answer = visit(&site, &route, None).await;
        match (route.policy, route.safe()) {
            (Policy::Public, _) => {
                assert!(answer.status != StatusCode::FORBIDDEN && !answer.status.is_server_error(), "{}", told(&route, &answer));
            }
            (_, true) => {
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", told(&route, &answer));
                assert!(answer.header("location").starts_with("/sign-in"), "{}", told(&route, &answer));
            }
            (_, false) => assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", told(&route, &answer)),
        }
    }
}

#[tokio::test]
async fn every_role_gets_exactly_the_pages_it_was_granted() {
    let site = Site::with_users().await;
    for route in table(Face::Page) {
        for role in Role::ALL.iter().copied() {
            let session = site.session(&site.users[&role]).await;
            let answer = visit(&site, &route, Some(&session)).await;
            // A wrong password is refused by the page of signing in itself, not by the guard.
            let refused =
                answer.status == StatusCode::FORBIDDEN || (answer.status == StatusCode::UNAUTHORIZED && route.path != "/sign-in");
            assert_eq!(refused, !allows(route.policy, role), "{role}: {}", told(&route, &answer));
            assert!(!answer.status.is_server_error(), "{role}: {}", told(&route, &answer));
            if !refused && route.path.contains("{id}") {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{role}, foreign id: {}", told(&route, &answer));
            }
        }
    }
}

#[tokio::test]
async fn a_form_without_the_pages_own_token_changes_nothing() {
    let site = Site::with_users().await;
    let other = site.session(&site.users[&Role::Analyst]).await;
    for route in table(Face::Page).iter().filter(|route| !route.safe()) {
        let session = site.session(&site.users[&Role::Admin]).await;
        let cookie = format!("heard_session={session}");
        let tries: [(&str, &str); 4] = [
            ("same-origin", ""),
            ("same-origin", &heard_web::csrf::token(&other, [1; 32])),
            ("cross-site", &heard_web::csrf::token(&session, [1; 32])),
            ("same-site", &heard_web::csrf::token(&session, [1; 32])),
        ];
        for (from, token) in tries {
            let body = format!("csrf={token}");
            let answer =
                site.send(form_request(&path(route), from).header("cookie", &cookie).body(Body::from(body)).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "from {from}: {}", told(route, &answer));
        }
        // A browser that says nothing of where it comes from.
        let request = Request::builder().method(Method::POST).uri(path(route)).header("cookie", &cookie);
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", told(route, &answer));
    }
}

async fn operate(site: &Site, route: &Route, token: Option<&str>) -> Answer {
    let takes = route.doc.as_ref().is_some_and(|doc| doc.takes.is_some()) && matches!(route.intake, Intake::Small(_));
    site.call(route.method.clone(), &path(route), token, takes.then(|| json!({}))).await
}

#[tokio::test]
async fn without_a_token_only_public_operations_answer() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    for route in table(Face::Api).iter().filter(|route| route.policy != Policy::Public) {
        for token in [None, Some("heard_wrong"), Some(""), Some(session.as_str())] {
            let answer = operate(&site, route, token).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", told(route, &answer));
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
            assert_eq!(answer.json()["code"], "unauthorized");
        }
        // The cookie of an admin opens nothing here: no page of strangers can use it.
        let request =
            Request::builder().method(route.method.clone()).uri(path(route)).header("cookie", format!("heard_session={session}"));
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", told(route, &answer));
    }
}

#[tokio::test]
async fn a_token_does_exactly_what_its_scopes_say() {
    let site = Site::with_users().await;
    for route in table(Face::Api) {
        let Policy::May(needed) = route.policy else { continue };
        let others: Vec<Grant> = Grant::ALL.iter().copied().filter(|grant| *grant != needed).collect();
        let answer = operate(&site, &route, Some(&site.token(&others).await)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", told(&route, &answer));
        assert_eq!(answer.json()["code"], "forbidden");
        let answer = operate(&site, &route, Some(&site.token(&[needed]).await)).await;
        let refused = matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED);
        assert!(!refused && !answer.status.is_server_error(), "{}", told(&route, &answer));
        if route.path.contains("{id}") && route.doc.as_ref().is_some_and(|doc| doc.takes.is_none()) {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", told(&route, &answer));
        }
    }
}

#[tokio::test]
async fn a_token_that_has_expired_or_was_taken_back_is_dead_at_once() {
    use heard_domain::scope::Scope;
    use heard_domain::time::Time;
    use heard_flow::arrange::token;
    let site = Site::with_users().await;
    let until = Some(Time(crate::site::NOON + 1_000));
    let (_, short) = token::add(&site.flow, &Scope::system(), "short", vec![Grant::ReadFigures], until).await.unwrap();
    let (kept, taken) = token::add(&site.flow, &Scope::system(), "taken", vec![Grant::ReadFigures], None).await.unwrap();
    for secret in [&short, &taken] {
        assert_eq!(site.call(Method::GET, "/api/v1/me", Some(secret), None).await.status, StatusCode::OK);
    }
    site.later(1_000);
    token::remove(&site.flow, &Scope::system(), kept.id).await.unwrap();
    for secret in [&short, &taken] {
        assert_eq!(site.call(Method::GET, "/api/v1/me", Some(secret), None).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn every_operation_is_documented_and_no_page_is() {
    for route in routes(0) {
        assert_eq!(route.doc.is_some(), route.face == Face::Api, "{} {}", route.method, route.path);
        let program = ["/api/", "/hooks/", "/openapi.json", "/metrics"].iter().any(|begin| route.path.starts_with(begin));
        assert_eq!(program, route.face == Face::Api, "{}", route.path);
    }
}

#[test]
fn what_everybody_may_do_is_a_short_list() {
    let public: Vec<String> = routes(0)
        .iter()
        .filter(|route| route.policy == Policy::Public)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let known = [
        "GET /welcome",
        "POST /welcome",
        "GET /sign-in",
        "POST /sign-in",
        "POST /theme",
        "GET /assets/{file}",
        "GET /speculation.json",
        "GET /openapi.json",
        "GET /api/v1/health",
        // Customers speak without signing in; the form that was handed out is signed.
        "GET /f/{code}",
        "POST /f/{code}",
        "GET /f/{code}/thanks",
        // The customer's own page, and the end of letters: who has the secret may.
        "GET /t/{token}",
        "POST /t/{token}",
        "GET /u/{token}",
        "POST /u/{token}",
        // The progress page of a contact, and the answer of somebody who was asked: who has the secret may.
        "GET /a/{token}",
        "GET /q/{token}",
        "POST /q/{token}",
        // A partner outside sees the one issue it was let into.
        "GET /p/{secret}",
        "POST /p/{secret}",
        // Other systems deliver with a signature over the body.
        "POST /hooks/{id}",
    ];
    assert!(public.iter().all(|route| known.contains(&route.as_str())), "a route became public: {public:?}");
}

//! What every answer carries, over the whole route table: policy, no guessing of types, no cache on private things, no frame,
//! no referrer, nothing for other origins, nothing about the program.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use heard_web::app::{router, routes};
use heard_web::route::{Face, Intake, Route};
use heard_web::state::{AppState, Site as Reached};
use tower_service::Service;

use crate::site::{Site, form_request};
use crate::world::{NEVER, World};

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// What may be kept by caches: it is the same for everybody.
fn shared(path: &str) -> bool {
    path.starts_with("/assets/") || path.starts_with("/speculation.json") || path.starts_with("/openapi.json")
}

fn check(what: &str, path: &str, status: StatusCode, headers: &HeaderMap) {
    let policy = text(headers, "content-security-policy");
    let strict = policy.starts_with("default-src 'none'")
        && policy.contains("frame-ancestors 'none'")
        && policy.contains("base-uri 'none'")
        && policy.contains("form-action 'self'")
        && !policy.contains("unsafe")
        && !policy.contains('*')
        && !policy.contains("http");
    assert!(strict, "{what}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(text(headers, name), value, "{what}: {name}");
    }
    for name in headers.keys() {
        let name = name.as_str();
        assert!(!name.starts_with("access-control-"), "{what}: {name} speaks to other origins");
        assert!(!matches!(name, "server" | "x-powered-by" | "via" | "x-version"), "{what}: {name} tells of the program");
    }
    let cache = text(headers, "cache-control");
    if shared(path) && status.is_success() {
        assert!(!cache.is_empty(), "{what}: nothing says how long it may be kept");
    } else {
        assert!(cache.contains("no-store"), "{what}: may be kept by caches: “{cache}”");
    }
    for cookie in headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("SameSite=Lax") || cookie.contains("SameSite=Strict"), "{what}: {cookie}");
        assert!(cookie.contains("HttpOnly") || cookie.starts_with("theme="), "{what}: {cookie}");
        assert!(cookie.contains("Path=/"), "{what}: {cookie}");
    }
    assert!(!text(headers, "x-request-id").is_empty(), "{what}");
    if text(headers, "content-disposition").starts_with("attachment") {
        assert!(!text(headers, "content-type").is_empty(), "{what}: a file without a type");
    }
}

/// The head of an answer; its body may never end.
async fn head(router: &axum::Router, request: Request<Body>) -> (StatusCode, HeaderMap) {
    let response = router.clone().call(request).await.unwrap();
    (response.status(), response.headers().clone())
}

/// Ways to ask for a route: as nobody, as somebody who may not, with nonsense, as it should be.
fn ways(world: &World, route: &Route, path: &str, weak: &str) -> Vec<(&'static str, Request<Body>)> {
    let hostile = |request: axum::http::request::Builder| request.header("origin", "https://evil.example");
    let own = |way: &'static str, session: Option<&str>, token: Option<&str>, body: &str| {
        let mut request = match (route.face, route.safe()) {
            (Face::Page, false) => form_request(path, "same-origin"),
            _ => Request::builder().method(route.method.clone()).uri(path),
        };
        if let Some(session) = session {
            request = request.header("cookie", format!("heard_session={session}"));
        }
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if route.face == Face::Api && matches!(route.intake, Intake::Small(_)) {
            request = request.header("content-type", "application/json");
        }
        (way, hostile(request).body(Body::from(body.to_owned())).unwrap())
    };
    let csrf = format!("csrf={}", heard_web::csrf::token(&world.session, [1; 32]));
    vec![
        own("nobody", None, None, ""),
        own("who may not", Some(weak), Some("heard_wrong"), ""),
        own("nonsense", Some(&world.session), Some(&world.token), "%%%{"),
        own("as it should be", Some(&world.session), Some(&world.token), if route.face == Face::Page { &csrf } else { "{}" }),
    ]
}

#[tokio::test]
async fn every_answer_of_every_route_carries_what_it_must() {
    let mut world = World::new().await;
    let weak = world.site.session(&world.site.users[&heard_domain::user::Role::Frontline]).await;
    let mut seen = std::collections::BTreeMap::<u16, u32>::new();
    for route in &routes(1 << 20) {
        let noun = route.path.split_once("/{id}").and_then(|(before, _)| before.rsplit('/').next());
        let own = noun.and_then(|noun| world.seen.get(noun)).cloned().unwrap_or_else(|| NEVER.to_owned());
        for id in [own.as_str(), NEVER] {
            let path = route.path.replace("{id}", id).replace("{file}", "app.css").replace("{code}", "nobody");
            // Streams and answers that never end are heads here: bodies are not read.
            for (way, request) in ways(&world, route, &path, &weak) {
                let (status, headers) = head(&world.site.router, request).await;
                check(&format!("{} {path} ({way}, {status})", route.method), &path, status, &headers);
                *seen.entry(status.as_u16()).or_default() += 1;
                // Signing out ends it.
                world.session = world.site.session(&world.admin).await;
            }
        }
    }
    // And what is no route: another method, another address, a head of too many bytes.
    for (method, path) in [
        (Method::DELETE, "/imports"),
        (Method::GET, "/nothing"),
        (Method::GET, "/api/v1/nothing"),
        (Method::OPTIONS, "/api/v1/me"),
    ] {
        let request = Request::builder().method(method.clone()).uri(path).header("origin", "https://evil.example");
        let request = request.header("access-control-request-method", "POST").body(Body::empty()).unwrap();
        let (status, headers) = head(&world.site.router, request).await;
        check(&format!("{method} {path} ({status})"), path, status, &headers);
        *seen.entry(status.as_u16()).or_default() += 1;
    }
    for status in [200, 201, 303, 401, 403, 404, 405, 422] {
        assert!(seen.contains_key(&status), "no answer with status {status}: {seen:?}");
    }
}

async fn panics() -> &'static str {
    panic!("a secret from inside")
}

#[tokio::test]
async fn assets_files_and_faults_carry_it_too() {
    let world = World::new().await;
    let page = world.site.get("/", Some(&world.session)).await;
    let assets: Vec<_> =
        page.body.split('"').filter(|word| word.starts_with("/assets/")).map(|word| word.split('#').next().unwrap()).collect();
    assert!(assets.len() > 2);
    for path in assets.into_iter().chain(["/openapi.json", "/speculation.json", "/settings/audit.csv"]) {
        let answer = world.site.get(path, Some(&world.session)).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        check(path, path, answer.status, &answer.headers);
    }
    let state = AppState::new(world.site.flow.clone(), Reached::default());
    let finish = axum::middleware::from_fn_with_state(state, heard_web::answer::finish);
    let broken = axum::Router::new().route("/panics", axum::routing::get(panics)).layer(finish);
    let (status, headers) = head(&broken, Request::get("/panics").body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    check("a fault", "/panics", status, &headers);
}

#[tokio::test]
async fn over_tls_every_cookie_is_secure() {
    let site = Site::with_users().await;
    let public_url = Some("https://heard.example.com".to_owned());
    let router = router(AppState::new(site.flow.clone(), Reached { public_url, ..Reached::default() }));
    let user = &site.users[&heard_domain::user::Role::Analyst];
    let session = site.session(user).await;
    let form = format!("email={}&password={}", user.email.replace('@', "%40"), crate::site::PASSWORD.replace(' ', "+"));
    let csrf = format!("csrf={}", heard_web::csrf::token(&session, [1; 32]));
    let cookie = format!("heard_session={session}");
    for (path, body) in [("/sign-in", form.as_str()), ("/theme", csrf.as_str()), ("/sign-out", csrf.as_str())] {
        let mut request = form_request(path, "same-origin").header("host", "heard.example.com");
        if path != "/sign-in" {
            request = request.header("cookie", &cookie);
        }
        let (status, headers) = head(&router, request.body(Body::from(body.to_owned())).unwrap()).await;
        let cookies: Vec<_> = headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
        assert!(!cookies.is_empty() && cookies.iter().all(|cookie| cookie.contains("; Secure")), "{path} {status}: {cookies:?}");
    }
}

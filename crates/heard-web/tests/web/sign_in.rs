//! Signing in and out.

use axum::http::StatusCode;
use heard_domain::user::Role;

use crate::site::{PASSWORD, Site, form_request};

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn the_first_visitor_becomes_the_admin_and_nobody_after() {
    let site = Site::empty();
    let answer = site.get("/imports", None).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/welcome"));
    let fields = |password| {
        [
            ("company", "Northwind"),
            ("zone", "Europe/Helsinki"),
            ("name", "Aino"),
            ("email", "Aino@Example.com"),
            ("password", password),
        ]
    };
    let answer = site.submit("/welcome", None, &fields("short")).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("must have at least 10 characters") && answer.body.contains("Northwind"));
    let answer = site.submit("/welcome", None, &fields(PASSWORD)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    let secret = cookie.split(['=', ';']).nth(1).unwrap();
    assert_eq!(site.get("/settings/users", Some(secret)).await.status, StatusCode::OK);
    assert_eq!(site.flow.directory().company.name, "Northwind");
    assert_eq!(site.flow.directory().company.zone.to_string(), "Europe/Helsinki");
    let answer = site.submit("/welcome", None, &fields(PASSWORD)).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
    assert_eq!(answer.header("set-cookie"), "");
}

#[tokio::test]
async fn a_session_lasts_while_it_is_used_and_ends_with_signing_out() {
    let site = Site::with_users().await;
    let email = site.users[&Role::Analyst].email.clone();
    let answer =
        site.submit("/sign-in", None, &[("email", &email.to_uppercase()), ("password", PASSWORD), ("next", "/settings")]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/settings"), "{}", answer.body);
    let secret = answer.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    for _ in 0..3 {
        site.later(13 * DAY);
        assert_eq!(site.get("/settings", Some(&secret)).await.status, StatusCode::OK);
    }
    let answer = site.submit("/sign-out", Some(&secret), &[]).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(site.get("/settings", Some(&secret)).await.status, StatusCode::SEE_OTHER);
    let idle = site.session(&site.users[&Role::Analyst]).await;
    site.later(14 * DAY);
    assert_eq!(site.get("/settings", Some(&idle)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_exists_is_not_told() {
    let site = Site::with_users().await;
    let email = site.users[&Role::Analyst].email.clone();
    let known = site.submit("/sign-in", None, &[("email", &email), ("password", "wrong")]).await;
    let unknown = site.submit("/sign-in", None, &[("email", "nobody@example.com"), ("password", "wrong")]).await;
    assert_eq!(known.status, StatusCode::UNAUTHORIZED);
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    assert_eq!(known.body.replace(&email, "x"), unknown.body.replace("nobody@example.com", "x"));
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_account_also_with_the_right_password() {
    let site = Site::with_users().await;
    let email = site.users[&Role::Analyst].email.clone();
    for _ in 0..10 {
        let answer = site.submit("/sign-in", None, &[("email", &email), ("password", "wrong")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let answer = site.submit("/sign-in", None, &[("email", &email), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("retry-after"), "900");
    site.later(15 * 60 * 1000);
    let answer = site.submit("/sign-in", None, &[("email", &email), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_may_not_sign_in_any_more_is_out_at_once() {
    use heard_domain::scope::Scope;
    use heard_flow::arrange::user::{UserDraft, change};
    let site = Site::with_users().await;
    let user = site.users[&Role::Analyst].clone();
    let session = site.session(&user).await;
    assert_eq!(site.get("/settings", Some(&session)).await.status, StatusCode::OK);
    let draft = UserDraft { email: user.email.clone(), name: user.name, role: user.role, posts: None, active: false };
    change(&site.flow, &Scope::system(), user.id, draft).await.unwrap();
    assert_eq!(site.get("/settings", Some(&session)).await.status, StatusCode::SEE_OTHER);
    let answer = site.submit("/sign-in", None, &[("email", &user.email), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let site = Site::with_users().await;
    let user = site.users[&Role::Frontline].clone();
    let (mine, other) = (site.session(&user).await, site.session(&user).await);
    let form = [("old", "not it"), ("new", "another good password"), ("again", "another good password")];
    let answer = site.submit("/settings/password", Some(&mine), &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("old", PASSWORD), ("new", "another good password"), ("again", "another good password")];
    let answer = site.submit("/settings/password", Some(&mine), &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let fresh = answer.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned();
    assert_eq!(site.get("/settings", Some(&fresh)).await.status, StatusCode::OK);
    for old in [mine, other] {
        assert_eq!(site.get("/settings", Some(&old)).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn people_see_where_they_are_signed_in_and_end_it_there() {
    let site = Site::with_users().await;
    let (ann, bob) = (site.users[&Role::Frontline].clone(), site.users[&Role::Analyst].clone());
    let enter = async |told: &str| {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("email", ann.email.as_str()), ("password", PASSWORD)]);
        let request = form_request("/sign-in", "same-origin").header("user-agent", told);
        let answer = site.send(request.body(form.finish().into()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.header("set-cookie").split(['=', ';']).nth(1).unwrap().to_owned()
    };
    let phone = enter("Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0 Mobile Safari/537.36").await;
    site.later(3 * 3_600_000);
    let desk = enter("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0").await;
    let odd = enter("<script>alert(1)</script>").await;
    let theirs = site.session(&bob).await;
    let page = site.get("/settings", Some(&desk)).await.body;
    for seen in ["Chrome on Android", "3 h ago", "Firefox on Linux", "This one", "A browser that does not say its name"] {
        assert!(page.contains(seen), "“{seen}” is not on the page: {page}");
    }
    assert_eq!((page.matches("/end\"").count(), page.contains("alert(1)")), (2, false), "the own session has no button");

    // Somebody else's session is not there, and stays.
    let of_bob = site.sessions(&bob).await[0];
    let answer = site.submit(&format!("/settings/sessions/{of_bob}/end"), Some(&desk), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let on_phone = *site.sessions(&ann).await.last().unwrap();
    let answer = site.submit(&format!("/settings/sessions/{on_phone}/end"), Some(&desk), &[]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/settings?ended=one#sessions"));
    assert_eq!(site.get("/settings", Some(&phone)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.get("/settings", Some(&odd)).await.status, StatusCode::OK);

    let answer = site.submit("/settings/sessions/others", Some(&desk), &[]).await;
    assert_eq!(answer.header("location"), "/settings?ended=others#sessions");
    assert_eq!(site.get("/settings", Some(&odd)).await.status, StatusCode::SEE_OTHER);
    let page = site.get("/settings?ended=others", Some(&desk)).await;
    assert!(page.body.contains("signed in only here") && !page.body.contains("Sign out everywhere else"), "{}", page.body);
    assert_eq!(site.get("/settings", Some(&theirs)).await.status, StatusCode::OK, "others are not touched");
}

#[tokio::test]
async fn over_tls_the_cookie_is_secure() {
    let public_url = Some("https://heard.example.com".to_owned());
    let site = Site::reached(heard_web::state::Site { public_url, ..heard_web::state::Site::default() });
    let form = [("company", "A"), ("zone", "UTC"), ("name", "Aino"), ("email", "a@example.com"), ("password", PASSWORD)];
    assert!(site.submit("/welcome", None, &form).await.header("set-cookie").contains("; Secure"));
}

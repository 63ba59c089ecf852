//! The settings as a person uses them.

use axum::http::StatusCode;
use heard_domain::user::Role;

use crate::site::Site;

#[tokio::test]
async fn a_listening_post_is_set_up_and_changed() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let owner = site.users[&Role::Frontline].id.to_string();
    let wanted = [
        ("name", "Front desk"),
        ("channel", "kiosk"),
        ("objective", "Which queue to shorten"),
        ("owner", &owner),
        ("promise_hours", "24"),
    ];
    let answer = site.submit("/posts", Some(&session), &wanted).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let place = answer.header("location").split('?').next().unwrap().to_owned();
    let page = site.get(&place, Some(&session)).await.body;
    assert!(page.contains("Which queue to shorten") && page.contains("value=\"24\""));
    let answer = site.submit(&place, Some(&session), &[("name", "Desk"), ("channel", "kiosk"), ("promise_hours", "soon")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("must be a whole number of hours"));
    site.submit(&place, Some(&session), &[("name", "Desk"), ("channel", "kiosk")]).await;
    let post = site.flow.directory().posts[0].clone();
    assert_eq!((post.name.as_str(), post.objective, post.owner, post.promise_hours), ("Desk", None, None, None));
    let again = site.submit("/posts", Some(&session), &[("name", "desk"), ("channel", "kiosk")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_user_is_added_narrowed_and_shut_out() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    let post = site.post("Front desk").await.to_string();
    let new = [
        ("name", "Noor"),
        ("email", "noor@example.com"),
        ("role", "frontline"),
        ("sees", "some"),
        ("posts", &post),
        ("password", "a first password"),
    ];
    let answer = site.submit("/settings/users", Some(&session), &new).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let place = answer.header("location").split('?').next().unwrap().to_owned();
    assert!(site.get("/settings/users", Some(&session)).await.body.contains("1 posts"));
    let out = [("name", "Noor"), ("email", "noor@example.com"), ("role", "frontline"), ("sees", "all")];
    assert_eq!(site.submit(&place, Some(&session), &out).await.status, StatusCode::SEE_OTHER);
    let answer = site.submit("/sign-in", None, &[("email", "noor@example.com"), ("password", "a first password")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    // The last admin cannot shut themselves out.
    let admin = &site.users[&Role::Admin];
    let out =
        [("name", admin.name.as_str()), ("email", admin.email.as_str()), ("role", "analyst"), ("sees", "all"), ("active", "yes")];
    let answer = site.submit(&format!("/settings/users/{}", admin.id), Some(&session), &out).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains("the last active admin"));
}

#[tokio::test]
async fn a_token_is_shown_once_and_works() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    let page = site
        .submit("/settings/tokens", Some(&session), &[("name", "Warehouse"), ("scopes", "figures:read"), ("expires", "30")])
        .await;
    assert_eq!(page.status, StatusCode::OK);
    let secret = page.body.split("<code>heard_").nth(1).unwrap().split('<').next().unwrap();
    let secret = format!("heard_{secret}");
    let me = site.call(axum::http::Method::GET, "/api/v1/me", Some(&secret), None).await.json();
    assert_eq!(me["scopes"], serde_json::json!(["figures:read"]));
    let page = site.get("/settings/tokens", Some(&session)).await;
    assert!(page.body.contains("Warehouse") && !page.body.contains(&secret));
    let none = site.submit("/settings/tokens", Some(&session), &[("name", "Nothing")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_time_zone_is_fixed_once_there_is_feedback() {
    let world = crate::world::World::new().await;
    let zone = |world: &crate::world::World| world.site.flow.directory().company.zone.to_string();
    let days = async |world: &crate::world::World| {
        let path = "/api/v1/figures?of=volume&by=day";
        world.site.call(axum::http::Method::GET, path, Some(&world.token), None).await.json()["rows"].clone()
    };
    let (before, by_day) = (zone(&world), days(&world).await);
    let other = [("name", "Northwind"), ("zone", "Pacific/Auckland")];
    let page = world.site.submit("/settings/company", Some(&world.session), &other).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.body);
    assert!(page.body.contains("the time zone is fixed once there is feedback: the day of each depends on it"), "{}", page.body);
    let wanted = serde_json::json!({ "zone": "Pacific/Auckland" });
    let answer = world.site.call(axum::http::Method::PATCH, "/api/v1/company", Some(&world.token), Some(wanted)).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.body);
    assert_eq!((zone(&world), days(&world).await), (before, by_day));
    // The name is no day: it can be changed at any time.
    let other = [("name", "Southwind"), ("zone", zone(&world).as_str())].map(|(a, b)| (a, b.to_owned()));
    let pairs: Vec<(&str, &str)> = other.iter().map(|(a, b)| (*a, b.as_str())).collect();
    let page = world.site.submit("/settings/company", Some(&world.session), &pairs).await;
    assert_eq!((page.status, world.site.flow.directory().company.name.as_str()), (StatusCode::SEE_OTHER, "Southwind"));
}

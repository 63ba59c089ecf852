//! Listening posts: the public form as a customer fills it in, signed deliveries, tokens of a post, and what strangers try.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use base64::Engine;
use heard_domain::form::{Ask, FormDraft, FormLanguage};
use heard_domain::id::{PlaceId, PostId, UserId};
use heard_domain::place::Place;
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role, User};
use heard_flow::arrange::{form, token, webhook};
use heard_flow::signature::{Delivery, sign};
use heard_flow::work::drain;
use heard_store::tables;
use serde_json::{Value, json};

use crate::site::{Answer, NOON, Site};

/// An open form at a post; gives its code.
async fn opened(site: &Site, post: PostId, draft: FormDraft) -> String {
    form::save(&site.flow, &Scope::system(), post, FormDraft { open: true, ..draft }).await.unwrap().code
}

fn token_in(page: &str) -> String {
    page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A browser that knows nothing of Heard: no cookie, no word of where it comes from.
async fn post_form(site: &Site, path: &str, fields: &[(&str, &str)], cookie: Option<&str>) -> Answer {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    if let Some(cookie) = cookie {
        request = request.header("cookie", cookie);
    }
    site.send(request.body(Body::from(form.finish())).unwrap()).await
}

async fn comments(site: &Site) -> Vec<Value> {
    drain(&site.flow).await.unwrap();
    site.flow.store.caught_up().unwrap();
    let token = site.token(&[Grant::ReadFeedback, Grant::ReadPersons]).await;
    let list = site.call(Method::GET, "/api/v1/feedback?limit=200", Some(&token), None).await.json();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_customer_says_it_in_the_form() {
    let site = Site::with_users().await;
    let post = site.post("Front desk").await;
    let draft = FormDraft {
        question: "How was your stay? <b>&".into(),
        rating: Some(Ask::Nps),
        language: FormLanguage::German,
        ..FormDraft::default()
    };
    let code = opened(&site, post, draft).await;
    let path = format!("/f/{code}");
    let page = site.get(&path, None).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<html lang=\"de\"") && page.body.contains("How was your stay? &lt;b&gt;&amp;"));
    assert!(page.headers.get("set-cookie").is_none() && !page.body.contains("<script"), "no cookie, no script");
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert_eq!(page.header("cache-control"), "private, no-cache");
    let token = token_in(&page.body);
    site.later(10_000);
    let said =
        [("token", token.as_str()), ("words", "Der Empfang war\r\nfreundlich."), ("rating", "9"), ("email", " Mia@Example.com ")];
    // The same form sent three times, as by an impatient finger, from the browser of somebody who is signed in as well.
    let session = format!("heard_session={}", site.session(&site.users[&Role::Analyst]).await);
    for cookie in [None, Some(session.as_str()), None] {
        site.later(1_000);
        let answer = post_form(&site, &path, &said, cookie).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.header("location"), format!("/f/{code}/thanks?answer=yes"));
        assert!(answer.headers.get("set-cookie").is_none());
    }
    let thanks = site.get(&format!("/f/{code}/thanks?answer=yes"), None).await;
    assert!(thanks.body.contains("Vielen Dank") && thanks.body.contains("an die angegebene Adresse"));
    let heard = comments(&site).await;
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0]["text"], "Der Empfang war\nfreundlich.");
    assert_eq!(heard[0]["ratings"][0]["raw"], 9.0);
    // The language, and that nobody has proven whose address it is.
    assert!(heard[0]["person"].is_string() && heard[0]["attributes"].as_array().unwrap().len() == 2);
    let directory = site.flow.directory();
    let scale = directory.scales.iter().find(|scale| scale.name == "NPS").unwrap();
    assert_eq!((scale.formula.code(), scale.min, scale.max), ("nps", 0.0, 10.0));
    // Going back and sending other words from the same page: said so, kept in the page, sent by one more press.
    let other = [("token", token.as_str()), ("words", "Noch etwas: der Kaffee war kalt.")];
    let answer = post_form(&site, &path, &other, None).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("schon gesendet") && answer.body.contains("der Kaffee war kalt."));
    site.later(4_000);
    let again = token_in(&answer.body);
    let answer = post_form(&site, &path, &[("token", again.as_str()), other[1]], None).await;
    assert!(answer.header("location").starts_with(&format!("/f/{code}/thanks?page=")), "who gave no address has a page");
    assert_eq!(comments(&site).await.len(), 2);
}

#[tokio::test]
async fn robots_and_forgers_are_not_heard() {
    let site = Site::with_users().await;
    let post = site.post("Front desk").await;
    let code = opened(&site, post, FormDraft::default()).await;
    let (path, other) = (format!("/f/{code}"), opened(&site, site.post("Other").await, FormDraft::default()).await);
    let token = token_in(&site.get(&path, None).await.body);
    let foreign = token_in(&site.get(&format!("/f/{other}"), None).await.body);
    // Too quick; the same page a little later is fine, so nobody has to type anything again.
    let quick = post_form(&site, &path, &[("token", &token), ("words", "first words")], None).await;
    assert!(
        quick.status == StatusCode::UNPROCESSABLE_ENTITY && quick.body.contains("first words") && quick.body.contains(&token)
    );
    site.later(5_000);
    let (at, rest) = token.split_once('.').unwrap();
    let older = format!("{}.{rest}", at.parse::<i64>().unwrap() - 1);
    let bad: [(&str, &str, &str); 7] = [
        ("", "", "could not be recognised"),
        ("token", "x", "could not be recognised"),
        ("token", &foreign, "could not be recognised"),
        ("token", &older, "could not be recognised"),
        ("token", "9999999999999.a.b", "could not be recognised"),
        ("token", ".", "could not be recognised"),
        ("token", "\u{1}\u{202e}", "could not be recognised"),
    ];
    for (name, value, says) in bad {
        let answer = post_form(&site, &path, &[(name, value), ("words", "spam")], None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
        assert!(answer.body.contains(says) && answer.body.contains("spam"), "{value}: {}", answer.body);
    }
    let trapped = [("token", token.as_str()), ("words", "spam"), ("website", "https://spam.example")];
    let answer = post_form(&site, &path, &trapped, None).await;
    assert!(answer.body.contains("must stay empty") && !answer.body.contains("spam.example"));
    for (name, value, says) in [
        ("words", "   ", "Nothing is filled in yet"),
        ("email", "nobody", "not an e-mail address"),
        ("words", &"x".repeat(10_001), "too long"),
    ] {
        let mut fields = vec![("token", token.as_str()), (name, value)];
        if name != "words" {
            fields.push(("words", "fine"));
        }
        let answer = post_form(&site, &path, &fields, None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(says), "{says}: {}", answer.body);
    }
    // A rating that was not asked for, a touchpoint that cannot be chosen: left out, the words are heard.
    let odd = [("token", token.as_str()), ("words", "fine"), ("rating", "99"), ("touchpoint", "7"), ("email", "")];
    assert_eq!(post_form(&site, &path, &odd, None).await.status, StatusCode::SEE_OTHER);
    let heard = comments(&site).await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!((heard[0]["text"].clone(), heard[0]["ratings"].clone()), (json!("fine"), json!([])));
    // A page of yesterday is handed out again, with what stands in it.
    site.later(25 * 3_600_000);
    let answer = post_form(&site, &path, &[("token", &token), ("words", "late words")], None).await;
    assert!(answer.body.contains("open for a long time") && answer.body.contains("late words"));
    assert_ne!(token_in(&answer.body), token);
    let large = format!("words={}", "x".repeat(1 << 20));
    let request = Request::post(&path).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(site.send(request.body(Body::from(large)).unwrap()).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_form_that_is_closed_or_has_moved_takes_nothing() {
    let site = Site::with_users().await;
    let post = site.post("Front desk").await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let code = opened(&site, post, FormDraft::default()).await;
    let token = token_in(&site.get(&format!("/f/{code}"), None).await.body);
    site.later(5_000);
    let moved = site.submit(&format!("/posts/{post}/form/code"), Some(&session), &[]).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER);
    for (method, path) in [(Method::GET, ""), (Method::POST, ""), (Method::GET, "/thanks")] {
        let path = format!("/f/{code}{path}");
        let answer = match method {
            Method::POST => post_form(&site, &path, &[("token", &token), ("words", "hello")], None).await,
            _ => site.get(&path, None).await,
        };
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
    let kept = form::get(&site.flow, &Scope::system(), post).await.unwrap().unwrap();
    assert_ne!(kept.code, code);
    form::save(&site.flow, &Scope::system(), post, FormDraft { open: false, ..kept.draft }).await.unwrap();
    assert_eq!(site.get(&format!("/f/{}", kept.code), None).await.status, StatusCode::NOT_FOUND);
    for strange in ["x", "..%2f..", "%00", "%ff", "a%20b", &"a".repeat(300)] {
        assert_eq!(site.get(&format!("/f/{strange}"), None).await.status, StatusCode::NOT_FOUND, "{strange}");
    }
    assert!(comments(&site).await.is_empty());
}

#[tokio::test]
async fn one_address_cannot_flood_a_form() {
    let site = Site::with_users().await;
    let code = opened(&site, site.post("Front desk").await, FormDraft::default()).await;
    let path = format!("/f/{code}");
    let token = token_in(&site.get(&path, None).await.body);
    site.later(5_000);
    for _ in 0..60 {
        let answer = post_form(&site, &path, &[("token", &token), ("words", "again and again")], None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    let answer = post_form(&site, &path, &[("token", &token), ("words", "once more")], None).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.body.contains("once more"), "the words stay in the page");
    assert!(answer.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(comments(&site).await.len(), 1);
}

struct Hook {
    path: String,
    secret: String,
}

async fn hook(site: &Site, post: PostId) -> Hook {
    let (hook, secret) = webhook::add(&site.flow, &Scope::system(), post, "Help desk", None).await.unwrap();
    Hook { path: format!("/hooks/{}", hook.id), secret }
}

async fn deliver(site: &Site, hook: &Hook, id: &str, at: i64, body: &[u8], signature: Option<&str>) -> Answer {
    let timestamp = at.to_string();
    let signed = sign(&hook.secret, &Delivery { id, timestamp: &timestamp, signature: "", body }).unwrap();
    let request = Request::post(&hook.path)
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", &timestamp)
        .header("webhook-signature", signature.unwrap_or(&signed));
    site.send(request.body(Body::from(body.to_vec())).unwrap()).await
}

#[tokio::test]
async fn a_signed_delivery_is_heard_once() {
    let site = Site::with_users().await;
    let post = site.post("Help desk").await;
    let hook = hook(&site, post).await;
    let now = NOON / 1000;
    let body = br#"[{"key":"t1","at":"2026-03-20T10:00:00Z","text":"Very late."},{"key":"t2","at":"2026-03-20T10:00:00Z","text":"Thanks!"}]"#;
    for round in 0..50 {
        let answer = deliver(&site, &hook, "msg_1", now + round % 5, body, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.json()["results"][0]["new"], round == 0);
    }
    assert_eq!(comments(&site).await.len(), 2);
    // Whatever is not signed as it came is refused, and nobody learns whether a webhook is there.
    let signature =
        |secret: &str| sign(secret, &Delivery { id: "msg_2", timestamp: &now.to_string(), signature: "", body: b"{}" }).unwrap();
    let right = signature(&hook.secret);
    let nowhere = Hook { path: "/hooks/999999999999".into(), secret: hook.secret.clone() };
    let nonsense = Hook { path: "/hooks/x".into(), secret: hook.secret.clone() };
    let foreign = format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode([7; 32]));
    for (to, id, at, signature) in [
        (&hook, "msg_2", now, Some(signature(&foreign))),
        (&hook, "msg_2", now, Some("v1,".into())),
        (&hook, "msg_2", now, Some(String::new())),
        (&hook, "msg_3", now, Some(right.clone())),
        (&hook, "msg_2", now + 1, Some(right.clone())),
        (&hook, "msg_2", now - 301, None),
        (&hook, "msg_2", now + 301, None),
        (&nowhere, "msg_2", now, None),
        (&nonsense, "msg_2", now, None),
    ] {
        let answer = deliver(&site, to, id, at, b"{}", signature.as_deref()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {id} {at}: {}", to.path, answer.body);
        assert_eq!(answer.json()["code"], "unauthorized");
    }
    // Several signatures: one that fits is enough.
    let several = format!("v1,AAAA {right}");
    let answer = deliver(&site, &hook, "msg_2", now, b"{}", Some(&several)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    for (body, field) in [
        (&b"{"[..], "body"),
        (b"\xff", "body"),
        (b"[]", "body"),
        (br#"{"key":"t1","at":"2026-03-20T10:00:00Z","text":"Other words."}"#, "key"),
        (
            br#"[{"key":"t9","at":"2026-03-20T10:00:00Z","text":"fine"},{"key":"","at":"2026-03-20T10:00:00Z","text":"x"}]"#,
            "1.key",
        ),
    ] {
        let answer = deliver(&site, &hook, "msg_4", now, body, None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", answer.body);
        assert_eq!(answer.json()["invalid_params"][0]["name"], field);
    }
    assert_eq!(comments(&site).await.len(), 2, "all of a delivery, or nothing");
    let large = vec![b' '; (1 << 20) + 1];
    assert_eq!(deliver(&site, &hook, "msg_5", now, &large, None).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    // What went wrong stands in the post's own page.
    let session = site.session(&site.users[&Role::Analyst]).await;
    let page = site.get(&format!("/posts/{post}"), Some(&session)).await.body;
    assert!(page.contains("What went wrong last") && page.contains("Help desk: 1.key has 0 bytes"), "{page}");
    assert!(!page.contains(&hook.secret));
}

#[tokio::test]
async fn a_secret_is_changed_without_losing_a_delivery() {
    let site = Site::with_users().await;
    let post = site.post("Help desk").await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let page = site.submit(&format!("/posts/{post}/webhooks"), Some(&session), &[("hook_name", "Desk")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let shown = |page: &str| format!("whsec_{}", page.split("<code>whsec_").nth(1).unwrap().split('<').next().unwrap());
    let path = format!("/hooks/{}", page.body.split("/hooks/").nth(1).unwrap().split('<').next().unwrap());
    let old = Hook { path: path.clone(), secret: shown(&page.body) };
    let page = site.submit(&format!("{}/secret", path.replace("/hooks/", "/webhooks/")), Some(&session), &[]).await;
    let new = Hook { path: path.clone(), secret: shown(&page.body) };
    assert_ne!(old.secret, new.secret);
    let body = br#"{"key":"t1","at":"2026-03-20T10:00:00Z","text":"Very late."}"#;
    for secret in [&old, &new] {
        assert_eq!(deliver(&site, secret, "msg_1", NOON / 1000, body, None).await.status, StatusCode::OK);
    }
    site.later(25 * 3_600_000);
    let later = NOON / 1000 + 25 * 3_600;
    assert_eq!(deliver(&site, &old, "msg_1", later, body, None).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(deliver(&site, &new, "msg_1", later, body, None).await.status, StatusCode::OK);
    let page = site.submit(&format!("{}/remove", path.replace("/hooks/", "/webhooks/")), Some(&session), &[]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(deliver(&site, &new, "msg_1", later, body, None).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_senders_own_json_is_mapped_and_tried() {
    let site = Site::with_users().await;
    let post = site.post("Help desk").await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    let hook = hook(&site, post).await;
    let place = hook.path.replace("/hooks/", "/webhooks/");
    let sample = r#"{"ticket":{"id":7,"said":"<script>alert(1)</script> late","score":"2","when":1774000000}}"#;
    let mapping = [
        ("hook_name", "Desk"),
        ("key", "ticket.id"),
        ("text", "ticket.said"),
        ("at", "ticket.when"),
        ("ratings", "ticket.score = CSAT : csat"),
        ("sample", sample),
    ];
    let tried = site.submit(&format!("{place}/try"), Some(&session), &mapping).await;
    assert_eq!(tried.status, StatusCode::OK);
    assert!(tried.body.contains("This would be heard") && tried.body.contains("&lt;script&gt;alert(1)"));
    assert!(!tried.body.contains("<script>alert"));
    assert!(comments(&site).await.is_empty(), "nothing is kept of a sample");
    let mut wrong = mapping;
    wrong[4] = ("ratings", "ticket.score");
    let refused = site.submit(&place, Some(&session), &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("score = NPS : nps"));
    assert_eq!(site.submit(&place, Some(&session), &mapping).await.status, StatusCode::SEE_OTHER);
    let answer = deliver(&site, &hook, "msg_1", NOON / 1000, sample.as_bytes(), None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let heard = comments(&site).await;
    assert_eq!((heard[0]["key"].clone(), heard[0]["ratings"][0]["raw"].clone()), (json!("7"), json!(2.0)));
}

#[tokio::test]
async fn what_strangers_write_is_shown_as_what_it_is() {
    let site = Site::with_users().await;
    let post = site.post("\"><script>alert(0)</script>").await;
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(2)>",
        "</textarea><script>alert(3)</script>",
        "=cmd|' /C calc'!A0",
    ];
    let draft = FormDraft {
        question: hostile[0].into(),
        rating: Some(Ask::Csat),
        rating_question: hostile[1].into(),
        thanks: hostile[2].into(),
        ..FormDraft::default()
    };
    let code = opened(&site, post, draft).await;
    let path = format!("/f/{code}");
    let mut pages = vec![site.get(&path, None).await.body, site.get(&format!("/f/{code}/thanks"), None).await.body];
    for words in hostile {
        let token = token_in(&site.get(&path, None).await.body);
        pages.push(post_form(&site, &path, &[("token", &token), ("words", words), ("email", words)], None).await.body);
        site.later(5_000);
        assert_eq!(post_form(&site, &path, &[("token", &token), ("words", words)], None).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(comments(&site).await.len(), hostile.len());
    let session = site.session(&site.users[&Role::Admin]).await;
    for path in [
        "/posts",
        "/",
        "/feedback?when=ever",
        "/journey",
        "/settings/tokens",
        &format!("/posts/{post}"),
        &format!("/posts/{post}/poster"),
    ] {
        let page = site.get(path, Some(&session)).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        pages.push(page.body);
    }
    for page in pages {
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
    }
    let picture = site.get(&format!("/posts/{post}/qr.svg"), Some(&session)).await;
    assert_eq!(picture.header("content-type"), "image/svg+xml");
    assert!(picture.header("content-disposition").starts_with("attachment"));
}

#[tokio::test]
async fn a_post_is_noise_until_somebody_answers_for_it() {
    let site = Site::with_users().await;
    let post = site.post("Front desk").await;
    let session = site.session(&site.users[&Role::Analyst]).await;
    assert!(
        site.get("/posts", Some(&session))
            .await
            .body
            .contains("Lacks a decision that it informs, an owner and something that happens")
    );
    let owner = site.users[&Role::Frontline].id.to_string();
    let full = [
        ("name", "Front desk"),
        ("channel", "kiosk"),
        ("objective", "Which queue to shorten"),
        ("owner", owner.as_str()),
        ("process", "Read on Mondays"),
    ];
    assert_eq!(site.submit(&format!("/posts/{post}"), Some(&session), &full).await.status, StatusCode::SEE_OTHER);
    let page = site.get("/posts", Some(&session)).await.body;
    assert!(page.contains("Every post informs a decision") && page.contains("Which queue to shorten"));
    // Somebody who may not shape sees all of it, and no form.
    let looks = site.session(&site.users[&Role::Executive]).await;
    let page = site.get(&format!("/posts/{post}"), Some(&looks)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Read on Mondays") && !page.body.contains("action=\"/posts/") && !page.body.contains("Webhooks"));
    assert_eq!(site.get("/settings/posts", Some(&session)).await.header("location"), "/posts");
    // Through the API: the same post, what it lacks, how it fares.
    let token = site.token(&[Grant::Shape, Grant::ReadFigures]).await;
    let path = format!("/api/v1/posts/{post}");
    let kept = site.call(Method::PATCH, &path, Some(&token), Some(json!({ "process": null }))).await.json();
    assert_eq!((kept["process"].clone(), kept["objective"].clone()), (Value::Null, json!("Which queue to shorten")));
    assert_eq!(site.call(Method::GET, &path, Some(&token), None).await.json()["lacks"], json!(["process"]));
    let health = site.call(Method::GET, &format!("{path}/health"), Some(&token), None).await.json();
    assert_eq!(
        (health["week"].clone(), health["last_heard"].clone(), health["days"].as_array().unwrap().len()),
        (json!(0), Value::Null, 28)
    );
}

#[tokio::test]
async fn posts_out_of_sight_are_not_there() {
    let site = Site::with_users().await;
    let (mine, other) = (site.post("Mine").await, site.post("Other").await);
    let code = opened(&site, other, FormDraft::default()).await;
    let hook = hook(&site, other).await;
    let session = site.session(&site.narrowed(Role::Analyst, vec![mine]).await).await;
    let webhook = hook.path.replace("/hooks/", "/webhooks/");
    let page = site.get("/posts", Some(&session)).await.body;
    assert!(page.contains("Mine") && !page.contains("Other"));
    for path in ["", "/poster", "/qr.svg"] {
        assert_eq!(site.get(&format!("/posts/{other}{path}"), Some(&session)).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [
        format!("/posts/{other}"),
        format!("/posts/{other}/form"),
        format!("/posts/{other}/form/preview"),
        format!("/posts/{other}/form/code"),
        format!("/posts/{other}/webhooks"),
        webhook.clone(),
        format!("{webhook}/try"),
        format!("{webhook}/secret"),
        format!("{webhook}/remove"),
    ] {
        let answer =
            site.submit(&path, Some(&session), &[("name", "Taken"), ("question", "Taken"), ("hook_name", "Taken")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let draft = token::TokenDraft { name: "mine".into(), grants: Grant::ALL.to_vec(), post: Some(mine), expires: None };
    let (_, secret) = token::make(&site.flow, &Scope::system(), draft).await.unwrap();
    for (method, path, body) in [
        (Method::GET, format!("/api/v1/posts/{other}"), None),
        (Method::PATCH, format!("/api/v1/posts/{other}"), Some(json!({ "name": "Taken" }))),
        (Method::GET, format!("/api/v1/posts/{other}/health"), None),
        (Method::GET, format!("/api/v1/posts/{other}/form"), None),
        (Method::PUT, format!("/api/v1/posts/{other}/form"), Some(serde_json::to_value(FormDraft::default()).unwrap())),
        (Method::POST, format!("/api/v1/posts/{other}/form/code"), None),
        (Method::GET, format!("/api/v1/posts/{other}/webhooks"), None),
        (Method::POST, format!("/api/v1/posts/{other}/webhooks"), Some(json!({ "name": "Taken" }))),
        (Method::PUT, format!("/api/v1{webhook}"), Some(json!({ "name": "Taken" }))),
        (Method::POST, format!("/api/v1{webhook}/secret"), None),
        (Method::DELETE, format!("/api/v1{webhook}"), None),
    ] {
        let answer = site.call(method.clone(), &path, Some(&secret), body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}: {}", answer.body);
    }
    let kept = form::get(&site.flow, &Scope::system(), other).await.unwrap().unwrap();
    assert_eq!((kept.code, kept.draft.question.as_str()), (code, "What should we know?"));
}

#[tokio::test]
async fn a_token_of_a_post_reaches_no_further() {
    let site = Site::with_users().await;
    let (mine, other) = (site.post("Mine").await, site.post("Other").await);
    let admin = site.session(&site.users[&Role::Admin]).await;
    let id = mine.to_string();
    let fields = [("name", "Desk"), ("scopes", "feedback:write"), ("scopes", "feedback:read"), ("post", id.as_str())];
    let page = site.submit("/settings/tokens", Some(&admin), &fields).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let secret = format!("heard_{}", page.body.split("<code>heard_").nth(1).unwrap().split('<').next().unwrap());
    let said = |key: &str| json!({ "key": key, "at": "2026-03-20T10:00:00Z", "text": "late" });
    // Without saying where, it goes to its own post; elsewhere it cannot go.
    let answer = site.call(Method::POST, "/api/v1/feedback", Some(&secret), Some(said("a"))).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let mut elsewhere = said("b");
    elsewhere["post"] = other.to_string().into();
    assert_eq!(site.call(Method::POST, "/api/v1/feedback", Some(&secret), Some(elsewhere)).await.status, StatusCode::NOT_FOUND);
    let batch = json!({ "feedback": [said("c")] });
    assert_eq!(site.call(Method::POST, "/api/v1/feedback", Some(&secret), Some(batch)).await.status, StatusCode::OK);
    assert!(comments(&site).await.iter().all(|one| one["post"] == mine.to_string().as_str()));
    assert!(site.get(&format!("/posts/{mine}"), Some(&admin)).await.body.contains("Desk"));
}

async fn changed(site: &Site, user: &User) {
    let kept = user.clone();
    site.flow.store.write(&Scope::system(), move |tx| tables::user::update(tx, &kept)).await.unwrap();
}

#[tokio::test]
async fn a_token_does_no_more_than_whoever_made_it_may_do() {
    let site = Site::with_users().await;
    let maker = site.users[&Role::Admin].clone();
    let grants = vec![Grant::ReadFigures, Grant::Administer];
    let (_, secret) = token::add(&site.flow, &Scope::of_user(&maker), "made", grants, None).await.unwrap();
    // A token that is made with a token belongs to the same person.
    let body = json!({ "name": "child", "scopes": ["figures:read"] });
    let child = site.call(Method::POST, "/api/v1/tokens", Some(&secret), Some(body)).await.json();
    assert_eq!(child["token"]["by"], maker.id.to_string().as_str());
    let child = child["secret"].as_str().unwrap().to_owned();
    let me = |secret: String| {
        let site = site.clone();
        async move { site.call(Method::GET, "/api/v1/me", Some(&secret), None).await }
    };
    assert_eq!(me(child.clone()).await.status, StatusCode::OK);
    // The admin becomes an analyst: what an analyst may not do stops, the rest goes on.
    changed(&site, &User { role: Role::Analyst, ..maker.clone() }).await;
    assert_eq!(me(secret.clone()).await.json()["scopes"], json!(["figures:read"]));
    let everything = site.token(&[Grant::Administer]).await;
    let list = site.call(Method::GET, "/api/v1/tokens", Some(&everything), None).await.json();
    let made = list["items"].as_array().unwrap().iter().find(|token| token["name"] == "made").unwrap().clone();
    assert_eq!(made["works"], json!(["figures:read"]));
    // Deactivated: all tokens of that person are dead at once, and come back with them.
    changed(&site, &User { active: false, ..maker.clone() }).await;
    for secret in [&secret, &child] {
        assert_eq!(me(secret.clone()).await.status, StatusCode::UNAUTHORIZED);
    }
    let other = User { id: UserId(site.flow.id()), email: "other@example.com".into(), ..maker.clone() };
    let kept = other.clone();
    site.flow.store.write(&Scope::system(), move |tx| tables::user::insert(tx, &kept, "none")).await.unwrap();
    let other = site.session(&other).await;
    assert!(site.get("/settings/tokens", Some(&other)).await.body.contains("Stopped"));
    changed(&site, &maker).await;
    assert_eq!(me(child).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_heard_at_a_place_belongs_to_it() {
    let site = Site::with_users().await;
    let post = site.post("Front desk").await;
    let place = Place {
        id: PlaceId(site.flow.id()),
        name: "Larkfield".into(),
        address: String::new(),
        zone: None,
        calendar: None,
        codes: vec![],
    };
    let (id, kept) = (place.id, place.clone());
    site.flow.store.write(&Scope::system(), move |tx| tables::place::save(tx, &kept)).await.unwrap();
    let token = site.token(&[Grant::Shape, Grant::WriteFeedback]).await;
    let path = format!("/api/v1/posts/{post}");
    // Any change lets the names be looked at again; then the place is known.
    site.call(Method::PATCH, &path, Some(&token), Some(json!({ "objective": "Which desk" }))).await;
    assert_eq!(site.call(Method::PATCH, &path, Some(&token), Some(json!({ "place": "77" }))).await.status, StatusCode::NOT_FOUND);
    let kept = site.call(Method::PATCH, &path, Some(&token), Some(json!({ "place": id }))).await;
    assert_eq!(kept.json()["place"], id.to_string().as_str(), "{}", kept.body);
    for (key, attributes) in [("a", json!([])), ("b", json!([["Place", "Elsewhere"]]))] {
        let body = json!({ "post": post, "key": key, "at": "2026-03-20T10:00:00Z", "text": "late", "attributes": attributes });
        assert_eq!(site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await.status, StatusCode::CREATED);
    }
    comments(&site).await;
    let directory = site.flow.directory();
    let attribute = directory.attributes.iter().find(|attribute| attribute.name == "Place").unwrap();
    let mut values: Vec<&str> = directory.values[&attribute.id].iter().map(|value| value.value.as_str()).collect();
    values.sort_unstable();
    assert_eq!(values, ["Elsewhere", "Larkfield"]);
}

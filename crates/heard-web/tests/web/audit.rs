//! The audit log over the whole route table: whatever changes something leaves an entry with the right actor, and no entry
//! holds a secret or whom it was about.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use heard_domain::audit::{Act, AuditKind, Entry, Noun, Sought, Who};
use heard_domain::id::TokenId;
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_store::tables;
use heard_web::app::routes;
use heard_web::csrf;
use heard_web::route::{Face, Intake, Route};
use serde_json::{Value, json};

use crate::form;
use crate::ids;
use crate::openapi::document;
use crate::site::{Answer, PASSWORD, Site, form_request};
use crate::world::{SECRETS, World};

/// What leaves no entry, and why.
const EXCEPT: &[(&str, &str, &str)] = &[
    ("POST", "/theme", "a cookie of the browser, nothing that is kept"),
    ("POST", "/api/v1/figures", "a question"),
    ("POST", "/hooks/{id}", "the same"),
    ("POST", "/api/v1/taxonomy/preview", "only shows"),
    ("POST", "/api/v1/taxonomy/try", "only tries"),
    ("POST", "/api/v1/segments/count", "a question"),
    ("POST", "/api/v1/rules/try", "only tries"),
    ("POST", "/posts/{id}/form/preview", "only shows"),
    ("POST", "/issues/{id}/causes/preview", "only shows"),
    ("POST", "/webhooks/{id}/try", "only tries"),
    ("POST", "/api/v1/feedback", "feedback carries when and where it was heard; an entry for each would double every write"),
];

/// Forms that need more than a world of tests holds, and where they are tried instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("/welcome", "it has to be the first of all: below"),
    ("/themes/{key}", "a theme is made of many comments: in themes.rs, with its entries"),
    ("/themes/{key}/issue", "the same: in themes.rs"),
    ("/issues/{id}/category", "needs comments that were joined: in categorised.rs, with its entries"),
    ("/issues/{id}/places", "stands only where a fix was verified: in told.rs, with its entries"),
    ("/issues/{id}/verification", "stands only where a fix is too rare to verify: in told.rs, with its entries"),
    ("/accounts/{id}", "needs the day of a renewal: in told.rs, with its entries"),
    ("/cases/alerts", "stands only where somebody was told something: see cases.rs"),
];

/// All that is noted, the newest first.
pub async fn entries(site: &Site) -> Vec<Entry> {
    site.flow.all_noted().await;
    let scope = Scope::system();
    site.flow.store.read(&scope, |view| tables::audit::list(view, &Sought::default(), None, 100_000)).await.unwrap()
}

async fn since(site: &Site, last: i64) -> Vec<Entry> {
    entries(site).await.into_iter().filter(|entry| entry.seq > last).collect()
}

async fn last(site: &Site) -> i64 {
    entries(site).await.first().map_or(0, |entry| entry.seq)
}

/// Does what an operation is for, so that it succeeds.
async fn operate(world: &World, document: &Value, route: &Route) -> Answer {
    let path = world.path(route.path).await;
    if matches!(route.intake, Intake::Stream(_)) {
        let request = Request::post(&path).header("authorization", format!("Bearer {}", world.token));
        return world.site.send(request.body(Body::from("id,when,words\n1,2026-03-20,fine\n")).unwrap()).await;
    }
    let method = route.method.as_str().to_lowercase();
    // What the example of a trial names would be made for it, and noted.
    let tried = route.path == "/api/v1/rules/try";
    let mut body = if tried { None } else { ids::body(world, document, route.path, &method).await.map(|(body, _)| body) };
    match (route.method.as_str(), route.path) {
        ("POST", "/api/v1/imports/{id}/confirm") => {
            let import = world.site.call(Method::GET, path.trim_end_matches("/confirm"), Some(&world.token), None).await.json();
            body = Some(json!({ "mapping": import["mapping"] }));
        }
        ("POST", "/api/v1/exposures") => {
            let stage = &world.site.flow.directory().journey.stages[0].name;
            body = Some(
                json!({ "items": [{ "day": "2026-03-20", "stage": stage, "measure": "orders", "place": null, "count": 7 }] }),
            );
        }
        // Something has to wait for it.
        ("POST", "/api/v1/taxonomy/proposal/apply" | "/api/v1/taxonomy/proposal/discard" | "/api/v1/taxonomy/proposal/count") => {
            world.fresh("examples").await;
        }
        ("POST", "/api/v1/taxonomy/roll-back") => {
            body = Some(json!({ "to": world.site.flow.directory().taxonomy.version - 1 }));
        }
        // The account of the example is nobody's.
        ("POST", "/api/v1/rules" | "/api/v1/rules/try") => {
            let department = world.site.flow.directory().departments[0].id;
            let name = format!("Rule {}", world.site.flow.id());
            body = Some(json!({ "name": name, "when": { "polarity": ["negative"] }, "way": { "departments": [department] } }));
        }
        // The target of the example needs operational data.
        ("PATCH", "/api/v1/promises/{id}") => body = Some(json!({ "words": "Answered within an hour" })),
        // Codes stand for one place only, and another one has those of the example.
        ("PATCH", "/api/v1/places/{id}") => body = Some(json!({ "address": "12 Mill Lane" })),
        // Two categories, whatever the present version is; what was changed is taken back.
        ("POST", "/api/v1/taxonomy/preview" | "/api/v1/taxonomy/changes") => {
            let directory = world.site.flow.directory();
            let [one, other] = [1, 0].map(|n| directory.taxonomy.categories[n].id);
            body = Some(json!({ "version": null, "change": { "do": "merge", "id": one, "into": other } }));
        }
        ("POST", "/api/v1/taxonomy/undo") => {
            let history = world.site.call(Method::GET, "/api/v1/taxonomy/history", Some(&world.token), None).await.json();
            body = Some(json!({ "version": history["items"][0]["version"] }));
        }
        // Heard asks a place when it verifies a fix.
        ("PUT", "/api/v1/issues/{id}/places") => {
            let place = world.fresh("places").await;
            let id = path.split('/').nth(4).unwrap().parse().unwrap();
            let at = world.site.flow.now();
            let (issue, asked) = (id, place.parse().unwrap());
            let write = move |tx: &mut heard_store::view::Tx| tables::place_check::ask(tx, issue, asked, at);
            world.site.flow.store.write(&Scope::system(), write).await.unwrap();
            body = Some(json!({ "place": place, "answer": "not_here" }));
        }
        ("POST", "/api/v1/issues/{id}/asking") => {
            crate::world::too_rare(&world.site, path.split('/').nth(4).unwrap()).await;
        }
        ("PUT" | "POST", "/api/v1/accounts/{id}/progress" | "/api/v1/accounts/{id}/progress/send") => {
            let account = world.site.call(Method::GET, "/api/v1/accounts?words=visible", Some(&world.token), None).await.json();
            let name = &account["items"][0]["name"];
            world.post("/api/v1/accounts", json!({ "items": [{ "name": name, "renewal": "2026-05-01" }] })).await;
            // Every issue that the account raised needs words.
            let page = path.trim_end_matches("/send");
            let shown = world.site.call(Method::GET, page, Some(&world.token), None).await.json();
            let issues = shown["issues"].as_array().cloned().unwrap_or_default();
            let lines: Vec<Value> =
                issues.iter().map(|one| json!({ "issue": one["issue"], "words": "We look into it" })).collect();
            body = Some(json!({ "text": "Dear {{name}}", "lines": lines }));
            if route.path.ends_with("/send") {
                let saved = world.site.call(Method::PUT, page, Some(&world.token), body).await;
                body = Some(json!({ "version": saved.json()["version"] }));
            }
        }
        // Only a partner that contributes is let in.
        ("POST", "/api/v1/issues/{id}/partners") => {
            let department = world.partner().await;
            let act = json!({ "act": { "do": "involve", "department": department } });
            world.post(&path.replace("/partners", "/acts"), act).await;
            body = Some(json!({ "department": department, "name": "Textline" }));
        }
        // The time zone is fixed: there is feedback.
        ("POST", "/api/v1/letters") => {
            let audience = json!({ "to": "event", "kind": "delay", "from": "2026-03-22", "until": "2026-03-22" });
            body = Some(json!({ "name": "Late", "subject": "Sorry", "text": "Dear {{name}}", "audience": audience }));
        }
        ("PATCH", "/api/v1/company") => body = Some(json!({ "name": "Southwind" })),
        ("POST", "/api/v1/feedback/{id}/corrections") => {
            body = Some(json!({ "change": { "what": "sentiment", "to": "positive" } }));
        }
        _ => {}
    }
    world.site.call(route.method.clone(), &path, Some(&world.token), body).await
}

#[tokio::test]
async fn every_operation_that_changes_something_is_noted_with_its_token() {
    let world = World::new().await;
    let document = document(&world.site).await;
    let token = heard_flow::arrange::token::known(&world.site.flow, &world.token).await.unwrap().unwrap().actor;
    let mut untried = vec![];
    for route in routes(1 << 20).iter().filter(|route| route.face == Face::Api && !route.safe()) {
        let excepted = EXCEPT.iter().any(|(method, path, _)| (*method, *path) == (route.method.as_str(), route.path));
        // What is signed instead of sent with a token has tests of its own.
        if !route.path.starts_with("/api/") {
            assert!(excepted, "{}", route.path);
            continue;
        }
        let before = last(&world.site).await;
        let answer = operate(&world, &document, route).await;
        if !answer.status.is_success() {
            untried.push(format!("{} {}: {}", route.method, route.path, answer.body));
            continue;
        }
        let noted = since(&world.site, before).await;
        let own = noted.iter().any(|entry| entry.who == Who::from(token) && entry.act.kind() != AuditKind::Read);
        assert!(own != excepted, "{} {}: {noted:#?}", route.method, route.path);
    }
    assert!(untried.is_empty(), "operations are not tried: {untried:#?}");
    nothing_is_told(&world.site).await;
}

async fn nothing_is_told(site: &Site) {
    for entry in entries(site).await {
        let told = entry.detail.to_string();
        for secret in SECRETS.iter().chain(&[PASSWORD, "heard_", "whsec_"]) {
            assert!(!told.contains(secret), "“{secret}” stands in {entry:?}");
        }
    }
}

/// What a person would write into the fields that are empty.
fn filled(form: &form::Form, n: usize) -> Vec<(String, String)> {
    let mut pairs = form.pairs();
    for (name, value) in &mut pairs {
        let kind = form.fields.iter().find(|field| field.name == *name).map_or("", |field| field.kind.as_str());
        *value = match (name.as_str(), kind) {
            ("name", kind) if kind != "hidden" => format!("Name {n}"),
            ("hook_name" | "text", _) if value.is_empty() => format!("Words of number {n}"),
            ("old", _) => PASSWORD.to_owned(),
            (_, "password") => "sentinel-password-2".to_owned(),
            (_, "email") => format!("{n}.sentinel@example.com"),
            _ => continue,
        };
    }
    if let Some(scope) = form.fields.iter().find(|field| field.name == "scopes") {
        pairs.push(("scopes".into(), scope.options[0].clone()));
    }
    pairs
}

/// Whether an address is one of a route.
fn fits(route: &str, address: &str) -> bool {
    let (route, address): (Vec<_>, Vec<_>) =
        (route.split('/').collect(), address.split('?').next().unwrap().split('/').collect());
    route.len() == address.len() && route.iter().zip(address).all(|(part, given)| part.starts_with('{') || *part == given)
}

/// All forms of all pages that somebody can open.
pub async fn forms(world: &World, session: &str) -> Vec<form::Form> {
    let mut found: Vec<form::Form> = Vec::new();
    for route in routes(1 << 20).iter().filter(|route| route.face == Face::Page && route.safe()) {
        let mut paths = vec![];
        if let Some((before, _)) = route.path.split_once("/{id}") {
            let noun = before.rsplit('/').next().unwrap();
            if route.path == "/imports/{id}/undo" {
                paths.push(world.done_import().await);
            }
            paths.extend([world.seen.get(noun).cloned(), Some(ids::there(world, noun).await)].into_iter().flatten());
        } else if !route.path.contains('{') {
            paths.push(String::new());
        }
        for id in paths {
            let mut path = route.path.replace("{id}", &id);
            if path == "/feedback" {
                path = format!("/feedback?when=ever&open={}", world.seen["feedback"]);
            }
            let page = world.site.get(&path, Some(session)).await;
            assert!(!page.status.is_server_error(), "{path}: {} {}", page.status, page.body);
            let (forms, _) = form::read(&page.body);
            found.extend(forms);
        }
    }
    found
}

/// Does what a page's form is for: in a world of its own, because many forms use up what they change.
async fn submit(world: &World, route: &Route, n: usize) -> Option<Answer> {
    let site = &world.site;
    if route.path == "/imports" {
        let file = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sentinel-name.csv\"\r\n\r\nid,when,words\n1,2026-03-20,fine\n\r\n--x--\r\n";
        let request = form_request(&format!("/imports?csrf={}", csrf::token(&world.session, [1; 32])), "same-origin");
        let mut request = request.header("cookie", format!("heard_session={}", world.session)).body(Body::from(file)).unwrap();
        request.headers_mut().insert("content-type", "multipart/form-data; boundary=x".parse().unwrap());
        return Some(site.send(request).await);
    }
    if route.path == "/sign-in" {
        return Some(site.submit("/sign-in", None, &[("email", &world.admin.email), ("password", PASSWORD)]).await);
    }
    // Two buttons lead elsewhere than their form: to a look before it is done.
    let of_form = match route.path {
        "/posts/{id}/form/preview" => "/posts/{id}/form",
        "/webhooks/{id}/try" => "/webhooks/{id}",
        "/issues/{id}/causes/preview" => "/issues/{id}/causes",
        other => other,
    };
    let mut forms = match route.path {
        "/categories/proposal" => {
            world.fresh("examples").await;
            forms(world, &world.session).await
        }
        "/commitments/{id}" => {
            world.fresh("commitments").await;
            forms(world, &world.session).await
        }
        "/categories/label" => to_label(world).await,
        "/categories/label/undo" => {
            let labels = to_label(world).await;
            let pairs = labels.iter().find(|form| form.action == "/categories/label")?.pairs();
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let done = site.submit("/categories/label", Some(&world.session), &pairs).await;
            form::read(&site.get(done.header("location"), Some(&world.session)).await.body).0
        }
        _ => forms(world, &world.session).await,
    };
    forms.retain(|form| fits(of_form, &form.action));
    // Of several the last: what stood there from the beginning may be used up by now.
    let form = if route.path == "/imports/{id}/cancel" { forms.last()? } else { forms.first()? };
    let mut pairs = filled(form, n);
    // Where a form can also only show what would be, another button, perhaps without a name, is the one that does it.
    if let (Some(first), Some(last)) = (form.buttons.first(), form.buttons.last())
        && (route.path.starts_with("/settings/segments") || route.path.starts_with("/rules"))
    {
        let saves = last != first;
        pairs.retain(|pair| pair != first);
        pairs.extend(saves.then(|| last.clone()));
    }
    match route.path {
        "/feedback/{id}/corrections" => {
            for (_, value) in pairs.iter_mut().filter(|(name, _)| name == "sentiment") {
                *value = if value == "positive" { "negative".into() } else { "positive".into() };
            }
        }
        "/cases/{id}" | "/cases/{id}/notes" => {
            for (_, value) in pairs.iter_mut().filter(|(name, _)| name == "text") {
                *value = "It is on its way.".into();
            }
        }
        "/cases/{id}/tasks" => {
            for (_, value) in pairs.iter_mut().filter(|(name, _)| name == "words") {
                *value = "Call back".into();
            }
        }
        "/cases/{id}/promises" => {
            for (_, value) in pairs.iter_mut().filter(|(name, _)| name == "promised") {
                *value = "We call on Wednesday".into();
            }
        }
        "/settings/receivers" => {
            for (_, value) in pairs.iter_mut().filter(|(name, _)| name == "address") {
                *value = "http://127.0.0.1:9/alerts".into();
            }
        }
        "/promises" => {
            pairs.retain(|(name, _)| !["words", "touchpoint"].contains(&name.as_str()));
            pairs.push(("words".into(), "Answered within a day".into()));
            pairs.push(("touchpoint".into(), site.flow.directory().journey.touchpoints[0].id.to_string()));
        }
        "/commitments" => {
            pairs.retain(|(name, _)| !["words", "who", "due"].contains(&name.as_str()));
            pairs.push(("words".into(), "Call everybody back".into()));
            pairs.push(("who".into(), format!("department:{}", world.fresh("departments").await)));
            pairs.push(("due".into(), "2026-05-01".into()));
        }
        "/feedback/{id}/case" => {
            pairs.retain(|(name, _)| name != "department");
            pairs.push(("department".into(), world.fresh("departments").await));
        }
        "/issues" => {
            pairs.retain(|(name, _)| name != "title");
            pairs.push(("title".into(), "Codes never arrive".into()));
            pairs.push(("departments".into(), world.fresh("departments").await));
        }
        // What is ticked in the list belongs to the form below it.
        "/cases" => pairs.push(("case".into(), world.fresh("cases").await)),
        "/rules" => {
            pairs.retain(|(name, _)| name != "words");
            pairs.push(("words".into(), "queue".into()));
            pairs.push(("departments".into(), world.fresh("departments").await));
        }
        "/categories/versions" => {
            let before = site.flow.directory().taxonomy.version - 1;
            pairs = vec![("to".into(), before.to_string()), ("sure".into(), "yes".into())];
        }
        "/letters" => {
            pairs.retain(|(name, _)| !["kind", "from", "until", "subject", "text"].contains(&name.as_str()));
            let days = [
                ("from", "2026-03-20"),
                ("until", "2026-03-20"),
                ("kind", "delay"),
                ("subject", "Sorry"),
                ("text", "Dear {{name}}"),
            ];
            pairs.extend(days.map(|(name, value)| (name.to_owned(), value.to_owned())));
        }
        // As it stands nothing would be otherwise.
        "/settings/digests" | "/settings/users/{id}/digests" => match pairs.iter().position(|(name, _)| name == "mailed") {
            Some(at) => drop(pairs.remove(at)),
            None => pairs.push(("mailed".into(), "yes".into())),
        },
        "/settings/password" => {
            let new = pairs.iter().position(|(name, _)| name == "new").unwrap();
            pairs[new].1 = "sentinel-password-2".into();
        }
        _ => {}
    }
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let action = format!("{}{}", form.action, route.path.strip_prefix(of_form).unwrap());
    Some(site.submit(&action, Some(&world.session), &pairs).await)
}

/// The forms of the page that asks for a label, with a comment to be labelled.
async fn to_label(world: &World) -> Vec<form::Form> {
    let body = json!({ "post": world.seen["posts"], "key": world.site.flow.id().to_string(), "at": "2026-03-21T10:00:00Z",
        "text": "The queue at the gate was long and the seats in the lounge were dirty" });
    world.post("/api/v1/feedback", body).await;
    heard_flow::work::drain(&world.site.flow).await.unwrap();
    form::read(&world.site.get("/categories/label", Some(&world.session)).await.body).0
}

#[tokio::test]
async fn every_form_that_changes_something_is_noted_with_its_user() {
    let mut world = World::new().await;
    let mut untried = vec![];
    for (n, route) in routes(1 << 20).iter().filter(|route| route.face == Face::Page && !route.safe()).enumerate() {
        if ELSEWHERE.iter().any(|(path, _)| *path == route.path) {
            continue;
        }
        // Signing out and a changed password end it.
        world.session = world.site.session(&world.admin).await;
        let excepted = EXCEPT.iter().any(|(method, path, _)| (*method, *path) == (route.method.as_str(), route.path));
        let before = last(&world.site).await;
        let answer = submit(&world, route, n).await;
        if !answer.is_some_and(|answer| answer.status.is_success() || answer.status.is_redirection()) {
            untried.push(route.path);
            continue;
        }
        let noted = since(&world.site, before).await;
        let own = noted.iter().any(|entry| entry.who == Who::User(world.admin.id) && entry.act.kind() != AuditKind::Read);
        assert!(own != excepted, "{} {}: {noted:#?}", route.method, route.path);
        if route.path == "/settings/password" {
            let hash = heard_flow::secret::hash_password(world.site.flow.secret(), PASSWORD).unwrap();
            let id = world.admin.id;
            world.site.flow.store.write(&Scope::system(), move |tx| tables::user::set_password(tx, id, &hash)).await.unwrap();
        }
    }
    assert!(untried.is_empty(), "forms are not tried: {untried:#?}");
    nothing_is_told(&world.site).await;
}

#[tokio::test]
async fn the_first_admin_and_refused_sign_ins_are_noted() {
    let site = Site::empty();
    let fields = [
        ("company", "A"),
        ("zone", "UTC"),
        ("name", "sentinel-name"),
        ("email", "sentinel@example.com"),
        ("password", "sentinel-password-1"),
    ];
    assert_eq!(site.submit("/welcome", None, &fields).await.status, StatusCode::SEE_OTHER);
    let noted = entries(&site).await;
    assert!(noted.iter().any(|entry| (entry.who, entry.act, entry.noun) == (Who::Nobody, Act::Added, Noun::User)), "{noted:#?}");
    let before = last(&site).await;
    site.submit("/sign-in", None, &[("email", "sentinel@example.com"), ("password", "wrong sentinel-password-2")]).await;
    for _ in 0..5 {
        site.submit("/sign-in", None, &[("email", "other.sentinel@example.com"), ("password", "wrong")]).await;
    }
    let refused = since(&site, before).await;
    assert!(refused.iter().all(|entry| (entry.who, entry.act) == (Who::Nobody, Act::Refused)), "{refused:#?}");
    assert_eq!(refused.len(), 2, "one for the known address, one for all unknown ones within a minute: {refused:#?}");
    assert!(refused.iter().any(|entry| entry.id.is_some()) && refused.iter().any(|entry| entry.id.is_none()));
    nothing_is_told(&site).await;
}

#[tokio::test]
async fn a_page_with_persons_is_one_look() {
    let world = World::new().await;
    let look = |entries: Vec<Entry>| {
        entries.into_iter().filter(|entry| entry.act == Act::Saw && entry.noun == Noun::Person).collect::<Vec<_>>()
    };
    let before = last(&world.site).await;
    let path = format!("/feedback?when=ever&open={}", world.seen["feedback"]);
    world.site.get(&path, Some(&world.session)).await;
    let seen = look(since(&world.site, before).await);
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert_eq!((seen[0].who, &seen[0].detail["n"]), (Who::User(world.admin.id), &json!(2)));
    world.site.get(&path, Some(&world.session)).await;
    assert_eq!(look(since(&world.site, seen[0].seq).await), [], "a page that shows itself again is the same look");
    world.site.later(120_000);
    world.site.get(&path, Some(&world.session)).await;
    assert_eq!(look(since(&world.site, seen[0].seq).await).len(), 1);
    // Who may not see persons has seen none.
    let session = world.site.session(&world.site.users[&Role::Frontline]).await;
    let before = last(&world.site).await;
    world.site.get(&path, Some(&session)).await;
    assert_eq!(look(since(&world.site, before).await), []);
    nothing_is_told(&world.site).await;
}

#[tokio::test]
async fn the_log_is_shown_narrowed_paged_and_checked() {
    let site = Site::with_users().await;
    let session = site.session(&site.users[&Role::Admin]).await;
    let page = site.get("/settings/audit", Some(&session)).await;
    assert!(page.body.contains("No entries") && page.status == StatusCode::OK);
    for n in 0..120 {
        site.post(&format!("Post {n}")).await;
    }
    let token = site.token(Grant::ALL).await;
    let page = site.get("/settings/audit?what=post", Some(&session)).await;
    assert!(
        page.body.contains("50 of 120") && page.body.contains("Heard itself") && page.body.contains("Listening post “Post 119”")
    );
    let next = form::read(&page.body).1.into_iter().find(|link| link.contains("before=")).unwrap();
    let page = site.get(&next, Some(&session)).await;
    assert!(page.body.contains("Post 69") && !page.body.contains("Post 70"), "{next}");
    let page = site.get("/settings/audit?what=nonsense&kind=read", Some(&session)).await;
    assert!(page.body.contains("could not be understood") && page.body.contains("No entries"));
    let page = site.get("/settings/audit?check=1", Some(&session)).await;
    assert!(page.body.contains("The chain holds"), "{}", page.body);
    let file = site.get("/settings/audit.csv?what=post", Some(&session)).await;
    assert_eq!((file.header("content-type"), file.body.lines().count()), ("text/csv; charset=utf-8", 121));
    assert!(since(&site, 0).await.iter().any(|entry| (entry.act, entry.noun) == (Act::Exported, Noun::Audit)));

    let mut cursor = String::new();
    let mut seen = Vec::new();
    loop {
        let answer = site.call(Method::GET, &format!("/api/v1/audit?limit=50{cursor}"), Some(&token), None).await.json();
        seen.extend(answer["items"].as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()));
        let Some(next) = answer["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let newest = last(&site).await;
    assert_eq!(seen, (1..=newest).rev().collect::<Vec<_>>());
    let chain = site.call(Method::GET, "/api/v1/audit/chain", Some(&token), None).await.json();
    assert_eq!((&chain["whole"], &chain["last"]), (&json!(true), &json!(newest)));
    for wrong in ["who=somebody", "who=user:x", "what=things", "from=today", "cursor=x", "limit=0", "nobody=1"] {
        let answer = site.call(Method::GET, &format!("/api/v1/audit?{wrong}"), Some(&token), None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(Who::of("token", Some(7)), Some(Who::Token(TokenId(7))));
}

//! Identifiers out of sight, over the whole route table: whatever somebody who sees one post puts into path, query, body or
//! form, what is out of their sight is answered like what never was, and nothing changes.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use heard_domain::time::Time;
use heard_store::backup::line::Trailer;
use heard_store::backup::read::{Piece, read};
use heard_store::backup::write::write;
use heard_store::sql::database::Database;
use heard_web::app::routes;
use heard_web::route::{Face, Intake, Route};
use serde_json::Value;

use crate::audit::forms;
use crate::form::Form;
use crate::ids;
use crate::openapi::document;
use crate::site::Answer;
use crate::world::{NEVER, World};

/// Tables that tell who looked, not what is.
const LOOKED: [&str; 2] = ["audit", "session"];

/// Everything that is kept, table by table.
fn kept(world: &World) -> BTreeMap<String, Vec<String>> {
    let folder = world.site.flow.store.folder();
    let path = folder.join("kept.gz");
    let mut out = std::fs::File::create(&path).unwrap();
    let _: Trailer = write(folder, &Database::in_folder(folder), Time(0), "", &mut out).unwrap();
    let mut tables = BTreeMap::<String, Vec<String>>::new();
    read(&path, &mut |_, piece| {
        if let Piece::Row(table, values) = piece {
            // When a token was last used is no part of it.
            let seen = table.columns.iter().position(|column| column == "seen" && table.name == "token");
            let told: Vec<_> =
                values.iter().enumerate().filter(|(n, _)| Some(*n) != seen).map(|(_, value)| value.to_string()).collect();
            tables.entry(table.name.clone()).or_default().push(told.join(","));
        }
        Ok(())
    })
    .unwrap();
    tables.retain(|name, _| !LOOKED.contains(&name.as_str()));
    tables
}

fn same(before: &BTreeMap<String, Vec<String>>, world: &World, what: &str) {
    let after = kept(world);
    for (table, rows) in &after {
        assert_eq!(before.get(table), Some(rows), "{what} has changed the table {table}");
    }
    assert_eq!(before.len(), after.len(), "{what} has emptied a table");
}

/// What an answer says, without the numbers of things and of the request.
fn said(answer: &Answer) -> (StatusCode, String) {
    let body = if let Ok(json) = serde_json::from_str::<Value>(&answer.body) {
        ids::without(&json, &["instance", "request_id"]).to_string()
    } else {
        // A page shows the request's own number and a token that is new each time.
        let cut = |text: &str, from: &str, to: &str| {
            let mut parts = text.split(from);
            let mut out = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                out.push_str(part.split_once(to).map_or("", |(_, rest)| rest));
            }
            out
        };
        let body = cut(&answer.body, "name=\"csrf\" value=\"", "\"");
        let body = cut(&body, "?csrf=", "\"");
        cut(&body, "Request <code>", "</code>")
    };
    (answer.status, ids::without_numbers(&body))
}

async fn operate(world: &World, token: &str, route: &Route, path: &str, body: Option<Value>) -> Answer {
    match route.intake {
        Intake::Small(_) => world.site.call(route.method.clone(), path, Some(token), body).await,
        Intake::Stream(_) => world.site.call(route.method.clone(), path, Some(token), None).await,
    }
}

/// A token that sees one post only.
async fn narrow_token(world: &World) -> String {
    use heard_domain::scope::Scope;
    use heard_domain::user::Grant;
    use heard_flow::arrange::token::{TokenDraft, make};
    let post = world.seen["posts"].parse().unwrap();
    let scope = Scope::of_user(&world.admin);
    let draft = TokenDraft { name: "narrow".into(), grants: Grant::ALL.to_vec(), post: Some(post), expires: None };
    make(&world.site.flow, &scope, draft).await.unwrap().1
}

#[tokio::test]
async fn an_operation_with_what_is_out_of_sight_answers_as_if_it_never_was() {
    let world = World::new().await;
    let document = document(&world.site).await;
    let token = narrow_token(&world).await;
    let before = kept(&world);
    let mut tried = 0;
    for route in routes(1 << 20).iter().filter(|route| route.face == Face::Api && route.path.starts_with("/api/")) {
        let method = route.method.as_str().to_lowercase();
        let named = format!("{} {}", route.method, route.path);
        let example = ids::body(&world, &document, route.path, &method).await;
        let seen = world.path(route.path).await;
        let before_this = kept(&world);
        if route.path.contains("{id}") {
            // With everything that is hidden, of whatever kind.
            for (noun, id) in &world.hidden {
                let body = example.as_ref().map(|(body, _)| body.clone());
                let hidden = operate(&world, &token, route, &route.path.replace("{id}", id), body.clone()).await;
                let never = operate(&world, &token, route, &route.path.replace("{id}", NEVER), body).await;
                assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{named} with one of {noun}: {}", hidden.body);
                assert_eq!(said(&hidden), said(&never), "{named} tells that one of {noun} is there");
                tried += 1;
            }
        }
        for (name, noun) in ids::parameters(&document, route.path, &method) {
            // A cursor is a place in an order, and need not be anybody's.
            if name == "cursor" {
                continue;
            }
            let Some(id) = world.hidden.get(noun) else { continue };
            let of = match name.as_str() {
                _ if !route.path.ends_with("/figures") => "",
                "scale" => "of=rating&",
                _ => "of=volume&",
            };
            let [hidden, never] = [id.as_str(), NEVER].map(|id| format!("{seen}?{of}{name}={id}"));
            let hidden = operate(&world, &token, route, &hidden, None).await;
            let never = operate(&world, &token, route, &never, None).await;
            // Attributes and scales are the company's own words: they are in everybody's sight.
            if !matches!(noun, "attributes" | "values" | "scales") {
                assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{named} with {name}: {}", hidden.body);
                assert_eq!(said(&hidden), said(&never), "{named} tells by {name} that one of {noun} is there");
            }
            assert_eq!(never.status, StatusCode::NOT_FOUND, "{named} with {name}: {}", never.body);
            tried += 1;
        }
        if let Some((body, places)) = &example {
            for (at, noun) in places {
                let hidden = world.hidden.get(noun).filter(|_| !matches!(*noun, "attributes" | "values" | "scales"));
                let mut answers = vec![];
                for id in [hidden.map_or(NEVER, String::as_str), NEVER] {
                    let mut body = body.clone();
                    *body.pointer_mut(at).unwrap() = id.into();
                    answers.push(operate(&world, &token, route, &seen, Some(body)).await);
                }
                // Whose view of the categories is an old one is told so before anything else is looked at.
                let stale = route.path == "/api/v1/taxonomy/changes" && answers[0].status == StatusCode::CONFLICT;
                assert!(stale || answers[0].status == StatusCode::NOT_FOUND, "{named} with {at}: {}", answers[0].body);
                assert_eq!(said(&answers[0]), said(&answers[1]), "{named} tells by {at} that one of {noun} is there");
                tried += 1;
            }
        }
        same(&before_this, &world, &named);
    }
    drop(before);
    assert!(tried > 60, "only {tried} were tried");
}

async fn submit(world: &World, form: &Form, pairs: &[(String, String)]) -> Answer {
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    world.site.submit(&form.action, Some(&world.narrow), &pairs).await
}

fn is_id(text: &str) -> bool {
    text.len() >= 15 && text.bytes().all(|b| b.is_ascii_digit())
}

#[tokio::test]
async fn a_page_with_what_is_out_of_sight_answers_as_if_it_never_was() {
    let world = World::new().await;
    let before = kept(&world);
    for route in routes(1 << 20).iter().filter(|route| route.face == Face::Page && route.path.contains("{id}")) {
        for (noun, id) in &world.hidden {
            let paths = [id.as_str(), NEVER].map(|id| route.path.replace("{id}", id));
            let mut answers = vec![];
            for path in &paths {
                answers.push(if route.method == Method::GET {
                    world.site.get(path, Some(&world.narrow)).await
                } else {
                    world.site.submit(path, Some(&world.narrow), &[]).await
                });
            }
            let named = format!("{} {} with one of {noun}", route.method, route.path);
            assert_eq!(answers[0].status, StatusCode::NOT_FOUND, "{named}: {}", answers[0].body);
            assert_eq!(said(&answers[0]), said(&answers[1]), "{named} tells that it is there");
        }
    }
    same(&before, &world, "a page out of sight");
    // What is out of sight is on no page, and no page falls over an address that names it.
    let hidden: Vec<&str> = world
        .hidden
        .iter()
        .filter(|(noun, _)| !matches!(**noun, "attributes" | "values" | "scales"))
        .map(|(_, id)| id.as_str())
        .collect();
    for route in routes(1 << 20).iter().filter(|route| route.face == Face::Page && route.safe() && !route.path.contains('{')) {
        let page = world.site.get(route.path, Some(&world.narrow)).await;
        // A file says when it was taken.
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        for word in hidden.iter().chain(&["Hidden post", "hidden sentinel-words", "hidden account"]) {
            assert!(!page.body.contains(word), "{} shows “{word}”: {}", route.path, page.body);
        }
        let names = ["post", "person", "account", "import", "open"];
        for (name, id) in
            names.iter().zip(["posts", "persons", "accounts", "imports", "feedback"].map(|noun| &world.hidden[noun]))
        {
            let mut answers = vec![];
            for id in [id.as_str(), NEVER] {
                answers.push(world.site.get(&format!("{}?when=ever&{name}={id}", route.path), Some(&world.narrow)).await);
            }
            assert!(!answers[0].status.is_server_error(), "{}?{name}", route.path);
            assert_eq!(said(&answers[0]), said(&answers[1]), "{} tells by {name} that it is there", route.path);
        }
    }
}

#[tokio::test]
async fn a_form_with_what_is_out_of_sight_changes_nothing() {
    let world = World::new().await;
    let (mut tried, mut seen) = (0, Vec::new());
    for form in forms(&world, &world.narrow).await {
        let names: Vec<_> = form.fields.iter().map(|field| field.name.clone()).collect();
        let alike = (ids::without_numbers(&form.action), names);
        if seen.contains(&alike) || form.action.starts_with("/sign-out") {
            continue;
        }
        seen.push(alike);
        for field in form.fields.iter().filter(|field| field.name != "csrf") {
            let own = field.value.as_deref().is_some_and(is_id) || field.options.iter().any(|option| is_id(option));
            if !own {
                continue;
            }
            let before = kept(&world);
            let mut first: Option<(StatusCode, String)> = None;
            for id in world
                .hidden
                .iter()
                .filter(|(noun, _)| !matches!(**noun, "attributes" | "values" | "scales"))
                .map(|(_, id)| id.as_str())
                .chain([NEVER])
            {
                let mut pairs: Vec<_> = form.pairs().into_iter().filter(|(name, _)| *name != field.name).collect();
                pairs.push((field.name.clone(), id.to_owned()));
                let answer = submit(&world, &form, &pairs).await;
                let named = format!("{} with {} = {id}", form.action, field.name);
                assert!(answer.status.is_client_error(), "{named} answered {}: {}", answer.status, answer.body);
                let told = said(&answer);
                if let Some(first) = &first {
                    assert_eq!(told, *first, "{named} tells that it is there");
                } else {
                    first = Some(told);
                }
                tried += 1;
            }
            same(&before, &world, &format!("{} with {}", form.action, field.name));
        }
    }
    assert!(tried > 20, "only {tried} were tried");
}

//! The API as a program uses it; every answer is held against the document.

use axum::http::{Method, StatusCode};
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_flow::arrange::token;
use heard_flow::work::drain;
use serde_json::{Value, json};

use crate::openapi::document;
use crate::schema::misfits;
use crate::site::Site;

struct Program {
    site: Site,
    token: String,
    document: Value,
}

impl Program {
    async fn new() -> Self {
        let site = Site::with_users().await;
        let token = site.token(Grant::ALL).await;
        let document = document(&site).await;
        Self { site, token, document }
    }

    /// The same site, with a token that an admin made.
    async fn of_admin(&self) -> Program {
        let scope = Scope::of_user(&self.site.users[&Role::Admin]);
        let (_, token) = token::add(&self.site.flow, &scope, "of the admin", Grant::ALL.to_vec(), None).await.unwrap();
        Program { site: self.site.clone(), token, document: self.document.clone() }
    }

    /// Calls an operation by its name; its answer must be documented and must fit.
    async fn call(&self, operation: &str, id: &str, query: &str, body: Option<Value>) -> (StatusCode, Value) {
        let paths = self.document["paths"].as_object().unwrap();
        let found = paths.iter().find_map(|(path, methods)| {
            let method = methods.as_object().unwrap().iter().find(|(_, one)| one["operationId"] == operation);
            method.map(|(method, one)| (path.clone(), method.to_uppercase().parse::<Method>().unwrap(), one.clone()))
        });
        let (path, method, documented) = found.unwrap_or_else(|| panic!("no operation {operation}"));
        let path = format!("{}{query}", path.replace("{id}", id));
        let answer = self.site.call(method, &path, Some(&self.token), body).await;
        let response = documented.pointer(&format!("/responses/{}", answer.status.as_u16()));
        let response = response
            .unwrap_or_else(|| panic!("{operation} answered {}, which is not documented: {}", answer.status, answer.body));
        if answer.status == StatusCode::NO_CONTENT {
            return (answer.status, Value::Null);
        }
        let media = answer.header("content-type").split(';').next().unwrap();
        let schema = response.pointer(&format!("/content/{}/schema", media.replace('/', "~1")));
        let schema = schema.unwrap_or_else(|| panic!("{operation}: {} as {media} is not documented", answer.status));
        let body = answer.json();
        let misfits = misfits(&self.document, schema, &body);
        assert!(misfits.is_empty(), "{operation} answered what does not fit its schema: {misfits:#?}\n{body:#}");
        (answer.status, body)
    }

    async fn fine(&self, operation: &str, id: &str, query: &str, body: Option<Value>) -> Value {
        let (status, body) = self.call(operation, id, query, body).await;
        assert!(status.is_success(), "{operation}: {status} {body}");
        body
    }
}

fn feedback(key: &str, text: &str) -> Value {
    json!({
        "key": key, "at": "2026-03-20T10:00:00Z", "text": text,
        "author": { "name": "Mia", "role": null, "identities": [{ "kind": "email", "handle": "mia@example.com" }], "account": "Acme" },
        "ratings": [{ "scale": "NPS", "formula": "nps", "value": 3.0 }], "attributes": [["route", "HEL-LHR"]],
    })
}

fn with(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
    object[name] = value.into();
    object
}

#[tokio::test]
async fn feedback_is_handed_over_once_listed_read_and_corrected() {
    let program = Program::new().await;
    let post = program.fine("createPost", "", "", Some(json!({ "name": "Reviews", "channel": "review" }))).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let one = with(feedback("a", "The crew was lovely but the flight was late."), "post", post.as_str());
    let (status, added) = program.call("createFeedback", "", "", Some(one.clone())).await;
    assert_eq!((status, &added["outcome"]), (StatusCode::CREATED, &json!("added")));
    let id = added["id"].as_str().unwrap().to_owned();
    let (status, known) = program.call("createFeedback", "", "", Some(one)).await;
    assert_eq!((status, &known["outcome"], &known["id"]), (StatusCode::OK, &json!("known"), &added["id"]));
    let other = with(feedback("a", "Other words"), "post", post.as_str());
    let (status, refused) = program.call("createFeedback", "", "", Some(other)).await;
    assert_eq!((status, &refused["invalid_params"][0]["name"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key")));

    let batch = json!({ "post": post, "feedback": [
        feedback("a", "The crew was lovely but the flight was late."), feedback("b", "Great"), feedback("", "no key"), feedback("a", "x"),
        with(feedback("c", "bad link"), "link", "javascript:alert(1)"),
    ] });
    let (status, taken) = program.call("createFeedback", "", "", Some(batch)).await;
    assert_eq!(status, StatusCode::OK);
    let outcomes: Vec<&str> = taken["results"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["known", "added", "refused", "refused", "refused"]);

    drain(&program.site.flow).await.unwrap();
    program.site.flow.store.caught_up().unwrap();
    let page = program.fine("listFeedback", "", "?limit=1&channel=review", None).await;
    assert_eq!((page["total"].as_u64(), page["items"].as_array().unwrap().len()), (Some(2), 1));
    let next = format!("?limit=1&channel=review&cursor={}", page["next"].as_str().unwrap());
    let last = program.fine("listFeedback", "", &next, None).await;
    assert!(last["next"].is_null() && last["items"][0]["id"] != page["items"][0]["id"]);
    assert_eq!(program.fine("listFeedback", "", "?words=lovely", None).await["total"], 1);

    assert_eq!(program.fine("getFeedback", &id, "", None).await["key"], "a");
    let shown = program.fine("getReading", &id, "", None).await;
    assert!(!shown["reading"]["passages"].as_array().unwrap().is_empty());
    // A program corrects in the name of who made its token; one made on the machine itself has nobody who answers for it.
    let change = json!({ "change": { "what": "sentiment", "to": "negative" } });
    assert_eq!(program.call("createCorrection", &id, "", Some(change.clone())).await.0, StatusCode::FORBIDDEN);
    let made = program.of_admin().await;
    let correction = made.fine("createCorrection", &id, "", Some(change)).await;
    let shown = program.fine("getReading", &id, "", None).await;
    assert_eq!(shown["corrections"][0], correction);
    for passage in shown["reading"]["passages"].as_array().unwrap() {
        assert_eq!(passage["sentiment"]["polarity"], "negative");
    }
    let program = made;
    program.fine("deleteCorrection", correction["id"].as_str().unwrap(), "", None).await;
    assert!(program.fine("getReading", &id, "", None).await["corrections"].as_array().unwrap().is_empty());
    for (operation, query) in
        [("listFeedback", "?stagee=1"), ("listFeedback", "?limit=0"), ("listFeedback", "?cursor=zzz"), ("getFigures", "")]
    {
        let (status, problem) = program.call(operation, "", query, None).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("validation")), "{operation}{query}");
    }
}

#[tokio::test]
async fn figures_are_asked_in_both_ways() {
    let program = Program::new().await;
    let post = program.site.post("Reviews").await.to_string();
    program
        .fine(
            "createFeedback",
            "",
            "",
            Some(json!({ "post": post, "feedback": [feedback("a", "Great"), feedback("b", "Awful")] })),
        )
        .await;
    drain(&program.site.flow).await.unwrap();
    program.site.flow.store.caught_up().unwrap();
    let question = json!({ "measure": { "of": "volume" }, "by": ["channel"], "filter": { "post": [post] } });
    let asked = program.fine("askFigures", "", "", Some(question)).await;
    let looked = program.fine("getFigures", "", &format!("?of=volume&by=channel&post={post}"), None).await;
    assert_eq!(asked["rows"], looked["rows"]);
    assert_eq!((asked["rows"][0]["value"].as_f64(), asked["rows"][0]["n"].as_u64()), (Some(2.0), Some(2)));
    let scales = program.fine("listScales", "", "", None).await;
    let scale = scales["items"][0]["id"].as_str().unwrap();
    let nps = program
        .fine("getFigures", "", &format!("?of=rating&scale={scale}&from=2026-03-01&to=2026-03-31&compare=before"), None)
        .await;
    assert_eq!(nps["rows"][0]["value"], -100.0);
    let attribute = program.fine("listAttributes", "", "", None).await["items"][0]["id"].as_str().unwrap().to_owned();
    let routes = program.fine("getFigures", "", &format!("?of=volume&by=attribute:{attribute}"), None).await;
    assert_eq!(routes["rows"][0]["n"], 2);
    for measure in ["net_sentiment", "emotion_mix"] {
        program.fine("getFigures", "", &format!("?of={measure}&by=month"), None).await;
    }
}

#[tokio::test]
async fn who_may_not_see_persons_sees_none_and_cannot_look_for_them() {
    let program = Program::new().await;
    let post = program.site.post("Reviews").await.to_string();
    let added = program.fine("createFeedback", "", "", Some(with(feedback("a", "Great"), "post", post))).await;
    let id = added["id"].as_str().unwrap();
    let whole = program.fine("getFeedback", id, "", None).await;
    assert!(whole["person"].is_string() && whole["account"].is_string());
    let narrow = program.site.token(&[Grant::ReadFeedback, Grant::ReadFigures]).await;
    let veiled = program.site.call(Method::GET, &format!("/api/v1/feedback/{id}"), Some(&narrow), None).await.json();
    assert!(veiled["person"].is_null() && veiled["account"].is_null());
    let person = whole["person"].as_str().unwrap();
    for path in [
        format!("/api/v1/feedback?person={person}"),
        "/api/v1/figures?of=volume&by=account".into(),
        format!("/api/v1/figures?of=volume&person={person}"),
    ] {
        let answer = program.site.call(Method::GET, &path, Some(&narrow), None).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn the_company_is_arranged() {
    let program = Program::new().await;
    let journey = json!({ "stages": [{ "name": "Fly", "touchpoints": [{ "name": "On board", "moment_of_truth": true }] }, { "name": "Arrive" }] });
    let set = program.fine("setJourney", "", "", Some(journey)).await;
    let again = program.fine("setJourney", "", "", Some(set.clone())).await;
    assert_eq!(set, again);
    assert_eq!(program.fine("getJourney", "", "", None).await, set);
    program.fine("getTaxonomy", "", "", None).await;
    let post = program.fine("createPost", "", "", Some(json!({ "name": "Shop", "channel": "kiosk", "promise_hours": 24 }))).await;
    let id = post["id"].as_str().unwrap();
    let changed =
        program.fine("updatePost", id, "", Some(json!({ "objective": "Which queue to shorten", "promise_hours": null }))).await;
    assert_eq!(
        (&changed["objective"], &changed["promise_hours"], &changed["name"]),
        (&json!("Which queue to shorten"), &Value::Null, &post["name"])
    );
    assert_eq!(
        program.call("createPost", "", "", Some(json!({ "name": "shop", "channel": "kiosk" }))).await.0,
        StatusCode::CONFLICT
    );
    assert_eq!(program.fine("listPosts", "", "", None).await["items"].as_array().unwrap().len(), 1);

    assert_eq!(
        program.fine("updateCompany", "", "", Some(json!({ "name": "Northwind", "zone": "Asia/Tokyo" }))).await["zone"],
        "Asia/Tokyo"
    );
    assert_eq!(program.call("updateCompany", "", "", Some(json!({ "zone": "Mars" }))).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    program.fine("getCompany", "", "", None).await;
    let new = json!({ "email": "new@example.com", "name": "New", "role": "analyst", "password": "a long first password" });
    let user = program.fine("createUser", "", "", Some(new)).await;
    let changed =
        program.fine("updateUser", user["id"].as_str().unwrap(), "", Some(json!({ "role": "executive", "active": false }))).await;
    assert_eq!((&changed["role"], &changed["active"], &changed["email"]), (&json!("executive"), &json!(false), &user["email"]));
    program.fine("listUsers", "", "", None).await;
    let made = program.fine("createToken", "", "", Some(json!({ "name": "x", "scopes": ["feedback:read"] }))).await;
    assert!(made["secret"].as_str().unwrap().starts_with("heard_"));
    let listed = program.fine("listTokens", "", "", None).await;
    assert!(!listed.to_string().contains(made["secret"].as_str().unwrap()));
    program.fine("deleteToken", made["token"]["id"].as_str().unwrap(), "", None).await;
    assert_eq!(program.call("deleteToken", made["token"]["id"].as_str().unwrap(), "", None).await.0, StatusCode::NOT_FOUND);
    program.fine("getMe", "", "", None).await;
    program.fine("getHealth", "", "", None).await;
}

#[tokio::test]
async fn a_narrow_token_cannot_make_a_wider_one() {
    let program = Program::new().await;
    let narrow = program.site.token(&[Grant::Administer]).await;
    let wish = json!({ "name": "wide", "scopes": ["settings:write", "persons:read"] });
    let answer = program.site.call(Method::POST, "/api/v1/tokens", Some(&narrow), Some(wish)).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
}

#[tokio::test]
async fn a_file_is_handed_over_looked_at_and_comes_in() {
    let program = Program::new().await;
    let file = "id,date,comment,nps\n1,2026-03-20,Lovely crew,9\n2,never,Late again,2\n3,2026-03-21,Fine,7\n";
    let request =
        axum::http::Request::post("/api/v1/imports?name=survey.csv").header("authorization", format!("Bearer {}", program.token));
    let answer = program.site.send(request.body(file.into()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    let import = answer.json();
    let id = import["id"].as_str().unwrap();
    let seen = program.fine("previewImport", id, "", None).await;
    assert_eq!(seen["tried"], 3);
    let (status, _) = program.call("confirmImport", id, "", Some(json!({ "starter": "airline" }))).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(program.call("confirmImport", id, "", Some(json!({}))).await.0, StatusCode::CONFLICT);
    drain(&program.site.flow).await.unwrap();
    let shown = program.fine("getImport", id, "", None).await;
    assert_eq!(
        (&shown["state"], shown["added"].as_u64().unwrap() + shown["bad"].as_u64().unwrap()),
        (&json!("done"), 3),
        "{shown:#}"
    );
    let bad = program.fine("listBadRows", id, "?limit=1", None).await;
    assert_eq!(bad["items"][0]["row"], 2);
    program.fine("listImports", "", "", None).await;
    program.fine("cancelImport", id, "", None).await;
    assert!(!program.fine("getJourney", "", "", None).await["stages"].as_array().unwrap().is_empty());
}

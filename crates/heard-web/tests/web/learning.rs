//! The categories learn: examples, what would move before it is applied, versions, precision, and what to label next.

use axum::http::{Method, StatusCode};
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_flow::work::drain;
use serde_json::{Value, json};

use crate::form;
use crate::site::{Answer, Site};

/// A company with two categories and some comments that their words do not find.
struct Company {
    site: Site,
    session: String,
    token: String,
    delay: String,
    food: String,
}

impl Company {
    async fn new() -> Self {
        let site = Site::with_users().await;
        let analyst = site.users[&Role::Analyst].clone();
        let session = site.session(&analyst).await;
        let scope = Scope::of_user(&site.users[&Role::Admin]);
        let token =
            heard_flow::arrange::token::add(&site.flow, &scope, "of the admin", Grant::ALL.to_vec(), None).await.unwrap().1;
        for (name, words) in [("Delay", "late, delay*"), ("Food", "meal")] {
            let made = site.submit("/categories", Some(&session), &[("name", name), ("watch_words", words)]).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
        }
        let id = |name: &str| {
            let directory = site.flow.directory();
            directory.taxonomy.categories.iter().find(|c| c.name == name).map(|c| c.id.to_string()).unwrap()
        };
        let (delay, food) = (id("Delay"), id("Food"));
        let company = Self { site, session, token, delay, food };
        let post = company.site.post("Reviews").await.to_string();
        let words = [
            "The gangway stayed closed when I came.",
            "The gangway stayed closed when we came.",
            "The meal was cold.",
            "My train was late again.",
            "Quite a lovely view from the window.",
        ];
        let feedback: Vec<Value> = words
            .iter()
            .enumerate()
            .map(|(n, text)| json!({ "key": format!("k{n}"), "at": format!("2026-03-2{n}T10:00:00Z"), "text": text }))
            .collect();
        let answer = company.call(Method::POST, "/api/v1/feedback", Some(json!({ "post": post, "feedback": feedback }))).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        company.rest().await;
        company
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.site.call(method, path, Some(&self.token), body).await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.call(Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.json()
    }

    /// All background work, also what waits for a moment.
    async fn rest(&self) {
        drain(&self.site.flow).await.unwrap();
        self.site.later(5_000);
        drain(&self.site.flow).await.unwrap();
    }

    /// The comments filed under a category, by their beginning.
    async fn filed(&self, category: &str) -> Vec<String> {
        self.site.flow.store.caught_up().unwrap();
        let found = self.get(&format!("/api/v1/feedback?category={category}")).await;
        let mut all: Vec<String> =
            found["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    }

    async fn comment(&self, words: &str) -> String {
        let found = self.get("/api/v1/feedback?limit=50").await;
        let item = found["items"].as_array().unwrap().iter().find(|item| item["text"].as_str().unwrap().starts_with(words));
        item.unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn correct(&self, words: &str, what: &str, category: &str) -> String {
        let path = format!("/api/v1/feedback/{}/corrections", self.comment(words).await);
        let body = json!({ "span": null, "change": { "what": what, "category": category } });
        let answer = self.call(Method::POST, &path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_correction_teaches_after_its_effect_was_shown() {
    let company = Company::new().await;
    let site = &company.site;
    let nothing = company.get("/api/v1/taxonomy/proposal").await;
    assert_eq!(nothing["proposal"], Value::Null);
    company.correct("The gangway stayed closed when I", "add_category", &company.delay).await;
    // It holds for its own comment at once, and for no other before somebody wants it.
    assert_eq!(company.filed(&company.delay).await, ["My train was late again.", "The gangway stayed closed when I came."]);
    let early = company.get("/api/v1/taxonomy/proposal").await;
    assert_eq!((&early["proposal"]["added"], &early["proposal"]["done"]), (&json!(1), &json!(false)));
    company.rest().await;
    let proposal = company.get("/api/v1/taxonomy/proposal").await["proposal"].clone();
    assert_eq!(
        (&proposal["done"], &proposal["of"], &proposal["effect"]["comments"]),
        (&json!(true), &json!(5), &json!(1)),
        "{proposal}"
    );
    let way = json!({ "from": null, "to": company.delay, "comments": 1 });
    assert_eq!(proposal["effect"]["movements"], json!([way]));
    let page = site.get("/categories", Some(&company.session)).await.body;
    assert!(
        page.contains("Heard could learn from one example more")
            && page.contains("Of all 5 comments, 1 would be filed elsewhere."),
        "{page}"
    );
    let page = site.get("/categories/proposal", Some(&company.session)).await.body;
    assert!(page.contains("The gangway stayed closed when we came.") && page.contains("Apply"), "{page}");
    // What was looked at is what is applied.
    let stale = company.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(json!({ "name": "another" }))).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    let version = site.flow.directory().taxonomy.version;
    let named = json!({ "name": proposal["name"] });
    let applied = company.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(named)).await;
    assert_eq!(applied.json()["version"], version + 1, "{}", applied.body);
    let working = company.get("/api/v1/taxonomy/progress").await;
    assert_eq!((&working["reading"]["of"], &working["foreseeing"]), (&json!(5), &Value::Null));
    company.rest().await;
    let three = ["My train was late again.", "The gangway stayed closed when I came.", "The gangway stayed closed when we came."];
    assert_eq!(company.filed(&company.delay).await, three);
    assert_eq!(company.get("/api/v1/taxonomy/progress").await["reading"], Value::Null);
    // After the next start the reader has learnt the same.
    let again = company.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(json!({}))).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "nothing waits: {}", again.body);
    // Taken back, and proposed again.
    let undone = site.submit("/categories/undo", Some(&company.session), &[("version", &(version + 1).to_string())]).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.body);
    company.rest().await;
    assert_eq!(company.filed(&company.delay).await.len(), 2, "the corrected one stays where a person put it");
    assert_eq!(company.get("/api/v1/taxonomy/proposal").await["proposal"]["effect"]["comments"], json!(1));
    // Discarded: set aside, and taken back by hand.
    let discarded = company.call(Method::POST, "/api/v1/taxonomy/proposal/discard", Some(json!({}))).await;
    assert_eq!(discarded.json()["examples"], json!(1), "{}", discarded.body);
    assert_eq!(company.get("/api/v1/taxonomy/proposal").await["proposal"], Value::Null);
    let list = company.get(&format!("/api/v1/categories/{}/examples", company.delay)).await;
    let example = &list["items"][0];
    assert_eq!(
        (&example["state"], &example["source"], &example["belongs"]),
        (&json!("aside"), &json!("correction"), &json!(true))
    );
    let path = format!("/api/v1/examples/{}/restore", example["id"].as_str().unwrap());
    assert_eq!(company.call(Method::POST, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(company.get("/api/v1/taxonomy/proposal").await["proposal"]["added"], json!(1));
}

#[tokio::test]
async fn corrections_of_the_sentiment_teach_are_shown_before_and_can_be_rolled_back() {
    let company = Company::new().await;
    let site = &company.site;
    let felt = |polarity: &'static str| {
        let company = &company;
        async move {
            company.site.flow.store.caught_up().unwrap();
            let found = company.get(&format!("/api/v1/feedback?polarity={polarity}&words=gangway")).await;
            found["items"].as_array().unwrap().len()
        }
    };
    let before = felt("positive").await;
    assert_eq!(before, 0, "the shipped reader knows nothing good of gangways");
    let path = format!("/api/v1/feedback/{}/corrections", company.comment("The gangway stayed closed when I").await);
    let body = json!({ "span": null, "change": { "what": "sentiment", "to": "positive" } });
    let answer = company.call(Method::POST, &path, Some(body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    company.rest().await;
    assert_eq!(felt("positive").await, 1, "it holds for its own comment at once");
    let proposal = company.get("/api/v1/taxonomy/proposal").await["proposal"].clone();
    let turns = proposal["effect"]["turns"].as_array().unwrap();
    assert_eq!((turns.len(), &turns[0]["to"], &turns[0]["comments"]), (1, &json!("positive"), &json!(1)), "{proposal}");
    assert_eq!((&proposal["added"], &proposal["effect"]["comments"]), (&json!(1), &json!(0)));
    let page = site.get("/categories/proposal", Some(&company.session)).await.body;
    assert!(
        page.contains("1 would have another sentiment") && page.contains("The gangway stayed closed when we came."),
        "{page}"
    );
    let version = site.flow.directory().taxonomy.version;
    let applied = company.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(json!({ "name": proposal["name"] }))).await;
    assert_eq!(applied.json()["version"], version + 1, "{}", applied.body);
    let page = site.get("/categories", Some(&company.session)).await.body;
    assert!(page.contains("Comments are being read again") && page.contains("data-poll"), "{page}");
    company.rest().await;
    assert_eq!(felt("positive").await, 2);
    let page = site.get("/categories", Some(&company.session)).await.body;
    assert!(page.contains("All 5 comments have been read again") && !page.contains("data-poll"), "{page}");
    let path = "/api/v1/taxonomy/roll-back";
    let rolled = company.call(Method::POST, path, Some(json!({ "to": version }))).await;
    assert!(rolled.status.is_success(), "{}", rolled.body);
    company.rest().await;
    assert_eq!(felt("positive").await, 1, "only what a person said stays");
}

#[tokio::test]
async fn corrections_of_emotion_and_stage_teach_are_shown_before_and_can_be_rolled_back() {
    let company = Company::new().await;
    let site = &company.site;
    let wanted = json!({ "stages": [{ "name": "On board", "aim": "", "cues": ["cabin"], "touchpoints": [] }] });
    let journey = company.call(Method::PUT, "/api/v1/journey", Some(wanted)).await;
    assert!(journey.status.is_success(), "{}", journey.body);
    company.rest().await;
    let stage = journey.json()["stages"][0]["id"].as_str().unwrap().to_owned();
    let own = |words: &'static str| {
        let company = &company;
        async move {
            let path = format!("/api/v1/feedback/{}/reading", company.comment(words).await);
            let passage = company.get(&path).await["reading"]["passages"][0].clone();
            (passage["emotion"]["value"].clone(), passage["stage"]["value"].clone())
        }
    };
    let (one, like) = ("The gangway stayed closed when I", "The gangway stayed closed when we");
    let before = own(like).await;
    assert!(before.0 != json!("fear") && before.1 == Value::Null, "{before:?}");
    let path = format!("/api/v1/feedback/{}/corrections", company.comment(one).await);
    for change in [json!({ "what": "emotion", "to": "fear" }), json!({ "what": "stage", "to": stage })] {
        let answer = company.call(Method::POST, &path, Some(json!({ "span": null, "change": change }))).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    }
    company.rest().await;
    assert_eq!(own(like).await, before, "it holds for its own comment only, before somebody wants more");
    let proposal = company.get("/api/v1/taxonomy/proposal").await["proposal"].clone();
    let effect = &proposal["effect"];
    assert_eq!((&proposal["added"], &effect["comments"]), (&json!(2), &json!(0)), "{proposal}");
    assert!(effect["emotions"]["ways"].is_array() && effect["stages"]["ways"].is_array(), "{proposal}");
    let version = site.flow.directory().taxonomy.version;
    let applied = company.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(json!({ "name": proposal["name"] }))).await;
    assert_eq!(applied.json()["version"], version + 1, "{}", applied.body);
    company.rest().await;
    assert_eq!(own(one).await, (json!("fear"), json!(stage)));
    let rolled = company.call(Method::POST, "/api/v1/taxonomy/roll-back", Some(json!({ "to": version }))).await;
    assert!(rolled.status.is_success(), "{}", rolled.body);
    company.rest().await;
    assert_eq!(own(like).await, before);
    assert_eq!(own(one).await, (json!("fear"), json!(stage)), "what a person said stays");
}

#[tokio::test]
async fn a_correction_outranks_what_was_learnt() {
    let company = Company::new().await;
    company.correct("The meal", "remove_category", &company.food).await;
    for text in ["The meal was cold.", "A cold meal", "The meal came late and cold."] {
        let path = format!("/api/v1/categories/{}/examples", company.food);
        let answer = company.call(Method::POST, &path, Some(json!({ "text": text }))).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    }
    let applied = company.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(json!({}))).await;
    assert_eq!(applied.status, StatusCode::OK, "{}", applied.body);
    company.rest().await;
    assert_eq!(company.filed(&company.food).await, Vec::<String>::new());
}

#[tokio::test]
async fn versions_are_compared_and_rolled_back_to() {
    let company = Company::new().await;
    let site = &company.site;
    company.correct("The gangway stayed closed when I", "add_category", &company.delay).await;
    let first = site.flow.directory().taxonomy.version;
    let applied = company.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(json!({}))).await.json();
    assert_eq!(applied["version"], first + 1);
    let category = json!({ "do": "change", "id": company.food, "category": { "name": "Meals", "watch_words": ["meal"] } });
    let changed = company.call(Method::POST, "/api/v1/taxonomy/changes", Some(json!({ "change": category }))).await;
    assert_eq!(changed.json()["version"], first + 2, "{}", changed.body);
    company.rest().await;
    let versions = company.get("/api/v1/taxonomy/versions").await;
    let brief: Vec<_> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .take(3)
        .map(|v| (v["version"].clone(), v["examples"].clone(), v["present"].clone()))
        .collect();
    let row = |version: i64, examples: i64, present: bool| (json!(version), json!(examples), json!(present));
    assert_eq!(brief, [row(first + 2, 1, true), row(first + 1, 1, false), row(first, 0, false)]);
    let path = format!("/api/v1/taxonomy/comparison?from={first}");
    let compared = company.get(&path).await;
    assert_eq!((&compared["changed"], &compared["examples_added"]), (&json!(["Meals"]), &json!(1)), "{compared}");
    assert_eq!(compared["effect"]["comments"], json!(1), "{compared}");
    // The one correction is asked of a reader that has not learnt from it: the categories' own words do not find it.
    assert_eq!((&compared["precision_to"]["n"], &compared["precision_to"]["hits"]), (&json!(0), &json!(0)), "{compared}");
    let page = site.get(&format!("/categories/versions?from={}&to={first}", first + 2), Some(&company.session)).await;
    assert!(
        page.body.contains("Roll back to version") && page.body.contains("The gangway stayed closed when we came."),
        "{}",
        page.body
    );
    // Looked at, then done.
    let to = first.to_string();
    let look = site.submit("/categories/versions", Some(&company.session), &[("to", &to)]).await;
    assert!(look.status == StatusCode::OK && look.body.contains("Roll back to version"), "{}", look.body);
    let present = (first + 2).to_string();
    let sure = [("to", to.as_str()), ("version", present.as_str()), ("sure", "yes")];
    let done = site.submit("/categories/versions", Some(&company.session), &sure).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    company.rest().await;
    let tree = site.flow.directory().taxonomy.clone();
    assert_eq!(tree.version, first + 3);
    assert!(tree.categories.iter().any(|c| c.name == "Food"), "the name is the old one again");
    assert_eq!(company.filed(&company.delay).await.len(), 2);
    let same = company.get(&format!("/api/v1/taxonomy/comparison?from={first}&to={}", first + 3)).await;
    assert_eq!((&same["effect"]["comments"], &same["changed"], &same["examples_added"]), (&json!(0), &json!([]), &json!(0)));
    for (path, status) in [("?from=1&to=999", StatusCode::NOT_FOUND), ("?to=1", StatusCode::UNPROCESSABLE_ENTITY)] {
        assert_eq!(company.call(Method::GET, &format!("/api/v1/taxonomy/comparison{path}"), None).await.status, status);
    }
}

#[tokio::test]
async fn examples_are_written_chosen_and_set_aside_with_a_way_back() {
    let company = Company::new().await;
    let site = &company.site;
    let path = format!("/categories/{}", company.food);
    let added = site
        .submit(&format!("{path}/examples"), Some(&company.session), &[("text", " The soup  was salty "), ("belongs", "yes")])
        .await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let empty = site.submit(&format!("{path}/examples"), Some(&company.session), &[("text", " … "), ("belongs", "yes")]).await;
    assert!(
        empty.status == StatusCode::UNPROCESSABLE_ENTITY && empty.body.contains("must hold at least one word"),
        "{}",
        empty.body
    );
    // From the reading pane: the passage, with the categories that it has.
    let meal = company.comment("The meal").await;
    let pane = site.get(&format!("/feedback?when=ever&open={meal}"), Some(&company.session)).await.body;
    let (forms, _) = form::read(&pane);
    let form = forms.iter().find(|form| form.action.ends_with("/examples")).expect("the pane offers it");
    let pairs = form.pairs();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let chosen = site.submit(&form.action, Some(&company.session), &pairs).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.body);
    let page = site.get(&path, Some(&company.session)).await.body;
    assert!(page.contains("The soup was salty") && page.contains("The meal was cold.") && page.contains("waits"), "{page}");
    let list = company.get(&format!("/api/v1/categories/{}/examples", company.food)).await;
    let sources: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|one| one["source"].as_str().unwrap().to_owned()).collect();
    assert_eq!(sources, ["chosen", "written"]);
    let id = list["items"][0]["id"].as_str().unwrap();
    let aside = site.submit(&format!("/examples/{id}"), Some(&company.session), &[("do", "aside")]).await;
    let back = aside.header("location").to_owned();
    let page = site.get(back.split('#').next().unwrap(), Some(&company.session)).await.body;
    assert!(page.contains("Set aside: “") && page.contains("Undo"), "{page}");
    site.submit(&format!("/examples/{id}"), Some(&company.session), &[("do", "again")]).await;
    assert_eq!(company.get("/api/v1/taxonomy/proposal").await["proposal"]["added"], json!(2));
    // Words or a comment, not both, not neither.
    for body in [json!({}), json!({ "text": "x", "feedback": meal }), json!({ "text": "x".repeat(1_001) })] {
        let answer = company.call(Method::POST, &format!("/api/v1/categories/{}/examples", company.food), Some(body)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
    }
}

#[tokio::test]
async fn an_example_goes_with_its_comment() {
    let company = Company::new().await;
    let site = &company.site;
    let file = "id,when,words\n1,2026-03-20,the hangar smelled of wax\n";
    let request =
        axum::http::Request::post("/api/v1/imports?name=a.csv").header("authorization", format!("Bearer {}", company.token));
    let import = site.send(request.body(axum::body::Body::from(file)).unwrap()).await.json();
    let id = import["id"].as_str().unwrap().to_owned();
    let confirmed =
        company.call(Method::POST, &format!("/api/v1/imports/{id}/confirm"), Some(json!({ "mapping": import["mapping"] }))).await;
    assert!(confirmed.status.is_success(), "{}", confirmed.body);
    company.rest().await;
    company.correct("the hangar", "add_category", &company.delay).await;
    company.call(Method::POST, "/api/v1/taxonomy/proposal/apply", Some(json!({}))).await;
    company.rest().await;
    let undone = company.call(Method::POST, &format!("/api/v1/imports/{id}/undo"), None).await;
    assert!(undone.status.is_success(), "{}", undone.body);
    company.rest().await;
    let list = company.get(&format!("/api/v1/categories/{}/examples", company.delay)).await;
    assert_eq!(list["items"], json!([]), "nothing of its words is left");
}

#[tokio::test]
async fn labels_are_given_one_after_the_other_and_taken_back() {
    let company = Company::new().await;
    let site = &company.site;
    let queue = company.get("/api/v1/taxonomy/useful?limit=20").await;
    let items = queue["items"].as_array().unwrap();
    assert!(!items.is_empty(), "{queue}");
    let page = site.get("/categories/label", Some(&company.session)).await.body;
    let first = items[0]["text"].as_str().unwrap();
    assert!(page.contains(first) && page.contains("data-key=\"n\""), "{page}");
    let span = format!("{}-{}", items[0]["span"]["start"], items[0]["span"]["end"]);
    let comment = items[0]["feedback"].as_str().unwrap();
    // Skipped: the next one, and the way back is the address.
    let skipped = site
        .submit("/categories/label", Some(&company.session), &[("feedback", comment), ("span", &span), ("category", "skip")])
        .await;
    let next = site.get(skipped.header("location"), Some(&company.session)).await.body;
    assert!(!next.contains(&format!("value=\"{comment}\"")), "{next}");
    let answer = [("feedback", comment), ("span", span.as_str()), ("category", company.food.as_str())];
    let answered = site.submit("/categories/label", Some(&company.session), &answer).await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.body);
    assert!(company.filed(&company.food).await.iter().any(|text| text.contains(first)));
    let page = site.get(answered.header("location"), Some(&company.session)).await.body;
    assert!(page.contains("Labelled.") && !page.contains(&format!("value=\"{comment}\"")), "{page}");
    let (forms, _) = form::read(&page);
    let undo = forms.iter().find(|form| form.action == "/categories/label/undo").unwrap();
    let pairs = undo.pairs();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(site.submit(&undo.action, Some(&company.session), &pairs).await.status, StatusCode::SEE_OTHER);
    let again = company.get("/api/v1/taxonomy/useful?limit=20").await;
    assert_eq!(again, queue, "it is to be labelled again");
}

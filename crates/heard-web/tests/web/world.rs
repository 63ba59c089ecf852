//! A site in which there is one of everything twice: once at a post in sight of a narrowed admin, once out of their sight.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Method, Request};
use heard_domain::directory::Company;
use heard_domain::id::{MessageId, PostId};
use heard_domain::message::{Message, MessageKind, MessageState};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::time::Zone;
use heard_domain::user::{Grant, Role, User};
use heard_flow::arrange::starter;
use heard_flow::work::drain;
use heard_store::tables;
use serde_json::{Value, json};

use crate::site::Site;

/// What no page and no log may show: secrets, and whose they are.
pub const SECRETS: &[&str] =
    &["sentinel-password-1", "sentinel-password-2", "sentinel-name", "sentinel@example.com", "sentinel-words"];

/// Never given to anything.
pub const NEVER: &str = "999999999999";

pub struct World {
    pub site: Site,
    /// Sees everything.
    pub admin: User,
    pub session: String,
    pub token: String,
    /// An admin who sees one post only.
    pub narrow: String,
    /// Identifiers by the noun under which their routes stand: in sight of the narrowed admin.
    pub seen: BTreeMap<&'static str, String>,
    /// The same out of sight.
    pub hidden: BTreeMap<&'static str, String>,
}

impl World {
    pub async fn new() -> Self {
        let site = Site::with_users().await;
        starter::adopt(&site.flow, &Scope::system(), Industry::Airline).await.unwrap();
        let company = Company { name: "Northwind".into(), zone: Zone::UTC };
        heard_flow::arrange::company::set(&site.flow, &Scope::system(), company).await.unwrap();
        let admin = site.users[&Role::Admin].clone();
        let session = site.session(&admin).await;
        let token = token_of(&site, &admin).await;
        let (mine, other) = (site.post("Mine").await, site.post("Hidden post").await);
        let narrowed = site.narrowed(Role::Admin, vec![mine]).await;
        let narrow = site.session(&narrowed).await;
        let mut world = Self { site, admin, session, token, narrow, seen: BTreeMap::new(), hidden: BTreeMap::new() };
        world.seen = world.things(mine, "visible").await;
        world.hidden = world.things(other, "hidden").await;
        // A session is out of everybody's sight but its own user's.
        world.hidden.insert("sessions", world.fresh("sessions").await);
        // A run of letters belongs to no post: who sees some posts only sees none.
        world.hidden.insert("letters", world.fresh("letters").await);
        // Everybody who sees imports sees all templates. Departments, segments and calendars are the company's own words, in
        // everybody's sight.
        let template = world.fresh("templates").await;
        world.seen.insert("templates", template);
        // Issues are the company's own words, too; what was heard of them is seen by whoever sees where.
        world.issue().await;
        world.site.flow.store.caught_up().unwrap();
        world
    }

    /// An issue to which a partner contributes, with an action, a proposed fix and a link.
    async fn issue(&mut self) {
        let department = self.partner().await;
        let issue = self.issue_of(&department).await;
        let path = format!("/api/v1/issues/{issue}");
        let action = self.post(&format!("{path}/actions"), json!({ "name": "Look into it", "days": 2 })).await;
        let fix = self.post(&format!("{path}/fixes"), json!({ "words": "Mend it" })).await;
        let link = self.post(&format!("{path}/partners"), json!({ "department": department, "name": "Textline" })).await;
        for (noun, made) in [("actions", &action["id"]), ("fixes", &fix["id"]), ("partners", &link["link"]["id"])] {
            self.seen.insert(noun, made.as_str().unwrap().to_owned());
        }
        self.seen.insert("issues", issue);
    }

    /// A company outside that contributes.
    pub async fn partner(&self) -> String {
        let name = format!("p{}", self.site.flow.id());
        let made = self.post("/api/v1/departments", json!({ "name": name, "partner": true })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    async fn issue_of(&self, department: &str) -> String {
        let title = format!("Flights are late {}", self.site.flow.id());
        let made = self.post("/api/v1/issues", json!({ "title": title, "departments": [department] })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    async fn things(&self, post: PostId, words: &str) -> BTreeMap<&'static str, String> {
        let mut made = BTreeMap::from([("posts", post.to_string())]);
        let place = self.post("/api/v1/places", json!({ "name": format!("{words} place") })).await["id"].clone();
        made.insert("places", place.as_str().unwrap().to_owned());
        let (path, stands) = (format!("/api/v1/posts/{post}"), json!({ "place": place }));
        let answer = self.site.call(Method::PATCH, &path, Some(&self.token), Some(stands)).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        let author = json!({ "name": "sentinel-name", "role": null, "account": format!("{words} account"),
            "identities": [{ "kind": "email", "handle": format!("{words}.sentinel@example.com") }] });
        let body = json!({
            "post": post, "key": words, "at": "2026-03-20T10:00:00Z", "author": author, "attributes": [[format!("{words} fact"), words]],
            "ratings": [{ "scale": format!("{words} scale"), "formula": "nps", "value": 3.0 }],
            "text": format!("{words} sentinel-words: the crew was lovely but the flight was very late"),
        });
        let feedback = self.post("/api/v1/feedback", body).await["id"].as_str().unwrap().to_owned();
        drain(&self.site.flow).await.unwrap();
        let change = json!({ "change": { "what": "sentiment", "to": "negative" } });
        let correction = self.post(&format!("/api/v1/feedback/{feedback}/corrections"), change).await["id"].clone();
        made.insert("corrections", correction.as_str().unwrap().to_owned());
        let shown = self.site.call(Method::GET, &format!("/api/v1/feedback/{feedback}"), Some(&self.token), None).await.json();
        for (noun, field) in [("persons", "person"), ("accounts", "account")] {
            made.insert(noun, shown[field].as_str().unwrap().to_owned());
        }
        made.insert("scales", shown["ratings"][0]["scale"].as_str().unwrap().to_owned());
        let directory = self.site.flow.directory();
        let fact = directory.attributes.iter().find(|attribute| attribute.name == format!("{words} fact")).unwrap().id;
        made.insert("attributes", fact.to_string());
        made.insert("values", directory.values[&fact][0].id.to_string());
        made.insert("examples", self.example(&feedback).await);
        let case = self.case(&feedback).await;
        made.insert("tasks", self.task(&case).await);
        made.insert("case-promises", self.promise(&case).await);
        made.insert("messages", self.message(&case).await);
        made.insert("cases", case);
        made.insert("feedback", feedback);
        made.insert("imports", self.import(words).await);
        made.insert("webhooks", self.webhook(&made["posts"], words).await);
        let form = json!({ "open": true, "language": "en", "question": "How was it?" });
        let opened = self.site.call(Method::PUT, &format!("/api/v1/posts/{post}/form"), Some(&self.token), Some(form)).await;
        assert!(opened.status.is_success(), "{}", opened.body);
        made
    }

    async fn webhook(&self, post: &str, name: &str) -> String {
        let made = self.post(&format!("/api/v1/posts/{post}/webhooks"), json!({ "name": name })).await;
        made["webhook"]["id"].as_str().unwrap().to_owned()
    }

    /// A case for a comment.
    async fn case(&self, feedback: &str) -> String {
        let department = self.department().await;
        let made = self.post("/api/v1/cases", json!({ "feedback": feedback, "department": department })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    async fn promise(&self, case: &str) -> String {
        let made = self.post(&format!("/api/v1/cases/{case}/promises"), json!({ "words": "We call", "due": "2026-03-25" })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// The digest of a department to which the admin belongs.
    async fn digest(&self) -> String {
        let department = Box::pin(self.fresh("departments")).await;
        let belongs = json!({ "members": [self.admin.id] });
        let path = format!("/api/v1/departments/{department}");
        let answer = self.site.call(Method::PATCH, &path, Some(&self.token), Some(belongs)).await;
        assert!(answer.status.is_success(), "{}", answer.body);
        drain(&self.site.flow).await.unwrap();
        // The world is of a Sunday: the digest that is there tells of the week before.
        format!("{department}-2026-03-09")
    }

    async fn task(&self, case: &str) -> String {
        let made = self.post(&format!("/api/v1/cases/{case}/tasks"), json!({ "words": "Call back" })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// A run of letters about something that happened to somebody.
    async fn letter(&self, n: i64) -> String {
        let author = json!({ "name": "sentinel-name", "identities": [{ "kind": "email", "handle": format!("{n}.sentinel@example.com") }] });
        let event =
            json!({ "key": format!("e{n}"), "kind": format!("delay {n}"), "at": "2026-03-20T10:00:00Z", "author": author });
        self.post("/api/v1/events", json!({ "items": [event] })).await;
        let audience = json!({ "to": "event", "kind": format!("delay {n}"), "from": "2026-03-20", "until": "2026-03-20" });
        let draft = json!({ "name": format!("l{n}"), "subject": "Sorry", "text": "Dear {{name}}", "audience": audience });
        self.post("/api/v1/letters", draft).await["id"].as_str().unwrap().to_owned()
    }

    /// An answer in a case of which nobody knows whether it was sent.
    async fn message(&self, case: &str) -> String {
        let (id, case) = (self.site.flow.id(), case.parse().unwrap());
        let message = Message {
            id: MessageId(id),
            key: format!("entry:{id}"),
            kind: MessageKind::Case,
            thread: None,
            case: Some(case),
            entry: None,
            letter: None,
            person: None,
            address: "m.sentinel@example.com".into(),
            asks: false,
            subject: "Your comment".into(),
            text: "sentinel-words".into(),
            token: None,
            message_id: format!("{id}@example.com"),
            state: MessageState::Maybe,
            tries: 1,
            at: self.site.flow.now(),
            sent: None,
            reason: None,
        };
        self.site.flow.store.write(&Scope::system(), move |tx| tables::message::add(tx, &message)).await.unwrap();
        id.to_string()
    }

    /// A comment of somebody else, in sight of the narrowed admin.
    async fn comment(&self) -> String {
        let now = self.site.flow.id();
        let author = json!({ "name": "sentinel-name", "role": null, "account": null,
            "identities": [{ "kind": "email", "handle": format!("{now}.sentinel@example.com") }] });
        let body = json!({ "post": self.seen["posts"], "key": format!("k{now}"), "at": "2026-03-20T10:00:00Z", "author": author,
            "text": "sentinel-words: the flight was very late" });
        self.post("/api/v1/feedback", body).await["id"].as_str().unwrap().to_owned()
    }

    /// A comment as an example of the first category.
    async fn example(&self, feedback: &str) -> String {
        let category = self.site.flow.directory().taxonomy.categories[0].id;
        let made = self.post(&format!("/api/v1/categories/{category}/examples"), json!({ "feedback": feedback })).await;
        made["id"].as_str().unwrap().to_owned()
    }

    /// A file that waits to be confirmed; nobody who is narrowed sees it before it has a post.
    pub async fn import(&self, words: &str) -> String {
        let file = format!("id,when,words,who\n1,2026-03-20,{words} sentinel-words,sentinel@example.com\n");
        let request =
            Request::post("/api/v1/imports?name=sentinel-name.csv").header("authorization", format!("Bearer {}", self.token));
        let answer = self.site.send(request.body(Body::from(file)).unwrap()).await;
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// An import that is done, and could be undone.
    pub async fn done_import(&self) -> String {
        let id = self.fresh("imports").await;
        self.post(&format!("/api/v1/imports/{id}/confirm"), json!({})).await;
        drain(&self.site.flow).await.unwrap();
        id
    }

    /// Makes something by the API, which must succeed.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.site.call(Method::POST, path, Some(&self.token), Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.json()
    }

    /// A department that is there already: there is a most of them, and what is made for one does not need another.
    async fn department(&self) -> String {
        let directory = self.site.flow.directory();
        let common = directory.departments.iter().find(|department| department.name == "Common").map(|department| department.id);
        match common {
            Some(id) => id.to_string(),
            None => self.post("/api/v1/departments", json!({ "name": "Common" })).await["id"].as_str().unwrap().to_owned(),
        }
    }

    /// A fresh thing of a noun, for routes that use it up.
    pub async fn fresh(&self, noun: &str) -> String {
        let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
        let now = self.site.flow.id();
        match noun {
            "corrections" => {
                let change = json!({ "change": { "what": "sentiment", "to": "positive" } });
                id(&self.post(&format!("/api/v1/feedback/{}/corrections", self.seen["feedback"]), change).await)
            }
            "imports" => self.import(&format!("fresh {now}")).await,
            "templates" => {
                let columns = json!([["when", { "as": "time" }], ["words", { "as": "text" }]]);
                let mapping = json!({ "kind": "feedback", "preset": "generic", "columns": columns, "dates": "ymd", "zone": null,
                    "channel": "survey", "post": "Survey" });
                id(&self
                    .post("/api/v1/templates", json!({ "name": format!("t{now}"), "format": "csv", "mapping": mapping }))
                    .await)
            }
            "examples" => self.example(&self.seen["feedback"]).await,
            "webhooks" => self.webhook(&self.seen["posts"], &format!("fresh {now}")).await,
            "tokens" => {
                let made = self.post("/api/v1/tokens", json!({ "name": "fresh", "scopes": ["figures:read"] })).await;
                id(&made["token"])
            }
            "users" => {
                let body = json!({ "email": format!("{now}.sentinel@example.com"), "name": "sentinel-name", "role": "analyst",
                    "password": "sentinel-password-1" });
                id(&self.post("/api/v1/users", body).await)
            }
            "cases" => Box::pin(async { self.case(&self.comment().await).await }).await,
            "letters" => self.letter(now).await,
            "messages" => self.message(&self.seen["cases"]).await,
            "tasks" => self.task(&self.seen["cases"]).await,
            "issues" => {
                let department = self.department().await;
                self.issue_of(&department).await
            }
            "actions" => {
                let path = format!("/api/v1/issues/{}/actions", self.seen["issues"]);
                id(&self.post(&path, json!({ "name": format!("a{now}"), "days": 1 })).await)
            }
            "fixes" => {
                let path = format!("/api/v1/issues/{}/fixes", self.seen["issues"]);
                id(&self.post(&path, json!({ "words": "Mend it" })).await)
            }
            "partners" => {
                let department = self.partner().await;
                let path = format!("/api/v1/issues/{}/partners", self.issue_of(&department).await);
                id(&self.post(&path, json!({ "department": department, "name": "Textline" })).await["link"])
            }
            "causes" => {
                let department = self.department().await;
                let path = format!("/api/v1/issues/{}", self.issue_of(&department).await);
                let outline = json!({ "outline": "Crew\n  A cause\n" });
                let answer = self.site.call(Method::PUT, &format!("{path}/causes"), Some(&self.token), Some(outline)).await;
                assert!(answer.status.is_success(), "{}", answer.body);
                id(&self.site.call(Method::GET, &path, Some(&self.token), None).await.json()["causes"][0])
            }
            "case-promises" => self.promise(&self.seen["cases"]).await,
            "digests" => self.digest().await,
            "receivers" => {
                let draft = json!({ "name": format!("r{now}"), "address": "http://127.0.0.1:9/sentinel" });
                id(&self.post("/api/v1/receivers", draft).await["receiver"])
            }
            "rules" => {
                let department = self.department().await;
                let draft = json!({ "name": format!("r{now}"), "when": { "words": ["sentinel"] }, "way": { "departments": [department] } });
                id(&self.post("/api/v1/rules", draft).await)
            }
            "promises" => {
                let touchpoint = self.site.flow.directory().journey.touchpoints[0].id;
                id(&self.post("/api/v1/promises", json!({ "words": format!("p{now}"), "touchpoint": touchpoint })).await)
            }
            "commitments" => {
                let department = self.department().await;
                let draft = json!({ "who": { "department": department }, "words": format!("c{now}"), "due": "2026-05-01" });
                id(&self.post("/api/v1/commitments", draft).await)
            }
            "departments" | "segments" | "calendars" | "places" => {
                let draft = match noun {
                    "departments" => json!({ "name": format!("d{now}") }),
                    "segments" => json!({ "name": format!("s{now}"), "filter": { "role": ["pilot"] } }),
                    "calendars" => {
                        json!({ "name": format!("c{now}"), "zone": "UTC", "week": [["09:00-17:00"], [], [], [], [], [], []], "holidays": [] })
                    }
                    _ => json!({ "name": format!("p{now}") }),
                };
                id(&self.post(&format!("/api/v1/{noun}"), draft).await)
            }
            "sessions" => {
                self.site.session(&self.admin).await;
                self.site.sessions(&self.admin).await[0].to_string()
            }
            "categories" => self.site.flow.directory().taxonomy.categories[0].id.to_string(),
            // What is not known here yet is not there: routes that need one are told as untried.
            _ => self.seen.get(noun).cloned().unwrap_or_else(|| NEVER.to_owned()),
        }
    }

    /// The address of a route, with what its identifier stands for.
    pub async fn path(&self, route: &str) -> String {
        let Some((before, _)) = route.split_once("/{id}") else { return route.to_owned() };
        if route.ends_with("/imports/{id}/undo") {
            return route.replace("{id}", &self.done_import().await);
        }
        let noun = before.rsplit('/').next().unwrap();
        route.replace("{id}", &self.fresh(noun).await)
    }
}

/// A token that may do everything, made by a user: it may correct in their name.
async fn token_of(site: &Site, user: &User) -> String {
    let scope = Scope::of_user(user);
    heard_flow::arrange::token::add(&site.flow, &scope, "everything", Grant::ALL.to_vec(), None).await.unwrap().1
}

/// As if the fix of an issue had been signed for, and found too rare to verify by count.
pub async fn too_rare(site: &Site, issue: &str) {
    let issue: heard_domain::id::IssueId = issue.parse().unwrap();
    let now = site.flow.now();
    let signed = Some(site.flow.directory().company.zone.day(now));
    let write = move |tx: &mut heard_store::view::Tx| {
        let day = heard_domain::time::Day(20_530);
        let mut kept = tables::issue::get(tx, issue)?.unwrap();
        kept.version += 1;
        for one in &mut kept.work.contributions {
            (one.cause, one.fix) = (Some("One belt".into()), Some("We run a second belt.".into()));
            one.signed = Some(heard_domain::issue::SignOff { user: heard_domain::id::UserId(7), at: now });
        }
        let departments = kept.work.contributions.iter().map(|one| one.department);
        kept.fixed_on = departments.map(|department| heard_domain::kept_issue::FixedOn { department, day }).collect();
        assert!(tables::issue::update(tx, &kept)?);
        let fix = heard_domain::verification::Fix { since: None, opened: day, first: day, last: day, signed };
        let mut found = heard_domain::verification::verify(&fix, &[], day, &heard_domain::verification::Rules::default());
        found.verdict = heard_domain::verification::Verdict::TooRare;
        let (round, basis) = (kept.work.reopened, Some(heard_domain::verification::Basis::Feedback));
        tables::verdict::put(tx, &tables::verdict::Found { issue, round, day: day + 400, fix, basis, found })
    };
    site.flow.store.write(&Scope::system(), write).await.unwrap();
}

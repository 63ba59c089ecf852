//! Exactly those who raised an issue are told what becomes of it: once for each stage, only what is true, and never who asked for none.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use heard_channels::couriers::courier::Outgoing;
use heard_domain::audit::Noun;
use heard_domain::id::{IssueId, JobId, LetterId, PersonId};
use heard_domain::job::Job;
use heard_domain::letter::LetterState;
use heard_domain::message::Topic;
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::time::Time;
use heard_domain::user::{Grant, Role};
use heard_flow::arrange::department::set_of_user;
use heard_flow::arrange::starter;
use heard_flow::work::drain;
use heard_store::tables;
use heard_store::view::{Tx, View};
use serde_json::{Value, json};

use crate::site::{Answer, Site, form_request};
use crate::world::too_rare;

const COMPLAINT: &str = "My bag was lost and it is a terrible shame";

/// A company with an issue of one department, of which the admin is a member.
pub struct House {
    pub site: Site,
    pub token: String,
    pub session: String,
    pub post: String,
    pub department: String,
    pub issue: String,
}

pub fn id(made: &Value) -> String {
    made["id"].as_str().unwrap_or_else(|| panic!("no id in {made}")).to_owned()
}

impl House {
    /// With these complaints about bags, by key and address, and praise of somebody else; the issue gathers the complaints.
    pub async fn new(complaints: &[(&str, &str)]) -> Self {
        let site = Site::with_users().await;
        starter::adopt(&site.flow, &Scope::system(), Industry::Airline).await.unwrap();
        let admin = site.users[&Role::Admin].clone();
        let made = heard_flow::arrange::token::add(&site.flow, &Scope::of_user(&admin), "all", Grant::ALL.to_vec(), None).await;
        let (token, session) = (made.unwrap().1, site.session(&admin).await);
        let post = site.post("Desk").await.to_string();
        let mut house = Self { site, token, session, post, department: String::new(), issue: String::new() };
        for (key, address) in complaints {
            house.say(key, address, COMPLAINT).await;
        }
        house.say("praise", "praise@example.org", "The crew was lovely, thank you").await;
        drain(&house.site.flow).await.unwrap();
        house.site.flow.store.caught_up().unwrap();
        let listed = house.get("/api/v1/feedback?polarity=negative&limit=1").await;
        let reading = house.get(&format!("/api/v1/feedback/{}/reading", id(&listed["items"][0]))).await;
        let category = reading["reading"]["passages"][0]["categories"][0]["value"].clone();
        assert!(category.is_string(), "{reading}");
        house.department = id(&house.make("/api/v1/departments", json!({ "name": "Baggage", "categories": [category] })).await);
        set_of_user(&house.site.flow, &Scope::system(), admin.id, vec![house.department.parse().unwrap()]).await.unwrap();
        let draft = json!({ "title": "Bags are <lost>", "categories": [category], "departments": [house.department] });
        house.issue = id(&house.make("/api/v1/issues", draft).await);
        house
    }

    pub async fn make(&self, path: &str, body: Value) -> Value {
        let answer = self.site.call(Method::POST, path, Some(&self.token), Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.json()
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.site.call(Method::GET, path, Some(&self.token), None).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.json()
    }

    /// Somebody says something; an address without `@` is a name without an address.
    pub async fn say(&self, key: &str, address: &str, text: &str) -> String {
        let identities: Vec<Value> =
            if address.contains('@') { vec![json!({ "kind": "email", "handle": address })] } else { vec![] };
        let comment = json!({ "post": self.post, "key": key, "at": "2026-03-20T10:00:00Z", "text": text,
            "author": { "name": address.split('@').next(), "identities": identities } });
        id(&self.make("/api/v1/feedback", comment).await)
    }

    /// Somebody complains now.
    pub async fn say_now(&self, key: &str, address: &str) {
        let comment = json!({ "post": self.post, "key": key, "at": self.site.flow.now(), "text": COMPLAINT,
            "author": { "name": address.split('@').next(), "identities": [{ "kind": "email", "handle": address }] } });
        self.make("/api/v1/feedback", comment).await;
    }

    pub async fn act(&self, deed: Value) {
        self.make(&format!("/api/v1/issues/{}/acts", self.issue), json!({ "act": deed })).await;
    }

    /// The department states what it does.
    pub async fn plan(&self) {
        self.act(json!({ "do": "state", "department": self.department, "cause": "One belt", "fix": "We run a second belt." }))
            .await;
    }

    fn draft(&self, name: &str, stage: &str) -> Value {
        json!({ "name": name, "subject": "About {{issue}}", "text": "Dear {{name}}, on {{day}}: {{issue}}",
            "audience": { "to": "issue", "issue": self.issue, "stage": stage } })
    }

    async fn tell(&self, name: &str, stage: &str) -> (String, Answer) {
        let letter = id(&self.make("/api/v1/letters", self.draft(name, stage)).await);
        let path = format!("/api/v1/letters/{letter}/send");
        let sent = self.site.call(Method::POST, &path, Some(&self.token), Some(json!({ "version": 1 }))).await;
        drain(&self.site.flow).await.unwrap();
        (letter, sent)
    }

    /// What went to customers since the last look: what went to staff is told elsewhere.
    pub fn to_customers(&self) -> Vec<Outgoing> {
        let mut posted = self.site.posted.take();
        posted.retain(|mail| mail.pictures.is_empty() && !mail.text.contains("/digests/"));
        posted
    }

    /// To whom mails went since the last look, each once.
    pub fn posted(&self) -> BTreeSet<String> {
        let posted = self.to_customers();
        let to: BTreeSet<String> = posted.iter().map(|mail| mail.to.clone()).collect();
        assert_eq!(to.len(), posted.len(), "nobody gets two: {posted:?}");
        to
    }

    async fn told(&self) -> Value {
        self.get(&format!("/api/v1/issues/{}/told", self.issue)).await
    }
}

fn set(of: &[&str]) -> BTreeSet<String> {
    of.iter().map(|one| (*one).to_owned()).collect()
}

#[tokio::test]
async fn exactly_those_who_raised_it_are_told_once_for_each_stage() {
    let complaints =
        [("1", "ann@example.org"), ("2", "bo@example.org"), ("3", "ann@example.org"), ("4", "cy@example.org"), ("5", "Dee")];
    let house = House::new(&complaints).await;
    house.make("/api/v1/suppressions", json!({ "address": "cy@example.org", "suppressed": true })).await;
    let begun = house.told().await;
    assert_eq!((&begun["counts"]["told"], &begun["stage"]), (&json!(0), &json!("acknowledged")), "{begun}");
    // Nobody is told more than is true, and a placeholder that nothing stands for is refused.
    for (draft, word) in [
        (house.draft("A", "verified"), "is not where the issue stands"),
        (
            json!({ "name": "A", "subject": "x", "text": "{{fix}}", "audience": house.draft("A", "acknowledged")["audience"] }),
            "{{fix}} is not known",
        ),
    ] {
        let refused = house.site.call(Method::POST, "/api/v1/letters", Some(&house.token), Some(draft)).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains(word), "{}", refused.body);
    }
    // By the page: a look, and a second press.
    let path = format!("/issues/{}/told", house.issue);
    let page = house.site.get(&path, Some(&house.session)).await;
    assert!(page.body.contains("Told 0 of 4 who raised it"), "{}", page.body);
    let words = [("name", "First"), ("subject", begun["subject"].as_str().unwrap()), ("text", begun["text"].as_str().unwrap())];
    let made = house.site.submit(&path, Some(&house.session), &words).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let letter = made.header("location").to_owned();
    drain(&house.site.flow).await.unwrap();
    assert_eq!(house.posted(), set(&[]), "nothing goes out before it was reviewed");
    let shown = house.site.get(&letter, Some(&house.session)).await.body;
    assert!(
        shown.contains("Send 2 letters") && shown.contains("Dear ann,") && shown.contains("Bags are &lt;lost&gt;"),
        "{shown}"
    );
    assert!(
        shown.contains("Who is left out") && shown.contains("Decided by staff") && shown.contains("No address known"),
        "{shown}"
    );
    let sent = house.site.submit(&letter, Some(&house.session), &[("do", "send"), ("version", "1")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    drain(&house.site.flow).await.unwrap();
    assert_eq!(house.posted(), set(&["ann@example.org", "bo@example.org"]));
    let told = house.told().await;
    assert_eq!((&told["counts"]["raised"], &told["counts"]["told"]), (&json!(4), &json!(2)), "{told}");
    // Again at this stage: nobody but who came since.
    let (_, again) = house.tell("Again", "acknowledged").await;
    assert!(again.status == StatusCode::CONFLICT && again.body.contains("nobody would get"), "{}", again.body);
    house.say("6", "eve@example.org", COMPLAINT).await;
    drain(&house.site.flow).await.unwrap();
    let (_, later) = house.tell("Later", "acknowledged").await;
    assert_eq!(later.status, StatusCode::OK, "{}", later.body);
    assert_eq!(house.posted(), set(&["eve@example.org"]));
    // The next stage goes to all of them, with what the departments have stated.
    house.plan().await;
    let (_, early) = house.tell("Not yet", "planned").await;
    assert_eq!(early.status, StatusCode::OK, "{}", early.body);
    assert_eq!(house.posted(), set(&["ann@example.org", "bo@example.org", "eve@example.org"]));
    // What they said counts as told.
    let ledger = house.get("/api/v1/ledger").await;
    let counted = &ledger["all"]["reached"];
    assert_eq!(counted[4]["comments"], 4, "ann twice, bo, eve: {ledger}");
    // Who sees some posts only learns no numbers, and sends nothing.
    let narrowed = house.site.narrowed(Role::Admin, vec![house.site.post("Other").await]).await;
    let session = house.site.session(&narrowed).await;
    let page = house.site.get(&path, Some(&session)).await;
    assert!(
        page.status == StatusCode::OK && !page.body.contains("who raised it") && !page.body.contains("Look at it"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn cut_off_in_the_middle_nobody_is_told_twice_and_what_is_not_true_any_more_stops() {
    let people: Vec<(String, String)> = (0..210).map(|n| (format!("k{n}"), format!("p{n}@example.org"))).collect();
    let people: Vec<(&str, &str)> = people.iter().map(|(key, to)| (key.as_str(), to.as_str())).collect();
    let house = House::new(&people).await;
    let (letter, sent) = house.tell("All", "acknowledged").await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    assert_eq!(house.posted().len(), 210);
    // As if Heard had been cut off after any of the batches: the run begins again where it stood.
    let flow = &house.site.flow;
    let letter: LetterId = letter.parse().unwrap();
    let middle = move |view: &View| tables::told::persons(view, letter, PersonId(0), 150);
    let middle = flow.store.read(&Scope::system(), middle).await.unwrap().last().unwrap().0;
    for after in [0, middle.0] {
        let job = JobId(flow.id());
        let write = move |tx: &mut Tx| {
            let mut kept = tables::letter::get(tx, letter)?.unwrap();
            kept.state = LetterState::Sending;
            tables::letter::save(tx, &kept)?;
            tables::job::add(tx, job, &Job::Letters { letter, after }, Time(0))
        };
        flow.store.write(&Scope::system(), write).await.unwrap();
        drain(flow).await.unwrap();
        assert_eq!(house.posted().len(), 0);
    }
    let there = flow.store.read(&Scope::system(), move |view| tables::letter::get(view, letter)).await.unwrap().unwrap();
    assert_eq!(there.state, LetterState::Done);
    // The plan is taken back while it is told: who was not told yet is not told any more.
    house.plan().await;
    let path = "/api/v1/letters";
    let planned = id(&house.make(path, house.draft("Plan", "planned")).await);
    house.make(&format!("{path}/{planned}/send"), json!({ "version": 1 })).await;
    house.make("/api/v1/departments", json!({ "name": "Belts" })).await;
    let belts = flow.directory().departments.iter().find(|department| department.name == "Belts").unwrap().id;
    house.act(json!({ "do": "involve", "department": belts })).await;
    drain(flow).await.unwrap();
    assert_eq!(house.posted().len(), 0);
    assert_eq!(house.get(&format!("{path}/{planned}")).await["letter"]["state"], "stopped");
}

#[tokio::test]
async fn who_has_no_address_reads_it_on_the_page_of_their_comment() {
    let house = House::new(&[("1", "ann@example.org")]).await;
    let opened = json!({ "open": true, "language": "en", "question": "How is it?" });
    let path = format!("/api/v1/posts/{}/form", house.post);
    house.site.call(Method::PUT, &path, Some(&house.token), Some(opened)).await;
    let code = house.get(&path).await["code"].as_str().unwrap().to_owned();
    let page = house.site.get(&format!("/f/{code}"), None).await;
    let token = crate::form::read(&page.body).0[0].pairs().into_iter().find(|(name, _)| name == "token").unwrap().1;
    house.site.later(10_000);
    let body =
        form_urlencoded::Serializer::new(String::new()).extend_pairs([("token", token.as_str()), ("words", COMPLAINT)]).finish();
    let sent = house.site.send(form_request(&format!("/f/{code}"), "same-origin").body(Body::from(body)).unwrap()).await;
    let thanks = house.site.get(sent.header("location"), None).await.body;
    let (_, own) = thanks.split_once("/t/").unwrap();
    let own = format!("/t/{}", own.chars().take(32).collect::<String>());
    drain(&house.site.flow).await.unwrap();
    let (_, sent) = house.tell("All", "acknowledged").await;
    assert_eq!(sent.json()["pages"], 1, "{}", sent.body);
    assert_eq!(house.posted(), set(&["ann@example.org"]));
    let shown = house.site.get(&own, None).await.body;
    assert!(shown.contains("Dear customer, on 2026-03-22: Bags are &lt;lost&gt;"), "{shown}");
    let told = house.told().await;
    assert_eq!(told["counts"], json!({ "raised": 2, "told": 2 }));
    let (_, again) = house.tell("Again", "acknowledged").await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
}

#[tokio::test]
async fn where_it_is_too_rare_the_next_who_are_affected_are_asked_once_and_decide_nothing() {
    let house = House::new(&[("1", "ann@example.org")]).await;
    let path = format!("/api/v1/issues/{}/asking", house.issue);
    let draft = json!({ "text": "Dear {{name}}: {{issue}}?", "wanted": 2 });
    let early = house.site.call(Method::POST, &path, Some(&house.token), Some(draft.clone())).await;
    assert!(early.status == StatusCode::CONFLICT && early.body.contains("too rare"), "{}", early.body);
    too_rare(&house.site, &house.issue).await;
    assert_eq!(house.get(&path).await["offered"], true);
    house.make("/api/v1/suppressions", json!({ "address": "cy@example.org", "suppressed": true })).await;
    drain(&house.site.flow).await.unwrap();
    assert_eq!(house.posted(), set(&[]), "never without a press");
    house.site.later(60_000);
    house.make(&path, draft.clone()).await;
    let again = house.site.call(Method::POST, &path, Some(&house.token), Some(draft)).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    house.site.later(60_000);
    for (key, address) in [("2", "cy@example.org"), ("3", "bo@example.org"), ("4", "dee@example.org"), ("5", "eve@example.org")] {
        house.say_now(key, address).await;
    }
    for _ in 0..2 {
        drain(&house.site.flow).await.unwrap();
    }
    house.site.flow.store.caught_up().unwrap();
    let posted = house.to_customers();
    let mut to: Vec<&str> = posted.iter().map(|mail| mail.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["bo@example.org", "dee@example.org"], "who came before is not asked, nor who wants no letters, nor a third");
    let own = |text: &str| format!("/q/{}", text.split_once("/q/").unwrap().1.chars().take(32).collect::<String>());
    let paths: Vec<String> = posted.iter().map(|mail| own(&mail.text)).collect();
    assert!(posted.iter().all(|mail| mail.unsubscribe.is_some() && mail.text.contains("Bags are <lost>?")), "{posted:?}");
    let page = house.site.get(&paths[0], None).await;
    assert!(page.status == StatusCode::OK && page.body.contains("Bags are &lt;lost&gt;"), "{}", page.body);
    assert_eq!(page.header("x-robots-tag"), "noindex, nofollow, noarchive");
    for (path, answer) in [(&paths[0], "happened"), (&paths[0], "fine"), (&paths[1], "happened")] {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs([("answer", answer), ("words", "<i>x")]).finish();
        let sent = house.site.send(form_request(path, "same-origin").body(Body::from(body)).unwrap()).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
    }
    let shown = house.get(&path).await;
    assert_eq!(shown["counts"], json!({ "asked": 2, "fine": 1, "happened": 1, "unsure": 0 }), "a later answer takes the place");
    let found = house.get(&format!("/api/v1/issues/{}", house.issue)).await;
    assert_eq!(found["issue"]["state"], "reported_fixed", "answers that were asked for verify nothing");
    for wrong in ["/q/0", "/q/00000000000000000000000000000000", "/a/00000000000000000000000000000000"] {
        assert_eq!(house.site.get(wrong, None).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn contacts_of_an_account_get_their_progress_page_once_before_a_renewal() {
    let house = House::new(&[("1", "ann@example.org")]).await;
    let comment = |key: &str, address: &str, text: &str| {
        json!({ "post": house.post, "key": key, "at": "2026-03-20T10:00:00Z", "text": text,
            "author": { "name": address.split('@').next(), "account": "Acme", "identities": [{ "kind": "email", "handle": address }] } })
    };
    house.make("/api/v1/feedback", comment("a", "mia@acme.org", COMPLAINT)).await;
    house.make("/api/v1/feedback", comment("b", "cy@acme.org", "The crew was lovely, thank you")).await;
    drain(&house.site.flow).await.unwrap();
    house.site.flow.store.caught_up().unwrap();
    let account = id(&house.get("/api/v1/accounts?words=Acme").await["items"][0]);
    let path = format!("/api/v1/accounts/{account}/progress");
    let none = json!({ "text": "x", "lines": [] });
    let put = |body: Value| house.site.call(Method::PUT, &path, Some(&house.token), Some(body));
    let unknown = put(json!({ "text": "x", "lines": [{ "issue": house.issue, "words": "We look." }] })).await;
    assert!(unknown.status == StatusCode::CONFLICT && unknown.body.contains("renewal"), "{}", unknown.body);
    house.make("/api/v1/accounts", json!({ "items": [{ "name": "Acme", "renewal": "2026-05-01" }] })).await;
    let refused = put(none).await;
    assert!(
        refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("why it is not done"),
        "{}",
        refused.body
    );
    let list = house.site.get("/accounts", Some(&house.session)).await;
    assert!(list.body.contains("Acme") && list.body.contains("1 May 2026"), "{}", list.body);
    let page = format!("/accounts/{account}");
    let words = format!("words-{}", house.issue);
    let typed =
        [("do", "save"), ("text", "Dear {{name}} of {{account}}"), (words.as_str(), "Not yet: <b>the belt</b> is ordered.")];
    let saved = house.site.submit(&page, Some(&house.session), &typed).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let shown = house.site.get(&page, Some(&house.session)).await.body;
    assert!(shown.contains("Send it to 2 contacts") && shown.contains("&lt;b&gt;the belt"), "{shown}");
    drain(&house.site.flow).await.unwrap();
    assert_eq!(house.posted(), set(&[]), "nothing goes out before it was reviewed");
    house.make("/api/v1/suppressions", json!({ "address": "cy@acme.org", "suppressed": true })).await;
    let stale = house.site.submit(&page, Some(&house.session), &[("do", "send"), ("version", "7")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    let sent = house.site.submit(&page, Some(&house.session), &[("do", "send"), ("version", "1")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    drain(&house.site.flow).await.unwrap();
    let posted = house.to_customers();
    let [mail] = &posted[..] else { panic!("{posted:?}") };
    assert!(mail.to == "mia@acme.org" && mail.unsubscribe.is_some() && mail.text.contains("Dear mia of Acme"), "{mail:?}");
    let own = format!("/a/{}", mail.text.split_once("/a/").unwrap().1.chars().take(32).collect::<String>());
    let read = house.site.get(&own, None).await;
    assert_eq!(read.header("cache-control"), "no-store");
    assert!(
        read.body.contains(COMPLAINT) && !read.body.contains("crew was lovely"),
        "only what they said themselves: {}",
        read.body
    );
    assert!(read.body.contains("Heard and taken up") && read.body.contains("&lt;b&gt;the belt"), "{}", read.body);
    house.plan().await;
    assert!(house.site.get(&own, None).await.body.contains("Planned"), "where it stands is shown as it is now");
    let again = house.site.call(Method::POST, &format!("{path}/send"), Some(&house.token), Some(json!({ "version": 1 }))).await;
    assert!(again.status == StatusCode::CONFLICT && again.body.contains("nobody would get"), "{}", again.body);
    let noted = crate::audit::entries(&house.site).await;
    assert!(noted.iter().filter(|entry| entry.noun == Noun::Progress).count() == 2, "saved, and sent");
}

#[tokio::test]
async fn a_verified_fix_asks_the_places_where_the_same_is_lived() {
    let house = House::new(&[("1", "ann@example.org")]).await;
    for name in ["Larkfield", "Moor End", "Nowhere"] {
        house.make("/api/v1/places", json!({ "name": name })).await;
    }
    let at = |key: &str, place: &str, text: &str| json!({ "post": house.post, "key": key, "at": "2026-03-20T10:00:00Z", "text": text, "attributes": [["Place", place]] });
    house.make("/api/v1/feedback", at("l", "Larkfield", COMPLAINT)).await;
    house.make("/api/v1/feedback", at("m", "Moor End", "The bag came at once, thank you, lovely")).await;
    drain(&house.site.flow).await.unwrap();
    house.site.flow.store.caught_up().unwrap();
    too_rare(&house.site, &house.issue).await;
    let issue: IssueId = house.issue.parse().unwrap();
    let verified = move |tx: &mut Tx| {
        let mut kept = tables::issue::get(tx, issue)?.unwrap();
        (kept.version, kept.work.verified) = (kept.version + 1, true);
        tables::issue::update(tx, &kept)
    };
    let prompt = || heard_flow::act::issues::siblings::prompt(&house.site.flow, issue);
    prompt().await.unwrap();
    let path = format!("/api/v1/issues/{}/places", house.issue);
    assert_eq!(house.get(&path).await["items"], json!([]), "a claim asks nobody");
    house.site.flow.store.write(&Scope::system(), verified).await.unwrap();
    for _ in 0..2 {
        prompt().await.unwrap();
    }
    let checks = house.get(&path).await;
    let names: Vec<&str> = checks["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Moor End"], "not where they complained, nor where nobody lives it: {checks}");
    let page = format!("/issues/{}", house.issue);
    let shown = house.site.get(&page, Some(&house.session)).await.body;
    assert!(shown.contains("Is it wanted elsewhere?") && shown.contains("We run a second belt."), "{shown}");
    let place = checks["items"][0]["place"].as_str().unwrap();
    let answer = [("place", place), ("answer", "do_too"), ("words", "From <Monday> on")];
    let strange = house.site.session(&house.site.users[&Role::Frontline]).await;
    let refused = house.site.submit(&format!("{page}/places"), Some(&strange), &answer).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    let kept = house.site.submit(&format!("{page}/places"), Some(&house.session), &answer).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    let shown = house.site.get(&page, Some(&house.session)).await.body;
    assert!(shown.contains("We do it too") && shown.contains("From &lt;Monday&gt; on"), "{shown}");
    assert_eq!(house.get(&path).await["items"][0]["found"]["answer"], "do_too");
}

#[tokio::test]
async fn who_wants_no_news_is_not_told_and_who_wants_no_questions_is_not_asked() {
    let house = House::new(&[("1", "ann@example.org"), ("2", "bo@example.org")]).await;
    let wishes = |tx: &mut Tx| {
        for (address, topic) in
            [("ann@example.org", Topic::News), ("cy@example.org", Topic::Helped), ("bo@example.org", Topic::Events)]
        {
            let hash = tables::suppressed::hash(tx, address)?;
            tables::suppressed::set_unwanted(tx, &hash, &[topic], Time(1))?;
        }
        Ok(())
    };
    house.site.flow.store.write(&Scope::system(), wishes).await.unwrap();
    house.posted();
    let (_, sent) = house.tell("One", "acknowledged").await;
    assert!(sent.status.is_success(), "{}", sent.body);
    assert_eq!(house.posted(), set(&["bo@example.org"]));
    too_rare(&house.site, &house.issue).await;
    let path = format!("/api/v1/issues/{}/asking", house.issue);
    house.make(&path, json!({ "text": "Dear {{name}}: {{issue}}?", "wanted": 3 })).await;
    house.site.later(60_000);
    for (key, address) in [("3", "cy@example.org"), ("4", "dee@example.org")] {
        house.say_now(key, address).await;
    }
    for _ in 0..2 {
        drain(&house.site.flow).await.unwrap();
    }
    house.site.flow.store.caught_up().unwrap();
    drain(&house.site.flow).await.unwrap();
    assert_eq!(house.posted(), set(&["dee@example.org"]));
}

#[tokio::test]
async fn members_of_a_department_get_its_digest_by_mail_once_with_pictures() {
    let house = House::new(&[("1", "ann@example.org")]).await;
    for n in 0..6 {
        let comment =
            json!({ "post": house.post, "key": format!("w{n}"), "at": format!("2026-03-1{n}T10:00:00Z"), "text": COMPLAINT });
        house.make("/api/v1/feedback", comment).await;
    }
    drain(&house.site.flow).await.unwrap();
    drain(&house.site.flow).await.unwrap();
    let digests: Vec<Outgoing> = house.site.posted.take().into_iter().filter(|mail| mail.text.contains("/digests/")).collect();
    let [mail] = &digests[..] else { panic!("one for one member: {digests:?}") };
    assert_eq!(mail.to, house.site.users[&Role::Admin].email);
    assert!(mail.subject.starts_with("Baggage: what was heard") && mail.text.contains("Cases"), "{mail:?}");
    assert!(
        mail.html.contains("<h1") && !mail.text.contains("My bag was lost"),
        "what customers said stays on the page: {}",
        mail.text
    );
    assert_eq!(mail.pictures.len(), 2, "{}", mail.text);
    let named = |name: &str| mail.html.contains(&format!("cid:{name}"));
    assert!(mail.pictures.iter().all(|one| one.png.starts_with(b"\x89PNG") && named(&one.name)), "{}", mail.html);
}

#[tokio::test]
async fn a_letter_about_a_category_goes_to_nobody_who_praised_it() {
    let house = House::new(&[("1", "ann@example.org")]).await;
    let praise = house.say("2", "joy@example.org", "The baggage service was wonderful and fast, thank you").await;
    drain(&house.site.flow).await.unwrap();
    house.site.flow.store.caught_up().unwrap();
    let category = house.get(&format!("/api/v1/issues/{}", house.issue)).await["issue"]["categories"][0].clone();
    let reading = house.get(&format!("/api/v1/feedback/{praise}/reading")).await["reading"].to_string();
    assert!(reading.contains(category.as_str().unwrap()) && reading.contains("positive"), "{reading}");
    let audience =
        json!({ "to": "raised", "category": category, "stage": "planned", "from": "2026-03-01", "until": "2026-03-31" });
    let draft = json!({ "name": "Bags", "subject": "Bags", "text": "Dear {{name}}", "audience": audience });
    let letter = id(&house.make("/api/v1/letters", draft).await);
    let preview = house.get(&format!("/api/v1/letters/{letter}/preview")).await;
    assert_eq!(preview["letters"], 1, "{preview}");
    assert_eq!(preview["shown"][0]["address"], "ann@example.org", "{preview}");
}

//! The customer is answered: by e-mail and on a page of their own, where they write back and say whether it helped; letters go out
//! once each, and never to somebody who asked for none.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use heard_domain::audit::Noun;
use heard_domain::message::{Message, MessageState};
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role};
use heard_flow::hear::mail::{MailBecame, receive};
use heard_flow::work::drain;
use heard_store::tables;
use serde_json::{Value, json};

use crate::site::{Answer, Site, form_request};

struct Office {
    site: Site,
    token: String,
    session: String,
}

impl Office {
    async fn new() -> Self {
        let site = Site::with_users().await;
        let admin = site.users[&Role::Admin].clone();
        let made = heard_flow::arrange::token::add(&site.flow, &Scope::of_user(&admin), "all", Grant::ALL.to_vec(), None).await;
        let session = site.session(&admin).await;
        Self { token: made.unwrap().1, session, site }
    }

    async fn make(&self, path: &str, body: Value) -> Value {
        let answer = self.site.call(Method::POST, path, Some(&self.token), Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.json()
    }

    /// A case for a comment of somebody.
    async fn case(&self, email: Option<&str>) -> (String, String) {
        let post = self.site.post("Desk").await;
        let identities: Vec<Value> = email.iter().map(|email| json!({ "kind": "email", "handle": email })).collect();
        let comment = json!({ "post": post, "key": "c1", "at": "2026-03-22T10:00:00Z", "text": "My bag is lost, and nobody answers.",
            "author": { "name": null, "identities": identities } });
        let feedback = self.make("/api/v1/feedback", comment).await["id"].as_str().unwrap().to_owned();
        drain(&self.site.flow).await.unwrap();
        let department = self.make("/api/v1/departments", json!({ "name": "Baggage" })).await["id"].clone();
        let case = self.make("/api/v1/cases", json!({ "feedback": feedback, "department": department })).await;
        (case["id"].as_str().unwrap().to_owned(), feedback)
    }

    async fn answer(&self, case: &str, text: &str) -> Answer {
        let pairs = [("do", "answer"), ("way", "heard"), ("text", text)];
        let answer = self.site.submit(&format!("/cases/{case}"), Some(&self.session), &pairs).await;
        drain(&self.site.flow).await.unwrap();
        answer
    }

    async fn state(&self, case: &str) -> Value {
        let all = self.site.call(Method::GET, "/api/v1/cases", Some(&self.token), None).await.json();
        all["items"].as_array().unwrap().iter().find(|item| item["id"] == case).cloned().unwrap_or_default()
    }

    async fn visit(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.site.send(form_request(path, "same-origin").body(Body::from(body)).unwrap()).await
    }
}

fn page_in(text: &str) -> String {
    let (_, token) = text.split_once("/t/").unwrap();
    format!("/t/{}", token.chars().take(32).collect::<String>())
}

#[tokio::test]
async fn an_answer_goes_by_mail_once_and_the_reply_opens_the_case_again() {
    let office = Office::new().await;
    let (case, _) = office.case(Some("ann@example.org")).await;
    let answered = office.answer(&case, "It is found.\r\nBcc: all@example.org").await;
    assert_eq!(answered.status, StatusCode::SEE_OTHER, "{}", answered.body);
    let posted = office.site.posted.take();
    let [mail] = &posted[..] else { panic!("{posted:?}") };
    assert_eq!((mail.to.as_str(), mail.auto, mail.unsubscribe.is_some()), ("ann@example.org", false, false));
    assert!(mail.text.contains("It is found.") && mail.text.contains("Did this help?"), "{}", mail.text);
    assert!(!mail.text.contains("My bag is lost"), "nothing of the customer is sent anywhere");
    let (path, reply) = (page_in(&mail.text), mail.reply_to.clone());
    assert_eq!(office.state(&case).await["state"], "answered");
    drain(&office.site.flow).await.unwrap();
    assert_eq!(office.site.posted.take(), [], "once");
    // The reply comes to the address with the secret; the same mail again does nothing; a stranger without the secret is a comment.
    let raw = |to: &str, id: &str, words: &str| {
        format!("From: ann@example.org\r\nTo: {to}\r\nMessage-ID: <{id}@example.org>\r\n\r\n{words}\r\n> It is found.\r\n")
            .into_bytes()
    };
    let flow = &office.site.flow;
    assert_eq!(receive(flow, raw(&reply, "1", "It is the wrong bag.")).await.unwrap(), MailBecame::Said);
    assert_eq!(receive(flow, raw(&reply, "1", "It is the wrong bag.")).await.unwrap(), MailBecame::Known);
    let state = office.state(&case).await;
    assert_eq!(state["state"], "open", "{state}");
    let page = office.site.get(&format!("/cases/{case}"), Some(&office.session)).await.body;
    assert!(page.contains("It is the wrong bag.") && !page.contains("&gt; It is found"), "{page}");
    let guessed = "reply+00000000000000000000000000000000@example.com";
    assert_eq!(receive(flow, raw(guessed, "2", "Something else.")).await.unwrap(), MailBecame::Feedback);
    // The second answer does not ask again; the customer says on the page that it helped.
    office.answer(&case, "Here is the right one.").await;
    let posted = office.site.posted.take();
    let second = posted.iter().find(|mail| mail.text.contains("right one")).unwrap();
    assert!(!second.text.contains("Did this help?"), "asked once");
    assert_eq!(second.answers.as_deref(), Some(mail.message_id.as_str()));
    let shown = office.site.get(&path, None).await;
    assert_eq!(shown.header("x-robots-tag"), "noindex, nofollow, noarchive");
    assert!(
        shown.body.contains("right one") && shown.body.contains("It is the wrong bag.") && shown.body.contains("Did this help?")
    );
    assert_eq!(office.visit(&path, &[("helped", "yes")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(office.state(&case).await["state"], "helped");
    // It does not exist any more: nothing more is sent there, and staff are told so.
    let bounce = format!(
        "From: MAILER-DAEMON@mx.example.org\r\nTo: {reply}\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; ann@example.org\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    );
    assert_eq!(receive(flow, bounce.into_bytes()).await.unwrap(), MailBecame::Bounced);
    let page = office.site.get(&format!("/cases/{case}"), Some(&office.session)).await.body;
    assert!(page.contains("The answer came back"), "{page}");
}

#[tokio::test]
async fn who_has_no_address_reads_and_writes_on_a_page_of_their_own() {
    let office = Office::new().await;
    let (case, _) = office.case(None).await;
    let refused = office.answer(&case, "Hello").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.body.contains("choose another way"), "{}", refused.body);
    // By the public form.
    let post = office.site.post("Gate").await;
    let opened = json!({ "open": true, "language": "en", "question": "How is it?" });
    office.site.call(Method::PUT, &format!("/api/v1/posts/{post}/form"), Some(&office.token), Some(opened)).await;
    let form = office.site.call(Method::GET, &format!("/api/v1/posts/{post}/form"), Some(&office.token), None).await.json();
    let code = form["code"].as_str().unwrap().to_owned();
    let page = office.site.get(&format!("/f/{code}"), None).await;
    let token = crate::form::read(&page.body).0[0].pairs().into_iter().find(|(name, _)| name == "token").unwrap().1;
    office.site.later(10_000);
    let sent = office.visit(&format!("/f/{code}"), &[("token", token.as_str()), ("words", "The gate was closed.")]).await;
    let thanks = office.site.get(sent.header("location"), None).await.body;
    let path = page_in(&thanks);
    drain(&office.site.flow).await.unwrap();
    let shown = office.site.get(&path, None).await.body;
    assert!(shown.contains("The gate was closed.") && !shown.contains("Did this help?"), "{shown}");
    // Before anybody takes it up, more words are another comment; afterwards they stand in the case.
    assert_eq!(office.visit(&path, &[("words", "And nobody was there.")]).await.status, StatusCode::SEE_OTHER);
    let shown = office.site.get(&path, None).await.body;
    assert!(shown.contains("The gate was closed.") && shown.contains("And nobody was there."), "{shown}");
    drain(&office.site.flow).await.unwrap();
    let list = office.site.call(Method::GET, "/api/v1/feedback?limit=10", Some(&office.token), None).await.body;
    assert!(list.contains("And nobody was there."), "{list}");
    let all: Value = serde_json::from_str(&list).unwrap();
    let first = all["items"].as_array().unwrap().iter().find(|item| item["text"] == "The gate was closed.").unwrap();
    let department = office.make("/api/v1/departments", json!({ "name": "Gates" })).await["id"].clone();
    let case = office.make("/api/v1/cases", json!({ "feedback": first["id"], "department": department })).await;
    let case = case["id"].as_str().unwrap().to_owned();
    assert_eq!(office.answer(&case, "We are sorry: it opens at six.").await.status, StatusCode::SEE_OTHER);
    assert_eq!(office.site.posted.take(), [], "there is no address");
    let noted = office.site.submit(&format!("/cases/{case}/notes"), Some(&office.session), &[("text", "A secret note.")]).await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER);
    let shown = office.site.get(&path, None).await.body;
    assert!(
        shown.contains("it opens at six") && shown.contains("Did this help?") && !shown.contains("A secret note."),
        "{shown}"
    );
    office.visit(&path, &[("helped", "not_yet")]).await;
    assert_eq!(office.state(&case).await["state"], "answered");
    office.visit(&path, &[("words", "It was closed at seven.")]).await;
    office.visit(&path, &[("words", "It was closed at seven.")]).await;
    assert_eq!(office.state(&case).await["state"], "open");
    let shown = office.site.get(&path, None).await.body;
    assert_eq!(shown.matches("It was closed at seven.").count(), 1, "the same press twice is one");
    for wrong in ["/t/0", "/t/00000000000000000000000000000000", "/u/00000000000000000000000000000000"] {
        assert_eq!(office.site.get(wrong, None).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    for _ in 0..40 {
        office.visit("/t/00000000000000000000000000000000", &[("words", "x")]).await;
    }
    let often = office.visit(&path, &[("words", "x")]).await;
    assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS, "nobody guesses a page");
}

#[tokio::test]
async fn letters_go_out_once_each_and_never_to_who_asked_for_none() {
    let office = Office::new().await;
    let event = |n: u32, handle: &str| {
        json!({ "key": format!("e{n}"), "kind": "delay", "at": "2026-03-20T10:00:00Z", "details": [["Flight", format!("HD {n}")]],
            "author": { "name": format!("Guest {n}"), "identities": [{ "kind": "email", "handle": handle }] } })
    };
    let mut items: Vec<Value> = (0..250).map(|n| event(n, &format!("g{n}@example.org"))).collect();
    items.push(event(250, "nobody"));
    office.make("/api/v1/events", json!({ "items": items })).await;
    office.make("/api/v1/suppressions", json!({ "address": "G7@example.org", "suppressed": true })).await;
    let draft = |name: &str, text: &str| {
        json!({ "name": name, "subject": "Your flight {{flight}}", "text": text,
            "audience": { "to": "event", "kind": "delay", "from": "2026-03-20", "until": "2026-03-21" } })
    };
    let wrong = office.site.call(Method::POST, "/api/v1/letters", Some(&office.token), Some(draft("A", "{{flght}}"))).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("{{flght}} is not known"), "{}", wrong.body);
    let id = office.make("/api/v1/letters", draft("A", "Dear {{name}}, {{flight}} was late.")).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let preview = office.site.call(Method::GET, &format!("/api/v1/letters/{id}/preview"), Some(&office.token), None).await.json();
    assert_eq!(
        (&preview["letters"], &preview["suppressed"], &preview["unreachable"]),
        (&json!(249), &json!(1), &json!(1)),
        "{preview}"
    );
    drain(&office.site.flow).await.unwrap();
    assert_eq!(office.site.posted.take(), [], "nothing goes out before it was reviewed");
    let page = office.site.get(&format!("/letters/{id}"), Some(&office.session)).await.body;
    assert!(page.contains("Dear Guest 0, HD 0 was late.") && page.contains("Send 249 letters"), "{page}");
    let stale = office.site.submit(&format!("/letters/{id}"), Some(&office.session), &[("do", "send"), ("version", "0")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let sent = office.site.submit(&format!("/letters/{id}"), Some(&office.session), &[("do", "send"), ("version", "1")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    drain(&office.site.flow).await.unwrap();
    let posted = office.site.posted.take();
    assert_eq!(posted.len(), 249);
    assert!(posted.iter().all(|mail| mail.auto && mail.unsubscribe.is_some() && mail.to != "g7@example.org"));
    // Another run to the same events: everybody was told before.
    let again = office.make("/api/v1/letters", draft("B", "Dear {{name}}")).await["id"].as_str().unwrap().to_owned();
    let refused = office
        .site
        .call(Method::POST, &format!("/api/v1/letters/{again}/send"), Some(&office.token), Some(json!({ "version": 1 })))
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    // One press ends letters; looking at the page does not.
    let path = posted[0].unsubscribe.clone().unwrap().replace("https://heard.example.com", "");
    let shown = office.site.get(&path, None).await;
    assert!(shown.status == StatusCode::OK && shown.body.contains("No more letters?"));
    let look = json!({ "address": posted[0].to, "suppressed": false });
    assert_eq!(office.make("/api/v1/suppressions", look.clone()).await["changed"], false);
    let request = Request::post(&path).header("content-type", "application/x-www-form-urlencoded");
    let pressed = office.site.send(request.body(Body::from("List-Unsubscribe=One-Click")).unwrap()).await;
    assert_eq!(pressed.status, StatusCode::OK);
    assert_eq!(office.make("/api/v1/suppressions", look).await["changed"], true);
}

#[tokio::test]
async fn everybody_chooses_what_they_want_to_hear_and_is_heard_at_every_way_out() {
    let office = Office::new().await;
    let event = |n: u32, handle: &str| {
        json!({ "key": format!("e{n}"), "kind": "delay", "at": "2026-03-20T10:00:00Z", "details": [],
            "author": { "name": format!("Guest {n}"), "identities": [{ "kind": "email", "handle": handle }] } })
    };
    let run = async |name: &str, kind: &str, n: u32| {
        let items: Vec<Value> = ["ann@example.org", "bob@example.org"]
            .iter()
            .enumerate()
            .map(|(at, handle)| {
                let mut one = event(n + at as u32, handle);
                one["kind"] = json!(kind);
                one
            })
            .collect();
        office.make("/api/v1/events", json!({ "items": items })).await;
        let draft = json!({ "name": name, "subject": "Sorry", "text": "Dear {{name}}",
            "audience": { "to": "event", "kind": kind, "from": "2026-03-20", "until": "2026-03-21" } });
        let id = office.make("/api/v1/letters", draft).await["id"].as_str().unwrap().to_owned();
        let preview = format!("/api/v1/letters/{id}/preview");
        let preview = office.site.call(Method::GET, &preview, Some(&office.token), None).await.json();
        let sent =
            office.site.submit(&format!("/letters/{id}"), Some(&office.session), &[("do", "send"), ("version", "1")]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        drain(&office.site.flow).await.unwrap();
        let mut posted = office.site.posted.take();
        posted.sort_by(|a, b| a.to.cmp(&b.to));
        (preview, posted)
    };
    let (_, posted) = run("First", "delay", 0).await;
    let [_, to_bob] = &posted[..] else { panic!("{posted:?}") };
    let path = to_bob.unsubscribe.clone().unwrap().replace("https://heard.example.com", "");
    let boxes = |page: &str| page.matches("name=\"wanted\"").count() - page.matches(" checked").count();
    let page = office.site.get(&path, None).await.body;
    assert!(page.contains("Questions whether it helped") && boxes(&page) == 0, "{page}");
    // By the link of a letter: events, and nothing else.
    let kept = office.visit(&path, &[("choose", "yes"), ("wanted", "events"), ("wanted", "wrong")]).await;
    assert!(kept.status == StatusCode::OK && kept.body.contains("Your choice is kept"), "{}", kept.body);
    assert_eq!(boxes(&office.site.get(&path, None).await.body), 2);
    // An answer comes, the question does not.
    let (case, _) = office.case(Some("bob@example.org")).await;
    office.answer(&case, "It is found.").await;
    let posted = office.site.posted.take();
    let [mail] = &posted[..] else { panic!("{posted:?}") };
    assert!(mail.text.contains("It is found.") && !mail.text.contains("Did this help?"), "{}", mail.text);
    let staff = office.site.get(&format!("/cases/{case}"), Some(&office.session)).await.body;
    assert!(staff.contains("They want none of these: questions whether it helped, news of what i said"), "{staff}");
    // On their own page: everything but events, though the press of a mail program came between.
    let own = page_in(&mail.text);
    assert_eq!(office.visit(&path, &[("List-Unsubscribe", "One-Click")]).await.status, StatusCode::OK);
    assert_eq!(boxes(&office.site.get(&own, None).await.body), 3, "none of all");
    let chosen = office.visit(&own, &[("choose", "yes"), ("wanted", "news"), ("wanted", "helped")]).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    let page = office.site.get(&format!("{own}?chosen=yes"), None).await.body;
    assert!(page.contains("Your choice is kept") && boxes(&page) == 1, "{page}");
    let (preview, posted) = run("Second", "cancelled", 10).await;
    assert_eq!((&preview["letters"], &preview["suppressed"]), (&json!(1), &json!(1)), "{preview}");
    assert_eq!(posted.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["ann@example.org"]);
    // What staff decided is not lifted by a choice.
    office.make("/api/v1/suppressions", json!({ "address": "bob@example.org", "suppressed": true })).await;
    let all = [("choose", "yes"), ("wanted", "news"), ("wanted", "helped"), ("wanted", "events")];
    assert_eq!(office.visit(&own, &all).await.status, StatusCode::SEE_OTHER);
    let (preview, _) = run("Third", "lost", 20).await;
    assert_eq!(preview["suppressed"], 1, "{preview}");
    for wrong in
        ["/t/00000000000000000000000000000000", "/u/00000000000000000000000000000000", own.replace("/t/", "/u/").as_str()]
    {
        assert_eq!(office.visit(wrong, &all).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn what_may_have_been_sent_is_sent_again_by_a_person_only() {
    let office = Office::new().await;
    let (case, _) = office.case(Some("ann@example.org")).await;
    office.answer(&case, "It is found.").await;
    let [first] = &office.site.posted.take()[..] else { panic!("one answer") };
    // Heard was cut off between the handing over and the writing down.
    let scope = Scope::system();
    let flow = &office.site.flow;
    let sent = flow.store.read(&scope, |view| tables::message::newest(view, MessageState::Sent, 9)).await.unwrap();
    let maybe = Message { state: MessageState::Maybe, sent: None, ..sent[0].clone() };
    let id = maybe.id;
    flow.store.write(&scope, move |tx| tables::message::update(tx, &maybe)).await.unwrap();
    drain(flow).await.unwrap();
    assert_eq!(office.site.posted.take(), [], "never by itself");
    let listed = office.site.call(Method::GET, "/api/v1/messages", Some(&office.token), None).await.json();
    assert_eq!(listed["items"][0]["id"], id.to_string());
    assert!(!listed.to_string().contains("It is found."), "the words are for the customer: {listed}");
    let page = office.site.get(&format!("/cases/{case}"), Some(&office.session)).await.body;
    assert!(page.contains("it may arrive twice") && page.contains(&format!("/messages/{id}/again")), "{page}");
    assert!(office.site.get("/settings/mail", Some(&office.session)).await.body.contains(&format!("/messages/{id}/again")));
    let again = format!("/messages/{id}/again");
    let pressed = office.site.submit(&again, Some(&office.session), &[]).await;
    assert_eq!(pressed.header("location"), format!("/cases/{case}"), "{}", pressed.body);
    drain(flow).await.unwrap();
    let [second] = &office.site.posted.take()[..] else { panic!("sent once more") };
    assert_eq!((&second.to, &second.message_id), (&first.to, &first.message_id));
    // The secret of the first is forgotten, so that another one stands in the second; both lead to the same page.
    assert_ne!(page_in(&second.text), page_in(&first.text));
    for mail in [first, second] {
        assert!(office.site.get(&page_in(&mail.text), None).await.body.contains("It is found."));
    }
    let page = office.site.get(&format!("/cases/{case}"), Some(&office.session)).await.body;
    assert!(page.contains("Had the answer sent again") && !page.contains(&again), "{page}");
    // It was sent: a second press does nothing.
    let refused = office.site.call(Method::POST, &format!("/api/v1{again}"), Some(&office.token), None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    drain(flow).await.unwrap();
    assert_eq!(office.site.posted.take(), []);
    let entries = crate::audit::entries(&office.site).await;
    assert!(entries.iter().any(|entry| entry.noun == Noun::Message && entry.detail["deed"] == "sent again"));
}

/// A run of letters about something that happened to these, sent.
async fn run(office: &Office, kind: &str, handles: &[&str]) -> Vec<String> {
    let item = |handle: &&str| {
        json!({ "key": format!("{kind} {handle}"), "kind": kind, "at": "2026-03-20T10:00:00Z", "details": [],
            "author": { "name": "Guest", "identities": [{ "kind": "email", "handle": handle }] } })
    };
    office.make("/api/v1/events", json!({ "items": handles.iter().map(item).collect::<Vec<_>>() })).await;
    let draft = json!({ "name": kind, "subject": "Sorry", "text": "Dear {{name}}",
        "audience": { "to": "event", "kind": kind, "from": "2026-03-20", "until": "2026-03-21" } });
    let id = office.make("/api/v1/letters", draft).await["id"].as_str().unwrap().to_owned();
    let path = format!("/letters/{id}");
    let sent = office.site.submit(&path, Some(&office.session), &[("do", "send"), ("version", "1")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    drain(&office.site.flow).await.unwrap();
    let mut to: Vec<String> = office.site.posted.take().into_iter().map(|mail| mail.to).collect();
    to.sort();
    to
}

#[tokio::test]
async fn an_address_gets_letters_again_when_staff_say_so_and_after_its_own_wish_only_if_they_are_sure() {
    let office = Office::new().await;
    let both = ["ann@example.org", "bob@example.org"];
    let press = async |pairs: &[(&str, &str)]| {
        let answer = office.site.submit("/settings/mail/addresses", Some(&office.session), pairs).await;
        (answer.status, answer.header("location").to_owned(), answer.body)
    };
    let (_, done, _) = press(&[("do", "bar"), ("barred_address", "Bob@example.org")]).await;
    assert_eq!(done, "/settings/mail?done=barred");
    assert_eq!(run(&office, "delay", &both).await, ["ann@example.org"]);
    let (_, done, _) = press(&[("do", "free"), ("barred_address", "bob@example.org")]).await;
    assert_eq!(done, "/settings/mail?done=freed");
    let (_, done, _) = press(&[("do", "free"), ("barred_address", "bob@example.org")]).await;
    assert_eq!(done, "/settings/mail?done=nothing", "it gets them already");
    assert_eq!(run(&office, "cancelled", &both).await, both);
    let noted = crate::audit::entries(&office.site).await;
    let acts: Vec<_> = noted.iter().filter(|entry| entry.noun == Noun::Suppressed).map(|entry| entry.act).collect();
    assert_eq!(acts, [heard_domain::audit::Act::Removed, heard_domain::audit::Act::Added], "once each, the newest first");
    // What its owner wanted themselves is asked for once more.
    let (case, _) = office.case(Some("bob@example.org")).await;
    office.answer(&case, "It is found.").await;
    let own = page_in(&office.site.posted.take()[0].text);
    assert_eq!(office.visit(&own, &[("choose", "yes")]).await.status, StatusCode::SEE_OTHER);
    let scope = Scope::system();
    let hash = office.site.flow.store.read(&scope, |view| tables::suppressed::hash(view, "bob@example.org")).await.unwrap();
    let why = heard_domain::message::SuppressedWhy::Unsubscribed;
    let at = office.site.flow.now();
    office.site.flow.store.write(&scope, move |tx| tables::suppressed::add(tx, &hash, why, at)).await.unwrap();
    let (status, _, page) = press(&[("do", "free"), ("barred_address", "bob@example.org")]).await;
    assert!(status == StatusCode::OK && page.contains("They want letters again"), "{page}");
    let (_, done, _) = press(&[("do", "free"), ("barred_address", "bob@example.org"), ("sure", "bob@example.org")]).await;
    assert_eq!(done, "/settings/mail?done=freed");
    // That they want no letters of any kind is a wish of its own, and stands.
    assert_eq!(run(&office, "lost", &both).await, ["ann@example.org"]);
}

#[tokio::test]
async fn staff_say_for_a_customer_of_what_they_want_no_letters() {
    let office = Office::new().await;
    let (_, feedback) = office.case(Some("ann@example.org")).await;
    let call = async |method: Method, path: &str, body: Option<Value>| {
        let answer = office.site.call(method, path, Some(&office.token), body).await;
        (answer.status, answer.json())
    };
    let (_, said) = call(Method::GET, &format!("/api/v1/feedback/{feedback}"), None).await;
    let person = said["person"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/persons/{person}/topics");
    let (_, before) = call(Method::GET, &path, None).await;
    assert_eq!(before, json!({ "person": person, "reachable": true, "none": null, "unwanted": [] }));
    let (status, now) = call(Method::PUT, &path, Some(json!({ "unwanted": ["news", "events", "news"] }))).await;
    assert_eq!((status, &now["unwanted"]), (StatusCode::OK, &json!(["events", "news"])), "{now}");
    assert_eq!(call(Method::GET, &path, None).await.1, now);
    assert_eq!(run(&office, "delay", &["ann@example.org", "bob@example.org"]).await, ["bob@example.org"]);
    for _ in 0..2 {
        call(Method::PUT, &path, Some(json!({ "unwanted": ["helped"] }))).await;
    }
    assert_eq!(run(&office, "lost", &["ann@example.org"]).await, ["ann@example.org"]);
    let noted = crate::audit::entries(&office.site).await;
    let noted: Vec<_> = noted.iter().filter(|entry| entry.noun == Noun::Suppressed).map(|entry| &entry.detail).collect();
    assert_eq!(
        noted.iter().map(|detail| &detail["unwanted"]).collect::<Vec<_>>(),
        [&json!(["helped"]), &json!(["events", "news"])]
    );
    // Of somebody without an address it is known that there is none, and nothing can be said.
    let nobody = json!({ "items": [{ "name": "Cy", "account": "Acme", "identities": [], "attributes": [] }] });
    let made = office.make("/api/v1/persons", nobody).await["results"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/persons/{made}/topics");
    assert_eq!(call(Method::GET, &path, None).await.1["reachable"], false);
    assert_eq!(call(Method::PUT, &path, Some(json!({ "unwanted": [] }))).await.0, StatusCode::CONFLICT);
    assert_eq!(call(Method::PUT, &path, Some(json!({ "unwanted": ["weather"] }))).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    // Who may not see persons learns nothing of what they want.
    let blind = office.site.token(&[Grant::Shape]).await;
    let path = format!("/api/v1/persons/{person}/topics");
    let answer = office.site.call(Method::PUT, &path, Some(&blind), Some(json!({ "unwanted": [] }))).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

//! The cadence: a digest on Monday, acknowledged by who belongs to the department, reminded of on the third day, late on the seventh;
//! and promises in cases.

use axum::http::{Method, StatusCode};
use heard_domain::scope::Scope;
use heard_domain::starter::industry::Industry;
use heard_domain::user::{Grant, Role, User};
use heard_flow::arrange::starter;
use heard_flow::work;
use serde_json::{Value, json};

use crate::site::Site;

const DAY_MS: i64 = 86_400_000;

struct Week {
    site: Site,
    token: String,
    department: String,
    member: User,
}

impl Week {
    /// A company whose ground staff contributes to everything; it is Sunday noon.
    async fn new() -> Self {
        let site = Site::with_users().await;
        starter::adopt(&site.flow, &Scope::system(), Industry::Airline).await.unwrap();
        let admin = Scope::of_user(&site.users[&Role::Admin]);
        let made = heard_flow::arrange::token::add(&site.flow, &admin, "everything", Grant::ALL.to_vec(), None).await;
        let token = made.unwrap().1;
        let member = site.users[&Role::DepartmentMember].clone();
        let categories: Vec<_> = site.flow.directory().taxonomy.categories.iter().map(|category| category.id).collect();
        let draft = json!({ "name": "Ground crew", "members": [member.id], "categories": categories });
        let made = site.call(Method::POST, "/api/v1/departments", Some(&token), Some(draft)).await;
        assert!(made.status.is_success(), "{}", made.body);
        let department = made.json()["id"].as_str().unwrap().to_owned();
        let post = site.post("Survey").await;
        for (n, text) in
            ["The flight was very late and nobody told us.", "Terrible boarding, we queued for an hour.", "The crew was lovely."]
                .iter()
                .enumerate()
        {
            let body = json!({ "post": post, "key": format!("k{n}"), "at": "2026-03-18T10:00:00Z", "text": text });
            assert!(site.call(Method::POST, "/api/v1/feedback", Some(&token), Some(body)).await.status.is_success());
        }
        let week = Self { site, token, department, member };
        week.tend().await;
        week
    }

    async fn tend(&self) {
        work::drain(&self.site.flow).await.unwrap();
        self.site.flow.store.caught_up().unwrap();
    }

    async fn passes(&self, days: i64) {
        self.site.later(days * DAY_MS);
        self.tend().await;
        // Done again it finds nothing to do.
        self.tend().await;
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.site.call(Method::GET, path, Some(&self.token), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        answer.json()
    }

    async fn digests(&self) -> Vec<Value> {
        let all = self.get("/api/v1/digests").await["items"].as_array().unwrap().clone();
        all.into_iter().filter(|one| one["department"] == self.department.as_str()).collect()
    }

    async fn sees(&self, user: &User, path: &str) -> String {
        let session = self.site.session(user).await;
        self.site.get(path, Some(&session)).await.body
    }
}

#[tokio::test]
async fn a_department_is_told_reminded_and_late_each_once() {
    let week = Week::new().await;
    // On Sunday the week is not over: only the one before is there.
    assert_eq!(
        week.digests().await.iter().map(|one| one["week"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
        ["2026-03-09"]
    );
    week.passes(1).await;
    let all = week.digests().await;
    assert_eq!((all.len(), &all[0]["week"], &all[0]["state"]), (2, &json!("2026-03-16"), &json!("fresh")), "{all:#?}");
    let key = all[0]["key"].as_str().unwrap().to_owned();
    let opened = week.get(&format!("/api/v1/digests/{key}")).await;
    assert_eq!((&opened["comments"]["n"], &opened["comments_moved"]["before"]["n"]), (&json!(3), &json!(0)), "{opened}");
    assert_eq!(opened["read"].as_array().unwrap().len(), 3, "{opened}");
    let alerts = week.sees(&week.member, "/cases/alerts").await;
    assert!(alerts.contains("Digest of Ground crew") && alerts.contains("To be acknowledged"), "{alerts}");
    let nobody = week.sees(&week.site.users[&Role::Analyst], "/cases/alerts").await;
    assert!(!nobody.contains("late"), "it is not late yet: those who lead are not told");

    // Only who belongs to the department can say that it has read it.
    let path = format!("/api/v1/digests/{key}/acknowledge");
    let refused = week.site.call(Method::POST, &path, Some(&week.token), None).await;
    assert!(refused.status == StatusCode::CONFLICT && refused.body.contains("belong to Ground crew"), "{}", refused.body);

    // Analysts lead listening; this one reads the page only.
    let analyst = week.site.users[&Role::Analyst].clone();
    let session = week.site.session(&analyst).await;
    assert!(week.site.get("/settings", Some(&session)).await.body.contains("Send me digests by mail"));
    for _ in 0..2 {
        let off = week.site.submit("/settings/digests", Some(&session), &[]).await;
        assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.body);
    }
    week.site.posted.take();
    week.passes(3).await;
    let mails = week.site.posted.take();
    let reminders: Vec<_> = mails.iter().filter(|mail| mail.subject.ends_with("waits to be read")).collect();
    assert!(reminders.iter().all(|mail| mail.to == week.member.email && mail.text.contains("/digests/")), "{mails:?}");
    assert_eq!(reminders.iter().filter(|mail| mail.text.contains(&key)).count(), 1, "{mails:?}");
    let reminded = week.digests().await[0].clone();
    assert_eq!((&reminded["state"], &reminded["reminded"]), (&json!("reminded"), &json!("2026-03-26T12:00:00Z")), "{reminded}");
    let session = week.site.session(&week.member).await;
    let off = week.site.submit("/settings/digests", Some(&session), &[("mailed", "no")]).await;
    assert_eq!(off.status, StatusCode::SEE_OTHER, "{}", off.body);
    week.passes(4).await;
    let mails = week.site.posted.take();
    let told: Vec<_> = mails.iter().filter(|mail| mail.text.contains(&key)).map(|mail| mail.to.as_str()).collect();
    assert_eq!(told, [week.site.users[&Role::Admin].email.as_str()], "who leads and wants it by mail, once: {mails:?}");
    assert!(mails.iter().all(|mail| mail.to != week.member.email && mail.to != analyst.email), "{mails:?}");
    let late = week.digests().await.into_iter().find(|one| one["key"] == key.as_str()).unwrap();
    assert_eq!(
        (&late["state"], &late["escalated"], &late["reminded"]),
        (&json!("late"), &json!("2026-03-30T12:00:00Z"), &reminded["reminded"])
    );
    week.passes(2).await;
    assert_eq!(week.digests().await.into_iter().find(|one| one["key"] == key.as_str()).unwrap(), late, "each once");
    // Now those who lead are told, and everybody sees it.
    let lead = week.sees(&week.site.users[&Role::Analyst], "/cases/alerts").await;
    assert!(lead.contains("2 weekly digests are late") && lead.contains("Ground crew"), "{lead}");
    let page = week.sees(&week.site.users[&Role::Frontline], "/digests").await;
    assert!(page.contains("Ground crew, week of") && page.contains("Late"), "{page}");

    let session = week.site.session(&week.member).await;
    let page = week.site.get(&format!("/digests/{key}"), Some(&session)).await.body;
    assert!(page.contains("We have read it") && page.contains("Ten comments to read") && page.contains("lovely"), "{page}");
    let done = week.site.submit(&format!("/digests/{key}"), Some(&session), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let done = week.digests().await.into_iter().find(|one| one["key"] == key.as_str()).unwrap();
    assert_eq!((&done["state"], &done["by"]), (&json!("acknowledged_late"), &json!(week.member.id)));
    let mine = week.sees(&week.member, "/cases/alerts").await;
    assert!(!mine.contains("16 March"), "what was acknowledged waits no more: {mine}");
}

#[tokio::test]
async fn mail_of_digests_is_switched_by_whose_it_is_and_by_who_runs_heard() {
    let site = Site::with_users().await;
    let member = site.users[&Role::Admin].clone();
    let (scope, grants) = (Scope::of_user(&member), vec![Grant::ReadCases, Grant::WriteCases]);
    let own = heard_flow::arrange::token::add(&site.flow, &scope, "own", grants, None).await.unwrap().1;
    let admin = site.token(Grant::ALL).await;
    let call = async |token: &str, method: Method, path: &str, body: Option<Value>| {
        let answer = site.call(method, path, Some(token), body).await;
        (answer.status, answer.json())
    };
    let (mine, theirs) = ("/api/v1/me/digests", format!("/api/v1/users/{}/digests", member.id));
    let by_mail = |yes: bool| Some(json!({ "by_mail": yes }));
    assert_eq!(call(&own, Method::GET, mine, None).await.1, json!({ "by_mail": true }));
    assert_eq!(call(&own, Method::PUT, mine, by_mail(false)).await, (StatusCode::OK, json!({ "by_mail": false })));
    assert_eq!(call(&admin, Method::GET, &theirs, None).await.1, json!({ "by_mail": false }));
    assert_eq!(call(&own, Method::PUT, &theirs, by_mail(true)).await.0, StatusCode::FORBIDDEN);
    for _ in 0..2 {
        assert_eq!(call(&admin, Method::PUT, &theirs, by_mail(true)).await, (StatusCode::OK, json!({ "by_mail": true })));
    }
    assert_eq!(call(&own, Method::GET, mine, None).await.1, json!({ "by_mail": true }));
    // A token that nobody in particular has made gets no mail.
    assert_eq!(call(&admin, Method::GET, mine, None).await.1, json!({ "by_mail": null }));
    assert_eq!(call(&admin, Method::PUT, mine, by_mail(false)).await.0, StatusCode::CONFLICT);
    // By the page of who runs Heard.
    let session = site.session(&site.users[&Role::Admin]).await;
    let page = format!("/settings/users/{}", member.id);
    assert!(site.get(&page, Some(&session)).await.body.contains("Gets digests by mail"));
    assert_eq!(site.submit(&format!("{page}/digests"), Some(&session), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(call(&own, Method::GET, mine, None).await.1, json!({ "by_mail": false }));
    let noted = crate::audit::entries(&site).await;
    let noted: Vec<_> =
        noted.iter().filter_map(|entry| Some((entry.id?, entry.detail.get("digests_by_mail")?.as_bool()?))).collect();
    assert_eq!(noted, [(member.id.0, false), (member.id.0, true), (member.id.0, false)], "once each, the newest first");
}

#[tokio::test]
async fn what_was_promised_in_a_case_stands_there_with_its_day() {
    let week = Week::new().await;
    let feedback = week.get("/api/v1/feedback").await["items"][0]["id"].clone();
    let draft = json!({ "feedback": feedback, "department": week.department });
    let case = week.site.call(Method::POST, "/api/v1/cases", Some(&week.token), Some(draft)).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v1/cases/{case}/promises");
    let promise = |words: &str, due: &str| json!({ "words": words, "due": due });
    for (draft, why) in [
        (promise("", "2026-03-25"), "words"),
        (promise("We call", "2026-03-21"), "today"),
        (promise("We call", "2030-01-01"), "two years"),
    ] {
        let refused = week.site.call(Method::POST, &path, Some(&week.token), Some(draft)).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains(why), "{}", refused.body);
    }
    let made = week.site.call(Method::POST, &path, Some(&week.token), Some(promise("We call on Wednesday", "2026-03-25"))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let page = || async { week.sees(&week.member, &format!("/cases/{case}")).await };
    let ahead = page().await;
    assert!(ahead.contains("We call on Wednesday") && ahead.contains("25 March") && ahead.contains(": ahead"), "{ahead}");
    week.site.later(4 * DAY_MS);
    assert!(page().await.contains(": missed"), "its day has passed");
    let kept = week
        .site
        .call(Method::PATCH, &format!("/api/v1/case-promises/{id}"), Some(&week.token), Some(json!({ "done": true })))
        .await;
    assert_eq!((kept.status, &kept.json()["done"]), (StatusCode::OK, &json!("2026-03-26")));
    assert!(page().await.contains(": kept late"));
    // Who may not change the case promises nothing.
    let session = week.site.session(&week.site.users[&Role::Frontline]).await;
    let form = [("promised", "We pay"), ("due", "2026-03-28")];
    let refused = week.site.submit(&format!("/cases/{case}/promises"), Some(&session), &form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
}

//! Issues: nobody closes one alone, whichever way they come; causes, plan and partners; cases that join one.

use axum::http::{Method, StatusCode};
use heard_domain::scope::Scope;
use heard_domain::user::{Grant, Role, User};
use heard_flow::arrange::department::set_of_user;
use serde_json::{Value, json};

use crate::site::{Answer, Site};

/// A site with three departments, one of them outside, each with a member where it is inside; and an issue of all three.
struct Desk {
    site: Site,
    /// Of the admin.
    token: String,
    departments: [String; 3],
    members: Vec<User>,
    issue: String,
}

fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

impl Desk {
    async fn new() -> Self {
        let site = Site::with_users().await;
        let admin = Scope::of_user(&site.users[&Role::Admin]);
        let token = heard_flow::arrange::token::add(&site.flow, &admin, "all", Grant::ALL.to_vec(), None).await.unwrap().1;
        let mut desk = Self { site, token, departments: Default::default(), members: vec![], issue: String::new() };
        for (n, name) in ["Platform", "Support", "Textline"].into_iter().enumerate() {
            let made = desk.make("/api/v1/departments", json!({ "name": name, "partner": n == 2 })).await;
            desk.departments[n] = id(&made);
        }
        for (n, role) in [(0, Role::DepartmentMember), (1, Role::AccountManager)] {
            let user = desk.site.users[&role].clone();
            let department = desk.departments[n].parse().unwrap();
            set_of_user(&desk.site.flow, &Scope::system(), user.id, vec![department]).await.unwrap();
            desk.members.push(user);
        }
        let draft = json!({ "title": "Codes never arrive", "departments": desk.departments });
        desk.issue = id(&desk.make("/api/v1/issues", draft).await);
        desk
    }

    async fn make(&self, path: &str, body: Value) -> Value {
        let answer = self.site.call(Method::POST, path, Some(&self.token), Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.json()
    }

    async fn whole(&self) -> Value {
        self.site.call(Method::GET, &format!("/api/v1/issues/{}", self.issue), Some(&self.token), None).await.json()
    }

    async fn state(&self) -> String {
        self.whole().await["issue"]["state"].as_str().unwrap().to_owned()
    }

    /// A member does something by a form.
    async fn by_form(&self, user: &User, fields: &[(&str, &str)]) -> Answer {
        let session = self.site.session(user).await;
        self.site.submit(&format!("/issues/{}", self.issue), Some(&session), fields).await
    }

    async fn two_have_signed(&self) {
        for (n, user) in self.members.iter().enumerate() {
            let department = self.departments[n].as_str();
            let stated = [("do", "state"), ("department", department), ("cause", "One route"), ("fix", "A second one")];
            assert_eq!(self.by_form(user, &stated).await.status, StatusCode::SEE_OTHER);
            let signed = self.by_form(user, &[("do", "sign_off"), ("department", department), ("fixed_on", "2026-03-20")]).await;
            assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.body);
        }
    }
}

#[tokio::test]
async fn with_three_departments_two_sign_offs_close_nothing_by_any_way() {
    let desk = Desk::new().await;
    // Nothing stated, nothing signed.
    let early = desk.by_form(&desk.members[0], &[("do", "sign_off"), ("department", &desk.departments[0])]).await;
    assert!(early.status == StatusCode::CONFLICT && early.body.contains("cause and its fix before signing"), "{}", early.body);
    desk.two_have_signed().await;
    assert_eq!(desk.state().await, "acknowledged");
    let third = desk.departments[2].as_str();
    let admin = desk.site.users[&Role::Admin].clone();
    let people = [admin.clone(), desk.site.users[&Role::Analyst].clone(), desk.members[0].clone(), desk.members[1].clone()];

    // By a page: for the third, by everybody; by putting the issue aside; by letting the third go.
    for user in &people {
        for fields in [
            vec![("do", "state"), ("department", third), ("cause", "x"), ("fix", "y")],
            vec![("do", "sign_off"), ("department", third)],
            vec![("do", "leave"), ("department", third), ("words", "not theirs")],
            vec![("do", "dismiss")],
        ] {
            let answer = desk.by_form(user, &fields).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{} {fields:?}: {}", user.name, answer.body);
        }
    }
    // By a program, one and many.
    let act = format!("/api/v1/issues/{}/acts", desk.issue);
    for deed in [
        json!({ "do": "sign_off", "department": third }),
        json!({ "do": "state", "department": third, "cause": "x", "fix": "y" }),
        json!({ "do": "leave", "department": third, "words": "not theirs" }),
        json!({ "do": "dismiss" }),
        json!({ "do": "accept" }),
    ] {
        let answer = desk.site.call(Method::POST, &act, Some(&desk.token), Some(json!({ "act": deed }))).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{deed}: {}", answer.body);
        let many = desk.make("/api/v1/issues/acts", json!({ "issues": [desk.issue], "act": deed })).await;
        assert_eq!(many["items"][0]["done"], false, "{deed}: {many}");
    }
    // By the admin's own means: the third department cannot be removed, and taken into another one it makes that sign anew.
    let path = format!("/api/v1/departments/{third}");
    let removed = desk.site.call(Method::DELETE, &path, Some(&desk.token), None).await;
    assert_eq!(removed.status, StatusCode::CONFLICT, "{}", removed.body);
    // Who is made a member of the third has signed for the first already.
    let both = [&desk.departments[0], &desk.departments[2]].map(|id| id.parse().unwrap());
    set_of_user(&desk.site.flow, &Scope::system(), desk.members[0].id, both.to_vec()).await.unwrap();
    let stated = desk.by_form(&desk.members[0], &[("do", "state"), ("department", third), ("cause", "x"), ("fix", "y")]).await;
    assert_eq!(stated.status, StatusCode::SEE_OTHER, "{}", stated.body);
    let signed = desk.by_form(&desk.members[0], &[("do", "sign_off"), ("department", third)]).await;
    assert!(signed.status == StatusCode::CONFLICT && signed.body.contains("somebody else has to sign"), "{}", signed.body);
    let merged = desk.make(&format!("/api/v1/departments/{third}/merge"), json!({ "into": desk.departments[1] })).await;
    assert_eq!(merged["name"], "Support");
    assert_eq!(desk.state().await, "planned", "both have stated, and Support signs for the whole anew");
    // What is gathered does not change while somebody has signed for it.
    let less = json!({ "do": "describe", "title": "x", "categories": [] });
    let same = desk.site.call(Method::POST, &act, Some(&desk.token), Some(json!({ "act": less }))).await;
    assert_eq!(same.status, StatusCode::OK, "{}", same.body);
    // The second signs anew: reported fixed, which is not verified.
    let again = desk.by_form(&desk.members[1], &[("do", "sign_off"), ("department", &desk.departments[1])]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    assert_eq!(desk.state().await, "reported_fixed");
}

#[tokio::test]
async fn who_merges_needs_a_say_in_both() {
    let desk = Desk::new().await;
    let of = |n: usize| json!({ "title": "Late", "departments": [desk.departments[n]] });
    let (own, other) = (id(&desk.make("/api/v1/issues", of(0)).await), id(&desk.make("/api/v1/issues", of(1)).await));
    let session = desk.site.session(&desk.members[0]).await;
    let path = format!("/issues/{own}");
    let refused = desk.site.submit(&path, Some(&session), &[("do", "merge"), ("into", &other)]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    let done = desk.site.submit(&path, Some(&session), &[("do", "merge"), ("into", &desk.issue)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
}

#[tokio::test]
async fn a_partner_takes_part_by_its_link_and_sees_nothing_else() {
    let desk = Desk::new().await;
    desk.two_have_signed().await;
    let third = desk.departments[2].as_str();
    let path = format!("/api/v1/issues/{}/partners", desk.issue);
    let inside = json!({ "department": desk.departments[0], "name": "Jo" });
    let refused = desk.site.call(Method::POST, &path, Some(&desk.token), Some(inside)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let made = desk.make(&path, json!({ "department": third, "name": "Jo", "days": 2 })).await;
    let secret = made["secret"].as_str().unwrap();
    assert!(!desk.whole().await.to_string().contains(secret), "the secret is shown once");
    let address = format!("/p/{secret}");
    let page = desk.site.get(&address, None).await;
    assert!(page.status == StatusCode::OK && page.body.contains("Codes never arrive"), "{}", page.body);
    assert_eq!((page.header("referrer-policy"), page.header("cache-control")), ("no-referrer", "no-store"));
    let early = desk.site.submit(&address, None, &[("do", "sign_off")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.body);
    let stated =
        desk.site.submit(&address, None, &[("do", "state"), ("cause", "<b>One carrier</b>"), ("fix", "Two carriers")]).await;
    assert_eq!(stated.status, StatusCode::SEE_OTHER, "{}", stated.body);
    let page = desk.site.get(&address, None).await;
    assert!(page.body.contains("&lt;b&gt;One carrier") && !page.body.contains("<b>One carrier"), "{}", page.body);
    assert_eq!(desk.state().await, "planned");
    let signed = desk.site.submit(&address, None, &[("do", "sign_off")]).await;
    assert_eq!((signed.status, desk.state().await.as_str()), (StatusCode::SEE_OTHER, "reported_fixed"));
    let log = desk.site.call(Method::GET, "/api/v1/audit", Some(&desk.token), None).await;
    let link = made["link"]["id"].as_str().unwrap();
    assert!(log.body.contains(&format!("\"partner_link\":\"{link}\"")), "{}", log.body);
    // Who made the link holds its secret: by it they do not sign a second time.
    let back = desk.site.submit(&address, None, &[("do", "take_back")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.body);
    let session = desk.site.session(&desk.members[0]).await;
    let form = format!("/issues/{}/partners", desk.issue);
    let invited = desk.site.submit(&form, Some(&session), &[("department", third), ("name", "Me")]).await;
    let secret = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let secret = invited.body.split("/p/").nth(1).unwrap().split(|c| !secret(c)).next().unwrap();
    let own = desk.site.submit(&format!("/p/{secret}"), None, &[("do", "sign_off")]).await;
    assert!(own.status == StatusCode::CONFLICT && own.body.contains("somebody else has to sign"), "{}", own.body);
    // It expires, and can be taken back.
    let other = desk.make(&path, json!({ "department": third, "name": "Bo" })).await;
    desk.site.later(3 * 86_400_000);
    assert_eq!(desk.site.get(&address, None).await.status, StatusCode::NOT_FOUND);
    let other_address = format!("/p/{}", other["secret"].as_str().unwrap());
    assert_eq!(desk.site.get(&other_address, None).await.status, StatusCode::OK);
    let path = format!("/api/v1/partners/{}", other["link"]["id"].as_str().unwrap());
    assert_eq!(desk.site.call(Method::DELETE, &path, Some(&desk.token), None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(desk.site.get(&other_address, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(desk.site.submit(&other_address, None, &[("do", "take_back")]).await.status, StatusCode::NOT_FOUND);
    let shown = desk.site.get(&format!("/issues/{}", desk.issue), Some(&desk.site.session(&desk.members[0]).await)).await;
    assert!(shown.body.contains("Jo") && !shown.body.contains(secret), "{link}");
}

#[tokio::test]
async fn causes_are_written_as_an_outline_and_a_plan_finds_its_critical_path() {
    let desk = Desk::new().await;
    let session = desk.site.session(&desk.members[0]).await;
    let page = format!("/issues/{}", desk.issue);
    let outline = "Platform\n  New route = \"text message\"\n    It was cheaper\nSupport\n  <script>alert(1)</script>\n";
    let preview = desk.site.submit(&format!("{page}/causes/preview"), Some(&session), &[("outline", outline)]).await;
    assert!(preview.status == StatusCode::OK && preview.body.contains("New route"), "{}", preview.body);
    assert!(!preview.body.contains("<script>alert"), "{}", preview.body);
    assert_eq!(desk.whole().await["causes"], json!([]), "nothing is saved");
    let wrong = desk.site.submit(&format!("{page}/causes"), Some(&session), &[("outline", "  first\n")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.body.contains("line 1"), "{}", wrong.body);
    let saved = desk.site.submit(&format!("{page}/causes"), Some(&session), &[("outline", outline)]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let whole = desk.whole().await;
    assert_eq!(whole["causes"].as_array().unwrap().len(), 3, "{whole}");
    assert!(whole["outline"].as_str().unwrap().starts_with("Platform\n  New route = \"text message\"\n"), "{whole}");
    // Frontline staff do not write it, but propose and back.
    let other = desk.site.session(&desk.site.users[&Role::Frontline]).await;
    let refused = desk.site.submit(&format!("{page}/causes"), Some(&other), &[("outline", "Platform\n")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    let proposed = desk.site.submit(&format!("{page}/fixes"), Some(&other), &[("text", "Call them")]).await;
    assert_eq!(proposed.status, StatusCode::SEE_OTHER, "{}", proposed.body);
    let fix = desk.whole().await["fixes"][0].clone();
    let backed = desk.site.submit(&format!("/fixes/{}", id(&fix)), Some(&session), &[("back", "yes")]).await;
    assert_eq!(backed.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.whole().await["fixes"][0]["backed_by"].as_array().unwrap().len(), 2);

    let path = format!("/api/v1/issues/{}/actions", desk.issue);
    let first = id(&desk.make(&path, json!({ "name": "Look", "days": 2 })).await);
    let second = id(&desk.make(&path, json!({ "name": "Mend", "days": 3, "after": [first] })).await);
    desk.make(&path, json!({ "name": "Tell", "days": 1, "after": [first] })).await;
    let circle = json!({ "after": [second] });
    let refused = desk.site.call(Method::PATCH, &format!("/api/v1/actions/{first}"), Some(&desk.token), Some(circle)).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.body.contains("circle"), "{}", refused.body);
    let whole = desk.whole().await;
    assert_eq!((&whole["schedule"]["days"], &whole["schedule"]["path"]), (&json!(5), &json!([0, 1])), "{whole}");
    assert_eq!(whole["schedule"]["timings"][2]["latest_start"], 4);
    let shown = desk.site.get(&page, Some(&session)).await;
    assert!(shown.body.contains("working days on the critical path") && shown.body.contains("Start here"), "{}", shown.body);
    for file in ["causes.svg", "drives.svg", "plan.svg"] {
        let picture = desk.site.get(&format!("{page}/{file}"), Some(&session)).await;
        assert!(
            picture.header("content-type") == "image/svg+xml" && picture.body.starts_with("<svg"),
            "{file}: {}",
            picture.body
        );
    }
    // An arrow to another issue.
    let draft = json!({ "title": "Calls to the help line", "departments": [desk.departments[1]] });
    let effect = id(&desk.make("/api/v1/issues", draft).await);
    let arrow = json!({ "from": { "issue": desk.issue }, "to": { "issue": effect }, "strength": 3 });
    let drawn = desk.site.call(Method::PUT, "/api/v1/effects", Some(&desk.token), Some(arrow)).await;
    assert_eq!(drawn.status, StatusCode::NO_CONTENT, "{}", drawn.body);
    assert_eq!(desk.whole().await["effects"].as_array().unwrap().len(), 1);
    let all = desk.site.get("/issues/drives", Some(&session)).await;
    assert!(all.body.contains("Calls to the help line") && all.body.contains("New route"), "{}", all.body);
}

#[tokio::test]
async fn a_case_joins_an_issue_and_each_shows_the_other() {
    let desk = Desk::new().await;
    let post = desk.site.post("Help line").await;
    let body = json!({ "post": post, "key": "1", "at": "2026-03-20T10:00:00Z", "text": "The code never came" });
    let feedback = id(&desk.make("/api/v1/feedback", body).await);
    let case = id(&desk.make("/api/v1/cases", json!({ "feedback": feedback, "department": desk.departments[1] })).await);
    let session = desk.site.session(&desk.members[1]).await;
    let joined = desk.site.submit(&format!("/cases/{case}/issue"), Some(&session), &[("issue", &desk.issue)]).await;
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", joined.body);
    assert!(desk.site.get(&format!("/cases/{case}"), Some(&session)).await.body.contains("Codes never arrive"));
    assert_eq!(desk.whole().await["cases"], json!([case]));
    let path = format!("/api/v1/issues/{}/feedback", desk.issue);
    desk.make(&path, json!({ "feedback": feedback })).await;
    assert_eq!(desk.whole().await["issue"]["ever"], 1);
    // With a sign-off, evidence is not taken away.
    desk.two_have_signed().await;
    let less = json!({ "feedback": feedback, "joined": false });
    let refused = desk.site.call(Method::POST, &path, Some(&desk.token), Some(less)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
}

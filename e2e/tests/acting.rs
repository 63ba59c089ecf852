//! What comes of what customers say, walked in a browser: a grievance to the customer's own word, the weekly
//! digest, letters after something went wrong.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::browser::Browser;
use e2e::program::{Heard, run};
use e2e::{journey, promise};
use serde_json::{Value, json};

const SCOPES: &str = "feedback:write,feedback:read,figures:read,persons:read,journey:write,settings:write,cases:read,cases:write,issues:read,issues:write";

fn token(data: &Path) -> Result<String> {
    let arguments: [&OsStr; 7] = [
        "token".as_ref(),
        "add".as_ref(),
        "desk".as_ref(),
        "--scope".as_ref(),
        SCOPES.as_ref(),
        "--data".as_ref(),
        data.as_ref(),
    ];
    Ok(run(&arguments)?.trim().to_owned())
}

/// Calls the API from within the page, as a program would.
async fn call(browser: &Browser, token: &str, method: &str, path: &str, body: Value) -> Result<Value> {
    let script = "const [method, path, token, body, done] = arguments; fetch(path, { method, body: body ?? undefined, \
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }) \
        .then(async r => done([r.status, await r.json()]), e => done([0, String(e)]))";
    let body = if body.is_null() { Value::Null } else { json!(body.to_string()) };
    let answer = browser.ask_later(script, vec![json!(method), json!(path), json!(token), body]).await?;
    ensure!(answer[0].as_u64().is_some_and(|status| status < 300), "{method} {path}: {answer}");
    Ok(answer[1].clone())
}

fn id(made: &Value) -> Result<String> {
    Ok(made["id"].as_str().with_context(|| made.to_string())?.to_owned())
}

#[tokio::test]
async fn a_grievance_is_closed_by_the_customers_own_word() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let token = token(&data)?;
    let heard = Heard::serve(&data)?;
    journey::take("grievance to helped", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        let users = call(&browser, &token, "GET", "/api/v1/users", Value::Null).await?;
        let department = json!({ "name": "Desk crew", "members": [users["items"][0]["id"]] });
        let department = id(&call(&browser, &token, "POST", "/api/v1/departments", department).await?)?;
        let post = json!({ "name": "Lobby", "channel": "kiosk", "touchpoint": null, "objective": "How it goes", "owner": null, "promise_hours": null });
        let post = id(&call(&browser, &token, "POST", "/api/v1/posts", post).await?)?;
        let form = json!({ "open": true, "language": "en", "question": "How is it going?" });
        let form = call(&browser, &token, "PUT", &format!("/api/v1/posts/{post}/form"), form).await?;
        let rule = json!({ "name": "Lost", "on": true, "when": { "words": ["lost"] }, "way": { "departments": [department], "opens_case": true } });
        call(&browser, &token, "POST", "/api/v1/rules", rule).await?;

        // The customer, who gives no address, gets a page of their own.
        let form = format!("/f/{}", form["code"].as_str().with_context(|| form.to_string())?);
        promise::kept(&browser, &form).await?;
        browser.visit(&form).await?;
        tokio::time::sleep(Duration::from_millis(3_300)).await;
        browser.fill("textarea", "My bag was lost and nobody tells me anything").await?;
        browser.click("main button.primary, form button[type=submit]").await?;
        let link = browser.find("a[href*='/t/']").await.context("no page of their own")?;
        let link = link.attr("href").await?.unwrap_or_default();
        let own = link.find("/t/").map(|at| link.split_at(at).1.to_owned()).context("no address")?;
        promise::kept(&browser, &own).await?;

        // The case is there, and is answered on that page.
        let start = std::time::Instant::now();
        loop {
            browser.visit("/cases").await?;
            if browser.count("#items a.item").await? > 0 {
                break;
            }
            ensure!(start.elapsed() < Duration::from_mins(1), "no case: {}", browser.text("main").await?);
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        browser.click("#items a.item").await?;
        browser.arrives("at the case", |path| path.contains("open=") || path.starts_with("/cases/")).await?;
        // On its own page nothing is loaded anew below the hands of whoever types.
        let case = browser.path().await?.rsplit(['=', '/']).next().unwrap_or_default().to_owned();
        browser.visit(&format!("/cases/{case}")).await?;
        browser.fill("#text", "It stands at gate 4, with your name on it.").await?;
        browser.choose("#way", "heard").await?;
        browser.click("button[value=answer]").await?;
        browser.until("it is answered", "document.querySelector('.clock')?.innerText.includes('answered') || !document.querySelector('#items a.item')").await?;

        // Only the customer's word closes it as helped.
        browser.visit(&own).await?;
        let text = browser.text("body").await?;
        ensure!(text.contains("It stands at gate 4") && text.contains("Did this help?"), "{text}");
        promise::kept(&browser, &own).await?;
        browser.visit(&own).await?;
        browser.click("button[name=helped][value=yes]").await?;
        browser.arrives("back on the page", |path| path.starts_with(own.as_str())).await?;
        browser.visit("/cases?shelf=closed").await?;
        browser.click("#items a.item").await?;
        browser.until("the customer's word stands there", "document.querySelector('.thread')?.innerText.includes('The customer says that it helped')").await?;
        browser.visit("/cases/service").await?;
        ensure!(browser.text("main").await?.contains("100"), "{}", browser.text("main").await?);

        // The department reads its weekly digest.
        let start = std::time::Instant::now();
        loop {
            browser.visit("/digests").await?;
            if browser.count("main a[href^='/digests/']").await? > 0 {
                break;
            }
            ensure!(start.elapsed() < Duration::from_mins(2), "no digest: {}", browser.text("main").await?);
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
        browser.click("main a[href^='/digests/']").await?;
        browser.arrives("at the digest", |path| path.starts_with("/digests/")).await?;
        let digest = browser.path().await?;
        promise::kept(&browser, &digest).await?;
        browser.visit(&digest).await?;
        browser.click_words("We have read it").await?;
        browser.until("it is read", "!document.querySelector('form[action^=\"/digests/\"]')").await?;
        ensure!(browser.text("main").await?.contains("Ada Admin"), "{}", browser.text("main").await?);
        Ok(())
    })
    .await
}

/// A mail server that takes everything; gives each mail as it came.
fn mail_server() -> Result<(u16, Receiver<String>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let (taken, mails) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let taken = taken.clone();
            thread::spawn(move || {
                let Ok(mut out) = stream.try_clone() else { return };
                let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
                let mut say = |words: &str| out.write_all(words.as_bytes()).is_ok();
                let mut going = say("220 sink\r\n");
                while let Some(line) = lines.next().filter(|_| going) {
                    let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
                    going = match verb.as_str() {
                        "EHLO" | "HELO" => say("250 sink\r\n"),
                        "DATA" => {
                            let begun = say("354 go on\r\n");
                            let mail: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                            begun && taken.send(mail.join("\n")).is_ok() && say("250 taken\r\n")
                        }
                        "QUIT" => {
                            say("221 bye\r\n");
                            false
                        }
                        _ => say("250 fine\r\n"),
                    };
                }
            });
        }
    });
    Ok((port, mails))
}

#[tokio::test]
async fn letters_from_a_file_of_events_to_everybody_whom_it_happened_to() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (port, mails) = mail_server()?;
    let port = port.to_string();
    let settings = [
        ("HEARD_MAIL_FROM", "care@example.com"),
        ("HEARD_MAIL_HOST", "127.0.0.1"),
        ("HEARD_MAIL_PORT", port.as_str()),
        ("HEARD_MAIL_SECURITY", "none"),
    ];
    let heard = Heard::serve_with(&folder.path().join("data"), &settings)?;
    let file = folder.path().join("delays.csv");
    let row = |n: usize| format!("e{n},delay,2026-03-22T1{}:00:00Z,Guest {n},g{n}@example.org,HD {n}\n", n % 10);
    let rows: String = (0..12).map(row).collect();
    std::fs::write(&file, format!("event_id,event_type,occurred_at,name,email,flight\n{rows}"))?;
    journey::take("events to letters", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        journey::bring_in(&browser, &file).await?;
        browser.visit("/letters").await?;
        browser.fill("#name", "Late flights of 22 March").await?;
        browser.choose("#kind", "delay").await?;
        let days = "for (const name of ['from', 'until']) document.querySelector(`main #${name}`).value = '2026-03-22'; return 1";
        browser.ask(days, vec![]).await?;
        browser.fill("#subject", "About your flight {{flight}}").await?;
        browser.fill("main textarea[name=text]", "Dear {{name}}, we are sorry about {{day}}.").await?;
        browser.click_words("Look at it").await?;
        let letter = browser.arrives("at the letter", |path| path.starts_with("/letters/")).await?;
        let text = browser.text("main").await?;
        ensure!(text.contains("About your flight HD 0") && text.contains("Dear Guest 0"), "{text}");
        ensure!(mails.try_recv().is_err(), "nothing goes out before it was reviewed");
        promise::kept(&browser, &letter).await?;
        browser.visit(&letter).await?;
        browser.click_words("Send 12 letters").await?;
        let mut subjects = Vec::new();
        for _ in 0..12 {
            let mail = mails.recv_timeout(Duration::from_mins(1)).context("a letter did not come")?;
            subjects.extend(mail.lines().find(|line| line.starts_with("Subject:")).map(str::to_owned));
            ensure!(mail.contains("List-Unsubscribe"), "{mail}");
        }
        subjects.sort();
        subjects.dedup();
        ensure!(subjects.len() == 12, "each once: {subjects:?}");
        let start = std::time::Instant::now();
        loop {
            browser.visit(&letter).await?;
            let text = browser.text("main").await?;
            if text.contains("Sent\n12") || text.contains("Sent 12") || text.replace(char::is_whitespace, "").contains("Sent12") {
                break;
            }
            ensure!(start.elapsed() < Duration::from_mins(1), "{text}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        ensure!(mails.recv_timeout(Duration::from_secs(3)).is_err(), "once each");
        for page in ["/letters", letter.as_str(), "/settings/mail"] {
            browser.complaints().await?;
            promise::kept(&browser, page).await?;
        }
        Ok(())
    })
    .await
}

/// A member of a department who works on issues.
struct Member {
    email: String,
    department: String,
    name: &'static str,
}

const PASSWORD: &str = "a long enough password";

/// Makes three people on the settings page and gives each a department of their own.
async fn three_departments(browser: &Browser, token: &str) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    for (who, name) in [("bea", "Baggage hall"), ("cyd", "Check-in"), ("dee", "Ground handling")] {
        let email = format!("{who}@example.com");
        browser.visit("/settings/users").await?;
        for (field, words) in [("name", who), ("email", email.as_str()), ("password", PASSWORD)] {
            browser.fill(&format!("main input[name={field}]"), words).await?;
        }
        browser.choose("#role", "department_member").await?;
        browser.click("main form[action='/settings/users'] button.primary").await?;
        let page = browser.arrives("at the new user", |path| path.contains("saved=added")).await?;
        let user = page.split(['/', '?']).nth(3).context("no user")?.to_owned();
        let draft = json!({ "name": name, "members": [user] });
        let department = id(&call(browser, token, "POST", "/api/v1/departments", draft).await?)?;
        members.push(Member { email, department, name });
    }
    Ok(members)
}

async fn leave(browser: &Browser) -> Result<()> {
    browser.visit("/issues").await?;
    browser.click("form[action='/sign-out'] button").await?;
    browser.arrives("signed out", |path| path.starts_with("/sign-in")).await?;
    Ok(())
}

/// A member says why and what is done about it, and signs for their own department.
async fn signs(browser: &Browser, issue: &str, member: &Member) -> Result<()> {
    leave(browser).await?;
    journey::sign_in(browser, &member.email, PASSWORD).await?;
    browser.visit(issue).await?;
    ensure!(browser.count("button[value=state]").await? == 1, "each states for their own department only");
    browser.fill(&format!("#cause-{}", member.department), "One belt serves two halls").await?;
    browser.fill(&format!("#fix-{}", member.department), "A second belt runs since Monday").await?;
    browser.click("button[value=state]").await?;
    browser.until("it may be signed", "document.querySelector('button[value=sign_off]')").await?;
    browser.click("button[value=sign_off]").await?;
    let signed = format!("document.querySelector('article[aria-label=\"{}\"]')?.innerText.includes('Signed off')", member.name);
    browser.until("it is signed", &signed).await
}

#[tokio::test]
async fn an_issue_of_three_departments_is_fixed_when_all_have_signed_and_looked_at_then() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let token = token(&data)?;
    let heard = Heard::serve(&data)?;
    let file = folder.path().join("bags.csv");
    journey::take("category to verdict", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        let members = three_departments(&browser, &token).await?;
        // A comment a day, the last today.
        let days = "return [...Array(40).keys()].map(n => new Date(Date.now() - n * 86400000).toISOString().slice(0, 10))";
        let days = browser.ask(days, vec![]).await?;
        let row = |(n, day): (usize, &Value)| {
            let day = day.as_str().unwrap_or_default();
            format!("b{n},{day},My bag was lost again and nobody helped me at the belt,p{n}@example.org\n")
        };
        let rows: String = days.as_array().context("no days")?.iter().enumerate().map(row).collect();
        std::fs::write(&file, format!("id,created_at,text,email\n{rows}"))?;
        browser.visit("/imports").await?;
        browser.fill("[data-drop] input[type=file]", &file.to_string_lossy()).await?;
        journey::preview(&browser).await?;
        browser.choose("select[name=starter]", "airline").await?;
        journey::confirm(&browser).await?;

        // From what customers complain of, an issue is made.
        let said = call(&browser, &token, "GET", "/api/v1/feedback?polarity=negative&limit=1", Value::Null).await?;
        let reading = format!("/api/v1/feedback/{}/reading", id(&said["items"][0])?);
        let reading = call(&browser, &token, "GET", &reading, Value::Null).await?;
        let category = reading["reading"]["passages"][0]["categories"][0]["value"].as_str().with_context(|| reading.to_string())?;
        let category = format!("/categories/{category}");
        promise::kept(&browser, &category).await?;
        browser.visit(&category).await?;
        browser.fill("main form[action='/issues'] #title", "Bags are lost on the way").await?;
        // The starter names the departments that usually contribute; here others do.
        let none = "for (const box of document.querySelectorAll(\"form[action='/issues'] input[name=departments]\")) box.checked = false; return 1";
        browser.ask(none, vec![]).await?;
        let [first, others @ ..] = members.as_slice() else { anyhow::bail!("no member") };
        browser.click(&format!("main form[action='/issues'] input[name=departments][value='{}']", first.department)).await?;
        browser.click_words("Open the issue").await?;
        let issue = browser.arrives("at the issue", |path| path.starts_with("/issues/")).await?;
        for other in others {
            browser.choose("#department-further", &other.department).await?;
            browser.click("button[value=involve]").await?;
            let there = format!("document.querySelector('article[aria-label=\"{}\"]')", other.name);
            browser.until("one more department plays a part", &there).await?;
        }
        ensure!(browser.text("main").await?.contains("0 of 3 signed off"), "{}", browser.text("main").await?);
        ensure!(browser.count("button[value=state], button[value=sign_off]").await? == 0, "who runs Heard signs for nobody");
        let before = browser.text("main .quotes").await?;
        ensure!(before.contains("lost again and nobody helped me"), "its comments are gathered by themselves: {before}");

        // Two of three do not close it; the third does, and then it is reported, not verified.
        for (n, member) in members.iter().enumerate() {
            signs(&browser, &issue, member).await?;
            let text = browser.text("main").await?;
            ensure!(text.contains(&format!("{} of 3 signed off", n + 1)), "{text}");
            let chip = browser.text("header.top .tools").await?;
            ensure!(chip.contains("Reported fixed") == (n == 2) && !chip.contains("Verified"), "after {} sign-offs: {chip}", n + 1);
            let looked = format!("{issue}/verification");
            browser.visit(&looked).await?;
            let text = browser.text("main").await?;
            ensure!(text.contains("No fix was reported yet") == (n < 2), "after {} sign-offs: {text}", n + 1);
        }
        let verdict = browser.text("main .finding .tag").await?;
        ensure!(!verdict.is_empty() && !verdict.to_lowercase().contains("verified fixed"), "signed is not verified: {verdict}");
        ensure!(browser.count("main .finding svg, main figure svg, main section svg").await? > 0, "no picture");
        leave(&browser).await?;
        journey::sign_in(&browser, journey::ADMIN.email, journey::ADMIN.password).await?;
        browser.visit("/issues/verified").await?;
        ensure!(browser.text("main").await?.contains("Baggage hall"), "{}", browser.text("main").await?);
        browser.complaints().await?;
        for page in [issue.clone(), format!("{issue}/verification"), format!("{issue}/told"), "/issues/verified".to_owned()] {
            promise::kept(&browser, &page).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_comments_of_an_issue_become_the_category_that_it_gathers() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let heard = Heard::serve(&data)?;
    journey::take("issue to category", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        // Who opens an issue is a person: the program acts by a token of theirs.
        browser.visit("/settings/tokens").await?;
        browser.fill("main input[name=name]", "walk").await?;
        let scopes = "for (const scope of document.querySelectorAll('main input[name=scopes]:not(:checked)')) scope.click(); return 1";
        browser.ask(scopes, vec![]).await?;
        browser.click_words("Make token").await?;
        browser.until("the secret is shown", "document.body.innerText.match(/heard_[A-Za-z0-9_-]{20,}/)").await?;
        let token = browser.ask("return document.body.innerText.match(/heard_[A-Za-z0-9_-]{20,}/)[0]", vec![]).await?;
        let token = token.as_str().context("a token")?.to_owned();
        let department = id(&call(&browser, &token, "POST", "/api/v1/departments", json!({ "name": "Airport" })).await?)?;
        let post = json!({ "name": "Hall", "channel": "web_form", "touchpoint": null, "objective": "How it goes", "owner": null, "promise_hours": null });
        let post = id(&call(&browser, &token, "POST", "/api/v1/posts", post).await?)?;
        let draft = json!({ "title": "The kiosk fails", "departments": [department] });
        let issue = format!("/issues/{}", id(&call(&browser, &token, "POST", "/api/v1/issues", draft).await?)?);
        let said = [
            "The kiosk swallowed my boarding pass, terrible",
            "The kiosk printed nothing, awful",
            "That kiosk was broken again, a shame",
            "My soup was cold and awful",
            "The kiosk in the hall was out of order, horrible",
        ];
        for (n, text) in said.iter().enumerate() {
            let body = json!({ "post": post, "key": n.to_string(), "at": "2026-03-20T10:00:00Z", "text": text });
            let feedback = id(&call(&browser, &token, "POST", "/api/v1/feedback", body).await?)?;
            call(&browser, &token, "POST", &format!("/api/v1{issue}/feedback"), json!({ "feedback": feedback })).await?;
        }
        // It says why, and what it would be made of; what is about something else is not ticked any more.
        promise::kept(&browser, &issue).await?;
        browser.visit(&issue).await?;
        ensure!(browser.text("main").await?.contains("It cannot be verified yet"), "{}", browser.text("main").await?);
        let form = format!("{issue}/category");
        browser.click(&format!("main a[href='{form}']")).await?;
        browser.arrives("at what it would be made of", |path| path == form).await?;
        promise::kept(&browser, &form).await?;
        browser.visit(&form).await?;
        let width = browser.ask("return document.querySelector('main .checks.long').getBoundingClientRect().width", vec![]).await?;
        ensure!(width.as_f64().is_some_and(|width| width > 200.0), "its passages stand in a column of {width} pixels");
        let soup = "for (const label of document.querySelectorAll('label.check')) if (label.innerText.includes('soup')) label.querySelector('input').click(); return 1";
        browser.ask(soup, vec![]).await?;
        browser.fill("main input[name=name]", "Boarding kiosk").await?;
        browser.click_words("Make it a category").await?;
        browser.arrives("back at the issue", |path| path.starts_with(&issue) && !path.contains("/category")).await?;
        ensure!(browser.text("main").await?.contains("waits to learn"), "{}", browser.text("main").await?);
        promise::kept(&browser, &issue).await?;
        // What would move is looked at, then applied.
        browser.visit("/categories/proposal").await?;
        browser.click_words("Apply").await?;
        browser.arrives("at the categories", |path| path.starts_with("/categories?done=")).await?;
        let start = std::time::Instant::now();
        loop {
            let list = call(&browser, &token, "GET", "/api/v1/taxonomy", Value::Null).await?;
            let made = list["categories"].as_array().and_then(|all| all.iter().find(|one| one["name"] == "Boarding kiosk").cloned());
            let made = id(&made.with_context(|| list.to_string())?)?;
            let filed = call(&browser, &token, "GET", &format!("/api/v1/feedback?category={made}"), Value::Null).await?;
            if filed["items"].as_array().is_some_and(|items| items.len() == 4) {
                break;
            }
            ensure!(start.elapsed() < Duration::from_mins(1), "{filed}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        browser.visit(&issue).await?;
        let text = browser.text("main").await?;
        ensure!(text.contains("Boarding kiosk") && !text.contains("waits to learn") && !text.contains("cannot be verified yet"), "{text}");
        Ok(())
    })
    .await
}

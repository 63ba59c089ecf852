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

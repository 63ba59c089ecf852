//! A customer who is still there: the alert reaches whoever is on duty, who works on the case until it is answered; promises, merging,
//! and the weekly digest; and how long an alert takes from the press of a button to somebody else's page.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::browser::Browser;
use e2e::program::{Heard, run};
use e2e::{journey, promise};
use serde_json::{Value, json};

/// How often the way from the form to the page is measured.
const ROUNDS: usize = 60;
/// So many of them in one go: what runs in a page must end within half a minute.
const AT_ONCE: usize = 10;

fn fresh(folder: &Path) -> Result<(Heard, String)> {
    let data = folder.join("data");
    let scopes = "feedback:write,feedback:read,figures:read,persons:read,journey:write,settings:write,cases:read,cases:write";
    let arguments: [&OsStr; 7] = [
        "token".as_ref(),
        "add".as_ref(),
        "desk".as_ref(),
        "--scope".as_ref(),
        scopes.as_ref(),
        "--data".as_ref(),
        data.as_ref(),
    ];
    let token = run(&arguments)?.trim().to_owned();
    Ok((Heard::serve(&data)?, token))
}

/// Calls the API from within the page, as a program would.
async fn call(browser: &Browser, token: &str, method: &str, path: &str, body: Option<Value>) -> Result<Value> {
    let script = "const [method, path, token, body, done] = arguments; fetch(path, { method, body: body ?? undefined, \
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }) \
        .then(async r => done(await r.json()), e => done({ error: String(e) }))";
    let body = body.map(|body| body.to_string());
    let answer = browser.ask_later(script, vec![json!(method), json!(path), json!(token), json!(body)]).await?;
    ensure!(answer["status"].is_null() || answer["status"].is_string(), "{method} {path}: {answer}");
    Ok(answer)
}

fn id(made: &Value) -> Result<String> {
    Ok(made["id"].as_str().with_context(|| made.to_string())?.to_owned())
}

/// A front desk at a place, whose department opens a case for everybody who waits; gives the address of its form.
async fn front_desk(browser: &Browser, token: &str) -> Result<String> {
    let users = call(browser, token, "GET", "/api/v1/users", None).await?;
    let ada = users["items"][0]["id"].clone();
    let place = call(browser, token, "POST", "/api/v1/places", Some(json!({ "name": "Larkfield" }))).await?;
    let department = json!({ "name": "Front desk crew", "members": [ada] });
    let department = id(&call(browser, token, "POST", "/api/v1/departments", Some(department)).await?)?;
    let post = json!({ "name": "Lobby", "channel": "kiosk", "touchpoint": null, "objective": "How many desks are open", "owner": null,
        "promise_hours": null });
    let post = id(&call(browser, token, "POST", "/api/v1/posts", Some(post)).await?)?;
    call(browser, token, "PATCH", &format!("/api/v1/posts/{post}"), Some(json!({ "place": place["id"] }))).await?;
    let form = json!({ "open": true, "language": "en", "question": "How is it going?" });
    let form = call(browser, token, "PUT", &format!("/api/v1/posts/{post}/form"), Some(form)).await?;
    let rule = json!({ "name": "Waiting", "on": true, "when": { "words": ["waiting"] },
        "way": { "departments": [department], "opens_case": true, "alerts": true } });
    call(browser, token, "POST", "/api/v1/rules", Some(rule)).await?;
    Ok(format!("/f/{}?here=1", form["code"].as_str().with_context(|| form.to_string())?))
}

/// Customers open the form, each for themselves: what their pages carry.
const OPEN: &str = "const [form, count, done] = arguments; (async () => { window.opened = []; for (let n = 0; n < count; n++) { \
    const answer = await fetch(form, { credentials: 'omit' }); \
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html'); \
    window.opened.push(new URLSearchParams(new FormData(page.querySelector('form'))).toString()); } \
    return window.opened.length; })().then(done, e => done(String(e)))";

/// They send it one after the other; for each the milliseconds until the page of whoever is on duty shows a newer alert.
const SEND: &str = "const [form, from, to, words, done] = arguments; \
    const newest = () => document.querySelector('#alerts input[name=up_to]')?.value ?? ''; \
    (async () => { const took = []; for (let n = from; n < to; n++) { const before = newest(); const began = performance.now(); \
    const body = new URLSearchParams(window.opened[n]); body.set('words', `${words} (${n})`); \
    const answer = await fetch(form.split('?')[0], { method: 'POST', body, credentials: 'omit' }); \
    if (!answer.ok) return `${answer.status}: ${await answer.text()}`; \
    while (newest() === before) { if (performance.now() - began > 20000) return 'no alert came'; \
    await new Promise(later => setTimeout(later, 2)); } \
    took.push(performance.now() - began); } return took; })().then(done, e => done(String(e)))";

async fn opened(browser: &Browser, form: &str, count: usize) -> Result<()> {
    let opened = browser.ask_later(OPEN, vec![json!(form), json!(count)]).await?;
    ensure!(opened == json!(count), "{opened}");
    // Nobody fills in a form within three seconds, and Heard believes nobody who says so.
    tokio::time::sleep(Duration::from_millis(3_300)).await;
    Ok(())
}

async fn sent(browser: &Browser, form: &str, from: usize, to: usize, words: &str) -> Result<Vec<f64>> {
    let took = browser.ask_later(SEND, vec![json!(form), json!(from), json!(to), json!(words)]).await?;
    let took = took.as_array().with_context(|| took.to_string())?;
    Ok(took.iter().filter_map(Value::as_f64).collect())
}

#[tokio::test]
async fn from_the_alert_to_the_answer() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (heard, token) = fresh(folder.path())?;
    journey::take("alert to answer", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        let form = front_desk(&browser, &token).await?;
        browser.visit("/feedback").await?;
        browser.until("the page listens", "document.documentElement.dataset.ready").await?;
        opened(&browser, &form, 2).await?;
        sent(&browser, &form, 0, 1, "Terrible, I have been waiting for an hour and nobody is here").await?;
        ensure!(
            browser.text("#alerts").await?.contains("The customer is still here: Larkfield"),
            "{}",
            browser.text("#alerts").await?
        );

        // The alert leads to the case.
        browser.click("#alerts li a").await?;
        browser.arrives("at the case", |path| path.starts_with("/cases/")).await?;
        let text = browser.text("main").await?;
        ensure!(text.contains("C-1001") && text.contains("Said on the spot") && text.contains("waiting for an hour"), "{text}");
        ensure!(text.contains("left") && text.contains("Front desk crew"), "no clock in words: {text}");
        browser.click_words("Hand over, urgency, merge, close").await?;
        browser.click("button[value=take]").await?;
        browser
            .until("the case is hers", "document.querySelector('.thread')?.innerText.includes('Ada Admin answers for it')")
            .await?;
        // A note with a mention, a task that is done, a promise with its day.
        browser.click_words("Note for colleagues").await?;
        browser.fill("#note", "Both desks were closed at noon").await?;
        browser.click("form[action$='/notes'] button").await?;
        browser
            .until("the note stands there", "document.querySelector('.by-note')?.innerText.includes('closed at noon')")
            .await?;
        browser.click_words("Set a task").await?;
        browser.fill("#words", "Open the second desk").await?;
        browser.click_words("Set it").await?;
        browser.until("the task stands there", "document.querySelector('form[action^=\"/tasks/\"] button')").await?;
        browser.click("form[action^='/tasks/'] button").await?;
        browser.until("it is done", "document.querySelector('main').innerText.includes('Not done')").await?;
        browser.click_words("Note a promise").await?;
        browser.fill("#promised", "A voucher by e-mail").await?;
        browser.click("form[action$='/promises'] button").await?;
        browser.until("the promise stands there", "document.querySelector('form[action^=\"/case-promises/\"]')").await?;
        ensure!(browser.text("main").await?.contains("A voucher by e-mail"), "{}", browser.text("main").await?);

        browser.click("form[action^='/case-promises/'] button[name=done]").await?;
        browser
            .until("the promise is kept", "document.querySelector('.thread')?.innerText.includes('Promise kept: A voucher')")
            .await?;

        // Asked for something, the time stands still; answered, nobody waits any more.
        browser.fill("#text", "What was your number in the queue?").await?;
        browser.choose("#way", "person").await?;
        browser.click("button[value=ask]").await?;
        browser
            .until(
                "the customer is waited for",
                "document.querySelector('.clock')?.innerText.includes('waiting for the customer')",
            )
            .await?;
        let case = browser.path().await?;
        // Whoever looked at an older state is told, and nothing is changed.
        let stale =
            "const form = document.querySelector('form[aria-label=Answer]'); form.elements.version.value = 1; return true";
        browser.ask(stale, vec![]).await?;
        browser.fill("#text", "Here is your bag").await?;
        browser.click("button[value=answer]").await?;
        browser
            .until("the collision is told", "document.querySelector('main').innerText.includes('Nothing was changed')")
            .await?;
        browser.visit(&case).await?;
        browser.fill("#text", "Here is your voucher, and the second desk is open.").await?;
        browser.choose("#way", "person").await?;
        browser.click("button[value=answer]").await?;
        browser.until("it is answered", "document.querySelector('.clock')?.innerText.includes('answered')").await?;
        browser.visit("/cases").await?;
        ensure!(browser.text("main").await?.contains("Nobody waits for an answer"), "{}", browser.text("main").await?);

        // A second customer: the same is done to all that are chosen, and the two are not merged, for each has a page of their own.
        sent_elsewhere(&browser, &form).await?;
        browser.visit("/cases").await?;
        browser.until("the second case is there", "document.querySelector('#items')?.innerText.includes('C-1002')").await?;
        browser.click("#items input[type=checkbox]").await?;
        browser.click_words("Do the same to all that are chosen").await?;
        browser.choose("#bulk-urgency", "high").await?;
        browser.click_words("Set urgency").await?;
        browser.until("it was done", "document.querySelector('main').innerText.includes('Done for all 1')").await?;
        browser.click("#items a.item").await?;
        browser.arrives("with the case beside the queue", |path| path.contains("open=")).await?;
        browser.click_words("Hand over, urgency, merge, close").await?;
        browser.fill("#number", "C-1001").await?;
        browser.click_words("Merge").await?;
        let why = "document.querySelector('main').innerText.includes('not known to be of the same customer')";
        browser.until("it is said why they are not merged", why).await?;
        // The console tells of the answer 409 to who had looked at an older state, which was wanted.
        browser.complaints().await?;
        for page in ["/cases", "/cases?shelf=all", case.as_str(), "/cases/service", "/digests", "/rules", "/settings/receivers"] {
            promise::kept(&browser, page).await?;
        }
        Ok(())
    })
    .await
}

/// The second customer sends the form that was opened with the first.
async fn sent_elsewhere(browser: &Browser, form: &str) -> Result<()> {
    browser.visit("/feedback").await?;
    browser.until("the page listens", "document.documentElement.dataset.ready").await?;
    opened(browser, form, 1).await?;
    sent(browser, form, 0, 1, "Still waiting, this is terrible").await?;
    Ok(())
}

#[tokio::test]
async fn an_alert_is_on_the_page_of_who_is_on_duty_at_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (heard, token) = fresh(folder.path())?;
    journey::take("alert at once", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        let form = front_desk(&browser, &token).await?;
        browser.visit("/feedback").await?;
        browser.until("the page listens", "document.documentElement.dataset.ready").await?;
        opened(&browser, &form, ROUNDS).await?;
        let mut took = Vec::new();
        for from in (0..ROUNDS).step_by(AT_ONCE) {
            took.extend(sent(&browser, &form, from, from + AT_ONCE, "Terrible, I am still waiting here").await?);
        }
        ensure!(took.len() == ROUNDS, "{} of {ROUNDS} alerts", took.len());
        took.sort_by(f64::total_cmp);
        let at = |share: f64| took.get(((took.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied().unwrap_or_default();
        println!(
            "from the press of the button to the page of who is on duty, {ROUNDS} times: median {:.0} ms, p95 {:.0} ms, p99 {:.0} ms",
            at(0.5),
            at(0.95),
            at(0.99)
        );
        Ok(())
    })
    .await
}

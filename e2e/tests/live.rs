//! What arrives while people look: one stream for all tabs of a browser, a list that can be paused, new comments held behind a
//! button, and files that leave.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use e2e::browser::Browser;
use e2e::program::{Heard, run};
use e2e::{journey, promise};
use serde_json::{Value, json};

/// A fresh Heard with a token for whoever sends feedback.
fn fresh(folder: &Path) -> Result<(Heard, String)> {
    let data = folder.join("data");
    let scopes = "feedback:write,feedback:read,journey:write,metrics:read";
    let arguments: [&OsStr; 7] = [
        "token".as_ref(),
        "add".as_ref(),
        "sender".as_ref(),
        "--scope".as_ref(),
        scopes.as_ref(),
        "--data".as_ref(),
        data.as_ref(),
    ];
    let token = run(&arguments)?.trim().to_owned();
    Ok((Heard::serve(&data)?, token))
}

/// Calls the API from within the page, as a program would.
async fn call(browser: &Browser, token: &str, path: &str, body: Value) -> Result<Value> {
    let script = "const [path, token, body, done] = arguments; fetch(path, { method: 'POST', body, \
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } }) \
        .then(async r => done(await r.json()), e => done({ error: String(e) }))";
    browser.ask_later(script, vec![json!(path), json!(token), json!(body.to_string())]).await
}

async fn say(browser: &Browser, token: &str, post: &str, words: &str) -> Result<()> {
    let body = json!({ "post": post, "key": words, "at": "2026-03-20T10:00:00Z", "text": words });
    let answer = call(browser, token, "/api/v1/feedback", body).await?;
    ensure!(answer["outcome"] == "added", "{answer}");
    Ok(())
}

async fn a_post(browser: &Browser, token: &str) -> Result<String> {
    let draft = json!({ "name": "Help desk", "channel": "ticket", "touchpoint": null, "objective": "tests", "owner": null, "promise_hours": null });
    let post = call(browser, token, "/api/v1/posts", draft).await?;
    Ok(post["id"].as_str().with_context(|| post.to_string())?.to_owned())
}

/// How many streams the server has open.
async fn listeners(browser: &Browser, token: &str) -> Result<String> {
    let script = "const [token, done] = arguments; fetch('/metrics', { headers: { authorization: `Bearer ${token}` } }) \
        .then(async r => done((await r.text()).match(/^heard_listeners (.*)/m)?.[1] ?? 'none'))";
    Ok(browser.ask_later(script, vec![json!(token)]).await?.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn what_arrives_is_seen_in_every_tab_by_one_stream() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (heard, token) = fresh(folder.path())?;
    journey::take("what arrives", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        let post = a_post(&browser, &token).await?;
        say(&browser, &token, &post, "The first words of all").await?;
        browser.visit("/").await?;
        browser.until("the tab listens", "document.querySelector('.arriving.on')").await?;
        say(&browser, &token, &post, "The crew was lovely and helped us").await?;
        browser.until("it arrives", "document.querySelector('#arriving')?.textContent.includes('The crew was lovely')").await?;
        browser.until("newer figures are offered", "document.querySelector('[data-stale]:not([hidden])')").await?;
        ensure!(browser.attribute("[role=log]", "aria-live").await?.as_deref() == Some("off"), "the list would be read out");

        // Paused by key: it waits, and says how many wait.
        browser.press("p").await?;
        browser.until("it is paused", "document.querySelector('[data-pause]').getAttribute('aria-pressed') === 'true'").await?;
        say(&browser, &token, &post, "Three hours late and nobody told us").await?;
        browser.until("it waits", "document.querySelector('[data-pause]').textContent.includes('1 waiting')").await?;
        ensure!(!browser.text("#arriving").await?.contains("Three hours late"), "a paused list goes on");
        browser.press("p").await?;
        browser.until("it goes on", "document.querySelector('#arriving').textContent.includes('Three hours late')").await?;

        // A second tab on the list: the first goes on listening, or hands over; there is one stream.
        browser.tab().await?;
        browser.visit("/feedback").await?;
        say(&browser, &token, &post, "Refund came within a day").await?;
        say(&browser, &token, &post, "No answer to my second letter").await?;
        browser.until("2 new", "document.querySelector('[data-held]:not([hidden])')?.textContent.includes('2 new')").await?;
        ensure!(!browser.text("#items").await?.contains("Refund came"), "new comments push the list away");
        ensure!(listeners(&browser, &token).await? == "1", "{} streams", listeners(&browser, &token).await?);
        browser.click("[data-held]").await?;
        browser.until("they are shown", "document.querySelector('#items').textContent.includes('Refund came')").await?;
        let state = "return [document.querySelector('[data-held]').hidden, document.activeElement.id, document.querySelectorAll('#items > li').length]";
        let state = browser.ask(state, vec![]).await?;
        ensure!(state[0] == true && state[1].as_str().is_some_and(|id| id.starts_with("item-")) && state[2] == 5, "{state}");

        // With a filter, only what fits is held.
        browser.visit("/feedback?words=parcel&when=ever").await?;
        say(&browser, &token, &post, "Something else entirely").await?;
        say(&browser, &token, &post, "The parcel was wet").await?;
        browser.until("1 new", "document.querySelector('[data-held]:not([hidden])')?.textContent.includes('1 new')").await?;

        for path in ["/", "/feedback"] {
            promise::kept(&browser, path).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_filtered_leaves_as_a_file() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (heard, token) = fresh(folder.path())?;
    journey::take("export", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        let post = a_post(&browser, &token).await?;
        say(&browser, &token, &post, "=cmd|' /C calc'!A0 late again").await?;
        say(&browser, &token, &post, "All fine").await?;
        browser.visit("/feedback").await?;
        let script = "return [...document.querySelectorAll('a[download]')].map(a => a.getAttribute('href'))";
        let links = browser.ask(script, vec![]).await?;
        let links: Vec<&str> = links.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        ensure!(links.len() == 2, "{links:?}");
        for link in links {
            let (status, file) = browser.fetch(link).await?;
            ensure!(status == 200 && file.contains("late again") && file.contains("All fine"), "{link}: {status} {file}");
            ensure!(link.contains("jsonl") || file.contains("'=cmd"), "a formula leaves as one: {file}");
        }
        browser.until("the words are found", "fetch('/feedback?words=late').then(() => true)").await?;
        let (_, file) = browser.fetch("/feedback/export?format=csv&words=late").await?;
        ensure!(!file.contains("All fine"), "the filter does not hold: {file}");
        Ok(())
    })
    .await
}

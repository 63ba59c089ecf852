//! Every page of the navigation and what hangs on it, with a company in it: no obstacle, nothing too wide, nothing refused.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use e2e::browser::Browser;
use e2e::program::Heard;
use e2e::{journey, promise};

/// In so many parts, each in a browser and a company of its own, so that they run side by side.
const PARTS: usize = 4;

#[tokio::test]
async fn every_page_keeps_its_promises_first_part() -> Result<()> {
    part(0).await
}

#[tokio::test]
async fn every_page_keeps_its_promises_second_part() -> Result<()> {
    part(1).await
}

#[tokio::test]
async fn every_page_keeps_its_promises_third_part() -> Result<()> {
    part(2).await
}

#[tokio::test]
async fn every_page_keeps_its_promises_fourth_part() -> Result<()> {
    part(3).await
}

async fn part(part: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::demo(folder.path(), 1_500)?;
    let (email, password) = (heard.told("e-mail")?, heard.told("password")?);
    journey::take(&format!("every page {part}"), &heard, |browser| async move {
        if part == 0 {
            promise::kept(&browser, "/sign-in").await?;
        }
        journey::sign_in(&browser, &email, &password).await?;
        let mut broken = vec![];
        let found = pages(&browser).await?;
        ensure!(found.len() >= 20, "only {found:?}");
        for (_, path) in found.iter().enumerate().filter(|(n, _)| n % PARTS == part) {
            broken.extend(promise::kept(&browser, path).await.err().map(|e| e.to_string()));
        }
        ensure!(broken.is_empty(), "{}", broken.join("\n"));
        Ok(())
    })
    .await
}

/// One page of each kind that can be reached from the navigation by links, in the order of their kinds.
async fn pages(browser: &Browser) -> Result<Vec<String>> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut next: Vec<String> = links(browser, "/").await?;
    ensure!(next.len() >= 5, "the navigation has {} pages", next.len());
    while let Some(path) = next.pop() {
        if path == "/sign-out" || found.contains_key(&kind(&path)) {
            continue;
        }
        found.insert(kind(&path), path.clone());
        next.extend(links(browser, &path).await?);
    }
    Ok(found.into_values().collect())
}

/// Paths of this site that a page leads to; of what is no page, none.
async fn links(browser: &Browser, path: &str) -> Result<Vec<String>> {
    let script = "const [path, done] = arguments; fetch(path).then(async r => { \
        if (!(r.headers.get('content-type') ?? '').includes('text/html')) return done([]); \
        const page = new DOMParser().parseFromString(await r.text(), 'text/html'); \
        done([...page.querySelectorAll('a[href]')].filter(a => !a.hasAttribute('download')) \
            .map(a => new URL(a.getAttribute('href'), location.origin + path)) \
            .filter(u => u.origin === location.origin && !/[.](csv|svg|png|xlsx|json|jsonl)$/.test(u.pathname)).map(u => u.pathname + u.search)); \
        }, e => done([]))";
    let found = browser.ask_later(script, vec![path.into()]).await?;
    Ok(found.as_array().into_iter().flatten().filter_map(|path| path.as_str().map(str::to_owned)).collect())
}

/// The kind of page: the path with its identifiers left out, and which filters it has.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path: Vec<&str> = path.split('/').map(|part| if part.parse::<u64>().is_ok() { "{id}" } else { part }).collect();
    let names: BTreeSet<&str> =
        query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| *name == "open").collect();
    format!("{} {names:?}", path.join("/"))
}

#[tokio::test]
async fn the_main_tasks_need_no_mouse() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::demo(folder.path(), 300)?;
    let (email, password) = (heard.told("e-mail")?, heard.told("password")?);
    journey::take("no mouse", &heard, |browser| async move {
        journey::sign_in(&browser, &email, &password).await?;
        browser.visit("/").await?;
        // Everything that can be pressed or followed can be reached, in the order of the page, and shows where one is.
        let script = "const reach = [...document.querySelectorAll('a[href], button, select, input, summary, [tabindex]')] \
            .filter(e => e.tabIndex >= 0 && e.checkVisibility() && !e.disabled && e.type !== 'hidden'); \
            const lost = reach.filter(e => { e.focus(); return document.activeElement !== e }); \
            const backwards = reach.filter(e => e.tabIndex > 0); \
            return [reach.length, lost.map(e => e.outerHTML.slice(0, 80)), backwards.length]";
        let answer = browser.ask(script, vec![]).await?;
        ensure!(answer[0].as_u64() > Some(10) && answer[1] == serde_json::json!([]) && answer[2] == 0, "{answer}");
        // From the first key press on: skip the navigation, search, read.
        browser.press("/").await?;
        browser.until("the search is open", "document.querySelector('dialog#find[open]')").await?;
        browser.fill("dialog#find input[type=search]", "the\u{e007}").await?;
        browser.arrives("at what was searched", |path| path.starts_with("/feedback?") && path.contains("words=the")).await?;
        Ok(())
    })
    .await
}

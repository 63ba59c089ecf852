//! Every page of the navigation and what hangs on it, with a company in it: no obstacle, nothing too wide, nothing refused.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use e2e::browser::Browser;
use e2e::program::Heard;
use e2e::{journey, promise};

#[tokio::test]
async fn every_page_keeps_its_promises() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::demo(folder.path(), 1_500)?;
    let (email, password) = (heard.told("e-mail")?, heard.told("password")?);
    journey::take("every page", &heard, |browser| async move {
        promise::kept(&browser, "/sign-in").await?;
        journey::sign_in(&browser, &email, &password).await?;
        let mut paths = links(&browser, "nav a").await?;
        ensure!(paths.len() >= 5, "the navigation has {} pages", paths.len());
        // One page of each kind that the navigation's pages lead to.
        for path in paths.clone() {
            browser.visit(&path).await?;
            paths.extend(links(&browser, "main a").await?);
        }
        let (mut kinds, mut broken) = (BTreeSet::new(), vec![]);
        for path in paths {
            if kinds.insert(kind(&path)) {
                broken.extend(promise::kept(&browser, &path).await.err().map(|e| e.to_string()));
            }
        }
        ensure!(broken.is_empty(), "{}", broken.join("\n"));
        ensure!(kinds.len() >= 8, "only {kinds:?}");
        Ok(())
    })
    .await
}

/// Paths of this site that links on the open page lead to.
async fn links(browser: &Browser, css: &str) -> Result<BTreeSet<String>> {
    let script = "return [...document.querySelectorAll(arguments[0])].filter(a => a.origin === location.origin && !a.hasAttribute('download')) \
        .map(a => a.pathname + a.search)";
    let found = browser.ask(script, vec![css.into()]).await?;
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

//! What every page promises: no obstacle for anybody (axe-core), nothing wider than the screen, nothing the content
//! policy refuses, no dialog, and HTML without maud's silent trap.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use crate::browser::{Browser, Theme, WIDTHS};
use crate::place;

/// The widths at which obstacles are looked for: a desk and a phone.
const AXE_AT: [u32; 2] = [1440, 390];

/// Checks everything about the page at `path`, in both themes and at all widths, and says all that is broken at once.
pub async fn kept(browser: &Browser, path: &str) -> Result<()> {
    let axe = place::axe()?;
    let mut broken = vec![];
    for theme in Theme::BOTH {
        browser.prefers(theme).await?;
        browser.width(WIDTHS[0]).await?;
        browser.visit(path).await?;
        for width in WIDTHS {
            browser.width(width).await?;
            let seen = format!("{path} ({}, {width} px)", theme.code());
            broken.extend(fits(browser, &seen).await.err());
            // What stands in the way of somebody is looked for at a desk and on a phone; between them only the width is promised.
            if AXE_AT.contains(&width) {
                broken.extend(without_obstacles(browser, &axe, &seen).await.err());
            }
        }
        broken.extend(quiet(browser, path).await.err());
    }
    browser.width(WIDTHS[0]).await?;
    let (status, html) = browser.fetch(path).await?;
    ensure!(status < 500, "{path} answers {status}");
    broken.extend(well_formed(&html, path).err());
    let broken: BTreeSet<String> = broken.iter().map(ToString::to_string).collect();
    ensure!(broken.is_empty(), "{}", broken.into_iter().collect::<Vec<_>>().join("\n"));
    Ok(())
}

/// The page does not scroll sideways.
pub async fn fits(browser: &Browser, seen: &str) -> Result<()> {
    let script = "const root = document.documentElement, width = root.clientWidth; \
        const inBox = e => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) \
            if (getComputedStyle(p).overflowX !== 'visible' && p.getBoundingClientRect().right <= width + 1) return true; return false }; \
        const wide = [...document.querySelectorAll('body *')] \
            .filter(e => e.getBoundingClientRect().right > width + 1 && !inBox(e)) \
            .slice(0, 5).map(e => e.outerHTML.slice(0, 120)); \
        return [root.scrollWidth - width, wide]";
    let answer = browser.ask(script, vec![]).await?;
    ensure!(answer[0].as_i64() == Some(0), "{seen} is {} px wider than the screen: {}", answer[0], answer[1]);
    Ok(())
}

/// axe-core finds no violation.
async fn without_obstacles(browser: &Browser, axe: &str, seen: &str) -> Result<()> {
    browser.ask(&format!("if (!window.axe) {{ {axe} }}"), vec![]).await?;
    let script = "const done = arguments[arguments.length - 1]; \
        axe.run(document, { resultTypes: ['violations'] }).then( \
            r => done(r.violations.map(v => ({ rule: v.id, help: v.help, where: v.nodes.slice(0, 4).map(n => n.html.slice(0, 200) + ' | ' + n.failureSummary) }))), \
            e => done([{ rule: 'axe did not run', help: String(e), where: [] }]))";
    let found = browser.ask_later(script, vec![]).await?;
    ensure!(found == json!([]), "{seen}: {}", serde_json::to_string_pretty(&found)?);
    Ok(())
}

/// Nothing was refused, nothing failed, nothing asked.
pub async fn quiet(browser: &Browser, path: &str) -> Result<()> {
    if let Some(words) = browser.dialog().await {
        bail!("{path} opened a dialog: {words}");
    }
    let mut complaints = browser.complaints().await?;
    // A page that says what is wrong with its own address is noted by the browser, and is no fault.
    complaints.retain(|words| !words.contains("status of 422"));
    ensure!(complaints.is_empty(), "the console of {path}: {}", complaints.join("\n"));
    let taken = browser.ask("return window.taken === undefined", vec![]).await?;
    ensure!(taken == Value::Bool(true), "{path} ran the script of a customer");
    Ok(())
}

/// The HTML as it is sent: no element with two `class` attributes, no `style` (the content policy refuses it), no
/// identifier twice.
pub fn well_formed(html: &str, path: &str) -> Result<()> {
    let mut ids = BTreeSet::new();
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag)) {
        if !tag.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let attributes = attributes(tag);
        let named = |name: &str| attributes.iter().filter(|(n, _)| *n == name).count();
        ensure!(named("class") < 2, "{path}: two `class` attributes in <{tag}>");
        ensure!(named("style") == 0, "{path}: a `style` attribute in <{tag}>");
        for (_, id) in attributes.iter().filter(|(name, _)| *name == "id") {
            ensure!(ids.insert(*id), "{path}: two elements have the id {id}");
        }
    }
    Ok(())
}

/// Names and values of a tag's attributes.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let mut found = vec![];
    let mut rest = tag.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once("=\"") {
        let Some((value, next)) = after.split_once('"') else { break };
        found.push((name.split_whitespace().next_back().unwrap_or_default(), value));
        rest = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_looked_at_as_it_is_sent() {
        assert!(well_formed("<p class=\"a\" id=\"b\">x<p class=\"a\" title=\"class=\">", "a").is_ok());
        for bad in ["<p class=\"a\" x class=\"b\">", "<p style=\"a\">", "<p id=\"a\"><b id=\"a\">"] {
            assert!(well_formed(bad, "a").is_err(), "{bad}");
        }
    }
}

//! The categories learn, in a browser: a passage is labelled by key, what would move is looked at, applied, compared and
//! rolled back; an example is written and set aside. Beside it: what matters, and a theme that becomes a category.

use std::time::Duration;

use anyhow::{Result, ensure};
use e2e::browser::Browser;
use e2e::program::Heard;
use e2e::{journey, promise};

/// Reading some hundred comments again, and looking for themes, in a program that is not optimised and on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

async fn says(browser: &Browser, words: &str) -> Result<()> {
    let text = browser.text("main").await?;
    ensure!(text.contains(words), "“{words}” is not on the page: {text}");
    Ok(())
}

#[tokio::test]
async fn the_categories_learn_before_the_eyes_of_who_teaches_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::demo(folder.path(), 600)?;
    let (email, password) = (heard.told("e-mail")?, heard.told("password")?);
    journey::take("learning", &heard, |browser| async move {
        journey::sign_in(&browser, &email, &password).await?;

        // Labelled by one key, and taken back.
        browser.visit("/categories/label").await?;
        says(&browser, "What is this about?").await?;
        browser.press("1").await?;
        browser.until("it was labelled", "document.querySelector('.flash.good')?.textContent.includes('Labelled')").await?;
        browser.press("u").await?;
        browser.until("it was taken back", "!document.querySelector('.flash.good')").await?;
        browser.press("1").await?;
        browser.until("it was labelled again", "document.querySelector('.flash.good')").await?;
        promise::kept(&browser, "/categories/label").await?;

        // An example of one's own, set aside and used again.
        browser.visit("/categories").await?;
        browser.click("tbody th a").await?;
        browser.arrives("at a category", |path| path.starts_with("/categories/")).await?;
        browser.fill("#text", "The zeppelin was overbooked again").await?;
        browser.click("form[action$='/examples'] button").await?;
        browser.until("it is listed", "document.querySelector('ul.changes')?.textContent.includes('zeppelin')").await?;
        browser.click("ul.changes button[value=aside]").await?;
        browser.until("it was set aside", "document.querySelector('.flash')?.textContent.includes('Set aside')").await?;
        browser.click(".flash button").await?;
        browser.until("it is used again", "!document.querySelector('.flash')").await?;
        let path = browser.ask("return location.pathname", vec![]).await?;
        promise::kept(&browser, path.as_str().unwrap_or_default()).await?;

        // What would move is found out by itself, looked at, and applied.
        let done = "return document.querySelector('main').textContent.includes('would be filed elsewhere')";
        for _ in 0..60 {
            browser.visit("/categories/proposal").await?;
            if browser.ask(done, vec![]).await? == true {
                break;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        says(&browser, "would be filed elsewhere").await?;
        promise::kept(&browser, "/categories/proposal").await?;
        browser.visit("/categories/proposal").await?;
        browser.click("button[value=apply]").await?;
        browser.until("it was learnt", "document.querySelector('.flash.good')?.textContent.includes('Learnt from')").await?;
        // Reading again is watched where it was asked for, without asking for the page anew.
        browser.fill("#name", "Half-written").await?;
        let read = "document.querySelector('#again')?.textContent.includes('have been read again')";
        browser.until_within(PATIENCE, "it says that all was read again", read).await?;
        let kept = browser.ask("return document.querySelector('#name').value", vec![]).await?;
        ensure!(kept == "Half-written", "what was being written is gone: {kept}");
        promise::kept(&browser, "/categories").await?;

        // Held against the version before, and rolled back to.
        browser.visit("/categories/versions").await?;
        browser.click("form[method=get] button").await?;
        browser.until("both are compared", "document.querySelector('#compared')").await?;
        promise::kept(&browser, "/categories/versions").await?;
        browser.visit("/categories/versions").await?;
        browser.click("tbody form button").await?;
        browser.until("what it would do", "document.querySelector('#compared')").await?;
        browser.click("main form.inline button.primary").await?;
        browser.until("it was rolled back", "document.querySelector('.flash.good')?.textContent.includes('Rolled back')").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_matters_is_opened_and_a_theme_becomes_a_category() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::demo(folder.path(), 4_000)?;
    let (email, password) = (heard.told("e-mail")?, heard.told("password")?);
    journey::take("themes and drivers", &heard, |browser| async move {
        journey::sign_in(&browser, &email, &password).await?;

        // What matters, from ratings and from what was said; each leads to its comments.
        browser.visit("/drivers").await?;
        browser.until_within(PATIENCE, "there are drivers", "document.querySelector('#weights')").await?;
        browser.click("nav.tabs a:not([aria-current])").await?;
        browser.until_within(PATIENCE, "the other source", "document.querySelector('h1')?.textContent.startsWith('What matters for')").await?;
        ensure!(browser.path().await?.contains("source="), "{}", browser.path().await?);
        promise::kept(&browser, "/drivers").await?;

        // Small talk comes last.
        browser.visit("/themes").await?;
        browser.until_within(PATIENCE, "there are themes", "document.querySelector('table.themes tbody tr')").await?;
        let order = "return [...document.querySelectorAll('table.themes tbody tr')].map(row => row.cells[0].textContent.includes('small talk'))";
        let order = browser.ask(order, vec![]).await?;
        let talk: Vec<bool> = order.as_array().into_iter().flatten().filter_map(serde_json::Value::as_bool).collect();
        ensure!(talk.first() == Some(&false) && talk.is_sorted(), "small talk is not last: {talk:?}");
        promise::kept(&browser, "/themes").await?;

        // One becomes a category, with its passages as examples.
        browser.visit("/themes").await?;
        browser.click("table.themes tbody th a").await?;
        let theme = browser.arrives("at a theme", |path| path.starts_with("/themes/")).await?;
        promise::kept(&browser, &theme).await?;
        browser.visit(&theme).await?;
        browser.fill("#name", "Found by itself").await?;
        browser.click("main form.form button.primary").await?;
        browser.arrives("at the categories", |path| path.starts_with("/categories?done=")).await?;
        says(&browser, "Found by itself").await?;
        let read = "document.querySelector('#again')?.textContent.includes('have been read again')";
        browser.until_within(PATIENCE, "all is read again", read).await
    })
    .await
}

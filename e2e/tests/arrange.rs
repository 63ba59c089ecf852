//! The company is arranged in a browser: a calendar, a department, a place, a segment, and the categories.

use anyhow::{Result, ensure};
use e2e::browser::Browser;
use e2e::program::Heard;
use e2e::{journey, promise};

const SAVE: &str = "main form button.primary";

/// Fills fields by their identifiers.
async fn fill(browser: &Browser, fields: &[(&str, &str)]) -> Result<()> {
    for (field, words) in fields {
        browser.fill(&format!("#{field}"), words).await?;
    }
    Ok(())
}

async fn says(browser: &Browser, words: &str) -> Result<()> {
    let text = browser.text("main").await?;
    ensure!(text.contains(words), "“{words}” is not on the page: {text}");
    Ok(())
}

/// The open page keeps what every page promises.
async fn kept(browser: &Browser) -> Result<()> {
    let path = browser.ask("return location.pathname", vec![]).await?;
    promise::kept(browser, path.as_str().unwrap_or_default()).await?;
    Ok(())
}

#[tokio::test]
async fn a_company_arranges_itself() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::demo(folder.path(), 600)?;
    let (email, password) = (heard.told("e-mail")?, heard.told("password")?);
    journey::take("arrange", &heard, |browser| async move {
        journey::sign_in(&browser, &email, &password).await?;

        browser.visit("/settings/calendars").await?;
        fill(&browser, &[("name", "Night shift"), ("saturday", "22:00-24:00"), ("holidays", "12-24 Christmas Eve")]).await?;
        browser.click(SAVE).await?;
        browser.arrives("at the calendar", |path| path.starts_with("/settings/calendars/")).await?;
        says(&browser, "A promise of 8 working hours made now is due").await?;
        kept(&browser).await?;

        browser.visit("/settings/departments").await?;
        fill(&browser, &[("name", "Night desk"), ("head", "Noor Lind"), ("contact", "night@larkfield.example")]).await?;
        browser.click(SAVE).await?;
        browser.arrives("at the department", |path| path.starts_with("/settings/departments/")).await?;
        kept(&browser).await?;

        browser.visit("/settings/places").await?;
        fill(&browser, &[("name", "Harbour branch"), ("codes", "HB-1")]).await?;
        browser.click(SAVE).await?;
        browser.arrives("at the place", |path| path.starts_with("/settings/places/")).await?;
        kept(&browser).await?;
        // Nothing goes without a look before.
        browser.click("main button[value=remove]").await?;
        browser.until("what it would do", "document.querySelector('#sure')").await?;
        says(&browser, "is gone from this list").await?;

        browser.visit("/settings/segments").await?;
        says(&browser, "Key accounts").await?;
        fill(&browser, &[("name", "Those who renew"), ("renews_within", "365")]).await?;
        browser.click("main button[value=count]").await?;
        browser.until("the count", "document.querySelector('main form p[role=status]')").await?;
        says(&browser, "Holds").await?;

        browser.visit("/categories").await?;
        fill(&browser, &[("name", "Night calls"), ("watch_words", "midnight, at night")]).await?;
        browser.click(SAVE).await?;
        browser.until("it was added", "document.querySelector('.flash.good')").await?;
        says(&browser, "“Night calls” was added").await?;
        browser.click(".flash.good button").await?;
        browser.until("it was taken back", "document.querySelector('.flash.good')?.textContent.includes('Taken back')").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_category_is_merged_after_a_look() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::demo(folder.path(), 600)?;
    let (email, password) = (heard.told("e-mail")?, heard.told("password")?);
    journey::take("merge", &heard, |browser| async move {
        journey::sign_in(&browser, &email, &password).await?;
        browser.visit("/categories").await?;
        let rows = browser.count("tbody th a").await?;
        browser.click("tbody th a").await?;
        browser.arrives("at a category", |path| path.starts_with("/categories/")).await?;
        kept(&browser).await?;
        let last =
            "const into = document.querySelector('#into'); into.selectedIndex = into.options.length - 1; return into.value";
        browser.ask(last, vec![]).await?;
        browser.click("main button[value=merge]").await?;
        browser.until("what it would do", "document.querySelector('#sure')").await?;
        browser.click("main form.inline button.primary").await?;
        let merged = "document.querySelector('.flash.good')?.textContent.includes('was merged into')";
        browser.until("it was merged", merged).await?;
        ensure!(browser.count("tbody th a").await? + 1 == rows, "one category less");
        browser.click(".flash.good button").await?;
        browser.until("it was taken back", "document.querySelector('.flash.good')?.textContent.includes('Taken back')").await?;
        ensure!(browser.count("tbody th a").await? == rows, "it is back");
        Ok(())
    })
    .await
}

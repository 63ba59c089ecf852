//! The categories learn, in a browser: a passage is labelled by key, what would move is looked at, applied, compared and
//! rolled back; an example is written and set aside.

use anyhow::{Result, ensure};
use e2e::browser::Browser;
use e2e::program::Heard;
use e2e::{journey, promise};

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
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        says(&browser, "would be filed elsewhere").await?;
        promise::kept(&browser, "/categories/proposal").await?;
        browser.visit("/categories/proposal").await?;
        browser.click("button[value=apply]").await?;
        browser.until("it was learnt", "document.querySelector('.flash.good')?.textContent.includes('Learnt from')").await?;
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

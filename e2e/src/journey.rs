//! A journey: a browser is opened, something is done, and whatever comes of it the browser is closed.

use std::future::Future;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::browser::Browser;
use crate::driver::Driver;
use crate::place;
use crate::program::Heard;

/// The person who signs in.
pub struct Person<'a> {
    /// Their address.
    pub email: &'a str,
    /// Their password.
    pub password: &'a str,
}

/// The first administrator, as the journeys make them.
pub const ADMIN: Person<'_> = Person { email: "ada@example.com", password: "correct horse battery" };

/// How long thousands of rows may take without optimisation, on a busy machine.
const BRINGING_IN: Duration = Duration::from_mins(5);

/// Takes a journey through the program. When it fails, a picture of the last page is left in `target/e2e`.
pub async fn take<F>(name: &str, heard: &Heard, way: impl FnOnce(Browser) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    through(name, &heard.address, way).await
}

/// The same through anything that serves pages at an address.
pub async fn through<F>(name: &str, address: &str, way: impl FnOnce(Browser) -> F) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    let driver = Driver::start()?;
    let browser = Browser::open(&driver.address, address).await?;
    let done = way(browser.clone()).await;
    let mut hint = String::new();
    if done.is_err() {
        let folder = place::target()?.join("e2e");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.png"));
        if let Ok(picture) = browser.picture().await {
            std::fs::write(&file, picture)?;
        }
        hint = format!(" (a picture of the last page: {})", file.display());
    }
    browser.close().await?;
    done.with_context(|| format!("the journey “{name}”{hint}"))
}

/// The first run: whoever comes first becomes the admin.
pub async fn first_run(browser: &Browser) -> Result<()> {
    browser.visit("/").await?;
    browser.arrives("at the first run", |path| path == "/welcome").await?;
    for (field, words) in
        [("company", "Acme"), ("zone", "UTC"), ("name", "Ada Admin"), ("email", ADMIN.email), ("password", ADMIN.password)]
    {
        browser.fill(&format!("#{field}"), words).await?;
    }
    browser.click("main form button.primary").await?;
    browser.arrives("at the imports", |path| path == "/imports").await?;
    Ok(())
}

/// Signs in.
pub async fn sign_in(browser: &Browser, email: &str, password: &str) -> Result<()> {
    browser.visit("/sign-in").await?;
    browser.fill("#email", email).await?;
    browser.fill("#password", password).await?;
    browser.click("main form button.primary").await?;
    browser.arrives("after signing in", |path| !path.starts_with("/sign-in")).await?;
    Ok(())
}

/// Brings a file in through the page: choose, look, confirm, wait.
pub async fn bring_in(browser: &Browser, file: &std::path::Path) -> Result<()> {
    browser.visit("/imports").await?;
    browser.fill("[data-drop] input[type=file]", &file.to_string_lossy()).await?;
    preview(browser).await?;
    confirm(browser).await
}

/// Waits for the preview of a file that was just handed over.
pub async fn preview(browser: &Browser) -> Result<()> {
    browser.arrives("at the preview", |path| path.strip_prefix("/imports/").is_some_and(|id| id.parse::<u64>().is_ok())).await?;
    Ok(())
}

/// Confirms the preview that is open and waits until all rows are in.
pub async fn confirm(browser: &Browser) -> Result<()> {
    browser.click("main form[action$='/confirm'] button.primary").await?;
    let done = "document.querySelector('.chip.state.good, .chip.state.bad') && !document.querySelector('[data-poll]')";
    browser.until_within(BRINGING_IN, "all rows are in", done).await?;
    ensure!(browser.count(".chip.state.bad").await? == 0, "the import failed: {}", browser.text("main").await?);
    Ok(())
}

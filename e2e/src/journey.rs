//! A journey: a browser is opened, something is done, and whatever comes of it the browser is closed.

use std::future::Future;

use anyhow::{Context, Result};

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

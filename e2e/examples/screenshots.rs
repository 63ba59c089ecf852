//! The pictures of the README, from the demonstration company in a headless browser.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use e2e::browser::{Browser, Theme};
use e2e::journey;
use e2e::program::Heard;

/// What a person wrote to a shop, for the picture of an import.
const REVIEWS: &str = "Review Id,Review Created (UTC),Review Consumer User Id,Review Title,Review Content,Review Stars,Source Of Review,Review Language,Domain URL,Webshop Name,Business Unit Id,Tags,Company Reply Date (UTC),Location Name,Location Id
8f1,2026-03-02 08:14:00,u1,Waited an hour,\"The technician came an hour late, but she was kind and left everything clean.\",3,Organic,en,acme.example,Acme,b1,,,,
8f2,2026-03-02 09:40:00,u2,Brilliant,Set up in ten minutes. The guide was clear and the router just worked.,5,Organic,en,acme.example,Acme,b1,,,,
8f3,2026-03-03 17:05:00,u3,Invoice again,Third month in a row with a wrong invoice. Nobody can tell me why.,1,Organic,en,acme.example,Acme,b1,,,,
8f4,2026-03-04 11:22:00,u4,Good people,\"Mira on the phone solved it at once, thank you.\",5,Invitation,en,acme.example,Acme,b1,,,,
8f5,2026-03-31x,u5,Slow,The app needs half a minute to open.,2,Organic,en,acme.example,Acme,b1,,,,
8f6,2026-03-05 20:31:00,u6,Fine,\"Does what it should, a little dear.\",9,Organic,en,acme.example,Acme,b1,,,,
";

#[tokio::main]
async fn main() -> Result<()> {
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    fs::create_dir_all(&pictures)?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("reviews.csv");
    fs::write(&file, REVIEWS)?;
    let heard = Heard::demo(&folder.path().join("data"), 25_000)?;
    let (email, password) = (heard.told("e-mail")?, heard.told("password")?);
    journey::take("the pictures", &heard, |browser| async move {
        journey::sign_in(&browser, &email, &password).await?;
        for (theme, name) in [(Theme::Light, "overview-light"), (Theme::Dark, "overview-dark")] {
            browser.prefers(theme).await?;
            take(&browser, "/", 1440, &pictures.join(format!("{name}.png"))).await?;
        }
        browser.prefers(Theme::Light).await?;
        take(&browser, "/", 390, &pictures.join("overview-phone.png")).await?;
        browser.width(1440).await?;
        browser.visit("/").await?;
        let finding =
            browser.attribute("section.finding a.primary", "href").await?.context("the finding leads to no comments")?;
        take(&browser, &finding, 1440, &pictures.join("feedback.png")).await?;
        take(&browser, "/journey", 1440, &pictures.join("journey.png")).await?;
        browser.visit("/issues").await?;
        let issue = browser.attribute("main table a[href^='/issues/']", "href").await?.context("there is no issue")?;
        take(&browser, &issue, 1440, &pictures.join("issue.png")).await?;
        take(&browser, &format!("{issue}?tab=causes#causes"), 1440, &pictures.join("causes.png")).await?;
        browser.visit("/issues?shelf=verified").await?;
        let proved = browser.attribute("main table a[href^='/issues/']", "href").await?.context("no fix is verified")?;
        take(&browser, &format!("{proved}/verification"), 1440, &pictures.join("verification.png")).await?;
        browser.visit("/cases").await?;
        let case = browser.attribute("main a[href^='/cases?open=']", "href").await?.context("there is no case")?;
        take(&browser, &case, 1440, &pictures.join("case.png")).await?;
        browser.visit("/imports").await?;
        browser.fill("[data-drop] input[type=file]", &file.to_string_lossy()).await?;
        journey::preview(&browser).await?;
        let preview = browser.path().await?;
        take(&browser, &preview, 1440, &pictures.join("import.png")).await
    })
    .await
}

/// A picture of what a person sees first.
async fn take(browser: &Browser, path: &str, width: u32, file: &Path) -> Result<()> {
    browser.width(width).await?;
    browser.visit(path).await?;
    browser.until("the page listens", "document.documentElement.dataset.ready").await?;
    fs::write(file, browser.picture().await?).with_context(|| file.display().to_string())
}

//! Imports beyond the first file: accounts, persons, exposures, events and feedback come in, one is undone, a template is made
//! and picked.

use std::fs;
use std::path::Path;

use anyhow::{Result, ensure};
use e2e::browser::Browser;
use e2e::program::Heard;
use e2e::{journey, promise};

const FEEDBACK: &str = "id,date,comment,stars\n1,2026-03-01,The crew was lovely and kind,5\n2,2026-03-02,My bag never came at all,1\n3,2026-03-03,Late again and nobody said why,2\n";
const ACCOUNTS: &str = "Account,Annual value,Renewal date,Key account,Segment\nAcme,EUR 1200,2027-01-31,yes,Large\nBolt,USD 900.50,,no,Small\n,EUR 5,,,\n";
const PERSONS: &str = "Name,E-mail,Role,Account\nAnn,ann@acme.com,Buyer,Acme\nBo,bo@bolt.com,Owner,Bolt\n";
const EVENTS: &str = "event_id,event_type,occurred_at,email,minutes\ne1,delay,2026-03-01T10:00:00Z,ann@acme.com,45\ne2,return,2026-03-02T10:00:00Z,bo@bolt.com,\n";

async fn come(browser: &Browser, folder: &Path, name: &str, kind: &str, text: &str) -> Result<String> {
    let file = folder.join(name);
    fs::write(&file, text)?;
    browser.visit("/imports").await?;
    browser.fill("[data-drop] input[type=file]", &file.to_string_lossy()).await?;
    journey::preview(browser).await?;
    let taken = browser.ask("return document.querySelector('#kind').value", vec![]).await?;
    ensure!(taken == kind, "{name} was taken for {taken}");
    let path = browser.path().await?;
    promise::kept(browser, &path).await?;
    browser.visit(&path).await?;
    journey::confirm(browser).await?;
    promise::kept(browser, &path).await?;
    Ok(path)
}

#[tokio::test]
async fn every_kind_of_file_comes_in_and_goes_again() -> Result<()> {
    let (folder, files) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let heard = Heard::serve(folder.path())?;
    journey::take("imports", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        for page in ["/imports", "/imports/templates", "/imports/operational"] {
            promise::kept(&browser, page).await?;
        }
        let feedback = come(&browser, files.path(), "reviews.csv", "feedback", FEEDBACK).await?;
        let accounts = come(&browser, files.path(), "accounts.csv", "accounts", ACCOUNTS).await?;
        let seen = browser.text("main").await?;
        ensure!(seen.contains("there is no name"), "the bad row is not named: {seen}");
        come(&browser, files.path(), "persons.csv", "persons", PERSONS).await?;
        let (_, edited) = browser.fetch("/journey/edit").await?;
        let stage = edited.split("aria-label=\"Move ").nth(1).and_then(|rest| rest.split(" to the").next()).unwrap_or_default();
        ensure!(!stage.is_empty(), "there is no stage");
        let exposures = format!("Day,Stage,Orders\n2026-03-01,{stage},1204\n2026-03-02,{stage},980\n");
        come(&browser, files.path(), "orders.csv", "exposures", &exposures).await?;
        come(&browser, files.path(), "events.csv", "events", EVENTS).await?;
        promise::kept(&browser, "/imports/operational").await?;
        browser.visit("/imports/operational").await?;
        let seen = browser.text("main").await?;
        ensure!(seen.contains("Orders") && seen.contains("delay"), "{seen}");

        // Persons belong to the accounts: they stay, and that is said before anything is done.
        browser.visit(&format!("{accounts}/undo")).await?;
        ensure!(browser.text("main").await?.contains("Stay as they are"), "{}", browser.text("main").await?);
        browser.visit(&feedback).await?;
        browser.click_words("Undo this import…").await?;
        let path = browser.arrives("at what undoing would do", |path| path.ends_with("/undo")).await?;
        promise::kept(&browser, &path).await?;
        browser.visit(&path).await?;
        browser.click("main form[action$='/undo'] button.danger").await?;
        browser.arrives("back at the import", |path| path == feedback).await?;
        browser.until("it is undone", "document.querySelector('main').innerText.includes('This import is undone')").await?;
        promise::kept(&browser, &feedback).await?;

        // The same file again: a template is made of it, and picked for the next.
        let file = files.path().join("notes.csv");
        fs::write(&file, "a,b\n2026-03-04,Nobody answered when I called\n")?;
        browser.visit("/imports").await?;
        browser.fill("[data-drop] input[type=file]", &file.to_string_lossy()).await?;
        journey::preview(&browser).await?;
        let preview = browser.path().await?;
        browser.click("main details summary").await?;
        browser.fill("#template_name", "Branch notes").await?;
        browser.click("main button[value=save]").await?;
        browser.arrives("at the templates", |path| path.starts_with("/imports/templates")).await?;
        promise::kept(&browser, "/imports/templates").await?;
        browser.visit(&preview).await?;
        browser.click("main details summary").await?;
        let id = browser.ask("return document.querySelector('#template option:last-child').value", vec![]).await?;
        browser.choose("#template", id.as_str().unwrap_or_default()).await?;
        browser.click("main button[value=template]").await?;
        browser.until("the rows are shown", "document.querySelector('main').innerText.includes('Nobody answered')").await?;
        promise::quiet(&browser, "the imports").await
    })
    .await
}

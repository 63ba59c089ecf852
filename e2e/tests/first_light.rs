//! First light: a newcomer brings in a real file, finds what hurts, reads, corrects, and finds the way by keyboard.

use std::fs;

use anyhow::{Context, Result, ensure};
use e2e::browser::Browser;
use e2e::program::Heard;
use e2e::{journey, place, promise};

#[tokio::test]
async fn a_newcomer_imports_a_file_and_reads_what_hurts() -> Result<()> {
    let Some(sets) = place::data()? else {
        println!("SKIPPED: the journey of a newcomer: no data sets");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let heard = Heard::serve(folder.path())?;
    journey::take("a newcomer", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        browser.visit("/imports").await?;
        browser.fill("[data-drop] input[type=file]", &sets.join("airline/tweets.csv").to_string_lossy()).await?;
        journey::preview(&browser).await?;
        let seen = browser.text("main").await?;
        ensure!(seen.contains("text") && seen.contains("airline"), "the preview does not show the columns: {seen}");
        // A starter journey is offered, and the airline's is what such a file points to.
        let starter = browser
            .ask("return document.querySelector('select[name=starter], input[name=starter]:checked')?.value ?? ''", vec![]);
        ensure!(starter.await? == "airline", "no airline journey was proposed");
        journey::confirm(&browser).await?;
        promise::quiet(&browser, "the import").await?;

        browser.visit("/").await?;
        ensure!(browser.count(".kpis > *").await? >= 3, "too few figures: {}", browser.text("main").await?);
        let worst = worst_stage(&browser).await?;
        browser.ask("document.querySelectorAll('ol.journey li a')[arguments[0]].click()", vec![worst.into()]).await?;
        let path = browser.arrives("at the comments of the worst stage", |path| path.starts_with("/feedback?")).await?;
        ensure!(path.contains("stage="), "{path}");

        read_ten(&browser).await?;
        filters_live_in_the_address(&browser).await?;
        labels_by_keyboard(&browser).await?;
        correct_and_undo(&browser).await?;
        theme_stays(&browser).await?;
        promise::quiet(&browser, "the journey").await
    })
    .await
}

/// The place of the stage with the lowest figure.
async fn worst_stage(browser: &Browser) -> Result<u64> {
    let script = "const v = [...document.querySelectorAll('ol.journey li a')].map(a => { \
        const m = a.innerText.replace('\u{2212}', '-').match(/[+-]?\\d+/); return m ? Number(m[0]) : 999 }); \
        return v.indexOf(Math.min(...v))";
    browser.ask(script, vec![]).await?.as_u64().context("no stage has a figure")
}

/// Ten comments by keyboard: `j` opens the next, `k` the one before, `?` shows the keys.
async fn read_ten(browser: &Browser) -> Result<()> {
    browser.until("the page listens", "document.documentElement.dataset.ready").await?;
    let listed = browser.count("[data-keys] a.item").await?;
    ensure!(listed >= 10, "only {listed} comments are listed");
    for place in 1..10 {
        browser.press("j").await?;
        let current =
            format!("[...document.querySelectorAll('[data-keys] a.item')].findIndex(a => a.ariaCurrent === 'true') === {place}");
        browser.until("the next comment is current", &current).await?;
        browser
            .until("its words are in the pane", "document.querySelector('#pane:not([aria-busy]) .said')?.innerText.length")
            .await?;
    }
    browser.press("k").await?;
    browser
        .until("the one before is current", "document.querySelectorAll('[data-keys] a.item')[8].ariaCurrent === 'true'")
        .await?;
    browser.press("?").await?;
    browser.until("the keys are shown", "document.querySelector('dialog#keys[open]')").await?;
    browser.click("dialog#keys button").await?;
    browser.until("the keys are gone", "!document.querySelector('dialog#keys[open]')").await
}

/// A filter is added by a form, stands in the address, and survives a reload.
async fn filters_live_in_the_address(browser: &Browser) -> Result<()> {
    browser.ask("document.querySelector('#add-polarity').closest('details').open = true", vec![]).await?;
    browser.choose("#add-polarity", "negative").await?;
    browser.ask("document.querySelector('#add-polarity').form.requestSubmit()", vec![]).await?;
    let path = browser.arrives("at the filtered list", |path| path.contains("polarity=negative")).await?;
    ensure!(path.contains("stage="), "the stage was lost: {path}");
    let count = browser.text("#listed").await?;
    browser.visit(&path).await?;
    ensure!(browser.text("#listed").await? == count, "a reload shows other comments");
    ensure!(browser.count(".chip.on").await? == 2, "not two chips");
    Ok(())
}

/// From label to label by keyboard, each with its words lit; a label says why it is there; a field of the correction opens by
/// its own key.
async fn labels_by_keyboard(browser: &Browser) -> Result<()> {
    let first = browser.attribute("[data-keys] a.item", "href").await?.context("nothing is listed")?;
    browser.visit(&first).await?;
    browser.until("the page listens", "document.documentElement.dataset.ready").await?;
    browser.press("l").await?;
    browser.until("a label has the focus", "document.activeElement.matches('#pane a.reads')").await?;
    let at = "return document.activeElement.id";
    let label = browser.ask(at, vec![]).await?;
    browser.press("l").await?;
    ensure!(browser.count("#pane a.reads").await? == 1 || browser.ask(at, vec![]).await? != label, "the same label again");
    browser.press("L").await?;
    ensure!(browser.ask(at, vec![]).await? == label, "not the label before");
    browser.ask("document.activeElement.click()", vec![]).await?;
    browser.until("why is told", "document.querySelector('#pane details.why[open] dd')").await?;
    ensure!(browser.text("#pane details.why[open]").await?.contains("Read by"), "the reader is not named");
    for (key, field) in [("g", "stage"), ("s", "sentiment")] {
        browser.visit(&first).await?;
        browser.until("the page listens", "document.documentElement.dataset.ready").await?;
        browser.press(key).await?;
        browser.until("the field has the focus", &format!("document.activeElement.name === '{field}'")).await?;
    }
    Ok(())
}

/// A correction sticks, shows who made it, and is gone after the undo.
async fn correct_and_undo(browser: &Browser) -> Result<()> {
    let first = browser.attribute("[data-keys] a.item", "href").await?.context("nothing is listed")?;
    browser.visit(&first).await?;
    let sentiment = "document.querySelector('#p0s0')?.innerText ?? ''";
    let before = browser.ask(&format!("return {sentiment}"), vec![]).await?;
    browser.press("e").await?;
    browser.until("the form is open", "document.querySelector('#pane details.fix[open]')").await?;
    let other = if before.as_str().unwrap_or_default().contains("Positive") { "neutral" } else { "positive" };
    browser.choose("#fix-0-sentiment", other).await?;
    browser.click("#pane details.fix[open] button.primary").await?;
    browser.until("the correction is listed", "document.querySelector('#pane .changes li')").await?;
    browser.visit(&first).await?;
    let after = browser.ask(&format!("return {sentiment}"), vec![]).await?;
    ensure!(after.as_str().unwrap_or_default().to_lowercase().contains(other), "the correction did not stick: {after}");
    ensure!(browser.text("#pane .changes").await?.contains("Ada"), "nobody made the correction");
    browser.click("#pane .changes form button").await?;
    browser
        .until(
            "the correction is gone",
            "document.querySelector('#pane:not([aria-busy])') && !document.querySelector('#pane .changes li')",
        )
        .await?;
    browser.visit(&first).await?;
    ensure!(browser.ask(&format!("return {sentiment}"), vec![]).await? == before, "the undo did not bring back what was there");
    Ok(())
}

/// The choice of light or dark is kept by the browser and written by the server.
async fn theme_stays(browser: &Browser) -> Result<()> {
    let theme = "return document.documentElement.dataset.theme ?? ''";
    browser.visit("/").await?;
    browser.until("the page listens", "document.documentElement.dataset.ready").await?;
    browser.click("[data-theme-form] button").await?;
    browser.until("it is dark", "document.documentElement.dataset.theme === 'dark'").await?;
    browser.visit("/feedback").await?;
    ensure!(browser.ask(theme, vec![]).await? == "dark", "the next page is light again");
    Ok(())
}

#[tokio::test]
async fn a_dropped_file_with_bad_rows_names_them() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::serve(folder.path())?;
    journey::take("bad rows", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        browser.until("the page listens", "document.documentElement.dataset.ready").await?;
        let rows = "id,created,text,score\n1,2026-02-03,Great crew,9\n2,not a day,Lost my bag,1\n3,2026-02-05,Late again,77\n";
        let script = "const data = new DataTransfer(); data.items.add(new File([arguments[0]], 'dropped.csv', { type: 'text/csv' })); \
            document.querySelector('[data-drop]').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))";
        browser.ask(script, vec![rows.into()]).await?;
        journey::preview(&browser).await?;
        let preview = browser.text("main").await?;
        ensure!(preview.contains("dropped.csv") && preview.contains("not a day"), "the preview hides the bad row: {preview}");
        journey::confirm(&browser).await?;
        let done = browser.text("main").await?;
        ensure!(done.contains("not a day") && done.contains("created"), "the bad row is not named: {done}");
        promise::quiet(&browser, "the import").await
    })
    .await
}

#[tokio::test]
async fn an_empty_house_says_what_to_do() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::serve(&folder.path().join("not yet there"))?;
    journey::take("an empty house", &heard, |browser| async move {
        promise::kept(&browser, "/welcome").await?;
        journey::first_run(&browser).await?;
        for path in ["/", "/feedback", "/journey", "/imports"] {
            promise::kept(&browser, path).await?;
            ensure!(
                browser.count("main a[href='/imports'], main input[type=file], main form").await? > 0,
                "{path} leads nowhere"
            );
        }
        browser.visit("/no such page").await?;
        ensure!(browser.text("h1").await?.len() > 3, "the error page says nothing");
        // The browser notes the missing page itself.
        browser.complaints().await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_wrong_password_is_said_and_a_stranger_sees_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let password = folder.path().join("password");
    fs::write(&password, journey::ADMIN.password)?;
    let heard_data = folder.path().join("data");
    let user = ["user", "add", journey::ADMIN.email, "--name", "Ada", "--password-file"];
    let mut arguments: Vec<&std::ffi::OsStr> = user.iter().map(AsRef::as_ref).collect();
    arguments.extend([password.as_os_str(), "--data".as_ref(), heard_data.as_os_str()]);
    e2e::program::run(&arguments)?;
    let heard = Heard::serve(&heard_data)?;
    journey::take("a stranger", &heard, |browser| async move {
        promise::kept(&browser, "/sign-in").await?;
        for path in ["/", "/feedback", "/journey", "/imports", "/settings/users"] {
            browser.visit(path).await?;
            ensure!(browser.path().await?.starts_with("/sign-in"), "a stranger sees {path}");
        }
        browser.visit("/sign-in?next=/journey").await?;
        browser.fill("#email", journey::ADMIN.email).await?;
        browser.fill("#password", "not the password").await?;
        browser.click("main form button.primary").await?;
        browser.until("it is said", "document.querySelector('[role=alert]')").await?;
        browser.complaints().await?;
        browser.fill("#password", journey::ADMIN.password).await?;
        browser.click("main form button.primary").await?;
        browser.arrives("where they wanted to go", |path| path == "/journey").await?;
        Ok(())
    })
    .await
}

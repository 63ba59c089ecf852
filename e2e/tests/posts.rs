//! A listening post with a feedback form: built at the desk, filled in by a customer on a phone, read in Feedback; its poster
//! and its webhook.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Theme};
use e2e::program::Heard;
use e2e::{journey, promise};

const SAID: &str = "The second queue moves twice as fast, and nobody tells you.";

#[tokio::test]
async fn a_customer_speaks_through_a_form() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let heard = Heard::serve(folder.path())?;
    journey::take("a customer speaks", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        let post = set_up(&browser).await?;
        let form = build(&browser, &post).await?;
        say(&browser, &form).await?;
        read(&browser).await?;
        on_paper(&browser, &post).await?;
        webhook(&browser, &post).await?;
        // Everything once more as everybody may meet it: both themes, all widths, no obstacle.
        for page in
            ["/posts", post.as_str(), form.as_str(), &format!("{form}/thanks"), &format!("{post}/poster"), "/settings/tokens"]
        {
            promise::kept(&browser, page).await?;
        }
        Ok(())
    })
    .await
}

/// A post is noise until it says what it is for.
async fn set_up(browser: &Browser) -> Result<String> {
    browser.visit("/posts").await?;
    ensure!(browser.text("main").await?.contains("No listening posts yet"), "{}", browser.text("main").await?);
    browser.fill("#name", "Front desk").await?;
    browser.choose("#channel", "kiosk").await?;
    browser.click("main form button.primary").await?;
    let post = browser.arrives("at the new post", |path| path.contains("saved=yes")).await?;
    let post = post.split('?').next().context("no path")?.to_owned();
    ensure!(browser.text("main").await?.contains("This post is noise"), "a post without objective is not called noise");
    browser.fill("#objective", "How many desks are open").await?;
    browser.fill("#process", "Read every evening at the desk").await?;
    browser.fill("#promise_hours", "48").await?;
    let owner = "const o = document.querySelector('#owner'); o.selectedIndex = 1; return o.value";
    browser.ask(owner, vec![]).await?;
    browser.click(&format!("form[action='{post}'] button.primary")).await?;
    browser.until("it is no noise any more", "!document.querySelector('main').innerText.includes('This post is noise')").await?;
    Ok(post)
}

/// The preview follows while the form is filled in; then it is saved and open.
async fn build(browser: &Browser, post: &str) -> Result<String> {
    browser.until("the page listens", "document.documentElement.dataset.ready").await?;
    browser.fill("#question", "How was the wait?").await?;
    browser.choose("#rating", "csat").await?;
    browser.until("the preview follows", "document.querySelector('#preview')?.innerText.includes('How was the wait?')").await?;
    browser.until("it shows five faces", "document.querySelectorAll('#preview .face').length === 5").await?;
    ensure!(browser.path().await?.starts_with(post), "the preview left the page");
    browser.click("input[name=open]").await?;
    browser.click(&format!("form[action='{post}/form'] button.primary")).await?;
    browser.until("the form is open", "document.querySelector('.stands a[href^=\"/f/\"]')").await?;
    browser.attribute(".stands a[href^='/f/']", "href").await?.context("the form has no address")
}

/// On a phone, in the dark, with a thumb.
async fn say(browser: &Browser, form: &str) -> Result<()> {
    browser.width(390).await?;
    browser.prefers(Theme::Dark).await?;
    browser.visit(form).await?;
    ensure!(browser.count("nav").await? == 0 && browser.count("script").await? == 0, "a customer's page has more than the form");
    // A wrong address is said at its field, and nothing typed is lost.
    browser.click(".step:nth-child(2)").await?;
    browser.fill("#words", SAID).await?;
    browser.fill("#email", "mia@nowhere").await?;
    tokio::time::sleep(Duration::from_secs(4)).await;
    browser.click("button.send").await?;
    browser.until("the address is refused", "document.querySelector('#email[aria-invalid=true]')").await?;
    let kept = "const f = document.forms[0]; return f.words.value + '|' + f.rating.value";
    ensure!(browser.ask(kept, vec![]).await? == format!("{SAID}|2"), "what was typed is gone");
    browser.fill("#email", "mia@example.com").await?;
    browser.click("button.send").await?;
    browser.arrives("at the thanks", |path| path.ends_with("/thanks?answer=yes")).await?;
    ensure!(browser.text("main").await?.contains("We answer within 2 days"), "{}", browser.text("main").await?);
    // A reload sends nothing again, and going back finds the page as it was left.
    browser.ask("location.reload()", vec![]).await?;
    browser.until("thanked again", "document.querySelector('main').innerText.includes('Thank you')").await?;
    let cookies = browser.ask("return document.cookie", vec![]).await?;
    ensure!(!cookies.as_str().unwrap_or_default().contains("f/"), "{cookies}");
    // The console tells of the answer 422 above, which was wanted.
    browser.complaints().await?;
    browser.prefers(Theme::Light).await?;
    browser.width(1440).await
}

async fn read(browser: &Browser) -> Result<()> {
    browser.visit("/feedback?when=ever").await?;
    let text = browser.text("main").await?;
    ensure!(browser.count("[data-keys] a.item").await? == 1, "one comment was said: {text}");
    browser.click("[data-keys] a.item").await?;
    // Between the words stands, for those who hear the page, what they are evidence of.
    let said = format!("document.querySelector('#pane')?.textContent.replaceAll('[complaint] ', '').includes({SAID:?})");
    browser.until("its words are in the pane", &said).await?;
    let pane = browser.text("#pane").await?;
    ensure!(pane.contains("2 of 5") && pane.contains("Front desk"), "{pane}");
    Ok(())
}

async fn on_paper(browser: &Browser, post: &str) -> Result<()> {
    browser.visit(&format!("{post}/poster")).await?;
    let text = browser.text("main").await?;
    ensure!(text.contains("How was the wait?") && text.contains("/f/") && browser.count("svg.qr path").await? == 1, "{text}");
    let (status, picture) = browser.fetch(&format!("{post}/qr.svg")).await?;
    ensure!(status == 200 && picture.starts_with("<svg"), "{status} {picture}");
    Ok(())
}

/// A webhook is made, its secret shown once, and a mapping tried with a sample.
async fn webhook(browser: &Browser, post: &str) -> Result<()> {
    browser.visit(post).await?;
    browser.click_words("Make a webhook").await?;
    browser.fill("#hook_name", "Help desk").await?;
    browser.click(&format!("form[action='{post}/webhooks'] button.primary")).await?;
    browser.until("the secret is shown", "document.querySelector('.secret')?.innerText.includes('whsec_')").await?;
    browser.click_words("Map the sender’s JSON, and try it with a sample").await?;
    browser.fill("input[name=key]", "ticket.id").await?;
    browser.fill("input[name=text]", "ticket.said").await?;
    browser.fill("textarea[name=sample]", "{\"ticket\":{\"id\":7,\"said\":\"Still waiting\"}}").await?;
    browser.click_words("Try it with the sample").await?;
    browser
        .until("what would be heard is shown", "document.querySelector('main').innerText.includes('This would be heard')")
        .await?;
    let text = browser.text(".hook table").await?;
    ensure!(text.contains("Still waiting") && text.contains('7'), "{text}");
    ensure!(!browser.text("main").await?.contains("whsec_"), "the secret is shown twice");
    Ok(())
}

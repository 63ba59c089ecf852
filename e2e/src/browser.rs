//! A person's browser: pages are opened, read, clicked, typed into; its console is listened to.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

/// How long a page may take until it shows what is waited for, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The widths at which every page must hold: desk, tablet, phone, small phone.
pub const WIDTHS: [u32; 4] = [1440, 900, 390, 320];

/// A browser with one tab.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    home: String,
}

impl Browser {
    /// Opens a browser whose addresses begin with `home`.
    pub async fn open(driver: &str, home: &str) -> Result<Self> {
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            // A page that comes before the last one has finished fading makes the browser complain of itself.
            "--force-prefers-reduced-motion",
            "--window-size=1440,1000",
        ];
        let wishes = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
            "unhandledPromptBehavior": "ignore",
        });
        let wishes = wishes.as_object().cloned().unwrap_or_default();
        let client = ClientBuilder::new(HttpConnector::new()).capabilities(wishes).connect(driver).await?;
        Ok(Self { client, home: home.to_owned() })
    }

    /// Closes it.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }

    /// Opens another tab and goes on there.
    pub async fn tab(&self) -> Result<()> {
        let tab = self.client.new_window(true).await?;
        Ok(self.client.switch_to_window(tab.handle).await?)
    }

    /// Opens a page by its path.
    pub async fn visit(&self, path: &str) -> Result<()> {
        self.client.goto(&format!("{}{path}", self.home)).await.with_context(|| format!("opening {path}"))
    }

    /// Path and query of the page that is open.
    pub async fn path(&self) -> Result<String> {
        let url = self.client.current_url().await?;
        Ok(url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())))
    }

    /// Waits until the page's path and query fulfil a condition.
    pub async fn arrives(&self, what: &str, fulfilled: impl Fn(&str) -> bool) -> Result<String> {
        let start = Instant::now();
        loop {
            let path = self.path().await?;
            if fulfilled(&path) {
                return Ok(path);
            }
            if start.elapsed() > PATIENCE {
                bail!("did not arrive {what}: still at {path}: {}", self.text("body").await?);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The first element that a CSS selector finds, waited for.
    pub async fn find(&self, css: &str) -> Result<Element> {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => bail!("{css} is not on {}: {error}; it says: {}", self.path().await?, self.text("body").await?),
        }
    }

    /// How many elements a CSS selector finds now.
    pub async fn count(&self, css: &str) -> Result<usize> {
        Ok(self.client.find_all(Locator::Css(css)).await?.len())
    }

    /// Waits until a JavaScript expression is true.
    pub async fn until(&self, what: &str, expression: &str) -> Result<()> {
        self.until_within(PATIENCE, what, expression).await
    }

    /// The same for what takes longer.
    pub async fn until_within(&self, patience: Duration, what: &str, expression: &str) -> Result<()> {
        let start = Instant::now();
        while self.ask(&format!("return Boolean({expression})"), vec![]).await? != Value::Bool(true) {
            if start.elapsed() > patience {
                bail!("waited in vain until {what} on {}; it says: {}", self.path().await?, self.text("body").await?);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// The text a person sees in the first element that is found; empty if there is none.
    pub async fn text(&self, css: &str) -> Result<String> {
        let text =
            self.ask("const e = document.querySelector(arguments[0]); return e ? e.innerText : ''", vec![json!(css)]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// An attribute of the first element that is found.
    pub async fn attribute(&self, css: &str, name: &str) -> Result<Option<String>> {
        Ok(self.find(css).await?.attr(name).await?)
    }

    /// Clicks the first element that is found.
    pub async fn click(&self, css: &str) -> Result<()> {
        let element = self.find(css).await?;
        // Scrolled at once: the driver would click where a smooth scroll has not yet arrived.
        let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.ask(script, vec![serde_json::to_value(&element)?]).await?;
        element.click().await.with_context(|| format!("clicking {css}"))
    }

    /// Clicks the link or button with these words.
    pub async fn click_words(&self, words: &str) -> Result<()> {
        let path = format!("//*[self::a or self::button or self::summary][normalize-space(.)={words:?}]");
        let element = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&path)).await;
        let Ok(element) = element else {
            bail!("no “{words}” on {}; it says: {}", self.path().await?, self.text("body").await?);
        };
        element.click().await.with_context(|| format!("clicking “{words}”"))
    }

    /// Empties a field and types into it; for `input type=file`, hands the file over.
    pub async fn fill(&self, css: &str, text: &str) -> Result<()> {
        let field = self.find(css).await?;
        if field.attr("type").await?.as_deref() != Some("file") {
            field.clear().await?;
        }
        field.send_keys(text).await.with_context(|| format!("typing into {css}"))
    }

    /// Chooses an option of a `select` by its value.
    pub async fn choose(&self, css: &str, value: &str) -> Result<()> {
        Ok(self.find(css).await?.select_by_value(value).await?)
    }

    /// Presses keys with nothing focused but the page.
    pub async fn press(&self, keys: &str) -> Result<()> {
        for key in keys.chars() {
            let down = json!({ "type": "keyDown", "key": key.to_string(), "text": key.to_string() });
            self.protocol("Input.dispatchKeyEvent", down).await?;
            self.protocol("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key.to_string() })).await?;
        }
        Ok(())
    }

    /// Runs JavaScript in the page.
    pub async fn ask(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute(script, arguments).await?)
    }

    /// Runs JavaScript that answers by calling its last argument.
    pub async fn ask_later(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute_async(script, arguments).await?)
    }

    /// What a path of the server answers to the page's own session: status and body.
    pub async fn fetch(&self, path: &str) -> Result<(u64, String)> {
        let script = "const [path, done] = arguments; \
            fetch(path).then(async r => done([r.status, await r.text()]), e => done([0, String(e)]))";
        let answer = self.ask_later(script, vec![json!(path)]).await?;
        let status = answer[0].as_u64().unwrap_or_default();
        Ok((status, answer[1].as_str().unwrap_or_default().to_owned()))
    }

    /// Gives the page a width, in CSS pixels.
    pub async fn width(&self, width: u32) -> Result<()> {
        let height = if width < 600 { 844 } else { 1000 };
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.protocol("Emulation.setDeviceMetricsOverride", metrics).await
    }

    /// Sets what the person prefers: a light or a dark screen, as the system says it.
    pub async fn prefers(&self, theme: Theme) -> Result<()> {
        let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme.code() }] });
        self.protocol("Emulation.setEmulatedMedia", feature).await
    }

    /// What the console said since it was last asked: refused by the content policy, errors, what was not found.
    pub async fn complaints(&self) -> Result<Vec<String>> {
        let log = self.client.issue_cmd(Command { path: "se/log", body: json!({ "type": "browser" }) }).await?;
        let entries = log.as_array().cloned().unwrap_or_default();
        let bad = entries.iter().filter(|entry| entry["level"] != "INFO" && entry["level"] != "DEBUG");
        Ok(bad.map(|entry| format!("{}: {}", entry["level"], entry["message"].as_str().unwrap_or_default())).collect())
    }

    /// Whether a dialog of the page's scripts is open.
    pub async fn dialog(&self) -> Option<String> {
        self.client.get_alert_text().await.ok()
    }

    /// A picture of what is on the screen, as PNG.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    async fn protocol(&self, command: &str, parameters: Value) -> Result<()> {
        let body = json!({ "cmd": command, "params": parameters });
        self.client.issue_cmd(Command { path: "goog/cdp/execute", body }).await.map_err(|e| anyhow!("{command}: {e}"))?;
        Ok(())
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    /// As style sheets say it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A command of the driver beyond the standard.
#[derive(Debug)]
struct Command {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

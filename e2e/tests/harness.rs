//! The promises can be broken: a page that breaks each of them is caught, and one that breaks none is not.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use anyhow::{Result, ensure};
use e2e::journey;
use e2e::promise;

/// A page that keeps every promise; `{}` stands where the broken ones break it.
const PAGE: &str = "<!doctype html><html lang=en><head><title>A page</title>\
    <meta name=viewport content='width=device-width, initial-scale=1'><link rel=icon href='data:,'></head>\
    <body><main><h1>A page</h1><p>With words.</p>{}</main></body></html>";

/// Serves `PAGE` with what stands behind the path.
fn serve(pages: &'static [(&'static str, &'static str)]) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut head = [0; 4096];
            let length = stream.read(&mut head).unwrap_or_default();
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let path = head.split_whitespace().nth(1).unwrap_or_default();
            let broken = pages.iter().find(|(name, _)| path == format!("/{name}")).map_or("", |(_, html)| html);
            let body = PAGE.replace("{}", broken);
            let policy = "default-src 'none'; connect-src 'self'; img-src data:";
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Security-Policy: {policy}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    Ok(address)
}

#[tokio::test]
async fn a_page_that_breaks_a_promise_is_caught() -> Result<()> {
    let broken = [
        (
            "wide",
            "<table><tr><td><pre>a line that is much too long for a narrow telephone and does not wrap anywhere</pre></table>",
        ),
        ("nameless", "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"),
        ("script", "<script>window.taken = 1</script>"),
        ("class", "<p class=\"a\" class=\"b\">x</p>"),
    ];
    let address = serve(Box::leak(Box::new(broken)))?;
    journey::through("broken promises", &address, |browser| async move {
        promise::kept(&browser, "/fine").await?;
        for (name, _) in broken {
            ensure!(promise::kept(&browser, &format!("/{name}")).await.is_err(), "/{name} was not caught");
            // What it left in the console is not the next page's fault.
            browser.complaints().await?;
        }
        browser.visit("/fine").await?;
        browser.ask("window.pressed = []; addEventListener('keydown', e => pressed.push(e.key)); return 0", vec![]).await?;
        browser.press("j?").await?;
        ensure!(browser.ask("return pressed.join()", vec![]).await? == "j,?", "keys do not arrive");
        Ok(())
    })
    .await
}
